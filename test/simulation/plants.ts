/** Classic bugs, as replacements in the source. Each is planted when the engine is bundled; what it replaces must be there
 *  exactly once, so that a plant whose place has moved says so. `rule` is what finds it. */

export interface Plant {
  readonly name: string;
  /** What somebody got wrong. */
  readonly mistake: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly rule: string;
}

export const PLANTS: readonly Plant[] = [
  {
    name: 'no-expectations', mistake: 'The ReplicaSet controller acts on a copy that does not show its own last writes yet.',
    file: 'src/controllers/replicaset.ts', find: 'const mayManage = expectations.satisfied(key) && !isTerminating(owner);', replace: 'const mayManage = !isTerminating(owner);',
    rule: 'a ReplicaSet has no more Pods than asked for',
  },
  {
    name: 'bind-twice', mistake: 'A binding is stored without asking whether the Pod has a node.',
    file: 'src/apiserver/pod-binding.ts', find: 'if (pod.spec?.nodeName) throw conflict(', replace: 'if (pod.spec === undefined) throw conflict(',
    rule: 'a Pod is bound once',
  },
  {
    name: 'reused-pod-address', mistake: 'A Pod address is given again at once, although its Pod lives.',
    file: 'src/network/addresses.ts', find: 'next = (next + 1) % usable;\n        if (taken.has(offset)) continue;', replace: 'next = (next + 1) % 5;',
    rule: 'no Pod address is given twice',
  },
  {
    name: 'reused-service-address', mistake: 'The allocator of Service addresses does not look at what is taken.',
    file: 'src/apiserver/range-allocator.ts', find: 'const number = range.first + staticBand + random.int(range.size - staticBand);\n        if (!taken.has(number)) found = number;',
    replace: 'found = range.first + staticBand + random.int(16);',
    rule: 'no Service address is given twice',
  },
  {
    name: 'watch-gap', mistake: 'A watch swallows an event now and then.',
    file: 'src/apiserver/watch.ts', find: 'told = happening.revision;\n      tell(event);', replace: 'told = happening.revision;\n      if (told % 97 !== 0) tell(event);',
    rule: 'watch equals list',
  },
  {
    name: 'no-relist', mistake: 'After 410 an informer begins to watch from now, and never hears what was deleted meanwhile.',
    file: 'src/client/reflector.ts', find: "if (step === 'watch' && error.code === 410) return 'relist';", replace: "if (step === 'watch' && error.code === 410) {\n      revision = '';\n      return 'again';\n    }",
    rule: 'the cluster converges',
  },
  {
    name: 'lost-finalizer', mistake: 'Deletion does not wait for finalizers.',
    file: 'src/apiserver/delete.ts', find: 'const stays = grace > 0 || finalizers.length > 0;', replace: 'const stays = grace > 0;',
    rule: 'an object with finalizers stays',
  },
  {
    name: 'surge-rounding', mistake: 'A percentage that comes out even is rounded up all the same.',
    file: 'src/api/int-or-string.ts', find: 'roundUp ? Math.ceil(exact / 100)', replace: 'roundUp ? Math.floor(exact / 100) + 1',
    rule: 'a Deployment asks for no more Pods than replicas and surge',
  },
  {
    name: 'lost-update', mistake: 'An update does not compare the revision that its writer read.',
    file: 'src/apiserver/write.ts', find: "if (sent !== '' && sent !== old.metadata?.resourceVersion) throw conflict(resource, info.name);", replace: '',
    rule: 'nobody writes over what he has not seen',
  },
  {
    name: 'write-not-stored', mistake: 'A write is acknowledged before it is stored, and then forgotten.',
    file: 'src/apiserver/write.ts', find: 'const stored = server.storage.put(kind, next, modRevision);',
    replace: 'const stored = modRevision % 13 === 0 ? { object: next, modRevision } : server.storage.put(kind, next, modRevision);',
    rule: 'nothing acknowledged is lost',
  },
  {
    name: 'no-cancel', mistake: 'An eviction that was planned is not cancelled when the node is well again.',
    file: 'src/controllers/taint-eviction.ts', find: 'if (taints.length === 0) return cancel(pod);', replace: 'if (taints.length === 0) return;',
    rule: 'Pods are evicted from tainted nodes only',
  },
  {
    name: 'forgotten-termination', mistake: 'A kubelet that meets a Pod which is being deleted already does nothing about it.',
    file: 'src/kubelet/pod-workers.ts', find: 'if (pod.metadata?.deletionTimestamp !== undefined || isPodTerminal(pod)) return begin(state);',
    replace: 'if (pod.metadata?.deletionTimestamp !== undefined) return;\n    if (isPodTerminal(pod)) return begin(state);',
    rule: 'the cluster converges',
  },
];
