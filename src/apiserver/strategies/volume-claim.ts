/** PersistentVolumeClaims and PersistentVolumes, StorageClasses.
 *  Upstream: pkg/apis/core/validation/validation.go, pkg/apis/storage/validation/validation.go */
import {
  duplicate,
  type FieldError,
  forbiddenField,
  invalidPrinted,
  invalidValue,
  notSupported,
  notSupportedPrinted,
  required,
  tooLong,
} from '../../api/field-error.ts';
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimSpec,
  PersistentVolumeSpec,
  StorageClass,
  TopologySelectorLabelRequirement,
  TopologySelectorTerm,
} from '../../api/generated/types.ts';
import { compareQuantities, isNegativeQuantity, quantityUnits } from '../../api/quantity.ts';
import { equal } from '../../base/json.ts';
import { rfc3339 } from '../../base/time.ts';
import { strategyOf } from './base.ts';
import { checkAccessModes, checkClaimSpec, claimSpecDefaults, claimWarnings, NOT_POSITIVE, VOLUME_MODES } from './claim-spec.ts';
import { checkImmutable, checkLabelName, checkOneOf, checkOptional, complain, type Errors } from './field-checks.ts';
import { goDiff } from './go-diff.ts';
import { goSyntax } from './go-syntax.ts';
import { dns1123Subdomain, qualifiedName } from './names.ts';
import { canonicalResources } from './quantities.ts';
import { checkNodeSelector } from './scheduling.ts';
import { fill, mapField, without } from './share.ts';
import { checkSource, type Source } from './volume-sources.ts';

function validateClaim({ spec = {} }: PersistentVolumeClaim): readonly FieldError[] {
  const errors: Errors = [];
  checkClaimSpec(errors, 'spec', spec);
  return errors;
}

const OLD_CLASS = 'volume.beta.kubernetes.io/storage-class';
const CLAIM_UPDATE = 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

/** The claim's class, where it said nothing of one before or said it in the old way. */
function isClassFound(next: PersistentVolumeClaim, old: PersistentVolumeClaim): boolean {
  const [name, before] = [next.spec?.storageClassName, old.metadata?.annotations?.[OLD_CLASS]];
  return old.spec?.storageClassName === undefined && name !== undefined && (before === undefined || before === name);
}

/** Of a bound claim only the size may change, and only upwards; the binder may set the volume's name. */
function validateClaimChange(next: PersistentVolumeClaim, old: PersistentVolumeClaim): readonly FieldError[] {
  const errors: Errors = [];
  const [spec, before] = [next.spec ?? {}, old.spec ?? {}];
  const classes = [next, old].map(({ metadata }) => metadata?.annotations?.[OLD_CLASS] ?? '');
  const isUpgraded = classes[1] !== '' && isClassFound(next, old) && (classes[0] === '' || classes[0] === classes[1]);
  if (classes[0] !== classes[1] && !isUpgraded)
    errors.push(invalidValue(`metadata.annotations.${OLD_CLASS}`, classes[0], 'field is immutable'));
  let kept: PersistentVolumeClaimSpec = spec;
  if (!before.volumeName) kept = { ...kept, volumeName: before.volumeName };
  if (isClassFound(next, old)) kept = { ...kept, storageClassName: undefined };
  const sizes = [spec.resources?.requests?.storage ?? '0', before.resources?.requests?.storage ?? '0'] as const;
  if (next.status?.phase === 'Bound' && kept.resources?.requests) {
    kept = { ...kept, resources: { ...kept.resources, requests: { ...kept.resources.requests, storage: sizes[1] } } };
  }
  if (!equal(kept, before))
    errors.push(forbiddenField('spec', `${CLAIM_UPDATE}\n${goDiff(before, kept, 'core.PersistentVolumeClaimSpec')}`));
  if (compareQuantities(sizes[0], sizes[1]) < 0 && compareQuantities(sizes[0], old.status?.capacity?.storage ?? '0') <= 0) {
    errors.push(forbiddenField('spec.resources.requests.storage', 'field can not be less than status.capacity'));
  }
  checkImmutable(errors, 'volumeMode', spec.volumeMode, before.volumeMode);
  return errors;
}

const RESIZE_STATES = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
];

function validateClaimStatus({ spec, status = {} }: PersistentVolumeClaim): readonly FieldError[] {
  const errors: Errors = [];
  if (!spec?.accessModes?.length) errors.push(required('Spec.accessModes'));
  for (const name in status.capacity) checkBasicQuantity(errors, `status.capacity[${name}]`, status.capacity[name]!);
  for (const name in status.allocatedResourceStatuses) {
    const state = status.allocatedResourceStatuses[name]!;
    if (!RESIZE_STATES.includes(state)) errors.push(notSupported('status.allocatedResourceStatus', name, RESIZE_STATES));
  }
  for (const name in status.allocatedResources) {
    checkBasicQuantity(errors, `status.allocatedResources[${name}]`, status.allocatedResources[name]!);
  }
  return errors;
}

/** Below zero a size is none; Kubernetes shows it in whole units. */
function checkBasicQuantity(errors: Errors, field: string, quantity: string): void {
  if (isNegativeQuantity(quantity)) errors.push(invalidValue(field, quantityUnits(quantity), 'must be a valid resource quantity'));
}

const ANY_KINDS = new Set(['PersistentVolumeClaim/', 'VolumeSnapshot/snapshot.storage.k8s.io']);

/** The two ways to name where the data come from are one; what stands behind gates that are off goes. */
function withKnownSource(spec: PersistentVolumeClaimSpec): PersistentVolumeClaimSpec {
  const known = mapField(without(spec, 'volumeAttributesClassName'), 'dataSourceRef', (ref) => without(ref, 'namespace'));
  const isKnown = known.dataSource && ANY_KINDS.has(`${known.dataSource.kind}/${known.dataSource.apiGroup ?? ''}`);
  const next = isKnown ? known : without(known, 'dataSource');
  if (next.dataSource && !next.dataSourceRef) return { ...next, dataSourceRef: next.dataSource };
  return !next.dataSource && next.dataSourceRef ? { ...next, dataSource: next.dataSourceRef } : next;
}

export const persistentVolumeClaimStrategy = strategyOf<PersistentVolumeClaim>({
  hasStatus: true,
  applyDefaults: (it) => mapField(it, 'spec', claimSpecDefaults),
  prepareForCreate: (it) => ({ ...mapField(it, 'spec', withKnownSource), status: { phase: 'Pending' } }),
  validate: validateClaim,
  validateChange: validateClaimChange,
  validateStatusUpdate: validateClaimStatus,
  warnings: (it, _old, { subresource }) => (subresource === '' ? claimWarnings('spec', it.spec) : []),
});

const NOT_SOURCES = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeMode',
  'volumeAttributesClassName',
]);

const sourcesOf = (spec: PersistentVolumeSpec): readonly string[] =>
  Object.keys(spec).filter((key) => !NOT_SOURCES.has(key) && spec[key as keyof PersistentVolumeSpec] !== undefined);

const volumeSpecDefaults = (spec: PersistentVolumeSpec): PersistentVolumeSpec =>
  mapField(
    mapField(fill(spec, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' }), 'capacity', canonicalResources),
    'hostPath',
    (source) => fill(source, { type: '' }),
  );

const PORTAL = 'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';

function checkCapacity(errors: Errors, capacity: Readonly<Record<string, string>> = {}): void {
  const names = Object.keys(capacity);
  if (names.length === 0) errors.push(required('spec.capacity'));
  if (capacity['storage'] === undefined || names.length > 1) {
    const given = names.length > 0 ? capacity : undefined;
    errors.push(notSupportedPrinted('spec.capacity', goSyntax(given, 'core.ResourceList'), ['storage']));
  }
  for (const name of names) {
    const field = `spec.capacity[${name}]`;
    checkBasicQuantity(errors, field, capacity[name]!);
    if (compareQuantities(capacity[name]!, '0') <= 0) errors.push(invalidValue(field, capacity[name], NOT_POSITIVE));
  }
}

function validateVolume({ metadata, spec = {} }: PersistentVolume): readonly FieldError[] {
  const errors: Errors = [];
  if (!spec.accessModes?.length) errors.push(required('spec.accessModes'));
  checkAccessModes(errors, 'spec.accessModes', spec.accessModes);
  checkCapacity(errors, spec.capacity);
  const policy = spec.persistentVolumeReclaimPolicy;
  checkOptional(errors, 'spec.persistentVolumeReclaimPolicy', policy, ['Delete', 'Recycle', 'Retain']);
  if (spec.nodeAffinity) {
    if (spec.nodeAffinity.required) checkNodeSelector(errors, 'spec.nodeAffinity.required', spec.nodeAffinity.required);
    else errors.push(required('spec.nodeAffinity.required', 'must specify required node constraints'));
  }
  checkSource(errors, 'spec', spec as unknown as Source, 'volume', {
    local: (all) => {
      if (!spec.nodeAffinity) all.push(required('spec.nodeAffinity', 'Local volume requires node affinity'));
    },
    iscsi: (all, path) => {
      const portal = spec.iscsi?.targetPortal ?? '';
      if (spec.iscsi?.initiatorName === undefined || `${metadata?.name ?? ''}:${portal}`.length <= 64) return;
      all.push(invalidValue(`${path}.targetportal`, portal, PORTAL));
    },
  });
  if (policy === 'Recycle' && /^\/*$/.test(spec.hostPath?.path ?? 'x')) {
    errors.push(forbiddenField('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'"));
  }
  if (spec.storageClassName) complain(errors, 'spec.storageClassName', spec.storageClassName, dns1123Subdomain(spec.storageClassName));
  checkOptional(errors, 'spec.volumeMode', spec.volumeMode, VOLUME_MODES);
  return errors;
}

function validateVolumeChange(next: PersistentVolume, old: PersistentVolume): readonly FieldError[] {
  const errors: Errors = [];
  // A secret for growing the volume may come later.
  const source = (spec: PersistentVolumeSpec = {}): Record<string, unknown> => {
    const { csi, ...others } = Object.fromEntries(sourcesOf(spec).map((key) => [key, spec[key as keyof PersistentVolumeSpec]]));
    const isNew = old.spec?.csi?.controllerExpandSecretRef === undefined;
    return csi
      ? { ...others, csi: isNew ? without(csi as { controllerExpandSecretRef?: object }, 'controllerExpandSecretRef') : csi }
      : others;
  };
  if (!equal(source(next.spec), source(old.spec))) {
    const diff = goDiff(source(old.spec), source(next.spec), 'core.PersistentVolumeSource');
    errors.push(forbiddenField('spec.persistentvolumesource', `spec.persistentvolumesource is immutable after creation\n${diff}`));
  }
  checkImmutable(errors, 'volumeMode', next.spec?.volumeMode, old.spec?.volumeMode);
  if (old.spec?.nodeAffinity && !equal(next.spec?.nodeAffinity, old.spec.nodeAffinity)) {
    const printed = next.spec?.nodeAffinity ? goSyntax(next.spec.nodeAffinity, 'core.VolumeNodeAffinity') : '"null"';
    errors.push(invalidPrinted('nodeAffinity', printed, 'field is immutable, except for updating from beta label to GA'));
  }
  return errors;
}

export const persistentVolumeStrategy = strategyOf<PersistentVolume>({
  hasStatus: true,
  applyDefaults: (it) => mapField(it, 'spec', volumeSpecDefaults),
  prepareForCreate: (it, { world }) => ({
    ...mapField(it, 'spec', (spec) => without(spec, 'volumeAttributesClassName')),
    status: { phase: 'Pending', lastPhaseTransitionTime: rfc3339(world.clock.now()) },
  }),
  validate: validateVolume,
  validateChange: validateVolumeChange,
});

const PARAMETERS_MAX = 512;
const PARAMETERS_LENGTH_MAX = 256 * 1024;

function checkParameters(errors: Errors, parameters: Readonly<Record<string, string>> = {}): void {
  const keys = Object.keys(parameters);
  if (keys.length > PARAMETERS_MAX) {
    errors.push(tooLong('parameters', PARAMETERS_MAX));
    return;
  }
  let size = 0;
  for (const key of keys) {
    if (key === '') errors.push(invalidValue('parameters', key, 'field can not be empty.'));
    size += key.length + parameters[key]!.length;
  }
  if (size > PARAMETERS_LENGTH_MAX) errors.push(tooLong('parameters', PARAMETERS_LENGTH_MAX));
}

function checkTopologies(errors: Errors, terms: readonly TopologySelectorTerm[] = []): void {
  terms.forEach(({ matchLabelExpressions: all = [] }, index) => {
    const at = `allowedTopologies[${index}].matchLabelExpressions`;
    all.forEach(({ key = '', values = [] }: Partial<TopologySelectorLabelRequirement>, which) => {
      if (values.length === 0) errors.push(required(`${at}[${which}].values`));
      values.forEach((value, n) => values.indexOf(value) < n && errors.push(duplicate(`${at}[${which}].values[${n}]`, value)));
      checkLabelName(errors, `${at}[${which}].key`, key);
      if (all.findIndex((other) => (other.key ?? '') === key) < which) errors.push(duplicate(`${at}[${which}].key`, key));
    });
    const isRepeated = terms.slice(0, index).some((term) => equal(term.matchLabelExpressions ?? [], all));
    if (isRepeated) errors.push(duplicate(at, ''));
  });
}

function validateStorageClass(it: StorageClass): readonly FieldError[] {
  const errors: Errors = [];
  if (!it.provisioner) errors.push(required('provisioner'));
  else complain(errors, 'provisioner', it.provisioner, qualifiedName(it.provisioner.toLowerCase()));
  checkParameters(errors, it.parameters);
  checkOptional(errors, 'reclaimPolicy', it.reclaimPolicy, ['Delete', 'Retain']);
  checkOneOf(errors, 'volumeBindingMode', it.volumeBindingMode, ['Immediate', 'WaitForFirstConsumer']);
  checkTopologies(errors, it.allowedTopologies);
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
