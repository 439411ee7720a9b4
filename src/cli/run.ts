/** `tabernetes run FILE.sh`: plays a shell script against a fresh cluster in virtual time and prints the transcript. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { openCluster } from '../cluster/open.ts';
import { writeJournal } from '../sim/journal-text.ts';
import { splitScript } from './split-script.ts';
import { describeFlags, parseArguments, UsageError } from './arguments.ts';
import type { FlagSpec } from './arguments.ts';
import type { CliCommand } from './command.ts';
import { ADDON_FLAG, ENCRYPT_FLAG, profileOf } from './serve.ts';

const FLAGS: readonly FlagSpec[] = [
  { name: 'nodes', kind: 'number', help: 'schedulable worker nodes (default 3)' },
  { name: 'seed', kind: 'text', help: 'the seed of everything that is drawn (default 1)' },
  ADDON_FLAG,
  ENCRYPT_FLAG,
  { name: 'files', kind: 'text', value: 'DIR', help: "put this folder's files into the learner's home directory, where URLs find them too (default: the script's folder)" },
  { name: 'limit', kind: 'number', help: 'press Ctrl-C when a command has taken so many seconds of cluster time (default 3600)' },
  { name: 'journal', kind: 'text', value: 'FILE', help: 'save the journal there' },
  { name: 'json', kind: 'switch', help: 'one JSON line a command: {command, exitCode, stdout, stderr, virtualMs}' },
  { name: 'keep-going', kind: 'switch', help: 'the exit code is 0 even when a command fails' },
];

const FILE_MAX = 1024 * 1024;
const FILES_MAX = 500;
const LIMIT_SECONDS = 3600;
/** What passes between two commands, as starting a program takes: controllers answer in the meantime. */
const BETWEEN_MICROS = 100_000;

/** Text files below a folder, by their path in it. Other files are left out: the learner's home holds text. */
export function textFiles(folder: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || /(^|\/)(\.git|node_modules)\//.test(relative(folder, path)) || statSync(path).size > FILE_MAX) continue;
    if (Object.keys(found).length >= FILES_MAX) break;
    found[relative(folder, path)] = readFileSync(path, 'utf8');
  }
  return found;
}

async function play(argv: readonly string[]): Promise<number> {
  const args = parseArguments(argv, FLAGS);
  const [file] = args.positional;
  if (file === undefined) throw new UsageError('name a script: tabernetes run FILE.sh');
  let script: string;
  try {
    script = readFileSync(file, 'utf8');
  } catch {
    throw new UsageError(`cannot read ${file}`);
  }
  const files = textFiles(resolve(args.text('files') ?? dirname(file)));
  const profile = { ...profileOf(args), files };
  const sandbox = await openCluster({ profile, playing: false, speed: Infinity });
  const session = await sandbox.shell();
  const limitMicros = (args.number('limit') ?? LIMIT_SECONDS) * 1e6;
  let failed = 0;
  for (const command of splitScript(script)) {
    const result = await session.run(command, { limitMicros });
    if (result.exitCode !== 0) failed = result.exitCode;
    await sandbox.time.runUntil({ atMicros: sandbox.time.state.nowMicros + BETWEEN_MICROS });
    if (args.on('json')) {
      const virtualMs = Math.round((result.endedAtMicros - result.startedAtMicros) / 1000);
      process.stdout.write(`${JSON.stringify({ command, exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr, virtualMs })}\n`);
    } else process.stdout.write(`$ ${command}\n${result.output}`);
  }
  const journal = args.text('journal');
  if (journal !== undefined) writeFileSync(journal, writeJournal(await sandbox.journal()));
  await sandbox.close();
  return args.on('keep-going') ? 0 : failed;
}

export const run: CliCommand = {
  name: 'run', usage: 'run FILE.sh [FLAGS]', summary: 'Plays a shell script against a fresh cluster, in virtual time.',
  details: () => describeFlags(FLAGS), run: play,
};
