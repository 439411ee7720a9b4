/** Resource sums as plain numbers: millicores of CPU, bytes of memory and storage, units of everything else.
 *  Upstream: staging/src/k8s.io/component-helpers/resource/helpers.go (PodRequests), pkg/scheduler/util/pod_resources.go */
import type { Container, Pod } from '../api/generated/types.ts';
import { quantityMillis, quantityUnits } from '../api/quantity.ts';

export interface Resources {
  readonly milliCpu: number;
  readonly memory: number;
  readonly ephemeralStorage: number;
  /** Extended resources and hugepages by name. */
  readonly scalar: Readonly<Record<string, number>>;
}

export const NO_RESOURCES: Resources = { milliCpu: 0, memory: 0, ephemeralStorage: 0, scalar: {} };

/** What scoring counts for a container that asks for nothing. */
export const DEFAULT_MILLI_CPU = 100;
export const DEFAULT_MEMORY = 200 * 1024 * 1024;

export function resourcesOf(list: Readonly<Record<string, string>>): Resources {
  let milliCpu = 0;
  let memory = 0;
  let ephemeralStorage = 0;
  let scalar: Record<string, number> | undefined;
  for (const [name, quantity] of Object.entries(list)) {
    if (name === 'cpu') milliCpu = quantityMillis(quantity);
    else if (name === 'memory') memory = quantityUnits(quantity);
    else if (name === 'ephemeral-storage') ephemeralStorage = quantityUnits(quantity);
    else if (name !== 'pods') (scalar ??= {})[name] = quantityUnits(quantity);
  }
  return { milliCpu, memory, ephemeralStorage, scalar: scalar ?? NO_RESOURCES.scalar };
}

function combine(a: Resources, b: Resources, join: (x: number, y: number) => number): Resources {
  const names = Object.keys(b.scalar);
  let scalar = a.scalar;
  if (names.length > 0) {
    const merged: Record<string, number> = { ...a.scalar };
    for (const name of names) merged[name] = join(merged[name] ?? 0, b.scalar[name] ?? 0);
    scalar = merged;
  }
  return {
    milliCpu: join(a.milliCpu, b.milliCpu), memory: join(a.memory, b.memory),
    ephemeralStorage: join(a.ephemeralStorage, b.ephemeralStorage), scalar,
  };
}
export const addResources = (a: Resources, b: Resources): Resources => combine(a, b, (x, y) => x + y);
export const subtractResources = (a: Resources, b: Resources): Resources => combine(a, b, (x, y) => x - y);
export const maxResources = (a: Resources, b: Resources): Resources => combine(a, b, Math.max);

const requestsOf = (container: Container): Resources => (container.resources?.requests ? resourcesOf(container.resources.requests) : NO_RESOURCES);

const isSidecar = (container: Container): boolean => container.restartPolicy === 'Always';

/** max(every init container with the sidecars before it, the sum of containers and sidecars) plus the overhead. */
export function podRequests(pod: Pod): Resources {
  return podSum(pod, requestsOf);
}

function podSum(pod: Pod, of: (container: Container) => Resources): Resources {
  let running = NO_RESOURCES;
  for (const container of pod.spec?.containers ?? []) running = addResources(running, of(container));
  let sidecars = NO_RESOURCES;
  let init = NO_RESOURCES;
  for (const container of pod.spec?.initContainers ?? []) {
    if (isSidecar(container)) {
      sidecars = addResources(sidecars, of(container));
      init = maxResources(init, sidecars);
    } else init = maxResources(init, addResources(sidecars, of(container)));
  }
  const total = maxResources(addResources(running, sidecars), init);
  return pod.spec?.overhead ? addResources(total, resourcesOf(pod.spec.overhead)) : total;
}

/** The same sum with defaults for missing CPU and memory requests. */
export function nonZeroOf(pod: Pod, requests: Resources): Resources {
  const asksForAll = (pod.spec?.containers ?? []).every((container) => container.resources?.requests?.['cpu'] && container.resources.requests['memory']);
  if (asksForAll) return requests;
  return podSum(pod, (container) => {
    const own = requestsOf(container);
    const asked = container.resources?.requests ?? {};
    return {
      ...own,
      milliCpu: asked['cpu'] === undefined ? DEFAULT_MILLI_CPU : own.milliCpu,
      memory: asked['memory'] === undefined ? DEFAULT_MEMORY : own.memory,
    };
  });
}
