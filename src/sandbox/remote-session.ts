/** A terminal session whose shell is at the other end of a port. */
import { disposable } from '../base/dispose.ts';
import { textTail } from '../base/text-tail.ts';
import type { EditRequest } from './port-items.ts';
import type { CommandResult, Session } from './sandbox.ts';

/** A late listener hears at most this much of what it missed: as long as a terminal's scrollback. */
const HISTORY_MAX = 512 * 1024;

export interface SessionCalls { write(data: string): void; resize(columns: number, rows: number): void; run(line: string): Promise<CommandResult>; close(): void }

export class RemoteSession implements Session {
  private readonly past = textTail(HISTORY_MAX);
  private readonly outputs = new Set<(data: string) => void>();
  private readonly commands = new Set<(result: CommandResult) => void>();
  private open: ((request: EditRequest) => Promise<string | undefined>) | undefined;

  constructor(readonly id: string, private readonly calls: SessionCalls) {}

  write(data: string): void {
    this.calls.write(data);
  }

  resize(columns: number, rows: number): void {
    this.calls.resize(columns, rows);
  }

  run(line: string): Promise<CommandResult> {
    return this.calls.run(line);
  }

  close(): void {
    this.calls.close();
  }

  onOutput(listener: (data: string) => void): Disposable {
    const before = this.past.text();
    if (before !== '') listener(before);
    this.outputs.add(listener);
    return disposable(() => this.outputs.delete(listener));
  }

  onCommand(listener: (result: CommandResult) => void): Disposable {
    this.commands.add(listener);
    return disposable(() => this.commands.delete(listener));
  }

  onEdit(open: (request: EditRequest) => Promise<string | undefined>): Disposable {
    this.open = open;
    return disposable(() => { if (this.open === open) this.open = undefined; });
  }

  output(data: string): void {
    this.past.add(data);
    for (const listener of this.outputs) listener(data);
  }

  command(result: CommandResult): void {
    for (const listener of this.commands) listener(result);
  }

  /** undefined, and the file unchanged, where no editor is open. */
  async edit(request: EditRequest): Promise<string | undefined> {
    return this.open?.(request);
  }
}
