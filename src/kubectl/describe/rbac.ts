/** Roles, bindings, HorizontalPodAutoscaler and CertificateSigningRequest.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/describe/describe.go */
import type {
  CertificateSigningRequest,
  PolicyRule,
  RoleBinding,
  V2HorizontalPodAutoscaler,
  V2MetricSpec,
  V2MetricStatus,
} from '../../api/generated/types.ts';
import { humanDuration, rfc1123z } from '../duration.ts';
import { byText, list, str } from '../obj.ts';
import { describeRequest } from './csr.ts';
import { type Describer, describeEvents } from './describer.ts';
import { type Text, annotationLines, labelLines, table } from './text.ts';

export const role: Describer = (text, object) => {
  text.line(0, `Name:\t${str(object, 'metadata', 'name')}`);
  labelLines(text, 'Labels', object.metadata?.labels);
  annotationLines(text, 'Annotations', object.metadata?.annotations);
  text.raw('PolicyRule:\n');
  text.line(1, 'Resources\tNon-Resource URLs\tResource Names\tVerbs');
  text.line(1, '---------\t-----------------\t--------------\t-----');
  for (const row of ruleRows(list(object, 'rules') as readonly PolicyRule[])) text.line(1, row);
};

function qualified(group: string, resource: string): string {
  const [base = '', ...sub] = resource.split('/');
  return group === '' ? resource : `${base}.${group}${sub.length > 0 ? `/${sub.join('/')}` : ''}`;
}

/** One row for each resource of each group; rules about the same thing are put together. */
function ruleRows(rules: readonly PolicyRule[]): string[] {
  const merged = new Map<string, Row & { verbs: string[] }>();
  const add = (group: string, base: string, urls: string, names: readonly string[], verbs: readonly string[]): void => {
    const key = `${group}|${base}|${urls}|${names.join(',')}`;
    const there = merged.get(key);
    if (there === undefined)
      merged.set(key, { resource: qualified(group, base), group, base, urls, names: `[${names.join(' ')}]`, verbs: [...verbs] });
    else for (const verb of verbs) if (!there.verbs.includes(verb)) there.verbs.push(verb);
  };
  for (const rule of rules) {
    for (const resource of rule.resources ?? []) {
      for (const group of rule.apiGroups ?? ['']) {
        const named = rule.resourceNames ?? [];
        if (named.length === 0) add(group, resource, '[]', [], rule.verbs);
        for (const one of named) add(group, resource, '[]', [one], rule.verbs);
      }
    }
    for (const url of rule.nonResourceURLs ?? []) add('', '', `[${url}]`, [], rule.verbs);
  }
  return [...merged.values()]
    .sort((a, b) => byText(goText(a), goText(b)))
    .map((r) => `${r.resource}\t${r.urls}\t${r.names}\t[${r.verbs.join(' ')}]`);
}

interface Row {
  readonly resource: string;
  readonly group: string;
  readonly base: string;
  readonly urls: string;
  readonly names: string;
  readonly verbs: readonly string[];
}
/** Rules stand in the order of Go's text of them. */
const goText = (r: Row): string =>
  `Verbs:[${r.verbs.join(' ')}],APIGroups:[${r.group}],Resources:[${r.base}],ResourceNames:${r.names},NonResourceURLs:${r.urls},`;

export const roleBinding: Describer = (text, object) => {
  const of = object as unknown as RoleBinding;
  text.line(0, `Name:\t${of.metadata?.name ?? ''}`);
  labelLines(text, 'Labels', of.metadata?.labels);
  annotationLines(text, 'Annotations', of.metadata?.annotations);
  text.raw('Role:\n');
  text.line(1, `Kind:\t${of.roleRef.kind}`);
  text.line(1, `Name:\t${of.roleRef.name}`);
  text.raw('Subjects:\n');
  table(
    text,
    1,
    ['Kind', 'Name', 'Namespace'],
    (of.subjects ?? []).map((s) => [s.kind, s.name, s.namespace ?? '']),
  );
};

export const autoscaler: Describer = async (text, object, context) => {
  const of = object as unknown as V2HorizontalPodAutoscaler;
  const { spec, status, metadata } = of;
  text.line(0, `Name:\t${metadata?.name ?? ''}`);
  text.line(0, `Namespace:\t${metadata?.namespace ?? ''}`);
  labelLines(text, 'Labels', metadata?.labels);
  annotationLines(text, 'Annotations', metadata?.annotations);
  text.line(0, `CreationTimestamp:\t${rfc1123z(metadata?.creationTimestamp)}`);
  const target = spec?.scaleTargetRef;
  text.line(0, `Reference:\t${target?.kind ?? ''}/${target?.name ?? ''}`);
  text.line(0, 'Metrics:\t( current / target )');
  (spec?.metrics ?? []).forEach((metric, i) => text.line(1, metricText(metric, status?.currentMetrics?.[i])));
  text.line(0, `Min replicas:\t${spec?.minReplicas ?? '<unset>'}`);
  text.line(0, `Max replicas:\t${spec?.maxReplicas ?? 0}`);
  behavior(text, of);
  text.line(0, `${target?.kind ?? ''} pods:\t${status?.currentReplicas ?? 0} current / ${status?.desiredReplicas ?? 0} desired`);
  if ((status?.conditions ?? []).length > 0) {
    text.raw('Conditions:\n');
    text.line(1, 'Type\tStatus\tReason\tMessage');
    text.line(1, '----\t------\t------\t-------');
    for (const c of status?.conditions ?? []) text.line(1, `${c.type}\t${c.status}\t${c.reason ?? ''}\t${c.message ?? ''}`);
  }
  await describeEvents(text, object, context);
};

function behavior(text: Text, { spec }: V2HorizontalPodAutoscaler): void {
  const of = spec?.behavior;
  if (of === undefined) return;
  text.raw('Behavior:\n');
  for (const [title, rules] of [
    ['Scale Up', of.scaleUp],
    ['Scale Down', of.scaleDown],
  ] as const) {
    if (rules === undefined) continue;
    text.line(1, `${title}:`);
    if (rules.stabilizationWindowSeconds !== undefined) text.line(2, `Stabilization Window: ${rules.stabilizationWindowSeconds} seconds`);
    if ((rules.policies ?? []).length === 0) continue;
    text.line(2, `Select Policy: ${rules.selectPolicy ?? 'Max'}`);
    text.line(2, 'Policies:');
    for (const p of rules.policies ?? []) text.line(3, `- Type: ${p.type}\tValue: ${p.value}\tPeriod: ${p.periodSeconds} seconds`);
  }
}

function metricText(spec: V2MetricSpec, status: V2MetricStatus | undefined): string {
  if (spec.type === 'Resource' || spec.type === 'ContainerResource') {
    const resource = spec.resource ?? spec.containerResource;
    const current = status?.resource?.current ?? status?.containerResource?.current;
    const where = spec.type === 'Resource' ? 'on pods' : `of container ${JSON.stringify(spec.containerResource?.container ?? '')} on pods`;
    if (resource?.target.averageValue !== undefined)
      return `resource ${resource.name} ${where}:\t${current?.averageValue ?? '<unknown>'} / ${resource.target.averageValue}`;
    const now = current?.averageUtilization === undefined ? '<unknown>' : `${current.averageUtilization}% (${current.averageValue ?? ''})`;
    const goal = resource?.target.averageUtilization === undefined ? '<auto>' : `${resource.target.averageUtilization}%`;
    return `resource ${resource?.name ?? ''} ${where}  (as a percentage of request):\t${now} / ${goal}`;
  }
  if (spec.type === 'Pods') {
    return `${JSON.stringify(spec.pods?.metric.name ?? '')} on pods:\t${status?.pods?.current.averageValue ?? '<unknown>'} / ${spec.pods?.target.averageValue ?? ''}`;
  }
  if (spec.type === 'Object') {
    const of = spec.object;
    const average = of?.target.type === 'AverageValue';
    const now = average ? status?.object?.current.averageValue : status?.object?.current.value;
    return (
      `${JSON.stringify(of?.metric.name ?? '')} on ${of?.describedObject.kind ?? ''}/${of?.describedObject.name ?? ''} (target ${average ? 'average value' : 'value'}):\t` +
      `${now ?? '<unknown>'} / ${(average ? of?.target.averageValue : of?.target.value) ?? ''}`
    );
  }
  const of = spec.external;
  const average = of?.target.averageValue !== undefined;
  const now = average ? status?.external?.current.averageValue : status?.external?.current.value;
  return `${JSON.stringify(of?.metric.name ?? '')} (target ${average ? 'average value' : 'value'}):\t${now ?? '<unknown>'} / ${(average ? of?.target.averageValue : of?.target.value) ?? ''}`;
}

export const signingRequest: Describer = async (text, object, context) => {
  const of = object as unknown as CertificateSigningRequest;
  text.line(0, `Name:\t${of.metadata?.name ?? ''}`);
  labelLines(text, 'Labels', of.metadata?.labels);
  annotationLines(text, 'Annotations', of.metadata?.annotations);
  text.line(0, `CreationTimestamp:\t${rfc1123z(of.metadata?.creationTimestamp)}`);
  text.line(0, `Requesting User:\t${of.spec.username ?? ''}`);
  text.line(0, `Signer:\t${of.spec.signerName}`);
  if (of.spec.expirationSeconds !== undefined) text.line(0, `Requested Duration:\t${humanDuration(of.spec.expirationSeconds * 1000)}`);
  const types = (of.status?.conditions ?? []).map((c) => c.type);
  const issued = of.status?.certificate ? ',Issued' : '';
  text.line(0, `Status:\t${types.includes('Denied') ? 'Denied' : types.includes('Approved') ? `Approved${issued}` : 'Pending'}`);
  describeRequest(text, of.spec.request);
  await describeEvents(text, object, context);
};
