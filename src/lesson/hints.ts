/** When a hint may be read. Hints come one after the other, each after a wrong try or after a wait: a learner who clicks
 *  through to the last one has learnt to click. Pure. */
import type { Hint } from './lesson.ts';

/** Since the hint before this one was read, or since the step began. */
export interface Effort {
  readonly idleSeconds: number;
  /** Tries that did not bring the step nearer to its end. */
  readonly fails: number;
}

export type HintGate =
  | { readonly type: 'none' }
  | { readonly type: 'open' }
  | { readonly type: 'closed'; readonly inSeconds: number; readonly afterFails: number };

/** Where a hint does not say it. */
const IDLE_SECONDS = 30;
const FAILS = 1;

/** The gate of the next hint, where `shown` are read. */
export function gateOf(hints: readonly Hint[], shown: number, { idleSeconds, fails }: Effort): HintGate {
  const hint = hints[shown];
  if (!hint) return { type: 'none' };
  const inSeconds = Math.ceil((hint.afterIdleSeconds ?? IDLE_SECONDS) - idleSeconds);
  const afterFails = (hint.afterFails ?? FAILS) - fails;
  return inSeconds <= 0 || afterFails <= 0 ? { type: 'open' } : { type: 'closed', inSeconds, afterFails };
}

/** Says why a hint is not there yet. */
export function gateSentence(gate: HintGate): string {
  if (gate.type !== 'closed') return '';
  return `in ${gate.inSeconds} s, or after ${gate.afterFails === 1 ? 'another try' : `${gate.afterFails} tries`}`;
}
