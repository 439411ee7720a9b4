/** The cases: cases/*.txt, one a line. A line is kubectl's words; ` && ` goes on in the same copy whatever the end was;
 *  ` < file` is its input; `EDIT=s/from/to/` is what the learner's editor does. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { words } from '../kubectl/run.ts';

export const FOLDER = 'test/parity';

export interface Step {
  readonly args: readonly string[];
  readonly input?: string;
  readonly edit?: { readonly from: string; readonly to: string };
}
export interface Case {
  readonly group: string;
  readonly line: string;
  readonly steps: readonly Step[];
}

export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
/** What a case did: one output a step, and the objects that are not as they were. */
export interface Outcome {
  readonly outputs: readonly Output[];
  readonly changes: Readonly<Record<string, unknown>>;
}
/** A line of recorded/*.jsonl. `version` stands where it is not that of recorded/about.json; `nowMs`: when the cluster stood still. */
export interface Recorded extends Outcome {
  readonly line: string;
  readonly nowMs: number;
  readonly version?: string;
}
export interface About {
  readonly version: string;
}

export function groups(): string[] {
  return readdirSync(join(FOLDER, 'cases'))
    .filter((name) => name.endsWith('.txt'))
    .map((name) => name.slice(0, -4))
    .sort();
}

export function casesOf(group: string): Case[] {
  const lines = readFileSync(join(FOLDER, 'cases', `${group}.txt`), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const twice = lines.find((line, at) => lines.indexOf(line) !== at);
  if (twice !== undefined) throw new Error(`${group}: twice: ${twice}`);
  return lines.map((line) => ({ group, line, steps: line.split(' && ').map(stepOf) }));
}

function stepOf(text: string): Step {
  const edit = /^EDIT=s\/(.*?)\/(.*?)\/ /.exec(text);
  const [command = '', file] = text.slice(edit?.[0].length ?? 0).split(' < ');
  return {
    args: words(command),
    ...(file !== undefined && { input: readFileSync(join(FOLDER, 'files', file.trim()), 'utf8') }),
    ...(edit && { edit: { from: edit[1]!, to: edit[2]! } }),
  };
}

/** The files that every case finds in its folder, by their path there. */
export function files(): Map<string, string> {
  const root = join(FOLDER, 'files');
  return new Map(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path.slice(root.length + 1), readFileSync(path, 'utf8')]),
  );
}

/** Go goes through a map, and starts what runs at once, in an order that changes. */
const inOrder = (lines: string): string => `${lines.trimEnd().split('\n').sort().join('\n')}\n`;

/** What a run gives by chance: the folders of `diff` and the times of the files in them, temporary files, and when a library
 *  logged. */
export function withoutChance(text: string): string {
  return text
    .replaceAll(/\/tmp\/(LIVE|MERGED)-\d+/g, '/tmp/$1-N')
    .replaceAll(/^([-+]{3} \S+)\t\d{4}-.*$/gm, '$1')
    .replaceAll(/(?<=^Data\n====\n)(?:\S+: +\S.*\n)+|(?:^evicting pod .*\n)+|(?:^pod\/\S+ (?:evicted|deleted)\n)+/gm, inOrder)
    .replaceAll(/(?:^ ?(?:Container|Pod|PersistentVolumeClaim)(?: {2,}\S+){6} *\n)+/gm, inOrder)
    .replaceAll(/debugger-((?:control-plane|worker-\d)-)?[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, 'debugger-$1NAME')
    .replaceAll(/kubectl-edit-\w+\.(yaml|json)/g, 'kubectl-edit-N.$1')
    .replaceAll(/^E\d{4} [\d:.]+ +\d+ reflector\.go:\d+\] .*\n/gm, '')
    .replaceAll(/^([EIW])\d{4} [\d:.]+ +\d+ /gm, '$1 ')
    .replaceAll(/(uid"?: ?"?)[0-9a-f]{8}-[0-9a-f-]{27}/g, '$1UID')
    .replaceAll(/(resourceVersion"?: ?"?|^ *Resource Version: +)\d+/gm, '$1N')
    .replaceAll(/(^ *UID: +)[0-9a-f]{8}-[0-9a-f-]{27}/gm, '$1UID')
    .replaceAll(/(restartedAt"?: "?)[\dTZ:-]+/g, '$1TIME');
}
