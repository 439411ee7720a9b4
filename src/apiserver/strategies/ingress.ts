/** Ingresses and IngressClasses.
 *  Upstream: pkg/apis/networking/{v1/defaults.go,validation/validation.go} */
import { type FieldError, forbiddenField, invalidPrinted, invalidValue, notSupported, required, tooLong } from '../../api/field-error.ts';
import type {
  HTTPIngressPath,
  Ingress,
  IngressBackend,
  IngressClass,
  IngressClassParametersReference,
  IngressRule,
  TypedLocalObjectReference,
} from '../../api/generated/types.ts';
import { isIp } from '../../api/ip.ts';
import { strategyOf } from './base.ts';
import { checkImmutable, complain, type Errors } from './field-checks.ts';
import {
  checkDomainPrefixed,
  dns1035Label,
  dns1123Label,
  dns1123Subdomain,
  pathName,
  portName,
  portNumber,
  wildcardSubdomain,
} from './names.ts';
import { IP } from './pod-spec.ts';
import { fill, mapField } from './share.ts';

const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
const OLD_CLASS = 'kubernetes.io/ingress.class';

/** What of another API something refers to. */
function checkReference(errors: Errors, path: string, reference: Partial<TypedLocalObjectReference>): void {
  if (reference.apiGroup !== undefined) complain(errors, `${path}.apiGroup`, reference.apiGroup, dns1123Subdomain(reference.apiGroup));
  for (const field of ['kind', 'name'] as const) {
    const value = reference[field];
    if (!value) errors.push(required(`${path}.${field}`));
    else complain(errors, `${path}.${field}`, value, pathName(value, false));
  }
}

function checkBackend(errors: Errors, path: string, backend: IngressBackend | undefined): void {
  const { service, resource } = backend ?? {};
  if (service && resource) errors.push(invalidValue(path, '', 'cannot set both resource and service backends'));
  else if (!service && !resource) errors.push(invalidValue(path, '', 'resource or service backend is required'));
  else if (service) {
    if (!service.name) errors.push(required(`${path}.service.name`));
    else complain(errors, `${path}.service.name`, service.name, dns1035Label(service.name));
    const { name, number } = service.port ?? {};
    if (name && number) errors.push(invalidValue(path, '', 'cannot set both port name & port number'));
    else if (name) complain(errors, `${path}.service.port.name`, name, portName(name));
    else if (number) complain(errors, `${path}.service.port.number`, number, portNumber(number));
    else errors.push(required(path, 'port name or number is required'));
  } else if (resource) checkReference(errors, `${path}.resource`, resource);
}

const INVALID_PARTS = ['//', '/./', '/../', '%2f', '%2F'];
const INVALID_ENDS = ['/..', '/.'];

function checkPath(errors: Errors, at: string, path: string | undefined, type: string): void {
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

const checkHost = (errors: Errors, field: string, host: string): void =>
  complain(errors, field, host, host.includes('*') ? wildcardSubdomain(host) : dns1123Subdomain(host));

function checkRule(errors: Errors, at: string, { host, http }: IngressRule): void {
  if (host) {
    if (isIp(host)) errors.push(invalidValue(`${at}.host`, host, 'must be a DNS name, not an IP address'));
    checkHost(errors, `${at}.host`, host);
  }
  if (!http) return;
  if (!http.paths?.length) errors.push(required(`${at}.http.paths`));
  http.paths?.forEach(({ path, pathType, backend }: Partial<HTTPIngressPath>, index) => {
    const field = `${at}.http.paths[${index}]`;
    if (pathType === undefined) {
      errors.push(required(`${field}.pathType`, 'pathType must be specified'));
      return;
    }
    checkPath(errors, field, path, pathType);
    checkBackend(errors, `${field}.backend`, backend);
  });
}

function validateIngress({ spec = {} }: Ingress, isSecretFree: boolean): readonly FieldError[] {
  const errors: Errors = [];
  if (!spec.rules?.length && !spec.defaultBackend) {
    errors.push(invalidPrinted('spec', '[]networking.IngressRule(nil)', 'either `defaultBackend` or `rules` must be specified'));
  }
  if (spec.defaultBackend) checkBackend(errors, 'spec.defaultBackend', spec.defaultBackend);
  spec.rules?.forEach((rule, index) => checkRule(errors, `spec.rules[${index}]`, rule));
  spec.tls?.forEach(({ hosts, secretName }, index) => {
    hosts?.forEach((host, at) => checkHost(errors, `spec.tls[${index}].hosts[${at}]`, host));
    if (secretName && !isSecretFree) complain(errors, `spec.tls[${index}].secretName`, secretName, dns1123Subdomain(secretName));
  });
  if (spec.ingressClassName !== undefined) {
    complain(errors, 'spec.ingressClassName', spec.ingressClassName, dns1123Subdomain(spec.ingressClassName));
  }
  return errors;
}

/** Secrets' names that were wrong before may stay so. */
const hasBadSecret = ({ spec }: Ingress): boolean =>
  (spec?.tls ?? []).some(({ secretName }) => secretName && dns1123Subdomain(secretName).length > 0);

function validateIngressStatus({ status }: Ingress): readonly FieldError[] {
  const errors: Errors = [];
  status?.loadBalancer?.ingress?.forEach(({ ip, hostname }, index) => {
    const at = `status.loadBalancer.ingress[${index}]`;
    if (ip && !isIp(ip)) errors.push(invalidValue(`${at}.ip`, ip, IP));
    if (!hostname) return;
    complain(errors, `${at}.hostname`, hostname, dns1123Subdomain(hostname));
    if (isIp(hostname)) errors.push(invalidValue(`${at}.hostname`, hostname, 'must be a DNS name, not an IP address'));
  });
  return errors;
}

export const ingressStrategy = strategyOf<Ingress>({
  hasStatus: true,
  prepareForCreate: (it) => ({ ...it, status: { loadBalancer: {} } }),
  validate: (it) => validateIngress(it, false),
  validateNew({ metadata, spec }) {
    const old = metadata?.annotations?.[OLD_CLASS];
    return old === undefined || spec?.ingressClassName === undefined || old === spec.ingressClassName
      ? []
      : [invalidValue(`annotations.${OLD_CLASS}`, old, 'must match `ingressClassName` when both are specified')];
  },
  validateUpdate: (next, old) => validateIngress(next, hasBadSecret(old)),
  validateStatusUpdate: validateIngressStatus,
});

const CONTROLLER_MAX = 250;

function checkParameters(errors: Errors, path: string, parameters: IngressClassParametersReference): void {
  checkReference(errors, path, parameters);
  const { scope, namespace } = parameters;
  if (scope !== 'Namespace' && scope !== 'Cluster') errors.push(notSupported(`${path}.scope`, scope ?? '', ['Cluster', 'Namespace']));
  else if (scope === 'Cluster' && namespace !== undefined) {
    errors.push(forbiddenField(`${path}.namespace`, "`parameters.scope` is set to 'Cluster'"));
  } else if (scope === 'Namespace' && namespace === undefined) {
    errors.push(required(`${path}.namespace`, "`parameters.scope` is set to 'Namespace'"));
  } else if (namespace !== undefined) complain(errors, `${path}.namespace`, namespace, dns1123Label(namespace));
}

function validateClass({ spec }: IngressClass): readonly FieldError[] {
  const errors: Errors = [];
  const controller = spec?.controller ?? '';
  if (controller === '') errors.push(required('spec.controller'));
  else {
    if (controller.length > CONTROLLER_MAX) errors.push(tooLong('spec.controller', CONTROLLER_MAX));
    checkDomainPrefixed(errors, 'spec.controller', controller);
  }
  if (spec?.parameters) checkParameters(errors, 'spec.parameters', spec.parameters);
  return errors;
}

export const ingressClassStrategy = strategyOf<IngressClass>({
  applyDefaults: (it) =>
    mapField(it, 'spec', (spec) => mapField(spec, 'parameters', (parameters) => fill(parameters, { scope: 'Cluster' }))),
  validate: validateClass,
  validateUpdate(next, old) {
    const errors: Errors = [];
    checkImmutable(errors, 'spec.controller', next.spec?.controller ?? '', old.spec?.controller ?? '');
    return [...errors, ...validateClass(next)];
  },
});
