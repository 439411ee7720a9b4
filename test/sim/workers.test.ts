import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import type { HostInit, Placement } from '../../src/sim/conductor.ts';
import { difference } from '../../src/sim/history.ts';
import type { HostPort } from '../../src/sim/host.ts';
import { openNodeWorker } from '../../src/sim/node-workers.ts';
import { spread, together } from '../../src/sim/placement.ts';
import { inline, openSimulation } from '../../src/sim/simulation.ts';
import { TOY, journal } from './layouts.ts';
import { buildToy } from './toy.ts';

const out = fileURLToPath(new URL('../../.cache/toy-worker.mjs', import.meta.url));
const end = 60_000_000;

beforeAll(async () => {
  mkdirSync(fileURLToPath(new URL('../../.cache', import.meta.url)), { recursive: true });
  await build({ entryPoints: [fileURLToPath(new URL('./toy-worker.ts', import.meta.url))], bundle: true, platform: 'node', format: 'esm', target: 'es2023', outfile: out });
});

const workers = (count: number, open = openNodeWorker(out)): Placement => spread({ hub: 'control-plane', shells: ['shell'], workers: count, open });

async function play(placement?: Placement, seed = 'w1'): Promise<Record<string, string>> {
  const simulation = await openSimulation({ ...TOY, seed, placement, entries: journal(), untilMicros: end });
  const digests = await simulation.digests();
  simulation.close();
  return digests;
}

describe('machines in Node workers', () => {
  it('have the history that they have in one thread', async () => {
    const reference = await play();
    expect(difference(reference, await play(together(openNodeWorker(out))))).toEqual([]);
    expect(difference(reference, await play(workers(2)))).toEqual([]);
    expect(difference(reference, await play(workers(99)))).toEqual([]);
    expect(difference(reference, await play(workers(99), 'w2'))).not.toEqual([]);
  });

  it('are made again when their worker dies, and nobody notices (15)', async () => {
    const reference = await play();
    for (const victim of ['workers-0', 'control-plane', 'shell']) {
      let calls = 0;
      const open = async (host: string, init: HostInit): Promise<HostPort> => {
        const port = await openNodeWorker(out)(host, init);
        if (host !== victim) return port;
        return { ...port, run: (request) => {
          calls += 1;
          if (calls % 11 === 7) port.end();
          return port.run(request);
        } };
      };
      expect(difference(reference, await play(workers(3, open))), victim).toEqual([]);
      expect(calls).toBeGreaterThan(20);
    }
  });

  it('lose power when they hang, at the last frontier before, and the replay equals the survivors (15)', async () => {
    const simulation = await openSimulation({ ...TOY, strict: false, seed: 'h', placement: workers(9, openNodeWorker(out, 300)), entries: journal().slice(0, 6) });
    const forced: object[] = [];
    simulation.onEntry((entry) => forced.push(entry));
    await simulation.apply({ type: 'start', machine: 'worker-9', kind: 'hang', options: { afterMs: 2345 } });
    while (!(await simulation.runThrough(20_000_000)));
    expect(forced).toHaveLength(2);
    expect(forced[1]).toMatchObject({ input: { type: 'drop', machine: 'worker-9' } });
    expect((forced[1] as { at: number }).at).toBeLessThan(1_000_000 + 2_345_000);
    await simulation.apply({ type: 'message', to: 'shell', body: { t: 'get' } });
    const survivors = await simulation.digests();
    const again = await openSimulation({ ...TOY, seed: 'h', entries: simulation.entries });
    simulation.close();
    expect(difference(survivors, await again.digests())).toEqual([]);
  });

  it('move from workers into one thread and back with messages in flight', async () => {
    const reference = await play();
    const all = journal();
    for (const at of [1_000_500, 4_321_000, 9_000_200, 26_000_000]) {
      const simulation = await openSimulation({ ...TOY, seed: 'w1', placement: workers(2), entries: all.filter((entry) => entry.at <= at), untilMicros: at });
      await simulation.move(inline(buildToy));
      await simulation.move(workers(1));
      await simulation.move(inline(buildToy));
      for (const { at: next, input } of all.filter((entry) => entry.at > at)) {
        while (!(await simulation.runThrough(next)));
        await simulation.apply(input);
      }
      while (!(await simulation.runThrough(end)));
      expect(difference(reference, await simulation.digests()), String(at)).toEqual([]);
      simulation.close();
    }
  });
});
