/** Tables of the workload kinds: apps, batch, autoscaling, policy.
 *  Upstream: pkg/printers/internalversion/printers.go */
import type {
  ControllerRevision, CronJob, DaemonSet, Deployment, Job, PodDisruptionBudget, ReplicaSet, ReplicationController, Scale,
  StatefulSet, V2HorizontalPodAutoscaler, V2MetricSpec, V2MetricStatus, V2MetricTarget, V2MetricValueStatus,
} from '../../api/generated/types.ts';
import { humanDuration, parseTime } from '../../base/time.ts';
import { formatLabels, formatLabelSelector, selectorString } from './selector-text.ts';
import { ageOf, columns, containerCells, nameOf, orNone, since, type TablePrinter } from './table.ts';

const WIDE = ['Containers*', 'Images*', 'Selector*'];

export const deploymentTable: TablePrinter<Deployment> = {
  columns: columns('Name', 'Ready', 'Up-to-date', 'Available', 'Age', ...WIDE),
  cells: (it, now) => [
    nameOf(it), `${it.status?.readyReplicas ?? 0}/${it.spec?.replicas ?? 0}`, it.status?.updatedReplicas ?? 0,
    it.status?.availableReplicas ?? 0, ageOf(it, now), ...containerCells(it.spec?.template?.spec?.containers), selectorString(it.spec?.selector),
  ],
};

export const replicaSetTable: TablePrinter<ReplicaSet> = {
  columns: columns('Name', 'Desired:integer', 'Current:integer', 'Ready:integer', 'Age', ...WIDE),
  cells: (it, now) => [
    nameOf(it), it.spec?.replicas ?? 0, it.status?.replicas ?? 0, it.status?.readyReplicas ?? 0, ageOf(it, now),
    ...containerCells(it.spec?.template?.spec?.containers), formatLabelSelector(it.spec?.selector),
  ],
};

export const replicationControllerTable: TablePrinter<ReplicationController> = {
  columns: columns('Name', 'Desired:integer', 'Current:integer', 'Ready:integer', 'Age', ...WIDE),
  cells: (it, now) => [
    nameOf(it), it.spec?.replicas ?? 0, it.status?.replicas ?? 0, it.status?.readyReplicas ?? 0, ageOf(it, now),
    ...containerCells(it.spec?.template?.spec?.containers), formatLabels(it.spec?.selector),
  ],
};

export const statefulSetTable: TablePrinter<StatefulSet> = {
  columns: columns('Name', 'Ready', 'Age', 'Containers*', 'Images*'),
  cells: (it, now) => [
    nameOf(it), `${it.status?.readyReplicas ?? 0}/${it.spec?.replicas ?? 0}`, ageOf(it, now),
    ...containerCells(it.spec?.template?.spec?.containers),
  ],
};

export const daemonSetTable: TablePrinter<DaemonSet> = {
  columns: columns('Name', 'Desired:integer', 'Current:integer', 'Ready:integer', 'Up-to-date:integer', 'Available:integer',
    'Node Selector', 'Age', ...WIDE),
  cells: (it, now) => [
    nameOf(it), it.status?.desiredNumberScheduled ?? 0, it.status?.currentNumberScheduled ?? 0, it.status?.numberReady ?? 0,
    it.status?.updatedNumberScheduled ?? 0, it.status?.numberAvailable ?? 0, formatLabels(it.spec?.template?.spec?.nodeSelector),
    ageOf(it, now), ...containerCells(it.spec?.template?.spec?.containers), formatLabelSelector(it.spec?.selector),
  ],
};

export const controllerRevisionTable: TablePrinter<ControllerRevision> = {
  columns: columns('Name', 'Controller', 'Revision', 'Age'),
  cells(it, now) {
    const owner = it.metadata?.ownerReferences?.find((reference) => reference.controller);
    const group = owner?.apiVersion?.includes('/') ? `.${owner.apiVersion.split('/')[0]}` : '';
    return [nameOf(it), owner ? `${(owner.kind + group).toLowerCase()}/${owner.name}` : '<none>', it.revision ?? 0, ageOf(it, now)];
  },
};

function jobStatus(job: Job): string {
  const holds = (type: string): boolean => job.status?.conditions?.find((one) => one.type === type)?.status === 'True';
  if (holds('Complete')) return 'Complete';
  if (holds('Failed')) return 'Failed';
  if (job.metadata?.deletionTimestamp) return 'Terminating';
  if (holds('Suspended')) return 'Suspended';
  return holds('FailureTarget') ? 'FailureTarget' : 'Running';
}

function jobCompletions({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec?.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration({ status }: Job, nowMs: number): string {
  if (!status?.startTime) return '';
  return humanDuration((status.completionTime ? parseTime(status.completionTime) : nowMs) - parseTime(status.startTime));
}

export const jobTable: TablePrinter<Job> = {
  columns: columns('Name', 'Status', 'Completions', 'Duration', 'Age', ...WIDE),
  cells: (it, now) => [
    nameOf(it), jobStatus(it), jobCompletions(it), jobDuration(it, now), ageOf(it, now),
    ...containerCells(it.spec?.template?.spec?.containers), formatLabelSelector(it.spec?.selector),
  ],
};

export const cronJobTable: TablePrinter<CronJob> = {
  columns: columns('Name', 'Schedule', 'Timezone', 'Suspend:boolean', 'Active:integer', 'Last Schedule', 'Age', ...WIDE),
  cells: (it, now) => [
    nameOf(it), it.spec?.schedule ?? '', orNone(it.spec?.timeZone),
    it.spec?.suspend === undefined ? '<unset>' : it.spec.suspend ? 'True' : 'False', it.status?.active?.length ?? 0,
    it.status?.lastScheduleTime ? since(it.status.lastScheduleTime, now) : '<none>', ageOf(it, now),
    ...containerCells(it.spec?.jobTemplate?.spec?.template?.spec?.containers), formatLabelSelector(it.spec?.jobTemplate?.spec?.selector),
  ],
};

const pair = (current: string | undefined, target: string | undefined): string => `${current ?? '<unknown>'}/${target ?? '0'}`;

function utilization(name: string, target: V2MetricTarget, current: V2MetricValueStatus | undefined): string {
  if (target.averageValue !== undefined) return `${name}: ${pair(current?.averageValue, target.averageValue)}`;
  const percent = (value: number | undefined): string | undefined => (value === undefined ? undefined : `${value}%`);
  return `${name}: ${percent(current?.averageUtilization) ?? '<unknown>'}/${percent(target.averageUtilization) ?? '<auto>'}`;
}

const valueOrAverage = (target: V2MetricTarget, current: V2MetricValueStatus | undefined): string =>
  target.averageValue !== undefined ? `${pair(current?.averageValue, target.averageValue)} (avg)` : pair(current?.value, target.value);

function metricText(spec: V2MetricSpec, status: V2MetricStatus | undefined): string {
  if (spec.type === 'External' && spec.external) return valueOrAverage(spec.external.target, status?.external?.current);
  if (spec.type === 'Object' && spec.object) return valueOrAverage(spec.object.target, status?.object?.current);
  if (spec.type === 'Pods' && spec.pods) return pair(status?.pods?.current.averageValue, spec.pods.target.averageValue);
  if (spec.type === 'Resource' && spec.resource) {
    return utilization(spec.resource.name, spec.resource.target, status?.resource?.current);
  }
  if (spec.type === 'ContainerResource' && spec.containerResource) {
    return utilization(spec.containerResource.name, spec.containerResource.target, status?.containerResource?.current);
  }
  return '<unknown type>';
}

/** "cpu: 10%/50%, memory: 1Gi/2Gi + 1 more...". */
export function formatMetrics(specs: readonly V2MetricSpec[] | undefined, statuses: readonly V2MetricStatus[] | undefined): string {
  if (!specs?.length) return '<none>';
  const texts = specs.map((spec, index) => metricText(spec, statuses?.[index]));
  return texts.length > 2 ? `${texts.slice(0, 2).join(', ')} + ${texts.length - 2} more...` : texts.join(', ');
}

export const horizontalPodAutoscalerTable: TablePrinter<V2HorizontalPodAutoscaler> = {
  columns: columns('Name', 'Reference', 'Targets', 'MinPods', 'MaxPods', 'Replicas', 'Age'),
  cells: (it, now) => [
    nameOf(it), `${it.spec?.scaleTargetRef?.kind}/${it.spec?.scaleTargetRef?.name}`, formatMetrics(it.spec?.metrics, it.status?.currentMetrics),
    it.spec?.minReplicas === undefined ? '<unset>' : `${it.spec.minReplicas}`, it.spec?.maxReplicas ?? 0,
    it.status?.currentReplicas ?? 0, ageOf(it, now),
  ],
};

export const podDisruptionBudgetTable: TablePrinter<PodDisruptionBudget> = {
  columns: columns('Name', 'Min Available', 'Max Unavailable', 'Allowed Disruptions:integer', 'Age'),
  cells: (it, now) => [
    nameOf(it), `${it.spec?.minAvailable ?? 'N/A'}`, `${it.spec?.maxUnavailable ?? 'N/A'}`, it.status?.disruptionsAllowed ?? 0, ageOf(it, now),
  ],
};

export const scaleTable: TablePrinter<Scale> = {
  columns: columns('Name', 'Desired:integer', 'Available:integer', 'Age'),
  cells: (it, now) => [nameOf(it), it.spec?.replicas ?? 0, it.status?.replicas ?? 0, ageOf(it, now)],
};
