/** Writes recorded/: see scripts/record-parity.mjs. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withoutOwners } from './canonical.ts';
import { casesOf, FOLDER, groups } from './cases.ts';
import type { Case, Outcome, Recorded } from './cases.ts';
import { differenceOf } from './difference.ts';
import { runOurs } from './ours.ts';
import { findKubectls, minorOf, runReal } from './real.ts';
import type { Kubectl } from './real.ts';
import { freezeState } from './state.ts';
import type { FrozenState } from './state.ts';

const RECORDED = '33';
const JSON_BODIES = '31';

export async function main(args: readonly string[]): Promise<number> {
  const see = args.includes('--see');
  const missing = args.includes('--missing');
  const wanted = args.filter((arg) => !arg.startsWith('--'));
  const kubectls = findKubectls();
  const newest = kubectls.find(({ version }) => minorOf(version) === RECORDED);
  const older = kubectls.find(({ version }) => minorOf(version) === JSON_BODIES);
  if (newest === undefined || older === undefined) {
    console.error(
      `This needs kubectl 1.${RECORDED} and 1.${JSON_BODIES}; here are: ${kubectls.map(({ version }) => version).join(' ') || 'none'}`,
    );
    return 1;
  }
  const about = join(FOLDER, 'recorded/about.json');
  const different: string[] = [];
  let count = 0;
  for (const group of wanted.length > 0 ? wanted : groups()) {
    const state = await freezeState(Math.floor(Date.now() / 1000) * 1000);
    const path = join(FOLDER, `recorded/${group}.jsonl`);
    const before =
      missing && existsSync(path)
        ? readFileSync(path, 'utf8')
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line) as Recorded)
        : [];
    const kept = new Map(before.map((one) => [one.line, one]));
    const recorded = await atOnce(casesOf(group), async (one) => kept.get(one.line) ?? record(newest, older, state, one));
    count += recorded.length;
    for (const [at, one] of casesOf(group).entries()) {
      if (kept.has(one.line)) continue;
      const difference = differenceOf(recorded[at]!, await ours(state, one));
      if (difference === undefined) continue;
      different.push(`${group}: ${one.line}`);
      console.log(`${'='.repeat(20)} ${group}: ${one.line}${recorded[at]!.version ? ` (${recorded[at]!.version})` : ''}\n${difference}`);
    }
    if (!see)
      writeFileSync(
        join(FOLDER, `recorded/${group}.jsonl`),
        recorded.map((one) => `${JSON.stringify({ ...one, changes: withoutOwners(one.changes) })}\n`).join(''),
      );
  }
  if (process.env['OPEN'] !== undefined) writeFileSync(process.env['OPEN'], different.map((line) => `${line}\n`).join(''));
  if (!see) writeFileSync(about, `${JSON.stringify({ version: newest.version })}\n`);
  console.log(`${count} cases, ${different.length} differ`);
  return 0;
}

async function ours(state: FrozenState, one: Case): Promise<Outcome> {
  try {
    return await runOurs(state, one);
  } catch (error) {
    return { outputs: [{ code: -1, stdout: '', stderr: `crashed: ${error instanceof Error ? error.stack : String(error)}` }], changes: {} };
  }
}

async function record(newest: Kubectl, older: Kubectl, state: FrozenState, one: Case): Promise<Recorded> {
  const { refused, ...outcome } = await runReal(newest, state, one);
  if (!refused) return { line: one.line, nowMs: state.nowMs, ...outcome };
  const again = await runReal(older, state, one);
  return { line: one.line, version: older.version, nowMs: state.nowMs, outputs: again.outputs, changes: again.changes };
}

async function atOnce<A, B>(items: readonly A[], work: (item: A) => Promise<B>): Promise<B[]> {
  const results: B[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++;
      results[at] = await work(items[at]!);
    }
  };
  await Promise.all([worker(), worker(), worker()]);
  return results;
}
