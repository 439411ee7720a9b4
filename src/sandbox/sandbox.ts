/** ONE running cluster, as page, lesson, embed and CLI see it, whether it runs in workers, inline, or is a real one at
 *  the end of an HTTP address (which then says in `capabilities` what it cannot do). */
import type { TraceRecord } from '../base/trace.ts';
import type { Transport } from '../api/transport.ts';
import type { Journal, JournalEntry } from '../sim/journal.ts';

export interface Sandbox {
  readonly profile: Profile;
  readonly capabilities: Capabilities;
  /** Reads are observers and leave no trace in history; every write is an input and a journal entry. */
  readonly api: Transport;
  shell(options?: ShellOptions): Promise<Session>;
  readonly time: TimeControl;
  readonly trace: TraceFeed;
  journal(): Promise<Journal>;
  /** What etcd holds now; for a journal that a later engine cannot play. */
  snapshot(): Promise<StoreSnapshot>;
  /** The history hash at the present frontier: 64 hex digits. */
  hash(): Promise<string>;
  /** A second cluster with the same past up to `atMicros` (default: now). The first goes on untouched. */
  fork(atMicros?: number): Promise<Sandbox>;
  /** Moves this sandbox's view to a past moment; `undefined` is back to live. While in the past every write is refused
   *  with PastError; `api` reads answer as of that moment. */
  look(atMicros: number | undefined): Promise<void>;
  /** Begins a fault; journaled. */
  fault(fault: Fault): Promise<FaultHandle>;
  /** Those that are on, also after a reload; in the order in which they began. */
  readonly faults: readonly ActiveFault[];
  /** Ends a fault by its id: a crashed node boots, a cut link heals. Journaled; unknown ids are ignored. */
  undo(id: string): Promise<void>;
  /** The learner's files, the same as the shell's. Writes are journal entries. */
  readonly files: LearnerFiles;
  onError(listener: (error: SandboxError) => void): Disposable;
  close(): Promise<void>;
}

/** What a cluster starts from; part of the journal. */
export interface Profile {
  readonly seed: string;
  /** The seed of the cluster's keys where nobody may know them: a cluster that is served over TLS draws one. Default: `seed`. */
  readonly keySeed?: string;
  /** Schedulable workers `worker-1` ...; a tainted `control-plane` stands beside them. */
  readonly nodes: number;
  /** Kubernetes version, "v1.33.1". */
  readonly version: string;
  /** Unix milliseconds of virtual time 0. */
  readonly startAtMs: number;
  readonly node: { readonly cpu: string; readonly memory: string; readonly ephemeralStorage: string; readonly zones: readonly string[] };
  /** One-way base latency and jitter between machines, microseconds. */
  readonly link: { readonly latencyMicros: number; readonly jitterMicros: number };
  /** Add-ons that are applied at the start, before the manifests; `ADDON_NAMES` lists those there are, others are left out. */
  readonly addons?: readonly string[];
  /** Whether Secrets are encrypted in etcd, with a key in /etc/kubernetes/enc of the control plane. */
  readonly encryptSecrets?: boolean;
  /** Objects applied at the start, as plain manifests. */
  readonly manifests?: readonly object[];
  /** Files of the learner's home directory at the start: path below ~ to text. */
  readonly files?: Readonly<Record<string, string>>;
  /** What etcd held when an older cluster was saved: objects are there again, containers start anew, as after a power cut.
   *  `startAtMs` should be the moment of the snapshot. */
  readonly restore?: StoreSnapshot;
  /** Image pulls take no time and every image is there: for big clusters and tests. */
  readonly instantImages?: boolean;
}

/** etcd's data: `etcdctl snapshot save`. JSON values only. */
export interface StoreSnapshot {
  readonly revision: number;
  readonly kvs: readonly { readonly key: string; readonly value: object; readonly createRevision: number; readonly modRevision: number }[];
}

export interface Capabilities {
  readonly time: boolean;
  readonly faults: boolean;
  readonly fork: boolean;
  readonly files: boolean;
  readonly reason?: string;
}

export interface ShellOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly name?: string;
}

/** One terminal on the learner's host: a line editor over a shell. What is written is what a terminal sends. */
export interface Session {
  readonly id: string;
  write(data: string): void;
  resize(columns: number, rows: number): void;
  /** Everything to show, from the beginning of the session: a late listener first hears what it missed. */
  onOutput(listener: (data: string) => void): Disposable;
  /** `vi`, `nano`, `kubectl edit`: the page opens its editor pane and answers; undefined leaves the file unchanged. */
  onEdit(
    open: (request: { readonly path: string; readonly text: string; readonly language: string }) => Promise<string | undefined>,
  ): Disposable;
  /** Runs a line as if typed and resolves when it has ended; the CLI's and the lessons' way in. */
  run(line: string, options?: RunOptions): Promise<CommandResult>;
  /** Each command line as it ends. */
  onCommand(listener: (result: CommandResult) => void): Disposable;
  close(): void;
}

export interface RunOptions {
  /** Typed once the line runs, then Ctrl-D. Of several parts each but the last ends in something that does not end by itself: Ctrl-C
   *  follows when it has taken as long as the limit. */
  readonly typed?: string | readonly string[];
  /** Ctrl-C is pressed when the command has taken so long, in cluster time. */
  readonly limitMicros?: number;
}

export interface CommandResult {
  readonly command: string;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, in the order in which a terminal shows them. */
  readonly output: string;
  readonly startedAtMicros: number;
  readonly endedAtMicros: number;
  /** It did not end by itself. */ readonly interrupted?: boolean;
}

export interface TimeState {
  /** The frontier of history. */
  readonly nowMicros: number;
  readonly nowMs: number;
  readonly playing: boolean;
  /** 1/64 to 256; Infinity: as fast as it goes. */
  readonly speed: number;
  /** What was reached over the last second, where it is less than asked for. */
  readonly reachedSpeed: number;
  /** Set while looking at the past. */
  readonly lookingAtMicros?: number;
}

export interface TimeControl {
  readonly state: TimeState;
  onChange(listener: (state: TimeState) => void): Disposable;
  play(): void;
  pause(): void;
  setSpeed(speed: number): void;
  /** Runs to just after the next event that changes an API object, then pauses. */
  step(): Promise<void>;
  /** At full speed to a moment, or until the condition holds; then pauses. A pause ends it: 'limit'. */
  runUntil(until: {
    readonly atMicros?: number;
    readonly condition?: RunCondition;
    readonly limitMicros?: number;
  }): Promise<'reached' | 'limit'>;
}

/** Closed set, so that it can cross a worker boundary. */
export type RunCondition =
  /** An object changes; heartbeats do not count. */
  | 'next-event'
  /** The scheduler decides. */
  | 'next-schedule'
  /** A Pod is Ready that was not. */
  | 'a-pod-ready'
  /** Every Pod is Ready or done, and no controller waits for another. It may be so already. */
  | 'all-pods-ready'
  /** A container cannot start, ends with an error or starts again; or a Pod has failed. */
  | 'a-pod-fails'
  /** A node is not Ready that was. */
  | 'a-node-not-ready'
  /** No object has changed for 30 s. */
  | 'idle';

export interface TraceFeed {
  /** Records after `afterMicros`, oldest first, at most `limit` (default 10,000) of the newest. */
  read(filter?: TraceFilter): Promise<readonly TraceRecord[]>;
  /** New records, batched. What is `wanted` (default: all) spares a port the sending of the rest; more may come. */
  onRecords(listener: (records: readonly TraceRecord[]) => void, wanted?: TraceWanted): Disposable;
}
export interface TraceWanted {
  readonly types: readonly string[];
  /** Of requests, only what these clients wrote; default: all. */
  readonly writers?: readonly string[];
}
export interface TraceFilter {
  readonly afterMicros?: number;
  readonly beforeMicros?: number;
  readonly object?: { readonly resource: string; readonly namespace?: string; readonly name: string };
  readonly types?: readonly string[];
  readonly limit?: number;
}

export type Fault =
  | { readonly type: 'node-crash'; readonly node: string }
  | { readonly type: 'node-reboot'; readonly node: string }
  | { readonly type: 'node-hang'; readonly node: string }
  | { readonly type: 'link-cut'; readonly between: readonly [string, string] }
  | { readonly type: 'link-slow'; readonly between: readonly [string, string]; readonly latencyMicros: number }
  | { readonly type: 'link-lossy'; readonly between: readonly [string, string]; readonly loss: number }
  | { readonly type: 'component-kill'; readonly component: string; readonly node: string }
  | { readonly type: 'component-hang'; readonly component: string; readonly node: string }
  | { readonly type: 'container-kill'; readonly namespace: string; readonly pod: string; readonly container?: string }
  | { readonly type: 'node-add'; readonly name?: string; readonly zone?: string }
  | { readonly type: 'node-remove'; readonly node: string };

export interface FaultHandle {
  readonly id: string;
  readonly fault: Fault;
  /** Undoes it, where it can be undone: a crashed node boots, a cut link heals. Journaled. */ undo(): Promise<void>;
}
export interface ActiveFault {
  readonly id: string;
  readonly fault: Fault;
  readonly sinceMicros: number;
  readonly undoable: boolean;
}

export interface LearnerFiles {
  list(): Promise<readonly { readonly path: string; readonly size: number; readonly directory: boolean }[]>;
  read(path: string): Promise<string>;
  write(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
  onChange(listener: () => void): Disposable;
}

export interface SandboxError {
  readonly title: string;
  readonly detail: string;
  readonly fatal: boolean;
}

/** Builds a sandbox: the page passes one over workers, the CLI and the tests one in this thread. */
export type OpenSandbox = (options: OpenSandboxOptions) => Promise<Sandbox>;

export interface OpenSandboxOptions {
  readonly profile: Profile;
  /** Plays these entries instead of starting afresh, up to `untilMicros` (default: the last one). */
  readonly journal?: readonly JournalEntry[];
  readonly untilMicros?: number;
  readonly playing?: boolean;
  readonly speed?: number;
}

export type { Journal, JournalEntry };
