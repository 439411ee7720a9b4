/** The journal in IndexedDB: the save file that a reload reads, and beside it a snapshot of etcd. Written behind, the
 *  journal once a second and when the page goes away, the snapshot rarely. Where the browser blocks storage everything
 *  works in memory, and the page says so. */
import { openDB } from 'idb';
import type { IDBPDatabase } from 'idb';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { writeJournal } from '../sim/journal-text.ts';
import type { SavedSnapshot } from './saved-session.ts';

/** What lies in the store, unread. */
export interface Kept {
  /** The journal's text, if nothing happened to it. */
  readonly text: unknown;
  readonly playing: boolean;
  readonly speed: number;
  readonly snapshot: SavedSnapshot | undefined;
}

export type LoadResult = { readonly type: 'none' } | { readonly type: 'found'; readonly kept: Kept } | { readonly type: 'blocked' };

const DATABASE = 'tabernetes';
const SESSIONS = 'sessions';
const SNAPSHOTS = 'snapshots';
/** Sessions that could not be played, until the next such: nothing is thrown away. */
const SET_ASIDE = 'set-aside';

const JOURNAL_EVERY_MS = 1_000;
const SNAPSHOT_EVERY_MS = 10_000;
/** A snapshot of a large cluster takes its time: at most one part in fifty of it. */
const SNAPSHOT_REST = 50;

async function open(): Promise<IDBPDatabase> {
  return openDB(DATABASE, 2, {
    upgrade(database) {
      for (const store of [SESSIONS, SNAPSHOTS, SET_ASIDE])
        if (!database.objectStoreNames.contains(store)) database.createObjectStore(store);
    },
  });
}

export async function loadSession(name: string): Promise<LoadResult> {
  try {
    const database = await open();
    const found = (await database.get(SESSIONS, name)) as unknown;
    if (found === undefined) return { type: 'none' };
    const snapshot = (await database.get(SNAPSHOTS, name)) as SavedSnapshot | undefined;
    return { type: 'found', kept: keptOf(found, snapshot) };
  } catch {
    return { type: 'blocked' };
  }
}

/** Whatever lies there, its bytes can be kept as a file. */
function keptOf(found: unknown, snapshot: SavedSnapshot | undefined): Kept {
  const { text, playing, speed } = typeof found === 'object' && found !== null ? (found as Partial<Kept>) : {};
  return {
    text: typeof found === 'string' ? found : (text ?? JSON.stringify(found)),
    playing: playing !== false,
    speed: typeof speed === 'number' && speed > 0 ? speed : 1,
    snapshot,
  };
}

export async function forgetSession(name: string): Promise<void> {
  try {
    const database = await open();
    await database.delete(SESSIONS, name);
    await database.delete(SNAPSHOTS, name);
  } catch {
    // Nothing was kept, so there is nothing to forget.
  }
}

const BEFORE_RESET = ' before its reset';

/** Moves a session aside, for an undo. False: nothing was kept, so nothing can be brought back. */
export async function putAway(name: string): Promise<boolean> {
  try {
    const database = await open();
    const session = (await database.get(SESSIONS, name)) as unknown;
    const snapshot = (await database.get(SNAPSHOTS, name)) as unknown;
    if (session !== undefined) await database.put(SET_ASIDE, { session, snapshot }, name + BEFORE_RESET);
    await database.delete(SESSIONS, name);
    await database.delete(SNAPSHOTS, name);
    return session !== undefined;
  } catch {
    return false;
  }
}

/** The other way. */
export async function bringBack(name: string): Promise<void> {
  try {
    const database = await open();
    const { session, snapshot } = (await database.get(SET_ASIDE, name + BEFORE_RESET)) as {
      readonly session: unknown;
      readonly snapshot: unknown;
    };
    await database.put(SESSIONS, session, name);
    if (snapshot !== undefined) await database.put(SNAPSHOTS, snapshot, name);
  } catch {
    // The new cluster stays.
  }
}

/** Keeps what could not be played, because the next save takes its place. */
export async function setAside(name: string, text: unknown): Promise<void> {
  try {
    await (await open()).put(SET_ASIDE, text, name);
  } catch {
    // The page offers it as a file too.
  }
}

/** Saves while the sandbox lives. `onBlocked` is told once when the browser refuses. */
export function keepSaved(name: string, sandbox: Sandbox, onBlocked: () => void): Disposable {
  let stopped = false;
  let running: Promise<void> | undefined;
  let saved = '';
  let snapshotAtMs = 0;
  let revision = 0;
  const stop = (): void => {
    stopped = true;
    clearInterval(timer);
  };
  const put = async (store: string, value: unknown): Promise<void> => {
    try {
      if (!stopped) await (await open()).put(store, value, name);
    } catch {
      if (stopped) return;
      stop();
      onBlocked();
    }
  };
  const saveJournal = async (): Promise<void> => {
    const { playing, speed } = sandbox.time.state;
    const journal = await sandbox.journal();
    const mark = `${journal.entries.length} ${journal.endMicros} ${playing} ${speed}`;
    if (mark === saved) return;
    await put(SESSIONS, { text: writeJournal(journal), playing, speed, savedAt: Date.now() });
    saved = mark;
  };
  const saveSnapshot = async (): Promise<void> => {
    if (Date.now() < snapshotAtMs) return;
    const begunMs = Date.now();
    const atMicros = sandbox.time.state.nowMicros;
    const store = await sandbox.snapshot();
    if (store.revision !== revision && store.kvs.length > 0) {
      const files = await filesOf(sandbox);
      await put(SNAPSHOTS, { profile: startOf(sandbox), atMicros, store, files } satisfies SavedSnapshot);
      revision = store.revision;
    }
    snapshotAtMs = Date.now() + Math.max(SNAPSHOT_EVERY_MS, (Date.now() - begunMs) * SNAPSHOT_REST);
  };
  const save = (): void => {
    // An engine that does not answer keeps what was saved before; the page says that it does not answer.
    running ??= saveJournal()
      .then(saveSnapshot)
      .catch(() => undefined)
      .finally(() => {
        running = undefined;
      });
  };
  const timer = setInterval(save, JOURNAL_EVERY_MS);
  const hide = (): void => {
    if (document.visibilityState === 'hidden') save();
  };
  addEventListener('pagehide', save);
  document.addEventListener('visibilitychange', hide);
  return {
    [Symbol.dispose]() {
      stop();
      removeEventListener('pagehide', save);
      document.removeEventListener('visibilitychange', hide);
    },
  };
}

/** The snapshot stands for what an older one brought. */
function startOf({ profile }: Sandbox): SavedSnapshot['profile'] {
  const { restore: _older, ...start } = profile;
  return start;
}

const FILE_MAX = 1_000_000;

async function filesOf({ files }: Sandbox): Promise<Readonly<Record<string, string>>> {
  const wanted = (await files.list()).filter((one) => !one.directory && one.size < FILE_MAX && one.path !== '.kube/config');
  return Object.fromEntries(await Promise.all(wanted.map(async ({ path }) => [path, await files.read(path)] as const)));
}
