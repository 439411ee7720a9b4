/** The conditions that the kubelet owns, in the order in which `kubectl describe` shows them, with upstream's reasons and
 *  sentences. Transition times are kept where the status has not changed.
 *  Upstream: pkg/kubelet/status/generate.go */
import type { ContainerStatus, Pod, PodCondition, PodStatus } from '../api/generated/types.ts';
import { hasStarted } from './pod-phase.ts';
import { isRestartableInit } from './pod-view.ts';

/** Everything else in a Pod's conditions belongs to others. */
export const OWNED_CONDITIONS: ReadonlySet<string> = new Set(['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled']);

export interface ConditionInput {
  readonly phase: string;
  readonly sandboxReady: boolean;
  readonly initStatuses: readonly ContainerStatus[];
  readonly statuses: readonly ContainerStatus[];
}

type Verdict = Pick<PodCondition, 'status' | 'reason' | 'message'>;
const TRUE: Verdict = { status: 'True' };

/** `old` is what the API has: conditions of others are kept in front, and unchanged ones keep their transition time. */
export function podConditions(pod: Pod, old: PodStatus, input: ConditionInput, now: string): readonly PodCondition[] {
  const before = old.conditions ?? [];
  const foreign = before.filter((each) => !OWNED_CONDITIONS.has(each.type));
  const containersReady = containersReadyCondition(pod, input);
  const own: readonly (readonly [string, Verdict])[] = [
    ['PodReadyToStartContainers', { status: input.sandboxReady ? 'True' : 'False' }],
    ['Initialized', initializedCondition(pod, input)],
    ['Ready', readyCondition(pod, containersReady, foreign)],
    ['ContainersReady', containersReady],
    ['PodScheduled', TRUE],
  ];
  return [...foreign, ...own.map(([type, verdict]) => withTime(type, verdict, before, now))];
}

function withTime(type: string, verdict: Verdict, before: readonly PodCondition[], now: string): PodCondition {
  const old = before.find((each) => each.type === type);
  const lastTransitionTime = old?.status === verdict.status && old.lastTransitionTime !== undefined ? old.lastTransitionTime : now;
  return { type, ...verdict, lastTransitionTime };
}

const list = (names: readonly string[]): string => `[${names.join(' ')}]`;

function sentence(unknown: readonly string[], not: readonly string[], word: string): string {
  const parts: string[] = [];
  if (unknown.length > 0) parts.push(`containers with unknown status: ${list(unknown)}`);
  if (not.length > 0) parts.push(`containers with ${word} status: ${list(not)}`);
  return parts.join(', ');
}

function initializedCondition(pod: Pod, input: ConditionInput): Verdict {
  const unknown: string[] = [];
  const incomplete: string[] = [];
  for (const container of pod.spec?.initContainers ?? []) {
    const status = input.initStatuses.find((each) => each.name === container.name);
    if (status === undefined) unknown.push(container.name);
    else if (isRestartableInit(container) ? status.started !== true : !status.ready) incomplete.push(container.name);
  }
  if (input.phase === 'Succeeded' && unknown.length === 0) return { status: 'True', reason: 'PodCompleted' };
  if (input.statuses.some(hasStarted)) return TRUE;
  const message = sentence(unknown, incomplete, 'incomplete');
  return message === '' ? TRUE : { status: 'False', reason: 'ContainersNotInitialized', message };
}

function containersReadyCondition(pod: Pod, input: ConditionInput): Verdict {
  const unknown: string[] = [];
  const unready: string[] = [];
  const note = (name: string, status: ContainerStatus | undefined): void => {
    if (status === undefined) unknown.push(name);
    else if (!status.ready) unready.push(name);
  };
  for (const each of pod.spec?.initContainers ?? []) {
    if (isRestartableInit(each)) note(each.name, input.initStatuses.find((status) => status.name === each.name));
  }
  for (const each of pod.spec?.containers ?? []) note(each.name, input.statuses.find((status) => status.name === each.name));
  if (input.phase === 'Succeeded' && unknown.length === 0) return { status: 'False', reason: 'PodCompleted' };
  if (input.phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const message = sentence(unknown, unready, 'unready');
  return message === '' ? TRUE : { status: 'False', reason: 'ContainersNotReady', message };
}

function readyCondition(pod: Pod, containersReady: Verdict, foreign: readonly PodCondition[]): Verdict {
  if (containersReady.status !== 'True') return containersReady;
  const problems: string[] = [];
  for (const gate of pod.spec?.readinessGates ?? []) {
    const condition = foreign.find((each) => each.type === gate.conditionType);
    if (condition === undefined) problems.push(`corresponding condition of pod readiness gate "${gate.conditionType}" does not exist.`);
    else if (condition.status !== 'True') {
      problems.push(`the status of pod readiness gate "${gate.conditionType}" is not "True", but ${condition.status}`);
    }
  }
  return problems.length === 0 ? TRUE : { status: 'False', reason: 'ReadinessGatesNotReady', message: problems.join(', ') };
}
