/** What apply and diff --prune would take away: what was applied once, matches the selector and stands in none of the files.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/{cmd/apply/prune.go,util/prune/prune.go} */
import type { Kubectl } from '../command.ts';
import { type Mapping, findKind, findResource, pathOf } from '../discovery.ts';
import { CommandError } from '../errors.ts';
import { type Info, listAll } from '../infos.ts';
import { klogWarning } from '../klog.ts';
import { LAST_APPLIED } from '../last-applied.ts';
import { type Obj, at, str } from '../obj.ts';
import { type DryRun, nameOf } from '../printers/output.ts';

const PRUNED = [
  'configmaps',
  'endpoints',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'secrets',
  'services',
  'jobs.v1.batch',
  'cronjobs.v1.batch',
  'ingresses.v1.networking.k8s.io',
  'daemonsets.v1.apps',
  'deployments.v1.apps',
  'replicasets.v1.apps',
  'statefulsets.v1.apps',
  'namespaces',
  'persistentvolumes',
];

/** --prune-allowlist: GROUP/VERSION/KIND, "core" for the group without a name. */
async function prunedTypes(k: Kubectl): Promise<readonly Mapping[]> {
  const allowed = k.flags.list('prune-allowlist');
  const discovery = await k.discovery();
  if (allowed.length === 0) {
    await klogWarning(
      k.io,
      'prune.go:71',
      'Deprecated: kubectl apply will no longer prune non-namespaced resources by default when used with the --namespace flag in a future release. ' +
        'To preserve the current behaviour, list the resources you want to target explicitly in the --prune-allowlist flag.',
    );
    return PRUNED.map((type) => findResource(discovery, type)).filter((mapping) => mapping !== undefined);
  }
  return allowed.map((text) => {
    const [group = '', version = '', kind, more] = text.split('/');
    if (kind === undefined || more !== undefined)
      throw new CommandError(`invalid GroupVersionKind format: ${text}, please follow <group/version/kind>`);
    const apiVersion = group === 'core' ? version : `${group}/${version}`;
    const mapping = findKind(discovery, apiVersion, kind);
    if (mapping === undefined)
      throw new CommandError(`no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`);
    return mapping;
  });
}

export async function eachPruned(
  k: Kubectl,
  visited: readonly Info[],
  each: (mapping: Mapping, object: Obj) => Promise<void>,
): Promise<void> {
  const key = (mapping: Mapping, namespace: string, name: string): string => `${mapping.resource}/${namespace}/${name}`;
  const kept = new Set(visited.map((v) => key(v.mapping, v.namespace, v.name)));
  const namespaces = new Set(visited.map((v) => v.namespace).filter((n) => n !== ''));
  for (const mapping of await prunedTypes(k)) {
    const objects = await listAll(k, mapping, { args: [], allNamespaces: true, labelSelector: k.flags.str('selector') });
    for (const object of objects) {
      const namespace = str(object, 'metadata', 'namespace');
      if (at(object, 'metadata', 'annotations', LAST_APPLIED) === undefined) continue;
      if (kept.has(key(mapping, namespace, str(object, 'metadata', 'name'))) || (mapping.namespaced && !namespaces.has(namespace)))
        continue;
      await each(mapping, { ...object, kind: mapping.kind } as Obj);
    }
  }
}

export async function prune(k: Kubectl, visited: readonly Info[], dryRun: DryRun): Promise<void> {
  const suffix = dryRun === 'client' ? ' (dry run)' : dryRun === 'server' ? ' (server dry run)' : '';
  await eachPruned(k, visited, async (mapping, object) => {
    if (dryRun !== 'client') {
      await k.rest.json('DELETE', pathOf(mapping, str(object, 'metadata', 'namespace'), str(object, 'metadata', 'name')), {
        body: { propagationPolicy: 'Background' },
        query: dryRun === 'server' ? [['dryRun', 'All']] : [],
      });
    }
    await k.print(`${nameOf(object)} pruned${suffix}\n`);
  });
}
