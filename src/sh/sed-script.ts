/** sed's language, as a list of commands. */

export type SedAddress =
  | { readonly type: 'line'; readonly line: number }
  | { readonly type: 'last' }
  | { readonly type: 'zero' }
  | { readonly type: 'step'; readonly first: number; readonly step: number }
  | { readonly type: 'plus'; readonly count: number }
  | { readonly type: 'regex'; readonly pattern: string; readonly fold: boolean };

interface Common { readonly addresses: readonly SedAddress[]; readonly negated: boolean }
export type SedCommand = Common & (
  | { readonly name: 's'; readonly pattern: string; readonly replacement: readonly (string | number | { readonly change: string })[]; readonly global: boolean;
    readonly fold: boolean; readonly print: boolean; readonly occurrence: number; readonly file?: string }
  | { readonly name: 'y'; readonly map: ReadonlyMap<string, string> }
  | { readonly name: 'a' | 'i' | 'c'; readonly text: string }
  | { readonly name: ':' | 'b' | 't' | 'T'; readonly label: string }
  | { readonly name: 'r' | 'w'; readonly file: string }
  | { readonly name: 'q' | 'Q'; readonly code: number }
  | { readonly name: '{'; end: number }
  | { readonly name: 'p' | 'P' | 'd' | 'D' | 'n' | 'N' | 'g' | 'G' | 'h' | 'H' | 'x' | '=' | 'l' | '}' | 'z' }
);

export class SedError extends Error {
  constructor(message: string, readonly at = 0) { super(message); this.name = 'SedError'; }
}

export function parseSed(script: string): { readonly commands: readonly SedCommand[]; readonly quiet: boolean } {
  const commands: SedCommand[] = [];
  const open: Extract<SedCommand, { name: '{' }>[] = [];
  let at = 0;
  const quiet = script.startsWith('#n\n');

  function spaces(): void { while (at < script.length && /[ \t]/.test(script[at]!)) at += 1; }
  /** Up to an unescaped delimiter; the delimiter itself may be escaped. */
  function delimited(delimiter: string, regex: boolean): string {
    let out = '';
    let bracket = false;
    for (; at < script.length; at += 1) {
      const char = script[at]!;
      if (char === '\\' && !bracket) {
        const next = script[at + 1] ?? '';
        out += next === delimiter && delimiter !== '\\' ? (regex && '|(){}+?'.includes(delimiter) ? next : next) : next === 'n' && delimiter !== 'n' && regex ? '\\n' : `\\${next}`;
        at += 1;
        continue;
      }
      if (regex && char === '[' && !bracket && script.indexOf(']', at + 2) > 0 && script.slice(at).search(/\]/) < (script.indexOf('\n', at) < 0 ? Infinity : script.indexOf('\n', at) - at)) {
        bracket = true;
        out += char;
        if (script[at + 1] === '^') { out += '^'; at += 1; }
        if (script[at + 1] === ']') { out += ']'; at += 1; }
        continue;
      }
      if (char === ']' && bracket) bracket = false;
      if (char === delimiter && !bracket) { at += 1; return out; }
      if (char === '\n' && regex) throw new SedError("unterminated `s' command", at);
      out += char;
    }
    throw new SedError("unterminated `s' command", at);
  }

  function address(): SedAddress | undefined {
    const char = script[at];
    if (char === undefined) return undefined;
    const digits = /^[0-9]+/.exec(script.slice(at))?.[0];
    if (digits !== undefined) {
      at += digits.length;
      if (script[at] === '~') {
        const step = /^~([0-9]+)/.exec(script.slice(at));
        at += step?.[0].length ?? 1;
        return { type: 'step', first: Number(digits), step: Number(step?.[1] ?? '0') };
      }
      return Number(digits) === 0 ? { type: 'zero' } : { type: 'line', line: Number(digits) };
    }
    if (char === '$') { at += 1; return { type: 'last' }; }
    if (char === '+') { const count = /^\+([0-9]+)/.exec(script.slice(at)); at += count?.[0].length ?? 1; return { type: 'plus', count: Number(count?.[1] ?? '0') }; }
    if (char !== '/' && char !== '\\') return undefined;
    if (char === '\\') at += 1;
    const delimiter = script[at]!;
    at += 1;
    const pattern = delimited(delimiter, true);
    const fold = script[at] === 'I';
    if (fold) at += 1;
    return { type: 'regex', pattern, fold };
  }

  function label(): string {
    spaces();
    const text = /^[^\n;}]*/.exec(script.slice(at))![0];
    at += text.length;
    return text.trim();
  }

  function text(): string {
    spaces();
    if (script[at] === '\\') { at += 1; spaces(); if (script[at] === '\n') at += 1; }
    let out = '';
    for (; at < script.length; at += 1) {
      if (script[at] === '\\') { at += 1; out += script[at] === 't' ? '\t' : script[at] ?? ''; continue; }
      if (script[at] === '\n') break;
      out += script[at];
    }
    return out;
  }

  function file(): string {
    spaces();
    const name = /^[^\n]*/.exec(script.slice(at))![0];
    at += name.length;
    return name;
  }

  function substitution(common: Common): SedCommand {
    const delimiter = script[at] ?? '';
    at += 1;
    const pattern = delimited(delimiter, true);
    const raw = delimited(delimiter, false);
    let [global, fold, print, occurrence] = [false, false, false, 1];
    let target: string | undefined;
    for (;;) {
      const flag = script[at];
      if (flag === 'g') global = true;
      else if (flag === 'p') print = true;
      else if (flag === 'i' || flag === 'I') fold = true;
      else if (flag === 'm' || flag === 'M' || flag === 'e') { /* Accepted, without effect. */ }
      else if (flag !== undefined && /[0-9]/.test(flag)) { const digits = /^[0-9]+/.exec(script.slice(at))![0]; occurrence = Number(digits); at += digits.length - 1; }
      else if (flag === 'w') { at += 1; target = file(); break; }
      else if (flag === undefined || /[\s;}#]/.test(flag)) break;
      else throw new SedError("unknown option to `s'", at + 1);
      at += 1;
    }
    return { ...common, name: 's', pattern, replacement: replacementParts(raw), global, fold, print, occurrence, ...(target === undefined ? {} : { file: target }) };
  }

  while (at < script.length) {
    while (at < script.length && /[\s;]/.test(script[at]!)) at += 1;
    if (at >= script.length) break;
    if (script[at] === '#') { while (at < script.length && script[at] !== '\n') at += 1; continue; }
    const addresses: SedAddress[] = [];
    const first = address();
    if (first !== undefined) {
      addresses.push(first);
      spaces();
      if (script[at] === ',') {
        at += 1;
        spaces();
        const second = address();
        if (second === undefined) throw new SedError('unexpected `,\'', at + 1);
        addresses.push(second);
      }
    }
    spaces();
    let negated = false;
    while (script[at] === '!') { negated = true; at += 1; spaces(); }
    const common: Common = { addresses, negated };
    const name = script[at];
    at += 1;
    if (name === undefined) throw new SedError('missing command', at);
    switch (name) {
      case 's': commands.push(substitution(common)); break;
      case 'y': {
        const delimiter = script[at]!;
        at += 1;
        const from = [...delimited(delimiter, false).replaceAll('\\n', '\n').replaceAll('\\t', '\t').replaceAll('\\\\', '\\')];
        const to = [...delimited(delimiter, false).replaceAll('\\n', '\n').replaceAll('\\t', '\t').replaceAll('\\\\', '\\')];
        if (from.length !== to.length) throw new SedError("strings for `y' command are different lengths", at);
        commands.push({ ...common, name, map: new Map(from.map((char, index) => [char, to[index]!])) });
        break;
      }
      case 'a': case 'i': case 'c': commands.push({ ...common, name, text: text() }); break;
      case ':': case 'b': case 't': case 'T': commands.push({ ...common, name, label: label() }); break;
      case 'r': case 'w': commands.push({ ...common, name, file: file() }); break;
      case 'q': case 'Q': { spaces(); const digits = /^[0-9]*/.exec(script.slice(at))![0]; at += digits.length; commands.push({ ...common, name, code: Number(digits || '0') }); break; }
      case '{': { const command = { ...common, name, end: 0 } as Extract<SedCommand, { name: '{' }>; open.push(command); commands.push(command); break; }
      case '}': {
        const start = open.pop();
        if (start === undefined) throw new SedError('unexpected `}\'', at);
        start.end = commands.length;
        break;
      }
      case 'p': case 'P': case 'd': case 'D': case 'n': case 'N': case 'g': case 'G': case 'h': case 'H': case 'x': case '=': case 'l': case 'z':
        commands.push({ ...common, name });
        spaces();
        if (at < script.length && !/[\n;}#]/.test(script[at]!)) throw new SedError('extra characters after command', at + 1);
        break;
      default: throw new SedError(`unknown command: \`${name}'`, at);
    }
  }
  if (open.length > 0) throw new SedError('unmatched `{\'', 0);
  return { commands, quiet };
}

function replacementParts(raw: string): readonly (string | number | { readonly change: string })[] {
  const parts: (string | number | { readonly change: string })[] = [];
  let run = '';
  const flush = (): void => { if (run !== '') parts.push(run); run = ''; };
  for (let i = 0; i < raw.length; i += 1) {
    const char = raw[i]!;
    if (char === '&') { flush(); parts.push(0); continue; }
    if (char !== '\\') { run += char; continue; }
    i += 1;
    const next = raw[i] ?? '';
    if (/[0-9]/.test(next)) { flush(); parts.push(Number(next)); }
    else if (/[ULulE]/.test(next)) { flush(); parts.push({ change: next }); }
    else run += next === 'n' ? '\n' : next === 't' ? '\t' : next;
  }
  flush();
  return parts;
}
