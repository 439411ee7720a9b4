/** What the node checks before it accepts a Pod, whoever bound it: the scheduler's work is checked again, and a Pod with
 *  a nodeName set by hand meets these checks for the first time.
 *  Upstream: pkg/kubelet/lifecycle/predicate.go, pkg/kubelet/kubelet.go (canAdmitPod) */
import type { Node, Pod } from '../api/generated/types.ts';
import { matchesRequiredNodeAffinity } from '../api/node-affinity.ts';
import { isPodTerminal, podRequest } from '../api/pod.ts';
import { quantityMillis, quantityUnits } from '../api/quantity.ts';
import { isTolerated } from '../api/taints.ts';
import { isStatic } from './pod-view.ts';

/** The event says the message, the status `Pod was rejected: ` before it. */
export interface Refusal { readonly reason: string; readonly message: string }

const SAFE_SYSCTLS = new Set([
  'kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.tcp_syncookies', 'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start', 'net.ipv4.ip_local_reserved_ports', 'net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes', 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem',
]);

/** A Pod that the node has accepted and that has not ended; its requests are remembered once they are known. */
export interface Accepted { readonly pod: Pod; readonly requests: Map<string, number> }

/** undefined: accepted. */
export function admit(pod: Pod, node: Node | undefined, others: readonly Accepted[]): Refusal | undefined {
  const sysctl = pod.spec?.securityContext?.sysctls?.find((each) => !SAFE_SYSCTLS.has(each.name));
  if (sysctl !== undefined) return { reason: 'SysctlForbidden', message: `forbidden sysctl: "${sysctl.name}" not allowlisted` };
  if (pod.spec?.os?.name !== undefined && pod.spec.os.name !== 'linux') {
    return { reason: 'PodOSNotSupported', message: 'Failed to admit pod as the OS field doesn\'t match node OS' };
  }
  if (node === undefined) return undefined;
  const fits = fitsResources(pod, node, others);
  if (fits !== undefined) return fits;
  return isStatic(pod) ? undefined : fitsNode(pod, node, others);
}

const rejected = (reason: string, message: string): Refusal => ({ reason, message });

function fitsResources(pod: Pod, node: Node, others: readonly Accepted[]): Refusal | undefined {
  const allocatable = node.status?.allocatable ?? {};
  const running = others.filter((each) => !isPodTerminal(each.pod));
  const podsMax = quantityUnits(allocatable['pods'] ?? '110');
  if (running.length + 1 > podsMax) {
    return rejected('OutOfpods', `Node didn't have enough resource: pods, requested: 1, used: ${running.length}, capacity: ${podsMax}`);
  }
  for (const name of requestedNames(pod)) {
    const requested = podRequest(pod, name);
    if (requested === 0) continue;
    const capacity = name === 'cpu' ? quantityMillis(allocatable[name] ?? '0') : quantityUnits(allocatable[name] ?? '0');
    let used = 0;
    for (const each of running) used += requestOf(each, name);
    if (requested + used > capacity) {
      return rejected(`OutOf${name}`, `Node didn't have enough resource: ${name}, requested: ${requested}, used: ${used}, capacity: ${capacity}`);
    }
  }
  return undefined;
}

function requestOf({ pod, requests }: Accepted, name: string): number {
  let amount = requests.get(name);
  if (amount === undefined) requests.set(name, amount = podRequest(pod, name));
  return amount;
}

function requestedNames(pod: Pod): readonly string[] {
  const extra = new Set<string>();
  for (const container of pod.spec?.containers ?? []) for (const name of Object.keys(container.resources?.requests ?? {})) extra.add(name);
  return [...new Set(['cpu', 'memory', 'ephemeral-storage', ...[...extra].sort()])];
}

function fitsNode(pod: Pod, node: Node, others: readonly Accepted[]): Refusal | undefined {
  if (!matchesRequiredNodeAffinity(pod, node)) return rejected('NodeAffinity', 'Predicate NodeAffinity failed: node(s) didn\'t match Pod\'s node affinity/selector');
  const wanted = hostPorts(pod);
  const isTaken = (port: string): boolean => others.some((each) => !isPodTerminal(each.pod) && hostPorts(each.pod).includes(port));
  if (wanted.some(isTaken)) {
    return rejected('NodePorts', 'Predicate NodePorts failed: node(s) didn\'t have free ports for the requested pod ports');
  }
  const taint = (node.spec?.taints ?? []).find((each) => each.effect === 'NoExecute' && !isTolerated(each, pod.spec?.tolerations ?? []));
  if (taint === undefined) return undefined;
  return rejected('TaintToleration', `Predicate TaintToleration failed: node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`);
}

const hostPorts = (pod: Pod): readonly string[] => (pod.spec?.containers ?? []).flatMap((container) => (container.ports ?? [])
  .filter((port) => (port.hostPort ?? 0) > 0)
  .map((port) => `${port.protocol ?? 'TCP'}/${port.hostPort}`));
