/** What a program in a container sees. It has no cluster object, no clock but its own, and no way to reach another
 *  container but the network: so it cannot cheat. SIGKILL is not delivered, it is the end: the process's scope is killed. */
import type { Clock, Random, World } from '../base/world.ts';
import type { FileSystem } from './files.ts';
import type { NetworkNamespace } from './network.ts';

export interface Process {
  readonly pid: number;
  readonly argv: readonly string[];
  /** Ends with the process; programs wait, sleep and spawn through it. */
  readonly world: World;
  readonly clock: Clock;
  readonly random: Random;
  /** Own to the process, inherited by children as a copy. */
  readonly env: Map<string, string>;
  readonly files: FileSystem;
  readonly net: NetworkNamespace;
  readonly user: { readonly uid: number; readonly gid: number; readonly groups: readonly number[]; readonly name: string };
  cwd: string;
  readonly hostname: string;
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** The terminal, where the process has one. */
  readonly tty?: { readonly columns: number; readonly rows: number };
  /** Registers a handler for SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGWINCH ... Without one the default action is taken:
   *  the process ends with 128 + number (PID 1 ignores signals that it does not handle, as on Linux). */
  onSignal(signal: Signal, handler: () => void): Disposable;
  /** Aborts when a terminating signal without a handler arrives. */
  readonly signal: AbortSignal;
  /** Burns CPU: takes `cpuMs` of one core, longer where the limit throttles or the node is full. */
  compute(cpuMs: number): Promise<void>;
  /** Sets the resident memory of this process; above the limit the kernel kills the container (exit 137, OOMKilled). */
  useMemory(bytes: number): void;
  /** Starts a program of this container (shell, tool or the image's own) as a child. Exit code 127: not found, 126: not
   *  executable. A fork bomb meets the pids limit: it throws "Resource temporarily unavailable". */
  spawnChild(argv: readonly string[], options?: SpawnOptions): Child;
  /** Runs a function as a child, as fork does: the subshells and pipeline stages of a shell. */
  fork(program: Program, argv: readonly string[], options?: SpawnOptions): Child;
  /** Becomes another program, as exec does: the same pid, signal handlers as at the start. 127 or 126 where there is none. */
  exec(argv: readonly string[], options?: Pick<SpawnOptions, 'stdin' | 'stdout' | 'stderr' | 'env' | 'cwd'>): Promise<number>;
  /** Calls itself something else in the table of processes, as servers do. */
  retitle(title: string): void;
  /** A pipe that outlives this process; whoever holds an end closes it, or lists it in `owns` of the child that uses it. */
  pipe(): { readonly input: InputStream; readonly output: OutputStream };
  /** Whether a program answers to this absolute path (the files of programs are in `files` too, with mode 0755). */
  hasProgram(path: string): boolean;
  readonly processes: ProcessTable;
}

export type Signal = 'SIGTERM' | 'SIGKILL' | 'SIGINT' | 'SIGHUP' | 'SIGQUIT' | 'SIGUSR1' | 'SIGUSR2' | 'SIGWINCH' | 'SIGPIPE' | 'SIGCHLD' | 'SIGSTOP' | 'SIGCONT';
export const SIGNAL_NUMBERS = {
  SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGUSR1: 10, SIGUSR2: 12, SIGPIPE: 13, SIGTERM: 15, SIGCHLD: 17, SIGCONT: 18, SIGSTOP: 19, SIGWINCH: 28,
} as const satisfies Record<Signal, number>;

export interface SpawnOptions {
  readonly stdin?: InputStream;
  readonly stdout?: OutputStream;
  readonly stderr?: OutputStream;
  readonly env?: ReadonlyMap<string, string>;
  readonly cwd?: string;
  readonly tty?: { readonly columns: number; readonly rows: number };
  /** Closed when the child ends, however it ends. */
  readonly owns?: readonly { close(): void }[];
  /** Not reached by the terminal's Ctrl-C; inherited by the child's children. */
  readonly background?: boolean;
  readonly user?: Process['user'];
}

export interface Child {
  readonly pid: number;
  wait(): Promise<number>;
  kill(signal: Signal): void;
}

export interface ProcessTable {
  list(): readonly { readonly pid: number; readonly ppid: number; readonly user: string; readonly command: string; readonly startedAtMs: number;
    readonly cpuMs: number; readonly memoryBytes: number; readonly state: string }[];
  /** false: no such process. */
  kill(pid: number, signal: Signal): boolean;
}

/** Bytes in order with backpressure. `read` resolves with undefined at the end. */
export interface InputStream {
  /** A person types it. */
  readonly isTerminal?: boolean;
  read(): Promise<Uint8Array | undefined>;
  /** Tells the writer that nobody reads any more (SIGPIPE for the writer). */
  close(): void;
  /** The same stream, waiting in another world: a killed process's reads never go on. */
  bind?(world: World): InputStream;
}
export interface OutputStream {
  /** A person reads it: ls prints columns, curl no meter. Absent for pipes and files. */
  readonly isTerminal?: boolean;
  /** Resolves when there is room again; throws BrokenPipe when the reader has gone. Awaiting it is how `yes | head` stops. */
  write(data: Uint8Array | string): Promise<void>;
  close(): void;
  /** The same stream, waiting in another world: a killed process's writes never go on. */
  bind?(world: World): OutputStream;
}

/** Thrown by a write to a pipe whose reader is gone; unhandled it ends the process with 141. */
export class BrokenPipe extends Error {
  constructor() { super('Broken pipe'); this.name = 'BrokenPipe'; }
}

/** A program that can be found on a PATH: a tool, an image's own server, or kubectl in the learner's shell. */
export type Program = (process: Process) => Promise<number>;

/** What a container image is here: the names that it answers to, what its Dockerfile would set, and its programs. */
export interface Image {
  /** Normalised repository names: "docker.io/library/nginx", "registry.k8s.io/pause". */
  readonly names: readonly string[];
  /** Known tags, or a pattern kind: any other tag is ErrImagePull with `not found`, as it should be. */
  hasTag(tag: string): boolean;
  /** Compressed size as the pull event prints it. */
  readonly sizeBytes: number;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly workingDir?: string;
  readonly user?: string;
  readonly exposedPorts?: readonly number[];
  readonly stopSignal?: Signal;
  /** Text files that the image brings: path to content. */
  readonly files?: Readonly<Record<string, string>>;
  /** Symbolic links that it brings: path to target. */
  readonly links?: Readonly<Record<string, string>>;
  /** Programs by absolute path ("/usr/sbin/nginx"), besides the shell tools named by `toolbox`. */
  readonly programs: Readonly<Record<string, Program>>;
  /** Which base the image is built on, and so which shell and tools it has: none for scratch and distroless images,
   *  every tool there is for `host`. */
  readonly toolbox: 'none' | 'busybox' | 'debian' | 'buildpack' | 'alpine' | 'host';
  /** It stands for an image that is not known: the Pod's own checks by programs that only the real one has say yes. */
  readonly isStandIn?: boolean;
}
