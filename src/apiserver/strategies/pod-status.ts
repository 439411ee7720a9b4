/** What a Pod's status may not become: what has ended stays so, and a class of service is for life.
 *  Upstream: pkg/apis/core/validation/validation.go (ValidatePodStatusUpdate) */
import { duplicate, type FieldError, forbiddenField, invalidPrinted, invalidValue } from '../../api/field-error.ts';
import type { ContainerStatus, Pod, PodStatus } from '../../api/generated/types.ts';
import { ipFamily, isIp } from '../../api/ip.ts';
import { isSidecar } from '../../api/pod.ts';
import { checkImmutable, complain, type Errors } from './field-checks.ts';
import { goSyntax } from './go-syntax.ts';
import { dns1123Subdomain, qualifiedName } from './names.ts';
import { checkAnnotationChange } from './pod-annotations.ts';
import { IP } from './pod-spec.ts';

const SYSTEM_CONDITIONS = new Set(['PodScheduled', 'Ready', 'Initialized']);
type Statuses = readonly ContainerStatus[] | undefined;

/** `mayStart`: containers that may run again after their end. */
function checkTransitions(errors: Errors, path: string, next: Statuses, old: Statuses, mayStart: (status: ContainerStatus) => boolean): void {
  old?.forEach((status, index) => {
    if (!status.state?.terminated || mayStart(status)) return;
    for (const one of next ?? []) {
      if (one.name === status.name && !one.state?.terminated) {
        errors.push(forbiddenField(`${path}[${index}].state`, 'may not be transitioned to non-terminated state'));
      }
    }
  });
}

function checkContainerStates(errors: Errors, { status = {} }: Pod, old: Pod): void {
  const policy = old.spec?.restartPolicy;
  const mayRestart = ({ state }: ContainerStatus): boolean =>
    policy === 'Always' || (policy === 'OnFailure' && (state?.terminated?.exitCode ?? 0) !== 0);
  const sidecars = new Set((old.spec?.initContainers ?? []).filter(isSidecar).map(({ name }) => name));
  checkTransitions(errors, 'status.containerStatuses', status.containerStatuses, old.status?.containerStatuses, mayRestart);
  checkTransitions(errors, 'status.initContainerStatuses', status.initContainerStatuses, old.status?.initContainerStatuses,
    (one) => mayRestart(one) || sidecars.has(one.name));
  checkTransitions(errors, 'status.ephemeralContainerStatuses', status.ephemeralContainerStatuses, old.status?.ephemeralContainerStatuses,
    () => false);
}

function checkIps(errors: Errors, path: string, type: string, ips: readonly { readonly ip: string }[]): void {
  ips.forEach(({ ip }, index) => {
    if (!isIp(ip)) errors.push(invalidValue(`${path}[${index}]`, ip, IP));
  });
  if (ips.length < 2) return;
  const families = new Set(ips.map(({ ip }) => ipFamily(ip)));
  if (families.size < 2 || ips.length > 2) {
    errors.push(invalidPrinted(path, goSyntax(ips, `[]${type}`), 'may specify no more than one IP for each IP family'));
  }
  const seen = new Set<string>();
  ips.forEach((one, index) => {
    if (seen.has(one.ip)) errors.push({ ...duplicate(`${path}[${index}]`, ''), value: goSyntax(one, type) });
    seen.add(one.ip);
  });
}

/** A writer who leaves the class out means the one that is there. */
export function prepareForStatus(pod: Pod, old: Pod): Pod {
  if (pod.status?.qosClass || !old.status?.qosClass) return pod;
  return { ...pod, status: { ...pod.status, qosClass: old.status.qosClass } };
}

export function checkStatusChange(pod: Pod, old: Pod): readonly FieldError[] {
  const errors: Errors = [];
  const [status, before]: [PodStatus, PodStatus] = [pod.status ?? {}, old.status ?? {}];
  checkAnnotationChange(errors, 'metadata.annotations', pod.metadata?.annotations, old.metadata?.annotations);
  status.conditions?.forEach(({ type }, index) => {
    if (!SYSTEM_CONDITIONS.has(type)) complain(errors, `metadata.conditions[${index}].Type`, type, qualifiedName(type));
  });
  const { nominatedNodeName: node } = status;
  if (node && node !== before.nominatedNodeName) complain(errors, 'status.nominatedNodeName', node, dns1123Subdomain(node));
  checkImmutable(errors, 'status.qosClass', status.qosClass ?? '', before.qosClass ?? '');
  checkContainerStates(errors, pod, old);
  checkIps(errors, 'status.podIPs', 'core.PodIP', status.podIPs ?? []);
  const [first] = status.hostIPs ?? [];
  if (first && status.hostIP !== first.ip) errors.push(invalidValue('status.hostIPs[0].ip', first.ip, 'must be equal to `hostIP`'));
  checkIps(errors, 'status.hostIPs', 'core.HostIP', status.hostIPs ?? []);
  return errors;
}
