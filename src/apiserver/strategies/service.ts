/** Services: defaults, and what a change keeps of what the server gave.
 *  Upstream: pkg/registry/core/service/strategy.go, pkg/registry/core/service/storage/alloc.go, pkg/apis/core/validation/validation.go */
import type { Service, ServicePort, ServiceSpec } from '../../api/generated/types.ts';
import { ipFamily } from '../../api/ip.ts';
import { equal } from '../../base/json.ts';
import { strategyOf } from './base.ts';
import { serviceName } from './names.ts';
import { allocate, release } from './service-allocation.ts';
import { checkService, checkServiceChange, checkServiceStatus, serviceWarnings } from './service-checks.ts';
import { isExternal, needsClusterIp, needsHealthCheck, needsNodePort } from './service-kinds.ts';
import { fill, mapField, mapItems, without } from './share.ts';

const portDefaults = (port: ServicePort): ServicePort => {
  const named = fill(port, { protocol: 'TCP' });
  return named.targetPort === undefined || named.targetPort === 0 || named.targetPort === '' ? { ...named, targetPort: named.port } : named;
};

function specDefaults(spec: ServiceSpec): ServiceSpec {
  const type = spec.type || 'ClusterIP';
  let next = fill(spec.type ? spec : { ...spec, type }, { sessionAffinity: 'None' });
  if (next.sessionAffinity === 'None') next = without(next, 'sessionAffinityConfig');
  if (next.sessionAffinity === 'ClientIP' && !next.sessionAffinityConfig?.clientIP?.timeoutSeconds) {
    next = { ...next, sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } } };
  }
  next = mapItems(next, 'ports', portDefaults);
  if (isExternal(next)) next = fill(next, { externalTrafficPolicy: 'Cluster' });
  if (type !== 'ExternalName') next = fill(next, { internalTrafficPolicy: 'Cluster' });
  return type === 'LoadBalancer' ? fill(next, { allocateLoadBalancerNodePorts: true }) : next;
}

const applyDefaults = (service: Service): Service => mapField(service, 'spec', specDefaults);

/** clusterIP and the first of clusterIPs are one field with two names: clients that know one of them mean both. */
function normalizeClusterIps(next: Service, old?: Service): Service {
  const spec = next.spec;
  if (!spec) return next;
  const withIps = (clusterIPs: readonly string[]): Service => ({ ...next, spec: { ...spec, clusterIPs } });
  if (!old) return spec.clusterIP && !spec.clusterIPs?.length ? withIps([spec.clusterIP]) : next;
  const [oldIp, oldIps] = [old.spec?.clusterIP, old.spec?.clusterIPs];
  if (spec.clusterIP === oldIp) return oldIps?.length && !spec.clusterIPs?.length ? withIps(oldIps) : next;
  if (!equal(spec.clusterIPs, oldIps)) return next;
  return spec.clusterIP ? withIps([spec.clusterIP]) : { ...next, spec: without(spec, 'clusterIPs') };
}

const portNumbers = (spec: ServiceSpec | undefined): readonly unknown[] => (spec?.ports ?? []).map((port) => port.nodePort ?? 0);

/** A PUT that leaves out what the server gave keeps it. */
function patchAllocated(next: Service, old: Service): Service {
  let spec = next.spec!;
  const before = old.spec!;
  if (needsClusterIp(before) && needsClusterIp(spec)) {
    if (!spec.clusterIP && !spec.clusterIPs?.length) spec = { ...spec, clusterIP: before.clusterIP, clusterIPs: before.clusterIPs };
    spec = fill(spec, { ipFamilies: before.ipFamilies, ipFamilyPolicy: before.ipFamilyPolicy });
  }
  if (needsNodePort(before) && needsNodePort(spec)) {
    const used = new Set(portNumbers(spec));
    const known = new Map((before.ports ?? []).map((port) => [`${port.protocol}/${port.port}`, port.nodePort]));
    spec = mapItems(spec, 'ports', (port) => {
      const nodePort = known.get(`${port.protocol}/${port.port}`);
      return port.nodePort || !nodePort || used.has(nodePort) ? port : { ...port, nodePort };
    });
  }
  if (needsHealthCheck(before) && needsHealthCheck(spec) && !spec.healthCheckNodePort) {
    spec = fill(without(spec, 'healthCheckNodePort'), { healthCheckNodePort: before.healthCheckNodePort });
  }
  return spec === next.spec ? next : { ...next, spec };
}

/** Fields that a type has no use for go when the type changes, unless they were changed too. */
function dropForType(next: Service, old: Service): Service {
  let spec = next.spec!;
  const before = old.spec!;
  if (needsHealthCheck(before) && !needsHealthCheck(spec) && spec.healthCheckNodePort === before.healthCheckNodePort) {
    spec = without(spec, 'healthCheckNodePort');
  }
  if (before.type === spec.type) return spec === next.spec ? next : { ...next, spec };
  if (needsClusterIp(before) && !needsClusterIp(spec) && equal(spec.clusterIPs, before.clusterIPs)) {
    spec = without(spec, 'clusterIP', 'clusterIPs');
    if (equal(spec.ipFamilies, before.ipFamilies)) spec = without(spec, 'ipFamilies');
    if (spec.ipFamilyPolicy === before.ipFamilyPolicy) spec = without(spec, 'ipFamilyPolicy');
  }
  if (needsNodePort(before) && !needsNodePort(spec) && equal(portNumbers(spec), portNumbers(before))) {
    spec = mapItems(spec, 'ports', (port) => without(port, 'nodePort'));
  }
  if (before.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts === before.allocateLoadBalancerNodePorts) {
    spec = without(spec, 'allocateLoadBalancerNodePorts');
  }
  if (isExternal(before) && !isExternal(spec) && spec.externalTrafficPolicy === before.externalTrafficPolicy) {
    spec = without(spec, 'externalTrafficPolicy');
  }
  if (before.type === 'LoadBalancer' && spec.loadBalancerClass === before.loadBalancerClass) spec = without(spec, 'loadBalancerClass');
  return spec === next.spec ? next : { ...next, spec };
}

const prepareForUpdate = (next: Service, old: Service): Service => {
  const kept = next.spec && old.spec ? dropForType(patchAllocated(normalizeClusterIps(next, old), old), old) : next;
  return kept.spec?.type !== 'LoadBalancer' && kept.status?.loadBalancer?.ingress
    ? { ...kept, status: { ...kept.status, loadBalancer: {} } }
    : kept;
};

/** The family of an address as a Service names it. */
export const familyOf = (ip: string): string => ipFamily(ip) ?? 'IPv4';

export const serviceStrategy = strategyOf<Service>({
  nameErrors: serviceName,
  applyDefaults,
  prepareForCreate: (service) => ({ ...normalizeClusterIps(service), status: { loadBalancer: {} } }),
  prepareForUpdate: (next, old, { subresource }) => (subresource === '' ? prepareForUpdate(next, old) : next),
  validate: checkService,
  validateChange: checkServiceChange,
  validateStatusUpdate: checkServiceStatus,
  warnings: (service, _old, { subresource }) => (subresource === '' ? serviceWarnings(service) : []),
  changeFirst: true,
  allocate,
  release,
  allowCreateOnUpdate: true,
  selectableFields: {
    'spec.clusterIP': (service) => service.spec?.clusterIP ?? '',
    'spec.type': (service) => service.spec?.type ?? '',
  },
});
