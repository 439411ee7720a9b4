/** The only file that knows the parser package: shell text to a syntax tree, and whether the text goes on. */
import { parse as parseText } from 'unbash';
import type {
  ArithmeticExpression, Assignment, AndOr, Case, Command, CommandNode, CompoundList, For, HereDoc, If, ParameterExpansionPart, ParsedScript, Pipeline,
  PipelineNode, Redirection, Script, Select, Statement, TestExpression, While, Word, WordPart, ArithmeticFor, ArithmeticCommand, Coproc,
  Function as FunctionNode, Redirected, Subshell, BraceGroup, TestCommand, CompoundCommand,
} from 'unbash';

export type {
  ArithmeticExpression, Assignment, AndOr, Case, Command, CommandNode, CompoundList, For, FunctionNode, HereDoc, If, ParameterExpansionPart, Pipeline,
  PipelineNode, Redirection, Script, Select, Statement, TestExpression, While, Word, WordPart, ArithmeticFor, ArithmeticCommand, Coproc, Redirected,
  Subshell, BraceGroup, TestCommand, CompoundCommand,
};

export interface Parsed { readonly script: Script; readonly error?: { readonly message: string; readonly line: number; readonly token: string; readonly incomplete: boolean } }

/** Scripts nested deeper than this are refused before the parser sees them. */
const TEXT_MAX = 4 * 1024 * 1024;

export function parseScript(text: string): Parsed {
  if (text.length > TEXT_MAX) return { script: emptyScript(), error: { message: 'script too large', line: 1, token: '', incomplete: false } };
  let script: ParsedScript;
  try {
    script = parseText(text);
  } catch {
    return { script: emptyScript(), error: { message: 'nested too deeply', line: 1, token: '', incomplete: false } };
  }
  const [first] = script.errors ?? [];
  if (first === undefined) return { script };
  const errors = script.errors ?? [];
  const incomplete = errors.every(error => /^(?:expected|unterminated)/.test(error.message)) && errors.some(error => isOpen(error.message, error.pos, text));
  return { script, error: { message: first.message, line: lineAt(text, first.pos), token: tokenAt(text, first.pos), incomplete } };
}

/** Whether a shell would ask for another line (PS2) before it runs this. */
export function isIncomplete(text: string): boolean {
  if (endsInBackslash(text)) return true;
  const { script, error } = parseScript(text);
  if (error !== undefined) return error.incomplete;
  return hasOpenHereDoc(script);
}

/** "line 3" of a position. */
export function lineAt(text: string, position: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < position; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

function emptyScript(): Script {
  return { type: 'Script', pos: 0, end: 0, shebang: undefined, commands: [] };
}

function isOpen(message: string, position: number, text: string): boolean {
  if (message.startsWith('unterminated')) return true;
  const rest = text.slice(position).replace(/(^|\n)\s*#[^\n]*/g, '').trim();
  return rest === '' && message.startsWith('expected');
}

function tokenAt(text: string, position: number): string {
  const rest = text.slice(position);
  if (rest.trim() === '') return 'newline';
  if (rest.startsWith('\n')) return 'newline';
  return /^\s*(;;|&&|\|\||<<|>>|[()|&;<>]|[^\s()|&;<>]+)/.exec(rest)?.[1] ?? 'newline';
}

function endsInBackslash(text: string): boolean {
  const found = /(\\+)\n?$/.exec(text);
  return found !== null && found[1]!.length % 2 === 1;
}

function hasOpenHereDoc(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  if (Array.isArray(node)) return node.some(hasOpenHereDoc);
  const record = node as Record<string, unknown>;
  if (record['type'] === 'HereDoc' && record['closing'] === undefined) return true;
  return Object.values(record).some(hasOpenHereDoc);
}
