/** What is wrong with the environment of a container.
 *  Upstream: pkg/apis/core/validation/validation.go (ValidateEnv, ValidateEnvFrom), pkg/apis/core/pods/helpers.go */
import { invalidValue, notSupported, required } from '../../api/field-error.ts';
import type { EnvFromSource, EnvVar, EnvVarSource, ObjectFieldSelector } from '../../api/generated/types.ts';
import { isZeroQuantity } from '../../api/quantity.ts';
import { complain, type Errors } from './field-checks.ts';
import { configMapKey, dns1123Subdomain, envVarName, qualifiedName, subdomainName } from './names.ts';

const FIELD_LABELS = new Set([
  'metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.restartPolicy',
  'spec.serviceAccountName', 'spec.schedulerName', 'status.phase', 'status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs',
]);
const ENV_FIELDS = [
  'metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.serviceAccountName', 'status.hostIP', 'status.hostIPs',
  'status.podIP', 'status.podIPs',
];
const RESOURCE_FIELDS = [
  'limits.cpu', 'limits.ephemeral-storage', 'limits.memory', 'requests.cpu', 'requests.ephemeral-storage', 'requests.memory',
];

/** What Kubernetes makes of a field's path, or why it makes nothing of it. */
function convertLabel(version: string, path: string): { readonly label: string; readonly key?: string } | string {
  if (version !== 'v1') return `unsupported pod version: ${version}`;
  const subscript = /^(.*)\['(.*)'\]$/.exec(path);
  if (subscript) {
    const label = subscript[1]!;
    if (label !== 'metadata.annotations' && label !== 'metadata.labels') return `field label does not support subscript: ${path}`;
    return { label, key: subscript[2]! };
  }
  if (path === 'spec.host') return { label: 'spec.nodeName' };
  return FIELD_LABELS.has(path) ? { label: path } : `field label not supported: ${path}`;
}

export function checkFieldRef(errors: Errors, path: string, ref: ObjectFieldSelector, allowed: readonly string[]): void {
  if (!ref.apiVersion) {
    errors.push(required(`${path}.apiVersion`));
    return;
  }
  if (!ref.fieldPath) {
    errors.push(required(`${path}.fieldPath`));
    return;
  }
  const found = convertLabel(ref.apiVersion, ref.fieldPath);
  if (typeof found === 'string') errors.push(invalidValue(`${path}.fieldPath`, ref.fieldPath, `error converting fieldPath: ${found}`));
  else if (found.key !== undefined) {
    const key = found.label === 'metadata.annotations' ? found.key.toLowerCase() : found.key;
    complain(errors, path, key, qualifiedName(key));
  } else if (!allowed.includes(found.label)) errors.push(notSupported(`${path}.fieldPath`, found.label, allowed));
}

const CPU_DIVISORS = new Set(['1m', '1']);
const BYTE_DIVISORS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];
const BYTES = new Set(BYTE_DIVISORS);

/** How the texts call what a resource field leads to; undefined for fields that take any divisor. */
function divisorRule(resource: string): { readonly values: ReadonlySet<string>; readonly text: string } | undefined {
  const bytes = (word: string) => ({ values: BYTES, text: `only divisor's values ${BYTE_DIVISORS.join(', ')} are supported with the ${word} resource` });
  switch (resource.replace(/^(limits|requests)\./, '')) {
    case 'cpu': return { values: CPU_DIVISORS, text: "only divisor's values 1m and 1 are supported with the cpu resource" };
    case 'memory': return bytes('memory');
    case 'ephemeral-storage': return bytes('local ephemeral storage');
    default: return /^(limits|requests)\.hugepages-/.test(resource) ? bytes('hugepages') : undefined;
  }
}

export function checkResourceFieldRef(
  errors: Errors, path: string, ref: Partial<NonNullable<EnvVarSource['resourceFieldRef']>>, needsContainer: boolean,
): void {
  const { resource = '', divisor = '0' } = ref;
  if (needsContainer && !ref.containerName) errors.push(required(`${path}.containerName`));
  else if (!resource) errors.push(required(`${path}.resource`));
  else if (!RESOURCE_FIELDS.includes(resource) && !/^(requests|limits)\.hugepages-/.test(resource)) {
    errors.push(notSupported(`${path}.resource`, resource, RESOURCE_FIELDS));
  }
  const rule = divisorRule(resource);
  if (!isZeroQuantity(divisor) && rule && !rule.values.has(divisor)) errors.push(invalidValue(`${path}.divisor`, resource, rule.text));
}

function checkKeyRef(errors: Errors, path: string, ref: { readonly name?: string; readonly key: string }): void {
  complain(errors, `${path}.name`, ref.name ?? '', dns1123Subdomain(ref.name ?? ''));
  if (!ref.key) errors.push(required(`${path}.key`));
  else complain(errors, `${path}.key`, ref.key, configMapKey(ref.key));
}

function checkValueFrom(errors: Errors, path: string, env: EnvVar, source: EnvVarSource): void {
  let sources = 0;
  if (source.fieldRef && ++sources) checkFieldRef(errors, `${path}.fieldRef`, source.fieldRef, ENV_FIELDS);
  if (source.resourceFieldRef && ++sources) checkResourceFieldRef(errors, `${path}.resourceFieldRef`, source.resourceFieldRef, false);
  if (source.configMapKeyRef && ++sources) checkKeyRef(errors, `${path}.configMapKeyRef`, source.configMapKeyRef);
  if (source.secretKeyRef && ++sources) checkKeyRef(errors, `${path}.secretKeyRef`, source.secretKeyRef);
  if (sources === 0) {
    errors.push(invalidValue(path, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`'));
  } else if (env.value) errors.push(invalidValue(path, '', 'may not be specified when `value` is not empty'));
  else if (sources > 1) errors.push(invalidValue(path, '', 'may not have more than one field specified at a time'));
}

export function checkEnv(errors: Errors, path: string, vars: readonly EnvVar[]): void {
  vars.forEach((env, index) => {
    if (!env.name) errors.push(required(`${path}[${index}].name`));
    else complain(errors, `${path}[${index}].name`, env.name, envVarName(env.name));
    if (env.valueFrom) checkValueFrom(errors, `${path}[${index}].valueFrom`, env, env.valueFrom);
  });
}

/** Of sources that say nothing or too much the whole list is wrong: so Kubernetes has it. */
export function checkEnvFrom(errors: Errors, path: string, sources: readonly EnvFromSource[]): void {
  sources.forEach((source, index) => {
    const at = `${path}[${index}]`;
    if (source.prefix) complain(errors, `${at}.prefix`, source.prefix, envVarName(source.prefix));
    const given = [['configMapRef', source.configMapRef], ['secretRef', source.secretRef]] as const;
    for (const [field, ref] of given) {
      if (!ref) continue;
      if (!ref.name) errors.push(required(`${at}.${field}.name`));
      else complain(errors, `${at}.${field}.name`, ref.name, subdomainName(ref.name, true));
    }
    const count = given.filter(([, ref]) => ref).length;
    if (count === 0) errors.push(invalidValue(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    else if (count > 1) errors.push(invalidValue(path, '', 'may not have more than one field specified at a time'));
  });
}
