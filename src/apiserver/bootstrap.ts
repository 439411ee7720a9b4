/** The objects that a control plane makes when it first starts. Written straight to the store, before anybody asks.
 *  Upstream: pkg/controlplane/controller, pkg/registry/{rbac,scheduling}/rest */
import { rfc3339 } from '../base/time.ts';
import type { World } from '../base/world.ts';
import type { Endpoints as EndpointsObject, EndpointSlice, FlowSchema, IPAddress, Namespace, PriorityClass, PriorityLevelConfiguration, Service, ServiceCIDR } from '../api/generated/types.ts';
import type { KubeObject } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import {
  apiVersionOf, ClusterRoleBindings, ClusterRoles, Endpoints, EndpointSlices, FlowSchemas, IPAddresses, Namespaces, PriorityClasses,
  PriorityLevelConfigurations, RoleBindings, Roles, ServiceCIDRs, Services,
} from '../api/resources.ts';
import { bootstrapClusterRoleBindings, bootstrapClusterRoles, bootstrapNamespacedRoles } from './authorization/bootstrap-policy.ts';
import type { Kinds } from './kinds.ts';
import { countsGenerations } from './object-meta.ts';
import { firstIpOf } from './range-allocator.ts';
import type { Storage } from './storage.ts';

export interface BootstrapOptions {
  readonly serviceCidr: string;
  /** Where the apiserver itself listens: the kubernetes Service leads there. */
  readonly advertiseAddress: string;
  readonly securePort: number;
}

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/** Makes what is missing; a restarted server finds everything and makes nothing. */
export function bootstrap(world: World, storage: Storage, kinds: Kinds, options: BootstrapOptions): void {
  const now = rfc3339(world.clock.now());
  const ensure = <T extends KubeObject>(resource: Resource<T>, object: T): void => {
    const kind = kinds.of(resource);
    const { name = '', namespace = '' } = object.metadata ?? {};
    if (storage.get(kind, namespace, name) !== undefined) return;
    const whole = {
      apiVersion: apiVersionOf(resource), kind: resource.kind, ...kind.strategy.applyDefaults(object),
      metadata: { ...kind.strategy.applyDefaults(object).metadata, uid: world.random.uuid(), creationTimestamp: now, ...(countsGenerations(kind) && { generation: 1 }) },
    };
    storage.put(kind, whole, 0);
  };
  for (const name of NAMESPACES) ensure(Namespaces, namespaceOf(name));
  for (const priorityClass of PRIORITY_CLASSES) ensure(PriorityClasses, priorityClass);
  for (const role of bootstrapClusterRoles()) ensure(ClusterRoles, role);
  for (const binding of bootstrapClusterRoleBindings()) ensure(ClusterRoleBindings, binding);
  for (const role of bootstrapNamespacedRoles()) ensure((role.kind === 'Role' ? Roles : RoleBindings) as Resource<KubeObject>, role);
  for (const level of PRIORITY_LEVELS) ensure(PriorityLevelConfigurations, level);
  for (const schema of FLOW_SCHEMAS) ensure(FlowSchemas, schema);
  const ip = firstIpOf(options.serviceCidr);
  ensure(ServiceCIDRs, serviceCidrOf(options.serviceCidr, now));
  ensure(Services, kubernetesService(ip, options));
  ensure(IPAddresses, ipAddressOf(ip));
  ensure(Endpoints, kubernetesEndpoints(options));
  ensure(EndpointSlices, kubernetesSlice(options));
}

const namespaceOf = (name: string): Namespace => ({
  metadata: { name, labels: { 'kubernetes.io/metadata.name': name } }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' },
});

const PRIORITY_CLASSES: readonly PriorityClass[] = [
  {
    metadata: { name: 'system-cluster-critical' }, value: 2_000_000_000, preemptionPolicy: 'PreemptLowerPriority',
    description: 'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
  {
    metadata: { name: 'system-node-critical' }, value: 2_000_001_000, preemptionPolicy: 'PreemptLowerPriority',
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
];

function kubernetesService(ip: string, { securePort }: BootstrapOptions): Service {
  return {
    metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      clusterIP: ip, clusterIPs: [ip], internalTrafficPolicy: 'Cluster', ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack', sessionAffinity: 'None', type: 'ClusterIP',
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: securePort }],
    },
    status: { loadBalancer: {} },
  };
}

function kubernetesEndpoints({ advertiseAddress, securePort }: BootstrapOptions): EndpointsObject {
  return {
    metadata: { name: 'kubernetes', namespace: 'default', labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip: advertiseAddress }], ports: [{ name: 'https', port: securePort, protocol: 'TCP' }] }],
  };
}

function kubernetesSlice({ advertiseAddress, securePort }: BootstrapOptions): EndpointSlice {
  return {
    metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [advertiseAddress], conditions: { ready: true } }],
    ports: [{ name: 'https', port: securePort, protocol: 'TCP' }],
  };
}

const serviceCidrOf = (cidr: string, now: string): ServiceCIDR => ({
  metadata: { name: 'kubernetes', finalizers: ['networking.k8s.io/service-cidr-finalizer'] }, spec: { cidrs: [cidr] },
  status: { conditions: [{ type: 'Ready', status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready', lastTransitionTime: now }] },
});

const ipAddressOf = (ip: string): IPAddress => ({
  metadata: { name: ip, labels: { 'ipaddress.kubernetes.io/ip-family': 'IPv4', 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' } },
  spec: { parentRef: { name: 'kubernetes', namespace: 'default', resource: 'services' } },
});

/** [name, shares of the server's concurrency]. */
const LEVELS: readonly (readonly [name: string, shares: number])[] = [
  ['system', 30], ['node-high', 40], ['leader-election', 10], ['workload-high', 40], ['workload-low', 100], ['global-default', 20],
];

const PRIORITY_LEVELS: readonly PriorityLevelConfiguration[] = [
  { metadata: { name: 'exempt' }, spec: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } } },
  { metadata: { name: 'catch-all' }, spec: { type: 'Limited', limited: { nominalConcurrencyShares: 5, lendablePercent: 0, limitResponse: { type: 'Reject' } } } },
  ...LEVELS.map(([name, nominalConcurrencyShares]): PriorityLevelConfiguration => ({
    metadata: { name },
    spec: {
      type: 'Limited',
      limited: { nominalConcurrencyShares, lendablePercent: 0, limitResponse: { type: 'Queue', queuing: { queues: 64, handSize: 6, queueLengthLimit: 50 } } },
    },
  })),
];

const FLOW_SCHEMAS: readonly FlowSchema[] = ([
  ['exempt', 'exempt', 1], ['probes', 'exempt', 2], ['system-leader-election', 'leader-election', 100], ['endpoint-controller', 'workload-high', 150],
  ['workload-leader-election', 'leader-election', 200], ['system-node-high', 'node-high', 400], ['system-nodes', 'system', 500],
  ['kube-controller-manager', 'workload-high', 800], ['kube-scheduler', 'workload-high', 800], ['kube-system-service-accounts', 'workload-high', 900],
  ['service-accounts', 'workload-low', 9000], ['global-default', 'global-default', 9900], ['catch-all', 'catch-all', 10_000],
] as const).map(([name, level, matchingPrecedence]) => ({
  metadata: { name }, spec: { priorityLevelConfiguration: { name: level }, matchingPrecedence, ...(level !== 'exempt' && { distinguisherMethod: { type: 'ByUser' } }) },
}));
