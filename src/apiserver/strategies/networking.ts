/** NetworkPolicies and EndpointSlices.
 *  Upstream: pkg/apis/networking/{v1/defaults.go,validation/validation.go}, pkg/apis/discovery/validation/validation.go */
import {
  duplicate,
  type FieldError,
  forbiddenField,
  invalidPrinted,
  invalidValue,
  notSupported,
  required,
  tooMany,
} from '../../api/field-error.ts';
import type {
  Endpoint,
  EndpointHints,
  EndpointSlice,
  IPBlock,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from '../../api/generated/types.ts';
import { ipFamily, isIp, parseRange, specialIp } from '../../api/ip.ts';
import { strategyOf } from './base.ts';
import { PROTOCOLS } from './containers.ts';
import { checkImmutable, checkLabels, checkLabelSelector, checkOneOf, complain, type Errors } from './field-checks.ts';
import { goSyntax } from './go-syntax.ts';
import { dns1123Label, dns1123Subdomain, labelValue, portName, portNumber, qualifiedName } from './names.ts';
import { CIDR } from './service-checks.ts';
import { fill, mapField, mapItems } from './share.ts';

const portDefaults = (port: NetworkPolicyPort): NetworkPolicyPort => fill(port, { protocol: 'TCP' });

function policyDefaults(it: NetworkPolicy): NetworkPolicy {
  return mapField(it, 'spec', (spec) => {
    let next = fill(spec.policyTypes?.length === 0 ? { ...spec, policyTypes: undefined } : spec, {
      podSelector: {},
      policyTypes: spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress'],
    });
    next = mapItems(next, 'ingress', (rule) => mapItems(rule, 'ports', portDefaults));
    return mapItems(next, 'egress', (rule) => mapItems(rule, 'ports', portDefaults));
  });
}

function checkBlock(errors: Errors, path: string, { cidr, except }: Partial<IPBlock>): void {
  if (!cidr) {
    errors.push(required(`${path}.cidr`));
    return;
  }
  const range = parseRange(cidr);
  if (!range) {
    errors.push(invalidValue(`${path}.cidr`, cidr, CIDR));
    return;
  }
  except?.forEach((text, index) => {
    const inner = parseRange(text);
    const field = `${path}.except[${index}]`;
    if (!inner) errors.push(invalidValue(field, text, CIDR));
    else if (!(range.contains(inner.at(0)) && inner.prefix > range.prefix)) {
      errors.push(invalidValue(field, text, 'must be a strict subset of `cidr`'));
    }
  });
}

function checkPeers(errors: Errors, path: string, peers: readonly NetworkPolicyPeer[] | undefined): void {
  peers?.forEach(({ ipBlock, podSelector, namespaceSelector }, index) => {
    const at = `${path}[${index}]`;
    checkLabelSelector(errors, `${at}.podSelector`, podSelector);
    checkLabelSelector(errors, `${at}.namespaceSelector`, namespaceSelector);
    if (ipBlock) checkBlock(errors, `${at}.ipBlock`, ipBlock);
    if (ipBlock && (podSelector || namespaceSelector)) errors.push(forbiddenField(at, 'may not specify both ipBlock and another peer'));
    else if (!ipBlock && !podSelector && !namespaceSelector) errors.push(required(at, 'must specify a peer'));
  });
}

function checkPolicyPorts(errors: Errors, path: string, ports: readonly NetworkPolicyPort[] | undefined): void {
  ports?.forEach(({ protocol, port, endPort }, index) => {
    const at = `${path}[${index}]`;
    const refuse = (why: string): void => {
      if (endPort !== undefined) errors.push(invalidValue(`${at}.endPort`, endPort, why));
    };
    if (protocol !== undefined && !PROTOCOLS.includes(protocol)) errors.push(notSupported(`${at}.protocol`, protocol, PROTOCOLS));
    if (port === undefined) refuse('may not be specified when `port` is not specified');
    else if (typeof port === 'number') {
      complain(errors, `${at}.port`, port, portNumber(port));
      if (endPort === undefined) return;
      if (endPort < port) refuse('must be greater than or equal to `port`');
      complain(errors, `${at}.endPort`, endPort, portNumber(endPort));
    } else {
      refuse('may not be specified when `port` is non-numeric');
      complain(errors, `${at}.port`, port, portName(port));
    }
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
  if (types.length > 2) {
    errors.push(
      invalidPrinted('spec.policyTypes', goSyntax(types, '[]networking.PolicyType'), 'may not specify more than two policyTypes'),
    );
    return errors;
  }
  types.forEach((type, index) => {
    if (type !== 'Ingress' && type !== 'Egress') errors.push(notSupported(`spec.policyTypes[${index}]`, type, ['Egress', 'Ingress']));
  });
  return errors;
}

export const networkPolicyStrategy = strategyOf<NetworkPolicy>({ applyDefaults: policyDefaults, validate: validatePolicy });

const ADDRESSES_MAX = 100;
const ENDPOINTS_MAX = 1000;
const HINTS_MAX = 8;

function checkDomain(errors: Errors, field: string, address: string): void {
  const name = address.replace(/\.$/, '');
  const complaints = dns1123Subdomain(name);
  if (address === '') errors.push(required(field));
  else if (complaints.length > 0) errors.push(invalidValue(field, name, complaints.join(',')));
  else if (!name.includes('.')) errors.push(invalidValue(field, name, 'should be a domain with at least two segments separated by dots'));
}

function checkAddress(errors: Errors, field: string, type: string, address: string): void {
  if (type === 'FQDN') checkDomain(errors, field, address);
  if (type !== 'IPv4' && type !== 'IPv6') return;
  if (ipFamily(address) !== type) errors.push(invalidValue(field, address, `must be a valid ${type} address`));
  const special = specialIp(address);
  if (!isIp(address)) errors.push(invalidValue(field, address, 'must be a valid IP address'));
  else if (special) errors.push(invalidValue(field, address, special));
}

function checkHints(errors: Errors, path: string, { forZones = [] }: EndpointHints): void {
  if (forZones.length > HINTS_MAX) {
    errors.push(tooMany(`${path}.forZones`, forZones.length, HINTS_MAX));
    return;
  }
  forZones.forEach(({ name }, index) => {
    const field = `${path}.forZones[${index}].name`;
    if (forZones.findIndex((other) => other.name === name) < index) errors.push(duplicate(field, name));
    complain(errors, field, name, labelValue(name));
  });
}

/** As a manifest may really have it: the types promise more than an author keeps. */
type GivenSlice = Pick<EndpointSlice, 'addressType' | 'ports'> & { readonly endpoints?: readonly Partial<Endpoint>[] };

function validateSlice({ addressType, endpoints = [], ports = [] }: GivenSlice): readonly FieldError[] {
  const errors: Errors = [];
  checkOneOf(errors, 'addressType', addressType, ['FQDN', 'IPv4', 'IPv6']);
  if (endpoints.length > ENDPOINTS_MAX) errors.push(tooMany('endpoints', endpoints.length, ENDPOINTS_MAX));
  else
    endpoints.forEach(({ addresses = [], hostname, nodeName, hints, deprecatedTopology }, index) => {
      const at = `endpoints[${index}]`;
      if (addresses.length === 0) errors.push(required(`${at}.addresses`, 'must contain at least 1 address'));
      if (addresses.length > ADDRESSES_MAX) errors.push(tooMany(`${at}.addresses`, addresses.length, ADDRESSES_MAX));
      addresses.forEach((address, addressIndex) => checkAddress(errors, `${at}.addresses[${addressIndex}]`, addressType, address));
      if (nodeName !== undefined) complain(errors, `${at}.nodeName`, nodeName, dns1123Subdomain(nodeName));
      checkLabels(errors, `${at}.deprecatedTopology`, deprecatedTopology);
      if (hostname !== undefined) complain(errors, `${at}.hostname`, hostname, dns1123Label(hostname));
      if (hints) checkHints(errors, `${at}.hints`, hints);
    });
  const names = new Set<string>();
  ports.forEach(({ name = '', protocol, appProtocol }, index) => {
    const at = `ports[${index}]`;
    if (name) complain(errors, `${at}.name`, name, dns1123Label(name));
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
    names.add(name);
    checkOneOf(errors, `${at}.protocol`, protocol, PROTOCOLS);
    if (appProtocol !== undefined) complain(errors, `${at}.appProtocol`, appProtocol, qualifiedName(appProtocol));
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
