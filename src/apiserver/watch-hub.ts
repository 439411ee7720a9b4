/** One etcd watch a kind, told on to all of its watchers: an event is made once and shared, a deletion gets its revision
 *  once. A watcher that begins in the past first gets history from etcd.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/storage/cacher/cacher.go */
import { disposable } from '../base/dispose.ts';
import { Queue } from '../base/queue.ts';
import type { World } from '../base/world.ts';
import { ApiError } from '../api/errors.ts';
import type { KubeObject } from '../api/object.ts';
import type { WatchEvent } from '../api/transport.ts';
import type { Etcd, EtcdEvent } from '../etcd/etcd.ts';
import { whileConverting } from './custom-resources/versions.ts';
import type { Kind } from './kinds.ts';
import { withRevision } from './storage.ts';

/** A write as watchers see it, before their selectors. */
export interface Happening {
  readonly revision: number;
  /** "namespace/name" or "name": what follows the kind's prefix. */
  readonly key: string;
  /** After the write; absent for a deletion. */
  readonly object: KubeObject | undefined;
  /** Before it; absent for a creation. */
  readonly old: KubeObject | undefined;
  /** The last state, with the revision at which it went from a watcher's sight. */
  gone(): KubeObject;
}

type Listener = (happening: Happening) => void;

export interface WatchHub {
  /** Everything after the revision, beginning with history. Throws CompactedError. `failed` hears that an object cannot be
   *  converted; it is the last that the subscription says. */
  subscribe(kind: Kind, afterRevision: number, listener: Listener, failed?: (error: ApiError) => void): Disposable;
}

export function createWatchHub(world: World, etcd: Etcd): WatchHub {
  const channels = new Map<Kind, { listeners: readonly Listener[] }>();

  function channelOf(kind: Kind): { listeners: readonly Listener[] } {
    const known = channels.get(kind);
    if (known) return known;
    const channel: { listeners: readonly Listener[] } = { listeners: [] };
    etcd.watch(kind.prefix, etcd.revision, (event) => {
      if (channel.listeners.length === 0) return;
      const happening = happeningOf(kind, event);
      for (const listener of channel.listeners) listener(happening);
    });
    channels.set(kind, channel);
    return channel;
  }

  return {
    subscribe(kind, afterRevision, listener, failed) {
      if (kind.conversion !== undefined) return subscribeConverted(world, etcd, kind, afterRevision, listener, failed);
      const channel = channelOf(kind);
      if (afterRevision < etcd.revision) {
        etcd.watch(kind.prefix, afterRevision, (event) => listener(happeningOf(kind, event)))[Symbol.dispose]();
      }
      channel.listeners = [...channel.listeners, listener];
      return disposable(() => {
        channel.listeners = channel.listeners.filter((each) => each !== listener);
      });
    },
  };
}

/** Events one after another, each when its objects are converted. */
function subscribeConverted(
  world: World,
  etcd: Etcd,
  kind: Kind,
  afterRevision: number,
  listener: Listener,
  failed: (error: ApiError) => void = () => undefined,
): Disposable {
  const events = new Queue<EtcdEvent>(world);
  const watch = etcd.watch(kind.prefix, afterRevision, (event) => events.push(event));
  world.spawn('converted watch', async () => {
    try {
      for await (const event of events) {
        listener(
          await whileConverting(() => {
            const values = [...(event.type === 'put' ? [event.kv.value] : []), ...(event.prev ? [event.prev.value] : [])];
            kind.conversion?.show(values as readonly KubeObject[]);
            return happeningOf(kind, event);
          }),
        );
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      failed(error);
    }
  });
  return disposable(() => {
    watch[Symbol.dispose]();
    events.close();
  });
}

function happeningOf(kind: Kind, event: EtcdEvent): Happening {
  const shown = (value: object): KubeObject => (kind.fromStored ? kind.fromStored(value as KubeObject) : (value as KubeObject));
  const old = event.prev && shown(event.prev.value);
  let last: KubeObject | undefined;
  return {
    revision: event.kv.modRevision,
    key: event.kv.key.slice(kind.prefix.length),
    object: event.type === 'put' ? shown(event.kv.value) : undefined,
    old,
    gone: () => (last ??= deepFrozen(withRevision(old as KubeObject, event.kv.modRevision))),
  };
}

function deepFrozen(object: KubeObject): KubeObject {
  Object.freeze(object.metadata);
  return Object.freeze(object);
}

/** What a watcher with that predicate is told: entering and leaving a selection look like creation and deletion. */
export function eventFor(happening: Happening, predicate: ((object: KubeObject) => boolean) | undefined): WatchEvent | undefined {
  const { object, old } = happening;
  const is = object !== undefined && (predicate === undefined || predicate(object));
  const was = old !== undefined && (predicate === undefined || predicate(old));
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object: object as KubeObject };
  return was ? { type: 'DELETED', object: happening.gone() } : undefined;
}
