/** What is wrong with the source of a volume, whether it stands in a Pod or in a PersistentVolume: a table of what each
 *  kind of source needs, and a check for those that want more.
 *  Upstream: pkg/apis/core/validation/validation.go (validateVolumeSource, ValidatePersistentVolumeSpec and what they call) */
import { forbiddenField, invalidPrinted, invalidValue, notSupported, required, tooLong } from '../../api/field-error.ts';
import { complain, type Errors } from './field-checks.ts';
import { goSyntax } from './go-syntax.ts';
import { dns1123Label, dns1123Subdomain, inclusiveRange } from './names.ts';

export type Source = Readonly<Record<string, unknown>>;
type Check = (errors: Errors, path: string, source: Source) => void;

export const ABSOLUTE = 'must be an absolute path';
const HOST_PATH_TYPES = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'];
const PARTITION = 'must be between 0 and 255, inclusive';

const text = (source: Source, field: string): string => (typeof source[field] === 'string' ? source[field] : '');
const part = (source: Source, field: string): Source | undefined => source[field] as Source | undefined;
const isEmpty = (value: unknown): boolean => value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

/** A path must not go up. */
export function checkNoBacksteps(errors: Errors, field: string, path: string): void {
  if (path.split('/').includes('..')) errors.push(invalidValue(field, path, "must not contain '..'"));
}

/** A path inside a volume: relative, and never up. */
export function checkLocalPath(errors: Errors, field: string, path: string): void {
  if (path.startsWith('/')) errors.push(invalidValue(field, path, 'must be a relative path'));
  checkNoBacksteps(errors, field, path);
}

function checkHostPath(errors: Errors, path: string, source: Source): void {
  if (!text(source, 'path')) {
    errors.push(required(`${path}.path`));
    return;
  }
  checkNoBacksteps(errors, `${path}.path`, text(source, 'path'));
  const type = source['type'];
  if (typeof type === 'string' && !HOST_PATH_TYPES.includes(type)) errors.push(notSupported(`${path}.type`, type, HOST_PATH_TYPES));
}

function checkPartition(errors: Errors, path: string, { partition }: Source): void {
  if (typeof partition === 'number' && (partition < 0 || partition > 255)) {
    errors.push(invalidValue(`${path}.partition`, partition, PARTITION));
  }
}

function checkNfs(errors: Errors, path: string, source: Source): void {
  if (!text(source, 'path').startsWith('/')) errors.push(invalidValue(`${path}.path`, text(source, 'path'), ABSOLUTE));
}

const ISCSI_FORMS: Readonly<Record<string, RegExp>> = {
  iqn: /^iqn\.[0-9]{4}-(0[1-9]|1[0-2])\.([a-z0-9](-*[a-z0-9])*)(\.([a-z0-9](-*[a-z0-9])*))*(:[a-zA-Z0-9:._-]+)?$/,
  eui: /^eui\.[a-fA-F0-9]{16}$/,
  naa: /^naa\.[a-fA-F0-9]{32}$/,
};

function checkIscsiName(errors: Errors, field: string, name: string, more: string): void {
  const form = ISCSI_FORMS[name.slice(0, 3)];
  if (!form) errors.push(invalidValue(field, name, `must be valid format${more}`));
  else if (!form.test(name)) errors.push(invalidValue(field, name, 'must be valid format'));
}

/** A PersistentVolume's wants a named Secret and says less about a name of the wrong form. */
const checkIscsi = (isInPod: boolean): Check => (errors, path, source) => {
  const more = isInPod ? ' starting with iqn, eui, or naa' : '';
  if (text(source, 'iqn')) checkIscsiName(errors, `${path}.iqn`, text(source, 'iqn'), more);
  const { lun, initiatorName } = source;
  if (typeof lun === 'number' && (lun < 0 || lun > 255)) errors.push(invalidValue(`${path}.lun`, lun, inclusiveRange(0, 255)));
  const secret = part(source, 'secretRef');
  if ((source['chapAuthDiscovery'] === true || source['chapAuthSession'] === true) && !secret) errors.push(required(`${path}.secretRef`));
  if (!isInPod && secret && !text(secret, 'name')) errors.push(required(`${path}.secretRef.name`));
  if (typeof initiatorName === 'string') checkIscsiName(errors, `${path}.initiatorname`, initiatorName, more);
};

function checkFc(errors: Errors, path: string, { targetWWNs, wwids, lun }: Source): void {
  const [hasTargets, hasIds] = [!isEmpty(targetWWNs), !isEmpty(wwids)];
  if (!hasTargets && !hasIds) errors.push(required(`${path}.targetWWNs`, 'must specify either targetWWNs or wwids, but not both'));
  if (hasTargets && hasIds) {
    errors.push(invalidPrinted(`${path}.targetWWNs`, goSyntax(targetWWNs, '[]string'), 'targetWWNs and wwids can not be specified simultaneously'));
  }
  if (!hasTargets) return;
  if (typeof lun !== 'number') errors.push(required(`${path}.lun`, 'lun is required if targetWWNs is specified'));
  else if (lun < 0 || lun > 255) errors.push(invalidValue(`${path}.lun`, lun, inclusiveRange(0, 255)));
}

function checkFlocker(errors: Errors, path: string, source: Source): void {
  const [name, uuid] = [text(source, 'datasetName'), text(source, 'datasetUUID')];
  if (!name && !uuid) errors.push(required(path, 'one of datasetName and datasetUUID is required'));
  if (name && uuid) errors.push(invalidValue(path, 'resource', 'datasetName and datasetUUID can not be specified simultaneously'));
  if (name.includes('/')) errors.push(invalidValue(`${path}.datasetName`, name, "must not contain '/'"));
}

function checkFlex(errors: Errors, path: string, source: Source): void {
  for (const key in part(source, 'options')) {
    const domain = `.${key.split('/')[0]!.toLowerCase()}`;
    if (domain.endsWith('.kubernetes.io') || domain.endsWith('.k8s.io')) {
      errors.push(invalidValue(`${path}.options[${key}]`, key, 'kubernetes.io and k8s.io namespaces are reserved'));
    }
  }
}

const REGISTRY = 'must be a host:port pair or multiple pairs separated by commas';

function checkQuobyte(errors: Errors, path: string, source: Source): void {
  const registry = text(source, 'registry');
  if (!registry) errors.push(required(`${path}.registry`, REGISTRY));
  else if (text(source, 'tenant').length >= 65) {
    errors.push(required(`${path}.tenant`, 'must be a UUID and may not exceed a length of 64 characters'));
  } else {
    for (const pair of registry.split(',')) {
      if (!/^[^:]*:[^:]*$/.test(pair)) errors.push(invalidValue(`${path}.registry`, registry, REGISTRY));
    }
  }
  if (!text(source, 'volume')) errors.push(required(`${path}.volume`));
}

const CACHING = ['None', 'ReadOnly', 'ReadWrite'];
const DISK_KINDS = ['Dedicated', 'Managed', 'Shared'];

function checkAzureDisk(errors: Errors, path: string, { cachingMode, kind, diskURI = '' }: Source): void {
  if (typeof cachingMode === 'string' && !CACHING.includes(cachingMode)) errors.push(notSupported(`${path}.cachingMode`, cachingMode, CACHING));
  if (typeof kind !== 'string') return;
  if (!DISK_KINDS.includes(kind)) errors.push(notSupported(`${path}.kind`, kind, DISK_KINDS));
  const [start, form] = kind === 'Managed'
    ? ['/subscriptions/', '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}']
    : ['https://', 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd'];
  if (!String(diskURI).startsWith(start)) errors.push(notSupported(`${path}.diskURI`, diskURI, [form]));
}

/** A reference to a Secret: in a Pod's own namespace, or with one. */
const checkSecretRef = (needsNamespace: boolean): Check => (errors, path, source) => {
  const secret = part(source, 'secretRef');
  if (!secret) return;
  if (!text(secret, 'name')) errors.push(required(`${path}.secretRef.name`));
  if (needsNamespace && !text(secret, 'namespace')) errors.push(required(`${path}.secretRef.namespace`));
};

const checkStorageOs = (needsNamespace: boolean): Check => (errors, path, source) => {
  if (text(source, 'volumeName')) complain(errors, `${path}.volumeName`, source['volumeName'], dns1123Label(text(source, 'volumeName')));
  if (text(source, 'volumeNamespace')) {
    complain(errors, `${path}.volumeNamespace`, source['volumeNamespace'], dns1123Label(text(source, 'volumeNamespace')));
  }
  checkSecretRef(needsNamespace)(errors, path, source);
};

const DRIVER_LENGTH_MAX = 63;

export function checkDriverName(errors: Errors, field: string, driver: string): void {
  if (!driver) errors.push(required(field));
  if (driver.length > DRIVER_LENGTH_MAX) errors.push(tooLong(field, DRIVER_LENGTH_MAX));
  complain(errors, field, driver, dns1123Subdomain(driver.toLowerCase()));
}

function checkPodCsi(errors: Errors, path: string, source: Source): void {
  checkDriverName(errors, `${path}.driver`, text(source, 'driver'));
  const secret = part(source, 'nodePublishSecretRef');
  if (!secret) return;
  if (!text(secret, 'name')) errors.push(required(`${path}.nodePublishSecretRef.name`));
  else complain(errors, `${path}.name`, secret['name'], dns1123Subdomain(text(secret, 'name')));
}

const CSI_SECRETS = ['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef', 'nodeExpandSecretRef'];

function checkPersistentCsi(errors: Errors, path: string, source: Source): void {
  checkDriverName(errors, `${path}.driver`, text(source, 'driver'));
  if (!text(source, 'volumeHandle')) errors.push(required(`${path}.volumeHandle`));
  for (const field of CSI_SECRETS) {
    const secret = part(source, field);
    if (!secret) continue;
    for (const [name, rule] of [['name', dns1123Subdomain], ['namespace', dns1123Label]] as const) {
      if (!text(secret, name)) errors.push(required(`${path}.${field}.${name}`));
      else complain(errors, `${path}.${field}.${name}`, secret[name], rule(text(secret, name)));
    }
  }
}

function checkGlusterNamespace(errors: Errors, path: string, { endpointsNamespace: given }: Source): void {
  if (typeof given !== 'string') return;
  const field = `${path}.endpointsNamespace`;
  if (given === '') errors.push(invalidValue(field, given, 'if the endpointnamespace is set, it must be a valid namespace name'));
  else complain(errors, field, given, dns1123Label(given));
}

function checkAzureNamespace(errors: Errors, path: string, { secretNamespace }: Source): void {
  if (secretNamespace === '') errors.push(required(`${path}.secretNamespace`));
}

function checkLocal(errors: Errors, path: string, source: Source): void {
  if (text(source, 'path')) checkNoBacksteps(errors, `${path}.path`, text(source, 'path'));
}

/** What must be there, before anything else is said. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  gitRepo: ['repository'], gcePersistentDisk: ['pdName'], awsElasticBlockStore: ['volumeID'], nfs: ['server', 'path'],
  iscsi: ['targetPortal', 'iqn'], glusterfs: ['endpoints', 'path'], rbd: ['monitors', 'image'], cinder: ['volumeID'], cephfs: ['monitors'],
  flexVolume: ['driver'], azureFile: ['secretName', 'shareName'], vsphereVolume: ['volumePath'], photonPersistentDisk: ['pdID'],
  portworxVolume: ['volumeID'], azureDisk: ['diskName', 'diskURI'], storageos: ['volumeName'], scaleIO: ['gateway', 'system', 'volumeName'],
  persistentVolumeClaim: ['claimName'], local: ['path'],
};

/** Sources that Kubernetes calls otherwise in its texts than in its fields. */
const PATHS: Readonly<Record<string, string>> = { gcePersistentDisk: 'persistentDisk' };
const REFUSED: Readonly<Record<string, string>> = { cephfs: 'cephFS', downwardAPI: 'downwarAPI' };

const SHARED: Readonly<Record<string, Check>> = {
  hostPath: checkHostPath, gcePersistentDisk: checkPartition, awsElasticBlockStore: checkPartition, nfs: checkNfs, fc: checkFc,
  flocker: checkFlocker, flexVolume: checkFlex, quobyte: checkQuobyte, azureDisk: checkAzureDisk,
};

const IN_POD: Readonly<Record<string, Check>> = {
  ...SHARED, iscsi: checkIscsi(true), cinder: checkSecretRef(false), storageos: checkStorageOs(false), csi: checkPodCsi,
  gitRepo: (errors, path, source) => checkLocalPath(errors, `${path}.directory`, text(source, 'directory')),
};

const IN_VOLUME: Readonly<Record<string, Check>> = {
  ...SHARED, iscsi: checkIscsi(false), cinder: checkSecretRef(true), storageos: checkStorageOs(true), csi: checkPersistentCsi,
  glusterfs: checkGlusterNamespace, azureFile: checkAzureNamespace, local: checkLocal,
};

/** The order in which Kubernetes looks for a source: the first counts, the others are refused. */
const POD_ORDER = [
  'emptyDir', 'hostPath', 'gitRepo', 'gcePersistentDisk', 'awsElasticBlockStore', 'secret', 'nfs', 'iscsi', 'glusterfs', 'flocker',
  'persistentVolumeClaim', 'rbd', 'cinder', 'cephfs', 'quobyte', 'downwardAPI', 'fc', 'flexVolume', 'configMap', 'azureFile',
  'vsphereVolume', 'photonPersistentDisk', 'portworxVolume', 'azureDisk', 'storageos', 'projected', 'scaleIO', 'csi', 'ephemeral', 'image',
];
const VOLUME_ORDER = [
  'hostPath', 'gcePersistentDisk', 'awsElasticBlockStore', 'glusterfs', 'flocker', 'nfs', 'rbd', 'quobyte', 'cephfs', 'iscsi', 'cinder', 'fc',
  'flexVolume', 'azureFile', 'vsphereVolume', 'photonPersistentDisk', 'portworxVolume', 'azureDisk', 'scaleIO', 'local', 'storageos', 'csi',
];

const KINDS = { pod: { order: POD_ORDER, checks: IN_POD }, volume: { order: VOLUME_ORDER, checks: IN_VOLUME } } as const;

/** Checks the one source that a volume may have. `more` knows the sources whose checks stand elsewhere. */
export function checkSource(errors: Errors, path: string, holder: Source, kind: keyof typeof KINDS, more: Readonly<Record<string, Check>>): void {
  const { order, checks } = KINDS[kind];
  let isFirst = true;
  for (const name of order) {
    const source = part(holder, name);
    if (!source) continue;
    if (!isFirst) {
      errors.push(forbiddenField(`${path}.${REFUSED[name] ?? name}`, 'may not specify more than 1 volume type'));
      continue;
    }
    isFirst = false;
    const at = `${path}.${PATHS[name] ?? name}`;
    for (const field of NEEDED[name] ?? []) if (isEmpty(source[field])) errors.push(required(`${at}.${field}`));
    (checks[name] ?? more[name])?.(errors, at, source);
    if (checks[name]) more[name]?.(errors, at, source);
  }
  if (isFirst) errors.push(required(path, 'must specify a volume type'));
}
