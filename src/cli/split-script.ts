/** Cuts a shell script into its top-level commands, so that each has its own exit code in a transcript: a line, or as many
 *  lines as it takes until the shell would not ask for more. Comment lines and empty lines between commands are left out. */
import { isIncomplete } from '../sh/parse.ts';

export function splitScript(script: string): readonly string[] {
  const commands: string[] = [];
  let open: string[] = [];
  for (const line of script.replace(/\r\n/g, '\n').split('\n')) {
    if (open.length === 0 && (/^\s*(#.*)?$/.test(line))) continue;
    open.push(line);
    if (isIncomplete(open.join('\n'))) continue;
    commands.push(open.join('\n'));
    open = [];
  }
  if (open.length > 0) commands.push(open.join('\n'));
  return commands;
}
