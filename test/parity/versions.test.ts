/** Kubectl 1.27 to 1.32 against the same frozen cluster as our 1.33: a sample of the cases prints the same, but for what
 *  versions.txt names, and leaves the same objects. Each case meets one version, with PARITY=full all of them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hash32 } from './canonical.ts';
import { casesOf, FOLDER, groups } from './cases.ts';
import type { Case, Outcome } from './cases.ts';
import { differenceOf } from './difference.ts';
import { runOurs } from './ours.ts';
import { findKubectls, minorOf, runReal } from './real.ts';
import type { Kubectl } from './real.ts';
import { freezeState } from './state.ts';
import type { FrozenState } from './state.ts';

/** One case of so many. */
const SHARE = 20;
const OURS = 33;

interface Known {
  readonly upTo: number;
  readonly objectsToo: boolean;
}

const known: ReadonlyMap<string, Known> = new Map(
  readFileSync(join(FOLDER, 'versions.txt'), 'utf8')
    .split('\n')
    .map((line) => /^(\d+)(\*?) (.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, upTo, star, line = '']) => [line, { upTo: Number(upTo), objectsToo: star === '*' }]),
);

const older = findKubectls().filter(({ version }) => Number(minorOf(version)) < OURS);
console.log(older.length === 0 ? 'No older kubectl here.' : `Older kubectls: ${older.map(({ version }) => version).join(', ')}`);

const sample = groups()
  .flatMap(casesOf)
  .filter(({ line }) => hash32(line) % SHARE === 0);

const meets = ({ line }: Case, at: number): boolean =>
  process.env['PARITY'] === 'full' || Math.floor(hash32(line) / SHARE) % older.length === at;

describe.skipIf(older.length === 0)('older versions of kubectl', () => {
  it.each(older.map((kubectl, at) => ({ kubectl, at, version: kubectl.version })))(
    '$version',
    async ({ kubectl, at }) => {
      const state = await freezeState(Math.floor(Date.now() / 1000) * 1000);
      const wrong: string[] = [];
      for (const one of sample.filter((each) => meets(each, at))) {
        const text = await complaint(state, one, kubectl);
        if (text !== undefined) wrong.push(`${one.group}: ${one.line}\n${text}`);
      }
      expect(wrong.join('\n\n')).toBe('');
    },
    600_000,
  );
});

async function complaint(state: FrozenState, one: Case, kubectl: Kubectl): Promise<string | undefined> {
  const [{ refused: _, ...real }, ours] = [await runReal(kubectl, state, one), await runOurs(state, one)];
  const difference = differenceOf(real, ours);
  const expected = known.get(`${one.group}: ${one.line}`);
  if (expected === undefined || Number(minorOf(kubectl.version)) > expected.upTo) return difference;
  if (difference === undefined) return 'agrees, but stands in versions.txt';
  const objects = (outcome: Outcome): Outcome => ({ outputs: [], changes: outcome.changes });
  return expected.objectsToo ? undefined : differenceOf(objects(real), objects(ours));
}
