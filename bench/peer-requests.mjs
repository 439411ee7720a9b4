// What requests cost the peer, @ngrok/webernetes, in process: the same operations as `requests.ts server events`, in processor
// time. It stores Events but no ConfigMaps; its server validates less, keeps no managedFields and knows no server-side apply.
//   node bench/peer-requests.mjs   prints {"createMs":..,"getMs":..,"listMs":..,"watchMs":..,"applyMs":..}
import { loadPeer } from './peer-bundle.mjs';

const { Cluster, Watch } = await loadPeer();
const MANY = 10_000;
const WATCHERS = 100;
const UPDATES = 100;
const MANIFESTS = 1000;
const namespace = 'default';

function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function timed(work) {
  const from = cpuMs();
  await work();
  return cpuMs() - from;
}

const event = (name) => ({
  apiVersion: 'v1', kind: 'Event', metadata: { name, namespace }, type: 'Normal', reason: 'Bench', message: 'something happened',
  involvedObject: { kind: 'Pod', namespace, name: 'web' },
});
const deployment = (name) => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace, labels: { app: name } },
  spec: { replicas: 0, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'web', image: 'nginx:1.27', ports: [{ containerPort: 80 }] }] } } },
});

const cluster = new Cluster({ nodes: 1 });
await cluster.init();
const { corev1 } = cluster.api;
const create = (name) => corev1.createNamespacedEvent({ namespace, body: event(name) });
for (let index = 0; index < 500; index += 1) await create(`warm-${index}`);

const createMs = await timed(async () => { for (let index = 0; index < MANY; index += 1) await create(`object-${index}`); });
const getMs = await timed(async () => { for (let index = 0; index < MANY; index += 1) await corev1.readNamespacedEvent({ namespace, name: `object-${index}` }); });
const listMs = await timed(async () => {
  const { items } = await corev1.listNamespacedEvent({ namespace });
  if (items.length < MANY) throw new Error(`listed ${items.length} of ${MANY}`);
});
const watchMs = await timed(async () => {
  const watch = new Watch(cluster.kubeConfig);
  const { metadata } = await corev1.listNamespacedEvent({ namespace });
  const heard = [];
  const aborts = [];
  for (let watcher = 0; watcher < WATCHERS; watcher += 1) {
    heard.push(new Promise((resolve) => {
      let left = UPDATES;
      const query = { resourceVersion: metadata?.resourceVersion };
      aborts.push(watch.watch(`/api/v1/namespaces/${namespace}/events`, query, () => { left -= 1; if (left === 0) resolve(); }, () => undefined));
    }));
  }
  const controllers = await Promise.all(aborts);
  for (let index = 0; index < UPDATES; index += 1) {
    const body = await corev1.readNamespacedEvent({ namespace, name: `object-${index}` });
    await corev1.replaceNamespacedEvent({ namespace, name: `object-${index}`, body: { ...body, message: 'updated' } });
  }
  await Promise.all(heard);
  for (const controller of controllers) controller.abort();
});
const applyMs = await timed(() => cluster.apply(Array.from({ length: MANIFESTS }, (_, index) => deployment(`applied-${index}`))));
process.stdout.write(`${JSON.stringify({ createMs, getMs, listMs, watchMs, applyMs })}\n`);
process.exit(0);
