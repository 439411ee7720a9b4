/** The workers of the page: one with the engine (conductor and sandbox), and as it asks for them one a host of machines.
 *  The page makes them all and passes ports, because not every browser lets workers make workers. */
import { disposable } from '../base/dispose.ts';
import { connectSandbox } from './port.ts';
import type { OpenSandbox, Sandbox, SandboxError } from './sandbox.ts';

export type OpenMessage = {
  readonly port: MessagePort;
  readonly options: Parameters<OpenSandbox>[0];
  /** Workers for nodes; 0: everything in the engine's own thread. */
  readonly workers: number;
};

/** What the engine asks of the page, and tells it while it opens. */
export type EngineRequest =
  | { readonly openHost: string; readonly port: MessagePort }
  | { readonly endHost: string }
  | { readonly playedMicros: number }
  | { readonly failed: string };

export interface WorkerMakers {
  engine(): Worker;
  /** Serves a host on the first port that it is sent. */
  host(name: string): Worker;
}

export interface Opening {
  /** Aborted: the workers end, and the sandbox is not opened. */
  readonly signal?: AbortSignal;
  /** How far the journal has been played. */
  readonly onPlayed?: (micros: number) => void;
}

/** A node has a worker of its own as long as there are cores for it. */
export function nodeWorkers(nodes: number, cores: number): number {
  return Math.min(nodes, Math.max(1, Math.min(4, cores - 1)));
}

export function openInWorkers(make: WorkerMakers, options: OpenMessage['options'], workers: number, { signal, onPlayed }: Opening = {}): Promise<Sandbox> {
  const engine = make.engine();
  const hosts = new Map<string, Worker>();
  const troubled = new Set<(error: SandboxError) => void>();
  const { port1, port2 } = new MessageChannel();
  const end = (): void => {
    engine.terminate();
    for (const host of hosts.values()) host.terminate();
  };
  const trouble = (event: ErrorEvent): void => {
    for (const listener of troubled) listener({ title: 'A worker of this page made a mistake', detail: event.message || 'It could not be loaded.', fatal: false });
  };
  return new Promise<Sandbox>((resolve, reject) => {
    signal?.addEventListener('abort', () => {
      end();
      reject(new Error('The cluster was not opened.'));
    });
    engine.addEventListener('error', (event) => {
      trouble(event);
      reject(new Error(event.message || 'The engine could not be loaded. This page runs it in a Web Worker, which this browser may block.'));
    });
    engine.addEventListener('message', (event: MessageEvent<EngineRequest | 'ready'>) => {
      const request = event.data;
      if (request === 'ready') resolve(ending(connectSandbox(port1), end, troubled));
      else if ('failed' in request) {
        end();
        reject(new Error(request.failed));
      } else if ('playedMicros' in request) onPlayed?.(request.playedMicros);
      else if ('endHost' in request) {
        hosts.get(request.endHost)?.terminate();
        hosts.delete(request.endHost);
      } else {
        const host = make.host(request.openHost);
        host.addEventListener('error', trouble);
        hosts.set(request.openHost, host);
        host.postMessage(request.port, [request.port]);
      }
    });
    engine.postMessage({ port: port2, options, workers } satisfies OpenMessage, [port2]);
  });
}

/** How long an engine may take to say goodbye. */
const CLOSING_MS = 1_000;

/** The sandbox, whose closing ends its workers, also where they do not answer any more. */
async function ending(opening: Promise<Sandbox>, end: () => void, troubled: Set<(error: SandboxError) => void>): Promise<Sandbox> {
  const sandbox = await opening;
  const close = sandbox.close.bind(sandbox);
  const onError = sandbox.onError.bind(sandbox);
  sandbox.onError = (listener) => {
    const inside = onError(listener);
    troubled.add(listener);
    return disposable(() => {
      inside[Symbol.dispose]();
      troubled.delete(listener);
    });
  };
  sandbox.close = async () => {
    await Promise.race([close(), new Promise<void>((resolve) => { setTimeout(resolve, CLOSING_MS); })]);
    end();
  };
  return sandbox;
}
