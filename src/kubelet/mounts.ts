/** What a container sees mounted: its volumes (whole, or a path below), /etc/hosts and the termination log.
 *  Upstream: pkg/kubelet/kubelet_pods.go (makeMounts) */
import type { Container, Pod, VolumeMount } from '../api/generated/types.ts';
import type { FileSystem } from '../cri/files.ts';
import { readOnlyFiles, subFiles } from '../cri/file-views.ts';
import type { ContainerConfig } from '../cri/runtime.ts';
import { hostsFile, podHostname } from './dns.ts';
import { ConfigError, type Environment } from './environment.ts';
import { expand } from './expansion.ts';
import type { KubeletContext } from './context.ts';
import type { MountedVolumes } from './volume-manager.ts';

export interface MountInput {
  readonly pod: Pod;
  readonly container: Container;
  readonly attempt: number;
  readonly volumes: MountedVolumes;
  readonly environment: Environment;
  /** The Pod's own directory on the node. */
  readonly directory: string;
}

type Mounts = ContainerConfig['mounts'][number][];

export function containerMounts(context: KubeletContext, input: MountInput): Mounts {
  const { pod, container, volumes } = input;
  const mounts: Mounts = [];
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    const volume = volumes.get(mount.name);
    if (volume === undefined) throw new ConfigError(`cannot find volume "${mount.name}" to mount into container "${container.name}"`);
    const below = subPathOf(mount, input.environment);
    const files = below === '' ? volume.files : subPath(context.files, input, volume, below, index);
    mounts.push({ path: mount.mountPath, files, readOnly: volume.readOnly || (mount.readOnly ?? false) });
  }
  if (!mounts.some((each) => each.path === '/etc/hosts')) mounts.push({ path: '/etc/hosts', files: etcHosts(context, pod, input.directory), readOnly: false });
  mounts.push({ path: container.terminationMessagePath ?? '/dev/termination-log', files: terminationLog(context, input), readOnly: false });
  return mounts;
}

function subPathOf(mount: VolumeMount, environment: Environment): string {
  if (mount.subPathExpr === undefined || mount.subPathExpr === '') return mount.subPath ?? '';
  return expand(mount.subPathExpr, (name) => environment.get(name));
}

/** A path below a volume is the file as it is now: later updates of a configMap do not reach it. */
function subPath(node: FileSystem, input: MountInput, volume: { readonly path: string; readonly fromApi: boolean }, below: string, index: number): FileSystem {
  const path = `${volume.path}/${below}`;
  if (volume.fromApi && node.exists(path)) {
    const copy = `${input.directory}/volume-subpaths/${input.container.name}/${index}`;
    if (node.exists(copy)) node.remove(copy, { recursive: true });
    node.makeDirectory(copy.slice(0, copy.lastIndexOf('/')), { recursive: true });
    copyTree(node, node.realPath(path), copy);
    return readOnlyFiles(subFiles(node, copy));
  }
  if (!node.exists(path)) node.makeDirectory(path, { recursive: true, mode: 0o750 });
  return subFiles(node, path);
}

function copyTree(files: FileSystem, from: string, to: string): void {
  const stat = files.stat(from);
  if (stat.type !== 'directory') return files.writeFile(to, files.readFile(from), { mode: stat.mode });
  files.makeDirectory(to, { mode: stat.mode });
  for (const name of files.readDirectory(from)) copyTree(files, `${from}/${name}`, `${to}/${name}`);
}

function etcHosts(context: KubeletContext, pod: Pod, directory: string): FileSystem {
  const path = `${directory}/etc-hosts`;
  const name = podHostname(pod, context.dns.clusterDomain, context.nodeName);
  if (!context.files.exists(directory)) context.files.makeDirectory(directory, { recursive: true });
  const ip = pod.spec?.hostNetwork === true ? context.nodeIP : context.podIP(pod);
  context.files.writeFile(path, hostsFile(pod, ip, name), { mode: 0o644 });
  return subFiles(context.files, path);
}

const logPath = (directory: string, name: string, attempt: number): string => `${directory}/containers/${name}/${attempt}`;

function terminationLog(context: KubeletContext, { container, attempt, directory }: MountInput): FileSystem {
  const path = logPath(directory, container.name, attempt);
  const parent = path.slice(0, path.lastIndexOf('/'));
  if (!context.files.exists(parent)) context.files.makeDirectory(parent, { recursive: true });
  context.files.writeFile(path, '', { mode: 0o666 });
  return subFiles(context.files, path);
}

/** How often a container of that name has been started, as far as the disk tells: it outlives the runtime's memory. */
export function attemptsOnDisk(files: FileSystem, directory: string, name: string): number {
  const path = `${directory}/containers/${name}`;
  return files.exists(path) ? Math.max(-1, ...files.readDirectory(path).map(Number)) + 1 : 0;
}

/** What the container left in its termination log; "" for nothing. */
export function readTerminationLog(files: FileSystem, directory: string, name: string, attempt: number): Uint8Array {
  const path = logPath(directory, name, attempt);
  return files.exists(path) ? files.readFile(path) : new Uint8Array();
}
