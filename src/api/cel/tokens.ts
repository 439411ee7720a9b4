/** The words of a CEL expression.
 *  Upstream: github.com/google/cel-go parser/gen/CEL.g4 */
import { utf8 } from '../../base/bytes.ts';

export type Token =
  | { readonly kind: 'ident' | 'op' | 'string' | 'end'; readonly text: string; readonly at: number }
  | { readonly kind: 'int' | 'uint' | 'double'; readonly text: string; readonly at: number }
  | { readonly kind: 'bytes'; readonly text: string; readonly bytes: Uint8Array; readonly at: number };

export class CelSyntaxError extends Error {
  constructor(
    readonly at: number,
    message: string,
  ) {
    super(message);
    this.name = 'CelSyntaxError';
  }
}

/** Words that CEL keeps for itself without a use. */
export const RESERVED_WORDS: ReadonlySet<string> = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);

const OPERATORS = [
  '==',
  '!=',
  '<=',
  '>=',
  '&&',
  '||',
  '.',
  ',',
  '?',
  ':',
  '<',
  '>',
  '+',
  '-',
  '*',
  '/',
  '%',
  '!',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
];
const SPACE = /(?:[ \t\r\n\f]|\/\/[^\n]*)*/y;
const IDENT = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /0x[0-9a-fA-F]+[uU]?|(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)|\d+[uU]?/y;
const STRING_START = /[rRbB]{0,2}(?:"""|'''|"|')/y;

function matchAt(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}

export function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; ;) {
    at += (matchAt(SPACE, source, at) ?? '').length;
    if (at >= source.length) {
      tokens.push({ kind: 'end', text: '<EOF>', at: source.length });
      return tokens;
    }
    const [token, next] = tokenAt(source, at, tokens.at(-1));
    tokens.push(token);
    at = next;
  }
}

function tokenAt(source: string, at: number, before: Token | undefined): readonly [Token, number] {
  const opening = matchAt(STRING_START, source, at);
  if (opening !== undefined) return stringAt(source, at, opening);
  const ident = matchAt(IDENT, source, at);
  if (ident !== undefined) return [{ kind: 'ident', text: ident, at }, at + ident.length];
  if (source[at] === '`') {
    const end = source.indexOf('`', at + 1);
    if (end > at) return [{ kind: 'ident', text: source.slice(at + 1, end), at }, end + 1];
  }
  const isSelect = source[at] === '.' && before !== undefined && (before.kind === 'ident' || before.text === ')' || before.text === ']');
  const number = isSelect ? undefined : matchAt(NUMBER, source, at);
  if (number !== undefined) {
    const isUint = /u$/i.test(number);
    const isDouble = !number.startsWith('0x') && /[.eE]/.test(number);
    const text = isUint ? number.slice(0, -1) : number;
    return [{ kind: isUint ? 'uint' : isDouble ? 'double' : 'int', text, at }, at + number.length];
  }
  const operator = OPERATORS.find((each) => source.startsWith(each, at));
  if (operator === undefined) throw new CelSyntaxError(at, `Syntax error: token recognition error at: '${source[at]}'`);
  return [{ kind: 'op', text: operator, at }, at + operator.length];
}

function stringAt(source: string, at: number, opening: string): readonly [Token, number] {
  const prefix = opening.replace(/["']+$/, '').toLowerCase();
  const quote = opening.slice(prefix.length);
  const isRaw = prefix.includes('r');
  let end = at + opening.length;
  for (; ; end += 1) {
    if (end >= source.length || (quote.length === 1 && source[end] === '\n')) {
      throw new CelSyntaxError(at, `Syntax error: token recognition error at: '${source.slice(at, end)}'`);
    }
    if (source.startsWith(quote, end)) break;
    if (source[end] === '\\' && !isRaw) end += 1;
  }
  const body = source.slice(at + opening.length, end);
  const next = end + quote.length;
  if (!prefix.includes('b')) return [{ kind: 'string', text: isRaw ? body : unescaped(body, at), at }, next];
  return [{ kind: 'bytes', text: body, bytes: isRaw ? utf8(body) : escapedBytes(body, at), at }, next];
}

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '`': '`',
  '?': '?',
};
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|X([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]))/g;

function unescaped(body: string, at: number): string {
  return body.replace(ESCAPE, (whole, x?: string, X?: string, u?: string, U?: string, octal?: string, simple?: string) => {
    const hex = x ?? X ?? u ?? U;
    if (hex !== undefined) return String.fromCodePoint(Math.min(parseInt(hex, 16), 0x10_ff_ff));
    if (octal !== undefined) return String.fromCodePoint(parseInt(octal, 8));
    const found = SIMPLE[simple ?? ''];
    if (found === undefined) throw new CelSyntaxError(at, `Syntax error: token recognition error at: '${whole}'`);
    return found;
  });
}

/** In bytes an escape is one byte, other characters are their UTF-8. */
function escapedBytes(body: string, at: number): Uint8Array {
  const out: number[] = [];
  for (let i = 0; i < body.length;) {
    ESCAPE.lastIndex = i;
    const found = body[i] === '\\' ? ESCAPE.exec(body) : null;
    if (found) {
      for (const character of unescaped(found[0], at)) out.push((character.codePointAt(0) as number) & 0xff);
      i += found[0].length;
      continue;
    }
    const character = String.fromCodePoint(body.codePointAt(i) as number);
    out.push(...utf8(character));
    i += character.length;
  }
  return new Uint8Array(out);
}
