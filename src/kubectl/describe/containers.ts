/** Containers as describe prints them, of Pods (with their state) and of templates (without).
 *  Upstream: staging/src/k8s.io/kubectl/pkg/describe/describe.go describeContainers */
import type { Container, ContainerState, ContainerStatus, EnvVar, Probe } from '../../api/generated/types.ts';
import { rfc1123z } from '../duration.ts';
import { byText } from '../obj.ts';
import { type Text, boolWord, orNone } from './text.ts';

/** Values of fields and resources that only a Pod has. */
export type Resolve = (env: EnvVar) => string;

export function describeContainers(
  text: Text,
  label: string,
  containers: readonly Container[],
  statuses: readonly ContainerStatus[] | undefined,
  resolve: Resolve,
  indent: string,
): void {
  text.raw(`${indent}${label}:${containers.length === 0 ? ' <none>' : ''}\n`);
  const inner = indent === '' ? '' : ' ';
  for (const container of containers) {
    const status = statuses?.find((s) => s.name === container.name);
    text.line(1, `${inner}${container.name}:`);
    basics(text, container, status);
    words(text, 'Command', container.command);
    words(text, 'Args', container.args);
    if (status !== undefined) states(text, status);
    resources(text, container);
    probes(text, container);
    environment(text, container, resolve);
    mounts(text, container);
  }
}

function basics(text: Text, container: Container, status: ContainerStatus | undefined): void {
  if (status !== undefined) text.line(2, `Container ID:\t${status.containerID ?? ''}`);
  text.line(2, `Image:\t${container.image ?? ''}`);
  if (status !== undefined) text.line(2, `Image ID:\t${status.imageID}`);
  const ports = container.ports ?? [];
  const several = ports.length > 1 ? 's' : '';
  text.line(2, `Port${several}:\t${orNone(ports.map((p) => `${p.containerPort}/${p.protocol ?? 'TCP'}`).join(', '))}`);
  text.line(2, `Host Port${several}:\t${orNone(ports.map((p) => `${p.hostPort ?? 0}/${p.protocol ?? 'TCP'}`).join(', '))}`);
  const seccomp = container.securityContext?.seccompProfile;
  if (seccomp !== undefined) {
    text.line(2, `SeccompProfile:\t${seccomp.type}`);
    if (seccomp.type === 'Localhost') text.line(3, `LocalhostProfile:\t${seccomp.localhostProfile ?? ''}`);
  }
}

function words(text: Text, title: string, all: readonly string[] | undefined): void {
  if (all === undefined || all.length === 0) return;
  text.line(2, `${title}:`);
  for (const word of all) for (const line of word.split('\n')) text.line(3, line);
}

function states(text: Text, status: ContainerStatus): void {
  state(text, 'State', status.state);
  if (status.lastState?.terminated !== undefined) state(text, 'Last State', status.lastState);
  text.line(2, `Ready:\t${boolWord(status.ready)}`);
  text.line(2, `Restart Count:\t${status.restartCount}`);
}

function state(text: Text, title: string, of: ContainerState | undefined): void {
  if (of?.running !== undefined) {
    text.line(2, `${title}:\tRunning`);
    text.line(3, `Started:\t${rfc1123z(of.running.startedAt)}`);
  } else if (of?.terminated !== undefined) {
    const { reason, message, exitCode, signal, startedAt, finishedAt } = of.terminated;
    text.line(2, `${title}:\tTerminated`);
    if (reason) text.line(3, `Reason:\t${reason}`);
    if (message) text.line(3, `Message:\t${message}`);
    text.line(3, `Exit Code:\t${exitCode}`);
    if (signal) text.line(3, `Signal:\t${signal}`);
    text.line(3, `Started:\t${rfc1123z(startedAt)}`);
    text.line(3, `Finished:\t${rfc1123z(finishedAt)}`);
  } else {
    text.line(2, `${title}:\tWaiting`);
    if (of?.waiting?.reason) text.line(3, `Reason:\t${of.waiting.reason}`);
  }
}

function resources(text: Text, container: Container): void {
  for (const [title, values] of [
    ['Limits', container.resources?.limits],
    ['Requests', container.resources?.requests],
  ] as const) {
    if (values === undefined || Object.keys(values).length === 0) continue;
    text.line(2, `${title}:`);
    for (const name of Object.keys(values).sort(byText)) text.line(3, `${name}:\t${values[name] ?? ''}`);
  }
}

function probes(text: Text, container: Container): void {
  if (container.livenessProbe !== undefined) text.line(2, `Liveness:\t${probeText(container.livenessProbe)}`);
  if (container.readinessProbe !== undefined) text.line(2, `Readiness:\t${probeText(container.readinessProbe)}`);
  if (container.startupProbe !== undefined) text.line(2, `Startup:\t${probeText(container.startupProbe)}`);
}

export function probeText(probe: Probe): string {
  const numbers =
    `delay=${probe.initialDelaySeconds ?? 0}s timeout=${probe.timeoutSeconds ?? 1}s period=${probe.periodSeconds ?? 10}s ` +
    `#success=${probe.successThreshold ?? 1} #failure=${probe.failureThreshold ?? 3}`;
  if (probe.exec !== undefined) return `exec [${(probe.exec.command ?? []).join(' ')}] ${numbers}`;
  if (probe.httpGet !== undefined) {
    const { scheme = 'HTTP', host = '', port, path = '' } = probe.httpGet;
    return `http-get ${scheme.toLowerCase()}://${host}:${port}${path.startsWith('/') ? path : `/${path}`} ${numbers}`;
  }
  if (probe.tcpSocket !== undefined) return `tcp-socket ${probe.tcpSocket.host ?? ''}:${probe.tcpSocket.port} ${numbers}`;
  if (probe.grpc !== undefined) return `grpc <pod>:${probe.grpc.port} ${probe.grpc.service ?? ''} ${numbers}`;
  return `unknown ${numbers}`;
}

function environment(text: Text, container: Container, resolve: Resolve): void {
  const from = container.envFrom ?? [];
  if (from.length > 0) text.line(2, 'Environment Variables from:');
  for (const source of from) {
    const kind = source.configMapRef === undefined ? 'Secret' : 'ConfigMap';
    const ref = source.configMapRef ?? source.secretRef;
    const prefix = source.prefix ? ` with prefix '${source.prefix}'` : '';
    text.line(3, `${ref?.name ?? ''}\t${kind}${prefix}\tOptional: ${ref?.optional ?? false}`);
  }
  const env = container.env ?? [];
  text.line(2, env.length === 0 ? 'Environment:\t<none>' : 'Environment:');
  for (const variable of env) variableLines(text, variable, resolve);
}

function variableLines(text: Text, variable: EnvVar, resolve: Resolve): void {
  const from = variable.valueFrom;
  if (from === undefined) {
    (variable.value ?? '').split('\n').forEach((line, i) => text.line(3, `${i === 0 ? `${variable.name}:` : ''}\t${line}`));
  } else if (from.fieldRef !== undefined) {
    text.line(3, `${variable.name}:\t${resolve(variable)} (${from.fieldRef.apiVersion ?? 'v1'}:${from.fieldRef.fieldPath})`);
  } else if (from.resourceFieldRef !== undefined) {
    text.line(3, `${variable.name}:\t${resolve(variable)} (${from.resourceFieldRef.resource})`);
  } else if (from.secretKeyRef !== undefined) {
    text.line(
      3,
      `${variable.name}:\t<set to the key '${from.secretKeyRef.key}' in secret '${from.secretKeyRef.name ?? ''}'>\tOptional: ${from.secretKeyRef.optional ?? false}`,
    );
  } else if (from.configMapKeyRef !== undefined) {
    text.line(
      3,
      `${variable.name}:\t<set to the key '${from.configMapKeyRef.key}' of config map '${from.configMapKeyRef.name ?? ''}'>\tOptional: ${from.configMapKeyRef.optional ?? false}`,
    );
  }
}

function mounts(text: Text, container: Container): void {
  const all = [...(container.volumeMounts ?? [])].sort((a, b) => byText(a.mountPath, b.mountPath));
  text.line(2, all.length === 0 ? 'Mounts:\t<none>' : 'Mounts:');
  for (const mount of all) {
    const flags = [mount.readOnly === true ? 'ro' : 'rw', ...(mount.subPath ? [`path="${mount.subPath}"`] : [])].join(',');
    text.line(3, `${mount.mountPath} from ${mount.name} (${flags})`);
  }
  const devices = container.volumeDevices ?? [];
  if (devices.length > 0) text.line(2, 'Devices:');
  for (const device of devices) text.line(3, `${device.devicePath} from ${device.name}`);
}
