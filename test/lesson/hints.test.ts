/** Hints open one after the other, after a wrong try or a wait. */
import { describe, expect, it } from 'vitest';
import { gateOf, gateSentence } from '../../src/lesson/hints.ts';
import type { Hint } from '../../src/lesson/lesson.ts';

const HINTS: readonly Hint[] = [
  { afterIdleSeconds: 90, afterFails: 2, say: 'a', point: [] },
  { say: 'b', point: [] },
];

describe('gateOf', () => {
  it.each([
    ['at the start', 0, { idleSeconds: 0, fails: 0 }, { type: 'closed', inSeconds: 90, afterFails: 2 }],
    ['after a part of the wait', 0, { idleSeconds: 59.4, fails: 1 }, { type: 'closed', inSeconds: 31, afterFails: 1 }],
    ['after the wait', 0, { idleSeconds: 90, fails: 0 }, { type: 'open' }],
    ['after wrong tries', 0, { idleSeconds: 3, fails: 2 }, { type: 'open' }],
    ['the next, at once', 1, { idleSeconds: 0, fails: 0 }, { type: 'closed', inSeconds: 30, afterFails: 1 }],
    ['the next, after one more try', 1, { idleSeconds: 0, fails: 1 }, { type: 'open' }],
    ['all are read', 2, { idleSeconds: 500, fails: 9 }, { type: 'none' }],
  ] as const)('%s', (_name, shown, effort, gate) => {
    expect(gateOf(HINTS, shown, effort)).toEqual(gate);
  });
  it('says what is missing', () => {
    expect(gateSentence({ type: 'closed', inSeconds: 31, afterFails: 1 })).toBe('in 31 s, or after another try');
    expect(gateSentence({ type: 'closed', inSeconds: 31, afterFails: 2 })).toBe('in 31 s, or after 2 tries');
    expect(gateSentence({ type: 'open' })).toBe('');
  });
});
