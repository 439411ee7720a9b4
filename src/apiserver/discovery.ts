/** What the server serves, in the three forms that clients ask for: aggregated v2, aggregated v2beta1 and the legacy lists.
 *  Made from the resource table; made again when a CRD adds or takes rows.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/endpoints/discovery */
import { sha256Hex } from '../base/hash.ts';
import type { Resource, Subresource } from '../api/resource.ts';
import type { ApiRequest, ApiResponse } from '../api/transport.ts';
import type { AggregatedVersion, Aggregator } from './aggregator.ts';
import type { Kinds } from './kinds.ts';
import { headerOf } from './request-info.ts';

export interface Discovery { answer(request: ApiRequest, parts: readonly string[]): ApiResponse | undefined }

/** Aggregated discovery tells groups by the priority of their APIService; the table stands in that order already. */
function groupsOf(kinds: Kinds): Map<string, Map<string, Resource[]>> {
  const groups = new Map<string, Map<string, Resource[]>>();
  for (const { resource } of kinds.all) {
    const versions = groups.get(resource.group) ?? new Map<string, Resource[]>();
    groups.set(resource.group, versions);
    const list = versions.get(resource.version) ?? [];
    versions.set(resource.version, list);
    list.push(resource);
  }
  return groups;
}

type Versions = Map<string, Resource[]>;

const responseKind = ({ group, version, kind }: { readonly group: string; readonly version: string; readonly kind: string }): object => ({ group, version, kind });

function aggregatedResource(resource: Resource): object {
  return {
    resource: resource.plural, responseKind: responseKind(resource), scope: resource.namespaced ? 'Namespaced' : 'Cluster', singularResource: resource.singular,
    verbs: resource.verbs,
    ...(resource.shortNames.length > 0 && { shortNames: resource.shortNames }),
    ...(resource.categories.length > 0 && { categories: resource.categories }),
    ...(resource.subresources.length > 0 && {
      subresources: resource.subresources.map((sub) => ({ subresource: sub.name, responseKind: responseKind(sub.kind ?? resource), verbs: sub.verbs })),
    }),
  };
}

const byPlural = (a: Resource, b: Resource): number => (a.plural < b.plural ? -1 : 1);

const aggregatedGroup = (name: string, versions: Versions): object => ({
  metadata: name === '' ? { creationTimestamp: null } : { name, creationTimestamp: null },
  versions: [...versions].map(([version, resources]) => ({ version, resources: [...resources].sort(byPlural).map(aggregatedResource), freshness: 'Current' })),
});

/** A group of another server; what does not answer is told with what it last offered. */
const foreignGroup = (name: string, versions: readonly AggregatedVersion[]): object => ({
  metadata: { name, creationTimestamp: null },
  versions: versions.map(({ group, version, resources, available }) => ({
    version,
    resources: resources.filter((each) => !each.name.includes('/')).map((each) => ({
      resource: each.name, responseKind: { group, version, kind: each.kind }, scope: each.namespaced ? 'Namespaced' : 'Cluster', singularResource: each.singularName, verbs: each.verbs,
      ...(each.shortNames && { shortNames: each.shortNames }), ...(each.categories && { categories: each.categories }),
    })),
    freshness: available ? 'Current' : 'Stale',
  })),
});

const versionOf = (group: string, version: string): object => ({ groupVersion: `${group}/${version}`, version });

function legacyGroup(name: string, versions: Versions): object {
  const all = [...versions.keys()].map((version) => versionOf(name, version));
  return { name, versions: all, preferredVersion: all[0] };
}

function legacyResources(groupVersion: string, resources: readonly Resource[]): object {
  const entry = (resource: Resource, sub?: Subresource): object => {
    const kind = sub?.kind ?? resource;
    const foreign = kind.group !== resource.group || kind.version !== resource.version;
    return {
      name: sub ? `${resource.plural}/${sub.name}` : resource.plural, singularName: sub ? '' : resource.singular, namespaced: resource.namespaced,
      ...(foreign && { group: kind.group, version: kind.version }), kind: kind.kind, verbs: sub?.verbs ?? resource.verbs,
      ...(!sub && resource.shortNames.length > 0 && { shortNames: resource.shortNames }),
      ...(!sub && resource.categories.length > 0 && { categories: resource.categories }),
    };
  };
  const entries = [...resources].sort(byPlural).flatMap((resource) => [entry(resource), ...resource.subresources.map((sub) => entry(resource, sub))]);
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: entries };
}

/** The first form that the client accepts and that we speak. */
function aggregatedVersion(request: ApiRequest): 'v2' | 'v2beta1' | undefined {
  for (const item of (headerOf(request, 'accept') ?? '').split(',')) {
    const parameters = item.split(';').map((part) => part.trim());
    if (parameters[0] !== 'application/json') continue;
    if (!parameters.includes('as=APIGroupDiscoveryList')) return undefined;
    if (!parameters.includes('g=apidiscovery.k8s.io')) continue;
    if (parameters.includes('v=v2')) return 'v2';
    if (parameters.includes('v=v2beta1')) return 'v2beta1';
  }
  return undefined;
}

export function createDiscovery(kinds: Kinds, aggregator: Aggregator, address: string): Discovery {
  let made = '';
  let groups = groupsOf(kinds);
  let answers = new Map<string, ApiResponse>();

  /** Groups that only other servers serve, in the order of their priority. */
  const foreign = (): readonly string[] => [...new Set(aggregator.all.map(({ group }) => group))].filter((name) => !groups.has(name));

  function foreignLegacyGroup(name: string): object {
    const all = aggregator.all.filter(({ group }) => group === name).map(({ group, version }) => versionOf(group, version));
    return { name, versions: all, preferredVersion: all[0] };
  }

  /** What another server said of itself; 503 while it does not answer. */
  function foreignAnswer(group: string, version: string | undefined): ApiResponse | undefined {
    if (!foreign().includes(group)) return undefined;
    if (version === undefined) return { status: 200, headers: { 'content-type': 'application/json' }, body: { kind: 'APIGroup', apiVersion: 'v1', ...foreignLegacyGroup(group) } };
    const found = aggregator.find(group, version);
    if (found === undefined) return undefined;
    if (!found.available) return { status: 503, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'service unavailable\n' };
    const body = { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: `${group}/${version}`, resources: found.resources };
    return { status: 200, headers: { 'content-type': 'application/json' }, body };
  }

  function remembered(key: string, type: string, make: () => object): ApiResponse {
    const known = answers.get(key);
    if (known) return known;
    const body = make();
    const response: ApiResponse = {
      status: 200, body, headers: { 'content-type': type, vary: 'Accept', etag: `"${sha256Hex(JSON.stringify(body)).slice(0, 32).toUpperCase()}"` },
    };
    answers.set(key, response);
    return response;
  }

  function aggregated(core: boolean, version: string): ApiResponse {
    return remembered(`${core}/${version}`, `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`, () => ({
      kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${version}`, metadata: {},
      items: [
        ...[...groups].filter(([name]) => (name === '') === core).map(([name, versions]) => aggregatedGroup(name, versions)),
        ...(core ? [] : foreign().map((name) => foreignGroup(name, aggregator.all.filter(({ group }) => group === name)))),
      ],
    }));
  }

  function legacy(parts: readonly string[]): ApiResponse | undefined {
    const [root, group, version] = parts;
    const make = (body: object): ApiResponse => remembered(parts.join('/'), 'application/json', () => body);
    if (root === 'api') {
      if (group === undefined) {
        return make({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }] });
      }
      const resources = groups.get('')?.get(group);
      return resources && parts.length === 2 ? make(legacyResources(group, resources)) : undefined;
    }
    if (group === undefined) {
      const own = [...groups].filter(([name]) => name !== '').map(([name, versions]) => legacyGroup(name, versions));
      const list = [...own, ...foreign().map(foreignLegacyGroup)];
      return make({ kind: 'APIGroupList', apiVersion: 'v1', groups: list });
    }
    const versions = groups.get(group);
    if (versions === undefined) return parts.length <= 3 ? foreignAnswer(group, version) : undefined;
    if (version === undefined) return make({ kind: 'APIGroup', apiVersion: 'v1', ...legacyGroup(group, versions) });
    const resources = versions.get(version);
    return resources && parts.length === 3 ? make(legacyResources(`${group}/${version}`, resources)) : undefined;
  }

  return {
    answer(request, parts) {
      const now = `${kinds.generation}/${aggregator.generation}`;
      if (made !== now) {
        made = now;
        groups = groupsOf(kinds);
        answers = new Map();
      }
      const version = parts.length === 1 ? aggregatedVersion(request) : undefined;
      const response = version === undefined ? legacy(parts) : aggregated(parts[0] === 'api', version);
      if (response === undefined) return undefined;
      const { etag = '' } = response.headers;
      return headerOf(request, 'if-none-match') === etag && etag !== '' ? { status: 304, headers: response.headers, body: '' } : response;
    },
  };
}
