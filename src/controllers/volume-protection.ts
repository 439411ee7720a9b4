/** A claim in use by a Pod, and a volume bound to a claim, stay Terminating until they are free: then their finalizer goes.
 *  Upstream: pkg/controller/volume/{pvcprotection,pvprotection} */
import { isReason } from '../api/errors.ts';
import type { PersistentVolume, Pod } from '../api/generated/types.ts';
import { isTerminating, nameOf, namespaceOf } from '../api/meta.ts';
import type { KubeObject } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import { PersistentVolumeClaims, PersistentVolumes, Pods } from '../api/resources.ts';
import type { Client } from '../client/client.ts';
import type { Controller, ControllerContext } from '../client/controller.ts';
import { isFinished } from './pods.ts';

const CLAIM_FINALIZER = 'kubernetes.io/pvc-protection';
const VOLUME_FINALIZER = 'kubernetes.io/pv-protection';

/** Names of the claims that a Pod uses, those made for its ephemeral volumes too. */
export const claimsUsedBy = (pod: Pod): readonly string[] =>
  (pod.spec?.volumes ?? []).flatMap((volume) => {
    if (volume.persistentVolumeClaim !== undefined) return [volume.persistentVolumeClaim.claimName];
    return volume.ephemeral !== undefined ? [`${nameOf(pod)}-${volume.name}`] : [];
  });

export function createClaimProtection(context: ControllerContext): Controller {
  const { client } = context;
  const claims = context.informer(PersistentVolumeClaims);
  const pods = context.informer(Pods);

  async function reconcile(key: string): Promise<void> {
    const claim = claims.get(key);
    if (claim === undefined) return;
    if (!isTerminating(claim)) return addFinalizer(client, PersistentVolumeClaims, claim, CLAIM_FINALIZER);
    const isUsed = pods
      .list({ name: 'namespace', value: namespaceOf(claim) })
      .some((pod) => !isFinished(pod) && (pod.spec?.nodeName ?? '') !== '' && claimsUsedBy(pod).includes(nameOf(claim)));
    if (!isUsed) await dropFinalizer(client, PersistentVolumeClaims, claim, CLAIM_FINALIZER);
  }

  return {
    name: 'persistentvolumeclaim-protection-controller',
    for: PersistentVolumeClaims,
    reconcile,
    watches: [
      {
        resource: Pods,
        toKeys: (pod) =>
          claimsUsedBy(pod as Pod)
            .map((name) => `${namespaceOf(pod)}/${name}`)
            .filter((key) => {
              const claim = claims.get(key);
              return claim !== undefined && isTerminating(claim);
            }),
      },
    ],
  };
}

export function createVolumeProtection(context: ControllerContext): Controller {
  const { client } = context;
  const volumes = context.informer(PersistentVolumes);

  async function reconcile(key: string): Promise<void> {
    const volume: PersistentVolume | undefined = volumes.get(key);
    if (volume === undefined) return;
    if (!isTerminating(volume)) return addFinalizer(client, PersistentVolumes, volume, VOLUME_FINALIZER);
    if (volume.status?.phase !== 'Bound') await dropFinalizer(client, PersistentVolumes, volume, VOLUME_FINALIZER);
  }

  return { name: 'persistentvolume-protection-controller', for: PersistentVolumes, reconcile };
}

/** For objects older than the admission plugin that writes it. */
async function addFinalizer(client: Client, resource: Resource, object: KubeObject, finalizer: string): Promise<void> {
  const finalizers = object.metadata?.finalizers ?? [];
  if (!finalizers.includes(finalizer)) await write(client, resource, object, [...finalizers, finalizer]);
}

async function dropFinalizer(client: Client, resource: Resource, object: KubeObject, finalizer: string): Promise<void> {
  const finalizers = object.metadata?.finalizers ?? [];
  if (finalizers.includes(finalizer))
    await write(
      client,
      resource,
      object,
      finalizers.filter((each) => each !== finalizer),
    );
}

async function write(client: Client, resource: Resource, object: KubeObject, finalizers: readonly string[]): Promise<void> {
  const patch = { metadata: { resourceVersion: object.metadata?.resourceVersion, finalizers } };
  try {
    await client.patch(resource, nameOf(object), object.metadata?.namespace, 'merge', patch);
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error;
  }
}
