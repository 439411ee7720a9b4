/** Conformance tests of [sig-api-machinery] Garbage collector, and of namespaces that are deleted, by their names. */
import { describe, expect, it } from 'vitest';
import type { Deployment, Namespace, Pod, ReplicaSet, ReplicationController } from '../../src/api/generated/types.ts';
import type { KubeList, KubeObject } from '../../src/api/object.ts';
import { deployment, DEPLOYMENTS, JSON_PATCH, MERGE, pod, PODS } from '../apiserver/support.ts';
import { controlledCluster, eventually } from './clusters.ts';

const RCS = '/api/v1/namespaces/default/replicationcontrollers';
const SETS = '/apis/apps/v1/namespaces/default/replicasets';
const COUNT = 10;

type Cluster = Awaited<ReturnType<typeof controlledCluster>>;

const controller = (name: string, replicas = COUNT): object => ({
  apiVersion: 'v1',
  kind: 'ReplicationController',
  metadata: { name },
  spec: {
    replicas,
    selector: { name },
    template: { metadata: { labels: { name } }, spec: { containers: [{ name: 'nginx', image: 'registry.k8s.io/pause:3.10' }] } },
  },
});

const itemsOf = async <T extends KubeObject>({ ok }: Cluster, path: string): Promise<readonly T[]> =>
  (await ok<KubeList<T>>('GET', path)).items;
const podsOf = (cluster: Cluster): Promise<readonly Pod[]> => itemsOf<Pod>(cluster, PODS);
const ownersOf = (objects: readonly KubeObject[]): string[] =>
  objects.flatMap(({ metadata }) => (metadata?.ownerReferences ?? []).map(({ kind, name }) => `${kind} ${name}`));
const isGone = async ({ call }: Cluster, path: string): Promise<boolean> => (await call('GET', path)).status === 404;

async function withController(name: string): Promise<Cluster & { readonly made: ReplicationController }> {
  const cluster = await controlledCluster();
  const made = await cluster.ok<ReplicationController>('POST', RCS, controller(name));
  await eventually(cluster, async () => (await podsOf(cluster)).filter(({ status }) => status?.phase === 'Running').length === COUNT);
  return { ...cluster, made };
}

async function withDeployment(): Promise<Cluster> {
  const cluster = await controlledCluster();
  await cluster.ok('POST', DEPLOYMENTS, deployment('web', 2));
  await eventually(cluster, async () => (await podsOf(cluster)).length === 2);
  expect(ownersOf(await itemsOf<ReplicaSet>(cluster, SETS))).toEqual(['Deployment web']);
  return cluster;
}

const policy = (propagationPolicy: string, more: object = {}): object => ({
  kind: 'DeleteOptions',
  apiVersion: 'v1',
  propagationPolicy,
  ...more,
});

describe('[sig-api-machinery] Garbage collector', () => {
  it('[sig-api-machinery] Garbage collector should delete pods created by rc when not orphaning', async () => {
    const cluster = await withController('simpletest');
    const { uid } = cluster.made.metadata ?? {};
    await cluster.ok('DELETE', `${RCS}/simpletest`, policy('Background', { preconditions: { uid } }));
    expect(await isGone(cluster, `${RCS}/simpletest`)).toBe(true);
    await eventually(cluster, async () => (await podsOf(cluster)).length === 0);
  });

  it('[sig-api-machinery] Garbage collector should orphan pods created by rc if delete options say so', async () => {
    const cluster = await withController('simpletest');
    const { uid } = cluster.made.metadata ?? {};
    await cluster.ok('DELETE', `${RCS}/simpletest`, policy('Orphan', { preconditions: { uid } }));
    await eventually(cluster, () => isGone(cluster, `${RCS}/simpletest`));
    // It must not be a mistake of the collector either.
    await cluster.advance(30_000);
    const pods = await podsOf(cluster);
    expect([pods.length, ownersOf(pods)]).toEqual([COUNT, []]);
  });

  it('[sig-api-machinery] Garbage collector should delete RS created by deployment when not orphaning', async () => {
    const cluster = await withDeployment();
    await cluster.ok('DELETE', `${DEPLOYMENTS}/web`, policy('Background'));
    await eventually(cluster, async () => (await itemsOf(cluster, SETS)).length === 0);
    await eventually(cluster, async () => (await podsOf(cluster)).length === 0);
    expect(await itemsOf<Deployment>(cluster, DEPLOYMENTS)).toEqual([]);
  });

  it('[sig-api-machinery] Garbage collector should orphan RS created by deployment when deleteOptions.PropagationPolicy is Orphan', async () => {
    const cluster = await withDeployment();
    await cluster.ok('DELETE', `${DEPLOYMENTS}/web`, policy('Orphan'));
    await eventually(cluster, () => isGone(cluster, `${DEPLOYMENTS}/web`));
    await cluster.advance(30_000);
    const sets = await itemsOf<ReplicaSet>(cluster, SETS);
    expect([sets.length, ownersOf(sets), (await podsOf(cluster)).length]).toEqual([1, [], 2]);
  });

  it('[sig-api-machinery] Garbage collector should keep the rc around until all its pods are deleted if the deleteOptions says so', async () => {
    const cluster = await withController('simpletest');
    await cluster.ok('DELETE', `${RCS}/simpletest`, policy('Foreground'));
    const seen: string[] = [];
    await eventually(cluster, async () => {
      const left = (await podsOf(cluster)).length;
      const { body, status } = await cluster.call('GET', `${RCS}/simpletest`);
      if (status === 404) {
        seen.push(`gone, ${left} pods`);
        return true;
      }
      const { deletionTimestamp, finalizers } = (body as ReplicationController).metadata ?? {};
      seen.push(`${left} pods, ${deletionTimestamp === undefined ? 'kept' : 'waits'} ${finalizers?.join()}`);
      return false;
    });
    expect(seen[0]).toBe(`${COUNT} pods, waits foregroundDeletion`);
    expect(seen.at(-1)).toBe('gone, 0 pods');
  });

  it("[sig-api-machinery] Garbage collector should not delete dependents that have both valid owner and owner that's waiting for dependents to be deleted", async () => {
    const cluster = await withController('to-be-deleted');
    const stays = await cluster.ok<ReplicationController>('POST', RCS, controller('to-stay', 0));
    const owner = { apiVersion: 'v1', kind: 'ReplicationController', name: 'to-stay', uid: stays.metadata?.uid };
    const pods = await podsOf(cluster);
    const kept = pods.slice(0, COUNT / 2).map(({ metadata }) => metadata?.name);
    for (const name of kept) {
      const patch = [{ op: 'add', path: '/metadata/ownerReferences/-', value: owner }];
      await cluster.ok('PATCH', `${PODS}/${name}`, patch, { headers: JSON_PATCH });
    }
    await cluster.ok('DELETE', `${RCS}/to-be-deleted`, policy('Foreground'));
    await eventually(cluster, () => isGone(cluster, `${RCS}/to-be-deleted`));
    await cluster.advance(5000);
    const left = await podsOf(cluster);
    expect(left.map(({ metadata }) => metadata?.name).toSorted()).toEqual(kept.toSorted());
    expect(ownersOf(left)).toEqual(kept.map(() => 'ReplicationController to-stay'));
    expect(left.filter(({ metadata }) => metadata?.deletionTimestamp !== undefined)).toEqual([]);
  });

  it('[sig-api-machinery] Garbage collector should not be blocked by dependency circle', async () => {
    const cluster = await controlledCluster();
    const made = await Promise.all(['pod1', 'pod2', 'pod3'].map((name) => cluster.ok<Pod>('POST', PODS, pod(name))));
    for (const [i, { metadata }] of made.entries()) {
      const owner = made[(i + 2) % 3] as Pod;
      const reference = {
        apiVersion: 'v1',
        kind: 'Pod',
        name: owner.metadata?.name,
        uid: owner.metadata?.uid,
        controller: true,
        blockOwnerDeletion: true,
      };
      await cluster.ok('PATCH', `${PODS}/${metadata?.name}`, { metadata: { ownerReferences: [reference] } }, { headers: MERGE });
    }
    await cluster.ok('DELETE', `${PODS}/pod1`, policy('Foreground'));
    await eventually(cluster, async () => (await podsOf(cluster)).length === 0, 90_000);
  });
});

describe('[sig-api-machinery] Namespaces', () => {
  async function withNamespace(): Promise<Cluster> {
    const cluster = await controlledCluster();
    await cluster.ok('POST', '/api/v1/namespaces', { metadata: { name: 'nsdelete' } });
    await cluster.advance(1000);
    return cluster;
  }

  it('[sig-api-machinery] Namespaces [Serial] should ensure that all pods are removed when a namespace is deleted', async () => {
    const cluster = await withNamespace();
    const { ok } = cluster;
    await ok('POST', '/api/v1/namespaces/nsdelete/pods', pod('test-pod'));
    await eventually(cluster, async () => (await ok<Pod>('GET', '/api/v1/namespaces/nsdelete/pods/test-pod')).status?.phase === 'Running');
    await ok('DELETE', '/api/v1/namespaces/nsdelete');
    await eventually(cluster, () => isGone(cluster, '/api/v1/namespaces/nsdelete'));
    expect(await isGone(cluster, '/api/v1/namespaces/nsdelete/pods/test-pod')).toBe(true);
    await ok('POST', '/api/v1/namespaces', { metadata: { name: 'nsdelete' } });
    expect(await itemsOf(cluster, '/api/v1/namespaces/nsdelete/pods')).toEqual([]);
  });

  it('[sig-api-machinery] Namespaces [Serial] should ensure that all services are removed when a namespace is deleted', async () => {
    const cluster = await withNamespace();
    const { ok } = cluster;
    const spec = { selector: { foo: 'bar' }, ports: [{ port: 80, targetPort: 80 }] };
    await ok('POST', '/api/v1/namespaces/nsdelete/services', { metadata: { name: 'test-service' }, spec } as KubeObject);
    await ok('DELETE', '/api/v1/namespaces/nsdelete');
    await eventually(cluster, () => isGone(cluster, '/api/v1/namespaces/nsdelete'));
    await ok('POST', '/api/v1/namespaces', { metadata: { name: 'nsdelete' } });
    expect(await isGone(cluster, '/api/v1/namespaces/nsdelete/services/test-service')).toBe(true);
    expect(await itemsOf(cluster, '/api/v1/namespaces/nsdelete/services')).toEqual([]);
  });

  it('[sig-api-machinery] OrderedNamespaceDeletion namespace deletion should delete pod first', async () => {
    const cluster = await withNamespace();
    const { ok } = cluster;
    const at = '/api/v1/namespaces/nsdelete';
    const held = pod('test-pod') as KubeObject;
    await ok('POST', `${at}/pods`, { ...held, metadata: { ...held.metadata, finalizers: ['e2e.example.com/finalizer'] } });
    await ok('POST', `${at}/configmaps`, { metadata: { name: 'test-configmap' } });
    await ok('DELETE', at);
    await eventually(cluster, async () => (await ok<Pod>('GET', `${at}/pods/test-pod`)).metadata?.deletionTimestamp !== undefined);
    const says = async (type: string): Promise<string | undefined> =>
      (await ok<Namespace>('GET', at)).status?.conditions?.find((each) => each.type === type && each.status === 'True')?.message;
    await eventually(cluster, async () => (await says('NamespaceFinalizersRemaining')) !== undefined);
    expect(await says('NamespaceFinalizersRemaining')).toContain('e2e.example.com/finalizer in 1 resource instances');
    expect(await says('NamespaceContentRemaining')).toContain('pods. has 1 resource instances');
    await cluster.advance(60_000);
    // What is no Pod waits its turn.
    expect((await ok('GET', `${at}/configmaps/test-configmap`)).metadata?.deletionTimestamp).toBeUndefined();
    await ok('PATCH', `${at}/pods/test-pod`, { metadata: { finalizers: null } }, { headers: MERGE });
    await eventually(cluster, () => isGone(cluster, at));
    expect(await isGone(cluster, `${at}/configmaps/test-configmap`)).toBe(true);
  });
});
