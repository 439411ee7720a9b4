/** What the page keeps of a session, and what can be made of it again. Pure.
 *
 *  The journal is the save file. Beside it lies what etcd held not long ago: where the journal cannot be played, because
 *  another build wrote it, it is damaged, or playing it takes too long, the cluster opens from there: its objects are there
 *  again, and every container starts anew, as after a power cut. */
import type { Profile, StoreSnapshot } from '../sandbox/sandbox.ts';
import { JournalError, parseJournal } from '../sim/journal-text.ts';
import type { Journal } from '../sim/journal.ts';

/** etcd, the learner's files and the moment, taken together. */
export interface SavedSnapshot {
  readonly profile: Profile;
  readonly atMicros: number;
  readonly store: StoreSnapshot;
  readonly files: Readonly<Record<string, string>>;
}

export interface SavedSession {
  readonly journal: Journal;
  readonly playing: boolean;
  readonly speed: number;
}

export type ReadJournal =
  | { readonly type: 'whole'; readonly journal: Journal }
  /** It can be played, but another build wrote it. */
  | { readonly type: 'foreign'; readonly journal: Journal }
  | { readonly type: 'damaged'; readonly kind: 'truncated' | 'corrupt'; readonly why: string; readonly salvaged?: Journal };

/** A damaged file is named, never guessed at. */
export function readJournal(text: unknown, engine: string): ReadJournal {
  if (typeof text !== 'string') return { type: 'damaged', kind: 'corrupt', why: 'What is kept is not a journal.' };
  try {
    return { type: 'whole', journal: parseJournal(text, engine) };
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    const { kind, message, salvaged } = error;
    if (kind === 'foreign' && salvaged) return { type: 'foreign', journal: salvaged };
    return { type: 'damaged', kind: kind === 'foreign' ? 'corrupt' : kind, why: message, ...(salvaged && { salvaged }) };
  }
}

export type OpenPlan =
  | {
      readonly type: 'replay';
      readonly journal: Journal;
      readonly notice?: string;
      /** Where playing may be given up. */ readonly insteadOf?: SavedSnapshot;
    }
  | { readonly type: 'snapshot'; readonly snapshot: SavedSnapshot; readonly why: string }
  | { readonly type: 'ask'; readonly why: string };

const ANOTHER_BUILD = 'This session was saved by another version of this page.';

/** What is opened: the journal where it is whole, else the snapshot, else what is left of the journal. */
export function planOpen(read: ReadJournal, snapshot: SavedSnapshot | undefined): OpenPlan {
  switch (read.type) {
    case 'whole':
      return { type: 'replay', journal: read.journal, ...(snapshot && { insteadOf: snapshot }) };
    case 'foreign':
      return snapshot
        ? { type: 'snapshot', snapshot, why: ANOTHER_BUILD }
        : {
            type: 'replay',
            journal: read.journal,
            notice: `${ANOTHER_BUILD} It was played again with this one, and may have gone another way.`,
          };
    case 'damaged': {
      const why = `The saved session is damaged. ${read.why}`;
      if (snapshot) return { type: 'snapshot', snapshot, why };
      if (read.kind === 'truncated' && read.salvaged && read.salvaged.entries.length > 0)
        return { type: 'replay', journal: read.salvaged, notice: `${why} What was whole of it was played again.` };
      return { type: 'ask', why };
    }
  }
}

/** The start of the cluster that goes on from a snapshot: its clock goes on where the old one stood. */
export function restoredProfile({ profile, atMicros, store, files }: SavedSnapshot): Profile {
  const { addons: _there, manifests: _applied, restore: _older, ...start } = profile;
  return {
    ...start,
    // Another seed: names that the old history gave out are taken.
    seed: `${profile.seed}+${store.revision}`,
    nodes: workersIn(store) || profile.nodes,
    startAtMs: profile.startAtMs + Math.floor(atMicros / 1000),
    files,
    restore: store,
  };
}

/** The highest number of a worker: nodes that were added come too. */
const workersIn = ({ kvs }: StoreSnapshot): number =>
  Math.max(0, ...kvs.map(({ key }) => Number(/\/minions\/worker-(\d+)$/.exec(key)?.[1] ?? 0)));

export function restoredNotice(why: string, atMicros: number, lastMicros: number | undefined): string {
  const behind = lastMicros === undefined ? 0 : Math.round((lastMicros - atMicros) / 1e6);
  const since = behind > 0 ? ` What happened in its last ${behind} s is missing.` : '';
  return `${why} Your objects and files were restored from a snapshot; containers started again, as after a power cut.${since}`;
}
