/** NodeAffinity: nodeSelector and required terms filter, preferred terms score.
 *  Upstream: pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go */
import type { NodeSelectorTerm, Pod } from '../../api/generated/types.ts';
import { matchesNodeSelectorTerm, matchesRequiredNodeAffinity } from '../../api/node-affinity.ts';
import type { SchedulerPlugin } from '../framework.ts';
import type { NodeInfo } from '../snapshot.ts';
import { normalizeToMax, unresolvable } from '../verdict.ts';

/** The nodes that matchFields on metadata.name names in every term; undefined where the terms leave the name open. */
function namedNodes(terms: readonly NodeSelectorTerm[]): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const term of terms) {
    const field = (term.matchFields ?? []).find((requirement) => requirement.key === 'metadata.name' && requirement.operator === 'In');
    if (!field) return undefined;
    for (const value of field.values ?? []) names.add(value);
  }
  return names;
}

const preferred = (pod: Pod) => pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];

export const nodeAffinity: SchedulerPlugin = {
  name: 'NodeAffinity',
  preFilter(pod) {
    const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    if (!required && !pod.spec?.nodeSelector) return { skip: true };
    const nodeNames = required && required.nodeSelectorTerms.length > 0 ? namedNodes(required.nodeSelectorTerms) : undefined;
    return nodeNames ? { nodeNames } : undefined;
  },
  filter(pod, node) {
    return matchesRequiredNodeAffinity(pod, node.node) ? undefined : unresolvable("node(s) didn't match Pod's node affinity/selector");
  },
  preScore: (pod) => (preferred(pod).length === 0 ? 'skip' : undefined),
  score(pod: Pod, node: NodeInfo) {
    return preferred(pod).reduce((sum, term) => sum + (term.weight !== 0 && matchesNodeSelectorTerm(term.preference, node.node) ? term.weight : 0), 0);
  },
  normalize: (scores) => normalizeToMax(scores),
};
