/** Runs an awk program: variables, fields, records, statements. */
import { FileError } from '../cri/files.ts';
import { openInput, openOutput } from '../cri/open.ts';
import type { Child, OutputStream, Process } from '../cri/process.ts';
import { createLineReader } from '../cri/streams.ts';
import type { LineReader } from '../cri/streams.ts';
import { call } from './awk-functions.ts';
import { AwkError } from './awk-parse.ts';
import type { Expr, Program, Rule, Stmt } from './awk-parse.ts';
import { arithmetic, formatOnce, looksNumeric, splitText, toNumber } from './awk-values.ts';
import { printfText } from './format.ts';
import { compileRegex } from './regex.ts';
import type { Regex } from './regex.ts';

/** Text that looks like a number compares as one ("strnum"). */
export type Value = number | string | { readonly text: string };
export type Table = Map<string, Value>;

class Jump extends Error { constructor(readonly kind: 'next' | 'break' | 'continue' | 'exit' | 'return' | 'nextfile', readonly value?: Value) { super(kind); } }

const STEPS_PER_CHARGE = 20_000;

export class Awk {
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

  number(value: Value): number { return toNumber(value); }

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
      case 'call': return call(this, expr.name, expr.args);
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
    const text = stmt.type === 'printf' ? formatOnce(parts[0] ?? '', parts.slice(1))
      : (stmt.args.length === 0 ? this.record : parts.join(this.text(this.variable('OFS')))) + this.text(this.variable('ORS'));
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

  flush(): Promise<void> { return this.process.stdout.write(''); }

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
