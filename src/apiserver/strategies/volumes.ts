/** What is wrong with the volumes of a Pod.
 *  Upstream: pkg/apis/core/validation/validation.go (ValidateVolumes and what it calls) */
import { duplicate, type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../api/field-error.ts';
import type { DownwardAPIVolumeFile, KeyToPath, ProjectedVolumeSource, Volume, VolumeProjection } from '../../api/generated/types.ts';
import { isNegativeQuantity } from '../../api/quantity.ts';
import { checkFieldRef, checkLocalPath, checkResourceFieldRef } from './containers.ts';
import { complain, type Errors } from './field-checks.ts';
import { dns1123Label } from './names.ts';

const MODE = 'must be a number between 0 and 0777 (octal), both inclusive';
const DOWNWARD_FIELDS = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];
const HOST_PATH_TYPES = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'];

function checkMode(errors: Errors, field: string, mode: number | undefined): void {
  if (mode !== undefined && (mode < 0 || mode > 0o777)) errors.push(invalidValue(field, mode, MODE));
}

function checkFilePath(errors: Errors, field: string, path: string): void {
  if (!path) {
    errors.push(required(field));
    return;
  }
  checkLocalPath(errors, field, path);
  if (path.startsWith('..') && !path.startsWith('../')) errors.push(invalidValue(field, path, "must not start with '..'"));
}

function checkItems(errors: Errors, path: string, items: readonly KeyToPath[] | undefined): void {
  items?.forEach((item, index) => {
    if (!item.key) errors.push(required(`${path}[${index}].key`));
    checkFilePath(errors, `${path}[${index}].path`, item.path);
    checkMode(errors, `${path}[${index}].mode`, item.mode);
  });
}

function checkDownward(errors: Errors, path: string, items: readonly DownwardAPIVolumeFile[] | undefined): void {
  items?.forEach((item, index) => {
    const at = `${path}[${index}]`;
    checkFilePath(errors, `${at}.path`, item.path);
    if (item.fieldRef) {
      checkFieldRef(errors, `${at}.fieldRef`, item.fieldRef, DOWNWARD_FIELDS);
      if (item.resourceFieldRef) errors.push(invalidValue(at, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
    } else if (item.resourceFieldRef) checkResourceFieldRef(errors, `${at}.resourceFieldRef`, item.resourceFieldRef, true);
    else errors.push(required(at, 'one of fieldRef and resourceFieldRef is required'));
    checkMode(errors, `${at}.mode`, item.mode);
  });
}

function checkToken(errors: Errors, path: string, token: NonNullable<VolumeProjection['serviceAccountToken']>): void {
  const seconds = token.expirationSeconds ?? 3600;
  if (seconds < 600) errors.push(invalidValue(`${path}.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes'));
  if (seconds > 2 ** 32) {
    errors.push(invalidValue(`${path}.expirationSeconds`, seconds, 'may not specify a duration larger than 2^32 seconds'));
  }
  if (!token.path) errors.push(required(`${path}.path`));
  else checkLocalPath(errors, `${path}.path`, token.path);
}

function checkProjected(errors: Errors, path: string, projected: ProjectedVolumeSource): void {
  checkMode(errors, `${path}.defaultMode`, projected.defaultMode);
  const paths = new Set<string>();
  projected.sources?.forEach((source, index) => {
    const at = `${path}.sources[${index}]`;
    const given = Object.keys(source).filter((key) => source[key as keyof VolumeProjection] !== undefined);
    given.slice(1).forEach((key) => errors.push(forbiddenField(`${at}.${key}`, 'may not specify more than 1 volume type')));
    const { secret, configMap, downwardAPI, serviceAccountToken } = source;
    for (const [key, ref] of [['secret', secret], ['configMap', configMap]] as const) {
      if (!ref) continue;
      if (!ref.name) errors.push(required(`${at}.${key}.name`));
      checkItems(errors, `${at}.${key}.items`, ref.items);
    }
    if (downwardAPI) checkDownward(errors, `${at}.downwardAPI.items`, downwardAPI.items);
    if (serviceAccountToken) checkToken(errors, `${at}.serviceAccountToken`, serviceAccountToken);
    const items = secret?.items ?? configMap?.items ?? downwardAPI?.items ?? (serviceAccountToken ? [serviceAccountToken] : []);
    for (const item of items) {
      if (paths.has(item.path)) errors.push(invalidValue(at, item.path, 'conflicting duplicate paths'));
      paths.add(item.path);
    }
  });
}

function checkHostPath(errors: Errors, path: string, source: NonNullable<Volume['hostPath']>): void {
  if (!source.path) {
    errors.push(required(`${path}.path`));
    return;
  }
  if (source.path.split('/').includes('..')) errors.push(invalidValue(`${path}.path`, source.path, "must not contain '..'"));
  if (source.type !== undefined && !HOST_PATH_TYPES.includes(source.type)) {
    errors.push(notSupported(`${path}.type`, source.type, HOST_PATH_TYPES));
  }
}

function checkNfs(errors: Errors, path: string, source: NonNullable<Volume['nfs']>): void {
  if (!source.server) errors.push(required(`${path}.server`));
  if (!source.path) errors.push(required(`${path}.path`));
  else if (!source.path.startsWith('/')) errors.push(invalidValue(`${path}.path`, source.path, 'must be an absolute path'));
}

function checkSource(errors: FieldError[], path: string, volume: Volume): void {
  const kinds = Object.keys(volume).filter((key) => key !== 'name' && volume[key as keyof Volume] !== undefined);
  if (kinds.length === 0) errors.push(required(path, 'must specify a volume type'));
  kinds.slice(1).forEach((kind) => errors.push(forbiddenField(`${path}.${kind}`, 'may not specify more than 1 volume type')));
  const { configMap, secret, persistentVolumeClaim, emptyDir, csi } = volume;
  if (emptyDir?.sizeLimit !== undefined && isNegativeQuantity(String(emptyDir.sizeLimit))) {
    errors.push(forbiddenField(`${path}.emptyDir.sizeLimit`, 'SizeLimit field must be a valid resource quantity'));
  }
  if (volume.hostPath) checkHostPath(errors, `${path}.hostPath`, volume.hostPath);
  if (configMap) {
    if (!configMap.name) errors.push(required(`${path}.configMap.name`));
    checkMode(errors, `${path}.configMap.defaultMode`, configMap.defaultMode);
    checkItems(errors, `${path}.configMap.items`, configMap.items);
  }
  if (secret) {
    if (!secret.secretName) errors.push(required(`${path}.secret.secretName`));
    checkMode(errors, `${path}.secret.defaultMode`, secret.defaultMode);
    checkItems(errors, `${path}.secret.items`, secret.items);
  }
  if (persistentVolumeClaim && !persistentVolumeClaim.claimName) errors.push(required(`${path}.persistentVolumeClaim.claimName`));
  if (volume.downwardAPI) {
    checkMode(errors, `${path}.downwardAPI.defaultMode`, volume.downwardAPI.defaultMode);
    checkDownward(errors, `${path}.downwardAPI.items`, volume.downwardAPI.items);
  }
  if (volume.projected) checkProjected(errors, `${path}.projected`, volume.projected);
  if (volume.nfs) checkNfs(errors, `${path}.nfs`, volume.nfs);
  if (csi && !csi.driver) errors.push(required(`${path}.csi.driver`));
  if (volume.ephemeral && !volume.ephemeral.volumeClaimTemplate) errors.push(required(`${path}.ephemeral.volumeClaimTemplate`));
}

/** Checks the volumes and tells which there are: name to the kind of its source. */
export function checkVolumes(errors: Errors, path: string, volumes: readonly Volume[] | undefined): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  volumes?.forEach((volume, index) => {
    const at = `${path}[${index}]`;
    checkSource(errors, at, volume);
    if (!volume.name) errors.push(required(`${at}.name`));
    else {
      const complaints = dns1123Label(volume.name);
      complain(errors, `${at}.name`, volume.name, complaints);
      if (known.has(volume.name)) errors.push(duplicate(`${at}.name`, volume.name));
    }
    if (volume.name && !known.has(volume.name)) {
      known.set(volume.name, Object.keys(volume).find((key) => key !== 'name' && volume[key as keyof Volume] !== undefined) ?? '');
    }
  });
  return known;
}
