/** The Node object as the kubelet writes it: what the machine has, what Pods may use of it, and how it fares.
 *  Upstream: pkg/kubelet/nodestatus/setters.go, pkg/kubelet/kubelet_node_status.go */
import type { ContainerImage, Node, NodeCondition, NodeStatus } from '../api/generated/types.ts';
import { quantityOfBytes, quantityUnits } from '../api/quantity.ts';
import { sha256Hex } from '../base/hash.ts';
import type { PulledImage } from '../cri/runtime.ts';
import { DEFAULT_SYSTEM, type KubeletOptions } from './options.ts';

const MEBI = 1024 * 1024;
/** Kept free for the node before it evicts: memory.available<100Mi, nodefs.available<10%. */
export const EVICTION_MEMORY_BYTES = 100 * MEBI;
const EVICTION_STORAGE_SHARE = 0.1;
const PODS_MAX = '110';
const IMAGES_MAX = 50;
const NAMES_MAX = 5;

type Resources = Readonly<Record<string, string>>;

export function capacityOf(options: KubeletOptions): Resources {
  const { cpu, memory, ephemeralStorage, pods } = options.capacity;
  return { cpu, 'ephemeral-storage': ephemeralStorage, 'hugepages-1Gi': '0', 'hugepages-2Mi': '0', memory, pods: pods ?? PODS_MAX };
}

export function allocatableOf(options: KubeletOptions): Resources {
  const { memory, ephemeralStorage } = options.capacity;
  return {
    ...capacityOf(options),
    'ephemeral-storage': String(Math.floor(quantityUnits(ephemeralStorage) * (1 - EVICTION_STORAGE_SHARE))),
    memory: quantityOfBytes(Math.max(0, quantityUnits(memory) - EVICTION_MEMORY_BYTES)),
  };
}

export interface NodeFacts {
  readonly bootId: string;
  readonly images: readonly PulledImage[];
  /** Why Pods cannot be connected; undefined: they can. */
  readonly networkProblem: string | undefined;
  readonly pressure: { readonly memory: boolean; readonly disk: boolean; readonly pid: boolean };
  readonly runtime: string;
  readonly now: string;
}

/** As it registers. */
export function newNode(options: KubeletOptions, facts: NodeFacts): Node {
  const system = { ...DEFAULT_SYSTEM, ...options.system };
  const labels = {
    'beta.kubernetes.io/arch': system.architecture, 'beta.kubernetes.io/os': 'linux', 'kubernetes.io/arch': system.architecture,
    'kubernetes.io/hostname': options.nodeName, 'kubernetes.io/os': 'linux', ...options.labels,
  };
  return {
    apiVersion: 'v1', kind: 'Node',
    metadata: { name: options.nodeName, labels, annotations: { 'volumes.kubernetes.io/controller-managed-attach-detach': 'true', ...options.annotations } },
    spec: options.registerWithTaints === undefined || options.registerWithTaints.length === 0 ? {} : { taints: options.registerWithTaints },
    status: nodeStatus(options, facts, undefined),
  };
}

export function nodeStatus(options: KubeletOptions, facts: NodeFacts, old: NodeStatus | undefined): NodeStatus {
  const system = { ...DEFAULT_SYSTEM, ...options.system };
  const machine = sha256Hex(`machine ${options.nodeName}`).slice(0, 32);
  return {
    addresses: [{ type: 'InternalIP', address: options.nodeIP }, { type: 'Hostname', address: options.nodeName }],
    allocatable: allocatableOf(options),
    capacity: capacityOf(options),
    conditions: nodeConditions(facts, old?.conditions ?? []),
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    ...(facts.images.length > 0 && { images: imageList(facts.images) }),
    nodeInfo: {
      architecture: system.architecture, bootID: facts.bootId, containerRuntimeVersion: facts.runtime, kernelVersion: system.kernelVersion,
      kubeProxyVersion: '', kubeletVersion: options.version, machineID: machine, operatingSystem: 'linux', osImage: system.osImage,
      systemUUID: `${machine.slice(0, 8)}-${machine.slice(8, 12)}-${machine.slice(12, 16)}-${machine.slice(16, 20)}-${machine.slice(20)}`,
    },
  };
}

function nodeConditions(facts: NodeFacts, before: readonly NodeCondition[]): readonly NodeCondition[] {
  const { memory, disk, pid } = facts.pressure;
  const condition = (type: string, isTrue: boolean, reason: string, message: string): NodeCondition => {
    const status = isTrue ? 'True' : 'False';
    const old = before.find((each) => each.type === type);
    const lastTransitionTime = old?.status === status ? old.lastTransitionTime : facts.now;
    return { type, status, lastHeartbeatTime: facts.now, lastTransitionTime, reason, message };
  };
  const ready = facts.networkProblem === undefined;
  return [
    memory ? condition('MemoryPressure', true, 'KubeletHasInsufficientMemory', 'kubelet has insufficient memory available')
      : condition('MemoryPressure', false, 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
    disk ? condition('DiskPressure', true, 'KubeletHasDiskPressure', 'kubelet has disk pressure')
      : condition('DiskPressure', false, 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    pid ? condition('PIDPressure', true, 'KubeletHasInsufficientPID', 'kubelet has insufficient PID available')
      : condition('PIDPressure', false, 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    condition('Ready', ready, ready ? 'KubeletReady' : 'KubeletNotReady', facts.networkProblem ?? 'kubelet is posting ready status'),
  ];
}

/** The biggest first. */
function imageList(images: readonly PulledImage[]): readonly ContainerImage[] {
  const bySize = [...images].sort((a, b) => b.sizeBytes - a.sizeBytes || (a.id < b.id ? -1 : 1));
  return bySize.slice(0, IMAGES_MAX).map((image) => ({ names: [...image.repoDigests, ...image.repoTags].slice(0, NAMES_MAX), sizeBytes: image.sizeBytes }));
}

/** The event that goes with a change of a condition; undefined: none. */
export function conditionEvent(condition: NodeCondition): string | undefined {
  const isTrue = condition.status === 'True';
  switch (condition.type) {
    case 'MemoryPressure': return isTrue ? 'NodeHasInsufficientMemory' : 'NodeHasSufficientMemory';
    case 'DiskPressure': return isTrue ? 'NodeHasDiskPressure' : 'NodeHasNoDiskPressure';
    case 'PIDPressure': return isTrue ? 'NodeHasInsufficientPID' : 'NodeHasSufficientPID';
    case 'Ready': return isTrue ? 'NodeReady' : 'NodeNotReady';
    default: return undefined;
  }
}
