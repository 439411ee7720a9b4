/** The numbered invariants of the kernel. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/base/random.ts';
import type { TraceRecord } from '../../src/base/trace.ts';
import { combine, difference } from '../../src/sim/history.ts';
import { Links } from '../../src/sim/link.ts';
import { loneWorld } from '../../src/sim/lone-world.ts';
import { Machine, toMicros, type Draft } from '../../src/sim/machine.ts';
import type { MachineContext, Message } from '../../src/sim/machine-context.ts';
import { createSettle } from '../../src/sim/settle.ts';
import { inline, openSimulation, type Placement, type Simulation } from '../../src/sim/simulation.ts';
import { TOY, apart, apartByText, journal, soloByText, windows } from './layouts.ts';
import { buildToy } from './toy.ts';

const second = 1_000_000;
const open = (seed: string, placement?: Placement, more: object = {}): Promise<Simulation> =>
  openSimulation({ ...TOY, seed, placement, entries: journal(), untilMicros: 60 * second, ...more });

async function history(seed: string, placement?: Placement, more: object = {}): Promise<Record<string, string>> {
  const simulation = await open(seed, placement, more);
  const digests = await simulation.digests();
  simulation.close();
  return digests;
}

/** A machine without a host. */
function machine(boot: (context: MachineContext) => void): Machine {
  const made = new Machine({ name: 'm', kind: '', options: {}, seed: 's', incarnation: 0, startAtMs: 0, at: 0, round: 0 },
    { send: () => undefined, output: () => undefined, trace: () => undefined, crash: ({ error }) => { throw error; } }, { checkJson: true });
  made.boot(boot);
  made.step();
  return made;
}

const message = (at: number, round: number, from: string, seq: number): Message => ({ at, round, from, seq, to: 'm', sent: at, body: { from, seq } });

describe('the invariants', () => {
  it('1: time is whole microseconds; delays are rounded up; negative and NaN throw', () => {
    expect([0, 0.0001, 0.0015, 1.1, 4.35, 1e9].map(toMicros)).toEqual([0, 1, 2, 1100, 4350, 1e12]);
    expect(() => toMicros(-1)).toThrow(RangeError);
    expect(() => toMicros(NaN)).toThrow(RangeError);
    const { world } = loneWorld();
    expect(() => world.clock.setTimer(-0.1, () => undefined)).toThrow('a delay of -0.1 ms');
  });

  it('2: wakes, then messages by sender and sequence, then timers in the order set, then the next round', async () => {
    const log: string[] = [];
    const m = machine((context) => {
      context.onMessage(({ from, seq, round }) => {
        log.push(`${from}${seq}/${round}`);
        if (from === 'b' && seq === 1) {
          context.spawn('w1', async () => { log.push('w1'); });
          context.spawn('w2', async () => { log.push('w2'); });
          context.clock.setTimer(0, () => log.push('t0'));
        }
      });
      for (const name of ['t1', 't2']) context.clock.setTimer(1, () => log.push(name));
      context.clock.setTimer(1, () => log.push('t3'));
    });
    for (const each of [message(1000, 1, 'a', 9), message(1000, 0, 'b', 2), message(1000, 0, 'b', 1), message(1000, 0, 'a', 3), message(999, 0, 'z', 1)]) m.deliver(each);
    const settle = createSettle();
    while (m.nextAt() < Infinity) {
      m.step();
      await settle();
    }
    expect(log).toEqual(['z1/0', 'a3/0', 'b1/0', 'w1', 'w2', 'b2/0', 't1', 't2', 't3', 't0', 'a9/1']);
  });

  it('3: a message from the past throws', () => {
    const m = machine((context) => { context.clock.setTimer(2, () => undefined); });
    m.step();
    expect(m.now).toBe(2000);
    expect(() => m.deliver(message(1999, 0, 'a', 1))).toThrow('causality: m is at 2000/0 and gets a message from a for 1999/0');
    m.deliver(message(2000, 0, 'a', 2));
  });

  it('4, 9, 12: one history over 20 seeds and all layouts in one thread', async () => {
    const seen = new Set<string>();
    for (let i = 0; i < 20; i += 1) {
      const seed = `seed-${i}`;
      const reference = await history(seed);
      seen.add(combine(reference));
      const layouts: readonly (readonly [string, Placement | undefined, object?])[] = [
        ['shaken', undefined, { checks: { shake: `a${i}` } }], ['apart', apart()],
        ...(i < 4 ? [['text', soloByText()], ['apart by text', apartByText()], ['windows', windows()], ['short windows', windows(10)], ['L/3', apart(133)],
          ['shaken apart', apart(), { checks: { shake: `b${i}` } }]] as const : []),
      ];
      for (const [name, placement, more] of layouts) expect(difference(reference, await history(seed, placement, more)), `${seed} ${name}`).toEqual([]);
    }
    expect(seen.size).toBe(20);
  });

  it('5: it stops at frontiers only, and inputs land there', async () => {
    for (const placement of [undefined, apart()]) {
      const simulation = await openSimulation({ ...TOY, seed: 'f', placement, entries: journal().slice(0, 8), untilMicros: 2 * second });
      const records: TraceRecord[] = [];
      simulation.onTrace((more) => records.push(...more));
      for (let i = 0; i < 300; i += 1) {
        let turns = i % 5;
        await simulation.runThrough(simulation.frontier + 1 + i * 37, () => (turns -= 1) < 0);
        expect(simulation.next).toBeGreaterThan(simulation.frontier);
        for (const { at } of records.splice(0)) expect(at).toBeLessThanOrEqual(simulation.frontier);
        if (i % 50 !== 0) continue;
        const { frontier } = simulation;
        for (const name of ['a', 'b']) expect((await simulation.apply({ type: 'message', to: 'shell', body: { t: 'run', name: `${name}${i}` } })).at).toBe(frontier);
      }
      const again = await simulation.fork();
      expect(difference(await simulation.digests(), await again.digests())).toEqual([]);
      await expect(simulation.apply({ type: 'drop', machine: 'nobody' })).rejects.toThrow('there is no machine nobody');
    }
  });

  it('6: only a shell and the hub talk at zero latency', () => {
    const links = new Links({ seed: 's', latencyMicros: 1000, jitterMicros: 0, hub: 'hub', shells: ['shell'] });
    const draft = (from: string, to: string): Draft => ({ from, to, seq: 0, sent: 5, round: 3, body: {} });
    expect(links.route(draft('shell', 'hub'))).toMatchObject({ at: 5, round: 4 });
    expect(links.route(draft('hub', 'shell'))).toMatchObject({ at: 5, round: 4 });
    expect(links.route(draft('shell', 'node'))).toMatchObject({ at: 1005, round: 0 });
    expect(links.route(draft('node', 'hub'))).toMatchObject({ at: 1005, round: 0 });
    expect(links.route(draft('shell~', 'hub'))).toMatchObject({ at: 5 });
  });

  it('7: links keep order; jitter belongs to the message; a cut is judged when it is sent', () => {
    const profile = { seed: 's', latencyMicros: 1000, jitterMicros: 5000, hub: 'hub', shells: [] };
    const route = (links: Links, seq: number, sent: number): number | undefined => links.route({ from: 'a', to: 'b', seq, sent, round: 0, body: {} })?.at;
    const links = new Links(profile);
    const arrivals = Array.from({ length: 200 }, (_, seq) => route(links, seq, seq * 100) as number);
    for (let i = 1; i < arrivals.length; i += 1) expect(arrivals[i]).toBeGreaterThanOrEqual(arrivals[i - 1] as number);
    const other = new Links(profile);
    other.change(['b', 'a'], { cut: true });
    for (let seq = 0; seq < 100; seq += 1) expect(route(other, seq, seq * 100)).toBeUndefined();
    other.change(['a', 'b'], { cut: false });
    // What was under way before no longer holds up the first ones; the rest arrive as they would have.
    const later = arrivals.slice(160);
    expect(Array.from({ length: 50 }, (_, i) => route(other, 150 + i, 15_000 + i * 100)).slice(10)).toEqual(later);
    const lossy = new Links({ ...profile, jitterMicros: 0 });
    lossy.change(['a', 'b'], { loss: 0.5 });
    const delays = Array.from({ length: 100 }, (_, seq) => (route(lossy, seq, seq * second * 100) as number) - seq * second * 100);
    expect(delays.filter((delay) => delay === 1000).length).toBeGreaterThan(30);
    expect(delays.filter((delay) => delay === 201_000).length).toBeGreaterThan(10);
    expect(lossy.least).toBe(1000);
    lossy.change(['a', 'c'], { latencyMicros: 300 });
    expect(lossy.least).toBe(300);
    expect(() => new Links({ ...profile, latencyMicros: 10 })).toThrow('below 50');
  });

  it('8: a fork of chance depends on seed and names only', () => {
    const a = createRandom('s');
    a.next();
    a.fork('x').next();
    expect(a.fork('y').next()).toBe(createRandom('s').fork('y').next());
    expect(createRandom('s').fork('a').fork('b').next()).not.toBe(createRandom('s').fork('a/b').next());
    expect(createRandom('t').fork('y').next()).not.toBe(a.fork('y').next());
    const draws = Array.from({ length: 10_000 }, () => a.int(10));
    for (let digit = 0; digit < 10; digit += 1) expect(draws.filter((draw) => draw === digit).length).toBeGreaterThan(850);
  });

  it('10: a settle waits for every promise job, however many', async () => {
    const settle = createSettle();
    let done = 0;
    async function* values(): AsyncGenerator<number> { for (let i = 0; i < 1000; i += 1) yield i; }
    void (async () => { for await (const value of values()) done += value < 0 ? 0 : 1; })();
    void (async () => { for (let i = 0; i < 5000; i += 1) await null; done += 1; })();
    await settle();
    expect(done).toBe(1001);
  });

  it('11: time stands for external work; results come in the order begun, even if already there', async () => {
    const { world, advance } = loneWorld();
    const log: string[] = [];
    const external = (name: string, work: Promise<unknown>) => world.spawn(name, async () => {
      await world.external(work);
      log.push(`${name} ${world.clock.micros()}`);
    });
    external('slow', new Promise((resolve) => { setTimeout(resolve, 20); }));
    external('there', Promise.resolve());
    world.clock.setTimer(0, () => log.push('timer'));
    world.spawn('failing', async () => {
      try {
        await world.external(Promise.reject(new Error('no')));
      } catch (error) {
        log.push((error as Error).message);
      }
    });
    await advance(1);
    expect(log).toEqual(['slow 0', 'there 0', 'no', 'timer']);
  });

  it('12: what is not JSON is refused on sending', () => {
    for (const body of [{ a: undefined }, { a: NaN }, { a: -0 }, { a: [1, , 2] }, { a: new Date(0) }, { a: () => 1 }]) {
      expect(() => machine((context) => context.send('b', body)), JSON.stringify(body)).toThrow('m to b: $.a');
    }
  });

  it('13: two clusters in one process, interleaved, have the histories that they have alone', async () => {
    const alone = [await history('x'), await history('y')];
    const both = await Promise.all(['x', 'y'].map((seed) => openSimulation({ ...TOY, seed })));
    const left = both.map(() => [...journal()]);
    for (let at = 0; at <= 60 * second; at += 500_000) {
      for (const [i, simulation] of both.entries()) {
        for (let entry = left[i]?.[0]; entry && entry.at <= at; entry = left[i]?.[0]) {
          left[i]?.shift();
          await simulation.runThrough(entry.at);
          await simulation.apply(entry.input);
        }
        await simulation.runThrough(at);
      }
    }
    for (const [i, simulation] of both.entries()) expect(difference(alone[i] ?? {}, await simulation.digests())).toEqual([]);
  });

  it('14: observers leave no trace in history', async () => {
    for (const placement of [undefined, apart()]) {
      const reference = await history('o');
      const simulation = await openSimulation({ ...TOY, seed: 'o', placement });
      const seen: object[] = [];
      simulation.onOutput(({ channel, body }) => { if (channel === 'peek') seen.push(body); });
      for (const { at, input } of journal()) {
        while (simulation.frontier < at) {
          await simulation.runThrough(Math.min(at, simulation.frontier + 333_333));
          await simulation.observe('control-plane', '@page', { t: 'peek' });
        }
        await simulation.apply(input);
      }
      await simulation.runThrough(60 * second);
      expect(seen.length).toBeGreaterThan(150);
      expect(difference(reference, await simulation.digests())).toEqual([]);
    }
  });

  it('15: a machine that lost power does nothing more, and its history stays in the total', async () => {
    for (const placement of [undefined, apart()]) {
      const simulation = await openSimulation({ ...TOY, seed: 'd', placement, entries: journal().slice(0, 8), untilMicros: 3 * second });
      const before = await simulation.digests();
      await simulation.apply({ type: 'drop', machine: 'worker-2' });
      const records: TraceRecord[] = [];
      simulation.onTrace((more) => records.push(...more));
      await simulation.runThrough(30 * second);
      expect(records.filter((record) => record.machine === 'worker-2')).toEqual([]);
      expect(records.some(({ event }) => event.type === 'fault' && event.target === 'worker-2')).toBe(true);
      await simulation.apply({ type: 'start', machine: 'worker-2', kind: 'node' });
      await simulation.apply({ type: 'message', to: 'shell', body: { t: 'run', name: 'again', repeat: 8 } });
      await simulation.runThrough(40 * second);
      const after = await simulation.digests();
      expect(after['worker-2#0']).toBe(before['worker-2#0']);
      expect(after['worker-2#1']).toMatch(/^[1-9]\d*:/);
    }
    let listener = 0;
    const m = machine((context) => {
      context.spawn('task', async () => {
        try {
          await context.clock.sleep(10);
        } finally {
          context.send('a', {});
          listener += 1;
        }
      });
    });
    m.step();
    m.kill();
    await createSettle()();
    expect([listener, m.nextAt()]).toEqual([0, Infinity]);
  });

  it('16: history is combined in name order and holds no seed', () => {
    expect(combine({ b: '1', a: '2' })).toBe(combine({ a: '2', b: '1' }));
    expect(combine({ a: '2', b: '1' })).not.toBe(combine({ a: '1', b: '2' }));
    expect(combine({})).toMatch(/^[0-9a-f]{64}$/);
    expect(difference({ a: '1', b: '1' }, { a: '1', b: '2', c: '3' })).toEqual(['b', 'c']);
  });

  it('17: windows longer than the least latency are caught by causality', async () => {
    await expect(history('l', apart(50_000))).rejects.toThrow('causality');
  });

  it('a fork is the same past, then another future', async () => {
    const simulation = await open('k');
    const whole = await simulation.digests();
    for (const at of [0, second, 4 * second + 1, 25 * second]) {
      const fork = await simulation.fork(at, apart());
      expect(fork.frontier).toBe(at);
      for (const entry of journal().filter((each) => each.at > at)) {
        await fork.runThrough(entry.at);
        await fork.apply(entry.input);
      }
      await fork.runThrough(60 * second);
      expect(difference(whole, await fork.digests())).toEqual([]);
      await fork.apply({ type: 'message', to: 'shell', body: { t: 'run', name: 'other' } });
      expect(difference(whole, await fork.digests())).not.toEqual([]);
    }
  });

  it('a machine that never waits ends by itself, and the others go on', async () => {
    const simulation = await openSimulation({
      ...TOY, seed: 'loop', strict: false,
      build: (context, kind, options) => {
        if (kind !== 'spin') return buildToy(context, kind, options);
        context.spawn('spin', async () => { for (;;) await context.clock.sleep(0); });
      },
      entries: journal().slice(0, 5),
    });
    const crashes: string[] = [];
    simulation.onCrash(({ machine: name, task }) => crashes.push(`${name} ${task}`));
    await simulation.apply({ type: 'start', machine: 'worker-9', kind: 'spin' });
    await simulation.runThrough(second);
    expect(crashes).toEqual(['worker-9 livelock']);
    expect(simulation.frontier).toBe(second);
    void inline;
  });
});
