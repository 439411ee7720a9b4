/** What the runtime knows of one Pod: its sandboxes and containers, newest first. Decisions are made over this and the
 *  Pod only. Containers of before a reboot are records too: the runtime has forgotten them, the API has not.
 *  Upstream: pkg/kubelet/container/runtime.go (PodStatus) */
import type { Container, Pod } from '../api/generated/types.ts';
import type { ContainerConfig, ContainerStatus, PodSandbox } from '../cri/runtime.ts';

export type ContainerRecord = Omit<ContainerStatus, 'config' | 'sandboxId'> & { readonly config: Pick<ContainerConfig, 'name' | 'attempt' | 'image'> };

export type SandboxRecord = Pick<PodSandbox, 'id' | 'state' | 'ip' | 'createdAtMs'> & { readonly config: Pick<PodSandbox['config'], 'attempt'> };

export interface PodView {
  readonly sandboxes: readonly SandboxRecord[];
  readonly containers: readonly ContainerRecord[];
}

export const NOTHING: PodView = { sandboxes: [], containers: [] };

/** The newest container of that name. */
export function latest(view: PodView, name: string): ContainerRecord | undefined {
  return view.containers.find((each) => each.config.name === name);
}

export const isRestartableInit = (container: Container): boolean => container.restartPolicy === 'Always';

export const isMirror = (pod: Pod): boolean => pod.metadata?.annotations?.['kubernetes.io/config.mirror'] !== undefined;

/** A Pod that the kubelet read from a file, not from the API. */
export function isStatic(pod: Pod): boolean {
  const source = pod.metadata?.annotations?.['kubernetes.io/config.source'];
  return source !== undefined && source !== 'api' && !isMirror(pod);
}

/** "web-1_default(3d9b...)": how the kubelet writes a Pod in its messages. */
export const formatPod = (pod: Pod): string => `${pod.metadata?.name}_${pod.metadata?.namespace}(${pod.metadata?.uid})`;

export const allContainers = (pod: Pod): readonly Container[] => [
  ...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? []), ...(pod.spec?.ephemeralContainers ?? []),
];

/** "spec.containers{web}": what an event points to. */
export function fieldPathOf(pod: Pod, name: string): string {
  if (pod.spec?.initContainers?.some((each) => each.name === name)) return `spec.initContainers{${name}}`;
  if (pod.spec?.ephemeralContainers?.some((each) => each.name === name)) return `spec.ephemeralContainers{${name}}`;
  return `spec.containers{${name}}`;
}
