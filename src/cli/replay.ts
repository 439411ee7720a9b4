/** `tabernetes replay JOURNAL`: plays a journal and prints its history hash, alone on the last line. */
import { readFileSync } from 'node:fs';
import { openCluster } from '../cluster/open.ts';
import type { Profile } from '../sandbox/sandbox.ts';
import { JournalError, parseJournal } from '../sim/journal-text.ts';
import { describeFlags, parseArguments, UsageError } from './arguments.ts';
import type { FlagSpec } from './arguments.ts';
import type { CliCommand } from './command.ts';

const FLAGS: readonly FlagSpec[] = [];

async function play(argv: readonly string[]): Promise<number> {
  const [file] = parseArguments(argv, FLAGS).positional;
  if (file === undefined) throw new UsageError('name a journal: tabernetes replay JOURNAL');
  let journal;
  try {
    journal = parseJournal(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof JournalError) throw new UsageError(`${file}: ${error.message}`);
    throw new UsageError(`cannot read ${file}`);
  }
  const sandbox = await openCluster({ profile: journal.profile as Profile, journal: journal.entries, untilMicros: journal.endMicros, playing: false, speed: Infinity });
  const hash = await sandbox.hash();
  await sandbox.close();
  const differs = journal.hash !== undefined && journal.hash !== hash;
  if (differs) process.stderr.write(`The journal says ${journal.hash}: it was written by another engine, or it was changed.\n`);
  process.stdout.write(`${hash}\n`);
  return differs ? 1 : 0;
}

export const replay: CliCommand = {
  name: 'replay', usage: 'replay JOURNAL', summary: 'Plays a journal and prints its history hash.', details: () => describeFlags(FLAGS), run: play,
};
