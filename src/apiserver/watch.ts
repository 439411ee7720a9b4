/** Watches: where they begin, what they tell, how they end.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/watch.go, pkg/storage/cacher/cache_watcher.go */
import { base64, utf8 } from '../base/bytes.ts';
import { disposable } from '../base/dispose.ts';
import { Queue } from '../base/queue.ts';
import { invalid, expired, observersCannotWait } from '../api/errors.ts';
import { forbiddenField } from '../api/field-error.ts';
import type { KubeObject } from '../api/object.ts';
import { apiVersionOf } from '../api/resources.ts';
import type { Connection, Frame, WatchEvent } from '../api/transport.ts';
import { CompactedError } from '../etcd/store.ts';
import { presenterOf } from './presentation.ts';
import { revisionOf } from './read.ts';
import { flagOf, queryOf } from './request-info.ts';
import { selectionOf } from './selection.ts';
import type { Call } from './server-state.ts';
import { whileReachable } from './storage.ts';
import { eventFor } from './watch-hub.ts';

const TIMEOUT_MIN_S = 1800;

/** Opens a watch; refusals are thrown, except that of an old revision, which is its first and only event. */
export function openWatch(call: Call, opened: (close: (error?: unknown) => void) => Disposable): Connection {
  const { kind, info, request, server } = call;
  const { etcd } = server.storage;
  // Its events may have to be converted over the network.
  if (kind.conversion !== undefined && request.headers?.['x-observer'] !== undefined) throw observersCannotWait();
  const selection = selectionOf(kind, queryOf(request, 'labelSelector'), queryOf(request, 'fieldSelector'));
  const initial = flagOf(request, 'sendInitialEvents');
  checkInitial(call, initial);
  const wanted = queryOf(request, 'resourceVersion') ?? '';
  const revision = wanted === '' ? 0 : revisionOf(wanted);
  const present = presenterOf(call);
  const name = info.name !== '' ? info.name : selection.name;
  const namespacePrefix = kind.resource.namespaced && info.namespace !== '' ? `${info.namespace}/` : '';
  const keyWanted = name !== undefined && (namespacePrefix !== '' || !kind.resource.namespaced) ? namespacePrefix + name : undefined;
  const sees = (key: string): boolean => (keyWanted !== undefined ? key === keyWanted : key.startsWith(namespacePrefix));
  const queue = new Queue<Frame>(server.streams, () => close());
  let told = revision;
  const tell = (event: WatchEvent): void => {
    queue.push({ type: 'event', event: present === undefined ? event : { type: event.type, object: present.event(event) } });
  };
  const timers: Disposable[] = [];
  let closed = false;
  const close = (error?: unknown): void => {
    if (closed) return;
    closed = true;
    for (const timer of timers) timer[Symbol.dispose]();
    queue.close(error);
  };
  const connection: Connection = { frames: queue, send: () => undefined, close: () => close() };

  const bookmark = (annotations?: Readonly<Record<string, string>>): void => {
    told = etcd.revision;
    queue.push({ type: 'event', event: { type: 'BOOKMARK', object: bookmarkOf(call, told, annotations) } });
  };
  try {
    let after = revision;
    if (initial || revision === 0) {
      after = etcd.revision;
      const { kvs } = etcd.range(kind.prefix + namespacePrefix);
      kind.conversion?.show(kvs.map(({ value }) => value as KubeObject));
      for (const kv of kvs) {
        if (!sees(kv.key.slice(kind.prefix.length))) continue;
        const object = (kind.fromStored ? kind.fromStored(kv.value as KubeObject) : kv.value) as KubeObject;
        if (selection.matches === undefined || selection.matches(object)) tell({ type: 'ADDED', object });
      }
      if (initial) bookmark(initialEnd(call));
    }
    timers.push(server.hub.subscribe(kind, after, (happening) => {
      if (happening.revision <= after || !sees(happening.key)) return;
      const event = eventFor(happening, selection.matches);
      if (event === undefined) return;
      told = happening.revision;
      tell(event);
    }, (error) => {
      tell({ type: 'ERROR', object: error.status as KubeObject });
      close();
    }));
  } catch (error) {
    if (!(error instanceof CompactedError)) throw error;
    tell({ type: 'ERROR', object: expired(`too old resource version: ${revision} (${error.compactedRevision})`).status as KubeObject });
    close();
    return connection;
  }
  timers.push(opened(close), ...deadlines(call, close, () => told < etcd.revision, bookmark));
  return connection;
}

/** The end of the watch, and bookmarks until then. */
function deadlines(call: Call, close: () => void, isBehind: () => boolean, bookmark: () => void): Disposable[] {
  const { server, request } = call;
  const { clock, random } = server.world;
  const asked = Number(queryOf(request, 'timeoutSeconds') ?? 0);
  // An observer draws no chance: watched or not, history goes the same way.
  const share = request.headers?.['x-observer'] === undefined ? () => random.next() : () => 0.5;
  const seconds = asked > 0 ? asked : TIMEOUT_MIN_S * (1 + share());
  const wantsBookmarks = flagOf(request, 'allowWatchBookmarks');
  const remind = (): void => {
    if (isBehind()) bookmark();
  };
  const end = clock.setTimer(Math.round(seconds * 1000), () => {
    if (wantsBookmarks) whileReachable(remind);
    close();
  });
  if (!wantsBookmarks) return [end];
  server.bookmarks.add(remind);
  return [end, disposable(() => void server.bookmarks.delete(remind))];
}

function bookmarkOf(call: Call, revision: number, annotations?: Readonly<Record<string, string>>): KubeObject {
  const { resource } = call.kind;
  return { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata: { resourceVersion: String(revision), ...(annotations && { annotations }) } };
}

/** Says that the initial events are over, and what an empty list of the kind looks like. */
function initialEnd({ kind }: Call): Readonly<Record<string, string>> {
  const blueprint = { kind: `${kind.resource.kind}List`, apiVersion: apiVersionOf(kind.resource), metadata: {}, items: null };
  return { 'k8s.io/initial-events-end': 'true', 'kubernetes.io/initial-events-list-blueprint': base64(utf8(`${JSON.stringify(blueprint)}\n`)) };
}

function checkInitial(call: Call, initial: boolean): void {
  const { request } = call;
  const match = queryOf(request, 'resourceVersionMatch') ?? '';
  const refuse = (field: string, text: string) => invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [forbiddenField(field, text)]);
  if (initial && match !== 'NotOlderThan') {
    throw refuse('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  }
  if (initial && !flagOf(request, 'allowWatchBookmarks')) throw refuse('allowWatchBookmarks', 'sendInitialEvents requires setting allowWatchBookmarks to true');
  if (!initial && match !== '' && queryOf(request, 'sendInitialEvents') === undefined) {
    throw refuse('resourceVersionMatch', 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
  }
}
