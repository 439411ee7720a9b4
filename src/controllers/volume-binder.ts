/** Brings claims and volumes together, asks a provisioner where none fits, and lets a volume go when its claim is gone.
 *  A claim's own annotation says that it was bound once: then it never looks for another volume.
 *  Upstream: pkg/controller/volume/persistentvolume/pv_controller.go */
import { isReason } from '../api/errors.ts';
import type { PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimStatus, Pod } from '../api/generated/types.ts';
import { nameOf, namespaceOf, uidOf } from '../api/meta.ts';
import { PersistentVolumeClaims, PersistentVolumes, Pods, StorageClasses } from '../api/resources.ts';
import { rfc3339 } from '../base/time.ts';
import type { Controller, ControllerContext } from '../client/controller.ts';
import { bestVolume, classOf, isReservedFor, mismatch } from './volume-match.ts';
import { claimsUsedBy } from './volume-protection.ts';

const BOUND = 'pv.kubernetes.io/bind-completed';
const BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
const PROVISIONER = 'volume.kubernetes.io/storage-provisioner';
const PROVISIONER_BETA = 'volume.beta.kubernetes.io/storage-provisioner';
const NO_PROVISIONER = 'kubernetes.io/no-provisioner';
/** Keys of volumes; a claim's has a slash. */
const VOLUME = 'volume:';
/** What nothing told us about is looked at again. Upstream: --pvclaimbinder-sync-period */
const RESYNC_MS = 15_000;

const claimKey = (volume: PersistentVolume): string => `${volume.spec?.claimRef?.namespace ?? ''}/${volume.spec?.claimRef?.name ?? ''}`;

export function createVolumeBinder(context: ControllerContext): Controller {
  const { world, client, recorder } = context;
  const claims = context.informer(PersistentVolumeClaims);
  const volumes = context.informer(PersistentVolumes);
  const classes = context.informer(StorageClasses);
  const pods = context.informer(Pods);
  const name = 'persistentvolume-binder-controller';
  const tell = (claim: PersistentVolumeClaim, type: 'Normal' | 'Warning', reason: string, message: string): void =>
    recorder.event(PersistentVolumeClaims, claim, type, reason, message);

  async function syncClaim(claim: PersistentVolumeClaim): Promise<{ afterMs: number } | void> {
    if (claim.metadata?.annotations?.[BOUND] !== undefined) return syncBound(claim);
    const wanted = claim.spec?.volumeName ?? '';
    if (wanted !== '') {
      const volume = volumes.get(wanted);
      if (volume === undefined) return { afterMs: RESYNC_MS };
      if (volume.spec?.claimRef !== undefined) return isReservedFor(volume, claim) ? bind(volume, claim) : { afterMs: RESYNC_MS };
      const wrong = mismatch(volume, claim);
      if (wrong === undefined) return bind(volume, claim);
      tell(claim, 'Warning', 'VolumeMismatch', `Cannot bind to requested volume "${wanted}": ${wrong}`);
      return { afterMs: RESYNC_MS };
    }
    const isDelayed =
      classes.get(classOf(claim))?.volumeBindingMode === 'WaitForFirstConsumer' &&
      claim.metadata?.annotations?.[SELECTED_NODE] === undefined;
    const all = volumes.list();
    const volume = bestVolume(isDelayed ? all.filter((each) => isReservedFor(each, claim)) : all, claim);
    if (volume) return bind(volume, claim);
    if (isDelayed) tellWaiting(claim);
    else if (classOf(claim) !== '') await askProvisioner(claim);
    else tell(claim, 'Normal', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set');
    return { afterMs: RESYNC_MS };
  }

  async function syncBound(claim: PersistentVolumeClaim): Promise<void> {
    const volume = volumes.get(claim.spec?.volumeName ?? '');
    if (volume !== undefined && (volume.spec?.claimRef === undefined || isReservedFor(volume, claim))) return bind(volume, claim);
    if (claim.status?.phase === 'Lost') return;
    await patchClaimStatus(claim, { phase: 'Lost' });
    if (volume === undefined) tell(claim, 'Warning', 'ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
    else tell(claim, 'Warning', 'ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly');
  }

  function tellWaiting(claim: PersistentVolumeClaim): void {
    const users = pods
      .list({ name: 'namespace', value: namespaceOf(claim) })
      .filter((pod) => claimsUsedBy(pod).includes(nameOf(claim)) && (pod.spec?.nodeName ?? '') === '');
    const [first] = users.map(nameOf).sort();
    if (first === undefined) tell(claim, 'Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
    else tell(claim, 'Normal', 'WaitForPodScheduled', `waiting for pod ${first} to be scheduled`);
  }

  async function askProvisioner(claim: PersistentVolumeClaim): Promise<void> {
    const storageClass = classes.get(classOf(claim));
    if (storageClass === undefined)
      return tell(claim, 'Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${classOf(claim)}" not found`);
    const { provisioner } = storageClass;
    if (provisioner === NO_PROVISIONER) return;
    if (claim.metadata?.annotations?.[PROVISIONER] !== provisioner) {
      const annotations = { [PROVISIONER]: provisioner, [PROVISIONER_BETA]: provisioner };
      await client.patch(PersistentVolumeClaims, nameOf(claim), namespaceOf(claim), 'merge', { metadata: { annotations } });
    }
    tell(
      claim,
      'Normal',
      'ExternalProvisioning',
      `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. ` +
        'If volume creation is delayed, please verify that the provisioner is running and correctly registered.',
    );
  }

  /** Four writes, each of which may be the last before a crash: the next round goes on where it stands. */
  async function bind(volume: PersistentVolume, claim: PersistentVolumeClaim): Promise<void> {
    const ref = volume.spec?.claimRef;
    const isChosen = ref === undefined;
    if (isChosen || (ref.uid ?? '') === '') {
      const claimRef = {
        kind: 'PersistentVolumeClaim',
        apiVersion: 'v1',
        namespace: namespaceOf(claim),
        name: nameOf(claim),
        uid: uidOf(claim),
        resourceVersion: claim.metadata?.resourceVersion,
      };
      const metadata = { resourceVersion: volume.metadata?.resourceVersion, ...(isChosen && { annotations: { [BY_CONTROLLER]: 'yes' } }) };
      await client.patch(PersistentVolumes, nameOf(volume), undefined, 'merge', { metadata, spec: { claimRef } });
    }
    await setPhase(volume, 'Bound');
    const { annotations = {} } = claim.metadata ?? {};
    if (claim.spec?.volumeName !== nameOf(volume) || annotations[BOUND] === undefined) {
      const marks = { [BOUND]: 'yes', ...((claim.spec?.volumeName ?? '') === '' && { [BY_CONTROLLER]: 'yes' }) };
      await client.patch(PersistentVolumeClaims, nameOf(claim), namespaceOf(claim), 'merge', {
        metadata: { annotations: marks },
        spec: { volumeName: nameOf(volume) },
      });
    }
    if (claim.status?.phase !== 'Bound') {
      await patchClaimStatus(claim, {
        phase: 'Bound',
        accessModes: volume.spec?.accessModes,
        capacity: { storage: volume.spec?.capacity?.['storage'] ?? '0' },
      });
      const object = { resource: 'persistentvolumeclaims', namespace: namespaceOf(claim), name: nameOf(claim), uid: uidOf(claim) };
      const because = isChosen
        ? 'It is the smallest free volume with the class, the access modes and the size of the claim.'
        : 'The volume was made for this claim.';
      world.trace({ type: 'decision', actor: name, object, did: `bound it to the volume ${nameOf(volume)}`, because });
    }
  }

  const patchClaimStatus = async (claim: PersistentVolumeClaim, status: PersistentVolumeClaimStatus): Promise<void> => {
    await client.patch(PersistentVolumeClaims, nameOf(claim), namespaceOf(claim), 'merge', { status }, { subresource: 'status' });
  };

  async function setPhase(volume: PersistentVolume, phase: string): Promise<void> {
    if (volume.status?.phase === phase) return;
    const status = { phase, lastPhaseTransitionTime: rfc3339(world.clock.now()) };
    await client.patch(PersistentVolumes, nameOf(volume), undefined, 'merge', { status }, { subresource: 'status' });
  }

  async function syncVolume(volume: PersistentVolume): Promise<void> {
    const ref = volume.spec?.claimRef;
    if (ref === undefined || (ref.uid ?? '') === '') return setPhase(volume, 'Available');
    const claim = claims.get(claimKey(volume));
    if (claim === undefined || uidOf(claim) !== ref.uid) {
      // Differs from Kubernetes: the deprecated policy Recycle keeps the data, as Retain does.
      return volume.status?.phase === 'Failed' ? undefined : setPhase(volume, 'Released');
    }
    if (claim.spec?.volumeName === nameOf(volume)) return setPhase(volume, 'Bound');
    if ((claim.spec?.volumeName ?? '') === '') context.enqueue(claimKey(volume));
  }

  async function reconcile(key: string): Promise<{ afterMs: number } | void> {
    try {
      if (key.startsWith(VOLUME)) {
        const volume = volumes.get(key.slice(VOLUME.length));
        return volume === undefined ? undefined : await syncVolume(volume);
      }
      const claim = claims.get(key);
      return claim === undefined ? undefined : await syncClaim(claim);
    } catch (error) {
      if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error;
    }
  }

  const unboundKeys = (): readonly string[] =>
    claims
      .list()
      .filter((claim) => claim.metadata?.annotations?.[BOUND] === undefined)
      .map((claim) => `${namespaceOf(claim)}/${nameOf(claim)}`);
  return {
    name,
    for: PersistentVolumeClaims,
    reconcile,
    watches: [
      {
        resource: PersistentVolumes,
        toKeys: (volume) => [
          `${VOLUME}${nameOf(volume)}`,
          ...(claims.get(claimKey(volume)) === undefined ? unboundKeys() : [claimKey(volume)]),
        ],
      },
      {
        resource: PersistentVolumeClaims,
        toKeys: (claim) =>
          (claim as PersistentVolumeClaim).spec?.volumeName ? [`${VOLUME}${(claim as PersistentVolumeClaim).spec?.volumeName}`] : [],
      },
      { resource: StorageClasses, toKeys: unboundKeys },
      {
        resource: Pods,
        toKeys: (pod) =>
          claimsUsedBy(pod as Pod)
            .map((claim) => `${namespaceOf(pod)}/${claim}`)
            .filter((key) => claims.get(key)?.status?.phase === 'Pending'),
      },
    ],
  };
}
