/** The part of Go's text/template that people use with -o go-template: fields, variables, range, if, with, pipelines
 *  and the usual functions.
 *  Upstream: text/template */
import { CommandError, PrintedFailure } from '../errors.ts';
import { type Obj, goJson } from '../obj.ts';
import { goText } from './custom-columns.ts';
import { FUNCTIONS, FunctionProblem, printed, truthy } from './go-template-functions.ts';

type Node =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'print'; readonly pipe: Pipe }
  | { readonly type: 'range' | 'if' | 'with'; readonly pipe: Pipe; readonly body: readonly Node[]; readonly otherwise: readonly Node[] };
/** A word and where it begins in the template. */
interface Word {
  readonly text: string;
  readonly at: number;
}
interface Pipe {
  readonly variables: readonly string[];
  readonly declare: boolean;
  readonly commands: readonly (readonly Word[])[];
}

interface Scope {
  readonly dot: unknown;
  readonly root: unknown;
  readonly variables: Map<string, unknown>;
  readonly missing: boolean;
  readonly template: string;
  /** What was printed so far. */
  readonly out: string[];
}

export function compileGoTemplate(template: string, allowMissing: boolean): (object: Obj) => string {
  const { nodes } = guarded(template, () => parse(lex(template), 0));
  return (object) => {
    const out: string[] = [];
    const scope = { dot: object, root: object, variables: new Map([['$', object as unknown]]), missing: allowMissing, template, out };
    try {
      guarded(template, () => run(nodes, scope));
    } catch (error) {
      if (!(error instanceof ExecutionProblem)) throw error;
      throw new PrintedFailure(
        `error executing template ${JSON.stringify(template)}: ${error.message}`,
        `${out.join('')}${dump(object, scope, error.message)}`,
      );
    }
    return out.join('');
  };
}

/** Real kubectl shows what it had, on standard output. */
const dump = (object: Obj, { template }: Scope, message: string): string =>
  `Error executing template: ${message}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${template}\n` +
  `\traw data was:\n\t\t${goJson(object)}\n\tobject given to template engine was:\n\t\t${goText(object)}\n\n`;

/** A word went wrong while the template ran: the message is text/template's. */
class ExecutionProblem extends Error {}

function failed(scope: Scope, { text, at }: Word, message: string): ExecutionProblem {
  const before = scope.template.slice(0, at);
  const line = before.split('\n').length;
  const column = at - (before.lastIndexOf('\n') + 1);
  const context = text.length > CONTEXT_MAX ? `${text.slice(0, CONTEXT_MAX)}...` : text;
  return new ExecutionProblem(`template: output:${line}:${column}: executing "output" at <${context}>: ${message}`);
}

const CONTEXT_MAX = 20;

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

type Token = { readonly text: string } | { readonly action: string; readonly at: number };

function lex(template: string): Token[] {
  const tokens: Token[] = [];
  let rest = template;
  const trimmed = (action: string, end: number): Token => ({
    action: action.trim(),
    at: template.length - end - action.length + (action.length - action.trimStart().length),
  });
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
    let end = rest.length + 2;
    if (/^-\s/.test(action)) {
      before = before.trimEnd();
      action = action.slice(1);
    }
    if (/\s-$/.test(action)) {
      rest = rest.trimStart();
      action = action.slice(0, -1);
      end += 1;
    }
    tokens.push({ text: before });
    if (!action.trim().startsWith('/*')) tokens.push(trimmed(action, end));
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
          rewritten[body.next] = { action: chained, at: token.at };
          const nested = parse(rewritten, body.next, true);
          nodes.push({
            type: word,
            pipe: pipeOf(token.action.slice(word.length), token.at + word.length),
            body: body.nodes,
            otherwise: nested.nodes,
          });
          i = nested.next;
          continue;
        }
        last = parse(tokens, body.next + 1, true);
        otherwise = last.nodes;
      }
      nodes.push({ type: word, pipe: pipeOf(token.action.slice(word.length), token.at + word.length), body: body.nodes, otherwise });
      i = last.next;
      continue;
    }
    nodes.push({ type: 'print', pipe: pipeOf(token.action, token.at) });
  }
  if (inside) throw complain('unexpected EOF');
  return { nodes, next: tokens.length, ended: '' };
}

function pipeOf(action: string, at: number): Pipe {
  const declared = /^\s*(\$\w*(?:\s*,\s*\$\w+)?)\s*(:?=)\s*(.*)$/s.exec(action);
  const text = declared === null ? action : declared[3]!;
  return {
    variables: declared === null ? [] : declared[1]!.split(',').map((v) => v.trim()),
    declare: declared?.[2] === ':=',
    commands: splitPipe(words(text, at + action.length - text.length)),
  };
}

function splitPipe(all: readonly Word[]): Word[][] {
  const commands: Word[][] = [[]];
  for (const word of all) {
    if (word.text === '|') commands.push([]);
    else commands.at(-1)!.push(word);
  }
  if (commands.some((c) => c.length === 0)) throw complain('missing value for command');
  return commands;
}

/** Words, strings in quotes, and whole parentheses. */
function words(text: string, at: number): Word[] {
  const found: Word[] = [];
  let i = 0;
  while (i < text.length) {
    const c = text[i]!;
    if (/\s/.test(c)) {
      i += 1;
    } else if (c === '|') {
      found.push({ text: '|', at: at + i });
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
      found.push({ text: text.slice(start, i), at: at + start });
    }
  }
  return found;
}

function run(nodes: readonly Node[], scope: Scope): void {
  for (const node of nodes) {
    if (node.type === 'text') {
      scope.out.push(node.text);
      continue;
    }
    const value = evaluate(node.pipe, scope);
    if (node.type === 'print') {
      if (node.pipe.variables.length === 0) scope.out.push(printed(value));
      continue;
    }
    if (node.type === 'range') {
      runRange(node, value, scope);
    } else if (truthy(value)) {
      run(node.body, { ...scope, dot: node.type === 'with' ? value : scope.dot, variables: new Map(scope.variables) });
    } else {
      run(node.otherwise, scope);
    }
  }
}

function runRange(node: Extract<Node, { type: 'range' | 'if' | 'with' }>, value: unknown, scope: Scope): void {
  if (['string', 'boolean'].includes(typeof value)) {
    throw failed(scope, secondField(node.pipe.commands[0]![0]!), `range can't iterate over ${String(value)}`);
  }
  const entries: [unknown, unknown][] = Array.isArray(value)
    ? value.map((v, i) => [i, v])
    : typeof value === 'object' && value !== null
      ? Object.keys(value)
          .sort()
          .map((k) => [k, (value as Record<string, unknown>)[k]])
      : [];
  if (entries.length === 0) return run(node.otherwise, scope);
  const [first, second] = node.pipe.variables;
  for (const [key, item] of entries) {
    const variables = new Map(scope.variables);
    if (second !== undefined) {
      variables.set(first!, key);
      variables.set(second, item);
    } else if (first !== undefined) {
      variables.set(first, item);
    }
    run(node.body, { ...scope, dot: item, variables });
  }
}

function evaluate(pipe: Pipe, scope: Scope): unknown {
  let value: unknown;
  pipe.commands.forEach((command, i) => {
    value = call(command, scope, i === 0 ? [] : [value]);
  });
  if (pipe.variables.length === 1) scope.variables.set(pipe.variables[0]!, value);
  return value;
}

function call(command: readonly Word[], scope: Scope, piped: readonly unknown[]): unknown {
  const [first = { text: '', at: 0 }, ...rest] = command;
  const head = first.text;
  if (Object.hasOwn(FUNCTIONS, head)) {
    try {
      return FUNCTIONS[head]!([...rest.map((w) => operand(w, scope)), ...piped]);
    } catch (error) {
      if (!(error instanceof FunctionProblem)) throw error;
      const text = command.map((word) => word.text).join(' ');
      throw failed(scope, { text, at: first.at }, `error calling ${head}: ${error.message}`);
    }
  }
  if (/^[A-Za-z_]\w*$/.test(head) && !['true', 'false', 'nil'].includes(head))
    throw complain(`function ${JSON.stringify(head)} not defined`);
  return operand(first, scope);
}

function operand({ text: word, at }: Word, scope: Scope): unknown {
  if (word.startsWith('"')) return JSON.parse(word);
  if (word.startsWith('`')) return word.slice(1, -1);
  if (/^-?\d+(\.\d+)?$/.test(word)) return Number(word);
  if (word === 'true' || word === 'false') return word === 'true';
  if (word === 'nil') return null;
  if (word.startsWith('(')) {
    const close = word.lastIndexOf(')');
    return fields(evaluate(pipeOf(word.slice(1, close), at + 1), scope), { text: word, at }, close + 1, scope);
  }
  if (word.startsWith('$')) {
    const name = /^\$\w*/.exec(word)![0];
    if (!scope.variables.has(name)) throw complain(`undefined variable ${JSON.stringify(name)}`);
    return fields(scope.variables.get(name), { text: word, at }, name.length, scope);
  }
  if (word.startsWith('.')) return fields(scope.dot, { text: word, at }, 0, scope);
  if (Object.hasOwn(FUNCTIONS, word)) return FUNCTIONS[word]!([]);
  throw complain(`unexpected ${JSON.stringify(word)} in operand`);
}

/** Text/template says of a chain of fields that it stands where the second is. */
const secondField = ({ text, at }: Word): Word => ({ text, at: at + Math.max(0, text.indexOf('.', 1)) });

/** The fields that `word` names from `start` on. What goes wrong is said to be where the second of them stands. */
function fields(from: unknown, word: Word, start: number, scope: Scope): unknown {
  let value = from;
  const path = word.text.slice(start);
  const wrong = (message: string): ExecutionProblem =>
    failed(scope, start === 0 ? secondField(word) : { text: word.text, at: word.at + start }, message);
  for (const name of path.split('.').filter((p) => p !== '')) {
    if (value === null) throw wrong(`nil pointer evaluating interface {}.${name}`);
    if (value === undefined) return undefined;
    if (typeof value !== 'object' || Array.isArray(value)) throw wrong(`can't evaluate field ${name} in type interface {}`);
    const next = (value as Readonly<Record<string, unknown>>)[name];
    if (next === undefined && !scope.missing) throw wrong(`map has no entry for key ${JSON.stringify(name)}`);
    value = next;
  }
  return value;
}
