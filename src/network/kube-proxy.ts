/** kube-proxy: watches Services and EndpointSlices and keeps the node's rules. When it is killed the rules stay as they
 *  were, and go stale.
 *  Upstream: pkg/proxy/iptables/proxier.go, pkg/proxy/{servicechangetracker,endpointschangetracker}.go */
import type { World } from '../base/world.ts';
import type { EndpointSlice, Service, ServicePort } from '../api/generated/types.ts';
import { keyOf } from '../api/meta.ts';
import { EndpointSlices, Nodes, Services } from '../api/resources.ts';
import type { Transport, UserInfo } from '../api/transport.ts';
import { createClient } from '../client/create-client.ts';
import type { Informer } from '../client/informer.ts';
import { createInformer } from '../client/reflector.ts';
import type { NodeNetwork } from './node-network.ts';
import type { ServiceEndpoint, ServicePortRules } from './service-rules.ts';

export interface KubeProxyOptions {
  readonly world: World;
  readonly transport: Transport;
  readonly network: NodeNetwork;
  readonly nodeName: string;
  readonly user?: UserInfo;
}

const SERVICE_NAME = 'kubernetes.io/service-name';
/** Changes within this time are programmed together. Upstream: minSyncPeriod. */
const MIN_SYNC_MS = 1000;
const FIRST_SYNC_MS = 10;

/** The endpoints of one port of a Service, by the port's name. */
function endpointsOf(slices: readonly EndpointSlice[], port: ServicePort, nodeName: string): readonly ServiceEndpoint[] {
  const found: ServiceEndpoint[] = [];
  for (const slice of slices) {
    const target = (slice.ports ?? []).find((one) => (one.name ?? '') === (port.name ?? '') && (one.protocol ?? 'TCP') === (port.protocol ?? 'TCP'));
    if (target?.port === undefined) continue;
    for (const endpoint of slice.endpoints ?? []) {
      const { ready = true, serving = ready, terminating = false } = endpoint.conditions ?? {};
      for (const address of endpoint.addresses) {
        found.push({
          address, port: target.port, ready, serving, terminating, local: endpoint.nodeName === nodeName, node: endpoint.nodeName,
          ...(endpoint.targetRef && { target: `${endpoint.targetRef.namespace}/${endpoint.targetRef.name}` }), zones: endpoint.hints?.forZones?.map((zone) => zone.name),
        });
      }
    }
  }
  return found.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
}

/** Only endpoints hinted for the node's zone, where every one is hinted and the zone has some. */
function inZone(endpoints: readonly ServiceEndpoint[], zone: string | undefined): readonly ServiceEndpoint[] {
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  if (!zone || ready.length === 0 || !ready.every((endpoint) => endpoint.zones?.length)) return endpoints;
  const near = endpoints.filter((endpoint) => endpoint.zones?.includes(zone));
  return near.some((endpoint) => endpoint.ready) ? near : endpoints;
}

export function planServiceRules(service: Service, slices: readonly EndpointSlice[], nodeName: string, zone?: string): readonly ServicePortRules[] {
  const { spec, metadata } = service;
  if (!spec || spec.type === 'ExternalName' || !spec.clusterIP || spec.clusterIP === 'None') return [];
  const clusterIPs = spec.clusterIPs ?? [spec.clusterIP];
  const balancer = (service.status?.loadBalancer?.ingress ?? []).flatMap((ingress) => (ingress.ip && ingress.ipMode !== 'Proxy' ? [ingress.ip] : []));
  const timeout = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800;
  return (spec.ports ?? []).filter((port) => port.protocol !== 'SCTP').map((port) => ({
    service: `${metadata?.namespace}/${metadata?.name}`, portName: port.name ?? '', protocol: port.protocol === 'UDP' ? 'UDP' : 'TCP', port: port.port,
    clusterIPs, externalIPs: [...(spec.externalIPs ?? []), ...balancer], ...(port.nodePort && { nodePort: port.nodePort }),
    ...(spec.sessionAffinity === 'ClientIP' && { affinityMs: timeout * 1000 }),
    internalLocal: spec.internalTrafficPolicy === 'Local', externalLocal: spec.externalTrafficPolicy === 'Local',
    endpoints: inZone(endpointsOf(slices, port, nodeName), zone),
  }));
}

/** Runs until its world is killed. */
export async function runKubeProxy({ world, transport, network, nodeName, user }: KubeProxyOptions): Promise<void> {
  const client = createClient(transport, { userAgent: 'kube-proxy', ...(user && { user }) });
  const services = createInformer(world, client, Services);
  const slices = createInformer(world, client, EndpointSlices);
  const node = createInformer(world, client, Nodes, { fieldSelector: `metadata.name=${nodeName}` });
  const slicesOf = groupSlices(slices);
  const dirty = new Set<string>();
  let timer: Disposable | undefined;
  let syncedMs = -Infinity;

  const zone = (): string | undefined => node.get(nodeName)?.metadata?.labels?.['topology.kubernetes.io/zone'];
  function sync(): void {
    timer = undefined;
    syncedMs = world.clock.now();
    for (const key of dirty) {
      const service = services.get(key);
      const rules = service ? planServiceRules(service, slicesOf(key), nodeName, zone()) : [];
      network.rules.set(key, rules);
    }
    if (dirty.size > 0) tell(world, nodeName, [...dirty]);
    dirty.clear();
  }
  function touch(key: string): void {
    dirty.add(key);
    if (timer || !services.hasSynced || !slices.hasSynced) return;
    timer = world.clock.setTimer(Math.max(FIRST_SYNC_MS, syncedMs + MIN_SYNC_MS - world.clock.now()), sync);
  }
  services.onChange(({ object }) => touch(keyOf(object)));
  slices.onChange(({ object, old }) => {
    for (const slice of old ? [object, old] : [object]) touch(serviceKeyOf(slice));
  });
  await services.synced();
  await slices.synced();
  // Rules that a killed predecessor left behind, of Services that are gone by now.
  for (const { service } of network.rules.all()) if (!service.startsWith('hostport ')) dirty.add(service);
  sync();
  await world.suspend<void>(() => undefined);
}

const serviceKeyOf = (slice: EndpointSlice): string => `${slice.metadata?.namespace}/${slice.metadata?.labels?.[SERVICE_NAME] ?? ''}`;

function groupSlices(informer: Informer<EndpointSlice>): (service: string) => readonly EndpointSlice[] {
  const groups = new Map<string, Map<string, EndpointSlice>>();
  informer.onChange(({ type, object, old }) => {
    if (old) groups.get(serviceKeyOf(old))?.delete(keyOf(old));
    if (type === 'delete') {
      groups.get(serviceKeyOf(object))?.delete(keyOf(object));
      return;
    }
    const key = serviceKeyOf(object);
    const group = groups.get(key) ?? new Map<string, EndpointSlice>();
    groups.set(key, group.set(keyOf(object), object));
  });
  return (service) => [...(groups.get(service)?.values() ?? [])];
}

function tell(world: World, nodeName: string, services: readonly string[]): void {
  for (const service of services.slice(0, 20)) {
    const [namespace = '', name = ''] = service.split('/');
    world.trace({
      type: 'decision', actor: 'kube-proxy', object: { resource: 'services', namespace, name }, did: `rewrote the rules on ${nodeName}`,
      because: 'The Service or its endpoints changed.',
    });
  }
}
