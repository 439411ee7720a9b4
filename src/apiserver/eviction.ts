/** POST pods/NAME/eviction: a deletion that asks the PodDisruptionBudget first.
 *  Upstream: pkg/registry/core/pod/storage/eviction.go */
import { rfc3339 } from '../base/time.ts';
import { badRequest, conflict, internalError, notFound, tooManyRequests } from '../api/errors.ts';
import type { Eviction, Pod, PodCondition, PodDisruptionBudget } from '../api/generated/types.ts';
import { labelsOf, nameOf } from '../api/meta.ts';
import { isPodReady, isPodTerminal } from '../api/pod.ts';
import { PodDisruptionBudgets, Pods } from '../api/resources.ts';
import { structOf } from '../api/schema/types.ts';
import { matchesLabelSelector } from '../api/selectors.ts';
import { decodeObject, fieldValidationOf, rawBody } from './body.ts';
import { deleteObject } from './delete.ts';
import type { DeleteOptions } from './delete.ts';
import { queryOf } from './request-info.ts';
import type { Call } from './server-state.ts';

const EVICTION = { group: 'policy', version: 'v1', kind: 'Eviction' };
const VIOLATED = "Cannot evict pod as it would violate the pod's disruption budget.";
const TRIES = 20;

export async function evictPod(call: Call): Promise<void> {
  const { server, info } = call;
  const eviction = decodeObject(rawBody(call.request)?.value, EVICTION, structOf('Eviction'), {
    validation: fieldValidationOf(call.request), cache: server.decodeCache, warn: call.warn,
  }) as Eviction;
  if (eviction.metadata?.name && eviction.metadata.name !== info.name) throw badRequest('name in URL does not match name in Eviction object');
  const options = (eviction.deleteOptions ?? {}) as DeleteOptions;
  const dryRun = queryOf(call.request, 'dryRun') === 'All' || (options.dryRun?.includes('All') ?? false);
  const pod = podOf(call);
  if (!mayIgnoreBudgets(pod)) spendBudget(call, pod, dryRun);
  const all = dryRun ? { ...options, dryRun: ['All'] } : options;
  if (!dryRun) markDisrupted(call, pod.metadata?.uid);
  await deleteObject(call, all);
}

function podOf(call: Call): Pod {
  const found = call.server.storage.get(call.kind, call.info.namespace, call.info.name);
  if (found === undefined) throw notFound(Pods, call.info.name);
  return found.object as Pod;
}

/** Nothing is disrupted where nothing runs. */
const mayIgnoreBudgets = (pod: Pod): boolean =>
  isPodTerminal(pod) || pod.status?.phase === 'Pending' || pod.metadata?.deletionTimestamp !== undefined;

function spendBudget(call: Call, pod: Pod, dryRun: boolean): void {
  const { storage } = call.server;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const budgets = storage.list(PodDisruptionBudgets, call.info.namespace)
      .filter((budget) => budget.spec?.selector !== undefined && matchesLabelSelector(budget.spec.selector, labelsOf(pod)));
    if (budgets.length > 1) throw internalError('This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.');
    const [budget] = budgets;
    if (budget === undefined || isUnhealthyAllowed(budget, pod)) return;
    const spent = spending(budget, pod, rfc3339(call.server.world.clock.now()));
    if (dryRun || storage.put(call.server.kinds.of(PodDisruptionBudgets), spent, Number(budget.metadata?.resourceVersion))) return;
  }
  throw conflict(PodDisruptionBudgets, call.info.name);
}

function isUnhealthyAllowed({ spec, status }: PodDisruptionBudget, pod: Pod): boolean {
  if (isPodReady(pod)) return false;
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  return (status?.desiredHealthy ?? 0) > 0 && (status?.currentHealthy ?? 0) >= (status?.desiredHealthy ?? 0);
}

/** The budget with one disruption less; throws 429 where none is left. */
function spending(budget: PodDisruptionBudget, pod: Pod, now: string): PodDisruptionBudget {
  const { status } = budget;
  const name = nameOf(budget);
  const refuse = (message: string, retryAfterSeconds?: number) => tooManyRequests(VIOLATED, retryAfterSeconds, [{ reason: 'DisruptionBudget', message }]);
  if (status === undefined || (status.observedGeneration ?? 0) < (budget.metadata?.generation ?? 0)) {
    throw refuse(`The disruption budget ${name} is still being processed by the server.`, 10);
  }
  if (status.disruptionsAllowed <= 0) {
    throw refuse(`The disruption budget ${name} needs ${status.desiredHealthy} healthy pods and has ${status.currentHealthy} currently`);
  }
  return {
    ...budget,
    status: { ...status, disruptionsAllowed: status.disruptionsAllowed - 1, disruptedPods: { ...status.disruptedPods, [nameOf(pod)]: now } },
  };
}

function markDisrupted(call: Call, uid: string | undefined): void {
  const { storage, world } = call.server;
  const found = storage.get(call.kind, call.info.namespace, call.info.name);
  const pod = found?.object as Pod | undefined;
  if (found === undefined || pod === undefined || pod.metadata?.uid !== uid) return;
  const condition: PodCondition = {
    type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting', lastTransitionTime: rfc3339(world.clock.now()),
  };
  const others = (pod.status?.conditions ?? []).filter((each) => each.type !== condition.type);
  storage.put(call.kind, { ...pod, status: { ...pod.status, conditions: [...others, condition] } } as Pod, found.modRevision);
}
