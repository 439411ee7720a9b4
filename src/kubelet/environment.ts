/** The environment of a container: service variables first, then envFrom, then env, each overriding what came before.
 *  Upstream: pkg/kubelet/kubelet_pods.go (makeEnvironmentVariables), pkg/kubelet/envvars/envvars.go */
import type { ConfigMap, Container, EnvVar, EnvVarSource, Pod, Secret, Service } from '../api/generated/types.ts';
import { fromBase64, fromUtf8 } from '../base/bytes.ts';
import { fieldValue, type PodFieldFacts } from './downward-fields.ts';
import { expand } from './expansion.ts';
import { resourceValue, type NodeAllocatable } from './downward-resources.ts';

export interface EnvironmentFacts extends PodFieldFacts {
  readonly services: readonly Service[];
  readonly allocatable: NodeAllocatable;
  configMap(name: string): ConfigMap | undefined;
  secret(name: string): Secret | undefined;
}

/** A reference that cannot be followed: CreateContainerConfigError and its message. */
export class ConfigError extends Error {
  constructor(message: string) { super(message); this.name = 'ConfigError'; }
}

export type Environment = ReadonlyMap<string, string>;

/** Throws ConfigError. */
export function makeEnvironment(pod: Pod, container: Container, facts: EnvironmentFacts): Environment {
  const result = new Map<string, string>();
  const service = serviceVariables(pod, facts.services);
  for (const source of container.envFrom ?? []) addFrom(result, pod, source, facts);
  const temporary = new Map(result);
  for (const each of container.env ?? []) {
    const value = valueOf(pod, container, each, temporary, service, facts);
    if (value === undefined) continue;
    result.set(each.name, value);
    temporary.set(each.name, value);
  }
  for (const [name, value] of service) if (!result.has(name)) result.set(name, value);
  return result;
}

function valueOf(
  pod: Pod, container: Container, each: EnvVar, earlier: Environment, service: Environment, facts: EnvironmentFacts,
): string | undefined {
  if (each.valueFrom !== undefined) return fromSource(pod, container, each.valueFrom, facts);
  return expand(each.value ?? '', (name) => earlier.get(name) ?? service.get(name));
}

function fromSource(pod: Pod, container: Container, source: EnvVarSource, facts: EnvironmentFacts): string | undefined {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = source;
  if (fieldRef !== undefined) return fieldValue(pod, fieldRef.fieldPath, facts);
  if (resourceFieldRef !== undefined) {
    const of = resourceFieldRef.containerName;
    const all = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
    const target = of === undefined || of === '' ? container : all.find((one) => one.name === of) ?? container;
    return resourceValue(target, resourceFieldRef, facts.allocatable);
  }
  if (configMapKeyRef !== undefined) {
    const name = configMapKeyRef.name ?? '';
    const map = facts.configMap(name);
    if (map === undefined) return absent(configMapKeyRef.optional, `configmap "${name}" not found`);
    const value = map.data?.[configMapKeyRef.key];
    return value ?? absent(configMapKeyRef.optional, `couldn't find key ${configMapKeyRef.key} in ConfigMap ${pod.metadata?.namespace}/${name}`);
  }
  if (secretKeyRef !== undefined) {
    const name = secretKeyRef.name ?? '';
    const secret = facts.secret(name);
    if (secret === undefined) return absent(secretKeyRef.optional, `secret "${name}" not found`);
    const value = secret.data?.[secretKeyRef.key];
    if (value !== undefined) return decoded(value);
    return absent(secretKeyRef.optional, `couldn't find key ${secretKeyRef.key} in Secret ${pod.metadata?.namespace}/${name}`);
  }
  return '';
}

function absent(optional: boolean | undefined, message: string): undefined {
  if (optional === true) return undefined;
  throw new ConfigError(message);
}

const decoded = (value: string): string => fromUtf8(fromBase64(value) ?? new Uint8Array());

function addFrom(result: Map<string, string>, pod: Pod, source: NonNullable<Container['envFrom']>[number], facts: EnvironmentFacts): void {
  const prefix = source.prefix ?? '';
  const add = (data: Readonly<Record<string, string>>, decode: (value: string) => string): void => {
    for (const key of Object.keys(data).sort()) if (isEnvironmentName(prefix + key)) result.set(prefix + key, decode(data[key] ?? ''));
  };
  if (source.configMapRef !== undefined) {
    const name = source.configMapRef.name ?? '';
    const map = facts.configMap(name);
    if (map === undefined) absent(source.configMapRef.optional, `configmap "${name}" not found`);
    add(map?.data ?? {}, (value) => value);
  } else if (source.secretRef !== undefined) {
    const name = source.secretRef.name ?? '';
    const secret = facts.secret(name);
    if (secret === undefined) absent(source.secretRef.optional, `secret "${name}" not found`);
    add(secret?.data ?? {}, decoded);
  }
}

/** Names that no shell could read are left out: printable ASCII without "=" is a name since 1.30 only behind a gate. */
const isEnvironmentName = (name: string): boolean => /^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(name);

/** Services of the Pod's namespace as they are now, and always `kubernetes` of namespace default. */
export function serviceVariables(pod: Pod, services: readonly Service[]): Environment {
  const result = new Map<string, string>();
  const links = pod.spec?.enableServiceLinks ?? true;
  const chosen = new Map<string, Service>();
  for (const service of services) {
    const name = service.metadata?.name ?? '';
    const { namespace } = service.metadata ?? {};
    const isMaster = namespace === 'default' && name === 'kubernetes';
    const ip = service.spec?.clusterIP;
    if (ip === undefined || ip === '' || ip === 'None') continue;
    if (isMaster ? !chosen.has(name) : namespace === pod.metadata?.namespace && links) chosen.set(name, service);
  }
  for (const name of [...chosen.keys()].sort()) addServiceVariables(result, chosen.get(name) as Service);
  return result;
}

function addServiceVariables(result: Map<string, string>, service: Service): void {
  const name = envName(service.metadata?.name ?? '');
  const ip = service.spec?.clusterIP ?? '';
  const ports = service.spec?.ports ?? [];
  const first = ports[0];
  if (first === undefined) return;
  result.set(`${name}_SERVICE_HOST`, ip);
  result.set(`${name}_SERVICE_PORT`, String(first.port));
  for (const port of ports) if (port.name !== undefined && port.name !== '') result.set(`${name}_SERVICE_PORT_${envName(port.name)}`, String(port.port));
  const url = (port: { protocol?: string; port: number }): string => `${(port.protocol ?? 'TCP').toLowerCase()}://${ip}:${port.port}`;
  result.set(`${name}_PORT`, url(first));
  for (const port of ports) {
    const protocol = port.protocol ?? 'TCP';
    const prefix = `${name}_PORT_${port.port}_${protocol}`;
    result.set(prefix, url(port));
    result.set(`${prefix}_PROTO`, protocol.toLowerCase());
    result.set(`${prefix}_PORT`, String(port.port));
    result.set(`${prefix}_ADDR`, ip);
  }
}

const envName = (name: string): string => name.toUpperCase().replaceAll('-', '_');
