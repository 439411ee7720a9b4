/** A frozen scope stands still, and loses nothing. */
import { expect, it } from 'vitest';
import { Queue } from '../../src/base/queue.ts';
import { loneWorld } from '../../src/sim/lone-world.ts';

it('holds wakes and timers, of inner scopes too, until it is thawed; what comes later stays later', async () => {
  const { world, advance } = loneWorld();
  const scope = world.scope('component');
  const inner = scope.world.scope('inner');
  const seen: string[] = [];
  const queue = new Queue<string>(scope.world);
  scope.world.spawn('ticks', async () => { for (let i = 0; i < 3; i += 1) { await scope.world.clock.sleep(10); seen.push(`tick ${i}`); } });
  inner.world.spawn('takes', async () => { for (;;) seen.push(`took ${await queue.take(inner.world)}`); });
  await advance(15);
  scope.freeze();
  queue.push('a');
  scope.world.spawn('late', async () => { seen.push('spawned'); });
  scope.world.scope('newer').world.spawn('inside', async () => { seen.push('inside'); });
  await advance(1000);
  expect(seen).toEqual(['tick 0']);
  scope.thaw();
  await advance(0);
  expect(seen.slice().sort()).toEqual(['inside', 'spawned', 'tick 0', 'tick 1', 'took a']);
  await advance(10);
  expect(seen).toContain('tick 2');
});

it('dies frozen like any other', async () => {
  const { world, advance } = loneWorld();
  const scope = world.scope('component');
  const seen: string[] = [];
  scope.world.spawn('ticks', async () => { await scope.world.clock.sleep(10); seen.push('tick'); });
  await advance(0);
  scope.freeze();
  await advance(20);
  scope.kill();
  scope.thaw();
  await advance(20);
  expect(seen).toEqual([]);
});
