/** What a learner has reached in a lesson: the step, and each check's state with its evidence. The rules of `needs`,
 *  `stable` and `throughout` are here, pure; looking at the cluster is evaluate.ts's. */
import type { Seen } from './evaluate.ts';
import type { Check, LessonStep } from './lesson.ts';

/** waiting: for another check. holding: true, but not yet for long enough. broken: a guard was lost. */
export type CheckState = 'waiting' | 'not-met' | 'holding' | 'met' | 'broken';

export interface CheckProgress {
  readonly state: CheckState;
  readonly evidence: string;
  /** Since when it holds, cluster microseconds. */
  readonly sinceMicros?: number;
  /** A guard has been seen to hold. */
  readonly held?: true;
  /** Share of the time that it has held. */
  readonly share?: number;
}

export type Progress = Readonly<Record<string, CheckProgress>>;

export const START: CheckProgress = { state: 'not-met', evidence: '' };

/** The check after one more look. `seen` is undefined where it was not looked at. */
export function advance(check: Check, before: CheckProgress, seen: Seen | undefined, all: Progress, nowMicros: number): CheckProgress {
  const missing = check.needs.find((need) => all[need]?.state !== 'met');
  if (missing !== undefined) return { state: 'waiting', evidence: 'Starts when the check before it passes.' };
  if (!seen || before.state === 'broken') return before;
  switch (check.when.type) {
    case 'now':
      return { state: seen.holds ? 'met' : 'not-met', evidence: seen.evidence };
    case 'throughout':
      if (seen.holds) return { state: 'met', evidence: 'Holding. This one must stay true to the end.', held: true };
      return before.held ? { state: 'broken', evidence: seen.evidence, held: true } : { state: 'not-met', evidence: seen.evidence };
    case 'stable': {
      if (!seen.holds) return { state: 'not-met', evidence: seen.evidence };
      const sinceMicros = before.sinceMicros ?? nowMicros;
      const seconds = Math.floor((nowMicros - sinceMicros) / 1e6);
      if (seconds >= check.when.seconds) return { state: 'met', evidence: `Held for ${check.when.seconds} s.`, sinceMicros };
      return {
        state: 'holding',
        evidence: `${seconds} of ${check.when.seconds} s so far.`,
        sinceMicros,
        share: seconds / check.when.seconds,
      };
    }
  }
}

/** A probe is dear: it is looked at only when its turn has come and it is not met yet. */
export function wantsLook(check: Check, progress: Progress): boolean {
  if (check.needs.some((need) => progress[need]?.state !== 'met')) return false;
  return check.condition.type !== 'probe' || progress[check.id]?.state !== 'met';
}

export const isDone = (step: LessonStep, progress: Progress): boolean => step.checks.every((check) => progress[check.id]?.state === 'met');
export const isLost = (step: LessonStep, progress: Progress): boolean =>
  step.checks.some((check) => progress[check.id]?.state === 'broken');
