/** Hands a text to the learner's editor; undefined: nothing was saved. */
import type { Kubectl } from './command.ts';
import { CommandError } from './errors.ts';

export async function editText(k: Kubectl, name: string, text: string, language = 'yaml'): Promise<string | undefined> {
  if (k.io.edit === undefined) throw new CommandError('unable to launch the editor "vi"');
  return k.io.edit({ path: `/tmp/kubectl-edit-${name}`, text, language });
}
