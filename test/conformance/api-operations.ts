/** What the conformance tests called "API operations" ask of every kind: create, read, list, watch, patch, update, the status
 *  subresource, delete and delete as a collection. */
import { expect } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { resourcePath } from '../../src/api/resources.ts';
import type { Resource } from '../../src/api/resource.ts';
import { MERGE, testServer } from '../apiserver/support.ts';
import type { TestServer } from '../apiserver/support.ts';

export interface Operations {
  readonly resource: Resource;
  /** Without a name; `spec` and whatever else the kind wants. */
  readonly object: object;
  /** A merge patch to the status, and the field of the status that it sets. */
  readonly status?: object;
  /** A merge patch beside the annotation, where the kind lets something change. */
  readonly change?: object;
}

const named = (resource: Resource, object: object, name: string): object => ({
  apiVersion: resource.group === '' ? resource.version : `${resource.group}/${resource.version}`,
  kind: resource.kind,
  ...object,
  metadata: { ...(object as KubeObject).metadata, name, labels: { suite: 'conformance' } },
});

export async function apiOperations({ resource, object, status, change = {} }: Operations): Promise<void> {
  const server = await testServer();
  const { ok, watch, refused, lone } = server;
  await isDiscovered(server, resource);
  const url = resourcePath(resource, 'default');
  const selected = { query: { labelSelector: 'suite=conformance' } };
  const names = async (at = url): Promise<unknown[]> =>
    (await ok<{ items: KubeObject[] }>('GET', at, undefined, selected)).items.map(({ metadata }) => metadata?.name);
  const seen = await watch(url, { labelSelector: 'suite=conformance' });

  const made = await ok('POST', url, named(resource, object, 'a'));
  await ok('POST', url, named(resource, object, 'b'));
  await ok('POST', url, named(resource, object, 'c'));
  expect(await ok('GET', `${url}/a`)).toEqual(made);
  expect(await names()).toEqual(['a', 'b', 'c']);
  expect(await names(resourcePath(resource))).toEqual(['a', 'b', 'c']);

  const patched = await ok('PATCH', `${url}/a`, { metadata: { annotations: { patched: 'true' } }, ...change }, { headers: MERGE });
  expect(patched).toMatchObject({ metadata: { annotations: { patched: 'true' } }, ...change });
  const updated = await ok('PUT', `${url}/a`, { ...patched, metadata: { ...patched.metadata, annotations: { updated: 'true' } } });
  expect(updated.metadata?.annotations).toEqual({ updated: 'true' });
  if (status !== undefined) await statusOperations(server, `${url}/a`, status);

  await ok('DELETE', `${url}/a`);
  expect(await refused('GET', `${url}/a`)).toMatch(/^404 NotFound: .* "a" not found$/);
  await ok('DELETE', url, undefined, selected);
  expect(await names()).toEqual([]);
  await lone.advance(1);
  const told = seen.events.filter((event) => event.object.metadata?.name === 'a').map(({ type }) => type);
  expect(told).toEqual(['ADDED', 'MODIFIED', 'MODIFIED', ...(status === undefined ? [] : ['MODIFIED', 'MODIFIED']), 'DELETED']);
}

async function isDiscovered({ ok }: TestServer, { group, version, plural, kind }: Resource): Promise<void> {
  const root = group === '' ? '/api' : `/apis/${group}`;
  if (group !== '') {
    const groups = await ok<{ groups: { name: string; versions: { version: string }[] }[] }>('GET', '/apis');
    expect(groups.groups.find(({ name }) => name === group)?.versions.map((each) => each.version)).toContain(version);
  }
  const { resources } = await ok<{ resources: { name: string; kind: string }[] }>('GET', `${root}/${version}`);
  expect(resources.find(({ name }) => name === plural)?.kind).toBe(kind);
}

/** A patch and an update of the status change it and nothing else; on the main resource they change nothing of it. */
async function statusOperations({ ok }: TestServer, url: string, status: object): Promise<void> {
  const before = await ok<KubeObject & { spec?: object }>('GET', url);
  const patched = await ok<KubeObject & { spec?: object; status?: object }>(
    'PATCH',
    `${url}/status`,
    { metadata: { annotations: { status: 'patched' } }, status },
    { headers: MERGE },
  );
  expect(patched).toMatchObject({ metadata: { annotations: { status: 'patched' } }, status });
  expect(patched.spec).toEqual(before.spec);
  expect(await ok('GET', `${url}/status`)).toEqual(patched);
  const updated = await ok<typeof patched>('PUT', `${url}/status`, {
    ...patched,
    metadata: { ...patched.metadata, annotations: { status: 'updated' } },
  });
  expect([updated.metadata?.annotations, updated.status]).toEqual([{ status: 'updated' }, patched.status]);
  const ignored = await ok<typeof patched>('PUT', url, { ...updated, status: {} });
  expect(ignored.status).toEqual(updated.status);
}
