/** VolumeBinding: a Pod's claims must exist, be bound or wait for their first consumer, and a bound volume must be
 *  reachable from the node.
 *  Upstream: pkg/scheduler/framework/plugins/volumebinding/volume_binding.go */
import type { PersistentVolumeClaim, Pod } from '../../api/generated/types.ts';
import { matchesNodeSelectorTerm } from '../../api/node-affinity.ts';
import type { SchedulerPlugin } from '../framework.ts';
import type { NodeInfo, Snapshot } from '../snapshot.ts';
import { unresolvable } from '../verdict.ts';

export interface VolumeNeeds {
  readonly bound: readonly PersistentVolumeClaim[];
  /** Claims that the provisioner makes a volume for once a node is chosen. */
  readonly waiting: readonly PersistentVolumeClaim[];
}

export function claimNamesOf(pod: Pod): readonly string[] {
  return (pod.spec?.volumes ?? []).flatMap((volume) => {
    if (volume.persistentVolumeClaim) return [volume.persistentVolumeClaim.claimName];
    return volume.ephemeral ? [`${pod.metadata?.name}-${volume.name}`] : [];
  });
}

const isBound = (claim: PersistentVolumeClaim): boolean =>
  Boolean(claim.spec?.volumeName) && claim.metadata?.annotations?.['pv.kubernetes.io/bind-completed'] !== undefined;

const waitsForConsumer = (claim: PersistentVolumeClaim, snapshot: Snapshot): boolean =>
  snapshot.storageClass(claim.spec?.storageClassName ?? '')?.volumeBindingMode === 'WaitForFirstConsumer';

function volumeFits(claim: PersistentVolumeClaim, node: NodeInfo, snapshot: Snapshot): boolean {
  const required = snapshot.volume(claim.spec?.volumeName ?? '')?.spec?.nodeAffinity?.required;
  return !required || required.nodeSelectorTerms.some((term) => matchesNodeSelectorTerm(term, node.node));
}

export const volumeBinding: SchedulerPlugin = {
  name: 'VolumeBinding',
  preFilter(pod, snapshot) {
    const names = claimNamesOf(pod);
    if (names.length === 0) return { skip: true };
    const bound: PersistentVolumeClaim[] = [];
    const waiting: PersistentVolumeClaim[] = [];
    for (const name of names) {
      const claim = snapshot.claim(pod.metadata?.namespace ?? '', name);
      if (!claim) return unresolvable(`persistentvolumeclaim "${name}" not found`);
      if (claim.metadata?.deletionTimestamp) return unresolvable(`persistentvolumeclaim "${name}" is being deleted`);
      if (isBound(claim)) bound.push(claim);
      else if (waitsForConsumer(claim, snapshot)) waiting.push(claim);
      else return unresolvable('pod has unbound immediate PersistentVolumeClaims');
    }
    return { state: { bound, waiting } satisfies VolumeNeeds };
  },
  filter(_pod, node, snapshot, state) {
    const { bound } = state.preFilter.get('VolumeBinding') as VolumeNeeds;
    return bound.every((claim) => volumeFits(claim, node, snapshot)) ? undefined : unresolvable('node(s) had volume node affinity conflict');
  },
};
