/** A Node worker with machines of the toy cluster; bundled by the tests that use it. */
import { workerData } from 'node:worker_threads';
import { serveHost, type PortLike } from '../../src/sim/host-port.ts';
import { buildToy } from './toy.ts';

serveHost((workerData as { readonly port: PortLike }).port, buildToy);
