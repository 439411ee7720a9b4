import { describe, expect, it } from 'vitest';
import {
  addQuantities, canonicalQuantity, compareQuantities, parseQuantity, QUANTITY_FORMAT_ERROR, QUANTITY_NUMERIC_ERROR, QUANTITY_SUFFIX_ERROR, quantityMillis,
  quantityUnits, subtractQuantities,
} from '../../src/api/quantity.ts';

/** As the API stores it; millis and units as the scheduler counts. */
const ROWS: readonly (readonly [text: string, canonical: string, millis: number, units: number])[] = [
  ['0', '0', 0, 0], ['1', '1', 1000, 1], ['100m', '100m', 100, 1], ['1000m', '1', 1000, 1], ['1500m', '1500m', 1500, 2], ['0.5', '500m', 500, 1],
  ['.5', '500m', 500, 1], ['5.', '5', 5000, 5], ['1.5Gi', '1536Mi', 1.5 * 1024 ** 3 * 1000, 1.5 * 1024 ** 3], ['1024Mi', '1Gi', 1024 ** 3 * 1000, 1024 ** 3],
  ['1000Mi', '1000Mi', 1000 * 1024 ** 2 * 1000, 1000 * 1024 ** 2], ['1000Ki', '1000Ki', 1024e6, 1024e3], ['100M', '100M', 1e11, 1e8], ['1000M', '1G', 1e12, 1e9],
  ['1e3', '1e3', 1e6, 1000], ['1E3', '1e3', 1e6, 1000], ['12e6', '12e6', 12e9, 12e6], ['1E', '1E', 1e21, 1e18], ['0.1Ki', '102400m', 102400, 103],
  ['512', '512', 512000, 512], ['1024', '1024', 1024000, 1024], ['+2', '2', 2000, 2], ['-1', '-1', -1000, -1], ['1n', '1n', 1, 1], ['100000n', '100u', 1, 1],
  ['0.0000000001', '1n', 1, 1], ['512Ki', '512Ki', 512 * 1024 * 1000, 512 * 1024], ['1Ki', '1Ki', 1024000, 1024], ['1.0', '1', 1000, 1], ['010', '10', 10000, 10],
];

const WRONG: readonly (readonly [text: string, error: string])[] = [
  ['', QUANTITY_FORMAT_ERROR], ['abc', QUANTITY_FORMAT_ERROR], ['1 Gi', QUANTITY_FORMAT_ERROR], ['1GB', QUANTITY_FORMAT_ERROR], ['1gi', QUANTITY_FORMAT_ERROR],
  ['1.1.1', QUANTITY_NUMERIC_ERROR], ['.', QUANTITY_NUMERIC_ERROR], ['1KiM', QUANTITY_SUFFIX_ERROR], ['1K', QUANTITY_SUFFIX_ERROR], ['1mi', QUANTITY_SUFFIX_ERROR],
];

describe('quantity', () => {
  it.each(ROWS)('%s is %s', (text, canonical, millis, units) => {
    expect(canonicalQuantity(text)).toBe(canonical);
    expect(quantityMillis(text)).toBe(millis);
    expect(quantityUnits(text)).toBe(units);
    expect(canonicalQuantity(canonical)).toBe(canonical);
  });

  it.each(WRONG)('refuses "%s"', (text, error) => {
    expect(parseQuantity(text)).toBe(error);
    expect(canonicalQuantity(text)).toBeUndefined();
  });

  it.each([['1', '500m', '1500m', '500m'], ['1Gi', '512Mi', '1536Mi', '512Mi'], ['0', '1Gi', '1Gi', '-1Gi'], ['100m', '900m', '1', '-800m']])(
    '%s and %s: %s together, %s apart', (a, b, sum, rest) => {
      expect(addQuantities(a, b)).toBe(sum);
      expect(subtractQuantities(a, b)).toBe(rest);
    });

  it.each([['1', '1000m', 0], ['1Gi', '1G', 1], ['999m', '1', -1]])('%s against %s', (a, b, order) => {
    expect(compareQuantities(a, b)).toBe(order);
  });
});
