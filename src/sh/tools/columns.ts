/** cut, paste, tr, sort, uniq, shuf: tools that pick, order and join. */
import { fromUtf8 } from '../../base/bytes.ts';
import { absolute } from '../../cri/open.ts';
import { createLineReader } from '../../cri/streams.ts';
import { badUsage, complain, eachInput, parseOptions, printLines, wholeLines } from '../tool.ts';
import type { Tool } from '../tool.ts';

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
  const parsed = parseOptions(argv, { short: 'bcdfghik:MmnRrsSt:T:uVzo:',
    long: ['reverse:r', 'numeric-sort:n', 'unique:u', 'human-numeric-sort:h', 'version-sort:V', 'field-separator=:t', 'ignore-case:f', 'stable:s', 'output=:o', 'general-numeric-sort:g'] });
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

