/** Which EndpointSlices a Service should have, with as few writes as may be. Pure.
 *
 *    wanted a b c d e,  slices [a b x] [c d]      x has gone, e is new: the slice that changes anyway takes e
 *    written: [a b e]                             [c d] stays untouched
 *
 *  Upstream: staging/src/k8s.io/endpointslice/reconciler.go */
import { canonical, equal } from '../base/json.ts';
import type { DiscoveryV1EndpointPort, Endpoint, EndpointSlice, Node, Pod, Service } from '../api/generated/types.ts';
import { annotationsOf, isTerminating, labelsOf, nameOf, namespaceOf, ownerReference, withMeta } from '../api/meta.ts';
import { Services } from '../api/resources.ts';
import { groupBy } from './group-by.ts';
import { isReady } from './pods.ts';
import {
  HEADLESS_LABEL,
  hostnameFor,
  isHeadless,
  LAST_CHANGE,
  lastTrigger,
  standsBehind,
  targetPortOf,
  targetRefOf,
} from './service-endpoints.ts';

export const SERVICE_NAME = 'kubernetes.io/service-name';
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
export const CONTROLLER = 'endpointslice-controller.k8s.io';
export const ZONE = 'topology.kubernetes.io/zone';
const ENDPOINTS_MAX = 100;

export interface SlicePlan {
  readonly create: readonly EndpointSlice[];
  readonly update: readonly EndpointSlice[];
  readonly remove: readonly EndpointSlice[];
}

export interface SliceInput {
  readonly service: Service;
  /** The Pods that the Service selects. */
  readonly pods: readonly Pod[];
  readonly nodeOf: (name: string) => Node | undefined;
  /** The Service's slices that this controller manages and that are not on their way out. */
  readonly existing: readonly EndpointSlice[];
}

type Ports = readonly DiscoveryV1EndpointPort[];

export function planEndpointSlices(input: SliceInput): SlicePlan {
  const { service } = input;
  const groups = groupByPorts(input);
  const create: EndpointSlice[] = [];
  const update: EndpointSlice[] = [];
  const remove: EndpointSlice[] = [];
  const trigger = lastTrigger(service, input.pods);
  const existingBy = groupBy(input.existing, (slice) => canonical(slice.ports ?? []));
  if (groups.size === 0) groups.set('[]', { ports: [], endpoints: [] });
  for (const [key, { ports, endpoints }] of groups) {
    const filled = fill(existingBy.get(key) ?? [], endpoints);
    if (filled.slices.length === 0 && filled.rest.length === 0 && groups.size === 1) create.push(newSlice(service, ports, [], trigger));
    for (let start = 0; start < filled.rest.length; start += ENDPOINTS_MAX) {
      create.push(newSlice(service, ports, filled.rest.slice(start, start + ENDPOINTS_MAX), trigger));
    }
    const isPlaceholder = endpoints.length === 0 && groups.size === 1;
    for (const [index, { slice, next }] of filled.slices.entries()) {
      if (next.length === 0 && !(isPlaceholder && index === 0)) remove.push(slice);
      else if (!equal(next, slice.endpoints) || !equal(labelsFor(service), labelsOf(slice)))
        update.push(updated(service, slice, next, trigger));
    }
    existingBy.delete(key);
  }
  for (const slices of existingBy.values()) remove.push(...slices);
  return recycle({ create, update, remove });
}

interface Group {
  readonly ports: Ports;
  readonly endpoints: Endpoint[];
}

function groupByPorts({ service, pods, nodeOf }: SliceInput): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const pod of pods) {
    if (!standsBehind(pod, true)) continue;
    const ports = portsOf(service, pod);
    const key = canonical(ports);
    const group = groups.get(key) ?? { ports, endpoints: [] };
    groups.set(key, group);
    group.endpoints.push(endpointOf(service, pod, nodeOf(pod.spec?.nodeName ?? '')));
  }
  return groups;
}

function portsOf(service: Service, pod: Pod): Ports {
  return (service.spec?.ports ?? []).flatMap((port): DiscoveryV1EndpointPort[] => {
    const target = targetPortOf(pod, port);
    if (target === undefined) return [];
    return [
      {
        name: port.name ?? '',
        port: target,
        protocol: port.protocol ?? 'TCP',
        ...(port.appProtocol !== undefined && { appProtocol: port.appProtocol }),
      },
    ];
  });
}

/** Serving is what the Pod says of itself; ready is also not on its way out. */
function endpointOf(service: Service, pod: Pod, node: Node | undefined): Endpoint {
  const serving = isReady(pod);
  const terminating = isTerminating(pod);
  const ready = service.spec?.publishNotReadyAddresses === true || (serving && !terminating);
  const zone = node === undefined ? undefined : labelsOf(node)[ZONE];
  const hostname = hostnameFor(service, pod);
  return {
    addresses: [pod.status?.podIP ?? ''],
    conditions: { ready, serving, terminating },
    ...(hostname !== undefined && { hostname }),
    ...(pod.spec?.nodeName !== undefined && { nodeName: pod.spec.nodeName }),
    targetRef: targetRefOf(pod),
    ...(zone !== undefined && zone !== '' && { zone }),
  };
}

interface Filled {
  readonly slices: { readonly slice: EndpointSlice; next: readonly Endpoint[] }[];
  readonly rest: readonly Endpoint[];
}

const idOf = (endpoint: Endpoint): string => `${endpoint.targetRef?.uid ?? ''} ${endpoint.addresses[0] ?? ''}`;

/** Keeps what is wanted where it is; new endpoints go into slices that change anyway, then into one that can take all the rest. */
function fill(slices: readonly EndpointSlice[], wanted: readonly Endpoint[]): Filled {
  const missing = new Map(wanted.map((endpoint) => [idOf(endpoint), endpoint]));
  const kept = slices.map((slice) => ({
    slice,
    next: slice.endpoints.flatMap((endpoint) => {
      const id = idOf(endpoint);
      const now = missing.get(id);
      missing.delete(id);
      return now === undefined ? [] : [now];
    }) as readonly Endpoint[],
  }));
  let rest = [...missing.values()];
  const give = (each: { readonly slice: EndpointSlice; next: readonly Endpoint[] }): void => {
    const room = ENDPOINTS_MAX - each.next.length;
    each.next = [...each.next, ...rest.slice(0, room)];
    rest = rest.slice(room);
  };
  for (const each of kept) if (rest.length > 0 && !equal(each.next, each.slice.endpoints)) give(each);
  const fitting = kept.filter((each) => each.next.length + rest.length <= ENDPOINTS_MAX).sort((a, b) => b.next.length - a.next.length)[0];
  if (rest.length > 0 && fitting !== undefined) give(fitting);
  return { slices: kept, rest };
}

function labelsFor(service: Service): Readonly<Record<string, string>> {
  const { [HEADLESS_LABEL]: _, ...labels } = labelsOf(service);
  return { ...labels, [SERVICE_NAME]: nameOf(service), [MANAGED_BY]: CONTROLLER, ...(isHeadless(service) && { [HEADLESS_LABEL]: '' }) };
}

function newSlice(service: Service, ports: Ports, endpoints: readonly Endpoint[], trigger: string): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${nameOf(service)}-`,
      namespace: namespaceOf(service),
      labels: labelsFor(service),
      annotations: { [LAST_CHANGE]: trigger },
      ownerReferences: [ownerReference(Services, service)],
    },
    addressType: 'IPv4',
    endpoints,
    ports,
  };
}

const updated = (service: Service, slice: EndpointSlice, endpoints: readonly Endpoint[], trigger: string): EndpointSlice => ({
  ...withMeta(slice, { labels: labelsFor(service), annotations: { ...annotationsOf(slice), [LAST_CHANGE]: trigger } }),
  endpoints,
});

/** A slice to delete and one to create become one to update: fewer changes for every node to follow. */
function recycle({ create, update, remove }: SlicePlan): SlicePlan {
  const count = Math.min(create.length, remove.length);
  const recycled = remove.slice(0, count).map((slice, index): EndpointSlice => {
    const next = create[index]!;
    return {
      ...withMeta(slice, { labels: next.metadata?.labels, annotations: next.metadata?.annotations }),
      endpoints: next.endpoints,
      ports: next.ports,
    };
  });
  return { create: create.slice(count), update: [...update, ...recycled], remove: remove.slice(count) };
}
