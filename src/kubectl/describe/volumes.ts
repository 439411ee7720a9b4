/** Volumes as describe prints them, of Pods and of PersistentVolumes.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/describe/describe.go describeVolumes */
import type { Volume } from '../../api/generated/types.ts';
import { at, list, str } from '../obj.ts';
import { type Text } from './text.ts';

export function describeVolumes(text: Text, volumes: readonly Volume[] | undefined, indent: string): void {
  if (volumes === undefined || volumes.length === 0) {
    text.raw(`${indent}Volumes:\t<none>\n`);
    return;
  }
  text.raw(`${indent}Volumes:\n`);
  const inner = indent === '' ? '' : ' ';
  for (const volume of volumes) {
    text.line(1, `${inner}${volume.name}:`);
    for (const line of sourceLines(volume)) text.line(2, line);
  }
}

/** The lines of a volume's source; they serve PersistentVolumes too. */
export function sourceLines(source: object): readonly string[] {
  for (const [kind, lines] of Object.entries(SOURCES)) {
    const of = at(source, kind);
    if (of !== undefined) return lines(of);
  }
  return ['<unknown>'];
}

const SOURCES: Readonly<Record<string, (of: unknown) => readonly string[]>> = {
  hostPath: (of) => ['Type:\tHostPath (bare host directory volume)', `Path:\t${str(of, 'path')}`, `HostPathType:\t${str(of, 'type')}`],
  emptyDir: (of) => [
    "Type:\tEmptyDir (a temporary directory that shares a pod's lifetime)",
    `Medium:\t${str(of, 'medium')}`,
    `SizeLimit:\t${str(of, 'sizeLimit') || '<unset>'}`,
  ],
  nfs: (of) => [
    'Type:\tNFS (an NFS mount that lasts the lifetime of a pod)',
    `Server:\t${str(of, 'server')}`,
    `Path:\t${str(of, 'path')}`,
    `ReadOnly:\t${str(of, 'readOnly') || 'false'}`,
  ],
  secret: (of) => [
    'Type:\tSecret (a volume populated by a Secret)',
    `SecretName:\t${str(of, 'secretName')}`,
    `Optional:\t${str(of, 'optional') || 'false'}`,
  ],
  configMap: (of) => [
    'Type:\tConfigMap (a volume populated by a ConfigMap)',
    `Name:\t${str(of, 'name')}`,
    `Optional:\t${str(of, 'optional') || 'false'}`,
  ],
  persistentVolumeClaim: (of) => [
    'Type:\tPersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)',
    `ClaimName:\t${str(of, 'claimName')}`,
    `ReadOnly:\t${str(of, 'readOnly') || 'false'}`,
  ],
  ephemeral: (of) => [
    'Type:\tEphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)',
    `StorageClass:\t${str(of, 'volumeClaimTemplate', 'spec', 'storageClassName')}`,
    `Volume:\t${str(of, 'volumeClaimTemplate', 'spec', 'volumeName')}`,
  ],
  downwardAPI: (of) => [
    'Type:\tDownwardAPI (a volume populated by information about the pod)',
    'Items:',
    ...list(of, 'items').map((i) => `  ${str(i, 'fieldRef', 'fieldPath') || str(i, 'resourceFieldRef', 'resource')} -> ${str(i, 'path')}`),
  ],
  projected: (of) => [
    'Type:\tProjected (a volume that contains injected data from multiple sources)',
    ...list(of, 'sources').flatMap(projected),
  ],
  csi: (of) => [
    'Type:\tCSI (a Container Storage Interface (CSI) volume source)',
    `Driver:\t${str(of, 'driver')}`,
    ...(at(of, 'volumeHandle') === undefined ? [] : [`FSType:\t${str(of, 'fsType')}`, `VolumeHandle:\t${str(of, 'volumeHandle')}`]),
    `ReadOnly:\t${str(of, 'readOnly') || 'false'}`,
    'VolumeAttributes:\t' +
      (at(of, 'volumeHandle') === undefined
        ? attributes(at(of, 'volumeAttributes'))
        : attributes(at(of, 'volumeAttributes'), '    ', '\t    ')),
  ],
  local: (of) => ['Type:\tLocalVolume (a persistent volume backed by local storage on a node)', `Path:\t${str(of, 'path')}`],
};

function projected(source: unknown): readonly string[] {
  const [secret, config, token] = [at(source, 'secret'), at(source, 'configMap'), at(source, 'serviceAccountToken')];
  if (secret !== undefined) return [`SecretName:\t${str(secret, 'name')}`, `Optional:\t${str(secret, 'optional') || 'false'}`];
  if (at(source, 'downwardAPI') !== undefined) return ['DownwardAPI:\ttrue'];
  if (config !== undefined) return [`ConfigMapName:\t${str(config, 'name')}`, `Optional:\t${str(config, 'optional') || 'false'}`];
  if (token !== undefined) return [`TokenExpirationSeconds:\t${str(token, 'expirationSeconds') || '3600'}`];
  return [];
}

function attributes(values: unknown, first = '', next = '      '): string {
  const pairs = Object.entries((values ?? {}) as Record<string, string>).sort(([a], [b]) => (a < b ? -1 : 1));
  return pairs.length === 0 ? '<none>' : pairs.map(([k, v], i) => `${i === 0 ? first : next}${k}=${v}`).join('\n');
}
