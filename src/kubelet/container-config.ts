/** What the runtime is asked to make for one container.
 *  Upstream: pkg/kubelet/kuberuntime/kuberuntime_container.go (generateContainerConfig), pkg/kubelet/qos/policy.go */
import type { Container, Pod } from '../api/generated/types.ts';
import { qosClassOf } from '../api/pod.ts';
import { quantityMillis, quantityUnits } from '../api/quantity.ts';
import type { ContainerConfig, LinuxResources } from '../cri/runtime.ts';
import type { Signal } from '../cri/process.ts';
import type { Environment } from './environment.ts';
import { expand } from './expansion.ts';
import { isStatic } from './pod-view.ts';

export function containerConfig(
  pod: Pod, container: Container, attempt: number, environment: Environment, mounts: ContainerConfig['mounts'], nodeMemoryBytes: number,
): ContainerConfig {
  const look = (name: string): string | undefined => environment.get(name);
  const security = container.securityContext;
  const user = userOf(pod, container);
  const target = pod.spec?.ephemeralContainers?.find(({ name }) => name === container.name)?.targetContainerName || undefined;
  return {
    name: container.name, attempt, image: container.image ?? '',
    ...(container.command !== undefined && { command: container.command.map((each) => expand(each, look)) }),
    ...(container.args !== undefined && { args: container.args.map((each) => expand(each, look)) }),
    env: [...environment],
    ...(container.workingDir !== undefined && container.workingDir !== '' && { workingDir: container.workingDir }),
    mounts,
    stdin: container.stdin ?? false, stdinOnce: container.stdinOnce ?? false, tty: container.tty ?? false,
    ...(user !== undefined && { user }),
    readOnlyRootFilesystem: security?.readOnlyRootFilesystem ?? false,
    privileged: security?.privileged ?? false,
    ...(security?.capabilities !== undefined && { capabilities: { add: security.capabilities.add ?? [], drop: security.capabilities.drop ?? [] } }),
    resources: linuxResources(pod, container, nodeMemoryBytes),
    ...(container.lifecycle?.stopSignal !== undefined && { stopSignal: container.lifecycle.stopSignal as Signal }),
    sharedPids: pod.spec?.shareProcessNamespace ?? false,
    ...(target !== undefined && { pidsOf: target }),
    ports: (container.ports ?? []).map((port) => port.containerPort),
  };
}

function userOf(pod: Pod, container: Container): ContainerConfig['user'] {
  const own = container.securityContext;
  const shared = pod.spec?.securityContext;
  const uid = own?.runAsUser ?? shared?.runAsUser;
  const gid = own?.runAsGroup ?? shared?.runAsGroup;
  const groups = [...(shared?.fsGroup === undefined ? [] : [shared.fsGroup]), ...(shared?.supplementalGroups ?? [])];
  if (uid === undefined && gid === undefined && groups.length === 0) return undefined;
  return { ...(uid !== undefined && { uid }), ...(gid !== undefined && { gid }), groups };
}

/** Why a container that must not run as root may not start; undefined: it may. */
export function rootRefusal(pod: Pod, container: Container, imageUser: string | undefined): string | undefined {
  const own = container.securityContext;
  const shared = pod.spec?.securityContext;
  if ((own?.runAsNonRoot ?? shared?.runAsNonRoot) !== true) return undefined;
  const where = `(pod: "${pod.metadata?.name}_${pod.metadata?.namespace}(${pod.metadata?.uid})", container: ${container.name})`;
  const uid = own?.runAsUser ?? shared?.runAsUser;
  if (uid !== undefined) return uid === 0 ? `container's runAsUser breaks non-root policy ${where}` : undefined;
  const user = (imageUser ?? '').split(':')[0] ?? '';
  if (user === '' || user === '0') return `container has runAsNonRoot and image will run as root ${where}`;
  if (/^\d+$/.test(user)) return undefined;
  return `container has runAsNonRoot and image has non-numeric user (${user}), cannot verify user is non-root ${where}`;
}

export function linuxResources(pod: Pod, container: Container, nodeMemoryBytes: number): LinuxResources {
  const { requests, limits } = container.resources ?? {};
  const cpuRequest = requests?.['cpu'] ?? limits?.['cpu'];
  const memoryRequest = requests?.['memory'] ?? limits?.['memory'];
  return {
    ...(cpuRequest !== undefined && { cpuRequestMillis: quantityMillis(cpuRequest) }),
    ...(limits?.['cpu'] !== undefined && { cpuLimitMillis: quantityMillis(limits['cpu']) }),
    ...(memoryRequest !== undefined && { memoryRequestBytes: quantityUnits(memoryRequest) }),
    ...(limits?.['memory'] !== undefined && { memoryLimitBytes: quantityUnits(limits['memory']) }),
    oomScoreAdj: oomScoreAdjust(pod, memoryRequest === undefined ? 0 : quantityUnits(memoryRequest), nodeMemoryBytes),
  };
}

const CRITICAL_PRIORITY = 2_000_000_000;

/** How readily the kernel kills it when memory runs out: 1000 first, -997 last. */
export function oomScoreAdjust(pod: Pod, memoryRequestBytes: number, nodeMemoryBytes: number): number {
  if (isStatic(pod) || (pod.spec?.priority ?? 0) >= CRITICAL_PRIORITY) return -997;
  switch (qosClassOf(pod)) {
    case 'Guaranteed': return -997;
    case 'BestEffort': return 1000;
    case 'Burstable': {
      const score = 1000 - Math.floor((1000 * memoryRequestBytes) / Math.max(1, nodeMemoryBytes));
      return Math.min(Math.max(score, 3), 999);
    }
  }
}
