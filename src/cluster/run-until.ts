/** Watches a running cluster for a condition. Reads are observers: they leave no trace in history. */
import type { KubeList } from '../api/object.ts';
import type { Transport } from '../api/transport.ts';
import type { RunCondition } from '../sandbox/sandbox.ts';
import type { Simulation } from '../sim/simulation.ts';
import { HOLDS, isChange, isSchedule, WORTH_A_LOOK } from './run-conditions.ts';
import type { ClusterState, Standing } from './run-conditions.ts';

/** No object has changed for this long. */
const IDLE_MICROS = 30_000_000;

export interface ConditionWatch extends Disposable {
  /** Asked after each instant: something happened that may be it. */
  readonly due: () => boolean;
  /** Looks; true: this is it. */
  holds(): Promise<boolean>;
}

export async function watchCondition(condition: RunCondition, simulation: Simulation, api: Transport): Promise<ConditionWatch> {
  const standing = condition === 'next-event' || condition === 'next-schedule' || condition === 'idle' ? undefined : condition;
  const before = standing && (await readState(api));
  let happened = false;
  let lastChange = simulation.frontier;
  const listening = simulation.onTrace((records) => {
    for (const record of records) {
      const changed = isChange(record);
      if (changed) lastChange = record.at;
      if (standing) happened ||= changed && record.event.type === 'request' && WORTH_A_LOOK[standing].test(record.event.path);
      else if (condition === 'next-event') happened ||= changed;
      else happened ||= isSchedule(record);
    }
  });
  return {
    due: () => (condition === 'idle' ? simulation.frontier - lastChange >= IDLE_MICROS : happened),
    async holds() {
      if (!standing) return true;
      happened = false;
      const now = await readState(api);
      return before !== undefined && now !== undefined && HOLDS[standing](before, now);
    },
    [Symbol.dispose]: () => listening[Symbol.dispose](),
  };
}

/** It may hold from the start: only "all Pods are ready" can. */
export const mayHoldAtOnce = (condition: RunCondition): boolean => condition === ('all-pods-ready' satisfies Standing);

const PATHS = {
  nodes: '/api/v1/nodes',
  pods: '/api/v1/pods',
  deployments: '/apis/apps/v1/deployments',
  replicasets: '/apis/apps/v1/replicasets',
  statefulsets: '/apis/apps/v1/statefulsets',
  daemonsets: '/apis/apps/v1/daemonsets',
} as const satisfies Record<keyof ClusterState, string>;

/** undefined: the API does not answer just now. */
async function readState(api: Transport): Promise<ClusterState | undefined> {
  try {
    const lists = await Promise.all(
      Object.entries(PATHS).map(async ([name, path]) => {
        const response = await api.request({ method: 'GET', path });
        if (response.status !== 200) throw new Error('the API refused a list');
        return [name, (response.body as KubeList).items] as const;
      }),
    );
    return Object.fromEntries(lists) as unknown as ClusterState;
  } catch {
    return undefined;
  }
}
