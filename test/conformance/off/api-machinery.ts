import type { Switch } from './switch.ts';

const AT = '[sig-api-machinery] ';
const CHUNKING = `${AT}Servers with support for API chunking should `;
const WATCHERS = `${AT}Watchers should `;
const NAMESPACES = `${AT}Namespaces [Serial] should `;

export const OFF: readonly Switch[] = [
  {
    behaviour: 'a chunk has no more objects than the limit',
    file: 'src/apiserver/read.ts',
    find: 'startKey, limit: choice.limit }',
    replace: 'startKey, limit: 0 }',
    tests: [`${CHUNKING}return chunks of results for list calls`],
  },
  {
    behaviour: 'chunks show the state of the first one',
    file: 'src/apiserver/read.ts',
    find: 'atRevision: from.revision > 0 ? from.revision : undefined',
    replace: 'atRevision: undefined',
    tests: [`${CHUNKING}return chunks of results for list calls`],
  },
  {
    behaviour: 'a token that is too old is answered with one that goes on inconsistently',
    file: 'src/apiserver/read.ts',
    find: 'metadata: { continue: encodeContinue(-1, start) }',
    replace: 'metadata: {}',
    tests: [
      `${CHUNKING}support continue listing from the last key if the original version has been compacted away, though the list is inconsistent`,
    ],
  },
  {
    behaviour: 'a review has no Table',
    file: 'src/apiserver/handlers.ts',
    find: 'throw notAcceptable(ACCEPTED)',
    replace: 'void 0',
    tests: [`${AT}Servers with support for Table transformation should return a 406 for a backend which does not implement metadata`],
  },
  {
    behaviour: 'a watch tells of what its selector chooses',
    file: 'src/apiserver/watch.ts',
    find: 'eventFor(happening, selection.matches)',
    replace: 'eventFor(happening, undefined)',
    tests: [
      `${WATCHERS}observe add, update, and delete watch notifications on configmaps`,
      `${WATCHERS}observe an object deletion if it stops meeting the requirements of the selector`,
    ],
  },
  {
    behaviour: 'an object that enters a selection is new to its watcher',
    file: 'src/apiserver/watch-hub.ts',
    find: 'const was = old !== undefined && (predicate === undefined || predicate(old))',
    replace: 'const was = old !== undefined',
    tests: [`${WATCHERS}observe an object deletion if it stops meeting the requirements of the selector`],
  },
  {
    behaviour: 'a watch begins at the revision that it names',
    file: 'src/apiserver/watch.ts',
    find: 'let after = revision;',
    replace: 'let after = etcd.revision;',
    tests: [
      `${WATCHERS}be able to start watching from a specific resource version`,
      `${WATCHERS}be able to restart watching from the last resource version observed by the previous watch`,
    ],
  },
  {
    behaviour: 'history is told in the order of its writes',
    file: 'src/apiserver/watch-hub.ts',
    find: 'etcd.watch(kind.prefix, afterRevision, (event) => listener(happeningOf(kind, event)))[Symbol.dispose]();',
    replace: `const found: EtcdEvent[] = [];
      etcd.watch(kind.prefix, afterRevision, (event) => void found.push(event))[Symbol.dispose]();
      for (const event of found.toReversed()) listener(happeningOf(kind, event));`,
    tests: [`${WATCHERS}receive events on concurrent watches in same order`],
  },
  {
    behaviour: 'a merge patch keeps what it does not name',
    file: 'src/apiserver/patch/merge-patch.ts',
    find: 'const base = isObject(target) ? target : {};',
    replace: 'const base: Json = {};',
    tests: [`${NAMESPACES}patch a Namespace`],
  },
  {
    behaviour: 'an update writes what it is sent',
    file: 'src/apiserver/handlers.ts',
    find: 'compute: () => object',
    replace: 'compute: (old) => old',
    tests: [`${NAMESPACES}apply an update to a Namespace`],
  },
  {
    behaviour: 'finalize writes the finalizers',
    file: 'src/apiserver/subresources.ts',
    find: "spec: (next as Json)['spec'] }",
    replace: "spec: (old as Json)['spec'] }",
    tests: [`${NAMESPACES}apply a finalizer to a Namespace`],
  },
  {
    behaviour: 'the status subresource writes the status',
    file: 'src/apiserver/subresources.ts',
    find: "const status = (next as Json)['status'];",
    replace: "const status = (old as Json)['status'];",
    tests: [`${NAMESPACES}apply changes to a namespace status`],
  },
  {
    behaviour: 'the server says its version',
    file: 'src/apiserver/non-resource.ts',
    find: 'gitVersion, gitCommit:',
    replace: 'gitCommit:',
    tests: [`${AT}server version should find the server version`],
  },
  {
    behaviour: 'a group says which of its versions it prefers',
    file: 'src/apiserver/discovery.ts',
    find: `preferredVersion: all[0] };
}

function legacyResources`,
    replace: `preferredVersion: {} };
}

function legacyResources`,
    tests: [`${AT}Discovery should validate PreferredVersion for each APIGroup`],
  },
  {
    behaviour: 'a version lists its resources',
    file: 'src/apiserver/discovery.ts',
    find: 'groupVersion, resources: entries }',
    replace: 'groupVersion, resources: [] }',
    tests: [`${AT}Discovery should locate the groupVersion and a resource within each APIGroup`],
  },
  {
    behaviour: 'aggregated discovery lists resources',
    file: 'src/apiserver/discovery.ts',
    find: 'resources: [...resources].sort(byPlural).map(aggregatedResource)',
    replace: 'resources: []',
    tests: [`${AT}AggregatedDiscovery should support aggregated discovery interface`],
  },
  {
    behaviour: 'aggregated discovery speaks v2beta1 too',
    file: 'src/apiserver/discovery.ts',
    find: "if (parameters.includes('v=v2beta1')) return 'v2beta1';",
    replace: '',
    tests: [`${AT}AggregatedDiscovery should support raw aggregated discovery endpoint Accept headers`],
  },
];
