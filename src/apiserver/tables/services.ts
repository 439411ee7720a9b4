/** Tables of the networking kinds.
 *  Upstream: pkg/printers/internalversion/printers.go */
import type {
  Endpoints, EndpointSlice, IPAddress, Ingress, IngressClass, NetworkPolicy, Service, ServiceCIDR,
} from '../../api/generated/types.ts';
import { formatLabels, formatLabelSelector } from './selector-text.ts';
import { ageOf, columns, nameOf, orNone, type TablePrinter } from './table.ts';

const SHOWN_MAX = 3;

/** The first three, then how many more. */
function listWithMore(texts: readonly string[], whenEmpty: string): string {
  if (texts.length > SHOWN_MAX) return `${texts.slice(0, SHOWN_MAX).join(',')} + ${texts.length - SHOWN_MAX} more...`;
  return texts.join(',') || whenEmpty;
}

type Balancer = { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] } | undefined;

function balancerText(balancer: Balancer): string {
  const addresses = (balancer?.ingress ?? []).map((one) => one.ip || one.hostname || '').filter((text) => text !== '');
  return [...new Set(addresses)].sort().join(',');
}

function externalIp({ spec, status }: Service): string {
  const external = spec?.externalIPs ?? [];
  switch (spec?.type) {
    case 'ClusterIP':
    case 'NodePort':
      return external.join(',') || '<none>';
    case 'LoadBalancer': {
      const balancer = balancerText(status?.loadBalancer);
      return [...(balancer ? balancer.split(',') : []), ...external].join(',') || '<pending>';
    }
    case 'ExternalName':
      return spec.externalName ?? '';
    default:
      return '<unknown>';
  }
}

const servicePorts = ({ spec }: Service): string =>
  (spec?.ports ?? []).map(({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol ?? 'TCP'}`).join(',');

export const serviceTable: TablePrinter<Service> = {
  columns: columns('Name', 'Type', 'Cluster-IP', 'External-IP', 'Port(s)', 'Age', 'Selector*'),
  cells: (it, now) => [
    nameOf(it), it.spec?.type ?? '', orNone(it.spec?.clusterIPs?.[0]), externalIp(it), orNone(servicePorts(it)), ageOf(it, now),
    formatLabels(it.spec?.selector),
  ],
};

const hostPort = (ip: string, port: number): string => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`);

function endpointsText({ subsets }: Endpoints): string {
  if (!subsets?.length) return '<none>';
  const texts = subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0 ? addresses.map(({ ip }) => ip) : ports.flatMap(({ port }) => addresses.map(({ ip }) => hostPort(ip ?? '', port))));
  return listWithMore(texts, '');
}

export const endpointsTable: TablePrinter<Endpoints> = {
  columns: columns('Name', 'Endpoints', 'Age'),
  cells: (it, now) => [nameOf(it), endpointsText(it), ageOf(it, now)],
};

export const endpointSliceTable: TablePrinter<EndpointSlice> = {
  columns: columns('Name', 'AddressType', 'Ports', 'Endpoints', 'Age'),
  cells: (it, now) => [
    nameOf(it), it.addressType ?? '', listWithMore((it.ports ?? []).map(({ port, name }) => `${port ?? name ?? '*'}`), '<unset>'),
    listWithMore((it.endpoints ?? []).flatMap(({ addresses }) => addresses ?? []), '<unset>'), ageOf(it, now),
  ],
};

function ingressHosts({ spec }: Ingress): string {
  const rules = spec?.rules ?? [];
  const shown: string[] = [];
  let more = false;
  for (const { host } of rules) {
    if (shown.length === SHOWN_MAX) more = true;
    if (!more && host) shown.push(host);
  }
  if (shown.length === 0) return '*';
  return more ? `${shown.join(',')} + ${rules.length - SHOWN_MAX} more...` : shown.join(',');
}

export const ingressTable: TablePrinter<Ingress> = {
  columns: columns('Name', 'Class', 'Hosts', 'Address', 'Ports', 'Age'),
  cells: (it, now) => [
    nameOf(it), it.spec?.ingressClassName ?? '<none>', ingressHosts(it), balancerText(it.status?.loadBalancer),
    it.spec?.tls?.length ? '80, 443' : '80', ageOf(it, now),
  ],
};

export const ingressClassTable: TablePrinter<IngressClass> = {
  columns: columns('Name', 'Controller', 'Parameters', 'Age'),
  cells(it, now) {
    const parameters = it.spec?.parameters;
    const group = parameters?.apiGroup === undefined ? '' : `.${parameters.apiGroup}`;
    return [nameOf(it), it.spec?.controller ?? '', parameters ? `${parameters.kind}${group}/${parameters.name}` : '<none>', ageOf(it, now)];
  },
};

export const networkPolicyTable: TablePrinter<NetworkPolicy> = {
  columns: columns('Name', 'Pod-Selector', 'Age'),
  cells: (it, now) => [nameOf(it), formatLabelSelector(it.spec?.podSelector), ageOf(it, now)],
};

export const serviceCidrTable: TablePrinter<ServiceCIDR> = {
  columns: columns('Name', 'CIDRs', 'Age'),
  cells: (it, now) => [nameOf(it), (it.spec?.cidrs ?? []).join(','), ageOf(it, now)],
};

export const ipAddressTable: TablePrinter<IPAddress> = {
  columns: columns('Name', 'ParentRef'),
  cells(it) {
    const parent = it.spec?.parentRef;
    if (!parent) return [nameOf(it), '<none>'];
    const resource = parent.group ? `${parent.resource}.${parent.group}` : `${parent.resource}`;
    return [nameOf(it), `${resource.toLowerCase()}${parent.namespace ? `/${parent.namespace}` : ''}/${parent.name}`];
  },
};
