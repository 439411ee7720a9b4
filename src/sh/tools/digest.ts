/** base64, checksums, od, hexdump, xxd, cmp, diff. */
import { base64 as encode, fromBase64, fromUtf8 } from '../../base/bytes.ts';
import { hex, sha256Bytes } from '../../base/hash.ts';
import { FileError } from '../../cri/files.ts';
import { absolute, openInput } from '../../cri/open.ts';
import type { Process } from '../../cri/process.ts';
import { readAll } from '../../cri/streams.ts';
import { formatDate } from '../dates.ts';
import { md5, sha1 } from '../hashes.ts';
import { planDiff, unified } from '../diff-lines.ts';
import { badUsage, complain, complainOpen, eachInput, parseOptions, toolName } from '../tool.ts';
import type { Tool } from '../tool.ts';

export const base64: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'dDiw:', long: ['decode:d', 'ignore-garbage:i', 'wrap=:w'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  let bytes: Uint8Array = new Uint8Array(0);
  const failures = await eachInput(process, flavour, options.rest.slice(0, 1), async ({ stream }) => { bytes = await readAll(stream); });
  if (failures > 0) return 1;
  if (options.has('d', 'D')) {
    const text = fromUtf8(bytes).replace(/\s/g, '');
    const clean = options.has('i') ? text.replace(/[^A-Za-z0-9+/=]/g, '') : text;
    const whole = fromBase64(clean);
    if (whole !== undefined) { await process.stdout.write(whole); return 0; }
    const good = /^[A-Za-z0-9+/]*/.exec(clean)![0];
    const part = fromBase64(good.slice(0, good.length - (good.length % 4)));
    if (part !== undefined) await process.stdout.write(part);
    const rest = good.slice(good.length - (good.length % 4));
    if (rest.length > 1) await process.stdout.write(fromBase64(rest.padEnd(4, '=')) ?? new Uint8Array(0));
    await complain(process, flavour === 'gnu' ? 'invalid input' : 'truncated input');
    return 1;
  }
  const text = encode(bytes);
  const width = Number(options.get('w') ?? '76');
  if (width === 0) await process.stdout.write(text);
  else if (text !== '') await process.stdout.write(`${text.match(new RegExp(`.{1,${width}}`, 'g'))!.join('\n')}\n`);
  return 0;
};

/** md5sum, sha1sum, sha256sum, cksum. */
export const checksum: Tool = async (process, flavour) => {
  const name = toolName(process);
  const parsed = parseOptions(process.argv, { short: 'bctwsz', long: ['check:c', 'quiet', 'status:s', 'ignore-missing', 'tag', 'strict', 'text:t', 'binary:b'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  const sum = (bytes: Uint8Array): string => name === 'md5sum' ? md5(bytes) : name === 'sha1sum' ? sha1(bytes) : hex(sha256Bytes(bytes));
  let bad = 0;
  const failures = await eachInput(process, flavour, options.rest, async ({ name: path, stream }) => {
    const bytes = await readAll(stream);
    if (!options.has('c')) { await process.stdout.write(`${sum(bytes)}  ${path}\n`); return; }
    for (const line of fromUtf8(bytes).split('\n')) {
      const found = /^([0-9a-fA-F]+) [ *](.*)$/.exec(line);
      if (found === null) continue;
      const good = process.files.exists(absolute(process, found[2]!)) && sum(process.files.readFile(absolute(process, found[2]!))) === found[1]!.toLowerCase();
      if (!good) bad += 1;
      if (!options.has('s', 'status')) await process.stdout.write(`${found[2]}: ${good ? 'OK' : 'FAILED'}\n`);
    }
  });
  if (bad > 0) await complain(process, `WARNING: ${bad} computed checksum${bad > 1 ? 's' : ''} did NOT match`);
  return failures > 0 || bad > 0 ? 1 : 0;
};

async function everything(process: Process, flavour: 'gnu' | 'busybox', paths: readonly string[]): Promise<Uint8Array | undefined> {
  let bytes: Uint8Array = new Uint8Array(0);
  return await eachInput(process, flavour, paths.slice(0, 1), async ({ stream }) => { bytes = await readAll(stream); }) > 0 ? undefined : bytes;
}

/** A byte as od -c names it. */
const named = (byte: number): string => byte === 10 ? '\\n' : byte === 9 ? '\\t' : byte === 0 ? '\\0' : byte >= 32 && byte < 127 ? String.fromCharCode(byte) : byte.toString(8).padStart(3, '0');
const printable = (byte: number): string => byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.';

/** od, hexdump, xxd: in the forms that people use, `-c`, `-C` and plain. */
export const dump: Tool = async (process, flavour) => {
  const name = toolName(process);
  const parsed = parseOptions(process.argv, { short: 'AaCcdxobpl:n:t:s:j:N:vrpu', long: [] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  const all = await everything(process, flavour, options.rest.filter(path => path !== 'n' && path !== 'x'));
  if (all === undefined) return 1;
  const bytes = all.subarray(0, Number(options.get('n', 'N', 'l') ?? String(all.length)));
  if (name === 'xxd' && options.has('p')) { await process.stdout.write(`${hex(bytes).match(/.{1,60}/g)?.join('\n') ?? ''}\n`); return 0; }
  const octal = name === 'od' && !options.has('x', 't');
  const canonical = name === 'xxd' || options.has('C');
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const offset = octal || name === 'od' ? at.toString(8).padStart(7, '0') : at.toString(16).padStart(name === 'hexdump' && !canonical ? 7 : 8, '0');
    if (options.has('c')) { await process.stdout.write(`${offset}${row.map(byte => named(byte).padStart(4)).join('')}\n`); continue; }
    const pairs = row.map(byte => byte.toString(16).padStart(2, '0'));
    if (name === 'xxd') { await process.stdout.write(`${offset}: ${pairs.join('').match(/.{1,4}/g)!.join(' ').padEnd(39)}  ${row.map(printable).join('')}\n`); continue; }
    if (canonical) { await process.stdout.write(`${offset}  ${pairs.slice(0, 8).join(' ')}  ${pairs.slice(8).join(' ')}`.padEnd(60) + `|${row.map(printable).join('')}|\n`); continue; }
    const words: string[] = [];
    for (let i = 0; i < row.length; i += 2) { const word = row[i]! | ((row[i + 1] ?? 0) << 8); words.push(octal ? word.toString(8).padStart(6, '0') : word.toString(16).padStart(4, '0')); }
    await process.stdout.write(`${offset} ${words.join(' ')}\n`);
  }
  if (name !== 'xxd') await process.stdout.write(`${name === 'od' ? bytes.length.toString(8).padStart(7, '0') : bytes.length.toString(16).padStart(canonical ? 8 : 7, '0')}\n`);
  return 0;
};

async function readOperand(process: Process, flavour: 'gnu' | 'busybox', path: string): Promise<Uint8Array | undefined> {
  if (path === '-') return readAll(process.stdin);
  try {
    return await readAll(openInput(process, path));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    await complainOpen(process, flavour, path, error);
    return undefined;
  }
}

export const cmp: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'sln:', long: ['silent:s', 'quiet:s'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error, 2);
  const [a = '-', b = '-'] = parsed.options.rest;
  const [left, right] = [await readOperand(process, flavour, a), await readOperand(process, flavour, b)];
  if (left === undefined || right === undefined) return 2;
  const length = Math.min(left.length, right.length);
  let line = 1;
  for (let i = 0; i < length; i += 1) {
    if (left[i] !== right[i]) { if (!parsed.options.has('s')) await process.stdout.write(`${a} ${b} differ: ${flavour === 'gnu' ? 'byte' : 'char'} ${i + 1}, line ${line}\n`); return 1; }
    if (left[i] === 10) line += 1;
  }
  if (left.length === right.length) return 0;
  if (!parsed.options.has('s')) await process.stderr.write(`cmp: EOF on ${left.length < right.length ? a : b}${flavour === 'gnu' ? ` after byte ${length}, in line ${line}` : ''}\n`);
  return 1;
};

export const diff: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'abBdiNqrsuU:wtTy',
    long: ['unified:u', 'recursive:r', 'brief:q', 'new-file:N', 'ignore-case:i', 'ignore-all-space:w', 'color', 'side-by-side:y', 'label='] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error, 2);
  const { options } = parsed;
  const [a, b] = options.rest;
  if (a === undefined || b === undefined) return badUsage(process, flavour, `missing operand after '${a ?? 'diff'}'`, 2);
  const isDirectory = (path: string): boolean => path !== '-' && process.files.exists(absolute(process, path)) && process.files.stat(absolute(process, path)).type === 'directory';
  if (isDirectory(a) && isDirectory(b)) {
    let status = 0;
    const names = [...new Set([...process.files.readDirectory(absolute(process, a)), ...process.files.readDirectory(absolute(process, b))])].sort();
    for (const name of names) {
      const [left, right] = [`${a}/${name}`, `${b}/${name}`];
      const [inLeft, inRight] = [process.files.exists(absolute(process, left)), process.files.exists(absolute(process, right))];
      if (!inLeft || !inRight) { await process.stdout.write(`Only in ${inLeft ? a : b}: ${name}\n`); status = 1; continue; }
      if (isDirectory(left)) { if (!options.has('r')) await process.stdout.write(`Common subdirectories: ${left} and ${right}\n`);
        else status = Math.max(status, await process.spawnChild([...process.argv.slice(0, -2), left, right]).wait()); continue; }
      status = Math.max(status, await process.spawnChild([...process.argv.slice(0, -2), left, right]).wait());
    }
    return status;
  }
  const left = await readOperand(process, 'gnu', isDirectory(a) ? `${a}/${b.split('/').pop()}` : a);
  const right = await readOperand(process, 'gnu', isDirectory(b) ? `${b}/${a.split('/').pop()}` : b);
  if (left === undefined || right === undefined) return 2;
  const lines = (bytes: Uint8Array): string[] => { const text = fromUtf8(bytes); return text === '' ? [] : text.replace(/\n$/, '').split('\n'); };
  const fold = (line: string): string => { const text = options.has('w') ? line.replace(/\s+/g, '') : options.has('b') ? line.replace(/\s+/g, ' ').trimEnd() : line;
    return options.has('i') ? text.toLowerCase() : text; };
  const plan = planDiff(lines(left), lines(right), fold);
  if (plan.every(step => step.type === 'same')) { if (options.has('s')) await process.stdout.write(`Files ${a} and ${b} are identical\n`); return 0; }
  if (options.has('q')) { await process.stdout.write(`Files ${a} and ${b} differ\n`); return 1; }
  const modified = (path: string): number => path === '-' ? process.clock.now() : process.files.exists(absolute(process, path)) ? process.files.stat(absolute(process, path)).modifiedAtMs : 0;
  const stamp = (path: string): string => `${path}\t${formatDate(modified(path), '%F %T.%N %z')}`;
  if (options.has('u', 'U') || flavour === 'busybox') {
    await process.stdout.write(`--- ${flavour === 'gnu' ? stamp(a) : a}\n+++ ${flavour === 'gnu' ? stamp(b) : b}\n${unified(plan, Number(options.get('U') ?? '3'))}`);
    return 1;
  }
  let [x, y] = [1, 1];
  for (let i = 0; i < plan.length;) {
    if (plan[i]!.type === 'same') { x += 1; y += 1; i += 1; continue; }
    const removed: string[] = [];
    const added: string[] = [];
    while (i < plan.length && plan[i]!.type !== 'same') { (plan[i]!.type === 'remove' ? removed : added).push(plan[i]!.line); i += 1; }
    const span = (from: number, count: number): string => count === 0 ? String(from - 1) : count === 1 ? String(from) : `${from},${from + count - 1}`;
    await process.stdout.write(`${span(x, removed.length)}${removed.length === 0 ? 'a' : added.length === 0 ? 'd' : 'c'}${span(y, added.length)}\n`
      + `${removed.map(line => `< ${line}\n`).join('')}${removed.length > 0 && added.length > 0 ? '---\n' : ''}${added.map(line => `> ${line}\n`).join('')}`);
    x += removed.length;
    y += added.length;
  }
  return 1;
};
