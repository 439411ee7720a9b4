/** What the recorded stand-in said of itself: its resources, and the one schema that it had. */
import type { Resource } from '../../src/api/resource.ts';
import { RESOURCES } from '../../src/api/resources.ts';
import { goldenCases } from './golden.ts';

/** "pods v1", as the recorded `api-resources` lists them; autoscaling/v1 stands only among the versions. */
const LISTED: ReadonlySet<string> = new Set(
  goldenCases()
    .find(({ command }) => command === 'api-resources')!
    .text.split('\n')
    .slice(1)
    .map((line) => /^(\S+) .*?(\S+) +(?:true|false) +\S+$/.exec(line))
    .filter((match) => match !== null)
    .map(([, plural, apiVersion]) => `${plural} ${apiVersion}`),
);

const apiVersionOf = ({ group, version }: Resource): string => (group === '' ? version : `${group}/${version}`);

export const isServed = (resource: Resource): boolean =>
  LISTED.has(`${resource.plural} ${apiVersionOf(resource)}`) ||
  (resource.plural === 'horizontalpodautoscalers' && resource.version === 'v1');

const METRICS = [
  { resource: 'nodes', scope: 'Cluster', kind: 'NodeMetrics' },
  { resource: 'pods', scope: 'Namespaced', kind: 'PodMetrics' },
].map(({ resource, scope, kind }) => ({
  resource,
  singularResource: '',
  scope,
  verbs: ['get', 'list'],
  responseKind: { group: 'metrics.k8s.io', version: 'v1beta1', kind },
}));

export function discovery(core: boolean): object {
  const groups = new Map<string, Map<string, object[]>>();
  for (const one of RESOURCES.filter((each) => (each.group === '') === core && isServed(each))) {
    const versions = groups.get(one.group) ?? groups.set(one.group, new Map()).get(one.group)!;
    const resources = versions.get(one.version) ?? versions.set(one.version, []).get(one.version)!;
    resources.push({
      resource: one.plural,
      singularResource: one.singular,
      responseKind: { group: one.group, version: one.version, kind: one.kind },
      scope: one.namespaced ? 'Namespaced' : 'Cluster',
      verbs: one.verbs,
      shortNames: one.shortNames,
      categories: one.categories,
      subresources: one.subresources.map((sub) => ({
        subresource: sub.name,
        verbs: sub.verbs,
        responseKind: { kind: sub.kind?.kind ?? one.kind },
      })),
    });
  }
  if (!core) groups.set('metrics.k8s.io', new Map([['v1beta1', METRICS]]));
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    items: [...groups].map(([name, versions]) => ({
      metadata: { name },
      versions: [...versions].map(([version, resources]) => ({ version, freshness: 'Current', resources })),
    })),
  };
}

const POD = [{ group: '', version: 'v1', kind: 'Pod' }];
const field = (description: string, type = 'string'): object => ({ description, type });

export const SCHEMA_OF_POD = {
  openapi: '3.0.0',
  paths: {},
  components: {
    schemas: {
      'io.k8s.api.core.v1.Pod': {
        description: 'Doc of Pod',
        type: 'object',
        'x-kubernetes-group-version-kind': POD,
        properties: {
          apiVersion: field('APIVersion doc'),
          kind: field('Kind doc'),
          metadata: field('Standard metadata', 'object'),
          spec: field('Spec doc', 'object'),
        },
      },
    },
  },
};
