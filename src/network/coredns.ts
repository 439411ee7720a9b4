/** CoreDNS: answers for the cluster's domain from Services and EndpointSlices, and forwards the rest to nobody: there is no
 *  world outside. Upstream: the Kubernetes DNS specification 1.1.0; coredns plugin/kubernetes */
import type { World } from '../base/world.ts';
import type { EndpointSlice, Service } from '../api/generated/types.ts';
import { keyOf } from '../api/meta.ts';
import { EndpointSlices, Services } from '../api/resources.ts';
import type { Transport, UserInfo } from '../api/transport.ts';
import { createClient } from '../client/create-client.ts';
import { createInformer } from '../client/reflector.ts';
import { decodeDns, encodeDns } from '../cri/dns.ts';
import type { DnsMessage, DnsRecord } from '../cri/dns.ts';
import { serveHttp } from '../cri/http.ts';
import type { Process } from '../cri/process.ts';
import { answerDns } from './dns-answers.ts';
import type { DnsView } from './dns-answers.ts';

export interface CoreDnsOptions {
  readonly process: Process;
  readonly transport: Transport;
  readonly clusterDomain: string;
  readonly user?: UserInfo;
}

const SERVICE_NAME = 'kubernetes.io/service-name';
const DNS_PORT = 53;
const HEALTH_PORT = 8080;
const READY_PORT = 8181;

/** What the watches say, indexed for questions. */
function createView(world: World, transport: Transport, user: UserInfo | undefined): DnsView & { readonly synced: () => boolean; whenSynced(): Promise<void> } {
  const client = createClient(transport, { userAgent: 'coredns', ...(user && { user }) });
  const services = createInformer<Service>(world, client, Services);
  const slices = createInformer<EndpointSlice>(world, client, EndpointSlices);
  const byService = new Map<string, Map<string, EndpointSlice>>();
  const byAddress = new Map<string, Service>();
  slices.onChange(({ type, object }) => {
    const key = `${object.metadata?.namespace}/${object.metadata?.labels?.[SERVICE_NAME] ?? ''}`;
    const group = byService.get(key) ?? new Map<string, EndpointSlice>();
    byService.set(key, group);
    if (type === 'delete') group.delete(keyOf(object));
    else group.set(keyOf(object), object);
  });
  services.onChange(({ type, object, old }) => {
    for (const address of (old ?? object).spec?.clusterIPs ?? []) byAddress.delete(address);
    if (type !== 'delete') for (const address of object.spec?.clusterIPs ?? []) byAddress.set(address, object);
  });
  return {
    service: (namespace, name) => services.get(`${namespace}/${name}`),
    hasNamespace: (namespace) => services.list().some((service) => service.metadata?.namespace === namespace),
    slices: (namespace, name) => [...(byService.get(`${namespace}/${name}`)?.values() ?? [])],
    serviceAt: (address) => byAddress.get(address),
    endpointAt: (address) => {
      for (const slice of slices.list()) if (slice.endpoints?.some((endpoint) => endpoint.addresses.includes(address))) return slice;
      return undefined;
    },
    synced: () => services.hasSynced && slices.hasSynced,
    async whenSynced() {
      await services.synced();
      await slices.synced();
    },
  };
}

/** Runs until the process ends. */
export async function runCoreDns({ process, transport, clusterDomain, user }: CoreDnsOptions): Promise<void> {
  const { world, net } = process;
  const view = createView(world, transport, user);
  await process.stdout.write('.:53\n');
  serveHttp(world, net, HEALTH_PORT, () => ({ status: 200, body: 'OK' }), { atOnce: () => true });
  serveHttp(world, net, READY_PORT, () => (view.synced() ? { status: 200, body: 'OK' } : { status: 503, body: 'kubernetes' }), { atOnce: () => true });
  const rotate = { turn: 0 };
  const socket = net.bindUdp(DNS_PORT, (datagram) => {
    const query = decodeDns(datagram.data);
    if (!query || query.response) return;
    socket.send(datagram.address, datagram.port, encodeDns(reply(query, view, clusterDomain, rotate)));
  });
  await view.whenSynced();
  await process.stdout.write('[INFO] plugin/reload: Running configuration SHA512\nCoreDNS-1.12.0\nlinux/amd64\n');
  await world.suspend<void>(() => undefined);
}

/** The answers of one name take turns, as the loadbalance plugin does. */
function reply(query: DnsMessage, view: DnsView & { readonly synced: () => boolean }, domain: string, rotate: { turn: number }): DnsMessage {
  if (!view.synced()) return { ...query, response: true, code: 'SERVFAIL', authoritative: false, answers: [] };
  const { code, answers, authoritative } = answerDns(query.question, view, domain);
  rotate.turn += 1;
  return { ...query, response: true, code, authoritative, answers: rotated(answers, rotate.turn) };
}

function rotated(answers: readonly DnsRecord[], turn: number): readonly DnsRecord[] {
  if (answers.length < 2 || answers.some((answer) => answer.type === 'CNAME')) return answers;
  const by = turn % answers.length;
  return [...answers.slice(by), ...answers.slice(0, by)];
}
