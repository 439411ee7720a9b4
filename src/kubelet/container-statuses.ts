/** status.containerStatuses from what the runtime knows, what the API knew before, and why a start failed last.
 *  Upstream: pkg/kubelet/kubelet_pods.go (convertToAPIContainerStatuses), pkg/kubelet/prober/prober_manager.go (UpdatePodStatus) */
import type { Container, ContainerState, ContainerStatus, Pod } from '../api/generated/types.ts';
import { rfc3339 } from '../base/time.ts';
import { parseImageReference } from '../cri/image-reference.ts';
import { shouldRestart, type ProbeVerdict } from './pod-actions.ts';
import { isRestartableInit, type ContainerRecord, type PodView } from './pod-view.ts';

/** Why a container could not be started: the waiting state that the API shows. */
export interface StartFailure { readonly reason: string; readonly message: string }

export interface StatusFacts {
  failure(container: string): StartFailure | undefined;
  /** undefined: the container has no such probe; 'unknown': it has not answered yet. */
  startup(container: string, containerId: string): ProbeVerdict | undefined;
  readiness(container: string, containerId: string): ProbeVerdict | undefined;
  terminationMessage(containerId: string): string | undefined;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Draft = Mutable<ContainerStatus>;

const GONE = {
  exitCode: 137, reason: 'ContainerStatusUnknown',
  message: 'The container could not be located when the pod was deleted.  The container used to be Running',
} as const;

export interface Group {
  readonly containers: readonly Container[];
  readonly old: readonly ContainerStatus[];
  readonly isInit: boolean;
}

export function containerStatuses(pod: Pod, view: PodView, group: Group, facts: StatusFacts): readonly ContainerStatus[] {
  const result = group.containers.map((container) => {
    const draft = statusOf(pod, view, container, group, facts);
    setStartedAndReady(draft, container, group.isInit, facts);
    return draft;
  });
  return group.isInit ? result : result.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function statusOf(pod: Pod, view: PodView, container: Container, group: Group, facts: StatusFacts): Draft {
  const old = group.old.find((each) => each.name === container.name);
  const records = view.containers.filter((each) => each.config.name === container.name);
  const newest = records[0];
  const draft = newest === undefined ? missing(pod, container, group, old) : fromRecord(pod, container, newest, facts);
  if (newest !== undefined) {
    const previous = records[1];
    const lastState = previous === undefined ? old?.lastState : stateOf(previous, facts);
    if (lastState !== undefined) draft.lastState = lastState;
  }
  if (group.isInit && newest?.state === 'exited' && newest.exitCode === 0 && !isRestartableInit(container)) return draft;
  if (!shouldRestart(container, pod, view)) return draft;
  const failure = facts.failure(container.name);
  if (failure === undefined) return draft;
  if (draft.state?.terminated !== undefined) draft.lastState = draft.state;
  draft.state = { waiting: { reason: failure.reason, ...(failure.message !== '' && { message: failure.message }) } };
  return draft;
}

/** The runtime knows no such container: it is yet to be made, or it has been taken away. */
function missing(pod: Pod, container: Container, group: Group, old: ContainerStatus | undefined): Draft {
  if (group.isInit && old?.state?.terminated !== undefined) return { ...old };
  const hasInit = (pod.spec?.initContainers ?? []).length > 0;
  const draft: Draft = {
    name: container.name, image: container.image ?? '', imageID: '', ready: false, restartCount: old?.restartCount ?? 0,
    state: { waiting: { reason: hasInit ? 'PodInitializing' : 'ContainerCreating' } }, lastState: old?.lastState ?? {},
  };
  if (old?.state?.running === undefined || draft.lastState?.terminated !== undefined) return draft;
  draft.lastState = { terminated: { ...GONE } };
  if (pod.metadata?.deletionTimestamp === undefined) draft.restartCount += 1;
  return draft;
}

function fromRecord(pod: Pod, container: Container, record: ContainerRecord, facts: StatusFacts): Draft {
  const draft: Draft = {
    name: container.name, image: fullName(record.config.image), imageID: record.imageRef, containerID: `containerd://${record.id}`,
    ready: false, restartCount: record.config.attempt, state: stateOf(record, facts), lastState: {},
  };
  if (record.state === 'running') setResources(draft, container);
  const mounts = volumeMountStatuses(pod, container);
  if (mounts !== undefined) draft.volumeMounts = mounts;
  return draft;
}

/** "docker.io/library/nginx:latest" for "nginx". */
function fullName(image: string): string {
  const reference = parseImageReference(image);
  if ('error' in reference) return image;
  return reference.digest === undefined ? `${reference.name}:${reference.tag}` : `${reference.name}@${reference.digest}`;
}

function setResources(draft: Draft, container: Container): void {
  const { resources } = container;
  draft.resources = resources?.limits === undefined && resources?.requests === undefined
    ? {}
    : { ...(resources.limits !== undefined && { limits: resources.limits }), ...(resources.requests !== undefined && { requests: resources.requests }) };
  if (resources?.requests !== undefined) draft.allocatedResources = resources.requests;
}

function volumeMountStatuses(pod: Pod, container: Container): ContainerStatus['volumeMounts'] {
  if (container.volumeMounts === undefined || container.volumeMounts.length === 0) return undefined;
  return container.volumeMounts.map((mount) => ({
    name: mount.name, mountPath: mount.mountPath,
    ...(mount.readOnly === true && { readOnly: true, recursiveReadOnly: 'Disabled' }),
  }));
}

function stateOf(record: ContainerRecord, facts: StatusFacts): ContainerState {
  const time = (ms: number | undefined): string => rfc3339(ms ?? record.createdAtMs);
  switch (record.state) {
    case 'created': return { waiting: {} };
    case 'running': return { running: { startedAt: time(record.startedAtMs) } };
    case 'exited': {
      const message = facts.terminationMessage(record.id) ?? record.message;
      return {
        terminated: {
          exitCode: record.exitCode ?? 0,
          ...(record.signal !== undefined && record.signal !== 0 && { signal: record.signal }),
          reason: record.reason ?? (record.exitCode === 0 ? 'Completed' : 'Error'),
          ...(message !== undefined && message !== '' && { message }),
          startedAt: time(record.startedAtMs), finishedAt: time(record.finishedAtMs), containerID: `containerd://${record.id}`,
        },
      };
    }
  }
}

function setStartedAndReady(draft: Draft, container: Container, isInit: boolean, facts: StatusFacts): void {
  if (isInit && !isRestartableInit(container)) {
    draft.ready = draft.state?.terminated?.exitCode === 0;
    draft.started = false;
    return;
  }
  const running = draft.state?.running !== undefined;
  const id = (draft.containerID ?? '').slice('containerd://'.length);
  const startup = running ? facts.startup(container.name, id) : undefined;
  draft.started = running && (startup === undefined || startup === 'success');
  const readiness = draft.started ? facts.readiness(container.name, id) : undefined;
  draft.ready = draft.started && (readiness === undefined || readiness === 'success');
}

/** A Pod that has ended: whatever is not known to have stopped is said to have stopped in an unknown way.
 *  Upstream: pkg/kubelet/status/status_manager.go (TerminatePod) */
export function terminatedStatuses(statuses: readonly ContainerStatus[]): readonly ContainerStatus[] {
  if (statuses.every((each) => each.state?.terminated !== undefined)) return statuses;
  return statuses.map((each) => (each.state?.terminated !== undefined || each.state?.waiting !== undefined ? each : {
    ...each, ready: false, started: false,
    state: { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message: 'The container could not be located when the pod was terminated' } },
  }));
}
