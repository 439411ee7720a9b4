/** What the keys of a cluster are made from; apart from their making, which needs the curves. */
import type { Profile } from '../sandbox/sandbox.ts';

export interface KeySource {
  readonly seed: string;
  readonly fromMs: number;
}

export const keySourceOf = ({ seed, keySeed = seed, startAtMs }: Profile): KeySource => ({ seed: keySeed, fromMs: startAtMs });
