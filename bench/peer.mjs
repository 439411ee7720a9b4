// The peer in our table: @ngrok/webernetes. It runs in real time, so what is compared is the processor time that the
// work costs, not the wall time.
//   node bench/peer.mjs REPLICAS NODES   prints {"cpuMs":..,"wallMs":..,"ready":..}
import { loadPeer } from './peer-bundle.mjs';

const { Cluster, BaseImage } = await loadPeer();

class Server extends BaseImage {
  static imageName = 'server';
  static imageVersion = '1.0';
  defaultCommand = ['server'];
  async exec(ctx) {
    ctx.listenHttp(8080, async () => ({ statusCode: 200, body: 'hello\n' }));
    return ctx.waitUntilKilled();
  }
}

const [replicas, nodes] = process.argv.slice(2).map(Number);
const LIMIT_MS = 600_000;
const before = process.cpuUsage();
const startedAt = performance.now();
const cluster = new Cluster({ nodes });
cluster.registerImage(Server);
await cluster.init();
await cluster.apply([{
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas, selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'server:1.0' }] } },
  },
}]);
let ready = 0;
while (ready < replicas && performance.now() - startedAt < LIMIT_MS) {
  await new Promise((resolve) => { setTimeout(resolve, 100); });
  const deployment = await cluster.api.appsv1.readNamespacedDeployment({ name: 'web', namespace: 'default' });
  ready = deployment.status?.readyReplicas ?? 0;
}
const { user, system } = process.cpuUsage(before);
process.stdout.write(`${JSON.stringify({ replicas, nodes, ready, cpuMs: Math.round((user + system) / 1000), wallMs: Math.round(performance.now() - startedAt) })}\n`);
process.exit(0);
