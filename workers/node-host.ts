/** A Node worker that holds machines: it serves one host on the port that it is given. */
import { workerData } from 'node:worker_threads';
import '../src/base/dispose.ts';
import { machineBuilder } from '../src/cluster/machines.ts';
import { serveHost, type PortLike } from '../src/sim/host-port.ts';

serveHost((workerData as { readonly port: PortLike }).port, machineBuilder());
