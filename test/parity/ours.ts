/** A case with our kubectl: over the Transport, in virtual time. */
import { dirname } from 'node:path';
import { createRunner } from '../kubectl/run.ts';
import { files, withoutChance } from './cases.ts';
import type { Case, Outcome, Output } from './cases.ts';
import { kubeconfigOf } from './kubeconfig.ts';
import { copyState } from './state.ts';
import type { FrozenState } from './state.ts';

export const ADDRESS = 'http://127.0.0.1:45678';

export async function runOurs(state: FrozenState, { steps }: Case): Promise<Outcome> {
  const copy = await copyState(state);
  const runner = createRunner(copy.transport, { lone: copy.lone });
  for (const [path, text] of [...files(), ['.kube/config', kubeconfigOf(ADDRESS)] as const]) {
    runner.files.makeDirectory(dirname(`/root/${path}`), { recursive: true });
    runner.files.writeFile(`/root/${path}`, text);
  }
  const outputs: Output[] = [];
  for (const { args, input, edit } of steps) {
    const { code, stdout, stderr } = await runner.run(args, {
      ...(input !== undefined && { stdin: input }),
      edit: async ({ text }) => (edit === undefined ? undefined : text.replaceAll(edit.from, edit.to)),
    });
    outputs.push({ code, stdout: withoutChance(stdout), stderr: withoutChance(stderr) });
  }
  return { outputs, changes: copy.changes() };
}
