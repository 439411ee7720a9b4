/** From what is saved, or from nothing, to a running sandbox. A journal that cannot be played is never thrown away
 *  without asking. */
import type { Profile, Sandbox } from '../../sandbox/sandbox.ts';
import { openSandbox } from '../open-sandbox.ts';
import { freshProfile } from './fresh-profile.ts';
import { loadSession } from '../saved-journal.ts';
import type { SavedSession } from '../saved-journal.ts';

export type Opened =
  | { readonly type: 'ready'; readonly sandbox: Sandbox; readonly notice?: string; readonly blocked: boolean }
  | { readonly type: 'corrupt'; readonly why: string; readonly text: string }
  | { readonly type: 'failed'; readonly why: string };

/** A link may name the seed, so that a class sees the same cluster. */
function seedText(): string {
  const asked = new URLSearchParams(location.search).get('seed');
  return asked ?? Array.from(crypto.getRandomValues(new Uint32Array(2)), (part) => part.toString(36)).join('');
}

/** A link may say how many nodes a fresh cluster has. */
function askedNodes(): Partial<Profile> {
  const asked = Number(new URLSearchParams(location.search).get('nodes') ?? 0);
  return Number.isInteger(asked) && asked > 0 && asked <= 100 ? { nodes: asked } : {};
}

export async function startFresh(part: Partial<Profile>): Promise<Opened> {
  return { type: 'ready', sandbox: await openSandbox({ profile: freshProfile(seedText(), { ...askedNodes(), ...part }), playing: true, speed: 1 }), blocked: false };
}

export async function openSaved(name: string, part: Partial<Profile>): Promise<Opened> {
  const loaded = new URLSearchParams(location.search).has('fresh') ? { type: 'none' as const } : await loadSession(name);
  if (loaded.type === 'none') return startFresh(part);
  if (loaded.type === 'blocked') return { ...(await startFresh(part)), blocked: true } as Opened;
  if (loaded.type === 'corrupt') return { type: 'corrupt', why: `It is damaged: ${loaded.why}.`, text: '{}' };
  return restore(loaded.session);
}

/** Replays the journal to where it ended, then goes on as it went. The hash says whether it is the same history. */
async function restore(session: SavedSession): Promise<Opened> {
  const { journal } = session;
  const sandbox = await openSandbox({
    profile: journal.profile as Profile,
    journal: journal.entries,
    playing: false,
    speed: session.speed,
  });
  const { time } = sandbox;
  if (time.state.nowMicros < journal.endMicros) await time.runUntil({ atMicros: journal.endMicros });
  let notice: string | undefined;
  const now = await sandbox.journal();
  if (now.engine !== journal.engine)
    notice = 'This session was saved by another version. It was played again with this one, and may have gone another way.';
  else if (journal.hash !== undefined && (await sandbox.hash()) !== journal.hash)
    notice = 'The session was played again and differs from what was saved. Please keep the file and report it.';
  time.setSpeed(session.speed);
  if (session.playing) time.play();
  return { type: 'ready', sandbox, blocked: false, ...(notice === undefined ? {} : { notice }) };
}
