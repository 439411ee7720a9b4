/** What was used at moments of the last minute, told afterwards. Moments are microseconds. */
import { describe, expect, it } from 'vitest';
import { createCpu } from '../../src/cri/cpu.ts';
import { createLevel, createMeter } from '../../src/cri/usage-history.ts';
import { loneWorld } from '../../src/sim/lone-world.ts';

const S = 1e6;

describe('a meter', () => {
  /** Half a core from 0.5 s to 2.5 s, idle until 10.25 s, one core until 10.75 s, idle since. */
  function used() {
    const meter = createMeter(0.25 * S);
    meter.advance(0.5 * S, 0);
    meter.advance(2.5 * S, 0.5);
    meter.advance(10.25 * S, 0);
    meter.advance(10.75 * S, 1);
    return meter;
  }
  it.each([
    [0, 0],
    [1, 250],
    [2, 750],
    [3, 1000],
    [7, 1000],
    [10, 1000],
    [11, 1500],
    [100, 1500],
  ])('at second %i says %i ms', (second, ms) => {
    expect(used().at(second * S, 0)).toBeCloseTo(ms, 9);
  });
  it('goes on at the present rate', () => {
    expect(used().at(12.75 * S, 0.25)).toBeCloseTo(2000, 9);
  });
  it('remembers a minute of ceaseless change, and bounds what it keeps', () => {
    const meter = createMeter(0);
    for (let at = 0; at < 3000; at += 1) meter.advance(at * 0.1 * S, at % 2 === 0 ? 1 : 0);
    for (const second of [250, 270, 299]) expect(meter.at(second * S, 0)).toBeCloseTo(second * 500, 3);
  });
});

describe('a level', () => {
  function held() {
    const level = createLevel();
    level.set(1.2 * S, 100);
    level.set(1.4 * S, 200);
    level.set(5 * S, 300);
    return level;
  }
  it.each([
    [1, 0],
    [2, 200],
    [4, 200],
    [5, 200],
    [6, 300],
  ])('at second %i says %i', (second, value) => {
    expect(held().at(second * S)).toBe(value);
  });
});

it('asking a processor changes nothing: a job ends at the same microsecond', async () => {
  async function endOf(asks: number): Promise<number> {
    const { world, drive } = loneWorld();
    const cpu = createCpu(world.clock, 1000);
    const [one, two] = [cpu.group({ requestMillis: 300, limitMillis: 333 }), cpu.group({ requestMillis: 70 })];
    world.spawn('other', () => two.compute(world, 1234.567));
    for (let ask = 1; ask <= asks; ask += 1)
      world.clock.setTimer(ask * 7.3, () => void [one.usage(), two.usage(world.clock.now()), cpu.usedMs()]);
    await drive(one.compute(world, 777.7), 60_000);
    return world.clock.micros();
  }
  expect(await endOf(50)).toBe(await endOf(0));
});
