/** Volumes that are directories of a node, from claim to file. FIDELITY D14. */
import { describe, expect, it } from 'vitest';
import type { CoreV1Event, PersistentVolume } from '../../src/api/generated/types.ts';
import { createMemoryFiles } from '../../src/cri/memory-files.ts';
import { loneWorld } from '../../src/sim/lone-world.ts';
import { runLocalPathProvisioner } from '../../src/storage/local-path-provisioner.ts';
import { hostPathVolume } from '../../src/storage/node-volumes.ts';
import { container, startNode } from './support.ts';
import { smallApi } from './small-api.ts';

describe('hostPath', () => {
  const node = () => {
    const files = createMemoryFiles({ now: () => 0 });
    files.makeDirectory('/data');
    files.writeFile('/data/file', 'x');
    return files;
  };
  it.each([
    ['/data', 'Directory', undefined], ['/data/file', 'Directory', 'hostPath type check failed: /data/file is not a directory'], ['/no', 'Directory', 'hostPath type check failed: /no is not a directory'],
    ['/data/file', 'File', undefined], ['/data', 'File', 'hostPath type check failed: /data is not a file'], ['/new', 'DirectoryOrCreate', undefined], ['/data/new', 'FileOrCreate', undefined],
    ['/run/docker.sock', 'Socket', 'hostPath type check failed: /run/docker.sock is not a socket file'], ['/anywhere', '', undefined],
  ])('%s as %s: %s', (path, type, problem) => {
    const files = node();
    if (problem === undefined) expect(files.exists(hostPathVolume(files, { path, type }).path)).toBe(true);
    else expect(() => hostPathVolume(files, { path, type })).toThrow(problem);
  });
});

describe('a claim', () => {
  it('waits to be bound, and then its files outlive the Pod', async () => {
    const node = startNode({ writer: { begin: (config) => config.mounts[0]?.files.writeFile('/log', 'x', { append: true }) } });
    const path = '/api/v1/namespaces/default/persistentvolumeclaims/data';
    const claim = { metadata: { name: 'data', namespace: 'default' }, spec: { volumeName: 'pv' }, status: { phase: 'Pending' } };
    node.api.put(path, claim);
    node.api.put('/api/v1/persistentvolumes/pv', { metadata: { name: 'pv' }, spec: { hostPath: { path: '/opt/pv', type: 'DirectoryOrCreate' } } });
    const spec = { containers: [container('c', 'writer', { volumeMounts: [{ name: 'd', mountPath: '/d' }] })], volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }] };
    node.addPod('web', spec);
    await node.seconds(3);
    expect(node.events('web').at(-1)).toContain('MountVolume.SetUp failed for volume "d" : error processing PVC default/data: PVC is not bound');
    node.api.put(path, { ...claim, status: { phase: 'Bound' } });
    await node.seconds(20);
    node.deletePod('web');
    await node.seconds(10);
    node.addPod('next', spec);
    await node.seconds(10);
    expect(new TextDecoder().decode(node.files.readFile('/opt/pv/log'))).toBe('xx');
  });
});

describe('the provisioner', () => {
  it('makes a volume once the scheduler has chosen a node, and takes it away when it is released', async () => {
    const lone = loneWorld();
    const api = smallApi(lone.world);
    api.put('/apis/storage.k8s.io/v1/storageclasses/standard', { metadata: { name: 'standard' }, provisioner: 'rancher.io/local-path', reclaimPolicy: 'Delete', volumeBindingMode: 'WaitForFirstConsumer' });
    const path = '/api/v1/namespaces/default/persistentvolumeclaims/data';
    const claim = {
      metadata: { name: 'data', namespace: 'default', uid: 'u1', annotations: { 'volume.kubernetes.io/storage-provisioner': 'rancher.io/local-path' } },
      spec: { storageClassName: 'standard', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    };
    api.put(path, claim);
    runLocalPathProvisioner({ world: lone.world, transport: api.transport });
    await lone.advance(5000);
    const volume = (): PersistentVolume | undefined => api.get('/api/v1/persistentvolumes/pvc-u1');
    expect(volume()).toBeUndefined();
    api.put(path, { ...claim, metadata: { ...claim.metadata, annotations: { ...claim.metadata.annotations, 'volume.kubernetes.io/selected-node': 'worker-2' } } });
    await lone.advance(5000);
    expect(volume()?.spec).toMatchObject({
      capacity: { storage: '1Gi' }, claimRef: { namespace: 'default', name: 'data', uid: 'u1' }, persistentVolumeReclaimPolicy: 'Delete', hostPath: { path: '/var/local-path-provisioner/pvc-u1_default_data' },
    });
    expect(api.list<CoreV1Event>('/api/v1/namespaces/default/events').map((event) => event.reason)).toEqual(['Provisioning', 'ProvisioningSucceeded']);
    api.remove(path);
    api.put('/api/v1/persistentvolumes/pvc-u1', { ...volume(), status: { phase: 'Released' } });
    await lone.advance(5000);
    expect(volume()).toBeUndefined();
  });
});
