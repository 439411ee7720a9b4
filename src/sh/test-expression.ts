/** test and [: an expression given as arguments. */
import type { Process } from '../cri/process.ts';
import { binaryTest, COMPARISONS, unaryTest } from './condition.ts';

export type TestOutcome = { readonly holds: boolean } | { readonly error: string };
type Questioned = Pick<Process, 'files' | 'cwd' | 'user'> & { readonly tty?: unknown };

/** Without the closing bracket. */
export function runTest(process: Questioned, args: readonly string[]): TestOutcome {
  let at = 0;
  let error: string | undefined;
  const peek = (ahead = 0): string | undefined => args[at + ahead];
  const isBinary = (text: string | undefined): boolean => text !== undefined && (COMPARISONS[text] !== undefined || ['=', '==', '!=', '<', '>', '-nt', '-ot', '-ef'].includes(text));

  function or(): boolean {
    let value = and();
    while (peek() === '-o') { at += 1; const right = and(); value = value || right; }
    return value;
  }
  function and(): boolean {
    let value = not();
    while (peek() === '-a') { at += 1; const right = not(); value = value && right; }
    return value;
  }
  function not(): boolean {
    if (peek() === '!' && args.length - at > 1) { at += 1; return !not(); }
    return primary();
  }
  function primary(): boolean {
    const first = peek();
    if (first === undefined) { error ??= 'argument expected'; return false; }
    if (isBinary(peek(1)) && peek(2) !== undefined) {
      const [left, operator, right] = [first, peek(1)!, peek(2)!];
      at += 3;
      return compare(left, operator, right);
    }
    if (first === '(' && args.length - at > 2) {
      at += 1;
      const value = or();
      if (peek() !== ')') error ??= "`)' expected";
      at += 1;
      return value;
    }
    if (/^-[a-zA-Z]$/.test(first) && peek(1) !== undefined) {
      const value = unaryTest(process, first, peek(1)!);
      if (value !== undefined) { at += 2; return value; }
    }
    at += 1;
    return first !== '';
  }
  function compare(left: string, operator: string, right: string): boolean {
    const numbers = COMPARISONS[operator];
    if (numbers === undefined) return binaryTest(process, left, operator, right) ?? false;
    for (const side of [left, right]) if (!/^\s*[-+]?[0-9]+\s*$/.test(side)) { error ??= `${side}: integer expression expected`; return false; }
    return numbers(BigInt(left.trim().replace(/^\+/, '')), BigInt(right.trim().replace(/^\+/, '')));
  }

  if (args.length === 0) return { holds: false };
  const holds = or();
  if (error === undefined && at < args.length) error = args.length > 3 ? 'too many arguments' : `${args[at]}: binary operator expected`;
  return error === undefined ? { holds } : { error };
}
