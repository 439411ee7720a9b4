/** A terminal as the kernel keeps it for `exec -it` and `tty: true`: echo, line editing, Ctrl-C and Ctrl-D, and the
 *  carriage returns that a screen wants. Programs see lines; the client sees what it typed. */
import type { Settle, World } from '../base/world.ts';
import { disposable } from '../base/dispose.ts';
import { fromUtf8 } from '../base/bytes.ts';
import type { InputStream, OutputStream, Signal } from './process.ts';
import { toBytes } from './streams.ts';

export interface Terminal {
  /** What the client typed. */
  feed(data: Uint8Array): void;
  /** The client's end: programs read what is left, then the end. */
  hangUp(): void;
  /** Forgets what was typed and not read, and tells it: a shell takes what was typed ahead of its prompt. */
  flush(): string;
  /** Raw: keys reach the program as they are, without echo and without signals; what was typed ahead and not read, too. */
  raw: boolean;
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  size: { columns: number; rows: number };
}

const CONTROLS: Readonly<Record<string, Signal>> = { '\x03': 'SIGINT', '\x1c': 'SIGQUIT' };

export function createTerminal(world: World, screen: OutputStream, size: { columns: number; rows: number }, signal: (signal: Signal) => void): Terminal {
  /** Complete lines; undefined is a Ctrl-D. */
  const ready: (Uint8Array | undefined)[] = [];
  const readers: Settle<void>[] = [];
  let line = '';
  let over = false;

  function wake(): void {
    for (const reader of readers.splice(0)) reader.resolve();
  }

  function push(data: Uint8Array | undefined): void {
    ready.push(data);
    wake();
  }

  function key(char: string, echo: (text: string) => void): void {
    const control = CONTROLS[char];
    if (control !== undefined) {
      echo(`^${char === '\x03' ? 'C' : '\\'}\r\n`);
      line = '';
      ready.length = 0;
      signal(control);
    } else if (char === '\r' || char === '\n') {
      echo('\r\n');
      push(toBytes(`${line}\n`));
      line = '';
    } else if (char === '\x04') {
      push(line === '' ? undefined : toBytes(line));
      line = '';
    } else if (char === '\x7f' || char === '\b') {
      if (line === '') return;
      line = [...line].slice(0, -1).join('');
      echo('\b \b');
    } else if (char === '\x15') {
      echo('\b \b'.repeat([...line].length));
      line = '';
    } else if (char >= ' ' || char === '\t') {
      line += char;
      echo(char);
    }
  }

  const input = (waiting: World): InputStream => ({
    isTerminal: true,
    async read() {
      while (ready.length === 0) {
        if (over) return undefined;
        await waiting.suspend<void>(settle => {
          readers.push(settle);
          return disposable(() => { const at = readers.indexOf(settle); if (at >= 0) readers.splice(at, 1); });
        });
      }
      return ready.shift();
    },
    close() {},
    bind: input,
  });
  const output = (waiting: World): OutputStream => {
    const bound = screen.bind?.(waiting) ?? screen;
    return {
      isTerminal: true,
      write: data => bound.write(withReturns(data)),
      close() {},
      bind: output,
    };
  };
  let raw = false;
  return {
    get raw() { return raw; },
    set raw(on) {
      if (on && !raw) {
        for (const [index, typed] of ready.entries()) ready[index] = typed ?? toBytes('\x04');
        if (line !== '') push(toBytes(line));
        line = '';
      }
      raw = on;
    },
    feed(data) {
      if (raw) {
        push(data);
        return;
      }
      let shown = '';
      for (const char of fromUtf8(data)) key(char, text => { shown += text; });
      // Before the program that reads the line wakes: what it prints comes after.
      if (shown !== '') void screen.write(shown).catch(() => undefined);
    },
    flush() {
      const typed = ready.map((data) => (data ? fromUtf8(data) : '')).join('') + line;
      ready.length = 0;
      line = '';
      return typed;
    },
    hangUp() {
      if (line !== '') push(toBytes(line));
      line = '';
      over = true;
      wake();
    },
    stdin: input(world),
    stdout: output(world),
    size,
  };
}

function withReturns(data: Uint8Array | string): Uint8Array | string {
  if (typeof data === 'string') return data.includes('\n') ? data.replaceAll('\n', '\r\n') : data;
  if (!data.includes(10)) return data;
  const out: number[] = [];
  for (const byte of data) {
    if (byte === 10) out.push(13);
    out.push(byte);
  }
  return Uint8Array.from(out);
}
