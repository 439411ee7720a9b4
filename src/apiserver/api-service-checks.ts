/** Whether an APIService can be served, as far as objects tell it, and the words for it.
 *  Upstream: staging/src/k8s.io/kube-aggregator/pkg/controllers/status */
import type { APIService, APIServiceCondition, EndpointSlice, Service } from '../api/generated/types.ts';

export type Availability = Pick<APIServiceCondition, 'status' | 'reason' | 'message'>;

export const LOCAL: Availability = { status: 'True', reason: 'Local', message: 'Local APIServices are always available' };
export const PASSED: Availability = { status: 'True', reason: 'Passed', message: 'all checks passed' };
export const failedCheck = (message: string): Availability => ({ status: 'False', reason: 'FailedDiscoveryCheck', message });

const DEFAULT_PORT = 443;

export interface ServicePlace {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

export function placeOf({ spec }: APIService): ServicePlace | undefined {
  const service = spec?.service;
  return service === undefined
    ? undefined
    : { namespace: service.namespace ?? '', name: service.name ?? '', port: service.port ?? DEFAULT_PORT };
}

/** undefined: objects say nothing against it, so its discovery is to be asked. */
export function objection(place: ServicePlace, service: Service | undefined, slices: readonly EndpointSlice[]): Availability | undefined {
  const words = `service/${place.name} in ${JSON.stringify(place.namespace)}`;
  const no = (reason: string, message: string): Availability => ({ status: 'False', reason, message });
  if (service === undefined) return no('ServiceNotFound', `${words} is not present`);
  if (service.spec?.type === 'ExternalName') return undefined;
  const port = service.spec?.ports?.find((each) => each.port === place.port);
  if (port === undefined) return no('ServicePortError', `${words} is not listening on port ${place.port}`);
  if (slices.length === 0) return no('EndpointsNotFound', `cannot find endpoints for ${words}`);
  const name = port.name ?? '';
  const serves = (slice: EndpointSlice): boolean =>
    slice.endpoints.some((each) => each.conditions?.ready !== false) &&
    (slice.ports ?? []).some((each) => (each.name ?? '') === name && each.port !== undefined);
  if (!slices.some(serves))
    return no('MissingEndpoints', `endpoints for ${words} have no addresses with port name ${JSON.stringify(name)}`);
  return undefined;
}

/** The object with that condition; the same object where nothing changes. */
export function withAvailability(object: APIService, found: Availability, now: string): APIService {
  const old = object.status?.conditions?.find(({ type }) => type === 'Available');
  if (old !== undefined && old.status === found.status && old.reason === found.reason && old.message === found.message) return object;
  const lastTransitionTime = old?.status === found.status ? (old.lastTransitionTime ?? now) : now;
  const others = (object.status?.conditions ?? []).filter(({ type }) => type !== 'Available');
  return { ...object, status: { ...object.status, conditions: [...others, { type: 'Available', ...found, lastTransitionTime }] } };
}
