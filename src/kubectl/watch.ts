/** Reads watch streams: each event as it comes, until the server, the caller or Ctrl-C ends it. */
import { type Connection, TransportError, type WatchEvent } from '../api/transport.ts';
import { apiVersionOf, pathOf } from './discovery.ts';
import { StatusError, isReason } from './errors.ts';
import type { Kubectl } from './command.ts';
import type { Info } from './infos.ts';
import { type Obj, list, str } from './obj.ts';
import { ACCEPT_JSON, type Query } from './rest.ts';
import type { Status } from '../api/object.ts';

export async function openWatch(k: Kubectl, path: string, query: Query, accept: string): Promise<Connection> {
  return k.rest.connect('GET', path, { accept, query: [...query, ['watch', 'true']] });
}

/** Every event until `each` returns true, the stream ends ("ended"), the time is over ("timeout"). Throws for ERROR events. */
export async function readWatch(
  k: Kubectl,
  connection: Connection,
  timeoutMs: number | undefined,
  each: (event: WatchEvent) => Promise<boolean> | boolean,
): Promise<'done' | 'ended' | 'timeout'> {
  let late = false;
  const timer =
    timeoutMs === undefined
      ? undefined
      : k.io.clock.setTimer(timeoutMs, () => {
          late = true;
          connection.close();
        });
  const stop = (): void => connection.close();
  k.io.signal.addEventListener('abort', stop);
  try {
    for await (const frame of connection.frames) {
      if (late) return 'timeout';
      if (frame.type === 'status') throw new StatusError(frame.status);
      if (frame.type !== 'event') continue;
      if (frame.event.type === 'ERROR') throw new StatusError(frame.event.object as unknown as Status);
      if (await each(frame.event)) return 'done';
    }
    k.io.signal.throwIfAborted();
    return late ? 'timeout' : 'ended';
  } finally {
    k.io.signal.removeEventListener('abort', stop);
    timer?.[Symbol.dispose]();
    connection.close();
  }
}

export interface Followed {
  /** The object as the list had it, or undefined; true ends it. */
  listed(object: Obj | undefined): Promise<boolean>;
  /** Each event after that; true ends it. */
  changed(type: WatchEvent['type'], object: Obj): Promise<boolean>;
}

/** One object, listed and then watched from there, again where the server ends the watch or cannot be reached; listed anew where
 *  the watch is too old. `endMs`: until then.
 *  Upstream: staging/src/k8s.io/client-go/tools/watch/informerwatcher.go, tools/cache/reflector.go */
export async function followObject(k: Kubectl, info: Info, endMs: number | undefined, followed: Followed): Promise<'done' | 'timeout'> {
  const path = pathOf(info.mapping, info.namespace);
  const selected = ['fieldSelector', `metadata.name=${info.name}`] as const;
  for (;;) {
    const query = [selected, ['limit', '500'], ['resourceVersion', '0']] as const;
    const found = await k.rest.json('GET', path, { query, accept: ACCEPT_JSON });
    const item = list(found, 'items')[0] as Obj | undefined;
    const object = item && ({ ...item, apiVersion: apiVersionOf(info.mapping), kind: info.mapping.kind } as Obj);
    // The watch is asked for before anybody looks at the list, as a reflector does.
    const watched = await watchFrom(k, path, [selected], str(found, 'metadata', 'resourceVersion'), endMs, followed, () =>
      followed.listed(object),
    );
    if (watched !== 'expired') return watched;
  }
}

async function watchFrom(
  k: Kubectl,
  path: string,
  selected: Query,
  from: string,
  endMs: number | undefined,
  followed: Followed,
  first: () => Promise<boolean>,
): Promise<'done' | 'timeout' | 'expired'> {
  let [version, told] = [from, false];
  for (;;) {
    const seconds = WATCH_SECONDS + k.io.world.random.int(WATCH_SECONDS);
    const options = [
      ['allowWatchBookmarks', 'true'],
      ['resourceVersion', version],
      ['timeoutSeconds', String(seconds)],
    ] as const;
    try {
      const connection = await openWatch(k, path, [...selected, ...options], ACCEPT_JSON);
      if (!told) {
        told = true;
        if (await first()) {
          connection.close();
          return 'done';
        }
      }
      const left = endMs === undefined ? undefined : Math.max(0, endMs - k.io.clock.now());
      const result = await readWatch(k, connection, left, (event) => {
        version = event.object.metadata?.resourceVersion ?? version;
        return event.type === 'BOOKMARK' ? false : followed.changed(event.type, event.object as Obj);
      });
      if (result !== 'ended') return result;
    } catch (error) {
      if (isReason(error, 'Expired') || isReason(error, 'Gone')) return 'expired';
      if (!(error instanceof TransportError)) throw error;
    }
    if (endMs !== undefined && k.io.clock.now() >= endMs) return 'timeout';
    await k.io.clock.sleep(REWATCH_MS, k.io.signal);
  }
}

/** A watch is asked for so long, or up to twice that. */
const WATCH_SECONDS = 300;
const REWATCH_MS = 100;
