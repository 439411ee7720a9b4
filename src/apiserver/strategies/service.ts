/** Services: defaults, cluster IPs and node ports, and what may change.
 *  Upstream: pkg/registry/core/service/strategy.go, pkg/registry/core/service/storage/alloc.go, pkg/apis/core/validation/validation.go */
import {
  duplicate, type FieldError, forbiddenField, invalidPrinted, invalidValue, notSupported, quote, required,
} from '../../api/field-error.ts';
import type { Service, ServicePort, ServiceSpec } from '../../api/generated/types.ts';
import { ipFamily, isIp, isRange, specialIp } from '../../api/ip.ts';
import { equal } from '../../base/json.ts';
import { strategyOf } from './base.ts';
import { PROTOCOLS } from './containers.ts';
import { checkLabels, checkOneOf, complain, type Errors } from './field-checks.ts';
import { goSyntax } from './go-syntax.ts';
import { dns1123Label, dns1123Subdomain, portNumber, qualifiedName, serviceName } from './names.ts';
import { IP } from './pod-spec.ts';
import { checkPort } from './probes.ts';
import { allocate, release } from './service-allocation.ts';
import { fill, mapField, mapItems, without } from './share.ts';

const CIDR = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const TRAFFIC = ['Cluster', 'Local'];
const KUBELET_PORT = 10250;

export const isHeadless = (spec: ServiceSpec): boolean => spec.clusterIPs?.[0] === 'None' || spec.clusterIP === 'None';
const isExternal = (spec: ServiceSpec): boolean =>
  spec.type === 'LoadBalancer' || spec.type === 'NodePort' || (spec.type === 'ClusterIP' && (spec.externalIPs?.length ?? 0) > 0);

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

const needsClusterIp = (spec: ServiceSpec | undefined): boolean => spec?.type !== 'ExternalName';
const needsNodePort = (spec: ServiceSpec | undefined): boolean =>
  spec?.type === 'NodePort' || (spec?.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);

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
  return spec === next.spec ? next : { ...next, spec };
}

/** Fields that a type has no use for go when the type changes, unless they were changed too. */
function dropForType(next: Service, old: Service): Service {
  let spec = next.spec!;
  const before = old.spec!;
  if (before.type === spec.type) return next;
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
  return kept.spec?.type !== 'LoadBalancer' && kept.status?.loadBalancer?.ingress ? { ...kept, status: { ...kept.status, loadBalancer: {} } } : kept;
};

function checkServicePort(errors: Errors, path: string, port: ServicePort, names: Set<string>, isNameNeeded: boolean): void {
  if (port.name) {
    complain(errors, `${path}.name`, port.name, dns1123Label(port.name));
    if (names.has(port.name)) errors.push(duplicate(`${path}.name`, port.name));
    names.add(port.name);
  } else if (isNameNeeded) errors.push(required(`${path}.name`));
  complain(errors, `${path}.port`, port.port ?? 0, portNumber(port.port ?? 0));
  checkOneOf(errors, `${path}.protocol`, port.protocol, PROTOCOLS);
  checkPort(errors, `${path}.targetPort`, port.targetPort);
  if (port.appProtocol) complain(errors, `${path}.appProtocol`, port.appProtocol, qualifiedName(port.appProtocol));
}

function checkPorts(errors: Errors, spec: ServiceSpec): void {
  const ports = spec.ports ?? [];
  if (ports.length === 0 && !isHeadless(spec) && spec.type !== 'ExternalName') errors.push(required('spec.ports'));
  const [names, nodePorts, numbers] = [new Set<string>(), new Set<string>(), new Set<string>()];
  ports.forEach((port, index) => {
    const at = `spec.ports[${index}]`;
    checkServicePort(errors, at, port, names, ports.length > 1);
    if (spec.type === 'LoadBalancer' && port.port === KUBELET_PORT) {
      errors.push(invalidValue(at, port.port, `may not expose port ${KUBELET_PORT} externally since it is used by kubelet`));
    }
    if (port.nodePort) {
      if (spec.type === 'ClusterIP') errors.push(forbiddenField(`${at}.nodePort`, "may not be used when `type` is 'ClusterIP'"));
      const key = `${port.protocol}/${port.nodePort}`;
      if (nodePorts.has(key)) errors.push(duplicate(`${at}.nodePort`, port.nodePort));
      nodePorts.add(key);
    }
    const key = `${port.protocol}/${port.port}`;
    if (numbers.has(key)) {
      errors.push({
        type: 'FieldValueDuplicate', field: at, detail: '',
        value: `core.ServicePort{Name:"", Protocol:${quote(port.protocol ?? '')}, AppProtocol:(*string)(nil), Port:${port.port}, `
          + 'TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}',
      });
    }
    numbers.add(key);
  });
}

function checkType(errors: Errors, spec: ServiceSpec): void {
  if (isHeadless(spec) && (spec.type === 'LoadBalancer' || spec.type === 'NodePort')) {
    errors.push(invalidValue('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`));
  }
  if (spec.type !== 'ExternalName') return;
  for (const field of ['clusterIPs', 'ipFamilies', 'ipFamilyPolicy'] as const) {
    if (spec[field]?.length) errors.push(forbiddenField(`spec.${field}`, 'may not be set for ExternalName services'));
  }
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  if (name === '') errors.push(required('spec.externalName'));
  else complain(errors, 'spec.externalName', name, dns1123Subdomain(name));
}

function checkAffinity(errors: Errors, spec: ServiceSpec): void {
  checkOneOf(errors, 'spec.sessionAffinity', spec.sessionAffinity, ['ClientIP', 'None']);
  if (spec.sessionAffinity !== 'ClientIP') return;
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 0;
  if (seconds <= 0 || seconds > 86400) {
    errors.push(invalidValue('spec.sessionAffinityConfig.clientIP.timeoutSeconds', seconds, 'must be greater than 0 and less than 86400'));
  }
}

function checkAddresses(errors: Errors, spec: ServiceSpec): void {
  const [first] = spec.clusterIPs ?? [];
  if (first === undefined) {
    if (spec.clusterIP) errors.push(required('spec.clusterIPs'));
  } else if (first !== spec.clusterIP) {
    errors.push(invalidPrinted('spec.clusterIPs', goSyntax(spec.clusterIPs, '[]string'),
      spec.clusterIP ? 'first value must match `clusterIP`' : 'must be empty when `clusterIP` is not specified'));
  }
  spec.clusterIPs?.forEach((ip, index) => {
    if (ip !== 'None' && !isIp(ip)) errors.push(invalidValue(`spec.clusterIPs[${index}]`, ip, IP));
  });
  spec.externalIPs?.forEach((ip, index) => {
    const field = `spec.externalIPs[${index}]`;
    const special = specialIp(ip);
    if (!isIp(ip)) errors.push(invalidValue(field, ip, IP));
    else if (special) errors.push(invalidValue(field, ip, special));
  });
  if (!spec.loadBalancerSourceRanges?.length) return;
  if (spec.type !== 'LoadBalancer') {
    errors.push(forbiddenField('spec.LoadBalancerSourceRanges', "may only be used when `type` is 'LoadBalancer'"));
  }
  spec.loadBalancerSourceRanges.forEach((range, index) => {
    if (!isRange(range.trim())) errors.push(invalidValue(`spec.LoadBalancerSourceRanges[${index}]`, range.trim(), CIDR));
  });
}

function checkTraffic(errors: Errors, spec: ServiceSpec): void {
  if (spec.allocateLoadBalancerNodePorts !== undefined && spec.type !== 'LoadBalancer') {
    errors.push(forbiddenField('spec.allocateLoadBalancerNodePorts', "may only be used when `type` is 'LoadBalancer'"));
  }
  if (isExternal(spec)) checkOneOf(errors, 'spec.externalTrafficPolicy', spec.externalTrafficPolicy, TRAFFIC);
  else if (spec.externalTrafficPolicy) {
    errors.push(invalidValue('spec.externalTrafficPolicy', spec.externalTrafficPolicy, 'may only be set for externally-accessible services'));
  }
  if (spec.internalTrafficPolicy !== undefined && !TRAFFIC.includes(spec.internalTrafficPolicy)) {
    errors.push(notSupported('spec.internalTrafficPolicy', spec.internalTrafficPolicy, TRAFFIC));
  }
  if (spec.trafficDistribution !== undefined && spec.trafficDistribution !== 'PreferClose') {
    errors.push(notSupported('spec.trafficDistribution', spec.trafficDistribution, ['PreferClose']));
  }
  if (spec.loadBalancerClass !== undefined && spec.type !== 'LoadBalancer') {
    errors.push(forbiddenField('spec.loadBalancerClass', "may only be used when `type` is 'LoadBalancer'"));
  }
}

function validate({ spec = {} }: Service): readonly FieldError[] {
  const errors: Errors = [];
  checkType(errors, spec);
  checkPorts(errors, spec);
  if (spec.selector) checkLabels(errors, 'spec.selector', spec.selector);
  checkAffinity(errors, spec);
  checkAddresses(errors, spec);
  checkOneOf(errors, 'spec.type', spec.type, TYPES);
  checkTraffic(errors, spec);
  return errors;
}

/** The first address and family stay for as long as the Service has one. */
function validateChange(service: Service, old: Service): readonly FieldError[] {
  const errors: Errors = [];
  const [next, before] = [service.spec ?? {}, old.spec ?? {}];
  if (!needsClusterIp(before) || !needsClusterIp(next)) return errors;
  const [ips, had] = [next.clusterIPs ?? [], before.clusterIPs ?? []];
  if (had[0] !== undefined && ips[0] !== had[0]) {
    errors.push(invalidPrinted('spec.clusterIPs[0]', goSyntax(next.clusterIPs, '[]string'),
      ips.length === 0 ? 'primary clusterIP can not be unset' : 'may not change once set'));
  }
  if (before.ipFamilies?.[0] && next.ipFamilies?.[0] !== before.ipFamilies[0]) {
    errors.push(invalidPrinted('spec.ipFamilies[0]', goSyntax(next.ipFamilies, '[]core.IPFamily'), 'may not change once set'));
  }
  return errors;
}

/** The family of an address as a Service names it. */
export const familyOf = (ip: string): string => ipFamily(ip) ?? 'IPv4';

export const serviceStrategy = strategyOf<Service>({
  nameErrors: serviceName,
  applyDefaults,
  prepareForCreate: (service) => ({ ...normalizeClusterIps(service), status: { loadBalancer: {} } }),
  prepareForUpdate: (next, old, { subresource }) => (subresource === '' ? prepareForUpdate(next, old) : next),
  validate,
  validateChange,
  changeFirst: true,
  allocate,
  release,
  selectableFields: {
    'spec.clusterIP': (service) => service.spec?.clusterIP ?? '',
    'spec.type': (service) => service.spec?.type ?? '',
  },
});
