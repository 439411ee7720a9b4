/** A node as its card shows it: what it can give, what its Pods were promised, and whether it answers. */
import type { Node } from '../../api/generated/types.ts';
import { bytes, milli } from './pod-view.ts';
import type { PodView } from './pod-view.ts';

export interface NodeView {
  readonly name: string;
  readonly ready: boolean;
  /** "Ready", "Not ready", "No heartbeat", with "cordoned" said apart. */
  readonly condition: string;
  readonly cordoned: boolean;
  readonly controlPlane: boolean;
  readonly zone: string | undefined;
  readonly cpu: Capacity;
  readonly memory: Capacity;
  readonly pods: readonly PodView[];
}

export interface Capacity {
  readonly requested: number;
  readonly allocatable: number;
  readonly used: number | undefined;
  readonly text: string;
}

export interface Usage {
  readonly cpuMilli: number;
  readonly memoryBytes: number;
}

export function nodeView(node: Node, pods: readonly PodView[], usage?: Usage): NodeView {
  const labels = node.metadata?.labels ?? {};
  const ready = node.status?.conditions?.find((one) => one.type === 'Ready');
  const alive = pods.filter((pod) => pod.state !== 'succeeded');
  const cpuAsked = alive.reduce((sum, pod) => sum + pod.cpuMilli, 0);
  const memoryAsked = alive.reduce((sum, pod) => sum + pod.memoryBytes, 0);
  const cpu = milli(String(node.status?.allocatable?.['cpu'] ?? '0'));
  const memory = bytes(String(node.status?.allocatable?.['memory'] ?? '0'));
  return {
    name: node.metadata?.name ?? '',
    ready: ready?.status === 'True',
    condition: ready?.status === 'True' ? 'Ready' : ready?.status === 'Unknown' ? 'No heartbeat' : 'Not ready',
    cordoned: node.spec?.unschedulable === true,
    controlPlane: 'node-role.kubernetes.io/control-plane' in labels,
    zone: labels['topology.kubernetes.io/zone'],
    pods,
    cpu: { requested: cpuAsked, allocatable: cpu, used: usage?.cpuMilli, text: `${cores(cpuAsked)}/${cores(cpu)}` },
    memory: { requested: memoryAsked, allocatable: memory, used: usage?.memoryBytes, text: `${gibi(memoryAsked)}/${gibi(memory)}Gi` },
  };
}

const trim = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
export const cores = (milliCores: number): string => trim((milliCores / 1000).toFixed(milliCores % 10 === 0 ? 2 : 3));
export const gibi = (byteCount: number): string => trim((byteCount / 2 ** 30).toFixed(1));
