/** What the page says of a Pod: one of seven states, a word, and the facts beside it. The raw reason of Kubernetes is
 *  kept whole next to our word. Pure, and memoised per frozen object, because everything that draws asks for it. */
import type { ContainerStatus, Pod } from '../../api/generated/types.ts';

export type PodState = 'ready' | 'not-ready' | 'waiting' | 'failing' | 'succeeded' | 'terminating' | 'unknown';

export interface PodView {
  readonly key: string;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** What a learner tells siblings apart by: the random end, or the ordinal. */
  readonly suffix: string;
  /** The name over a group of siblings: the workload's, not the ReplicaSet's. */
  readonly group: string;
  readonly node: string | undefined;
  readonly state: PodState;
  /** "Running", "Can't pull": the word on the card. */
  readonly word: string;
  /** As kubectl's STATUS column says it: "ImagePullBackOff". */
  readonly reason: string;
  readonly readyCount: number;
  readonly containerCount: number;
  readonly restarts: number;
  /** Unix milliseconds when the grace period ends, while terminating. */
  readonly graceEndsAt: number | undefined;
  /** A container waits in a back-off since this moment (Unix ms). */
  readonly backOffSince: number | undefined;
  readonly createdAt: number;
  readonly system: boolean;
  readonly cpuMilli: number;
  readonly memoryBytes: number;
}

const FAILING: Readonly<Record<string, string>> = {
  ImagePullBackOff: "Can't pull",
  ErrImagePull: "Can't pull",
  InvalidImageName: 'Bad image name',
  ErrImageNeverPull: "Can't pull",
  CrashLoopBackOff: 'Crash loop',
  OOMKilled: 'OOM killed',
  Error: 'Error',
  CreateContainerConfigError: 'Config error',
  CreateContainerError: 'Error',
  RunContainerError: 'Error',
  ContainerCannotRun: 'Error',
  StartError: 'Error',
  Evicted: 'Evicted',
  Failed: 'Failed',
};

const views = new WeakMap<Pod, PodView>();

/** What a cluster brings along, and no learner asked for. */
const SYSTEM: ReadonlySet<string> = new Set(['kube-system', 'local-path-storage']);
export const isSystem = (namespace: string | undefined): boolean => namespace !== undefined && SYSTEM.has(namespace);

export function podView(pod: Pod): PodView {
  let view = views.get(pod);
  if (!view) views.set(pod, (view = viewOf(pod)));
  return view;
}

function viewOf(pod: Pod): PodView {
  const meta = pod.metadata ?? {};
  const name = meta.name ?? '';
  const namespace = meta.namespace ?? '';
  const statuses = pod.status?.containerStatuses ?? [];
  const reason = reasonOf(pod);
  const ready = statuses.filter((status) => status.ready).length;
  const state = stateOf(pod, reason);
  const { group, suffix } = nameParts(pod);
  const deletedAt = meta.deletionTimestamp === undefined ? undefined : Date.parse(String(meta.deletionTimestamp));
  return {
    key: `${namespace}/${name}`,
    uid: meta.uid ?? `${namespace}/${name}`,
    namespace,
    name,
    suffix,
    group,
    node: pod.spec?.nodeName || undefined,
    state,
    word: wordOf(state, reason),
    reason,
    readyCount: ready,
    containerCount: pod.spec?.containers.length ?? 0,
    restarts: statuses.reduce((sum, status) => sum + (status.restartCount ?? 0), 0),
    graceEndsAt: deletedAt,
    backOffSince: backOffSince(pod),
    createdAt: Date.parse(String(meta.creationTimestamp ?? '')) || 0,
    system: isSystem(namespace),
    cpuMilli: sumRequests(pod, 'cpu', milli),
    memoryBytes: sumRequests(pod, 'memory', bytes),
  };
}

/** kubectl's STATUS column, in the order that printPod looks. */
function reasonOf(pod: Pod): string {
  const status = pod.status;
  let reason = status?.reason || status?.phase || 'Pending';
  const init = (status?.initContainerStatuses ?? []).find((one) => !initDone(one));
  if (init) {
    const why = init.state?.terminated?.reason ?? init.state?.waiting?.reason;
    if (why && why !== 'PodInitializing') reason = `Init:${why}`;
    else reason = `Init:${(status?.initContainerStatuses ?? []).filter(initDone).length}/${pod.spec?.initContainers?.length ?? 0}`;
  } else {
    let running = false;
    for (const one of [...(status?.containerStatuses ?? [])].reverse()) {
      if (one.state?.waiting?.reason) reason = one.state.waiting.reason;
      else if (one.state?.terminated) reason = one.state.terminated.reason || `ExitCode:${one.state.terminated.exitCode ?? 0}`;
      else if (one.state?.running && one.ready) running = true;
    }
    if (reason === 'Completed' && running) reason = 'Running';
  }
  if (pod.metadata?.deletionTimestamp !== undefined) reason = status?.reason === 'NodeLost' ? 'Unknown' : 'Terminating';
  return reason;
}

const initDone = (one: ContainerStatus): boolean =>
  one.state?.terminated?.exitCode === 0 || (one.started === true && one.state?.running !== undefined);

function stateOf(pod: Pod, reason: string): PodState {
  if (pod.status?.phase === 'Unknown' || reason === 'Unknown' || pod.status?.reason === 'NodeLost') return 'unknown';
  if (pod.metadata?.deletionTimestamp !== undefined) return 'terminating';
  if (pod.status?.phase === 'Succeeded') return 'succeeded';
  if (pod.status?.phase === 'Failed') return 'failing';
  const bare = reason.startsWith('Init:') ? reason.slice(5) : reason;
  if (FAILING[bare] !== undefined || bare.startsWith('ExitCode:')) return 'failing';
  if (pod.status?.phase === 'Running') {
    return (pod.status.conditions ?? []).some((one) => one.type === 'Ready' && one.status === 'True') ? 'ready' : 'not-ready';
  }
  return 'waiting';
}

function wordOf(state: PodState, reason: string): string {
  const bare = reason.startsWith('Init:') ? reason.slice(5) : reason;
  switch (state) {
    case 'ready':
      return 'Running';
    case 'not-ready':
      return 'Not ready';
    case 'failing':
      return FAILING[bare] ?? 'Error';
    case 'succeeded':
      return 'Completed';
    case 'terminating':
      return 'Stopping';
    case 'unknown':
      return 'Unknown';
    case 'waiting':
      return reason.startsWith('Init:')
        ? 'Preparing'
        : reason === 'ContainerCreating' || reason === 'PodInitializing'
          ? 'Creating'
          : 'Pending';
  }
}

function backOffSince(pod: Pod): number | undefined {
  for (const one of [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])]) {
    const waiting = one.state?.waiting?.reason;
    if (waiting !== 'CrashLoopBackOff' && waiting !== 'ImagePullBackOff') continue;
    const finished = one.lastState?.terminated?.finishedAt;
    if (waiting === 'CrashLoopBackOff' && finished !== undefined) return Date.parse(String(finished));
    const created = pod.metadata?.creationTimestamp;
    return created === undefined ? undefined : Date.parse(String(created));
  }
  return undefined;
}

/** "web-5c8b7d4f9-q8x4r" of ReplicaSet web-5c8b7d4f9 stands under "web" as "q8x4r". */
function nameParts(pod: Pod): { group: string; suffix: string } {
  const name = pod.metadata?.name ?? '';
  const owner = pod.metadata?.ownerReferences?.find((one) => one.controller);
  if (!owner || owner.kind === 'Node') return { group: owner ? 'static' : 'alone', suffix: name };
  const suffix = name.startsWith(`${owner.name}-`) ? name.slice(owner.name.length + 1) : name;
  const hash = pod.metadata?.labels?.['pod-template-hash'];
  const group =
    owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(`-${hash}`)
      ? owner.name.slice(0, -hash.length - 1)
      : owner.name;
  return owner.kind === 'StatefulSet' && name.length <= 6 ? { group, suffix: name } : { group, suffix };
}

function sumRequests(pod: Pod, what: 'cpu' | 'memory', read: (quantity: string) => number): number {
  return (pod.spec?.containers ?? []).reduce((sum, one) => sum + read(String(one.resources?.requests?.[what] ?? '0')), 0);
}

const SUFFIXES: Readonly<Record<string, number>> = {
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  m: 1e-3,
  u: 1e-6,
  n: 1e-9,
};

/** A quantity as a number, exact enough to draw a bar with. */
export function amount(quantity: string): number {
  const match = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([a-zA-Z]*)$/.exec(quantity);
  if (!match) return 0;
  return Number(match[1]) * (SUFFIXES[match[2] ?? ''] ?? 1);
}
export const milli = (quantity: string): number => Math.round(amount(quantity) * 1000);
export const bytes = (quantity: string): number => Math.round(amount(quantity));
