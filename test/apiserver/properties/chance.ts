/** Seeded chance for property tests: the same seed gives the same choices on every machine. */
export interface Chance {
  /** 0 <= n < below. */
  below(limit: number): number;
  /** True once in `n` times. */
  once(n: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** Some of the list, in its order. */
  some<T>(list: readonly T[]): readonly T[];
}

export function chance(seed: number): Chance {
  let state = (seed ^ 0x9e37_79b9) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    once: (n) => below(n) === 0,
    pick: <T>(list: readonly T[]) => list[below(list.length)] as T,
    some: (list) => list.filter(() => next() < 0.5),
  };
}
