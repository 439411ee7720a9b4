/** One worker a Pod: it looks at the Pod when something has happened to it, never twice at once, and takes it through its
 *  life: running, stopping, ended.
 *  Upstream: pkg/kubelet/pod_workers.go */
import type { Pod, PodStatus } from '../api/generated/types.ts';
import { isPodTerminal } from '../api/pod.ts';
import { Pods } from '../api/resources.ts';
import { ApiError } from '../api/errors.ts';
import { TransportError } from '../api/transport.ts';
import { equal } from '../base/json.ts';
import { parseTime } from '../base/time.ts';
import { isAbort, TimeoutError } from '../base/with-timeout.ts';
import { createCancellation } from './cancellation.ts';
import { limitsStorage } from './eviction-rank.ts';
import { graceOf, killAll } from './kill-container.ts';
import type { NodeFailure, PodState } from './pod-state.ts';
import { lostContainers } from './remembered.ts';
import type { PodReporter } from './pod-reporter.ts';
import type { StatusManager } from './status-manager.ts';
import { syncPod, type SyncTools } from './sync-pod.ts';

export interface PodWorkers {
  get(podUid: string): PodState | undefined;
  list(): Iterable<PodState>;
  /** New or changed. */
  update(pod: Pod): void;
  /** Its source has it no more. */
  remove(podUid: string): void;
  /** Something of it has changed: look at it again. */
  wake(podUid: string): void;
  /** What its volumes show has changed in the API: they follow within about a minute. */
  volumesChanged(podUid: string): void;
  /** The node ends it. */
  fail(podUid: string, failure: NodeFailure): void;
}

export interface WorkerTools extends Omit<SyncTools, 'report'> {
  readonly statuses: StatusManager;
  readonly reporter: PodReporter;
  /** Why the node does not take it; undefined: it does. */
  admit(pod: Pod): NodeFailure | undefined;
  /** Why Pods on the Pod network must wait; undefined: it is ready. */
  networkProblem(): string | undefined;
}

const SYNC_MS = 60_000;
const RETRY_MS = 10_000;
const NETWORK_RETRY_MS = 1000;

export function createPodWorkers(tools: WorkerTools): PodWorkers {
  const { context, cache, statuses, reporter } = tools;
  const { world } = context;
  const states = new Map<string, PodState>();
  const syncTools: SyncTools = { ...tools, report: (state) => reporter.report(state) };

  function wake(state: PodState): void {
    state.again = true;
    if (state.busy) return;
    state.busy = true;
    world.spawn('pod worker', () => work(state));
  }

  async function work(state: PodState): Promise<void> {
    while (state.again && states.get(state.uid) === state) {
      state.again = false;
      try {
        await look(state);
      } catch (error) {
        if (!isAbort(error) && !(error instanceof ApiError) && !(error instanceof TransportError) && !(error instanceof TimeoutError)) throw error;
        if (state.mode === 'running') state.retryAtMs = world.clock.now() + RETRY_MS * (1 + 0.5 * world.random.next());
        else state.again = true;
      }
      arm(state);
    }
    state.busy = false;
  }

  async function look(state: PodState): Promise<void> {
    if (state.mode === 'stopping') await stop(state);
    if (state.mode === 'ended') return end(state);
    if (state.mode === 'running') await run(state);
  }

  async function run(state: PodState): Promise<void> {
    state.retryAtMs = undefined;
    const now = world.clock.now();
    if (state.refreshAtMs !== undefined && now >= state.refreshAtMs) await refresh(state);
    const deadline = deadlineOf(state);
    if (deadline !== undefined && now >= deadline) {
      return begin(state, { reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' });
    }
    if (isOver(reporter.report(state))) return begin(state);
    const problem = state.pod.spec?.hostNetwork === true ? undefined : tools.networkProblem();
    if (problem !== undefined) {
      context.recorder.event(Pods, state.pod, 'Warning', 'NetworkNotReady', `network is not ready: ${problem}`);
      state.retryAtMs = now + NETWORK_RETRY_MS;
      return;
    }
    const synced = await syncPod(syncTools, state);
    state.retryAtMs = synced.retryAtMs;
    state.refreshAtMs ??= tools.volumes.dueAtMs(state.uid);
    if (synced.changed && state.mode === 'running' && isOver(reporter.report(state))) begin(state);
  }

  /** Nothing more is started; what runs is stopped. */
  function begin(state: PodState, failure?: NodeFailure): void {
    if (failure !== undefined) {
      state.failed ??= failure;
      const type = failure.refused === true || failure.reason === 'Evicted' ? 'Warning' : 'Normal';
      context.recorder.event(Pods, state.pod, type, failure.reason, failure.message);
      context.decided(state.pod, 'ends the Pod', failure.message.trim());
    }
    if (state.mode !== 'running') return;
    state.mode = 'stopping';
    state.cancel.cancel();
    wake(state);
  }

  async function stop(state: PodState): Promise<void> {
    state.cancel = createCancellation(world);
    tools.probes.stopKilling(state.uid);
    reporter.report(state);
    const view = cache.view(state.uid);
    const running = view.containers.filter((each) => each.state === 'running');
    if (running.length > 0) {
      const graceMs = state.failed?.graceMs ?? graceOf(state.pod, undefined);
      state.killAtMs = world.clock.now() + graceMs;
      await killAll(context, state.pod, running, graceMs);
    }
    for (const sandbox of cache.view(state.uid).sandboxes) if (sandbox.state === 'ready') await context.runtime.stopPodSandbox(sandbox.id);
    for (const record of view.containers) tools.probes.forget(record.id);
    state.mode = 'ended';
    reporter.report(state);
  }

  /** Nothing runs any more. Containers are kept for their logs as long as the Pod is in the API. */
  function end(state: PodState): void {
    tools.volumes.unmount(state.uid);
    tools.images.forget(state.uid);
    tools.backOff.forget(`${state.uid}_`);
    if (state.pod.metadata?.deletionTimestamp !== undefined) statuses.finish(state.pod);
    if (!state.gone) return;
    for (const record of cache.view(state.uid).containers) context.runtime.removeContainer(record.id);
    for (const sandbox of cache.view(state.uid).sandboxes) context.runtime.removePodSandbox(sandbox.id);
    cache.drop(state.uid);
    statuses.forget(state.uid);
    state.timer?.[Symbol.dispose]();
    states.delete(state.uid);
  }

  /** A second, shorter grace: SIGKILL comes sooner. */
  function hurry(state: PodState): void {
    const graceMs = graceOf(state.pod, undefined);
    const killAtMs = world.clock.now() + graceMs;
    if (state.killAtMs === undefined || killAtMs >= state.killAtMs) return;
    state.killAtMs = killAtMs;
    for (const record of cache.view(state.uid).containers) {
      if (record.state === 'running') world.spawn('stop container sooner', () => context.runtime.stopContainer(record.id, graceMs));
    }
  }

  function arm(state: PodState): void {
    state.timer?.[Symbol.dispose]();
    state.timer = undefined;
    if (state.mode !== 'running') return;
    const dueAt = Math.min(state.retryAtMs ?? Infinity, state.refreshAtMs ?? Infinity, deadlineOf(state) ?? Infinity);
    if (dueAt === Infinity) return;
    state.timer = world.clock.setTimer(Math.max(0, dueAt - world.clock.now()), () => wake(state));
  }

  function deadlineOf(state: PodState): number | undefined {
    const seconds = state.pod.spec?.activeDeadlineSeconds;
    const startTime = statuses.get(state.uid)?.startTime ?? state.pod.status?.startTime;
    return seconds === undefined || startTime === undefined ? undefined : parseTime(startTime) + seconds * 1000;
  }

  async function refresh(state: PodState): Promise<void> {
    state.refreshAtMs = undefined;
    if (await tools.volumes.refresh(state.pod)) context.decided(state.pod, 'wrote new files into its volumes', 'A ConfigMap, Secret, label or token behind them has changed.');
  }

  function newState(pod: Pod): PodState {
    const uid = pod.metadata?.uid ?? '';
    const view = cache.view(uid);
    return {
      uid, pod, requests: new Map(), limitsStorage: limitsStorage(pod), mode: 'running', failed: undefined, gone: false, adopted: view.containers.some((each) => each.state === 'running'),
      failures: new Map(), terminationMessages: new Map(), volumes: undefined, cancel: createCancellation(world),
      killAtMs: undefined, retryAtMs: undefined, refreshAtMs: undefined, timer: undefined, busy: false, again: false,
    };
  }

  function add(pod: Pod): void {
    const state = newState(pod);
    states.set(state.uid, state);
    const lost = cache.view(state.uid).sandboxes.length === 0 && !isPodTerminal(pod) ? lostContainers(pod, world.clock.now()) : undefined;
    if (lost !== undefined) cache.remember(state.uid, lost.sandbox, lost.containers);
    if (pod.metadata?.deletionTimestamp !== undefined || isPodTerminal(pod)) return begin(state);
    if (state.adopted) {
      adopt(state);
    } else {
      const refusal = tools.admit(pod);
      if (refusal !== undefined) return begin(state, refusal);
    }
    wake(state);
  }

  function adopt(state: PodState): void {
    for (const record of cache.view(state.uid).containers) {
      const container = [...(state.pod.spec?.initContainers ?? []), ...(state.pod.spec?.containers ?? [])].find((each) => each.name === record.config.name);
      if (container !== undefined && record.state === 'running') tools.probes.watch(state.pod, container, record.id, record.startedAtMs ?? record.createdAtMs, true);
    }
    state.refreshAtMs = world.clock.now();
    context.decided(state.pod, 'found its containers running', 'They were started before this kubelet was, and nothing about them has changed.');
  }

  return {
    get: (podUid) => states.get(podUid),
    list: () => states.values(),
    update(pod) {
      const uid = pod.metadata?.uid ?? '';
      const state = states.get(uid);
      if (state === undefined) return add(pod);
      const old = state.pod;
      state.pod = pod;
      const ends = pod.metadata?.deletionTimestamp !== undefined;
      if (state.mode === 'ended') {
        if (ends) wake(state);
      } else if (state.mode === 'stopping') {
        if (ends) hurry(state);
      } else if (ends) {
        const seconds = pod.metadata?.deletionGracePeriodSeconds ?? 30;
        context.decided(pod, 'begins to stop its containers', `The Pod was deleted with a grace of ${seconds} s.`);
        begin(state);
      } else if (specChanged(old, pod) || foreignConditionsChanged(old, pod)) {
        wake(state);
      }
      if (state.mode === 'running' && metadataChanged(old, pod)) soon(state);
    },
    remove(podUid) {
      const state = states.get(podUid);
      if (state === undefined) return;
      state.gone = true;
      if (state.mode === 'running') begin(state);
      else wake(state);
    },
    wake(podUid) {
      const state = states.get(podUid);
      if (state !== undefined) wake(state);
    },
    volumesChanged(podUid) {
      const state = states.get(podUid);
      if (state !== undefined) soon(state);
    },
    fail(podUid, failure) {
      const state = states.get(podUid);
      if (state !== undefined) begin(state, failure);
    },
  };

  /** As if the next of the looks that upstream takes every 60 to 90 s brought it. */
  function soon(state: PodState): void {
    if (!(state.pod.spec?.volumes ?? []).some((volume) => volume.configMap ?? volume.secret ?? volume.downwardAPI ?? volume.projected)) return;
    const at = world.clock.now() + Math.floor(SYNC_MS * (1 + 0.5 * world.random.next()) * world.random.next());
    state.refreshAtMs = Math.min(state.refreshAtMs ?? Infinity, at);
    if (!state.busy) arm(state);
  }
}

const isOver = (status: PodStatus): boolean => status.phase === 'Succeeded' || status.phase === 'Failed';

/** The generation tells, where the API counts it; our own status patches come back with every field made anew. */
function specChanged(old: Pod, pod: Pod): boolean {
  const [before, after] = [old.metadata?.generation, pod.metadata?.generation];
  return before !== undefined && after !== undefined ? before !== after : !equal(old.spec, pod.spec);
}

const metadataChanged = (old: Pod, pod: Pod): boolean =>
  !equal(old.metadata?.labels, pod.metadata?.labels) || !equal(old.metadata?.annotations, pod.metadata?.annotations);

/** Readiness gates are conditions that others write. Our own patches come back too and mean nothing. */
function foreignConditionsChanged(old: Pod, pod: Pod): boolean {
  const gates = pod.spec?.readinessGates ?? [];
  if (gates.length === 0) return false;
  const statusOf = (of: Pod, type: string): string | undefined => of.status?.conditions?.find((each) => each.type === type)?.status;
  return gates.some((gate) => statusOf(old, gate.conditionType) !== statusOf(pod, gate.conditionType));
}
