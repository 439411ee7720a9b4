/** What the cluster's DNS answers, pure over what the watches say.
 *  Upstream: https://github.com/kubernetes/dns/blob/master/docs/specification.md (schema 1.1.0) */
import type { EndpointSlice, Service } from '../api/generated/types.ts';
import type { DnsMessage, DnsQuestion, DnsRecord } from '../cri/dns.ts';

export interface DnsView {
  service(namespace: string, name: string): Service | undefined;
  hasNamespace(namespace: string): boolean;
  slices(namespace: string, name: string): readonly EndpointSlice[];
  serviceAt(address: string): Service | undefined;
  endpointAt(address: string): EndpointSlice | undefined;
}

export interface DnsAnswer { readonly code: DnsMessage['code']; readonly answers: readonly DnsRecord[]; readonly authoritative: boolean }

const TTL = 30;
const NOT_FOUND: DnsAnswer = { code: 'NXDOMAIN', answers: [], authoritative: true };
const found = (answers: readonly DnsRecord[]): DnsAnswer => ({ code: 'NOERROR', answers, authoritative: true });
const dashed = (address: string): string => address.replaceAll('.', '-');
const isIpv4 = (text: string): boolean => /^\d{1,3}(\.\d{1,3}){3}$/.test(text);

export function answerDns(question: DnsQuestion, view: DnsView, domain: string): DnsAnswer {
  const name = question.name.toLowerCase();
  if (name.endsWith('.in-addr.arpa')) return reverse(name, view, domain);
  if (name !== domain && !name.endsWith(`.${domain}`)) return { code: 'NXDOMAIN', answers: [], authoritative: false };
  const labels = name === domain ? [] : name.slice(0, -domain.length - 1).split('.');
  if (name === `dns-version.${domain}` && question.type === 'TXT') return found([{ name, type: 'TXT', ttl: TTL, value: '"1.1.0"' }]);
  const [kind] = labels.slice(-1);
  if (kind === 'pod') return podAnswer(name, question, labels.slice(0, -1), view);
  if (kind !== 'svc') return labels.length === 0 ? found([]) : NOT_FOUND;
  const rest = labels.slice(0, -1);
  if (rest.length === 0) return found([]);
  const namespace = rest.at(-1) ?? '';
  const serviceName = rest.at(-2);
  if (serviceName === undefined) return view.hasNamespace(namespace) ? found([]) : NOT_FOUND;
  const service = view.service(namespace, serviceName);
  if (!service) return NOT_FOUND;
  const prefix = rest.slice(0, -2);
  if (prefix.length === 0) return serviceAnswer(name, question, service, view, domain);
  if (prefix.length === 2 && prefix[0]?.startsWith('_') && prefix[1]?.startsWith('_')) return srvAnswer(name, question, service, view, prefix[0].slice(1), prefix[1].slice(1), domain);
  return prefix.length === 1 ? endpointAnswer(name, question, service, view, prefix[0] ?? '') : NOT_FOUND;
}

/** "10-244-1-5.default.pod": the address is in the name. */
function podAnswer(name: string, question: DnsQuestion, labels: readonly string[], view: DnsView): DnsAnswer {
  const [address = '', namespace = ''] = labels;
  const text = address.replaceAll('-', '.');
  if (labels.length !== 2 || !isIpv4(text) || !view.hasNamespace(namespace)) return NOT_FOUND;
  return found(question.type === 'A' ? [{ name, type: 'A', ttl: TTL, value: text }] : []);
}

const isHeadless = (service: Service): boolean => service.spec?.clusterIP === 'None';

interface Address { readonly address: string; readonly host: string; readonly ports: EndpointSlice['ports'] }

function addressesOf(service: Service, view: DnsView): readonly Address[] {
  const all = service.spec?.publishNotReadyAddresses === true;
  return view.slices(service.metadata?.namespace ?? '', service.metadata?.name ?? '').flatMap((slice) => (slice.endpoints ?? [])
    .filter((endpoint) => all || endpoint.conditions?.ready !== false)
    .flatMap((endpoint) => endpoint.addresses.map((address) => ({ address, host: endpoint.hostname ?? dashed(address), ports: slice.ports }))));
}

function serviceAnswer(name: string, question: DnsQuestion, service: Service, view: DnsView, domain: string): DnsAnswer {
  const { type, externalName, clusterIPs } = service.spec ?? {};
  if (type === 'ExternalName') {
    const target = (externalName ?? '').replace(/\.$/, '');
    if (isIpv4(target)) return found(question.type === 'A' ? [{ name, type: 'A', ttl: TTL, value: target }] : []);
    const cname: DnsRecord = { name, type: 'CNAME', ttl: TTL, value: target };
    return found([cname, ...answerDns({ name: target, type: question.type }, view, domain).answers]);
  }
  if (question.type === 'SRV') return srvAnswer(name, question, service, view, undefined, undefined, domain);
  if (question.type !== 'A' && question.type !== 'ANY') return found([]);
  const addresses = isHeadless(service) ? addressesOf(service, view).map(({ address }) => address) : clusterIPs ?? [];
  if (isHeadless(service) && addresses.length === 0) return NOT_FOUND;
  return found(addresses.map((value) => ({ name, type: 'A', ttl: TTL, value })));
}

function endpointAnswer(name: string, question: DnsQuestion, service: Service, view: DnsView, host: string): DnsAnswer {
  if (!isHeadless(service)) return NOT_FOUND;
  const matching = addressesOf(service, view).filter((entry) => entry.host === host || dashed(entry.address) === host);
  if (matching.length === 0) return NOT_FOUND;
  return found(question.type === 'A' ? matching.map(({ address }) => ({ name, type: 'A', ttl: TTL, value: address })) : []);
}

function srvAnswer(name: string, question: DnsQuestion, service: Service, view: DnsView, port: string | undefined, protocol: string | undefined, domain: string): DnsAnswer {
  const base = `${service.metadata?.name}.${service.metadata?.namespace}.svc.${domain}`;
  const wanted = (one: { readonly name?: string; readonly protocol?: string }): boolean =>
    Boolean(one.name) && (port === undefined || one.name === port) && (protocol === undefined || (one.protocol ?? 'TCP').toLowerCase() === protocol);
  const records: DnsRecord[] = isHeadless(service)
    ? addressesOf(service, view).flatMap(({ host, ports }) => (ports ?? []).filter(wanted).map((one) => ({ name, type: 'SRV' as const, ttl: TTL, value: `0 100 ${one.port} ${host}.${base}` })))
    : (service.spec?.ports ?? []).filter(wanted).map((one) => ({ name, type: 'SRV' as const, ttl: TTL, value: `0 100 ${one.port} ${base}` }));
  if (records.length === 0) return port === undefined ? found([]) : NOT_FOUND;
  return found(question.type === 'SRV' || question.type === 'ANY' ? records : []);
}

function reverse(name: string, view: DnsView, domain: string): DnsAnswer {
  const address = name.slice(0, -'.in-addr.arpa'.length).split('.').reverse().join('.');
  const service = view.serviceAt(address);
  const answer = (value: string): DnsAnswer => found([{ name, type: 'PTR', ttl: TTL, value }]);
  if (service) return answer(`${service.metadata?.name}.${service.metadata?.namespace}.svc.${domain}`);
  const slice = view.endpointAt(address);
  if (!slice) return NOT_FOUND;
  const host = slice.endpoints?.find((endpoint) => endpoint.addresses.includes(address))?.hostname ?? dashed(address);
  return answer(`${host}.${slice.metadata?.labels?.['kubernetes.io/service-name']}.${slice.metadata?.namespace}.svc.${domain}`);
}
