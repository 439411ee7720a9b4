/** Whom a node in need sends away first, and what it says to them: pure.
 *  Upstream: pkg/kubelet/eviction/helpers.go */
import type { Pod } from '../api/generated/types.ts';
import { podRequest } from '../api/pod.ts';
import { quantityOfBytes, quantityUnits } from '../api/quantity.ts';
import type { PodUsage } from './stats.ts';

export interface Candidate { readonly pod: Pod; readonly usage: PodUsage }

/** Who uses more memory than asked for comes first, then the lower priority, then the larger excess. */
export function rankByMemory(candidates: readonly Candidate[]): readonly Candidate[] {
  const excess = ({ pod, usage }: Candidate): number => usage.memoryBytes - podRequest(pod, 'memory');
  const over = (each: Candidate): number => (excess(each) > 0 ? 0 : 1);
  return [...candidates].sort((a, b) => over(a) - over(b) || (a.pod.spec?.priority ?? 0) - (b.pod.spec?.priority ?? 0) || excess(b) - excess(a));
}

export function memoryMessage({ pod, usage }: Candidate, thresholdBytes: number, availableBytes: number): string {
  let text = `The node was low on resource: memory. Threshold quantity: ${quantityOfBytes(thresholdBytes)}, available: ${quantityOfBytes(Math.max(0, availableBytes))}. `;
  for (const container of usage.containers) {
    const spec = pod.spec?.containers.find((each) => each.name === container.name);
    const request = spec?.resources?.requests?.['memory'] ?? '0';
    if (container.memoryBytes <= quantityUnits(request)) continue;
    text += `Container ${container.name} was using ${quantityOfBytes(container.memoryBytes)}, request is ${request}, has larger consumption of memory. `;
  }
  return text;
}

export interface StorageUse {
  /** By volume name. */
  readonly emptyDirs: ReadonlyMap<string, number>;
  /** Bytes written by each container. */
  readonly containers: ReadonlyMap<string, number>;
}

export const limitsStorage = (pod: Pod): boolean => (pod.spec?.volumes ?? []).some((volume) => volume.emptyDir?.sizeLimit !== undefined)
  || (pod.spec?.containers ?? []).some((each) => each.resources?.limits?.['ephemeral-storage'] !== undefined);

/** Which of its own limits on local storage a Pod has passed; undefined: none. */
export function storageMessage(pod: Pod, use: StorageUse): string | undefined {
  for (const volume of pod.spec?.volumes ?? []) {
    const limit = volume.emptyDir?.sizeLimit;
    if (limit !== undefined && (use.emptyDirs.get(volume.name) ?? 0) > quantityUnits(limit)) return `Usage of EmptyDir volume "${volume.name}" exceeds the limit "${limit}". `;
  }
  let total = 0;
  let sum = 0;
  let all = true;
  for (const container of pod.spec?.containers ?? []) {
    const limit = container.resources?.limits?.['ephemeral-storage'];
    if (limit === undefined) all = false;
    else total += quantityUnits(limit);
    sum += use.containers.get(container.name) ?? 0;
  }
  for (const bytes of use.emptyDirs.values()) sum += bytes;
  if (all && sum > total) return `Pod ephemeral local storage usage exceeds the total limit of containers ${quantityOfBytes(total)}. `;
  for (const container of pod.spec?.containers ?? []) {
    const limit = container.resources?.limits?.['ephemeral-storage'];
    if (limit !== undefined && (use.containers.get(container.name) ?? 0) > quantityUnits(limit)) {
      return `Container ${container.name} exceeded its local ephemeral storage limit "${limit}". `;
    }
  }
  return undefined;
}
