/** A terminal session whose shell is at the other end of a port. */
import { disposable } from '../base/dispose.ts';
import type { EditRequest } from './port-items.ts';
import type { CommandResult, Session } from './sandbox.ts';

/** A late listener hears at most this much of what it missed: as long as a terminal's scrollback. */
const HISTORY_MAX = 1_000_000;

export interface SessionCalls { write(data: string): void; resize(columns: number, rows: number): void; run(line: string): Promise<CommandResult>; close(): void }

export class RemoteSession implements Session {
  private past: string[] = [];
  private length = 0;
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
    if (this.past.length > 0) listener(this.past.join(''));
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
    this.past.push(data);
    this.length += data.length;
    if (this.length > HISTORY_MAX) {
      const kept = this.past.join('').slice(-HISTORY_MAX / 2);
      this.past = [kept];
      this.length = kept.length;
    }
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
