/** $(( )) over 64-bit integers, as bash computes. */
import type { ArithmeticExpression } from './parse.ts';
import { parseScript } from './parse.ts';

/** Where names are looked up and words expanded. */
export interface ArithmeticScope {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
  getElement(name: string, index: bigint): string | undefined;
  setElement(name: string, index: bigint, value: string): void;
  /** Expands a word that holds expansions. */
  expand(expression: Extract<ArithmeticExpression, { type: 'ArithmeticWord' | 'ArithmeticCommandExpansion' }>): Promise<string>;
}

export class ArithmeticError extends Error {
  constructor(message: string) { super(message); this.name = 'ArithmeticError'; }
}

const DEPTH_MAX = 64;
const wrap = (value: bigint): bigint => BigInt.asIntN(64, value);
const bool = (value: boolean): bigint => value ? 1n : 0n;

export async function evaluate(expression: ArithmeticExpression | undefined, scope: ArithmeticScope, depth = 0): Promise<bigint> {
  if (expression === undefined) return 0n;
  if (depth > DEPTH_MAX) throw new ArithmeticError('expression recursion level exceeded');
  switch (expression.type) {
    case 'ArithmeticGroup': return evaluate(expression.expression, scope, depth);
    case 'ArithmeticCommandExpansion': return text(await scope.expand(expression), scope, depth);
    case 'ArithmeticWord': {
      const word = expression.parts === undefined ? expression.value : await scope.expand(expression);
      return operand(word, scope, depth);
    }
    case 'ArithmeticTernary':
      return await evaluate(expression.test, scope, depth) !== 0n ? evaluate(expression.consequent, scope, depth) : evaluate(expression.alternate, scope, depth);
    case 'ArithmeticUnary': return unary(expression, scope, depth);
    case 'ArithmeticBinary': return binary(expression, scope, depth);
  }
}

/** The value of a text: a number, a name, or an expression. */
export async function text(source: string, scope: ArithmeticScope, depth = 0): Promise<bigint> {
  const clean = source.trim();
  if (clean === '') return 0n;
  const simple = number(clean);
  if (simple !== undefined) return simple;
  if (depth > DEPTH_MAX) throw new ArithmeticError(`${clean}: expression recursion level exceeded (error token is "${clean}")`);
  const { script, error } = parseScript(`((${clean}))`);
  const [statement] = script.commands;
  if (error !== undefined || statement?.command.type !== 'ArithmeticCommand' || statement.command.expression === undefined) {
    throw new ArithmeticError(`${clean}: syntax error: invalid arithmetic operator (error token is "${clean.replace(/^[A-Za-z0-9_]*/, '')}")`);
  }
  return evaluate(statement.command.expression, scope, depth + 1);
}

function number(word: string): bigint | undefined {
  if (/^[0-9]+$/.test(word)) {
    if (word.length > 1 && word.startsWith('0')) {
      if (/[89]/.test(word)) throw new ArithmeticError(`${word}: value too great for base (error token is "${word}")`);
      return wrap(BigInt(`0o${word.slice(1)}`));
    }
    return wrap(BigInt(word));
  }
  if (/^0[xX][0-9a-fA-F]+$/.test(word)) return wrap(BigInt(word));
  const based = /^([0-9]+)#([0-9A-Za-z@_]+)$/.exec(word);
  if (based === null) return undefined;
  const base = BigInt(based[1]!);
  let value = 0n;
  for (const char of based[2]!) {
    const digit = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@_'.indexOf(base <= 36n ? char.toLowerCase() : char);
    if (digit < 0 || BigInt(digit) >= base) throw new ArithmeticError(`${word}: value too great for base (error token is "${word}")`);
    value = value * base + BigInt(digit);
  }
  return wrap(value);
}

const ELEMENT = /^([A-Za-z_][A-Za-z0-9_]*)\[(.*)\]$/s;

async function operand(word: string, scope: ArithmeticScope, depth: number): Promise<bigint> {
  const literal = number(word.trim());
  if (literal !== undefined) return literal;
  const element = ELEMENT.exec(word);
  if (element !== null) return text(scope.getElement(element[1]!, await text(element[2]!, scope, depth + 1)) ?? '', scope, depth + 1);
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(word)) return text(scope.get(word) ?? '', scope, depth + 1);
  return text(word, scope, depth + 1);
}

async function assign(target: ArithmeticExpression, value: bigint, scope: ArithmeticScope): Promise<bigint> {
  const name = target.type === 'ArithmeticWord' ? (target.parts === undefined ? target.value : await scope.expand(target)) : '';
  const element = ELEMENT.exec(name);
  if (element !== null) scope.setElement(element[1]!, await text(element[2]!, scope), String(value));
  else if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) scope.set(name, String(value));
  else throw new ArithmeticError('attempted assignment to non-variable');
  return value;
}

async function unary(expression: Extract<ArithmeticExpression, { type: 'ArithmeticUnary' }>, scope: ArithmeticScope, depth: number): Promise<bigint> {
  const value = await evaluate(expression.operand, scope, depth);
  switch (expression.operator) {
    case '-': return wrap(-value);
    case '+': return value;
    case '!': return bool(value === 0n);
    case '~': return wrap(~value);
    case '++': case '--': {
      const next = wrap(value + (expression.operator === '++' ? 1n : -1n));
      await assign(expression.operand, next, scope);
      return expression.prefix ? next : value;
    }
    default: throw new ArithmeticError('syntax error: operand expected');
  }
}

async function binary(expression: Extract<ArithmeticExpression, { type: 'ArithmeticBinary' }>, scope: ArithmeticScope, depth: number): Promise<bigint> {
  const { operator, left, right } = expression;
  if (operator === '&&') return bool(await evaluate(left, scope, depth) !== 0n && await evaluate(right, scope, depth) !== 0n);
  if (operator === '||') return bool(await evaluate(left, scope, depth) !== 0n || await evaluate(right, scope, depth) !== 0n);
  if (operator === '=') return assign(left, await evaluate(right, scope, depth), scope);
  const assigning = operator.endsWith('=') && !['==', '!=', '<=', '>='].includes(operator);
  const a = await evaluate(left, scope, depth);
  const b = await evaluate(right, scope, depth);
  const value = apply(assigning ? operator.slice(0, -1) : operator, a, b);
  return assigning ? assign(left, value, scope) : value;
}

function apply(operator: string, a: bigint, b: bigint): bigint {
  switch (operator) {
    case '+': return wrap(a + b);
    case '-': return wrap(a - b);
    case '*': return wrap(a * b);
    case '/': case '%':
      if (b === 0n) throw new ArithmeticError('division by 0');
      return wrap(operator === '/' ? a / b : a % b);
    case '**':
      if (b < 0n) throw new ArithmeticError('exponent less than 0');
      return power(a, b);
    case '<<': return wrap(a << (b & 63n));
    case '>>': return wrap(a >> (b & 63n));
    case '<': return bool(a < b);
    case '>': return bool(a > b);
    case '<=': return bool(a <= b);
    case '>=': return bool(a >= b);
    case '==': return bool(a === b);
    case '!=': return bool(a !== b);
    case '&': return a & b;
    case '|': return a | b;
    case '^': return a ^ b;
    case ',': return b;
    default: throw new ArithmeticError(`syntax error: invalid arithmetic operator (error token is "${operator}")`);
  }
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let factor = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = wrap(result * factor);
    factor = wrap(factor * factor);
  }
  return result;
}
