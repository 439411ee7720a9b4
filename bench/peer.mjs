// The peer in our table: @ngrok/webernetes, bundled because it does not load in Node as published. It runs in real time, so
// what is compared is the processor time that the work costs, not the wall time.
//   node bench/peer.mjs REPLICAS NODES   prints {"cpuMs":..,"wallMs":..,"ready":..}
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bundle = join(root, '.cache/peer.mjs');
mkdirSync(dirname(bundle), { recursive: true });
await build({
  stdin: { contents: "export * from '@ngrok/webernetes';", resolveDir: root }, bundle: true, format: 'esm', platform: 'node', outfile: bundle, logLevel: 'error',
  banner: { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" },
});
const { Cluster, BaseImage } = await import(pathToFileURL(bundle).href);

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
