/** Ingresses, IngressClasses, NetworkPolicies, EndpointSlices.
 *  Upstream: pkg/apis/networking/{v1/defaults.go,validation/validation.go}, pkg/apis/discovery/validation/validation.go */
import {
  duplicate, type FieldError, forbiddenField, invalidPrinted, invalidValue, notSupported, required, tooMany,
} from '../../api/field-error.ts';
import type {
  Endpoint, EndpointSlice, Ingress, IngressBackend, IngressClass, IngressRule, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort,
} from '../../api/generated/types.ts';
import { ipFamily, isIp, parseRange } from '../../api/ip.ts';
import { strategyOf } from './base.ts';
import { PROTOCOLS } from './containers.ts';
import { checkImmutable, checkLabelSelector, checkOneOf, complain, type Errors } from './field-checks.ts';
import { dns1035Label, dns1123Label, dns1123Subdomain, portName, portNumber, wildcardSubdomain } from './names.ts';
import { IP } from './pod-spec.ts';
import { fill, mapField, mapItems } from './share.ts';

const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
const OLD_CLASS = 'kubernetes.io/ingress.class';

function checkBackend(errors: Errors, path: string, backend: IngressBackend | undefined): void {
  const { service, resource } = backend ?? {};
  if (service && resource) errors.push(invalidValue(path, '', 'cannot set both resource and service backends'));
  else if (!service && !resource) errors.push(required(path, 'must specify either `service` or `resource`'));
  else if (service) {
    if (!service.name) errors.push(required(`${path}.service.name`));
    else complain(errors, `${path}.service.name`, service.name, dns1035Label(service.name));
    const { name, number } = service.port ?? {};
    if (name && number) errors.push(invalidValue(path, '', 'cannot set both port name & port number'));
    else if (name) complain(errors, `${path}.service.port.name`, name, portName(name));
    else if (number) complain(errors, `${path}.service.port.number`, number, portNumber(number));
    else errors.push(required(path, 'port name or number is required'));
  } else if (resource) {
    if (!resource.kind) errors.push(required(`${path}.resource.kind`));
    if (!resource.name) errors.push(required(`${path}.resource.name`));
  }
}

const INVALID_PARTS = ['//', '/./', '/../', '%2f', '%2F'];
const INVALID_ENDS = ['/..', '/.'];

function checkPath(errors: Errors, at: string, path: string | undefined, type: string | undefined): void {
  if (!type) {
    errors.push(required(`${at}.pathType`, 'pathType must be specified'));
    return;
  }
  if (type === 'ImplementationSpecific') {
    if (path && !path.startsWith('/')) errors.push(invalidValue(`${at}.path`, path, 'must be an absolute path'));
    return;
  }
  if (!PATH_TYPES.includes(type)) {
    errors.push(notSupported(`${at}.pathType`, type, PATH_TYPES));
    return;
  }
  if (!path?.startsWith('/')) errors.push(invalidValue(`${at}.path`, path ?? '', 'must be an absolute path'));
  for (const part of INVALID_PARTS) if (path?.includes(part)) errors.push(invalidValue(`${at}.path`, path, `must not contain '${part}'`));
  for (const end of INVALID_ENDS) if (path?.endsWith(end)) errors.push(invalidValue(`${at}.path`, path, `cannot end with '${end}'`));
}

function checkRule(errors: Errors, at: string, { host, http }: IngressRule): void {
  if (host) {
    if (isIp(host)) errors.push(invalidValue(`${at}.host`, host, 'must be a DNS name, not an IP address'));
    complain(errors, `${at}.host`, host, host.includes('*') ? wildcardSubdomain(host) : dns1123Subdomain(host));
  }
  if (!http) return;
  if (!http.paths?.length) errors.push(required(`${at}.http.paths`));
  http.paths?.forEach((path, index) => {
    checkPath(errors, `${at}.http.paths[${index}]`, path.path, path.pathType);
    checkBackend(errors, `${at}.http.paths[${index}].backend`, path.backend);
  });
}

function validateIngress({ metadata, spec = {} }: Ingress): readonly FieldError[] {
  const errors: Errors = [];
  const old = metadata?.annotations?.[OLD_CLASS];
  if (!spec.rules?.length && !spec.defaultBackend) {
    errors.push(invalidPrinted('spec', '[]networking.IngressRule(nil)', 'either `defaultBackend` or `rules` must be specified'));
  }
  if (spec.defaultBackend) checkBackend(errors, 'spec.defaultBackend', spec.defaultBackend);
  spec.rules?.forEach((rule, index) => checkRule(errors, `spec.rules[${index}]`, rule));
  spec.tls?.forEach((tls, index) => tls.hosts?.forEach((host, at) =>
    complain(errors, `spec.tls[${index}].hosts[${at}]`, host, host.includes('*') ? wildcardSubdomain(host) : dns1123Subdomain(host))));
  if (spec.ingressClassName !== undefined) {
    complain(errors, 'spec.ingressClassName', spec.ingressClassName, dns1123Subdomain(spec.ingressClassName));
  }
  if (old !== undefined && spec.ingressClassName !== undefined) {
    errors.unshift(invalidValue(`annotations.${OLD_CLASS}`, old, 'can not be set when the class field is also set'));
  }
  return errors;
}

export const ingressStrategy = strategyOf<Ingress>({
  hasStatus: true,
  prepareForCreate: (it) => ({ ...it, status: { loadBalancer: {} } }),
  validate: validateIngress,
});

export const ingressClassStrategy = strategyOf<IngressClass>({
  applyDefaults: (it) => mapField(it, 'spec', (spec) => mapField(spec, 'parameters', (parameters) => fill(parameters, { scope: 'Cluster' }))),
  validate({ spec }) {
    const errors: Errors = [];
    const controller = spec?.controller ?? '';
    if (controller && !/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?\/.+$/.test(controller)) {
      errors.push(invalidValue('spec.controller', controller, 'must be a domain-prefixed path (such as "acme.io/foo")'));
    }
    return errors;
  },
  validateChange(next, old) {
    const errors: Errors = [];
    checkImmutable(errors, 'spec.controller', next.spec?.controller ?? '', old.spec?.controller ?? '');
    return errors;
  },
});

const portDefaults = (port: NetworkPolicyPort): NetworkPolicyPort => fill(port, { protocol: 'TCP' });

function policyDefaults(it: NetworkPolicy): NetworkPolicy {
  return mapField(it, 'spec', (spec) => {
    let next = fill(spec.policyTypes?.length === 0 ? { ...spec, policyTypes: undefined } : spec, {
      podSelector: {}, policyTypes: spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress'],
    });
    next = mapItems(next, 'ingress', (rule) => mapItems(rule, 'ports', portDefaults));
    return mapItems(next, 'egress', (rule) => mapItems(rule, 'ports', portDefaults));
  });
}

function checkPeers(errors: Errors, path: string, peers: readonly NetworkPolicyPeer[] | undefined): void {
  peers?.forEach(({ ipBlock, podSelector, namespaceSelector }, index) => {
    const at = `${path}[${index}]`;
    checkLabelSelector(errors, `${at}.podSelector`, podSelector);
    checkLabelSelector(errors, `${at}.namespaceSelector`, namespaceSelector);
    if (ipBlock && (podSelector || namespaceSelector)) errors.push(forbiddenField(at, 'may not specify both ipBlock and another peer'));
    else if (!ipBlock && !podSelector && !namespaceSelector) errors.push(required(at, 'must specify a peer'));
    if (!ipBlock) return;
    const range = parseRange(ipBlock.cidr ?? '');
    const bad = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
    if (!range) errors.push(ipBlock.cidr ? invalidValue(`${at}.ipBlock.cidr`, ipBlock.cidr, bad) : required(`${at}.ipBlock.cidr`));
    ipBlock.except?.forEach((text, exceptIndex) => {
      const except = parseRange(text);
      const field = `${at}.ipBlock.except[${exceptIndex}]`;
      if (!except) errors.push(invalidValue(field, text, bad));
      else if (range && !(range.contains(except.at(0)) && except.prefix > range.prefix)) {
        errors.push(invalidValue(field, text, 'must be a strict subset of `cidr`'));
      }
    });
  });
}

function checkPolicyPorts(errors: Errors, path: string, ports: readonly NetworkPolicyPort[] | undefined): void {
  ports?.forEach(({ protocol, port, endPort }, index) => {
    const at = `${path}[${index}]`;
    if (protocol !== undefined && !PROTOCOLS.includes(protocol)) errors.push(notSupported(`${at}.protocol`, protocol, PROTOCOLS));
    if (typeof port === 'number') complain(errors, `${at}.port`, port, portNumber(port));
    else if (port !== undefined) complain(errors, `${at}.port`, port, portName(port));
    if (endPort === undefined) return;
    if (typeof port === 'number') {
      if (endPort < port) errors.push(invalidValue(`${at}.endPort`, endPort, 'must be greater than or equal to `port`'));
      complain(errors, `${at}.endPort`, endPort, portNumber(endPort));
    } else errors.push(required(`${at}.endPort`, 'may not be specified when `port` is not specified'));
  });
}

function validatePolicy({ spec }: NetworkPolicy): readonly FieldError[] {
  const errors: Errors = [];
  checkLabelSelector(errors, 'spec.podSelector', spec?.podSelector);
  spec?.ingress?.forEach((rule, index) => {
    checkPolicyPorts(errors, `spec.ingress[${index}].ports`, rule.ports);
    checkPeers(errors, `spec.ingress[${index}].from`, rule.from);
  });
  spec?.egress?.forEach((rule, index) => {
    checkPolicyPorts(errors, `spec.egress[${index}].ports`, rule.ports);
    checkPeers(errors, `spec.egress[${index}].to`, rule.to);
  });
  const types = spec?.policyTypes ?? [];
  if (types.length > 2) errors.push(invalidValue('spec.policyTypes', types, 'may not specify more than two policyTypes'));
  types.forEach((type, index) => {
    if (type !== 'Ingress' && type !== 'Egress') errors.push(notSupported(`spec.policyTypes[${index}]`, type, ['Egress', 'Ingress']));
  });
  return errors;
}

export const networkPolicyStrategy = strategyOf<NetworkPolicy>({ applyDefaults: policyDefaults, validate: validatePolicy });

const ADDRESSES_MAX = 100;
const ENDPOINTS_MAX = 1000;

function checkAddress(errors: Errors, field: string, type: string, address: string): void {
  if (type === 'FQDN') complain(errors, field, address, dns1123Subdomain(address));
  else if (!isIp(address)) errors.push(invalidValue(field, address, IP));
  else if (ipFamily(address) !== type) errors.push(invalidValue(field, address, `must be an ${type} address`));
}

/** As a manifest may really have it: the types promise more than an author keeps. */
type GivenSlice = Pick<EndpointSlice, 'addressType' | 'ports'> & { readonly endpoints?: readonly Partial<Endpoint>[] };

function validateSlice({ addressType, endpoints = [], ports = [] }: GivenSlice): readonly FieldError[] {
  const errors: Errors = [];
  checkOneOf(errors, 'addressType', addressType, ['FQDN', 'IPv4', 'IPv6']);
  if (endpoints.length > ENDPOINTS_MAX) errors.push(tooMany('endpoints', endpoints.length, ENDPOINTS_MAX));
  endpoints.forEach(({ addresses = [], hostname }, index) => {
    const at = `endpoints[${index}]`;
    if (addresses.length === 0) errors.push(required(`${at}.addresses`, 'must contain at least 1 address'));
    if (addresses.length > ADDRESSES_MAX) errors.push(tooMany(`${at}.addresses`, addresses.length, ADDRESSES_MAX));
    addresses.forEach((address, addressIndex) => checkAddress(errors, `${at}.addresses[${addressIndex}]`, addressType, address));
    if (hostname !== undefined) complain(errors, `${at}.hostname`, hostname, dns1123Label(hostname));
  });
  const names = new Set<string>();
  ports.forEach(({ name = '', protocol }, index) => {
    if (names.has(name)) errors.push(duplicate(`ports[${index}].name`, name));
    names.add(name);
    if (name) complain(errors, `ports[${index}].name`, name, dns1123Label(name));
    checkOneOf(errors, `ports[${index}].protocol`, protocol, PROTOCOLS);
  });
  return errors;
}

export const endpointSliceStrategy = strategyOf<EndpointSlice>({
  applyDefaults: (it) => mapItems(it, 'ports', (port) => fill(port, { name: '', protocol: 'TCP' })),
  validate: validateSlice,
  validateChange(next, old) {
    const errors: Errors = [];
    checkImmutable(errors, 'addressType', next.addressType, old.addressType);
    return errors;
  },
});
