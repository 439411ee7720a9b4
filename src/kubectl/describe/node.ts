/** Upstream: staging/src/k8s.io/kubectl/pkg/describe/describe.go describeNode */
import type { Lease, Node, Pod } from '../../api/generated/types.ts';
import { podLimit, podRequest } from '../../api/pod.ts';
import { formatQuantity, parseQuantity } from '../../api/quantity.ts';
import { ageOf, rfc1123z } from '../duration.ts';
import { type Obj, byText } from '../obj.ts';
import { type DescribeContext, type Describer, eventTable } from './describer.ts';
import type { CoreV1Event } from '../../api/generated/types.ts';
import { type Text, annotationLines, labelLines, table } from './text.ts';

export const node: Describer = async (text, object, context) => {
  const of = object as unknown as Node;
  const { metadata, spec, status } = of;
  const name = metadata?.name ?? '';
  text.line(0, `Name:\t${name}`);
  const roles = Object.keys(metadata?.labels ?? {})
    .filter((l) => l.startsWith('node-role.kubernetes.io/'))
    .map((l) => l.slice(24))
    .sort(byText);
  text.line(0, `Roles:\t${roles.join(',') || '<none>'}`);
  labelLines(text, 'Labels', metadata?.labels);
  annotationLines(text, 'Annotations', metadata?.annotations);
  text.line(0, `CreationTimestamp:\t${rfc1123z(metadata?.creationTimestamp)}`);
  const taints = [...(spec?.taints ?? [])]
    .sort((a, b) => byText(`${a.effect} ${a.key}`, `${b.effect} ${b.key}`))
    .map((t) => `${t.key}${t.value ? `=${t.value}` : ''}:${t.effect}`);
  if (taints.length === 0) text.line(0, 'Taints:\t<none>');
  taints.forEach((t, i) => text.line(0, `${i === 0 ? 'Taints:' : ''}\t${t}`));
  text.line(0, `Unschedulable:\t${spec?.unschedulable ?? false}`);
  await lease(text, name, context);
  conditions(text, of);
  text.raw('Addresses:\n');
  for (const address of status?.addresses ?? []) text.line(1, `${address.type}:\t${address.address}`);
  amounts(text, 'Capacity', status?.capacity);
  amounts(text, 'Allocatable', status?.allocatable);
  system(text, of);
  if (spec?.podCIDR) text.line(0, `PodCIDR:\t${spec.podCIDR}`);
  if (spec?.podCIDRs !== undefined && spec.podCIDRs.length > 0) text.line(0, `PodCIDRs:\t${spec.podCIDRs.join(',')}`);
  if (spec?.providerID) text.line(0, `ProviderID:\t${spec.providerID}`);
  await pods(text, of, context);
  if (!context.k.flags.bool('show-events')) return;
  const events = (await context.list('events', '', [
    ['fieldSelector', `involvedObject.kind=Node,involvedObject.name=${name}`],
  ])) as unknown as readonly CoreV1Event[];
  eventTable(text, events, context.nowMs);
};

async function lease(text: Text, name: string, context: DescribeContext): Promise<void> {
  const found = (await context.get('leases.v1.coordination.k8s.io', 'kube-node-lease', name)) as Lease | undefined;
  text.raw('Lease:\n');
  text.line(1, `HolderIdentity:\t${found?.spec?.holderIdentity ?? '<unset>'}`);
  text.line(1, `AcquireTime:\t${!found?.spec?.acquireTime ? '<unset>' : rfc1123z(found.spec.acquireTime)}`);
  text.line(1, `RenewTime:\t${!found?.spec?.renewTime ? '<unset>' : rfc1123z(found.spec.renewTime)}`);
}

function conditions(text: Text, { status }: Node): void {
  const all = status?.conditions ?? [];
  if (all.length === 0) return;
  text.raw('Conditions:\n');
  text.line(1, 'Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage');
  text.line(1, '----\t------\t-----------------\t------------------\t------\t-------');
  for (const c of all) {
    text.line(
      1,
      `${c.type} \t${c.status} \t${rfc1123z(c.lastHeartbeatTime)} \t${rfc1123z(c.lastTransitionTime)} \t${c.reason ?? ''} \t${c.message ?? ''}`,
    );
  }
}

function amounts(text: Text, title: string, values: Readonly<Record<string, string>> | undefined): void {
  if (values === undefined || Object.keys(values).length === 0) return;
  text.raw(`${title}:\n`);
  for (const name of Object.keys(values).sort(byText)) text.line(1, `${name}:\t${values[name] ?? ''}`);
}

function system(text: Text, { status }: Node): void {
  const info = status?.nodeInfo;
  text.raw('System Info:\n');
  text.line(1, `Machine ID:\t${info?.machineID ?? ''}`);
  text.line(1, `System UUID:\t${info?.systemUUID ?? ''}`);
  text.line(1, `Boot ID:\t${info?.bootID ?? ''}`);
  text.line(1, `Kernel Version:\t${info?.kernelVersion ?? ''}`);
  text.line(1, `OS Image:\t${info?.osImage ?? ''}`);
  text.line(1, `Operating System:\t${info?.operatingSystem ?? ''}`);
  text.line(1, `Architecture:\t${info?.architecture ?? ''}`);
  text.line(1, `Container Runtime Version:\t${info?.containerRuntimeVersion ?? ''}`);
  text.line(1, `Kubelet Version:\t${info?.kubeletVersion ?? ''}`);
  text.line(1, `Kube-Proxy Version:\t${info?.kubeProxyVersion ?? ''}`);
}

/** An amount in billionths, with the form in which it was written. */
interface Amount {
  readonly nanos: bigint;
  readonly text: string;
}

const ZERO: Amount = { nanos: 0n, text: '0' };

function sum(all: readonly Amount[]): Amount {
  const total = all.reduce((n, a) => n + a.nanos, 0n);
  const like = all.find((a) => a.nanos !== 0n);
  const form = like === undefined ? undefined : parseQuantity(like.text);
  return {
    nanos: total,
    text: form === undefined || typeof form === 'string' ? '0' : formatQuantity({ nanos: total, format: form.format }),
  };
}

function amountOf(text: string | undefined): Amount {
  const parsed = parseQuantity(text ?? '0');
  return typeof parsed === 'string' ? ZERO : { nanos: parsed.nanos, text: text ?? '0' };
}

const percent = (part: Amount, whole: string | undefined): string => {
  const total = amountOf(whole).nanos;
  return total === 0n ? '0' : String((part.nanos * 100n) / total);
};
const shown = (amount: Amount, whole: string | undefined): string => `${amount.text} (${percent(amount, whole)}%)`;

/** What a Pod asks for or may use: containers together, or the biggest init container. */
function total(pod: Pod, kind: 'requests' | 'limits', resource: string): Amount {
  const exact = kind === 'requests' ? podRequest(pod, resource) : podLimit(pod, resource);
  if (!Number.isFinite(exact)) return ZERO;
  const of = (
    containers: readonly {
      readonly resources?: { readonly requests?: Readonly<Record<string, string>>; readonly limits?: Readonly<Record<string, string>> };
    }[],
  ): Amount[] => containers.map((c) => amountOf(c.resources?.[kind]?.[resource]));
  const init = pod.spec?.initContainers ?? [];
  const sidecars = init.filter((c) => c.restartPolicy === 'Always');
  const running = sum(of([...(pod.spec?.containers ?? []), ...sidecars]));
  const biggest = of(init.filter((c) => c.restartPolicy !== 'Always')).reduce((a, b) => (b.nanos > a.nanos ? b : a), ZERO);
  const most = biggest.nanos > running.nanos ? biggest : running;
  const isFree = kind === 'limits' && most.nanos === 0n;
  return isFree || pod.spec?.overhead?.[resource] === undefined ? most : sum([most, amountOf(pod.spec.overhead[resource])]);
}

async function pods(text: Text, of: Node, context: DescribeContext): Promise<void> {
  const selector = `spec.nodeName=${of.metadata?.name ?? ''},status.phase!=Failed,status.phase!=Succeeded`;
  const all = ((await context.list('pods', '', [['fieldSelector', selector]])) as unknown as readonly Pod[]).filter(
    (p) => p.status?.phase !== 'Failed' && p.status?.phase !== 'Succeeded',
  );
  const room = of.status?.allocatable && Object.keys(of.status.allocatable).length > 0 ? of.status.allocatable : of.status?.capacity;
  const cell = (pod: Pod, kind: 'requests' | 'limits', resource: string): string => shown(total(pod, kind, resource), room?.[resource]);
  text.line(0, `Non-terminated Pods:\t(${all.length} in total)`);
  table(
    text,
    1,
    ['Namespace', 'Name', '', 'CPU Requests', 'CPU Limits', 'Memory Requests', 'Memory Limits', 'Age'],
    all.map((p) => [
      p.metadata?.namespace ?? '',
      p.metadata?.name ?? '',
      '',
      cell(p, 'requests', 'cpu'),
      cell(p, 'limits', 'cpu'),
      cell(p, 'requests', 'memory'),
      cell(p, 'limits', 'memory'),
      ageOf(p.metadata?.creationTimestamp, context.nowMs),
    ]),
  );
  text.raw('Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n');
  const rows = resourceNames(of.status?.allocatable as Obj | undefined).map((name) => {
    const [requests, limits] = [sum(all.map((p) => total(p, 'requests', name))), sum(all.map((p) => total(p, 'limits', name)))];
    if (!['cpu', 'memory', 'ephemeral-storage'].includes(name) && !name.startsWith('hugepages-')) return [name, requests.text, limits.text];
    return [name, shown(requests, room?.[name]), shown(limits, room?.[name])];
  });
  table(text, 1, ['Resource', 'Requests', 'Limits'], rows);
}

function resourceNames(allocatable: Obj | undefined): readonly string[] {
  const others = Object.keys(allocatable ?? {})
    .filter((n) => !['cpu', 'memory', 'ephemeral-storage', 'pods'].includes(n))
    .sort(byText);
  return ['cpu', 'memory', 'ephemeral-storage', ...others];
}
