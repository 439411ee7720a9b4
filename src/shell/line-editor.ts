/** Edits one command line on a terminal, as readline does with its emacs keys. Pure but for what it writes; it lives outside
 *  history: only a finished command becomes an input.
 *  Lines may be longer than the screen and commands may have several lines (PS2). Positions count UTF-16 units; characters
 *  of double width are taken as one column. */
import { isIncomplete } from '../sh/parse.ts';
import { decodeKeys } from './keys.ts';
import type { Key } from './keys.ts';

export interface LineEditorOptions {
  readonly columns: number;
  write(text: string): void;
  /** A whole command. */
  submit(line: string): void;
  /** Ctrl-C at the prompt. */
  interrupt(): void;
  /** Ctrl-D on an empty line. */
  eof(): void;
  complete(line: string, cursor: number): Promise<{ readonly start: number; readonly words: readonly string[] }>;
}

export interface LineEditor {
  /** Shows the prompt and waits for a command. */
  prompt(text: string): void;
  input(data: string): void;
  resize(columns: number): void;
  /** Puts a command behind the prompt as if it had been typed and entered: scripts and suggested commands. */
  show(line: string): void;
  readonly history: readonly string[];
}

const HISTORY_MAX = 1000;
const PS2 = '> ';
const LIST_MAX = 100;

/** Without escape sequences: what takes room on the screen. */
const visible = (text: string): string => text.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '').replace(/[\x01\x02]/g, '');

export function createLineEditor(options: LineEditorOptions): LineEditor {
  const history: string[] = [];
  let { columns } = options;
  let promptText = '';
  /** Lines of an unfinished command that were entered already. */
  let before = '';
  let text = '';
  let cursor = 0;
  let row = 0;
  let at = 0;
  let draft = '';
  let killed = '';
  let search: { query: string; found: number } | undefined;
  let tabs = 0;
  let busy = false;
  const queued: string[] = [];

  const head = (): string => (search ? `(reverse-i-search)\`${search.query}': ` : before === '' ? promptText : PS2);

  /** Draws the line again; the screen's cursor is on row `row` of it. */
  function draw(): void {
    const shown = visible(head()).length;
    const end = shown + text.length;
    const target = shown + cursor;
    let out = row > 0 ? `\x1b[${row}A` : '';
    out += `\r${head()}${text}\x1b[J`;
    if (end > 0 && end % columns === 0) out += '\r\n';
    const up = Math.floor(end / columns) - Math.floor(target / columns);
    if (up > 0) out += `\x1b[${up}A`;
    out += '\r';
    if (target % columns > 0) out += `\x1b[${target % columns}C`;
    row = Math.floor(target / columns);
    options.write(out);
  }

  function toEnd(): void {
    const shown = visible(head()).length;
    const down = Math.floor((shown + text.length) / columns) - row;
    options.write(`${down > 0 ? `\x1b[${down}B` : ''}\r\n`);
    row = 0;
  }

  function set(value: string, position = value.length): void {
    text = value;
    cursor = position;
    draw();
  }

  function insert(value: string): void {
    const atEnd = cursor === text.length;
    text = text.slice(0, cursor) + value + text.slice(cursor);
    cursor += value.length;
    const room = (visible(head()).length + text.length) % columns;
    // Typing at the end, away from the margin, needs no drawing anew.
    if (atEnd && !search && room !== 0 && value.length === 1) options.write(value);
    else draw();
  }

  function remove(from: number, to: number, keep: boolean): void {
    if (from === to) return;
    if (keep) killed = text.slice(from, to);
    text = text.slice(0, from) + text.slice(to);
    cursor = from;
    draw();
  }

  const wordBack = (): number => {
    const found = /[A-Za-z0-9_]+[^A-Za-z0-9_]*$/.exec(text.slice(0, cursor));
    return found ? found.index : 0;
  };
  const wordForward = (): number => {
    const found = /^[^A-Za-z0-9_]*[A-Za-z0-9_]+/.exec(text.slice(cursor));
    return found ? cursor + found[0].length : text.length;
  };
  const blankBack = (): number => {
    const found = /\S+\s*$/.exec(text.slice(0, cursor));
    return found ? found.index : 0;
  };

  function recall(step: number): void {
    const next = Math.min(history.length, Math.max(0, at + step));
    if (next === at) return;
    if (at === history.length) draft = text;
    at = next;
    set(at === history.length ? draft : history[at] ?? '');
  }

  function enter(): void {
    const whole = before === '' ? text : `${before}\n${text}`;
    toEnd();
    if (isIncomplete(whole)) {
      before = whole;
      text = '';
      cursor = 0;
      options.write(PS2);
      return;
    }
    before = '';
    text = '';
    cursor = 0;
    if (whole.trim() !== '' && !whole.startsWith(' ') && history.at(-1) !== whole) {
      history.push(whole);
      if (history.length > HISTORY_MAX) history.shift();
    }
    at = history.length;
    options.submit(whole);
  }

  function cancel(): void {
    search = undefined;
    const shown = visible(head()).length;
    const down = Math.floor((shown + text.length) / columns) - row;
    options.write(`${down > 0 ? `\x1b[${down}B` : ''}^C\r\n`);
    row = 0;
    before = '';
    text = '';
    cursor = 0;
    at = history.length;
    options.interrupt();
    options.write(promptText);
  }

  function find(from: number): void {
    if (!search) return;
    for (let index = Math.min(from, history.length - 1); index >= 0; index -= 1) {
      const line = history[index] ?? '';
      const position = line.lastIndexOf(search.query);
      if (position < 0) continue;
      search.found = index;
      set(line, position);
      return;
    }
    options.write('\x07');
    draw();
  }

  async function complete(): Promise<void> {
    tabs += 1;
    const asked = text;
    busy = true;
    let found: { readonly start: number; readonly words: readonly string[] };
    try {
      found = await options.complete(before === '' ? text : `${before}\n${text}`, cursor + (before === '' ? 0 : before.length + 1));
    } catch {
      found = { start: cursor, words: [] };
    }
    busy = false;
    if (text === asked) offer(found.start - (before === '' ? 0 : before.length + 1), found.words);
    const rest = queued.splice(0);
    for (const data of rest) input(data);
  }

  function offer(start: number, words: readonly string[]): void {
    const [only] = words;
    if (only === undefined) {
      options.write('\x07');
      return;
    }
    const typed = text.slice(start, cursor);
    const common = words.reduce((a, b) => { let length = 0; while (length < a.length && a[length] === b[length]) length += 1; return a.slice(0, length); });
    const finished = words.length === 1 ? `${only}${/[/=:]$/.test(only) ? '' : ' '}` : common;
    if (finished.length > typed.length || (words.length === 1 && finished !== typed)) {
      const tail = text.slice(cursor);
      text = text.slice(0, start) + finished + (finished.endsWith(' ') && tail.startsWith(' ') ? tail.slice(1) : tail);
      cursor = start + finished.length;
      tabs = 0;
      draw();
    } else if (tabs > 1) list(words);
    else options.write('\x07');
  }

  function list(words: readonly string[]): void {
    const shown = words.slice(0, LIST_MAX);
    const width = Math.max(...shown.map((word) => word.length)) + 2;
    const perRow = Math.max(1, Math.floor(columns / width));
    const rows = Math.ceil(shown.length / perRow);
    toEnd();
    for (let line = 0; line < rows; line += 1) {
      const cells = Array.from({ length: perRow }, (_, column) => shown[column * rows + line] ?? '').filter((cell) => cell !== '');
      options.write(`${cells.map((cell, index) => (index === cells.length - 1 ? cell : cell.padEnd(width))).join('')}\r\n`);
    }
    if (words.length > shown.length) options.write(`... and ${words.length - shown.length} more\r\n`);
    draw();
  }

  const KEYS: Readonly<Record<string, () => void>> = {
    'enter': enter,
    'C-c': cancel,
    'C-d': () => (text === '' && before === '' ? options.eof() : remove(cursor, Math.min(text.length, cursor + 1), false)),
    'backspace': () => remove(Math.max(0, cursor - 1), cursor, false),
    'delete': () => remove(cursor, Math.min(text.length, cursor + 1), false),
    'left': () => set(text, Math.max(0, cursor - 1)),
    'right': () => set(text, Math.min(text.length, cursor + 1)),
    'home': () => set(text, 0),
    'end': () => set(text),
    'up': () => recall(-1),
    'down': () => recall(1),
    'M-b': () => set(text, wordBack()),
    'M-f': () => set(text, wordForward()),
    'M-d': () => remove(cursor, wordForward(), true),
    'M-backspace': () => remove(wordBack(), cursor, true),
    'C-w': () => remove(blankBack(), cursor, true),
    'C-u': () => remove(0, cursor, true),
    'C-k': () => remove(cursor, text.length, true),
    'C-y': () => insert(killed),
    'C-l': () => {
      options.write('\x1b[2J\x1b[H');
      row = 0;
      draw();
    },
    'C-t': () => {
      if (cursor === 0 || text.length < 2) return;
      const right = Math.min(cursor, text.length - 1);
      set(text.slice(0, right - 1) + text[right] + text[right - 1] + text.slice(right + 1), right + 1);
    },
    'C-r': () => {
      search ??= { query: '', found: history.length };
      find(search.found - 1);
    },
  };

  function searching(key: Key): boolean {
    if (!search) return false;
    if (key.type === 'text') {
      search.query += key.text;
      find(history.length - 1);
      return true;
    }
    const name = key.type === 'key' ? key.name : '';
    if (name === 'C-r') return false;
    if (name === 'backspace') {
      search.query = search.query.slice(0, -1);
      find(history.length - 1);
      return true;
    }
    const cancelled = name === 'C-g' || name === 'escape';
    search = undefined;
    set(cancelled ? '' : text, cancelled ? 0 : cursor);
    return cancelled;
  }

  function press(key: Key): void {
    if (searching(key)) return;
    if (key.type === 'key' && key.name === 'tab') {
      void complete();
      return;
    }
    tabs = 0;
    if (key.type === 'text') insert(key.text);
    else if (key.type === 'paste') paste(key.text);
    else KEYS[key.name]?.();
  }

  /** Every line but the last is entered, as a terminal does that types what is pasted. */
  function paste(value: string): void {
    const lines = value.replace(/\r\n?/g, '\n').split('\n');
    lines.forEach((line, index) => {
      if (line !== '') insert(line);
      if (index < lines.length - 1) enter();
    });
  }

  function input(data: string): void {
    if (busy) {
      queued.push(data);
      return;
    }
    for (const key of decodeKeys(data)) {
      if (busy) queued.push(key.raw);
      else press(key);
    }
  }

  return {
    history,
    prompt(shown) {
      promptText = shown;
      before = '';
      text = '';
      cursor = 0;
      row = 0;
      at = history.length;
      options.write(shown);
    },
    input,
    resize(wide) { columns = Math.max(1, wide); },
    show(line) {
      if (line.trim() !== '' && history.at(-1) !== line) history.push(line);
      at = history.length;
      options.write(`${line.replace(/\n/g, `\r\n${PS2}`)}\r\n`);
    },
  };
}
