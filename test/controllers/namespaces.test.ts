import { describe, expect, it } from 'vitest';
import { isReason } from '../../src/api/errors.ts';
import { uidOf } from '../../src/api/meta.ts';
import { ConfigMaps, Deployments, Namespaces, Pods, ReplicaSets, Secrets, ServiceAccounts } from '../../src/api/resources.ts';
import { smallCluster } from '../support/small-cluster.ts';

const container = { containers: [{ name: 'c', image: 'nginx' }] };
const owner = (name: string, uid: string, more: object = {}): object => ({ apiVersion: 'v1', kind: 'ConfigMap', name, uid, ...more });

describe('a new namespace', () => {
  it('soon has its default ServiceAccount and the root certificate, and has them again when they are deleted', async () => {
    const cluster = await smallCluster();
    await cluster.create(Namespaces, { metadata: { name: 'shop' } });
    await cluster.advance(30);
    expect((await cluster.list(ServiceAccounts, 'shop')).map((each) => each.metadata?.name)).toEqual(['default']);
    expect((await cluster.get(ConfigMaps, 'kube-root-ca.crt', 'shop')).data).toEqual({ 'ca.crt': 'CERTIFICATE' });
    await cluster.drive(cluster.client.delete(ServiceAccounts, 'default', 'shop'));
    await cluster.drive(cluster.client.delete(ConfigMaps, 'kube-root-ca.crt', 'shop'));
    await cluster.advance(100);
    expect([(await cluster.list(ServiceAccounts, 'shop')).length, (await cluster.list(ConfigMaps, 'shop')).length]).toEqual([1, 1]);
  });
});

describe('a deleted namespace (I13)', () => {
  it('loses its Pods first, then everything else, then itself', async () => {
    const cluster = await smallCluster({ stopMs: 4000 });
    await cluster.create(Namespaces, { metadata: { name: 'shop' } });
    await cluster.advance(100);
    await cluster.create(
      Deployments,
      {
        metadata: { name: 'web' },
        spec: { replicas: 2, selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: container } },
      },
      'shop',
    );
    await cluster.create(Secrets, { metadata: { name: 's' } }, 'shop');
    await cluster.advance(3000);
    await cluster.drive(cluster.client.delete(Namespaces, 'shop'));
    await cluster.advance(6000);
    const going = await cluster.get(Namespaces, 'shop');
    expect(going.status?.phase).toBe('Terminating');
    expect(going.status?.conditions?.map((each) => `${each.type} ${each.status} ${each.reason}: ${each.message}`)).toEqual([
      'NamespaceDeletionDiscoveryFailure False ResourcesDiscovered: All resources successfully discovered',
      'NamespaceDeletionGroupVersionParsingFailure False ParsedGroupVersions: All legacy kube types successfully parsed',
      'NamespaceDeletionContentFailure False ContentDeleted: All content successfully deleted, may be waiting on finalization',
      'NamespaceContentRemaining True SomeResourcesRemain: Some resources are remaining: pods. has 2 resource instances',
      'NamespaceFinalizersRemaining False ContentHasNoFinalizers: All content-preserving finalizers finished',
    ]);
    expect(await cluster.list(Secrets, 'shop')).toHaveLength(1);
    await cluster.advance(30_000);
    await expect(cluster.get(Namespaces, 'shop')).rejects.toSatisfy((error) => isReason(error, 'NotFound'));
    expect([
      (await cluster.list(Pods, 'shop')).length,
      (await cluster.list(Secrets, 'shop')).length,
      (await cluster.list(Deployments, 'shop')).length,
    ]).toEqual([0, 0, 0]);
  });

  it('waits for foreign finalizers and names them', async () => {
    const cluster = await smallCluster();
    await cluster.create(Namespaces, { metadata: { name: 'shop' } });
    await cluster.create(Secrets, { metadata: { name: 's', finalizers: ['example.com/keep'] } }, 'shop');
    await cluster.drive(cluster.client.delete(Namespaces, 'shop'));
    await cluster.advance(60_000);
    const conditions = (await cluster.get(Namespaces, 'shop')).status?.conditions ?? [];
    expect(conditions.filter((each) => each.status === 'True').map((each) => each.message)).toEqual([
      'Some resources are remaining: secrets. has 1 resource instances',
      'Some content in the namespace has finalizers remaining: example.com/keep in 1 resource instances',
    ]);
    await cluster.drive(cluster.client.patch(Secrets, 's', 'shop', 'merge', { metadata: { finalizers: null } }));
    await cluster.advance(30_000);
    await expect(cluster.get(Namespaces, 'shop')).rejects.toSatisfy((error) => isReason(error, 'NotFound'));
  });
});

describe('the garbage collector (I12)', () => {
  const set = {
    metadata: { name: 'rs' },
    spec: { replicas: 2, selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: container } },
  };

  it('foreground: the owner stays until its dependents are gone', async () => {
    const cluster = await smallCluster({ stopMs: 3000 });
    await cluster.create(ReplicaSets, set);
    await cluster.advance(2000);
    await cluster.drive(cluster.client.delete(ReplicaSets, 'rs', 'default', { propagationPolicy: 'Foreground' }));
    await cluster.advance(1500);
    expect((await cluster.get(ReplicaSets, 'rs')).metadata).toMatchObject({
      finalizers: ['foregroundDeletion'],
      deletionTimestamp: expect.any(String),
    });
    expect(await cluster.list(Pods)).toHaveLength(2);
    await cluster.advance(5000);
    expect([(await cluster.list(ReplicaSets)).length, (await cluster.list(Pods)).length]).toEqual([0, 0]);
  });

  it('orphan: the dependents stay, without the reference', async () => {
    const cluster = await smallCluster();
    await cluster.create(ReplicaSets, set);
    await cluster.advance(2000);
    await cluster.drive(cluster.client.delete(ReplicaSets, 'rs', 'default', { propagationPolicy: 'Orphan' }));
    await cluster.advance(2000);
    expect(await cluster.list(ReplicaSets)).toHaveLength(0);
    expect((await cluster.list(Pods)).map((pod) => pod.metadata?.ownerReferences?.length ?? 0)).toEqual([0, 0]);
  });

  it('deletes what names an owner that does not exist, and keeps what has another one', async () => {
    const cluster = await smallCluster();
    const alive = await cluster.create(ConfigMaps, { metadata: { name: 'alive' } });
    await cluster.create(ConfigMaps, { metadata: { name: 'lost', ownerReferences: [owner('nobody', 'no-such-uid')] } });
    await cluster.create(ConfigMaps, { metadata: { name: 'namesake', ownerReferences: [owner('alive', 'another-uid')] } });
    await cluster.create(ConfigMaps, {
      metadata: { name: 'kept', ownerReferences: [owner('nobody', 'no-such-uid'), owner('alive', uidOf(alive))] },
    });
    await cluster.advance(2000);
    const left = (await cluster.list(ConfigMaps)).filter((each) => each.metadata?.name !== 'kube-root-ca.crt');
    expect(left.map((each) => [each.metadata?.name, each.metadata?.ownerReferences?.map((reference) => reference.name)])).toEqual([
      ['alive', undefined],
      ['kept', ['alive']],
    ]);
    await cluster.drive(cluster.client.delete(ConfigMaps, 'alive', 'default'));
    await cluster.advance(2000);
    expect((await cluster.list(ConfigMaps)).map((each) => each.metadata?.name)).toEqual(['kube-root-ca.crt']);
  });
});
