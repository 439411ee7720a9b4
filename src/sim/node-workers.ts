/** Hosts in Node's worker threads. */
import { MessageChannel, Worker } from 'node:worker_threads';
import type { HostInit } from './conductor.ts';
import type { HostPort } from './host.ts';
import { connectHost, type PortLike } from './host-port.ts';

/** Opens a worker whose entry serves a host on the port in its workerData (workers/node-host.ts). */
export function openNodeWorker(entry: string | URL, limitMs?: number): (host: string, init: HostInit) => Promise<HostPort> {
  return async (host, init) => {
    const { port1, port2 } = new MessageChannel();
    const worker = new Worker(entry, { name: host, workerData: { port: port2 }, transferList: [port2] });
    worker.unref();
    return connectHost(port1 as unknown as PortLike, init, {
      limitMs,
      end: () => void worker.terminate(),
      onLost: (lost) => {
        worker.on('error', (error) => lost(`The worker failed: ${error instanceof Error ? error.message : String(error)}`));
        worker.on('exit', (code) => lost(`The worker ended with code ${code}.`));
      },
    });
  };
}
