/** Server-side apply and kubectl's three-way merge agree with plain references, over random histories. */
import { describe, expect, it } from 'vitest';
import type { KubeObject, Status } from '../../../src/api/object.ts';
import { structOf } from '../../../src/api/schema/types.ts';
import { applyStrategicPatch } from '../../../src/apiserver/patch/strategic-merge.ts';
import { jsonMergePatch, strategicPatch } from '../../../src/kubectl/three-way.ts';
import { applyMergePatch } from '../../../src/apiserver/patch/merge-patch.ts';
import { APPLY, DEPLOYMENTS, testServer } from '../support.ts';
import type { Chance } from './chance.ts';
import { chance } from './chance.ts';
import { put } from './random-objects.ts';
import type { State, Tree } from './reference.ts';
import { applied, flatten, threeWay, updated } from './reference.ts';

const HISTORIES = Number(process.env['MERGES'] ?? 60);

function mapOf(random: Chance, keys: readonly string[]): Tree {
  const out: Record<string, unknown> = {};
  for (const key of random.some(keys)) put(out, key, random.pick(['1', '2']));
  return out;
}

const KEYS = ['a', 'b', 'constructor', '__proto__', 'x.y/z'];
const envOf = (random: Chance): Tree[] => random.some(['A', 'B', 'C']).map((name) => ({ name, value: random.pick(['1', '2']) }));

function containerOf(random: Chance, name: string): Tree {
  const env = envOf(random);
  return {
    name,
    image: random.pick(['i:1', 'i:2']),
    ...(random.once(2) && { args: [random.pick(['x', 'y'])] }),
    ...(env.length > 0 && { env }),
  };
}

const withSome = (key: string, tree: Tree): Tree => (Object.keys(tree).length > 0 ? { [key]: tree } : {});

/** What one manager says of a Deployment; everybody's has the container `main`. */
function configOf(random: Chance): Tree {
  const names = random.some(['side', 'more']);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', ...withSome('annotations', mapOf(random, KEYS.slice(0, 3))) },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          ...(random.once(2) && { hostname: random.pick(['h1', 'h2']) }),
          containers: [{ name: 'main', image: 'm' }, ...names.map((name) => containerOf(random, name))],
        },
      },
    },
  };
}

interface Spec {
  readonly template: { readonly spec: { readonly hostname?: string; readonly containers: readonly Tree[] } };
}

/** What the reference models of an object. */
function modelled(object: KubeObject): Tree {
  const { metadata } = object;
  const { template } = (object as unknown as { spec: Spec }).spec;
  const { hostname, containers } = template.spec;
  return {
    metadata: withSome('annotations', metadata?.annotations ?? {}),
    spec: {
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          ...(hostname && { hostname }),
          containers: containers.map(({ name, image, args, env }) => ({
            name,
            image,
            ...(args !== undefined && { args }),
            ...(env !== undefined && { env }),
          })),
        },
      },
    },
  };
}

const configTree = (config: Tree): Tree => modelled(config as KubeObject);

/** "f:spec", "k:{...}" as the reference has paths. */
function ownedPaths(set: Tree, path: string, out: Set<string>): Set<string> {
  for (const key of Object.keys(set)) {
    const inner = set[key] as Tree;
    const isItem = key.startsWith('k:');
    const here = isItem
      ? `${path}/[${(JSON.parse(key.slice(2)) as { name: string }).name}]`
      : path === ''
        ? key.slice(2)
        : `${path}/${key.slice(2)}`;
    if (key === '.') continue;
    if (Object.keys(inner).length === 0 || (isItem && inner['.'] !== undefined)) out.add(here);
    ownedPaths(inner, here, out);
  }
  return out;
}

/** Owners of what is modelled; defaults that a writer came to own are not. */
function ownersOf(object: KubeObject, known: ReadonlySet<string>): Record<string, string[]> {
  const out: Record<string, string[]> = {};
  for (const { manager, operation, fieldsV1 } of object.metadata?.managedFields ?? []) {
    const paths = [...ownedPaths(fieldsV1 as Tree, '', new Set())].filter((path) => known.has(path)).sort();
    if (paths.length > 0) out[`${manager} ${operation}`] = paths;
  }
  return out;
}

const sortedOwners = (state: State): Record<string, string[]> =>
  Object.fromEntries([...state.owners].map(([owner, paths]) => [owner, [...paths].sort()]));

/** The object with a few things changed, as somebody would who edits it. */
function edited(random: Chance, object: KubeObject): KubeObject {
  const copy = structuredClone(object) as unknown as {
    metadata: { annotations?: Record<string, unknown>; managedFields?: unknown };
    spec: { template: { spec: { hostname?: string; containers: Record<string, unknown>[] } } };
  };
  delete copy.metadata.managedFields;
  const pod = copy.spec.template.spec;
  if (random.once(2)) copy.metadata.annotations = { ...mapOf(random, ['a', 'b', 'constructor']) };
  if (random.once(3)) pod.hostname = random.pick(['h1', 'h2']);
  if (random.once(3)) pod.containers = pod.containers.filter(({ name }) => name === 'main' || !random.once(3));
  for (const container of pod.containers)
    if (container['name'] !== 'main' && random.once(2))
      Object.assign(container, { image: random.pick(['i:1', 'i:2']), env: envOf(random) });
  return copy as unknown as KubeObject;
}

async function playApply(seed: number): Promise<void> {
  const random = chance(seed);
  const { call, ok } = await testServer();
  const url = `${DEPLOYMENTS}/web`;
  let state: State = { live: new Map(), owners: new Map() };
  for (let step = 0; step < 12; step += 1) {
    const manager = random.pick(['one', 'two', 'three']);
    const where = `seed ${seed}, step ${step}, ${manager}`;
    if (step > 0 && random.once(3)) {
      const next = edited(random, await ok('GET', url));
      const { body } = await call('PUT', url, next, { query: { fieldManager: manager } });
      const model = modelled(body as KubeObject);
      state = updated(state, manager, model);
    } else {
      const config = configOf(random);
      const force = random.once(2);
      const { status, body } = await call('PATCH', url, config, {
        headers: APPLY,
        query: { fieldManager: manager, ...(force && { force: 'true' }) },
      });
      const next = applied(state, manager, configTree(config), force);
      if (Array.isArray(next)) {
        expect([status, (body as Status).details?.causes?.length], where).toEqual([409, next.length]);
        continue;
      }
      const bare = [...(next as State).live.keys()].some(
        (path) => /containers\/\[\w+\]$/.test(path) && !(next as State).live.has(`${path}/image`),
      );
      // Whoever set the image last took it away from an item that others still want.
      expect(status, `${where}: ${(body as Status).message}`).toBe(bare ? 422 : status < 300 ? status : 200);
      if (!bare) state = next as State;
    }
    const live = await ok('GET', url);
    expect(Object.fromEntries([...flatten(modelled(live))].sort()), where).toEqual(Object.fromEntries([...state.live].sort()));
    expect(ownersOf(live, new Set(state.live.keys())), where).toEqual(sortedOwners(state));
  }
}

/** Keyed lists in one order, empty containers gone: where nothing is left says nothing. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map(normal);
    const named = items.every((item) => typeof item === 'object' && item !== null && 'name' in item);
    return named ? items.sort((a, b) => ((a as { name: string }).name < (b as { name: string }).name ? -1 : 1)) : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, normal(inner)] as const);
  return Object.fromEntries(entries.filter(([, inner]) => typeof inner !== 'object' || inner === null || Object.keys(inner).length > 0));
}

function podOf(random: Chance): Tree {
  return {
    metadata: { labels: mapOf(random, KEYS) },
    spec: {
      ...(random.once(2) && { hostname: random.pick(['h1', 'h2']) }),
      containers: random.some(['main', 'side', 'more']).map((name) => containerOf(random, name)),
    },
  };
}

const parsed = (tree: Tree): Tree => JSON.parse(JSON.stringify(tree)) as Tree;

describe('merges', () => {
  it(
    `of server-side apply agree with the reference: ${HISTORIES} histories`,
    async () => {
      for (let seed = 1; seed <= HISTORIES; seed += 1) await playApply(seed);
    },
    120_000 + HISTORIES * 1000,
  );

  it('of three sides agree with the reference, strategic and as JSON merge patches', () => {
    for (let seed = 1; seed <= HISTORIES * 20; seed += 1) {
      const random = chance(seed);
      const [original, modified, current] = [parsed(podOf(random)), parsed(podOf(random)), parsed(podOf(random))] as const;
      const patched = applyStrategicPatch(current, strategicPatch(original, modified, current), structOf('Pod'));
      expect(normal(patched), `seed ${seed}`).toEqual(normal(threeWay(original, modified, current)));
      const labels = (tree: Tree): Tree => ({ metadata: tree['metadata'] });
      const merged = applyMergePatch(labels(current), jsonMergePatch(labels(original), labels(modified), labels(current)));
      expect(normal(merged), `seed ${seed}`).toEqual(normal(threeWay(labels(original), labels(modified), labels(current))));
    }
  });
});
