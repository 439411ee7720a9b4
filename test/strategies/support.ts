/** What the tables of this folder share: a context without a server, and the texts of errors. */
import { fieldErrorText } from '../../src/api/field-error.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { RESOURCES } from '../../src/api/resources.ts';
import type { AdmissionReader } from '../../src/apiserver/admission.ts';
import type { Allocator } from '../../src/apiserver/allocators.ts';
import { strategyFor } from '../../src/apiserver/strategies/strategy-for.ts';
import type { StrategyContext } from '../../src/apiserver/strategy.ts';
import { freeze } from '../../src/base/json.ts';
import type { World } from '../../src/base/world.ts';

export const NOW = Date.UTC(2026, 10, 15, 12, 0, 0);

export type Json = Readonly<Record<string, unknown>>;

export function resourceOf(object: Json): Resource {
  const found = RESOURCES.find((one) => one.kind === object['kind']
    && object['apiVersion'] === (one.group === '' ? one.version : `${one.group}/${one.version}`));
  if (!found) throw new Error(`no resource for ${String(object['apiVersion'])} ${String(object['kind'])}`);
  return found;
}

function allocator<T>(range: string, values: readonly T[], inRange: (value: T) => boolean): Allocator<T> {
  const taken = new Set<T>();
  return {
    range,
    next() {
      const free = values.find((value) => !taken.has(value));
      if (free !== undefined) taken.add(free);
      return free;
    },
    take(value) {
      if (!inRange(value)) return 'out of range';
      if (taken.has(value)) return 'allocated';
      taken.add(value);
      return undefined;
    },
    has: (value) => taken.has(value),
    release: (value) => void taken.delete(value),
  };
}

export function contextFor(resource: Resource, subresource = ''): StrategyContext {
  return {
    world: { clock: { now: () => NOW } } as World, resource, subresource, namespace: 'default',
    user: { name: 'kubernetes-admin', groups: [] }, dryRun: false, get: () => undefined, list: () => [],
    allocators: {
      clusterIPs: allocator('10.96.0.0/12', ['10.96.0.10', '10.96.0.11'], (ip) => ip.startsWith('10.')),
      nodePorts: allocator('30000-32767', [30001, 30002, 30003], (port) => port >= 30000 && port <= 32767),
    },
  };
}

/** As the server has it before it validates: defaulted and prepared. */
export function prepared<T extends KubeObject>(object: Json): T {
  const resource = resourceOf(object);
  const strategy = strategyFor(resource);
  return strategy.prepareForCreate(strategy.applyDefaults(freeze(object) as KubeObject), contextFor(resource)) as T;
}

/** The errors of a create. */
export function createErrors(object: Json): readonly string[] {
  const resource = resourceOf(object);
  const strategy = strategyFor(resource);
  const name = (object['metadata'] as { name?: string } | undefined)?.name ?? '';
  const names = strategy.nameErrors!(name, false).map((text) => `metadata.name: Invalid value: "${name}": ${text}`);
  return [...names, ...strategy.validate(prepared(object), contextFor(resource)).map((error) => fieldErrorText(error))];
}

/** The errors of an update from `old` to `change`, both given as manifests; old has been created. A function changes the stored object. */
export function updateErrors(change: Json | ((old: Json) => Json), old: Json, subresource = ''): readonly string[] {
  const resource = resourceOf(old);
  const strategy = strategyFor(resource);
  const context = contextFor(resource, subresource);
  const before = freeze(strategy.allocate?.(prepared(old), undefined, context) ?? prepared(old));
  const status = (before as Json)['status'];
  const next = typeof change === 'function' ? change(before as Json) : change;
  const wanted = { ...strategy.applyDefaults(freeze(next) as KubeObject), ...(status !== undefined && { status }) };
  const after = strategy.prepareForUpdate(wanted as KubeObject, before, context);
  return strategy.validateUpdate(after, before, context).map((error) => fieldErrorText(error));
}

/** A reader over a list of objects. */
export function readerOf(objects: readonly Json[]): AdmissionReader {
  let held = [...objects] as unknown as KubeObject[];
  const of = (resource: Resource, object: KubeObject): boolean => resourceOf(object as unknown as Json) === resource;
  return {
    get: (resource, namespace, name) => held.find((one) => of(resource, one) && one.metadata?.name === name
      && (namespace === '' || one.metadata.namespace === namespace)) as never,
    list: (resource, namespace) => held.filter((one) => of(resource, one) && (!namespace || one.metadata?.namespace === namespace)) as never,
    replace(resource, object) {
      held = held.map((one) => (of(resource, one) && one.metadata?.name === object.metadata?.name ? object : one));
      return object;
    },
  };
}

export const pod = (spec: Json, metadata: Json = {}): Json =>
  ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default', ...metadata }, spec });

export const container = (more: Json = {}): Json => ({ name: 'web', image: 'nginx:1.25', ...more });

export const template = (spec: Json = {}, labels: Json = { app: 'web' }): Json =>
  ({ metadata: { labels }, spec: { containers: [container()], ...spec } });

export const deployment = (more: Json = {}): Json => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' },
  spec: { selector: { matchLabels: { app: 'web' } }, template: template(), ...more },
});

export const service = (spec: Json): Json => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' }, spec });
