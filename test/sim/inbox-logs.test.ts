/** What machines received is kept up to a size; beyond it the journal makes machines again, and history does not notice. */
import { describe, expect, it } from 'vitest';
import type { HostInit, Placement } from '../../src/sim/conductor.ts';
import { difference } from '../../src/sim/history.ts';
import { HostLost } from '../../src/sim/host-lost.ts';
import { Host } from '../../src/sim/host.ts';
import type { HostPort } from '../../src/sim/host.ts';
import { InboxLogs } from '../../src/sim/inbox-logs.ts';
import type { Message } from '../../src/sim/machine-context.ts';
import { inline, openSimulation } from '../../src/sim/simulation.ts';
import { apart, TOY, journal, soloByText } from './layouts.ts';
import { buildToy } from './toy.ts';

const end = 60_000_000;
const message = (text: string): Message => ({ at: 0, round: 0, from: 'a', seq: 0, to: 'b', sent: 0, body: { text } });
/** From everything to nothing; in between the logs are let go while the journal plays. */
const KEPT = [undefined, 20_000, 0] as const;

async function digestsOf(placement: Placement, inboxMax?: number): Promise<Record<string, string>> {
  const simulation = await openSimulation({ ...TOY, seed: 'w1', placement, entries: journal(), untilMicros: end, inboxMax });
  const digests = await simulation.digests();
  simulation.close();
  return digests;
}

/** A host a machine; every so often the victim's dies with what it was about to do. */
function dying(victim: string, every: number): { readonly placement: Placement; deaths(): number } {
  let calls = 0;
  let deaths = 0;
  const open = async (host: string, init: HostInit): Promise<HostPort> => {
    const inside = new Host({ build: buildToy, ...init });
    const run: HostPort['run'] = async (request) => {
      calls += 1;
      if (calls % every !== 0) return inside.run(request);
      deaths += 1;
      await inside.run(request);
      throw new HostLost(false, 'died');
    };
    if (host !== victim) return inside;
    return {
      run,
      start: (spec, past) => inside.start(spec, past),
      drop: (name) => inside.drop(name),
      link: (between, change) => inside.link(between, change),
      observe: (name, from, body, at) => inside.observe(name, from, body, at),
      digests: () => inside.digests(),
      handOver: () => inside.handOver(),
      end: () => inside.end(),
    };
  };
  return { placement: { solo: false, place: (machine) => machine, open }, deaths: () => deaths };
}

describe('the log of an inbox', () => {
  it('is let go as a whole when it gets too large, and stays so', () => {
    const logs = new InboxLogs(1000);
    for (const machine of ['a', 'b']) logs.add(machine, message('x'.repeat(200)));
    expect([logs.of('a')?.length, logs.of('b')?.length, logs.of('c')]).toEqual([1, 1, []]);
    logs.add('a', message('x'.repeat(500)));
    expect([logs.areWhole, logs.of('a'), logs.of('b')]).toEqual([false, undefined, undefined]);
    logs.add('a', message(''));
    expect(logs.of('a')).toBeUndefined();
  });

  it('has room again for what a lost machine took', () => {
    const logs = new InboxLogs(1000);
    for (let i = 0; i < 20; i += 1) {
      logs.add('a', message('x'.repeat(600)));
      logs.forget('a');
    }
    expect(logs.of('a')).toEqual([]);
  });
});

describe('machines are made again', () => {
  it.each(['worker-1', 'worker-2', 'control-plane', 'shell'])('when the host of %s dies, whatever is kept', async (victim) => {
    const reference = await digestsOf(inline(buildToy));
    for (const inboxMax of KEPT) {
      const { placement, deaths } = dying(victim, 11);
      expect(difference(reference, await digestsOf(placement, inboxMax)), `${inboxMax}`).toEqual([]);
      expect(deaths()).toBeGreaterThan(3);
    }
  });

  it.each(KEPT)('when they move with messages in flight and %s is kept', async (inboxMax) => {
    const reference = await digestsOf(inline(buildToy));
    const all = journal();
    for (const at of [1_000_500, 4_321_000, 9_000_200, 26_000_000]) {
      const simulation = await openSimulation({
        ...TOY,
        seed: 'w1',
        inboxMax,
        placement: apart(),
        entries: all.filter((entry) => entry.at <= at),
        untilMicros: at,
      });
      for (const placement of [inline(buildToy), apart(), soloByText(), inline(buildToy)]) await simulation.move(placement);
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
