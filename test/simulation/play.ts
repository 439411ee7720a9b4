/** One simulation: a cluster of three workers, twenty minutes of random work and random faults, then rest. Every rule looks
 *  at every revision. The same seed plays the same history. */
import { createRandom } from '../../src/base/random.ts';
import type { Random } from '../../src/base/world.ts';
import type { TraceRecord } from '../../src/base/trace.ts';
import type { Pod } from '../../src/api/generated/types.ts';
import { createClient } from '../../src/client/create-client.ts';
import { ADMINISTRATOR, asUser } from '../../src/cluster/as-user.ts';
import { ENGINE } from '../../src/sandbox/engine.ts';
import { planFault } from '../../src/cluster/faults.ts';
import type { MachineNames } from '../../src/cluster/faults.ts';
import { boot } from '../../src/cluster/open.ts';
import { firstEntries, machineBuilder, startNode, workerIndex, workerName } from '../../src/cluster/machines.ts';
import { CONTROL_PLANE, makeProfile, SHELL } from '../../src/cluster/profile.ts';
import type { Etcd } from '../../src/etcd/etcd.ts';
import type { Fault, Profile } from '../../src/sandbox/sandbox.ts';
import type { Journal, JournalEntry, JournalInput } from '../../src/sim/journal.ts';
import { openSimulation } from '../../src/sim/simulation.ts';
import type { Simulation } from '../../src/sim/simulation.ts';
import { outsideTransport } from '../../src/transport/outside.ts';
import { AUDITOR, createAuditor } from './auditor.ts';
import type { Audit } from './auditor.ts';
import { unrest } from './convergence.ts';
import { describe, drawFault, lasts, troubles } from './faults.ts';
import { createJudge } from './judge.ts';
import type { Judge, Violation } from './judge.ts';
import { operate, tidyUp } from './operations.ts';
import type { Work } from './operations.ts';
import { PODS } from './rule.ts';

export interface Report {
  readonly seed: string;
  readonly violations: readonly Violation[];
  readonly operations: number;
  readonly faults: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly lost: number;
  readonly revisions: number;
  /** Watch events that the auditor checked. */
  readonly events: number;
  readonly virtualSeconds: number;
  /** From the end of work and faults to rest; -1: never. */
  readonly restSeconds: number;
  /** What was done, and where asked for, what the engine said. */
  readonly story: readonly string[];
  readonly journal: Journal;
}

export interface PlayOptions {
  readonly seed: string;
  /** Stops at the first violation: there is enough to see. */
  readonly stopEarly?: boolean;
  /** Keeps the engine's own words: the last so many. */
  readonly tail?: number;
  /** Ends with the history's hash in the journal: equal seeds have equal hashes. */
  readonly hash?: boolean;
}

const MINUTES = 20;
const OPERATIONS = 80;
const FAULTS = 10;
const RETRIES = 6;
const RETRY_S = 100;
const CRASH_LOOP_S = [5, 15, 30] as const;
const WORKERS = 3;
/** A crash loop's longest back-off is 5 minutes, an informer's 30 s. */
const REST_LIMIT_S = 900;
const REST_LOOK_S = 20;
/** At rest means: still so after a while. */
const STEADY_LOOKS = 3;
const SECOND = 1e6;

interface Happening { readonly at: number; run(): Promise<void> }

export async function play(options: PlayOptions): Promise<Report> {
  const game = await Game.open(options);
  try {
    await game.work();
    await game.rest();
    return await game.report();
  } finally {
    game.close();
  }
}

class Game {
  readonly #random: Random;
  readonly #story: string[] = [];
  readonly #traces: TraceRecord[] = [];
  readonly #work: Work;
  readonly #names: MachineNames;
  readonly #workers = Array.from({ length: WORKERS }, (_, index) => workerName(index + 1));
  #later: Happening[] = [];
  #operations = 0;
  #faults = 0;
  #restSeconds = -1;

  private constructor(
    private readonly options: PlayOptions, private readonly profile: Profile, private readonly simulation: Simulation,
    private readonly store: Etcd, private readonly judge: Judge, private readonly audit: Audit,
  ) {
    this.#random = createRandom(options.seed, 'game');
    const transport = asUser(outsideTransport(simulation, { machine: CONTROL_PLANE, channel: 'api', name: 'team' }), ADMINISTRATOR);
    this.#work = {
      client: createClient(transport, { userAgent: 'kubectl' }), random: this.#random.fork('work'), store, judge, held: [],
      counts: { acknowledged: 0, refused: 0, lost: 0 },
    };
    this.#names = {
      nodes: [CONTROL_PLANE, ...this.#workers, AUDITOR], nextNode: () => workerName(WORKERS + 1), start: (name) => startNode(profile, name, workerIndex(name) ?? 0),
    };
    simulation.onCrash(({ machine, task, text }) => judge.accuse('no component crashes', `${machine}/${task}: ${text}`));
    const { tail = 0 } = options;
    if (tail > 0) {
      simulation.onTrace((records) => {
        this.#traces.push(...records);
        if (this.#traces.length > 4 * tail) this.#traces.splice(0, this.#traces.length - 2 * tail);
      });
    }
  }

  static async open(options: PlayOptions): Promise<Game> {
    const profile = makeProfile({ seed: options.seed, nodes: WORKERS });
    const late: { store?: Etcd; judge?: Judge } = {};
    const judge = (): Judge => late.judge as Judge;
    const auditor = createAuditor(judge);
    const build = machineBuilder({
      onStore: (store, context) => {
        late.store = store;
        late.judge = createJudge(store, () => context.clock.now());
      },
    });
    const entries: readonly JournalEntry[] = [...firstEntries(profile), { at: 0, input: { type: 'start', machine: AUDITOR, kind: AUDITOR } }];
    const simulation = await openSimulation({
      seed: profile.seed, startAtMs: profile.startAtMs, link: profile.link, hub: CONTROL_PLANE, shells: [SHELL], entries,
      build: (context, kind, machine) => (kind === AUDITOR ? auditor.build(context) : build(context, kind, machine)),
    });
    await boot(simulation, profile);
    return new Game(options, profile, simulation, late.store as Etcd, judge(), auditor.audit);
  }

  /** Twenty minutes; faults and work come when they come, and every fault is undone in the end. */
  async work(): Promise<void> {
    const start = this.simulation.frontier;
    const length = MINUTES * 60 * SECOND;
    const operations = this.#random.fork('operations');
    const faults = this.#random.fork('faults');
    for (let made = 0; made < OPERATIONS + operations.int(20); made += 1) this.#plan(start + operations.int(length), async () => this.#operate());
    for (let made = 0; made < FAULTS + faults.int(4); made += 1) {
      const at = start + faults.int(length - 60 * SECOND);
      this.#plan(at, () => this.#fault(faults, start + length));
    }
    await this.#until(start + length);
  }

  /** Whatever is left of faults ends: machines run, links are as new. */
  async #allClear(): Promise<void> {
    for (const name of this.#workers) if (!this.#isRunning(name)) await this.simulation.apply(this.#names.start(name));
    const { latencyMicros } = this.profile.link;
    for (const name of [...this.#workers, AUDITOR]) {
      for (const other of [CONTROL_PLANE, ...this.#workers]) {
        if (other !== name) await this.simulation.apply({ type: 'link', between: [name, other], change: { cut: false, loss: 0, latencyMicros } });
      }
    }
  }

  async rest(): Promise<void> {
    if (this.#isOver) return;
    await this.#allClear();
    const start = this.simulation.frontier;
    let steady = 0;
    let found: readonly string[] = [];
    for (let waited = 0; waited <= REST_LIMIT_S && !this.#isOver; waited += REST_LOOK_S) {
      tidyUp(this.#work);
      await this.#until(start + waited * SECOND);
      found = [...unrest(this.store), ...this.audit.differences(this.store)];
      steady = found.length === 0 ? steady + 1 : 0;
      if (steady < STEADY_LOOKS) continue;
      this.#restSeconds = waited;
      return;
    }
    if (this.#isOver) return;
    for (const text of found) this.judge.accuse('the cluster converges', text);
  }

  async report(): Promise<Report> {
    const { simulation, store, judge } = this;
    const { tail = 0, hash = false, seed } = this.options;
    const told = this.#traces.slice(-tail).map((record) => JSON.stringify(record));
    return {
      seed, violations: judge.violations, operations: this.#operations, faults: this.#faults, ...this.#work.counts,
      revisions: store.revision, events: this.audit.events, virtualSeconds: Math.round(simulation.frontier / SECOND), restSeconds: this.#restSeconds,
      story: [...this.#story, ...told],
      journal: {
        format: 1, engine: ENGINE, profile: this.profile, entries: [...simulation.entries], endMicros: simulation.frontier,
        ...(hash && { hash: await simulation.hash() }),
      },
    };
  }

  close(): void {
    this.simulation.close();
  }

  get #isOver(): boolean {
    return this.options.stopEarly === true && this.judge.violations.length > 0;
  }

  #plan(at: number, run: () => Promise<void>): void {
    this.#later.push({ at, run });
    this.#later.sort((a, b) => a.at - b.at);
  }

  #planSoon(random: Random, latest: number): void {
    this.#plan(Math.min(this.simulation.frontier + random.int(RETRY_S * SECOND), latest), async () => this.#operate());
  }

  /** What is killed whenever it is back waits longer each time, and those who wait for it do so too. */
  #planCrashLoop(fault: Fault, random: Random, latest: number): void {
    let at = this.simulation.frontier;
    for (const seconds of CRASH_LOOP_S) {
      at += (seconds + random.int(10)) * SECOND;
      if (at > latest) return;
      this.#plan(at, async () => {
        if (!this.#isPossible(fault)) return;
        this.#faults += 1;
        this.#say(`FAULT ${describe(fault)}, again`);
        await this.#apply(fault, planFault(fault, this.#names, this.profile.link).begin);
      });
    }
  }

  async #until(at: number): Promise<void> {
    while (!this.#isOver) {
      const next = this.#later[0];
      if (!next || next.at > at) break;
      await this.#runTo(next.at);
      this.#later.shift();
      await next.run();
    }
    if (!this.#isOver) await this.#runTo(at);
  }

  async #runTo(at: number): Promise<void> {
    while (!(await this.simulation.runThrough(at))) if (this.#isOver) return;
  }

  #say(text: string): void {
    this.#story.push(`${(this.simulation.frontier / SECOND).toFixed(3).padStart(9)} s  r${String(this.store.revision).padEnd(6)} ${text}`);
  }

  #operate(): void {
    this.#operations += 1;
    operate(this.#work, (text) => this.#say(text));
  }

  async #fault(random: Random, latest: number): Promise<void> {
    const pods = this.store.range(`${PODS}default/`).kvs.map(({ value }) => ({ namespace: 'default', pod: (value as Pod).metadata?.name ?? '' }));
    const fault = drawFault(random, this.#workers, pods);
    if (!this.#isPossible(fault)) return this.#fault(random, latest);
    const plan = planFault(fault, this.#names, this.profile.link);
    this.#faults += 1;
    this.#say(`FAULT ${describe(fault)}`);
    await this.#apply(fault, plan.begin);
    // Who gets no answer tries again: there is more work than usual while the control plane comes back.
    if (troubles(fault)) for (let more = 0; more < RETRIES; more += 1) this.#planSoon(random, latest);
    if (fault.type === 'component-kill' && random.int(3) === 0) this.#planCrashLoop(fault, random, latest);
    const { undo } = plan;
    if (!undo) return;
    const until = Math.min(this.simulation.frontier + lasts(fault, random) * SECOND, latest);
    this.#plan(Math.max(until, this.simulation.frontier), async () => {
      this.#say(`undo ${describe(fault)}`);
      await this.#apply(fault, undo);
    });
  }

  #isRunning(machine: string): boolean {
    return this.simulation.machines().some(({ name }) => name === machine);
  }

  /** What is not there cannot fail. */
  #isPossible(fault: Fault): boolean {
    return !('node' in fault) || this.#isRunning(fault.node);
  }

  async #apply(fault: Fault, inputs: readonly JournalInput[]): Promise<void> {
    for (const input of inputs) {
      if (troubles(fault)) this.judge.trouble();
      if (input.type === 'drop') this.judge.nodeLost(input.machine);
      // A link that leads to a machine without power is mended when all is.
      if (input.type === 'link' && !input.between.every((name) => this.#isRunning(name))) continue;
      if (input.type === 'message' && !this.#isRunning(input.to)) continue;
      await this.simulation.apply(input);
    }
    if (fault.type.startsWith('node') && 'node' in fault) this.judge.nodeLost(fault.node);
  }
}
