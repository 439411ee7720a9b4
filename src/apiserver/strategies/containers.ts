/** What is wrong with containers.
 *  Upstream: pkg/apis/core/validation/validation.go (validateContainers and what it calls) */
import {
  duplicate, type FieldError, forbiddenField, invalidValue, notFoundValue, notSupported, required,
} from '../../api/field-error.ts';
import type { Container, ContainerPort, ContainerResizePolicy, EphemeralContainer } from '../../api/generated/types.ts';
import { checkEnv, checkEnvFrom } from './environment.ts';
import { complain, type Errors } from './field-checks.ts';
import { checkDevices, checkMounts } from './mounts.ts';
import { dns1123Label, portName, portNumber } from './names.ts';
import { checkProbes } from './probes.ts';
import { checkResources } from './quantities.ts';
import { checkSecurityContext } from './security-context.ts';

/** What containers are checked against. */
export interface ContainerScope {
  /** Volume name to the kind of its source: "persistentVolumeClaim". */
  readonly volumes: ReadonlyMap<string, string>;
  readonly gracePeriodSeconds: number | undefined;
  readonly podRestartPolicy: string | undefined;
  /** False where the Pod has users of its own. */
  readonly hostUsers: boolean;
}

export const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const MESSAGE_POLICIES = ['File', 'FallbackToLogsOnError'];
const NO_RESTART = 'may not be set for init containers without restartPolicy=Always';

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

const RESIZED = ['cpu', 'memory'];
const RESIZE_POLICIES = ['NotRequired', 'RestartContainer'];

function checkResizePolicy(errors: Errors, path: string, policies: readonly ContainerResizePolicy[], podRestartPolicy: string | undefined): void {
  const seen = new Set<string>();
  policies.forEach(({ resourceName = '', restartPolicy = '' }: Partial<ContainerResizePolicy>, index) => {
    if (seen.has(resourceName)) errors.push(duplicate(`${path}[${index}]`, resourceName));
    seen.add(resourceName);
    for (const [value, supported] of [[resourceName, RESIZED], [restartPolicy, RESIZE_POLICIES]] as const) {
      if (value === '') errors.push(required(path));
      else if (!supported.includes(value)) errors.push(notSupported(path, value, supported));
    }
    if (podRestartPolicy === 'Never' && restartPolicy !== 'NotRequired') {
      errors.push(invalidValue(path, restartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'"));
    }
  });
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
  if (container.volumeMounts) checkMounts(errors, `${path}.volumeMounts`, container, scope.volumes);
  if (container.volumeDevices) checkDevices(errors, `${path}.volumeDevices`, container, scope.volumes);
  const pull = container.imagePullPolicy;
  if (!pull) errors.push(required(`${path}.imagePullPolicy`));
  else if (!PULL_POLICIES.includes(pull)) errors.push(notSupported(`${path}.imagePullPolicy`, pull, PULL_POLICIES));
  if (container.resources) checkResources(errors, `${path}.resources`, container.resources);
  if (container.resizePolicy) checkResizePolicy(errors, `${path}.resizePolicy`, container.resizePolicy, scope.podRestartPolicy);
  if (container.securityContext) checkSecurityContext(errors, `${path}.securityContext`, container.securityContext, scope.hostUsers);
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
    checkProbes(errors, at, container, scope.gracePeriodSeconds);
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
    if (restart === 'Always') checkProbes(errors, at, container, scope.gracePeriodSeconds);
    else {
      for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
        if (container[field] !== undefined) errors.push(forbiddenField(`${at}.${field}`, NO_RESTART));
      }
    }
  });
}

/** In the order of Go's struct. */
const NOT_EPHEMERAL = [
  'ports', 'resources', 'resizePolicy', 'restartPolicy', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle',
] as const;
const NOT_FOR_EPHEMERAL = 'cannot be set for an Ephemeral Container';

const isSet = (value: unknown): boolean => value !== undefined && JSON.stringify(value) !== '{}';

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
    for (const field of NOT_EPHEMERAL) if (isSet(container[field])) errors.push(forbiddenField(`${at}.${field}`, NOT_FOR_EPHEMERAL));
    container.volumeMounts?.forEach((mount, mountIndex) => {
      for (const field of ['subPath', 'subPathExpr'] as const) {
        if (mount[field]) errors.push(forbiddenField(`${at}.volumeMounts[${mountIndex}].${field}`, NOT_FOR_EPHEMERAL));
      }
    });
  });
}

/** Only Pods mind spaces around an image; templates may keep them. */
export function checkImageSpace(errors: FieldError[], path: string, container: { readonly image?: string }): void {
  const image = container.image ?? '';
  if (image.trim() !== image) errors.push(invalidValue(`${path}.image`, image, 'must not have leading or trailing whitespace'));
}
