/** Service, Endpoints, EndpointSlice, Ingress, IngressClass and NetworkPolicy.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/describe/describe.go */
import type {
  Endpoints,
  EndpointSlice,
  Ingress,
  IngressBackend,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  Service,
} from '../../api/generated/types.ts';
import { formatLabelSelector } from '../../api/selectors.ts';
import { goTime, rfc1123z } from '../duration.ts';
import { type Obj, at, formatLabels, list, str } from '../obj.ts';
import { type DescribeContext, type Describer, describeEvents } from './describer.ts';
import { type Text, annotationLines, labelLines, orUnset, table } from './text.ts';

export const service: Describer = async (text, object, context) => {
  const of = object as unknown as Service;
  const { spec, metadata } = of;
  text.line(0, `Name:\t${metadata?.name ?? ''}`);
  text.line(0, `Namespace:\t${metadata?.namespace ?? ''}`);
  labelLines(text, 'Labels', metadata?.labels);
  annotationLines(text, 'Annotations', metadata?.annotations);
  text.line(0, `Selector:\t${formatLabels(spec?.selector)}`);
  text.line(0, `Type:\t${spec?.type ?? ''}`);
  if (spec?.ipFamilyPolicy !== undefined) text.line(0, `IP Family Policy:\t${spec.ipFamilyPolicy}`);
  text.line(0, `IP Families:\t${spec?.ipFamilies?.join(',') || '<none>'}`);
  text.line(0, `IP:\t${spec?.clusterIP ?? ''}`);
  text.line(0, `IPs:\t${spec?.clusterIPs?.join(',') || '<none>'}`);
  if (spec?.externalIPs !== undefined && spec.externalIPs.length > 0) text.line(0, `External IPs:\t${spec.externalIPs.join(',')}`);
  if (spec?.loadBalancerIP) text.line(0, `Desired LoadBalancer IP:\t${spec.loadBalancerIP}`);
  if (spec?.externalName) text.line(0, `External Name:\t${spec.externalName}`);
  const ingress = of.status?.loadBalancer?.ingress ?? [];
  if (ingress.length > 0) {
    text.line(
      0,
      `LoadBalancer Ingress:\t${ingress.map((i) => (i.ip === undefined ? (i.hostname ?? '') : `${i.ip}${i.ipMode === undefined ? '' : ` (${i.ipMode})`}`)).join(', ')}`,
    );
  }
  await ports(text, of, context);
  text.line(0, `Session Affinity:\t${spec?.sessionAffinity ?? ''}`);
  if (spec?.externalTrafficPolicy) text.line(0, `External Traffic Policy:\t${spec.externalTrafficPolicy}`);
  if (spec?.internalTrafficPolicy) text.line(0, `Internal Traffic Policy:\t${spec.internalTrafficPolicy}`);
  if (spec?.healthCheckNodePort) text.line(0, `HealthCheck NodePort:\t${spec.healthCheckNodePort}`);
  if (spec?.loadBalancerSourceRanges !== undefined && spec.loadBalancerSourceRanges.length > 0)
    text.line(0, `LoadBalancer Source Ranges:\t${spec.loadBalancerSourceRanges.join(',')}`);
  await describeEvents(text, object, context);
};

async function ports(text: Text, of: Service, context: DescribeContext): Promise<void> {
  const selector = `kubernetes.io/service-name=${of.metadata?.name ?? ''}`;
  const slices = (await context.list('endpointslices.v1.discovery.k8s.io', of.metadata?.namespace ?? '', [
    ['labelSelector', selector],
  ])) as unknown as readonly EndpointSlice[];
  for (const port of of.spec?.ports ?? []) {
    const name = port.name || '<unset>';
    const protocol = port.protocol ?? 'TCP';
    text.line(0, `Port:\t${name}\t${port.port}/${protocol}`);
    text.line(0, `TargetPort:\t${port.targetPort ?? port.port}/${protocol}`);
    if (port.nodePort) text.line(0, `NodePort:\t${name}\t${port.nodePort}/${protocol}`);
    text.line(0, `Endpoints:\t${sliceText(slices, port.name ?? '')}`);
  }
}

/** Three addresses at most, and how many more there are. */
function sliceText(slices: readonly EndpointSlice[], portName: string): string {
  if (slices.length === 0) return '<none>';
  const all: string[] = [];
  for (const slice of slices) {
    const numbers =
      (slice.ports ?? []).length === 0 ? [undefined] : (slice.ports ?? []).filter((p) => (p.name ?? '') === portName).map((p) => p.port);
    for (const number of numbers) {
      for (const endpoint of slice.endpoints) {
        if (endpoint.conditions?.ready === false) continue;
        for (const address of endpoint.addresses)
          all.push(number === undefined ? address : `${address.includes(':') ? `[${address}]` : address}:${number}`);
      }
    }
  }
  return all.length > 3 ? `${all.slice(0, 3).join(',')} + ${all.length - 3} more...` : all.join(',');
}

export const endpoints: Describer = async (text, object, context) => {
  const of = object as unknown as Endpoints;
  text.line(0, `Name:\t${of.metadata?.name ?? ''}`);
  text.line(0, `Namespace:\t${of.metadata?.namespace ?? ''}`);
  labelLines(text, 'Labels', of.metadata?.labels);
  annotationLines(text, 'Annotations', of.metadata?.annotations);
  text.raw('Subsets:\n');
  for (const subset of of.subsets ?? []) {
    text.line(1, `Addresses:\t${(subset.addresses ?? []).map((a) => a.ip).join(',') || '<none>'}`);
    text.line(1, `NotReadyAddresses:\t${(subset.notReadyAddresses ?? []).map((a) => a.ip).join(',') || '<none>'}`);
    if ((subset.ports ?? []).length > 0) {
      text.line(1, 'Ports:');
      table(
        text,
        2,
        ['Name', 'Port', 'Protocol'],
        (subset.ports ?? []).map((p) => [p.name || '<unset>', String(p.port), p.protocol ?? 'TCP']),
      );
    }
    text.raw('\n');
  }
  await describeEvents(text, object, context);
};

export const endpointSlice: Describer = async (text, object, context) => {
  const of = object as unknown as EndpointSlice;
  text.line(0, `Name:\t${of.metadata?.name ?? ''}`);
  text.line(0, `Namespace:\t${of.metadata?.namespace ?? ''}`);
  labelLines(text, 'Labels', of.metadata?.labels);
  annotationLines(text, 'Annotations', of.metadata?.annotations);
  text.line(0, `AddressType:\t${of.addressType}`);
  if ((of.ports ?? []).length === 0) {
    text.raw('Ports: <unset>\n');
  } else {
    text.raw('Ports:\n');
    table(
      text,
      1,
      ['Name', 'Port', 'Protocol'],
      (of.ports ?? []).map((p) => [p.name || '<unset>', orUnset(p.port), p.protocol ?? 'TCP']),
    );
  }
  if (of.endpoints.length === 0) text.raw('Endpoints: <none>\n');
  else text.raw('Endpoints:\n');
  for (const endpoint of of.endpoints) {
    text.line(1, `- Addresses:\t${endpoint.addresses.join(', ')}`);
    text.line(2, 'Conditions:');
    text.line(3, `Ready:\t${endpoint.conditions?.ready ?? '<unset>'}`);
    text.line(2, `Hostname:\t${orUnset(endpoint.hostname)}`);
    if (endpoint.targetRef !== undefined) text.line(2, `TargetRef:\t${endpoint.targetRef.kind ?? ''}/${endpoint.targetRef.name ?? ''}`);
    text.line(2, `NodeName:\t${orUnset(endpoint.nodeName)}`);
    text.line(2, `Zone:\t${orUnset(endpoint.zone)}`);
    if (endpoint.deprecatedTopology !== undefined) labelLines(text, '    Topology', endpoint.deprecatedTopology);
  }
  await describeEvents(text, object, context);
};

export const ingress: Describer = async (text, object, context) => {
  const of = object as unknown as Ingress;
  const { spec, status } = of;
  text.line(0, `Name:\t${of.metadata?.name ?? ''}`);
  labelLines(text, 'Labels', of.metadata?.labels);
  text.line(0, `Namespace:\t${of.metadata?.namespace ?? ''}`);
  text.line(0, `Address:\t${(status?.loadBalancer?.ingress ?? []).map((i) => i.ip ?? i.hostname ?? '').join(',')}`);
  text.line(0, `Ingress Class:\t${spec?.ingressClassName ?? '<none>'}`);
  const backend = spec?.defaultBackend;
  text.line(0, `Default backend:\t${backend === undefined ? '<default>' : await backendText(of, backend, context)}`);
  if ((spec?.tls ?? []).length > 0) text.raw('TLS:\n');
  for (const tls of spec?.tls ?? []) {
    const hosts = (tls.hosts ?? []).join(',');
    text.line(1, tls.secretName === undefined || tls.secretName === '' ? `SNI routes ${hosts}` : `${tls.secretName} terminates ${hosts}`);
  }
  text.raw('Rules:\n');
  text.line(1, 'Host\tPath\tBackends');
  text.line(1, '----\t----\t--------');
  let count = 0;
  for (const rule of spec?.rules ?? []) {
    if (rule.http === undefined) continue;
    count += 1;
    text.line(1, `${rule.host || '*'}\t`);
    for (const path of rule.http.paths) text.line(1, `\t${path.path ?? ''} \t${await backendText(of, path.backend, context)}`);
  }
  if (count === 0) text.line(1, `*\t*\t${backend === undefined ? '<default>' : await backendText(of, backend, context)}`);
  annotationLines(text, 'Annotations', of.metadata?.annotations);
  await describeEvents(text, object, context);
};

async function backendText(of: Ingress, backend: IngressBackend, context: DescribeContext): Promise<string> {
  if (backend.service === undefined) {
    const { apiGroup = '<none>', kind = '', name = '' } = backend.resource ?? {};
    return `APIGroup: ${apiGroup}, Kind: ${kind}, Name: ${name}`;
  }
  const { name, port } = backend.service;
  const shown = `${name}:${port?.number ?? port?.name ?? ''}`;
  const namespace = of.metadata?.namespace ?? '';
  const target = (await context.get('services', namespace, name)) as Service | undefined;
  if (target === undefined) return `${shown} (<error: services ${JSON.stringify(name)} not found>)`;
  const slices = (await context.list('endpointslices.v1.discovery.k8s.io', namespace, [
    ['labelSelector', `kubernetes.io/service-name=${name}`],
  ])) as unknown as readonly EndpointSlice[];
  const servicePort = target.spec?.ports?.find((p) => p.port === port?.number || (p.name !== undefined && p.name === port?.name));
  return `${shown} (${sliceText(slices, servicePort?.name ?? '')})`;
}

export const ingressClass: Describer = async (text, object, context) => {
  text.line(0, `Name:\t${str(object, 'metadata', 'name')}`);
  labelLines(text, 'Labels', object.metadata?.labels);
  annotationLines(text, 'Annotations', object.metadata?.annotations);
  text.line(0, `Controller:\t${str(object, 'spec', 'controller')}`);
  const parameters = at(object, 'spec', 'parameters');
  if (parameters !== undefined) {
    text.raw('Parameters:\n');
    if (at(parameters, 'apiGroup') !== undefined) text.line(1, `APIGroup:\t${str(parameters, 'apiGroup')}`);
    text.line(1, `Kind:\t${str(parameters, 'kind')}`);
    text.line(1, `Name:\t${str(parameters, 'name')}`);
  }
  await describeEvents(text, object, context);
};

export const networkPolicy: Describer = (text, object) => {
  const of = object as unknown as NetworkPolicy;
  text.line(0, `Name:\t${of.metadata?.name ?? ''}`);
  text.line(0, `Namespace:\t${of.metadata?.namespace ?? ''}`);
  text.line(0, `Created on:\t${goTime(of.metadata?.creationTimestamp)}`);
  labelLines(text, 'Labels', of.metadata?.labels);
  annotationLines(text, 'Annotations', of.metadata?.annotations);
  const spec = of.spec;
  text.raw('Spec:\n');
  const selector = formatLabelSelector(spec?.podSelector);
  text.line(
    1,
    `PodSelector: ${selector === '<none>' ? '    <none> (Allowing the specific traffic to all pods in this namespace)' : `    ${selector}`}`,
  );
  const types = spec?.policyTypes ?? ['Ingress'];
  const { length } = types;
  if (length === 0 || types.includes('Ingress')) {
    text.line(1, 'Allowing ingress traffic:');
    rules(
      text,
      (spec?.ingress ?? []).map((r) => ({ ports: r.ports, peers: r.from })),
      'From',
      'ingress',
    );
  } else text.line(1, 'Not affecting ingress traffic');
  if (types.includes('Egress')) {
    text.line(1, 'Allowing egress traffic:');
    rules(
      text,
      (spec?.egress ?? []).map((r) => ({ ports: r.ports, peers: r.to })),
      'To',
      'egress',
    );
  } else text.line(1, 'Not affecting egress traffic');
  text.line(1, `Policy Types: ${types.join(', ')}`);
};

interface PolicyRule {
  readonly ports?: readonly NetworkPolicyPort[];
  readonly peers?: readonly NetworkPolicyPeer[];
}

function rules(text: Text, all: readonly PolicyRule[], word: string, direction: string): void {
  if (all.length === 0) {
    text.line(2, `<none> (Selected pods are isolated for ${direction} connectivity)`);
    return;
  }
  all.forEach((rule, i) => {
    if ((rule.ports ?? []).length === 0) text.line(2, 'To Port: <any> (traffic allowed to all ports)');
    for (const { port = '<any>', endPort, protocol = 'TCP' } of rule.ports ?? [])
      text.line(2, endPort === undefined ? `To Port: ${port}/${protocol}` : `To Port Range: ${port}-${endPort}/${protocol}`);
    if ((rule.peers ?? []).length === 0)
      text.line(2, `${word}: <any> (traffic not restricted by ${word === 'From' ? 'source' : 'destination'})`);
    for (const peer of rule.peers ?? []) peerLines(text, peer, word);
    if (i !== all.length - 1) text.line(2, '----------');
  });
}

function peerLines(text: Text, peer: NetworkPolicyPeer, word: string): void {
  text.line(2, `${word}:`);
  if (peer.namespaceSelector !== undefined) text.line(3, `NamespaceSelector: ${formatLabelSelector(peer.namespaceSelector)}`);
  if (peer.podSelector !== undefined) text.line(3, `PodSelector: ${formatLabelSelector(peer.podSelector)}`);
  if (peer.ipBlock === undefined) return;
  text.line(3, 'IPBlock:');
  text.line(4, `CIDR: ${peer.ipBlock.cidr}`);
  text.line(4, `Except: ${(peer.ipBlock.except ?? []).join(', ')}`);
}

export const ipAddress: Describer = async (text, object, context) => {
  named(text, object);
  text.raw('Parent Reference:\n');
  for (const [title, field] of PARENT) text.line(1, `${title}:\t${str(object, 'spec', 'parentRef', field)}`);
  await describeEvents(text, object, context);
};

const PARENT = [
  ['Group', 'group'],
  ['Resource', 'resource'],
  ['Namespace', 'namespace'],
  ['Name', 'name'],
] as const;

export const serviceCidr: Describer = async (text, object, context) => {
  named(text, object);
  text.line(0, `CIDRs:\t${list(object, 'spec', 'cidrs').join(', ')}`);
  const conditions = list(object, 'status', 'conditions');
  if (conditions.length > 0) {
    text.raw('Status:\nConditions:\n');
    table(
      text,
      1,
      ['Type', 'Status', 'LastTransitionTime', 'Reason', 'Message'],
      conditions.map((c) => [
        str(c, 'type'),
        str(c, 'status'),
        rfc1123z(str(c, 'lastTransitionTime')),
        str(c, 'reason'),
        str(c, 'message'),
      ]),
    );
  }
  await describeEvents(text, object, context);
};

function named(text: Text, object: Obj): void {
  text.line(0, `Name:\t${str(object, 'metadata', 'name')}`);
  labelLines(text, 'Labels', object.metadata?.labels);
  annotationLines(text, 'Annotations', object.metadata?.annotations);
}
