/** Runs a checked expression. Each step costs; an expression that costs too much ends with an error, never with a hanging tab.
 *  Upstream: github.com/google/cel-go interpreter/{interpretable.go,runtimecost.go} */
import { NAMESPACES } from './check.ts';
import type { Expr } from './expr.ts';
import type { Functions, Overload } from './overloads.ts';
import { length, noOverload } from './standard.ts';
import type { CelMap, Value } from './values.ts';
import { CelError, fits, lookUp, Optional, TypeValue } from './values.ts';

/** A value that is made when somebody first asks for it: variables of a policy. */
export type Binding = Value | (() => Value);
export type Activation = Readonly<Record<string, Binding>>;

export const COST_EXCEEDED = 'operation cancelled: actual cost limit exceeded';
const LIST_COST = 10;
const MAP_COST = 30;
const TRAVERSAL = 0.1;

const TYPE_NAMES: ReadonlySet<string> = new Set(['int', 'uint', 'double', 'bool', 'string', 'bytes', 'list', 'map', 'null_type', 'type']);

export interface Evaluated {
  readonly value: Value;
  readonly cost: number;
}

/** Throws CelError. */
export function evaluateCel(tree: Expr, activation: Activation, functions: Functions, costMax: number): Evaluated {
  let cost = 0;
  const scope = new Map<string, Value>();
  const pay = (amount: number): void => {
    cost += amount;
    if (cost > costMax) throw new CelError(COST_EXCEEDED);
  };

  function run(expr: Expr): Value {
    switch (expr.op) {
      case 'literal':
        return expr.value;
      case 'ident':
        return ident(expr.name);
      case 'select':
        return select(expr);
      case 'call':
        return call(expr);
      case 'list':
        return list(expr);
      case 'map':
        return map(expr);
      case 'fold':
        return fold(expr);
      case 'bind':
        return within([[expr.name, run(expr.init)]], () => run(expr.body));
      case 'optMap': {
        const of = run(expr.of);
        if (!(of instanceof Optional)) throw noOverload();
        if (of.value === undefined) return of;
        const out = within([[expr.name, of.value]], () => run(expr.body));
        return expr.isFlat ? out : new Optional(out);
      }
    }
  }

  function ident(name: string): Value {
    pay(1);
    const local = scope.get(name);
    if (local !== undefined) return local;
    const found = Object.hasOwn(activation, name) ? activation[name] : undefined;
    if (found === undefined) {
      if (TYPE_NAMES.has(name)) return new TypeValue(name);
      throw new CelError(`no such attribute(s): ${name}`);
    }
    return typeof found === 'function' ? found() : found;
  }

  function within<T>(names: readonly (readonly [string, Value])[], body: () => T): T {
    const before = names.map(([name]) => [name, scope.get(name)] as const);
    for (const [name, value] of names) scope.set(name, value);
    try {
      return body();
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) scope.delete(name);
        else scope.set(name, value);
      }
    }
  }

  function select({ of, field, isTest, isOptional }: Extract<Expr, { op: 'select' }>): Value {
    const outer = run(of);
    pay(1);
    const chained = outer instanceof Optional;
    const inner = chained ? outer.value : outer;
    if (inner === undefined) return isTest ? false : outer;
    if (!(inner instanceof Map)) {
      if (isTest || isOptional || chained) return isTest ? false : new Optional(undefined);
      throw new CelError(inner === null ? `no such key: ${field}` : `no such overload`);
    }
    const found = lookUp(inner as CelMap, field);
    if (isTest) return found !== undefined;
    if (isOptional || chained) return new Optional(found);
    if (found === undefined) throw new CelError(`no such key: ${field}`);
    return found;
  }

  function call(expr: Extract<Expr, { op: 'call' }>): Value {
    const { name, target, args } = expr;
    if (name === '_&&_' || name === '_||_') return logic(args as readonly [Expr, Expr], name === '_||_');
    if (name === '_?_:_') {
      const condition = run(args[0] as Expr);
      if (typeof condition !== 'boolean') throw noOverload();
      return run(args[condition ? 1 : 2] as Expr);
    }
    const isSpace =
      target?.op === 'ident' && !scope.has(target.name) && !Object.hasOwn(activation, target.name) && NAMESPACES.has(target.name);
    const isMember = target !== undefined && !isSpace;
    const given = [...(isMember ? [target] : []), ...args].map(run);
    pay(1 + traversal(name, given));
    const fitting = functions.get(isSpace ? `${target.name}.${name}` : name)?.find((each) => isFitting(each, isMember, given));
    if (fitting === undefined) throw noOverload();
    return fitting.run(...given);
  }

  /** What is false by itself is false whatever the other side is, an error too. */
  function logic([left, right]: readonly [Expr, Expr], decides: boolean): Value {
    pay(1);
    const a = attempt(left);
    if (a === decides) return decides;
    const b = attempt(right);
    if (b === decides) return decides;
    for (const each of [a, b]) {
      if (each instanceof CelError) throw each;
      if (typeof each !== 'boolean') throw noOverload();
    }
    return !decides;
  }
  function attempt(expr: Expr): Value | CelError {
    try {
      return run(expr);
    } catch (error) {
      if (error instanceof CelError && error.message !== COST_EXCEEDED) return error;
      throw error;
    }
  }

  function list({ items, optional }: Extract<Expr, { op: 'list' }>): Value {
    pay(LIST_COST);
    return items.flatMap((item, i) => {
      const value = run(item);
      if (!optional[i]) return [value];
      return value instanceof Optional && value.value !== undefined ? [value.value] : [];
    });
  }

  function map({ entries }: Extract<Expr, { op: 'map' }>): Value {
    pay(MAP_COST);
    const out = new Map<Value, Value>();
    for (const [key, value, isOptional] of entries) {
      const [name, content] = [run(key), run(value)];
      if (!isOptional) out.set(name, content);
      else if (content instanceof Optional && content.value !== undefined) out.set(name, content.value);
    }
    return out;
  }

  function fold({ kind, range, names, filter, step }: Extract<Expr, { op: 'fold' }>): Value {
    const over = run(range);
    if (!Array.isArray(over) && !(over instanceof Map)) throw noOverload();
    const pairs: readonly (readonly [Value, Value])[] = Array.isArray(over)
      ? (over as readonly Value[]).map((each, i) => [BigInt(i), each] as const)
      : [...(over as CelMap)];
    const isList = Array.isArray(over);
    const out: Value[] = [];
    const keyed = new Map<Value, Value>();
    let held: CelError | undefined;
    let count = 0;
    for (const [key, element] of pairs) {
      pay(1);
      const single = isList ? element : key;
      const bound =
        names.length === 2
          ? ([
              [names[0] as string, key],
              [names[1] as string, element],
            ] as const)
          : ([[names[0] as string, single]] as const);
      const answer = within(bound, (): Value | CelError | undefined => {
        if (filter !== undefined && !truth(run(filter))) return undefined;
        return kind === 'all' || kind === 'exists' ? attempt(step) : run(step);
      });
      if (answer === undefined) continue;
      if (answer instanceof CelError) held = answer;
      else if (kind === 'all' || kind === 'exists') {
        if (truth(answer) === (kind === 'exists')) return kind === 'exists';
      } else if (kind === 'exists_one') count += truth(answer) ? 1 : 0;
      else if (kind === 'filter') {
        if (truth(answer)) out.push(single);
      } else if (kind === 'transformMap') keyed.set(key, answer);
      else out.push(answer);
    }
    if (held !== undefined) throw held;
    if (kind === 'all' || kind === 'exists') return kind === 'all';
    if (kind === 'exists_one') return count === 1;
    return kind === 'transformMap' ? keyed : out;
  }

  const value = run(tree);
  return { value, cost: Math.ceil(cost) };
}

function truth(value: Value): boolean {
  if (typeof value !== 'boolean') throw noOverload();
  return value;
}

const isFitting = ({ isMember, params }: Overload, asMember: boolean, given: readonly Value[]): boolean =>
  isMember === asMember && params.length === given.length && params.every((type, i) => fits(given[i] as Value, type));

const WALKED = new Set([
  'startsWith',
  'endsWith',
  'contains',
  '_==_',
  '_!=_',
  '_+_',
  '@in',
  'matches',
  'find',
  'findAll',
  'replace',
  'split',
  'join',
  'sets',
]);

/** Texts and lists cost by their size where a function walks them. */
function traversal(name: string, given: readonly Value[]): number {
  if (!WALKED.has(name)) return 0;
  let size = 0;
  for (const each of given) {
    if (typeof each === 'string') size += length(each) * TRAVERSAL;
    else if (Array.isArray(each)) size += name === '@in' ? each.length : each.length * TRAVERSAL;
  }
  return size;
}
