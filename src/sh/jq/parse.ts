/** jq's language, as a tree. */

export type Ast =
  | { readonly type: 'identity' | 'recurse' | 'empty-brackets' }
  | { readonly type: 'field'; readonly target: Ast; readonly name: Ast; readonly optional: boolean }
  | { readonly type: 'slice'; readonly target: Ast; readonly from: Ast | undefined; readonly to: Ast | undefined; readonly optional: boolean }
  | { readonly type: 'each'; readonly target: Ast; readonly optional: boolean }
  | { readonly type: 'literal'; readonly value: unknown }
  | { readonly type: 'text'; readonly format: string | undefined; readonly parts: readonly (string | Ast)[] }
  | { readonly type: 'format'; readonly name: string }
  | { readonly type: 'array'; readonly body: Ast | undefined }
  | { readonly type: 'object'; readonly entries: readonly { readonly key: Ast; readonly value: Ast }[] }
  | { readonly type: 'negate'; readonly operand: Ast }
  | { readonly type: 'pipe' | 'comma'; readonly left: Ast; readonly right: Ast }
  | { readonly type: 'binary'; readonly operator: string; readonly left: Ast; readonly right: Ast }
  | { readonly type: 'assign'; readonly operator: string; readonly left: Ast; readonly right: Ast }
  | { readonly type: 'if'; readonly test: Ast; readonly yes: Ast; readonly no: Ast | undefined }
  | { readonly type: 'try'; readonly body: Ast; readonly handler: Ast | undefined }
  | { readonly type: 'reduce'; readonly source: Ast; readonly pattern: Pattern; readonly start: Ast; readonly update: Ast }
  | { readonly type: 'foreach'; readonly source: Ast; readonly pattern: Pattern; readonly start: Ast; readonly update: Ast; readonly extract: Ast | undefined }
  | { readonly type: 'as'; readonly source: Ast; readonly patterns: readonly Pattern[]; readonly body: Ast }
  | { readonly type: 'def'; readonly name: string; readonly params: readonly string[]; readonly definition: Ast; readonly body: Ast }
  | { readonly type: 'variable'; readonly name: string }
  | { readonly type: 'call'; readonly name: string; readonly args: readonly Ast[] }
  | { readonly type: 'label'; readonly name: string; readonly body: Ast }
  | { readonly type: 'break'; readonly name: string };

export type Pattern = { readonly type: 'variable'; readonly name: string } | { readonly type: 'array'; readonly items: readonly Pattern[]
  } | { readonly type: 'object'; readonly entries: readonly { readonly key: Ast; readonly variable?: string; readonly value?: Pattern }[] };

export class JqSyntaxError extends Error {
  constructor(message: string) { super(message); this.name = 'JqSyntaxError'; }
}

interface Token { readonly type: 'number' | 'text' | 'name' | 'field' | 'variable' | 'format' | 'op' | 'end'; readonly text: string; readonly parts?: readonly (string | Ast)[] }

const OPERATORS = ['?//=', '?//', '|=', '+=', '-=', '*=', '/=', '%=', '//=', '==', '!=', '<=', '>=', '//', '..', 'and', 'or', '|', ',', '.', '[', ']', '(', ')', '{',
  '}', ':', ';', '=', '<', '>', '+', '-', '*', '/', '%', '?'] as const;
const DEPTH_MAX = 256;

function tokenize(source: string, depth: number): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    const rest = source.slice(at);
    const space = /^(?:\s+|#[^\n]*)/.exec(rest);
    if (space !== null) { at += space[0].length; continue; }
    if (rest.startsWith('"')) { const [parts, length] = textParts(rest, depth); tokens.push({ type: 'text', text: '', parts }); at += length; continue; }
    const number = /^(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?/.exec(rest);
    if (number !== null) { tokens.push({ type: 'number', text: number[0] }); at += number[0].length; continue; }
    const field = /^\.([A-Za-z_][A-Za-z0-9_]*)/.exec(rest);
    if (field !== null) { tokens.push({ type: 'field', text: field[1]! }); at += field[0].length; continue; }
    const variable = /^\$\s*((?:[A-Za-z_][A-Za-z0-9_]*::)*[A-Za-z_][A-Za-z0-9_]*)/.exec(rest);
    if (variable !== null) { tokens.push({ type: 'variable', text: variable[1]! }); at += variable[0].length; continue; }
    const format = /^@[A-Za-z0-9_]+/.exec(rest);
    if (format !== null) { tokens.push({ type: 'format', text: format[0] }); at += format[0].length; continue; }
    const name = /^(?:[A-Za-z_][A-Za-z0-9_]*::)*[A-Za-z_][A-Za-z0-9_]*/.exec(rest);
    if (name !== null) { tokens.push({ type: name[0] === 'and' || name[0] === 'or' ? 'op' : 'name', text: name[0] }); at += name[0].length; continue; }
    const operator = OPERATORS.find(text => rest.startsWith(text));
    if (operator === undefined) throw new JqSyntaxError('syntax error, unexpected INVALID_CHARACTER');
    tokens.push({ type: 'op', text: operator });
    at += operator.length;
  }
  tokens.push({ type: 'end', text: '' });
  return tokens;
}

/** A string literal with \( ) in it. */
function textParts(source: string, depth: number): [(string | Ast)[], number] {
  const parts: (string | Ast)[] = [];
  let run = '';
  for (let at = 1; at < source.length; at += 1) {
    const char = source[at]!;
    if (char === '"') { if (run !== '' || parts.length === 0) parts.push(run); return [parts, at + 1]; }
    if (char !== '\\') { run += char; continue; }
    at += 1;
    const next = source[at]!;
    if (next === '(') {
      const end = closing(source, at);
      if (run !== '') parts.push(run);
      run = '';
      parts.push(parseJq(source.slice(at + 1, end), depth + 1));
      at = end;
    } else if (next === 'u') { run += String.fromCharCode(Number.parseInt(source.slice(at + 1, at + 5), 16)); at += 4; }
    else run += ({ n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' } as Readonly<Record<string, string>>)[next] ?? next;
  }
  throw new JqSyntaxError('syntax error, unexpected end of file, expecting QQSTRING_TEXT or QQSTRING_INTERP_START or QQSTRING_END');
}

function closing(source: string, open: number): number {
  let depth = 0;
  for (let at = open; at < source.length; at += 1) {
    const char = source[at];
    if (char === '(') depth += 1;
    else if (char === ')') { depth -= 1; if (depth === 0) return at; }
    else if (char === '"') for (at += 1; at < source.length && source[at] !== '"'; at += 1) if (source[at] === '\\') { if (source[at + 1] === '(') at = closing(source, at + 1); else at += 1; }
  }
  throw new JqSyntaxError('syntax error, unexpected end of file');
}

export function parseJq(source: string, depth = 0): Ast {
  if (depth > DEPTH_MAX) throw new JqSyntaxError('nested too deeply');
  const tokens = tokenize(source, depth);
  let at = 0;
  let nested = 0;
  const peek = (): Token => tokens[at]!;
  const isOp = (text: string): boolean => peek().type === 'op' && peek().text === text;
  const isName = (text: string): boolean => peek().type === 'name' && peek().text === text;
  const take = (): Token => tokens[at++]!;
  const fail = (): never => { const token = peek(); throw new JqSyntaxError(`syntax error, unexpected `
    + `${token.type === 'end' ? 'end of file' : token.type === 'op' ? `'${token.text}'` : token.type === 'name' ? token.text : token.type === 'text' ? 'QQSTRING_START' : token.type.toUpperCase()}`);
    };
  const acceptOp = (text: string): boolean => { if (!isOp(text)) return false; at += 1; return true; };
  const expectOp = (text: string): void => { if (!acceptOp(text)) fail(); };
  const expectName = (text: string): void => { if (!isName(text)) fail(); at += 1; };
  const IDENTITY: Ast = { type: 'identity' };

  function pipe(): Ast {
    nested += 1;
    if (nested > DEPTH_MAX) throw new JqSyntaxError('nested too deeply');
    try {
      if (isName('def')) {
        const { name, params, definition } = def();
        return { type: 'def', name, params, definition, body: peek().type === 'end' ? IDENTITY : pipe() };
      }
      if (isName('label')) {
        at += 1;
        const name = take().text;
        expectOp('|');
        return { type: 'label', name, body: pipe() };
      }
      const left = comma();
      if (isName('as')) {
        at += 1;
        const patterns = [pattern()];
        while (acceptOp('?//')) patterns.push(pattern());
        expectOp('|');
        return { type: 'as', source: left, patterns, body: pipe() };
      }
      if (!acceptOp('|')) return left;
      return { type: 'pipe', left, right: pipe() };
    } finally { nested -= 1; }
  }

  function def(): { name: string; params: string[]; definition: Ast } {
    expectName('def');
    const name = take().text;
    const params: string[] = [];
    if (acceptOp('(')) { do { const param = take(); params.push(param.type === 'variable' ? `$${param.text}` : param.text); } while (acceptOp(';')); expectOp(')'); }
    expectOp(':');
    const definition = pipe();
    expectOp(';');
    return { name, params, definition };
  }

  function pattern(): Pattern {
    if (peek().type === 'variable') return { type: 'variable', name: take().text };
    if (acceptOp('[')) { const items = [pattern()]; while (acceptOp(',')) items.push(pattern()); expectOp(']'); return { type: 'array', items }; }
    expectOp('{');
    const entries: { key: Ast; variable?: string; value?: Pattern }[] = [];
    do {
      if (peek().type === 'variable') {
        const name = take().text;
        entries.push({ key: { type: 'literal', value: name }, variable: name, ...(acceptOp(':') ? { value: pattern() } : {}) });
      } else {
        const key: Ast = peek().type === 'name' ? { type: 'literal', value: take().text } : acceptOp('(') ? closeParen(pipe()) : text();
        expectOp(':');
        entries.push({ key, value: pattern() });
      }
    } while (acceptOp(','));
    expectOp('}');
    return { type: 'object', entries };
  }

  const closeParen = (inner: Ast): Ast => { expectOp(')'); return inner; };

  function comma(): Ast {
    let left = assignment();
    while (acceptOp(',')) left = { type: 'comma', left, right: assignment() };
    return left;
  }

  function assignment(): Ast {
    const left = alternative();
    const operator = ['=', '|=', '+=', '-=', '*=', '/=', '%=', '//='].find(isOp);
    if (operator === undefined) return left;
    at += 1;
    return { type: 'assign', operator, left, right: assignment() };
  }

  function alternative(): Ast {
    const left = or();
    return acceptOp('//') ? { type: 'binary', operator: '//', left, right: alternative() } : left;
  }
  function or(): Ast { let left = and(); while (acceptOp('or')) left = { type: 'binary', operator: 'or', left, right: and() }; return left; }
  function and(): Ast { let left = compare(); while (acceptOp('and')) left = { type: 'binary', operator: 'and', left, right: compare() }; return left; }
  function compare(): Ast {
    const left = sum();
    const operator = ['==', '!=', '<=', '>=', '<', '>'].find(isOp);
    if (operator === undefined) return left;
    at += 1;
    return { type: 'binary', operator, left, right: sum() };
  }
  function sum(): Ast { let left = product(); while (isOp('+') || isOp('-')) { const operator = take().text; left = { type: 'binary', operator, left, right: product() }; } return left; }
  function product(): Ast { let left = unary(); while (isOp('*') || isOp('/') || isOp('%')) { const operator = take().text; left = { type: 'binary', operator, left, right: unary() }; } return left; }
  function unary(): Ast { return acceptOp('-') ? { type: 'negate', operand: postfix() } : postfix(); }

  function postfix(): Ast {
    let target = primary();
    for (;;) {
      if (peek().type === 'field') target = { type: 'field', target, name: { type: 'literal', value: take().text }, optional: acceptOp('?') };
      else if (isOp('.') && (tokens[at + 1]?.type === 'text' || (tokens[at + 1]?.type === 'op' && tokens[at + 1]?.text === '['))) {
        at += 1;
        if (peek().type === 'text') target = { type: 'field', target, name: text(), optional: acceptOp('?') };
      } else if (isOp('[')) target = suffix(target);
      else if (acceptOp('?')) target = { type: 'try', body: target, handler: undefined };
      else return target;
    }
  }

  function suffix(target: Ast): Ast {
    expectOp('[');
    if (acceptOp(']')) return { type: 'each', target, optional: acceptOp('?') };
    if (acceptOp(':')) { const to = pipe(); expectOp(']'); return { type: 'slice', target, from: undefined, to, optional: acceptOp('?') }; }
    const index = pipe();
    if (acceptOp(':')) {
      const to = isOp(']') ? undefined : pipe();
      expectOp(']');
      return { type: 'slice', target, from: index, to, optional: acceptOp('?') };
    }
    expectOp(']');
    return { type: 'field', target, name: index, optional: acceptOp('?') };
  }

  function text(): Ast {
    const token = take();
    if (token.type !== 'text') { at -= 1; fail(); }
    const parts = token.parts!;
    return parts.length === 1 && typeof parts[0] === 'string' ? { type: 'literal', value: parts[0] } : { type: 'text', format: undefined, parts };
  }

  function primary(): Ast {
    const token = peek();
    if (token.type === 'number') { at += 1; return { type: 'literal', value: Number(token.text) }; }
    if (token.type === 'text') return text();
    if (token.type === 'variable') { at += 1; return { type: 'variable', name: token.text }; }
    if (token.type === 'field') { at += 1; return { type: 'field', target: IDENTITY, name: { type: 'literal', value: token.text }, optional: acceptOp('?') }; }
    if (token.type === 'format') {
      at += 1;
      if (peek().type === 'text') return { type: 'text', format: token.text, parts: take().parts! };
      return { type: 'format', name: token.text };
    }
    if (acceptOp('..')) return { type: 'recurse' };
    if (acceptOp('.')) {
      if (peek().type === 'text') return { type: 'field', target: IDENTITY, name: text(), optional: acceptOp('?') };
      return isOp('[') ? suffix(IDENTITY) : IDENTITY;
    }
    if (acceptOp('(')) return closeParen(pipe());
    if (acceptOp('[')) {
      if (acceptOp(']')) return { type: 'array', body: undefined };
      const body = pipe();
      expectOp(']');
      return { type: 'array', body };
    }
    if (acceptOp('{')) return object();
    if (acceptOp('-')) return { type: 'negate', operand: postfix() };
    if (token.type === 'name') return named();
    return fail();
  }

  function object(): Ast {
    const entries: { key: Ast; value: Ast }[] = [];
    while (!acceptOp('}')) {
      const token = peek();
      let key: Ast;
      let short: Ast | undefined;
      if (token.type === 'variable') { at += 1; key = { type: 'literal', value: token.text }; short = { type: 'variable', name: token.text }; }
      else if (token.type === 'name' || (token.type === 'op' && (token.text === 'and' || token.text === 'or'))) { at += 1; key = { type: 'literal', value: token.text }; }
      else if (token.type === 'number') { at += 1; key = { type: 'literal', value: token.text }; }
      else if (token.type === 'text') key = text();
      else if (token.type === 'format') key = primary();
      else if (acceptOp('(')) key = closeParen(pipe());
      else return fail();
      if (acceptOp(':')) {
        let value = alternativeNoComma();
        while (acceptOp('|')) value = { type: 'pipe', left: value, right: alternativeNoComma() };
        entries.push({ key, value });
      } else entries.push({ key, value: short ?? { type: 'field', target: IDENTITY, name: key, optional: false } });
      if (!acceptOp(',') && !isOp('}')) fail();
    }
    return { type: 'object', entries };
  }
  function alternativeNoComma(): Ast { return alternative(); }

  function named(): Ast {
    const { text: name } = take();
    switch (name) {
      case 'if': return ifThen();
      case 'try': {
        const body = postfix();
        return { type: 'try', body, handler: isName('catch') ? (at += 1, postfix()) : undefined };
      }
      case 'reduce': case 'foreach': {
        const source = postfix();
        expectName('as');
        const bound = pattern();
        expectOp('(');
        const start = pipe();
        expectOp(';');
        const update = pipe();
        const extract = name === 'foreach' && acceptOp(';') ? pipe() : undefined;
        expectOp(')');
        return name === 'reduce' ? { type: 'reduce', source, pattern: bound, start, update } : { type: 'foreach', source, pattern: bound, start, update, extract };
      }
      case 'def': { at -= 1; const { name: fn, params, definition } = def(); return { type: 'def', name: fn, params, definition, body: pipe() }; }
      case 'break': return { type: 'break', name: take().text };
      case 'null': return { type: 'literal', value: null };
      case 'true': return { type: 'literal', value: true };
      case 'false': return { type: 'literal', value: false };
      case 'then': case 'else': case 'elif': case 'end': case 'as': case 'catch': case 'import': case 'include': at -= 1; return fail();
      default: {
        const args: Ast[] = [];
        if (acceptOp('(')) { do args.push(pipe()); while (acceptOp(';')); expectOp(')'); }
        return { type: 'call', name, args };
      }
    }
  }

  function ifThen(): Ast {
    const test = pipe();
    expectName('then');
    const yes = pipe();
    if (isName('elif')) { at += 1; return { type: 'if', test, yes, no: ifThen() }; }
    const no = isName('else') ? (at += 1, pipe()) : undefined;
    expectName('end');
    return { type: 'if', test, yes, no };
  }

  if (peek().type === 'end') return IDENTITY;
  const tree = pipe();
  if (peek().type !== 'end') fail();
  return tree;
}
