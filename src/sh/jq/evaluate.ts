/** Runs a jq program over one input: generators of results, and of paths for assignments. */
import { BUILTINS, DEFINED } from './builtins.ts';
import { format } from './formats.ts';
import { parseJq } from './parse.ts';
import type { Ast, Pattern } from './parse.ts';
import { asArray, asObject, deletePaths, getKey, getPath, setPath } from './path.ts';
import type { Path } from './path.ts';
import { binary, JqError, shown, truthy } from './values.ts';
import type { Json } from './values.ts';

interface Closure { readonly ast: Ast; readonly env: Env; readonly params: readonly string[] }
export interface Env { readonly variables: ReadonlyMap<string, Json>; readonly functions: ReadonlyMap<string, Closure>; readonly host: Host }

/** What a program may ask for besides its input. */
export interface Host { nextInput(): Json | undefined; now(): number; readonly env: Readonly<Record<string, string>>; charge(): void; debug(value: Json): void }

class BreakError extends Error { constructor(readonly label: string) { super('break'); } }

export function createEnv(host: Host, variables: Readonly<Record<string, Json>>): Env {
  let env: Env = { variables: new Map(Object.entries(variables)), functions: new Map(), host };
  for (const [name, params, body] of DEFINED) env = define(env, name, params, parseJq(body));
  return env;
}

function define(env: Env, name: string, params: readonly string[], ast: Ast): Env {
  const functions = new Map(env.functions);
  const inner: Env = { ...env, functions };
  functions.set(`${name}/${params.length}`, { ast, env: inner, params });
  return inner;
}

function bind(env: Env, name: string, value: Json): Env {
  return { ...env, variables: new Map(env.variables).set(name, value) };
}

/** A value and, where paths are wanted, where it is. */
interface Spot { readonly value: Json; readonly path: Path | undefined }

export function* run(ast: Ast, input: Json, env: Env): Generator<Json> {
  for (const spot of spots(ast, { value: input, path: undefined }, env)) yield spot.value;
}

export function* paths(ast: Ast, input: Json, env: Env): Generator<Path> {
  for (const spot of spots(ast, { value: input, path: [] }, env)) yield spot.path ?? [];
}

const plain = (value: Json): Spot => ({ value, path: undefined });

function* spots(ast: Ast, at: Spot, env: Env): Generator<Spot> {
  env.host.charge();
  const needPath = at.path !== undefined;
  const free: Spot = plain(at.value);
  const values = (node: Ast): Generator<Json> => run(node, at.value, env);
  switch (ast.type) {
    case 'identity': yield at; return;
    case 'recurse': yield* recurse(at); return;
    case 'literal': yield literal(ast.value as Json, needPath); return;
    case 'empty-brackets': return;
    case 'field': {
      for (const target of spots(ast.target, at, env)) {
        for (const key of values(ast.name)) {
          let value: Json;
          try { value = getKey(target.value, key); } catch (error) { if (ast.optional && error instanceof JqError) continue; throw error; }
          yield { value, path: target.path === undefined ? undefined : [...target.path, key] };
        }
      }
      return;
    }
    case 'slice': {
      for (const target of spots(ast.target, at, env)) {
        for (const to of ast.to === undefined ? [null] : values(ast.to)) {
          for (const from of ast.from === undefined ? [null] : values(ast.from)) {
            const key = { start: from, end: to } as unknown as Json;
            yield { value: getKey(target.value, key), path: target.path === undefined ? undefined : [...target.path, key] };
          }
        }
      }
      return;
    }
    case 'each': {
      for (const target of spots(ast.target, at, env)) {
        const { value } = target;
        if (Array.isArray(value)) for (const [index, item] of value.entries()) yield { value: item, path: target.path === undefined ? undefined : [...target.path, index] };
        else if (value !== null && typeof value === 'object') for (const key of Object.keys(value)) yield { value: value[key]!, path: target.path === undefined ? undefined : [...target.path, key] };
        else if (!ast.optional) throw new JqError(`Cannot iterate over ${value === null ? 'null' : shown(value)}`);
      }
      return;
    }
    case 'pipe': for (const left of spots(ast.left, at, env)) yield* spots(ast.right, left, env); return;
    case 'comma': yield* spots(ast.left, at, env); yield* spots(ast.right, at, env); return;
    case 'text': yield* textSpots(ast, free, env); return;
    case 'format': yield plain(format(ast.name, at.value)); return;
    case 'array': yield plain(ast.body === undefined ? [] : [...values(ast.body)]); return;
    case 'object': yield* objects(ast.entries, 0, {}, at.value, env); return;
    case 'negate': for (const value of values(ast.operand)) { if (typeof value !== 'number') throw new JqError(`${shown(value)} cannot be negated`); yield plain(-value); } return;
    case 'binary': yield* binarySpots(ast, at, env); return;
    case 'assign': yield* assign(ast, at.value, env); return;
    case 'if': {
      for (const test of values(ast.test)) yield* truthy(test) ? spots(ast.yes, at, env) : ast.no === undefined ? [at] : spots(ast.no, at, env);
      return;
    }
    case 'try': {
      try { yield* spots(ast.body, at, env); } catch (error) {
        if (!(error instanceof JqError)) throw error;
        if (ast.handler !== undefined) yield* spots(ast.handler, plain(error.value), env);
      }
      return;
    }
    case 'reduce': {
      for (const start of values(ast.start)) {
        let state: Json = start;
        for (const item of values(ast.source)) for (const inner of destructure(ast.pattern, item, at.value, env)) { let last: Json = null;
          for (const value of run(ast.update, state, inner)) last = value; state = last; }
        yield plain(state);
      }
      return;
    }
    case 'foreach': {
      for (const start of values(ast.start)) {
        let state: Json = start;
        for (const item of values(ast.source)) for (const inner of destructure(ast.pattern, item, at.value, env)) {
          for (const value of run(ast.update, state, inner)) { state = value; if (ast.extract === undefined) yield plain(value);
            else for (const shownValue of run(ast.extract, value, inner)) yield plain(shownValue); }
        }
      }
      return;
    }
    case 'as': for (const value of values(ast.source)) for (const inner of destructure(ast.patterns[0]!, value, at.value, env)) yield* spots(ast.body, at, inner); return;
    case 'def': yield* spots(ast.body, at, define(env, ast.name, ast.params, ast.definition)); return;
    case 'variable': {
      if (ast.name === 'ENV') { yield plain({ ...env.host.env }); return; }
      if (ast.name === '__loc__') { yield plain({ file: '<top-level>', line: 1 }); return; }
      const value = env.variables.get(ast.name);
      if (value === undefined) throw new JqError(`$${ast.name} is not defined`);
      yield plain(value);
      return;
    }
    case 'label': {
      try { yield* spots(ast.body, at, env); } catch (error) { if (!(error instanceof BreakError) || error.label !== ast.name) throw error; }
      return;
    }
    case 'break': throw new BreakError(ast.name);
    case 'call': yield* call(ast.name, ast.args, at, env); return;
  }
}

function literal(value: Json, needPath: boolean): Spot {
  return { value, path: needPath && value === null ? [] : undefined };
}

function* recurse(at: Spot): Generator<Spot> {
  yield at;
  const { value, path } = at;
  if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* recurse({ value: item, path: path === undefined ? undefined : [...path, index] });
  else if (value !== null && typeof value === 'object') for (const key of Object.keys(value)) yield* recurse({ value: value[key]!, path: path === undefined ? undefined : [...path, key] });
}

function* textSpots(ast: Extract<Ast, { type: 'text' }>, at: Spot, env: Env): Generator<Spot> {
  let texts = [''];
  for (const part of ast.parts) {
    if (typeof part === 'string') { texts = texts.map(text => text + part); continue; }
    const next: string[] = [];
    for (const value of run(part, at.value, env)) for (const text of texts) next.push(text + (ast.format === undefined ? format('@text', value) : format(ast.format, value)));
    texts = next;
  }
  for (const text of texts) yield plain(text);
}

function* objects(entries: readonly { readonly key: Ast; readonly value: Ast }[], index: number, made: { [key: string]: Json }, input: Json, env: Env): Generator<Spot> {
  const entry = entries[index];
  if (entry === undefined) { yield plain(made); return; }
  for (const key of run(entry.key, input, env)) {
    if (typeof key !== 'string') throw new JqError(`Object keys must be strings`);
    for (const value of run(entry.value, input, env)) yield* objects(entries, index + 1, { ...made, [key]: value }, input, env);
  }
}

function* binarySpots(ast: Extract<Ast, { type: 'binary' }>, at: Spot, env: Env): Generator<Spot> {
  if (ast.operator === '//') {
    let any = false;
    try {
      for (const left of spots(ast.left, at, env)) if (truthy(left.value)) { any = true; yield left; }
    } catch (error) { if (!(error instanceof JqError)) throw error; }
    if (!any) yield* spots(ast.right, at, env);
    return;
  }
  if (ast.operator === 'and' || ast.operator === 'or') {
    for (const left of run(ast.left, at.value, env)) {
      if (truthy(left) === (ast.operator === 'or')) yield plain(ast.operator === 'or');
      else for (const right of run(ast.right, at.value, env)) yield plain(truthy(right));
    }
    return;
  }
  for (const right of run(ast.right, at.value, env)) for (const left of run(ast.left, at.value, env)) yield plain(binary(ast.operator, left, right));
}

function* assign(ast: Extract<Ast, { type: 'assign' }>, input: Json, env: Env): Generator<Spot> {
  if (ast.operator === '|=') {
    let result = input;
    const removed: Path[] = [];
    for (const path of [...paths(ast.left, input, env)]) {
      const next = run(ast.right, getPath(result, path), env).next();
      if (next.done === true) removed.push(path);
      else result = setPath(result, path, next.value);
    }
    yield plain(deletePaths(result, removed));
    return;
  }
  for (const value of run(ast.right, input, env)) {
    let result = input;
    for (const path of [...paths(ast.left, input, env)]) {
      const old = getPath(result, path);
      const next = ast.operator === '=' ? value : ast.operator === '//=' ? (truthy(old) ? old : value) : binary(ast.operator.slice(0, -1), old, value);
      result = setPath(result, path, next);
    }
    yield plain(result);
  }
}

function* destructure(pattern: Pattern, value: Json, input: Json, env: Env): Generator<Env> {
  if (pattern.type === 'variable') { yield bind(env, pattern.name, value); return; }
  if (pattern.type === 'array') {
    let envs = [env];
    for (const [index, item] of pattern.items.entries()) envs = envs.flatMap(inner => [...destructure(item, getKey(value, index), input, inner)]);
    yield* envs;
    return;
  }
  let envs = [env];
  for (const entry of pattern.entries) {
    envs = envs.flatMap(inner => [...run(entry.key, input, inner)].flatMap(key => {
      const found = getKey(value, key);
      const bound = entry.variable === undefined ? inner : bind(inner, entry.variable, found);
      return entry.value === undefined ? [bound] : [...destructure(entry.value, found, input, bound)];
    }));
  }
  yield* envs;
}

function* call(name: string, args: readonly Ast[], at: Spot, env: Env): Generator<Spot> {
  const closure = env.functions.get(`${name}/${args.length}`);
  if (closure !== undefined) {
    yield* callClosure(closure, args, 0, closure.env, at, env);
    return;
  }
  const special = SPECIALS[`${name}/${args.length}`];
  if (special !== undefined) { yield* special(args, at, env); return; }
  const builtin = Object.hasOwn(BUILTINS, `${name}/${args.length}`) ? BUILTINS[`${name}/${args.length}`] : undefined;
  if (builtin === undefined) throw new JqError(`${name}/${args.length} is not defined`);
  yield* product(args, 0, [], at, env, builtin);
}

/** Every combination of the arguments' values, the last varying slowest. */
function* product(args: readonly Ast[], index: number, values: readonly Json[], at: Spot, env: Env, builtin: (input: Json, args: readonly Json[]) => Json): Generator<Spot> {
  if (index === args.length) { yield plain(builtin(at.value, values)); return; }
  for (const value of run(args[index]!, at.value, env)) yield* product(args, index + 1, [...values, value], at, env, builtin);
}

function* callClosure(closure: Closure, args: readonly Ast[], index: number, inner: Env, at: Spot, outer: Env): Generator<Spot> {
  const param = closure.params[index];
  if (param === undefined) { yield* spots(closure.ast, at, inner); return; }
  const arg = args[index]!;
  if (!param.startsWith('$')) {
    const functions = new Map(inner.functions).set(`${param}/0`, { ast: arg, env: outer, params: [] });
    yield* callClosure(closure, args, index + 1, { ...inner, functions }, at, outer);
    return;
  }
  for (const value of run(arg, at.value, outer)) {
    const functions = new Map(inner.functions).set(`${param.slice(1)}/0`, { ast: { type: 'literal', value }, env: outer, params: [] });
    yield* callClosure(closure, args, index + 1, { ...bind(inner, param.slice(1), value), functions }, at, outer);
  }
}

type Special = (args: readonly Ast[], at: Spot, env: Env) => Generator<Spot>;
const SPECIALS: Readonly<Record<string, Special>> = {
  * 'empty/0'() { /* Nothing. */ },
  * 'error/0'(_, at) { throw new JqError(at.value); },
  * 'error/1'([message], at, env) { for (const value of run(message!, at.value, env)) throw new JqError(value); },
  * 'select/1'([test], at, env) { for (const value of run(test!, at.value, env)) if (truthy(value)) yield at; },
  * 'recurse/0'(_, at) { yield* recurse(at); },
  * 'recurse/1'([step], at, env) { const walk = function* (here: Spot): Generator<Spot> { yield here; for (const next of spots(step!, here, env)) yield* walk(next); }; yield* walk(at); },
  * 'recurse/2'([step, test], at, env) { const walk = function* (here: Spot): Generator<Spot> { yield here;
    for (const next of spots(step!, here, env)) for (const value of run(test!, next.value, env)) if (truthy(value)) yield* walk(next); }; yield* walk(at); },
  * 'path/1'([expr], at, env) { for (const path of paths(expr!, at.value, env)) yield plain([...path]); },
  * 'getpath/1'([expr], at, env) { for (const path of run(expr!, at.value, env)) yield { value: getPath(at.value, path as Json[], true),
    path: at.path === undefined ? undefined : [...at.path, ...path as Json[]] }; },
  * 'paths/0'(_, at) { for (const spot of recurse({ value: at.value, path: [] })) if (spot.path!.length > 0) yield plain([...spot.path!]); },
  * 'paths/1'([test], at, env) { for (const spot of recurse({ value: at.value, path: [] })) if (spot.path!.length > 0) for (const value of run(test!, spot.value,
    env)) if (truthy(value)) yield plain([...spot.path!]); },
  * 'leaf_paths/0'(_, at) { for (const spot of recurse({ value: at.value, path: [] })) if (spot.path!.length > 0
    && (spot.value === null || typeof spot.value !== 'object')) yield plain([...spot.path!]); },
  * 'del/1'([expr], at, env) { yield plain(deletePaths(at.value, [...paths(expr!, at.value, env)])); },
  * 'to_entries/0'(_, at) { yield plain(Object.entries(asObject(at.value)).map(([key, value]) => ({ key, value }))); },
  * 'limit/2'([count, expr], at, env) { for (const most of run(count!, at.value, env)) { let left = Number(most); if (left <= 0) continue;
    for (const spot of spots(expr!, at, env)) { yield spot; left -= 1; if (left <= 0) break; } } },
  * 'first/1'([expr], at, env) { for (const spot of spots(expr!, at, env)) { yield spot; return; } },
  * 'last/1'([expr], at, env) { let last: Spot | undefined; for (const spot of spots(expr!, at, env)) last = spot; if (last !== undefined) yield last; },
  * 'isempty/1'([expr], at, env) { for (const spot of spots(expr!, at, env)) { void spot; yield plain(false); return; } yield plain(true); },
  * 'any/1'([test], at, env) { yield plain(asArray(at.value).some(item => [...run(test!, item, env)].some(truthy))); },
  * 'all/1'([test], at, env) { yield plain(asArray(at.value).every(item => [...run(test!, item, env)].every(truthy))); },
  * 'any/2'([source, test], at, env) { for (const item of run(source!, at.value, env)) for (const value of run(test!, item, env)) if (truthy(value)) {
    yield plain(true); return; } yield plain(false); },
  * 'all/2'([source, test], at, env) { for (const item of run(source!, at.value, env)) for (const value of run(test!, item, env)) if (!truthy(value)) {
    yield plain(false); return; } yield plain(true); },
  * 'range/1'([to], at, env) { for (const end of run(to!, at.value, env)) for (let i = 0; i < Number(end); i += 1) { env.host.charge(); yield plain(i); } },
  * 'range/2'([from, to], at, env) { for (const start of run(from!, at.value, env)) for (const end of run(to!, at.value, env)) for (let i = Number(start);
    i < Number(end); i += 1) { env.host.charge(); yield plain(i); } },
  * 'range/3'([from, to, by], at, env) { for (const start of run(from!, at.value, env)) for (const end of run(to!, at.value, env)) for (const step of run(by!,
    at.value, env)) for (let i = Number(start); Number(step) > 0 ? i < Number(end) : Number(step) < 0 && i > Number(end); i += Number(step)) { env.host.charge(); yield plain(i); } },
  * 'while/2'([test, update], at, env) { const walk = function* (value: Json): Generator<Spot> {
    for (const good of run(test!, value, env)) if (truthy(good)) { yield plain(value); for (const next of run(update!, value, env)) yield* walk(next); } }; yield* walk(at.value); },
  * 'until/2'([test, update], at, env) { const walk = function* (value: Json): Generator<Spot> {
    for (const good of run(test!, value, env)) if (truthy(good)) yield plain(value); else for (const next of run(update!, value, env)) yield* walk(next); }; yield* walk(at.value); },
  * 'repeat/1'([update], at, env) { const walk = function* (value: Json): Generator<Spot> { yield plain(value);
    for (const next of run(update!, value, env)) yield* walk(next); }; yield* walk(at.value); },
  * 'input/0'(_, __, env) { const value = env.host.nextInput(); if (value === undefined) throw new JqError('No more inputs'); yield plain(value); },
  * 'inputs/0'(_, __, env) { for (let value = env.host.nextInput(); value !== undefined; value = env.host.nextInput()) yield plain(value); },
  * 'debug/0'(_, at, env) { env.host.debug(at.value); yield at; },
  * 'debug/1'([message], at, env) { for (const value of run(message!, at.value, env)) env.host.debug(value); yield at; },
  * 'stderr/0'(_, at, env) { env.host.debug(at.value); yield at; },
  * 'now/0'(_, __, env) { yield plain(env.host.now() / 1000); },
  * 'env/0'(_, __, env) { yield plain({ ...env.host.env }); },
  * 'input_line_number/0'() { yield plain(0); },
  * 'input_filename/0'() { yield plain(null); },
  * 'halt/0'() { throw new HaltError(0, undefined); },
  * 'halt_error/0'(_, at) { throw new HaltError(5, at.value); },
  * 'halt_error/1'([code], at, env) { for (const value of run(code!, at.value, env)) throw new HaltError(Number(value), at.value); },
};

export class HaltError extends Error { constructor(readonly code: number, readonly value: Json | undefined) { super('halt'); } }
