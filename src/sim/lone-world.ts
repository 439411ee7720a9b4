/** One machine in virtual time, for tests of components: nothing happens until the test moves the clock. */
import type { TraceEvent } from '../base/trace.ts';
import type { MachineContext } from './machine-context.ts';
import { createSettle, type SettlePromises } from './settle.ts';
import { finishExternals } from './externals.ts';
import { Machine, type Output } from './machine.ts';

export interface LoneWorld {
  readonly world: MachineContext;
  /** Moves the clock, running what is due; throws what a spawned task threw. `advance(0)` runs what is due now. */
  advance(byMs: number): Promise<void>;
  /** The one way to await cluster work from a test: runs until it is done. Throws past the limit (default a minute). */
  drive<T>(work: Promise<T>, limitMs?: number): Promise<T>;
  readonly trace: TraceEvent[];
  readonly outputs: Output[];
  /** Of everything traced, recorded and printed so far. */
  hash(): string;
}

export interface LoneWorldOptions { readonly seed?: string; readonly startAtMs?: number; readonly machine?: string; readonly shake?: string }

/** 2026-01-01T00:00:00Z, a Thursday. */
export const START_AT_MS = 1_767_225_600_000;

export function loneWorld(options: LoneWorldOptions = {}): LoneWorld {
  const trace: TraceEvent[] = [];
  const outputs: Output[] = [];
  const crashes: unknown[] = [];
  const machine = new Machine(
    { name: options.machine ?? 'machine', kind: 'lone', options: {}, seed: options.seed ?? 'seed', incarnation: 0, startAtMs: options.startAtMs ?? START_AT_MS, at: 0, round: 0 },
    {
      send: (draft) => { throw new Error(`a lone world sends to ${draft.to}`); },
      output: (output) => outputs.push(output),
      trace: (record) => trace.push(record.event),
      crash: (crash) => crashes.push(crash.error),
    },
    { shake: options.shake },
  );
  let world: MachineContext | undefined;
  machine.boot((context) => { world = context; });
  machine.step();
  if (!world) throw new Error('the machine did not boot');
  const settle = createSettle();
  const run = (limit: number, done: () => boolean): Promise<void> => runMachine(machine, settle, limit, done, crashes);
  return {
    world,
    trace,
    outputs,
    hash: () => machine.fingerprint.text(),
    async advance(byMs) {
      const until = machine.now + Math.round(byMs * 1000);
      await run(until, () => false);
      machine.now = until;
      machine.round = 0;
    },
    async drive(work, limitMs = 60_000) {
      let over = false;
      const end = (): void => { over = true; };
      work.then(end, end);
      await run(machine.now + Math.round(limitMs * 1000), () => over);
      if (!over) throw new Error(`not done within ${limitMs} ms of virtual time`);
      return await work;
    },
  };
}

async function runMachine(machine: Machine, settle: SettlePromises, limit: number, done: () => boolean, crashes: unknown[]): Promise<void> {
  await settle();
  for (;;) {
    while (machine.externals.length > 0) await finishExternals(machine);
    if (crashes.length > 0) throw crashes.splice(0)[0];
    if (done() || machine.nextAt() > limit) return;
    machine.step();
    await settle();
  }
}
