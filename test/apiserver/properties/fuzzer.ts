/** Plays random requests against an apiserver of its own and tells what must never happen: an exception that is no answer, a
 *  refusal without a Status, a refusal that wrote, an object in the store that is not whole. */
import { DEFAULT_POD } from './samples.ts';
import { utf8 } from '../../../src/base/bytes.ts';
import { apiVersionOf } from '../../../src/api/resources.ts';
import type { Resource } from '../../../src/api/resource.ts';
import type { ApiRequest, ApiResponse, Method } from '../../../src/api/transport.ts';
import type { KubeObject, Status } from '../../../src/api/object.ts';
import { TransportError } from '../../../src/api/transport.ts';
import { ApiError } from '../../../src/api/errors.ts';
import type { Chance } from './chance.ts';
import { chance } from './chance.ts';
import { NAMES, objectFor, put, wild } from './random-objects.ts';
import type { TestServer } from '../support.ts';
import { testServer } from '../support.ts';

/** Requests that one server gets, so that a failure is found again by its seed alone. */
export const BLOCK = 500;

export interface Finding {
  readonly seed: number;
  readonly at: number;
  readonly what: string;
  readonly request: string;
}

const METHODS: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
const TYPES = [
  'application/json',
  'application/yaml',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/json-patch+json',
  'application/apply-patch+yaml',
  'application/vnd.kubernetes.protobuf',
  'text/plain',
  '',
] as const;
const ACCEPTS = [
  'application/json',
  '*/*',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  'application/yaml',
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json',
  'image/png',
  ';;,',
  'application/json;as=Table;v=v9;g=meta.k8s.io',
] as const;
const QUERIES: Readonly<Record<string, readonly string[]>> = {
  dryRun: ['All', 'None', ''],
  fieldManager: ['m', 'n', '', 'x'.repeat(200), '\u0001'],
  fieldValidation: ['Strict', 'Warn', 'Ignore', 'Odd'],
  force: ['true', 'false', '1'],
  limit: ['1', '2', '0', '-1', 'x', '1e3', '99999999999999999999'],
  continue: ['x', 'e30', 'eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6LTEsInN0YXJ0IjoiYSJ9', ''],
  resourceVersion: ['0', '1', '5', '99999999', '-1', 'x', ''],
  resourceVersionMatch: ['Exact', 'NotOlderThan', 'x'],
  labelSelector: ['app=web', 'a in (b,c)', '!x', 'a=', '((', 'a in (', '__proto__', 'constructor=x', ','],
  fieldSelector: ['metadata.name=a', 'spec.nodeName!=x', 'x=y', '=', 'a'],
  propagationPolicy: ['Orphan', 'Foreground', 'Background', 'x'],
  gracePeriodSeconds: ['0', '5', '-1', 'x'],
  includeObject: ['None', 'Object', 'Metadata', 'x'],
  pretty: ['true'],
  timeoutSeconds: ['1', 'x'],
  container: ['c'],
  watch: ['0'],
};
const STRAYS = [
  '/',
  '/api',
  '/apis',
  '/version',
  '/openapi/v2',
  '/openapi/v3',
  '/openapi/v3/api/v1',
  '/healthz',
  '/metrics',
  '/apis/apps',
  '/apis/apps/v1',
  '/api/v1',
  '/apis/none/v1/x',
  '/api/v1/namespaces/default/none',
  '/api/v1/namespaces//pods',
  '/api/v1/namespaces/%zz/pods',
  '//',
  '/api/v1/pods/a',
  '/api/v1/namespaces/default/pods/a/b/c/d',
  '/api/v1/watch',
  '/apis/apps/v1/__proto__',
  '/api/__proto__/pods',
  '/logs',
  '/openid/v1/jwks',
  '',
] as const;

export function randomRequest(random: Chance, kinds: TestServer['server']['kinds']): ApiRequest {
  const { resource, schema } = random.pick(random.once(3) ? kinds.all : kinds.all.filter((kind) => COMMON.has(kind.resource.plural)));
  const method = random.pick(METHODS);
  const query: (readonly [string, string])[] = [];
  for (const key in QUERIES) if (random.once(14)) query.push([key, random.pick(QUERIES[key] as readonly string[])]);
  if (method === 'PATCH' && random.once(2)) query.push(['fieldManager', random.pick(['m', 'n'])]);
  const headers: Record<string, string> = { 'user-agent': random.pick(['tester/1', '', 'x'.repeat(200)]) };
  const type = method === 'PATCH' ? random.pick(TYPES.slice(2, 6)) : random.once(4) ? random.pick(TYPES) : 'application/json';
  headers['content-type'] = type;
  if (random.once(4)) headers['accept'] = random.pick(ACCEPTS);
  if (random.once(60)) headers['impersonate-user'] = random.pick(['jane', '', 'system:serviceaccount:a:b', 'system:serviceaccount:']);
  const path = random.once(25) ? random.pick(STRAYS) : pathOf(random, resource, method);
  const body = method === 'GET' || method === 'HEAD' ? undefined : bodyOf(random, resource, type, () => objectFor(schema, random, 4));
  return { method, path, query, headers, ...(body !== undefined && { body }) };
}

const COMMON = new Set([
  'pods',
  'deployments',
  'configmaps',
  'services',
  'namespaces',
  'secrets',
  'jobs',
  'customresourcedefinitions',
  'statefulsets',
]);

function pathOf(random: Chance, resource: Resource, method: Method): string {
  const root = `${resource.group === '' ? '/api' : '/apis'}/${apiVersionOf(resource)}`;
  const namespace =
    resource.namespaced && !random.once(12) ? `/namespaces/${random.pick(['default', 'default', 'kube-system', 'none'])}` : '';
  const named = method === 'POST' ? random.once(8) : !random.once(5);
  const name = named ? `/${random.pick([...NAMES, ...NAMES, '%2e', '__proto__'])}` : '';
  const subresources = [...resource.subresources.map((sub) => sub.name), 'status', 'none', '__proto__'].filter((sub) => !STREAMS.has(sub));
  return `${root}${namespace}/${resource.plural}${name}${named && random.once(5) ? `/${random.pick(subresources)}` : ''}`;
}

/** What needs somebody at the other end. */
const STREAMS = new Set(['exec', 'attach', 'portforward', 'log', 'proxy']);

function bodyOf(random: Chance, resource: Resource, type: string, make: () => Record<string, unknown>): object | Uint8Array | undefined {
  if (random.once(30)) return undefined;
  const value = valueOf(random, resource, type, make);
  if (random.once(6)) return utf8(broken(random, JSON.stringify(value)));
  if (random.once(4)) return utf8(JSON.stringify(value));
  return typeof value === 'object' && value !== null ? value : utf8(JSON.stringify(value));
}

/** Text that is no longer quite what it was. */
function broken(random: Chance, text: string): string {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + random.pick(['', '"', '{', ',', '\n- ', ': ', '&a *a', '\t', '\\u12']) + text.slice(at + random.below(3));
}

function valueOf(random: Chance, resource: Resource, type: string, make: () => Record<string, unknown>): unknown {
  if (random.once(8)) return wild(random);
  if (type === 'application/json-patch+json') {
    return Array.from({ length: random.below(4) }, () => ({
      op: random.pick(['add', 'remove', 'replace', 'move', 'copy', 'test', 'odd']),
      value: wild(random, 2),
      from: random.pick(['/spec', '/metadata/labels', '']),
      path: random.pick([
        '/metadata/labels/a',
        '/spec/replicas',
        '/spec',
        '',
        '/metadata',
        '/data/__proto__',
        '/spec/containers/0',
        '/spec/containers/-',
        'x',
        '/metadata/name',
        '/__proto__/a',
      ]),
    }));
  }
  const object = random.once(3) && resource.plural === 'pods' ? (structuredClone(DEFAULT_POD) as Record<string, unknown>) : make();
  object['apiVersion'] = random.once(20) ? 'v9' : apiVersionOf(resource);
  object['kind'] = random.once(20) ? 'Odd' : resource.kind;
  const metadata: Record<string, unknown> = { name: random.pick(NAMES) };
  if (random.once(2)) metadata['labels'] = { app: 'web' };
  if (random.once(5)) metadata['generateName'] = random.pick(['web-', 'X', 'w'.repeat(80)]);
  if (random.once(9)) metadata['finalizers'] = [random.pick(['a/b', 'orphan', 'odd'])];
  if (random.once(9))
    put(
      metadata,
      random.pick(['annotations', 'ownerReferences', 'managedFields', 'uid', 'resourceVersion', '__proto__', 'creationTimestamp']),
      wild(random, 2),
    );
  if (!random.once(12)) object['metadata'] = metadata;
  if (random.once(6)) put(object, random.pick(['spec', 'status', 'data', 'metadata', '__proto__', 'constructor']), wild(random));
  return object;
}

/** Plays `count` requests of the seed's block; a finding names the request that made it. */
export async function fuzz(seed: number, count: number): Promise<Finding[]> {
  const findings: Finding[] = [];
  const random = chance(seed);
  const { server, lone, etcd } = await testServer({ admission: undefined as never });
  const transport = server.transport();
  for (let at = 0; at < count; at += 1) {
    const request = randomRequest(random, server.kinds);
    const before = etcd.revision;
    const found = (what: string): void => void findings.push({ seed, at, what, request: show(request) });
    try {
      const response = await lone.drive(transport.request(request));
      const fault = faultOf(response);
      if (fault !== undefined) found(fault);
      if (response.status >= 400 && etcd.revision !== before && !MAY_WRITE.test(request.path))
        found(`a refusal wrote: ${message(response)}`);
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof TransportError))
        found(`threw ${error instanceof Error ? `${error.message}\n${error.stack}` : String(error)}`);
    }
    for (const what of unwhole(etcd, before)) found(what);
    if (random.once(40)) await lone.advance(random.below(20_000));
  }
  return findings;
}

/** An eviction spends its budget before it deletes. */
const MAY_WRITE = /\/eviction$|customresourcedefinitions|apiservices/;

const message = ({ body }: ApiResponse): string => (body as Status).message ?? '';

const show = ({ method, path, query, headers, body }: ApiRequest): string =>
  `${method} ${path}?${(query ?? []).map((pair) => pair.join('=')).join('&')} ${headers?.['content-type']} ${body instanceof Uint8Array ? new TextDecoder().decode(body) : JSON.stringify(body)}`;

function faultOf({ status, headers, body }: ApiResponse): string | undefined {
  if (!Number.isInteger(status) || status < 100 || status > 599) return `status ${status}`;
  if (status < 400) return undefined;
  if (headers['content-type']?.startsWith('text/plain')) return typeof body === 'string' ? undefined : 'text that is none';
  const said = body as Partial<Status>;
  if (said.kind !== 'Status' || said.status !== 'Failure' || said.code !== status || typeof said.message !== 'string')
    return `no Status: ${JSON.stringify(body)}`;
  if (status >= 500 && status !== 503 && status !== 504 && !EXPECTED.test(said.message)) return `${status} ${said.message}`;
  return JSON.stringify(body) === undefined ? 'no JSON' : undefined;
}

const EXPECTED = /failed to create typed patch object|should not be set on objects to be created|without impersonating|more than one PodDisruptionBudget/;

/** What was stored since the revision and is not whole. */
function unwhole(etcd: TestServer['etcd'], since: number): readonly string[] {
  const out: string[] = [];
  if (etcd.revision === since) return out;
  for (const { key, value, modRevision } of etcd.range('/registry/').kvs) {
    if (modRevision <= since) continue;
    const { metadata, kind, apiVersion } = value as KubeObject;
    if (!kind || !apiVersion || !metadata?.name || !metadata.uid || !metadata.creationTimestamp)
      out.push(`not whole: ${key} ${JSON.stringify(value)}`);
    else if (metadata.resourceVersion !== String(modRevision)) out.push(`revision of ${key}: ${metadata.resourceVersion}, ${modRevision}`);
    else if (!key.endsWith(`/${metadata.namespace ? `${metadata.namespace}/` : ''}${metadata.name}`))
      out.push(`key ${key} of ${metadata.namespace}/${metadata.name}`);
    else if (Object.getPrototypeOf(metadata) !== Object.prototype) out.push(`prototype of ${key}`);
  }
  return out;
}
