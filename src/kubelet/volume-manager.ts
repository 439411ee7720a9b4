/** The volumes of this node's Pods. They stand in the node's own file system, so they outlive the kubelet, and containers
 *  see each as a file system of its own.
 *  Upstream: pkg/kubelet/volumemanager/volume_manager.go, pkg/volume/util/operationexecutor/operation_generator.go */
import type { Pod, Volume } from '../api/generated/types.ts';
import { ApiError } from '../api/errors.ts';
import { Pods } from '../api/resources.ts';
import { TransportError } from '../api/transport.ts';
import { TimeoutError } from '../base/with-timeout.ts';
import { FileError, type FileSystem } from '../cri/files.ts';
import { subFiles } from '../cri/file-views.ts';
import { claimVolume, hostPathVolume } from '../storage/node-volumes.ts';
import { VolumeError } from '../storage/volume-error.ts';
import { writeAtomically } from './atomic-writer.ts';
import type { Cancellation } from './cancellation.ts';
import type { KubeletContext } from './context.ts';
import { createReferencedObjects, type ReferencedObjects } from './referenced-objects.ts';
import { createServiceAccountTokens } from './service-account-tokens.ts';
import { payloadOf, type PayloadSources } from './volume-payload.ts';

export interface MountedVolume {
  readonly files: FileSystem;
  /** Where it stands in the node's file system. */
  readonly path: string;
  readonly readOnly: boolean;
  /** Its files come from the API and change with it. */
  readonly fromApi: boolean;
}
export type MountedVolumes = ReadonlyMap<string, MountedVolume>;

export interface VolumeManager {
  readonly objects: ReferencedObjects;
  /** Tries until every volume is there: after 0.5 s, then twice as long each time, up to 122 s. */
  mount(pod: Pod, cancel: Cancellation): Promise<MountedVolumes>;
  /** Writes what has changed in the API since. */
  refresh(pod: Pod): Promise<boolean>;
  /** When a token of the Pod is due for a new one. */
  dueAtMs(podUid: string): number | undefined;
  /** Where the Pod's own files (termination messages, /etc/hosts) stand. */
  directoryOf(podUid: string): string;
  unmount(podUid: string): void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 122_000;
const PODS_DIRECTORY = '/var/lib/kubelet/pods';

export function createVolumeManager(context: KubeletContext, changed: (podUid: string) => void): VolumeManager {
  const { world, files: node } = context;
  const objects = createReferencedObjects(world, context.client, changed);
  const tokens = createServiceAccountTokens(world, context.client);
  const directoryOf = (uid: string): string => `${PODS_DIRECTORY}/${uid}`;

  function sourcesOf(pod: Pod): PayloadSources {
    const { uid = '', namespace = '' } = pod.metadata ?? {};
    return {
      nodeName: context.nodeName, hostIP: context.nodeIP, podIP: context.podIP(pod), allocatable: context.allocatable(),
      configMap: (name) => objects.configMap(namespace, name, uid),
      secret: (name) => objects.secret(namespace, name, uid),
      token: (audience, seconds) => tokens.get(pod, audience, seconds),
    };
  }

  async function setUp(pod: Pod, volume: Volume): Promise<MountedVolume> {
    const uid = pod.metadata?.uid ?? '';
    if (volume.hostPath !== undefined) return { ...hostPathVolume(node, volume.hostPath), fromApi: false };
    const claim = volume.persistentVolumeClaim?.claimName ?? (volume.ephemeral === undefined ? undefined : `${pod.metadata?.name}-${volume.name}`);
    if (claim !== undefined) {
      const bound = await claimVolume(context.client, node, pod.metadata?.namespace ?? '', claim);
      return { ...bound, readOnly: volume.persistentVolumeClaim?.readOnly ?? false, fromApi: false };
    }
    const plugin = pluginOf(volume);
    if (plugin === undefined) throw new VolumeError('no volume plugin matched');
    const path = `${directoryOf(uid)}/volumes/kubernetes.io~${plugin}/${volume.name}`;
    if (!node.exists(path)) node.makeDirectory(path, { recursive: true, mode: 0o777 });
    const gid = pod.spec?.securityContext?.fsGroup;
    if (plugin === 'empty-dir') {
      node.chmod(path, gid === undefined ? 0o777 : 0o2777);
      if (gid !== undefined) node.chown(path, 0, gid);
      return { files: subFiles(node, path), path, readOnly: false, fromApi: false };
    }
    const payload = await payloadOf(pod, volume, sourcesOf(pod));
    if (payload !== undefined) writeAtomically(world, node, path, payload, gid === undefined ? undefined : { gid });
    return { files: subFiles(node, path), path, readOnly: true, fromApi: true };
  }

  async function tryAll(pod: Pod, done: Map<string, MountedVolume>): Promise<boolean> {
    let all = true;
    for (const volume of volumesInUse(pod)) {
      if (done.has(volume.name)) continue;
      try {
        done.set(volume.name, await setUp(pod, volume));
      } catch (error) {
        all = false;
        context.recorder.event(Pods, pod, 'Warning', 'FailedMount', `MountVolume.SetUp failed for volume "${volume.name}" : ${volumeProblem(error)}`);
      }
    }
    return all;
  }

  return {
    objects,
    directoryOf,
    async mount(pod, cancel) {
      const done = new Map<string, MountedVolume>();
      for (let waitMs = FIRST_WAIT_MS; !(await tryAll(pod, done)); waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
        cancel.check();
        await cancel.run('wait for volumes', () => world.clock.sleep(waitMs));
      }
      return done;
    },
    async refresh(pod) {
      let any = false;
      for (const volume of volumesInUse(pod)) {
        const plugin = pluginOf(volume);
        const path = `${directoryOf(pod.metadata?.uid ?? '')}/volumes/kubernetes.io~${plugin}/${volume.name}`;
        if (plugin === undefined || plugin === 'empty-dir' || !node.exists(path) ) continue;
        try {
          const payload = await payloadOf(pod, volume, sourcesOf(pod));
          const gid = pod.spec?.securityContext?.fsGroup;
          if (payload !== undefined) any = writeAtomically(world, node, path, payload, gid === undefined ? undefined : { gid }) || any;
        } catch (error) {
          context.recorder.event(Pods, pod, 'Warning', 'FailedMount', `MountVolume.SetUp failed for volume "${volume.name}" : ${volumeProblem(error)}`);
        }
      }
      return any;
    },
    dueAtMs: (podUid) => tokens.dueAtMs(podUid),
    unmount(podUid) {
      objects.release(podUid);
      tokens.release(podUid);
      if (node.exists(directoryOf(podUid))) node.remove(directoryOf(podUid), { recursive: true });
    },
  };
}

/** Volumes that no container mounts are not set up. */
function volumesInUse(pod: Pod): readonly Volume[] {
  const volumes = pod.spec?.volumes ?? [];
  if (volumes.length === 0) return volumes;
  const used = new Set<string>();
  for (const list of [pod.spec?.initContainers, pod.spec?.containers, pod.spec?.ephemeralContainers]) {
    for (const container of list ?? []) for (const mount of container.volumeMounts ?? []) used.add(mount.name);
  }
  return volumes.filter((volume) => used.has(volume.name));
}

function pluginOf(volume: Volume): string | undefined {
  if (volume.emptyDir !== undefined) return 'empty-dir';
  if (volume.configMap !== undefined) return 'configmap';
  if (volume.secret !== undefined) return 'secret';
  if (volume.downwardAPI !== undefined) return 'downward-api';
  return volume.projected === undefined ? undefined : 'projected';
}

function volumeProblem(error: unknown): string {
  if (error instanceof VolumeError || error instanceof TransportError || error instanceof FileError) return error.message;
  if (error instanceof ApiError) return `failed to fetch token: ${error.message}`;
  if (error instanceof TimeoutError) return 'failed to sync configmap cache: timed out waiting for the condition';
  throw error;
}

