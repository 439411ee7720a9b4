/** Finds the command that a line means, as cobra does: flags may stand before and between the command's words.
 *  Upstream: github.com/spf13/cobra/command.go */
import type { Command } from './command.ts';
import { CommandError } from './errors.ts';
import { flagsOf, globalFlags } from './flags.ts';

export interface Found {
  /** undefined: bare kubectl. */
  readonly command?: Command;
  /** The command's words as they were typed: "set sa". */
  readonly typed: string;
  /** The line without the command's words. */
  readonly words: readonly string[];
}

export function findCommand(commands: readonly Command[], argv: readonly string[]): Found {
  let words = argv;
  let found: Command | undefined;
  const typed: string[] = [];
  const result = (): Found => ({ ...(found !== undefined && { command: found }), typed: typed.join(' '), words });
  for (;;) {
    const index = firstWord(found?.name ?? '', words);
    if (index < 0) return result();
    const next = childOf(commands, found?.name ?? '', words[index]!);
    if (next === undefined) {
      if (found !== undefined) return result();
      throw unknownCommand(commands, words[index]!);
    }
    found = next;
    typed.push(words[index]!);
    words = [...words.slice(0, index), ...words.slice(index + 1)];
  }
}

/** Where the first word that is no flag and no flag's value stands; -1 without one. */
function firstWord(path: string, words: readonly string[]): number {
  const specs = [...flagsOf(path), ...globalFlags()];
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i]!;
    if (word === '--') return -1;
    if (!word.startsWith('-') || word === '-') return i;
    const name = word.startsWith('--') ? word.slice(2) : undefined;
    const spec =
      name === undefined ? (word.length === 2 ? specs.find((s) => s.short === word[1]) : undefined) : specs.find((s) => s.name === name);
    if (spec !== undefined && spec.type !== 'b' && spec.type !== 't') i += 1;
  }
  return -1;
}

function childOf(commands: readonly Command[], parent: string, word: string): Command | undefined {
  const prefix = parent === '' ? '' : `${parent} `;
  const depth = parent === '' ? 1 : parent.split(' ').length + 1;
  return commands.find((c) => {
    if (!c.name.startsWith(prefix) || c.name.split(' ').length !== depth) return false;
    const last = c.name.slice(prefix.length);
    return last === word || (c.aliases ?? []).includes(word);
  });
}

function unknownCommand(commands: readonly Command[], word: string): CommandError {
  const names = commands.filter((c) => !c.name.includes(' ')).map((c) => c.name);
  const near = names.filter((n) => distance(word.toLowerCase(), n.toLowerCase()) <= 2 || n.toLowerCase().startsWith(word.toLowerCase()));
  const hint = near.length === 0 ? '' : `\n\nDid you mean this?\n${near.map((n) => `\t${n}`).join('\n')}`;
  return new CommandError(`unknown command ${JSON.stringify(word)} for "kubectl"${hint}`);
}

/** Levenshtein. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
