/** Stops containers: preStop, then the stop signal, then SIGKILL when the grace is over. All at once, but sidecars wait
 *  for the containers that they serve and then stop in the reverse of their order.
 *  Upstream: pkg/kubelet/kuberuntime/kuberuntime_container.go (killContainer), kuberuntime_termination_order.go */
import type { Container, Pod } from '../api/generated/types.ts';
import { Pods } from '../api/resources.ts';
import { TimeoutError, withTimeout } from '../base/with-timeout.ts';
import { Latch } from '../base/gate.ts';
import type { KubeletContext } from './context.ts';
import type { KillReason } from './pod-actions.ts';
import { allContainers, fieldPathOf, isRestartableInit, type ContainerRecord } from './pod-view.ts';

import { runHook } from './lifecycle-hooks.ts';

const LEAST_MS = 2000;

export interface Stop {
  readonly graceMs: number;
  readonly message?: string;
  /** Waits until it is this container's turn. */
  readonly turn?: () => Promise<void>;
}

/** Resolves when it has stopped. */
export async function killContainer(context: KubeletContext, pod: Pod, container: Container | undefined, record: ContainerRecord, stop: Stop): Promise<void> {
  const { world, recorder, runtime } = context;
  const { name } = record.config;
  const say = (type: 'Normal' | 'Warning', reason: string, message: string): void =>
    recorder.event(Pods, pod, type, reason, message, { fieldPath: fieldPathOf(pod, name) });
  say('Normal', 'Killing', stop.message ?? `Stopping container ${name}`);
  const beganAt = world.clock.now();
  const left = (): number => Math.max(0, stop.graceMs - (world.clock.now() - beganAt));
  const hook = container?.lifecycle?.preStop;
  if (container !== undefined && hook !== undefined && stop.graceMs > 0) {
    const problem = await limited(context, left(), () => runHook(context, pod, container, record.id, hook));
    if (problem !== undefined) say('Warning', 'FailedPreStopHook', 'PreStopHook failed');
  }
  const { turn } = stop;
  if (turn !== undefined && left() > 0) await limited(context, left(), async () => { await turn(); return undefined; });
  await runtime.stopContainer(record.id, Math.max(LEAST_MS, left()));
}

/** A problem's words; undefined: none, or the grace was over first. */
async function limited(context: KubeletContext, limitMs: number, work: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await withTimeout(context.world, limitMs, work);
  } catch (error) {
    if (error instanceof TimeoutError) return undefined;
    throw error;
  }
}

/** Everything that runs of the Pod. */
export async function killAll(context: KubeletContext, pod: Pod, running: readonly ContainerRecord[], graceMs: number): Promise<void> {
  const specs = new Map(allContainers(pod).map((each) => [each.name, each]));
  const sidecarNames = (pod.spec?.initContainers ?? []).filter(isRestartableInit).map((each) => each.name);
  const sidecars = running.filter((each) => sidecarNames.includes(each.config.name))
    .sort((a, b) => sidecarNames.indexOf(b.config.name) - sidecarNames.indexOf(a.config.name));
  const mains = running.filter((each) => !sidecars.includes(each));
  if (sidecars.length === 0) {
    await Promise.all(mains.map((each) => killContainer(context, pod, specs.get(each.config.name), each, { graceMs })));
    return;
  }
  let turn = new Latch(context.world);
  const first = turn;
  const stops = sidecars.map(async (each) => {
    const mine = turn;
    const next = turn = new Latch(context.world);
    await killContainer(context, pod, specs.get(each.config.name), each, { graceMs, turn: () => mine.wait() });
    next.open();
  });
  await Promise.all(mains.map((each) => killContainer(context, pod, specs.get(each.config.name), each, { graceMs })));
  first.open();
  await Promise.all(stops);
}

/** The grace of one container, in milliseconds. */
export function graceOf(pod: Pod, container: Container | undefined, reason?: KillReason): number {
  const own = reason === 'liveness-probe' ? container?.livenessProbe?.terminationGracePeriodSeconds
    : reason === 'startup-probe' ? container?.startupProbe?.terminationGracePeriodSeconds : undefined;
  const seconds = pod.metadata?.deletionGracePeriodSeconds ?? own ?? pod.spec?.terminationGracePeriodSeconds ?? 30;
  return Math.max(0, seconds) * 1000;
}
