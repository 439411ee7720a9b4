/** The phase of a Pod from its containers' states.
 *  Upstream: pkg/kubelet/kubelet_pods.go (getPhase) */
import type { Container, ContainerStatus, Pod } from '../api/generated/types.ts';
import { isRestartableInit } from './pod-view.ts';

export type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed';

interface Counts { running: number; waiting: number; stopped: number; succeeded: number; unknown: number }

/** `terminal`: no container will be started any more, whatever the restart policy says. */
export function podPhase(pod: Pod, statuses: readonly ContainerStatus[], terminal: boolean): Phase {
  const policy = pod.spec?.restartPolicy ?? 'Always';
  const find = (container: Container): ContainerStatus | undefined => statuses.find((each) => each.name === container.name);
  const inits = pod.spec?.initContainers ?? [];
  const regularInit = inits.filter((each) => !isRestartableInit(each)).map((each) => initProgress(find(each)));
  if (policy === 'Never' && regularInit.includes('failed')) return 'Failed';

  const counts: Counts = { running: 0, waiting: 0, stopped: 0, succeeded: 0, unknown: 0 };
  let sidecarsPending = false;
  for (const container of inits.filter(isRestartableInit)) sidecarsPending = countSidecar(find(container), counts) || sidecarsPending;
  for (const container of pod.spec?.containers ?? []) countContainer(find(container), counts);

  const everStarted = (pod.spec?.containers ?? []).some((each) => hasStarted(find(each)));
  if (regularInit.includes('pending') || (sidecarsPending && !everStarted) || counts.waiting > 0) return 'Pending';
  if (counts.unknown > 0) return 'Pending';
  if (counts.running > 0) return 'Running';
  if (counts.stopped === 0) return 'Pending';
  const allSucceeded = counts.stopped === counts.succeeded;
  if (terminal) return allSucceeded ? 'Succeeded' : 'Failed';
  if (policy === 'Always') return 'Running';
  if (allSucceeded) return 'Succeeded';
  return policy === 'Never' ? 'Failed' : 'Running';
}

function initProgress(status: ContainerStatus | undefined): 'pending' | 'failed' | 'done' {
  const ended = status?.state?.terminated ?? (status?.state?.waiting ? status.lastState?.terminated : undefined);
  if (ended === undefined) return 'pending';
  return ended.exitCode === 0 ? 'done' : 'failed';
}

/** Ended sidecars do not count. True: it has yet to come up for the first time. */
function countSidecar(status: ContainerStatus | undefined, counts: Counts): boolean {
  if (status === undefined) counts.unknown += 1;
  else if (status.state?.running) {
    counts.running += 1;
    return status.started !== true;
  } else if (status.state?.waiting && status.lastState?.terminated === undefined) {
    counts.waiting += 1;
    return true;
  }
  return false;
}

function countContainer(status: ContainerStatus | undefined, counts: Counts): void {
  if (status?.state?.running) counts.running += 1;
  else if (status?.state?.terminated) {
    counts.stopped += 1;
    if (status.state.terminated.exitCode === 0) counts.succeeded += 1;
  } else if (status?.state?.waiting) {
    if (status.lastState?.terminated) counts.stopped += 1;
    else counts.waiting += 1;
  } else counts.unknown += 1;
}

export function hasStarted(status: ContainerStatus | undefined): boolean {
  return status?.state?.running !== undefined || status?.state?.terminated !== undefined || status?.lastState?.terminated !== undefined;
}
