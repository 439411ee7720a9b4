/** Keeps an Informer: lists once, then watches from the list's revision, and begins again where the watch cannot go on.
 *  - A watch that ends or is cut goes on from the last revision seen; nothing is listed again.
 *  - 410 (the revision is compacted) and any other refusal of a watch list again and tell the difference as changes.
 *  - Between failures it waits 0.8 s, doubling to 30 s; a minute or two without failure forgets them.
 *  Upstream: staging/src/k8s.io/client-go/tools/cache/reflector.go */
import type { Settle, World } from '../base/world.ts';
import { ApiError } from '../api/errors.ts';
import type { KubeObject } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import { TransportError } from '../api/transport.ts';
import { createBackOff } from './back-off.ts';
import type { Client } from './client.ts';
import type { Informer } from './informer.ts';
import { createObjectCache } from './object-cache.ts';

export interface InformerOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

const BACK_OFF = { firstMs: 800, longestMs: 30_000 };
const BACK_OFF_RESET_MS = 120_000;
const SHORT_WATCH_MS = 1000;
/** Differs from Kubernetes: a watch is begun anew after [1800, 3600) s, not [300, 600): there are no replicas to spread over. */
const WATCH_SECONDS_MIN = 1800;

type WatchEnd = 'again' | 'relist';

export function createInformer<T extends KubeObject>(
  world: World,
  client: Client,
  resource: Resource<T>,
  options: InformerOptions = {},
): Informer<T> {
  const cache = createObjectCache<T>();
  const random = world.random.fork(`informer:${resource.plural}.${resource.group}`);
  const backOff = createBackOff(BACK_OFF);
  const waiting: Settle<void>[] = [];
  let hasSynced = false;
  let revision = '';
  let failedAt = 0;

  async function list(): Promise<void> {
    const answer = await client.list(resource, options);
    cache.replace(answer.items);
    revision = answer.metadata.resourceVersion ?? '';
    if (hasSynced) return;
    hasSynced = true;
    for (const settle of waiting.splice(0)) settle.resolve();
  }

  async function watch(): Promise<WatchEnd> {
    const timeoutSeconds = WATCH_SECONDS_MIN + random.int(WATCH_SECONDS_MIN);
    const beganAt = world.clock.now();
    let events = 0;
    for await (const event of client.watch(resource, {
      ...options,
      resourceVersion: revision,
      allowWatchBookmarks: true,
      timeoutSeconds,
    })) {
      events += 1;
      const object = event.object as T;
      if (event.type === 'ADDED' || event.type === 'MODIFIED') cache.put(object);
      else if (event.type === 'DELETED') cache.remove(object);
      revision = object.metadata?.resourceVersion ?? revision;
    }
    if (events === 0 && world.clock.now() - beganAt < SHORT_WATCH_MS) await pause();
    return 'again';
  }

  async function pause(): Promise<void> {
    const now = world.clock.now();
    if (now - failedAt > BACK_OFF_RESET_MS) backOff.forget('');
    failedAt = now;
    const waitMs = backOff.next('');
    await world.clock.sleep(waitMs + random.int(waitMs));
  }

  /** What a failure means for the next step; it has waited where waiting is due. */
  async function afterFailure(error: unknown, step: 'list' | 'watch'): Promise<WatchEnd> {
    if (error instanceof TransportError) {
      await pause();
      return step === 'watch' ? 'again' : 'relist';
    }
    if (!(error instanceof ApiError)) throw error;
    if (step === 'watch' && error.code === 410) return 'relist';
    await pause();
    return step === 'watch' && error.code === 429 ? 'again' : 'relist';
  }

  world.spawn(`informer ${resource.plural}`, async () => {
    let next: WatchEnd = 'relist';
    for (;;) {
      const step = next === 'relist' ? 'list' : 'watch';
      try {
        if (step === 'list') {
          await list();
          next = 'again';
        } else {
          next = await watch();
        }
      } catch (error) {
        next = await afterFailure(error, step);
      }
    }
  });

  return {
    get hasSynced() {
      return hasSynced;
    },
    async synced() {
      if (!hasSynced) await world.suspend<void>((settle) => void waiting.push(settle));
    },
    get: (key) => cache.get(key),
    list: (index) => cache.list(index),
    addIndex: (name, valuesOf) => cache.addIndex(name, valuesOf),
    onChange: (listener) => cache.onChange(listener),
  };
}
