/** What is true of a healthy cluster at rest: everything asked for is there, nothing is stuck, nothing is left over. */
import type { Deployment, Node, Pod, ReplicaSet, Service } from '../../src/api/generated/types.ts';
import type { EndpointSlice } from '../../src/api/generated/types.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Etcd } from '../../src/etcd/etcd.ts';
import { DEPLOYMENTS, NODES, PODS, REPLICA_SETS, SERVICES } from './rule.ts';

const all = <T extends KubeObject>(store: Etcd, prefix: string): readonly T[] => store.range(prefix).kvs.map(({ value }) => value as T);
const named = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata?.namespace ? `${metadata.namespace}/` : ''}${metadata?.name}`;
const isReady = (object: Node | Pod): boolean => (object.status?.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True');
const isFinished = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

function stuckNode(node: Node): string | undefined {
  if (!isReady(node)) return `${named(node)} is not Ready`;
  const taint = node.spec?.taints?.find(({ key }) => key !== 'node-role.kubernetes.io/control-plane');
  return taint && `${named(node)} is tainted ${taint.key}`;
}

function stuckPod(pod: Pod): string | undefined {
  if (pod.metadata?.deletionTimestamp) return `${named(pod)} is still there, although it is deleted`;
  if (isFinished(pod) || isReady(pod)) return undefined;
  const waiting = pod.status?.containerStatuses?.find(({ state }) => state?.waiting)?.state?.waiting?.reason;
  return `${named(pod)} is not Ready (${pod.status?.phase}${waiting ? `, ${waiting}` : ''}, on ${pod.spec?.nodeName ?? 'no node'})`;
}

function stuckDeployment(deployment: Deployment): string | undefined {
  const { spec, status = {}, metadata } = deployment;
  const wanted = spec?.replicas ?? 1;
  if (metadata?.deletionTimestamp) return `${named(deployment)} is still there, although it is deleted`;
  if (status.observedGeneration !== metadata?.generation) return `${named(deployment)} was not looked at`;
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  if (replicas === wanted && updatedReplicas === wanted && availableReplicas === wanted) return undefined;
  return `${named(deployment)} wants ${wanted} and has ${replicas}, ${updatedReplicas} of them new and ${availableReplicas} available`;
}

function stuckSet(set: ReplicaSet, pods: readonly Pod[]): string | undefined {
  if (set.metadata?.deletionTimestamp) return `${named(set)} is still there, although it is deleted`;
  const has = pods.filter((pod) => !isFinished(pod) && pod.metadata?.ownerReferences?.some(({ uid }) => uid === set.metadata?.uid)).length;
  return has === (set.spec?.replicas ?? 1) ? undefined : `${named(set)} wants ${set.spec?.replicas} and has ${has}`;
}

/** Everybody's owner is there; else the garbage collector has missed it. */
function leftOver(store: Etcd): readonly string[] {
  const everything = [PODS, REPLICA_SETS, DEPLOYMENTS].flatMap((prefix) => all(store, prefix));
  const uids = new Set([...everything, ...all(store, NODES), ...all(store, '/registry/daemonsets/')].map(({ metadata }) => metadata?.uid));
  return everything.flatMap((object) => {
    const owners = object.metadata?.ownerReferences ?? [];
    return owners.length > 0 && !owners.some(({ uid }) => uids.has(uid)) ? [`${named(object)} has outlived its owner`] : [];
  });
}

/** The ready Pods of a Service are the addresses of its slices. */
function wrongEndpoints(service: Service, pods: readonly Pod[], slices: readonly EndpointSlice[]): string | undefined {
  const selector = Object.entries(service.spec?.selector ?? {});
  if (selector.length === 0) return undefined;
  const inNamespace = (object: KubeObject): boolean => object.metadata?.namespace === service.metadata?.namespace;
  const wanted = pods
    .filter((pod) => inNamespace(pod) && isReady(pod) && !isFinished(pod) && selector.every(([name, value]) => pod.metadata?.labels?.[name] === value))
    .map(({ status }) => status?.podIP ?? '');
  const has = slices
    .filter((slice) => inNamespace(slice) && slice.metadata?.labels?.['kubernetes.io/service-name'] === service.metadata?.name)
    .flatMap(({ endpoints }) => (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false).flatMap(({ addresses }) => addresses));
  const text = (list: readonly string[]): string => [...new Set(list)].sort().join(' ');
  return text(wanted) === text(has) ? undefined : `${named(service)} leads to [${text(has)}] and not to [${text(wanted)}]`;
}

/** Empty: the cluster is at rest and healthy. */
export function unrest(store: Etcd): readonly string[] {
  const pods = all<Pod>(store, PODS);
  const slices = all<EndpointSlice>(store, '/registry/endpointslices/');
  const found = [
    ...all<Node>(store, NODES).map(stuckNode),
    ...pods.map(stuckPod),
    ...all<Deployment>(store, DEPLOYMENTS).map(stuckDeployment),
    ...all<ReplicaSet>(store, REPLICA_SETS).map((set) => stuckSet(set, pods)),
    ...all<Service>(store, SERVICES).map((service) => wrongEndpoints(service, pods, slices)),
  ];
  return [...found.filter((text) => text !== undefined), ...leftOver(store)];
}
