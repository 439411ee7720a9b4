/** What Endpoints and EndpointSlices have in common: which Pods stand behind a Service, on which ports.
 *  Upstream: staging/src/k8s.io/endpointslice/util, pkg/controller/util/endpoint */
import { equal } from '../base/json.ts';
import type { Pod, Service, ServicePort } from '../api/generated/types.ts';
import { isTerminating, keyOf, labelsOf, nameOf, namespaceOf } from '../api/meta.ts';
import { matchesMap } from '../api/selectors.ts';
import { Services } from '../api/resources.ts';
import type { ControllerContext } from '../client/controller.ts';
import { isFinished, isReady } from './pods.ts';

export const HEADLESS_LABEL = 'service.kubernetes.io/headless';
export const LAST_CHANGE = 'endpoints.kubernetes.io/last-change-trigger-time';

export const isHeadless = (service: Service): boolean => service.spec?.clusterIP === 'None';

/** A Pod with an address that has not finished; one that is on its way out only where asked for. */
export function standsBehind(pod: Pod, withTerminating: boolean): boolean {
  if (isFinished(pod) || (pod.status?.podIP ?? '') === '') return false;
  return withTerminating || !isTerminating(pod);
}

export const behind = (service: Service, pods: readonly Pod[]): readonly Pod[] =>
  pods.filter((pod) => matchesMap(service.spec?.selector, labelsOf(pod)));

/** The container port that a Service port leads to; undefined where the Pod has none of that name. */
export function targetPortOf(pod: Pod, port: ServicePort): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === 'number') return target === 0 ? port.port : target;
  const containers = [
    ...(pod.spec?.containers ?? []),
    ...(pod.spec?.initContainers ?? []).filter((each) => each.restartPolicy === 'Always'),
  ];
  for (const container of containers) {
    const found = container.ports?.find((each) => each.name === target && (each.protocol ?? 'TCP') === (port.protocol ?? 'TCP'));
    if (found !== undefined) return found.containerPort;
  }
  return undefined;
}

/** The Pod's own name under a headless Service. */
export function hostnameFor(service: Service, pod: Pod): string | undefined {
  const { hostname, subdomain } = pod.spec ?? {};
  return hostname !== undefined && hostname !== '' && subdomain === nameOf(service) ? hostname : undefined;
}

export const targetRefOf = (
  pod: Pod,
): { readonly kind: 'Pod'; readonly namespace: string; readonly name: string; readonly uid: string } => ({
  kind: 'Pod',
  namespace: namespaceOf(pod),
  name: nameOf(pod),
  uid: pod.metadata?.uid ?? '',
});

/** False where nothing changed that an endpoint shows. */
function showsChange(pod: Pod, old: Pod): boolean {
  return (
    isTerminating(pod) !== isTerminating(old) ||
    isReady(pod) !== isReady(old) ||
    isFinished(pod) !== isFinished(old) ||
    pod.status?.podIP !== old.status?.podIP ||
    pod.spec?.nodeName !== old.spec?.nodeName ||
    !equal(pod.status?.podIPs, old.status?.podIPs) ||
    pod.spec?.hostname !== old.spec?.hostname ||
    pod.spec?.subdomain !== old.spec?.subdomain
  );
}

/** Keys of the Services that select the Pod, or selected it before. */
export function createServicesOf(context: ControllerContext): (pod: Pod, old?: Pod) => readonly string[] {
  const services = context.informer(Services);
  return (pod, old) => {
    const labelsChanged = old !== undefined && !equal(labelsOf(pod), labelsOf(old));
    if (old !== undefined && old !== pod && !labelsChanged && !showsChange(pod, old)) return [];
    const selecting = services
      .list({ name: 'namespace', value: namespaceOf(pod) })
      .filter(
        (service) =>
          matchesMap(service.spec?.selector, labelsOf(pod)) || (labelsChanged && matchesMap(service.spec?.selector, labelsOf(old))),
      );
    return selecting.map(keyOf);
  };
}

/** When the change came about that the endpoints now show: the latest of the Pods becoming ready, or the Service itself. */
export function lastTrigger(service: Service, pods: readonly Pod[]): string {
  let latest = service.metadata?.creationTimestamp ?? '';
  for (const pod of pods) {
    const at = pod.status?.conditions?.find((condition) => condition.type === 'Ready')?.lastTransitionTime ?? '';
    if (at > latest) latest = at;
  }
  return latest;
}

/** Compares dotted addresses byte by byte, as upstream's sorting of addresses does. */
export function compareAddresses(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
