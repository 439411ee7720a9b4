/** A host at the other end of a MessagePort, in a Web Worker or a Node worker: text there, text back, one call after the
 *  other. A call that is not answered in time means that the host hangs; the end of its worker means that it died. */
import type { MachineBuilder } from './machine-context.ts';
import type { HostInit } from './conductor.ts';
import { Host, type HostPort } from './host.ts';
import { HostLost } from './host-lost.ts';
import { answerCall, callingPort } from './wire.ts';

/** What browsers' and Node's ports have in common. */
export interface PortLike {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  start?(): void;
  close?(): void;
}

type ToHost = { readonly init: HostInit } | { readonly id: number; readonly text: string };
type FromHost = { readonly id: number; readonly text: string } | { readonly id: number; readonly error: string };

/** Serves one host on the port. */
export function serveHost(port: PortLike, build: MachineBuilder): void {
  let host: Host | undefined;
  port.addEventListener('message', (event) => {
    const message = event.data as ToHost;
    if ('init' in message) host = new Host({ build, ...message.init });
    else void answer(port, host, message.id, message.text);
  });
  port.start?.();
}

async function answer(port: PortLike, host: Host | undefined, id: number, text: string): Promise<void> {
  try {
    if (!host) throw new Error('the host was not set up');
    port.postMessage({ id, text: await answerCall(host, text) } satisfies FromHost);
  } catch (error) {
    port.postMessage({ id, error: error instanceof Error ? error.stack ?? error.message : String(error) } satisfies FromHost);
  }
}

export interface ConnectOptions {
  /** Ends the worker. */
  end(): void;
  /** Calls `lost` when the worker ends or fails by itself. */
  onLost?(lost: (reason: string) => void): void;
  /** Wall time that one call may take. */
  readonly limitMs?: number;
}

/** Wall time that one call may take; a container's program that never waits takes longer. */
export const CALL_LIMIT_MS = 5_000;
/** The first call waits for the worker to load. */
const LOAD_LIMIT_MS = 60_000;

interface Waiting { readonly resolve: (text: string) => void; readonly reject: (error: Error) => void; readonly timer: ReturnType<typeof setTimeout> }

export function connectHost(port: PortLike, init: HostInit, options: ConnectOptions): HostPort {
  const waiting = new Map<number, Waiting>();
  let count = 0;
  let loaded = false;
  let lost: HostLost | undefined;
  const lose = (error: HostLost): void => {
    lost ??= error;
    for (const [id, { reject, timer }] of waiting) {
      clearTimeout(timer);
      waiting.delete(id);
      reject(error);
    }
  };
  port.addEventListener('message', (event) => {
    const message = event.data as FromHost;
    const call = waiting.get(message.id);
    if (!call) return;
    loaded = true;
    waiting.delete(message.id);
    clearTimeout(call.timer);
    if ('error' in message) call.reject(new Error(message.error));
    else call.resolve(message.text);
  });
  port.start?.();
  options.onLost?.((reason) => lose(new HostLost(false, reason)));
  port.postMessage({ init } satisfies ToHost);
  const send = (text: string): Promise<string> => new Promise((resolve, reject) => {
    if (lost) return reject(lost);
    count += 1;
    const limitMs = loaded ? options.limitMs ?? CALL_LIMIT_MS : LOAD_LIMIT_MS;
    const timer = setTimeout(() => lose(new HostLost(true, `The worker did not answer within ${limitMs / 1000} s.`)), limitMs);
    waiting.set(count, { resolve, reject, timer });
    port.postMessage({ id: count, text } satisfies ToHost);
  });
  return callingPort(send, () => {
    lose(new HostLost(false, 'The worker was ended.'));
    port.close?.();
    options.end();
  });
}
