/** The journal and the layouts in which every one of them must give one history. */
import type { JournalEntry } from '../../src/sim/journal.ts';
import type { Placement } from '../../src/sim/conductor.ts';
import { Host } from '../../src/sim/host.ts';
import { textPort } from '../../src/sim/wire.ts';
import type { SimulationOptions } from '../../src/sim/simulation.ts';
import { buildToy } from './toy.ts';

export const TOY: Omit<SimulationOptions, 'seed'> = {
  startAtMs: 1_767_225_600_000,
  link: { latencyMicros: 1000, jitterMicros: 1000 },
  build: buildToy,
  checks: { checkJson: true },
  strict: true,
};

const second = 1_000_000;

/** Commands, a cut and a heal, loss, a slow link, a node that loses power and comes back: 60 virtual seconds. */
export function journal(nodes = 3): JournalEntry[] {
  const run = (at: number, name: string, repeat: number): JournalEntry => ({ at, input: { type: 'message', to: 'shell', body: { t: 'run', name, repeat } } });
  const get = (at: number): JournalEntry => ({ at, input: { type: 'message', to: 'shell', body: { t: 'get', repeat: 2 } } });
  return [
    { at: 0, input: { type: 'start', machine: 'control-plane', kind: 'hub' } },
    ...Array.from({ length: nodes }, (_, i): JournalEntry => ({ at: 0, input: { type: 'start', machine: `worker-${i + 1}`, kind: 'node' } })),
    { at: 0, input: { type: 'start', machine: 'shell', kind: 'shell' } },
    run(1 * second, 'web', 4), get(1 * second), get(1 * second + 321_123),
    run(3 * second, 'db', 6),
    { at: 4 * second, input: { type: 'link', between: ['control-plane', 'worker-1'], change: { cut: true } } },
    get(5 * second),
    { at: 9 * second, input: { type: 'drop', machine: 'worker-2' } },
    run(9 * second, 'job', 3),
    { at: 20 * second, input: { type: 'link', between: ['worker-1', 'control-plane'], change: { cut: false, loss: 0.3 } } },
    { at: 25 * second, input: { type: 'start', machine: 'worker-2', kind: 'node' } },
    { at: 30 * second, input: { type: 'link', between: ['control-plane', 'worker-3'], change: { latencyMicros: 400, jitterMicros: 7000 } } },
    run(31 * second, 'late', 5), get(40 * second), get(60 * second),
  ];
}

/** One host that is given windows. */
export function windows(windowMicros?: number): Placement {
  return { solo: false, windowMicros, place: () => 'one', open: async (_host, init) => new Host({ build: buildToy, ...init }) };
}

/** A host a machine, all in this thread. */
export function apart(windowMicros?: number): Placement {
  return { solo: false, windowMicros, place: (machine) => machine, open: async (_host, init) => new Host({ build: buildToy, ...init }) };
}

/** As apart, and every call and answer goes through the text of the wire. */
export function apartByText(): Placement {
  return { solo: false, place: (machine) => machine, open: async (_host, init) => textPort(new Host({ build: buildToy, ...init })) };
}

export function soloByText(): Placement {
  return { solo: true, place: () => 'one', open: async (_host, init) => textPort(new Host({ build: buildToy, ...init })) };
}
