/** Deployment, ReplicaSet, ReplicationController, StatefulSet, DaemonSet, Job and CronJob.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/describe/describe.go */
import { parseTime } from '../../base/time.ts';
import type {
  CronJob,
  DaemonSet,
  Deployment,
  Job,
  PersistentVolumeClaim,
  Pod,
  PodTemplateSpec,
  ReplicaSet,
  StatefulSet,
} from '../../api/generated/types.ts';
import { controllerOf } from '../../api/meta.ts';
import { formatLabelSelector } from '../../api/selectors.ts';
import { humanDuration, rfc1123z } from '../duration.ts';
import { type Obj, at, byText, formatLabels, same, str } from '../obj.ts';
import { podSelectorOf } from '../pods.ts';
import { type DescribeContext, type Describer, describeEvents } from './describer.ts';
import { describePodTemplate } from './pod-template.ts';
import { type Text, annotationLines, labelLines, table } from './text.ts';

function nameLines(text: Text, object: Obj): void {
  text.line(0, `Name:\t${str(object, 'metadata', 'name')}`);
  text.line(0, `Namespace:\t${str(object, 'metadata', 'namespace')}`);
}

export const deployment: Describer = async (text, object, context) => {
  const of = object as unknown as Deployment;
  const { spec, status } = of;
  nameLines(text, object);
  text.line(0, `CreationTimestamp:\t${rfc1123z(of.metadata?.creationTimestamp)}`);
  labelLines(text, 'Labels', of.metadata?.labels);
  annotationLines(text, 'Annotations', of.metadata?.annotations);
  text.line(0, `Selector:\t${formatLabelSelector(spec?.selector)}`);
  text.line(
    0,
    `Replicas:\t${spec?.replicas ?? 1} desired | ${status?.updatedReplicas ?? 0} updated | ${status?.replicas ?? 0} total | ` +
      `${status?.availableReplicas ?? 0} available | ${status?.unavailableReplicas ?? 0} unavailable`,
  );
  text.line(0, `StrategyType:\t${spec?.strategy?.type ?? ''}`);
  text.line(0, `MinReadySeconds:\t${spec?.minReadySeconds ?? 0}`);
  const rolling = spec?.strategy?.rollingUpdate;
  if (rolling !== undefined)
    text.line(0, `RollingUpdateStrategy:\t${rolling.maxUnavailable ?? '25%'} max unavailable, ${rolling.maxSurge ?? '25%'} max surge`);
  describePodTemplate(text, spec?.template);
  if (status?.conditions !== undefined && status.conditions.length > 0) {
    text.raw('Conditions:\n');
    table(
      text,
      1,
      ['Type', 'Status', 'Reason'],
      status.conditions.map((c) => [c.type, c.status, c.reason ?? '']),
    );
  }
  const { old, current } = await replicaSets(of, context);
  if (old.length > 0 || current !== undefined) {
    text.line(0, `OldReplicaSets:\t${old.map(replicaSetText).join(', ') || '<none>'}`);
    text.line(0, `NewReplicaSet:\t${current === undefined ? '<none>' : replicaSetText(current)}`);
  }
  await describeEvents(text, object, context);
};

const replicaSetText = (rs: ReplicaSet): string =>
  `${rs.metadata?.name ?? ''} (${rs.status?.replicas ?? 0}/${rs.spec?.replicas ?? 0} replicas created)`;

async function replicaSets(of: Deployment, context: DescribeContext): Promise<{ old: readonly ReplicaSet[]; current?: ReplicaSet }> {
  const selector = podSelectorOf(of as unknown as Obj) ?? '';
  const all = (await context.list('replicasets.v1.apps', of.metadata?.namespace ?? '', [
    ['labelSelector', selector],
  ])) as unknown as readonly ReplicaSet[];
  const owned = all.filter(
    (rs) => controllerOf(rs)?.uid === of.metadata?.uid || controllerOf(rs) === undefined || of.metadata?.uid === undefined,
  );
  const oldestFirst = [...owned].sort((a, b) => byText(a.metadata?.creationTimestamp ?? '', b.metadata?.creationTimestamp ?? ''));
  const current = oldestFirst.find((rs) => same(withoutHash(rs), of.spec?.template));
  return { old: owned.filter((rs) => rs !== current), ...(current !== undefined && { current }) };
}

/** The template of a ReplicaSet as its Deployment's was. */
function withoutHash({ spec }: ReplicaSet): unknown {
  const { 'pod-template-hash': _, ...labels } = spec?.template?.metadata?.labels ?? {};
  return { ...spec?.template, metadata: { ...spec?.template?.metadata, labels } };
}

async function podCounts(object: Obj, context: DescribeContext): Promise<string> {
  const selector = podSelectorOf(object) ?? '';
  const pods = (await context.list('pods', str(object, 'metadata', 'namespace'), [
    ['labelSelector', selector],
  ])) as unknown as readonly Pod[];
  const owned = pods.filter((p) => controllerOf(p)?.uid === str(object, 'metadata', 'uid'));
  const count = (phase: string): number => owned.filter((p) => p.status?.phase === phase).length;
  return `${count('Running')} Running / ${count('Pending')} Waiting / ${count('Succeeded')} Succeeded / ${count('Failed')} Failed`;
}

export const replicaSet: Describer = async (text, object, context) => {
  const of = object as unknown as ReplicaSet;
  nameLines(text, object);
  text.line(0, `Selector:\t${podSelectorOf(object) || '<unset>'}`);
  labelLines(text, 'Labels', of.metadata?.labels);
  annotationLines(text, 'Annotations', of.metadata?.annotations);
  const owner = controllerOf(of);
  if (owner !== undefined) text.line(0, `Controlled By:\t${owner.kind}/${owner.name}`);
  text.line(0, `Replicas:\t${of.status?.replicas ?? 0} current / ${of.spec?.replicas ?? 0} desired`);
  text.line(0, `Pods Status:\t${await podCounts(object, context)}`);
  describePodTemplate(text, of.spec?.template);
  if (of.status?.conditions !== undefined && of.status.conditions.length > 0) {
    text.raw('Conditions:\n');
    table(
      text,
      1,
      ['Type', 'Status', 'Reason'],
      of.status.conditions.map((c) => [c.type, c.status, c.reason ?? '']),
    );
  }
  await describeEvents(text, object, context);
};

export const statefulSet: Describer = async (text, object, context) => {
  const of = object as unknown as StatefulSet;
  nameLines(text, object);
  text.line(0, `CreationTimestamp:\t${rfc1123z(of.metadata?.creationTimestamp)}`);
  text.line(0, `Selector:\t${formatLabelSelector(of.spec?.selector)}`);
  labelLines(text, 'Labels', of.metadata?.labels);
  annotationLines(text, 'Annotations', of.metadata?.annotations);
  text.line(0, `Replicas:\t${of.spec?.replicas ?? 1} desired | ${of.status?.replicas ?? 0} total`);
  text.line(0, `Update Strategy:\t${of.spec?.updateStrategy?.type ?? ''}`);
  const partition = of.spec?.updateStrategy?.rollingUpdate?.partition;
  if (of.spec?.updateStrategy?.rollingUpdate !== undefined && partition !== undefined) text.line(1, `Partition:\t${partition}`);
  text.line(0, `Pods Status:\t${await podCounts(object, context)}`);
  describePodTemplate(text, of.spec?.template as PodTemplateSpec | undefined);
  claims(text, of.spec?.volumeClaimTemplates ?? []);
  await describeEvents(text, object, context);
};

function claims(text: Text, templates: readonly PersistentVolumeClaim[]): void {
  text.raw(templates.length === 0 ? 'Volume Claims:\t<none>\n' : 'Volume Claims:\n');
  for (const claim of templates) {
    text.line(1, `Name:\t${claim.metadata?.name ?? ''}`);
    text.line(
      1,
      `StorageClass:\t${claim.spec?.storageClassName ?? claim.metadata?.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? ''}`,
    );
    labelLines(text, '  Labels', claim.metadata?.labels);
    labelLines(text, '  Annotations', claim.metadata?.annotations);
    text.line(1, `Capacity:\t${claim.spec?.resources?.requests?.['storage'] ?? '<default>'}`);
    text.line(1, `Access Modes:\t[${(claim.spec?.accessModes ?? []).join(' ')}]`);
  }
}

export const daemonSet: Describer = async (text, object, context) => {
  const of = object as unknown as DaemonSet;
  nameLines(text, object);
  text.line(0, `Selector:\t${podSelectorOf(object) ?? ''}`);
  text.line(0, `Node-Selector:\t${formatLabels(of.spec?.template.spec?.nodeSelector)}`);
  labelLines(text, 'Labels', of.metadata?.labels);
  annotationLines(text, 'Annotations', of.metadata?.annotations);
  text.line(0, `Desired Number of Nodes Scheduled: ${of.status?.desiredNumberScheduled ?? 0}`);
  text.line(0, `Current Number of Nodes Scheduled: ${of.status?.currentNumberScheduled ?? 0}`);
  text.line(0, `Number of Nodes Scheduled with Up-to-date Pods: ${of.status?.updatedNumberScheduled ?? 0}`);
  text.line(0, `Number of Nodes Scheduled with Available Pods: ${of.status?.numberAvailable ?? 0}`);
  text.line(0, `Number of Nodes Misscheduled: ${of.status?.numberMisscheduled ?? 0}`);
  text.line(0, `Pods Status:\t${await podCounts(object, context)}`);
  describePodTemplate(text, of.spec?.template);
  await describeEvents(text, object, context);
};

export const job: Describer = async (text, object, context) => {
  const of = object as unknown as Job;
  const { spec, status } = of;
  nameLines(text, object);
  if (spec?.selector !== undefined) text.line(0, `Selector:\t${formatLabelSelector(spec.selector)}`);
  labelLines(text, 'Labels', of.metadata?.labels);
  annotationLines(text, 'Annotations', of.metadata?.annotations);
  const owner = controllerOf(of);
  if (owner !== undefined) text.line(0, `Controlled By:\t${owner.kind}/${owner.name}`);
  if (spec?.parallelism !== undefined) text.line(0, `Parallelism:\t${spec.parallelism}`);
  text.line(0, `Completions:\t${spec?.completions ?? '<unset>'}`);
  if (spec?.completionMode !== undefined) text.line(0, `Completion Mode:\t${spec.completionMode}`);
  if (spec?.suspend !== undefined) text.line(0, `Suspend:\t${spec.suspend}`);
  if (spec?.backoffLimit !== undefined) text.line(0, `Backoff Limit:\t${spec.backoffLimit}`);
  if (spec?.ttlSecondsAfterFinished !== undefined) text.line(0, `TTL Seconds After Finished:\t${spec.ttlSecondsAfterFinished}`);
  if (status?.startTime !== undefined) text.line(0, `Start Time:\t${rfc1123z(status.startTime)}`);
  if (status?.completionTime !== undefined) text.line(0, `Completed At:\t${rfc1123z(status.completionTime)}`);
  if (status?.startTime !== undefined && status.completionTime !== undefined) {
    text.line(0, `Duration:\t${humanDuration(parseTime(status.completionTime) - parseTime(status.startTime))}`);
  }
  if (spec?.activeDeadlineSeconds !== undefined) text.line(0, `Active Deadline Seconds:\t${spec.activeDeadlineSeconds}s`);
  const ready = status?.ready === undefined ? '' : ` (${status.ready} Ready)`;
  text.line(
    0,
    `Pods Statuses:\t${status?.active ?? 0} Active${ready} / ${status?.succeeded ?? 0} Succeeded / ${status?.failed ?? 0} Failed`,
  );
  if (spec?.completionMode === 'Indexed') text.line(0, `Completed Indexes:\t${status?.completedIndexes || '<none>'}`);
  describePodTemplate(text, spec?.template);
  await describeEvents(text, object, context);
};

export const cronJob: Describer = async (text, object, context) => {
  const of = object as unknown as CronJob;
  const { spec, status } = of;
  const job = spec?.jobTemplate.spec;
  nameLines(text, object);
  labelLines(text, 'Labels', of.metadata?.labels);
  annotationLines(text, 'Annotations', of.metadata?.annotations);
  text.line(0, `Schedule:\t${spec?.schedule ?? ''}`);
  text.line(0, `Concurrency Policy:\t${spec?.concurrencyPolicy ?? ''}`);
  text.line(0, `Suspend:\t${spec?.suspend === undefined ? '<unset>' : spec.suspend ? 'True' : 'False'}`);
  text.line(0, `Successful Job History Limit:\t${spec?.successfulJobsHistoryLimit ?? '<unset>'}`);
  text.line(0, `Failed Job History Limit:\t${spec?.failedJobsHistoryLimit ?? '<unset>'}`);
  text.line(
    0,
    `Starting Deadline Seconds:\t${spec?.startingDeadlineSeconds === undefined ? '<unset>' : `${spec.startingDeadlineSeconds}s`}`,
  );
  text.line(0, `Selector:\t${job?.selector === undefined ? '<unset>' : formatLabelSelector(job.selector)}`);
  text.line(0, `Parallelism:\t${job?.parallelism ?? '<unset>'}`);
  text.line(0, `Completions:\t${job?.completions ?? '<unset>'}`);
  if (job?.activeDeadlineSeconds !== undefined) text.line(0, `Active Deadline Seconds:\t${job.activeDeadlineSeconds}s`);
  describePodTemplate(text, job?.template);
  text.line(0, `Last Schedule Time:\t${status?.lastScheduleTime === undefined ? '<unset>' : rfc1123z(status.lastScheduleTime)}`);
  const active = (at(status, 'active') ?? []) as readonly { readonly name?: string }[];
  text.line(0, `Active Jobs:\t${active.length === 0 ? '<none>' : active.map((a) => a.name ?? '').join(', ')}`);
  await describeEvents(text, object, context);
};
