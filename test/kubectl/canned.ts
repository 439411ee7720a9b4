/** A stand-in server over a few objects, as the one that the golden files were recorded against: it lists, gets and filters,
 *  and answers every write with what was sent. It also keeps what it was asked. */
import type { ApiRequest, ApiResponse, Transport } from '../../src/api/transport.ts';
import { RESOURCES } from '../../src/api/resources.ts';
import { notFound } from '../../src/api/errors.ts';
import { matches, parseSelector } from '../../src/api/selectors.ts';

export type Fixture = { readonly apiVersion: string; readonly kind: string; readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string>; readonly [field: string]: unknown }; readonly [field: string]: unknown };

export interface Canned extends Transport { readonly asked: ApiRequest[] }

export function cannedTransport(objects: readonly Fixture[], respond?: (request: ApiRequest) => ApiResponse | undefined): Canned {
  const asked: ApiRequest[] = [];
  return {
    asked,
    request: async (request) => {
      asked.push(request);
      return respond?.(request) ?? answer(objects, request);
    },
    connect: async () => { throw new Error('the stand-in has no streams'); },
  };
}

const ok = (body: object, status = 200): ApiResponse => ({ status, headers: { 'content-type': 'application/json' }, body });

function answer(objects: readonly Fixture[], request: ApiRequest): ApiResponse {
  if (request.path === '/api' || request.path === '/apis') return ok(discovery(request.path === '/api'));
  if (request.path === '/version') return ok({ gitVersion: 'v1.33.1', major: '1', minor: '33' });
  const match = /^\/(?:api\/(v1)|apis\/([^/]+\/[^/]+))(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?/.exec(request.path);
  if (match === null) return refusal('the server could not find the requested resource');
  const [, core, grouped, namespace, plural = '', name] = match;
  const apiVersion = core ?? grouped ?? '';
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const resource = RESOURCES.find((r) => r.group === group && r.version === version && r.plural === plural);
  if (resource === undefined) return refusal('the server could not find the requested resource');
  if (request.method === 'POST') return ok(request.body as object, 201);
  const all = objects.filter((o) => o.kind === resource.kind && o.apiVersion === apiVersion && (namespace === undefined || o.metadata.namespace === namespace));
  if (name !== undefined) {
    const found = all.find((o) => o.metadata.name === name);
    return found === undefined ? { status: 404, headers: {}, body: notFound(resource, name).status } : ok(found);
  }
  const query = new Map(request.query ?? []);
  const selector = parseSelector(query.get('labelSelector') ?? '');
  const items = all.filter((o) => matches(selector, o.metadata.labels ?? {}) && fieldsMatch(o, query.get('fieldSelector') ?? ''));
  return ok({ apiVersion, kind: `${resource.kind}List`, metadata: { resourceVersion: '5000' }, items });
}

/** The recorded stand-in found the events of "web" for everything whose name begins with it. */
export function fieldsMatch(object: Fixture, selector: string): boolean {
  const node = /spec\.nodeName=([^,]*)/.exec(selector)?.[1];
  if (node !== undefined && (object['spec'] as { nodeName?: string } | undefined)?.nodeName !== node) return false;
  const involved = object['involvedObject'] as { kind: string; name: string } | undefined;
  if (involved === undefined) return true;
  const terms = new Map(selector.split(',').map((t) => t.split('=') as [string, string]));
  const name = terms.get('involvedObject.name');
  const kind = terms.get('involvedObject.kind');
  return (name === undefined || name.startsWith(involved.name)) && (kind === undefined || kind === involved.kind);
}

function refusal(message: string): ApiResponse {
  return { status: 404, headers: {}, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'NotFound', message, code: 404 } };
}

function discovery(core: boolean): object {
  const groups = new Map<string, Map<string, object[]>>();
  for (const r of RESOURCES.filter((one) => (one.group === '') === core)) {
    const versions = groups.get(r.group) ?? new Map<string, object[]>();
    groups.set(r.group, versions);
    versions.set(r.version, [...(versions.get(r.version) ?? []), {
      resource: r.plural, singularResource: r.singular, responseKind: { group: r.group, version: r.version, kind: r.kind },
      scope: r.namespaced ? 'Namespaced' : 'Cluster', verbs: r.verbs, shortNames: r.shortNames, categories: r.categories,
      subresources: r.subresources.map((s) => ({ subresource: s.name, verbs: s.verbs, responseKind: { kind: s.kind?.kind ?? r.kind } })),
    }]);
  }
  return {
    kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2',
    items: [...groups].map(([group, versions]) => ({
      metadata: { name: group }, versions: [...versions].map(([version, resources]) => ({ version, freshness: 'Current', resources })),
    })),
  };
}
