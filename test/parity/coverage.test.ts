/** Every command of kubectl 1.33 stands in at least three cases, and every flag of it in one. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { COMMANDS } from '../../src/kubectl/commands/table.ts';
import { findCommand } from '../../src/kubectl/find-command.ts';
import { flagsOf } from '../../src/kubectl/flags.ts';
import { casesOf, groups } from './cases.ts';

type Golden = Readonly<Record<string, { readonly flags: Readonly<Record<string, unknown>> }>>;
const golden = JSON.parse(readFileSync('test/golden/flags-1.33.json', 'utf8')) as Golden;

const CASES = 3;

/** Which command each step is and which of its flags it names, by long or short name. */
function seen(): ReadonlyMap<string, { count: number; flags: Set<string> }> {
  const found = new Map<string, { count: number; flags: Set<string> }>();
  for (const { args } of groups()
    .flatMap(casesOf)
    .flatMap(({ steps }) => steps)) {
    let name = '';
    let words: readonly string[] = args;
    try {
      const { command, words: left } = findCommand(COMMANDS, args);
      name = command?.name ?? '';
      words = left;
    } catch {
      continue;
    }
    const entry = found.get(name) ?? found.set(name, { count: 0, flags: new Set() }).get(name)!;
    entry.count += 1;
    const dash = words.indexOf('--');
    for (const word of dash < 0 ? words : words.slice(0, dash)) for (const flag of namedBy(name, word)) entry.flags.add(flag);
  }
  return found;
}

function namedBy(command: string, word: string): readonly string[] {
  if (word.startsWith('--')) return [word.slice(2).split('=')[0]!];
  if (!word.startsWith('-') || word.length < 2) return [];
  const letters = new Map(flagsOf(command).map((flag) => [flag.short, flag]));
  const flags: string[] = [];
  for (const letter of word.slice(1)) {
    const flag = letters.get(letter);
    if (flag === undefined) break;
    flags.push(flag.name);
    if (flag.type !== 'b') break;
  }
  return flags;
}

const all = seen();

it('has three cases for each command', () => {
  const runnable = Object.keys(golden).filter((name) => COMMANDS.find((c) => c.name === name)?.run !== undefined);
  expect(runnable.filter((name) => (all.get(name)?.count ?? 0) < CASES)).toEqual([]);
});

it('has a case for each flag', () => {
  const missing = Object.entries(golden).flatMap(([name, { flags }]) =>
    Object.keys(flags)
      .map((flag) => flag.replace(/^--/, ''))
      .filter((flag) => COMMANDS.find((c) => c.name === name)?.run !== undefined && !(all.get(name)?.flags.has(flag) ?? false))
      .map((flag) => `${name} --${flag}`),
  );
  expect(missing).toEqual([]);
});
