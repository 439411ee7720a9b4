/** Conformance tests of [sig-storage] that need nothing but the server, by their names. */
import { describe, expect, it } from 'vitest';
import type { CSIDriver, CSINode, PersistentVolume, PersistentVolumeClaim, Pod, VolumeAttachment } from '../../src/api/generated/types.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { MERGE, pod, PODS, testServer } from '../apiserver/support.ts';
import type { TestServer } from '../apiserver/support.ts';

const STORAGE = '/apis/storage.k8s.io/v1';
const CLAIMS = '/api/v1/namespaces/default/persistentvolumeclaims';
const VOLUMES = '/api/v1/persistentvolumes';

interface List {
  readonly items: readonly KubeObject[];
}

const namesAt = async ({ ok }: TestServer, url: string, labelSelector = ''): Promise<unknown[]> =>
  (await ok<List>('GET', url, undefined, { query: { labelSelector } })).items.map(({ metadata }) => metadata?.name);

/** Create, read, patch and update its labels, list, delete; then a second one, deleted as a collection. */
async function lifecycle(server: TestServer, url: string, object: object, everywhere = url): Promise<void> {
  const { ok, refused } = server;
  const named = (name: string): object => ({ ...object, metadata: { name } });
  const made = await ok('POST', url, named('first'));
  expect(await ok('GET', `${url}/first`)).toEqual(made);
  const labels = { step: 'patched' };
  const patched = await ok('PATCH', `${url}/first`, { metadata: { labels } }, { headers: MERGE });
  expect(patched.metadata?.labels).toEqual(labels);
  const updated = await ok('PUT', `${url}/first`, { ...patched, metadata: { ...patched.metadata, labels: { step: 'updated' } } });
  expect(updated.metadata?.labels).toEqual({ step: 'updated' });
  expect(await namesAt(server, everywhere, 'step=updated')).toEqual(['first']);
  await ok('DELETE', `${url}/first`);
  expect(await refused('GET', `${url}/first`)).toMatch(/^404 NotFound: /);
  await ok('POST', url, { ...object, metadata: { name: 'second', labels: { step: 'collected' } } });
  await ok('POST', url, named('stays'));
  await ok('DELETE', url, undefined, { query: { labelSelector: 'step=collected' } });
  expect(await namesAt(server, everywhere)).toEqual(['stays']);
}

const driverSpec = { attachRequired: false, podInfoOnMount: false, volumeLifecycleModes: ['Ephemeral'] };
const volumeSpec = {
  accessModes: ['ReadWriteOnce'],
  capacity: { storage: '2Gi' },
  persistentVolumeReclaimPolicy: 'Retain',
  storageClassName: 'conformance',
  csi: { driver: 'e2e.example.com', volumeHandle: 'e2e-conformance' },
};
const claimSpec = { accessModes: ['ReadWriteOnce'], storageClassName: 'conformance', resources: { requests: { storage: '1Gi' } } };
const attachment = { spec: { attacher: 'e2e-test.storage.k8s.io', nodeName: 'worker-1', source: { persistentVolumeName: 'pv' } } };

describe('[sig-storage] CSI', () => {
  it('[sig-storage] CSIInlineVolumes should run through the lifecycle of a CSIDriver', async () => {
    const server = await testServer();
    await lifecycle(server, `${STORAGE}/csidrivers`, { spec: driverSpec });
    const { spec } = await server.ok<CSIDriver>('GET', `${STORAGE}/csidrivers/stays`);
    expect(spec).toEqual({
      ...driverSpec,
      requiresRepublish: false,
      fsGroupPolicy: 'ReadWriteOnceWithFSType',
      storageCapacity: false,
      seLinuxMount: false,
    });
  });

  it('[sig-storage] CSIInlineVolumes should support CSIVolumeSource in Pod API', async () => {
    const { ok } = await testServer();
    await ok('POST', `${STORAGE}/csidrivers`, { metadata: { name: 'e2e.example.com' }, spec: driverSpec } as KubeObject);
    const volumes = [{ name: 'pod-csi', csi: { driver: 'e2e.example.com', readOnly: false } }];
    const container = { name: 'agnhost', image: 'agnhost', volumeMounts: [{ name: 'pod-csi', mountPath: '/mnt' }] };
    await ok('POST', PODS, pod('inline', { volumes, containers: [container] }));
    const { spec } = await ok<Pod>('GET', `${PODS}/inline`);
    expect([spec?.volumes, spec?.containers[0]?.volumeMounts]).toEqual([volumes, container.volumeMounts]);
    const { items } = await ok<{ items: Pod[] }>('GET', '/api/v1/pods');
    expect(items.map((each) => each.spec?.volumes?.[0]?.csi?.driver)).toEqual(['e2e.example.com']);
    await ok('DELETE', PODS, undefined, { query: { labelSelector: 'app=web' } });
    expect((await ok<List>('GET', PODS)).items).toEqual([]);
  });

  it('[sig-storage] CSINodes CSI Conformance should run through the lifecycle of a csinode', async () => {
    const server = await testServer();
    const { ok, refused } = server;
    const drivers = [{ name: 'e2e.example.com', nodeID: 'node-1', topologyKeys: ['topology/zone'], allocatable: { count: 4 } }];
    await lifecycle(server, `${STORAGE}/csinodes`, { spec: { drivers } });
    const made = await ok<CSINode>('GET', `${STORAGE}/csinodes/stays`);
    expect(made.spec.drivers).toEqual(drivers);
    expect(await refused('PUT', `${STORAGE}/csinodes/stays`, { ...made, spec: { drivers: [{ ...drivers[0], nodeID: 'other' }] } })).toMatch(
      /^422 Invalid: /,
    );
  });
});

describe('[sig-storage] PersistentVolumes CSI Conformance', () => {
  it('[sig-storage] PersistentVolumes CSI Conformance should run through the lifecycle of a PV and a PVC', async () => {
    const server = await testServer();
    await lifecycle(server, VOLUMES, { spec: volumeSpec });
    await lifecycle(server, CLAIMS, { spec: claimSpec }, '/api/v1/persistentvolumeclaims');
    const [volume, claim] = [
      await server.ok<PersistentVolume>('GET', `${VOLUMES}/stays`),
      await server.ok<PersistentVolumeClaim>('GET', `${CLAIMS}/stays`),
    ];
    expect([volume.spec?.volumeMode, volume.status?.phase]).toEqual(['Filesystem', 'Pending']);
    expect([claim.spec?.volumeMode, claim.status?.phase]).toEqual(['Filesystem', 'Pending']);
  });

  it('[sig-storage] PersistentVolumes CSI Conformance should apply changes to a pv/pvc status', async () => {
    const { ok } = await testServer();
    await ok('POST', VOLUMES, { metadata: { name: 'pv' }, spec: volumeSpec } as KubeObject);
    await ok('POST', CLAIMS, { metadata: { name: 'pvc' }, spec: claimSpec } as KubeObject);
    const condition = (type: string): object => ({ type, status: 'True', reason: 'Because', message: 'of a test' });
    const claimPatch = { status: { conditions: [condition('StatusPatched')] } };
    const claim = await ok<PersistentVolumeClaim>('PATCH', `${CLAIMS}/pvc/status`, claimPatch, { headers: MERGE });
    expect(claim.status?.conditions).toMatchObject(claimPatch.status.conditions);
    const both = [...(claim.status?.conditions ?? []), condition('StatusUpdated')];
    await ok('PUT', `${CLAIMS}/pvc/status`, { ...claim, status: { ...claim.status, conditions: both } });
    expect((await ok<PersistentVolumeClaim>('GET', `${CLAIMS}/pvc/status`)).status?.conditions?.map(({ type }) => type)).toEqual([
      'StatusPatched',
      'StatusUpdated',
    ]);
    const volume = await ok<PersistentVolume>(
      'PATCH',
      `${VOLUMES}/pv/status`,
      { status: { message: 'StatusPatched', reason: 'E2E' } },
      { headers: MERGE },
    );
    expect(volume.status).toMatchObject({ message: 'StatusPatched', reason: 'E2E' });
    const spec = { ...volume.spec, capacity: { storage: '9Gi' } };
    await ok('PUT', `${VOLUMES}/pv/status`, { ...volume, spec, status: { ...volume.status, message: 'StatusUpdated' } });
    const after = await ok<PersistentVolume>('GET', `${VOLUMES}/pv`);
    expect([after.status?.message, after.spec?.capacity]).toEqual(['StatusUpdated', { storage: '2Gi' }]);
  });
});

describe('[sig-storage] VolumeAttachment Conformance', () => {
  it('[sig-storage] VolumeAttachment Conformance should apply changes to a volumeattachment status', async () => {
    const { ok } = await testServer();
    const url = `${STORAGE}/volumeattachments`;
    const made = await ok<VolumeAttachment>('POST', url, {
      metadata: { name: 'va' },
      ...attachment,
      status: { attached: true },
    } as KubeObject);
    expect(made.status?.attached ?? false).toBe(false);
    const patched = await ok<VolumeAttachment>(
      'PATCH',
      `${url}/va/status`,
      { metadata: { annotations: { patched: 'yes' } }, status: { attached: true } },
      { headers: MERGE },
    );
    expect([patched.status?.attached, patched.metadata?.annotations]).toEqual([true, { patched: 'yes' }]);
    const ignored = await ok<VolumeAttachment>('PUT', `${url}/va`, { ...patched, status: { attached: false } });
    expect(ignored.status?.attached).toBe(true);
    const updated = await ok<VolumeAttachment>('PUT', `${url}/va/status`, { ...ignored, status: { attached: false } });
    expect([updated.status?.attached, updated.spec]).toEqual([false, made.spec]);
    expect((await ok<VolumeAttachment>('GET', `${url}/va`)).status?.attached).toBe(false);
  });
});

/** A 1.33 server serves neither v1; both came with 1.34. */
describe('kinds that 1.33 does not serve', () => {
  it.each([
    ['[sig-node] [DRA] CRUD Tests resource.k8s.io/v1 DeviceClass', '/apis/resource.k8s.io/v1/deviceclasses'],
    ['[sig-node] [DRA] CRUD Tests resource.k8s.io/v1 ResourceClaim', '/apis/resource.k8s.io/v1/namespaces/default/resourceclaims'],
    [
      '[sig-node] [DRA] CRUD Tests resource.k8s.io/v1 ResourceClaimTemplate',
      '/apis/resource.k8s.io/v1/namespaces/default/resourceclaimtemplates',
    ],
    ['[sig-node] [DRA] CRUD Tests resource.k8s.io/v1 ResourceSlice', '/apis/resource.k8s.io/v1/resourceslices'],
    [
      '[sig-storage] VolumeAttributesClass [FeatureGate:VolumeAttributesClass] should run through the lifecycle of a VolumeAttributesClass',
      `${STORAGE}/volumeattributesclasses`,
    ],
  ])('%s', async (_, url) => {
    const { call } = await testServer();
    expect((await call('GET', url)).status).toBe(404);
    expect((await call('POST', url, { metadata: { name: 'a' } })).status).toBe(404);
  });
});
