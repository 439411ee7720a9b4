/** awk's functions. */
import type { Awk, Value } from './awk-engine.ts';
import { AwkError } from './awk-parse.ts';
import type { Expr } from './awk-parse.ts';
import { fill, formatOnce, splitText } from './awk-values.ts';
import { formatDate } from './dates.ts';
import type { Regex } from './regex.ts';

export async function call(awk: Awk, name: string, args: readonly Expr[]): Promise<Value> {
  const fn = awk.program.functions.get(name);
  if (fn !== undefined) return awk.callFunction(fn, args);
  const value = async (index: number): Promise<Value> => args[index] === undefined ? { text: '' } : awk.evaluate(args[index]!);
  const text = async (index: number): Promise<string> => awk.text(await value(index));
  const number = async (index: number): Promise<number> => awk.number(await value(index));
  const pattern = async (index: number): Promise<Regex> => awk.regex(args[index]?.type === 'regex' ? args[index].source : await text(index));
  switch (name) {
    case 'length': {
      const [first] = args;
      if (first === undefined) return [...awk.record].length;
      if (first.type === 'variable' && (awk.locals?.get(first.name) ?? awk.globals.get(first.name)) instanceof Map) return awk.table(first.name).size;
      return [...await text(0)].length;
    }
    case 'substr': {
      const chars = [...await text(0)];
      const from = Math.round(await number(1));
      const to = args[2] === undefined ? Infinity : from + Math.round(await number(2));
      return chars.slice(Math.max(0, from - 1), Math.max(0, to - 1)).join('');
    }
    case 'index': return (await text(0)).indexOf(await text(1)) + 1;
    case 'split': {
      const separator = args[2] === undefined ? awk.text(awk.variable('FS')) : args[2].type === 'regex' ? args[2].source : await text(2);
      const parts = splitText(await text(0), separator, source => awk.regex(source));
      const table = awk.table((args[1] as { name: string }).name);
      table.clear();
      for (const [index, part] of parts.entries()) table.set(String(index + 1), { text: part });
      return parts.length;
    }
    case 'sub': case 'gsub': case 'gensub': return substitute(awk, name, await pattern(0), await text(1), name === 'gensub' ? args[3] : args[2], name === 'gensub' ? await text(2) : '');
    case 'match': {
      const found = (await pattern(1)).exec(await text(0));
      awk.globals.set('RSTART', found === undefined ? 0 : found.start + 1);
      awk.globals.set('RLENGTH', found === undefined ? -1 : found.end - found.start);
      if (args[2]?.type === 'variable') { const table = awk.table(args[2].name); table.clear();
        for (const [index, group] of (found?.groups ?? []).entries()) table.set(String(index), { text: group ?? '' }); }
      return found === undefined ? 0 : found.start + 1;
    }
    case 'sprintf': { const rest: string[] = []; for (let i = 1; i < args.length; i += 1) rest.push(await text(i)); return formatOnce(await text(0), rest); }
    case 'tolower': return (await text(0)).toLowerCase();
    case 'toupper': return (await text(0)).toUpperCase();
    case 'int': return Math.trunc(await number(0));
    case 'sqrt': return Math.sqrt(await number(0));
    case 'exp': return Math.exp(await number(0));
    case 'log': return Math.log(await number(0));
    case 'sin': return Math.sin(await number(0));
    case 'cos': return Math.cos(await number(0));
    case 'atan2': return Math.atan2(await number(0), await number(1));
    case 'rand': return awk.process.random.next();
    case 'srand': return 0;
    case 'systime': return Math.floor(awk.process.clock.now() / 1000);
    case 'strftime': return formatDate(args[1] === undefined ? awk.process.clock.now() : await number(1) * 1000, args[0] === undefined ? '%a %b %e %H:%M:%S %Z %Y' : await text(0));
    case 'strtonum': return Number(await text(0)) || 0;
    case 'and': return Number(BigInt(await number(0)) & BigInt(await number(1)));
    case 'or': return Number(BigInt(await number(0)) | BigInt(await number(1)));
    case 'xor': return Number(BigInt(await number(0)) ^ BigInt(await number(1)));
    case 'system': { await awk.flush(); return awk.process.spawnChild(['sh', '-c', await text(0)]).wait(); }
    case 'close': return awk.close(await text(0));
    case 'fflush': return 0;
    case 'asort': case 'asorti': {
      const table = awk.table((args[0] as { name: string }).name);
      const list = name === 'asort' ? [...table.values()].sort((a, b) => awk.compare(a, b)) : [...table.keys()].sort();
      const into = args[1] === undefined ? table : awk.table((args[1] as { name: string }).name);
      into.clear();
      for (const [index, entry] of list.entries()) into.set(String(index + 1), typeof entry === 'string' && name === 'asorti' ? { text: entry } : entry);
      return list.length;
    }
    default: throw new AwkError(`function \`${name}' not defined`);
  }
}

async function substitute(awk: Awk, name: string, regex: Regex, replacement: string, target: Expr | undefined, how: string): Promise<Value> {
  const source = awk.text(target === undefined ? { text: awk.record } : await awk.evaluate(target));
  const all = name === 'gsub' || /^[gG]/.test(how);
  const wanted = name === 'gensub' && !all ? Number(how) || 1 : 1;
  let out = '';
  let at = 0;
  let count = 0;
  let seen = 0;
  while (at <= source.length) {
    const found = regex.exec(source, at);
    if (found === undefined) break;
    seen += 1;
    out += source.slice(at, found.start);
    if (all || seen === wanted) { count += 1; out += fill(replacement, found.groups, name === 'gensub'); } else out += found.groups[0];
    if (found.end === found.start) { out += source[found.end] ?? ''; at = found.end + 1; } else at = found.end;
    if (!all && seen >= wanted) break;
  }
  out += source.slice(at);
  if (name === 'gensub') return out;
  if (count > 0) { if (target === undefined) awk.setRecord(out); else await awk.store(target, out); }
  return count;
}
