import { describe, expect, it } from 'vitest';
import { notFound } from '../../src/api/errors.ts';
import { Pods } from '../../src/api/resources.ts';
import { createWorkQueue, rethrowOurs, type WorkQueueOptions } from '../../src/client/work-queue.ts';
import { loneWorld, type LoneWorld } from '../../src/sim/lone-world.ts';

interface Work {
  readonly key: string;
  readonly at: number;
}

function setUp(options: Partial<WorkQueueOptions> = {}): {
  lone: LoneWorld;
  queue: ReturnType<typeof createWorkQueue>;
  work: Work[];
  running: Set<string>;
} {
  const lone = loneWorld();
  const startedAt = lone.world.clock.now();
  const work: Work[] = [];
  const running = new Set<string>();
  const queue = createWorkQueue(lone.world, {
    name: 'test',
    process: async (key) => {
      if (running.has(key)) throw new Error(`${key} is worked twice at once`);
      running.add(key);
      work.push({ key, at: lone.world.clock.now() - startedAt });
      await lone.world.clock.sleep(100);
      running.delete(key);
    },
    ...options,
  });
  return { lone, queue, work, running };
}

describe('the work queue', () => {
  it('works a key that was added many times once, 20 to 50 ms later', async () => {
    const { lone, queue, work } = setUp();
    for (let i = 0; i < 10; i += 1) queue.add('a');
    await lone.advance(1000);
    expect(work).toHaveLength(1);
    expect(work[0]!.at).toBeGreaterThanOrEqual(20);
    expect(work[0]!.at).toBeLessThanOrEqual(50);
  });

  it('never works one key twice at once, and works it again when it came in meanwhile', async () => {
    const { lone, queue, work } = setUp({ workers: 3 });
    queue.add('a');
    await lone.advance(60);
    queue.add('a');
    await lone.advance(60);
    expect(work).toHaveLength(1);
    await lone.advance(200);
    expect(work.map((each) => each.key)).toEqual(['a', 'a']);
    expect(work[1]!.at - work[0]!.at).toBeGreaterThanOrEqual(100);
  });

  it('works as many keys at once as it has workers', async () => {
    const { lone, queue, running } = setUp({ workers: 2 });
    for (const key of ['a', 'b', 'c']) queue.add(key);
    await lone.advance(60);
    expect(running.size).toBe(2);
    await lone.advance(300);
    expect(running.size).toBe(0);
  });

  it('waits for a delay, and an earlier wish is not made later', async () => {
    const { lone, queue, work } = setUp();
    queue.addAfter('a', 500);
    queue.addAfter('a', 300);
    queue.addAfter('a', 900);
    await lone.advance(299);
    expect(work).toHaveLength(0);
    await lone.advance(2000);
    expect(work.map((each) => each.at)).toEqual([300]);
  });

  it('tries again after 5 ms, doubling, and forgets after success', async () => {
    const times: number[] = [];
    const lone = loneWorld();
    const queue = createWorkQueue(lone.world, {
      name: 'test',
      latencyMs: [0, 0],
      onError: (_, error) => rethrowOurs(error),
      process: async () => {
        times.push(lone.world.clock.now());
        if (times.length < 5) throw notFound(Pods, 'x');
      },
    });
    queue.add('a');
    await lone.advance(1000);
    expect(times.slice(1).map((time, index) => time - times[index]!)).toEqual([5, 10, 20, 40]);
    expect(queue.failures('a')).toBe(0);
  });

  it('ends the component on a mistake of our own', async () => {
    const { lone, queue } = setUp({ process: () => Promise.reject(new Error('ours')), onError: (_, error) => rethrowOurs(error) });
    queue.add('a');
    await expect(lone.advance(100)).rejects.toThrow('ours');
  });

  it('comes again when the work asks for it', async () => {
    const times: number[] = [];
    const lone = loneWorld();
    const queue = createWorkQueue(lone.world, {
      name: 'test',
      latencyMs: [0, 0],
      process: async () => (times.push(lone.world.clock.now()) < 3 ? { afterMs: 70 } : undefined),
    });
    queue.add('a');
    await lone.advance(1000);
    expect(times.map((time) => time - times[0]!)).toEqual([0, 70, 140]);
  });
});
