/** Node selectors and required node affinity.
 *  Upstream: staging/src/k8s.io/component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go */
import type { Node, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, Pod } from './generated/types.ts';
import { labelsOf, nameOf } from './meta.ts';

function holds(requirement: NodeSelectorRequirement, value: string | undefined): boolean {
  const values = requirement.values ?? [];
  switch (requirement.operator) {
    case 'In': return value !== undefined && values.includes(value);
    case 'NotIn': return value === undefined || !values.includes(value);
    case 'Exists': return value !== undefined;
    case 'DoesNotExist': return value === undefined;
    case 'Gt': case 'Lt': {
      if (value === undefined || !/^[+-]?\d+$/.test(value) || !/^[+-]?\d+$/.test(values[0] ?? '')) return false;
      return requirement.operator === 'Gt' ? Number(value) > Number(values[0]) : Number(value) < Number(values[0]);
    }
    default: return false;
  }
}

/** All of its requirements hold; an empty term matches nothing. */
export function matchesNodeSelectorTerm(term: NodeSelectorTerm, node: Node): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length === 0 && fields.length === 0) return false;
  const labels = labelsOf(node);
  return expressions.every((each) => holds(each, labels[each.key]))
    && fields.every((each) => holds(each, each.key === 'metadata.name' ? nameOf(node) : undefined));
}

export const matchesNodeSelector = (selector: NodeSelector, node: Node): boolean =>
  selector.nodeSelectorTerms.some((term) => matchesNodeSelectorTerm(term, node));

/** spec.nodeSelector and the required terms of spec.affinity.nodeAffinity. */
export function matchesRequiredNodeAffinity(pod: Pod, node: Node): boolean {
  const { nodeSelector, affinity } = pod.spec ?? {};
  if (nodeSelector) {
    const labels = labelsOf(node);
    for (const key in nodeSelector) if (labels[key] !== nodeSelector[key]) return false;
  }
  const wanted = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return wanted === undefined || matchesNodeSelector(wanted, node);
}
