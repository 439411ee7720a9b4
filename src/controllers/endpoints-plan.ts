/** The subsets of a Service's Endpoints object. Pure.
 *  Upstream: pkg/controller/endpoint/endpoints_controller.go, pkg/api/v1/endpoints/util.go */
import { canonical } from '../base/json.ts';
import type { CoreV1EndpointPort, EndpointAddress, EndpointSubset, Pod, Service } from '../api/generated/types.ts';
import { isReady } from './pods.ts';
import { compareAddresses, hostnameFor, isHeadless, standsBehind, targetPortOf, targetRefOf } from './service-endpoints.ts';

export const ENDPOINTS_MAX = 1000;

export interface SubsetsPlan {
  readonly subsets: readonly EndpointSubset[];
  readonly truncated: boolean;
}

interface Group {
  readonly ports: readonly CoreV1EndpointPort[];
  readonly ready: EndpointAddress[];
  readonly notReady: EndpointAddress[];
}

/** Pods of the same ports make one subset; addresses and ports are sorted, ready ones apart from the others. */
export function planSubsets(service: Service, pods: readonly Pod[]): SubsetsPlan {
  const tolerant = service.spec?.publishNotReadyAddresses === true;
  const groups = new Map<string, Group>();
  for (const pod of pods) {
    if (!standsBehind(pod, tolerant)) continue;
    const ports = portsOf(service, pod);
    if (ports === undefined) continue;
    const key = canonical(ports);
    const group = groups.get(key) ?? { ports, ready: [], notReady: [] };
    groups.set(key, group);
    (tolerant || isReady(pod) ? group.ready : group.notReady).push(addressOf(service, pod));
  }
  return truncate([...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group));
}

function addressOf(service: Service, pod: Pod): EndpointAddress {
  const hostname = hostnameFor(service, pod);
  return {
    ip: pod.status?.podIP ?? '',
    ...(hostname !== undefined && { hostname }),
    ...(pod.spec?.nodeName !== undefined && { nodeName: pod.spec.nodeName }),
    targetRef: targetRefOf(pod),
  };
}

/** undefined: no port of the Service leads to the Pod. A headless Service may have no ports at all. */
function portsOf(service: Service, pod: Pod): readonly CoreV1EndpointPort[] | undefined {
  const wanted = service.spec?.ports ?? [];
  if (wanted.length === 0) return isHeadless(service) ? [] : undefined;
  const ports = wanted.flatMap((port): CoreV1EndpointPort[] => {
    const target = targetPortOf(pod, port);
    if (target === undefined) return [];
    return [
      {
        ...(port.name !== undefined && port.name !== '' && { name: port.name }),
        port: target,
        protocol: port.protocol ?? 'TCP',
        ...(port.appProtocol !== undefined && { appProtocol: port.appProtocol }),
      },
    ];
  });
  if (ports.length === 0) return undefined;
  return ports.sort((a, b) => a.port - b.port || ((a.name ?? '') < (b.name ?? '') ? -1 : 1));
}

/** Beyond 1,000 addresses the rest is left out, not ready ones first. */
function truncate(groups: readonly Group[]): SubsetsPlan {
  let room = ENDPOINTS_MAX;
  let total = 0;
  const take = (addresses: EndpointAddress[]): readonly EndpointAddress[] => {
    total += addresses.length;
    const taken = addresses.sort((a, b) => compareAddresses(a.ip, b.ip)).slice(0, room);
    room -= taken.length;
    return taken;
  };
  const ready = groups.map((group) => take(group.ready));
  const notReady = groups.map((group) => take(group.notReady));
  const subsets = groups.map((group, index): EndpointSubset => ({
    ...(ready[index]!.length > 0 && { addresses: ready[index]! }),
    ...(notReady[index]!.length > 0 && { notReadyAddresses: notReady[index]! }),
    ...(group.ports.length > 0 && { ports: group.ports }),
  }));
  return {
    subsets: subsets.filter((subset) => subset.addresses !== undefined || subset.notReadyAddresses !== undefined),
    truncated: total > ENDPOINTS_MAX,
  };
}
