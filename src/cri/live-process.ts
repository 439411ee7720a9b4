/** The Process that a program is handed. All of them have one shape, also after exec: accessors and methods live on the
 *  class, so that starting a container makes no hidden class of its own. */
import type { Clock, Random, World } from '../base/world.ts';
import type { FileSystem } from './files.ts';
import type { NetworkNamespace } from './network.ts';
import type { Child, InputStream, OutputStream, Process, Program, Signal, SpawnOptions } from './process.ts';

/** What belongs to the pid and stays when it becomes another program. */
export interface ProcessCore {
  readonly pid: number;
  readonly world: World;
  readonly files: FileSystem;
  readonly user: Process['user'];
  readonly hostname: string;
  readonly tty: Process['tty'];
  readonly processes: Process['processes'];
  net(): NetworkNamespace;
  signal(): AbortSignal;
  onSignal(signal: Signal, handler: () => void): Disposable;
  compute(cpuMs: number): Promise<void>;
  useMemory(bytes: number): void;
  /** `from`: a program that was exec'd has streams and variables of its own. */
  spawnChild(from: Process, argv: readonly string[], more: SpawnOptions | undefined): Child;
  fork(from: Process, program: Program, argv: readonly string[], more: SpawnOptions | undefined): Child;
  exec(from: Process, argv: readonly string[], more: Parameters<Process['exec']>[1]): Promise<number>;
  retitle(title: string): void;
  pipe(): ReturnType<Process['pipe']>;
  hasProgram(path: string): boolean;
}

/** What exec may change. */
export interface ProcessView {
  readonly argv: readonly string[];
  readonly env: Map<string, string>;
  readonly cwd: string;
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}

export class LiveProcess implements Process {
  readonly pid: number;
  readonly argv: readonly string[];
  readonly world: World;
  readonly clock: Clock;
  readonly env: Map<string, string>;
  readonly files: FileSystem;
  readonly user: Process['user'];
  cwd: string;
  readonly hostname: string;
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly tty: Process['tty'];
  readonly processes: Process['processes'];

  constructor(
    private readonly core: ProcessCore,
    view: ProcessView,
  ) {
    this.pid = core.pid;
    this.argv = view.argv;
    this.world = core.world;
    this.clock = core.world.clock;
    this.env = view.env;
    this.files = core.files;
    this.user = core.user;
    this.cwd = view.cwd;
    this.hostname = core.hostname;
    this.stdin = view.stdin;
    this.stdout = view.stdout;
    this.stderr = view.stderr;
    this.tty = core.tty;
    this.processes = core.processes;
  }

  get random(): Random {
    return this.core.world.random;
  }

  get net(): NetworkNamespace {
    return this.core.net();
  }

  get signal(): AbortSignal {
    return this.core.signal();
  }

  onSignal(signal: Signal, handler: () => void): Disposable {
    return this.core.onSignal(signal, handler);
  }

  compute(cpuMs: number): Promise<void> {
    return this.core.compute(cpuMs);
  }

  useMemory(bytes: number): void {
    this.core.useMemory(bytes);
  }

  spawnChild(argv: readonly string[], more?: SpawnOptions): Child {
    return this.core.spawnChild(this, argv, more);
  }

  fork(program: Program, argv: readonly string[], more?: SpawnOptions): Child {
    return this.core.fork(this, program, argv, more);
  }

  exec(argv: readonly string[], more?: Parameters<Process['exec']>[1]): Promise<number> {
    return this.core.exec(this, argv, more);
  }

  retitle(title: string): void {
    this.core.retitle(title);
  }

  pipe(): ReturnType<Process['pipe']> {
    return this.core.pipe();
  }

  hasProgram(path: string): boolean {
    return this.core.hasProgram(path);
  }
}
