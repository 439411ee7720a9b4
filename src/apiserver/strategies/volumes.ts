/** What is wrong with the volumes of a Pod.
 *  Upstream: pkg/apis/core/validation/validation.go (ValidateVolumes and what it calls) */
import { duplicate, forbiddenField, invalidValue, required } from '../../api/field-error.ts';
import type {
  ConfigMapVolumeSource, DownwardAPIVolumeFile, DownwardAPIVolumeSource, EmptyDirVolumeSource, EphemeralVolumeSource, KeyToPath,
  ProjectedVolumeSource, SecretVolumeSource, Volume, VolumeProjection,
} from '../../api/generated/types.ts';
import { isNegativeQuantity } from '../../api/quantity.ts';
import { checkClaimSpec } from './claim-spec.ts';
import { checkFieldRef, checkResourceFieldRef } from './environment.ts';
import { checkAnnotations, checkLabels, complain, type Errors } from './field-checks.ts';
import { dns1123Label, dns1123Subdomain } from './names.ts';
import { checkLocalPath, checkSource, type Source } from './volume-sources.ts';

const MODE = 'must be a number between 0 and 0777 (octal), both inclusive';
const DOWNWARD_FIELDS = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];
const CONFLICTING = 'conflicting duplicate paths';

function checkMode(errors: Errors, field: string, mode: number | undefined): void {
  if (mode !== undefined && (mode < 0 || mode > 0o777)) errors.push(invalidValue(field, mode, MODE));
}

/** Inside a volume, and not of the names that the kubelet keeps for itself. */
function checkFilePath(errors: Errors, field: string, path = ''): void {
  checkLocalPath(errors, field, path);
  if (path.startsWith('..') && !path.startsWith('../')) errors.push(invalidValue(field, path, "must not start with '..'"));
}

function checkItem(errors: Errors, path: string, item: KeyToPath): void {
  if (!item.key) errors.push(required(`${path}.key`));
  if (!item.path) errors.push(required(`${path}.path`));
  checkFilePath(errors, `${path}.path`, item.path);
  checkMode(errors, `${path}.mode`, item.mode);
}

/** The path of the errors is the list's, not the item's: so Kubernetes has it. */
function checkDownward(errors: Errors, path: string, item: DownwardAPIVolumeFile): void {
  if (!item.path) errors.push(required(`${path}.path`));
  checkFilePath(errors, `${path}.path`, item.path);
  if (item.fieldRef) {
    checkFieldRef(errors, `${path}.fieldRef`, item.fieldRef, DOWNWARD_FIELDS);
    if (item.resourceFieldRef) errors.push(invalidValue(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
  } else if (item.resourceFieldRef) checkResourceFieldRef(errors, `${path}.resourceFieldRef`, item.resourceFieldRef, true);
  else errors.push(required(path, 'one of fieldRef and resourceFieldRef is required'));
  checkMode(errors, `${path}.mode`, item.mode);
}

function checkToken(errors: Errors, path: string, projected: string, token: NonNullable<VolumeProjection['serviceAccountToken']>): void {
  const seconds = token.expirationSeconds ?? 3600;
  if (seconds < 600) errors.push(invalidValue(`${path}.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes'));
  if (seconds > 2 ** 32) {
    errors.push(invalidValue(`${path}.expirationSeconds`, seconds, 'may not specify a duration larger than 2^32 seconds'));
  }
  if (!token.path) errors.push(required(`${projected}.path`));
  else checkFilePath(errors, `${projected}.path`, token.path);
}

function checkProjected(errors: Errors, path: string, source: Source): void {
  const projected = source as Partial<ProjectedVolumeSource>;
  checkMode(errors, `${path}.defaultMode`, projected.defaultMode);
  const paths = new Set<string>();
  const take = (itemPath: string | undefined, shown: string): void => {
    if (!itemPath) return;
    if (paths.has(itemPath)) errors.push(invalidValue(path, shown, CONFLICTING));
    paths.add(itemPath);
  };
  projected.sources?.forEach((one, index) => {
    const at = `${path}.sources[${index}]`;
    for (const field of ['secret', 'configMap'] as const) {
      const ref = one[field];
      if (!ref) continue;
      if (!ref.name) errors.push(required(`${at}.${field}.name`));
      ref.items?.forEach((item, itemIndex) => {
        checkItem(errors, `${at}.${field}.items[${itemIndex}]`, item);
        take(item.path, ref.name ?? '');
      });
    }
    one.downwardAPI?.items?.forEach((item) => {
      checkDownward(errors, `${at}.downwardAPI`, item);
      take(item.path, item.path);
    });
    if (one.serviceAccountToken) checkToken(errors, `${at}.serviceAccountToken`, path, one.serviceAccountToken);
    const given = [one.secret, one.configMap, one.downwardAPI, one.serviceAccountToken].filter(Boolean);
    if (given.length > 1) errors.push(forbiddenField(at, 'may not specify more than 1 volume type per source'));
  });
}

function checkEmptyDir(errors: Errors, path: string, source: Source): void {
  const { sizeLimit } = source as EmptyDirVolumeSource;
  if (sizeLimit !== undefined && isNegativeQuantity(String(sizeLimit))) {
    errors.push(forbiddenField(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity'));
  }
}

/** Of a template's metadata only labels and annotations mean anything. */
const TEMPLATE_META_REFUSED = [
  'name', 'generateName', 'namespace', 'selfLink', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'deletionTimestamp',
  'deletionGracePeriodSeconds', 'ownerReferences', 'finalizers', 'managedFields',
] as const;
/** Go's names of the fields with their first letter made small. */
const AS_SHOWN: Readonly<Record<string, string>> = { uid: 'uID' };

export function checkClaimTemplate(errors: Errors, path: string, template: NonNullable<EphemeralVolumeSource['volumeClaimTemplate']>): void {
  const { metadata = {}, spec } = template;
  checkAnnotations(errors, `${path}.metadata.annotations`, metadata.annotations);
  checkLabels(errors, `${path}.metadata.labels`, metadata.labels);
  for (const field of TEMPLATE_META_REFUSED) {
    if (metadata[field] !== undefined) errors.push(forbiddenField(`${path}.metadata.${AS_SHOWN[field] ?? field}`, 'cannot be set'));
  }
  checkClaimSpec(errors, `${path}.spec`, spec ?? {});
}

function checkEphemeral(errors: Errors, path: string, source: Source): void {
  const { volumeClaimTemplate } = source as EphemeralVolumeSource;
  if (!volumeClaimTemplate) errors.push(required(`${path}.volumeClaimTemplate`));
  else checkClaimTemplate(errors, `${path}.volumeClaimTemplate`, volumeClaimTemplate);
}

function checkSecret(errors: Errors, path: string, source: Source): void {
  const { secretName, defaultMode, items } = source as SecretVolumeSource;
  if (!secretName) errors.push(required(`${path}.secretName`));
  checkMode(errors, `${path}.defaultMode`, defaultMode);
  items?.forEach((item, index) => checkItem(errors, `${path}.items[${index}]`, item));
}

function checkConfigMap(errors: Errors, path: string, source: Source): void {
  const { name, defaultMode, items } = source as ConfigMapVolumeSource;
  if (!name) errors.push(required(`${path}.name`));
  checkMode(errors, `${path}.defaultMode`, defaultMode);
  items?.forEach((item, index) => checkItem(errors, `${path}.items[${index}]`, item));
}

function checkDownwardApi(errors: Errors, path: string, source: Source): void {
  const { defaultMode, items } = source as DownwardAPIVolumeSource;
  checkMode(errors, `${path}.defaultMode`, defaultMode);
  items?.forEach((item) => checkDownward(errors, path, item));
}

const OWN = {
  emptyDir: checkEmptyDir, secret: checkSecret, configMap: checkConfigMap, downwardAPI: checkDownwardApi, projected: checkProjected,
  ephemeral: checkEphemeral,
};

const PORTAL_LENGTH_MAX = 64;
const PORTAL = 'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';

/** Names that the Pod's name takes part in. */
function checkJoinedNames(errors: Errors, path: string, volume: Partial<Volume>, podName: string): void {
  const { iscsi, ephemeral, name = '' } = volume;
  if (iscsi?.initiatorName !== undefined && `${name}:${iscsi.targetPortal}`.length > PORTAL_LENGTH_MAX) {
    errors.push(invalidValue(`${path}.name`, name, PORTAL));
  }
  if (!ephemeral || !podName || !name) return;
  const claim = `${podName}-${name}`;
  for (const complaint of dns1123Subdomain(claim)) errors.push(invalidValue(`${path}.name`, name, `PVC name "${claim}": ${complaint}`));
}

/** Checks the volumes and tells which there are: name to the kind of its source. One with a mistake is not there for the
 *  containers, as in Kubernetes. `podName` is empty for a template. */
export function checkVolumes(errors: Errors, path: string, volumes: readonly Volume[] | undefined, podName = ''): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  const created = new Set((volumes ?? []).filter(({ ephemeral }) => ephemeral).map(({ name }) => `${podName}-${name}`));
  volumes?.forEach((volume, index) => {
    const at = `${path}[${index}]`;
    const wrong: Errors = [];
    checkSource(wrong, at, volume as unknown as Source, 'pod', OWN);
    checkJoinedNames(wrong, at, volume, podName);
    if (!volume.name) wrong.push(required(`${at}.name`));
    else complain(wrong, `${at}.name`, volume.name, dns1123Label(volume.name));
    if (known.has(volume.name)) wrong.push(duplicate(`${at}.name`, volume.name));
    if (wrong.length === 0) {
      known.set(volume.name, Object.keys(volume).find((key) => key !== 'name' && volume[key as keyof Volume] !== undefined) ?? '');
    } else errors.push(...wrong);
    const claim = volume.persistentVolumeClaim?.claimName;
    if (claim && podName && created.has(claim)) {
      errors.push(invalidValue(`${at}.persistentVolumeClaim.claimName`, claim,
        'must not reference a PVC that gets created for an ephemeral volume'));
    }
  });
  return known;
}
