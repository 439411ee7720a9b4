import { describe, expect, it } from 'vitest';
import type { CoreV1Event } from '../../src/api/generated/types.ts';
import { createEventCorrelation, type Correlated } from '../../src/client/event-correlation.ts';
import { loneWorld } from '../../src/sim/lone-world.ts';

function setUp(): { send: (message: string, reason?: string) => Correlated; wait: (ms: number) => Promise<void> } {
  const lone = loneWorld();
  let names = 0;
  const correlation = createEventCorrelation(lone.world.clock, (object) => `${object}.${(names += 1)}`);
  return {
    send(message, reason = 'Failed') {
      const event: CoreV1Event = {
        metadata: { name: `web.${(names += 1)}`, namespace: 'default' },
        involvedObject: { kind: 'Pod', namespace: 'default', name: 'web', uid: 'u' },
        type: 'Warning',
        reason,
        message,
        count: 1,
        firstTimestamp: 'first',
        lastTimestamp: 'last',
        source: { component: 'kubelet' },
      };
      const outcome = correlation.correlate(event);
      if (outcome.action !== 'skip') correlation.written(outcome.key, outcome.event);
      return outcome;
    },
    wait: (ms) => lone.advance(ms),
  };
}

describe('events (I24)', () => {
  it('counts the same event up', () => {
    const { send } = setUp();
    const first = send('no image');
    expect(first.action).toBe('create');
    expect(send('no image')).toMatchObject({
      action: 'patch',
      patch: { count: 2, lastTimestamp: 'last', message: 'no image' },
      event: { metadata: { name: first.action === 'create' && first.event.metadata.name } },
    });
    expect(send('no image')).toMatchObject({ action: 'patch', patch: { count: 3 } });
  });

  it('makes one event of many that differ in their message only, from the tenth on', () => {
    const { send } = setUp();
    const actions = Array.from({ length: 12 }, (_, index) => send(`try ${index}`));
    expect(actions.slice(0, 9).every((each) => each.action === 'create' && each.event.message?.startsWith('try'))).toBe(true);
    expect(actions[9]).toMatchObject({ action: 'create', event: { message: '(combined from similar events): try 9' } });
    expect(actions[10]).toMatchObject({ action: 'patch', patch: { count: 2, message: '(combined from similar events): try 10' } });
  });

  it('starts afresh 600 s after the last of them', async () => {
    const { send, wait } = setUp();
    for (let index = 0; index < 12; index += 1) send(`try ${index}`);
    await wait(601_000);
    expect(send('try 100')).toMatchObject({ action: 'create', event: { message: 'try 100' } });
  });

  it('lets a source write 25 about one object, then one every 300 s', async () => {
    const { send, wait } = setUp();
    const first = Array.from({ length: 30 }, () => send('x').action);
    expect(first.filter((each) => each !== 'skip')).toHaveLength(25);
    expect(first.slice(25)).toEqual(Array.from({ length: 5 }, () => 'skip'));
    await wait(299_000);
    expect(send('x').action).toBe('skip');
    await wait(2000);
    expect(send('x').action).not.toBe('skip');
  });
});
