import { describe, expect, it } from 'vitest';
import { isAllowed, shippedPackages } from '../../scripts/licenses.mjs';

describe('licences', () => {
  it('knows which expressions are fine', () => {
    const rows = [['MIT', true], ['(MPL-2.0 OR Apache-2.0)', true], ['LGPL-3.0', false], ['MIT AND GPL-3.0', false], ['BlueOak-1.0.0', false], ['none', false]] as const;
    for (const [expression, fine] of rows) expect(isAllowed(expression), expression).toBe(fine);
  });
  it('ships only packages under MIT, ISC, BSD, Apache-2.0, CC0 and unmodified MPL-2.0', () => {
    expect(shippedPackages(process.cwd()).filter(({ license }) => !isAllowed(license)).map(({ name, license }) => `${name}: ${license}`)).toEqual([]);
  });
});
