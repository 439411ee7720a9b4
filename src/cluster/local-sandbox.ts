/** A Sandbox over a simulation in this thread or in workers: sessions, faults, time, the past, files. */
import { disposable } from '../base/dispose.ts';
import type { ApiRequest, Transport } from '../api/transport.ts';
import { ApiError } from '../api/errors.ts';
import type {
  ActiveFault,
  Capabilities,
  Fault,
  FaultHandle,
  LearnerFiles,
  Profile,
  RunCondition,
  Sandbox,
  SandboxError,
  Session,
  StoreSnapshot,
  ShellOptions,
  TimeControl,
  TimeState,
} from '../sandbox/sandbox.ts';
import type { Journal } from '../sim/journal.ts';
import { createPacer } from '../sim/pace.ts';
import type { Pacer } from '../sim/pace.ts';
import type { Simulation } from '../sim/simulation.ts';
import { outputChannel } from '../shell/protocol.ts';
import type { ShellOutput } from '../shell/protocol.ts';
import { outsideTransport } from '../transport/outside.ts';
import { ADMINISTRATOR, asUser } from './as-user.ts';
import { ENGINE } from '../sandbox/engine.ts';
import { planFault } from './faults.ts';
import type { MachineNames } from './faults.ts';
import { startNode, workerIndex, workerName } from './machines.ts';
import { CONTROL_PLANE, SHELL, SNAPSHOT } from './profile.ts';
import { mayHoldAtOnce, watchCondition } from './run-until.ts';
import { TerminalSession } from './session.ts';
import { createShellLink } from './shell-link.ts';
import type { ShellLink } from './shell-link.ts';
import { activeFaults } from './active-faults.ts';
import type { Recording } from './recording.ts';
import type { TraceStore } from './trace-store.ts';

export interface Opened {
  readonly simulation: Simulation;
  readonly recording: Recording;
}

export type Reopen = (journal: { readonly entries: Simulation['entries']; readonly untilMicros: number }) => Promise<Opened>;

export interface LocalSandboxOptions {
  readonly profile: Profile;
  readonly simulation: Simulation;
  /** Has heard the simulation from its first event on. */
  readonly recording: Recording;
  /** A second simulation with the same past, for looking back and for forks. */
  readonly reopen: Reopen;
  readonly playing: boolean;
  readonly speed: number;
}

export class PastError extends Error {
  constructor() {
    super('You are looking at the past. Go back to live, or continue from here in a fork, to change something.');
    this.name = 'PastError';
  }
}

/** These go on from the apiserver to other machines, so they are inputs although they are read with GET. */
const STREAM_WRITES = /\/(exec|attach|portforward|log|proxy)(\/|$)|^\/apis\/metrics\.k8s\.io\//;
/** What a kubelet counts, which it tells observers without a trace. */
const OBSERVED = /^\/api\/v1\/nodes\/[^/]+\/proxy\/stats\/summary$/;
const isStream = ({ path }: ApiRequest): boolean => STREAM_WRITES.test(path) && !OBSERVED.test(path);

export class LocalSandbox implements Sandbox {
  readonly profile: Profile;
  readonly capabilities: Capabilities = { time: true, faults: true, fork: true, files: true };
  readonly api: Transport;
  readonly time: TimeControl;
  readonly trace: TraceStore;
  readonly files: LearnerFiles;
  readonly #simulation: Simulation;
  readonly #options: LocalSandboxOptions;
  readonly #pacer: Pacer;
  readonly #shell: ShellLink;
  readonly #sessions = new Map<string, TerminalSession>();
  readonly #errors = new Set<(error: SandboxError) => void>();
  readonly #timeListeners = new Set<(state: TimeState) => void>();
  #past: { readonly atMicros: number; readonly simulation: Simulation; readonly api: Transport } | undefined;
  #live: Transport;
  #sessionCount = 0;

  constructor(options: LocalSandboxOptions) {
    this.#options = options;
    this.profile = options.profile;
    this.trace = options.recording.trace;
    this.#simulation = options.simulation;
    this.#pacer = createPacer(options.simulation, { speed: options.speed, onError: (error) => this.#tellError(error) });
    this.#live = this.#transportTo(options.simulation);
    this.api = {
      request: (request, signal) => this.#route(request).request(request, signal),
      connect: (request, signal) => this.#route(request).connect(request, signal),
    };
    this.#shell = createShellLink(options.simulation, (error) => this.#tellError(error));
    this.files = this.#shell.files;
    this.time = this.#timeControl();
    options.simulation.onCrash((crash) => this.#tellError(crash));
    options.simulation.onOutput(({ machine, channel, body, at }) => {
      if (machine !== SHELL) return;
      for (const [id, session] of this.#sessions) if (channel === outputChannel(id)) session.receive(body as ShellOutput, at);
    });
    this.#pacer.onChange(() => this.#tellTime());
    if (options.playing) this.#pacer.play();
  }

  async shell(options: ShellOptions = {}): Promise<Session> {
    this.#sessionCount += 1;
    const id = options.name ?? `${this.#simulation.entries.length}-${this.#sessionCount}`;
    const session = new TerminalSession(
      id,
      {
        send: async (input) => {
          if (this.#past) throw new PastError();
          await this.#shell.send(input);
        },
        complete: (name, line, cursor) => this.#shell.complete(name, line, cursor),
        nowMicros: () => this.#simulation.frontier,
        driveUntil: (done) => this.#driveUntil(done),
      },
      options,
    );
    this.#sessions.set(id, session);
    const past = this.#options.recording.events(id);
    if (past) session.restore(past);
    else await this.#shell.send({ k: 'open', session: id, columns: options.columns ?? 80, rows: options.rows ?? 24 });
    return session;
  }

  async journal(): Promise<Journal> {
    const { entries, frontier, hash } = await this.#simulation.save();
    return { format: 1, engine: ENGINE, profile: this.profile, entries, endMicros: frontier, hash };
  }

  async snapshot(): Promise<StoreSnapshot> {
    const transport = outsideTransport(this.#simulation, { machine: CONTROL_PLANE, channel: SNAPSHOT, name: 'snapshot' });
    return (await transport.request({ method: 'GET', path: '/' })).body as StoreSnapshot;
  }

  hash(): Promise<string> {
    return this.#simulation.hash();
  }

  async fork(atMicros = this.#simulation.frontier): Promise<Sandbox> {
    const entries = this.#simulation.entries.filter(({ at }) => at <= atMicros);
    const opened = await this.#options.reopen({ entries, untilMicros: atMicros });
    return new LocalSandbox({ ...this.#options, ...opened, playing: false });
  }

  async look(atMicros: number | undefined): Promise<void> {
    const before = this.#past;
    if (atMicros === undefined) this.#past = undefined;
    else {
      const entries = this.#simulation.entries.filter(({ at }) => at <= atMicros);
      const { simulation } = await this.#options.reopen({ entries, untilMicros: Math.min(atMicros, this.#simulation.frontier) });
      this.#past = { atMicros, simulation, api: this.#transportTo(simulation, true) };
    }
    before?.simulation.close();
    this.#tellTime();
  }

  async fault(fault: Fault): Promise<FaultHandle> {
    if (this.#past) throw new PastError();
    const before = new Set(this.faults.map(({ id }) => id));
    const plan = planFault(fault, this.#machineNames(), this.profile.link);
    for (const input of plan.begin) await this.#simulation.apply(input);
    const begun = this.faults.filter(({ id }) => !before.has(id)).map(({ id }) => id);
    return {
      id: begun[0] ?? fault.type,
      fault,
      undo: async () => {
        for (const id of begun) await this.undo(id);
      },
    };
  }

  get faults(): readonly ActiveFault[] {
    return activeFaults(this.#simulation.entries, this.profile.link);
  }

  async undo(id: string): Promise<void> {
    if (this.#past) throw new PastError();
    const active = this.faults.find((one) => one.id === id);
    if (!active) return;
    const names = this.#machineNames();
    const nodes = active.fault.type === 'node-crash' ? [...names.nodes, active.fault.node] : names.nodes;
    for (const input of planFault(active.fault, { ...names, nodes }, this.profile.link).undo ?? []) await this.#simulation.apply(input);
  }

  onError(listener: (error: SandboxError) => void): Disposable {
    this.#errors.add(listener);
    return disposable(() => this.#errors.delete(listener));
  }

  async close(): Promise<void> {
    this.#pacer.close();
    this.#past?.simulation.close();
    this.#simulation.close();
  }

  #transportTo(simulation: Simulation, onlyObserves = false): Transport {
    const writes = (request: ApiRequest): boolean => isStream(request) || !['GET', 'HEAD', 'OPTIONS'].includes(request.method);
    const outside = outsideTransport(simulation, { machine: CONTROL_PLANE, channel: 'api', name: 'page', writes, onlyObserves }, (error) =>
      this.#tellError(error),
    );
    return asUser(outside, ADMINISTRATOR);
  }

  #route(request: ApiRequest): Transport {
    if (!this.#past) return this.#live;
    if (request.method !== 'GET' || isStream(request)) throw new PastError();
    return this.#past.api;
  }

  #machineNames(): MachineNames {
    const machines = this.#simulation.machines();
    const nodes = machines.filter(({ kind }) => kind !== 'shell').map(({ name }) => name);
    const used = Math.max(
      this.profile.nodes,
      ...this.#simulation.entries.map(({ input }) => (input.type === 'start' ? (workerIndex(input.machine) ?? 0) : 0)),
    );
    return {
      nodes,
      nextNode: () => workerName(used + 1),
      start: (name) => startNode(this.profile, name, workerIndex(name) ?? used + 1),
    };
  }

  #timeControl(): TimeControl {
    const state = (): TimeState => this.#timeState();
    const pacer = this.#pacer;
    return {
      get state() {
        return state();
      },
      onChange: (listener) => {
        this.#timeListeners.add(listener);
        return disposable(() => this.#timeListeners.delete(listener));
      },
      play: () => pacer.play(),
      pause: () => pacer.pause(),
      setSpeed: (speed) => pacer.setSpeed(speed),
      step: async () => {
        await this.#runUntil('next-event');
      },
      runUntil: ({ atMicros, condition, limitMicros }) =>
        condition
          ? this.#runUntil(condition, limitMicros)
          : pacer.runUntil({ ...(atMicros !== undefined && { atMicros }), ...(limitMicros !== undefined && { limitMicros }) }),
    };
  }

  async #runUntil(condition: RunCondition, limitMicros = this.#simulation.frontier + 3600e6): Promise<'reached' | 'limit'> {
    this.#pacer.pause();
    const watcher = await watchCondition(condition, this.#simulation, this.#live);
    try {
      if (mayHoldAtOnce(condition) && (await watcher.holds())) return 'reached';
      for (;;) {
        const outcome = await this.#pacer.runUntil({ reached: watcher.due, limitMicros });
        if (outcome === 'limit' || (await watcher.holds())) return outcome;
      }
    } finally {
      watcher[Symbol.dispose]();
    }
  }

  /** Waits in wall time while somebody plays; else runs history at full speed until it is so. */
  async #driveUntil(done: () => boolean): Promise<void> {
    for (;;) {
      if (done()) return;
      if (this.#pacer.state.playing)
        await new Promise<void>((resolve) => {
          setTimeout(resolve, 5);
        });
      else {
        const before = this.#simulation.frontier;
        await this.#simulation.runThrough(Math.max(this.#simulation.next === Infinity ? before : this.#simulation.next, before));
        if (this.#simulation.frontier === before && this.#simulation.next === Infinity) return;
      }
    }
  }

  #timeState(): TimeState {
    const { frontier, playing, speed, reachedSpeed } = this.#pacer.state;
    return {
      nowMicros: frontier,
      nowMs: this.profile.startAtMs + Math.floor(frontier / 1000),
      playing,
      speed,
      reachedSpeed,
      ...(this.#past && { lookingAtMicros: this.#past.atMicros }),
    };
  }

  #tellTime(): void {
    const state = this.#timeState();
    for (const listener of this.#timeListeners) listener(state);
  }

  #tellError(error: unknown): void {
    const detail = error instanceof ApiError || error instanceof Error ? error.message : JSON.stringify(error);
    const told: SandboxError = { title: 'Something in the engine stopped', detail, fatal: false };
    for (const listener of this.#errors) listener(told);
  }
}
