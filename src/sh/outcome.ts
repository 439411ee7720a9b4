/** How a shell ends, and what it says of text that it cannot parse. */
import { isAbort } from '../base/with-timeout.ts';
import { ExitError } from '../cri/processes.ts';
import { BrokenPipe } from '../cri/process.ts';
import { BreakSignal, InterruptSignal, ReturnSignal, ShellFailure } from './control.ts';
import type { Shell } from './interpreter.ts';

/** Runs a shell to its end: exit, errexit, EXIT trap. The exit code. */
export async function runToEnd(shell: Shell, work: () => Promise<void>): Promise<number> {
  let code: number;
  try {
    await work();
    await shell.runTraps();
    code = shell.state.status;
  } catch (error) {
    code = exitCode(shell, error);
  }
  const action = shell.state.traps.get('EXIT');
  if (action !== undefined && action !== '') {
    shell.state.traps.delete('EXIT');
    shell.state.status = code;
    try { await shell.runText(action); } catch (error) { code = exitCode(shell, error); }
  }
  return code;
}

export function exitCode(shell: Shell, error: unknown): number {
  if (error instanceof ExitError) return error.code;
  if (error instanceof ShellFailure) return error.code;
  if (error instanceof InterruptSignal) return 130;
  if (error instanceof ReturnSignal) return error.code;
  if (error instanceof BreakSignal) return shell.state.status;
  if (error instanceof BrokenPipe || isAbort(error)) throw error;
  throw error;
}

/** The words of a syntax error. */
export function syntaxMessages(shell: Shell, text: string, error: { readonly line: number; readonly token: string; readonly incomplete: boolean; readonly message: string }): string {
  const { state } = shell;
  if (state.kind === 'bash') {
    const prefix = shell.options.prompted ? `${state.name}: ` : shell.options.script ? `${state.name}: line ${error.line}: ` : `${state.name}: `;
    if (error.message.startsWith('unterminated')) {
      const quote = error.message.includes('single') ? "'" : error.message.includes('back') ? '`' : '"';
      return `${prefix}unexpected EOF while looking for matching \`${quote}'\n`;
    }
    if (error.incomplete) return `${state.name}: line ${text.split('\n').length + 1}: syntax error: unexpected end of file\n`;
    const line = text.split('\n')[error.line - 1] ?? '';
    return `${prefix}syntax error near unexpected token \`${error.token}'\n${shell.options.script ? `${prefix}\`${line}'\n` : ''}`;
  }
  if (state.kind === 'dash') {
    const what = error.message.startsWith('unterminated') ? 'Unterminated quoted string' : error.incomplete ? 'end of file unexpected' : `"${error.token}" unexpected`;
    return `${state.name}: ${error.line}: Syntax error: ${what}\n`;
  }
  const what = error.message.startsWith('unterminated') ? 'unterminated quoted string' : error.incomplete ? 'unexpected end of file' : `unexpected "${error.token}"`;
  return `${state.name}: ${shell.options.script ? `line ${error.line}: ` : ''}syntax error: ${what}\n`;
}
