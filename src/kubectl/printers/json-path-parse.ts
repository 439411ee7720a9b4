/** The grammar of kubectl's JSONPath templates.
 *  Upstream: staging/src/k8s.io/client-go/util/jsonpath/parser.go */
import { CommandError } from '../errors.ts';

export type JsonNode =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'path'; readonly steps: readonly PathStep[]; readonly fromRoot: boolean }
  | {
      readonly type: 'range';
      readonly steps: readonly PathStep[];
      readonly fromRoot: boolean;
      readonly rootIsItem: boolean;
      readonly body: readonly JsonNode[];
    };

export type PathStep =
  | { readonly type: 'field'; readonly name: string }
  | { readonly type: 'wildcard' }
  | { readonly type: 'recursive' }
  | { readonly type: 'literal'; readonly text: string }
  | { readonly type: 'slice'; readonly single: boolean; readonly from?: number; readonly to?: number; readonly step?: number }
  | { readonly type: 'union'; readonly branches: readonly (readonly PathStep[])[] }
  | { readonly type: 'filter'; readonly left: readonly PathStep[]; readonly operator: string; readonly right: readonly PathStep[] };

export function parseJsonPath(template: string): readonly JsonNode[] {
  const fail = (problem: string): CommandError => new CommandError(`error parsing jsonpath ${template}, ${problem}`);
  const stack: { steps: readonly PathStep[]; fromRoot: boolean; body: JsonNode[] }[] = [];
  let nodes: JsonNode[] = [];
  let rest = template;
  while (rest !== '') {
    const open = rest.indexOf('{');
    if (open < 0) {
      nodes.push({ type: 'text', text: rest });
      break;
    }
    if (open > 0) nodes.push({ type: 'text', text: rest.slice(0, open) });
    const close = actionEnd(rest, open + 1);
    if (close < 0) throw fail('unclosed action');
    const action = rest.slice(open + 1, close).trim();
    rest = rest.slice(close + 1);
    if (action === 'end') {
      const outer = stack.pop();
      if (outer === undefined) throw fail('not in range, nothing to end');
      outer.body.push({ type: 'range', steps: outer.steps, fromRoot: outer.fromRoot, rootIsItem: false, body: nodes });
      nodes = outer.body;
    } else if (/^range\b/.test(action)) {
      const path = action.slice(5).trim();
      stack.push({ steps: parseSteps(path, fail), fromRoot: path.startsWith('$'), body: nodes });
      nodes = [];
    } else if (/^["']/.test(action)) {
      nodes.push({ type: 'text', text: unquote(action) });
    } else {
      for (const part of splitUnquoted(action, ' '))
        nodes.push({ type: 'path', steps: parseSteps(part, fail), fromRoot: part.startsWith('$') });
    }
  }
  if (stack.length > 0) throw fail('unclosed range');
  return nodes;
}

type Fail = (problem: string) => CommandError;

function actionEnd(text: string, from: number): number {
  let quote = '';
  for (let i = from; i < text.length; i += 1) {
    const c = text[i]!;
    if (quote !== '') {
      if (c === '\\') i += 1;
      else if (c === quote) quote = '';
    } else if (c === '"' || c === "'") quote = c;
    else if (c === '}') return i;
  }
  return -1;
}

function unquote(text: string): string {
  const quote = text[0]!;
  const inner = text.endsWith(quote) && text.length > 1 ? text.slice(1, -1) : text.slice(1);
  return inner.replace(/\\(.)/g, (_, c: string) => ({ n: '\n', t: '\t', r: '\r' })[c] ?? c);
}

function parseSteps(path: string, fail: Fail): readonly PathStep[] {
  const steps: PathStep[] = [];
  let i = path.startsWith('$') || path.startsWith('@') ? 1 : 0;
  while (i < path.length) {
    const c = path[i]!;
    if (c === '.') {
      if (path[i + 1] === '.') {
        steps.push({ type: 'recursive' });
        i += 1;
        if (path[i + 1] === '[' || path[i + 1] === undefined) i += 1;
        continue;
      }
      i += 1;
      if (path[i] === '[' || path[i] === undefined) continue;
      const { name, next } = fieldName(path, i);
      if (name === '') throw fail(`unrecognized character in action: ${path[i] ?? ''}`);
      steps.push(name === '*' ? { type: 'wildcard' } : { type: 'field', name });
      i = next;
    } else if (c === '[') {
      const close = bracketEnd(path, i);
      if (close < 0) throw fail('unterminated array');
      steps.push(bracket(path.slice(i + 1, close).trim(), fail));
      i = close + 1;
    } else if (c === '"' || c === "'") {
      const close = path.indexOf(c, i + 1);
      if (close < 0) throw fail('unterminated quoted string');
      steps.push({ type: 'literal', text: path.slice(i, close + 1) });
      i = close + 1;
    } else if (/[-+\d]/.test(c) && steps.length === 0) {
      const number = /^[-+]?\d+(\.\d+)?/.exec(path.slice(i))?.[0];
      if (number === undefined)
        throw fail(`unrecognized character in action: U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')} '${c}'`);
      steps.push({ type: 'literal', text: number });
      i += number.length;
    } else if (/[\w*]/.test(c)) {
      const { name, next } = fieldName(path, i);
      if (steps.length === 0 && next === path.length && (name === 'true' || name === 'false')) steps.push({ type: 'literal', text: name });
      else if (steps.length === 0 && c !== '*') throw fail(`unrecognized identifier ${name}`);
      else steps.push(name === '*' ? { type: 'wildcard' } : { type: 'field', name });
      i = next;
    } else {
      throw fail(`unrecognized character in action: U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')} '${c}'`);
    }
  }
  return steps;
}

/** A name may have anything but the characters of the grammar; a backslash takes the next one as it is. */
function fieldName(path: string, from: number): { name: string; next: number } {
  let name = '';
  let i = from;
  while (i < path.length && !/[.[\]{}()\s"'@,<>=!]/.test(path[i]!)) {
    if (path[i] === '\\' && i + 1 < path.length) i += 1;
    name += path[i];
    i += 1;
  }
  return { name, next: i };
}

function bracketEnd(path: string, open: number): number {
  let depth = 0;
  let quote = '';
  for (let i = open; i < path.length; i += 1) {
    const c = path[i]!;
    if (quote !== '') {
      if (c === '\\') i += 1;
      else if (c === quote) quote = '';
    } else if (c === '"' || c === "'") quote = c;
    else if (c === '[') depth += 1;
    else if (c === ']') {
      depth -= 1;
      if (depth === 0) return i;
    }
  }
  return -1;
}

function bracket(inner: string, fail: Fail): PathStep {
  if (inner === '*') return { type: 'wildcard' };
  const filter = /^\?\((.*)\)$/s.exec(inner);
  if (filter !== null) return filterOf(filter[1]!, fail);
  const parts = splitUnquoted(inner, ',');
  if (parts.length > 1)
    return { type: 'union', branches: parts.map((part) => (/^\./.test(part) ? parseSteps(part, fail) : [bracket(part, fail)])) };
  if (/^'.*'$/s.test(inner)) return { type: 'field', name: inner.slice(1, -1).replace(/\\(.)/g, '$1') };
  const range = /^(-?\d*)(?::(-?\d*))?(?::(-?\d*))?$/.exec(inner);
  if (range === null) throw fail(`invalid array index ${inner}`);
  if (range.slice(1).includes('-')) throw fail('array index - is not a number');
  if (inner === '') return { type: 'slice', single: true, from: 0, to: undefined, step: undefined };
  const number = (text: string | undefined): number | undefined => (text === undefined || text === '' ? undefined : Number(text));
  return { type: 'slice', single: !inner.includes(':'), from: number(range[1]), to: number(range[2]), step: number(range[3]) };
}

function filterOf(text: string, fail: Fail): PathStep {
  const operator = operatorAt(text);
  if (operator === undefined) return { type: 'filter', left: parseSteps(text.trim(), fail), operator: 'exists', right: [] };
  return {
    type: 'filter',
    operator: operator.text,
    left: parseSteps(text.slice(0, operator.at).trim(), fail),
    right: parseSteps(text.slice(operator.at + operator.text.length).trim(), fail),
  };
}

function operatorAt(text: string): { readonly at: number; readonly text: string } | undefined {
  let quote = '';
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i]!;
    if (quote !== '') quote = c === quote ? '' : quote;
    else if (c === '"' || c === "'") quote = c;
    else {
      const found = ['==', '!=', '<=', '>=', '<', '>'].find((o) => text.startsWith(o, i));
      if (found !== undefined) return { at: i, text: found };
    }
  }
  return undefined;
}

function splitUnquoted(text: string, separator: string): string[] {
  const parts = [''];
  let quote = '';
  let depth = 0;
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i]!;
    if (quote !== '') quote = c === quote ? '' : quote;
    else if (c === '"' || c === "'") quote = c;
    else if (c === '[' || c === '(') depth += 1;
    else if (c === ']' || c === ')') depth -= 1;
    if (c === separator && quote === '' && depth === 0) parts.push('');
    else parts[parts.length - 1] += c;
  }
  return parts.map((p) => p.trim()).filter((p) => p !== '');
}
