/** The session as a file: what to keep where the browser keeps nothing. */
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { writeJournal } from '../../sim/journal-text.ts';

export async function downloadSession(sandbox: Sandbox, at: string): Promise<void> {
  downloadText(writeJournal(await sandbox.journal()), `tabernetes-${at.replaceAll(':', '-')}.journal`);
}

export function downloadText(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
