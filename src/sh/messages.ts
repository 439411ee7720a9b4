/** How the three shells word their errors. */
import type { Kind } from './state.ts';

interface Speaker { readonly state: { readonly kind: Kind; readonly name: string }; readonly options: { readonly prompted: boolean; readonly script: boolean }; readonly currentLine: number }

/** "bash: line 3: ", "sh: 1: ", "/bin/sh: " */
export function prefixOf(shell: Speaker): string {
  const { kind, name } = shell.state;
  if (shell.options.prompted) return kind === 'dash' ? `${name}: ${shell.currentLine}: ` : `${name}: `;
  if (kind === 'dash') return `${name}: ${shell.currentLine}: `;
  if (kind === 'bash') return `${name}: line ${shell.currentLine}: `;
  return shell.options.script ? `${name}: line ${shell.currentLine}: ` : `${name}: `;
}

export function shellError(shell: Speaker, message: string): string {
  return prefixOf(shell) + message;
}

export function commandNotFound(shell: Speaker, name: string): string {
  if (name.includes('/')) return `${prefixOf(shell)}${name}: ${shell.state.kind === 'bash' ? 'No such file or directory' : 'not found'}\n`;
  return `${prefixOf(shell)}${name}: ${shell.state.kind === 'bash' ? 'command not found' : 'not found'}\n`;
}

export function notExecutable(shell: Speaker, name: string, directory: boolean): string {
  return `${prefixOf(shell)}${name}: ${directory && shell.state.kind === 'bash' ? 'Is a directory' : 'Permission denied'}\n`;
}
