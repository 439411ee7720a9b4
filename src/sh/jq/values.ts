/** jq's values: types, order, equality, arithmetic, texts. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export class JqError extends Error {
  constructor(readonly value: Json) { super(typeof value === 'string' ? value : `${toText(value)} (not a string)`); this.name = 'JqError'; }
}

export function typeName(value: Json): 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object' {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value as 'boolean' | 'number' | 'string' | 'object';
}

/** As an error message shows it: cut after eleven bytes. */
export function shown(value: Json): string {
  const text = toText(value);
  return `${typeName(value)} (${text.length > 11 ? `${text.slice(0, 10)}...` : text})`;
}

export function truthy(value: Json): boolean {
  return value !== null && value !== false;
}

const ORDER = { null: 0, false: 1, true: 2, number: 3, string: 4, array: 5, object: 6 } as const;

function rank(value: Json): number {
  return typeof value === 'boolean' ? ORDER[value ? 'true' : 'false'] : ORDER[typeName(value) as 'null'];
}

export function compare(a: Json, b: Json): number {
  const order = rank(a) - rank(b);
  if (order !== 0) return order;
  if (typeof a === 'number') return a - (b as number);
  if (typeof a === 'string') return a < (b as string) ? -1 : a > (b as string) ? 1 : 0;
  if (Array.isArray(a)) {
    const other = b as Json[];
    for (let i = 0; i < Math.min(a.length, other.length); i += 1) { const inner = compare(a[i]!, other[i]!); if (inner !== 0) return inner; }
    return a.length - other.length;
  }
  if (a !== null && typeof a === 'object') {
    const [x, y] = [Object.keys(a).sort(), Object.keys(b as object).sort()];
    const keys = compare(x, y);
    if (keys !== 0) return keys;
    for (const key of x) { const inner = compare(a[key]!, (b as { [key: string]: Json })[key]!); if (inner !== 0) return inner; }
  }
  return 0;
}

export function binary(operator: string, a: Json, b: Json): Json {
  switch (operator) {
    case '==': return compare(a, b) === 0;
    case '!=': return compare(a, b) !== 0;
    case '<': return compare(a, b) < 0;
    case '<=': return compare(a, b) <= 0;
    case '>': return compare(a, b) > 0;
    case '>=': return compare(a, b) >= 0;
    case '+': return add(a, b);
    case '-':
      if (typeof a === 'number' && typeof b === 'number') return a - b;
      if (Array.isArray(a) && Array.isArray(b)) return a.filter(item => !b.some(other => compare(item, other) === 0));
      throw new JqError(`${shown(a)} and ${shown(b)} cannot be subtracted`);
    case '*':
      if (typeof a === 'number' && typeof b === 'number') return a * b;
      if (typeof a === 'string' && typeof b === 'number') return b <= 0 ? null : a.repeat(Math.min(10_000, Math.max(1, Math.floor(b))));
      if (typeName(a) === 'object' && typeName(b) === 'object') return deepMerge(a as { [key: string]: Json }, b as { [key: string]: Json });
      throw new JqError(`${shown(a)} and ${shown(b)} cannot be multiplied`);
    case '/':
      if (typeof a === 'number' && typeof b === 'number') { if (b === 0) throw new JqError(`${shown(a)} and ${shown(b)} cannot be divided because the divisor is zero`); return a / b; }
      if (typeof a === 'string' && typeof b === 'string') return a === '' ? [] : a.split(b);
      throw new JqError(`${shown(a)} and ${shown(b)} cannot be divided`);
    case '%':
      if (typeof a === 'number' && typeof b === 'number') { if (Math.trunc(b) === 0) throw new JqError(`${shown(a)} and ${shown(b)} cannot be divided because the divisor is zero`);
        return Math.trunc(a) % Math.trunc(b); }
      throw new JqError(`${shown(a)} and ${shown(b)} cannot be divided`);
    default: throw new JqError(`unknown operator ${operator}`);
  }
}

export function add(a: Json, b: Json): Json {
  if (a === null) return b;
  if (b === null) return a;
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (typeof a === 'string' && typeof b === 'string') return a + b;
  if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b];
  if (typeName(a) === 'object' && typeName(b) === 'object') return { ...(a as object), ...(b as object) } as Json;
  throw new JqError(`${shown(a)} and ${shown(b)} cannot be added`);
}

function deepMerge(a: { [key: string]: Json }, b: { [key: string]: Json }): Json {
  const out = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const old = out[key];
    out[key] = old !== undefined && typeName(old) === 'object' && typeName(value) === 'object' ? deepMerge(old as { [key: string]: Json }, value as { [key: string]: Json }) : value;
  }
  return out;
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'null';
  if (!Number.isFinite(value)) return value > 0 ? '1.7976931348623157e+308' : '-1.7976931348623157e+308';
  return Object.is(value, -0) ? '-0' : Number.isInteger(value) && Math.abs(value) < 1e17 ? value.toFixed(0) : String(value);
}

/** Compact JSON. */
export function toText(value: Json, sortKeys = false): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${value.map(item => toText(item, sortKeys)).join(',')}]`;
  const keys = sortKeys ? Object.keys(value).sort() : Object.keys(value);
  return `{${keys.map(key => `${quote(key)}:${toText(value[key]!, sortKeys)}`).join(',')}}`;
}

function quote(text: string): string {
  return JSON.stringify(text).replaceAll('\x7f', '\\u007f');
}

export interface Style { readonly indent: string; readonly sortKeys: boolean; readonly color: boolean; readonly ascii: boolean }

const COLORS = { null: '0;90', false: '0;39', true: '0;39', number: '0;39', string: '0;32', array: '1;39', object: '1;39', key: '34;1' } as const;

/** As jq prints it. */
export function pretty(value: Json, style: Style, level = 0): string {
  const paint = (text: string, color: string): string => style.color ? `\x1b[${color}m${text}\x1b[0m` : text;
  const escape = (text: string): string => style.ascii ? text.replace(/[\u0080-\uffff]/g, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`) : text;
  if (value === null) return paint('null', COLORS.null);
  if (typeof value === 'boolean') return paint(String(value), COLORS.true);
  if (typeof value === 'number') return paint(numberText(value), COLORS.number);
  if (typeof value === 'string') return paint(escape(quote(value)), COLORS.string);
  const newline = style.indent === '' ? '' : `\n${style.indent.repeat(level + 1)}`;
  const end = style.indent === '' ? '' : `\n${style.indent.repeat(level)}`;
  if (Array.isArray(value)) return value.length === 0 ? paint('[]', COLORS.array)
    : `${paint('[', COLORS.array)}${value.map(item => newline + pretty(item, style, level + 1)).join(paint(',', COLORS.array))}${end}${paint(']', COLORS.array)}`;
  const keys = style.sortKeys ? Object.keys(value).sort() : Object.keys(value);
  if (keys.length === 0) return paint('{}', COLORS.object);
  const space = style.indent === '' ? '' : ' ';
  const entries = keys.map(key => newline + paint(escape(quote(key)), COLORS.key) + paint(':', COLORS.object) + space + pretty(value[key]!, style, level + 1));
  return paint('{', COLORS.object) + entries.join(paint(',', COLORS.object)) + end + paint('}', COLORS.object);
}
