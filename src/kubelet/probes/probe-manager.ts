/** Probes the containers of this node's Pods, each on its own timer, and keeps the verdicts.
 *  Upstream: pkg/kubelet/prober/prober_manager.go, pkg/kubelet/prober/worker.go */
import type { Container, Pod, Probe } from '../../api/generated/types.ts';
import { Pods } from '../../api/resources.ts';
import type { KubeletContext } from '../context.ts';
import type { ProbeFindings, ProbeVerdict } from '../pod-actions.ts';
import { fieldPathOf } from '../pod-view.ts';
import { afterResult, initialState, isFinal, type ProbeState, type ProbeType } from './probe-state.ts';
import { directAsk, probeDirectly, runProbe, type DirectAsk, type ProbeResult } from './run-probe.ts';

export interface ProbeManager extends ProbeFindings {
  readiness(containerId: string): ProbeVerdict | undefined;
  /** Begins to probe a running container; again for the same one changes nothing. `adopted`: it ran before the kubelet did. */
  watch(pod: Pod, container: Container, containerId: string, startedAtMs: number, adopted: boolean): void;
  /** The Pod is ending: only readiness is of interest any more. */
  stopKilling(podUid: string): void;
  forget(containerId: string): void;
}

interface Watched {
  readonly pod: Pod;
  readonly container: Container;
  readonly id: string;
  readonly startedAtMs: number;
  readonly adopted: boolean;
  readonly probes: Map<ProbeType, Running>;
}

interface Running { readonly probe: Probe; state: ProbeState; timer: Disposable | undefined; stopped: boolean; ask: DirectAsk | undefined }

/** A started container is first heard of with the next look at the runtime, within a second. */
const NEWS_MS_MIN = 200;
const NEWS_MS_SPREAD = 800;

/** `changed`: a verdict of one of the Pod's containers is another one. */
export function createProbeManager(context: KubeletContext, changed: (podUid: string) => void): ProbeManager {
  const { world, recorder } = context;
  const watched = new Map<string, Watched>();

  function begin(of: Watched, type: ProbeType, probe: Probe | undefined): void {
    if (probe === undefined) return;
    const known = of.probes.get(type);
    const running: Running = known ?? { probe, state: initialState(type), timer: undefined, stopped: false, ask: undefined };
    of.probes.set(type, running);
    const newsMs = NEWS_MS_MIN + Math.floor(world.random.next() * NEWS_MS_SPREAD);
    const dueAt = of.startedAtMs + Math.max(newsMs, (probe.initialDelaySeconds ?? 0) * 1000);
    const spread = of.adopted ? Math.floor(world.random.next() * (probe.periodSeconds ?? 10) * 1000) : 0;
    schedule(of, type, running, Math.max(0, dueAt - world.clock.now()) + spread);
  }

  function schedule(of: Watched, type: ProbeType, running: Running, delayMs: number): void {
    running.timer = world.clock.setTimer(delayMs, () => {
      if (running.stopped) return;
      const beganAt = world.clock.now();
      running.ask = directAsk(context, of.pod, of.container, running.probe, running.ask);
      const direct = running.ask && probeDirectly(context, running.ask);
      if (direct !== undefined && !(direct instanceof Promise)) return done(of, type, running, direct, beganAt);
      world.spawn('probe', async () => {
        const result = await (direct ?? runProbe(context, of.pod, of.container, of.id, running.probe));
        if (!running.stopped) done(of, type, running, result, beganAt);
      });
    });
  }

  function done(of: Watched, type: ProbeType, running: Running, { result, output }: ProbeResult, beganAt: number): void {
    if (result !== 'success') {
      const how = result === 'failure' ? 'failed' : 'errored and resulted in unknown state';
      recorder.event(Pods, of.pod, 'Warning', 'Unhealthy', `${type} probe ${how}: ${output}`, { fieldPath: fieldPathOf(of.pod, of.container.name) });
    }
    if (result !== 'error') take(of, type, running, result, output);
    if (isFinal(type, running.state)) return;
    const periodMs = (running.probe.periodSeconds ?? 10) * 1000;
    schedule(of, type, running, Math.max(0, periodMs - (world.clock.now() - beganAt)));
  }

  function take(of: Watched, type: ProbeType, running: Running, result: 'success' | 'failure', output: string): void {
    const before = running.state.verdict;
    running.state = afterResult(running.state, result, running.probe);
    const { verdict, inARow } = running.state;
    if (verdict === before) return;
    const name = `${type.toLowerCase()} probe of container ${of.container.name}`;
    context.decided(of.pod, `took the ${name} to have ${verdict === 'success' ? 'passed' : 'failed'}`,
      `${inARow} ${inARow === 1 ? 'answer' : 'answers'} in a row said so${output === '' || verdict === 'success' ? '' : `: ${output}`}.`);
    if (type === 'Startup' && verdict === 'success') beginOthers(of);
    changed(of.pod.metadata?.uid ?? '');
  }

  function beginOthers(of: Watched): void {
    begin(of, 'Liveness', of.container.livenessProbe);
    begin(of, 'Readiness', of.container.readinessProbe);
  }

  function stop(running: Running | undefined): void {
    if (running === undefined) return;
    running.stopped = true;
    running.timer?.[Symbol.dispose]();
  }

  const verdictOf = (id: string, type: ProbeType): ProbeVerdict | undefined => watched.get(id)?.probes.get(type)?.state.verdict;

  return {
    startup: (id) => verdictOf(id, 'Startup'),
    liveness: (id) => verdictOf(id, 'Liveness'),
    readiness: (id) => verdictOf(id, 'Readiness'),
    watch(pod, container, containerId, startedAtMs, adopted) {
      if (watched.has(containerId)) return;
      const { livenessProbe, readinessProbe, startupProbe } = container;
      if (livenessProbe === undefined && readinessProbe === undefined && startupProbe === undefined) return;
      const of: Watched = { pod, container, id: containerId, startedAtMs, adopted, probes: new Map() };
      watched.set(containerId, of);
      if (startupProbe === undefined) return beginOthers(of);
      if (readinessProbe !== undefined) of.probes.set('Readiness', { probe: readinessProbe, state: initialState('Readiness'), timer: undefined, stopped: false, ask: undefined });
      begin(of, 'Startup', startupProbe);
    },
    stopKilling(podUid) {
      for (const of of watched.values()) {
        if (of.pod.metadata?.uid !== podUid) continue;
        stop(of.probes.get('Liveness'));
        stop(of.probes.get('Startup'));
      }
    },
    forget(containerId) {
      const of = watched.get(containerId);
      if (of === undefined) return;
      for (const running of of.probes.values()) stop(running);
      watched.delete(containerId);
    },
  };
}
