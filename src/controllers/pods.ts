/** What controllers read from a Pod: whether it counts, whether it is ready, and since when it is available.
 *  Upstream: pkg/api/v1/pod/util.go, pkg/controller/controller_utils.go */
import { parseTime } from '../base/time.ts';
import type { ContainerStatus, Pod, PodCondition, PodTemplateSpec } from '../api/generated/types.ts';
import { isTerminating } from '../api/meta.ts';
import type { KubeObject } from '../api/object.ts';

export const isFinished = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

/** Neither finished nor on its way out: counts towards a controller's replicas. */
export const isActive = (pod: Pod): boolean => !isFinished(pod) && !isTerminating(pod);

export const podCondition = (pod: Pod, type: string): PodCondition | undefined =>
  pod.status?.conditions?.find((condition) => condition.type === type);

export const isReady = (pod: Pod): boolean => podCondition(pod, 'Ready')?.status === 'True';

/** When the Pod became ready; undefined while it is not. */
export function readySince(pod: Pod): number | undefined {
  const ready = podCondition(pod, 'Ready');
  if (ready?.status !== 'True' || ready.lastTransitionTime === undefined) return undefined;
  return parseTime(ready.lastTransitionTime);
}

/** Ready for `minReadySeconds` without a break. */
export function isAvailable(pod: Pod, minReadySeconds: number, now: number): boolean {
  if (!isReady(pod)) return false;
  if (minReadySeconds === 0) return true;
  const since = readySince(pod);
  return since !== undefined && since + minReadySeconds * 1000 <= now;
}

/** In how many milliseconds the first of the ready Pods becomes available; undefined where none is on its way. */
export function nextAvailableInMs(pods: readonly Pod[], minReadySeconds: number, now: number): number | undefined {
  if (minReadySeconds === 0) return undefined;
  let next: number | undefined;
  for (const pod of pods) {
    const since = readySince(pod);
    if (since === undefined) continue;
    const wait = since + minReadySeconds * 1000 - now;
    if (wait > 0 && (next === undefined || wait < next)) next = wait;
  }
  return next;
}

/** The highest restart count of the app containers, and of the sidecars. */
export function restartsOf(pod: Pod): { readonly containers: number; readonly sidecars: number } {
  const most = (statuses: readonly ContainerStatus[]): number => statuses.reduce((max, each) => Math.max(max, each.restartCount), 0);
  const sidecars = new Set((pod.spec?.initContainers ?? []).filter((each) => each.restartPolicy === 'Always').map((each) => each.name));
  return {
    containers: most(pod.status?.containerStatuses ?? []),
    sidecars: most((pod.status?.initContainerStatuses ?? []).filter((each) => sidecars.has(each.name))),
  };
}

export const createdAt = (object: KubeObject): number => parseTime(object.metadata?.creationTimestamp ?? '');

/** A Pod of the template, as yet without name and owner. */
export function podFromTemplate(template: PodTemplateSpec, namespace: string): Pod {
  const meta = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace,
      ...(meta.labels !== undefined && { labels: meta.labels }),
      ...(meta.annotations !== undefined && { annotations: meta.annotations }),
      ...(meta.finalizers !== undefined && { finalizers: meta.finalizers }),
    },
    spec: template.spec,
  };
}

/** The generateName of a controller's Pods; `web` makes `web-`, and a name too long for the dash stays as it is. */
export const podNamePrefix = (owner: string): string => (owner.length < 253 ? `${owner}-` : owner);
