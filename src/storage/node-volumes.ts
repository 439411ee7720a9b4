/** Volumes that are directories of the node: hostPath, and claims bound to hostPath or local PersistentVolumes.
 *  Upstream: pkg/volume/hostpath/host_path.go, pkg/volume/local/local.go */
import { isReason } from '../api/errors.ts';
import type { HostPathVolumeSource, PersistentVolumeClaim } from '../api/generated/types.ts';
import { PersistentVolumeClaims, PersistentVolumes } from '../api/resources.ts';
import type { Client } from '../client/client.ts';
import type { FileSystem } from '../cri/files.ts';
import { subFiles } from '../cri/file-views.ts';
import { VolumeError } from './volume-error.ts';

export interface NodeVolume { readonly files: FileSystem; readonly path: string; readonly readOnly: boolean }

const at = (node: FileSystem, path: string): NodeVolume => ({ files: subFiles(node, path), path, readOnly: false });

/** Throws VolumeError where the path is not what `type` asks for. */
export function hostPathVolume(node: FileSystem, source: HostPathVolumeSource): NodeVolume {
  const path = source.path.length > 1 ? source.path.replace(/\/+$/, '') : source.path;
  const found = node.exists(path) ? node.stat(path).type : undefined;
  switch (source.type ?? '') {
    case 'Directory':
      if (found !== 'directory') refuse(path, 'a directory');
      break;
    case 'File':
      if (found !== 'file') refuse(path, 'a file');
      break;
    case 'FileOrCreate':
      if (found === undefined) node.writeFile(path, '', { mode: 0o644 });
      else if (found !== 'file') refuse(path, 'a file');
      break;
    case 'DirectoryOrCreate':
      if (found !== undefined && found !== 'directory') refuse(path, 'a directory');
      if (found === undefined) node.makeDirectory(path, { recursive: true, mode: 0o755 });
      break;
    case 'Socket': return refuse(path, 'a socket file');
    case 'CharDevice': return found === 'device' ? at(node, path) : refuse(path, 'a character device');
    case 'BlockDevice': return refuse(path, 'a block device');
    default:
      if (found === undefined) node.makeDirectory(path, { recursive: true, mode: 0o755 });
  }
  return at(node, path);
}

function refuse(path: string, what: string): never {
  throw new VolumeError(`hostPath type check failed: ${path} is not ${what}`);
}

/** Throws VolumeError while the claim is not there or not bound, or its volume is no directory of this node. */
export async function claimVolume(client: Client, node: FileSystem, namespace: string, name: string): Promise<NodeVolume> {
  const claim = await claimOf(client, namespace, name);
  const volumeName = claim.spec?.volumeName ?? '';
  if (claim.status?.phase !== 'Bound' || volumeName === '') throw new VolumeError(`error processing PVC ${namespace}/${name}: PVC is not bound`);
  const { spec } = await client.get(PersistentVolumes, volumeName);
  if (spec?.hostPath !== undefined) return hostPathVolume(node, spec.hostPath);
  if (spec?.local !== undefined) {
    if (!node.exists(spec.local.path)) throw new VolumeError(`path "${spec.local.path}" does not exist`);
    return at(node, spec.local.path);
  }
  // Differs from Kubernetes: network volumes (NFS, iSCSI, cloud disks, CSI) are not simulated; only directories of the node are.
  throw new VolumeError('no volume plugin matched');
}

async function claimOf(client: Client, namespace: string, name: string): Promise<PersistentVolumeClaim> {
  try {
    return await client.get(PersistentVolumeClaims, name, namespace);
  } catch (error) {
    if (isReason(error, 'NotFound')) throw new VolumeError(`error processing PVC ${namespace}/${name}: failed to fetch PVC from API server: persistentvolumeclaim "${name}" not found`);
    throw error;
  }
}
