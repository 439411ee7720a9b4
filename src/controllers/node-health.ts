/** What a node's silence and its conditions lead to: conditions that become Unknown, and taints that keep Pods away. Pure.
 *  Upstream: pkg/controller/nodelifecycle/node_lifecycle_controller.go */
import { rfc3339 } from '../base/time.ts';
import type { Node, NodeCondition, Taint } from '../api/generated/types.ts';
import { labelsOf } from '../api/meta.ts';

export const NOT_READY = 'node.kubernetes.io/not-ready';
export const UNREACHABLE = 'node.kubernetes.io/unreachable';
export const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';
/** A running kubelet that falls silent, and one that never spoke. */
export const GRACE_MS = 50_000;
export const STARTUP_GRACE_MS = 60_000;

const WATCHED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'] as const;

/** Which condition, in which state, gives which NoSchedule taint. */
const CONDITION_TAINTS: readonly (readonly [type: string, status: string, key: string])[] = [
  ['Ready', 'False', NOT_READY],
  ['Ready', 'Unknown', UNREACHABLE],
  ['MemoryPressure', 'True', 'node.kubernetes.io/memory-pressure'],
  ['DiskPressure', 'True', 'node.kubernetes.io/disk-pressure'],
  ['NetworkUnavailable', 'True', 'node.kubernetes.io/network-unavailable'],
  ['PIDPressure', 'True', 'node.kubernetes.io/pid-pressure'],
];
const MANAGED_KEYS: ReadonlySet<string> = new Set([...CONDITION_TAINTS.map(([, , key]) => key), UNSCHEDULABLE]);

export const readyCondition = (node: Node): NodeCondition | undefined =>
  node.status?.conditions?.find((condition) => condition.type === 'Ready');
export const readyStatus = (node: Node): string => readyCondition(node)?.status ?? 'Unknown';

/** The conditions of a silent node; the same array where nothing changes. */
export function silentConditions(node: Node, now: number): readonly NodeCondition[] {
  const at = rfc3339(now);
  const conditions = node.status?.conditions ?? [];
  const missing = WATCHED.filter((type) => !conditions.some((condition) => condition.type === type));
  const changes = conditions.some((condition) => isWatched(condition.type) && condition.status !== 'Unknown');
  if (missing.length === 0 && !changes) return conditions;
  const known = conditions.map((condition): NodeCondition =>
    isWatched(condition.type) && condition.status !== 'Unknown'
      ? {
          ...condition,
          status: 'Unknown',
          reason: 'NodeStatusUnknown',
          message: 'Kubelet stopped posting node status.',
          lastTransitionTime: at,
        }
      : condition,
  );
  const never = missing.map((type): NodeCondition => ({
    type,
    status: 'Unknown',
    reason: 'NodeStatusNeverUpdated',
    message: 'Kubelet never posted node status.',
    lastHeartbeatTime: node.metadata?.creationTimestamp,
    lastTransitionTime: at,
  }));
  return [...known, ...never];
}

const isWatched = (type: string): boolean => (WATCHED as readonly string[]).includes(type);

/** The taints that a node should have by its conditions and by `spec.unschedulable`; undefined where it has them. */
export function scheduleTaints(node: Node, now: number): readonly Taint[] | undefined {
  const wanted = CONDITION_TAINTS.filter(([type, status]) =>
    node.status?.conditions?.some((each) => each.type === type && each.status === status),
  ).map(([, , key]) => key);
  if (node.spec?.unschedulable === true) wanted.push(UNSCHEDULABLE);
  const current = node.spec?.taints ?? [];
  const isOurs = (taint: Taint): boolean => taint.effect === 'NoSchedule' && MANAGED_KEYS.has(taint.key);
  const kept = current.filter((taint) => !isOurs(taint) || wanted.includes(taint.key));
  const added = wanted.filter((key) => !current.some((taint) => isOurs(taint) && taint.key === key));
  if (added.length === 0 && kept.length === current.length) return undefined;
  return [...kept, ...added.map((key): Taint => ({ key, effect: 'NoSchedule', timeAdded: rfc3339(now) }))];
}

/** The NoExecute taint that the node should have; undefined: none. */
export function wantedNoExecute(node: Node): string | undefined {
  const status = readyStatus(node);
  if (readyCondition(node) === undefined || status === 'True') return undefined;
  return status === 'False' ? NOT_READY : UNREACHABLE;
}

export const noExecuteTaintOf = (node: Node): string | undefined =>
  node.spec?.taints?.find((taint) => taint.effect === 'NoExecute' && (taint.key === NOT_READY || taint.key === UNREACHABLE))?.key;

/** The taints with `key` as the only one of the two that drive Pods away; undefined removes both. */
export function withNoExecute(node: Node, key: string | undefined, now: number): readonly Taint[] {
  const others = (node.spec?.taints ?? []).filter(
    (taint) => taint.effect !== 'NoExecute' || (taint.key !== NOT_READY && taint.key !== UNREACHABLE),
  );
  return key === undefined ? others : [...others, { key, effect: 'NoExecute', timeAdded: rfc3339(now) }];
}

/** Labels of old that follow the new ones. */
const OLD_LABELS: readonly (readonly [string, string])[] = [
  ['kubernetes.io/os', 'beta.kubernetes.io/os'],
  ['kubernetes.io/arch', 'beta.kubernetes.io/arch'],
];

export function missingLabels(node: Node): Readonly<Record<string, string>> | undefined {
  const labels = labelsOf(node);
  const wrong = OLD_LABELS.filter(([from, to]) => labels[from] !== undefined && labels[from] !== labels[to]);
  return wrong.length === 0 ? undefined : Object.fromEntries(wrong.map(([from, to]) => [to, labels[from]!]));
}
