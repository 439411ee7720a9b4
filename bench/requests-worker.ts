/** The other thread of the request bench: a playing cluster of three nodes, served on a MessagePort or over HTTP. */
import { parentPort, workerData } from 'node:worker_threads';
import { openCluster } from '../src/cluster/open.ts';
import { makeProfile } from '../src/cluster/profile.ts';
import { serveSandbox } from '../src/sandbox/port.ts';
import { serveHttp } from '../src/wire/http-server.ts';

const { how, port } = workerData as { readonly how: 'port' | 'http'; readonly port: MessagePort };
const sandbox = await openCluster({ profile: makeProfile(), playing: true, speed: 1 });
if (how === 'port') {
  serveSandbox(port, sandbox);
  parentPort?.postMessage({});
} else {
  const address = (await serveHttp(sandbox.api, { port: 0 })).address();
  parentPort?.postMessage({ httpPort: typeof address === 'object' && address ? address.port : 0 });
}
