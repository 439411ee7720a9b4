/** `tabernetes corpus DIR`: plays recorded tutorials, a page a cluster, and prints what share of them works. */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { describeFlags, parseArguments, UsageError } from './arguments.ts';
import type { FlagSpec, Parsed } from './arguments.ts';
import type { CliCommand } from './command.ts';
import { answerTasks } from './corpus/answer.ts';
import { manifestOutcomes, pageOutcome } from './corpus/complete.ts';
import { CorpusError } from './corpus/entries.ts';
import type { Corpus } from './corpus/entries.ts';
import type { ManifestOutcome, PageOutcome } from './corpus/outcome.ts';
import { playAll } from './corpus/pool.ts';
import type { Task } from './corpus/pool.ts';
import { createProgress } from './corpus/progress.ts';
import { manifestText, pageFiles, readCorpus } from './corpus/read.ts';
import { mismatches, summarize, writeMismatches, writeSummary } from './corpus/report.ts';

const FLAGS: readonly FlagSpec[] = [
  { name: 'source', kind: 'text', value: 'S', help: 'only what comes from repositories whose name holds this' },
  { name: 'page', kind: 'text', value: 'P', help: 'only pages whose path holds this; manifests are left out' },
  { name: 'every', kind: 'number', value: 'N', help: 'only every Nth page and manifest' },
  { name: 'first', kind: 'number', value: 'K', help: 'with --every: begin with the Kth, not the first, so that another part is played' },
  { name: 'without', kind: 'text', value: 'helm', help: 'helm commands are run, but not counted' },
  {
    name: 'pause',
    kind: 'number',
    value: 'SECONDS',
    help: 'cluster time in which a person reads on and types the next command (default 10)',
  },
  { name: 'jobs', kind: 'number', help: 'pages that are played at once (default: one a core)' },
  { name: 'guard', kind: 'number', value: 'SECONDS', help: 'a page that takes longer, in wall time, has failed (default 600)' },
  { name: 'json', kind: 'switch', help: 'one JSON line a page, then a line a mismatch, then the summary' },
];

const GUARD_SECONDS = 600;
const PAUSE_SECONDS = 10;
/** How many manifests share a cluster. */
const MANIFESTS_A_TASK = 40;
/** Marks the processes of the pool. */
const ANSWER = '--answer';

export function tasksOf(corpus: Corpus, args: Pick<Parsed, 'text' | 'number'>): readonly Task[] {
  const every = args.number('every') ?? 1;
  const offset = ((args.number('first') ?? 1) - 1) % every;
  const pick = <T extends { readonly source: string }>(items: readonly T[]): readonly T[] =>
    items.filter(({ source }) => source.includes(args.text('source') ?? '')).filter((_item, index) => index % every === offset);
  const path = args.text('page');
  const pages = pick(corpus.pages.filter((page) => page.path.includes(path ?? '')));
  const manifests =
    path === undefined ? pick(corpus.manifests).map((manifest) => ({ manifest, text: manifestText(corpus.folder, manifest.file) })) : [];
  const chunks = Array.from({ length: Math.ceil(manifests.length / MANIFESTS_A_TASK) }, (_none, index) =>
    manifests.slice(index * MANIFESTS_A_TASK, (index + 1) * MANIFESTS_A_TASK),
  );
  const withoutHelm = args.text('without') === 'helm';
  return [
    ...pages.map((page): Task => ({
      k: 'page',
      page,
      files: pageFiles(corpus, page),
      withoutHelm,
      pauseSeconds: args.number('pause') ?? PAUSE_SECONDS,
    })),
    ...chunks.map((chunk): Task => ({ k: 'manifests', manifests: chunk })),
  ];
}

async function measure(argv: readonly string[]): Promise<number> {
  if (argv.includes(ANSWER)) return answerTasks();
  const args = parseArguments(argv, FLAGS);
  const [folder] = args.positional;
  if (folder === undefined) throw new UsageError('name a folder: tabernetes corpus DIR');
  const without = args.text('without');
  if (without !== undefined && without !== 'helm') throw new UsageError(`--without takes "helm", not "${without}"`);
  for (const flag of ['jobs', 'every', 'first', 'guard'] as const)
    if (!((args.number(flag) ?? 1) >= 1)) throw new UsageError(`--${flag} must be at least 1`);
  const tasks = tasksIn(folder, args);
  if (tasks.length === 0) throw new UsageError('nothing in this folder fits --source and --page');
  const pages: PageOutcome[] = [];
  const manifests: ManifestOutcome[] = [];
  const progress = createProgress();
  let ended = 0;
  await playAll(tasks, {
    script: process.argv[1] ?? '',
    argv: ['corpus', ANSWER],
    jobs: args.number('jobs') ?? availableParallelism(),
    guardMs: (args.number('guard') ?? GUARD_SECONDS) * 1000,
    onEnd(end) {
      ended += 1;
      const page = pageOutcome(end);
      if (page) pages.push(page);
      manifests.push(...manifestOutcomes(end));
      if (args.on('json') && page) process.stdout.write(`${JSON.stringify(page)}\n`);
      const { commands } = summarize(pages, []);
      progress.tell(
        `${ended} of ${tasks.length}: ${commands.good} of ${commands.of} commands work; ${page ? `${page.page} took ${(page.wallMs / 1000).toFixed(1)} s` : 'manifests'}`,
      );
    },
  });
  progress.end();
  const summary = summarize(pages, manifests);
  if (args.on('json')) {
    for (const mismatch of mismatches(pages)) process.stdout.write(`${JSON.stringify({ mismatch })}\n`);
    process.stdout.write(`${JSON.stringify({ summary })}\n`);
  } else process.stdout.write(`${writeSummary(summary)}\n${writeMismatches(mismatches(pages))}`);
  return 0;
}

function tasksIn(folder: string, args: Parsed): readonly Task[] {
  try {
    return tasksOf(readCorpus(resolve(folder)), args);
  } catch (error) {
    if (error instanceof CorpusError) throw new UsageError(error.message);
    throw error;
  }
}

export const corpus: CliCommand = {
  name: 'corpus',
  usage: 'corpus DIR [FLAGS]',
  summary: 'Plays recorded tutorials and prints what share of them works.',
  details: () => describeFlags(FLAGS),
  run: measure,
};
