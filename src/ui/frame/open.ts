/** From what is saved, or from nothing, to a running sandbox. A journal that cannot be played is never thrown away
 *  without asking. */
import { addonsAmong } from '../../api/addon-names.ts';
import { ENGINE } from '../../sandbox/engine.ts';
import type { OpenSandboxOptions, Profile, Sandbox } from '../../sandbox/sandbox.ts';
import { openSandbox } from '../open-sandbox.ts';
import { loadSession, setAside } from '../saved-journal.ts';
import type { Kept } from '../saved-journal.ts';
import { planOpen, readJournal, restoredNotice, restoredProfile } from '../saved-session.ts';
import type { OpenPlan, SavedSnapshot } from '../saved-session.ts';
import { freshProfile } from './fresh-profile.ts';

/** `file`: what was saved and could not be played. */
export type Opened =
  | {
      readonly type: 'ready';
      readonly sandbox: Sandbox;
      readonly notice?: string;
      readonly blocked: boolean;
      readonly file?: string;
      /** Nobody was here before. */
      readonly first?: boolean;
    }
  | { readonly type: 'corrupt'; readonly why: string; readonly file: string }
  | { readonly type: 'failed'; readonly why: string };

/** How far playing a journal has come, 0 to 1; undefined: nobody knows. */
export type OnProgress = (share: number | undefined) => void;

const query = (): URLSearchParams => new URLSearchParams(location.search);

/** A link may name the seed, so that a class sees the same cluster. */
function seedText(): string {
  return query().get('seed') ?? Array.from(crypto.getRandomValues(new Uint32Array(2)), (part) => part.toString(36)).join('');
}

/** A link may say how many nodes a fresh cluster has. */
function askedNodes(): Partial<Profile> {
  const asked = Number(query().get('nodes') ?? 0);
  return Number.isInteger(asked) && asked > 0 && asked <= 100 ? { nodes: asked } : {};
}

/** A link may name add-ons that a fresh cluster starts with, and ask for Secrets that are encrypted at rest. */
function askedAddons(): Partial<Profile> {
  const addons = addonsAmong(query().getAll('addon'));
  return { ...(addons.length > 0 && { addons }), ...(query().has('encrypt-secrets') && { encryptSecrets: true }) };
}

/** How long a journal may take to be played before the snapshot is opened in its place; a link may say it, in seconds. */
function patienceMs(): number {
  const asked = Number(query().get('patience') ?? Number.NaN);
  return Number.isFinite(asked) && asked >= 0 ? asked * 1_000 : 5_000;
}

export async function startFresh(part: Partial<Profile>): Promise<Opened> {
  const profile = freshProfile(seedText(), { ...askedNodes(), ...askedAddons(), ...part });
  return { type: 'ready', sandbox: await openSandbox({ profile, playing: true, speed: 1 }), blocked: false };
}

/** A link that says what it wants gets just that. */
const linkAsks = (): boolean => ['seed', 'nodes', 'addon', 'encrypt-secrets', 'fresh'].some((one) => query().has(one));

export async function openSaved(name: string, part: Partial<Profile>, onProgress: OnProgress): Promise<Opened> {
  const loaded = query().has('fresh') ? { type: 'none' as const } : await loadSession(name);
  if (loaded.type === 'none') return { ...(await startFresh(part)), first: !linkAsks() } as Opened;
  if (loaded.type === 'blocked') return { ...(await startFresh(part)), first: !linkAsks(), blocked: true } as Opened;
  const { kept } = loaded;
  const plan = planOpen(readJournal(kept.text, ENGINE), kept.snapshot);
  const file = typeof kept.text === 'string' ? kept.text : JSON.stringify(kept.text);
  switch (plan.type) {
    case 'ask':
      return { type: 'corrupt', why: plan.why, file };
    case 'snapshot':
      await setAside(name, kept.text);
      return openSnapshot(plan.snapshot, plan.why, kept, { file });
    case 'replay': {
      const played = await replay(plan, kept, onProgress);
      if (played) return plan.notice === undefined ? played : { ...played, file };
      await setAside(name, kept.text);
      return openSnapshot(plan.insteadOf!, 'Playing this session again would take long.', kept, {
        file,
        lastMicros: plan.journal.endMicros,
      });
    }
  }
}

async function openSnapshot(
  snapshot: SavedSnapshot,
  why: string,
  { speed }: Kept,
  { file, lastMicros }: { readonly file: string; readonly lastMicros?: number },
): Promise<Opened> {
  const sandbox = await openSandbox({ profile: restoredProfile(snapshot), playing: true, speed });
  return { type: 'ready', sandbox, blocked: false, notice: restoredNotice(why, snapshot.atMicros, lastMicros), file };
}

/** Plays the journal to where it ended, then goes on as it went. The hash says whether it is the same history. Nothing,
 *  where it took too long and there is a snapshot. */
async function replay(
  { journal, notice, insteadOf }: Extract<OpenPlan, { type: 'replay' }>,
  kept: Kept,
  onProgress: OnProgress,
): Promise<(Opened & { readonly type: 'ready' }) | undefined> {
  const sandbox = await openWithin(
    { profile: journal.profile as Profile, journal: journal.entries, untilMicros: journal.endMicros, playing: false, speed: kept.speed },
    insteadOf ? patienceMs() : undefined,
    (micros) => onProgress(journal.endMicros > 0 ? Math.min(1, micros / journal.endMicros) : undefined),
  );
  if (!sandbox) return undefined;
  const { time } = sandbox;
  if (time.state.nowMicros < journal.endMicros) await time.runUntil({ atMicros: journal.endMicros });
  const differs = notice === undefined && journal.hash !== undefined && (await sandbox.hash()) !== journal.hash;
  const said = differs ? 'The session was played again and differs from what was saved. Please keep the file and report it.' : notice;
  time.setSpeed(kept.speed);
  if (kept.playing) time.play();
  return { type: 'ready', sandbox, blocked: false, ...(said === undefined ? {} : { notice: said }) };
}

async function openWithin(
  options: OpenSandboxOptions,
  limitMs: number | undefined,
  onPlayed: (micros: number) => void,
): Promise<Sandbox | undefined> {
  const late = new AbortController();
  const timer = limitMs === undefined ? undefined : setTimeout(() => late.abort(), limitMs);
  try {
    return await openSandbox(options, { signal: late.signal, onPlayed });
  } catch (error) {
    if (late.signal.aborted) return undefined;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
