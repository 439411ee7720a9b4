/** Random JSON values, wild ones and such as fit a schema. */
import type { StructType, Type } from '../../../src/api/schema/types.ts';
import type { Chance } from './chance.ts';

export const NAMES = ['a', 'b', 'web', 'x-1'] as const;

/** Words that trip parsers, maps with prototypes and patterns. */
const WORDS = [
  '',
  'a',
  'web',
  '0',
  '-1',
  'true',
  'null',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toString',
  'é',
  '\u0000',
  '$patch',
  'x'.repeat(300),
  'a/b',
  'a.b/c',
  '1Gi',
  '25%',
  '2026-01-01T00:00:00Z',
  '{}',
  '\ud800',
  'metadata',
  'default',
  '10.0.0.1',
  'TCP',
  'Always',
] as const;
const NUMBERS = [0, 1, -1, 3, 80, 65_536, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e300] as const;

/** As JSON.parse would make it: `__proto__` is a key like any other. */
export function put(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

export function wild(random: Chance, depth = 3): unknown {
  switch (random.below(depth > 0 ? 8 : 5)) {
    case 0:
      return null;
    case 1:
      return random.once(2);
    case 2:
      return random.pick(NUMBERS);
    case 3:
    case 4:
      return random.pick(WORDS);
    case 5:
      return Array.from({ length: random.below(4) }, () => wild(random, depth - 1));
    default: {
      const out: Record<string, unknown> = {};
      for (let left = random.below(4); left > 0; left -= 1)
        put(
          out,
          random.pick([...WORDS, 'spec', 'metadata', 'name', '$retainKeys', '$setElementOrder/containers']),
          wild(random, depth - 1),
        );
      return out;
    }
  }
}

const SCALARS: Readonly<Record<string, readonly unknown[]>> = {
  string: ['a', 'web', 'Always', 'TCP', 'x-y', '', 'ClusterIP', '/tmp'],
  bool: [true, false],
  int32: [0, 1, 2, 80, -1],
  int64: [0, 1, 30, 4_000_000_000],
  double: [0, 0.5],
  time: ['2026-01-01T00:00:00Z', '2026-02-03T04:05:06Z'],
  microtime: ['2026-01-01T00:00:00.000001Z'],
  intOrString: [1, 'http', '25%'],
  bytes: ['YQ==', ''],
  quantity: ['1', '100m', '1Gi', '0'],
  any: [1, 'x', { a: 1 }, [1]],
};

export function valueFor(type: Type, random: Chance, depth: number): unknown {
  switch (type.kind) {
    case 'struct':
      return objectFor(type, random, depth - 1);
    case 'list':
      return Array.from({ length: depth > 0 ? random.below(3) : 0 }, () => valueFor(type.element, random, depth - 1));
    case 'map': {
      const out: Record<string, unknown> = {};
      for (let left = depth > 0 ? random.below(3) : 0; left > 0; left -= 1)
        put(out, random.pick(['app', 'tier', 'a.b/c', 'constructor', '__proto__', 'cpu']), valueFor(type.element, random, depth - 1));
      return out;
    }
    default:
      return random.pick(SCALARS[type.scalar] as readonly unknown[]);
  }
}

/** An object with some of the fields of its definition; deep ones are rare. */
export function objectFor(type: StructType, random: Chance, depth: number): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const field of type.fields) {
    if (depth <= 0 && !field.required) continue;
    if (field.required || random.once(Math.min(2 + type.fields.length / 6, 6) | 0))
      put(out, field.name, valueFor(field.type, random, depth));
  }
  return out;
}
