import { describe, expect, it } from 'vitest';
import type { PersistentVolume, PersistentVolumeClaim } from '../../src/api/generated/types.ts';
import { PersistentVolumeClaims, PersistentVolumes, StorageClasses } from '../../src/api/resources.ts';
import { bestVolume } from '../../src/controllers/volume-match.ts';
import { smallCluster } from '../support/small-cluster.ts';

interface VolumeShape {
  readonly size?: string;
  readonly storageClass?: string;
  readonly modes?: readonly string[];
  readonly labels?: Record<string, string>;
  readonly claim?: string;
}
const volume = (
  name: string,
  { size = '5Gi', storageClass = 'manual', modes = ['ReadWriteOnce'], labels = {}, claim }: VolumeShape = {},
): PersistentVolume => ({
  metadata: { name, labels },
  spec: {
    capacity: { storage: size },
    accessModes: [...modes],
    storageClassName: storageClass,
    hostPath: { path: `/mnt/${name}` },
    ...(claim !== undefined && { claimRef: { namespace: 'default', name: claim } }),
  },
  status: { phase: 'Available' },
});
const claim = (name: string, spec: object = {}): PersistentVolumeClaim => ({
  metadata: { name, namespace: 'default' },
  spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'manual', resources: { requests: { storage: '3Gi' } }, ...spec },
});

describe('the volume that a claim gets', () => {
  it.each([
    [
      'the smallest that is large enough',
      [volume('big', { size: '10Gi' }), volume('fit', { size: '3Gi' }), volume('small', { size: '1Gi' })],
      claim('c'),
      'fit',
    ],
    ['one of its class', [volume('other', { storageClass: 'fast' }), volume('none', { storageClass: '' })], claim('c'), undefined],
    [
      'one without a class, where it asks for none',
      [volume('manual'), volume('none', { storageClass: '' })],
      claim('c', { storageClassName: '' }),
      'none',
    ],
    [
      'one with its access modes',
      [volume('once'), volume('many', { modes: ['ReadWriteMany', 'ReadWriteOnce'], size: '9Gi' })],
      claim('c', { accessModes: ['ReadWriteMany'] }),
      'many',
    ],
    [
      'one with its labels',
      [volume('a'), volume('b', { labels: { tier: 'db' } })],
      claim('c', { selector: { matchLabels: { tier: 'db' } } }),
      'b',
    ],
    ['one that was made for it', [volume('a', { size: '3Gi' }), volume('mine', { claim: 'c', size: '9Gi' })], claim('c'), 'mine'],
    ['none that was made for another', [volume('a', { claim: 'other' })], claim('c'), undefined],
    ['none that was used before', [{ ...volume('a'), status: { phase: 'Released' } }], claim('c'), undefined],
  ])('%s', (_name, volumes, wanted, name) => expect(bestVolume(volumes, wanted)?.metadata?.name).toBe(name));
});

it('claims and volumes are bound, and a volume is Released when its claim is gone', async () => {
  const cluster = await smallCluster();
  await cluster.create(PersistentVolumes, { ...volume('disk'), status: undefined });
  await cluster.advance(1000);
  expect((await cluster.get(PersistentVolumes, 'disk', '')).status?.phase).toBe('Available');
  await cluster.create(PersistentVolumeClaims, claim('data'));
  await cluster.advance(1000);
  const bound = await cluster.get(PersistentVolumeClaims, 'data');
  expect([bound.status, bound.spec?.volumeName]).toEqual([
    { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '5Gi' } },
    'disk',
  ]);
  expect(bound.metadata?.annotations).toEqual({ 'pv.kubernetes.io/bind-completed': 'yes', 'pv.kubernetes.io/bound-by-controller': 'yes' });
  const disk = await cluster.get(PersistentVolumes, 'disk', '');
  expect([disk.status?.phase, disk.spec?.claimRef]).toEqual([
    'Bound',
    expect.objectContaining({ name: 'data', namespace: 'default', uid: bound.metadata?.uid }),
  ]);
  await cluster.drive(cluster.client.delete(PersistentVolumeClaims, 'data', 'default'));
  await cluster.drive(cluster.client.delete(PersistentVolumes, 'disk'));
  await cluster.advance(2000);
  expect(await cluster.list(PersistentVolumes, '')).toEqual([]);
});

it('a claim waits for a volume that comes later', async () => {
  const cluster = await smallCluster();
  await cluster.create(PersistentVolumeClaims, claim('data', { storageClassName: '' }));
  await cluster.advance(1000);
  expect((await cluster.get(PersistentVolumeClaims, 'data')).status?.phase).toBe('Pending');
  expect(await cluster.events('data')).toEqual([
    expect.stringContaining('FailedBinding: no persistent volumes available for this claim and no storage class is set'),
  ]);
  await cluster.create(PersistentVolumes, { ...volume('disk', { storageClass: '' }), status: undefined });
  await cluster.advance(1000);
  expect((await cluster.get(PersistentVolumeClaims, 'data')).status?.phase).toBe('Bound');
});

it('a class that is not there, one that waits, and one with a provisioner are told apart', async () => {
  const cluster = await smallCluster();
  await cluster.create(StorageClasses, {
    metadata: { name: 'later' },
    provisioner: 'own.example/disk',
    volumeBindingMode: 'WaitForFirstConsumer',
  });
  await cluster.create(StorageClasses, { metadata: { name: 'now' }, provisioner: 'own.example/disk' });
  for (const name of ['nowhere', 'later', 'now']) await cluster.create(PersistentVolumeClaims, claim(name, { storageClassName: name }));
  await cluster.advance(1000);
  expect((await cluster.events('nowhere'))[0]).toContain('ProvisioningFailed: storageclass.storage.k8s.io "nowhere" not found');
  expect((await cluster.events('later'))[0]).toContain('WaitForFirstConsumer: waiting for first consumer to be created before binding');
  expect((await cluster.events('now'))[0]).toContain(
    "ExternalProvisioning: Waiting for a volume to be created either by the external provisioner 'own.example/disk'",
  );
  expect((await cluster.get(PersistentVolumeClaims, 'now')).metadata?.annotations).toMatchObject({
    'volume.kubernetes.io/storage-provisioner': 'own.example/disk',
  });
});

it('a bound claim whose volume is gone is Lost', async () => {
  const cluster = await smallCluster();
  await cluster.create(PersistentVolumeClaims, {
    ...claim('data', { volumeName: 'disk' }),
    metadata: { name: 'data', annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } },
  });
  await cluster.advance(1000);
  expect((await cluster.get(PersistentVolumeClaims, 'data')).status?.phase).toBe('Lost');
  expect((await cluster.events('data'))[0]).toContain('ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!');
});
