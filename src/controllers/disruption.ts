/** Keeps each PodDisruptionBudget's count of how many of its Pods may be evicted now.
 *  Upstream: pkg/controller/disruption/disruption.go */
import { equal } from '../base/json.ts';
import { parseTime, rfc3339 } from '../base/time.ts';
import { isReason } from '../api/errors.ts';
import type { Condition, Pod, PodDisruptionBudget, PodDisruptionBudgetStatus } from '../api/generated/types.ts';
import { isPercent, scaledValue } from '../api/int-or-string.ts';
import { controllerOf, isTerminating, keyOf, labelsOf, nameOf, namespaceOf, uidOf } from '../api/meta.ts';
import { Deployments, PodDisruptionBudgets, Pods, ReplicaSets, ReplicationControllers, StatefulSets } from '../api/resources.ts';
import { matchesLabelSelector } from '../api/selectors.ts';
import type { Controller, ControllerContext, Requeue } from '../client/controller.ts';
import { isFinished, isReady } from './pods.ts';

/** An eviction that has not led to a deletion by then is forgotten. */
const DISRUPTED_MS = 120_000;

interface Expected {
  readonly expected: number;
  readonly desired: number;
}

export function createDisruptionController(context: ControllerContext): Controller {
  const { world, client, recorder } = context;
  const budgets = context.informer(PodDisruptionBudgets);
  const pods = context.informer(Pods);
  const [deployments, replicaSets, statefulSets, replicationControllers] = [
    context.informer(Deployments),
    context.informer(ReplicaSets),
    context.informer(StatefulSets),
    context.informer(ReplicationControllers),
  ];

  const budgetsOf = (pod: Pod): readonly string[] =>
    budgets
      .list({ name: 'namespace', value: namespaceOf(pod) })
      .filter((budget) => matchesLabelSelector(budget.spec?.selector, labelsOf(pod)))
      .map(keyOf);

  /** How many Pods the controllers of these want in all; a Pod without one that can be scaled makes the count impossible. */
  function scaleOf(selected: readonly Pod[]): number | string {
    const scales = new Map<string, number>();
    for (const pod of selected) {
      const owner = controllerOf(pod);
      if (owner === undefined) return `found no controllers for pod "${nameOf(pod)}"`;
      const found = scaleOfOwner(namespaceOf(pod), owner.kind, owner.name, owner.uid);
      if (found === undefined) return `found no controllers for pod "${nameOf(pod)}"`;
      scales.set(found.uid, found.replicas);
    }
    return [...scales.values()].reduce((sum, replicas) => sum + replicas, 0);
  }

  function scaleOfOwner(
    namespace: string,
    kind: string,
    name: string,
    uid: string,
  ): { readonly uid: string; readonly replicas: number } | undefined {
    const key = `${namespace}/${name}`;
    const object =
      kind === 'ReplicaSet'
        ? replicaSets.get(key)
        : kind === 'StatefulSet'
          ? statefulSets.get(key)
          : kind === 'ReplicationController'
            ? replicationControllers.get(key)
            : kind === 'Deployment'
              ? deployments.get(key)
              : undefined;
    if (object === undefined || uidOf(object) !== uid) return undefined;
    const above = kind === 'ReplicaSet' ? controllerOf(object) : undefined;
    if (above !== undefined) return scaleOfOwner(namespace, above.kind, above.name, above.uid);
    return { uid, replicas: object.spec?.replicas ?? 1 };
  }

  function expectation(budget: PodDisruptionBudget, selected: readonly Pod[]): Expected | string {
    const { minAvailable, maxUnavailable } = budget.spec ?? {};
    if (maxUnavailable === undefined && !isPercent(minAvailable)) return { expected: selected.length, desired: Number(minAvailable ?? 0) };
    const expected = scaleOf(selected);
    if (typeof expected === 'string') return expected;
    if (maxUnavailable === undefined) return { expected, desired: scaledValue(minAvailable, expected, true) ?? 0 };
    return { expected, desired: Math.max(0, expected - (scaledValue(maxUnavailable, expected, true) ?? 0)) };
  }

  async function reconcile(key: string): Promise<Requeue | void> {
    const budget = budgets.get(key);
    if (budget === undefined) return;
    const selected = pods
      .list({ name: 'namespace', value: namespaceOf(budget) })
      .filter((pod) => !isFinished(pod) && matchesLabelSelector(budget.spec?.selector, labelsOf(pod)));
    if (selected.length === 0) recorder.event(PodDisruptionBudgets, budget, 'Normal', 'NoPods', 'No matching pods found');
    const expected = expectation(budget, selected);
    if (typeof expected === 'string') {
      recorder.event(
        PodDisruptionBudgets,
        budget,
        'Warning',
        'CalculateExpectedPodCountFailed',
        `Failed to calculate the number of expected pods: ${expected}`,
      );
      return writeStatus(budget, failedStatus(budget, expected));
    }
    const now = world.clock.now();
    const { disrupted, againAfterMs } = stillDisrupted(budget, now);
    const healthy = selected.filter((pod) => !isTerminating(pod) && disrupted[nameOf(pod)] === undefined && isReady(pod)).length;
    const allowed = expected.expected <= 0 ? 0 : Math.max(0, healthy - expected.desired);
    await writeStatus(budget, {
      ...budget.status,
      currentHealthy: healthy,
      desiredHealthy: expected.desired,
      expectedPods: expected.expected,
      disruptionsAllowed: allowed,
      disruptedPods: Object.keys(disrupted).length === 0 ? undefined : disrupted,
      observedGeneration: budget.metadata?.generation,
      conditions: withCondition(budget, allowed > 0 ? 'True' : 'False', allowed > 0 ? 'SufficientPods' : 'InsufficientPods', ''),
    });
    if (againAfterMs !== undefined) return { afterMs: againAfterMs };
  }

  function stillDisrupted(
    budget: PodDisruptionBudget,
    now: number,
  ): { readonly disrupted: Readonly<Record<string, string>>; readonly againAfterMs?: number } {
    const disrupted: Record<string, string> = {};
    let againAfterMs: number | undefined;
    for (const [name, since] of Object.entries(budget.status?.disruptedPods ?? {})) {
      const pod = pods.get(`${namespaceOf(budget)}/${name}`);
      const left = parseTime(since) + DISRUPTED_MS - now;
      if (pod === undefined || isTerminating(pod) || left <= 0) continue;
      disrupted[name] = since;
      againAfterMs = Math.min(againAfterMs ?? left, left);
    }
    return { disrupted, ...(againAfterMs !== undefined && { againAfterMs }) };
  }

  /** Where the Pods cannot be counted nothing may be evicted. */
  const failedStatus = (budget: PodDisruptionBudget, message: string): PodDisruptionBudgetStatus => ({
    currentHealthy: 0,
    desiredHealthy: 0,
    expectedPods: 0,
    ...budget.status,
    disruptionsAllowed: 0,
    observedGeneration: budget.metadata?.generation,
    conditions: withCondition(budget, 'False', 'SyncFailed', message),
  });

  function withCondition(budget: PodDisruptionBudget, status: 'True' | 'False', reason: string, message: string): readonly Condition[] {
    const old = budget.status?.conditions ?? [];
    const before = old.find((each) => each.type === 'DisruptionAllowed');
    const observedGeneration = budget.metadata?.generation;
    const at = before?.status === status ? before.lastTransitionTime : rfc3339(world.clock.now());
    const next: Condition = { type: 'DisruptionAllowed', status, reason, message, lastTransitionTime: at, observedGeneration };
    return before === undefined ? [...old, next] : old.map((each) => (each === before ? next : each));
  }

  async function writeStatus(budget: PodDisruptionBudget, status: PodDisruptionBudgetStatus): Promise<void> {
    if (equal(budget.status, status)) return;
    try {
      await client.updateStatus(PodDisruptionBudgets, { ...budget, status });
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
  }

  return {
    name: 'disruption-controller',
    for: PodDisruptionBudgets,
    reconcile,
    watches: [
      { resource: Pods, toKeys: (pod, old) => new Set([...budgetsOf(pod as Pod), ...(old === undefined ? [] : budgetsOf(old as Pod))]) },
    ],
  };
}
