/** Command lines that nobody would type: words of the cases left out, doubled, exchanged and spoilt. Whatever they are, kubectl
 *  ends with an exit code and words of its own. `MUTATIONS=100000 npx vitest run test/parity/mutations` plays more of them. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/base/random.ts';
import type { Random } from '../../src/base/world.ts';
import { casesOf, files, groups } from './cases.ts';
import type { Step } from './cases.ts';
import { createRunner } from '../kubectl/run.ts';
import { copyState, freezeState } from './state.ts';

const COUNT = Number(process.env['MUTATIONS'] ?? 1500);
const FROM = Number(process.env['MUTATIONS_FROM'] ?? 0);
/** Ctrl-C for commands that go on: virtual time. */
const PATIENCE_MS = 30_000;
const LIMIT_MS = 3_600_000;

/** What only a mistake of ours prints. */
const OURS =
  /\bundefined\b|\[object |\bNaN\b|is not a function|Cannot read (?!file)|Cannot destructure|is not iterable|Maximum call|Invalid (array|string) length|TypeError|RangeError|not done within/;
const ODD = [
  '',
  '-',
  '--',
  '=',
  '{',
  '{.',
  "{.items[*]['",
  '..',
  '/',
  ':',
  ',',
  '-1',
  '1e99',
  '999999999999999999999',
  '\u0000',
  '💥',
  '__proto__',
  'constructor',
  'a=b=c',
  '-o',
  '-n',
  '--all',
  '{}',
  '[]',
  'null',
  '{{',
  '{{.}}',
  '@',
  '%',
  '*',
  'x/y/z',
  "'",
];

const pick = <T>(random: Random, all: readonly T[]): T => all[Math.floor(random.next() * all.length)] as T;

function mutated(random: Random, args: readonly string[], all: readonly Step[]): readonly string[] {
  const words = [...args];
  for (let left = 1 + Math.floor(random.next() * 3); left > 0; left -= 1) {
    const at = Math.floor(random.next() * (words.length + 1));
    const other = pick(random, pick(random, all).args);
    const word = words[at] ?? '';
    const change: readonly (() => unknown)[] = [
      () => words.splice(at, 1),
      () => words.splice(at, 0, word),
      () => words.splice(at, 1, other),
      () => words.splice(at, 0, other),
      () => words.splice(at, 1, pick(random, ODD)),
      () => words.splice(at, 1, `${word}${pick(random, ODD)}`),
      () => words.splice(at, 1, word.slice(0, Math.floor(random.next() * word.length))),
      () =>
        words.splice(
          at,
          1,
          word.replace(/[=:/.].*/, (rest) => `${rest[0]}${pick(random, ODD)}`),
        ),
    ];
    pick(random, change)();
  }
  return words;
}

describe('command lines that nobody would type', () => {
  it(`end with kubectl's words: ${COUNT} of them`, async () => {
    const state = await freezeState(Date.UTC(2026, 10, 21));
    const all = groups()
      .flatMap(casesOf)
      .flatMap(({ steps }) => steps);
    const wrong: string[] = [];
    for (let index = FROM; index < FROM + COUNT; index += 1) {
      const random = createRandom('mutations', `/${index}`);
      const step = pick(random, all);
      const args = mutated(random, step.args, all);
      const { lone, transport } = await copyState(state);
      const runner = createRunner(transport, { lone });
      for (const [path, text] of files()) {
        runner.files.makeDirectory(`/root/${path}`.replace(/\/[^/]*$/, ''), { recursive: true });
        runner.files.writeFile(`/root/${path}`, text);
      }
      const controller = new AbortController();
      lone.world.clock.setTimer(PATIENCE_MS, () => controller.abort());
      const line = `MUTATIONS_FROM=${index} MUTATIONS=1: kubectl ${args.map((word) => JSON.stringify(word)).join(' ')}`;
      try {
        const { code, stdout, stderr } = await runner.run(args, {
          stdin: step.input ?? '',
          limitMs: LIMIT_MS,
          signal: controller.signal,
          edit: async ({ text }) => `${text}\n# edited\n`,
        });
        const odd = OURS.exec(stderr + stdout)?.[0];
        if (odd !== undefined && !args.join(' ').includes(odd)) wrong.push(`${line}\nprints ${odd}: ${(stderr + stdout).slice(0, 600)}`);
        if (!Number.isInteger(code) || code < 0 || code > 255) wrong.push(`${line}\nexit code ${code}`);
        if (code !== 0 && code !== 130 && stderr === '' && stdout === '') wrong.push(`${line}\nexit code ${code} without a word`);
      } catch (error) {
        wrong.push(`${line}\nthrew ${error instanceof Error ? error.stack : String(error)}`);
      }
    }
    expect(wrong.join('\n\n')).toBe('');
  });
});
