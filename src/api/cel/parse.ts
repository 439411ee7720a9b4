/** CEL's grammar: text to tree, macros expanded.
 *  Upstream: github.com/google/cel-go parser/{parser.go,macro.go}, ext/comprehensions.go */
import type { Expr, FoldKind } from './expr.ts';
import type { Token } from './tokens.ts';
import { CelSyntaxError, RESERVED_WORDS, tokensOf } from './tokens.ts';
import { Uint } from './values.ts';

const DEPTH_MAX = 250;
const EXPECTED = `{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}`;
const RELATIONS = new Set(['<', '<=', '>', '>=', '==', '!=']);
const INT_MAX = 2n ** 63n;

/** Throws CelSyntaxError. */
export function parseCel(source: string): Expr {
  const tokens = tokensOf(source);
  let position = 0;
  let depth = 0;
  const peek = (): Token => tokens[position] as Token;
  const take = (): Token => tokens[position++] as Token;
  const isOp = (text: string): boolean => peek().kind === 'op' && peek().text === text;
  const accept = (text: string): Token | undefined => (isOp(text) ? take() : undefined);
  const shown = ({ kind, text }: Token): string => (kind === 'string' ? `"${text}"` : text);
  function expect(text: string): Token {
    const token = accept(text);
    if (token !== undefined) return token;
    throw new CelSyntaxError(peek().at, `Syntax error: mismatched input '${shown(peek())}' expecting '${text}'`);
  }
  const call = (name: string, at: number, ...args: readonly Expr[]): Expr => ({ op: 'call', at, name, target: undefined, args });

  function expression(): Expr {
    if (++depth > DEPTH_MAX) throw new CelSyntaxError(peek().at, 'expression recursion limit exceeded: 250');
    const condition = binary(0);
    const question = accept('?');
    let out = condition;
    if (question !== undefined) {
      const yes = binary(0);
      expect(':');
      out = call('_?_:_', question.at, condition, yes, expression());
    }
    depth -= 1;
    return out;
  }

  const LEVELS: readonly ((token: Token) => boolean)[] = [
    ({ kind, text }) => kind === 'op' && text === '||',
    ({ kind, text }) => kind === 'op' && text === '&&',
    ({ kind, text }) => (kind === 'op' && RELATIONS.has(text)) || (kind === 'ident' && text === 'in'),
    ({ kind, text }) => kind === 'op' && (text === '+' || text === '-'),
    ({ kind, text }) => kind === 'op' && (text === '*' || text === '/' || text === '%'),
  ];
  function binary(level: number): Expr {
    const isHere = LEVELS[level];
    if (isHere === undefined) return unary();
    let left = binary(level + 1);
    while (isHere(peek())) {
      const { text, at } = take();
      left = call(text === 'in' ? '@in' : `_${text}_`, at, left, binary(level + 1));
    }
    return left;
  }

  function unary(): Expr {
    const operator = isOp('!') || isOp('-') ? take() : undefined;
    if (operator === undefined) return member();
    if (++depth > DEPTH_MAX) throw new CelSyntaxError(operator.at, 'expression recursion limit exceeded: 250');
    const next = peek();
    const isNumber = operator.text === '-' && (next.kind === 'int' || next.kind === 'double');
    const out = isNumber ? postfix(number(take(), '-')) : call(operator.text === '!' ? '!_' : '-_', operator.at, unary());
    depth -= 1;
    return out;
  }

  const member = (): Expr => postfix(primary());
  function postfix(first: Expr): Expr {
    let out = first;
    for (;;) {
      const dot = accept('.');
      const bracket = dot === undefined ? accept('[') : undefined;
      if (dot !== undefined) out = selected(out, dot.at);
      else if (bracket !== undefined) {
        const isOptional = accept('?') !== undefined;
        const index = expression();
        expect(']');
        out = call(isOptional ? '_[?_]' : '_[_]', bracket.at, out, index);
      } else return out;
    }
  }

  function selected(of: Expr, at: number): Expr {
    const isOptional = accept('?') !== undefined;
    const name = take();
    if (name.kind !== 'ident')
      throw new CelSyntaxError(name.at, `Syntax error: no viable alternative at input '.${name.kind === 'end' ? '' : shown(name)}'`);
    const open = isOptional ? undefined : accept('(');
    if (open === undefined) return { op: 'select', at, of, field: name.text, isTest: false, isOptional };
    return memberCall(of, name.text, args(')'), open.at);
  }

  function args(end: string): readonly Expr[] {
    const out: Expr[] = [];
    while (!isOp(end)) {
      out.push(expression());
      if (accept(',') === undefined) break;
    }
    expect(end);
    return out;
  }

  function primary(): Expr {
    const token = take();
    const { at, text } = token;
    switch (token.kind) {
      case 'int':
      case 'uint':
      case 'double':
        return number(token, '');
      case 'string':
        return { op: 'literal', at, value: text };
      case 'bytes':
        return { op: 'literal', at, value: token.bytes };
      case 'ident':
        return identifier(token);
      case 'op': {
        if (text === '(') {
          const inner = expression();
          expect(')');
          return inner;
        }
        if (text === '[') return list(at);
        if (text === '{') return map(at);
        if (text === '.' && peek().kind === 'ident') return identifier(take());
      }
    }
    const what = token.kind === 'end' ? 'mismatched' : 'extraneous';
    throw new CelSyntaxError(at, `Syntax error: ${what} input '${shown(token)}' expecting ${EXPECTED}`);
  }

  function number({ kind, text, at }: Token, sign: '' | '-'): Expr {
    if (kind === 'double') return { op: 'literal', at, value: Number(sign + text) };
    const magnitude = BigInt(text);
    const value = sign === '-' ? -magnitude : magnitude;
    if (kind === 'uint') {
      if (magnitude >= 2n * INT_MAX) throw new CelSyntaxError(at, 'Syntax error: invalid uint literal');
      return { op: 'literal', at, value: new Uint(value) };
    }
    if (value >= INT_MAX || value < -INT_MAX) throw new CelSyntaxError(at, 'Syntax error: invalid int literal');
    return { op: 'literal', at, value };
  }

  function identifier({ text, at }: Token): Expr {
    if (text === 'true' || text === 'false') return { op: 'literal', at, value: text === 'true' };
    if (text === 'null') return { op: 'literal', at, value: null };
    if (RESERVED_WORDS.has(text)) throw new CelSyntaxError(at, `Syntax error: reserved identifier: ${text}`);
    const open = accept('(');
    if (open === undefined) return { op: 'ident', at, name: text };
    const given = args(')');
    if (text !== 'has' || given.length !== 1) return { op: 'call', at: open.at, name: text, target: undefined, args: given };
    const [tested] = given;
    if (tested?.op !== 'select') throw new CelSyntaxError(open.at, 'invalid argument to has() macro');
    return { ...tested, isTest: true };
  }

  function list(at: number): Expr {
    const items: Expr[] = [];
    const optional: boolean[] = [];
    while (!isOp(']')) {
      optional.push(accept('?') !== undefined);
      items.push(expression());
      if (accept(',') === undefined) break;
    }
    expect(']');
    return { op: 'list', at, items, optional };
  }

  function map(at: number): Expr {
    const entries: [Expr, Expr, boolean][] = [];
    while (!isOp('}')) {
      const isOptional = accept('?') !== undefined;
      const key = expression();
      expect(':');
      entries.push([key, expression(), isOptional]);
      if (accept(',') === undefined) break;
    }
    expect('}');
    return { op: 'map', at, entries };
  }

  const tree = expression();
  if (peek().kind !== 'end') {
    throw new CelSyntaxError(peek().at, `Syntax error: extraneous input '${shown(peek())}' expecting <EOF>`);
  }
  return tree;
}

const FOLDS: Readonly<Record<string, FoldKind>> = {
  all: 'all',
  exists: 'exists',
  exists_one: 'exists_one',
  existsOne: 'exists_one',
  map: 'map',
  filter: 'filter',
  transformList: 'transformList',
  transformMap: 'transformMap',
};

/** A call of a method, or the macro of that name and number of arguments. */
function memberCall(target: Expr, name: string, args: readonly Expr[], at: number): Expr {
  const plain: Expr = { op: 'call', at, name, target, args };
  if (name === 'bind' && target.op === 'ident' && target.name === 'cel' && args.length === 3) {
    return { op: 'bind', at, name: variable(args[0], at), init: args[1] as Expr, body: args[2] as Expr };
  }
  if ((name === 'optMap' || name === 'optFlatMap') && args.length === 2) {
    return { op: 'optMap', at, of: target, name: variable(args[0], at), body: args[1] as Expr, isFlat: name === 'optFlatMap' };
  }
  const kind = FOLDS[name];
  if (kind === undefined) return plain;
  const isTransform = kind === 'transformList' || kind === 'transformMap';
  const isMap = kind === 'map';
  const withTwo = isTransform || (args.length === 3 && kind !== 'map' && kind !== 'filter');
  const names = withTwo ? 2 : 1;
  const rest = args.slice(names);
  if (rest.length !== 1 && !(rest.length === 2 && (isMap || isTransform))) return plain;
  const [first, second] = rest as [Expr, Expr | undefined];
  return {
    op: 'fold',
    at,
    kind,
    range: target,
    names: args.slice(0, names).map((each) => variable(each, at)),
    filter: second === undefined ? undefined : first,
    step: second ?? first,
  };
}

function variable(expr: Expr | undefined, at: number): string {
  if (expr?.op === 'ident') return expr.name;
  throw new CelSyntaxError(expr?.at ?? at, 'argument must be a simple name');
}
