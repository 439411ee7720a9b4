/** `npm run sim` and `npm run long`: plays seeds and says what happened, as a table. */
import { parseArgs } from 'node:util';
import { bundle, plantNamed } from './bundle.ts';
import { PLANTS } from './plants.ts';
import { commandFor, playSeeds, seedsUpTo } from './seeds.ts';
import type { Answer } from './worker.ts';

const HELP = `npm run sim -- --seed N [--plant NAME] [--tail LINES] [--journal FILE]   plays one seed
npm run long -- [--count N] [--from N] [--plant NAME]                    plays many seeds

Plants (bugs to be found):
${PLANTS.map(({ name, mistake }) => `  ${name.padEnd(24)}${mistake}`).join('\n')}
`;

const COLUMNS = ['seed', 'ops', 'acked', 'refused', 'lost', 'faults', 'revisions', 'watched', 'minutes', 'rest', 'ms', 'broken'] as const;

function row({ seed, report, error, cpuMs }: Answer): readonly string[] {
  if (!report) return [seed, ...Array.from({ length: COLUMNS.length - 2 }, () => '-'), error ?? ''];
  return [
    seed, report.operations, report.acknowledged, report.refused, report.lost, report.faults, report.revisions, report.events,
    (report.virtualSeconds / 60).toFixed(1), report.restSeconds < 0 ? 'never' : `${report.restSeconds}s`, Math.round(cpuMs), report.violations.length,
  ].map(String);
}

const print = (cells: readonly string[]): void => console.log(cells.map((cell) => cell.padStart(9)).join(' '));
const timeOf = (ms: number): string => `${new Date(ms).toISOString().slice(11, 23)}`;

function printViolations({ seed, report, error }: Answer, plant: string | undefined): void {
  if (error !== undefined) console.log(`\nseed ${seed} stopped: ${error}`);
  for (const { rule, atMs, revision, detail } of report?.violations ?? []) console.log(`\nBROKEN at ${timeOf(atMs)}, revision ${revision}: ${rule}\n  ${detail}`);
  console.log(`\n  ${commandFor(seed, plant)}`);
}

const isBroken = ({ report, error }: Answer): boolean => error !== undefined || (report?.violations.length ?? 0) > 0;

async function one(seed: string, values: Values): Promise<boolean> {
  const { plant, tail = '30', journal } = values;
  const file = await bundle('cli', plant);
  const [answer] = await playSeeds({ file, seeds: [seed], threads: 1, options: { tail: Number(tail), hash: true, stopEarly: plant !== undefined } });
  if (!answer) throw new Error('nothing was played');
  print(COLUMNS);
  print(row(answer));
  if (journal !== undefined && answer.report) {
    const { writeFileSync } = await import('node:fs');
    writeFileSync(journal, `${JSON.stringify(answer.report.journal)}\n`);
  }
  if (!isBroken(answer)) {
    console.log(`\nhash ${answer.report?.journal.hash ?? ''}`);
    return true;
  }
  console.log(`\n${answer.report?.story.join('\n') ?? ''}`);
  printViolations(answer, plant);
  return false;
}

async function many(values: Values): Promise<boolean> {
  const { plant, count = '3000', from = '1' } = values;
  const file = await bundle('cli', plant);
  const first = Number(from) - 1;
  const seeds = seedsUpTo(first + Number(count)).slice(first);
  print(COLUMNS);
  const answers = await playSeeds({
    file, seeds,
    until: (answer) => {
      if (isBroken(answer)) {
        print(row(answer));
        printViolations(answer, plant);
      }
      return plant !== undefined && isBroken(answer);
    },
  });
  const broken = answers.filter(isBroken);
  const cpuMs = answers.reduce((sum, answer) => sum + answer.cpuMs, 0);
  const revisions = answers.reduce((sum, { report }) => sum + (report?.revisions ?? 0), 0);
  console.log(`\n${answers.length} seeds, ${revisions} revisions, ${Math.round(cpuMs / answers.length)} ms a seed; ${broken.length} broken${broken.length > 0 ? `: ${broken.map(({ seed }) => seed).join(' ')}` : ''}`);
  return broken.length === 0;
}

type Values = Partial<Record<'seed' | 'plant' | 'tail' | 'journal' | 'count' | 'from', string>>;

export async function main(args: readonly string[], how: 'one' | 'many'): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args: [...args], options: { seed: text, plant: text, tail: text, journal: text, count: text, from: text, help: { type: 'boolean' } } });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (values.plant !== undefined) plantNamed(values.plant);
  return (how === 'one' ? await one(values.seed ?? '1', values) : await many(values)) ? 0 : 1;
}
