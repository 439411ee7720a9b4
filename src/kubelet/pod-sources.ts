/** Where Pods come from: the API, by a watch of what is bound to this node, and manifests on the node itself. Static Pods
 *  run before there is an API and go on when it is away; their mirrors follow when it is there.
 *  Upstream: pkg/kubelet/config/{apiserver,file}.go, pkg/kubelet/kubelet.go (tryReconcileMirrorPods) */
import { ApiError, isReason } from '../api/errors.ts';
import type { Pod } from '../api/generated/types.ts';
import { keyOf } from '../api/meta.ts';
import { Pods } from '../api/resources.ts';
import { TransportError } from '../api/transport.ts';
import { parseYaml, YamlError } from '../api/yaml.ts';
import { fromUtf8 } from '../base/bytes.ts';
import { rfc3339Micro } from '../base/time.ts';
import type { World } from '../base/world.ts';
import type { Client } from '../client/client.ts';
import type { Informer } from '../client/informer.ts';
import { createInformer } from '../client/reflector.ts';
import type { FileSystem } from '../cri/files.ts';
import type { NodeAgent } from './node-agent.ts';
import type { KubeletOptions } from './options.ts';
import { isMirror } from './pod-view.ts';
import { mirroredUid, mirrorOf, staticPod } from './static-pods.ts';

export interface PodSink {
  update(pod: Pod): void;
  remove(podUid: string): void;
  /** What the API shows of it has changed. */
  shown(podUid: string): void;
}

export interface PodSources {
  /** The object that shows this Pod in the API: itself, or its mirror; undefined while there is none. */
  apiPod(podUid: string): Pod | undefined;
  /** The API has been read once: what is not there is gone. */
  readonly synced: () => Promise<void>;
}

const RETRY_MS = 10_000;

export function createPodSources(world: World, client: Client, options: KubeletOptions, agent: NodeAgent, sink: PodSink): PodSources {
  const informer: Informer<Pod> = createInformer(world, client, Pods, { fieldSelector: `spec.nodeName=${options.nodeName}` });
  const byUid = new Map<string, Pod>();
  const mirrors = new Map<string, Pod>();
  const statics = new Map<string, Pod>();

  function listen(): void {
    informer.onChange(({ type, object, old }) => {
      const uid = object.metadata?.uid ?? '';
      if (isMirror(object)) return onMirror(type, object);
      if (type === 'delete') {
        byUid.delete(uid);
        return sink.remove(uid);
      }
      if (old !== undefined && old.metadata?.uid !== uid) {
        byUid.delete(old.metadata?.uid ?? '');
        sink.remove(old.metadata?.uid ?? '');
      }
      byUid.set(uid, object);
      sink.update(object);
      sink.shown(uid);
    });
  }

  function onMirror(type: string, mirror: Pod): void {
    const uid = mirroredUid(mirror) ?? '';
    if (type === 'delete') mirrors.delete(uid);
    else mirrors.set(uid, mirror);
    if (type === 'delete' || mirror.metadata?.deletionTimestamp !== undefined || !statics.has(uid)) reconcileMirrors();
    if (statics.has(uid)) sink.shown(uid);
  }

  let busy = false;
  let again = false;
  function reconcileMirrors(): void {
    again = true;
    if (busy) return;
    busy = true;
    world.spawn('mirror pods', async () => {
      await agent.registered.wait();
      await informer.synced();
      while (again) {
        again = false;
        if (await reconcileOnce()) continue;
        await world.clock.sleep(RETRY_MS);
        again = true;
      }
      busy = false;
    });
  }

  /** false: something failed. */
  async function reconcileOnce(): Promise<boolean> {
    let all = true;
    for (const mirror of informer.list().filter(isMirror)) {
      const isWanted = statics.has(mirroredUid(mirror) ?? '') && mirror.metadata?.deletionTimestamp === undefined;
      if (!isWanted) all = await attempt(() => client.delete(Pods, mirror.metadata?.name ?? '', mirror.metadata?.namespace, { gracePeriodSeconds: 0 })) && all;
    }
    const node = { name: options.nodeName, uid: agent.node()?.metadata?.uid ?? '' };
    for (const [uid, pod] of statics) {
      if (informer.get(keyOf(pod)) === undefined) all = await attempt(async () => void mirrors.set(uid, await client.create(Pods, mirrorOf(pod, node)))) && all;
      sink.shown(uid);
    }
    return all;
  }

  async function attempt(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof TransportError)) throw error;
      return isReason(error, 'NotFound') || isReason(error, 'AlreadyExists');
    }
  }

  function setStatics(manifests: readonly Pod[]): void {
    const seenAt = rfc3339Micro(world.clock.now(), world.clock.micros() % 1000);
    const wanted = new Map(manifests.map((manifest) => {
      const pod = staticPod(manifest, options.nodeName, seenAt);
      return [pod.metadata?.uid ?? '', pod] as const;
    }));
    for (const uid of [...statics.keys()]) {
      if (wanted.has(uid)) continue;
      statics.delete(uid);
      sink.remove(uid);
    }
    for (const [uid, pod] of wanted) {
      if (statics.has(uid)) continue;
      statics.set(uid, pod);
      sink.update(pod);
    }
    reconcileMirrors();
  }

  const source = options.staticPods;
  if (source !== undefined && 'directory' in source) {
    const read = (): void => setStatics(readManifests(options.files, source.directory, source.known));
    if (!options.files.exists(source.directory)) options.files.makeDirectory(source.directory, { recursive: true });
    read();
    options.files.watch(source.directory, () => world.spawn('static pods', async () => read()));
  } else {
    setStatics(source ?? []);
  }
  listen();
  return {
    apiPod: (podUid) => byUid.get(podUid) ?? mirrors.get(podUid),
    synced: () => informer.synced(),
  };
}

/** Files that cannot be read as a Pod are passed over, as upstream does. */
function readManifests(files: FileSystem, directory: string, known: ReadonlyMap<string, Pod> = new Map()): readonly Pod[] {
  const manifests: Pod[] = [];
  for (const name of [...files.readDirectory(directory)].sort()) {
    if (name.startsWith('.') || files.stat(`${directory}/${name}`).type !== 'file') continue;
    try {
      const text = fromUtf8(files.readFile(`${directory}/${name}`));
      const manifest = known.get(text) ?? (parseYaml(text) as Pod | undefined);
      if (manifest?.kind === 'Pod' && Array.isArray(manifest.spec?.containers)) manifests.push(manifest);
    } catch (error) {
      if (!(error instanceof YamlError)) throw error;
    }
  }
  return manifests;
}
