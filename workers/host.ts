/** A Web Worker that holds machines: it serves one host on the port that it is sent. */
import '../src/base/dispose.ts';
import { machineBuilder } from '../src/cluster/machines.ts';
import { serveHost } from '../src/sim/host-port.ts';

self.addEventListener('message', (event: MessageEvent<MessagePort>) => serveHost(event.data, machineBuilder()), { once: true });
