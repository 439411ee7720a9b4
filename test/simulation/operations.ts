/** Random work, as a busy team does it: every operation is an API call whose answer is remembered, so that what was
 *  acknowledged can be looked for. Weights make Deployments and Pods the commonest. */
import type { Random } from '../../src/base/world.ts';
import type { Deployment, Pod, Service } from '../../src/api/generated/types.ts';
import { ApiError } from '../../src/api/errors.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { ConfigMaps, Deployments, Nodes, Pods, Services } from '../../src/api/resources.ts';
import { TransportError } from '../../src/api/transport.ts';
import type { Client } from '../../src/client/client.ts';

export interface Acknowledged { readonly resource: Resource; readonly name: string; readonly uid: string; readonly revision: number; readonly deleted: boolean }

export interface Work {
  readonly client: Client;
  readonly random: Random;
  readonly acknowledged: Acknowledged[];
}

const NAMESPACE = 'default';
const NAMES = ['web', 'api', 'shop', 'mail', 'blog'] as const;
const IMAGES = ['nginx:1.25', 'nginx:1.26', 'nginx:1.27', 'httpd:2.4', 'redis:7'] as const;

type Operation = (work: Work) => Promise<void>;

const pick = <T>(random: Random, list: readonly T[]): T => list[random.int(list.length)] as T;

async function acknowledge<T extends KubeObject>(work: Work, resource: Resource<T>, call: Promise<T>, deleted = false): Promise<T> {
  const object = await call;
  const { name = '', uid = '', resourceVersion = '0' } = object.metadata ?? {};
  work.acknowledged.push({ resource, name, uid, revision: Number(resourceVersion), deleted });
  return object;
}

function deployment(name: string, random: Random): Deployment {
  const labels = { app: name };
  const strategy = random.int(5) === 0 ? { type: 'Recreate' } : { type: 'RollingUpdate', rollingUpdate: { maxSurge: pick(random, [1, '25%', 2]), maxUnavailable: pick(random, [0, 1, '25%']) } };
  return {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: NAMESPACE, labels },
    spec: {
      replicas: 1 + random.int(5), selector: { matchLabels: labels }, strategy,
      template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: pick(random, [1, 5, 30]), containers: [{ name: 'c', image: pick(random, IMAGES), resources: { requests: { cpu: '50m', memory: '32Mi' } } }] } },
    },
  };
}

const OPERATIONS: readonly (readonly [weight: number, name: string, run: Operation])[] = [
  [6, 'create deployment', async (work) => { await acknowledge(work, Deployments, work.client.create(Deployments, deployment(pick(work.random, NAMES), work.random))); }],
  [6, 'scale', async (work) => {
    await acknowledge(work, Deployments, work.client.patch(Deployments, pick(work.random, NAMES), NAMESPACE, 'merge', { spec: { replicas: work.random.int(8) } }));
  }],
  [4, 'set image', async (work) => {
    const patch = { spec: { template: { spec: { containers: [{ name: 'c', image: pick(work.random, IMAGES) }] } } } };
    await acknowledge(work, Deployments, work.client.patch(Deployments, pick(work.random, NAMES), NAMESPACE, 'strategic', patch));
  }],
  [4, 'delete a pod', async (work) => {
    const pods = (await work.client.list(Pods, { namespace: NAMESPACE })).items;
    if (pods.length > 0) await work.client.delete(Pods, pick(work.random, pods).metadata?.name ?? '', NAMESPACE);
  }],
  [1, 'delete a pod by force', async (work) => {
    const pods = (await work.client.list(Pods, { namespace: NAMESPACE })).items;
    if (pods.length > 0) await work.client.delete(Pods, pick(work.random, pods).metadata?.name ?? '', NAMESPACE, { gracePeriodSeconds: 0 });
  }],
  [1, 'relabel a pod', async (work) => {
    const pods = (await work.client.list(Pods, { namespace: NAMESPACE })).items;
    if (pods.length > 0) await acknowledge(work, Pods, work.client.patch<Pod>(Pods, pick(work.random, pods).metadata?.name ?? '', NAMESPACE, 'merge', { metadata: { labels: { app: 'orphan' } } }));
  }],
  [1, 'delete a deployment', async (work) => {
    const propagationPolicy = pick(work.random, ['Background', 'Foreground', 'Orphan'] as const);
    await work.client.delete(Deployments, pick(work.random, NAMES), NAMESPACE, { propagationPolicy });
  }],
  [2, 'create a service', async (work) => {
    const name = pick(work.random, NAMES);
    const service: Service = { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: NAMESPACE }, spec: { selector: { app: name }, ports: [{ port: 80 }], type: pick(work.random, ['ClusterIP', 'NodePort']) } };
    await acknowledge(work, Services, work.client.create(Services, service));
  }],
  [1, 'delete a service', async (work) => { await work.client.delete(Services, pick(work.random, NAMES), NAMESPACE); }],
  [2, 'write a config map', async (work) => {
    const name = `config-${work.random.int(4)}`;
    await acknowledge(work, ConfigMaps, work.client.create(ConfigMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: NAMESPACE, ...(work.random.int(2) === 0 && { finalizers: ['example.com/keep'] }) }, data: { n: String(work.random.int(1000)) } }));
  }],
  [1, 'delete a config map', async (work) => { await work.client.delete(ConfigMaps, `config-${work.random.int(4)}`, NAMESPACE); }],
  [1, 'drop a finalizer', async (work) => { await work.client.patch(ConfigMaps, `config-${work.random.int(4)}`, NAMESPACE, 'merge', { metadata: { finalizers: null } }); }],
  [2, 'cordon or uncordon', async (work) => { await work.client.patch(Nodes, `worker-${1 + work.random.int(3)}`, undefined, 'merge', { spec: { unschedulable: work.random.int(2) === 0 } }); }],
];

const TOTAL = OPERATIONS.reduce((sum, [weight]) => sum + weight, 0);

/** A refusal by the API (a name that is taken, an object that is gone) is an answer like any other; so is a lost call. */
export async function operate(work: Work): Promise<string> {
  let ticket = work.random.int(TOTAL);
  for (const [weight, name, run] of OPERATIONS) {
    ticket -= weight;
    if (ticket >= 0) continue;
    try {
      await run(work);
      return name;
    } catch (error) {
      if (error instanceof ApiError) return `${name}: ${error.message}`;
      if (error instanceof TransportError) return `${name}: ${error.message}`;
      throw error;
    }
  }
  return 'nothing';
}
