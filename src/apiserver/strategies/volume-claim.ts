/** PersistentVolumeClaims and PersistentVolumes, StorageClasses.
 *  Upstream: pkg/apis/core/validation/validation.go, pkg/apis/storage/validation/validation.go */
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../api/field-error.ts';
import type {
  PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimSpec, PersistentVolumeSpec, StorageClass,
} from '../../api/generated/types.ts';
import { compareQuantities } from '../../api/quantity.ts';
import { equal } from '../../base/json.ts';
import { rfc3339 } from '../../base/time.ts';
import { strategyOf } from './base.ts';
import { checkImmutable, checkLabelSelector, checkOptional, complain, type Errors } from './field-checks.ts';
import { goDiff } from './go-diff.ts';
import { dns1123Subdomain, qualifiedName } from './names.ts';
import { canonicalResources, checkQuantity } from './quantities.ts';
import { checkNodeSelector } from './scheduling.ts';
import { fill, mapField } from './share.ts';

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const VOLUME_MODES = ['Block', 'Filesystem'];

export const claimSpecDefaults = (spec: PersistentVolumeClaimSpec): PersistentVolumeClaimSpec => mapField(
  fill(spec, { volumeMode: 'Filesystem' }), 'resources',
  (resources) => mapField(mapField(resources, 'requests', canonicalResources), 'limits', canonicalResources),
);

function checkAccessModes(errors: Errors, modes: readonly string[] | undefined, detail: string): void {
  if (!modes?.length) errors.push(required('spec.accessModes', detail));
  for (const mode of modes ?? []) if (!ACCESS_MODES.includes(mode)) errors.push(notSupported('spec.accessModes', mode, ACCESS_MODES));
  if (modes?.includes('ReadWriteOncePod') && modes.length > 1) {
    errors.push(forbiddenField('spec.accessModes', 'may not use ReadWriteOncePod with other access modes'));
  }
}

function validateClaim({ spec = {} }: PersistentVolumeClaim): readonly FieldError[] {
  const errors: Errors = [];
  checkAccessModes(errors, spec.accessModes, 'at least 1 access mode is required');
  checkLabelSelector(errors, 'spec.selector', spec.selector);
  const storage = spec.resources?.requests?.storage;
  if (storage === undefined) errors.push(required('spec.resources[storage]'));
  else {
    checkQuantity(errors, 'spec.resources[storage]', 'storage', storage);
    if (compareQuantities(storage, '0') === 0) errors.push(invalidValue('spec.resources[storage]', storage, 'must be greater than zero'));
  }
  if (spec.storageClassName) complain(errors, 'spec.storageClassName', spec.storageClassName, dns1123Subdomain(spec.storageClassName));
  checkOptional(errors, 'spec.volumeMode', spec.volumeMode, VOLUME_MODES);
  return errors;
}

const CLAIM_UPDATE = 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

/** Of a bound claim only the size may change, and only upwards; the binder may set the volume's name. */
function validateClaimChange(next: PersistentVolumeClaim, old: PersistentVolumeClaim): readonly FieldError[] {
  const errors: Errors = [];
  const [spec, before] = [next.spec ?? {}, old.spec ?? {}];
  let kept: PersistentVolumeClaimSpec = { ...spec, volumeAttributesClassName: before.volumeAttributesClassName };
  if (!before.volumeName) kept = { ...kept, volumeName: before.volumeName };
  if (before.storageClassName === undefined) kept = { ...kept, storageClassName: undefined };
  const sizes = [spec.resources?.requests?.storage ?? '0', before.resources?.requests?.storage ?? '0'] as const;
  if (next.status?.phase === 'Bound' && kept.resources?.requests) {
    kept = { ...kept, resources: { ...kept.resources, requests: { ...kept.resources.requests, storage: sizes[1] } } };
  }
  if (!equal(kept, before)) errors.push(forbiddenField('spec', `${CLAIM_UPDATE}\n${goDiff(before, kept, 'core.PersistentVolumeClaimSpec')}`));
  if (compareQuantities(sizes[0], sizes[1]) < 0 && compareQuantities(sizes[0], old.status?.capacity?.storage ?? '0') <= 0) {
    errors.push(forbiddenField('spec.resources.requests.storage', 'field can not be less than status.capacity'));
  }
  return errors;
}

export const persistentVolumeClaimStrategy = strategyOf<PersistentVolumeClaim>({
  hasStatus: true,
  applyDefaults: (it) => mapField(it, 'spec', claimSpecDefaults),
  prepareForCreate: (it) => ({ ...it, status: { phase: 'Pending' } }),
  validate: validateClaim,
  validateChange: (next, old, { subresource }) => (subresource === 'status' ? [] : validateClaimChange(next, old)),
});

const NOT_SOURCES = new Set([
  'accessModes', 'capacity', 'claimRef', 'mountOptions', 'nodeAffinity', 'persistentVolumeReclaimPolicy', 'storageClassName', 'volumeMode',
  'volumeAttributesClassName',
]);

const sourcesOf = (spec: PersistentVolumeSpec): readonly string[] =>
  Object.keys(spec).filter((key) => !NOT_SOURCES.has(key) && spec[key as keyof PersistentVolumeSpec] !== undefined);

const volumeSpecDefaults = (spec: PersistentVolumeSpec): PersistentVolumeSpec => mapField(
  mapField(fill(spec, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' }), 'capacity', canonicalResources),
  'hostPath', (source) => fill(source, { type: '' }),
);

function validateVolume({ spec = {} }: PersistentVolume): readonly FieldError[] {
  const errors: Errors = [];
  checkAccessModes(errors, spec.accessModes, '');
  const names = Object.keys(spec.capacity ?? {});
  if (names.length === 0) errors.push(required('spec.capacity'));
  if (spec.capacity?.storage === undefined || names.length > 1) errors.push(notSupported('spec.capacity', spec.capacity ?? {}, ['storage']));
  if (spec.capacity?.storage !== undefined) {
    checkQuantity(errors, 'spec.capacity[storage]', 'storage', spec.capacity.storage);
    if (compareQuantities(spec.capacity.storage, '0') === 0) {
      errors.push(invalidValue('spec.capacity[storage]', spec.capacity.storage, 'must be greater than zero'));
    }
  }
  checkOptional(errors, 'spec.persistentVolumeReclaimPolicy', spec.persistentVolumeReclaimPolicy, ['Delete', 'Recycle', 'Retain']);
  const sources = sourcesOf(spec);
  if (sources.length === 0) errors.push(required('spec', 'must specify a volume type'));
  sources.slice(1).forEach((source) => errors.push(forbiddenField(`spec.${source}`, 'may not specify more than 1 volume type')));
  if (spec.hostPath && !spec.hostPath.path) errors.push(required('spec.hostPath.path'));
  if (spec.local && !spec.nodeAffinity?.required) {
    errors.push(required('metadata.annotations', 'Local volume requires node affinity'));
  }
  if (spec.nodeAffinity?.required) checkNodeSelector(errors, 'spec.nodeAffinity.required', spec.nodeAffinity.required);
  if (spec.storageClassName) complain(errors, 'spec.storageClassName', spec.storageClassName, dns1123Subdomain(spec.storageClassName));
  checkOptional(errors, 'spec.volumeMode', spec.volumeMode, VOLUME_MODES);
  return errors;
}

function validateVolumeChange(next: PersistentVolume, old: PersistentVolume): readonly FieldError[] {
  const errors: Errors = [];
  const source = (spec: PersistentVolumeSpec = {}): Record<string, unknown> =>
    Object.fromEntries(sourcesOf(spec).map((key) => [key, spec[key as keyof PersistentVolumeSpec]]));
  if (!equal(source(next.spec), source(old.spec))) {
    errors.push(forbiddenField('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation'));
  }
  checkImmutable(errors, 'volumeMode', next.spec?.volumeMode, old.spec?.volumeMode);
  if (old.spec?.nodeAffinity && !equal(next.spec?.nodeAffinity, old.spec.nodeAffinity)) {
    checkImmutable(errors, 'nodeAffinity', next.spec?.nodeAffinity ?? {}, old.spec.nodeAffinity, 'core.VolumeNodeAffinity');
  }
  return errors;
}

export const persistentVolumeStrategy = strategyOf<PersistentVolume>({
  hasStatus: true,
  applyDefaults: (it) => mapField(it, 'spec', volumeSpecDefaults),
  prepareForCreate: (it, { world }) => ({
    ...it, status: { phase: 'Pending', lastPhaseTransitionTime: rfc3339(world.clock.now()) },
  }),
  validate: validateVolume,
  validateChange: (next, old, { subresource }) => (subresource === 'status' ? [] : validateVolumeChange(next, old)),
});

function validateStorageClass(it: StorageClass): readonly FieldError[] {
  const errors: Errors = [];
  if (!it.provisioner) errors.push(required('provisioner'));
  else complain(errors, 'provisioner', it.provisioner.toLowerCase(), qualifiedName(it.provisioner.toLowerCase()));
  checkOptional(errors, 'reclaimPolicy', it.reclaimPolicy, ['Delete', 'Retain']);
  checkOptional(errors, 'volumeBindingMode', it.volumeBindingMode, ['Immediate', 'WaitForFirstConsumer']);
  return errors;
}

export const storageClassStrategy = strategyOf<StorageClass>({
  applyDefaults: (it) => fill(it, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  validate: validateStorageClass,
  validateChange(next, old) {
    const errors: Errors = [];
    if (!equal(next.parameters, old.parameters)) errors.push(forbiddenField('parameters', 'updates to parameters are forbidden.'));
    if (next.provisioner !== old.provisioner) errors.push(forbiddenField('provisioner', 'updates to provisioner are forbidden.'));
    if (next.reclaimPolicy !== old.reclaimPolicy) errors.push(forbiddenField('reclaimPolicy', 'updates to reclaimPolicy are forbidden.'));
    checkImmutable(errors, 'volumeBindingMode', next.volumeBindingMode, old.volumeBindingMode);
    return errors;
  },
});
