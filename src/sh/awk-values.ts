/** awk's values: numbers in texts, fields, formats. */
import { printfText } from './format.ts';
import { AwkError } from './awk-parse.ts';
import type { Regex } from './regex.ts';

export function looksNumeric(text: string): boolean {
  return /^\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\s*$/.test(text);
}

export function arithmetic(operator: string, a: number, b: number): number {
  switch (operator) {
    case '+': return a + b;
    case '-': return a - b;
    case '*': return a * b;
    case '/': if (b === 0) throw new AwkError('division by zero'); return a / b;
    case '%': if (b === 0) throw new AwkError('division by zero in %'); return a % b;
    default: return a ** b;
  }
}

/** printf with each directive once; missing arguments are empty. */
export function formatOnce(format: string, args: readonly string[]): string {
  const wanted = (format.replaceAll('%%', '').match(/%[-+ 0#]*(?:\*|[0-9]*)(?:\.(?:\*|[0-9]*))?[a-zA-Z]/g) ?? []).length;
  return printfText(format, args.slice(0, Math.max(wanted, 0)).map((arg, index) => numericFor(format, index) && !looksNumeric(arg)
    ? String(Number.parseFloat(arg) || 0) : arg).map((arg, index) => integerFor(format, index) && arg.includes('.') ? String(Math.trunc(Number(arg))) : arg)).text;
}

export function directive(format: string, index: number): string {
  return (format.replaceAll('%%', '').match(/%[-+ 0#]*(?:\*|[0-9]*)(?:\.(?:\*|[0-9]*))?[a-zA-Z]/g) ?? [])[index]?.slice(-1) ?? '';
}

export function numericFor(format: string, index: number): boolean { return /[diuxXofFeEgG]/.test(directive(format, index)); }
export function integerFor(format: string, index: number): boolean { return /[diuxXo]/.test(directive(format, index)); }

export function fill(replacement: string, groups: readonly (string | undefined)[], numbered: boolean): string {
  return replacement.replace(/\\(.)|&/g, (whole, char: string | undefined) => whole === '&' ? groups[0] ?? '' : char === '&' ? '&' : numbered
    && /[0-9]/.test(char ?? '') ? groups[Number(char)] ?? '' : char === '\\' ? '\\' : whole);
}

export function splitText(text: string, separator: string, regex: (source: string) => Regex): string[] {
  if (text === '') return [];
  if (separator === ' ') return text.trim().split(/[ \t\n]+/).filter(part => part !== '');
  if (separator === '') return [...text];
  if (separator === '\t' || (separator.length === 1 && !'\\|.*+?()[]{}^$'.includes(separator))) return text.split(separator);
  if (separator.length === 1 && separator !== ' ') return text.split(separator);
  const compiled = regex(separator);
  const parts: string[] = [];
  let at = 0;
  for (let found = compiled.exec(text, at); found !== undefined && found.end > found.start; found = compiled.exec(text, at)) {
    parts.push(text.slice(at, found.start));
    at = found.end;
  }
  return [...parts, text.slice(at)];
}

/** The number at the beginning of a text. */
export function toNumber(value: number | string | { readonly text: string }): number {
  if (typeof value === 'number') return value;
  const found = /^\s*[-+]?(?:0[xX][0-9a-fA-F]+|[0-9]+\.?[0-9]*(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?)/.exec(typeof value === 'string' ? value : value.text);
  return found === null ? 0 : Number(found[0]);
}
