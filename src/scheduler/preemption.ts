/** DefaultPreemption: which lower-priority Pods would have to go so that this one fits, and on which node that hurts least.
 *  Upstream: pkg/scheduler/framework/preemption/preemption.go, plugins/defaultpreemption */
import type { Pod, PodDisruptionBudget } from '../api/generated/types.ts';
import { matchesLabelSelector } from '../api/selectors.ts';
import type { Diagnosis } from './cycle.ts';
import { fits, replaceNode } from './cycle.ts';
import { preemptionError } from './fit-error.ts';
import type { Registered } from './plugins/registry.ts';
import { withoutPod, withPod } from './snapshot.ts';
import type { PodInfo, Snapshot } from './snapshot.ts';

const CANDIDATES_MIN = 100;
const CANDIDATES_PERCENTAGE = 10;

export interface PreemptionPlan { readonly node: string; readonly victims: readonly Pod[] }
export type PreemptionResult = { readonly plan: PreemptionPlan } | { readonly message: string };

interface Candidate { readonly node: string; readonly victims: readonly PodInfo[]; readonly violations: number }

const priorityOf = (pod: Pod): number => pod.spec?.priority ?? 0;
const startedAt = (pod: Pod): string => pod.status?.startTime ?? '';
/** More important first: the higher priority, then the earlier start. */
const byImportance = (a: PodInfo, b: PodInfo): number =>
  priorityOf(b.pod) - priorityOf(a.pod) || (startedAt(a.pod) < startedAt(b.pod) ? -1 : startedAt(a.pod) > startedAt(b.pod) ? 1 : 0);

/** Splits the Pods by whether evicting them, in this order, would break a disruption budget. */
function splitByBudget(pods: readonly PodInfo[], budgets: readonly PodDisruptionBudget[]): { violating: readonly PodInfo[]; fine: readonly PodInfo[] } {
  const left = budgets.map((budget) => budget.status?.disruptionsAllowed ?? 0);
  const violating: PodInfo[] = [];
  const fine: PodInfo[] = [];
  for (const info of pods) {
    let violates = false;
    budgets.forEach((budget, index) => {
      const sameNamespace = budget.metadata?.namespace === info.pod.metadata?.namespace;
      const selector = budget.spec?.selector;
      if (!sameNamespace || !selector || !matchesLabelSelector(selector, info.pod.metadata?.labels ?? {})) return;
      if (budget.status?.disruptedPods?.[info.pod.metadata?.name ?? '']) return;
      left[index] = (left[index] ?? 0) - 1;
      if ((left[index] ?? 0) < 0) violates = true;
    });
    (violates ? violating : fine).push(info);
  }
  return { violating, fine };
}

/** Removes every lower-priority Pod, then puts back as many as still leave room, the most important first. */
function selectVictims(pod: Pod, nodeName: string, snapshot: Snapshot, plugins: readonly Registered[], budgets: readonly PodDisruptionBudget[]): Candidate | undefined {
  const node = snapshot.byName.get(nodeName);
  const lower = node?.pods.filter((info) => priorityOf(info.pod) < priorityOf(pod)) ?? [];
  if (!node || lower.length === 0) return undefined;
  let current = lower.reduce((info, victim) => withoutPod(info, victim.pod.metadata?.uid), node);
  if (fits(pod, nodeName, replaceNode(snapshot, current), plugins)) return undefined;
  const { violating, fine } = splitByBudget([...lower].sort(byImportance), budgets);
  const victims: PodInfo[] = [];
  let violations = 0;
  const reprieve = (info: PodInfo): boolean => {
    const fuller = withPod(current, info);
    const refused = fits(pod, nodeName, replaceNode(snapshot, fuller), plugins);
    if (refused) victims.push(info);
    else current = fuller;
    return refused === undefined;
  };
  for (const info of violating) if (!reprieve(info)) violations += 1;
  for (const info of fine) reprieve(info);
  return victims.length === 0 ? undefined : { node: nodeName, victims: victims.sort(byImportance), violations };
}

/** Least harm first: budgets broken, highest victim's priority, sum of priorities, number, and the latest start of the most important. */
function leastHarm(a: Candidate, b: Candidate): number {
  const highest = (candidate: Candidate) => priorityOf(candidate.victims[0]?.pod ?? {});
  // Upstream adds 2^31 a victim, so that many unimportant victims weigh more than few.
  const sum = (candidate: Candidate) => candidate.victims.reduce((total, victim) => total + priorityOf(victim.pod) + 2 ** 31, 0);
  const start = (candidate: Candidate) => candidate.victims.filter((victim) => priorityOf(victim.pod) === highest(candidate))
    .map((victim) => startedAt(victim.pod)).sort()[0] ?? '';
  const later = start(a) > start(b) ? -1 : start(a) < start(b) ? 1 : 0;
  return a.violations - b.violations || highest(a) - highest(b) || sum(a) - sum(b) || a.victims.length - b.victims.length || later;
}

export interface PreemptionInput {
  readonly pod: Pod;
  readonly snapshot: Snapshot;
  readonly diagnosis: Diagnosis;
  readonly plugins: readonly Registered[];
  readonly budgets: readonly PodDisruptionBudget[];
  readonly draw: (below: number) => number;
}

export function planPreemption({ pod, snapshot, diagnosis, plugins, budgets, draw }: PreemptionInput): PreemptionResult {
  const total = snapshot.nodes.length;
  if (pod.spec?.preemptionPolicy === 'Never') return { message: 'not eligible due to preemptionPolicy=Never.' };
  const nominated = pod.status?.nominatedNodeName ? snapshot.byName.get(pod.status.nominatedNodeName) : undefined;
  const leaving = nominated?.pods.some((info) => info.pod.metadata?.deletionTimestamp && priorityOf(info.pod) < priorityOf(pod));
  if (leaving) return { message: 'not eligible due to a terminating pod on the nominated node.' };
  const hopeful = diagnosis.preFilter ? [] : snapshot.nodes.filter((node) => diagnosis.byNode.get(node.name)?.verdict.resolvable);
  const counts: Record<string, number> = {};
  if (hopeful.length < total) counts['Preemption is not helpful for scheduling'] = total - hopeful.length;
  const enough = Math.min(hopeful.length, Math.max(CANDIDATES_MIN, Math.trunc((hopeful.length * CANDIDATES_PERCENTAGE) / 100)));
  const candidates: Candidate[] = [];
  const offset = hopeful.length > 1 ? draw(hopeful.length) : 0;
  for (let index = 0; index < hopeful.length && candidates.length < enough; index += 1) {
    const node = hopeful[(offset + index) % hopeful.length];
    const candidate = node && selectVictims(pod, node.name, snapshot, plugins, budgets);
    if (candidate) candidates.push(candidate);
    else counts['No preemption victims found for incoming pod'] = (counts['No preemption victims found for incoming pod'] ?? 0) + 1;
  }
  const [best] = candidates.sort(leastHarm);
  if (!best) return { message: preemptionError(total, counts) };
  return { plan: { node: best.node, victims: best.victims.map((victim) => victim.pod) } };
}
