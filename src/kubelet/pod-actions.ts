/** What to do next so that what runs is what the Pod asks for: the kubelet's central decision, pure.
 *  Upstream: pkg/kubelet/kuberuntime/kuberuntime_manager.go (computePodActions) */
import type { Container, Pod } from '../api/generated/types.ts';
import { isRestartableInit, latest, type ContainerRecord, type PodView } from './pod-view.ts';

export type ProbeVerdict = 'success' | 'failure' | 'unknown';

/** What the probe workers found, by container id; undefined where nothing was found yet. */
export interface ProbeFindings {
  startup(containerId: string): ProbeVerdict | undefined;
  liveness(containerId: string): ProbeVerdict | undefined;
}

export type KillReason = 'startup-probe' | 'liveness-probe' | 'changed';

export interface ContainerKill {
  readonly container: Container;
  readonly record: ContainerRecord;
  readonly message: string;
  readonly reason: KillReason;
}

export interface PodActions {
  /** Everything that still runs must stop: the sandbox is to be replaced, or nothing is left to run. */
  readonly killPod: boolean;
  readonly createSandbox: boolean;
  /** Of the sandbox that is there, or was. */
  readonly sandboxId?: string;
  /** Of the sandbox to make, or of the one that is there. */
  readonly attempt: number;
  readonly initToStart: readonly Container[];
  readonly ephemeralToStart: readonly Container[];
  readonly toStart: readonly Container[];
  readonly toKill: readonly ContainerKill[];
}

const none = (attempt: number, sandboxId?: string): PodActions => ({
  killPod: false, createSandbox: false, attempt, initToStart: [], ephemeralToStart: [], toStart: [], toKill: [], ...(sandboxId !== undefined && { sandboxId }),
});

export function computePodActions(pod: Pod, view: PodView, probes: ProbeFindings): PodActions {
  const sandbox = sandboxChange(pod, view);
  if (sandbox.changed) return actionsForNewSandbox(pod, view, sandbox.attempt, sandbox.id);
  const base = none(sandbox.attempt, sandbox.id);
  const ephemeralToStart = (pod.spec?.ephemeralContainers ?? []).filter((each) => latest(view, each.name) === undefined);
  const init = computeInitActions(pod, view, probes);
  if (init.killPod) return { ...base, killPod: true };
  if (!init.initialized) return { ...base, ephemeralToStart, initToStart: init.toStart, toKill: init.toKill };

  const toStart: Container[] = [];
  const toKill: ContainerKill[] = [...init.toKill];
  let kept = 0;
  for (const container of pod.spec?.containers ?? []) {
    const record = latest(view, container.name);
    if (record === undefined || record.state !== 'running') {
      if (shouldRestart(container, pod, view)) toStart.push(container);
      continue;
    }
    const kill = reasonToKill(container, record, pod, probes);
    if (kill === undefined) {
      kept += 1;
      continue;
    }
    toKill.push(kill.kill);
    if (kill.restart) toStart.push(container);
  }
  if (kept === 0 && toStart.length === 0) return { ...base, killPod: true };
  return { ...base, ephemeralToStart, initToStart: init.toStart, toStart, toKill };
}

function sandboxChange(pod: Pod, view: PodView): { readonly changed: boolean; readonly attempt: number; readonly id?: string } {
  const newest = view.sandboxes[0];
  if (newest === undefined) return { changed: true, attempt: 0 };
  const { attempt } = newest.config;
  const broken = newest.state !== 'ready' || view.sandboxes.filter((each) => each.state === 'ready').length > 1;
  if (broken || (pod.spec?.hostNetwork !== true && newest.ip === '')) return { changed: true, attempt: attempt + 1, id: newest.id };
  return { changed: false, attempt, id: newest.id };
}

function actionsForNewSandbox(pod: Pod, view: PodView, attempt: number, sandboxId: string | undefined): PodActions {
  const base: PodActions = { ...none(attempt, sandboxId), killPod: true };
  if (pod.spec?.restartPolicy === 'Never' && attempt !== 0 && view.containers.length > 0) return base;
  const containers = pod.spec?.containers ?? [];
  const toStart = pod.spec?.restartPolicy === 'OnFailure' ? containers.filter((each) => !hasSucceeded(latest(view, each.name))) : containers;
  if (toStart.length === 0 && containers.some((each) => latest(view, each.name) !== undefined)) return base;
  const firstInit = pod.spec?.initContainers?.[0];
  if (firstInit !== undefined) return { ...base, createSandbox: true, initToStart: [firstInit] };
  return { ...base, createSandbox: true, toStart };
}

const hasSucceeded = (record: ContainerRecord | undefined): boolean => record?.state === 'exited' && record.exitCode === 0;

interface InitActions {
  readonly initialized: boolean;
  readonly killPod: boolean;
  readonly toStart: readonly Container[];
  readonly toKill: readonly ContainerKill[];
}

/** Walks the init containers from the last to the first: completed ones may be gone already, so the last one that is
 *  known tells how far initialization has come. */
function computeInitActions(pod: Pod, view: PodView, probes: ProbeFindings): InitActions {
  const inits = pod.spec?.initContainers ?? [];
  if (inits.length === 0) return { initialized: true, killPod: false, toStart: [], toKill: [] };
  let initialized = (pod.spec?.containers ?? []).some((each) => isMadeOrRunning(latest(view, each.name)));
  let reached = initialized;
  const toStart: Container[] = [];
  const toKill: ContainerKill[] = [];
  for (let at = inits.length - 1; at >= 0; at -= 1) {
    const container = inits[at] as Container;
    const record = latest(view, container.name);
    if (record === undefined) {
      if (reached && isRestartableInit(container)) toStart.push(container);
      continue;
    }
    if (reached && !isRestartableInit(container)) continue;
    const step = initStep(pod, container, record, probes);
    if (step.failedForGood) return { initialized: false, killPod: true, toStart: [], toKill: [] };
    if (step.kill) toKill.push(step.kill);
    if (step.done) {
      const next = inits[at + 1];
      if (next === undefined) initialized = true;
      else if (!reached) toStart.push(next);
    }
    if (step.restart) toStart.push(container);
    reached = true;
  }
  if (!reached) toStart.push(inits[0] as Container);
  return { initialized, killPod: false, toStart: toStart.reverse(), toKill };
}

const isMadeOrRunning = (record: ContainerRecord | undefined): boolean => record !== undefined && record.state !== 'exited';

interface InitStep { readonly done?: boolean; readonly restart?: boolean; readonly kill?: ContainerKill; readonly failedForGood?: boolean }

function initStep(pod: Pod, container: Container, record: ContainerRecord, probes: ProbeFindings): InitStep {
  if (record.state === 'created') return { restart: true };
  if (!isRestartableInit(container)) {
    if (record.state === 'running') return {};
    if (record.exitCode === 0) return { done: true };
    return pod.spec?.restartPolicy === 'Never' ? { failedForGood: true } : { restart: true };
  }
  if (record.state === 'exited') return { restart: true };
  const kill = (reason: 'startup-probe' | 'liveness-probe', probe: string): ContainerKill => (
    { container, record, reason, message: `Init container ${container.name} failed ${probe} probe` });
  if (container.startupProbe !== undefined) {
    const startup = probes.startup(record.id);
    if (startup === 'failure') return { restart: true, kill: kill('startup-probe', 'startup') };
    if (startup !== 'success') return {};
  }
  if (probes.liveness(record.id) === 'failure') return { done: true, restart: true, kill: kill('liveness-probe', 'liveness') };
  return { done: true };
}

function reasonToKill(
  container: Container, record: ContainerRecord, pod: Pod, probes: ProbeFindings,
): { readonly kill: ContainerKill; readonly restart: boolean } | undefined {
  const make = (message: string, reason: KillReason, restart: boolean): { kill: ContainerKill; restart: boolean } => (
    { restart, kill: { container, record, reason, message: restart ? `${message}, will be restarted` : message } });
  const restarts = pod.spec?.restartPolicy !== 'Never';
  if (record.config.image !== container.image) return make(`Container ${container.name} definition changed`, 'changed', true);
  if (probes.liveness(record.id) === 'failure') return make(`Container ${container.name} failed liveness probe`, 'liveness-probe', restarts);
  if (probes.startup(record.id) === 'failure') return make(`Container ${container.name} failed startup probe`, 'startup-probe', restarts);
  return undefined;
}

/** Whether a container that does not run is to be started (again). */
export function shouldRestart(container: Container, pod: Pod, view: PodView): boolean {
  if (pod.metadata?.deletionTimestamp !== undefined) return false;
  const record = latest(view, container.name);
  if (record === undefined) return true;
  if (record.state === 'running') return false;
  if (record.state === 'created' || isRestartableInit(container)) return true;
  if (pod.spec?.restartPolicy === 'Never') return false;
  return pod.spec?.restartPolicy !== 'OnFailure' || record.exitCode !== 0;
}
