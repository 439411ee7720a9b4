/** One terminal: a line editor in front of the learner's shell. What is typed at the prompt stays here, outside history;
 *  a finished command, a key for a running program and Ctrl-C are inputs. */
import { textTail } from '../base/text-tail.ts';
import { disposable } from '../base/dispose.ts';
import type { CommandResult, RunOptions, Session, ShellOptions } from '../sandbox/sandbox.ts';
import { createLineEditor } from '../shell/line-editor.ts';
import type { LineEditor } from '../shell/line-editor.ts';
import type { ShellInput, ShellOutput } from '../shell/protocol.ts';
import type { SessionEvent } from './recording.ts';

export interface SessionHost {
  /** Journals an input for the learner's host; resolves when it was applied. */
  send(input: ShellInput): Promise<void>;
  complete(session: string, line: string, cursor: number): Promise<{ readonly start: number; readonly words: readonly string[] }>;
  nowMicros(): number;
  /** Lets time run while a silent command waits, when nobody plays. */
  driveUntil(done: () => boolean): Promise<void>;
}

interface Pending { readonly id: number; readonly line: string; readonly startedAtMicros: number; stdout: string; stderr: string; output: string; readonly resolve?: (result: CommandResult) => void }

/** What a late listener hears first. */
const SCROLLBACK_MAX = 512 * 1024;
/** What a result keeps of a command's output, more or less. */
const CAPTURE_MAX = 16 * 1024 * 1024;
/** A program that takes longer over Ctrl-C hears it again. */
const INTERRUPT_MICROS = 40e6;
const INTERRUPTS_MAX = 3;
/** The input has ended: a program that reads after the one that heard so hears it too, so long after. */
const END_AGAIN_MICROS = 10e6;
type Opener = (request: { readonly path: string; readonly text: string; readonly language: string }) => Promise<string | undefined>;

export class TerminalSession implements Session {
  readonly #scrollback = textTail(SCROLLBACK_MAX);
  readonly #outputs = new Set<(data: string) => void>();
  readonly #commands = new Set<(result: CommandResult) => void>();
  readonly #editor: LineEditor;
  #opener: Opener | undefined;
  #pending: Pending | undefined;
  #count = 0;
  #atPrompt = false;
  #ended = false;
  #size: { columns: number; rows: number };
  /** Keys on their way to the learner's host: what comes after them waits, so that all stay in order. */
  #underWay = 0;
  #held = '';
  /** Somebody typed while the last command ran. */
  #byHand = false;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(readonly id: string, private readonly host: SessionHost, options: ShellOptions = {}) {
    this.#size = { columns: options.columns ?? 80, rows: options.rows ?? 24 };
    this.#editor = createLineEditor({
      columns: this.#size.columns,
      write: (text) => this.#show(text),
      submit: (line) => this.#submit(line),
      interrupt: () => undefined,
      eof: () => this.#submit('exit'),
      complete: (line, cursor) => this.host.complete(this.id, line, cursor),
    });
  }

  write(data: string): void {
    if (this.#ended) {
      if (/[\r\n]/.test(data)) void this.#beginAgain();
    } else if (this.#underWay > 0 && (this.#atPrompt || this.#held !== '')) this.#held += data;
    else if (this.#atPrompt) this.#toEditor(data);
    else void this.#toProgram(data);
  }

  /** A line at a time: what stands behind it is for the program that it starts, as in every terminal. */
  #toEditor(data: string): void {
    const end = data.indexOf('\r') + 1;
    this.#editor.input(end > 0 ? data.slice(0, end) : data);
    if (end > 0 && end < data.length) this.write(data.slice(end));
  }

  async #toProgram(data: string): Promise<void> {
    this.#underWay += 1;
    this.#byHand = true;
    await this.host.send({ k: 'data', session: this.id, data });
    this.#underWay -= 1;
    if (this.#underWay > 0 || this.#held === '') return;
    const held = this.#held;
    this.#held = '';
    this.write(held);
  }

  /** After `exit`: another shell in the same terminal. */
  async #beginAgain(): Promise<void> {
    this.#ended = false;
    await this.host.send({ k: 'close', session: this.id });
    await this.host.send({ k: 'open', session: this.id, ...this.#size });
  }

  resize(columns: number, rows: number): void {
    this.#size = { columns, rows };
    this.#editor.resize(columns);
    void this.host.send({ k: 'resize', session: this.id, columns, rows });
  }

  onOutput(listener: (data: string) => void): Disposable {
    const before = this.#scrollback.text();
    if (before !== '') listener(before);
    this.#outputs.add(listener);
    return disposable(() => this.#outputs.delete(listener));
  }

  onEdit(open: Opener): Disposable {
    this.#opener = open;
    return disposable(() => { if (this.#opener === open) this.#opener = undefined; });
  }

  onCommand(listener: (result: CommandResult) => void): Disposable {
    this.#commands.add(listener);
    return disposable(() => this.#commands.delete(listener));
  }

  /** One after the other: a shell has one foreground. */
  run(line: string, options: RunOptions = {}): Promise<CommandResult> {
    const mine = this.#queue.then(() => this.#runAlone(line, options));
    this.#queue = mine.catch(() => undefined);
    return mine;
  }

  close(): void {
    void this.host.send({ k: 'close', session: this.id });
  }

  /** Shows again what happened in this terminal before: a reload finds it as it was. */
  restore(events: readonly SessionEvent[]): void {
    let asked: Extract<ShellOutput, { k: 'edit' }> | undefined;
    for (const event of events) {
      if (event.type === 'input') {
        if (event.input.k === 'edited') asked = undefined;
        else this.#restoreLine(event.input);
      } else if (event.output.k === 'edit') asked = event.output;
      // What was typed ahead became a line of its own, or was never entered.
      else if (event.output.k !== 'typed') this.receive(event.output, event.at);
    }
    if (asked) void this.#edit(asked);
  }

  #restoreLine({ id, line }: Extract<ShellInput, { k: 'line' }>): void {
    this.#count = Math.max(this.#count, id);
    this.#editor.show(line);
    this.#atPrompt = false;
    this.#pending = { id, line, startedAtMicros: this.host.nowMicros(), stdout: '', stderr: '', output: '' };
  }

  /** What the learner's host printed for this session, and when. */
  receive(output: ShellOutput, atMicros: number): void {
    switch (output.k) {
      case 'text':
        if (this.#pending && this.#pending[output.stream].length < CAPTURE_MAX) {
          this.#pending[output.stream] += output.text;
          this.#pending.output += output.text;
        }
        this.#show(output.text.replace(/\r?\n/g, '\r\n'));
        return;
      case 'prompt':
        this.#atPrompt = true;
        this.#editor.prompt(output.text);
        return;
      case 'typed':
        // A script's input that nobody read is no command.
        if (this.#byHand) this.#toEditor(output.text.replace(/\n/g, '\r'));
        return;
      case 'raw':
        return;
      case 'echo':
        this.#show(output.text);
        return;
      case 'edit':
        void this.#edit(output);
        return;
      case 'done':
        this.#done(output.id, output.exitCode, atMicros);
        return;
      case 'closed':
        this.#atPrompt = false;
        this.#ended = true;
        this.#show('\r\n[session ended]\r\nEnter begins another.\r\n');
    }
  }

  async #runAlone(line: string, { typed, limitMicros = Infinity }: RunOptions): Promise<CommandResult> {
    await this.host.driveUntil(() => this.#atPrompt);
    let result: CommandResult | undefined;
    const isDone = (): boolean => result !== undefined;
    this.#editor.show(line);
    this.#begin(line, (ended) => { result = ended; });
    let limit = this.host.nowMicros() + limitMicros;
    const drivenTo = async (atMicros: number): Promise<CommandResult | undefined> => {
      await this.host.driveUntil(() => isDone() || this.host.nowMicros() >= atMicros);
      return result;
    };
    const driven = (): Promise<CommandResult | undefined> => drivenTo(limit);
    const type = (data: string): Promise<void> => this.host.send({ k: 'data', session: this.id, data });
    const parts = typeof typed === 'string' ? [typed] : typed ?? [];
    for (const [index, part] of parts.entries()) {
      const isLast = index === parts.length - 1;
      await type(isLast ? `${part}\x04` : part);
      if (isLast) break;
      const ended = await driven();
      if (ended) return ended;
      // A terminal forgets what was typed before Ctrl-C: so the rest comes after it.
      await type('\x03');
      limit = this.host.nowMicros() + limitMicros;
    }
    for (let next = this.host.nowMicros() + END_AGAIN_MICROS; parts.length > 0 && next < limit; next += END_AGAIN_MICROS) {
      if (await drivenTo(next)) break;
      await type('\x04');
    }
    const ended = await driven();
    if (ended) return ended;
    for (let tries = 0; limitMicros < Infinity && tries < INTERRUPTS_MAX; tries += 1) {
      await this.host.send({ k: 'data', session: this.id, data: '\x03' });
      limit = this.host.nowMicros() + INTERRUPT_MICROS;
      const late = await driven();
      if (late) return { ...late, interrupted: true };
    }
    throw new Error(`the command did not end: ${line}`);
  }

  #submit(line: string): void {
    this.#begin(line);
  }

  #begin(line: string, resolve?: (result: CommandResult) => void): void {
    this.#count += 1;
    this.#atPrompt = false;
    this.#byHand = false;
    this.#pending = { id: this.#count, line, startedAtMicros: this.host.nowMicros(), stdout: '', stderr: '', output: '', ...(resolve && { resolve }) };
    void this.host.send({ k: 'line', session: this.id, id: this.#count, line });
  }

  #done(id: number, exitCode: number, endedAtMicros: number): void {
    const pending = this.#pending;
    if (!pending || pending.id !== id) return;
    this.#pending = undefined;
    const result: CommandResult = {
      command: pending.line, exitCode, stdout: pending.stdout, stderr: pending.stderr, output: pending.output,
      startedAtMicros: pending.startedAtMicros, endedAtMicros,
    };
    pending.resolve?.(result);
    for (const listener of this.#commands) listener(result);
  }

  async #edit({ id, path, text, language }: Extract<ShellOutput, { k: 'edit' }>): Promise<void> {
    let saved: string | undefined;
    try {
      saved = await this.#opener?.({ path, text, language });
    } catch {
      saved = undefined;
    }
    await this.host.send({ k: 'edited', session: this.id, id, ...(saved !== undefined && { text: saved }) });
  }

  #show(text: string): void {
    this.#scrollback.add(text);
    for (const listener of this.#outputs) listener(text);
  }
}
