/** The part of Go's text/template that people use with -o go-template: fields, variables, range, if, with, pipelines
 *  and the usual functions.
 *  Upstream: text/template */
import { fromBase64, fromUtf8, base64 } from '../../base/bytes.ts';
import { CommandError } from '../errors.ts';
import { type Obj, goJson } from '../obj.ts';
import { goText } from './custom-columns.ts';

type Node =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'print'; readonly pipe: Pipe }
  | { readonly type: 'range' | 'if' | 'with'; readonly pipe: Pipe; readonly body: readonly Node[]; readonly otherwise: readonly Node[] };
interface Pipe {
  readonly variables: readonly string[];
  readonly declare: boolean;
  readonly commands: readonly (readonly string[])[];
}

interface Scope {
  readonly dot: unknown;
  readonly root: unknown;
  readonly variables: Map<string, unknown>;
  readonly missing: boolean;
}

export function compileGoTemplate(template: string, allowMissing: boolean): (object: Obj) => string {
  const { nodes } = guarded(template, () => parse(lex(template), 0));
  return (object) =>
    guarded(template, () =>
      run(nodes, { dot: object, root: object, variables: new Map([['$', object as unknown]]), missing: allowMissing }),
    );
}

class TemplateProblem extends Error {}

function complain(message: string): TemplateProblem {
  return new TemplateProblem(message);
}

function guarded<T>(template: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TemplateProblem)
      throw new CommandError(`error parsing template ${template}, template: output:1: ${error.message}`);
    throw error;
  }
}

type Token = { readonly text: string } | { readonly action: string };

function lex(template: string): Token[] {
  const tokens: Token[] = [];
  let rest = template;
  for (;;) {
    const open = rest.indexOf('{{');
    if (open < 0) {
      tokens.push({ text: rest });
      return tokens;
    }
    const close = closing(rest, open + 2);
    if (close < 0) throw complain('unclosed action');
    let before = rest.slice(0, open);
    let action = rest.slice(open + 2, close);
    rest = rest.slice(close + 2);
    if (/^-\s/.test(action)) {
      before = before.trimEnd();
      action = action.slice(1);
    }
    if (/\s-$/.test(action)) {
      rest = rest.trimStart();
      action = action.slice(0, -1);
    }
    tokens.push({ text: before });
    if (!action.trim().startsWith('/*')) tokens.push({ action: action.trim() });
  }
}

function closing(text: string, from: number): number {
  let quote = '';
  for (let i = from; i < text.length; i += 1) {
    const c = text[i]!;
    if (quote !== '') {
      if (c === '\\' && quote === '"') i += 1;
      else if (c === quote) quote = '';
    } else if (c === '"' || c === '`') quote = c;
    else if (c === '}' && text[i + 1] === '}') return i;
  }
  return -1;
}

interface Parsed {
  readonly nodes: Node[];
  readonly next: number;
  readonly ended: string;
}

function parse(tokens: readonly Token[], from: number, inside = false): Parsed {
  const nodes: Node[] = [];
  for (let i = from; i < tokens.length; i += 1) {
    const token = tokens[i]!;
    if ('text' in token) {
      if (token.text !== '') nodes.push({ type: 'text', text: token.text });
      continue;
    }
    const [word = ''] = /^\w+/.exec(token.action) ?? []; // "range.items" is two words.
    if (word === 'end' || word === 'else') {
      if (!inside) throw complain(`unexpected {{${word}}}`);
      return { nodes, next: i, ended: token.action };
    }
    if (word === 'range' || word === 'if' || word === 'with') {
      const body = parse(tokens, i + 1, true);
      let otherwise: Node[] = [];
      let last = body;
      if (body.ended.startsWith('else')) {
        const chained = body.ended.slice(4).trim();
        if (chained !== '') {
          const rewritten = [...tokens];
          rewritten[body.next] = { action: chained };
          const nested = parse(rewritten, body.next, true);
          nodes.push({ type: word, pipe: pipeOf(token.action.slice(word.length)), body: body.nodes, otherwise: nested.nodes });
          i = nested.next;
          continue;
        }
        last = parse(tokens, body.next + 1, true);
        otherwise = last.nodes;
      }
      nodes.push({ type: word, pipe: pipeOf(token.action.slice(word.length)), body: body.nodes, otherwise });
      i = last.next;
      continue;
    }
    nodes.push({ type: 'print', pipe: pipeOf(token.action) });
  }
  if (inside) throw complain('unexpected EOF');
  return { nodes, next: tokens.length, ended: '' };
}

function pipeOf(action: string): Pipe {
  const declared = /^\s*(\$\w*(?:\s*,\s*\$\w+)?)\s*(:?=)\s*(.*)$/s.exec(action);
  const text = declared === null ? action.trim() : declared[3]!;
  return {
    variables: declared === null ? [] : declared[1]!.split(',').map((v) => v.trim()),
    declare: declared?.[2] === ':=',
    commands: splitPipe(words(text)),
  };
}

function splitPipe(all: readonly string[]): string[][] {
  const commands: string[][] = [[]];
  for (const word of all) {
    if (word === '|') commands.push([]);
    else commands.at(-1)!.push(word);
  }
  if (commands.some((c) => c.length === 0)) throw complain('missing value for command');
  return commands;
}

/** Words, strings in quotes, and whole parentheses. */
function words(text: string): string[] {
  const found: string[] = [];
  let i = 0;
  while (i < text.length) {
    const c = text[i]!;
    if (/\s/.test(c)) {
      i += 1;
    } else if (c === '|') {
      found.push('|');
      i += 1;
    } else {
      const start = i;
      let depth = 0;
      let quote = '';
      while (i < text.length) {
        const d = text[i]!;
        if (quote !== '') {
          if (d === '\\' && quote === '"') i += 1;
          else if (d === quote) quote = '';
        } else if (d === '"' || d === '`') quote = d;
        else if (d === '(') depth += 1;
        else if (d === ')') depth -= 1;
        else if (depth === 0 && (/\s/.test(d) || d === '|')) break;
        i += 1;
      }
      found.push(text.slice(start, i));
    }
  }
  return found;
}

function run(nodes: readonly Node[], scope: Scope): string {
  let out = '';
  for (const node of nodes) {
    if (node.type === 'text') {
      out += node.text;
      continue;
    }
    const value = evaluate(node.pipe, scope);
    if (node.type === 'print') {
      if (node.pipe.variables.length === 0) out += printed(value);
      continue;
    }
    if (node.type === 'range') {
      out += runRange(node, value, scope);
    } else if (truthy(value)) {
      out += run(node.body, { ...scope, dot: node.type === 'with' ? value : scope.dot, variables: new Map(scope.variables) });
    } else {
      out += run(node.otherwise, scope);
    }
  }
  return out;
}

function runRange(node: Extract<Node, { type: 'range' | 'if' | 'with' }>, value: unknown, scope: Scope): string {
  const entries: [unknown, unknown][] = Array.isArray(value)
    ? value.map((v, i) => [i, v])
    : typeof value === 'object' && value !== null
      ? Object.keys(value)
          .sort()
          .map((k) => [k, (value as Record<string, unknown>)[k]])
      : [];
  if (entries.length === 0) return run(node.otherwise, scope);
  const [first, second] = node.pipe.variables;
  return entries
    .map(([key, item]) => {
      const variables = new Map(scope.variables);
      if (second !== undefined) {
        variables.set(first!, key);
        variables.set(second, item);
      } else if (first !== undefined) {
        variables.set(first, item);
      }
      return run(node.body, { ...scope, dot: item, variables });
    })
    .join('');
}

const printed = (value: unknown): string => (value === undefined || value === null ? '<no value>' : goText(value));

function truthy(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

function evaluate(pipe: Pipe, scope: Scope): unknown {
  let value: unknown;
  pipe.commands.forEach((command, i) => {
    value = call(command, scope, i === 0 ? [] : [value]);
  });
  if (pipe.variables.length === 1) scope.variables.set(pipe.variables[0]!, value);
  return value;
}

function call(command: readonly string[], scope: Scope, piped: readonly unknown[]): unknown {
  const [head = '', ...rest] = command;
  if (Object.hasOwn(FUNCTIONS, head)) return FUNCTIONS[head]!([...rest.map((w) => operand(w, scope)), ...piped]);
  if (/^[A-Za-z_]\w*$/.test(head) && !['true', 'false', 'nil'].includes(head))
    throw complain(`function ${JSON.stringify(head)} not defined`);
  return operand(head, scope);
}

function operand(word: string, scope: Scope): unknown {
  if (word.startsWith('"')) return JSON.parse(word);
  if (word.startsWith('`')) return word.slice(1, -1);
  if (/^-?\d+(\.\d+)?$/.test(word)) return Number(word);
  if (word === 'true' || word === 'false') return word === 'true';
  if (word === 'nil') return null;
  if (word.startsWith('(')) {
    const close = word.lastIndexOf(')');
    return fields(evaluate(pipeOf(word.slice(1, close)), scope), word.slice(close + 1), scope);
  }
  if (word.startsWith('$')) {
    const name = /^\$\w*/.exec(word)![0];
    if (!scope.variables.has(name)) throw complain(`undefined variable ${JSON.stringify(name)}`);
    return fields(scope.variables.get(name), word.slice(name.length), scope);
  }
  if (word.startsWith('.')) return fields(scope.dot, word, scope);
  if (Object.hasOwn(FUNCTIONS, word)) return FUNCTIONS[word]!([]);
  throw complain(`unexpected ${JSON.stringify(word)} in operand`);
}

function fields(from: unknown, path: string, scope: Scope): unknown {
  let value = from;
  for (const name of path.split('.').filter((p) => p !== '')) {
    if (value === undefined || value === null) {
      if (value === null) throw new CommandError(`error executing template: nil data; no entry for key ${JSON.stringify(name)}`);
      return undefined;
    }
    const next = typeof value === 'object' ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
    if (next === undefined && !scope.missing)
      throw new CommandError(`error executing template: map has no entry for key ${JSON.stringify(name)}`);
    value = next;
  }
  return value;
}

const order = (a: unknown, b: unknown): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;

const FUNCTIONS: Readonly<Record<string, (args: readonly unknown[]) => unknown>> = {
  index: ([value, ...keys]) =>
    keys.reduce<unknown>((v, key) => (v === undefined || v === null ? undefined : (v as Record<string, unknown>)[key as string]), value),
  len: ([value]) => (typeof value === 'string' || Array.isArray(value) ? value.length : Object.keys(value ?? {}).length),
  not: ([value]) => !truthy(value),
  and: (args) => args.find((a) => !truthy(a)) ?? args.at(-1),
  or: (args) => args.find((a) => truthy(a)) ?? args.at(-1),
  eq: ([first, ...others]) => others.some((o) => o === first),
  ne: ([a, b]) => a !== b,
  lt: ([a, b]) => order(a, b) < 0,
  le: ([a, b]) => order(a, b) <= 0,
  gt: ([a, b]) => order(a, b) > 0,
  ge: ([a, b]) => order(a, b) >= 0,
  print: (args) => args.map(printed).join(''),
  println: (args) => `${args.map(printed).join(' ')}\n`,
  printf: ([format, ...args]) => sprintf(String(format), args),
  json: ([value]) => goJson(value),
  toJson: ([value]) => goJson(value),
  base64decode: ([value]) => fromUtf8(fromBase64(String(value)) ?? new Uint8Array()),
  base64encode: ([value]) => base64(String(value)),
  slice: ([value, from, to]) => (value as string).slice(from as number, to as number | undefined),
  exists: ([value, ...keys]) =>
    keys.reduce<unknown>((v, key) => (v as Record<string, unknown> | undefined)?.[key as string], value) !== undefined,
  html: ([value]) => String(value),
};

function sprintf(format: string, args: readonly unknown[]): string {
  let i = 0;
  return format.replace(
    /%([-+0 ]*)(\d*)(?:\.(\d+))?([vsdqtf%])/g,
    (_, flags: string, width: string, precision: string | undefined, verb: string) => {
      if (verb === '%') return '%';
      const value = args[i];
      i += 1;
      const text =
        verb === 'q' ? JSON.stringify(String(value)) : verb === 'f' ? Number(value).toFixed(Number(precision ?? '6')) : printed(value);
      return flags.includes('-') ? text.padEnd(Number(width)) : text.padStart(Number(width), flags.includes('0') ? '0' : ' ');
    },
  );
}
