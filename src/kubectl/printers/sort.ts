/** --sort-by: orders objects or table rows by the value at a path.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/get/sorter.go */
import { compareQuantities, parseQuantity } from '../../api/quantity.ts';
import { CommandError } from '../errors.ts';
import { compileJsonPath, relaxedPath } from './json-path.ts';

/** A copy of `items` in order; `read` gives what the path looks into. Missing values come first, as in Go's nil. */
export function sortBy<T>(items: readonly T[], expression: string, read: (item: T) => unknown): readonly T[] {
  const path = compileJsonPath(relaxedPath(expression), true);
  const keyed = items.map((item) => ({ item, value: path.find(read(item))[0] }));
  if (items.length > 0 && keyed.every((k) => k.value === undefined)) {
    throw new CommandError(`couldn't find any field with path ${JSON.stringify(path.text)} in the list of objects`);
  }
  return keyed.sort((a, b) => compareValues(a.value, b.value)).map((k) => k.item);
}

function compareValues(a: unknown, b: unknown): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const left = String(a);
  const right = String(b);
  const quantity = isQuantity(left) && isQuantity(right) ? compareQuantities(left, right) : undefined;
  if (quantity !== undefined) return quantity;
  return left < right ? -1 : left > right ? 1 : 0;
}

const isQuantity = (text: string): boolean => /^[+-]?\d/.test(text) && typeof parseQuantity(text) !== 'string';
