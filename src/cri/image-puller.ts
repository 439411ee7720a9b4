/** The images of one node: pulls them from the registries with the time that their size asks for, and remembers them.
 *  Upstream: containerd client/pull.go, core/remotes/docker */
import type { Settle, World } from '../base/world.ts';
import { sha256Hex } from '../base/hash.ts';
import { parseImageReference } from './image-reference.ts';
import type { ImageReference } from './image-reference.ts';
import type { ImageStore, RegistryAnswer } from './image-store.ts';
import type { Image } from './process.ts';
import { PullError } from './runtime.ts';
import type { PulledImage } from './runtime.ts';

/** 40 MB a second, give or take a fifth. */
const BYTES_PER_MS = 40_000;
const REGISTRY_LATENCY_MS = 250;

export interface LocalImage { readonly pulled: PulledImage; readonly image: Image; readonly reference: ImageReference; readonly note?: string }

export interface ImagePuller {
  pull(text: string): Promise<PulledImage>;
  find(text: string): LocalImage | undefined;
  list(): readonly PulledImage[];
  remove(text: string): void;
  /** Puts an image there without a pull: what comes with the node. */
  preload(text: string): void;
}

export function createImagePuller(world: World, store: ImageStore, instant: boolean): ImagePuller {
  const local = new Map<string, LocalImage>();
  const underWay = new Map<string, Settle<void>[]>();
  const random = world.random.fork('image-pull');

  function keep(reference: ImageReference, answer: Extract<RegistryAnswer, { type: 'image' }>): LocalImage {
    const { image } = answer;
    const digest = reference.digest ?? `sha256:${sha256Hex(`digest ${reference.name}:${reference.tag}`)}`;
    const pulled: PulledImage = {
      id: `sha256:${sha256Hex(`image ${reference.name}:${reference.tag}${reference.digest ?? ''}`)}`,
      repoTags: reference.digest === undefined ? [reference.full] : [], repoDigests: [`${reference.name}@${digest}`], sizeBytes: image.sizeBytes,
      ...(image.user === undefined ? {} : { user: image.user }), exposedPorts: image.exposedPorts ?? [],
      ...(answer.note === undefined ? {} : { note: answer.note }),
    };
    const entry = { pulled, image, reference, ...(answer.note === undefined ? {} : { note: answer.note }) };
    local.set(reference.full, entry);
    return entry;
  }

  /** The same image pulled twice at once is pulled once. */
  async function once(key: string, work: () => Promise<void>): Promise<void> {
    const waiters = underWay.get(key);
    if (waiters !== undefined) {
      await world.suspend<void>(settle => { waiters.push(settle); });
      return;
    }
    underWay.set(key, []);
    try { await work(); } finally {
      for (const waiter of underWay.get(key) ?? []) waiter.resolve();
      underWay.delete(key);
    }
  }

  return {
    async pull(text) {
      const reference = parseImageReference(text);
      if ('error' in reference) throw invalidName(text, reference.error);
      const answer = store.resolve(reference);
      const there = local.get(reference.full);
      if (there !== undefined) {
        if (!instant) await world.clock.sleep(REGISTRY_LATENCY_MS * (0.6 + random.next()));
        return there.pulled;
      }
      if (answer.type !== 'image') {
        await world.clock.sleep(REGISTRY_LATENCY_MS * (0.6 + random.next()));
        throw new PullError('ErrImagePull', refusal(reference, answer.type));
      }
      if (instant) return keep(reference, answer).pulled;
      await once(reference.full, async () => {
        const waitMs = REGISTRY_LATENCY_MS * (0.6 + random.next()) + (answer.image.sizeBytes / BYTES_PER_MS) * (0.8 + 0.4 * random.next());
        await world.clock.sleep(waitMs);
        keep(reference, answer);
      });
      return local.get(reference.full)!.pulled;
    },
    find(text) {
      const reference = parseImageReference(text);
      if ('error' in reference) return byId(local, text);
      const there = local.get(reference.full) ?? byId(local, text);
      if (there !== undefined || !instant) return there;
      const answer = store.resolve(reference);
      return answer.type === 'image' ? keep(reference, answer) : undefined;
    },
    list: () => [...local.values()].map(entry => entry.pulled),
    remove(text) {
      const reference = parseImageReference(text);
      const key = 'error' in reference ? undefined : reference.full;
      for (const [name, entry] of local) if (name === key || entry.pulled.id === text) local.delete(name);
    },
    preload(text) {
      const reference = parseImageReference(text);
      if ('error' in reference) return;
      const answer = store.resolve(reference);
      if (answer.type === 'image') keep(reference, answer);
    },
  };
}

function byId(local: ReadonlyMap<string, LocalImage>, id: string): LocalImage | undefined {
  if (!id.startsWith('sha256:')) return undefined;
  for (const entry of local.values()) if (entry.pulled.id === id) return entry;
  return undefined;
}

function invalidName(text: string, error: string): PullError {
  return new PullError('InvalidImageName', `Failed to apply default image tag "${text}": couldn't parse image name "${text}": ${error}`);
}

/** containerd's words, as the kubelet prints them after `Failed to pull image "x": `. */
function refusal(reference: ImageReference, why: 'denied' | 'not-found' | 'no-host'): string {
  const { full, host, path, tag, digest } = reference;
  const failed = `failed to pull and unpack image "${full}": failed to resolve reference "${full}"`;
  if (why === 'not-found') return `rpc error: code = NotFound desc = ${failed}: ${full}: not found`;
  if (why === 'denied') {
    return `${failed}: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`;
  }
  return `${failed}: failed to do request: Head "https://${host}/v2/${path}/manifests/${digest ?? tag}": dial tcp: lookup ${host}: no such host`;
}
