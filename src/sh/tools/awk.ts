/** awk: record by record, so that it can stand in a pipe that never ends. */
import { FileError } from '../../cri/files.ts';
import { absolute, openInput, openOutput } from '../../cri/open.ts';
import { readText } from '../../cri/memory-files.ts';
import type { Child, OutputStream, Process } from '../../cri/process.ts';
import { createLineReader } from '../../cri/streams.ts';
import type { LineReader } from '../../cri/streams.ts';
import { AwkError, parseAwk, unescapeString } from '../awk-parse.ts';
import type { Expr, Program, Rule, Stmt } from '../awk-parse.ts';
import { formatDate } from '../dates.ts';
import { printfText } from '../format.ts';
import { compileRegex } from '../regex.ts';
import type { Regex } from '../regex.ts';
import { complain } from '../tool.ts';
import type { Tool } from '../tool.ts';

/** Text that looks like a number compares as one ("strnum"). */
type Value = number | string | { readonly text: string };
type Table = Map<string, Value>;

class Jump extends Error { constructor(readonly kind: 'next' | 'break' | 'continue' | 'exit' | 'return' | 'nextfile', readonly value?: Value) { super(kind); } }

const STEPS_PER_CHARGE = 20_000;

class Awk {
  readonly globals = new Map<string, Value | Table>();
  readonly outputs = new Map<string, { readonly output: OutputStream; readonly child?: Child }>();
  readonly inputs = new Map<string, LineReader>();
  readonly regexes = new Map<string, Regex>();
  readonly active = new Map<Rule, boolean>();
  locals: Map<string, Value | Table> | undefined;
  record = '';
  fields: string[] | undefined;
  exitCode = 0;
  steps = 0;
  depth = 0;

  constructor(readonly process: Process, readonly program: Program, readonly nextRecord: () => Promise<string | undefined>) {}

  async charge(): Promise<void> {
    this.steps += 1;
    if (this.steps < STEPS_PER_CHARGE) return;
    this.steps = 0;
    await this.process.compute(2);
  }

  regex(source: string): Regex {
    let regex = this.regexes.get(source);
    if (regex === undefined) this.regexes.set(source, regex = compileRegex(source, 'extended'));
    return regex;
  }

  text(value: Value): string {
    if (typeof value === 'string') return value;
    if (typeof value === 'object') return value.text;
    if (Number.isInteger(value)) return Math.abs(value) < 1e16 ? String(value) : printfText('%d', [String(BigInt(Math.trunc(value)))]).text;
    const format = this.globals.get('CONVFMT');
    return printfText(typeof format === 'string' ? format : '%.6g', [String(value)]).text;
  }

  number(value: Value): number {
    if (typeof value === 'number') return value;
    const found = /^\s*[-+]?(?:0[xX][0-9a-fA-F]+|[0-9]+\.?[0-9]*(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?)/.exec(typeof value === 'string' ? value : value.text);
    return found === null ? 0 : Number(found[0]);
  }

  truth(value: Value): boolean {
    if (typeof value === 'number') return value !== 0;
    if (typeof value === 'string') return value !== '';
    return looksNumeric(value.text) ? this.number(value) !== 0 : value.text !== '';
  }

  compare(a: Value, b: Value): number {
    const numeric = (value: Value): boolean => typeof value === 'number' || (typeof value === 'object' && looksNumeric(value.text));
    if (numeric(a) && numeric(b)) return this.number(a) - this.number(b);
    const [x, y] = [this.text(a), this.text(b)];
    return x < y ? -1 : x > y ? 1 : 0;
  }

  variable(name: string): Value {
    if (name === 'NF') { this.split(); return this.fields!.length; }
    const scope = this.locals?.has(name) === true ? this.locals : this.globals;
    const value = scope.get(name);
    if (value === undefined) return { text: '' };
    if (value instanceof Map) throw new AwkError(`attempt to use array \`${name}' in a scalar context`);
    return value;
  }

  setVariable(name: string, value: Value): void {
    if (name === 'NF') {
      this.split();
      const count = this.number(value);
      while (this.fields!.length < count) this.fields!.push('');
      this.fields!.length = count;
      this.join();
      return;
    }
    (this.locals?.has(name) === true ? this.locals : this.globals).set(name, value);
  }

  table(name: string): Table {
    const scope = this.locals?.has(name) === true ? this.locals : this.globals;
    const value = scope.get(name);
    if (value instanceof Map) return value;
    const table: Table = new Map();
    scope.set(name, table);
    return table;
  }

  setRecord(text: string): void {
    this.record = text;
    this.fields = undefined;
  }

  split(): void {
    if (this.fields === undefined) this.fields = splitText(this.record, this.text(this.variable('FS')), source => this.regex(source));
  }

  join(): void {
    this.record = this.fields!.join(this.text(this.variable('OFS')));
  }

  field(index: number): Value {
    if (index < 0) throw new AwkError(`attempt to access field ${index}`);
    if (index === 0) return { text: this.record };
    this.split();
    return { text: this.fields![index - 1] ?? '' };
  }

  async key(keys: readonly Expr[]): Promise<string> {
    const parts: string[] = [];
    for (const expr of keys) parts.push(this.text(await this.evaluate(expr)));
    return parts.join(this.text(this.variable('SUBSEP')));
  }

  async store(target: Expr, value: Value): Promise<void> {
    if (target.type === 'variable') this.setVariable(target.name, value);
    else if (target.type === 'element') this.table(target.name).set(await this.key(target.keys), value);
    else if (target.type === 'field') {
      const index = this.number(await this.evaluate(target.index));
      if (index === 0) { this.setRecord(this.text(value)); return; }
      this.split();
      while (this.fields!.length < index) this.fields!.push('');
      this.fields![index - 1] = this.text(value);
      this.join();
    }
  }

  async evaluate(expr: Expr): Promise<Value> {
    switch (expr.type) {
      case 'number': return expr.value;
      case 'string': return expr.value;
      case 'regex': return this.regex(expr.source).test(this.record) ? 1 : 0;
      case 'variable': return this.variable(expr.name);
      case 'field': return this.field(this.number(await this.evaluate(expr.index)));
      case 'element': {
        const table = this.table(expr.name);
        const key = await this.key(expr.keys);
        if (!table.has(key)) table.set(key, { text: '' });
        return table.get(key)!;
      }
      case 'group': {
        if (expr.items.length === 1) return this.evaluate(expr.items[0]!);
        return this.key(expr.items);
      }
      case 'unary': {
        const value = await this.evaluate(expr.operand);
        return expr.operator === '!' ? (this.truth(value) ? 0 : 1) : expr.operator === '-' ? -this.number(value) : this.number(value);
      }
      case 'step': {
        const old = this.number(await this.evaluate(expr.target));
        const now = old + (expr.operator === '++' ? 1 : -1);
        await this.store(expr.target, now);
        return expr.prefix ? now : old;
      }
      case 'assign': {
        let value = await this.evaluate(expr.value);
        if (expr.operator !== '=') value = arithmetic(expr.operator.slice(0, -1), this.number(await this.evaluate(expr.target)), this.number(value));
        await this.store(expr.target, value);
        return value;
      }
      case 'ternary': return this.evaluate(this.truth(await this.evaluate(expr.test)) ? expr.yes : expr.no);
      case 'in': return this.table(expr.name).has(await this.key(expr.keys)) ? 1 : 0;
      case 'binary': return this.binary(expr);
      case 'call': return this.call(expr.name, expr.args);
      case 'getline': return this.getline(expr);
    }
  }

  async binary(expr: Extract<Expr, { type: 'binary' }>): Promise<Value> {
    const left = await this.evaluate(expr.left);
    if (expr.operator === '&&') return this.truth(left) && this.truth(await this.evaluate(expr.right)) ? 1 : 0;
    if (expr.operator === '||') return this.truth(left) || this.truth(await this.evaluate(expr.right)) ? 1 : 0;
    if (expr.operator === '~' || expr.operator === '!~') {
      const source = expr.right.type === 'regex' ? expr.right.source : this.text(await this.evaluate(expr.right));
      return this.regex(source).test(this.text(left)) === (expr.operator === '~') ? 1 : 0;
    }
    const right = await this.evaluate(expr.right);
    switch (expr.operator) {
      case ' ': return this.text(left) + this.text(right);
      case '<': return this.compare(left, right) < 0 ? 1 : 0;
      case '<=': return this.compare(left, right) <= 0 ? 1 : 0;
      case '==': return this.compare(left, right) === 0 ? 1 : 0;
      case '!=': return this.compare(left, right) !== 0 ? 1 : 0;
      case '>': return this.compare(left, right) > 0 ? 1 : 0;
      case '>=': return this.compare(left, right) >= 0 ? 1 : 0;
      default: return arithmetic(expr.operator, this.number(left), this.number(right));
    }
  }

  async getline(expr: Extract<Expr, { type: 'getline' }>): Promise<Value> {
    let line: string | undefined;
    if (expr.how === 'main') {
      line = await this.nextRecord();
      if (line !== undefined) { this.count('NR'); this.count('FNR'); }
    } else {
      const name = this.text(await this.evaluate(expr.source!));
      let reader = this.inputs.get(name);
      if (reader === undefined) {
        try {
          reader = expr.how === 'file' ? createLineReader(openInput(this.process, name)) : createLineReader(await this.commandOutput(name));
        } catch (error) {
          if (!(error instanceof FileError)) throw error;
          return -1;
        }
        this.inputs.set(name, reader);
      }
      line = (await reader.next())?.text;
    }
    if (line === undefined) return 0;
    if (expr.target === undefined) this.setRecord(line);
    else await this.store(expr.target, { text: line });
    return 1;
  }

  async commandOutput(command: string): Promise<{ read(): Promise<Uint8Array | undefined>; close(): void }> {
    await this.flush();
    const pipe = this.process.pipe();
    this.process.spawnChild(['sh', '-c', command], { stdout: pipe.output, owns: [pipe.output] });
    return pipe.input.bind?.(this.process.world) ?? pipe.input;
  }

  count(name: string): void { this.globals.set(name, this.number(this.variable(name)) + 1); }

  async call(name: string, args: readonly Expr[]): Promise<Value> {
    const fn = this.program.functions.get(name);
    if (fn !== undefined) return this.callFunction(fn, args);
    const value = async (index: number): Promise<Value> => args[index] === undefined ? { text: '' } : this.evaluate(args[index]!);
    const text = async (index: number): Promise<string> => this.text(await value(index));
    const number = async (index: number): Promise<number> => this.number(await value(index));
    const pattern = async (index: number): Promise<Regex> => this.regex(args[index]?.type === 'regex' ? args[index].source : await text(index));
    switch (name) {
      case 'length': {
        const [first] = args;
        if (first === undefined) return [...this.record].length;
        if (first.type === 'variable' && (this.locals?.get(first.name) ?? this.globals.get(first.name)) instanceof Map) return this.table(first.name).size;
        return [...await text(0)].length;
      }
      case 'substr': {
        const chars = [...await text(0)];
        const from = Math.round(await number(1));
        const to = args[2] === undefined ? Infinity : from + Math.round(await number(2));
        return chars.slice(Math.max(0, from - 1), Math.max(0, to - 1)).join('');
      }
      case 'index': return (await text(0)).indexOf(await text(1)) + 1;
      case 'split': {
        const separator = args[2] === undefined ? this.text(this.variable('FS')) : args[2].type === 'regex' ? args[2].source : await text(2);
        const parts = splitText(await text(0), separator, source => this.regex(source));
        const table = this.table((args[1] as { name: string }).name);
        table.clear();
        for (const [index, part] of parts.entries()) table.set(String(index + 1), { text: part });
        return parts.length;
      }
      case 'sub': case 'gsub': case 'gensub': return this.substitute(name, await pattern(0), await text(1), name === 'gensub' ? args[3] : args[2], name === 'gensub' ? await text(2) : '');
      case 'match': {
        const found = (await pattern(1)).exec(await text(0));
        this.globals.set('RSTART', found === undefined ? 0 : found.start + 1);
        this.globals.set('RLENGTH', found === undefined ? -1 : found.end - found.start);
        if (args[2]?.type === 'variable') { const table = this.table(args[2].name); table.clear(); for (const [index, group] of (found?.groups ?? []).entries()) table.set(String(index), { text: group ?? '' }); }
        return found === undefined ? 0 : found.start + 1;
      }
      case 'sprintf': { const rest: string[] = []; for (let i = 1; i < args.length; i += 1) rest.push(await text(i)); return formatOnce(await text(0), rest); }
      case 'tolower': return (await text(0)).toLowerCase();
      case 'toupper': return (await text(0)).toUpperCase();
      case 'int': return Math.trunc(await number(0));
      case 'sqrt': return Math.sqrt(await number(0));
      case 'exp': return Math.exp(await number(0));
      case 'log': return Math.log(await number(0));
      case 'sin': return Math.sin(await number(0));
      case 'cos': return Math.cos(await number(0));
      case 'atan2': return Math.atan2(await number(0), await number(1));
      case 'rand': return this.process.random.next();
      case 'srand': return 0;
      case 'systime': return Math.floor(this.process.clock.now() / 1000);
      case 'strftime': return formatDate(args[1] === undefined ? this.process.clock.now() : await number(1) * 1000, args[0] === undefined ? '%a %b %e %H:%M:%S %Z %Y' : await text(0));
      case 'strtonum': return Number(await text(0)) || 0;
      case 'and': return Number(BigInt(await number(0)) & BigInt(await number(1)));
      case 'or': return Number(BigInt(await number(0)) | BigInt(await number(1)));
      case 'xor': return Number(BigInt(await number(0)) ^ BigInt(await number(1)));
      case 'system': { await this.flush(); return this.process.spawnChild(['sh', '-c', await text(0)]).wait(); }
      case 'close': return this.close(await text(0));
      case 'fflush': return 0;
      case 'asort': case 'asorti': {
        const table = this.table((args[0] as { name: string }).name);
        const list = name === 'asort' ? [...table.values()].sort((a, b) => this.compare(a, b)) : [...table.keys()].sort();
        const into = args[1] === undefined ? table : this.table((args[1] as { name: string }).name);
        into.clear();
        for (const [index, entry] of list.entries()) into.set(String(index + 1), typeof entry === 'string' && name === 'asorti' ? { text: entry } : entry);
        return list.length;
      }
      default: throw new AwkError(`function \`${name}' not defined`);
    }
  }

  async substitute(name: string, regex: Regex, replacement: string, target: Expr | undefined, how: string): Promise<Value> {
    const source = this.text(target === undefined ? { text: this.record } : await this.evaluate(target));
    const all = name === 'gsub' || /^[gG]/.test(how);
    const wanted = name === 'gensub' && !all ? Number(how) || 1 : 1;
    let out = '';
    let at = 0;
    let count = 0;
    let seen = 0;
    while (at <= source.length) {
      const found = regex.exec(source, at);
      if (found === undefined) break;
      seen += 1;
      out += source.slice(at, found.start);
      if (all || seen === wanted) { count += 1; out += fill(replacement, found.groups, name === 'gensub'); } else out += found.groups[0];
      if (found.end === found.start) { out += source[found.end] ?? ''; at = found.end + 1; } else at = found.end;
      if (!all && seen >= wanted) break;
    }
    out += source.slice(at);
    if (name === 'gensub') return out;
    if (count > 0) { if (target === undefined) this.setRecord(out); else await this.store(target, out); }
    return count;
  }

  async callFunction(fn: { readonly params: readonly string[]; readonly body: Stmt }, args: readonly Expr[]): Promise<Value> {
    this.depth += 1;
    if (this.depth > 200) throw new AwkError('function call nesting too deep');
    const frame = new Map<string, Value | Table>();
    for (const [index, param] of fn.params.entries()) {
      const arg = args[index];
      if (arg === undefined) { frame.set(param, { text: '' }); continue; }
      const held = arg.type === 'variable' ? this.locals?.get(arg.name) ?? this.globals.get(arg.name) : undefined;
      if (held instanceof Map) frame.set(param, held);
      else if (arg.type === 'variable' && held === undefined) frame.set(param, this.table(arg.name));
      else frame.set(param, await this.evaluate(arg));
    }
    const outer = this.locals;
    this.locals = frame;
    try {
      await this.execute(fn.body);
      return { text: '' };
    } catch (error) {
      if (error instanceof Jump && error.kind === 'return') return error.value ?? { text: '' };
      throw error;
    } finally {
      this.locals = outer;
      this.depth -= 1;
    }
  }

  async execute(stmt: Stmt): Promise<void> {
    await this.charge();
    switch (stmt.type) {
      case 'expr': await this.evaluate(stmt.expr); return;
      case 'block': for (const inner of stmt.body) await this.execute(inner); return;
      case 'print': case 'printf': await this.print(stmt); return;
      case 'if': if (this.truth(await this.evaluate(stmt.test))) await this.execute(stmt.yes); else if (stmt.no !== undefined) await this.execute(stmt.no); return;
      case 'while': {
        if (!stmt.first && !await this.loopBody(stmt.body)) return;
        while (this.truth(await this.evaluate(stmt.test))) if (!await this.loopBody(stmt.body)) return;
        return;
      }
      case 'for': {
        if (stmt.start !== undefined) await this.execute(stmt.start);
        while (stmt.test === undefined || this.truth(await this.evaluate(stmt.test))) {
          if (!await this.loopBody(stmt.body)) return;
          if (stmt.step !== undefined) await this.execute(stmt.step);
        }
        return;
      }
      case 'forin': {
        for (const key of [...this.table(stmt.list).keys()]) {
          this.setVariable(stmt.name, { text: key });
          if (!await this.loopBody(stmt.body)) return;
        }
        return;
      }
      case 'delete': {
        if (stmt.keys === undefined) this.table(stmt.name).clear();
        else this.table(stmt.name).delete(await this.key(stmt.keys));
        return;
      }
      case 'exit': {
        if (stmt.value !== undefined) this.exitCode = this.number(await this.evaluate(stmt.value));
        throw new Jump('exit');
      }
      case 'return': throw new Jump('return', stmt.value === undefined ? undefined : await this.evaluate(stmt.value));
      default: throw new Jump(stmt.type);
    }
  }

  async loopBody(body: Stmt): Promise<boolean> {
    try {
      await this.execute(body);
      return true;
    } catch (error) {
      if (error instanceof Jump && error.kind === 'break') return false;
      if (error instanceof Jump && error.kind === 'continue') return true;
      throw error;
    }
  }

  async print(stmt: Extract<Stmt, { type: 'print' | 'printf' }>): Promise<void> {
    const parts: string[] = [];
    for (const arg of stmt.args) {
      const value = await this.evaluate(arg);
      parts.push(typeof value === 'number' && !Number.isInteger(value) ? printfText(this.text(this.variable('OFMT')), [String(value)]).text : this.text(value));
    }
    const text = stmt.type === 'printf' ? formatOnce(parts[0] ?? '', parts.slice(1)) : (stmt.args.length === 0 ? this.record : parts.join(this.text(this.variable('OFS')))) + this.text(this.variable('ORS'));
    if (stmt.redirect === undefined) { await this.process.stdout.write(text); return; }
    const target = this.text(await this.evaluate(stmt.redirect.target));
    await this.outputFor(target, stmt.redirect.operator).write(text);
  }

  outputFor(target: string, operator: string): OutputStream {
    const known = this.outputs.get(target);
    if (known !== undefined) return known.output;
    if (operator === '|') {
      const pipe = this.process.pipe();
      const child = this.process.spawnChild(['sh', '-c', target], { stdin: pipe.input, owns: [pipe.input] });
      const output = pipe.output.bind?.(this.process.world) ?? pipe.output;
      this.outputs.set(target, { output, child });
      return output;
    }
    const output = openOutput(this.process, target, operator === '>>');
    this.outputs.set(target, { output });
    return output;
  }

  async close(name: string): Promise<number> {
    const held = this.outputs.get(name);
    this.inputs.delete(name);
    if (held === undefined) return -1;
    this.outputs.delete(name);
    held.output.close();
    return held.child === undefined ? 0 : held.child.wait();
  }

  async flush(): Promise<void> {
    await this.process.stdout.write('');
  }

  async runRules(): Promise<void> {
    for (const rule of this.program.rules) {
      const { pattern } = rule;
      if (pattern.type === 'begin' || pattern.type === 'end') continue;
      if (pattern.type === 'test' && !await this.matches(rule, pattern)) continue;
      if (rule.body === undefined) await this.process.stdout.write(this.record + this.text(this.variable('ORS')));
      else await this.execute(rule.body);
    }
  }

  async matches(rule: Rule, pattern: Extract<Rule['pattern'], { type: 'test' }>): Promise<boolean> {
    if (pattern.to === undefined) return this.truth(await this.evaluate(pattern.from));
    if (this.active.get(rule) !== true) {
      if (!this.truth(await this.evaluate(pattern.from))) return false;
      this.active.set(rule, true);
    }
    if (this.truth(await this.evaluate(pattern.to))) this.active.set(rule, false);
    return true;
  }

  async runAll(): Promise<number> {
    try {
      for (const rule of this.program.rules) if (rule.pattern.type === 'begin') await this.execute(rule.body!);
      if (this.program.rules.some(rule => rule.pattern.type !== 'begin')) {
        for (let line = await this.nextRecord(); line !== undefined; line = await this.nextRecord()) {
          this.count('NR');
          this.count('FNR');
          this.setRecord(line);
          try { await this.runRules(); } catch (error) { if (!(error instanceof Jump) || (error.kind !== 'next' && error.kind !== 'nextfile')) throw error; }
        }
      }
    } catch (error) {
      if (!(error instanceof Jump) || error.kind !== 'exit') throw error;
    }
    try {
      for (const rule of this.program.rules) if (rule.pattern.type === 'end') await this.execute(rule.body!);
    } catch (error) {
      if (!(error instanceof Jump) || error.kind !== 'exit') throw error;
    }
    for (const name of [...this.outputs.keys()]) await this.close(name);
    return this.exitCode & 255;
  }
}

function looksNumeric(text: string): boolean {
  return /^\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\s*$/.test(text);
}

function arithmetic(operator: string, a: number, b: number): number {
  switch (operator) {
    case '+': return a + b;
    case '-': return a - b;
    case '*': return a * b;
    case '/': if (b === 0) throw new AwkError('division by zero'); return a / b;
    case '%': if (b === 0) throw new AwkError('division by zero in %'); return a % b;
    default: return a ** b;
  }
}

/** printf with each directive once; missing arguments are empty. */
function formatOnce(format: string, args: readonly string[]): string {
  const wanted = (format.replaceAll('%%', '').match(/%[-+ 0#]*(?:\*|[0-9]*)(?:\.(?:\*|[0-9]*))?[a-zA-Z]/g) ?? []).length;
  return printfText(format, args.slice(0, Math.max(wanted, 0)).map((arg, index) => numericFor(format, index) && !looksNumeric(arg) ? String(Number.parseFloat(arg) || 0) : arg).map((arg, index) => integerFor(format, index) && arg.includes('.') ? String(Math.trunc(Number(arg))) : arg)).text;
}

function directive(format: string, index: number): string {
  return (format.replaceAll('%%', '').match(/%[-+ 0#]*(?:\*|[0-9]*)(?:\.(?:\*|[0-9]*))?[a-zA-Z]/g) ?? [])[index]?.slice(-1) ?? '';
}

function numericFor(format: string, index: number): boolean { return /[diuxXofFeEgG]/.test(directive(format, index)); }
function integerFor(format: string, index: number): boolean { return /[diuxXo]/.test(directive(format, index)); }

function fill(replacement: string, groups: readonly (string | undefined)[], numbered: boolean): string {
  return replacement.replace(/\\(.)|&/g, (whole, char: string | undefined) => whole === '&' ? groups[0] ?? '' : char === '&' ? '&' : numbered && /[0-9]/.test(char ?? '') ? groups[Number(char)] ?? '' : char === '\\' ? '\\' : whole);
}

function splitText(text: string, separator: string, regex: (source: string) => Regex): string[] {
  if (text === '') return [];
  if (separator === ' ') return text.trim().split(/[ \t\n]+/).filter(part => part !== '');
  if (separator === '') return [...text];
  if (separator === '\t' || (separator.length === 1 && !'\\|.*+?()[]{}^$'.includes(separator))) return text.split(separator);
  if (separator.length === 1 && separator !== ' ') return text.split(separator);
  const compiled = regex(separator);
  const parts: string[] = [];
  let at = 0;
  for (let found = compiled.exec(text, at); found !== undefined && found.end > found.start; found = compiled.exec(text, at)) {
    parts.push(text.slice(at, found.start));
    at = found.end;
  }
  return [...parts, text.slice(at)];
}

export const awk: Tool = async process => {
  const assignments: [string, string][] = [['FS', ' '], ['OFS', ' '], ['ORS', '\n'], ['RS', '\n'], ['SUBSEP', '\x1c'], ['CONVFMT', '%.6g'], ['OFMT', '%.6g'], ['FILENAME', '']];
  let source: string | undefined;
  const args = process.argv.slice(1);
  while (args[0]?.startsWith('-') === true && args[0].length > 1) {
    const option = args.shift()!;
    if (option === '--') break;
    if (option.startsWith('-F')) assignments.push(['FS', option.length > 2 ? option.slice(2) : args.shift() ?? ' ']);
    else if (option.startsWith('-v')) { const text = option.length > 2 ? option.slice(2) : args.shift() ?? ''; assignments.push([text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]); }
    else if (option.startsWith('-f')) source = `${source ?? ''}${readText(process.files, absolute(process, option.length > 2 ? option.slice(2) : args.shift() ?? ''))}\n`;
    else if (option === '--version' || option === '-W') { await process.stdout.write('mawk 1.3.4 20240123\n'); return 0; }
    else { await complain(process, `unknown option ${option} ignored`); }
  }
  source ??= args.shift();
  if (source === undefined) { await process.stderr.write("usage: awk [-F fs][-v var=value][prog | -f progfile][file ...]\n"); return 2; }
  try {
    return await runAwk(process, parseAwk(source), assignments, args);
  } catch (error) {
    if (!(error instanceof AwkError) && !(error instanceof FileError)) throw error;
    await process.stderr.write(`awk: ${error.message}\n`);
    return 2;
  }
};

async function runAwk(process: Process, program: Program, assignments: readonly (readonly [string, string])[], operands: readonly string[]): Promise<number> {
  const queue = [...operands];
  let reader: LineReader | undefined;
  let used = false;
  const open = async (): Promise<boolean> => {
    while (queue.length > 0) {
      const path = queue.shift()!;
      const assignment = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(path);
      if (assignment !== null) { engine.setVariable(assignment[1]!, { text: unescapeString(assignment[2]!) }); continue; }
      used = true;
      try {
        reader = createLineReader(path === '-' ? process.stdin : openInput(process, path));
        engine.globals.set('FILENAME', path);
        engine.globals.set('FNR', 0);
        return true;
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        await process.stderr.write(`awk: cannot open ${path} (${error.message})\n`);
        engine.exitCode = 2;
      }
    }
    if (used) return false;
    used = true;
    reader = createLineReader(process.stdin);
    return true;
  };
  const readRecord = async (): Promise<string | undefined> => {
    const separator = engine.text(engine.variable('RS'));
    if (separator === '\n') return (await reader!.next())?.text;
    // Another separator: everything there is, cut up.
    const lines: string[] = [];
    for (let line = await reader!.next(); line !== undefined; line = await reader!.next()) lines.push(line.text);
    const text = lines.join('\n');
    const parts = separator === '' ? text.trim().split(/\n\n+/) : separator.length === 1 ? text.split(separator) : splitText(text, separator, pattern => engine.regex(pattern));
    const rest = parts.filter((part, index) => part !== '' || index < parts.length - 1);
    let index = 0;
    reader = { next: async () => { const part = rest[index]; index += 1; return part === undefined ? undefined : { text: part, terminated: true }; }, rest: () => new Uint8Array(0) };
    return (await reader.next())?.text;
  };
  let cut = false;
  const nextRecord = async (): Promise<string | undefined> => {
    for (;;) {
      if (reader === undefined && !await open()) return undefined;
      const record = cut ? (await reader!.next())?.text : await readRecord();
      if (engine.text(engine.variable('RS')) !== '\n') cut = true;
      if (record !== undefined) return record;
      reader = undefined;
      cut = false;
    }
  };
  const engine: Awk = new Awk(process, program, nextRecord);
  for (const [name, text] of assignments) engine.globals.set(name, name === 'FS' && text === 't' ? '\t' : { text: unescapeString(text) });
  engine.globals.set('NR', 0);
  engine.globals.set('FNR', 0);
  engine.globals.set('ENVIRON', new Map([...process.env].map(([key, value]) => [key, { text: value }])));
  engine.globals.set('ARGV', new Map(['awk', ...operands].map((arg, index) => [String(index), { text: arg }])));
  engine.globals.set('ARGC', operands.length + 1);
  return engine.runAll();
}
