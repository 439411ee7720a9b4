/** The Web Worker of this page, in one of two parts: the engine (conductor, control of time, and the sandbox that it serves to
 *  the page), or a host that holds machines. One entry for both, so that their code is loaded once. */
import '../src/base/dispose.ts';
import { openCluster } from '../src/cluster/open.ts';
import { openEarly } from '../src/cluster/open-early.ts';
import { machineBuilder } from '../src/cluster/machines.ts';
import { CONTROL_PLANE, SHELL } from '../src/cluster/profile.ts';
import { onPlayed, prefetch } from '../src/cluster/while-opening.ts';
import { serveSandbox } from '../src/sandbox/port.ts';
import type { EngineRequest, OpenMessage } from '../src/sandbox/page-workers.ts';
import type { HostInit, HostPort } from '../src/sim/simulation.ts';
import { connectHost, serveHost } from '../src/sim/host-port.ts';
import { spread } from '../src/sim/placement.ts';

const tell = (request: EngineRequest | 'ready', transfer: Transferable[] = []): void => self.postMessage(request, { transfer });

let hosts = 0;

/** Asks the page for a worker: it may make one, we may not everywhere. */
async function openHost(name: string, init: HostInit): Promise<HostPort> {
  hosts += 1;
  const worker = `${name}-${hosts}`;
  const { port1, port2 } = new MessageChannel();
  tell({ openHost: worker, port: port2 }, [port2]);
  return connectHost(port1, init, { end: () => tell({ endHost: worker }) });
}

async function open({ port, options, workers }: OpenMessage): Promise<void> {
  try {
    const layout = workers === 0 ? {} : { moveTo: spread({ hub: CONTROL_PLANE, shells: [SHELL], workers, open: openHost }) };
    const open = options.journal ? openCluster : openEarly;
    const prepare = options.journal && { prepare: onPlayed((playedMicros) => tell({ playedMicros })) };
    serveSandbox(port, await open({ ...options, ...layout, ...prepare }));
    tell('ready');
    prefetch();
  } catch (error) {
    tell({ failed: error instanceof Error ? error.message : String(error) });
  }
}

/** What is sent first says the part: a bare port is a host's. */
self.addEventListener('message', ({ data }: MessageEvent<OpenMessage | MessagePort>) => {
  if (data instanceof MessagePort) {
    serveHost(data, machineBuilder());
    if (self.name.startsWith(SHELL)) prefetch();
  }
  else void open(data);
}, { once: true });
