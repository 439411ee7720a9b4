/** The session as a file: what to keep where the browser keeps nothing. */
import type { Sandbox } from '../../sandbox/sandbox.ts';

export async function downloadSession(sandbox: Sandbox, at: string): Promise<void> {
  downloadText(JSON.stringify(await sandbox.journal()), `tabernetes-${at.replaceAll(':', '-')}.json`);
}

export function downloadText(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
