/** The status that the kubelet reports for a Pod.
 *  Upstream: pkg/kubelet/kubelet_pods.go (generateAPIPodStatus) */
import type { ContainerStatus, Pod, PodStatus } from '../api/generated/types.ts';
import { qosClassOf } from '../api/pod.ts';
import { containerStatuses, type StatusFacts } from './container-statuses.ts';
import { podConditions } from './pod-conditions.ts';
import { podPhase } from './pod-phase.ts';
import type { PodView } from './pod-view.ts';

export interface PodStatusInput {
  readonly pod: Pod;
  readonly view: PodView;
  /** What the kubelet reported last, or what the API has. */
  readonly old: PodStatus;
  readonly facts: StatusFacts;
  /** No container will be started any more. */
  readonly terminal: boolean;
  /** Ended by the node: evicted, past its deadline, refused. */
  readonly failed?: { readonly reason: string; readonly message: string };
  readonly nodeIP: string;
  readonly now: string;
}

export function computePodStatus(input: PodStatusInput): PodStatus {
  const { pod, view, old, facts } = input;
  const init = pod.spec?.initContainers ?? [];
  const ephemeral = pod.spec?.ephemeralContainers ?? [];
  const initStatuses = containerStatuses(pod, view, { containers: init, old: old.initContainerStatuses ?? [], isInit: true }, facts);
  const statuses = containerStatuses(pod, view, { containers: pod.spec?.containers ?? [], old: old.containerStatuses ?? [], isInit: false }, facts);
  const ephemeralStatuses = ephemeral.length === 0 ? []
    : containerStatuses(pod, view, { containers: ephemeral, old: old.ephemeralContainerStatuses ?? [], isInit: false }, facts).map(withoutStarted);
  const sandbox = view.sandboxes[0];
  const sandboxReady = sandbox?.state === 'ready';
  const phase = phaseOf(input, [...initStatuses, ...statuses]);
  const ip = pod.spec?.hostNetwork === true ? input.nodeIP : (sandboxReady ? sandbox.ip : old.podIP);
  const failed = input.failed ?? (old.phase === 'Failed' && old.reason !== undefined ? { reason: old.reason, message: old.message ?? '' } : undefined);
  return {
    phase,
    conditions: podConditions(pod, old, { phase, sandboxReady: sandboxReady && (ip ?? '') !== '', initStatuses, statuses }, input.now),
    ...(failed !== undefined && { reason: failed.reason, message: failed.message }),
    hostIP: input.nodeIP,
    hostIPs: [{ ip: input.nodeIP }],
    ...(ip !== undefined && ip !== '' && { podIP: ip, podIPs: [{ ip }] }),
    startTime: old.startTime ?? input.now,
    ...(initStatuses.length > 0 && { initContainerStatuses: initStatuses }),
    containerStatuses: statuses,
    ...(ephemeralStatuses.length > 0 && { ephemeralContainerStatuses: ephemeralStatuses }),
    qosClass: old.qosClass ?? qosClassOf(pod),
  };
}

/** A phase never goes back, and nobody hears of the end while something still runs. */
function phaseOf(input: PodStatusInput, statuses: readonly ContainerStatus[]): string {
  const { old, view } = input;
  if (old.phase === 'Failed' || old.phase === 'Succeeded') return old.phase;
  const ends = input.failed !== undefined ? 'Failed' : podPhase(input.pod, statuses, input.terminal);
  if (ends !== 'Failed' && ends !== 'Succeeded') return ends;
  return view.containers.some((each) => each.state === 'running') ? old.phase ?? 'Pending' : ends;
}

const withoutStarted = (status: ContainerStatus): ContainerStatus => {
  const { started: _, ...rest } = status;
  return { ...rest, ready: false };
};
