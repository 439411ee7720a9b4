/** Plays command lines against a fresh cluster of three workers, as `tabernetes run` does, and keeps the transcript. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { openCluster } from '../../src/cluster/open.ts';
import { makeProfile } from '../../src/cluster/profile.ts';
import type { CommandResult, RunOptions, Sandbox } from '../../src/sandbox/sandbox.ts';

const FOLDER = new URL('.', import.meta.url);

export interface Player {
  readonly sandbox: Sandbox;
  /** Runs a line; unless told otherwise it must exit 0. Returns stdout. */
  run(line: string, options?: RunOptions & { readonly exit?: number }): Promise<string>;
  result(line: string, options?: RunOptions): Promise<CommandResult>;
  /** One value out of an object: `-o jsonpath`. */
  value(target: string, path: string): Promise<string>;
}

/** The manifests beside the tests are in the learner's folder. */
const manifests = (): Record<string, string> =>
  Object.fromEntries(readdirSync(FOLDER).filter((name) => name.endsWith('.yaml')).map((name) => [name, readFileSync(new URL(name, FOLDER), 'utf8')]));

export async function openPlayer(files: Readonly<Record<string, string>> = {}): Promise<Player> {
  const sandbox = await openCluster({ profile: { ...makeProfile({ nodes: 3 }), files: { ...manifests(), ...files } }, playing: false, speed: Infinity });
  const errors: string[] = [];
  sandbox.onError(({ detail }) => errors.push(detail));
  const session = await sandbox.shell();
  const result = async (line: string, options: RunOptions = {}): Promise<CommandResult> => {
    const ended = await session.run(line, { limitMicros: 900e6, ...options });
    expect(errors, line).toEqual([]);
    return ended;
  };
  const run: Player['run'] = async (line, { exit = 0, ...options } = {}) => {
    const { exitCode, stdout, stderr } = await result(line, options);
    expect({ line, exitCode, ...(exitCode !== exit && { stdout, stderr }) }).toEqual({ line, exitCode: exit });
    return stdout;
  };
  return { sandbox, run, result, value: (target, path) => run(`kubectl get ${target} -o jsonpath='${path}'`) };
}

/** The words of a table's rows, without its header. */
export function rows(table: string): string[][] {
  return table.trim().split('\n').slice(1).map((line) => line.trim().split(/ {2,}/));
}
