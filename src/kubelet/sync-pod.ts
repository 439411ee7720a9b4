/** One look at a Pod that is to run: decides what is missing and does it.
 *  Upstream: pkg/kubelet/kubelet.go (SyncPod), pkg/kubelet/kuberuntime/kuberuntime_manager.go (SyncPod) */
import type { Container } from '../api/generated/types.ts';
import { Pods } from '../api/resources.ts';
import { createBackOff, type BackOff } from './back-off.ts';
import { podDns, podHostname } from './dns.ts';
import { graceOf, killAll, killContainer } from './kill-container.ts';
import { computePodActions, type PodActions } from './pod-actions.ts';
import type { PodState } from './pod-state.ts';
import { fieldPathOf, formatPod, isRestartableInit, latest } from './pod-view.ts';
import { startContainer, type StartOutcome, type Tools } from './start-container.ts';

export interface SyncTools extends Tools {
  readonly backOff: BackOff;
  /** Tells the API how it stands. */
  report(state: PodState): void;
}

export const createRestartBackOff = (): BackOff => createBackOff(10_000, 300_000);

export interface Synced {
  /** When to look again though nothing has happened; undefined: no need. */
  readonly retryAtMs?: number;
  /** Something was started or stopped. Why a start failed is told with the next look only, as upstream does. */
  readonly changed: boolean;
}

const RETRY_MS = 10_000;
/** News of the sandbox or of the container that could not start bring a second look soon after the first. */
const SECOND_LOOK_MS = 1000;
/** Where the first start takes longer, the API hears of the sandbox and its address before. */
const NEWS_MS = 300;
const BACK_OFFS: ReadonlySet<string> = new Set(['CrashLoopBackOff', 'ImagePullBackOff']);
/** What a runtime refuses with; anything else is a mistake of ours and must not become an event. */
const RUNTIME_ERRORS: ReadonlySet<string> = new Set(['Error', 'NetworkError', 'CreateContainerError']);
const LEAVE_A_CONTAINER: ReadonlySet<string> = new Set(['RunContainerError', 'PostStartHookError']);

export async function syncPod(tools: SyncTools, state: PodState): Promise<Synced> {
  const { context, cache } = tools;
  const actions = computePodActions(state.pod, cache.view(state.uid), tools.probes);
  if (isNothing(actions)) return { changed: false };
  if (state.volumes === undefined) {
    state.volumes = await tools.volumes.mount(state.pod, state.cancel);
    state.cancel.check();
  }
  traceActions(tools, state, actions);
  if (actions.killPod) {
    await killEverything(tools, state);
    if (!actions.createSandbox) return { changed: true };
  } else {
    for (const kill of actions.toKill) {
      const stop = { graceMs: graceOf(state.pod, kill.container, kill.reason), message: kill.message };
      await state.cancel.run('kill container', () => killContainer(context, state.pod, kill.container, kill.record, stop));
      tools.probes.forget(kill.record.id);
    }
  }
  let sandboxId = actions.sandboxId;
  if (actions.createSandbox) {
    sandboxId = await newSandbox(tools, state, actions);
    if (sandboxId === undefined) return { changed: false, retryAtMs: jittered(tools) };
  }
  if (sandboxId === undefined) return { changed: false };
  const news = actions.createSandbox ? context.world.clock.setTimer(NEWS_MS, () => tools.report(state)) : undefined;
  const started = await startAll(tools, state, actions, sandboxId);
  news?.[Symbol.dispose]();
  return { ...started, changed: started.changed || actions.toKill.length > 0 };
}

const isNothing = (actions: PodActions): boolean => !actions.killPod && !actions.createSandbox && actions.toKill.length === 0
  && actions.toStart.length === 0 && actions.initToStart.length === 0 && actions.ephemeralToStart.length === 0;

function traceActions({ context }: SyncTools, state: PodState, actions: PodActions): void {
  for (const kill of actions.toKill) context.decided(state.pod, `stops container ${kill.container.name}`, `${kill.message}.`);
  if (!actions.createSandbox) return;
  const why = actions.sandboxId === undefined ? 'The Pod was assigned to this node and nothing of it is here yet.' : 'The sandbox that it had is not usable any more.';
  context.decided(state.pod, 'makes a sandbox: the network and the frame that its containers share', why);
}

async function killEverything(tools: SyncTools, state: PodState): Promise<void> {
  const view = tools.cache.view(state.uid);
  const running = view.containers.filter((each) => each.state === 'running');
  if (running.length > 0) await state.cancel.run('kill pod', () => killAll(tools.context, state.pod, running, graceOf(state.pod, undefined)));
  for (const sandbox of view.sandboxes) if (sandbox.state === 'ready') await tools.context.runtime.stopPodSandbox(sandbox.id);
}

async function newSandbox(tools: SyncTools, state: PodState, actions: PodActions): Promise<string | undefined> {
  const { context, cache } = tools;
  const { pod } = state;
  if (actions.sandboxId !== undefined) context.recorder.event(Pods, pod, 'Normal', 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.');
  forgetInitContainers(tools, state);
  const { name = '', namespace = '', labels = {}, annotations = {} } = pod.metadata ?? {};
  const { hostname } = podHostname(pod, context.dns.clusterDomain, context.nodeName);
  const hostPorts = (pod.spec?.containers ?? []).flatMap((container) => (container.ports ?? []).filter((port) => (port.hostPort ?? 0) > 0).map((port) => (
    { containerPort: port.containerPort, hostPort: port.hostPort as number, protocol: port.protocol ?? 'TCP', ...(port.hostIP !== undefined && { hostIP: port.hostIP }) })));
  try {
    const sandbox = await context.runtime.runPodSandbox({
      name, namespace, uid: state.uid, attempt: actions.attempt, hostname, hostNetwork: pod.spec?.hostNetwork ?? false,
      labels, annotations, dns: podDns(pod, context.dns), hostPorts,
    });
    cache.addSandbox(state.uid, sandbox);
    state.cancel.check();
    return sandbox.id;
  } catch (error) {
    if (state.cancel.cancelled || !(error instanceof Error) || !RUNTIME_ERRORS.has(error.name)) throw error;
    context.recorder.event(Pods, pod, 'Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: rpc error: code = Unknown desc = ${error.message}`);
    return undefined;
  }
}

/** A new sandbox begins with the first init container, so the old ones must not count as done. */
function forgetInitContainers({ context, cache, probes }: SyncTools, state: PodState): void {
  const names = new Set((state.pod.spec?.initContainers ?? []).map((each) => each.name));
  if (names.size === 0) return;
  for (const record of cache.view(state.uid).containers) {
    if (!names.has(record.config.name)) continue;
    probes.forget(record.id);
    context.runtime.removeContainer(record.id);
    cache.dropContainer(state.uid, record.id);
  }
}

async function startAll(tools: SyncTools, state: PodState, actions: PodActions, sandboxId: string): Promise<Synced> {
  let retryAtMs = Infinity;
  let changed = false;
  const start = async (container: Container): Promise<boolean> => {
    const isFirst = !state.failures.has(container.name);
    const outcome = await startUnlessBackingOff(tools, state, container, sandboxId);
    if (outcome === undefined) {
      state.failures.delete(container.name);
      changed = true;
      return true;
    }
    state.failures.set(container.name, { reason: outcome.reason, message: outcome.message });
    const soon = LEAVE_A_CONTAINER.has(outcome.reason) || (isFirst && !BACK_OFFS.has(outcome.reason));
    const next = soon ? tools.context.world.clock.now() + SECOND_LOOK_MS : jittered(tools);
    retryAtMs = Math.min(retryAtMs, next, outcome.retryAtMs ?? Infinity);
    return false;
  };
  const result = (): Synced => ({ changed, ...(retryAtMs !== Infinity && { retryAtMs }) });
  for (const container of actions.ephemeralToStart) await start(container);
  for (const container of actions.initToStart) {
    if (!(await start(container)) && !isRestartableInit(container)) return result();
  }
  for (const container of actions.toStart) await start(container);
  if (actions.initToStart.some(isRestartableInit)) state.again = true;
  return result();
}

const jittered = ({ context: { world } }: Tools): number => world.clock.now() + RETRY_MS * (1 + 0.5 * world.random.next());

async function startUnlessBackingOff(tools: SyncTools, state: PodState, container: Container, sandboxId: string): Promise<StartOutcome> {
  const { context, cache, backOff } = tools;
  const { pod } = state;
  const record = latest(cache.view(state.uid), container.name);
  if (record?.state === 'exited') {
    const now = context.world.clock.now();
    const key = `${state.uid}_${container.name}_${container.image}`;
    const since = record.finishedAtMs ?? now;
    const until = backOff.until(key, since, now);
    if (until !== undefined) {
      const message = `Back-off restarting failed container ${container.name} in pod ${formatPod(pod)}`;
      context.recorder.event(Pods, pod, 'Warning', 'BackOff', message, { fieldPath: fieldPathOf(pod, container.name) });
      const seconds = backOff.get(key) / 1000;
      const wait = seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
      return { reason: 'CrashLoopBackOff', message: `back-off ${wait} restarting failed container=${container.name} pod=${formatPod(pod)}`, retryAtMs: until };
    }
    backOff.next(key, since, now);
    context.decided(pod, `restarts container ${container.name}`, restartReason(pod.spec?.restartPolicy, record.exitCode, record.reason, backOff.get(key)));
  }
  return startContainer(tools, state, container, sandboxId);
}

function restartReason(policy: string | undefined, exitCode: number | undefined, reason: string | undefined, nextWaitMs: number): string {
  const end = `It ended with exit code ${exitCode ?? 0}${reason === undefined ? '' : ` (${reason})`}`;
  return `${end} and the restart policy is ${policy ?? 'Always'}; if it ends again soon, the next start waits ${nextWaitMs / 1000} s.`;
}
