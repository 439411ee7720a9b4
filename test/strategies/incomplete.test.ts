/** Manifests that leave out what their kind needs are refused in words, never by a crash, and tables can print them. */
import { describe, expect, it } from 'vitest';
import schema from '../../src/api/generated/schema.json' with { type: 'json' };
import type { KubeObject } from '../../src/api/object.ts';
import { RESOURCES } from '../../src/api/resources.ts';
import { strategyFor } from '../../src/apiserver/strategies/strategy-for.ts';
import { printRow } from '../../src/apiserver/tables/table-for.ts';
import { freeze } from '../../src/base/json.ts';
import { contextFor, NOW } from './support.ts';

const definitions = schema as Readonly<Record<string, Readonly<Record<string, string>>>>;
const DEPTH_MAX = 9;

/** A value of a schema type: every struct in it is there, down to `full` levels; what lies below is empty. */
function valueOf(type: string, full: number, seen: readonly string[] = []): unknown {
  const bare = type.replace(/!$/, '');
  if (bare.startsWith('[]')) return full > 0 ? [valueOf(bare.slice(2), full - 1, seen)] : [];
  if (bare.startsWith('{}')) return full > 0 ? { key: valueOf(bare.slice(2), full - 1, seen) } : {};
  const fields = definitions[bare];
  if (!fields) return bare === 'bool' ? false : /^(int|double)/.test(bare) ? 0 : '';
  if (full <= 0 || seen.includes(bare)) return {};
  return Object.fromEntries(Object.entries(fields)
    .filter(([name]) => name !== 'metadata' || seen.length > 0)
    .map(([name, of]) => [name, valueOf(of, full - 1, [...seen, bare])]));
}

describe('incomplete objects', () => {
  it.each(RESOURCES.map((resource) => [`${resource.kind}.${resource.group}`, resource] as const))('%s', (_name, resource) => {
    const strategy = strategyFor(resource);
    const context = contextFor(resource);
    for (let full = 0; full <= DEPTH_MAX; full++) {
      const metadata = { name: 'x', namespace: 'default', uid: 'u', creationTimestamp: '2026-01-01T00:00:00Z' };
      const object = freeze({ ...valueOf(resource.definition ?? resource.kind, full) as object, metadata }) as KubeObject;
      const made = strategy.prepareForCreate(freeze(strategy.applyDefaults(object)), context);
      expect(strategy.applyDefaults(freeze(made))).toEqual(made);
      for (const error of strategy.validate(made, context)) expect(error.field).toBeTypeOf('string');
      const before = freeze({ ...made, spec: {} }) as KubeObject;
      for (const subresource of ['', 'status']) {
        strategy.validateUpdate(strategy.prepareForUpdate(made, before, { ...context, subresource }), before, { ...context, subresource });
        strategy.validateUpdate(strategy.prepareForUpdate(before, made, { ...context, subresource }), made, { ...context, subresource });
      }
      for (const label of Object.values(strategy.selectableFields ?? {})) expect(label(made)).toBeTypeOf('string');
      expect(printRow(resource, made, NOW).cells.every((cell) => cell !== undefined)).toBe(true);
    }
  });
});
