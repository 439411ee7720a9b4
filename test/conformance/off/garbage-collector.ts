import type { Switch } from './switch.ts';

const COLLECTOR = '[sig-api-machinery] Garbage collector should';
const NAMESPACES = '[sig-api-machinery] Namespaces [Serial] should';
const FILE = 'src/controllers/garbage-collector.ts';

export const OFF: readonly Switch[] = [
  {
    behaviour: 'what lost its owner is deleted',
    file: FILE,
    find: 'await remove(node, policyBy(finalizers), [...absent, ...waiting]);',
    replace: 'void finalizers;',
    tests: [
      `${COLLECTOR} delete pods created by rc when not orphaning`,
      `${COLLECTOR} delete RS created by deployment when not orphaning`,
      `${COLLECTOR} keep the rc around until all its pods are deleted if the deleteOptions says so`,
    ],
  },
  {
    behaviour: 'an owner that is to orphan lets its dependents go first',
    file: FILE,
    find: 'if (awaitsOrphaning(node.object)) return orphan(node);',
    replace: 'if (awaitsOrphaning(node.object)) return dropFinalizer(node, ORPHAN);',
    tests: [
      `${COLLECTOR} orphan pods created by rc if delete options say so`,
      `${COLLECTOR} orphan RS created by deployment when deleteOptions.PropagationPolicy is Orphan`,
    ],
  },
  {
    behaviour: 'an owner in the foreground waits for what blocks it',
    file: FILE,
    find: 'if (blocking.length === 0) return dropFinalizer(node, FOREGROUND);',
    replace: 'await dropFinalizer(node, FOREGROUND);',
    tests: [`${COLLECTOR} keep the rc around until all its pods are deleted if the deleteOptions says so`],
  },
  {
    behaviour: 'an owner that stays keeps its dependents',
    file: FILE,
    find: 'if (solid.length > 0) {',
    replace: 'if (solid.length > 0 && absent.length + waiting.length === 0) {',
    tests: [`${COLLECTOR} not delete dependents that have both valid owner and owner that's waiting for dependents to be deleted`],
  },
  {
    behaviour: 'owners that wait for each other stop blocking',
    file: FILE,
    find: 'if (dependents.some((dependent) => awaitsDependents(dependent.object))) await unblock(node, latest);',
    replace: '',
    tests: [`${COLLECTOR} not be blocked by dependency circle`],
  },
  {
    behaviour: 'Pods of a deleted namespace are deleted',
    file: 'src/controllers/namespace.ts',
    find: 'await visit(Pods as Resource);',
    replace: '',
    tests: [
      `${NAMESPACES} ensure that all pods are removed when a namespace is deleted`,
      '[sig-api-machinery] OrderedNamespaceDeletion namespace deletion should delete pod first',
    ],
  },
  {
    behaviour: 'whatever else is in a deleted namespace is deleted',
    file: 'src/controllers/namespace.ts',
    find: 'if (resource.namespaced && resource !== Pods) await visit(resource);',
    replace: 'if (resource.namespaced && resource === Pods) await visit(resource);',
    tests: [`${NAMESPACES} ensure that all services are removed when a namespace is deleted`],
  },
  {
    behaviour: 'Pods go before everything else',
    file: 'src/controllers/namespace.ts',
    find: 'if (left.size === 0) for (const resource of deletable())',
    replace: 'for (const resource of deletable())',
    tests: ['[sig-api-machinery] OrderedNamespaceDeletion namespace deletion should delete pod first'],
  },
];
