import type { Switch } from './switch.ts';

const RESOURCES = '[sig-api-machinery] CustomResourceDefinition resources [Privileged:ClusterAdmin]';
const SIMPLE = `${RESOURCES} Simple CustomResourceDefinition`;
const DISCOVERY = '[sig-api-machinery] AggregatedDiscovery should support';

export const OFF: readonly Switch[] = [
  {
    behaviour: 'a definition goes when its objects have gone',
    file: 'src/apiserver/custom-resources.ts',
    find: 'const finalizers = (definition.metadata?.finalizers ?? []).filter((each) => each !== CLEANUP);',
    replace: 'const finalizers = definition.metadata?.finalizers ?? [];',
    tests: [
      `${SIMPLE} creating/deleting custom resource definition objects works`,
      `${SIMPLE} listing custom resource definition objects works`,
    ],
  },
  {
    behaviour: 'its objects go with a definition',
    file: 'src/apiserver/custom-resources.ts',
    find: 'custom === undefined ? [] : storage.etcd.range(custom.prefix).kvs',
    replace: 'custom === undefined ? [] : storage.etcd.range(custom.prefix).kvs.slice(0, 0)',
    tests: [`${SIMPLE} creating/deleting custom resource definition objects works`],
  },
  {
    behaviour: 'a collection is chosen by labels',
    file: 'src/apiserver/selection.ts',
    find: 'return labels.length === 0 || matches(labels, labelsOf(object));',
    replace: 'return true;',
    tests: [`${SIMPLE} listing custom resource definition objects works`],
  },
  {
    behaviour: "a definition's status keeps what others say",
    file: 'src/apiserver/custom-resources.ts',
    find: '...old.map((before) => settled.find(({ type }) => type === before.type) ?? before),',
    replace: '...old.flatMap((before) => settled.find(({ type }) => type === before.type) ?? []),',
    tests: [`${SIMPLE} getting/updating/patching custom resource definition status sub-resource works`],
  },
  {
    behaviour: 'a version lists its resources',
    file: 'src/apiserver/discovery.ts',
    find: 'groupVersion, resources: entries }',
    replace: 'groupVersion, resources: [] }',
    tests: [`${RESOURCES} should include custom resource definition resources in discovery documents`],
  },
  {
    behaviour: 'a request gets the defaults of the schema',
    file: 'src/apiserver/custom-resources.ts',
    find: 'applyDefaults: (object) => withDefaults(object, schema) as KubeObject,',
    replace: 'applyDefaults: (object) => object,',
    tests: [`${RESOURCES} custom resource defaulting for requests and from storage works`],
  },
  {
    behaviour: 'what is read from storage gets the defaults of the schema',
    file: 'src/apiserver/custom-resources/versions.ts',
    find: 'const made = finished(value.apiVersion === own ? value : { ...value, apiVersion: own });',
    replace: 'const made = { ...value, apiVersion: own };',
    tests: [`${RESOURCES} custom resource defaulting for requests and from storage works`],
  },
  {
    behaviour: 'watchers are told of writes',
    file: 'src/apiserver/watch-hub.ts',
    find: 'for (const listener of channel.listeners) listener(happening);',
    replace: 'if (!kind.prefix.includes("example")) for (const listener of channel.listeners) listener(happening);',
    tests: [
      '[sig-api-machinery] CustomResourceDefinition Watch [Privileged:ClusterAdmin] CustomResourceDefinition Watch watch on custom resource definition objects',
    ],
  },
  {
    behaviour: 'discovery is made again when definitions change',
    file: 'src/apiserver/discovery.ts',
    find: 'if (made !== now) {',
    replace: "if (made === '') {",
    tests: [`${DISCOVERY} aggregated discovery interface for CRDs`, `${DISCOVERY} raw aggregated discovery request for CRDs`],
  },
];
