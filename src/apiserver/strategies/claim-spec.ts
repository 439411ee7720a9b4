/** What is wrong with the claim for a volume, whether it stands by itself or in a template.
 *  Upstream: pkg/apis/core/validation/validation.go (ValidatePersistentVolumeClaimSpec) */
import { forbiddenField, invalidPrinted, invalidValue, notSupported, required } from '../../api/field-error.ts';
import type { PersistentVolumeClaimSpec, TypedObjectReference } from '../../api/generated/types.ts';
import { compareQuantities } from '../../api/quantity.ts';
import { checkLabelSelector, checkOptional, complain, type Errors } from './field-checks.ts';
import { dns1123Label, dns1123Subdomain } from './names.ts';
import { canonicalResources } from './quantities.ts';
import { warnOfFraction } from './pod-warnings.ts';
import { fill, mapField } from './share.ts';

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
export const VOLUME_MODES = ['Block', 'Filesystem'];
export const NOT_POSITIVE = 'must be greater than zero';

export const claimSpecDefaults = (spec: PersistentVolumeClaimSpec): PersistentVolumeClaimSpec => mapField(
  fill(spec, { volumeMode: 'Filesystem' }), 'resources',
  (resources) => mapField(mapField(resources, 'requests', canonicalResources), 'limits', canonicalResources),
);

export function checkAccessModes(errors: Errors, field: string, modes: readonly string[] | undefined): void {
  for (const mode of modes ?? []) if (!ACCESS_MODES.includes(mode)) errors.push(notSupported(field, mode, ACCESS_MODES));
  const others = (modes ?? []).filter((mode) => mode !== 'ReadWriteOncePod' && ACCESS_MODES.includes(mode));
  if (modes?.includes('ReadWriteOncePod') && others.length > 0) {
    errors.push(forbiddenField(field, 'may not use ReadWriteOncePod with other access modes'));
  }
}

function checkDataSource(errors: Errors, path: string, { name, kind = '', apiGroup = '', namespace }: Partial<TypedObjectReference>): void {
  if (!name) errors.push(required(`${path}.name`));
  if (!kind) errors.push(required(`${path}.kind`));
  if (apiGroup) complain(errors, `${path}.apiGroup`, apiGroup, dns1123Subdomain(apiGroup));
  else if (kind !== 'PersistentVolumeClaim') {
    errors.push(invalidValue(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"));
  }
  if (namespace) complain(errors, `${path}.namespace`, namespace, dns1123Label(namespace));
}

export function checkClaimSpec(errors: Errors, path: string, spec: PersistentVolumeClaimSpec): void {
  if (!spec.accessModes?.length) errors.push(required(`${path}.accessModes`, 'at least 1 access mode is required'));
  checkLabelSelector(errors, `${path}.selector`, spec.selector);
  checkAccessModes(errors, `${path}.accessModes`, spec.accessModes);
  const storage = spec.resources?.requests?.storage;
  if (storage === undefined) errors.push(required(`${path}.resources[storage]`));
  else if (compareQuantities(storage, '0') <= 0) errors.push(invalidValue(`${path}.resources[storage]`, storage, NOT_POSITIVE));
  if (spec.storageClassName) complain(errors, `${path}.storageClassName`, spec.storageClassName, dns1123Subdomain(spec.storageClassName));
  checkOptional(errors, `${path}.volumeMode`, spec.volumeMode, VOLUME_MODES);
  const { dataSource, dataSourceRef } = spec;
  if (dataSource) checkDataSource(errors, `${path}.dataSource`, dataSource);
  if (dataSourceRef) checkDataSource(errors, `${path}.dataSourceRef`, dataSourceRef);
  if (!dataSource || !dataSourceRef) return;
  const isSame = dataSource.apiGroup === dataSourceRef.apiGroup && dataSource.kind === dataSourceRef.kind && dataSource.name === dataSourceRef.name;
  if (!isSame) errors.push(invalidPrinted(path, `${path}.dataSource`, 'must match dataSourceRef'));
}

/** Storage comes in whole bytes. */
export function claimWarnings(path: string, spec: PersistentVolumeClaimSpec | undefined): readonly string[] {
  const warnings: string[] = [];
  const { requests, limits } = spec?.resources ?? {};
  for (const [list, values] of [['requests', requests], ['limits', limits]] as const) {
    warnOfFraction((field, text) => void warnings.push(`${field}: ${text}`), `${path}.resources.${list}[storage]`, values?.['storage']);
  }
  return warnings;
}
