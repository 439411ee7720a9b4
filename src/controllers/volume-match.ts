/** Which volume a claim gets: the smallest that fits, one that was made for it before all others.
 *  Upstream: pkg/controller/volume/persistentvolume/index.go */
import type { PersistentVolume, PersistentVolumeClaim } from '../api/generated/types.ts';
import { isTerminating, nameOf, namespaceOf, uidOf } from '../api/meta.ts';
import { compareQuantities } from '../api/quantity.ts';
import { matchesLabelSelector } from '../api/selectors.ts';

/** The annotation is older than the field, and goes before it. */
export const classOf = (it: PersistentVolume | PersistentVolumeClaim): string =>
  it.metadata?.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? it.spec?.storageClassName ?? '';

/** The volume says that it is for this claim; an empty uid: for whichever claim has the name. */
export function isReservedFor(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const ref = volume.spec?.claimRef;
  return ref?.name === nameOf(claim) && ref.namespace === namespaceOf(claim) && ((ref.uid ?? '') === '' || ref.uid === uidOf(claim));
}

const sizeOf = (volume: PersistentVolume): string => volume.spec?.capacity?.['storage'] ?? '0';
const requested = (claim: PersistentVolumeClaim): string => claim.spec?.resources?.requests?.['storage'] ?? '0';

/** Why a volume that the claim names cannot be its own; undefined: it can. */
export function mismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  if (compareQuantities(sizeOf(volume), requested(claim)) < 0) return 'requested PV is too small';
  if (classOf(volume) !== classOf(claim)) return 'storageClassName does not match';
  if ((volume.spec?.volumeMode ?? 'Filesystem') !== (claim.spec?.volumeMode ?? 'Filesystem')) return 'incompatible volumeMode';
  const modes = volume.spec?.accessModes ?? [];
  return (claim.spec?.accessModes ?? []).every((mode) => modes.includes(mode)) ? undefined : 'incompatible accessMode';
}

/** Names decide between volumes of one size, so that every run chooses the same. */
export function bestVolume(volumes: readonly PersistentVolume[], claim: PersistentVolumeClaim): PersistentVolume | undefined {
  const fitting = volumes.filter((volume) => !isTerminating(volume) && mismatch(volume, claim) === undefined);
  const reserved = fitting.find((volume) => isReservedFor(volume, claim));
  if (reserved) return reserved;
  const free = fitting.filter(
    (volume) => volume.spec?.claimRef === undefined && volume.status?.phase === 'Available' && hasLabels(volume, claim),
  );
  return free.sort((one, other) => compareQuantities(sizeOf(one), sizeOf(other)) || (nameOf(one) < nameOf(other) ? -1 : 1))[0];
}

const hasLabels = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  claim.spec?.selector === undefined || matchesLabelSelector(claim.spec.selector, volume.metadata?.labels ?? {});
