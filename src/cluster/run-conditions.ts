/** "Run until something happens": what each condition asks of the cluster, as pure functions of what was there when the run
 *  began and what is there now. */
import type { Container, ContainerStatus, DaemonSet, Deployment, Node, Pod, ReplicaSet, StatefulSet } from '../api/generated/types.ts';
import type { TraceRecord } from '../base/trace.ts';
import type { RunCondition } from '../sandbox/sandbox.ts';

/** What the conditions look at. */
export interface ClusterState {
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  readonly deployments: readonly Deployment[];
  readonly replicasets: readonly ReplicaSet[];
  readonly statefulsets: readonly StatefulSet[];
  readonly daemonsets: readonly DaemonSet[];
}

/** Answered by the trace alone: something happened. */
type Happening = Extract<RunCondition, 'next-event' | 'next-schedule' | 'idle'>;
/** Answered by the objects: something is so now and was not, or is so at last. */
export type Standing = Exclude<RunCondition, Happening>;

/** Heartbeats are not something that happens. */
const QUIET_PATHS = /\/leases\/|\/events(\/|$)/;

export const isChange = ({ event }: TraceRecord): boolean => event.type === 'request' && event.revision !== undefined && !QUIET_PATHS.test(event.path);
export const isSchedule = ({ event }: TraceRecord): boolean => event.type === 'schedule';

/** Which changes make it worth to look. */
export const WORTH_A_LOOK: Readonly<Record<Standing, RegExp>> = {
  'all-pods-ready': /\/(pods|deployments|replicasets|statefulsets|daemonsets)(\/|$)/,
  'a-pod-ready': /\/pods\//,
  'a-pod-fails': /\/pods\//,
  'a-node-not-ready': /\/nodes\//,
};

export const HOLDS: Readonly<Record<Standing, (before: ClusterState, now: ClusterState) => boolean>> = {
  'all-pods-ready': (_before, now) => everyPodReady(now),
  'a-pod-ready': (before, now) => gained(before.pods.filter(isReady).map(uidOf), now.pods.filter(isReady).map(uidOf)),
  'a-pod-fails': (before, now) => gained(before.pods.flatMap(failuresOf), now.pods.flatMap(failuresOf)),
  'a-node-not-ready': (before, now) => gained(silent(before), silent(now)),
};

const gained = (before: readonly string[], now: readonly string[]): boolean => {
  const known = new Set(before);
  return now.some((one) => !known.has(one));
};

const uidOf = ({ metadata }: Pod | Node): string => metadata?.uid ?? metadata?.name ?? '';

interface Conditioned { readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] } | undefined }
const isReady = ({ status }: Conditioned): boolean => (status?.conditions ?? []).some(({ type, status: value }) => type === 'Ready' && value === 'True');

const silent = ({ nodes }: ClusterState): readonly string[] => nodes.filter((node) => !isReady(node)).map(uidOf);

/** Every Pod that should run is Ready, and no controller waits for more of them: also those that are not made yet. */
function everyPodReady(now: ClusterState): boolean {
  const ended = ({ status }: Pod): boolean => status?.phase === 'Succeeded';
  if (!now.pods.every((pod) => ended(pod) || isReady(pod))) return false;
  const workloads = [...now.deployments, ...now.replicasets, ...now.statefulsets];
  return (
    workloads.every(({ metadata, spec, status }) => (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0) && (status?.readyReplicas ?? 0) >= (spec?.replicas ?? 1)) &&
    now.deployments.every(({ spec, status }) => (status?.updatedReplicas ?? 0) >= (spec?.replicas ?? 1)) &&
    now.daemonsets.every(({ status }) => (status?.numberReady ?? 0) >= (status?.desiredNumberScheduled ?? 0))
  );
}

/** Reasons for which a container waits that are no part of an ordinary start. */
const FAILED_WAITS: ReadonlySet<string> = new Set([
  'ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull', 'CrashLoopBackOff', 'CreateContainerConfigError', 'CreateContainerError', 'RunContainerError',
]);

/** Everything that went wrong with a Pod, each under a name of its own. */
function failuresOf(pod: Pod): readonly string[] {
  const { status } = pod;
  const statuses: readonly ContainerStatus[] = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const names = statuses.flatMap(({ name, state, restartCount }: ContainerStatus & Pick<Container, 'name'>) => {
    const reason = state?.waiting?.reason ?? '';
    if (FAILED_WAITS.has(reason)) return [`${name} ${reason}`];
    const exitCode = state?.terminated?.exitCode ?? 0;
    return [...(exitCode === 0 ? [] : [`${name} ended ${restartCount}`]), ...(restartCount > 0 ? [`${name} restarted ${restartCount}`] : [])];
  });
  return [...names, ...(status?.phase === 'Failed' ? ['failed'] : [])].map((name) => `${uidOf(pod)} ${name}`);
}
