/** Readings of a Pod that several components share.
 *  Upstream: pkg/api/v1/pod/util.go */
import type { Container, ContainerStatus, Pod, PodCondition } from './generated/types.ts';
import { quantityMillis, quantityUnits } from './quantity.ts';

export const isPodTerminal = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

export const podCondition = (pod: Pod, type: string): PodCondition | undefined =>
  pod.status?.conditions?.find((condition) => condition.type === type);

export const isPodReady = (pod: Pod): boolean => podCondition(pod, 'Ready')?.status === 'True';

/** Ready for at least that long, at `nowMs`. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, nowMs: number, parse: (time: string) => number): boolean {
  const ready = podCondition(pod, 'Ready');
  if (ready?.status !== 'True') return false;
  return minReadySeconds === 0 || (ready.lastTransitionTime !== undefined && parse(ready.lastTransitionTime) + minReadySeconds * 1000 <= nowMs);
}

/** A started init container that keeps running beside the others. */
export const isSidecar = (container: Container): boolean => container.restartPolicy === 'Always';

export const containerStatusOf = (pod: Pod, name: string): ContainerStatus | undefined =>
  pod.status?.containerStatuses?.find((status) => status.name === name)
  ?? pod.status?.initContainerStatuses?.find((status) => status.name === name)
  ?? pod.status?.ephemeralContainerStatuses?.find((status) => status.name === name);

export type ResourceName = string;

/** What the Pod asks for of one resource: millicores of "cpu", units of everything else. Sidecars count with the
 *  containers, other init containers only where one alone asks for more; overhead is added. */
export function podRequest(pod: Pod, resource: ResourceName): number {
  return podAmount(pod, resource, (container) => container.resources?.requests) + overheadOf(pod, resource);
}

/** As `podRequest`, of limits; overhead makes no limit where there is none. */
export function podLimit(pod: Pod, resource: ResourceName): number {
  const amount = podAmount(pod, resource, (container) => container.resources?.limits);
  return amount === 0 ? 0 : amount + overheadOf(pod, resource);
}

const measureOf = (resource: ResourceName): ((text: string) => number) => (resource === 'cpu' ? quantityMillis : quantityUnits);
const overheadOf = (pod: Pod, resource: ResourceName): number => measureOf(resource)(pod.spec?.overhead?.[resource] ?? '0');

function podAmount(pod: Pod, resource: ResourceName, listOf: (container: Container) => Readonly<Record<string, string>> | undefined): number {
  const measure = measureOf(resource);
  const amount = (container: Container): number => measure(listOf(container)?.[resource] ?? '0');
  let running = 0;
  for (const container of pod.spec?.containers ?? []) running += amount(container);
  let sidecars = 0;
  let initial = 0;
  for (const container of pod.spec?.initContainers ?? []) {
    if (isSidecar(container)) sidecars += amount(container);
    initial = Math.max(initial, sidecars + (isSidecar(container) ? 0 : amount(container)));
  }
  return Math.max(running + sidecars, initial);
}

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

/** Guaranteed: every container limits cpu and memory, and asks for just that. BestEffort: nobody asks for either. */
export function qosClassOf(pod: Pod): QosClass {
  let any = false;
  let all = true;
  for (const { resources } of [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])]) {
    for (const name of ['cpu', 'memory']) {
      const limit = resources?.limits?.[name];
      const request = resources?.requests?.[name] ?? limit;
      const limited = limit !== undefined && quantityMillis(limit) > 0;
      const requested = request !== undefined && quantityMillis(request) > 0;
      if (limited || requested) any = true;
      if (!limited || quantityMillis(limit) !== quantityMillis(request ?? '0')) all = false;
    }
  }
  return !any ? 'BestEffort' : all ? 'Guaranteed' : 'Burstable';
}
