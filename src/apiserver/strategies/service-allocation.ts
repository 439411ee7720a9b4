/** Gives Services their cluster IPs and node ports, and takes them back.
 *  Upstream: pkg/registry/core/service/storage/alloc.go
 *  Differs from Kubernetes: one address family; PreferDualStack gets one address, RequireDualStack is refused. */
import { internalError, invalid } from '../../api/errors.ts';
import { type FieldError, invalidPrinted, invalidValue, quote } from '../../api/field-error.ts';
import type { Service, ServiceSpec } from '../../api/generated/types.ts';
import { ipFamily } from '../../api/ip.ts';
import { nameOf } from '../../api/meta.ts';
import type { StrategyContext } from '../strategy.ts';
import { needsHealthCheck } from './service-kinds.ts';
import { mapItems } from './share.ts';

const SINGLE_STACK = 'this cluster is not configured for dual-stack services';

const refuse = (service: Service, error: FieldError): never => {
  throw invalid({ group: '', kind: 'Service' }, nameOf(service), [error]);
};

const hasIp = (spec: ServiceSpec | undefined): boolean => (spec?.clusterIPs?.[0] ?? 'None') !== 'None';
const wantsNodePort = (spec: ServiceSpec): boolean =>
  spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);

const printed = (ips: readonly string[]): string => `[]string{${ips.map(quote).join(', ')}}`;

function takeClusterIp(service: Service, old: Service | undefined, { allocators }: StrategyContext): Service {
  const spec = service.spec ?? {};
  if (spec.type === 'ExternalName') return service;
  refuseFamilies(service);
  if (spec.ipFamilyPolicy === 'RequireDualStack') {
    refuse(service, invalidValue('spec.ipFamilyPolicy', spec.ipFamilyPolicy, SINGLE_STACK));
  }
  const families = { ipFamilies: spec.ipFamilies ?? ['IPv4'], ipFamilyPolicy: spec.ipFamilyPolicy ?? 'SingleStack' };
  const wanted = spec.clusterIPs?.[0] ?? spec.clusterIP;
  if (wanted === 'None') return { ...service, spec: { ...spec, clusterIP: 'None', clusterIPs: ['None'], ...families } };
  if (wanted && wanted === old?.spec?.clusterIPs?.[0]) return service;
  if (!wanted) {
    const ip = allocators.clusterIPs.next();
    if (ip === undefined) refuse(service, invalidPrinted('spec.clusterIPs', printed([]), 'failed to allocate a serviceIP: range is full'));
    return { ...service, spec: { ...spec, clusterIP: ip, clusterIPs: [ip!], ...families } };
  }
  const problem = allocators.clusterIPs.take(wanted);
  if (problem) {
    const why = problem === 'allocated' ? 'provided IP is already allocated'
      : `the provided IP (${wanted}) is not in the valid range. The range of valid IPs is ${allocators.clusterIPs.range}`;
    refuse(service, invalidPrinted('spec.clusterIPs', printed([wanted]), `failed to allocate IP ${wanted}: ${why}`));
  }
  return { ...service, spec: { ...spec, clusterIP: wanted, clusterIPs: [wanted], ...families } };
}

/** The port at which each node says whether it has a Pod of the Service. */
function takeHealthPort(service: Service, old: Service | undefined, { allocators }: StrategyContext): Service {
  const spec = service.spec ?? {};
  const wanted = spec.healthCheckNodePort ?? 0;
  if (!needsHealthCheck(spec) || (wanted !== 0 && wanted === old?.spec?.healthCheckNodePort)) return service;
  if (wanted !== 0) {
    const problem = allocators.nodePorts.take(wanted);
    const why = problem === 'allocated' ? 'provided port is already allocated'
      : `provided port is not in the valid range. The range of valid ports is ${allocators.nodePorts.range}`;
    if (problem) throw internalError(`failed to allocate requested HealthCheck NodePort ${wanted}: ${why}`);
    return service;
  }
  const port = allocators.nodePorts.next();
  if (port === undefined) throw internalError('failed to allocate a HealthCheck NodePort 0: range is full');
  return { ...service, spec: { ...spec, healthCheckNodePort: port } };
}

/** Families that the cluster has no addresses of. */
function refuseFamilies(service: Service): void {
  const { ipFamilies = [], clusterIPs = [] } = service.spec ?? {};
  ipFamilies.forEach((family, index) => {
    if (family !== 'IPv4') refuse(service, invalidValue(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'));
  });
  clusterIPs.forEach((ip, index) => {
    if (ip !== 'None' && ipFamily(ip) === 'IPv6') {
      refuse(service, invalidPrinted(`spec.clusterIPs[${index}]`, printed(clusterIPs), 'IPv6 is not configured on this cluster'));
    }
  });
}

function takeNodePorts(service: Service, old: Service | undefined, { allocators }: StrategyContext): Service {
  const spec = service.spec ?? {};
  if (!wantsNodePort(spec)) return service;
  const held = new Set((old?.spec?.ports ?? []).map((port) => port.nodePort));
  const taken = new Map<number, string>();
  const next = mapItems(spec, 'ports', (port) => {
    const index = (spec.ports ?? []).indexOf(port);
    const { nodePort } = port;
    if (!nodePort) {
      const free = allocators.nodePorts.next();
      if (free === undefined) {
        refuse(service, { type: 'InternalError', field: 'spec.ports', detail: 'failed to allocate a nodePort: range is full' });
      }
      return { ...port, nodePort: free };
    }
    if (held.has(nodePort) || taken.has(nodePort)) return port;
    const problem = allocators.nodePorts.take(nodePort);
    if (problem) {
      refuse(service, invalidValue(`spec.ports[${index}].nodePort`, nodePort, problem === 'allocated' ? 'provided port is already allocated'
        : `provided port is not in the valid range. The range of valid ports is ${allocators.nodePorts.range}`));
    }
    taken.set(nodePort, port.protocol ?? 'TCP');
    return port;
  });
  return next === spec ? service : { ...service, spec: next };
}

/** Runs when the Service is fit to be stored. What an update no longer uses is free again. */
export function allocate(service: Service, old: Service | undefined, context: StrategyContext): Service {
  const next = takeHealthPort(takeNodePorts(takeClusterIp(service, old, context), old, context), old, context);
  const health = old?.spec?.healthCheckNodePort;
  if (health && next.spec?.healthCheckNodePort !== health) context.allocators.nodePorts.release(health);
  if (!old) return next;
  const ip = old.spec?.clusterIPs?.[0];
  if (ip && hasIp(old.spec) && next.spec?.clusterIPs?.[0] !== ip) context.allocators.clusterIPs.release(ip);
  const kept = new Set((next.spec?.ports ?? []).map((port) => port.nodePort));
  for (const { nodePort } of old.spec?.ports ?? []) if (nodePort && !kept.has(nodePort)) context.allocators.nodePorts.release(nodePort);
  return next;
}

export function release({ spec }: Service, { allocators }: StrategyContext): void {
  if (hasIp(spec)) for (const ip of spec?.clusterIPs ?? []) allocators.clusterIPs.release(ip);
  for (const { nodePort } of spec?.ports ?? []) if (nodePort) allocators.nodePorts.release(nodePort);
  if (spec?.healthCheckNodePort) allocators.nodePorts.release(spec.healthCheckNodePort);
}
