/** The scheduling framework: one concern, one plugin, one file. Every extension point is optional, synchronous and pure
 *  over the cycle's snapshot; the reason that a filter returns is the text a learner reads in `kubectl describe pod`.
 *  Upstream: pkg/scheduler/framework/interface.go */
import type { Pod } from '../api/generated/types.ts';
import type { NodeInfo, Snapshot } from './snapshot.ts';

export interface SchedulerPlugin {
  readonly name: string;
  /** Rejects the Pod for all nodes at once, or narrows the nodes. Its result is kept in the cycle under the plugin's name. */
  preFilter?(pod: Pod, snapshot: Snapshot): PreFilterResult | Unschedulable | undefined;
  filter?(pod: Pod, node: NodeInfo, snapshot: Snapshot, state: CycleState): Unschedulable | undefined;
  preScore?(pod: Pod, nodes: readonly NodeInfo[], snapshot: Snapshot): unknown;
  /** Raw; normalise (below) makes it 0 to 100. `undefined` from preScore's 'skip' leaves the plugin out. */
  score?(pod: Pod, node: NodeInfo, snapshot: Snapshot, state: CycleState): number;
  normalize?(scores: readonly number[], pod: Pod, nodes: readonly NodeInfo[], state: CycleState): readonly number[];
}

export interface PreFilterResult { readonly nodeNames?: ReadonlySet<string>; readonly state?: unknown; readonly skip?: boolean }

/** What a plugin's preFilter and preScore computed once for this cycle, by plugin name. */
export interface CycleState { readonly preFilter: ReadonlyMap<string, unknown>; readonly preScore: ReadonlyMap<string, unknown> }

/** `resolvable`: removing Pods could help, so preemption looks at the node. */
export interface Unschedulable { readonly reasons: readonly string[]; readonly resolvable: boolean }
