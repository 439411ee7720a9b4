/** echo and printf: the texts that they make, shared by the shell's builtins and the programs in /bin. */

/** Escapes of echo -e and printf %b. `stop`: \c was met. */
export function unescape(text: string, octalZero: boolean): { readonly text: string; readonly stop: boolean } {
  let out = '';
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i]!;
    if (char !== '\\' || i === text.length - 1) { out += char; continue; }
    i += 1;
    const next = text[i]!;
    const simple = SIMPLE[next];
    if (simple !== undefined) { out += simple; continue; }
    if (next === 'c') return { text: out, stop: true };
    const rest = text.slice(i);
    const octal = octalZero ? /^0([0-7]{0,3})/.exec(rest) : /^([0-7]{1,3})/.exec(rest);
    const hex = /^x([0-9A-Fa-f]{1,2})/.exec(rest) ?? /^u([0-9A-Fa-f]{1,4})/.exec(rest) ?? /^U([0-9A-Fa-f]{1,8})/.exec(rest);
    if (octal !== null) { out += String.fromCharCode(Number.parseInt(octal[1] || '0', 8) & 255); i += octal[0].length - 1; }
    else if (hex !== null) { out += String.fromCodePoint(Math.min(0x10ffff, Number.parseInt(hex[1]!, 16))); i += hex[0].length - 1; }
    else out += `\\${next}`;
  }
  return { text: out, stop: false };
}

const SIMPLE: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', e: '\x1b', f: '\f', v: '\v', '\\': '\\' };

/** dash's echo knows -n only and always reads escapes. */
export function echoText(args: readonly string[], alwaysEscapes: boolean): string {
  let newline = true;
  let escapes = alwaysEscapes;
  let at = 0;
  for (; at < args.length; at += 1) {
    const option = args[at]!;
    if (!(alwaysEscapes ? /^-n$/ : /^-[neE]+$/).test(option)) break;
    for (const letter of option.slice(1)) {
      if (letter === 'n') newline = false;
      else escapes = letter === 'e';
    }
  }
  const text = args.slice(at).join(' ');
  if (!escapes) return text + (newline ? '\n' : '');
  const plain = unescape(text, true);
  return plain.text + (newline && !plain.stop ? '\n' : '');
}

export interface Formatted { readonly text: string; readonly errors: readonly string[] }

/** The format is used again until the arguments are used up. */
export function printfText(format: string, args: readonly string[]): Formatted {
  const errors: string[] = [];
  let out = '';
  let at = 0;
  do {
    const before = at;
    const turn = once(format, args, at, errors);
    out += turn.text;
    at = turn.at;
    if (turn.stop || at === before) break;
  } while (at < args.length);
  return { text: out, errors };
}

function once(format: string, args: readonly string[], from: number, errors: string[]): { readonly text: string; readonly at: number; readonly stop: boolean } {
  let out = '';
  let at = from;
  let rest = format;
  const next = (): string | undefined => args[at++];
  while (rest !== '') {
    const directive = /^%([-+ 0#]*)(\*|[0-9]*)(?:\.(\*|[0-9]*))?([a-zA-Z%])/.exec(rest);
    if (directive === null) {
      const plain = rest.startsWith('%') ? '%' : /^[^%]+/.exec(rest)![0];
      const done = unescape(plain, false);
      out += done.text;
      if (done.stop) return { text: out, at: Math.min(at, args.length), stop: true };
      rest = rest.slice(plain.length);
      continue;
    }
    rest = rest.slice(directive[0].length);
    if (directive[4] === '%') { out += '%'; continue; }
    let flags = directive[1]!;
    let width = directive[2] === '*' ? Number(next() ?? '0') : Number(directive[2] || '0');
    if (width < 0) { flags += '-'; width = -width; }
    const precision = directive[3] === undefined ? undefined : directive[3] === '*' ? Number(next() ?? '0') : Number(directive[3] || '0');
    const value = next();
    const made = convert(directive[4]!, value, flags, precision, errors);
    if (made === undefined) { errors.push(`%${directive[4]}: invalid directive`); return { text: out, at: Math.min(at, args.length), stop: true }; }
    out += pad(made.text, width, flags, made.numeric);
    if (made.stop) return { text: out, at: Math.min(at, args.length), stop: true };
  }
  return { text: out, at: Math.min(at, args.length), stop: false };
}

function pad(text: string, width: number, flags: string, numeric: boolean): string {
  const length = [...text].length;
  if (length >= width) return text;
  if (flags.includes('-')) return text + ' '.repeat(width - length);
  if (flags.includes('0') && numeric) {
    const sign = /^[-+ ]|^0x/.exec(text)?.[0] ?? '';
    return sign + '0'.repeat(width - length) + text.slice(sign.length);
  }
  return ' '.repeat(width - length) + text;
}

function convert(letter: string, value: string | undefined, flags: string, precision: number | undefined, errors: string[]): { text: string; numeric: boolean; stop?: boolean } | undefined {
  switch (letter) {
    case 's': return { text: precision === undefined ? value ?? '' : [...value ?? ''].slice(0, precision).join(''), numeric: false };
    case 'b': { const done = unescape(value ?? '', true); return { text: done.text, numeric: false, stop: done.stop }; }
    case 'c': return { text: (value ?? '').slice(0, 1), numeric: false };
    case 'q': return { text: /^[A-Za-z0-9_./:=@%+,-]+$/.test(value ?? '') ? value ?? '' : (value ?? '') === '' ? "''" : (value ?? '').replace(/[^A-Za-z0-9_./:=@%+,-]/g, '\\$&'), numeric: false };
    case 'd': case 'i': case 'u': case 'x': case 'X': case 'o': {
      const number = integer(value, errors);
      const magnitude = letter === 'd' || letter === 'i' ? number : BigInt.asUintN(64, number);
      let digits = (magnitude < 0n ? -magnitude : magnitude).toString(letter === 'o' ? 8 : letter.toLowerCase() === 'x' ? 16 : 10);
      if (letter === 'X') digits = digits.toUpperCase();
      if (precision !== undefined) digits = digits.padStart(precision, '0');
      if (flags.includes('#') && letter.toLowerCase() === 'x') digits = `0${letter}${digits}`;
      return { text: (magnitude < 0n ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '') + digits, numeric: true };
    }
    case 'f': case 'F': case 'e': case 'E': case 'g': case 'G': {
      const number = Number(value === undefined || value === '' ? '0' : value);
      if (Number.isNaN(number)) errors.push(`${value}: invalid number`);
      return { text: (flags.includes('+') && number >= 0 ? '+' : '') + floating(Number.isNaN(number) ? 0 : number, letter, precision), numeric: true };
    }
    default: return undefined;
  }
}

export function floating(number: number, letter: string, precision: number | undefined): string {
  if (!Number.isFinite(number)) return number > 0 ? 'inf' : '-inf';
  const lower = letter.toLowerCase();
  if (lower === 'f') return number.toFixed(Math.min(precision ?? 6, 100));
  const exponent = (text: string): string => text.replace(/e([+-])([0-9])$/, 'e$10$2');
  if (lower === 'e') return exponent(number.toExponential(precision ?? 6));
  const digits = precision === 0 ? 1 : precision ?? 6;
  const power = number === 0 ? 0 : Math.floor(Math.log10(Math.abs(number)));
  if (power < -4 || power >= digits) return exponent(number.toExponential(digits - 1).replace(/\.?0+e/, 'e'));
  const fixed = number.toFixed(Math.max(0, digits - 1 - power));
  return fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed;
}

function integer(value: string | undefined, errors: string[]): bigint {
  const text = (value ?? '').trim();
  if (text === '') return 0n;
  if (/^["']/.test(text)) return BigInt(text.codePointAt(1) ?? 0);
  const found = /^([-+]?)(0[xX][0-9a-fA-F]+|[0-9]+)/.exec(text);
  if (found === null) { errors.push(`${text}: invalid number`); return 0n; }
  if (found[0].length < text.length) errors.push(`${text}: invalid number`);
  const digits = found[2]!;
  const magnitude = /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(/^0[0-9]/.test(digits) ? digits.replace(/^0+/, '') || '0' : digits);
  return found[1] === '-' ? -magnitude : magnitude;
}
