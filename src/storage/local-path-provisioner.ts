/** Makes PersistentVolumes for claims of storage classes of its name: a directory on the node that the scheduler chose.
 *  Watches claims and volumes; a claim that waits for its first consumer waits for the annotation with the node.
 *  Upstream: github.com/rancher/local-path-provisioner, sigs.k8s.io/sig-storage-lib-external-provisioner */
import { isReason } from '../api/errors.ts';
import type { Node, PersistentVolume, PersistentVolumeClaim, StorageClass } from '../api/generated/types.ts';
import { PersistentVolumeClaims, PersistentVolumes, StorageClasses } from '../api/resources.ts';
import type { Transport, UserInfo } from '../api/transport.ts';
import type { World } from '../base/world.ts';
import { createClient } from '../client/create-client.ts';
import { createRecorder } from '../client/recorder.ts';
import { createInformer } from '../client/reflector.ts';
import { createWorkQueue, rethrowOurs } from '../client/work-queue.ts';

export const LOCAL_PATH = 'rancher.io/local-path';
/** Where kind keeps them. */
const DIRECTORY = '/var/local-path-provisioner';
const PROVISIONER = ['volume.kubernetes.io/storage-provisioner', 'volume.beta.kubernetes.io/storage-provisioner'] as const;
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';

export interface ProvisionerOptions { readonly world: World; readonly transport: Transport; readonly user?: UserInfo }

export function runLocalPathProvisioner({ world, transport, user }: ProvisionerOptions): void {
  const client = createClient(transport, { userAgent: 'local-path-provisioner', ...(user && { user }) });
  const recorder = createRecorder(world, client, { component: `${LOCAL_PATH}_local-path-provisioner` });
  const classes = createInformer<StorageClass>(world, client, StorageClasses);
  const claims = createInformer<PersistentVolumeClaim>(world, client, PersistentVolumeClaims);
  const volumes = createInformer<PersistentVolume>(world, client, PersistentVolumes);
  const queue = createWorkQueue(world, { name: 'local-path', process: work, onError: (_key, error) => rethrowOurs(error) });
  claims.onChange(({ type, object }) => { if (type !== 'delete') queue.add(`claim ${object.metadata?.namespace}/${object.metadata?.name}`); });
  volumes.onChange(({ type, object }) => { if (type !== 'delete') queue.add(`volume ${object.metadata?.name}`); });

  async function provision(claim: PersistentVolumeClaim): Promise<void> {
    const { namespace = '', name = '', uid = '', annotations = {} } = claim.metadata ?? {};
    const storageClass = classes.get(claim.spec?.storageClassName ?? '');
    const node = annotations[SELECTED_NODE];
    if (!PROVISIONER.some((key) => annotations[key] === LOCAL_PATH) || storageClass === undefined || (claim.spec?.volumeName ?? '') !== '') return;
    if (volumes.get(`pvc-${uid}`) !== undefined) return;
    if (node === undefined) {
      if (storageClass.volumeBindingMode !== 'WaitForFirstConsumer') {
        const message = `failed to provision volume with StorageClass "${storageClass.metadata?.name}": configuration error, no node was specified`;
        recorder.event(PersistentVolumeClaims, claim, 'Warning', 'ProvisioningFailed', message);
      }
      return;
    }
    recorder.event(PersistentVolumeClaims, claim, 'Normal', 'Provisioning', `External provisioner is provisioning volume for claim "${namespace}/${name}"`);
    try {
      await client.create(PersistentVolumes, volumeFor(claim, storageClass, { metadata: { name: node } }));
    } catch (error) {
      if (!isReason(error, 'AlreadyExists')) throw error;
    }
    recorder.event(PersistentVolumeClaims, claim, 'Normal', 'ProvisioningSucceeded', `Successfully provisioned volume pvc-${uid}`);
    world.trace({
      type: 'decision', actor: 'local-path-provisioner', object: { resource: 'persistentvolumeclaims', namespace, name, uid },
      did: `made the volume pvc-${uid}`, because: `The claim asks for storage class ${storageClass.metadata?.name}, and its Pod was given to ${node}.`,
    });
  }

  /** Differs from Kubernetes: the directory on the node stays when its volume is deleted; nobody can reach it any more. */
  async function reclaim(volume: PersistentVolume): Promise<void> {
    if (volume.metadata?.annotations?.[PROVISIONED_BY] !== LOCAL_PATH || volume.status?.phase !== 'Released') return;
    if (volume.spec?.persistentVolumeReclaimPolicy !== 'Delete' || volume.metadata.deletionTimestamp !== undefined) return;
    await client.delete(PersistentVolumes, volume.metadata.name ?? '');
  }

  async function work(key: string): Promise<void> {
    await Promise.all([classes.synced(), claims.synced(), volumes.synced()]);
    const [kind = '', name = ''] = key.split(' ');
    if (kind === 'claim') {
      const claim = claims.get(name);
      if (claim !== undefined && claim.metadata?.deletionTimestamp === undefined) await provision(claim);
      return;
    }
    const volume = volumes.get(name);
    if (volume !== undefined) await reclaim(volume);
  }
}

function volumeFor(claim: PersistentVolumeClaim, storageClass: StorageClass, node: Node): PersistentVolume {
  const { namespace = '', name = '', uid = '' } = claim.metadata ?? {};
  return {
    apiVersion: 'v1', kind: 'PersistentVolume',
    metadata: { name: `pvc-${uid}`, annotations: { [PROVISIONED_BY]: LOCAL_PATH, 'local.path.provisioner/selected-node': node.metadata?.name ?? '' } },
    spec: {
      accessModes: claim.spec?.accessModes ?? ['ReadWriteOnce'], capacity: { storage: claim.spec?.resources?.requests?.['storage'] ?? '0' },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid },
      hostPath: { path: `${DIRECTORY}/pvc-${uid}_${namespace}_${name}`, type: 'DirectoryOrCreate' },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node.metadata?.name ?? ''] }] }] } },
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete', storageClassName: storageClass.metadata?.name ?? '', volumeMode: claim.spec?.volumeMode ?? 'Filesystem',
    },
  };
}
