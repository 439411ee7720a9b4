/** Which resources the server has and how people name them: read from the server, once a command (and kept for a while
 *  by kubectl.ts, as real kubectl keeps it in ~/.kube/cache).
 *  Upstream: staging/src/k8s.io/client-go/restmapper/{discovery,shortcut}.go */
import type { Rest } from './rest.ts';
import { CommandError } from './errors.ts';
import { type Obj, list, str } from './obj.ts';

export interface Mapping {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources: readonly { readonly name: string; readonly kind: string; readonly verbs: readonly string[] }[];
}

export interface Discovery {
  readonly all: readonly Mapping[];
  /** Groups and versions in the server's order: "v1", "apps/v1". */
  readonly groupVersions: readonly string[];
}

const ACCEPT_AGGREGATED =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,' +
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

/** `timeout`: as each command asks first; without, as a typed client does. */
export async function discover(rest: Rest, timeout = true): Promise<Discovery> {
  const all: Mapping[] = [];
  const groupVersions: string[] = [];
  for (const path of ['/api', '/apis']) {
    const body = await rest.json('GET', path, { accept: ACCEPT_AGGREGATED, query: timeout ? [['timeout', '32s']] : [] });
    if (body.kind === 'APIGroupDiscoveryList') addAggregated(body, all, groupVersions);
    else await addLegacy(rest, body, all, groupVersions);
  }
  return { all, groupVersions };
}

function addAggregated(body: Obj, all: Mapping[], groupVersions: string[]): void {
  for (const item of list(body, 'items')) {
    const group = str(item, 'metadata', 'name');
    for (const version of list(item, 'versions')) {
      const v = str(version, 'version');
      // Its server does not answer now.
      if (str(version, 'freshness') === 'Stale') continue;
      groupVersions.push(group === '' ? v : `${group}/${v}`);
      for (const r of list(version, 'resources')) {
        all.push({
          group,
          version: v,
          resource: str(r, 'resource'),
          singular: str(r, 'singularResource') || str(r, 'responseKind', 'kind').toLowerCase(),
          kind: str(r, 'responseKind', 'kind'),
          namespaced: str(r, 'scope') === 'Namespaced',
          shortNames: list(r, 'shortNames') as string[],
          categories: list(r, 'categories') as string[],
          verbs: list(r, 'verbs') as string[],
          subresources: list(r, 'subresources').map((s) => ({
            name: str(s, 'subresource'),
            kind: str(s, 'responseKind', 'kind'),
            verbs: list(s, 'verbs') as string[],
          })),
        });
      }
    }
  }
}

async function addLegacy(rest: Rest, body: Obj, all: Mapping[], groupVersions: string[]): Promise<void> {
  const found =
    body.kind === 'APIVersions'
      ? list(body, 'versions').map((v) => String(v))
      : list(body, 'groups').flatMap((g) => list(g, 'versions').map((v) => str(v, 'groupVersion')));
  for (const gv of found) {
    groupVersions.push(gv);
    const [group = '', version = ''] = gv.includes('/') ? gv.split('/') : ['', gv];
    const resources = list(await rest.json('GET', gv.includes('/') ? `/apis/${gv}` : `/api/${gv}`), 'resources');
    for (const r of resources) {
      const name = str(r, 'name');
      if (name.includes('/')) continue;
      all.push({
        group,
        version,
        resource: name,
        singular: str(r, 'singularName') || str(r, 'kind').toLowerCase(),
        kind: str(r, 'kind'),
        namespaced: str(r, 'namespaced') === 'true',
        shortNames: list(r, 'shortNames') as string[],
        categories: list(r, 'categories') as string[],
        verbs: list(r, 'verbs') as string[],
        subresources: resources
          .filter((s) => str(s, 'name').startsWith(`${name}/`))
          .map((s) => ({ name: str(s, 'name').slice(name.length + 1), kind: str(s, 'kind'), verbs: list(s, 'verbs') as string[] })),
      });
    }
  }
}

/** "deploy", "Deployment", "deployments.apps", "deployments.v1.apps": the resource that is meant. */
export function findResource(discovery: Discovery, name: string): Mapping | undefined {
  const wanted = name.toLowerCase();
  const [first = '', ...rest] = wanted.split('.');
  const named = (m: Mapping, what: string): boolean => m.resource === what || m.singular === what;
  const candidates = (what: string): readonly Mapping[] => {
    if (rest.length === 0) return discovery.all.filter((m) => named(m, what));
    const group = rest.join('.');
    const versioned = discovery.all.filter((m) => named(m, what) && m.version === rest[0] && m.group === rest.slice(1).join('.'));
    if (versioned.length > 0) return versioned;
    return discovery.all.filter(
      (m) => named(m, what) && (m.group === group || m.group.startsWith(`${group}.`) || m.group.startsWith(group)),
    );
  };
  const direct = candidates(first);
  if (direct.length > 0) return direct[0];
  const short = discovery.all.find((m) => m.shortNames.includes(first));
  // A short name stands for the preferred version, whatever version was asked for.
  if (short !== undefined)
    return rest.length === 0
      ? short
      : candidates(short.resource).length > 0
        ? (discovery.all.find((m) => m.resource === short.resource && m.group === candidates(short.resource)[0]!.group) ?? short)
        : undefined;
  const plural = candidates(first.endsWith('s') ? first.slice(0, -1) : `${first}s`);
  return plural[0] ?? discovery.all.find((m) => m.kind.toLowerCase() === first && (rest.length === 0 || m.group === rest.join('.')));
}

export function mustFindResource(discovery: Discovery, name: string): Mapping {
  const found = findResource(discovery, name);
  if (found === undefined) throw new CommandError(`the server doesn't have a resource type ${JSON.stringify(name.split('.')[0])}`);
  return found;
}

export function findKind(discovery: Discovery, apiVersion: string, kind: string): Mapping | undefined {
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return discovery.all.find((m) => m.group === group && m.version === version && m.kind === kind);
}

/** The resources of a category such as `all`, each group's preferred version once. */
export function inCategory(discovery: Discovery, category: string): readonly Mapping[] {
  const seen = new Set<string>();
  return discovery.all.filter((m) => {
    const key = `${m.group}/${m.resource}`;
    if (!m.categories.includes(category) || !m.verbs.includes('list') || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** "pods", "deployments.apps": how errors and -o name print a resource or kind. */
export const groupResource = (m: Mapping): string => (m.group === '' ? m.resource : `${m.resource}.${m.group}`);
export const kindName = (m: Mapping): string => (m.group === '' ? m.kind.toLowerCase() : `${m.kind.toLowerCase()}.${m.group}`);
export const apiVersionOf = (m: Mapping): string => (m.group === '' ? m.version : `${m.group}/${m.version}`);

/** Upstream: staging/src/k8s.io/apimachinery/pkg/api/validation/path/name.go */
const segmentFaults = (segment: string): readonly string[] =>
  segment === '.' || segment === '..'
    ? [`may not be '${segment}'`]
    : ['/', '%'].filter((mark) => segment.includes(mark)).map((mark) => `may not contain '${mark}'`);

/** The path of a collection, an object or a subresource. Throws CommandError for what cannot stand in a path.
 *  Upstream: staging/src/k8s.io/client-go/rest/request.go (Name, Namespace) */
export function pathOf(m: Mapping, namespace: string, name?: string, subresource?: string): string {
  if (name === '') throw new CommandError('resource name may not be empty');
  for (const [what, segment] of [
    ['namespace', m.namespaced ? namespace : ''],
    ['resource name', name ?? ''],
  ] as const) {
    const faults = segmentFaults(segment);
    if (faults.length > 0)
      throw new CommandError(`invalid ${what} ${JSON.stringify(segment)}: [${faults.join(' ')}]`, 1, name === undefined);
  }
  const root = m.group === '' ? `/api/${m.version}` : `/apis/${m.group}/${m.version}`;
  const scope = m.namespaced && namespace !== '' ? `/namespaces/${namespace}` : '';
  return `${root}${scope}/${m.resource}${name === undefined ? '' : `/${name}`}${subresource ? `/${subresource}` : ''}`;
}
