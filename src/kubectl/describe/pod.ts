/** Upstream: staging/src/k8s.io/kubectl/pkg/describe/describe.go describePod */
import { parseTime } from '../../base/time.ts';
import type { EnvVar, Pod } from '../../api/generated/types.ts';
import { controllerOf } from '../../api/meta.ts';
import { qosClassOf } from '../../api/pod.ts';
import { quantityMillis } from '../../api/quantity.ts';
import { humanDuration, rfc1123z } from '../duration.ts';
import { type Obj, at, formatLabels } from '../obj.ts';
import { type Resolve, describeContainers } from './containers.ts';
import { type Describer, describeEvents } from './describer.ts';
import { tolerationLines, topologySpread } from './pod-template.ts';
import { type Text, annotationLines, labelLines } from './text.ts';
import { describeVolumes } from './volumes.ts';

export const pod: Describer = async (text, object, context) => {
  const of = object as unknown as Pod;
  const { spec, status, metadata } = of;
  head(text, of);
  labelLines(text, 'Labels', metadata?.labels);
  annotationLines(text, 'Annotations', metadata?.annotations);
  if (metadata?.deletionTimestamp !== undefined) {
    text.line(0, `Status:\tTerminating (lasts ${humanDuration(context.nowMs - parseTime(metadata.deletionTimestamp))})`);
    text.line(0, `Termination Grace Period:\t${metadata.deletionGracePeriodSeconds ?? 0}s`);
  } else {
    text.line(0, `Status:\t${status?.phase ?? ''}`);
  }
  if (status?.reason) text.line(0, `Reason:\t${status.reason}`);
  if (status?.message) text.line(0, `Message:\t${status.message}`);
  const seccomp = spec?.securityContext?.seccompProfile;
  if (seccomp !== undefined) text.line(0, `SeccompProfile:\t${seccomp.type}`);
  text.line(0, `IP:\t${status?.podIP ?? ''}`);
  const ips = status?.podIPs ?? [];
  text.line(0, ips.length === 0 ? 'IPs:\t<none>' : 'IPs:');
  for (const { ip } of ips) text.line(1, `IP:\t${ip}`);
  const controller = controllerOf(of);
  if (controller !== undefined) text.line(0, `Controlled By:\t${controller.kind}/${controller.name}`);
  if (status?.nominatedNodeName) text.line(0, `NominatedNodeName:\t${status.nominatedNodeName}`);
  containers(text, of);
  conditions(text, of);
  describeVolumes(text, spec?.volumes, '');
  text.line(0, `QoS Class:\t${status?.qosClass ?? qosClassOf(of)}`);
  labelLines(text, 'Node-Selectors', spec?.nodeSelector);
  tolerationLines(text, 'Tolerations', spec?.tolerations);
  topologySpread(text, spec?.topologySpreadConstraints, '');
  await describeEvents(text, object, context);
};

function head(text: Text, { spec, status, metadata }: Pod): void {
  text.line(0, `Name:\t${metadata?.name ?? ''}`);
  text.line(0, `Namespace:\t${metadata?.namespace ?? ''}`);
  if (spec?.priority !== undefined) text.line(0, `Priority:\t${spec.priority}`);
  if (spec?.priorityClassName) text.line(0, `Priority Class Name:\t${spec.priorityClassName}`);
  if (spec?.runtimeClassName) text.line(0, `Runtime Class Name:\t${spec.runtimeClassName}`);
  if (spec?.serviceAccountName) text.line(0, `Service Account:\t${spec.serviceAccountName}`);
  text.line(0, spec?.nodeName ? `Node:\t${spec.nodeName}/${status?.hostIP ?? ''}` : 'Node:\t<none>');
  if (status?.startTime) text.line(0, `Start Time:\t${rfc1123z(status.startTime)}`);
}

function containers(text: Text, of: Pod): void {
  const { spec, status } = of;
  const resolve = resolver(of);
  if (spec?.initContainers !== undefined && spec.initContainers.length > 0) {
    describeContainers(text, 'Init Containers', spec.initContainers, status?.initContainerStatuses ?? [], resolve, '');
  }
  describeContainers(text, 'Containers', spec?.containers ?? [], status?.containerStatuses ?? [], resolve, '');
  if (spec?.ephemeralContainers !== undefined && spec.ephemeralContainers.length > 0) {
    describeContainers(text, 'Ephemeral Containers', spec.ephemeralContainers, status?.ephemeralContainerStatuses ?? [], resolve, '');
  }
}

function conditions(text: Text, { spec, status }: Pod): void {
  const gates = spec?.readinessGates ?? [];
  if (gates.length > 0) {
    text.raw('Readiness Gates:\n  Type\tStatus\n');
    for (const gate of gates)
      text.line(1, `${gate.conditionType} \t${status?.conditions?.find((c) => c.type === gate.conditionType)?.status ?? '<none>'} `);
  }
  const all = status?.conditions ?? [];
  if (all.length === 0) return;
  text.raw('Conditions:\n  Type\tStatus\n');
  for (const c of all) text.line(1, `${c.type} \t${c.status} `);
}

function resolver(of: Pod): Resolve {
  return (variable: EnvVar) => {
    const path = variable.valueFrom?.fieldRef?.fieldPath;
    if (path !== undefined) return fieldValue(of as unknown as Obj, path);
    const ref = variable.valueFrom?.resourceFieldRef;
    if (ref === undefined) return '';
    const container = of.spec?.containers.find((c) => c.name === (ref.containerName ?? '') || c.env?.includes(variable));
    const [kind = '', name = ''] = ref.resource.split('.');
    const amount = String(at(container, 'resources', kind, name) ?? '0');
    return name === 'cpu'
      ? String(Math.ceil(quantityMillis(amount) / quantityMillis(ref.divisor && ref.divisor !== '0' ? ref.divisor : '1')))
      : amount;
  };
}

function fieldValue(of: Obj, path: string): string {
  const key = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (key !== null) return String(at(of, 'metadata', key[1]!, key[2]!) ?? '');
  if (path === 'metadata.labels' || path === 'metadata.annotations')
    return formatLabels(at(of, ...path.split('.')) as Record<string, string>);
  if (path === 'status.podIPs') return ((at(of, 'status', 'podIPs') ?? []) as { ip: string }[]).map((p) => p.ip).join(',');
  return String(at(of, ...path.split('.')) ?? '');
}
