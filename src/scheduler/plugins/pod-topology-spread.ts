/** PodTopologySpread: DoNotSchedule constraints filter by skew, ScheduleAnyway constraints (or the system's defaults) score.
 *  Upstream: pkg/scheduler/framework/plugins/podtopologyspread/{common,filtering,scoring}.go */
import type { LabelSelector, Pod, TopologySpreadConstraint } from '../../api/generated/types.ts';
import { matchesRequiredNodeAffinity } from '../../api/node-affinity.ts';
import { canonical } from '../../base/json.ts';
import { matchesLabelSelector } from '../../api/selectors.ts';
import { findUntoleratedTaint } from '../../api/taints.ts';
import type { SchedulerPlugin } from '../framework.ts';
import type { NodeInfo, Snapshot } from '../snapshot.ts';
import { MAX_SCORE, unresolvable, unschedulable } from '../verdict.ts';

const HOSTNAME = 'kubernetes.io/hostname';
const REASON = "node(s) didn't match pod topology spread constraints";

interface Constraint {
  readonly key: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly selectors: readonly LabelSelector[];
  readonly honorAffinity: boolean;
  readonly honorTaints: boolean;
  /** One text for equal selectors. */
  readonly group?: string;
}

/** What Kubernetes asks for softly when a Pod of a Service or controller says nothing itself. */
const SYSTEM_DEFAULTS = [{ key: HOSTNAME, maxSkew: 3 }, { key: 'topology.kubernetes.io/zone', maxSkew: 5 }] as const;

function constraintOf(constraint: TopologySpreadConstraint, pod: Pod): Constraint {
  const labels = pod.metadata?.labels ?? {};
  const keys = (constraint.matchLabelKeys ?? []).filter((key) => Object.hasOwn(labels, key));
  const own: LabelSelector = { matchLabels: Object.fromEntries(keys.map((key) => [key, labels[key] ?? ''])) };
  return {
    key: constraint.topologyKey, maxSkew: constraint.maxSkew, minDomains: constraint.minDomains ?? 1,
    selectors: constraint.labelSelector ? (keys.length > 0 ? [constraint.labelSelector, own] : [constraint.labelSelector]) : [],
    honorAffinity: constraint.nodeAffinityPolicy !== 'Ignore', honorTaints: constraint.nodeTaintsPolicy === 'Honor',
  };
}

const constraintsOf = (pod: Pod, action: string): readonly Constraint[] =>
  (pod.spec?.topologySpreadConstraints ?? []).filter((constraint) => constraint.whenUnsatisfiable === action).map((constraint) => constraintOf(constraint, pod));

/** A constraint without a selector matches nothing. */
const matches = (constraint: Constraint, pod: Pod): boolean =>
  constraint.selectors.length > 0 && constraint.selectors.every((selector) => matchesLabelSelector(selector, pod.metadata?.labels ?? {}));

function countMatching(constraint: Constraint, node: NodeInfo, namespace: string | undefined): number {
  const group = `${namespace} ${constraint.group ?? canonical(constraint.selectors)}`;
  const known = node.counted.get(group);
  if (known !== undefined) return known;
  let count = 0;
  for (const { pod } of node.pods) {
    if (pod.metadata?.namespace === namespace && !pod.metadata?.deletionTimestamp && matches(constraint, pod)) count += 1;
  }
  node.counted.set(group, count);
  return count;
}

const labelOf = (node: NodeInfo, key: string): string | undefined => node.node.metadata?.labels?.[key];

function isCounted(constraint: Constraint, pod: Pod, node: NodeInfo): boolean {
  if (constraint.honorAffinity && !matchesRequiredNodeAffinity(pod, node.node)) return false;
  return !constraint.honorTaints || !findUntoleratedTaint(node.node.spec?.taints ?? [], pod.spec?.tolerations ?? [], ['NoSchedule', 'NoExecute']);
}

interface Spread { readonly constraint: Constraint; readonly counts: ReadonlyMap<string, number>; readonly min: number }

function countForFilter(pod: Pod, constraints: readonly Constraint[], snapshot: Snapshot): readonly Spread[] {
  const eligible = snapshot.nodes.filter((node) => constraints.every((constraint) => labelOf(node, constraint.key) !== undefined));
  return constraints.map((constraint) => {
    const counts = new Map<string, number>();
    for (const node of eligible) {
      if (!isCounted(constraint, pod, node)) continue;
      const value = labelOf(node, constraint.key) ?? '';
      counts.set(value, (counts.get(value) ?? 0) + countMatching(constraint, node, pod.metadata?.namespace));
    }
    const least = counts.size === 0 ? 0 : Math.min(...counts.values());
    return { constraint, counts, min: counts.size < constraint.minDomains ? 0 : least };
  });
}

interface ScoreState {
  readonly constraints: readonly Constraint[];
  /** ln(number of domains + 2) a constraint. */
  readonly weights: readonly number[];
  readonly counts: readonly ReadonlyMap<string, number>[];
  readonly ignored: ReadonlySet<string>;
}

/** Rounded, because the last bit of a logarithm is the JavaScript engine's own affair. */
const domainWeight = (domains: number): number => Math.round(Math.log(domains + 2) * 1e6) / 1e6;

function countForScore(pod: Pod, nodes: readonly NodeInfo[], snapshot: Snapshot): ScoreState | 'skip' {
  const own = constraintsOf(pod, 'ScheduleAnyway');
  const hasOwn = (pod.spec?.topologySpreadConstraints ?? []).length > 0;
  const selectors = hasOwn ? [] : snapshot.spreadSelectors(pod);
  const group = canonical(selectors);
  const constraints: readonly Constraint[] = own.length > 0 || selectors.length === 0 ? own
    : SYSTEM_DEFAULTS.map((base) => ({ ...base, minDomains: 1, selectors, group, honorAffinity: true, honorTaints: false }));
  if (constraints.length === 0) return 'skip';
  const ignored = new Set<string>();
  const counts = constraints.map(() => new Map<string, number>());
  for (const node of nodes) {
    if (hasOwn && constraints.some((constraint) => labelOf(node, constraint.key) === undefined)) {
      ignored.add(node.name);
      continue;
    }
    constraints.forEach((constraint, index) => {
      const value = labelOf(node, constraint.key);
      if (constraint.key !== HOSTNAME && value !== undefined) counts[index]?.set(value, 0);
    });
  }
  for (const node of snapshot.nodes) {
    constraints.forEach((constraint, index) => {
      const value = labelOf(node, constraint.key);
      const known = value === undefined ? undefined : counts[index]?.get(value);
      if (value === undefined || known === undefined || !isCounted(constraint, pod, node)) return;
      counts[index]?.set(value, known + countMatching(constraint, node, pod.metadata?.namespace));
    });
  }
  const weights = constraints.map((constraint, index) =>
    domainWeight(constraint.key === HOSTNAME ? nodes.length - ignored.size : counts[index]?.size ?? 0));
  return { constraints, weights, counts, ignored };
}

export const podTopologySpread: SchedulerPlugin = {
  name: 'PodTopologySpread',
  preFilter(pod, snapshot) {
    const constraints = constraintsOf(pod, 'DoNotSchedule');
    return constraints.length === 0 ? { skip: true } : { state: countForFilter(pod, constraints, snapshot) };
  },
  filter(pod, node, _snapshot, state) {
    for (const { constraint, counts, min } of state.preFilter.get('PodTopologySpread') as readonly Spread[]) {
      const value = labelOf(node, constraint.key);
      if (value === undefined) return unresolvable(`${REASON} (missing required label)`);
      const self = matches(constraint, pod) ? 1 : 0;
      if ((counts.get(value) ?? 0) + self - min > constraint.maxSkew) return unschedulable(REASON);
    }
    return undefined;
  },
  preScore: (pod, nodes, snapshot) => countForScore(pod, nodes, snapshot),
  score(pod, node, _snapshot, cycle) {
    const state = cycle.preScore.get('PodTopologySpread') as ScoreState;
    if (state.ignored.has(node.name)) return 0;
    let score = 0;
    state.constraints.forEach((constraint, index) => {
      const value = labelOf(node, constraint.key);
      if (value === undefined) return;
      const count = constraint.key === HOSTNAME ? countMatching(constraint, node, pod.metadata?.namespace) : state.counts[index]?.get(value) ?? 0;
      score += count * (state.weights[index] ?? 0) + (constraint.maxSkew - 1);
    });
    return Math.round(score);
  },
  normalize(scores, _pod, nodes, cycle) {
    const { ignored } = cycle.preScore.get('PodTopologySpread') as ScoreState;
    const counted = scores.filter((_, index) => !ignored.has(nodes[index]?.name ?? ''));
    const max = Math.max(0, ...counted);
    const min = counted.length === 0 ? 0 : Math.min(...counted);
    return scores.map((score, index) => {
      if (ignored.has(nodes[index]?.name ?? '')) return 0;
      return max === 0 ? MAX_SCORE : Math.trunc((MAX_SCORE * (max + min - score)) / max);
    });
  },
};
