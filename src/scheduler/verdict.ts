/** Small words that plugins share: a refusal that removing Pods may cure and one that it cannot, and score scales. */
import type { Unschedulable } from './framework.ts';

export const MAX_SCORE = 100;

export const unschedulable = (...reasons: string[]): Unschedulable => ({ reasons, resolvable: true });
export const unresolvable = (...reasons: string[]): Unschedulable => ({ reasons, resolvable: false });

export const isUnschedulable = (result: object | undefined): result is Unschedulable => result !== undefined && 'reasons' in result;

/** 100 for the highest; Upstream: plugins/helper/normalize_score.go (integer division). */
export function normalizeToMax(scores: readonly number[]): readonly number[] {
  const max = Math.max(0, ...scores);
  return max === 0 ? scores : scores.map((score) => Math.trunc((MAX_SCORE * score) / max));
}

/** 100 for the lowest. */
export function reverseNormalize(scores: readonly number[]): readonly number[] {
  const max = Math.max(0, ...scores);
  if (max === 0) return scores.map(() => MAX_SCORE);
  return scores.map((score) => MAX_SCORE - Math.trunc((MAX_SCORE * score) / max));
}
