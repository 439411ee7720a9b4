/** Starts one container: image, environment, creation, start, postStart, in this order, each with its events and the
 *  waiting reason that the API shows when it fails.
 *  Upstream: pkg/kubelet/kuberuntime/kuberuntime_container.go (startContainer) */
import { ApiError } from '../api/errors.ts';
import type { ConfigMap, Container, Pod, Secret } from '../api/generated/types.ts';
import { Pods } from '../api/resources.ts';
import { TransportError } from '../api/transport.ts';
import { TimeoutError, withTimeout } from '../base/with-timeout.ts';
import { FileError } from '../cri/files.ts';
import { CreateContainerError, StartError } from '../cri/runtime.ts';
import { containerConfig, rootRefusal } from './container-config.ts';
import type { StartFailure } from './container-statuses.ts';
import type { KubeletContext } from './context.ts';
import { ConfigError, makeEnvironment, type Environment } from './environment.ts';
import type { ImageManager } from './image-manager.ts';
import { graceOf, killContainer } from './kill-container.ts';
import { runHook } from './lifecycle-hooks.ts';
import { attemptsOnDisk, containerMounts } from './mounts.ts';
import type { PodCache } from './pod-cache.ts';
import type { PodState } from './pod-state.ts';
import { fieldPathOf, isStatic, latest } from './pod-view.ts';
import type { ProbeManager } from './probes/probe-manager.ts';
import type { VolumeManager } from './volume-manager.ts';

export interface Tools {
  readonly context: KubeletContext;
  readonly cache: PodCache;
  readonly images: ImageManager;
  readonly volumes: VolumeManager;
  readonly probes: ProbeManager;
}

const SERVICES_MS = 10_000;

export type StartOutcome = (StartFailure & { readonly retryAtMs?: number }) | undefined;

/** undefined: it runs. Throws AbortedError when the Pod is to stop. */
export async function startContainer(tools: Tools, state: PodState, container: Container, sandboxId: string): Promise<StartOutcome> {
  const { pod, cancel } = state;
  const say = (type: 'Normal' | 'Warning', reason: string, message: string): void =>
    tools.context.recorder.event(Pods, pod, type, reason, message, { fieldPath: fieldPathOf(pod, container.name) });
  const image = await tools.images.ensure(pod, container, cancel);
  if (!image.ok) {
    say('Warning', 'Failed', `Error: ${image.reason}`);
    return image;
  }
  cancel.check();
  const created = await create(tools, state, container, sandboxId);
  if (typeof created !== 'string') {
    say('Warning', 'Failed', `Error: ${created.message}`);
    return created;
  }
  say('Normal', 'Created', `Created container: ${container.name}`);
  try {
    await tools.context.runtime.startContainer(created);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    say('Warning', 'Failed', `Error: ${error.message}`);
    return { reason: 'RunContainerError', message: error.message };
  }
  say('Normal', 'Started', `Started container ${container.name}`);
  const record = tools.context.runtime.containerStatus(created);
  if (record?.state === 'running') tools.probes.watch(pod, container, created, record.startedAtMs ?? record.createdAtMs, false);
  return afterStart(tools, state, container, created, say);
}

async function afterStart(
  tools: Tools, state: PodState, container: Container, id: string, say: (type: 'Normal' | 'Warning', reason: string, message: string) => void,
): Promise<StartOutcome> {
  const hook = container.lifecycle?.postStart;
  if (hook === undefined) return undefined;
  const problem = await state.cancel.run('postStart', () => runHook(tools.context, state.pod, container, id, hook));
  if (problem === undefined) return undefined;
  say('Warning', 'FailedPostStartHook', 'PostStartHook failed');
  const record = tools.context.runtime.containerStatus(id);
  if (record?.state === 'running') {
    await killContainer(tools.context, state.pod, container, record, { graceMs: graceOf(state.pod, container), message: 'FailedPostStartHook' });
  }
  return { reason: 'PostStartHookError', message: problem };
}

/** The id of the new container, or why there is none. */
async function create(tools: Tools, state: PodState, container: Container, sandboxId: string): Promise<string | StartFailure> {
  const { context, cache, volumes } = tools;
  const { pod } = state;
  const attempt = nextAttempt(tools, state, container);
  try {
    const refusal = rootRefusal(pod, container, context.runtime.imageStatus(container.image ?? '')?.user);
    if (refusal !== undefined) throw new ConfigError(refusal);
    const environment = await environmentOf(tools, state, container);
    state.cancel.check();
    const mounts = containerMounts(context, { pod, container, attempt, volumes: state.volumes ?? new Map(), environment, directory: volumes.directoryOf(state.uid) });
    const id = context.runtime.createContainer(sandboxId, containerConfig(pod, container, attempt, environment, mounts, context.memoryBytes));
    dropOldOnes(tools, state, container.name);
    cache.addContainer(state.uid, id);
    return id;
  } catch (error) {
    if (error instanceof ConfigError) return { reason: 'CreateContainerConfigError', message: error.message };
    if (error instanceof CreateContainerError) return { reason: error.reason, message: error.message };
    if (error instanceof FileError) return { reason: 'CreateContainerConfigError', message: `failed to prepare subPath for volumeMount of container "${container.name}"` };
    throw error;
  }
}

function nextAttempt(tools: Tools, state: PodState, container: Container): number {
  const record = latest(tools.cache.view(state.uid), container.name);
  if (record !== undefined) return record.config.attempt + 1;
  const onDisk = attemptsOnDisk(tools.context.files, tools.volumes.directoryOf(state.uid), container.name);
  if (onDisk > 0) return onDisk;
  const { status } = state.pod;
  const known = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].find((each) => each.name === container.name);
  return known?.containerID === undefined || known.containerID === '' ? known?.restartCount ?? 0 : known.restartCount + 1;
}

/** One dead container of each name is kept, for `kubectl logs --previous` and lastState. */
function dropOldOnes({ context, cache, probes }: Tools, state: PodState, name: string): void {
  for (const record of cache.view(state.uid).containers.filter((each) => each.config.name === name).slice(1)) {
    probes.forget(record.id);
    context.runtime.removeContainer(record.id);
    cache.dropContainer(state.uid, record.id);
    state.terminationMessages.delete(record.id);
  }
}

async function environmentOf(tools: Tools, state: PodState, container: Container): Promise<Environment> {
  const { context, volumes } = tools;
  const { pod, uid } = state;
  const namespace = pod.metadata?.namespace ?? '';
  if (!isStatic(pod) && !context.services.hasSynced) await servicesRead(tools, state);
  const names = referencesOf(container);
  const configMaps = new Map<string, ConfigMap | undefined>();
  const secrets = new Map<string, Secret | undefined>();
  try {
    for (const name of names.configMaps) configMaps.set(name, await state.cancel.run('configmap', () => volumes.objects.configMap(namespace, name, uid)));
    for (const name of names.secrets) secrets.set(name, await state.cancel.run('secret', () => volumes.objects.secret(namespace, name, uid)));
  } catch (error) {
    if (error instanceof TimeoutError || error instanceof TransportError || error instanceof ApiError) {
      throw new ConfigError('failed to sync configmap cache: timed out waiting for the condition');
    }
    throw error;
  }
  return makeEnvironment(pod, container, {
    services: context.services.list(), allocatable: context.allocatable(), nodeName: context.nodeName, hostIP: context.nodeIP, podIP: podIPOf(context, pod),
    configMap: (name) => configMaps.get(name), secret: (name) => secrets.get(name),
  });
}

/** Without them the container would not know where the API is. */
async function servicesRead({ context }: Tools, { cancel }: PodState): Promise<void> {
  try {
    await cancel.run('services', () => withTimeout(context.world, SERVICES_MS, () => context.services.synced()));
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    throw new ConfigError('services have not yet been read at least once, cannot construct envvars');
  }
}

const podIPOf = (context: KubeletContext, pod: Pod): string => (pod.spec?.hostNetwork === true ? context.nodeIP : context.podIP(pod));

function referencesOf(container: Container): { readonly configMaps: ReadonlySet<string>; readonly secrets: ReadonlySet<string> } {
  const configMaps = new Set<string>();
  const secrets = new Set<string>();
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    if (configMapRef !== undefined) configMaps.add(configMapRef.name ?? '');
    if (secretRef !== undefined) secrets.add(secretRef.name ?? '');
  }
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.configMapKeyRef !== undefined) configMaps.add(valueFrom.configMapKeyRef.name ?? '');
    if (valueFrom?.secretKeyRef !== undefined) secrets.add(valueFrom.secretKeyRef.name ?? '');
  }
  return { configMaps, secrets };
}
