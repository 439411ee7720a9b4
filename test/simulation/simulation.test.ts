/** The whole cluster under random work and random faults: 300 seeds hold every rule at every revision. */
import { beforeAll, describe, expect, it } from 'vitest';
import { bundle } from './bundle.ts';
import { complaints, playSeeds, seedsUpTo } from './seeds.ts';
import type { Answer } from './worker.ts';

const SEEDS = 300;

describe('300 simulations of 20 virtual minutes', () => {
  let answers: readonly Answer[] = [];
  beforeAll(async () => {
    answers = await playSeeds({ file: await bundle('seeds'), seeds: seedsUpTo(SEEDS) });
  }, 1_200_000);

  it('hold every rule at every revision, and come to rest', () => {
    expect(answers.length).toBe(SEEDS);
    expect(answers.flatMap((answer) => complaints(answer)).join('\n')).toBe('');
  });
  it('each have at least 80 operations and 10 faults in 20 minutes', () => {
    for (const { report } of answers) {
      expect(report?.operations).toBeGreaterThanOrEqual(80);
      expect(report?.faults).toBeGreaterThanOrEqual(10);
      expect(report?.virtualSeconds).toBeGreaterThanOrEqual(20 * 60);
    }
  });
  it('have something to look at: writes are acknowledged, watches tell', () => {
    for (const { report } of answers) {
      expect(report?.revisions).toBeGreaterThan(500);
      expect(report?.acknowledged).toBeGreaterThan(10);
      expect(report?.events).toBeGreaterThan(100);
    }
  });
});
