/** Notices an engine that stopped: it does not answer, or it plays and time stands. A worker that the browser ended tells
 *  nobody, so the page has to ask. */
import type { Sandbox } from '../../sandbox/sandbox.ts';

export interface Pulse {
  /** Wall time. */
  readonly atMs: number;
  /** Wall time of the last answer. */
  readonly answeredMs: number;
  readonly playing: boolean;
  readonly nowMicros: number;
  /** Wall time since which time has stood where it is, and nothing was asked of it. */
  readonly stoodMs: number;
}

/** A page that was asleep has missed answers through no fault of the engine: each look is this far from the last. */
export const LOOK_MS = 2_000;
const SILENT_MS = 60_000;
const STANDING_MS = 120_000;

export type Verdict = 'well' | 'silent' | 'standing';

/** Pure. */
export function judge({ atMs, answeredMs, playing, stoodMs }: Pulse): Verdict {
  if (atMs - answeredMs > SILENT_MS) return 'silent';
  return playing && atMs - stoodMs > STANDING_MS ? 'standing' : 'well';
}

/** Pure: what one look adds. A look that comes late was made by a page that slept: it begins anew. */
export function beat(before: Pulse, seen: Pick<Pulse, 'atMs' | 'answeredMs' | 'playing' | 'nowMicros'>): Pulse {
  if (seen.atMs - before.atMs > LOOK_MS * 4) return { ...seen, answeredMs: seen.atMs, stoodMs: seen.atMs };
  const moved = seen.nowMicros !== before.nowMicros || seen.playing !== before.playing;
  return { ...seen, stoodMs: moved ? seen.atMs : before.stoodMs };
}

export function watch(sandbox: Sandbox, onStopped: (verdict: Exclude<Verdict, 'well'>) => void): Disposable {
  const { time } = sandbox;
  let answeredMs = performance.now();
  let asking = false;
  let pulse: Pulse = { atMs: answeredMs, answeredMs, playing: time.state.playing, nowMicros: time.state.nowMicros, stoodMs: answeredMs };
  const ask = async (): Promise<void> => {
    if (asking) return;
    asking = true;
    // Any answer will do, also a refusal.
    await sandbox.trace.read({ limit: 1 }).catch(() => undefined);
    asking = false;
    answeredMs = performance.now();
  };
  const timer = setInterval(() => {
    pulse = beat(pulse, { atMs: performance.now(), answeredMs, playing: time.state.playing, nowMicros: time.state.nowMicros });
    ({ answeredMs } = pulse);
    const verdict = judge(pulse);
    if (verdict === 'well') void ask();
    else {
      clearInterval(timer);
      onStopped(verdict);
    }
  }, LOOK_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
