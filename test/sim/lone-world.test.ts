import { describe, expect, it } from 'vitest';
import { Latch } from '../../src/base/gate.ts';
import { Queue } from '../../src/base/queue.ts';
import { onKilled } from '../../src/base/scope.ts';
import { TimeoutError, withTimeout } from '../../src/base/with-timeout.ts';
import { loneWorld } from '../../src/sim/lone-world.ts';

describe('a lone world', () => {
  it('moves only when told', async () => {
    const { world, advance } = loneWorld();
    const seen: number[] = [];
    world.spawn('sleeper', async () => {
      await world.clock.sleep(10);
      seen.push(world.clock.micros());
      await world.clock.sleep(5);
      seen.push(world.clock.micros());
    });
    await advance(9);
    expect(seen).toEqual([]);
    await advance(1);
    expect(seen).toEqual([10_000]);
    await advance(100);
    expect(seen).toEqual([10_000, 15_000]);
    expect(world.clock.micros()).toBe(110_000);
  });

  it('drives work to its end and no further, and gives up at the limit', async () => {
    const { world, drive } = loneWorld();
    await drive(world.clock.sleep(1000));
    expect(world.clock.micros()).toBe(1_000_000);
    await expect(drive(world.clock.sleep(5000), 1000)).rejects.toThrow('not done within 1000 ms');
    await expect(drive(withTimeout(world, 50, (signal) => world.clock.sleep(100, signal)))).rejects.toThrow(TimeoutError);
    expect(await drive(withTimeout(world, 50, async () => 7))).toBe(7);
  });

  it('throws what a spawned task threw', async () => {
    const { world, advance, trace } = loneWorld();
    world.spawn('bad', async () => { throw new Error('boom'); });
    await expect(advance(1)).rejects.toThrow('boom');
    expect(trace).toEqual([{ type: 'fault', name: 'crash', target: 'bad', active: true }]);
  });

  it('kills a scope like kill -9', async () => {
    const { world, advance } = loneWorld();
    const log: string[] = [];
    const outer = world.scope('component');
    const inner = outer.world.scope('process');
    const latch = new Latch(world);
    for (const [name, scope] of [['outer', outer], ['inner', inner]] as const) {
      scope.world.spawn('task', async () => {
        try {
          await scope.world.clock.sleep(10);
          log.push(`${name} went on`);
        } finally {
          log.push(`${name} cleaned up`);
        }
      });
      scope.world.spawn('waiter', async () => {
        await latch.wait(scope.world);
        log.push(`${name} passed`);
      });
      onKilled(scope.world, () => log.push(`${name} killed`));
    }
    onKilled(outer.world, () => log.push('never'))[Symbol.dispose]();
    await advance(5);
    outer.kill();
    latch.open();
    await advance(20);
    expect(log).toEqual(['inner killed', 'outer killed']);
    expect([outer.killed, inner.killed]).toEqual([true, true]);
    expect(outer.world.scope('late').killed).toBe(true);
  });

  it('takes from a queue in order and ends with it', async () => {
    const { world, drive, advance } = loneWorld();
    const queue = new Queue<number>(world);
    const got: number[] = [];
    world.spawn('reader', async () => {
      for await (const item of queue) got.push(item);
      got.push(-1);
    });
    queue.push(1);
    queue.push(2);
    await advance(0);
    queue.push(3);
    queue.close();
    queue.push(4);
    await advance(0);
    expect(got).toEqual([1, 2, 3, -1]);
    expect(await drive(queue.take())).toBeUndefined();
  });

  it('gives a component that is started again other numbers', async () => {
    const { world } = loneWorld();
    const first = world.scope('a').world.random.uuid();
    const again = world.scope('a').world.random.uuid();
    expect(again).not.toBe(first);
    expect(loneWorld().world.scope('a').world.random.uuid()).toBe(first);
    expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
