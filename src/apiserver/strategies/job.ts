/** Jobs and CronJobs.
 *  Upstream: pkg/apis/batch/{v1/defaults.go,validation/validation.go}, pkg/registry/batch/job/strategy.go */
import { duplicate, type FieldError, invalidPrinted, invalidValue, notSupported, required } from '../../api/field-error.ts';
import type { CronJob, Job, JobSpec, PodTemplateSpec } from '../../api/generated/types.ts';
import { matchesLabelSelector } from '../../api/selectors.ts';
import { equal } from '../../base/json.ts';
import { strategyOf } from './base.ts';
import { cronError, timeZoneErrors } from './cron-format.ts';
import { checkImmutable, checkLabelSelector, checkNonNegative, checkOneOf, type Errors } from './field-checks.ts';
import { goSyntax } from './go-syntax.ts';
import { checkJobSpec } from './job-spec.ts';
import { dns1123Label } from './names.ts';
import { podTemplateDefaults } from './pod-defaults.ts';
import { withKnownTemplate } from './pod-fields.ts';
import { IN_POD_NAMES, nameWarnings, templateWarnings, workloadWarnings } from './pod-warnings.ts';
import { fill, mapField, mapItems } from './share.ts';
import { MISMATCH } from './workload.ts';

const INT32_MAX = 2147483647;
/** A CronJob's Jobs add a dash and ten digits to its name. */
const CRON_NAME_MAX = 52;

function jobSpecDefaults(spec: JobSpec): JobSpec {
  const counts = spec.completions === undefined && spec.parallelism === undefined ? { completions: 1, parallelism: 1 } : { parallelism: 1 };
  const next = fill(spec, {
    ...counts,
    backoffLimit: spec.backoffLimitPerIndex === undefined ? 6 : INT32_MAX,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed',
  });
  const withPolicy = mapField(next, 'podFailurePolicy', (policy) =>
    mapItems(policy, 'rules', (rule) => mapItems(rule, 'onPodConditions', (pattern) => fill(pattern, { status: 'True' }))),
  );
  return mapField(withPolicy, 'template', podTemplateDefaults);
}

/** A Job without labels has those of its template. */
function jobDefaults(job: Job): Job {
  const labels = job.spec?.template?.metadata?.labels;
  const labelled = labels && Object.keys(job.metadata?.labels ?? {}).length === 0 ? { ...job, metadata: { ...job.metadata, labels } } : job;
  return mapField(labelled, 'spec', jobSpecDefaults);
}

/** Unless somebody selects by hand, a Job selects the Pods that carry its uid. Without labels of its own it has the template's. */
function generateSelector(job: Job): Job {
  const { uid = '', name = '' } = job.metadata ?? {};
  const spec = job.spec;
  if (!spec || spec.manualSelector) return job;
  const given = spec.template?.metadata?.labels ?? {};
  const labels: Record<string, string> = { ...given };
  for (const [key, value] of [
    ['controller-uid', uid],
    ['job-name', name],
  ] as const) {
    labels[key] ??= value;
    labels[`batch.kubernetes.io/${key}`] ??= value;
  }
  const selector = spec.selector ?? {};
  const matchLabels = selector.matchLabels ?? { 'batch.kubernetes.io/controller-uid': uid };
  const isLabelled = Object.keys(job.metadata?.labels ?? {}).length > 0;
  return {
    ...job,
    ...(!isLabelled && { metadata: { ...job.metadata, labels } }),
    spec: {
      ...spec,
      selector: { ...selector, matchLabels },
      template: { ...spec.template, metadata: { ...spec.template?.metadata, labels } },
    },
  };
}

/** The labels that a Job finds its Pods by are made by the server, and must be what it made. */
function checkGenerated(errors: Errors, { metadata, spec }: Job): void {
  if (!spec?.selector || spec.manualSelector) return;
  const { uid = '', name = '' } = metadata ?? {};
  if (uid === '') errors.push(required('metadata.uid'));
  const labels = spec.template?.metadata?.labels ?? {};
  const expected: Record<string, string> = {};
  for (const prefix of ['', 'batch.kubernetes.io/']) {
    for (const [key, value] of [
      ['controller-uid', uid],
      ['job-name', name],
    ] as const) {
      const field = `spec.template.metadata.labels[${prefix}${key}]`;
      const label = labels[prefix + key];
      if (label === undefined) errors.push(required(field, `must be '${value}'`));
      else if (label !== value) errors.push(invalidPrinted(field, goSyntax(labels, 'map[string]string'), `must be '${value}'`));
      expected[prefix + key] = value;
    }
  }
  if (!matchesLabelSelector(spec.selector, expected)) {
    errors.push(invalidPrinted('spec.selector', goSyntax(spec.selector, 'v1.LabelSelector'), '`selector` not auto-generated'));
  }
}

function checkSelector(errors: Errors, { selector, template }: JobSpec): void {
  const before = errors.length;
  if (selector) checkLabelSelector(errors, 'spec.selector', selector);
  else errors.push(required('spec.selector'));
  const labels = template?.metadata?.labels;
  if (selector && (errors.length > before || matchesLabelSelector(selector, labels ?? {}))) return;
  errors.push(invalidPrinted('spec.template.metadata.labels', goSyntax(labels, 'map[string]string'), MISMATCH));
}

const NO_SPEC: JobSpec = Object.freeze({ template: {} });

/** On an update what was generated is not looked at again. */
function validateJob({ spec = NO_SPEC }: Job): readonly FieldError[] {
  const errors: Errors = [];
  checkJobSpec(errors, 'spec', spec);
  checkSelector(errors, spec);
  return errors;
}

function validateNewJob(job: Job): readonly FieldError[] {
  const errors: Errors = [];
  const { completions = 0, completionMode } = job.spec ?? NO_SPEC;
  const last = `${job.metadata?.name ?? ''}-${completions - 1}`;
  if (completionMode === 'Indexed' && completions > 0 && dns1123Label(last).length > 0) {
    errors.push(invalidValue('metadata.name', job.metadata?.name, `will not able to create pod with invalid DNS label: ${last}`));
  }
  return errors;
}

/** A Job that waits may still be given other places to run. */
function templateMayMove(next: JobSpec, old: JobSpec, isStarted: boolean): boolean {
  if (!old.suspend || isStarted) return false;
  const without = ({ metadata, spec }: PodTemplateSpec = {}): object => ({
    ...metadata,
    labels: undefined,
    annotations: undefined,
    spec: { ...spec, affinity: undefined, nodeSelector: undefined, tolerations: undefined, schedulingGates: undefined },
  });
  return equal(without(next.template), without(old.template));
}

function validateJobChange(job: Job, oldJob: Job): readonly FieldError[] {
  const errors: Errors = [];
  const [next, old] = [job.spec ?? NO_SPEC, oldJob.spec ?? NO_SPEC];
  if (next.completionMode !== 'Indexed') checkImmutable(errors, 'spec.completions', next.completions, old.completions, '*int32');
  else if (next.completions !== undefined && next.completions !== old.completions && next.completions !== next.parallelism) {
    errors.push(invalidValue('spec.completions', next.completions, 'can only be modified in tandem with spec.parallelism'));
  }
  checkImmutable(errors, 'spec.selector', next.selector, old.selector, 'v1.LabelSelector');
  if (!equal(next.template, old.template) && !templateMayMove(next, old, oldJob.status?.startTime !== undefined)) {
    errors.push(invalidPrinted('spec.template', goSyntax(next.template, 'core.PodTemplateSpec'), 'field is immutable'));
  }
  checkImmutable(errors, 'spec.completionMode', next.completionMode, old.completionMode);
  checkImmutable(errors, 'spec.podFailurePolicy', next.podFailurePolicy, old.podFailurePolicy, 'batch.PodFailurePolicy');
  checkImmutable(errors, 'spec.backoffLimitPerIndex', next.backoffLimitPerIndex, old.backoffLimitPerIndex, 'int32');
  checkImmutable(errors, 'spec.managedBy', next.managedBy, old.managedBy);
  checkImmutable(errors, 'spec.successPolicy', next.successPolicy, old.successPolicy, 'batch.SuccessPolicy');
  return errors;
}

/** Uids of Pods that have ended and are not counted yet: none empty, none twice. */
function checkUncounted(errors: Errors, { status }: Job): void {
  const seen = new Set<string>();
  for (const list of ['succeeded', 'failed'] as const) {
    status?.uncountedTerminatedPods?.[list]?.forEach((uid, index) => {
      const field = `status.uncountedTerminatedPods.${list}[${index}]`;
      if (uid === '') errors.push(invalidValue(field, uid, 'must not be empty'));
      else if (seen.has(uid)) errors.push(duplicate(field, uid));
      seen.add(uid);
    });
  }
}

function checkJobStatus(job: Job): readonly FieldError[] {
  const errors: Errors = [];
  for (const count of ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const) {
    checkNonNegative(errors, `status.${count}`, job.status?.[count]);
  }
  checkUncounted(errors, job);
  return errors;
}

const MANY_INDEXES =
  'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be ' +
  'able to track completedIndexes when a big number of indexes fail';

function jobWarnings(job: Job, old: Job | undefined): readonly string[] {
  const { completionMode, completions = 0, parallelism = 0 } = job.spec ?? NO_SPEC;
  const isLarge = completionMode === 'Indexed' && completions > 100_000 && parallelism > 10_000;
  return [...(isLarge && !old ? [MANY_INDEXES] : []), ...workloadWarnings(job, old)];
}

export const jobStrategy = strategyOf<Job>({
  hasStatus: true,
  applyDefaults: jobDefaults,
  prepareForCreate: (job) => generateSelector(withKnownTemplate(job)),
  prepareForUpdate: withKnownTemplate,
  validate: validateJob,
  validateNew: validateNewJob,
  validateFirst: (job) => {
    const errors: Errors = [];
    checkGenerated(errors, job);
    return errors;
  },
  validateChange: validateJobChange,
  validateStatusUpdate: checkJobStatus,
  warnings: jobWarnings,
  selectableFields: { 'status.successful': (job) => String(job.status?.succeeded ?? 0) },
});

function checkSchedule(errors: Errors, schedule: string | undefined, timeZone: string | undefined, mayHaveZone: boolean): void {
  if (!schedule) {
    errors.push(required('spec.schedule'));
    return;
  }
  const problem = cronError(schedule);
  if (problem) errors.push(invalidValue('spec.schedule', schedule, problem));
  if (!schedule.includes('TZ')) return;
  if (!mayHaveZone)
    errors.push(invalidValue('spec.schedule', schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'));
  else if (timeZone !== undefined) {
    errors.push(invalidValue('spec.schedule', schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule'));
  }
}

function checkZone(errors: Errors, zone: string | undefined): void {
  if (zone !== undefined) for (const problem of timeZoneErrors(zone)) errors.push(invalidValue('spec.timeZone', zone, problem));
}

/** `old`: what a schedule from before was allowed it stays allowed. */
function checkCronJob({ spec }: CronJob, old?: CronJob): readonly FieldError[] {
  const errors: Errors = [];
  checkSchedule(errors, spec?.schedule, spec?.timeZone, old?.spec?.schedule?.includes('TZ') ?? false);
  checkNonNegative(errors, 'spec.startingDeadlineSeconds', spec?.startingDeadlineSeconds);
  if (!old || old.spec?.timeZone !== spec?.timeZone) checkZone(errors, spec?.timeZone);
  checkOneOf(errors, 'spec.concurrencyPolicy', spec?.concurrencyPolicy, ['Allow', 'Forbid', 'Replace']);
  const job = spec?.jobTemplate?.spec ?? NO_SPEC;
  checkJobSpec(errors, 'spec.jobTemplate.spec', job);
  if (job.selector) {
    errors.push(
      invalidPrinted('spec.jobTemplate.spec.selector', goSyntax(job.selector, 'v1.LabelSelector'), '`selector` will be auto-generated'),
    );
  }
  if (job.manualSelector) errors.push(notSupported('spec.jobTemplate.spec.manualSelector', job.manualSelector, ['nil', 'false']));
  checkNonNegative(errors, 'spec.successfulJobsHistoryLimit', spec?.successfulJobsHistoryLimit);
  checkNonNegative(errors, 'spec.failedJobsHistoryLimit', spec?.failedJobsHistoryLimit);
  return errors;
}

function nameTooLong({ metadata }: CronJob): readonly FieldError[] {
  const name = metadata?.name ?? '';
  return name.length > CRON_NAME_MAX ? [invalidValue('metadata.name', name, `must be no more than ${CRON_NAME_MAX} characters`)] : [];
}

const knownCronJob = (it: CronJob): CronJob =>
  mapField(it, 'spec', (spec) => mapField(spec, 'jobTemplate', (template) => withKnownTemplate(template)));

function cronWarnings(next: CronJob, old: CronJob | undefined): readonly string[] {
  if (old && equal(next.spec, old.spec)) return [];
  const { schedule = '', jobTemplate } = next.spec ?? {};
  return [
    ...(old ? [] : nameWarnings(next, IN_POD_NAMES)),
    ...templateWarnings(jobTemplate?.spec?.template, 'spec.jobTemplate.spec.template.'),
    ...(old && schedule.includes('TZ')
      ? [
          'CRON_TZ or TZ used in spec.schedule is not officially supported, see ' +
            'https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details',
        ]
      : []),
  ];
}

export const cronJobStrategy = strategyOf<CronJob>({
  hasStatus: true,
  applyDefaults: (it) =>
    mapField(it, 'spec', (spec) =>
      mapField(
        fill(spec, { concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 }),
        'jobTemplate',
        (template) => mapField(template, 'spec', jobSpecDefaults),
      ),
    ),
  prepareForCreate: knownCronJob,
  prepareForUpdate: knownCronJob,
  validate: (it) => checkCronJob(it),
  validateNew: nameTooLong,
  validateUpdate: checkCronJob,
  warnings: cronWarnings,
});
