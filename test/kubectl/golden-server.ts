/** A stand-in that answers as the server did over which test/golden/commands-1.33.txt was recorded: it kept fixtures.json and
 *  changed it, made Tables of names only, did not read protobuf and upgraded no connection. It writes down what it was asked, in
 *  the words of the recording. */
import { readFileSync } from 'node:fs';
import { notFound } from '../../src/api/errors.ts';
import { RESOURCES } from '../../src/api/resources.ts';
import type { Resource } from '../../src/api/resource.ts';
import { parseSelector, matches } from '../../src/api/selectors.ts';
import type { ApiRequest, ApiResponse, Connection, Frame, Transport } from '../../src/api/transport.ts';
import { ApiError } from '../../src/api/errors.ts';
import { utf8 } from '../../src/base/bytes.ts';
import type { World } from '../../src/base/world.ts';
import type { Fixture } from './canned.ts';
import { fieldsMatch } from './canned.ts';
import { protobufBytes } from './protobuf-bytes.ts';
import { SCHEMA_OF_POD, discovery, isServed } from './golden-discovery.ts';

export interface GoldenServer extends Transport {
  /** What was asked since the last call. */
  take(): readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

interface Server {
  readonly world: World;
  readonly objects: Fixture[];
  revision: number;
}

export function goldenServer(world: World): GoldenServer {
  const server: Server = {
    world,
    objects: JSON.parse(readFileSync('test/golden/fixtures.json', 'utf8')) as Fixture[],
    revision: FIRST_REVISION,
  };
  const asked: string[] = [];
  return {
    take: () => asked.splice(0),
    request: async (request) => {
      if (!isDiscovery(request)) asked.push(told(request));
      return answer(server, request);
    },
    connect: async (request) => {
      asked.push(told(request));
      if (request.headers?.['upgrade'] !== undefined) throw new ApiError(status(400, 'BadRequest', 'upgrade not supported here'));
      return request.path.endsWith('/log') ? logStream() : watchStream(server, request);
    },
  };
}

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
/** The revision at which c1 was made, less one. */
const FIRST_REVISION = 1034;
const LOG = 'line1\nline2\n';
const WATCH_MS = 1000;

/** The discovery that every command begins with was not written down. */
const isDiscovery = ({ path, query = [] }: ApiRequest): boolean =>
  (path === '/api' || path === '/apis') && query.some(([name]) => name === 'timeout');

function told({ method, path, query = [], headers = {}, body }: ApiRequest): string {
  const pairs = query.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([name, value]) => `${name}=${value}`);
  const url = `${method} ${path}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`;
  if (headers['upgrade'] !== undefined) {
    const names = ['upgrade', 'sec-websocket-protocol', 'x-stream-protocol-version', 'connection'];
    return `UPGRADE ${url} | ${names.map((name) => `${name}=${headers[name] ?? ''}`).join(' | ')}`;
  }
  const accept = headers['accept']?.includes('as=Table') === true ? 'TABLE' : headers['accept'];
  const type = headers['content-type'] ?? '';
  const sent = body === undefined ? '' : ` | ct=${type} | body=${type === PROTOBUF ? bytesText(path, body as Json) : JSON.stringify(body)}`;
  return `${url} | accept=${accept}${sent}`;
}

/** Options of a deletion do not say what they are. */
function bytesText(path: string, body: Json): string {
  const apiVersion = String(body['apiVersion'] ?? (/^\/api\/(v1)|^\/apis\/([^/]+\/[^/]+)/.exec(path) ?? [])[1]);
  return protobufBytes(body, apiVersion, String(body['kind'] ?? 'DeleteOptions')).toString('utf8');
}

const ok = (body: object | string, code = 200): ApiResponse => ({
  status: code,
  headers: { 'content-type': typeof body === 'string' ? 'text/plain' : 'application/json' },
  body,
});

function status(code: number, reason: string, message: string) {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code } as const;
}

const FIXED: Readonly<Record<string, object | string>> = {
  '/api': discovery(true),
  '/apis': discovery(false),
  '/healthz': 'ok',
  '/version': { major: '1', minor: '33', gitVersion: 'v1.33.1', goVersion: 'go1.24.2', platform: 'linux/amd64' },
  '/api/v1': {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: 'v1',
    resources: [{ name: 'pods', kind: 'Pod', namespaced: true, verbs: ['get'] }],
  },
  '/openapi/v3': {
    paths: Object.fromEntries(
      ['api/v1', 'apis/apps/v1', 'apis/batch/v1'].map((path) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=ABC` }]),
    ),
  },
  '/openapi/v3/api/v1': SCHEMA_OF_POD,
};

function answer(server: Server, request: ApiRequest): ApiResponse {
  const { path, method, headers = {} } = request;
  const fixed = FIXED[path];
  if (fixed !== undefined) return ok(fixed);
  if (request.body !== undefined && headers['content-type'] === PROTOBUF) {
    return ok(
      status(
        415,
        'UnsupportedMediaType',
        'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml',
      ),
      415,
    );
  }
  const target = targetOf(path);
  if (target === undefined) return ok(status(404, 'NotFound', 'the server could not find the requested resource'), 404);
  if (target.name === undefined) return method === 'POST' ? created(server, target, request) : listed(server, target, request);
  const at = server.objects.findIndex((each) => isOf(target)(each) && each.metadata.name === target.name);
  const found = server.objects[at];
  if (target.subresource === 'log') return ok(LOG);
  if (found === undefined) return absent(server, target, request);
  if (method === 'GET') return ok(wantsTable(request) ? tableOf(server, [found]) : found);
  if (method === 'DELETE') {
    server.objects.splice(at, 1);
    return ok({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' });
  }
  return changed(server, at, target, request);
}

interface Target {
  readonly resource: Pick<Resource, 'group' | 'version' | 'plural' | 'kind'>;
  readonly apiVersion: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

function targetOf(path: string): Target | undefined {
  const [, core, grouped, namespace, plural, name, subresource] =
    /^\/(?:api\/(v1)|apis\/([^/]+\/[^/]+))(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path) ?? [];
  const apiVersion = core ?? grouped ?? '';
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const resource = [...RESOURCES, ...METRICS].find(
    (one) => one.group === group && one.version === version && one.plural === plural && (!('shortNames' in one) || isServed(one)),
  );
  return (
    resource && {
      resource,
      apiVersion,
      ...(namespace !== undefined && { namespace }),
      ...(name !== undefined && { name }),
      ...(subresource !== undefined && { subresource }),
    }
  );
}

const METRICS = [
  { group: 'metrics.k8s.io', version: 'v1beta1', plural: 'pods', kind: 'PodMetrics' },
  { group: 'metrics.k8s.io', version: 'v1beta1', plural: 'nodes', kind: 'NodeMetrics' },
] as const;

const isOf =
  ({ resource, apiVersion, namespace }: Target) =>
  (object: Fixture): boolean =>
    object.kind === resource.kind &&
    object.apiVersion === apiVersion &&
    (namespace === undefined || object.metadata.namespace === namespace);

const wantsTable = ({ headers }: ApiRequest): boolean => headers?.['accept']?.includes('as=Table') === true;

/** The stand-in knew one column besides the name: everything was five days old. */
function tableOf(server: Server, objects: readonly Fixture[]): object {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: '5000' },
    columnDefinitions: ['Name', 'Age'].map((name) => ({ name, type: 'string', format: '', description: '', priority: 0 })),
    rows: objects.map((object) => ({ cells: [object.metadata.name, '5d'], object })),
  };
}

function listed(server: Server, target: Target, request: ApiRequest): ApiResponse {
  const query = new Map(request.query);
  const selector = parseSelector(query.get('labelSelector') ?? '');
  const fields = query.get('fieldSelector') ?? '';
  const named = /metadata\.name=([^,]*)/.exec(fields)?.[1];
  const items = server.objects.filter(
    (object) =>
      isOf(target)(object) &&
      matches(selector, object.metadata.labels ?? {}) &&
      fieldsMatch(object, fields) &&
      (named === undefined || object.metadata.name === named),
  );
  if (wantsTable(request)) return ok(tableOf(server, items));
  return ok({ apiVersion: target.apiVersion, kind: `${target.resource.kind}List`, metadata: { resourceVersion: '5000' }, items });
}

function stamped(server: Server, object: Fixture): Fixture {
  server.revision += 1;
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(server.revision) } };
}

function created(server: Server, { namespace, resource, apiVersion }: Target, request: ApiRequest): ApiResponse {
  const body = request.body as Fixture;
  const place = namespace === undefined ? {} : { namespace };
  const made = stamped(server, {
    ...body,
    apiVersion,
    kind: resource.kind,
    metadata: { ...body.metadata, ...place, uid: 'u', creationTimestamp: rfc3339Milli(server.world.clock.now()) },
  });
  const at = server.objects.findIndex(
    (one) => one.kind === made.kind && one.metadata.name === made.metadata.name && one.metadata.namespace === made.metadata.namespace,
  );
  server.objects.splice(at < 0 ? server.objects.length : at, 1, made);
  return ok(made, 201);
}

const rfc3339Milli = (ms: number): string => new Date(ms).toISOString();

/** What is applied is made where it is not there. */
function absent(server: Server, target: Target, request: ApiRequest): ApiResponse {
  if (request.method === 'PATCH' && request.headers?.['content-type'] === 'application/apply-patch+yaml')
    return created(server, target, request);
  return { status: 404, headers: {}, body: notFound(target.resource, target.name ?? '').status };
}

/** Every patch was merged as JSON is, whatever it said that it was, and dry runs too; operations changed the revision only. */
function changed(server: Server, at: number, { subresource }: Target, { method, body }: ApiRequest): ApiResponse {
  const before = server.objects[at]!;
  const patch = Array.isArray(body) ? {} : (body as Json);
  if (subresource === 'scale') return ok({ apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: before.metadata, spec: patch['spec'] });
  const after = stamped(server, method === 'PUT' ? ({ ...before, ...patch } as Fixture) : (merged(before, patch) as Fixture));
  server.objects[at] = after;
  return ok(after);
}

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

function merged(before: unknown, patch: unknown): unknown {
  if (!isJson(patch)) return patch;
  const result: Record<string, unknown> = isJson(before) ? { ...before } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else if (!key.startsWith('$')) result[key] = merged(result[key], value);
  }
  return result;
}

function logStream(): Connection {
  const frames = (async function* (): AsyncGenerator<Frame> {
    yield { type: 'bytes', channel: 1, bytes: utf8(LOG) };
  })();
  return { frames, send: () => undefined, close: () => undefined };
}

/** Watches saw nothing and ended soon. */
function watchStream({ world }: Server, _request: ApiRequest): Connection {
  const frames = (async function* (): AsyncGenerator<Frame> {
    await world.clock.sleep(WATCH_MS);
  })();
  return { frames, send: () => undefined, close: () => undefined };
}
