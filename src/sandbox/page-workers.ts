/** The workers of the page: one with the engine (conductor and sandbox), and as it asks for them one a host of machines.
 *  The page makes them all and passes ports, because not every browser lets workers make workers. */
import { connectSandbox } from './port.ts';
import type { OpenSandbox, Sandbox } from './sandbox.ts';

export type OpenMessage = {
  readonly port: MessagePort;
  readonly options: Parameters<OpenSandbox>[0];
  /** Workers for nodes; 0: everything in the engine's own thread. */
  readonly workers: number;
};

/** What the engine asks of the page. */
export type EngineRequest =
  | { readonly openHost: string; readonly port: MessagePort }
  | { readonly endHost: string }
  | { readonly failed: string };

export interface WorkerMakers {
  engine(): Worker;
  /** Serves a host on the first port that it is sent. */
  host(name: string): Worker;
}

/** A node has a worker of its own as long as there are cores for it. */
export function nodeWorkers(nodes: number, cores: number): number {
  return Math.min(nodes, Math.max(1, Math.min(4, cores - 1)));
}

export function openInWorkers(make: WorkerMakers, options: OpenMessage['options'], workers: number): Promise<Sandbox> {
  const engine = make.engine();
  const hosts = new Map<string, Worker>();
  const { port1, port2 } = new MessageChannel();
  return new Promise<Sandbox>((resolve, reject) => {
    engine.addEventListener('error', (event) => reject(new Error(event.message || 'The engine could not be loaded.')));
    engine.addEventListener('message', (event: MessageEvent<EngineRequest | 'ready'>) => {
      const request = event.data;
      if (request === 'ready') resolve(ending(connectSandbox(port1), () => {
        engine.terminate();
        for (const host of hosts.values()) host.terminate();
      }));
      else if ('failed' in request) reject(new Error(request.failed));
      else if ('endHost' in request) {
        hosts.get(request.endHost)?.terminate();
        hosts.delete(request.endHost);
      } else {
        const host = make.host(request.openHost);
        hosts.set(request.openHost, host);
        host.postMessage(request.port, [request.port]);
      }
    });
    engine.postMessage({ port: port2, options, workers } satisfies OpenMessage, [port2]);
  });
}

/** The sandbox, whose closing ends its workers. */
async function ending(opening: Promise<Sandbox>, end: () => void): Promise<Sandbox> {
  const sandbox = await opening;
  const close = sandbox.close.bind(sandbox);
  sandbox.close = async () => {
    await close();
    end();
  };
  return sandbox;
}
