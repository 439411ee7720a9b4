/** Random work, as a busy team does it. Each operation is one call whose answer is remembered, so that what was acknowledged
 *  can be looked for; what it works on is read from the store itself. Weights make Deployments and Pods the commonest. */
import type { Random } from '../../src/base/world.ts';
import { equal } from '../../src/base/json.ts';
import type { ConfigMap, Deployment, Node, Pod, Service } from '../../src/api/generated/types.ts';
import { ApiError, errorOfResponse } from '../../src/api/errors.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { ConfigMaps, Deployments, Nodes, Pods, Services } from '../../src/api/resources.ts';
import { TransportError } from '../../src/api/transport.ts';
import type { Client } from '../../src/client/client.ts';
import type { Etcd } from '../../src/etcd/etcd.ts';
import { CompactedError } from '../../src/etcd/store.ts';
import type { Judge } from './judge.ts';
import { CONFIG_MAPS, DEPLOYMENTS, NODES, PODS, SERVICES } from './rule.ts';
import { KEEP } from './rules/finalizers.ts';

export interface Work {
  readonly client: Client;
  readonly random: Random;
  readonly store: Etcd;
  readonly judge: Judge;
  /** What somebody read a while ago and now writes back. */
  readonly held: KubeObject[];
  readonly counts: { acknowledged: number; refused: number; lost: number };
}

const NAMESPACE = 'default';
const NAMES = ['web', 'api', 'shop', 'mail', 'blog'] as const;
const IMAGES = ['nginx:1.25', 'nginx:1.26', 'nginx:1.27', 'httpd:2.4', 'redis:7'] as const;
const LOST = 'nothing acknowledged is lost';
const PREFIXES: ReadonlyMap<Resource, string> = new Map<Resource, string>([
  [Pods, PODS], [Deployments, DEPLOYMENTS], [Services, SERVICES], [ConfigMaps, CONFIG_MAPS], [Nodes, NODES],
]);

type Operation = (work: Work) => Promise<void> | undefined;

const pick = <T>(random: Random, list: readonly T[]): T => list[random.int(list.length)] as T;

function objects<T extends KubeObject>({ store }: Work, prefix: string): readonly T[] {
  return store.range(`${prefix}${prefix === NODES ? '' : `${NAMESPACE}/`}`).kvs.map(({ value }) => value as T);
}

/** A Pod of the team's, if there is one. */
function somePod(work: Work): Pod | undefined {
  const pods = objects<Pod>(work, PODS);
  return pods.length === 0 ? undefined : pick(work.random, pods);
}

const nameOf = ({ metadata }: KubeObject): string => metadata?.name ?? '';

/** The answer is what stands in the store at its revision. `from`: the revision that the writer named. */
async function acknowledge(work: Work, resource: Resource, call: Promise<KubeObject>, from?: number): Promise<void> {
  const { metadata } = await call.then((object) => check(work, resource, object, from));
  work.counts.acknowledged += 1;
  if (!metadata) work.judge.accuse(LOST, 'an answer without metadata');
}

function check({ store, judge }: Work, resource: Resource, object: KubeObject, from: number | undefined): KubeObject {
  const { namespace, name = '', resourceVersion = '' } = object.metadata ?? {};
  const key = `${PREFIXES.get(resource)}${namespace ? `${namespace}/` : ''}${name}`;
  const revision = Number(resourceVersion);
  try {
    const stored = store.get(key, revision);
    if (stored?.modRevision !== revision) judge.accuse(LOST, `${key} was acknowledged at revision ${resourceVersion}, where the store has ${stored?.modRevision ?? 'nothing'}`);
    else if (!equal(stored.value, object)) judge.accuse(LOST, `${key} was acknowledged at revision ${resourceVersion} with another content than the store's`);
    if (from === undefined || from === revision) return object;
    const before = store.get(key, revision - 1)?.modRevision;
    if (before !== from) judge.accuse('nobody writes over what he has not seen', `${key} was read at ${from} and written at ${revision}, over revision ${before}`);
  } catch (error) {
    if (!(error instanceof CompactedError)) throw error;
  }
  return object;
}

function deployment(name: string, random: Random): Deployment {
  const labels = { app: name };
  const strategy = random.int(5) === 0 ? { type: 'Recreate' } : {
    type: 'RollingUpdate', rollingUpdate: { maxSurge: pick(random, [1, '25%', '30%', 2]), maxUnavailable: pick(random, [0, 1, '25%']) },
  };
  return {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: NAMESPACE, labels },
    spec: {
      replicas: 1 + random.int(6), selector: { matchLabels: labels }, strategy,
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: pick(random, [1, 5, 30]),
          containers: [{ name: 'c', image: pick(random, IMAGES), resources: { requests: { cpu: '50m', memory: '32Mi' } } }],
        },
      },
    },
  };
}

function service(name: string, random: Random): Service {
  return {
    apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: NAMESPACE },
    spec: { selector: { app: name }, ports: [{ port: 80 }], type: pick(random, ['ClusterIP', 'ClusterIP', 'NodePort']) },
  };
}

function configMap(name: string, random: Random): ConfigMap {
  return {
    apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: NAMESPACE, ...(random.int(2) === 0 && { finalizers: [KEEP] }) },
    data: { n: String(random.int(1000)) },
  };
}

const patchDeployment = (work: Work, patch: object): Promise<void> =>
  acknowledge(work, Deployments, work.client.patch(Deployments, pick(work.random, NAMES), NAMESPACE, 'strategic', patch));

async function deleteIt(work: Work, resource: Resource, name: string, options: Parameters<Client['delete']>[3] = {}): Promise<void> {
  await work.client.delete(resource, name, NAMESPACE, options);
  work.counts.acknowledged += 1;
}

/** Those that find nothing to do, do nothing; the next draw then counts. */
const OPERATIONS: readonly (readonly [weight: number, name: string, run: Operation])[] = [
  [6, 'create a deployment', (work) => acknowledge(work, Deployments, work.client.create(Deployments, deployment(pick(work.random, NAMES), work.random)))],
  [6, 'scale a deployment', (work) => patchDeployment(work, { spec: { replicas: work.random.int(8) } })],
  [5, 'set an image', (work) => patchDeployment(work, { spec: { template: { spec: { containers: [{ name: 'c', image: pick(work.random, IMAGES) }] } } } })],
  [1, 'restart a deployment', (work) => patchDeployment(work, { spec: { template: { metadata: { annotations: { restarted: String(work.random.int(1e6)) } } } } })],
  [1, 'delete a deployment', (work) => {
    const name = pick(work.random, NAMES);
    const propagationPolicy = pick(work.random, ['Background', 'Foreground', 'Orphan'] as const);
    // Who deletes again in another way takes back what the first way promised.
    const isDeleted = objects<Deployment>(work, DEPLOYMENTS).some((one) => nameOf(one) === name && one.metadata?.deletionTimestamp);
    return isDeleted ? undefined : deleteIt(work, Deployments, name, { propagationPolicy });
  }],
  [4, 'delete a pod', (work) => {
    const pod = somePod(work);
    return pod && deleteIt(work, Pods, nameOf(pod));
  }],
  [1, 'delete a pod by force', (work) => {
    const pod = somePod(work);
    return pod && deleteIt(work, Pods, nameOf(pod), { gracePeriodSeconds: 0 });
  }],
  [1, 'take a pod from its set', (work) => {
    const pod = somePod(work);
    return pod && acknowledge(work, Pods, work.client.patch(Pods, nameOf(pod), NAMESPACE, 'merge', { metadata: { labels: { app: 'orphan' } } }));
  }],
  [2, 'bind a pod by hand', (work) => {
    const pod = somePod(work);
    const nodes = objects<Node>(work, NODES).filter((node) => nameOf(node).startsWith('worker-'));
    return pod && nodes.length > 0 ? bindPod(work, pod, nameOf(pick(work.random, nodes))) : undefined;
  }],
  [3, 'create a service', (work) => acknowledge(work, Services, work.client.create(Services, service(pick(work.random, NAMES), work.random)))],
  [2, 'delete a service', (work) => deleteIt(work, Services, pick(work.random, NAMES))],
  [3, 'write a config map', (work) => {
    const name = `config-${work.random.int(4)}`;
    const old = objects<ConfigMap>(work, CONFIG_MAPS).find((one) => nameOf(one) === name);
    if (!old) return acknowledge(work, ConfigMaps, work.client.create(ConfigMaps, configMap(name, work.random)));
    return acknowledge(work, ConfigMaps, work.client.patch(ConfigMaps, name, NAMESPACE, 'merge', { data: { n: String(work.random.int(1000)) } }));
  }],
  [2, 'read a config map', (work) => {
    const maps = objects<ConfigMap>(work, CONFIG_MAPS).filter((one) => nameOf(one).startsWith('config-'));
    if (maps.length > 0) work.held.push(pick(work.random, maps));
    return undefined;
  }],
  [3, 'write back what was read', (work) => {
    const old = work.held.shift();
    if (!old) return undefined;
    const next = { ...old, data: { n: String(work.random.int(1000)) } };
    return acknowledge(work, ConfigMaps, work.client.update(ConfigMaps, next), Number(old.metadata?.resourceVersion));
  }],
  [1, 'delete a config map', (work) => deleteIt(work, ConfigMaps, `config-${work.random.int(4)}`)],
  [1, 'drop a finalizer', (work) => {
    const map = objects<ConfigMap>(work, CONFIG_MAPS).find(({ metadata }) => metadata?.finalizers?.includes(KEEP));
    return map && dropFinalizer(work, map);
  }],
  [2, 'cordon or uncordon', (work) => {
    const nodes = objects<Node>(work, NODES).filter((node) => nameOf(node).startsWith('worker-'));
    if (nodes.length === 0) return undefined;
    return acknowledge(work, Nodes, work.client.patch(Nodes, nameOf(pick(work.random, nodes)), undefined, 'merge', { spec: { unschedulable: work.random.int(2) === 0 } }));
  }],
];

function dropFinalizer(work: Work, map: ConfigMap): Promise<void> {
  work.judge.dropping(map.metadata?.uid ?? '');
  const patch = { metadata: { uid: map.metadata?.uid, finalizers: null } };
  return work.client.patch(ConfigMaps, nameOf(map), NAMESPACE, 'merge', patch).then(() => { work.counts.acknowledged += 1; });
}

/** As a second scheduler would: it may know a Pod as waiting that has its node by now. */
async function bindPod({ client, counts }: Work, pod: Pod, node: string): Promise<void> {
  const { name = '', namespace = '', uid } = pod.metadata ?? {};
  const { status, body } = await client.transport.request({
    method: 'POST', path: `/api/v1/namespaces/${namespace}/pods/${name}/binding`, headers: { 'content-type': 'application/json', accept: 'application/json', 'user-agent': 'kubectl' },
    body: { apiVersion: 'v1', kind: 'Binding', metadata: { namespace, name, uid }, target: { apiVersion: 'v1', kind: 'Node', name: node } },
  });
  if (status >= 400) throw errorOfResponse(status, body);
  counts.acknowledged += 1;
}

const TOTAL = OPERATIONS.reduce((sum, [weight]) => sum + weight, 0);
const TRIES = 20;

/** Begins one operation; its end comes when history gets there. A refusal by the API is an answer like any other. */
export function operate(work: Work, say: (text: string) => void): void {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const [, name, run] = drawn(work.random.int(TOTAL));
    const call = run(work);
    if (!call) continue;
    say(name);
    void settle(work, name, call, say);
    return;
  }
}

function drawn(ticket: number): (typeof OPERATIONS)[number] {
  let left = ticket;
  for (const row of OPERATIONS) {
    left -= row[0];
    if (left < 0) return row;
  }
  throw new Error('no such ticket');
}

async function settle({ counts, judge }: Work, name: string, call: Promise<void>, say: (text: string) => void): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ApiError) counts.refused += 1;
    else if (error instanceof TransportError) counts.lost += 1;
    else judge.accuse('an operation gets an answer', `${name}: ${String(error)}`);
    say(`${name}: ${String(error)}`);
  }
}

/** What a tidy team does at the end: every node takes Pods again, and what waits to be deleted may go. */
export function tidyUp(work: Work): void {
  for (const node of objects<Node>(work, NODES)) {
    if (node.spec?.unschedulable) void settle(work, 'uncordon', acknowledge(work, Nodes, work.client.patch(Nodes, nameOf(node), undefined, 'merge', { spec: { unschedulable: null } })), () => undefined);
  }
  for (const map of objects<ConfigMap>(work, CONFIG_MAPS)) {
    if (map.metadata?.finalizers?.includes(KEEP) && map.metadata.deletionTimestamp) void settle(work, 'drop a finalizer', dropFinalizer(work, map), () => undefined);
  }
}
