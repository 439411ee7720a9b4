/** InterPodAffinity: required terms filter (anti-affinity in both directions), preferred terms score.
 *  Counts stand in maps from "topologyKey=value" to a number.
 *  Upstream: pkg/scheduler/framework/plugins/interpodaffinity/{filtering,scoring}.go */
import type { LabelSelector, Pod, PodAffinityTerm, WeightedPodAffinityTerm } from '../../api/generated/types.ts';
import { matchesLabelSelector } from '../../api/selectors.ts';
import type { CycleState, SchedulerPlugin } from '../framework.ts';
import { hasAffinity, podInfo, requiredAntiAffinity } from '../snapshot.ts';
import type { NodeInfo, PodInfo, Snapshot } from '../snapshot.ts';
import { MAX_SCORE, unresolvable, unschedulable } from '../verdict.ts';

const HARD_POD_AFFINITY_WEIGHT = 1;

type Counts = Map<string, number>;
const add = (counts: Counts, pair: string, by: number): void => void counts.set(pair, (counts.get(pair) ?? 0) + by);

function pairOf(node: NodeInfo, key: string): string | undefined {
  const value = node.node.metadata?.labels?.[key];
  return value === undefined ? undefined : `${key}=${value}`;
}

/** The term's selector with the values that matchLabelKeys and mismatchLabelKeys take from the Pod itself. */
function selectorOf(term: PodAffinityTerm, owner: Pod): LabelSelector | undefined {
  if (!term.matchLabelKeys?.length && !term.mismatchLabelKeys?.length) return term.labelSelector;
  const labels = owner.metadata?.labels ?? {};
  const merged = (keys: readonly string[] | undefined, operator: string) =>
    (keys ?? []).filter((key) => Object.hasOwn(labels, key)).map((key) => ({ key, operator, values: [labels[key] ?? ''] }));
  return {
    ...term.labelSelector,
    matchExpressions: [...(term.labelSelector?.matchExpressions ?? []), ...merged(term.matchLabelKeys, 'In'), ...merged(term.mismatchLabelKeys, 'NotIn')],
  };
}

/** Whether `owner`'s term speaks of `other`: namespace first, then labels. */
function termMatches(term: PodAffinityTerm, owner: Pod, other: Pod, snapshot: Snapshot): boolean {
  const namespace = other.metadata?.namespace ?? '';
  const named = term.namespaces?.length || term.namespaceSelector ? term.namespaces?.includes(namespace) : namespace === owner.metadata?.namespace;
  const selected = term.namespaceSelector !== undefined && matchesLabelSelector(term.namespaceSelector, snapshot.namespaceLabels(namespace));
  if (!named && !selected) return false;
  const selector = selectorOf(term, owner);
  return selector !== undefined && matchesLabelSelector(selector, other.metadata?.labels ?? {});
}

const requiredAffinity = (info: PodInfo): readonly PodAffinityTerm[] => info.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
const preferredAffinity = (info: PodInfo): readonly WeightedPodAffinityTerm[] => info.affinity?.podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
const preferredAntiAffinity = (info: PodInfo): readonly WeightedPodAffinityTerm[] => info.affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];

interface FilterState {
  readonly incoming: PodInfo;
  /** Where existing Pods refuse the incoming one. */
  readonly refused: Counts;
  readonly affinity: Counts;
  readonly antiAffinity: Counts;
}

function countForFilter(incoming: PodInfo, snapshot: Snapshot): FilterState {
  const refused: Counts = new Map();
  const affinity: Counts = new Map();
  const antiAffinity: Counts = new Map();
  const { pod } = incoming;
  const wanted = requiredAffinity(incoming);
  const unwanted = requiredAntiAffinity(incoming);
  for (const node of snapshot.nodes) {
    for (const existing of node.podsWithRequiredAntiAffinity) {
      for (const term of requiredAntiAffinity(existing)) {
        const pair = pairOf(node, term.topologyKey);
        if (pair && termMatches(term, existing.pod, pod, snapshot)) add(refused, pair, 1);
      }
    }
    if (wanted.length === 0 && unwanted.length === 0) continue;
    for (const existing of node.pods) {
      if (wanted.length > 0 && wanted.every((term) => termMatches(term, pod, existing.pod, snapshot))) {
        for (const term of wanted) {
          const pair = pairOf(node, term.topologyKey);
          if (pair) add(affinity, pair, 1);
        }
      }
      for (const term of unwanted) {
        const pair = pairOf(node, term.topologyKey);
        if (pair && termMatches(term, pod, existing.pod, snapshot)) add(antiAffinity, pair, 1);
      }
    }
  }
  return { incoming, refused, affinity, antiAffinity };
}

function satisfiesAffinity(state: FilterState, node: NodeInfo, snapshot: Snapshot): boolean {
  const terms = requiredAffinity(state.incoming);
  let podsExist = true;
  for (const term of terms) {
    const pair = pairOf(node, term.topologyKey);
    if (!pair) return false;
    if ((state.affinity.get(pair) ?? 0) <= 0) podsExist = false;
  }
  if (podsExist) return true;
  // The first Pod of a group that asks for its own company must be let in somewhere.
  const { pod } = state.incoming;
  return state.affinity.size === 0 && terms.every((term) => termMatches(term, pod, pod, snapshot));
}

export const interPodAffinity: SchedulerPlugin = {
  name: 'InterPodAffinity',
  preFilter(pod, snapshot) {
    const incoming = podInfo(pod);
    if (!hasAffinity(incoming) && snapshot.nodes.every((node) => node.podsWithRequiredAntiAffinity.length === 0)) return { skip: true };
    return { state: countForFilter(incoming, snapshot) };
  },
  filter(_pod, node, snapshot, cycle) {
    const state = cycle.preFilter.get('InterPodAffinity') as FilterState;
    if (!satisfiesAffinity(state, node, snapshot)) return unresolvable("node(s) didn't match pod affinity rules");
    const hit = (counts: Counts, key: string) => (counts.get(pairOf(node, key) ?? '') ?? 0) > 0;
    if (state.antiAffinity.size > 0 && requiredAntiAffinity(state.incoming).some((term) => hit(state.antiAffinity, term.topologyKey))) {
      return unschedulable("node(s) didn't match pod anti-affinity rules");
    }
    const labels = Object.entries(node.node.metadata?.labels ?? {});
    if (state.refused.size > 0 && labels.some(([key, value]) => (state.refused.get(`${key}=${value}`) ?? 0) > 0)) {
      return unschedulable("node(s) didn't satisfy existing pods anti-affinity rules");
    }
    return undefined;
  },
  preScore(pod, _nodes, snapshot) {
    const incoming = podInfo(pod);
    const wishes = preferredAffinity(incoming).length > 0 || preferredAntiAffinity(incoming).length > 0;
    const counts: Counts = new Map();
    for (const node of snapshot.nodes) {
      for (const existing of wishes ? node.pods : node.podsWithAffinity) weigh(incoming, existing, node, counts, snapshot);
    }
    return counts.size === 0 ? 'skip' : counts;
  },
  score(_pod, node, _snapshot, state: CycleState) {
    const counts = state.preScore.get('InterPodAffinity') as Counts;
    let score = 0;
    for (const [key, value] of Object.entries(node.node.metadata?.labels ?? {})) score += counts.get(`${key}=${value}`) ?? 0;
    return score;
  },
  normalize(scores) {
    const max = Math.max(...scores);
    const min = Math.min(...scores);
    return scores.map((score) => (max > min ? Math.trunc((MAX_SCORE * (score - min)) / (max - min)) : 0));
  },
};

function weigh(incoming: PodInfo, existing: PodInfo, node: NodeInfo, counts: Counts, snapshot: Snapshot): void {
  const put = (term: PodAffinityTerm, weight: number, owner: Pod, other: Pod): void => {
    const pair = pairOf(node, term.topologyKey);
    if (pair && weight !== 0 && termMatches(term, owner, other, snapshot)) add(counts, pair, weight);
  };
  for (const { podAffinityTerm, weight } of preferredAffinity(incoming)) put(podAffinityTerm, weight, incoming.pod, existing.pod);
  for (const { podAffinityTerm, weight } of preferredAntiAffinity(incoming)) put(podAffinityTerm, -weight, incoming.pod, existing.pod);
  for (const term of requiredAffinity(existing)) put(term, HARD_POD_AFFINITY_WEIGHT, existing.pod, incoming.pod);
  for (const { podAffinityTerm, weight } of preferredAffinity(existing)) put(podAffinityTerm, weight, existing.pod, incoming.pod);
  for (const { podAffinityTerm, weight } of preferredAntiAffinity(existing)) put(podAffinityTerm, -weight, existing.pod, incoming.pod);
}
