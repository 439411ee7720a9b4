/** Reads watch streams: each event as it comes, until the server, the caller or Ctrl-C ends it. */
import type { Connection, WatchEvent } from '../api/transport.ts';
import { StatusError } from './errors.ts';
import type { Kubectl } from './command.ts';
import type { Query } from './rest.ts';
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
