import { describe, expect, it } from 'vitest';
import { clockNotice } from '../../src/cli/clock-notice.ts';

const HOUR = 3_600_000;

describe('what serve says about its clock', () => {
  it.each([
    ['nothing at the speed of the wall', 1, 20_000, undefined],
    ['nothing where the start took a moment', 1, -45_000, undefined],
    ['a fast clock runs into the future', 16, 0, /^The cluster's clock runs at 16 times .* show as <invalid>; /],
    ['a slow clock falls behind', 0.5, 0, /^The cluster's clock runs at 0\.5 times .* are too large; /],
    ['a journal of yesterday', 1, -30 * HOUR, /^The cluster's clock is 30 h behind this machine's\. .* are too large; /],
    ['a journal of last week', 1, -7 * 24 * HOUR, /is 7 days behind/],
    ['a journal that was played fast', 1, 5 * 60_000, /^The cluster's clock is 5 min ahead of this machine's\. .* show as <invalid>; /],
  ])('%s', (_name, speed, aheadMs, text) => {
    if (text === undefined) expect(clockNotice(speed, aheadMs)).toBeUndefined();
    else expect(clockNotice(speed, aheadMs)).toMatch(text);
  });
});
