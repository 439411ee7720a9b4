/** What one scheduling cycle saw and decided, in full up to 100 nodes; beyond, the ten best and counts by reason.
 *  The scheduler table, the Why panel and lessons read it. JSON values only. */

export interface DecisionRecord {
  readonly attempt: number;
  readonly nodesTotal: number;
  /** In the order looked at; at most 100. */
  readonly nodes: readonly NodeDecision[];
  readonly feasible: number;
  /** Filter reason to how many nodes gave it. */
  readonly reasons: Readonly<Record<string, number>>;
  readonly chosen?: string;
  /** How many nodes shared the best score, and one was drawn. */
  readonly tied?: number;
  /** The FailedScheduling sentence. */
  readonly message?: string;
  readonly preemption?: { readonly node: string; readonly victims: readonly string[] };
}

export interface NodeDecision {
  readonly node: string;
  /** The plugin that filtered the node out, and its reasons. */
  readonly filteredBy?: string;
  readonly reasons?: readonly string[];
  readonly scores?: readonly PluginScore[];
  readonly total?: number;
}

export interface PluginScore {
  readonly plugin: string;
  readonly raw: number;
  /** 0 to 100. */
  readonly normalized: number;
  readonly weight: number;
  readonly weighted: number;
}

export const FULL_RECORD_NODES = 100;
const BEST_KEPT = 10;

/** Cuts a record down for a large cluster: the best by total, then those filtered out are only counted. */
export function trimNodes(nodes: readonly NodeDecision[]): readonly NodeDecision[] {
  if (nodes.length <= FULL_RECORD_NODES) return nodes;
  return nodes.filter((node) => node.total !== undefined).sort((a, b) => (b.total ?? 0) - (a.total ?? 0)).slice(0, BEST_KEPT);
}
