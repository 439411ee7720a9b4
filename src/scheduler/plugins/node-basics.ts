/** The four plugins that look at a node and nothing else: NodeUnschedulable, NodeName, NodePorts and TaintToleration.
 *  Upstream: pkg/scheduler/framework/plugins/{nodeunschedulable,nodename,nodeports,tainttoleration} */
import type { Pod, Taint, Toleration } from '../../api/generated/types.ts';
import { findUntoleratedTaint, tolerates } from '../../api/taints.ts';
import type { SchedulerPlugin } from '../framework.ts';
import { hostPortsOf } from '../snapshot.ts';
import type { HostPort, NodeInfo } from '../snapshot.ts';
import { reverseNormalize, unresolvable, unschedulable } from '../verdict.ts';

const UNSCHEDULABLE_TAINT: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

export const nodeUnschedulable: SchedulerPlugin = {
  name: 'NodeUnschedulable',
  filter(pod, node) {
    if (!node.node.spec?.unschedulable) return undefined;
    const tolerated = (pod.spec?.tolerations ?? []).some((toleration) => tolerates(toleration, UNSCHEDULABLE_TAINT));
    return tolerated ? undefined : unresolvable('node(s) were unschedulable');
  },
};

export const nodeName: SchedulerPlugin = {
  name: 'NodeName',
  filter(pod, node) {
    const wanted = pod.spec?.nodeName;
    return !wanted || wanted === node.name ? undefined : unresolvable("node(s) didn't match the requested node name");
  },
};

function conflicts(wanted: HostPort, used: HostPort): boolean {
  const sameAddress = wanted.ip === used.ip || wanted.ip === '0.0.0.0' || used.ip === '0.0.0.0';
  return sameAddress && wanted.port === used.port && wanted.protocol === used.protocol;
}

export const nodePorts: SchedulerPlugin = {
  name: 'NodePorts',
  preFilter(pod) {
    const ports = hostPortsOf(pod);
    return ports.length === 0 ? { skip: true } : { state: ports };
  },
  filter(pod, node, _snapshot, state) {
    const wanted = (state.preFilter.get('NodePorts') as readonly HostPort[] | undefined) ?? hostPortsOf(pod);
    const taken = wanted.some((port) => node.usedPorts.some((used) => conflicts(port, used)));
    return taken ? unschedulable("node(s) didn't have free ports for the requested pod ports") : undefined;
  },
};

/** Untolerated taints of effect PreferNoSchedule: the fewer the better. */
function countDislikes(pod: Pod, node: NodeInfo): number {
  const soft: readonly Toleration[] = (pod.spec?.tolerations ?? []).filter((toleration) => !toleration.effect || toleration.effect === 'PreferNoSchedule');
  return (node.node.spec?.taints ?? [])
    .filter((taint) => taint.effect === 'PreferNoSchedule' && !soft.some((toleration) => tolerates(toleration, taint))).length;
}

export const taintToleration: SchedulerPlugin = {
  name: 'TaintToleration',
  filter(pod, node) {
    const taint = findUntoleratedTaint(node.node.spec?.taints ?? [], pod.spec?.tolerations ?? [], ['NoSchedule', 'NoExecute']);
    return taint ? unresolvable(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`) : undefined;
  },
  score: countDislikes,
  normalize: (scores) => reverseNormalize(scores),
};
