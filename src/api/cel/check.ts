/** The types of an expression before it runs: what it refers to, which overloads fit, what it gives.
 *  Upstream: github.com/google/cel-go checker/checker.go */
import type { Expr, Issue } from './expr.ts';
import type { Functions } from './overloads.ts';
import type { Bindings, CelType } from './types.ts';
import {
  assignable,
  BOOL,
  BYTES,
  DOUBLE,
  DYN,
  INT,
  listOf,
  mapOf,
  NULL,
  optionalOf,
  param,
  STRING,
  substitute,
  typeText,
  TYPE,
  UINT,
} from './types.ts';
import { Uint } from './values.ts';

export type Variables = Readonly<Record<string, CelType>>;

export interface Checked {
  readonly type: CelType;
  readonly issues: readonly Issue[];
  /** The names that stand free in it. */
  readonly uses: ReadonlySet<string>;
}

const TYPE_NAMES = new Set(['int', 'uint', 'double', 'bool', 'string', 'bytes', 'list', 'map', 'null_type', 'type']);
const LOGIC = new Set(['_&&_', '_||_']);
/** Namespaces: optional.of and the like are functions whose name has a dot. */
export const NAMESPACES = new Set(['optional', 'ip', 'format', 'sets', 'math', 'base64', 'strings']);

export function checkCel(tree: Expr, variables: Variables, functions: Functions): Checked {
  const issues: Issue[] = [];
  const uses = new Set<string>();
  const scope = new Map<string, CelType>(Object.entries(variables));
  const complain = (at: number, text: string): CelType => {
    issues.push({ at, text });
    return DYN;
  };

  function typeOf(expr: Expr): CelType {
    switch (expr.op) {
      case 'literal':
        return literalType(expr.value);
      case 'ident':
        return identType(expr.name, expr.at);
      case 'select':
        return selectType(expr);
      case 'call':
        return callType(expr);
      case 'list':
        return listType(expr);
      case 'map':
        return mapType(expr);
      case 'fold':
        return foldType(expr);
      case 'bind': {
        const value = typeOf(expr.init);
        return within([[expr.name, value]], () => typeOf(expr.body));
      }
      case 'optMap': {
        const of = typeOf(expr.of);
        const body = within([[expr.name, of.kind === 'optional' ? of.of : DYN]], () => typeOf(expr.body));
        return expr.isFlat ? body : optionalOf(body);
      }
    }
  }

  function identType(name: string, at: number): CelType {
    const known = scope.get(name);
    if (known !== undefined) {
      uses.add(name);
      return known;
    }
    return TYPE_NAMES.has(name) ? TYPE : complain(at, `undeclared reference to '${name}' (in container '')`);
  }

  function within<T>(names: readonly (readonly [string, CelType])[], check: () => T): T {
    const before = names.map(([name]) => [name, scope.get(name)] as const);
    for (const [name, type] of names) scope.set(name, type);
    const out = check();
    for (const [name, type] of before) {
      if (type === undefined) scope.delete(name);
      else scope.set(name, type);
    }
    return out;
  }

  function selectType({ of, field, at, isTest, isOptional }: Extract<Expr, { op: 'select' }>): CelType {
    const outer = typeOf(of);
    const inner = outer.kind === 'optional' ? outer.of : outer;
    const wrap = (type: CelType): CelType => (isTest ? BOOL : isOptional || outer.kind === 'optional' ? optionalOf(type) : type);
    if (inner.kind === 'dyn' || inner.kind === 'param') return wrap(DYN);
    if (inner.kind === 'map') return wrap(inner.value);
    if (inner.kind !== 'object') return complain(at, `type '${typeText(inner)}' does not support field selection`);
    const found = inner.fields.get(field);
    return found === undefined ? complain(at, `undefined field '${field}'`) : wrap(found);
  }

  function callType({ name, target, args, at }: Extract<Expr, { op: 'call' }>): CelType {
    const space = target?.op === 'ident' && !scope.has(target.name) && NAMESPACES.has(target.name) ? `${target.name}.${name}` : undefined;
    const isMember = target !== undefined && space === undefined;
    const full = space ?? name;
    const given = [...(isMember ? [target] : []), ...args].map(typeOf);
    if (LOGIC.has(name) || name === '_?_:_') return logicType(name, given, at);
    const overloads = functions.get(full)?.filter((each) => each.isMember === isMember);
    if (overloads === undefined || overloads.length === 0) return complain(at, `undeclared reference to '${full}' (in container '')`);
    const results: CelType[] = [];
    for (const { params, result } of overloads) {
      const bindings: Bindings = new Map();
      if (params.length === given.length && params.every((each, i) => assignable(each, given[i] as CelType, bindings))) {
        results.push(substitute(result, bindings));
      }
    }
    if (results.length === 0) {
      const texts = given.map(typeText);
      const shown = isMember ? `${texts[0]}.(${texts.slice(1).join(', ')})` : `(${texts.join(', ')})`;
      return complain(at, `found no matching overload for '${full}' applied to '${shown}'`);
    }
    const [first] = results as [CelType];
    return results.every((each) => typeText(each) === typeText(first)) ? first : DYN;
  }

  function logicType(name: string, given: readonly CelType[], at: number): CelType {
    const wrong = (): CelType => complain(at, `found no matching overload for '${name}' applied to '(${given.map(typeText).join(', ')})'`);
    const isBool = (type: CelType | undefined): boolean => type?.kind === 'bool' || type?.kind === 'dyn';
    if (name !== '_?_:_') return given.every(isBool) ? BOOL : wrong();
    const [condition, yes, no] = given as [CelType, CelType, CelType];
    const bindings: Bindings = new Map();
    if (!isBool(condition) || !assignable(param('T'), yes, bindings) || !assignable(param('T'), no, bindings)) return wrong();
    return yes.kind === 'dyn' || no.kind === 'dyn' ? DYN : yes.kind === 'null' ? no : substitute(param('T'), bindings);
  }

  /** One type for all, or dyn. */
  function joined(types: readonly CelType[]): CelType {
    const [first] = types;
    if (first === undefined) return param('@');
    return types.every((type) => assignable(first, type, new Map()) && assignable(type, first, new Map())) ? first : DYN;
  }
  const listType = ({ items, optional }: Extract<Expr, { op: 'list' }>): CelType =>
    listOf(
      joined(
        items.map((item, i) => {
          const type = typeOf(item);
          return optional[i] && type.kind === 'optional' ? type.of : type;
        }),
      ),
    );
  function mapType({ entries }: Extract<Expr, { op: 'map' }>): CelType {
    const keys = entries.map(([key]) => typeOf(key));
    const values = entries.map(([, value, isOptional]) => {
      const type = typeOf(value);
      return isOptional && type.kind === 'optional' ? type.of : type;
    });
    return mapOf(joined(keys), joined(values));
  }

  function foldType({ kind, range, names, filter, step, at }: Extract<Expr, { op: 'fold' }>): CelType {
    const over = typeOf(range);
    const isKnown = over.kind === 'list' || over.kind === 'map' || over.kind === 'dyn' || over.kind === 'param';
    if (!isKnown) {
      complain(range.at, `expression of type '${typeText(over)}' cannot be range of a comprehension (must be list, map, or dynamic)`);
    }
    const [key, element] = over.kind === 'list' ? [INT, over.of] : over.kind === 'map' ? [over.key, over.value] : [DYN, DYN];
    const single = over.kind === 'map' ? key : element;
    const bound = names.length === 2 ? [key, element] : [single];
    return within(
      names.map((name, i) => [name, bound[i] as CelType] as const),
      () => {
        const test = (expr: Expr, operator: string): void => {
          const type = typeOf(expr);
          if (type.kind !== 'bool' && type.kind !== 'dyn') {
            const shown = operator === '_?_:_' ? `${typeText(type)}, int, int` : `bool, ${typeText(type)}`;
            complain(at, `found no matching overload for '${operator}' applied to '(${shown})'`);
          }
        };
        if (filter !== undefined) test(filter, '_?_:_');
        switch (kind) {
          case 'all':
            test(step, '_&&_');
            return BOOL;
          case 'exists':
            test(step, '_||_');
            return BOOL;
          case 'exists_one':
            test(step, '_?_:_');
            return BOOL;
          case 'filter':
            test(step, '_?_:_');
            return listOf(single);
          case 'transformMap':
            return mapOf(key, typeOf(step));
          default:
            return listOf(typeOf(step));
        }
      },
    );
  }

  const type = typeOf(tree);
  return { type: type.kind === 'param' ? DYN : type, issues, uses };
}

function literalType(value: unknown): CelType {
  if (value === null) return NULL;
  switch (typeof value) {
    case 'boolean':
      return BOOL;
    case 'bigint':
      return INT;
    case 'number':
      return DOUBLE;
    case 'string':
      return STRING;
    default:
      return value instanceof Uint ? UINT : BYTES;
  }
}
