/** How single results of a probe become a verdict: thresholds count results in a row.
 *  Upstream: pkg/kubelet/prober/worker.go (doProbe) */
import type { Probe } from '../../api/generated/types.ts';
import type { ProbeVerdict } from '../pod-actions.ts';

export type ProbeType = 'Liveness' | 'Readiness' | 'Startup';

export interface ProbeState {
  readonly verdict: ProbeVerdict;
  readonly last?: 'success' | 'failure';
  /** How often `last` came in a row. */
  readonly inARow: number;
}

/** Until a probe has answered, a container is alive, not ready, and not known to have started. */
export function initialState(type: ProbeType): ProbeState {
  switch (type) {
    case 'Liveness': return { verdict: 'success', inARow: 0 };
    case 'Readiness': return { verdict: 'failure', inARow: 0 };
    case 'Startup': return { verdict: 'unknown', inARow: 0 };
  }
}

export function afterResult(state: ProbeState, result: 'success' | 'failure', probe: Probe): ProbeState {
  const inARow = state.last === result ? state.inARow + 1 : 1;
  const needed = result === 'success' ? probe.successThreshold ?? 1 : probe.failureThreshold ?? 3;
  return { verdict: inARow < needed ? state.verdict : result, last: result, inARow };
}

/** A verdict after which this container is not asked any more: it has started, or it will be killed. */
export const isFinal = (type: ProbeType, state: ProbeState): boolean =>
  (type === 'Startup' && state.verdict !== 'unknown') || (type === 'Liveness' && state.verdict === 'failure');
