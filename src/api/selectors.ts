/** Label and field selectors: parsed once, matched often, printed as Kubernetes prints them.
 *  Upstream: staging/src/k8s.io/apimachinery/pkg/{labels,fields}/selector.go */
import { fieldErrorText, invalidValue, required } from './field-error.ts';
import type { LabelSelector } from './generated/types.ts';
import { labelValueErrors, qualifiedNameErrors } from './names.ts';

export type Labels = Readonly<Record<string, string>>;
export type Operator = 'in' | 'notin' | '=' | '==' | '!=' | 'exists' | '!' | 'gt' | 'lt';
export interface Requirement { readonly key: string; readonly operator: Operator; readonly values: readonly string[] }

/** Everything is matched by an empty list; nothing by `NOTHING`. */
export type Selector = readonly Requirement[];
/** Whose first requirement can never hold. */
export const NOTHING: Selector = Object.freeze([Object.freeze({ key: '', operator: 'in' as const, values: [] })]);
export const EVERYTHING: Selector = Object.freeze([]);

export class SelectorError extends Error {}

/** What objects inherit (`constructor`) is no label. */
const labelOf = (labels: Labels, key: string): string | undefined => (typeof labels[key] === 'string' ? labels[key] : undefined);

export function matches(selector: Selector, labels: Labels): boolean {
  for (const requirement of selector) if (!holds(requirement, labels)) return false;
  return true;
}

function holds({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = labelOf(labels, key);
  switch (operator) {
    case 'in': case '=': case '==': return value !== undefined && values.includes(value);
    case 'notin': case '!=': return value === undefined || !values.includes(value);
    case 'exists': return value !== undefined;
    case '!': return value === undefined;
    default: {
      if (value === undefined || !/^[+-]?\d+$/.test(value)) return false;
      return operator === 'gt' ? Number(value) > Number(values[0]) : Number(value) < Number(values[0]);
    }
  }
}

/** metav1.LabelSelector: absent matches nothing, an empty one everything. */
export function matchesLabelSelector(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (selector === undefined) return false;
  const { matchLabels, matchExpressions } = selector;
  if (matchLabels) for (const key in matchLabels) if (labels[key] !== matchLabels[key]) return false;
  for (const { key, operator, values } of matchExpressions ?? []) {
    const value = labelOf(labels, key);
    if (operator === 'In' && (value === undefined || !values?.includes(value))) return false;
    if (operator === 'NotIn' && value !== undefined && values?.includes(value)) return false;
    if (operator === 'Exists' && value === undefined) return false;
    if (operator === 'DoesNotExist' && value !== undefined) return false;
  }
  return true;
}

/** A plain map as in Services and ReplicationControllers: absent or empty matches nothing. */
export function matchesMap(selector: Labels | undefined, labels: Labels): boolean {
  if (selector === undefined) return false;
  let any = false;
  for (const key in selector) {
    any = true;
    if (labels[key] !== selector[key]) return false;
  }
  return any;
}

const EXPRESSION: Readonly<Record<string, Operator>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' };

export function selectorOf(selector: LabelSelector | undefined): Selector {
  if (selector === undefined) return NOTHING;
  const requirements: Requirement[] = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({ key, operator: '=', values: [value] }));
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    requirements.push({ key, operator: EXPRESSION[operator] ?? 'in', values: [...(values ?? [])].sort() });
  }
  return requirements.sort(byKey);
}

const byKey = (a: Requirement, b: Requirement): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

/** "app=web,tier in (a,b),!old". */
export function formatSelector(selector: Selector): string {
  return selector.map(formatRequirement).join(',');
}

function formatRequirement({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'exists': return key;
    case '!': return `!${key}`;
    case 'in': case 'notin': return `${key} ${operator} (${[...values].sort().join(',')})`;
    case 'gt': return `${key}>${values[0]}`;
    case 'lt': return `${key}<${values[0]}`;
    default: return `${key}${operator}${values[0] ?? ''}`;
  }
}

/** metav1.LabelSelector as kubectl and status.selector print it; "<none>" for an absent or empty one. */
export const formatLabelSelector = (selector: LabelSelector | undefined): string =>
  (selector && formatSelector(selectorOf(selector))) || '<none>';

interface Token { readonly type: 'end' | 'identifier' | '(' | ')' | ',' | '!' | '=' | '==' | '!=' | '>' | '<' | 'in' | 'notin'; readonly text: string }
const SPECIAL = /^(==|!=|[(),!=<>])/;
const BINARY = 'in, notin, =, ==, !=, gt, lt';

function tokens(text: string): Token[] {
  const out: Token[] = [];
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at);
    const space = /^[ \t\r\n]+/.exec(rest);
    if (space) {
      at += space[0].length;
      continue;
    }
    const special = SPECIAL.exec(rest);
    const word = special?.[0] ?? (/^[^(),!=<> \t\r\n]+/.exec(rest)?.[0] as string);
    out.push(special || word === 'in' || word === 'notin' ? { type: word as Token['type'], text: word } : { type: 'identifier', text: word });
    at += word.length;
  }
  out.push({ type: 'end', text: '' });
  return out;
}

const SIMPLE = /^([A-Za-z0-9][-A-Za-z0-9_./]*)(==?|!=)([-A-Za-z0-9_.]*)$/;

/** The text form of `-l` and `?labelSelector=`. Throws SelectorError with the apiserver's words. */
export function parseSelector(text: string): Selector {
  if (text === '') return EVERYTHING;
  const simple = SIMPLE.exec(text);
  if (simple) return [checked({ key: simple[1] as string, operator: simple[2] as Operator, values: [simple[3] as string] })];
  const parser = new SelectorParser(tokens(text));
  return parser.parse().sort(byKey);
}

class SelectorParser {
  private at = 0;

  constructor(private readonly list: readonly Token[]) {}

  /** Where a value or key may stand, "in" and "notin" are ordinary words. */
  private peek(): Token {
    const token = this.list[Math.min(this.at, this.list.length - 1)] as Token;
    return token.type === 'in' || token.type === 'notin' ? { type: 'identifier', text: token.text } : token;
  }

  private take(): Token {
    const token = this.peek();
    this.at += 1;
    return token;
  }

  parse(): Requirement[] {
    const out: Requirement[] = [];
    for (;;) {
      const { type, text } = this.peek();
      if (type === 'end') return out;
      if (type !== 'identifier' && type !== '!') throw new SelectorError(`found '${text}', expected: !, identifier, or 'end of string'`);
      out.push(this.requirement());
      const next = this.take();
      if (next.type === 'end') return out;
      if (next.type !== ',') throw new SelectorError(`found '${next.text}', expected: ',' or 'end of string'`);
      const after = this.peek();
      if (after.type !== 'identifier' && after.type !== '!') throw new SelectorError(`found '${after.text}', expected: identifier after ','`);
    }
  }

  private requirement(): Requirement {
    let token = this.take();
    const negated = token.type === '!';
    if (negated) token = this.take();
    if (token.type !== 'identifier') throw unparsed(`found '${token.text}', expected: identifier`);
    const key = token.text;
    checkKey(key);
    const next = this.peek().type;
    if (negated) return { key, operator: '!', values: [] };
    if (next === 'end' || next === ',') return { key, operator: 'exists', values: [] };
    const operator = this.operator();
    const values = operator === 'in' || operator === 'notin' ? this.values() : [this.exact()];
    return checked({ key, operator, values });
  }

  private operator(): Operator {
    const token = this.list[this.at] as Token;
    this.at += 1;
    if (token.type === '>') return 'gt';
    if (token.type === '<') return 'lt';
    if (['in', 'notin', '=', '==', '!='].includes(token.type)) return token.type as Operator;
    throw unparsed(`found '${token.text}', expected: ${BINARY}`);
  }

  private values(): string[] {
    const open = this.take();
    if (open.type !== '(') throw unparsed(`found '${open.text}' expected: '('`);
    const out = new Set<string>();
    for (let wanted = true; ;) {
      const token = this.take();
      if (token.type === 'identifier') {
        out.add(token.text);
        wanted = false;
      } else if (token.type === ',') {
        if (wanted) out.add('');
        wanted = true;
      } else if (token.type === ')') {
        if (wanted) out.add('');
        return [...out].sort();
      } else {
        throw unparsed(`found '${token.text}', expected: ',', ')' or identifier`);
      }
    }
  }

  private exact(): string {
    const { type } = this.peek();
    if (type === 'end' || type === ',') return '';
    const token = this.take();
    if (token.type !== 'identifier') throw unparsed(`found '${token.text}', expected: identifier`);
    return token.text;
  }
}

const unparsed = (message: string): SelectorError => new SelectorError(`unable to parse requirement: ${message}`);

function checkKey(key: string): void {
  const errors = qualifiedNameErrors(key);
  if (errors.length > 0) throw unparsed(fieldErrorText(invalidValue('<nil>', key, errors.join('; '))));
}

function checked(requirement: Requirement): Requirement {
  checkKey(requirement.key);
  if (requirement.operator === 'in' && requirement.values.length === 0) {
    throw unparsed(fieldErrorText(required('<nil>', "for 'in', 'notin' operators, values set can't be empty")));
  }
  for (const [index, value] of requirement.values.entries()) {
    const errors = labelValueErrors(value);
    if (errors.length > 0) throw unparsed(fieldErrorText(invalidValue(`values[${index}][${requirement.key}]`, value, errors.join('; '))));
  }
  return requirement;
}

export interface FieldRequirement { readonly field: string; readonly equal: boolean; readonly value: string }

/** "status.phase!=Running,metadata.name=web". Backslash escapes a comma, an equals sign or itself in a value. */
export function parseFieldSelector(text: string): readonly FieldRequirement[] {
  const out: FieldRequirement[] = [];
  for (const term of splitTerms(text)) {
    if (term === '') continue;
    const found = /^((?:\\.|[^\\=!])*?)(==|!=|=)(.*)$/s.exec(term);
    if (!found) throw new SelectorError(`invalid selector: '${text}'; can't understand '${term}'`);
    out.push({ field: found[1] as string, equal: found[2] !== '!=', value: unescapeValue(found[3] as string) });
  }
  return out;
}

function splitTerms(text: string): string[] {
  const out: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === ',') {
      out.push(text.slice(start, i));
      start = i + 1;
    }
  }
  out.push(text.slice(start));
  return out;
}

function unescapeValue(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; i += 1) {
    const character = text.charAt(i);
    if (character !== '\\') {
      if (character === '=' || character === ',') throw new SelectorError(`invalid field selector: unescaped character in value: ${character}`);
      out += character;
      continue;
    }
    i += 1;
    const next = text.charAt(i);
    if (next !== '\\' && next !== ',' && next !== '=') throw new SelectorError(`invalid field selector: invalid escape sequence: \\${next}`);
    out += next;
  }
  return out;
}

export const escapeFieldValue = (value: string): string => value.replace(/[\\,=]/g, (character) => `\\${character}`);
export const formatFieldSelector = (terms: readonly FieldRequirement[]): string =>
  terms.map((term) => `${term.field}${term.equal ? '=' : '!='}${escapeFieldValue(term.value)}`).join(',');
