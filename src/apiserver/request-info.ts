/** What a path and method ask for: "list pods in default", or a path that is no resource at all.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/endpoints/request/requestinfo.go */
import type { ApiRequest } from '../api/transport.ts';

export type Verb =
  | 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection' | 'post' | 'put' | 'head' | 'options';

export interface RequestInfo {
  readonly isResource: boolean;
  readonly verb: Verb;
  readonly path: string;
  /** "" for the core group. */
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  /** The plural in the path. */
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
  /** What follows the subresource: the path that a proxy passes on. */
  readonly rest: string;
}

const RESOURCE_VERB: Readonly<Record<string, Verb>> = { GET: 'get', HEAD: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/** Parts of a namespace's own path that are subresources of it, not resources inside it. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

export function queryOf(request: ApiRequest, name: string): string | undefined {
  const { query } = request;
  if (query === undefined) return undefined;
  for (const pair of query) if (pair[0] === name) return pair[1];
  return undefined;
}

/** "true", "1" and an empty value are true; so says Go for these parameters. */
export function flagOf(request: ApiRequest, name: string): boolean {
  const value = queryOf(request, name);
  return value !== undefined && value !== 'false' && value !== '0';
}

export const headerOf = (request: ApiRequest, name: string): string | undefined => request.headers?.[name];

function offResource(request: ApiRequest): RequestInfo {
  const verb = request.method.toLowerCase() as Verb;
  return { isResource: false, verb, path: request.path, group: '', version: '', namespace: '', resource: '', subresource: '', name: '', rest: '' };
}

export function requestInfoOf(request: ApiRequest): RequestInfo {
  const parts = request.path.split('/');
  parts.shift();
  if (parts[parts.length - 1] === '') parts.pop();
  const prefix = parts[0];
  if (prefix !== 'api' && prefix !== 'apis') return offResource(request);
  const group = prefix === 'api' ? '' : parts[1];
  const version = prefix === 'api' ? parts[1] : parts[2];
  let rest = parts.slice(prefix === 'api' ? 2 : 3);
  if (group === undefined || version === undefined || rest.length === 0) return offResource(request);
  let watched = false;
  if (rest[0] === 'watch' && rest.length > 1) {
    watched = true;
    rest = rest.slice(1);
  }
  let namespace = '';
  if (rest[0] === 'namespaces' && rest.length > 2 && !NAMESPACE_SUBRESOURCES.has(rest[2] as string)) {
    namespace = decode(rest[1] as string);
    rest = rest.slice(2);
  }
  const [resource = '', name = '', subresource = '', ...beyond] = rest;
  return {
    isResource: true, verb: verbOf(request, name, watched), path: request.path, group, version,
    namespace: resource === 'namespaces' && namespace === '' ? decode(name) : namespace,
    resource, subresource, name: decode(name), rest: beyond.length === 0 ? '' : `/${beyond.join('/')}`,
  };
}

function verbOf(request: ApiRequest, name: string, watched: boolean): Verb {
  const verb = RESOURCE_VERB[request.method] ?? (request.method.toLowerCase() as Verb);
  if (verb === 'get' && (watched || (flagOf(request, 'watch') && name === ''))) return 'watch';
  if (name !== '') return verb === 'get' && flagOf(request, 'watch') ? 'watch' : verb;
  if (verb === 'get') return 'list';
  return verb === 'delete' ? 'deletecollection' : verb;
}

/** Never throws: a path with a broken escape names nothing that exists. */
function decode(part: string): string {
  if (!part.includes('%')) return part;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
