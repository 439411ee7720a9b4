/** The processes of a container (or of the learner's host): pids, parents, signals, exits, and which program answers to
 *  a path. A process lives in its own scope: the end of the scope is the end of the process. */
import type { Scope, Settle, World } from '../base/world.ts';
import type { CpuGroup } from './cpu.ts';
import { FileError } from './files.ts';
import type { FileSystem } from './files.ts';
import { filesAs } from './file-views.ts';
import { LiveProcess } from './live-process.ts';
import type { ProcessCore } from './live-process.ts';
import { joinPath, readText } from './memory-files.ts';
import type { NetworkNamespace } from './network.ts';
import { BrokenPipe, SIGNAL_NUMBERS } from './process.ts';
import type { Child, InputStream, OutputStream, Process, Program, Signal, SpawnOptions } from './process.ts';
import { createPipe, EMPTY_INPUT, NULL_OUTPUT } from './streams.ts';

/** Signals whose default action is not to end the process. */
const HARMLESS: ReadonlySet<Signal> = new Set(['SIGCHLD', 'SIGCONT', 'SIGWINCH', 'SIGSTOP']);
/** What a small program has resident. */
const BASE_MEMORY = 720 * 1024;
/** fork and exec. */
const START_CPU_MS = 0.4;
/** A system call, and a byte through it. */
const WRITE_CPU_MS = 0.002;
const BYTE_CPU_MS = 2e-6;
const RESERVED_PIDS = 50;
const PAUSE_MEMORY = 500_000;
/** Nested #! interpreters, as the kernel allows. */
const INTERPRETERS_MAX = 4;

/** A PID namespace: one a container, or one a Pod with shareProcessNamespace. */
export interface PidSpace {
  readonly entries: Map<number, Entry>;
  nextPid: number;
  /** Whether pid 1 is a process of its own (the pause container) and no container's main process. */
  readonly shared: boolean;
}

export function createPidSpace(shared = false): PidSpace {
  return { entries: new Map(), nextPid: shared ? 2 : 1, shared };
}

export interface Entry {
  readonly pid: number;
  readonly ppid: number;
  argv: readonly string[];
  /** What it calls itself. */
  title: string | undefined;
  readonly user: Process['user'];
  readonly scope: Scope;
  readonly owner: object;
  readonly startedAtMs: number;
  readonly background: boolean;
  readonly terminal: object | undefined;
  env: ReadonlyMap<string, string>;
  readonly streams: { readonly 1: OutputStream | undefined; readonly 2: OutputStream | undefined };
  cpuMs: number;
  memoryBytes: number;
  stopped: boolean;
  end(code: number, signal?: Signal): void;
  deliver(signal: Signal): void;
  /** SIGSTOP, from outside the namespace too. */
  stop(): void;
  proceed(): void;
}

export interface ProcessesOptions {
  /** Outlives every process: pipes and exits wait here. */
  readonly world: World;
  readonly space: PidSpace;
  readonly files: FileSystem;
  readonly net: (files: FileSystem) => NetworkNamespace;
  readonly hostname: string;
  readonly cpu: CpuGroup;
  /** A program by absolute path, undefined where there is none. */
  readonly programAt: (path: string) => Program | undefined;
  readonly pidsLimit: number;
  /** The resident memory of all processes changed. */
  readonly onMemory?: (bytes: number) => void;
  /** What a program that failed through a mistake of ours threw. */
  readonly onMistake?: (argv: readonly string[], error: unknown) => void;
}

export interface StartOptions extends SpawnOptions {
  readonly user: Process['user'];
  readonly terminal?: object;
  readonly parent?: number;
}

export interface Processes {
  /** Starts a program found on the PATH (or by its path). */
  start(argv: readonly string[], options: StartOptions): Started;
  /** Runs a function as a process. */
  run(program: Program, argv: readonly string[], options: StartOptions): Started;
  /** A process that is only there to work through: the learner's host. It ends when killed. */
  root(argv: readonly string[], options: StartOptions): Process;
  find(name: string, env: ReadonlyMap<string, string>, cwd: string): Found;
  killAll(): void;
  memoryBytes(): number;
  count(): number;
  signalTerminal(terminal: object, signal: Signal): void;
}

export interface Started extends Child {
  readonly process: Process;
  /** Called once, also where the process is killed. */
  onExit(listener: (code: number, signal: Signal | undefined) => void): void;
}

export type Found = { readonly path: string; readonly program: Program; readonly argv?: readonly string[] } | { readonly missing: 126 | 127; readonly path?: string };

/** The PATH of a container that sets none. */
export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Where a name leads on a PATH: full paths that exist, in order. */
export function* candidates(name: string, path: string, cwd: string): Generator<string> {
  if (name.includes('/')) { yield joinPath(cwd, name); return; }
  for (const directory of path.split(':')) yield joinPath(cwd, `${directory === '' ? '.' : directory}/${name}`);
}

export function createProcesses(options: ProcessesOptions): Processes {
  const { world, space, files, cpu } = options;
  const self = {};
  const mine = (): Entry[] => [...space.entries.values()].filter(entry => entry.owner === self);
  let resident = 0;
  const memory = (): number => resident;

  function find(name: string, env: ReadonlyMap<string, string>, cwd: string, depth = 0): Found {
    let denied: string | undefined;
    for (const path of name === '' ? [] : candidates(name, env.get('PATH') ?? DEFAULT_PATH, cwd)) {
      const found = look(path);
      if (found === undefined) continue;
      if ('missing' in found) { denied ??= path; continue; }
      if (found.program !== undefined) return { path, program: found.program };
      if (found.interpreter !== undefined && depth < INTERPRETERS_MAX) {
        const inner = find(found.interpreter[0]!, env, cwd, depth + 1);
        if (!('missing' in inner)) return { path, program: inner.program, argv: [...(inner.argv ?? []), ...found.interpreter, path] };
      }
      return { missing: 126, path };
    }
    return denied === undefined ? { missing: 127 } : { missing: 126, path: denied };
  }

  function look(path: string): { readonly program?: Program; readonly interpreter?: readonly string[] } | { readonly missing: 126 } | undefined {
    // Most places of a PATH have nothing of that name: no error is made to say so.
    if (!files.exists(path)) return undefined;
    let real: string;
    try {
      real = files.realPath(path);
      const stat = files.stat(real);
      if (stat.type === 'directory') return { missing: 126 };
      if (stat.type !== 'file') return { missing: 126 };
      const program = options.programAt(path) ?? options.programAt(real);
      if ((stat.mode & 0o111) === 0) return { missing: 126 };
      if (program !== undefined) return { program };
    } catch (error) {
      if (error instanceof FileError) return undefined;
      throw error;
    }
    const text = readText(files, real);
    if (text.startsWith('#!')) {
      const line = text.slice(2, text.indexOf('\n') < 0 ? undefined : text.indexOf('\n')).trim();
      const space1 = line.search(/[ \t]/);
      return { interpreter: space1 < 0 ? [line] : [line.slice(0, space1), line.slice(space1).trim()] };
    }
    return { interpreter: ['/bin/sh'] };
  }

  function start(argv: readonly string[], how: StartOptions): Started {
    const env = how.env ?? new Map<string, string>();
    const found = find(argv[0] ?? '', env, how.cwd ?? '/');
    if ('missing' in found) return run(async () => found.missing, argv, how);
    return run(found.program, found.argv === undefined ? argv : [...found.argv, ...argv.slice(1)], how);
  }

  function run(program: Program, argv: readonly string[], how: StartOptions): Started {
    const made = make(argv, how);
    made.world.spawn(argv[0] ?? 'process', async () => {
      let code: number;
      try {
        await made.process.compute(START_CPU_MS);
        code = await program(made.process);
      } catch (error) {
        if (error instanceof BrokenPipe) { made.entry.end(128 + SIGNAL_NUMBERS.SIGPIPE, 'SIGPIPE'); return; }
        if (error instanceof ExitError) code = error.code;
        else { options.onMistake?.(argv, error); code = 139; await made.process.stderr.write('Segmentation fault\n').catch(() => {}); }
      }
      made.entry.end(code & 0xff);
    });
    return made.started;
  }

  function make(argv: readonly string[], how: StartOptions): { entry: Entry; process: Process; started: Started; world: World } {
    // What somebody starts from a login shell finds room even beside a fork bomb, so that it can be ended.
    const reserve = how.background === true || space.entries.get(how.parent ?? 0)?.ppid !== 0 ? 0 : RESERVED_PIDS;
    if (space.entries.size >= options.pidsLimit + reserve) throw new ForkError();
    const pid = space.nextPid;
    space.nextPid += 1;
    const scope = world.scope(`pid-${pid}`);
    const inside = scope.world;
    const handlers = new Map<Signal, Set<() => void>>();
    const listeners: ((code: number, signal: Signal | undefined) => void)[] = [];
    let over: { readonly code: number; readonly signal: Signal | undefined } | undefined;
    let abort: AbortController | undefined;
    const pendingSignals: Signal[] = [];
    const baseNet = options.net(files);
    let net: (NetworkNamespace & { release?(): void }) | undefined;

    const entry: Entry = {
      pid, ppid: how.parent ?? 0, argv, title: undefined, user: how.user, scope, owner: self, startedAtMs: world.clock.now(), background: how.background ?? false,
      terminal: how.terminal, env: how.env ?? new Map<string, string>(), streams: { 1: how.stdout, 2: how.stderr },
      cpuMs: 0, memoryBytes: BASE_MEMORY, stopped: false,
      end(code, signal) {
        if (over !== undefined) return;
        over = { code, signal };
        space.entries.delete(pid);
        scope.kill();
        net?.release?.();
        for (const stream of how.owns ?? []) stream.close();
        resident -= entry.memoryBytes;
        if (entry.memoryBytes !== BASE_MEMORY) options.onMemory?.(memory());
        space.entries.get(entry.ppid)?.deliver('SIGCHLD');
        for (const listener of listeners.splice(0)) listener(code, signal);
      },
      stop() {
        entry.stopped = true;
        scope.freeze();
      },
      proceed() {
        if (!entry.stopped) return;
        entry.stopped = false;
        scope.thaw();
        for (const signal of pendingSignals.splice(0)) entry.deliver(signal);
      },
      deliver(signal) {
        if (signal === 'SIGKILL') { entry.end(128 + 9, 'SIGKILL'); return; }
        if (signal === 'SIGSTOP') { if (pid !== 1) entry.stop(); return; }
        if (signal === 'SIGCONT') { entry.proceed(); return; }
        // A stopped process hears of signals when it goes on.
        if (entry.stopped) { pendingSignals.push(signal); return; }
        const registered = handlers.get(signal);
        if (registered !== undefined && registered.size > 0) { for (const handler of [...registered]) handler(); return; }
        if (HARMLESS.has(signal) || pid === 1) return;
        abort?.abort();
        entry.end(128 + SIGNAL_NUMBERS[signal], signal);
      },
    };
    space.entries.set(pid, entry);
    resident += BASE_MEMORY;

    /** Writing costs CPU time, so that an endless writer lets time pass. */
    let debtMs = 0;
    const metered = (raw: OutputStream | undefined): OutputStream => {
      if (raw === undefined) return NULL_OUTPUT;
      const stream = raw.bind?.(inside) ?? raw;
      return {
        ...(raw.isTerminal === true && { isTerminal: true }),
        async write(data) {
          debtMs += WRITE_CPU_MS + data.length * BYTE_CPU_MS;
          if (debtMs >= 1) {
            const due = debtMs;
            debtMs = 0;
            await core.compute(due);
          }
          await stream.write(data);
        },
        close: () => stream.close(),
        bind: other => raw.bind?.(other) ?? raw,
      };
    };
    const spawnOptions = (from: Process, more: SpawnOptions | undefined): StartOptions => ({
      user: from.user, terminal: how.terminal, background: entry.background, ...more,
      parent: pid, env: new Map(more?.env ?? from.env), cwd: more?.cwd ?? from.cwd, tty: more?.tty ?? from.tty,
      stdin: more?.stdin ?? from.stdin, stdout: more?.stdout ?? from.stdout, stderr: more?.stderr ?? from.stderr,
    });
    /** Waited for in this process's own world: it may be stopped or killed meanwhile. */
    const childOf = (child: Started): Child => ({ pid: child.pid, kill: signal => child.kill(signal), wait: () => waitIn(inside, child) });
    const core: ProcessCore = {
      pid, world: inside, files: filesAs(files, how.user), user: how.user, hostname: options.hostname, tty: how.tty, processes: table,
      net: () => net ??= baseNet.bind?.(inside) ?? baseNet,
      signal: () => (abort ??= new AbortController()).signal,
      onSignal(signal, handler) {
        let set = handlers.get(signal);
        if (set === undefined) handlers.set(signal, set = new Set());
        set.add(handler);
        return { [Symbol.dispose]() { set.delete(handler); } };
      },
      async compute(cpuMs) {
        await cpu.compute(inside, cpuMs);
        entry.cpuMs += cpuMs;
      },
      useMemory(bytes) {
        resident += bytes - entry.memoryBytes;
        entry.memoryBytes = bytes;
        options.onMemory?.(memory());
      },
      spawnChild: (from, childArgv, more) => childOf(start(childArgv, spawnOptions(from, more))),
      fork: (from, program, childArgv, more) => childOf(run(program, childArgv, spawnOptions(from, more))),
      async exec(from, nextArgv, more) {
        const nextEnv = new Map(more?.env ?? from.env);
        const cwd = more?.cwd ?? from.cwd;
        const found = find(nextArgv[0] ?? '', nextEnv, cwd);
        if ('missing' in found) return found.missing;
        handlers.clear();
        entry.argv = found.argv === undefined ? nextArgv : [...found.argv, ...nextArgv.slice(1)];
        entry.title = undefined;
        entry.env = nextEnv;
        await cpu.compute(inside, START_CPU_MS);
        return found.program(new LiveProcess(core, {
          argv: entry.argv, env: nextEnv, cwd, stdin: more?.stdin === undefined ? from.stdin : bindInput(more.stdin, inside),
          stdout: more?.stdout === undefined ? from.stdout : metered(more.stdout), stderr: more?.stderr === undefined ? from.stderr : metered(more.stderr),
        }));
      },
      retitle(title) { entry.title = title; },
      pipe: () => createPipe(world),
      hasProgram: path => options.programAt(path) !== undefined,
    };
    const process = new LiveProcess(core, {
      argv, env: how.env instanceof Map ? how.env : new Map(how.env ?? []), cwd: how.cwd ?? '/',
      stdin: bindInput(how.stdin, inside), stdout: metered(how.stdout), stderr: metered(how.stderr),
    });
    const started: Started = {
      pid, process,
      wait: () => waitIn(world, started),
      kill: signal => { if (signal === 'SIGSTOP') entry.stop(); else entry.deliver(signal); },
      onExit(listener) {
        if (over === undefined) listeners.push(listener);
        else listener(over.code, over.signal);
      },
    };
    return { entry, process, started, world: inside };
  }

  const table: Process['processes'] = {
    list() {
      const rows = [...space.entries.values()].sort((a, b) => a.pid - b.pid).map(entry => ({
        pid: entry.pid, ppid: entry.ppid, user: entry.user.name, command: entry.title ?? entry.argv.join(' '), startedAtMs: entry.startedAtMs,
        cpuMs: Math.round(entry.cpuMs), memoryBytes: entry.memoryBytes, state: entry.stopped ? 'T' : 'S',
      }));
      if (!space.shared) return rows;
      const pause = { pid: 1, ppid: 0, user: '65535', command: '/pause', startedAtMs: rows[0]?.startedAtMs ?? world.clock.now(), cpuMs: 0, memoryBytes: PAUSE_MEMORY, state: 'S' };
      return [pause, ...rows];
    },
    kill(pid, signal) {
      const entry = space.entries.get(pid);
      entry?.deliver(signal);
      return entry !== undefined;
    },
  };

  return {
    start, run, find,
    root: (argv, how) => make(argv, how).process,
    killAll() { for (const entry of mine().sort((a, b) => b.pid - a.pid)) entry.end(128 + 9, 'SIGKILL'); },
    memoryBytes: memory,
    count: () => mine().length,
    signalTerminal(terminal, signal) {
      for (const entry of mine()) if (entry.terminal === terminal && !entry.background) entry.deliver(signal);
    },
  };
}

function bindInput(stream: InputStream | undefined, world: World): InputStream {
  return stream === undefined ? EMPTY_INPUT : stream.bind?.(world) ?? stream;
}

/** exit(): ends the process from anywhere in its program. */
export class ExitError extends Error {
  constructor(readonly code: number) { super('exit'); this.name = 'ExitError'; }
}

/** fork() at the pids limit. */
export class ForkError extends Error {
  constructor() { super('Resource temporarily unavailable'); this.name = 'ForkError'; }
}

function waitIn(world: World, started: Started): Promise<number> {
  return world.suspend<number>((settle: Settle<number>) => { started.onExit(code => settle.resolve(code)); });
}
