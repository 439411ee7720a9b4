/** The journal in IndexedDB: the save file that a reload reads. Written behind, once a second and when the page goes
 *  away. Where the browser blocks storage everything works in memory, and the page says so. */
import { openDB } from 'idb';
import type { IDBPDatabase } from 'idb';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { Journal } from '../sim/journal.ts';

export interface SavedSession {
  readonly journal: Journal;
  readonly playing: boolean;
  readonly speed: number;
  /** Wall time of the save, for the learner's eyes. */
  readonly savedAt: number;
}

export type LoadResult =
  | { readonly type: 'none' }
  | { readonly type: 'found'; readonly session: SavedSession }
  | { readonly type: 'corrupt'; readonly why: string }
  | { readonly type: 'blocked' };

const DATABASE = 'tabernetes';
const STORE = 'sessions';

async function open(): Promise<IDBPDatabase> {
  return openDB(DATABASE, 1, {
    upgrade(database) {
      database.createObjectStore(STORE);
    },
  });
}

export async function loadSession(name: string): Promise<LoadResult> {
  let found: unknown;
  try {
    found = await (await open()).get(STORE, name);
  } catch {
    return { type: 'blocked' };
  }
  if (found === undefined) return { type: 'none' };
  const why = fault(found);
  return why === undefined ? { type: 'found', session: found as SavedSession } : { type: 'corrupt', why };
}

export async function forgetSession(name: string): Promise<void> {
  try {
    await (await open()).delete(STORE, name);
  } catch {
    // Nothing was kept, so there is nothing to forget.
  }
}

/** A damaged file is named, never guessed at. */
export function fault(found: unknown): string | undefined {
  const session = found as Partial<SavedSession> | null;
  if (typeof session !== 'object' || session === null) return 'it is not a session';
  const journal = session.journal as Partial<Journal> | undefined;
  if (typeof journal !== 'object' || journal === null) return 'it has no journal';
  if (journal.format !== 1) return 'it has a format that this version does not know';
  if (typeof journal.profile !== 'object' || !Array.isArray(journal.entries) || typeof journal.endMicros !== 'number')
    return 'a part of it is missing';
  let last = 0;
  for (const entry of journal.entries) {
    if (typeof entry?.at !== 'number' || typeof entry.input !== 'object' || entry.at < last) return 'its entries are damaged';
    last = entry.at;
  }
  return undefined;
}

/** Saves while the sandbox lives. `onBlocked` is told once when the browser refuses. */
export function keepSaved(name: string, sandbox: Sandbox, onBlocked: () => void): Disposable {
  let stopped = false;
  let running: Promise<void> | undefined;
  let saved = '';
  const save = (): void => {
    running ??= write().finally(() => {
      running = undefined;
    });
  };
  const write = async (): Promise<void> => {
    const { playing, speed } = sandbox.time.state;
    try {
      const journal = await sandbox.journal();
      const mark = `${journal.entries.length} ${journal.endMicros} ${playing} ${speed}`;
      if (stopped || mark === saved) return;
      await (await open()).put(STORE, { journal, playing, speed, savedAt: Date.now() } satisfies SavedSession, name);
      saved = mark;
    } catch {
      if (!stopped) {
        stopped = true;
        clearInterval(timer);
        onBlocked();
      }
    }
  };
  const timer = setInterval(save, 1_000);
  const hide = (): void => {
    if (document.visibilityState === 'hidden') save();
  };
  addEventListener('pagehide', save);
  document.addEventListener('visibilitychange', hide);
  return {
    [Symbol.dispose]() {
      stopped = true;
      clearInterval(timer);
      removeEventListener('pagehide', save);
      document.removeEventListener('visibilitychange', hide);
    },
  };
}
