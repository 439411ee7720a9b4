/** What is wrong with Services.
 *  Upstream: pkg/apis/core/validation/validation.go (ValidateService, ValidateServiceUpdate) */
import {
  duplicate,
  type FieldError,
  forbiddenField,
  invalidPrinted,
  invalidValue,
  notSupported,
  quote,
  required,
} from '../../api/field-error.ts';
import type { Service, ServicePort, ServiceSpec } from '../../api/generated/types.ts';
import { ipFamily, isIp, isRange, specialIp } from '../../api/ip.ts';
import { PROTOCOLS } from './containers.ts';
import { checkLabels, checkOneOf, checkOptional, complain, type Errors } from './field-checks.ts';
import { goSyntax } from './go-syntax.ts';
import { dns1123Label, dns1123Subdomain, portNumber, qualifiedName } from './names.ts';
import { IP } from './pod-spec.ts';
import { checkPort } from './probes.ts';
import { isExternal, isHeadless, needsHealthCheck } from './service-kinds.ts';

export const CIDR = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const TRAFFIC = ['Cluster', 'Local'];
const FAMILIES = ['IPv4', 'IPv6'];
const FAMILY_POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
const RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges';
const HINTS = 'service.kubernetes.io/topology-aware-hints';
const MODE = 'service.kubernetes.io/topology-mode';
const ONLY_BALANCER = "may only be used when `type` is 'LoadBalancer'";
const TIMEOUT_MAX = 86400;

function checkServicePort(errors: Errors, path: string, port: ServicePort, names: Set<string>, isNameNeeded: boolean): void {
  if (port.name) {
    complain(errors, `${path}.name`, port.name, dns1123Label(port.name));
    if (names.has(port.name)) errors.push(duplicate(`${path}.name`, port.name));
    names.add(port.name);
  } else if (isNameNeeded) errors.push(required(`${path}.name`));
  complain(errors, `${path}.port`, port.port ?? 0, portNumber(port.port ?? 0));
  checkOneOf(errors, `${path}.protocol`, port.protocol, PROTOCOLS);
  checkPort(errors, `${path}.targetPort`, port.targetPort);
  if (port.appProtocol !== undefined) complain(errors, `${path}.appProtocol`, port.appProtocol, qualifiedName(port.appProtocol));
}

function checkExternalName(errors: Errors, spec: ServiceSpec): void {
  for (const field of ['clusterIPs', 'ipFamilies', 'ipFamilyPolicy'] as const) {
    if (spec[field]?.length) errors.push(forbiddenField(`spec.${field}`, 'may not be set for ExternalName services'));
  }
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  if (name === '') errors.push(required('spec.externalName'));
  else complain(errors, 'spec.externalName', name, dns1123Subdomain(name));
}

function checkPorts(errors: Errors, spec: ServiceSpec): void {
  const ports = spec.ports ?? [];
  if (ports.length === 0 && !isHeadless(spec) && spec.type !== 'ExternalName') errors.push(required('spec.ports'));
  if (isHeadless(spec) && (spec.type === 'LoadBalancer' || spec.type === 'NodePort')) {
    errors.push(invalidValue('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`));
  }
  if (spec.type === 'ExternalName') checkExternalName(errors, spec);
  const names = new Set<string>();
  ports.forEach((port, index) => checkServicePort(errors, `spec.ports[${index}]`, port, names, ports.length > 1));
}

function checkAffinity(errors: Errors, spec: ServiceSpec): void {
  checkOneOf(errors, 'spec.sessionAffinity', spec.sessionAffinity, ['ClientIP', 'None']);
  const config = spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'None' && config) {
    errors.push(forbiddenField('spec.sessionAffinityConfig', 'must not be set when session affinity is None'));
  }
  if (spec.sessionAffinity !== 'ClientIP') return;
  const seconds = config?.clientIP?.timeoutSeconds;
  const missing = !config ? '' : !config.clientIP ? '.clientIP' : seconds === undefined ? '.clientIP.timeoutSeconds' : undefined;
  if (missing !== undefined) errors.push(required(`spec.sessionAffinityConfig${missing}`, 'when session affinity type is ClientIP'));
  else if (seconds! <= 0 || seconds! > TIMEOUT_MAX) {
    errors.push(
      invalidValue('spec.sessionAffinityConfig.clientIP.timeoutSeconds', seconds, `must be greater than 0 and less than ${TIMEOUT_MAX}`),
    );
  }
}

/** False where one of the addresses is none, and nothing more can be said. */
function checkIps(errors: Errors, ips: readonly string[]): boolean {
  const refuse = (why: string): void => void errors.push(invalidPrinted('spec.clusterIPs', goSyntax(ips, '[]string'), why));
  let isFine = true;
  ips.forEach((ip, index) => {
    if (index === 0 && ip === 'None') {
      if (ips.length === 1) return;
      isFine = false;
      refuse("'None' must be the first and only value");
    } else if (!isIp(ip)) {
      isFine = false;
      errors.push(invalidValue(`spec.clusterIPs[${index}]`, ip, IP));
    }
  });
  if (ips.length > 2) refuse('may only hold up to 2 values');
  if (isFine && ips.length > 1 && new Set(ips.map(ipFamily)).size < 2) refuse('may specify no more than one IP for each IP family');
  return isFine;
}

/** Addresses, their families, and the policy that asks for both. */
function checkClusterIps(errors: Errors, spec: ServiceSpec): void {
  if (spec.type === 'ExternalName') return;
  const { clusterIP = '', clusterIPs: ips = [], ipFamilies: families = [] } = spec;
  const printed = goSyntax(ips, '[]string');
  if (clusterIP !== '' && ips.length === 0) errors.push(required('spec.clusterIPs'));
  else if (clusterIP !== '' && ips[0] !== clusterIP) {
    errors.push(invalidPrinted('spec.clusterIPs', printed, 'first value must match `clusterIP`'));
  } else if (clusterIP === '' && ips.length > 0) {
    errors.push(invalidPrinted('spec.clusterIPs', printed, 'must be empty when `clusterIP` is not specified'));
  }
  families.forEach((family, index) => {
    if (!FAMILIES.includes(family)) errors.push(notSupported(`spec.ipFamilies[${index}]`, family, FAMILIES));
    if (families.indexOf(family) < index) errors.push(duplicate(`spec.ipFamilies[${index}]`, family));
  });
  checkOptional(errors, 'spec.ipFamilyPolicy', spec.ipFamilyPolicy, FAMILY_POLICIES);
  if (!checkIps(errors, ips) || isHeadless(spec)) return;
  ips.slice(0, families.length).forEach((ip, index) => {
    const family = families[index]!;
    if (!FAMILIES.includes(family) || ipFamily(ip) === family) return;
    errors.push(invalidValue(`spec.clusterIPs[${index}]`, ip, `expected an ${family} value as indicated by \`ipFamilies[${index}]\``));
  });
}

function checkExternalIps(errors: Errors, { externalIPs = [] }: ServiceSpec): void {
  externalIPs.forEach((ip, index) => {
    const field = `spec.externalIPs[${index}]`;
    const special = specialIp(ip);
    if (!isIp(ip)) errors.push(invalidValue(field, ip, IP));
    else if (special) errors.push(invalidValue(field, ip, special));
  });
}

const emptyPort = (protocol: string, port: number): string =>
  `core.ServicePort{Name:"", Protocol:${quote(protocol)}, AppProtocol:(*string)(nil), Port:${port}, ` +
  'TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}';

function checkRepeatedPorts(errors: Errors, { type, ports = [] }: ServiceSpec): void {
  ports.forEach(({ nodePort }, index) => {
    if (type === 'ClusterIP' && nodePort) {
      errors.push(forbiddenField(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
    }
  });
  for (const field of ['nodePort', 'port'] as const) {
    const seen = new Set<string>();
    ports.forEach((port, index) => {
      const [protocol, number] = [port.protocol ?? '', port[field] ?? 0];
      if (field === 'nodePort' && number === 0) return;
      const at = `spec.ports[${index}]`;
      const again = seen.has(`${protocol}/${number}`);
      if (again && field === 'nodePort') errors.push(duplicate(`${at}.nodePort`, number));
      else if (again) errors.push({ type: 'FieldValueDuplicate', field: at, detail: '', value: emptyPort(protocol, number) });
      seen.add(`${protocol}/${number}`);
    });
  }
}

function checkRanges(errors: Errors, { metadata, spec = {} }: Service): void {
  const given = spec.loadBalancerSourceRanges ?? [];
  const annotation = metadata?.annotations?.[RANGES];
  if (given.length === 0 && annotation === undefined) return;
  const field = given.length > 0 ? 'spec.LoadBalancerSourceRanges' : `metadata.annotations[${RANGES}]`;
  if (spec.type !== 'LoadBalancer') errors.push(forbiddenField(field, ONLY_BALANCER));
  const values = given.length > 0 ? given : annotation!.trim() === '' ? [] : annotation!.split(',');
  values
    .map((value) => value.trim())
    .forEach((value, index) => {
      if (!isRange(value)) errors.push(invalidValue(given.length > 0 ? `${field}[${index}]` : field, value, CIDR));
    });
}

function checkBalancer(errors: Errors, spec: ServiceSpec): void {
  const isBalancer = spec.type === 'LoadBalancer';
  if (spec.allocateLoadBalancerNodePorts !== undefined && !isBalancer) {
    errors.push(forbiddenField('spec.allocateLoadBalancerNodePorts', ONLY_BALANCER));
  }
  if (isBalancer && spec.allocateLoadBalancerNodePorts === undefined) errors.push(required('allocateLoadBalancerNodePorts'));
  checkClass(errors, spec);
}

function checkClass(errors: Errors, { type, loadBalancerClass: name }: ServiceSpec): void {
  if (name === undefined) return;
  if (type === 'LoadBalancer') complain(errors, 'spec.loadBalancerClass', name, qualifiedName(name));
  else errors.push(forbiddenField('spec.loadBalancerClass', ONLY_BALANCER));
}

function checkTraffic(errors: Errors, spec: ServiceSpec): void {
  if (isExternal(spec)) checkOneOf(errors, 'spec.externalTrafficPolicy', spec.externalTrafficPolicy, TRAFFIC);
  else if (spec.externalTrafficPolicy) {
    errors.push(
      invalidValue('spec.externalTrafficPolicy', spec.externalTrafficPolicy, 'may only be set for externally-accessible services'),
    );
  }
  const health = spec.healthCheckNodePort ?? 0;
  if (health !== 0 && !needsHealthCheck(spec)) {
    errors.push(
      invalidValue(
        'spec.healthCheckNodePort',
        health,
        "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      ),
    );
  } else if (health !== 0) complain(errors, 'spec.healthCheckNodePort', health, portNumber(health));
  checkOptional(errors, 'spec.internalTrafficPolicy', spec.internalTrafficPolicy, TRAFFIC);
  checkOptional(errors, 'spec.trafficDistribution', spec.trafficDistribution, ['PreferClose']);
}

export function checkService(service: Service): readonly FieldError[] {
  const errors: Errors = [];
  const { metadata, spec = {} } = service;
  const [mode, hints] = [metadata?.annotations?.[MODE], metadata?.annotations?.[HINTS]];
  if (mode !== undefined && hints !== undefined && mode !== hints) {
    errors.push(invalidValue(`metadata.annotations[${MODE}]`, mode, `must match annotations[${HINTS}] when both are specified`));
  }
  checkPorts(errors, spec);
  checkLabels(errors, 'spec.selector', spec.selector);
  checkAffinity(errors, spec);
  checkClusterIps(errors, spec);
  checkExternalIps(errors, spec);
  checkOneOf(errors, 'spec.type', spec.type, TYPES);
  checkRepeatedPorts(errors, spec);
  checkRanges(errors, service);
  checkBalancer(errors, spec);
  checkTraffic(errors, spec);
  return errors;
}

/** The first address and family stay for as long as the Service has one; a second may come and go. */
function checkKept(errors: Errors, field: 'clusterIPs' | 'ipFamilies', next: ServiceSpec, old: ServiceSpec): void {
  const [values, had] = [next[field] ?? [], old[field] ?? []];
  const [type, one] = field === 'clusterIPs' ? ['[]string', 'clusterIP'] : ['[]core.IPFamily', 'ipFamily'];
  const refuse = (index: number, why: string): void =>
    void errors.push(invalidPrinted(`spec.${field}[${index}]`, goSyntax(next[field], type), why));
  if (had.length === values.length) {
    had.forEach((value, index) => value !== values[index] && refuse(field === 'clusterIPs' ? index : 0, 'may not change once set'));
    return;
  }
  if (had.length > values.length && (next.clusterIPs ?? []).length === 0) refuse(0, `primary ${one} can not be unset`);
  if (had.length > 0 && values.length > 0 && values[0] !== had[0]) refuse(0, 'may not change once set');
  if (had.length > values.length && values.length === 1 && next.ipFamilyPolicy !== 'SingleStack') {
    errors.push(
      invalidValue('spec.ipFamilyPolicy', next.ipFamilyPolicy, `must be set to 'SingleStack' when releasing the secondary ${one}`),
    );
  }
}

export function checkServiceChange(service: Service, old: Service): readonly FieldError[] {
  const errors: Errors = [];
  const [next, before] = [service.spec ?? {}, old.spec ?? {}];
  if (next.type !== 'ExternalName' && before.type !== 'ExternalName') {
    const headless = [isHeadless(next), isHeadless(before)];
    if (!headless.every(Boolean)) checkKept(errors, 'clusterIPs', next, before);
    if (!headless.some(Boolean)) checkKept(errors, 'ipFamilies', next, before);
  }
  if (next.type === 'LoadBalancer' && before.type === 'LoadBalancer' && next.loadBalancerClass !== before.loadBalancerClass) {
    errors.push(invalidValue('spec.loadBalancerClass', next.loadBalancerClass, 'may not change once set'));
  }
  checkClass(errors, next);
  if (needsHealthCheck(next) && needsHealthCheck(before) && (next.healthCheckNodePort ?? 0) !== (before.healthCheckNodePort ?? 0)) {
    errors.push(forbiddenField('spec.healthCheckNodePort', 'field is immutable'));
  }
  return errors;
}

export function checkServiceStatus({ spec = {}, status = {} }: Service): readonly FieldError[] {
  const errors: Errors = [];
  const ingress = status.loadBalancer?.ingress ?? [];
  if (spec.type !== 'LoadBalancer' && ingress.length > 0) {
    return [forbiddenField('status.loadBalancer.ingress', "may only be used when `spec.type` is 'LoadBalancer'")];
  }
  ingress.forEach(({ ip = '', ipMode, hostname }, index) => {
    const at = `status.loadBalancer.ingress[${index}]`;
    if (ip !== '' && !isIp(ip)) errors.push(invalidValue(`${at}.ip`, ip, IP));
    if (ipMode === undefined) {
      if (ip !== '') errors.push(required(`${at}.ipMode`, 'must be specified when `ip` is set'));
    } else if (ip === '') errors.push(forbiddenField(`${at}.ipMode`, 'may not be specified when `ip` is not set'));
    else checkOptional(errors, `${at}.ipMode`, ipMode, ['Proxy', 'VIP']);
    if (!hostname) return;
    complain(errors, `${at}.hostname`, hostname, dns1123Subdomain(hostname));
    if (isIp(hostname)) errors.push(invalidValue(`${at}.hostname`, hostname, 'must be a DNS name, not an IP address'));
  });
  return errors;
}

/** Fields that mean nothing for the Service's kind. */
export function serviceWarnings({ metadata, spec = {} }: Service): readonly string[] {
  const warnings: string[] = [];
  if (metadata?.annotations?.[HINTS] !== undefined) warnings.push(`annotation ${HINTS} is deprecated, please use ${MODE} instead`);
  if (spec.type === 'ClusterIP' && spec.clusterIP === 'None') {
    if (spec.loadBalancerIP) warnings.push('spec.loadBalancerIP is ignored for headless services');
    if (spec.externalIPs?.length) warnings.push('spec.externalIPs is ignored for headless services');
    if (spec.sessionAffinity !== 'None') warnings.push('spec.SessionAffinity is ignored for headless services');
  }
  if (spec.type === 'ExternalName' && spec.externalIPs?.length) {
    warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  }
  if (spec.type !== 'ExternalName' && spec.externalName) warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  return warnings;
}
