/** Classic bugs, planted one at a time: the simulations find each. And a seed is a history: it plays again. */
import { describe, expect, it } from 'vitest';
import { bundle, planted } from './bundle.ts';
import { PLANTS } from './plants.ts';
import type { Plant } from './plants.ts';
import { playSeeds, seedsUpTo } from './seeds.ts';
import type { Answer } from './worker.ts';

const SEEDS = 300;

const finds = ({ rule }: Plant, { report }: Answer): boolean => report?.violations.some((violation) => violation.rule === rule) ?? false;

describe('planted bugs', () => {
  it('are at least ten', () => expect(PLANTS.length).toBeGreaterThanOrEqual(10));
  it.each(PLANTS)('$name: $mistake', async (plant) => {
    const answers = await playSeeds({ file: await bundle('plants', plant.name), seeds: seedsUpTo(SEEDS), until: (answer) => finds(plant, answer) });
    expect(answers.some((answer) => finds(plant, answer)), `${plant.name} was not found in ${answers.length} seeds`).toBe(true);
  }, 1_200_000);
  it('say so when their place has moved', () => {
    const plant = PLANTS[0] as Plant;
    expect(() => planted({ ...plant, find: 'nowhere to be found' })).toThrow('stands 0 times');
  });
});

describe('a seed', () => {
  it('plays the same history twice, and another seed another one', async () => {
    const file = await bundle('plants');
    const played = await Promise.all([['1', '2'], ['2', '1']].map((seeds) => playSeeds({ file, seeds, threads: 1, options: { hash: true } })));
    const hashes = (seed: string): readonly (string | undefined)[] => played.flatMap((answers) => answers.filter((answer) => answer.seed === seed).map(({ report }) => report?.journal.hash));
    expect(hashes('1')[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(hashes('1')).size).toBe(1);
    expect(new Set(hashes('2')).size).toBe(1);
    expect(hashes('1')[0]).not.toBe(hashes('2')[0]);
  });
});
