/** Ours and real kubectl, given the same words over the same frozen cluster, print the same bytes, end with the same code and
 *  leave the same objects. What real kubectl did is recorded (scripts/record-parity.mjs); where one is found, a share of the
 *  cases runs live too, and with PARITY=full all of them do. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hash32, withoutOwners } from './canonical.ts';
import { casesOf, FOLDER, groups, withoutChance } from './cases.ts';
import type { About, Case, Outcome, Recorded } from './cases.ts';
import { differenceOf } from './difference.ts';
import { runOurs } from './ours.ts';
import { findKubectls, minorOf, runReal } from './real.ts';
import { freezeState } from './state.ts';
import type { FrozenState } from './state.ts';

const about = JSON.parse(readFileSync(join(FOLDER, 'recorded/about.json'), 'utf8')) as About;
/** "group: line" of the cases that are known to differ; a case that agrees may not stand there. */
const open = new Set(
  readFileSync(join(FOLDER, 'open.txt'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#')),
);
/** What was recorded before more was known to be chance. */
const asNow = (recorded: Recorded): Outcome => ({
  ...recorded,
  outputs: recorded.outputs.map(({ code, stdout, stderr }) => ({ code, stdout: withoutChance(stdout), stderr: withoutChance(stderr) })),
});
const states = new Map<number, Promise<FrozenState>>();
const stateAt = (nowMs: number): Promise<FrozenState> => states.get(nowMs) ?? states.set(nowMs, freezeState(nowMs)).get(nowMs)!;
const ours = async (state: FrozenState, one: Case): Promise<Outcome> => {
  try {
    return await runOurs(state, one);
  } catch (error) {
    return { outputs: [{ code: -1, stdout: '', stderr: String(error) }], changes: {} };
  }
};

describe(`as recorded from kubectl ${about.version}`, () => {
  it.each(groups())('%s', async (group) => {
    const path = join(FOLDER, `recorded/${group}.jsonl`);
    expect(existsSync(path)).toBe(true);
    const recorded = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Recorded);
    const cases = casesOf(group);
    expect(recorded.map(({ line }) => line)).toEqual(cases.map(({ line }) => line));
    const wrong: string[] = [];
    for (const [at, one] of cases.entries()) {
      const mine = await ours(await stateAt(recorded[at]!.nowMs), one);
      const difference = differenceOf(asNow(recorded[at]!), { ...mine, changes: withoutOwners(mine.changes) as Outcome['changes'] });
      const expected = open.has(`${group}: ${one.line}`);
      if (difference !== undefined && !expected) wrong.push(`${one.line}\n${difference}`);
      if (difference === undefined && expected) wrong.push(`${one.line}\nagrees, but stands in open.txt`);
    }
    expect(wrong.join('\n\n')).toBe('');
  });
});

const kubectl = findKubectls().find(({ version }) => minorOf(version) === minorOf(about.version));
if (kubectl === undefined)
  console.warn(`No kubectl of the recorded version (${about.version}) on this machine: what was recorded speaks for it.`);

describe.skipIf(kubectl === undefined)(`live with kubectl ${kubectl?.version ?? '(none here)'}`, () => {
  const share = process.env['PARITY'] === 'full' ? 1 : 40;
  it(
    share === 1 ? 'all cases' : `one case of ${share}`,
    async () => {
      const state = await freezeState(Math.floor(Date.now() / 1000) * 1000);
      const cases = groups()
        .flatMap(casesOf)
        .filter(({ group, line }) => !open.has(`${group}: ${line}`) && hash32(line) % share === 0);
      const wrong: string[] = [];
      for (const one of cases) {
        const { refused, ...real } = await runReal(kubectl!, state, one);
        const difference = refused ? undefined : differenceOf(real, await ours(state, one));
        if (difference !== undefined) wrong.push(`${one.line}\n${difference}`);
      }
      expect(wrong.join('\n\n')).toBe('');
    },
    1_200_000,
  );
});
