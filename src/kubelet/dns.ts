/** resolv.conf of a Pod by its dnsPolicy and dnsConfig, and its hostname and /etc/hosts.
 *  Upstream: pkg/kubelet/network/dns/dns.go, pkg/kubelet/kubelet_pods.go (nodeHostsFileContent, managedHostsFileContent) */
import type { Pod } from '../api/generated/types.ts';

export interface DnsConfig { readonly servers: readonly string[]; readonly searches: readonly string[]; readonly options: readonly string[] }

export interface ClusterDns {
  readonly clusterDomain: string;
  readonly clusterDns: readonly string[];
  /** The node's own resolv.conf. */
  readonly node: DnsConfig;
}

const SERVERS_MAX = 3;
const SEARCHES_MAX = 32;

export function podDns(pod: Pod, cluster: ClusterDns): DnsConfig {
  const base = baseDns(pod, cluster);
  const extra = pod.spec?.dnsConfig;
  const own = (extra?.options ?? []).map((option) => ({ name: option.name ?? '', text: option.value === undefined ? option.name ?? '' : `${option.name}:${option.value}` }));
  const kept = base.options.filter((option) => !own.some((each) => each.name === option.split(':')[0]));
  return {
    servers: unique([...base.servers, ...(extra?.nameservers ?? [])]).slice(0, SERVERS_MAX),
    searches: unique([...base.searches, ...(extra?.searches ?? [])]).slice(0, SEARCHES_MAX),
    options: [...kept, ...own.map((each) => each.text)],
  };
}

function baseDns(pod: Pod, { clusterDomain, clusterDns, node }: ClusterDns): DnsConfig {
  const policy = pod.spec?.dnsPolicy ?? 'ClusterFirst';
  const first = policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && pod.spec?.hostNetwork !== true);
  if (policy === 'None') return { servers: [], searches: [], options: [] };
  if (!first || clusterDns.length === 0) return node;
  const namespace = pod.metadata?.namespace ?? 'default';
  const searches = [`${namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain, ...node.searches];
  return { servers: clusterDns, searches: unique(searches), options: ['ndots:5'] };
}

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)];

const HOSTNAME_MAX = 63;

/** The host name of its containers and, for members of a headless Service, the domain. */
export function podHostname(pod: Pod, clusterDomain: string, nodeName: string): { readonly hostname: string; readonly domain: string } {
  if (pod.spec?.hostNetwork === true) return { hostname: nodeName, domain: '' };
  const raw = pod.spec?.hostname ?? pod.metadata?.name ?? '';
  const hostname = raw.slice(0, HOSTNAME_MAX).replace(/[-.]+$/, '');
  const subdomain = pod.spec?.subdomain ?? '';
  return { hostname, domain: subdomain === '' ? '' : `${subdomain}.${pod.metadata?.namespace}.svc.${clusterDomain}` };
}

const HEADER = '# Kubernetes-managed hosts file.\n';
const LOCAL = '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n';

export function hostsFile(pod: Pod, podIP: string, name: { readonly hostname: string; readonly domain: string }): string {
  const names = name.domain === '' ? name.hostname : `${name.hostname}.${name.domain}\t${name.hostname}`;
  return `${HEADER}${LOCAL}${podIP}\t${names}\n${hostAliases(pod)}`;
}

function hostAliases(pod: Pod): string {
  const aliases = pod.spec?.hostAliases ?? [];
  if (aliases.length === 0) return '';
  return `\n# Entries added by HostAliases.\n${aliases.map((each) => `${each.ip}\t${(each.hostnames ?? []).join('\t')}\n`).join('')}`;
}
