import { describe, expect, it } from 'vitest';
import { textTail } from '../../src/base/text-tail.ts';

describe('the tail of a text', () => {
  it('is the whole text while it is short', () => {
    const tail = textTail(100_000);
    for (const piece of ['a', '', 'bc', 'd'.repeat(40_000), 'e']) tail.add(piece);
    expect(tail.text()).toBe(`abc${'d'.repeat(40_000)}e`);
  });

  it.each([[1], [7], [1000], [33_000], [250_000]])('of pieces of %i keeps the end, and little more than was asked', (size) => {
    const tail = textTail(100_000);
    let whole = '';
    for (let count = 0; whole.length < 400_000; count += 1) {
      const piece = String.fromCharCode(97 + (count % 26)).repeat(size);
      whole += piece;
      tail.add(piece);
    }
    const kept = tail.text();
    expect(whole.endsWith(kept)).toBe(true);
    expect(kept.length).toBeGreaterThanOrEqual(100_000);
    expect(kept.length).toBeLessThan(100_000 + 2 * 33_000);
  });
});
