/** Runs a syntax tree over a process: commands stream into each other, subshells and pipeline stages are forked processes,
 *  and whatever loops pays for it in CPU time, so that the clock goes on under a hot loop. */
import { abandon, isAbort } from '../base/with-timeout.ts';
import { FileError } from '../cri/files.ts';
import { candidates, DEFAULT_PATH, ExitError, ForkError } from '../cri/processes.ts';
import { BrokenPipe } from '../cri/process.ts';
import type { Child, OutputStream, Process, Signal } from '../cri/process.ts';
import { readAll, toText } from '../cri/streams.ts';
import { assign } from './assign.ts';
import { BUILTINS, SPECIAL_BUILTINS } from './builtins/index.ts';
import { BreakSignal, InterruptSignal, ReturnSignal, ShellFailure } from './control.ts';
import { evaluateCondition } from './condition.ts';
import { arithmetic, expandPattern, expandText, expandWords } from './expand.ts';
import type { Expander } from './expand.ts';
import { matchesPattern } from './glob.ts';
import type { Jobs } from './jobs.ts';
import { shareInput } from './lines.ts';
import { commandNotFound, notExecutable, shellError } from './messages.ts';
import { lineAt, parseScript } from './parse.ts';
import type {
  AndOr, Assignment, Case, Command, CommandNode, CompoundCommand, CompoundList, For, If, Pipeline, PipelineNode, Redirection, Script, Select, Statement, While,
  Word, ArithmeticFor,
} from './parse.ts';
import { redirect } from './redirect.ts';
import type { Descriptors } from './redirect.ts';
import { copyState, environment, ReadOnlyError, setVariable, shellQuote, valueOf } from './state.ts';
import type { ShellFunction, ShellState } from './state.ts';

/** Simple commands that cost nothing else. */
const COMMAND_CPU_MS = 0.01;
/** Loops that spin are charged more and more, up to this an iteration. */
const SPIN_AFTER = 20_000;
const SPIN_CPU_MAX_MS = 50;
const DEPTH_MAX = 250;

export interface ShellOptions {
  readonly interactive: boolean;
  /** "-c" text or script: messages then name a line. */
  readonly script: boolean;
}

export class Shell implements Expander {
  io: Descriptors;
  source = '';
  /** Above 0: a failure does not end the shell under -e. */
  guarded = 0;
  loops = 0;
  depth = 0;
  inFunction = 0;
  sourced = 0;
  interrupted = false;
  position = 0;
  private debtMs = 0;
  private spins = 0;
  readonly pendingTraps: string[] = [];
  readonly trapHandlers = new Map<string, Disposable>();
  readonly wakeInterrupt = new Set<() => void>();
  foreground: Child | undefined;

  constructor(readonly process: Process, readonly state: ShellState, readonly jobs: Jobs, readonly options: ShellOptions) {
    this.io = { 0: { input: shareInput(process.stdin) }, 1: { output: process.stdout }, 2: { output: process.stderr } };
  }

  get currentLine(): number { return lineAt(this.source, this.position); }
  get files(): Process['files'] { return this.process.files; }
  get cwd(): string { return this.process.cwd; }
  get home(): string { return valueOf(this.state.variables.get('HOME')) ?? '/'; }
  get stdout(): OutputStream { return this.io[1]?.output ?? this.process.stdout; }
  get stderr(): OutputStream { return this.io[2]?.output ?? this.process.stderr; }
  get optionLetters(): string {
    const letters = { errexit: 'e', nounset: 'u', xtrace: 'x', noglob: 'f', noclobber: 'C', verbose: 'v', allexport: 'a', noexec: 'n', pipefail: '' } as const;
    return (this.state.kind === 'bash' ? 'hB' : '') + [...this.state.options].map(option => letters[option]).join('') + (this.options.interactive ? 'i' : '');
  }

  special(name: string): string | undefined {
    switch (name) {
      case 'RANDOM': return String(this.process.random.int(32_768));
      case 'SECONDS': return String(Math.floor((this.process.clock.now() - this.state.startedAtMs) / 1000));
      case 'LINENO': return String(this.currentLine);
      case 'EPOCHSECONDS': return String(Math.floor(this.process.clock.now() / 1000));
      case 'HOSTNAME': return this.state.variables.get('HOSTNAME') === undefined ? this.process.hostname : undefined;
      case 'UID': case 'EUID': return this.state.kind === 'bash' ? String(this.process.user.uid) : undefined;
      case 'FUNCNAME': return undefined;
      default: return undefined;
    }
  }

  /** Gives up the command with a message; a script ends. */
  fail(message: string): never {
    throw new ShellFailure(this.state.kind === 'bash' ? 1 : 2, message);
  }

  async complain(message: string): Promise<void> {
    await this.stderr.write(`${shellError(this, message)}\n`);
  }

  async print(text: string): Promise<void> {
    if (this.io[1]?.output === undefined) { await this.stderr.write(`${shellError(this, 'write error: Bad file descriptor')}\n`); return; }
    await this.stdout.write(text);
  }

  /** Parses and runs a text; syntax errors are printed. */
  async runText(text: string): Promise<number> {
    const parsed = parseScript(text);
    if (parsed.error !== undefined) {
      await this.stderr.write(syntaxMessages(this, text, parsed.error));
      return this.state.status = 2;
    }
    return this.runScript(parsed.script, text);
  }

  async runScript(script: Script, source: string): Promise<number> {
    const outer = this.source;
    this.source = source;
    try {
      for (const statement of script.commands) await this.statement(statement);
    } finally {
      this.source = outer;
    }
    return this.state.status;
  }

  async list(list: CompoundList): Promise<void> {
    for (const statement of list.commands) await this.statement(statement);
  }

  async statement(statement: Statement): Promise<void> {
    await this.pay();
    if (statement.background === true) { await this.jobs.start(this, statement); return; }
    if (this.state.options.has('verbose')) await this.stderr.write(`${this.source.slice(statement.pos, statement.end)}\n`);
    await this.andOr(statement.command);
  }

  async andOr(node: PipelineNode | AndOr): Promise<void> {
    if (node.type !== 'AndOr') { await this.pipelineNode(node); return; }
    for (const [index, command] of node.commands.entries()) {
      const operator = node.operators[index - 1];
      if (operator === '&&' && this.state.status !== 0) continue;
      if (operator === '||' && this.state.status === 0) continue;
      const last = index === node.commands.length - 1;
      if (!last) this.guarded += 1;
      try { await this.pipelineNode(command); } finally { if (!last) this.guarded -= 1; }
    }
  }

  async pipelineNode(node: PipelineNode): Promise<void> {
    if (node.type !== 'Pipeline') { await this.command(node); this.checkExit(node.type); return; }
    const negated = node.prefixes.filter(prefix => prefix.type === 'Negation').length % 2 === 1;
    const timed = node.prefixes.some(prefix => prefix.type === 'Time');
    const startedAt = this.process.clock.micros();
    if (negated) this.guarded += 1;
    try {
      if (node.commands.length <= 1 && node.commands[0] !== undefined) await this.command(node.commands[0]);
      else await this.pipeline(node);
    } finally { if (negated) this.guarded -= 1; }
    if (negated) this.state.status = this.state.status === 0 ? 1 : 0;
    else this.checkExit(node.commands.length > 1 ? 'Pipeline' : node.commands[0]?.type ?? 'Command');
    if (timed) await this.stderr.write(timeReport((this.process.clock.micros() - startedAt) / 1e6));
  }

  /** errexit, after what failed. */
  private checkExit(type: string): void {
    if (this.state.status === 0 || this.guarded > 0 || !this.state.options.has('errexit')) return;
    if (type === 'If' || type === 'While' || type === 'For' || type === 'Case' || type === 'BraceGroup' || type === 'Function') return;
    throw new ExitError(this.state.status);
  }

  private async pipeline(node: Pipeline): Promise<void> {
    const stages: { readonly child: Child; readonly done?: Promise<void> }[] = [];
    let input = this.io[0];
    let failed: unknown;
    for (const [index, command] of node.commands.entries()) {
      const last = index === node.commands.length - 1;
      const pipe = last ? undefined : this.process.pipe();
      const io: Descriptors = { ...this.io, 0: input, ...(pipe === undefined ? {} : { 1: { output: pipe.output } }) };
      if (pipe !== undefined && node.operators[index] === '|&') io[2] = { output: pipe.output };
      const owns = [...(pipe === undefined ? [] : [pipe.output]), ...(index > 0 && input?.input !== undefined ? [input.input] : [])];
      input = pipe === undefined ? undefined : { input: shareInput(pipe.input) };
      if (last && this.state.kind === 'bash' && this.state.shopt.has('lastpipe') && !this.options.interactive) {
        await this.withIo(io, () => this.command(command));
        for (const end of owns) end.close();
        break;
      }
      try {
        stages.push({ child: this.fork(command, io, owns) });
      } catch (error) {
        if (!(error instanceof ForkError)) throw error;
        for (const end of owns) end.close();
        pipe?.input.close();
        failed = error;
        break;
      }
    }
    const codes: number[] = [];
    for (const { child } of stages) codes.push(await this.waitFor(child));
    if (failed !== undefined) { await this.forkFailed(); return; }
    this.state.variables.set('PIPESTATUS', { value: undefined, list: new Map(codes.map((code, index) => [index, String(code)])) });
    const lastCode = codes[codes.length - 1] ?? this.state.status;
    this.state.status = this.state.options.has('pipefail') ? [...codes].reverse().find(code => code !== 0) ?? 0 : lastCode;
  }

  /** Waits for a child in the foreground; Ctrl-C gives the line up. */
  async waitFor(child: Child): Promise<number> {
    this.foreground = child;
    const code = await child.wait();
    this.foreground = undefined;
    this.spins = 0;
    this.checkInterrupt();
    await this.runTraps();
    return code;
  }

  /** Waits, but not beyond a Ctrl-C, a trapped signal or the limit: then undefined. */
  async interruptible<T>(work: Promise<T>, limitMs: number | undefined): Promise<T | undefined> {
    if (this.interrupted || this.pendingTraps.length > 0) { abandon(work); return undefined; }
    const { world } = this.process;
    let stop = (): void => {};
    const stopped = world.suspend<undefined>(settle => {
      stop = () => settle.resolve(undefined);
      this.wakeInterrupt.add(stop);
      const timer = limitMs === undefined ? undefined : world.clock.setTimer(limitMs, stop);
      return { [Symbol.dispose]: () => { this.wakeInterrupt.delete(stop); timer?.[Symbol.dispose](); } };
    });
    try {
      return await Promise.race([work, stopped]);
    } finally {
      stop();
      abandon(work);
    }
  }

  /** One word as text. */
  text(word: Word): Promise<string> { return expandText(this, word); }

  checkInterrupt(): void {
    if (!this.interrupted) return;
    this.interrupted = false;
    this.state.status = 130;
    throw new InterruptSignal();
  }

  async forkFailed(): Promise<void> {
    const { kind } = this.state;
    await this.stderr.write(`${shellError(this, kind === 'dash' ? 'Cannot fork' : kind === 'busybox' ? "can't fork: Resource temporarily unavailable" : 'fork: retry: Resource temporarily unavailable')}\n`);
    await this.process.clock.sleep(1000);
    throw new ExitError(kind === 'bash' ? 254 : 2);
  }

  /** A node as a process of its own with a copy of this shell's state. */
  fork(node: CommandNode | CompoundList | Script | Statement['command'], io: Descriptors, owns: readonly { close(): void }[] = [], background = false, label?: string): Child {
    const { source, depth } = this;
    // A plain external command needs no shell around it.
    return this.process.fork(async inner => {
      const sub = new Shell(inner, copyState(this.state), this.jobs.forSubshell(), { ...this.options, interactive: false });
      sub.io = bindDescriptors(io, inner);
      sub.source = source;
      sub.depth = depth;
      sub.inFunction = this.inFunction;
      sub.guarded = this.guarded;
      return runToEnd(sub, async () => {
        if (node.type === 'CompoundList') await sub.list(node);
        else if (node.type === 'Script') await sub.runScript(node, node.source ?? source);
        else await sub.andOr(node);
      });
    }, label === undefined ? this.process.argv : [label], {
      stdin: io[0]?.input, stdout: io[1]?.output, stderr: io[2]?.output, owns, background, env: environment(this.state), cwd: this.cwd,
    });
  }

  async substitute(script: Script | undefined): Promise<string> {
    if (script === undefined) return '';
    const pipe = this.process.pipe();
    let child: Child;
    try {
      child = this.fork(script, { ...this.io, 1: { output: pipe.output } }, [pipe.output]);
    } catch (error) {
      if (!(error instanceof ForkError)) throw error;
      await this.forkFailed();
      return '';
    }
    const text = toText(await readAll(pipe.input.bind?.(this.process.world) ?? pipe.input));
    this.state.status = await this.waitFor(child);
    return text.replaceAll('\0', '').replace(/\n+$/, '');
  }

  async processPath(script: Script | undefined, direction: '<' | '>'): Promise<string> {
    const path = `/tmp/.fd-${this.process.pid}-${this.process.random.int(1e9)}`;
    if (script === undefined) return '/dev/null';
    if (direction === '>') return this.fail('process substitution for output is not available');
    const pipe = this.process.pipe();
    const child = this.fork(script, { ...this.io, 1: { output: pipe.output } }, [pipe.output]);
    const data = await readAll(pipe.input.bind?.(this.process.world) ?? pipe.input);
    await child.wait();
    if (!this.files.exists('/tmp')) this.files.makeDirectory('/tmp', { recursive: true, mode: 0o1777 });
    this.files.writeFile(path, data);
    this.temporary.push(path);
    return path;
  }
  /** Files behind <( ), removed after the command. */
  readonly temporary: string[] = [];

  async withIo<T>(io: Descriptors, work: () => Promise<T>): Promise<T> {
    const outer = this.io;
    this.io = io;
    try { return await work(); } finally { this.io = outer; }
  }

  async command(node: CommandNode): Promise<void> {
    this.depth += 1;
    if (this.depth > DEPTH_MAX) { this.depth = 0; this.fail('maximum nesting level exceeded'); }
    try {
      await this.commandInner(node);
    } catch (error) {
      if (error instanceof ReadOnlyError) {
        await this.complain(this.state.kind === 'bash' ? error.message : `${error.variable}: is read only`);
        throw new ShellFailure(this.state.kind === 'bash' ? 1 : 2, undefined);
      }
      if (error instanceof ShellFailure && error.words !== undefined) {
        const { words } = error;
        error.words = undefined;
        await this.complain(words);
      }
      throw error;
    } finally {
      this.depth -= 1;
    }
  }

  private async commandInner(node: CommandNode): Promise<void> {
    switch (node.type) {
      case 'Command': this.position = node.pos; await this.simple(node); return;
      case 'Redirected': await this.redirected(node.redirects, () => this.compound(node.command)); return;
      case 'Function': {
        this.state.functions.set(node.name.value, { node, source: this.source });
        this.state.status = 0;
        return;
      }
      case 'Coproc': return this.fail('coproc: not available');
      default: await this.compound(node);
    }
  }

  async redirected(redirects: readonly Redirection[], work: () => Promise<void>): Promise<void> {
    const opened: { close(): void }[] = [];
    try {
      const io = await redirect(this, redirects, opened);
      if (io === undefined) { this.state.status = this.state.kind === 'dash' ? 2 : 1; return; }
      await this.withIo(io, work);
    } finally {
      for (const stream of opened) stream.close();
    }
  }

  private async compound(node: CompoundCommand): Promise<void> {
    switch (node.type) {
      case 'If': await this.ifNode(node); return;
      case 'For': case 'Select': await this.forNode(node); return;
      case 'ArithmeticFor': await this.arithmeticFor(node); return;
      case 'While': await this.whileNode(node); return;
      case 'Subshell': await this.subshell(node.body); return;
      case 'BraceGroup': await this.list(node.body); return;
      case 'Case': await this.caseNode(node); return;
      case 'TestCommand': this.state.status = await evaluateCondition(this, node.expression); return;
      case 'ArithmeticCommand': this.state.status = await arithmetic(this, node.expression, node.body) === 0n ? 1 : 0; return;
    }
  }

  private async subshell(body: CompoundList): Promise<void> {
    let child: Child;
    try { child = this.fork(body, this.io); } catch (error) {
      if (error instanceof ForkError) { await this.forkFailed(); return; }
      throw error;
    }
    this.state.status = await this.waitFor(child);
  }

  private async condition(list: CompoundList): Promise<boolean> {
    this.guarded += 1;
    try { await this.list(list); } finally { this.guarded -= 1; }
    return this.state.status === 0;
  }

  private async ifNode(node: If): Promise<void> {
    if (await this.condition(node.clause)) { await this.list(node.then); return; }
    for (const branch of node.elif) if (await this.condition(branch.clause)) { await this.list(branch.then); return; }
    this.state.status = 0;
    if (node.else !== undefined) await this.list(node.else);
  }

  /** One turn of a loop; false: leave it. */
  private async turn(work: () => Promise<void>): Promise<boolean> {
    this.spins += 1;
    this.debtMs += this.spins < SPIN_AFTER ? COMMAND_CPU_MS : Math.min(SPIN_CPU_MAX_MS, COMMAND_CPU_MS * 2 ** ((this.spins - SPIN_AFTER) / 2000));
    await this.pay();
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof BreakSignal)) throw error;
      if (error.levels > 1) { error.levels -= 1; throw error; }
      return error.kind === 'continue';
    }
  }

  private async looping(work: () => Promise<void>): Promise<void> {
    this.loops += 1;
    try { await work(); } finally { this.loops -= 1; }
  }

  private async forNode(node: For | Select): Promise<void> {
    const words = node.wordlist === undefined ? this.state.positional : await expandWords(this, node.wordlist);
    this.state.status = 0;
    await this.looping(async () => {
      for (const word of words) {
        setVariable(this.state, node.name.value, word);
        if (this.state.options.has('xtrace')) await this.traceLine(`for ${node.name.value} in ${words.map(shellQuote).join(' ')}`);
        if (!await this.turn(() => this.list(node.body))) break;
      }
    });
  }

  private async arithmeticFor(node: ArithmeticFor): Promise<void> {
    await arithmetic(this, node.initialize);
    await this.looping(async () => {
      while (node.test === undefined || await arithmetic(this, node.test) !== 0n) {
        if (!await this.turn(() => this.list(node.body))) break;
        await arithmetic(this, node.update);
      }
    });
  }

  private async whileNode(node: While): Promise<void> {
    let status = 0;
    await this.looping(async () => {
      for (;;) {
        let over = false;
        const stay = await this.turn(async () => {
          if (await this.condition(node.clause) !== (node.kind === 'while')) { over = true; return; }
          await this.list(node.body);
          status = this.state.status;
        });
        if (!stay || over) break;
      }
    });
    this.state.status = status;
  }

  private async caseNode(node: Case): Promise<void> {
    const subject = await expandText(this, node.word);
    this.state.status = 0;
    let through = false;
    for (const item of node.items) {
      let hit = through;
      for (const pattern of hit ? [] : item.pattern) if (matchesPattern(await expandPattern(this, pattern), subject)) { hit = true; break; }
      if (!hit) continue;
      await this.list(item.body);
      through = item.terminator === ';&';
      if (item.terminator !== ';&' && item.terminator !== ';;&') return;
    }
  }

  private async simple(node: Command): Promise<void> {
    const words: Word[] = node.name === undefined ? [] : [node.name];
    const assignments: Assignment[] = [];
    for (const item of node.prefix) if (item.type === 'Assignment') assignments.push(item);
    const name = node.name?.value ?? '';
    const alias = node.name !== undefined && node.name.parts === undefined && node.name.text === name ? this.alias(name) : undefined;
    if (alias !== undefined) { await this.runAlias(node, alias); return; }
    const declares = DECLARING.has(name) && node.name?.parts === undefined;
    const args: (string | Assignment)[] = [];
    const head = await expandWords(this, words);
    for (const item of node.suffix) {
      if (item.type === 'Assignment') args.push(...(declares ? [item] : [item.text.includes('$') || item.text.includes('`') || item.text.includes('"') || item.text.includes("'") ? await this.assignmentText(item) : item.text]));
      else if (item.type === 'Word') args.push(...await expandWords(this, [item]));
    }
    const argv = [...head, ...args.filter(arg => typeof arg === 'string')];
    const before = this.temporary.length;
    try {
      if (node.redirects.length > 0) {
        const opened: { close(): void }[] = [];
        const io = await redirect(this, node.redirects, opened);
        if (io === undefined) { this.state.status = this.state.kind === 'dash' ? 2 : 1; return; }
        const keeps = argv[0] === 'exec' && argv.length === 1;
        try { await this.withIo(io, () => this.runSimple(argv, args, assignments)); } finally { if (!keeps) for (const stream of opened) stream.close(); }
        if (keeps) this.io = io;
        return;
      }
      await this.runSimple(argv, args, assignments);
    } finally {
      for (const path of this.temporary.splice(before)) if (this.files.exists(path)) this.files.remove(path);
    }
  }

  private async assignmentText(item: Assignment): Promise<string> {
    if (item.value.type === 'ArrayValue') return item.text;
    return `${item.name}${item.append === true ? '+=' : '='}${await expandText(this, item.value)}`;
  }

  private alias(name: string): string | undefined {
    return this.options.interactive || this.state.shopt.has('expand_aliases') || this.state.kind !== 'bash' ? this.state.aliases.get(name) : undefined;
  }

  private async runAlias(node: Command, alias: string): Promise<void> {
    const start = node.name!.pos;
    const text = this.source.slice(node.pos, start) + alias + this.source.slice(node.name!.end, endOf(node));
    const saved = this.state.aliases.get(node.name!.value)!;
    this.state.aliases.delete(node.name!.value);
    try {
      const parsed = parseScript(text);
      if (parsed.error !== undefined) { await this.stderr.write(syntaxMessages(this, text, parsed.error)); this.state.status = 2; return; }
      await this.runScript(parsed.script, text);
    } finally {
      if (!this.state.aliases.has(node.name!.value)) this.state.aliases.set(node.name!.value, saved);
    }
  }

  private async runSimple(argv: readonly string[], args: readonly (string | Assignment)[], assignments: readonly Assignment[]): Promise<void> {
    const [name] = argv;
    if (name === undefined) {
      this.state.status = 0;
      for (const item of assignments) await assign(this, item);
      if (this.state.options.has('xtrace')) for (const item of assignments) await this.traceLine(`${item.name}=${shellQuote(valueOf(this.state.variables.get(item.name)) ?? '')}`);
      return;
    }
    if (this.state.options.has('xtrace')) await this.traceLine(argv.map(shellQuote).join(' '));
    if (this.state.options.has('noexec')) return;
    this.state.lastArgument = argv[argv.length - 1] ?? '';
    this.debtMs += COMMAND_CPU_MS;
    const builtin = Object.hasOwn(BUILTINS, name) ? BUILTINS[name] : undefined;
    const fn = this.state.functions.get(name);
    if (fn !== undefined && !SPECIAL_BUILTINS.has(name)) { await this.withAssignments(assignments, () => this.callFunction(fn, argv)); return; }
    if (builtin !== undefined && this.hasBuiltin(name)) {
      const keeps = SPECIAL_BUILTINS.has(name) && this.state.kind !== 'bash';
      const run = async (): Promise<void> => { this.state.status = await builtin(this, argv, args); };
      if (assignments.length === 0 || keeps) { for (const item of assignments) await assign(this, item); await run(); }
      else await this.withAssignments(assignments, run);
      return;
    }
    await this.external(argv, assignments);
  }

  hasBuiltin(name: string): boolean {
    return this.state.kind === 'bash' || !BASH_ONLY.has(name) || (this.state.kind === 'busybox' && ASH_HAS.has(name));
  }

  private async withAssignments(assignments: readonly Assignment[], work: () => Promise<void>): Promise<void> {
    const saved = assignments.map(item => [item.name, this.state.variables.get(item.name)] as const);
    for (const item of assignments) {
      await assign(this, item);
      const now = this.state.variables.get(item.name);
      if (now !== undefined) this.state.variables.set(item.name, { ...now, exported: true });
    }
    try { await work(); } finally {
      for (const [name, old] of saved) {
        if (old === undefined) this.state.variables.delete(name);
        else this.state.variables.set(name, old);
      }
    }
  }

  async callFunction(fn: ShellFunction, argv: readonly string[]): Promise<void> {
    const { positional, locals } = this.state;
    const outerSource = this.source;
    const outerLoops = this.loops;
    this.state.positional = argv.slice(1);
    locals.push(new Map());
    this.source = fn.source;
    this.inFunction += 1;
    this.loops = 0;
    this.depth += 1;
    try {
      if (this.depth > DEPTH_MAX) { this.depth = 0; this.fail(`${argv[0]}: maximum function nesting level exceeded (${DEPTH_MAX})`); }
      const { body } = fn.node;
      if (body.type === 'CompoundList') await this.list(body);
      else await this.command(body);
    } catch (error) {
      if (!(error instanceof ReturnSignal)) throw error;
      this.state.status = error.code;
    } finally {
      this.depth -= 1;
      this.inFunction -= 1;
      this.loops = outerLoops;
      this.source = outerSource;
      this.state.positional = positional;
      for (const [name, old] of locals.pop() ?? []) {
        if (old === undefined) this.state.variables.delete(name);
        else this.state.variables.set(name, old);
      }
    }
  }

  /** Where a command is, or why it cannot run. */
  locate(name: string): { readonly path: string } | { readonly missing: 126 | 127; readonly path?: string } {
    let denied: string | undefined;
    const path = valueOf(this.state.variables.get('PATH')) ?? DEFAULT_PATH;
    for (const candidate of name === '' ? [] : candidates(name, path, this.cwd)) {
      try {
        const stat = this.files.stat(candidate);
        if (stat.type === 'directory') { if (name.includes('/')) return { missing: 126, path: 'directory' }; continue; }
        if ((stat.mode & 0o111) !== 0) return { path: candidate };
        denied ??= candidate;
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
      }
    }
    return denied === undefined ? { missing: 127 } : { missing: 126, path: denied };
  }

  async external(argv: readonly string[], assignments: readonly Assignment[]): Promise<void> {
    const env = environment(this.state);
    if (assignments.length > 0) await this.withAssignments(assignments, async () => { for (const [key, value] of environment(this.state)) env.set(key, value); });
    const found = this.locate(argv[0]!);
    if ('missing' in found) {
      await this.stderr.write(found.missing === 127 ? commandNotFound(this, argv[0]!) : notExecutable(this, argv[0]!, found.path === 'directory'));
      this.state.status = found.missing;
      return;
    }
    let child: Child;
    try {
      child = this.process.spawnChild(argv, { stdin: this.io[0]?.input, stdout: this.io[1]?.output, stderr: this.io[2]?.output, env, cwd: this.cwd });
    } catch (error) {
      if (error instanceof ForkError) { await this.forkFailed(); return; }
      throw error;
    }
    this.state.status = await this.waitFor(child);
  }

  async traceLine(line: string): Promise<void> {
    await this.stderr.write(`${valueOf(this.state.variables.get('PS4')) ?? '+ '}${line}\n`);
  }

  /** CPU time owed for commands that cost no process; also where pending traps and Ctrl-C are seen. */
  async pay(): Promise<void> {
    this.checkInterrupt();
    if (this.pendingTraps.length > 0) await this.runTraps();
    if (this.debtMs < 1) return;
    const due = this.debtMs;
    this.debtMs = 0;
    await this.process.compute(due);
  }

  async runTraps(): Promise<void> {
    while (this.pendingTraps.length > 0) {
      const action = this.state.traps.get(this.pendingTraps.shift()!);
      if (action === undefined || action === '') continue;
      const { status } = this.state;
      await this.runText(action);
      this.state.status = status;
    }
  }

  onTrap(signal: string): void {
    this.pendingTraps.push(signal);
    for (const wake of [...this.wakeInterrupt]) wake();
  }

  /** A terminal's Ctrl-C reached this shell. */
  interrupt(): void {
    this.interrupted = true;
    for (const wake of [...this.wakeInterrupt]) wake();
  }

  setTrap(signal: string, action: string | undefined): void {
    this.trapHandlers.get(signal)?.[Symbol.dispose]();
    this.trapHandlers.delete(signal);
    if (action === undefined) { this.state.traps.delete(signal); return; }
    this.state.traps.set(signal, action);
    if (signal === 'EXIT' || signal === 'ERR' || signal === 'DEBUG' || signal === 'RETURN') return;
    this.trapHandlers.set(signal, this.process.onSignal(`SIG${signal}` as Signal, () => { if (action !== '') this.onTrap(signal); }));
  }
}

const DECLARING: ReadonlySet<string> = new Set(['export', 'declare', 'typeset', 'local', 'readonly', 'alias']);
/** Builtins that dash and ash lack. */
const BASH_ONLY: ReadonlySet<string> = new Set(['shopt', 'declare', 'typeset', 'let', 'mapfile', 'readarray', 'pushd', 'popd', 'dirs', 'source', 'builtin', 'history', 'enable', 'disown']);
const ASH_HAS: ReadonlySet<string> = new Set(['let', 'source', 'history', 'shopt']);

function endOf(node: Command): number {
  return Math.max(node.end, ...node.suffix.map(item => item.end));
}

function bindDescriptors(io: Descriptors, process: Process): Descriptors {
  const out: Descriptors = {};
  for (const [fd, descriptor] of Object.entries(io)) {
    if (descriptor === undefined) continue;
    out[Number(fd)] = {
      ...(descriptor.input === undefined ? {} : { input: descriptor.input.bind(process.world) }),
      ...(descriptor.output === undefined ? {} : { output: descriptor.output.bind?.(process.world) ?? descriptor.output }),
    };
  }
  if (io[1]?.output !== undefined) out[1] = { output: process.stdout };
  if (io[2]?.output !== undefined) out[2] = { output: process.stderr };
  return out;
}

/** Runs a shell to its end: exit, errexit, EXIT trap. The exit code. */
export async function runToEnd(shell: Shell, work: () => Promise<void>): Promise<number> {
  let code: number;
  try {
    await work();
    await shell.runTraps();
    code = shell.state.status;
  } catch (error) {
    code = exitCode(shell, error);
  }
  const action = shell.state.traps.get('EXIT');
  if (action !== undefined && action !== '') {
    shell.state.traps.delete('EXIT');
    shell.state.status = code;
    try { await shell.runText(action); } catch (error) { code = exitCode(shell, error); }
  }
  return code;
}

export function exitCode(shell: Shell, error: unknown): number {
  if (error instanceof ExitError) return error.code;
  if (error instanceof ShellFailure) return error.code;
  if (error instanceof InterruptSignal) return 130;
  if (error instanceof ReturnSignal) return error.code;
  if (error instanceof BreakSignal) return shell.state.status;
  if (error instanceof BrokenPipe || isAbort(error)) throw error;
  throw error;
}

function timeReport(seconds: number): string {
  const show = (value: number): string => `${Math.floor(value / 60)}m${(value % 60).toFixed(3)}s`;
  return `\nreal\t${show(seconds)}\nuser\t${show(0)}\nsys\t${show(0)}\n`;
}

/** The words of a syntax error. */
export function syntaxMessages(shell: Shell, text: string, error: { readonly line: number; readonly token: string; readonly incomplete: boolean; readonly message: string }): string {
  const { state } = shell;
  if (state.kind === 'bash') {
    const prefix = shell.options.interactive ? `${state.name}: ` : shell.options.script ? `${state.name}: line ${error.line}: ` : `${state.name}: `;
    if (error.message.startsWith('unterminated')) {
      const quote = error.message.includes('single') ? "'" : error.message.includes('back') ? '`' : '"';
      return `${prefix}unexpected EOF while looking for matching \`${quote}'\n`;
    }
    if (error.incomplete) return `${state.name}: line ${text.split('\n').length + 1}: syntax error: unexpected end of file\n`;
    const line = text.split('\n')[error.line - 1] ?? '';
    return `${prefix}syntax error near unexpected token \`${error.token}'\n${shell.options.script ? `${prefix}\`${line}'\n` : ''}`;
  }
  if (state.kind === 'dash') {
    const what = error.message.startsWith('unterminated') ? 'Unterminated quoted string' : error.incomplete ? 'end of file unexpected' : `"${error.token}" unexpected`;
    return `${state.name}: ${error.line}: Syntax error: ${what}\n`;
  }
  const what = error.message.startsWith('unterminated') ? 'unterminated quoted string' : error.incomplete ? 'unexpected end of file' : `unexpected "${error.token}"`;
  return `${state.name}: ${shell.options.script ? `line ${error.line}: ` : ''}syntax error: ${what}\n`;
}
