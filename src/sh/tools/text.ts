/** cat, tac, rev, nl, head, tail, wc, tee, strings. */
import { FileError } from '../../cri/files.ts';
import { absolute, openOutput } from '../../cri/open.ts';
import type { OutputStream, Process } from '../../cri/process.ts';
import { createLineReader, readAll } from '../../cri/streams.ts';
import { badUsage, complain, complainOpen, eachInput, parseOptions, parseSize, printLines, wholeLines } from '../tool.ts';
import type { Tool } from '../tool.ts';

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
  const failures = await eachInput(process, flavour, paths.filter(path => path === '-' || !options.has('F')
    || process.files.exists(absolute(process, path))).concat(paths.length === 0 ? ['-'] : []), async ({ name, stream }) => {
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
  const glue = flavour === 'busybox' && !single ? '' : ' ';
  for (const row of rows) await process.stdout.write(`${columns.map(column => String(row.counts[column]).padStart(width)).join(glue)}${row.name === '' ? '' : ` ${row.name}`}\n`);
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

export const strings: Tool = async (process, flavour) => {
  const failures = await eachInput(process, flavour, process.argv.slice(1).filter(arg => !arg.startsWith('-')), async ({ stream }) => {
    const text = [...await readAll(stream)].map(byte => byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '\n').join('');
    for (const run of text.split('\n')) if (run.length >= 4) await process.stdout.write(`${run}\n`);
  });
  return failures > 0 ? 1 : 0;
};
