import { describe, expect, it } from 'vitest';
import { openSimulation } from '../../src/sim/simulation.ts';
import { START_AT_MS } from '../../src/sim/lone-world.ts';
import { TOY, apart, apartByText, journal, soloByText, windows } from './layouts.ts';

describe('a simulation', () => {
  it('is used like this', async () => {
    const simulation = await openSimulation({
      seed: 'example', startAtMs: START_AT_MS, link: { latencyMicros: 1000, jitterMicros: 1000 }, strict: true,
      // The builder gives a machine its software, by kind; `context` is its World plus messages.
      build: (context, kind) => {
        if (kind === 'hub') context.onMessage(({ from, body }) => context.send(from, { got: body }));
        else {
          context.onMessage(({ body }) => context.output('stdout', { at: context.clock.micros(), body }));
          context.spawn('greet', async () => {
            await context.clock.sleep(10);
            context.send('control-plane', { hello: context.machine });
          });
        }
      },
    });
    const printed: object[] = [];
    simulation.onOutput((output) => printed.push(output.body));
    // Inputs are stamped with the frontier and enter the journal; each is run to quiescence of its instant.
    await simulation.apply({ type: 'start', machine: 'control-plane', kind: 'hub' });
    await simulation.apply({ type: 'start', machine: 'shell', kind: 'client' });
    await simulation.apply({ type: 'start', machine: 'worker-1', kind: 'client' });
    expect(simulation.frontier).toBe(0);
    // Time moves only here; it may stop earlier when an input waits, and then says false.
    expect(await simulation.runThrough(1_000_000)).toBe(true);
    expect(printed[0]).toEqual({ at: 10_000, body: { got: { hello: 'shell' } } });
    expect(printed[1]).toMatchObject({ body: { got: { hello: 'worker-1' } } });
    // The same entries give the same history; a fork is the same past up to a moment.
    const fork = await simulation.fork(5_000);
    expect(await fork.hash()).not.toBe(await simulation.hash());
    await fork.runThrough(1_000_000);
    expect(await fork.hash()).toBe(await simulation.hash());
    fork.close();
    simulation.close();
  });
});

const end = 60_000_000;

async function play(seed: string, placement?: Parameters<typeof openSimulation>[0]['placement'], more: object = {}): Promise<string> {
  const simulation = await openSimulation({ ...TOY, seed, placement, entries: journal(), untilMicros: end, ...more });
  const hash = await simulation.hash();
  simulation.close();
  return hash;
}

describe('one journal', () => {
  it('gives one history in every layout', async () => {
    const reference = await play('s1');
    expect(await play('s1')).toBe(reference);
    expect(await play('s1', undefined, { checks: { shake: 'a' } })).toBe(reference);
    expect(await play('s1', soloByText())).toBe(reference);
    expect(await play('s1', windows())).toBe(reference);
    expect(await play('s1', windows(100))).toBe(reference);
    expect(await play('s1', apart())).toBe(reference);
    expect(await play('s1', apart(333))).toBe(reference);
    expect(await play('s1', apartByText())).toBe(reference);
    expect(await play('s2')).not.toBe(reference);
  });
});
