/** ConfigMap, Secret, ServiceAccount, Namespace, ResourceQuota, LimitRange, PriorityClass and PodDisruptionBudget.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/describe/describe.go */
import { fromBase64 } from '../../base/bytes.ts';
import type {
  LimitRange,
  LimitRangeItem,
  Namespace,
  PodDisruptionBudget,
  PriorityClass,
  ResourceQuota,
  ServiceAccount,
} from '../../api/generated/types.ts';
import { formatLabelSelector } from '../../api/selectors.ts';
import { rfc1123z } from '../duration.ts';
import { type Obj, byText, dict, str } from '../obj.ts';
import { type Describer, describeEvents } from './describer.ts';
import { type Text, annotationLines, labelLines } from './text.ts';

function head(text: Text, object: Obj): void {
  text.line(0, `Name:\t${str(object, 'metadata', 'name')}`);
  text.line(0, `Namespace:\t${str(object, 'metadata', 'namespace')}`);
  labelLines(text, 'Labels', object.metadata?.labels);
  annotationLines(text, 'Annotations', object.metadata?.annotations);
}

export const configMap: Describer = async (text, object, context) => {
  head(text, object);
  text.raw('\nData\n====\n');
  const data = dict(object, 'data');
  for (const key of Object.keys(data).sort(byText)) text.raw(`${key}:\n----\n${String(data[key])}\n\n`);
  text.raw('\nBinaryData\n====\n');
  const binary = dict(object, 'binaryData');
  for (const key of Object.keys(binary).sort(byText)) text.raw(`${key}: ${fromBase64(String(binary[key]))?.length ?? 0} bytes\n`);
  text.raw('\n');
  await describeEvents(text, object, context);
};

export const secret: Describer = (text, object) => {
  head(text, object);
  text.raw(`\nType:\t${str(object, 'type')}\n\nData\n====\n`);
  const data = dict(object, 'data');
  const token = str(object, 'type') === 'kubernetes.io/service-account-token';
  for (const key of Object.keys(data).sort(byText)) {
    const bytes = fromBase64(String(data[key])) ?? new Uint8Array();
    text.raw(token && key === 'token' ? `${key}:\t${String.fromCharCode(...bytes)}\n` : `${key}:\t${bytes.length} bytes\n`);
  }
};

export const serviceAccount: Describer = async (text, object, context) => {
  const of = object as unknown as ServiceAccount;
  head(text, object);
  const secrets = await context.list('secrets', of.metadata?.namespace ?? '');
  const tokens = secrets
    .filter(
      (s) =>
        str(s, 'type') === 'kubernetes.io/service-account-token' &&
        str(s, 'metadata', 'annotations', 'kubernetes.io/service-account.name') === of.metadata?.name &&
        str(s, 'metadata', 'annotations', 'kubernetes.io/service-account.uid') === of.metadata?.uid,
    )
    .map((s) => str(s, 'metadata', 'name'));
  const there = new Set(secrets.map((s) => str(s, 'metadata', 'name')));
  const shown = ({ name = '' }: { readonly name?: string }): string => (there.has(name) ? name : `${name} (not found)`);
  const rows: [string, readonly string[]][] = [
    ['Image pull secrets:', (of.imagePullSecrets ?? []).map(shown)],
    ['Mountable secrets: ', (of.secrets ?? []).map(shown)],
    ['Tokens:            ', tokens],
  ];
  for (const [title, names] of rows) {
    if (names.length === 0) text.line(0, `${title.trimEnd()}\t<none>`);
    names.forEach((name, i) => text.line(0, `${i === 0 ? title.trimEnd() : ''}\t${name}`));
  }
  await describeEvents(text, object, context);
};

export const namespace: Describer = async (text, object, context) => {
  const of = object as unknown as Namespace;
  const name = of.metadata?.name ?? '';
  text.line(0, `Name:\t${name}`);
  labelLines(text, 'Labels', of.metadata?.labels);
  annotationLines(text, 'Annotations', of.metadata?.annotations);
  text.line(0, `Status:\t${of.status?.phase ?? ''}`);
  if ((of.status?.conditions ?? []).length > 0) {
    text.raw('Conditions:\n');
    text.line(1, 'Type\tStatus\tLastTransitionTime\tReason\tMessage');
    text.line(1, '----\t------\t------------------\t------\t-------');
    for (const c of of.status?.conditions ?? [])
      text.line(1, `${c.type}\t${c.status}\t${rfc1123z(c.lastTransitionTime)}\t${c.reason ?? ''}\t${c.message ?? ''}`);
  }
  const quotas = (await context.list('resourcequotas', name)) as unknown as readonly ResourceQuota[];
  text.raw('\n');
  if (quotas.length === 0) {
    text.raw('No resource quota.\n');
  } else {
    text.raw('Resource Quotas\n');
    for (const [i, quota] of quotas.entries()) {
      text.line(1, `Name:\t${quota.metadata?.name ?? ''}`);
      scopeLines(text, 1, quota, '* ');
      text.line(1, 'Resource\tUsed\tHard');
      text.line(1, '--------\t---\t---');
      for (const row of quotaRows(quota)) text.line(1, row);
      if (i < quotas.length - 1) text.raw('\n');
    }
  }
  text.raw('\n');
  const ranges = (await context.list('limitranges', name)) as unknown as readonly LimitRange[];
  if (ranges.length === 0) {
    text.raw('No LimitRange resource.\n');
  } else {
    text.raw('Resource Limits\n Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio\n');
    text.raw(' ----\t--------\t---\t---\t---------------\t-------------\t-----------------------\n');
    for (const range of ranges) for (const item of range.spec?.limits ?? []) for (const row of limitRows(item)) text.raw(` ${row}\n`);
  }
};

function quotaRows(quota: ResourceQuota): string[] {
  const { hard = {}, used = {} } = quota.status ?? {};
  return Object.keys(hard)
    .sort(byText)
    .map((name) => `${name}\t${used[name] ?? '0'}\t${hard[name] ?? ''}`);
}

function limitRows(item: LimitRangeItem): string[] {
  const maps = [item.max, item.min, item.default, item.defaultRequest, item.maxLimitRequestRatio];
  const names = [...new Set(maps.flatMap((m) => Object.keys(m ?? {})))].sort(byText);
  const cell = (map: Readonly<Record<string, string>> | undefined, name: string): string => map?.[name] ?? '-';
  return names.map((name) =>
    [
      item.type,
      name,
      cell(item.min, name),
      cell(item.max, name),
      cell(item.defaultRequest, name),
      cell(item.default, name),
      cell(item.maxLimitRequestRatio, name),
    ].join('\t'),
  );
}

export const resourceQuota: Describer = (text, object) => {
  const of = object as unknown as ResourceQuota;
  text.line(0, `Name:\t${of.metadata?.name ?? ''}`);
  text.line(0, `Namespace:\t${of.metadata?.namespace ?? ''}`);
  scopeLines(text, 0, of, ' * ');
  text.line(0, 'Resource\tUsed\tHard');
  text.line(0, '--------\t----\t----');
  for (const row of quotaRows(of)) text.line(0, row);
};

function scopeLines(text: Text, level: number, { spec }: ResourceQuota, mark: string): void {
  const scopes = [...(spec?.scopes ?? [])].sort(byText);
  if (scopes.length === 0) return;
  text.line(level, `Scopes:\t${scopes.join(', ')}`);
  for (const scope of scopes) if (SCOPES[scope] !== undefined) text.line(level, `${mark}${SCOPES[scope]}`);
}

const SCOPES: Readonly<Record<string, string>> = {
  Terminating:
    'Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system.',
  NotTerminating:
    'Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate.',
  BestEffort: 'Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.',
  NotBestEffort:
    'Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service.',
};

export const limitRange: Describer = (text, object) => {
  const of = object as unknown as LimitRange;
  text.line(0, `Name:\t${of.metadata?.name ?? ''}`);
  text.line(0, `Namespace:\t${of.metadata?.namespace ?? ''}`);
  text.line(0, 'Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio');
  text.line(0, '----\t--------\t---\t---\t---------------\t-------------\t-----------------------');
  for (const item of of.spec?.limits ?? []) for (const row of limitRows(item)) text.line(0, row);
};

export const priorityClass: Describer = async (text, object, context) => {
  const of = object as unknown as PriorityClass;
  text.line(0, `Name:\t${of.metadata?.name ?? ''}`);
  text.line(0, `Value:\t${of.value}`);
  text.line(0, `GlobalDefault:\t${of.globalDefault ?? false}`);
  text.line(0, `PreemptionPolicy:\t${of.preemptionPolicy ?? 'PreemptLowerPriority'}`);
  text.line(0, `Description:\t${of.description ?? ''}`);
  labelLines(text, 'Annotations', of.metadata?.annotations);
  await describeEvents(text, object, context);
};

export const podDisruptionBudget: Describer = async (text, object, context) => {
  const of = object as unknown as PodDisruptionBudget;
  text.line(0, `Name:\t${of.metadata?.name ?? ''}`);
  text.line(0, `Namespace:\t${of.metadata?.namespace ?? ''}`);
  if (of.spec?.minAvailable !== undefined) text.line(0, `Min available:\t${of.spec.minAvailable}`);
  else if (of.spec?.maxUnavailable !== undefined) text.line(0, `Max unavailable:\t${of.spec.maxUnavailable}`);
  text.line(0, `Selector:\t${of.spec?.selector === undefined ? '<unset>' : formatLabelSelector(of.spec.selector)}`);
  text.raw('Status:\n');
  text.line(2, `Allowed disruptions:\t${of.status?.disruptionsAllowed ?? 0}`);
  text.line(2, `Current:\t${of.status?.currentHealthy ?? 0}`);
  text.line(2, `Desired:\t${of.status?.desiredHealthy ?? 0}`);
  text.line(2, `Total:\t${of.status?.expectedPods ?? 0}`);
  await describeEvents(text, object, context);
};
