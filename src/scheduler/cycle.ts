/** One scheduling cycle, pure over a snapshot: PreFilter, Filter, PreScore, Score, Normalize, and a node is chosen.
 *  Upstream: pkg/scheduler/schedule_one.go */
import type { Pod } from '../api/generated/types.ts';
import type { NodeDecision, PluginScore } from './decision-record.ts';
import type { CycleState, SchedulerPlugin, Unschedulable } from './framework.ts';
import type { Registered } from './plugins/registry.ts';
import { withPod } from './snapshot.ts';
import type { NodeInfo, PodInfo, Snapshot } from './snapshot.ts';
import { isUnschedulable, unresolvable } from './verdict.ts';

const NODES_MIN = 100;
const PERCENTAGE_MIN = 5;

/** How many feasible nodes are enough; all below 100 nodes, else 50 % less one point for every 125 nodes. */
export function nodesToFind(nodesTotal: number): number {
  if (nodesTotal < NODES_MIN) return nodesTotal;
  const percentage = Math.max(PERCENTAGE_MIN, Math.trunc(50 - nodesTotal / 125));
  return Math.max(NODES_MIN, Math.trunc((nodesTotal * percentage) / 100));
}

export interface Rejection { readonly plugin: string; readonly verdict: Unschedulable }

/** Why no node would do, a node at a time, or once for all of them. */
export interface Diagnosis {
  readonly byNode: ReadonlyMap<string, Rejection>;
  readonly preFilter?: Rejection;
}

export interface CycleOptions {
  readonly plugins: readonly Registered[];
  /** Pods of at least this Pod's priority that preemption promised a node: filters must hold with and without them. */
  readonly nominated: (node: string) => readonly PodInfo[];
  readonly startIndex: number;
  /** Uniform integer below its argument: ties are drawn. */
  readonly draw: (below: number) => number;
}

export interface CycleResult {
  readonly chosen?: string;
  readonly tied?: number;
  readonly nodes: readonly NodeDecision[];
  readonly feasible: number;
  readonly diagnosis: Diagnosis;
  readonly nextStartIndex: number;
}

interface Prepared {
  readonly state: CycleState;
  readonly plugins: readonly SchedulerPlugin[];
  readonly nodeNames?: ReadonlySet<string>;
  readonly narrowedBy: readonly string[];
  readonly rejection?: Rejection;
}

/** Runs every preFilter; plugins that skip are left out of this cycle's filters. */
function prepare(pod: Pod, snapshot: Snapshot, registered: readonly Registered[]): Prepared {
  const preFilter = new Map<string, unknown>();
  const plugins: SchedulerPlugin[] = [];
  const narrowedBy: string[] = [];
  let nodeNames: ReadonlySet<string> | undefined;
  const state: CycleState = { preFilter, preScore: new Map() };
  for (const { plugin } of registered) {
    const result = plugin.preFilter?.(pod, snapshot);
    if (isUnschedulable(result)) return { state, plugins, narrowedBy, rejection: { plugin: plugin.name, verdict: result } };
    if (result && 'skip' in result && result.skip) continue;
    if (result?.state !== undefined) preFilter.set(plugin.name, result.state);
    if (result?.nodeNames) {
      const before = nodeNames;
      nodeNames = before ? new Set([...result.nodeNames].filter((name) => before.has(name))) : result.nodeNames;
      narrowedBy.push(plugin.name);
    }
    if (plugin.filter) plugins.push(plugin);
  }
  return { state, plugins, narrowedBy, nodeNames };
}

function runFilters(pod: Pod, node: NodeInfo, snapshot: Snapshot, prepared: Prepared): Rejection | undefined {
  for (const plugin of prepared.plugins) {
    const verdict = plugin.filter?.(pod, node, snapshot, prepared.state);
    if (verdict) return { plugin: plugin.name, verdict };
  }
  return undefined;
}

/** The snapshot with one node changed. */
export function replaceNode(snapshot: Snapshot, node: NodeInfo): Snapshot {
  const byName = new Map(snapshot.byName);
  byName.set(node.name, node);
  return { ...snapshot, byName, nodes: snapshot.nodes.map((other) => (other.name === node.name ? node : other)) };
}

/** Whether the Pod would fit on one node of the snapshot as it is: what preemption's dry run asks. */
export function fits(pod: Pod, nodeName: string, snapshot: Snapshot, plugins: readonly Registered[]): Rejection | undefined {
  const node = snapshot.byName.get(nodeName);
  if (!node) return { plugin: '', verdict: unresolvable('node not found') };
  const prepared = prepare(pod, snapshot, plugins);
  return prepared.rejection ?? runFilters(pod, node, snapshot, prepared);
}

function filterNode(pod: Pod, node: NodeInfo, snapshot: Snapshot, prepared: Prepared, options: CycleOptions): Rejection | undefined {
  const promised = options.nominated(node.name);
  if (promised.length > 0) {
    const crowded = promised.reduce(withPod, node);
    const refused = fits(pod, node.name, replaceNode(snapshot, crowded), options.plugins);
    if (refused) return refused;
  }
  return runFilters(pod, node, snapshot, prepared);
}

function scoreNodes(pod: Pod, nodes: readonly NodeInfo[], snapshot: Snapshot, state: CycleState, registered: readonly Registered[]): readonly PluginScore[][] {
  const rows: PluginScore[][] = nodes.map(() => []);
  for (const { plugin, weight } of registered) {
    if (!plugin.score) continue;
    const prepared = plugin.preScore?.(pod, nodes, snapshot);
    if (prepared === 'skip') continue;
    if (prepared !== undefined) (state.preScore as Map<string, unknown>).set(plugin.name, prepared);
    const raw = nodes.map((node) => plugin.score?.(pod, node, snapshot, state) ?? 0);
    const normalized = plugin.normalize ? plugin.normalize(raw, pod, nodes, state) : raw;
    rows.forEach((row, index) => {
      const value = normalized[index] ?? 0;
      row.push({ plugin: plugin.name, raw: raw[index] ?? 0, normalized: value, weight, weighted: value * weight });
    });
  }
  return rows;
}

export function scheduleOne(pod: Pod, snapshot: Snapshot, options: CycleOptions): CycleResult {
  const total = snapshot.nodes.length;
  const prepared = prepare(pod, snapshot, options.plugins);
  if (prepared.rejection) {
    return { nodes: [], feasible: 0, diagnosis: { byNode: new Map(), preFilter: prepared.rejection }, nextStartIndex: options.startIndex };
  }
  const byNode = new Map<string, Rejection>();
  const feasible: NodeInfo[] = [];
  const wanted = nodesToFind(total);
  let looked = 0;
  for (; looked < total && feasible.length < wanted; looked += 1) {
    const node = snapshot.nodes[(options.startIndex + looked) % total];
    if (!node) continue;
    if (prepared.nodeNames && !prepared.nodeNames.has(node.name)) {
      byNode.set(node.name, { plugin: prepared.narrowedBy[0] ?? '', verdict: unresolvable(`node(s) didn't satisfy plugin(s) [${prepared.narrowedBy.join(' ')}]`) });
      continue;
    }
    const rejection = filterNode(pod, node, snapshot, prepared, options);
    if (rejection) byNode.set(node.name, rejection);
    else feasible.push(node);
  }
  const nextStartIndex = total === 0 ? 0 : (options.startIndex + looked) % total;
  const rows = feasible.length > 0 ? scoreNodes(pod, feasible, snapshot, prepared.state, options.plugins) : [];
  const totals = rows.map((row) => row.reduce((sum, score) => sum + score.weighted, 0));
  const nodes: NodeDecision[] = [...byNode].map(([node, { plugin, verdict }]) => ({ node, filteredBy: plugin, reasons: verdict.reasons }));
  feasible.forEach((node, index) => nodes.push({ node: node.name, scores: rows[index] ?? [], total: totals[index] ?? 0 }));
  const best = Math.max(...totals);
  const winners = feasible.filter((_, index) => totals[index] === best);
  const chosen = winners.length === 0 ? undefined : winners[winners.length === 1 ? 0 : options.draw(winners.length)];
  return { chosen: chosen?.name, tied: winners.length, nodes, feasible: feasible.length, diagnosis: { byNode }, nextStartIndex };
}
