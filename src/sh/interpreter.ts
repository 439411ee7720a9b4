/** Runs a syntax tree over a process: commands stream into each other, subshells and pipeline stages are forked processes,
 *  and whatever loops pays for it in CPU time, so that the clock goes on under a hot loop. */
import { abandon } from '../base/with-timeout.ts';
import { ExitError, ForkError } from '../cri/processes.ts';
import type { Child, OutputStream, Process, Signal } from '../cri/process.ts';
import { readAll } from '../cri/streams.ts';
import { compound } from './compound.ts';
import { InterruptSignal, ShellFailure } from './control.ts';
import { DEPTH_MAX } from './costs.ts';
import { expandText, type Expander } from './expand.ts';
import type { Jobs } from './jobs.ts';
import { shareInput } from './lines.ts';
import { shellError } from './messages.ts';
import { runToEnd, syntaxMessages } from './outcome.ts';
import { lineAt, parseScript } from './parse.ts';
import type { AndOr, CommandNode, CompoundList, PipelineNode, Redirection, Script, Statement, Word } from './parse.ts';
import { pipeline } from './pipeline.ts';
import { redirect } from './redirect.ts';
import type { Descriptors } from './redirect.ts';
import { simple } from './simple.ts';
import { readSubstituted } from './substitution.ts';
import { copyState, environment, ReadOnlyError, valueOf } from './state.ts';
import type { ShellState } from './state.ts';

export interface ShellOptions {
  readonly interactive: boolean;
  /** Entered at a prompt, also in subshells and pipelines. */ readonly prompted: boolean;
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
  /** Command substitutions around this shell: bash repeats the first character of PS4. */
  nesting = 0;
  inFunction = 0;
  sourced = 0;
  interrupted = false;
  position = 0;
  /** The last command of all: a program takes the shell's place, as with exec. */
  replace: CommandNode | undefined;
  debtMs = 0;
  spins = 0;
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
  async runText(text: string, last = false): Promise<number> {
    const parsed = parseScript(text);
    if (parsed.error !== undefined) {
      await this.stderr.write(syntaxMessages(this, text, parsed.error));
      return this.state.status = 2;
    }
    if (last) this.replace = lastCommand(parsed.script.commands);
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
    if (node.type !== 'Pipeline') {
      await this.command(node);
      if (node.type === 'Command' && this.state.kind === 'bash') this.state.variables.set('PIPESTATUS', { value: undefined, list: new Map([[0, String(this.state.status)]]) });
      this.checkExit(node.type);
      return;
    }
    const negated = node.prefixes.filter(prefix => prefix.type === 'Negation').length % 2 === 1;
    const timed = node.prefixes.some(prefix => prefix.type === 'Time');
    const startedAt = this.process.clock.micros();
    if (negated) this.guarded += 1;
    try {
      if (node.commands.length <= 1 && node.commands[0] !== undefined) await this.command(node.commands[0]);
      else await pipeline(this, node);
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
    const words = { dash: 'Cannot fork', busybox: "can't fork: Resource temporarily unavailable", bash: 'fork: retry: Resource temporarily unavailable' }[kind];
    await this.complain(words);
    await this.process.clock.sleep(1000);
    throw new ExitError(kind === 'bash' ? 254 : 2);
  }

  /** A node as a process of its own with a copy of this shell's state. */
  fork(node: CommandNode | CompoundList | Script | Statement['command'], io: Descriptors, owns: readonly { close(): void }[] = [], background = false, label?: string): Child {
    const { source, depth } = this;
    return this.process.fork(async inner => {
      const sub = new Shell(inner, copyState(this.state), this.jobs.forSubshell(), { ...this.options, interactive: false });
      sub.io = bindDescriptors(io, inner);
      sub.source = source;
      sub.depth = depth;
      sub.inFunction = this.inFunction;
      sub.guarded = this.guarded;
      sub.nesting = this.nesting + (node.type === 'Script' ? 1 : 0);
      sub.replace = node.type === 'Command' ? node : node.type === 'CompoundList' || node.type === 'Script' ? lastCommand(node.commands) : undefined;
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
    const input = pipe.input.bind?.(this.process.world) ?? pipe.input;
    const text = await readSubstituted(input, (ms) => { this.debtMs += ms; });
    this.state.status = await this.waitFor(child);
    return text;
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
      case 'Command': this.position = node.pos; await simple(this, node); return;
      case 'Redirected': await this.redirected(node.redirects, () => compound(this, node.command)); return;
      case 'Function': {
        this.state.functions.set(node.name.value, { node, source: this.source });
        this.state.status = 0;
        return;
      }
      case 'Coproc': return this.fail('coproc: not available');
      default: await compound(this, node);
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

  hasBuiltin(name: string): boolean {
    return this.state.kind === 'bash' || !BASH_ONLY.has(name) || (this.state.kind === 'busybox' && ASH_HAS.has(name));
  }

  async traceLine(line: string): Promise<void> {
    const ps4 = valueOf(this.state.variables.get('PS4')) ?? '+ ';
    await this.stderr.write(`${this.state.kind === 'bash' ? ps4.slice(0, 1).repeat(this.nesting) : ''}${ps4}${line}\n`);
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

/** Builtins that dash and ash lack. */
const BASH_ONLY: ReadonlySet<string> = new Set(['shopt', 'declare', 'typeset', 'let', 'mapfile', 'readarray', 'pushd', 'popd', 'dirs', 'source', 'builtin', 'history', 'enable', 'disown']);
const ASH_HAS: ReadonlySet<string> = new Set(['let', 'source', 'history', 'shopt']);

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

function timeReport(seconds: number): string {
  return `\nreal\t${Math.floor(seconds / 60)}m${(seconds % 60).toFixed(3)}s\nuser\t0m0.000s\nsys\t0m0.000s\n`;
}

/** The simple command that ends a list, where it runs in the foreground. */
function lastCommand(statements: readonly Statement[]): CommandNode | undefined {
  const last = statements[statements.length - 1];
  return last !== undefined && last.background !== true && last.command.type === 'Command' ? last.command : undefined;
}
