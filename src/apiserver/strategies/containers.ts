/** What is wrong with containers.
 *  Upstream: pkg/apis/core/validation/validation.go (validateContainers and what it calls) */
import {
  duplicate, type FieldError, forbiddenField, invalidValue, notFoundValue, notSupported, required,
} from '../../api/field-error.ts';
import type {
  Container, ContainerPort, EnvFromSource, EnvVar, EnvVarSource, EphemeralContainer, Lifecycle, LifecycleHandler, ObjectFieldSelector, Probe,
  VolumeDevice, VolumeMount,
} from '../../api/generated/types.ts';
import { checkNonNegative, complain, type Errors } from './field-checks.ts';
import {
  configMapKey, dns1123Label, dns1123Subdomain, envVarName, httpHeaderName, portName, portNumber, qualifiedName,
} from './names.ts';
import { checkResources } from './quantities.ts';
import { checkSecurityContext } from './security-context.ts';

/** What containers are checked against. */
export interface ContainerScope {
  /** Volume name to the kind of its source: "persistentVolumeClaim". */
  readonly volumes: ReadonlyMap<string, string>;
  readonly gracePeriodSeconds: number | undefined;
  readonly podRestartPolicy: string | undefined;
}

export const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const MESSAGE_POLICIES = ['File', 'FallbackToLogsOnError'];
const MORE_THAN_ONE = 'may not specify more than 1 handler type';
const NO_RESTART = 'may not be set for init containers without restartPolicy=Always';

/** A number or the name of a port. */
export function checkPort(errors: Errors, field: string, port: number | string | undefined): void {
  if (typeof port === 'string') complain(errors, field, port, portName(port));
  else complain(errors, field, port ?? 0, portNumber(port ?? 0));
}

function checkPorts(errors: Errors, path: string, ports: readonly ContainerPort[]): void {
  const names = new Set<string>();
  ports.forEach((port, index) => {
    const at = `${path}[${index}]`;
    if (port.name) {
      const complaints = portName(port.name);
      if (complaints.length > 0) complain(errors, `${at}.name`, port.name, complaints);
      else if (names.has(port.name)) errors.push(duplicate(`${at}.name`, port.name));
      else names.add(port.name);
    }
    if (!port.containerPort) errors.push(required(`${at}.containerPort`));
    else complain(errors, `${at}.containerPort`, port.containerPort, portNumber(port.containerPort));
    if (port.hostPort) complain(errors, `${at}.hostPort`, port.hostPort, portNumber(port.hostPort));
    if (!port.protocol) errors.push(required(`${at}.protocol`));
    else if (!PROTOCOLS.includes(port.protocol)) errors.push(notSupported(`${at}.protocol`, port.protocol, PROTOCOLS));
  });
}

const FIELD_LABELS = [
  'metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.restartPolicy',
  'spec.serviceAccountName', 'spec.schedulerName', 'status.phase', 'status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs',
];
export const ENV_FIELDS = [
  'metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.serviceAccountName', 'status.hostIP', 'status.hostIPs',
  'status.podIP', 'status.podIPs',
];
const RESOURCE_FIELDS = [
  'limits.cpu', 'limits.ephemeral-storage', 'limits.memory', 'requests.cpu', 'requests.ephemeral-storage', 'requests.memory',
];

export function checkFieldRef(errors: Errors, path: string, ref: ObjectFieldSelector, allowed: readonly string[]): void {
  if (!ref.fieldPath) {
    errors.push(required(`${path}.fieldPath`));
    return;
  }
  const subscript = /^(.*)\['(.*)'\]$/.exec(ref.fieldPath);
  const label = subscript?.[1] ?? ref.fieldPath;
  const isKnown = FIELD_LABELS.includes(label);
  if (!isKnown) {
    errors.push(invalidValue(`${path}.fieldPath`, ref.fieldPath, `error converting fieldPath: field label not supported: ${ref.fieldPath}`));
  } else if (subscript) {
    const key = subscript[2]!;
    if (label === 'metadata.annotations') complain(errors, path, key.toLowerCase(), qualifiedName(key.toLowerCase()));
    else if (label === 'metadata.labels') complain(errors, path, key, qualifiedName(key));
    else errors.push(invalidValue(path, label, 'does not support subscript'));
  } else if (!allowed.includes(label)) errors.push(notSupported(`${path}.fieldPath`, label, allowed));
}

export function checkResourceFieldRef(
  errors: Errors, path: string, ref: NonNullable<EnvVarSource['resourceFieldRef']>, needsContainer: boolean,
): void {
  if (needsContainer && !ref.containerName) errors.push(required(`${path}.containerName`));
  else if (!ref.resource) errors.push(required(`${path}.resource`));
  else if (!RESOURCE_FIELDS.includes(ref.resource) && !/^(requests|limits)\.hugepages-/.test(ref.resource)) {
    errors.push(notSupported(`${path}.resource`, ref.resource, RESOURCE_FIELDS));
  }
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

function checkEnv(errors: Errors, path: string, vars: readonly EnvVar[]): void {
  vars.forEach((env, index) => {
    if (!env.name) errors.push(required(`${path}[${index}].name`));
    else complain(errors, `${path}[${index}].name`, env.name, envVarName(env.name));
    if (env.valueFrom) checkValueFrom(errors, `${path}[${index}].valueFrom`, env, env.valueFrom);
  });
}

function checkEnvFrom(errors: Errors, path: string, sources: readonly EnvFromSource[]): void {
  sources.forEach((source, index) => {
    const at = `${path}[${index}]`;
    if (source.prefix) complain(errors, `${at}.prefix`, source.prefix, envVarName(source.prefix));
    const given = [['configMapRef', source.configMapRef], ['secretRef', source.secretRef]] as const;
    for (const [field, ref] of given) {
      if (!ref) continue;
      if (!ref.name) errors.push(required(`${at}.${field}.name`));
      else complain(errors, `${at}.${field}.name`, ref.name, dns1123Subdomain(ref.name.replace(/-$/, 'a')));
    }
    const count = given.filter(([, ref]) => ref).length;
    if (count === 0) errors.push(invalidValue(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    else if (count > 1) errors.push(invalidValue(path, '', 'may not have more than one field specified at a time'));
  });
}

/** A path inside a volume: relative, and never up. */
export function checkLocalPath(errors: Errors, field: string, path: string): void {
  if (path.startsWith('/')) errors.push(invalidValue(field, path, 'must be a relative path'));
  if (path.split('/').includes('..')) errors.push(invalidValue(field, path, "must not contain '..'"));
}

function checkMounts(errors: Errors, path: string, container: Container, scope: ContainerScope): void {
  const paths = new Set<string>();
  const devices = container.volumeDevices ?? [];
  (container.volumeMounts ?? []).forEach((mount: VolumeMount, index) => {
    const at = `${path}[${index}]`;
    if (!mount.name) errors.push(required(`${at}.name`));
    if (!scope.volumes.has(mount.name)) errors.push(notFoundValue(`${at}.name`, mount.name));
    if (!mount.mountPath) errors.push(required(`${at}.mountPath`));
    if (paths.has(mount.mountPath)) errors.push(invalidValue(`${at}.mountPath`, mount.mountPath, 'must be unique'));
    paths.add(mount.mountPath);
    if (devices.some(({ name }) => name === mount.name)) {
      errors.push(invalidValue(`${at}.name`, mount.name, 'must not already exist in volumeDevices'));
    }
    if (mount.subPath) checkLocalPath(errors, `${path}.subPath`, mount.subPath);
    if (!mount.subPathExpr) return;
    if (mount.subPath) errors.push(invalidValue(`${at}.subPathExpr`, mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
    checkLocalPath(errors, `${path}.subPathExpr`, mount.subPathExpr);
  });
}

function checkDevices(errors: Errors, path: string, devices: readonly VolumeDevice[], scope: ContainerScope): void {
  const [names, paths] = [new Set<string>(), new Set<string>()];
  devices.forEach((device, index) => {
    const at = `${path}[${index}]`;
    const source = scope.volumes.get(device.name);
    if (!device.name) errors.push(required(`${at}.name`));
    if (names.has(device.name)) errors.push(invalidValue(`${at}.name`, device.name, 'must be unique'));
    if (source && source !== 'persistentVolumeClaim' && source !== 'ephemeral') {
      errors.push(invalidValue(`${at}.name`, device.name,
        'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode'));
    }
    if (!source) errors.push(notFoundValue(`${at}.name`, device.name));
    if (!device.devicePath) errors.push(required(`${at}.devicePath`));
    if (paths.has(device.devicePath)) errors.push(invalidValue(`${at}.devicePath`, device.devicePath, 'must be unique'));
    names.add(device.name);
    paths.add(device.devicePath);
  });
}

type Handler = Probe & LifecycleHandler;

function checkHandler(errors: Errors, path: string, handler: Handler, gracePeriodSeconds: number | undefined): void {
  let count = 0;
  const isFirst = (field: keyof Handler): boolean => {
    if (handler[field] === undefined) return false;
    if (count++ === 0) return true;
    errors.push(forbiddenField(`${path}.${field}`, MORE_THAN_ONE));
    return false;
  };
  if (isFirst('exec') && !handler.exec?.command?.length) errors.push(required(`${path}.exec.command`));
  if (isFirst('httpGet')) {
    const http = handler.httpGet!;
    if (!http.path) errors.push(required(`${path}.httpGet.path`));
    checkPort(errors, `${path}.httpGet.port`, http.port);
    if (http.scheme !== 'HTTP' && http.scheme !== 'HTTPS') errors.push(notSupported(`${path}.httpGet.scheme`, http.scheme ?? '', ['HTTP', 'HTTPS']));
    for (const { name } of http.httpHeaders ?? []) complain(errors, `${path}.httpGet.httpHeaders`, name, httpHeaderName(name));
  }
  if (isFirst('tcpSocket')) checkPort(errors, `${path}.tcpSocket.port`, handler.tcpSocket!.port);
  if (isFirst('grpc')) checkPort(errors, `${path}.grpc.port`, handler.grpc!.port);
  if (isFirst('sleep')) {
    const { seconds } = handler.sleep!;
    if (gracePeriodSeconds !== undefined && (seconds < 0 || seconds > gracePeriodSeconds)) {
      errors.push(invalidValue(`${path}.sleep`, seconds,
        `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriodSeconds})`));
    }
  }
  if (count === 0) errors.push(required(path, 'must specify a handler type'));
}

const COUNTS = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const;

function checkProbe(errors: Errors, path: string, probe: Probe, kind: 'liveness' | 'readiness' | 'startup', scope: ContainerScope): void {
  checkHandler(errors, path, probe, scope.gracePeriodSeconds);
  for (const count of COUNTS) checkNonNegative(errors, `${path}.${count}`, probe[count]);
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && grace <= 0) errors.push(invalidValue(`${path}.terminationGracePeriodSeconds`, grace, 'must be greater than 0'));
  if (kind === 'readiness') {
    if (grace !== undefined) {
      errors.push(invalidValue(`${path}.terminationGracePeriodSeconds`, grace, 'must not be set for readinessProbes'));
    }
  } else if (probe.successThreshold !== 1) errors.push(invalidValue(`${path}.successThreshold`, probe.successThreshold ?? 0, 'must be 1'));
}

function checkLifecycle(errors: Errors, path: string, lifecycle: Lifecycle, scope: ContainerScope): void {
  if (lifecycle.postStart) checkHandler(errors, `${path}.postStart`, lifecycle.postStart, scope.gracePeriodSeconds);
  if (lifecycle.preStop) checkHandler(errors, `${path}.preStop`, lifecycle.preStop, scope.gracePeriodSeconds);
}

function checkProbes(errors: Errors, path: string, container: Container, scope: ContainerScope): void {
  if (container.lifecycle) checkLifecycle(errors, `${path}.lifecycle`, container.lifecycle, scope);
  if (container.livenessProbe) checkProbe(errors, `${path}.livenessProbe`, container.livenessProbe, 'liveness', scope);
  if (container.readinessProbe) checkProbe(errors, `${path}.readinessProbe`, container.readinessProbe, 'readiness', scope);
  if (container.startupProbe) checkProbe(errors, `${path}.startupProbe`, container.startupProbe, 'startup', scope);
}

function checkCommon(errors: Errors, path: string, container: Container, scope: ContainerScope): void {
  if (!container.name) errors.push(required(`${path}.name`));
  else complain(errors, `${path}.name`, container.name, dns1123Label(container.name));
  if (!container.image) errors.push(required(`${path}.image`));
  const messages = container.terminationMessagePolicy;
  if (!messages) errors.push(required(`${path}.terminationMessagePolicy`));
  else if (!MESSAGE_POLICIES.includes(messages)) errors.push(notSupported(`${path}.terminationMessagePolicy`, messages, MESSAGE_POLICIES));
  if (container.ports) checkPorts(errors, `${path}.ports`, container.ports);
  if (container.env) checkEnv(errors, `${path}.env`, container.env);
  if (container.envFrom) checkEnvFrom(errors, `${path}.envFrom`, container.envFrom);
  if (container.volumeMounts) checkMounts(errors, `${path}.volumeMounts`, container, scope);
  if (container.volumeDevices) checkDevices(errors, `${path}.volumeDevices`, container.volumeDevices, scope);
  const pull = container.imagePullPolicy;
  if (!pull) errors.push(required(`${path}.imagePullPolicy`));
  else if (!PULL_POLICIES.includes(pull)) errors.push(notSupported(`${path}.imagePullPolicy`, pull, PULL_POLICIES));
  if (container.resources) checkResources(errors, `${path}.resources`, container.resources);
  if (container.securityContext) checkSecurityContext(errors, `${path}.securityContext`, container.securityContext);
}

function checkHostPorts(errors: Errors, path: string, containers: readonly Container[]): void {
  const taken = new Set<string>();
  containers.forEach((container, index) => container.ports?.forEach(({ hostPort, protocol, hostIP }, at) => {
    if (!hostPort) return;
    const key = `${protocol}/${hostIP ?? ''}/${hostPort}`;
    if (taken.has(key)) errors.push(duplicate(`${path}[${index}].ports[${at}].hostPort`, key));
    taken.add(key);
  }));
}

export function checkContainers(errors: Errors, path: string, containers: readonly Container[] | undefined, scope: ContainerScope): void {
  if (!containers?.length) {
    errors.push(required(path));
    return;
  }
  const names = new Set<string>();
  containers.forEach((container, index) => {
    const at = `${path}[${index}]`;
    checkCommon(errors, at, container, scope);
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    names.add(container.name);
    checkProbes(errors, at, container, scope);
    if (container.restartPolicy !== undefined) errors.push(forbiddenField(`${at}.restartPolicy`, 'may not be set for non-init containers'));
  });
  checkHostPorts(errors, path, containers);
}

export function checkInitContainers(
  errors: Errors, path: string, containers: readonly Container[], regular: readonly Container[], scope: ContainerScope,
): void {
  const names = new Set(regular.map(({ name }) => name));
  containers.forEach((container, index) => {
    const at = `${path}[${index}]`;
    checkCommon(errors, at, container, scope);
    const restart = container.restartPolicy;
    if (restart !== undefined && restart !== 'Always') errors.push(notSupported(`${at}.restartPolicy`, restart, ['Always']));
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    else if (container.name) names.add(container.name);
    checkHostPorts(errors, path, [container]);
    if (restart === 'Always') checkProbes(errors, at, container, scope);
    else {
      for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
        if (container[field] !== undefined) errors.push(forbiddenField(`${at}.${field}`, NO_RESTART));
      }
    }
  });
}

const NOT_EPHEMERAL = ['ports', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle', 'resizePolicy'] as const;

export function checkEphemeralContainers(
  errors: Errors, path: string, containers: readonly EphemeralContainer[], others: readonly Container[], scope: ContainerScope,
): void {
  const names = new Set(others.map(({ name }) => name));
  const targets = new Set(names);
  containers.forEach((container, index) => {
    const at = `${path}[${index}]`;
    checkCommon(errors, at, container as Container, scope);
    checkImageSpace(errors, at, container);
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name));
    names.add(container.name);
    if (container.targetContainerName && !targets.has(container.targetContainerName)) {
      errors.push(notFoundValue(`${at}.targetContainerName`, container.targetContainerName));
    }
    for (const field of NOT_EPHEMERAL) {
      if (container[field] !== undefined) errors.push(forbiddenField(`${at}.${field}`, 'cannot be set for an Ephemeral Container'));
    }
    if (container.resources?.limits || container.resources?.requests) {
      errors.push(forbiddenField(`${at}.resources`, 'cannot be set for an Ephemeral Container'));
    }
    container.volumeMounts?.forEach((mount, mountIndex) => {
      if (!mount.subPath) return;
      errors.push(forbiddenField(`${at}.volumeMounts[${mountIndex}].subPath`, 'cannot be set for an Ephemeral Container'));
    });
  });
}

/** Only Pods mind spaces around an image; templates may keep them. */
export function checkImageSpace(errors: FieldError[], path: string, container: { readonly image?: string }): void {
  const image = container.image ?? '';
  if (image.trim() !== image) errors.push(invalidValue(`${path}.image`, image, 'must not have leading or trailing whitespace'));
}
