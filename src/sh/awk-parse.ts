/** awk's language: tokens and a syntax tree. */

export type Expr =
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'regex'; readonly source: string }
  | { readonly type: 'variable'; readonly name: string }
  | { readonly type: 'field'; readonly index: Expr }
  | { readonly type: 'element'; readonly name: string; readonly keys: readonly Expr[] }
  | { readonly type: 'unary'; readonly operator: string; readonly operand: Expr }
  | { readonly type: 'step'; readonly operator: '++' | '--'; readonly prefix: boolean; readonly target: Expr }
  | { readonly type: 'binary'; readonly operator: string; readonly left: Expr; readonly right: Expr }
  | { readonly type: 'assign'; readonly operator: string; readonly target: Expr; readonly value: Expr }
  | { readonly type: 'ternary'; readonly test: Expr; readonly yes: Expr; readonly no: Expr }
  | { readonly type: 'in'; readonly keys: readonly Expr[]; readonly name: string }
  | { readonly type: 'call'; readonly name: string; readonly args: readonly Expr[] }
  | { readonly type: 'getline'; readonly target: Expr | undefined; readonly source: Expr | undefined; readonly how: 'main' | 'file' | 'command' }
  | { readonly type: 'group'; readonly items: readonly Expr[] };

export type Stmt =
  | { readonly type: 'expr'; readonly expr: Expr }
  | { readonly type: 'print' | 'printf'; readonly args: readonly Expr[]; readonly redirect: { readonly operator: string; readonly target: Expr } | undefined }
  | { readonly type: 'if'; readonly test: Expr; readonly yes: Stmt; readonly no: Stmt | undefined }
  | { readonly type: 'while'; readonly test: Expr; readonly body: Stmt; readonly first: boolean }
  | { readonly type: 'for'; readonly start: Stmt | undefined; readonly test: Expr | undefined; readonly step: Stmt | undefined; readonly body: Stmt }
  | { readonly type: 'forin'; readonly name: string; readonly list: string; readonly body: Stmt }
  | { readonly type: 'block'; readonly body: readonly Stmt[] }
  | { readonly type: 'next' | 'break' | 'continue' | 'nextfile' }
  | { readonly type: 'exit' | 'return'; readonly value: Expr | undefined }
  | { readonly type: 'delete'; readonly name: string; readonly keys: readonly Expr[] | undefined };

export interface Rule { readonly pattern: { readonly type: 'begin' | 'end' | 'always' } | { readonly type: 'test'; readonly from: Expr; readonly to?: Expr }; readonly body: Stmt | undefined }
export interface Program { readonly rules: readonly Rule[]; readonly functions: ReadonlyMap<string, { readonly params: readonly string[]; readonly body: Stmt }> }

export class AwkError extends Error {
  constructor(message: string) { super(message); this.name = 'AwkError'; }
}

interface Token { readonly type: 'number' | 'string' | 'regex' | 'name' | 'call' | 'op' | 'newline' | 'end'; readonly text: string }

const KEYWORDS: ReadonlySet<string> = new Set(['BEGIN', 'END', 'function', 'func', 'if', 'else', 'while', 'for', 'do', 'break', 'continue', 'next', 'nextfile',
  'exit', 'return', 'delete', 'in', 'getline', 'print', 'printf']);
const BUILTINS: ReadonlySet<string> = new Set(['length', 'substr', 'index', 'split', 'sub', 'gsub', 'match', 'sprintf', 'tolower', 'toupper', 'sin', 'cos', 'atan2',
  'exp', 'log', 'sqrt', 'int', 'rand', 'srand', 'system', 'close', 'fflush', 'strftime', 'systime', 'gensub', 'asort', 'asorti', 'strtonum', 'and', 'or', 'xor', 'mktime']);
const OPERATORS = ['**=', '&&', '||', '==', '!=', '<=', '>=', '++', '--', '+=', '-=', '*=', '/=', '%=', '^=', '**', '!~', '>>', '{', '}', '(', ')', '[', ']', ';',
  ',', '+', '-', '*', '/', '%', '^', '!', '<', '>', '~', '?', ':', '=', '|', '$'] as const;

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  /** Whether a slash here begins a pattern: not after a value. */
  const wantsValue = (): boolean => {
    const last = tokens[tokens.length - 1];
    return last === undefined || last.type === 'newline' || (last.type === 'op' && ![')', ']', '$', '++', '--'].includes(last.text))
      || (last.type === 'name' && KEYWORDS.has(last.text) && last.text !== 'getline');
  };
  while (at < source.length) {
    const char = source[at]!;
    if (char === '\\' && source[at + 1] === '\n') { at += 2; continue; }
    if (char === ' ' || char === '\t' || char === '\r') { at += 1; continue; }
    if (char === '#') { while (at < source.length && source[at] !== '\n') at += 1; continue; }
    if (char === '\n') { tokens.push({ type: 'newline', text: '\n' }); at += 1; continue; }
    if (char === '"') { const [text, end] = quoted(source, at + 1, '"'); tokens.push({ type: 'string', text: unescapeString(text) }); at = end; continue; }
    if (char === '/' && wantsValue()) { const [text, end] = quoted(source, at + 1, '/'); tokens.push({ type: 'regex', text: text.replaceAll('\\/', '/') }); at = end; continue; }
    const number = /^(?:0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)/.exec(source.slice(at));
    if (number !== null) { tokens.push({ type: 'number', text: number[0] }); at += number[0].length; continue; }
    const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(source.slice(at));
    if (name !== null) {
      at += name[0].length;
      tokens.push({ type: source[at] === '(' && !KEYWORDS.has(name[0]) ? 'call' : 'name', text: name[0] });
      continue;
    }
    const operator = OPERATORS.find(text => source.startsWith(text, at));
    if (operator === undefined) throw new AwkError(`syntax error at source line ${source.slice(0, at).split('\n').length}`);
    tokens.push({ type: 'op', text: operator });
    at += operator.length;
  }
  tokens.push({ type: 'end', text: '' });
  return tokens;
}

function quoted(source: string, from: number, quote: string): [string, number] {
  let at = from;
  let bracket = false;
  for (; at < source.length && (source[at] !== quote || bracket); at += 1) {
    if (source[at] === '\\') { at += 1; continue; }
    if (source[at] === '\n') throw new AwkError(quote === '"' ? 'unterminated string' : 'unterminated regexp');
    if (quote === '/' && source[at] === '[' && !bracket && source.slice(at + 2).includes(']')) { bracket = true; if (source[at + 1] === '^') at += 1; if (source[at + 1] === ']') at += 1; }
    else if (source[at] === ']') bracket = false;
  }
  if (at >= source.length) throw new AwkError(quote === '"' ? 'unterminated string' : 'unterminated regexp');
  return [source.slice(from, at), at + 1];
}

export function unescapeString(text: string): string {
  return text.replace(/\\([0-7]{1,3}|[^])/g, (whole, char: string) => /^[0-7]/.test(char) ? String.fromCharCode(Number.parseInt(char, 8))
    : ({ n: '\n', t: '\t', r: '\r', '\\': '\\', '"': '"', '/': '/', a: '\x07', b: '\b', f: '\f', v: '\v' } as Readonly<Record<string, string>>)[char] ?? whole);
}

export function parseAwk(source: string): Program {
  const tokens = tokenize(source);
  let at = 0;
  let noIn = 0;
  let noGreater = 0;
  const peek = (ahead = 0): Token => tokens[Math.min(at + ahead, tokens.length - 1)]!;
  const is = (text: string): boolean => (peek().type === 'op' || peek().type === 'name') && peek().text === text;
  const accept = (text: string): boolean => { if (!is(text)) return false; at += 1; return true; };
  const fail = (): never => { throw new AwkError(`syntax error at or near ${peek().type === 'end' ? 'end of file' : peek().type === 'newline' ? 'end of line' : peek().text}`); };
  const expect = (text: string): void => { if (!accept(text)) fail(); };
  const newlines = (): void => { while (peek().type === 'newline' || is(';')) at += 1; };
  const optNewlines = (): void => { while (peek().type === 'newline') at += 1; };

  function program(): Program {
    const rules: Rule[] = [];
    const functions = new Map<string, { params: readonly string[]; body: Stmt }>();
    for (newlines(); peek().type !== 'end'; newlines()) {
      if (accept('function') || accept('func')) {
        const name = tokens[at]!.text;
        at += 1;
        expect('(');
        const params: string[] = [];
        while (!accept(')')) { params.push(tokens[at]!.text); at += 1; accept(','); optNewlines(); }
        optNewlines();
        functions.set(name, { params, body: block() });
      } else if (accept('BEGIN')) { optNewlines(); rules.push({ pattern: { type: 'begin' }, body: block() }); }
      else if (accept('END')) { optNewlines(); rules.push({ pattern: { type: 'end' }, body: block() }); }
      else if (is('{')) rules.push({ pattern: { type: 'always' }, body: block() });
      else {
        const from = expression();
        const to = accept(',') ? (optNewlines(), expression()) : undefined;
        rules.push({ pattern: { type: 'test', from, ...(to === undefined ? {} : { to }) }, body: is('{') ? block() : undefined });
      }
    }
    return { rules, functions };
  }

  function block(): Stmt {
    expect('{');
    const body: Stmt[] = [];
    for (newlines(); !accept('}'); newlines()) {
      if (peek().type === 'end') fail();
      body.push(statement());
    }
    return { type: 'block', body };
  }

  function endStatement(): void {
    if (is('}') || peek().type === 'end') return;
    if (accept(';')) { optNewlines(); return; }
    if (peek().type === 'newline') { optNewlines(); return; }
    fail();
  }

  function simpleStatement(): Stmt {
    if (is('print') || is('printf')) {
      const type = tokens[at]!.text as 'print' | 'printf';
      at += 1;
      noGreater += 1;
      const args = is(';') || is('}') || is('>') || is('>>') || is('|') || peek().type === 'newline' || peek().type === 'end' ? [] : list();
      noGreater -= 1;
      const only = args.length === 1 && args[0]!.type === 'group' ? args[0]!.items : args;
      const operator = ['>', '>>', '|'].find(text => is(text));
      if (operator === undefined) return { type, args: only, redirect: undefined };
      at += 1;
      return { type, args: only, redirect: { operator, target: concatenation() } };
    }
    if (accept('delete')) {
      const name = tokens[at]!.text;
      at += 1;
      if (!accept('[')) return { type: 'delete', name, keys: undefined };
      const keys = list();
      expect(']');
      return { type: 'delete', name, keys };
    }
    return { type: 'expr', expr: expression() };
  }

  function body(): Stmt {
    optNewlines();
    if (accept(';')) return { type: 'block', body: [] };
    return is('{') ? block() : statement();
  }

  function statement(): Stmt {
    if (is('{')) return block();
    if (accept('if')) {
      expect('(');
      const test = expression();
      expect(')');
      const yes = body();
      const saved = at;
      newlines();
      if (accept('else')) return { type: 'if', test, yes, no: body() };
      at = saved;
      return { type: 'if', test, yes, no: undefined };
    }
    if (accept('while')) {
      expect('(');
      const test = expression();
      expect(')');
      return { type: 'while', test, body: body(), first: true };
    }
    if (accept('do')) {
      const inner = body();
      newlines();
      expect('while');
      expect('(');
      const test = expression();
      expect(')');
      endStatement();
      return { type: 'while', test, body: inner, first: false };
    }
    if (accept('for')) return forStatement();
    for (const word of ['next', 'break', 'continue', 'nextfile'] as const) if (accept(word)) { endStatement(); return { type: word }; }
    for (const word of ['exit', 'return'] as const) {
      if (!accept(word)) continue;
      const value = is(';') || is('}') || peek().type === 'newline' || peek().type === 'end' ? undefined : expression();
      endStatement();
      return { type: word, value };
    }
    const simple = simpleStatement();
    endStatement();
    return simple;
  }

  function forStatement(): Stmt {
    expect('(');
    if (peek().type === 'name' && peek(1).text === 'in' && peek(3).text === ')') {
      const [name, , listName] = [tokens[at]!.text, at, tokens[at + 2]!.text];
      at += 4;
      return { type: 'forin', name, list: listName, body: body() };
    }
    noIn += 0;
    const start = is(';') ? undefined : simpleStatement();
    expect(';');
    optNewlines();
    const test = is(';') ? undefined : expression();
    expect(';');
    optNewlines();
    const step = is(')') ? undefined : simpleStatement();
    expect(')');
    return { type: 'for', start, test, step, body: body() };
  }

  function list(): Expr[] {
    const items = [expression()];
    while (accept(',')) { optNewlines(); items.push(expression()); }
    return items;
  }

  function expression(): Expr { return assignment(); }

  function assignment(): Expr {
    const left = ternary();
    const operator = ['=', '+=', '-=', '*=', '/=', '%=', '^=', '**='].find(text => is(text));
    if (operator === undefined || !['variable', 'field', 'element'].includes(left.type)) return left;
    at += 1;
    optNewlines();
    return { type: 'assign', operator, target: left, value: assignment() };
  }

  function ternary(): Expr {
    const test = binaryLevel(0);
    if (!accept('?')) return test;
    optNewlines();
    const yes = assignment();
    optNewlines();
    expect(':');
    optNewlines();
    return { type: 'ternary', test, yes, no: assignment() };
  }

  function binaryLevel(level: number): Expr {
    if (level === 0) { let left = binaryLevel(1); while (accept('||')) { optNewlines(); left = { type: 'binary', operator: '||', left, right: binaryLevel(1) }; } return left; }
    if (level === 1) { let left = binaryLevel(2); while (accept('&&')) { optNewlines(); left = { type: 'binary', operator: '&&', left, right: binaryLevel(2) }; } return left; }
    if (level === 2) {
      let left = binaryLevel(3);
      while (is('in') && noIn === 0) { at += 1; const name = tokens[at]!.text; at += 1; left = { type: 'in', keys: left.type === 'group' ? left.items : [left], name }; }
      return left;
    }
    if (level === 3) {
      let left = comparison();
      while (is('~') || is('!~')) { const operator = tokens[at]!.text; at += 1; left = { type: 'binary', operator, left, right: comparison() }; }
      return left;
    }
    return comparison();
  }

  function comparison(): Expr {
    const left = concatenation();
    const operator = ['<', '<=', '==', '!=', '>=', ...(noGreater > 0 ? [] : ['>'])].find(text => is(text));
    if (operator !== undefined) { at += 1; return { type: 'binary', operator, left, right: concatenation() }; }
    if (is('|') && peek(1).text === 'getline') { at += 2; return { type: 'getline', target: lvalue(), source: left, how: 'command' }; }
    return left;
  }

  function startsValue(): boolean {
    const token = peek();
    if (token.type === 'number' || token.type === 'string' || token.type === 'regex' || token.type === 'call') return true;
    if (token.type === 'name') return !KEYWORDS.has(token.text);
    return token.type === 'op' && ['$', '!', '(', '-', '+', '++', '--'].includes(token.text);
  }

  function concatenation(): Expr {
    let left = additive();
    while (startsValue() && !(is('in'))) left = { type: 'binary', operator: ' ', left, right: additive() };
    return left;
  }

  function additive(): Expr {
    let left = multiplicative();
    while (is('+') || is('-')) { const operator = tokens[at]!.text; at += 1; left = { type: 'binary', operator, left, right: multiplicative() }; }
    return left;
  }

  function multiplicative(): Expr {
    let left = unary();
    while (is('*') || is('/') || is('%')) { const operator = tokens[at]!.text; at += 1; left = { type: 'binary', operator, left, right: unary() }; }
    return left;
  }

  function unary(): Expr {
    for (const operator of ['!', '-', '+']) if (accept(operator)) return { type: 'unary', operator, operand: unary() };
    return power();
  }

  function power(): Expr {
    const left = postfix();
    if (!accept('^') && !accept('**')) return left;
    return { type: 'binary', operator: '^', left, right: is('-') || is('+') || is('!') ? unary() : power() };
  }

  function postfix(): Expr {
    const operand = primary();
    if (['variable', 'field', 'element'].includes(operand.type)) for (const operator of ['++', '--'] as const) if (accept(operator)) return { type: 'step', operator, prefix: false, target: operand };
    return operand;
  }

  function lvalue(): Expr | undefined {
    if (peek().type === 'name' && !KEYWORDS.has(peek().text)) return variable();
    return is('$') ? primary() : undefined;
  }

  function variable(): Expr {
    const name = tokens[at]!.text;
    at += 1;
    if (!accept('[')) return { type: 'variable', name };
    const keys = list();
    expect(']');
    return { type: 'element', name, keys };
  }

  function primary(): Expr {
    const token = peek();
    if (token.type === 'number') { at += 1; return { type: 'number', value: Number(token.text) }; }
    if (token.type === 'string') { at += 1; return { type: 'string', value: token.text }; }
    if (token.type === 'regex') { at += 1; return { type: 'regex', source: token.text }; }
    if (accept('$')) {
      if (is('++') || is('--')) { const operator = tokens[at]!.text as '++' | '--'; at += 1; return { type: 'field', index: { type: 'step', operator, prefix: true, target: primary() } }; }
      return { type: 'field', index: is('-') ? unary() : primary() };
    }
    for (const operator of ['++', '--'] as const) if (accept(operator)) return { type: 'step', operator, prefix: true, target: primary() };
    if (accept('(')) {
      const saved = [noIn, noGreater] as const;
      [noIn, noGreater] = [0, 0];
      const items = list();
      [noIn, noGreater] = saved;
      expect(')');
      return { type: 'group', items };
    }
    if (accept('getline')) {
      const target = lvalue();
      if (accept('<')) return { type: 'getline', target, source: primary(), how: 'file' };
      return { type: 'getline', target, source: undefined, how: 'main' };
    }
    if (token.type === 'call') {
      at += 2;
      const saved = [noIn, noGreater] as const;
      [noIn, noGreater] = [0, 0];
      optNewlines();
      const args = is(')') ? [] : list();
      optNewlines();
      [noIn, noGreater] = saved;
      expect(')');
      return { type: 'call', name: token.text, args };
    }
    if (token.type === 'name' && !KEYWORDS.has(token.text)) {
      if (BUILTINS.has(token.text)) { at += 1; return { type: 'call', name: token.text, args: [] }; }
      return variable();
    }
    return fail();
  }

  return program();
}
