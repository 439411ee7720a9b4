/** The EndpointSlices that say what hand-written Endpoints say. Pure.
 *  Upstream: pkg/controller/endpointslicemirroring/{reconciler,utils}.go */
import { canonical, equal } from '../base/json.ts';
import type {
  DiscoveryV1EndpointPort,
  Endpoint,
  EndpointAddress,
  Endpoints as EndpointsObject,
  EndpointSlice,
  EndpointSubset,
} from '../api/generated/types.ts';
import { ipFamily } from '../api/ip.ts';
import { annotationsOf, labelsOf, nameOf, namespaceOf, ownerReference, withMeta } from '../api/meta.ts';
import { Endpoints } from '../api/resources.ts';
import { MANAGED_BY, SERVICE_NAME, type SlicePlan } from './endpointslice-plan.ts';
import { groupBy } from './group-by.ts';
import { LAST_CHANGE } from './service-endpoints.ts';

export const MIRRORING_CONTROLLER = 'endpointslicemirroring-controller.k8s.io';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** Of one subset; the rest is left out. */
const ADDRESSES_MAX = 1000;

interface Wanted {
  readonly addressType: string;
  readonly ports: readonly DiscoveryV1EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

/** One slice for each family and list of ports; `existing` are the mirrored slices of these Endpoints. */
export function planMirror(endpoints: EndpointsObject, existing: readonly EndpointSlice[]): SlicePlan {
  const [create, update, remove]: [EndpointSlice[], EndpointSlice[], EndpointSlice[]] = [[], [], []];
  const have = groupBy(existing, ({ addressType, ports }) => keyOf(addressType, ports ?? []));
  for (const wanted of wantedBy(endpoints)) {
    const key = keyOf(wanted.addressType, wanted.ports);
    const [slice, ...others] = have.get(key) ?? [];
    have.delete(key);
    remove.push(...others);
    const made = mirrored(endpoints, wanted);
    if (slice === undefined) create.push(made);
    else if (!isSame(slice, made)) {
      update.push({ ...withMeta(slice, { labels: labelsOf(made), annotations: annotationsOf(made) }), endpoints: wanted.endpoints });
    }
  }
  return { create, update, remove: [...remove, ...[...have.values()].flat()] };
}

const keyOf = (addressType: string, ports: readonly DiscoveryV1EndpointPort[]): string => `${addressType} ${canonical(ports)}`;
const isSame = (a: EndpointSlice, b: EndpointSlice): boolean =>
  equal(a.endpoints, b.endpoints) && equal(labelsOf(a), labelsOf(b)) && equal(annotationsOf(a), annotationsOf(b));

function wantedBy({ subsets = [] }: EndpointsObject): readonly Wanted[] {
  const each = subsets.flatMap((subset) => {
    const all = [...addressesOf(subset, true), ...addressesOf(subset, false)].slice(0, ADDRESSES_MAX);
    const ports = portsOf(subset);
    return [...groupBy(all, ({ family }) => family)].map(([addressType, of]) => ({
      addressType,
      ports,
      endpoints: of.map((one) => one.endpoint),
    }));
  });
  return [...groupBy(each, ({ addressType, ports }) => keyOf(addressType, ports)).values()].map((same) => ({
    ...same[0]!,
    endpoints: same.flatMap(({ endpoints }) => endpoints),
  }));
}

function addressesOf(subset: EndpointSubset, ready: boolean): readonly { readonly family: string; readonly endpoint: Endpoint }[] {
  return ((ready ? subset.addresses : subset.notReadyAddresses) ?? []).flatMap((address) => {
    const family = ipFamily(address.ip);
    return family === undefined ? [] : [{ family, endpoint: endpointOf(address, ready) }];
  });
}

const endpointOf = ({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint => ({
  addresses: [ip],
  conditions: { ready },
  ...(hostname && { hostname }),
  ...(nodeName !== undefined && { nodeName }),
  ...(targetRef !== undefined && { targetRef }),
});

const portsOf = ({ ports = [] }: EndpointSubset): readonly DiscoveryV1EndpointPort[] =>
  ports.map(({ name, port, protocol, appProtocol }) => ({
    name: name ?? '',
    port,
    protocol: protocol ?? 'TCP',
    ...(appProtocol !== undefined && { appProtocol }),
  }));

function mirrored(endpoints: EndpointsObject, { addressType, ports, endpoints: addresses }: Wanted): EndpointSlice {
  const name = nameOf(endpoints);
  const { [LAST_CHANGE]: _, [LAST_APPLIED]: __, ...annotations } = annotationsOf(endpoints);
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${name}-`,
      namespace: namespaceOf(endpoints),
      labels: { ...labelsOf(endpoints), [SERVICE_NAME]: name, [MANAGED_BY]: MIRRORING_CONTROLLER },
      annotations,
      ownerReferences: [ownerReference(Endpoints, endpoints)],
    },
    addressType,
    ports,
    endpoints: addresses,
  };
}
