/** Which nodes get a DaemonSet's Pod, which Pods go, and how an update proceeds from node to node. Pure.
 *  Upstream: pkg/controller/daemon/{daemon_controller,update}.go, pkg/controller/daemon/util/daemonset_util.go */
import type { DaemonSet, DaemonSetStatus, Node, Pod, PodTemplateSpec, Toleration } from '../api/generated/types.ts';
import { scaledValue } from '../api/int-or-string.ts';
import { annotationsOf, isTerminating, labelsOf, nameOf } from '../api/meta.ts';
import { matchesRequiredNodeAffinity } from '../api/node-affinity.ts';
import { findUntoleratedTaint } from '../api/taints.ts';
import { REVISION_HASH } from './controller-revisions.ts';
import { createdAt, isAvailable, isFinished, isReady, podFromTemplate } from './pods.ts';

const GENERATION = 'deprecated.daemonset.template.generation';
const GENERATION_LABEL = 'pod-template-generation';

const exists = (key: string, effect: string): Toleration => ({ key: `node.kubernetes.io/${key}`, operator: 'Exists', effect });
const TOLERATIONS: readonly Toleration[] = [
  exists('not-ready', 'NoExecute'),
  exists('unreachable', 'NoExecute'),
  exists('disk-pressure', 'NoSchedule'),
  exists('memory-pressure', 'NoSchedule'),
  exists('pid-pressure', 'NoSchedule'),
  exists('unschedulable', 'NoSchedule'),
];

/** The template with what every Pod of the set carries: tolerations, its generation and its revision. */
export function templateFor(set: DaemonSet, hash: string): PodTemplateSpec {
  const { template } = set.spec!;
  const generation = annotationsOf(set)[GENERATION];
  return {
    metadata: {
      ...template.metadata,
      labels: { ...template.metadata?.labels, ...(generation !== undefined && { [GENERATION_LABEL]: generation }), [REVISION_HASH]: hash },
    },
    spec: { ...template.spec!, tolerations: tolerationsOf(template) },
  };
}

function tolerationsOf(template: PodTemplateSpec): readonly Toleration[] {
  const wanted = template.spec?.hostNetwork === true ? [...TOLERATIONS, exists('network-unavailable', 'NoSchedule')] : TOLERATIONS;
  const own = template.spec?.tolerations ?? [];
  return [
    ...own,
    ...wanted.filter(
      (each) => !own.some((other) => other.key === each.key && other.effect === each.effect && other.operator === each.operator),
    ),
  ];
}

/** The Pod is bound by the scheduler, as any other, but only to this node. */
export function podFor(template: PodTemplateSpec, namespace: string, node: string): Pod {
  const pod = podFromTemplate(template, namespace);
  const term = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] };
  const affinity = pod.spec?.affinity;
  const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } };
  return { ...pod, spec: { ...pod.spec!, affinity: { ...affinity, nodeAffinity: { ...affinity?.nodeAffinity, ...required } } } };
}

/** The node that a Pod runs on or is meant for. */
export function targetNodeOf(pod: Pod): string | undefined {
  if (pod.spec?.nodeName) return pod.spec.nodeName;
  const terms = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  for (const term of terms) for (const field of term.matchFields ?? []) if (field.key === 'metadata.name') return field.values?.[0];
  return undefined;
}

/** Whether a Pod belongs on the node, and whether one that is there may stay. */
export function suits(set: DaemonSet, node: Node): { readonly run: boolean; readonly stay: boolean } {
  const { template } = set.spec!;
  const no = { run: false, stay: false };
  if (template.spec?.nodeName && template.spec.nodeName !== nameOf(node)) return no;
  if (!matchesRequiredNodeAffinity({ spec: template.spec! } as Pod, node)) return no;
  const taints = node.spec?.taints ?? [];
  const tolerations = tolerationsOf(template);
  if (findUntoleratedTaint(taints, tolerations, ['NoExecute']) !== undefined) return no;
  return { run: findUntoleratedTaint(taints, tolerations, ['NoSchedule']) === undefined, stay: true };
}

export interface DaemonInput {
  readonly set: DaemonSet;
  readonly nodes: readonly Node[];
  /** Not finished and deleted at once: by target node. */
  readonly podsOn: ReadonlyMap<string, readonly Pod[]>;
  readonly hash: string;
  readonly now: number;
}

export interface DaemonPlan {
  readonly create: readonly string[];
  readonly remove: readonly Pod[];
  /** Finished Pods among `remove`: a daemon is not meant to end. */
  readonly ended: readonly Pod[];
}

const oldestFirst = (a: Pod, b: Pod): number => createdAt(a) - createdAt(b) || (nameOf(a) < nameOf(b) ? -1 : 1);
const isUpdated = (pod: Pod, hash: string): boolean => labelsOf(pod)[REVISION_HASH] === hash;

/** What must be there and is not, and what is there and must not. */
export function planDaemons({ set, nodes, podsOn, hash }: DaemonInput): DaemonPlan {
  const create: string[] = [];
  const remove: Pod[] = [];
  const ended: Pod[] = [];
  const known = new Set(nodes.map(nameOf));
  for (const node of nodes) {
    const pods = podsOn.get(nameOf(node)) ?? [];
    const { run, stay } = suits(set, node);
    if (run && pods.length === 0) create.push(nameOf(node));
    if (!stay) remove.push(...pods.filter((pod) => !isTerminating(pod)));
    if (!stay || pods.length === 0) continue;
    const running: Pod[] = [];
    for (const pod of pods) {
      if (isTerminating(pod)) continue;
      if (isFinished(pod)) ended.push(pod);
      else running.push(pod);
    }
    remove.push(...surplus(set, running, hash));
  }
  for (const [node, pods] of podsOn) if (!known.has(node)) remove.push(...pods.filter((pod) => !isTerminating(pod) && !pod.spec?.nodeName));
  return { create, remove: [...remove, ...ended], ended };
}

/** One Pod a node; while surging the oldest of the old and the oldest of the new may stand side by side. */
function surplus(set: DaemonSet, running: readonly Pod[], hash: string): readonly Pod[] {
  if (running.length <= 1) return [];
  const sorted = [...running].sort(oldestFirst);
  if (limitsOf(set, 1).maxSurge === 0) return sorted.slice(1);
  const [updated, old] = [sorted.filter((pod) => isUpdated(pod, hash)), sorted.filter((pod) => !isUpdated(pod, hash))];
  return [...updated.slice(1), ...old.slice(1)];
}

function limitsOf(set: DaemonSet, desired: number): { readonly maxSurge: number; readonly maxUnavailable: number } {
  const rolling = set.spec?.updateStrategy?.rollingUpdate;
  const maxSurge = scaledValue(rolling?.maxSurge, desired, true) ?? 0;
  const maxUnavailable = scaledValue(rolling?.maxUnavailable ?? 1, desired, true) ?? 1;
  return { maxSurge, maxUnavailable: desired > 0 && maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable };
}

/** One step of a rolling update. Old Pods that are not available go at once, others as the limits allow. */
export function planDaemonUpdate(input: DaemonInput): DaemonPlan {
  const { set, nodes, podsOn, hash, now } = input;
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  const available = (pod: Pod): boolean => isAvailable(pod, minReadySeconds, now) && !isTerminating(pod);
  const { maxSurge, maxUnavailable } = limitsOf(set, nodes.filter((node) => suits(set, node).run).length);
  const mustGo: Pod[] = [];
  const mayGo: Pod[] = [];
  const mustGrow: string[] = [];
  const mayGrow: string[] = [];
  let unavailable = 0;
  let surging = 0;
  for (const [node, pods] of podsOn) {
    const alive = pods.filter((pod) => !isTerminating(pod)).sort(oldestFirst);
    const fresh = alive.find((pod) => isUpdated(pod, hash));
    const old = alive.find((pod) => !isUpdated(pod, hash));
    if (old === undefined) {
      if (fresh === undefined || !available(fresh)) unavailable += 1;
    } else if (maxSurge === 0) {
      if (!available(old)) {
        mustGo.push(old);
        unavailable += 1;
      } else mayGo.push(old);
    } else if (fresh === undefined) {
      (available(old) ? mayGrow : mustGrow).push(node);
    } else if (available(fresh)) mustGo.push(old);
    else surging += 1;
  }
  return {
    create: [...mustGrow, ...mayGrow.slice(0, Math.max(0, maxSurge - surging))],
    remove: [...mustGo, ...mayGo.slice(0, Math.max(0, maxUnavailable - unavailable))],
    ended: [],
  };
}

export function computeDaemonStatus({ set, nodes, podsOn, hash, now }: DaemonInput, observeGeneration: boolean): DaemonSetStatus {
  const minReadySeconds = set.spec?.minReadySeconds ?? 0;
  let [desired, current, misscheduled, ready, available, updated] = [0, 0, 0, 0, 0, 0];
  for (const node of nodes) {
    const pods = [...(podsOn.get(nameOf(node)) ?? [])].sort(oldestFirst);
    const pod = pods[0];
    if (!suits(set, node).run) {
      if (pod !== undefined) misscheduled += 1;
      continue;
    }
    desired += 1;
    if (pod === undefined) continue;
    current += 1;
    if (isReady(pod)) ready += 1;
    if (isAvailable(pod, minReadySeconds, now)) available += 1;
    if (pods.some((each) => isUpdated(each, hash))) updated += 1;
  }
  return {
    currentNumberScheduled: current,
    numberMisscheduled: misscheduled,
    desiredNumberScheduled: desired,
    numberReady: ready,
    observedGeneration: observeGeneration ? set.metadata?.generation : set.status?.observedGeneration,
    ...(updated > 0 && { updatedNumberScheduled: updated }),
    ...(available > 0 && { numberAvailable: available }),
    ...(desired > available && { numberUnavailable: desired - available }),
    ...(set.status?.collisionCount !== undefined && { collisionCount: set.status.collisionCount }),
    ...(set.status?.conditions !== undefined && { conditions: set.status.conditions }),
  };
}
