/** cat, tac, rev, nl, head, tail, wc, tee, cut, paste, tr, sort, uniq, strings. */
import { fromUtf8 } from '../../base/bytes.ts';
import { FileError } from '../../cri/files.ts';
import { absolute, openOutput } from '../../cri/open.ts';
import type { OutputStream, Process } from '../../cri/process.ts';
import { createLineReader, readAll } from '../../cri/streams.ts';
import { badUsage, complain, complainOpen, eachInput, parseOptions, parseSize } from '../tool.ts';
import type { Flavour, Tool } from '../tool.ts';

export const cat: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'AbeEnstTuv', long: ['number:n', 'show-all:A', 'show-ends:E', 'show-tabs:T', 'number-nonblank:b', 'squeeze-blank:s'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  const plain = !options.has('A', 'b', 'e', 'E', 'n', 's', 't', 'T', 'v');
  let number = 0;
  let blank = false;
  const failures = await eachInput(process, flavour, options.rest, async ({ stream }) => {
    if (plain) {
      for (let data = await stream.read(); data !== undefined; data = await stream.read()) await process.stdout.write(data);
      return;
    }
    const lines = createLineReader(stream);
    for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
      if (options.has('s') && blank && line.text === '') continue;
      blank = line.text === '';
      let text = line.text;
      if (options.has('A', 't', 'T')) text = text.replaceAll('\t', '^I');
      if (options.has('A', 'e', 't', 'v')) text = text.replaceAll('\r', '^M');
      if (options.has('A', 'e', 'E')) text += '$';
      const counts = options.has('b') ? line.text !== '' : options.has('n');
      if (counts) number += 1;
      await process.stdout.write(`${counts ? `${String(number).padStart(6)}\t` : ''}${text}${line.terminated ? '\n' : ''}`);
    }
  });
  return failures > 0 ? 1 : 0;
};

async function wholeLines(process: Process, flavour: Flavour, paths: readonly string[]): Promise<{ readonly lines: string[]; readonly failures: number }> {
  const lines: string[] = [];
  const failures = await eachInput(process, flavour, paths, async ({ stream }) => {
    const reader = createLineReader(stream);
    for (let line = await reader.next(); line !== undefined; line = await reader.next()) lines.push(line.text);
  });
  return { lines, failures };
}

async function printLines(process: Process, lines: readonly string[]): Promise<void> {
  for (let at = 0; at < lines.length; at += 1000) await process.stdout.write(`${lines.slice(at, at + 1000).join('\n')}\n`);
}

export const tac: Tool = async (process, flavour) => {
  const { lines, failures } = await wholeLines(process, flavour, process.argv.slice(1));
  await printLines(process, lines.reverse());
  return failures > 0 ? 1 : 0;
};

export const rev: Tool = async (process, flavour) => {
  const failures = await eachInput(process, flavour, process.argv.slice(1), async ({ stream }) => {
    const reader = createLineReader(stream);
    for (let line = await reader.next(); line !== undefined; line = await reader.next()) await process.stdout.write(`${[...line.text].reverse().join('')}\n`);
  });
  return failures > 0 ? 1 : 0;
};

export const nl: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'b:w:s:v:n:' });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const all = parsed.options.get('b') === 'a';
  const width = Number(parsed.options.get('w') ?? '6');
  let number = Number(parsed.options.get('v') ?? '1');
  const { lines, failures } = await wholeLines(process, flavour, parsed.options.rest);
  await printLines(process, lines.map(line => {
    if (line === '' && !all) return ' '.repeat(width + 1);
    const text = `${String(number).padStart(width)}${parsed.options.get('s') ?? '\t'}${line}`;
    number += 1;
    return text;
  }));
  return failures > 0 ? 1 : 0;
};

/** "-5" is "-n 5". */
function withNumber(argv: readonly string[]): string[] {
  return argv.map((arg, index) => index > 0 && /^-[0-9]+$/.test(arg) && !['-n', '-c'].includes(argv[index - 1] ?? '') ? `-n${arg.slice(1)}` : arg);
}

export const head: Tool = async (process, flavour) => {
  const parsed = parseOptions(withNumber(process.argv), { short: 'n:c:qvz', long: ['lines=:n', 'bytes=:c', 'quiet:q', 'verbose:v'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  const given = options.get('n', 'c') ?? '10';
  const count = parseSize(given.replace(/^-/, ''));
  if (count === undefined) { await complain(process, `invalid number of ${options.has('c') ? 'bytes' : 'lines'}: '${given}'`); return 1; }
  const names = (options.rest.length > 1 && !options.has('q')) || options.has('v');
  let first = true;
  const failures = await eachInput(process, flavour, options.rest, async ({ name, stream }) => {
    if (names) { await process.stdout.write(`${first ? '' : '\n'}==> ${name === '-' ? 'standard input' : name} <==\n`); first = false; }
    if (options.has('c')) {
      let left = count;
      for (let data = left > 0 ? await stream.read() : undefined; data !== undefined; data = left > 0 ? await stream.read() : undefined) {
        await process.stdout.write(data.subarray(0, left));
        left -= Math.min(left, data.length);
      }
      return;
    }
    const lines = createLineReader(stream);
    if (given.startsWith('-')) {
      const all: string[] = [];
      for (let line = await lines.next(); line !== undefined; line = await lines.next()) all.push(line.text);
      for (const line of all.slice(0, Math.max(0, all.length - count))) await process.stdout.write(`${line}\n`);
      return;
    }
    for (let left = count; left > 0; left -= 1) {
      const line = await lines.next();
      if (line === undefined) break;
      await process.stdout.write(line.terminated ? `${line.text}\n` : line.text);
    }
  });
  return failures > 0 ? 1 : 0;
};

export const tail: Tool = async (process, flavour) => {
  const parsed = parseOptions(withNumber(process.argv), { short: 'n:c:fFqvs:', long: ['lines=:n', 'bytes=:c', 'follow:f', 'quiet:q', 'verbose:v', 'retry:F', 'pid='] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  const given = options.get('n', 'c') ?? '10';
  const fromStart = given.startsWith('+');
  const count = parseSize(given.replace(/^[-+]/, ''));
  if (count === undefined) { await complain(process, `invalid number of ${options.has('c') ? 'bytes' : 'lines'}: '${given}'`); return 1; }
  const names = (options.rest.length > 1 && !options.has('q')) || options.has('v');
  const follow = options.has('f', 'F');
  let first = true;
  let last = '';
  const paths: string[] = [];
  for (const path of options.rest) {
    if (options.has('F') && !process.files.exists(absolute(process, path))) { await complain(process, `cannot open '${path}' for reading: No such file or directory`); paths.push(path); }
    else paths.push(path);
  }
  const failures = await eachInput(process, flavour, paths.filter(path => path === '-' || !options.has('F') || process.files.exists(absolute(process, path))).concat(paths.length === 0 ? ['-'] : []), async ({ name, stream }) => {
    if (names) { await process.stdout.write(`${first ? '' : '\n'}==> ${name === '-' ? 'standard input' : name} <==\n`); first = false; last = name; }
    const bytes = await readAll(stream);
    if (options.has('c')) { await process.stdout.write(fromStart ? bytes.subarray(count - 1) : bytes.subarray(Math.max(0, bytes.length - count))); return; }
    await process.stdout.write(bytes.subarray(fromStart ? lineStart(bytes, count - 1) : lineStart(bytes, Math.max(0, lineCount(bytes) - count))));
  });
  if (!follow) return failures > 0 ? 1 : 0;
  await followFiles(process, paths.filter(path => path !== '-' && path !== '/dev/null'), names, last);
  if (paths.some(path => path === '/dev/null' || path === '-') || paths.length > 0) await process.world.suspend<void>(() => {});
  return 0;
};

function lineCount(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if (byte === 10) count += 1;
  return bytes.length > 0 && bytes[bytes.length - 1] !== 10 ? count + 1 : count;
}

function lineStart(bytes: Uint8Array, index: number): number {
  let at = 0;
  for (let line = 0; line < index; line += 1) {
    const newline = bytes.indexOf(10, at);
    if (newline < 0) return bytes.length;
    at = newline + 1;
  }
  return at;
}

/** Prints what is appended, for as long as the process lives. */
async function followFiles(process: Process, paths: readonly string[], names: boolean, shown: string): Promise<void> {
  if (paths.length === 0) return;
  const sizes = new Map<string, number>();
  let last = shown;
  const size = (path: string): number => {
    try { return process.files.stat(absolute(process, path)).size; } catch { return 0; }
  };
  for (const path of paths) sizes.set(path, size(path));
  let wake = (): void => {};
  for (const path of paths) process.files.watch(absolute(process, path), () => wake());
  for (;;) {
    let news = false;
    for (const path of paths) {
      const now = size(path);
      const before = sizes.get(path) ?? 0;
      if (now === before) continue;
      news = true;
      sizes.set(path, now);
      if (now < before) await complain(process, `${path}: file truncated`);
      if (names && last !== path) { await process.stdout.write(`\n==> ${path} <==\n`); last = path; }
      if (now > 0) await process.stdout.write(process.files.readFile(absolute(process, path)).subarray(now < before ? 0 : before));
    }
    if (!news) await process.world.suspend<void>(settle => { wake = () => settle.resolve(); });
  }
}

export const wc: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'lwcmL', long: ['lines:l', 'words:w', 'bytes:c', 'chars:m'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  const shown = ['l', 'w', 'm', 'c', 'L'].filter(letter => options.has(letter));
  const columns = shown.length === 0 ? ['l', 'w', 'c'] : shown;
  const rows: { readonly name: string; readonly counts: Record<string, number> }[] = [];
  const total: Record<string, number> = { l: 0, w: 0, m: 0, c: 0, L: 0 };
  const failures = await eachInput(process, flavour, options.rest, async ({ name, stream }) => {
    const counts: Record<string, number> = { l: 0, w: 0, m: 0, c: 0, L: 0 };
    let inWord = false;
    for (let data = await stream.read(); data !== undefined; data = await stream.read()) {
      counts['c']! += data.length;
      for (const byte of data) {
        if (byte === 10) counts['l']! += 1;
        if ((byte & 0xc0) !== 0x80) counts['m']! += 1;
        const space = byte === 32 || (byte >= 9 && byte <= 13);
        if (!space && !inWord) counts['w']! += 1;
        inWord = !space;
      }
    }
    for (const key of Object.keys(total)) total[key]! += counts[key]!;
    rows.push({ name: name === '-' && options.rest.length === 0 ? '' : name, counts });
  });
  if (options.rest.length > 1) rows.push({ name: 'total', counts: total });
  const single = columns.length === 1 && rows.length === 1;
  const width = single ? 0 : options.rest.length === 0 ? 7 : flavour === 'busybox' ? 9 : Math.max(1, ...rows.map(row => String(row.counts['c']).length));
  for (const row of rows) await process.stdout.write(`${columns.map(column => String(row.counts[column]).padStart(width)).join(flavour === 'busybox' && !single ? '' : ' ')}${row.name === '' ? '' : ` ${row.name}`}\n`);
  return failures > 0 ? 1 : 0;
};

export const tee: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'ai', long: ['append:a', 'ignore-interrupts:i'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const outputs: OutputStream[] = [];
  let status = 0;
  for (const path of parsed.options.rest) {
    try {
      outputs.push(openOutput(process, path, parsed.options.has('a')));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      await complainOpen(process, flavour === 'gnu' ? 'gnu' : 'busybox', path, error);
      status = 1;
    }
  }
  for (let data = await process.stdin.read(); data !== undefined; data = await process.stdin.read()) {
    await process.stdout.write(data);
    for (const output of outputs) await output.write(data);
  }
  return status;
};

/** "1,3-5,7-" */
function parseFields(text: string): ((index: number) => boolean) | undefined {
  const tests: ((index: number) => boolean)[] = [];
  for (const part of text.split(',')) {
    const found = /^([0-9]*)(-?)([0-9]*)$/.exec(part);
    if (found === null || (found[1] === '' && found[3] === '')) return undefined;
    const low = found[1] === '' ? 1 : Number(found[1]);
    const high = found[2] === '' ? low : found[3] === '' ? Infinity : Number(found[3]);
    tests.push(index => index >= low && index <= high);
  }
  return index => tests.some(test => test(index));
}

export const cut: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'd:f:c:b:sn', long: ['delimiter=:d', 'fields=:f', 'characters=:c', 'bytes=:b', 'only-delimited:s', 'complement', 'output-delimiter='] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  const list = options.get('f', 'c', 'b');
  if (list === undefined) return badUsage(process, flavour, flavour === 'gnu' ? 'you must specify a list of bytes, characters, or fields' : 'expected a list of bytes, characters, or fields');
  const chosen = parseFields(list);
  if (chosen === undefined) return badUsage(process, flavour, `invalid field value '${list}'`);
  const delimiter = options.get('d') ?? '\t';
  if (options.has('d') && delimiter.length > 1) return badUsage(process, flavour, 'the delimiter must be a single character');
  const keep = (index: number): boolean => chosen(index) !== options.has('complement');
  const failures = await eachInput(process, flavour, options.rest, async ({ stream }) => {
    const lines = createLineReader(stream);
    for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
      if (!options.has('f')) { await process.stdout.write(`${[...line.text].filter((_, index) => keep(index + 1)).join('')}\n`); continue; }
      if (!line.text.includes(delimiter)) { if (!options.has('s')) await process.stdout.write(`${line.text}\n`); continue; }
      await process.stdout.write(`${line.text.split(delimiter).filter((_, index) => keep(index + 1)).join(options.get('output-delimiter') ?? delimiter)}\n`);
    }
  });
  return failures > 0 ? 1 : 0;
};

export const paste: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'd:s', long: ['delimiters=:d', 'serial:s'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const delimiters = (parsed.options.get('d') ?? '\t').replaceAll('\\n', '\n').replaceAll('\\t', '\t');
  const columns: string[][] = [];
  const failures = await eachInput(process, flavour, parsed.options.rest, async ({ stream }) => {
    const column: string[] = [];
    const lines = createLineReader(stream);
    for (let line = await lines.next(); line !== undefined; line = await lines.next()) column.push(line.text);
    columns.push(column);
  });
  const glue = (parts: readonly string[]): string => parts.map((part, index) => index === 0 ? part : (delimiters[(index - 1) % delimiters.length] ?? '') + part).join('');
  if (parsed.options.has('s')) await printLines(process, columns.map(glue));
  else {
    const height = Math.max(0, ...columns.map(column => column.length));
    await printLines(process, Array.from({ length: height }, (_, row) => glue(columns.map(column => column[row] ?? ''))));
  }
  return failures > 0 ? 1 : 0;
};

function trSet(text: string): string[] {
  const out: string[] = [];
  const chars = [...text.replace(/\\([ntr\\0])/g, (_, char: string) => ({ n: '\n', t: '\t', r: '\r', '\\': '\\', 0: '\0' })[char] ?? char)];
  for (let i = 0; i < chars.length; i += 1) {
    const named = /^\[:([a-z]+):\]/.exec(chars.slice(i).join(''));
    if (named !== null) { out.push(...trClass(named[1]!)); i += named[0].length - 1; continue; }
    if (chars[i + 1] === '-' && chars[i + 2] !== undefined) {
      for (let code = chars[i]!.codePointAt(0)!; code <= chars[i + 2]!.codePointAt(0)!; code += 1) out.push(String.fromCodePoint(code));
      i += 2;
    } else out.push(chars[i]!);
  }
  return out;
}

function trClass(name: string): string[] {
  const range = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, i) => String.fromCharCode(from + i));
  const all = range(0, 127);
  switch (name) {
    case 'upper': return range(65, 90);
    case 'lower': return range(97, 122);
    case 'digit': return range(48, 57);
    case 'alpha': return [...range(65, 90), ...range(97, 122)];
    case 'alnum': return [...range(48, 57), ...range(65, 90), ...range(97, 122)];
    case 'space': return ['\t', '\n', '\v', '\f', '\r', ' '];
    case 'blank': return [' ', '\t'];
    case 'punct': return all.filter(char => /[!-/:-@[-`{-~]/.test(char));
    case 'print': return range(32, 126);
    case 'cntrl': return [...range(0, 31), '\x7f'];
    default: return [];
  }
}

export const tr: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'cCdst', long: ['delete:d', 'squeeze-repeats:s', 'complement:c'], stopAtOperand: true });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  const [first, second] = options.rest;
  if (first === undefined) return badUsage(process, flavour, 'missing operand');
  if (second === undefined && !options.has('d', 's')) {
    await complain(process, `missing operand after '${first}'\nTwo strings must be given when translating.\nTry 'tr --help' for more information.`);
    return 1;
  }
  const from = trSet(first);
  const fromSet = new Set(from);
  const to = second === undefined ? [] : trSet(second);
  const inFirst = (char: string): boolean => fromSet.has(char) !== options.has('c', 'C');
  const map = new Map(from.map((char, index) => [char, to[Math.min(index, to.length - 1)] ?? char]).reverse() as [string, string][]);
  const squeeze = new Set(options.has('s') ? (second === undefined || options.has('d') ? to.length > 0 ? to : from : to) : []);
  let last = '';
  for (let data = await process.stdin.read(); data !== undefined; data = await process.stdin.read()) {
    let out = '';
    for (const char of fromUtf8(data)) {
      if (options.has('d') && inFirst(char)) continue;
      const made = options.has('d') || to.length === 0 ? char : inFirst(char) ? (options.has('c', 'C') ? to[to.length - 1]! : map.get(char) ?? char) : char;
      if (options.has('s') && made === last && (second === undefined ? inFirst(made) : squeeze.has(made))) continue;
      last = made;
      out += made;
    }
    await process.stdout.write(out);
  }
  return 0;
};

interface SortKey { readonly from: number; readonly to: number; readonly fromChar: number; readonly letters: string }

export const sort: Tool = async (process, flavour) => {
  const keys: string[] = [];
  const argv = process.argv.filter((arg, index, all) => {
    if (arg === '-k' && all[index + 1] !== undefined) return false;
    if (all[index - 1] === '-k') { keys.push(arg); return false; }
    const joined = /^(?:-k|--key=)(.+)$/.exec(arg);
    if (joined !== null) keys.push(joined[1]!);
    return joined === null;
  });
  const parsed = parseOptions(argv, { short: 'bcdfghik:MmnRrsSt:T:uVzo:', long: ['reverse:r', 'numeric-sort:n', 'unique:u', 'human-numeric-sort:h', 'version-sort:V', 'field-separator=:t', 'ignore-case:f', 'stable:s', 'output=:o', 'general-numeric-sort:g'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error, 2);
  const { options } = parsed;
  const { lines, failures } = await wholeLines(process, flavour, options.rest);
  const global = ['n', 'h', 'V', 'f', 'g', 'd', 'b', 'M'].filter(letter => options.has(letter)).join('');
  const sortKeys = keys.map(parseKey);
  const separator = options.get('t');
  const keyOf = (line: string, key: SortKey): string => {
    const fields = separator === undefined ? line.match(/\s*\S+/g) ?? [] : line.split(separator);
    const text = fields.slice(key.from - 1, key.to === 0 ? undefined : key.to).join(separator ?? '');
    return key.fromChar > 1 ? text.trimStart().slice(key.fromChar - 1) : text;
  };
  const compareLines = (a: string, b: string): number => {
    for (const key of sortKeys) {
      const letters = key.letters.replace('r', '') === '' ? global : key.letters;
      const order = compareText(keyOf(a, key), keyOf(b, key), letters);
      if (order !== 0) return key.letters.includes('r') !== (key.letters === '' && options.has('r')) ? -order : order;
    }
    if (sortKeys.length > 0) return options.has('s') || options.has('u') ? 0 : (a < b ? -1 : a > b ? 1 : 0) * (options.has('r') ? -1 : 1);
    const order = compareText(a, b, global);
    return (order === 0 && !options.has('u', 's') ? (a < b ? -1 : a > b ? 1 : 0) : order) * (options.has('r') ? -1 : 1);
  };
  if (options.has('c')) {
    for (let i = 1; i < lines.length; i += 1) if (compareLines(lines[i - 1]!, lines[i]!) > 0) { await complain(process, `${options.rest[0] ?? '-'}:${i + 1}: disorder: ${lines[i]}`); return 1; }
    return 0;
  }
  let sorted = [...lines].sort(compareLines);
  if (options.has('R')) { const drawn = sorted.map(line => ({ line, at: process.random.next() })); sorted = drawn.sort((a, b) => a.at - b.at).map(entry => entry.line); }
  if (options.has('u')) sorted = sorted.filter((line, index) => index === 0 || compareLines(sorted[index - 1]!, line) !== 0);
  const output = options.get('o');
  if (output !== undefined) process.files.writeFile(absolute(process, output), sorted.map(line => `${line}\n`).join(''));
  else if (sorted.length > 0) await printLines(process, sorted);
  return failures > 0 ? 2 : 0;
};

function parseKey(text: string): SortKey {
  const found = /^([0-9]+)(?:\.([0-9]+))?([a-zA-Z]*)(?:,([0-9]+)(?:\.[0-9]+)?([a-zA-Z]*))?/.exec(text);
  return { from: Number(found?.[1] ?? '1'), fromChar: Number(found?.[2] ?? '1'), to: Number(found?.[4] ?? '0'), letters: (found?.[3] ?? '') + (found?.[5] ?? '') };
}

function compareText(a: string, b: string, letters: string): number {
  if (letters.includes('n') || letters.includes('g')) return number(a) - number(b);
  if (letters.includes('h')) return human(a) - human(b);
  if (letters.includes('V')) return compareVersions(a, b);
  const [x, y] = letters.includes('f') ? [a.toUpperCase(), b.toUpperCase()] : [a, b];
  const [p, q] = letters.includes('b') ? [x.trimStart(), y.trimStart()] : [x, y];
  return p < q ? -1 : p > q ? 1 : 0;
}

function number(text: string): number {
  return Number(/^\s*-?[0-9]*\.?[0-9]+/.exec(text)?.[0] ?? '0');
}

function human(text: string): number {
  const found = /^\s*(-?[0-9.]+)\s*([KMGTP]?)/i.exec(text);
  return found === null ? 0 : Number(found[1]) * 1024 ** ('KMGTP'.indexOf(found[2]!.toUpperCase()) + (found[2] === '' ? 0 : 1) + (found[2] === '' ? 1 : 0) - (found[2] === '' ? 1 : 0));
}

function compareVersions(a: string, b: string): number {
  const x = a.match(/[0-9]+|[^0-9]+/g) ?? [];
  const y = b.match(/[0-9]+|[^0-9]+/g) ?? [];
  for (let i = 0; i < Math.max(x.length, y.length); i += 1) {
    const [p, q] = [x[i] ?? '', y[i] ?? ''];
    if (p === q) continue;
    if (/^[0-9]/.test(p) && /^[0-9]/.test(q)) { if (Number(p) !== Number(q)) return Number(p) - Number(q); continue; }
    return p < q ? -1 : 1;
  }
  return 0;
}

export const uniq: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'cduif:s:w:', long: ['count:c', 'repeated:d', 'unique:u', 'ignore-case:i'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  const skip = Number(options.get('f') ?? '0');
  const keyOf = (line: string): string => {
    const rest = skip > 0 ? line.replace(new RegExp(`^(\\s*\\S+){0,${Math.min(skip, 1000)}}`), '') : line;
    return options.has('i') ? rest.toLowerCase() : rest;
  };
  let held: { text: string; key: string; count: number } | undefined;
  const flush = async (): Promise<void> => {
    if (held === undefined || (options.has('d') && held.count < 2) || (options.has('u') && held.count > 1)) return;
    await process.stdout.write(`${options.has('c') ? `${String(held.count).padStart(7)} ` : ''}${held.text}\n`);
  };
  const failures = await eachInput(process, flavour, options.rest.slice(0, 1), async ({ stream }) => {
    const lines = createLineReader(stream);
    for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
      const key = keyOf(line.text);
      if (held?.key === key) { held.count += 1; continue; }
      await flush();
      held = { text: line.text, key, count: 1 };
    }
  });
  await flush();
  return failures > 0 ? 1 : 0;
};

export const strings: Tool = async (process, flavour) => {
  const failures = await eachInput(process, flavour, process.argv.slice(1).filter(arg => !arg.startsWith('-')), async ({ stream }) => {
    const text = [...await readAll(stream)].map(byte => byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '\n').join('');
    for (const run of text.split('\n')) if (run.length >= 4) await process.stdout.write(`${run}\n`);
  });
  return failures > 0 ? 1 : 0;
};

export const shuf: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'n:i:er', long: ['head-count=:n', 'input-range=:i', 'echo:e'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  const range = /^([0-9]+)-([0-9]+)$/.exec(options.get('i') ?? '');
  const pool = range !== null ? Array.from({ length: Math.min(1e6, Number(range[2]) - Number(range[1]) + 1) }, (_, i) => String(Number(range[1]) + i))
    : options.has('e') ? [...options.rest] : (await wholeLines(process, flavour, options.rest)).lines;
  for (let i = pool.length - 1; i > 0; i -= 1) {
    const j = process.random.int(i + 1);
    [pool[i], pool[j]] = [pool[j]!, pool[i]!];
  }
  const chosen = pool.slice(0, options.has('n') ? Number(options.get('n')) : undefined);
  if (chosen.length > 0) await printLines(process, chosen);
  return 0;
};

