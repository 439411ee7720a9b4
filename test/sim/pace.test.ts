import { describe, expect, it } from 'vitest';
import { createPacer, type WallClock } from '../../src/sim/pace.ts';
import { openSimulation } from '../../src/sim/simulation.ts';
import { TOY, journal } from './layouts.ts';

/** Wall time that the test owns: work takes none unless `slow` says so. */
function handClock(): WallClock & { at: number; slow: number } {
  return {
    at: 0, slow: 0,
    nowMs() { this.at += this.slow; return this.at; },
    async wait(ms) {
      this.at += Math.max(ms, 0.1);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 100_000 && !condition(); i += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(condition()).toBe(true);
}

async function open() {
  const simulation = await openSimulation({ ...TOY, seed: 'pace', entries: journal().slice(0, 5) });
  const clock = handClock();
  return { simulation, clock, pacer: createPacer(simulation, { clock, onError: (error) => { throw error; } }) };
}

describe('the pacer', () => {
  it.each([1 / 64, 1, 16, 256])('keeps x%s', async (speed) => {
    const { simulation, clock, pacer } = await open();
    pacer.setSpeed(speed);
    pacer.play();
    await until(() => clock.at >= 400);
    pacer.pause();
    const expected = clock.at * speed * 1000;
    expect(simulation.frontier).toBeGreaterThan(expected - 10_000 * speed);
    expect(simulation.frontier).toBeLessThanOrEqual(expected);
    const at = simulation.frontier;
    await until(() => (clock.at += 1) > 1000);
    expect(simulation.frontier).toBe(at);
  });

  it('slips, and says so, where the machine is too slow', async () => {
    const { simulation, clock, pacer } = await open();
    pacer.setSpeed(256);
    clock.slow = 30;
    pacer.play();
    await until(() => clock.at >= 3000);
    const { reachedSpeed } = pacer.state;
    pacer.pause();
    expect(reachedSpeed).toBeLessThan(256);
    expect(simulation.frontier).toBeLessThan(3_000_000 * 256);
  });

  it('an input lands at the frontier, and time stands while paused', async () => {
    const { simulation, pacer, clock } = await open();
    pacer.setSpeed(16);
    pacer.play();
    await until(() => clock.at >= 100);
    const entry = await simulation.apply({ type: 'message', to: 'shell', body: { t: 'run', name: 'a' } });
    await until(() => clock.at >= 300);
    pacer.pause();
    await until(() => (clock.at += 1) > 400);
    const { frontier } = simulation;
    expect(entry.at).toBeLessThan(frontier);
    // 200 commands at one paused instant: each is answered, time does not move and no controller acts.
    const answers: object[] = [];
    simulation.onOutput((output) => answers.push(output.body));
    for (let i = 0; i < 200; i += 1) await simulation.apply({ type: 'message', to: 'shell', body: { t: 'get' } });
    expect(answers).toHaveLength(200);
    expect(new Set(answers.map((answer) => JSON.stringify((answer as { answer: { pods: unknown } }).answer.pods)))).toHaveLength(1);
    expect(simulation.frontier).toBe(frontier);
    const again = await simulation.fork();
    expect(await again.hash()).toBe(await simulation.hash());
  });

  it('runs until a moment, a condition or a limit, and can be stopped', async () => {
    const { simulation, pacer, clock } = await open();
    expect(await pacer.runUntil({ atMicros: 5_000_000 })).toBe('reached');
    expect(simulation.frontier).toBe(5_000_000);
    let traced = 0;
    simulation.onTrace((records) => { traced += records.length; });
    await simulation.apply({ type: 'message', to: 'shell', body: { t: 'run', name: 'x' } });
    const before = traced;
    expect(await pacer.runUntil({ reached: () => traced > before })).toBe('reached');
    expect(simulation.frontier).toBeGreaterThanOrEqual(5_020_000);
    expect(simulation.frontier).toBeLessThan(5_051_000);
    expect(await pacer.runUntil({ reached: () => false, limitMicros: 9_000_000 })).toBe('limit');
    expect(simulation.frontier).toBe(9_000_000);
    clock.slow = 0.01;
    const endless = pacer.runUntil({ reached: () => false });
    await until(() => simulation.frontier > 60_000_000);
    pacer.pause();
    expect(await endless).toBe('limit');
    pacer.close();
  });
});
