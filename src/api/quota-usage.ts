/** What an object counts for in a quota.
 *  Upstream: pkg/quota/v1/evaluator/core */
import type { Container, PersistentVolumeClaim, Pod, ResourceQuota, ScopedResourceSelectorRequirement, Service } from './generated/types.ts';
import type { KubeObject } from './object.ts';
import { isPodTerminal, isSidecar, qosClassOf } from './pod.ts';
import { addQuantities, compareQuantities } from './quantity.ts';
import type { Resource } from './resource.ts';

export type Usage = Readonly<Record<string, string>>;
type List = Readonly<Record<string, string>>;

const PLAIN_COUNTS = new Set(['configmaps', 'persistentvolumeclaims', 'pods', 'replicationcontrollers', 'resourcequotas', 'secrets', 'services']);
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];

function sum(a: List, b: List): List {
  const total: Record<string, string> = { ...a };
  for (const name in b) total[name] = total[name] === undefined ? b[name]! : addQuantities(total[name], b[name]!);
  return total;
}

function most(a: List, b: List): List {
  const top: Record<string, string> = { ...a };
  for (const name in b) if (top[name] === undefined || compareQuantities(b[name]!, top[name]) > 0) top[name] = b[name]!;
  return top;
}

/** As the scheduler counts: the containers together, or an init container with the sidecars before it. */
function podTotal({ spec }: Pod, of: (container: Container) => List): List {
  let running: List = {};
  for (const container of spec?.containers ?? []) running = sum(running, of(container));
  let [sidecars, starting]: List[] = [{}, {}];
  for (const container of spec?.initContainers ?? []) {
    if (isSidecar(container)) sidecars = sum(sidecars!, of(container));
    starting = most(starting!, isSidecar(container) ? sidecars! : sum(sidecars!, of(container)));
  }
  return most(sum(running, sidecars!), starting!);
}

function podUsage(pod: Pod): Usage {
  if (isPodTerminal(pod)) return {};
  const usage: Record<string, string> = { pods: '1', 'count/pods': '1' };
  const overhead = pod.spec?.overhead ?? {};
  const requests = sum(podTotal(pod, (one) => one.resources?.requests ?? {}), overhead);
  const own = podTotal(pod, (one) => one.resources?.limits ?? {});
  const limits = sum(own, Object.fromEntries(Object.entries(overhead).filter(([name]) => own[name] !== undefined))); // Overhead makes no limit.
  for (const name in requests) {
    if (COMPUTE.includes(name)) usage[name] = requests[name]!;
    usage[`requests.${name}`] = requests[name]!;
  }
  for (const name in limits) if (COMPUTE.includes(name)) usage[`limits.${name}`] = limits[name]!;
  return usage;
}

function serviceUsage({ spec }: Service): Usage {
  const ports = spec?.ports?.length ?? 0;
  const usage: Record<string, string> = { services: '1', 'count/services': '1' };
  if (spec?.type === 'NodePort') usage['services.nodeports'] = String(ports);
  if (spec?.type === 'LoadBalancer') {
    usage['services.loadbalancers'] = '1';
    if (spec.allocateLoadBalancerNodePorts !== false) usage['services.nodeports'] = String(ports);
  }
  return usage;
}

function claimUsage({ spec }: PersistentVolumeClaim): Usage {
  const storage = spec?.resources?.requests?.storage;
  const usage: Record<string, string> = { persistentvolumeclaims: '1', 'count/persistentvolumeclaims': '1' };
  const prefix = spec?.storageClassName && `${spec.storageClassName}.storageclass.storage.k8s.io/`;
  if (prefix) usage[`${prefix}persistentvolumeclaims`] = '1';
  if (storage !== undefined) usage['requests.storage'] = storage;
  if (storage !== undefined && prefix) usage[`${prefix}requests.storage`] = storage;
  return usage;
}

export function usageOf(resource: Resource, object: KubeObject): Usage {
  if (resource.group === '') {
    if (resource.kind === 'Pod') return podUsage(object as Pod);
    if (resource.kind === 'Service') return serviceUsage(object as Service);
    if (resource.kind === 'PersistentVolumeClaim') return claimUsage(object as PersistentVolumeClaim);
  }
  const count = `count/${resource.plural}${resource.group === '' ? '' : `.${resource.group}`}`;
  return resource.group === '' && PLAIN_COUNTS.has(resource.plural) ? { [count]: '1', [resource.plural]: '1' } : { [count]: '1' };
}

/** "limits.cpu for: web; requests.memory for: log,web": what a quota counts must be said by every container. */
export function missingResources(resource: Resource, object: KubeObject, hard: readonly string[]): string | undefined {
  if (resource.group !== '' || resource.kind !== 'Pod') return undefined;
  const { spec } = object as Pod;
  const missing: string[] = [];
  for (const name of [...hard].sort()) {
    const [list, of] = name.startsWith('limits.') ? ['limits', name.slice(7)] as const
      : ['requests', name.startsWith('requests.') ? name.slice(9) : name] as const;
    if (of !== 'cpu' && of !== 'memory') continue;
    const silent = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].filter((one) => one.resources?.[list]?.[of] === undefined);
    if (silent.length > 0) missing.push(`${name} for: ${silent.map((one) => one.name).sort().join(',')}`);
  }
  return missing.length === 0 ? undefined : missing.join('; ');
}

function priorityMatches(pod: Pod, { operator, values }: ScopedResourceSelectorRequirement): boolean {
  const name = pod.spec?.priorityClassName ?? '';
  if (operator === 'Exists') return name !== '';
  if (operator === 'DoesNotExist') return name === '';
  return operator === 'In' ? values?.includes(name) ?? false : !(values?.includes(name) ?? false);
}

function crossesNamespaces({ spec }: Pod): boolean {
  const terms = [spec?.affinity?.podAffinity, spec?.affinity?.podAntiAffinity].flatMap((affinity) => [
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ]);
  return terms.some((term) => term.namespaces?.length || term.namespaceSelector);
}

function scopeMatches(pod: Pod, requirement: ScopedResourceSelectorRequirement): boolean {
  const isTerminating = (pod.spec?.activeDeadlineSeconds ?? -1) >= 0;
  switch (requirement.scopeName) {
    case 'Terminating': return isTerminating;
    case 'NotTerminating': return !isTerminating;
    case 'BestEffort': return qosClassOf(pod) === 'BestEffort';
    case 'NotBestEffort': return qosClassOf(pod) !== 'BestEffort';
    case 'PriorityClass': return priorityMatches(pod, requirement);
    case 'CrossNamespacePodAffinity': return crossesNamespaces(pod);
    default: return false;
  }
}

/** A quota with scopes counts only the Pods that match all of them. */
export function scopesMatch({ spec }: ResourceQuota, resource: Resource, object: KubeObject): boolean {
  const requirements: ScopedResourceSelectorRequirement[] = [
    ...(spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' })), ...(spec?.scopeSelector?.matchExpressions ?? []),
  ];
  if (requirements.length === 0) return true;
  if (resource.group !== '' || resource.kind !== 'Pod') return false;
  return requirements.every((requirement) => scopeMatches(object as Pod, requirement));
}
