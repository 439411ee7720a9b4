/** [[ ]] and test: questions about files, strings and numbers. */
import { FileError } from '../cri/files.ts';
import type { FileStat } from '../cri/files.ts';
import type { Process } from '../cri/process.ts';
import { absolute } from '../cri/open.ts';
import { arithmeticText, expandPattern, expandPieces, expandText } from './expand.ts';
import type { Expander } from './expand.ts';
import { matchesPattern } from './glob.ts';
import type { TestExpression, Word } from './parse.ts';
import { compileRegex, RegexError } from './regex.ts';

type Questioned = Pick<Process, 'files' | 'cwd' | 'user'> & { readonly tty?: unknown };

/** Unary file and string tests; undefined: no such operator. */
export function unaryTest(process: Questioned, operator: string, operand: string): boolean | undefined {
  if (operator === '-n') return operand !== '';
  if (operator === '-z') return operand === '';
  if (operator === '-t') return process.tty !== undefined;
  const link = operator === '-L' || operator === '-h';
  let stat: FileStat | undefined;
  try {
    stat = operand === '' ? undefined : link ? process.files.lstat(absolute(process, operand)) : process.files.stat(absolute(process, operand));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
  }
  switch (operator) {
    case '-e': case '-a': return stat !== undefined;
    case '-f': return stat?.type === 'file';
    case '-d': return stat?.type === 'directory';
    case '-L': case '-h': return stat?.type === 'symlink';
    case '-s': return stat !== undefined && (stat.size > 0 || stat.type === 'directory');
    case '-r': return stat !== undefined && allows(process, stat, 4);
    case '-w': return stat !== undefined && allows(process, stat, 2);
    case '-x': return stat !== undefined && (process.user.uid === 0 ? (stat.mode & 0o111) !== 0 || stat.type === 'directory' : allows(process, stat, 1));
    case '-c': return stat?.type === 'device';
    case '-b': case '-p': case '-S': case '-g': case '-u': case '-k': return false;
    case '-O': return stat !== undefined && stat.uid === process.user.uid;
    case '-G': return stat !== undefined && stat.gid === process.user.gid;
    default: return undefined;
  }
}

function allows(process: Questioned, stat: FileStat, bit: number): boolean {
  if (process.user.uid === 0) return true;
  const shift = stat.uid === process.user.uid ? 6 : stat.gid === process.user.gid ? 3 : 0;
  return (stat.mode & (bit << shift)) !== 0;
}

/** Binary tests of strings and files; undefined: not one of these. */
export function binaryTest(process: Questioned, left: string, operator: string, right: string): boolean | undefined {
  switch (operator) {
    case '=': case '==': return left === right;
    case '!=': return left !== right;
    case '<': return left < right;
    case '>': return left > right;
    case '-nt': return modified(process, left) > modified(process, right);
    case '-ot': return modified(process, left) < modified(process, right);
    case '-ef': return absolute(process, left) === absolute(process, right);
    default: return undefined;
  }
}

function modified(process: Questioned, path: string): number {
  try { return process.files.stat(absolute(process, path)).modifiedAtMs; } catch { return -1; }
}

export const COMPARISONS: Readonly<Record<string, (a: bigint, b: bigint) => boolean>> = {
  '-eq': (a, b) => a === b, '-ne': (a, b) => a !== b, '-lt': (a, b) => a < b, '-le': (a, b) => a <= b, '-gt': (a, b) => a > b, '-ge': (a, b) => a >= b,
};

interface Conditional extends Expander { readonly process: Process }

/** The status of [[ expression ]]. */
export async function evaluateCondition(shell: Conditional, expression: TestExpression): Promise<number> {
  return await holds(shell, expression) ? 0 : 1;
}

async function holds(shell: Conditional, expression: TestExpression): Promise<boolean> {
  switch (expression.type) {
    case 'TestGroup': return holds(shell, expression.expression);
    case 'TestNot': return await holds(shell, expression.operand) === (expression.negations.length % 2 === 0);
    case 'TestLogical': {
      for (const operand of expression.operands) {
        const value = await holds(shell, operand);
        if (value !== (expression.operator === '&&')) return value;
      }
      return expression.operator === '&&';
    }
    case 'TestUnary': {
      const operand = await expandText(shell, expression.operand);
      if (expression.operator === '-v') return shell.state.variables.has(operand.replace(/\[.*/, ''));
      if (expression.operator === '-o') return shell.state.options.has(operand as never);
      return unaryTest(shell.process, expression.operator, operand) ?? shell.fail(`${expression.operator}: conditional unary operator expected`);
    }
    case 'TestBinary': return compare(shell, expression.left, expression.operator, expression.right);
  }
}

async function compare(shell: Conditional, left: Word, operator: string, right: Word): Promise<boolean> {
  const a = await expandText(shell, left);
  if (operator === '=' || operator === '==') return matchesPattern(await expandPattern(shell, right), a, shell.state.shopt.has('nocasematch'));
  if (operator === '!=') return !matchesPattern(await expandPattern(shell, right), a, shell.state.shopt.has('nocasematch'));
  if (operator === '=~') return matchRegex(shell, a, right);
  const b = await expandText(shell, right);
  const numbers = COMPARISONS[operator];
  if (numbers !== undefined) return numbers(await arithmeticText(shell, a), await arithmeticText(shell, b));
  return binaryTest(shell.process, a, operator, b) ?? shell.fail(`${operator}: conditional binary operator expected`);
}

async function matchRegex(shell: Conditional, text: string, word: Word): Promise<boolean> {
  let pattern = '';
  for (const piece of await expandPieces(shell, word)) pattern += piece.quoted && word.parts !== undefined && quotedPart(word, piece.text)
    ? piece.text.replace(/[\\.*+?()[\]{}|^$]/g, '\\$&') : piece.text;
  if (word.parts === undefined) pattern = word.text;
  try {
    const found = compileRegex(pattern, 'extended').exec(text);
    shell.state.variables.set('BASH_REMATCH', { value: undefined, list: new Map((found?.groups ?? []).map((group, index) => [index, group ?? ''])) });
    return found !== undefined;
  } catch (error) {
    if (error instanceof RegexError) return false;
    throw error;
  }
}

function quotedPart(word: Word, text: string): boolean {
  return word.parts?.some(part => (part.type === 'SingleQuoted' && part.value === text) || part.type === 'DoubleQuoted') === true
    && word.parts.every(part => part.type !== 'Literal' || part.value !== text);
}
