/** Jobs and CronJobs.
 *  Upstream: pkg/apis/batch/{v1/defaults.go,validation/validation.go}, pkg/registry/batch/job/strategy.go */
import { type FieldError, invalidPrinted, invalidValue, notSupported, required } from '../../api/field-error.ts';
import type { CronJob, Job, JobSpec, PodTemplateSpec } from '../../api/generated/types.ts';
import { matchesLabelSelector } from '../../api/selectors.ts';
import { equal } from '../../base/json.ts';
import { strategyOf } from './base.ts';
import { cronError, timeZoneError } from './cron-format.ts';
import { checkImmutable, checkLabelSelector, checkNonNegative, checkOneOf, checkOptional, type Errors } from './field-checks.ts';
import { goSyntax } from './go-syntax.ts';
import { subdomainName } from './names.ts';
import { podTemplateDefaults } from './pod-defaults.ts';
import { checkPodTemplate } from './pod-spec.ts';
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
  const withPolicy = mapField(next, 'podFailurePolicy', (policy) => mapItems(policy, 'rules', (rule) =>
    mapItems(rule, 'onPodConditions', (pattern) => fill(pattern, { status: 'True' }))));
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
  for (const [key, value] of [['controller-uid', uid], ['job-name', name]] as const) {
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
      ...spec, selector: { ...selector, matchLabels },
      template: { ...spec.template, metadata: { ...spec.template?.metadata, labels } },
    },
  };
}

function checkRestart(errors: Errors, path: string, template: PodTemplateSpec | undefined, spec: JobSpec): void {
  const policy = template?.spec?.restartPolicy;
  if (policy === 'Always' || !policy) errors.push(required(`${path}.spec.restartPolicy`, 'valid values: "OnFailure", "Never"'));
  else if (policy !== 'OnFailure' && policy !== 'Never') {
    errors.push(notSupported(`${path}.spec.restartPolicy`, policy, ['OnFailure', 'Never']));
  } else if (spec.podFailurePolicy && policy !== 'Never') {
    errors.push(invalidValue(`${path}.spec.restartPolicy`, policy, 'only "Never" is supported when podFailurePolicy is specified'));
  }
}

const COUNTS = ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished', 'backoffLimitPerIndex'] as const;

function checkJobSpec(errors: Errors, path: string, spec: JobSpec): void {
  for (const field of COUNTS) checkNonNegative(errors, `${path}.${field}`, spec[field]);
  checkOptional(errors, `${path}.completionMode`, spec.completionMode, ['NonIndexed', 'Indexed']);
  if (spec.completionMode === 'Indexed' && spec.completions === undefined) {
    errors.push(required(`${path}.completions`, 'when completion mode is Indexed'));
  }
  if (spec.completionMode !== 'Indexed' && spec.backoffLimitPerIndex !== undefined) {
    errors.push(invalidValue(`${path}.backoffLimitPerIndex`, spec.backoffLimitPerIndex, 'requires indexed completion mode'));
  }
  checkOptional(errors, `${path}.podReplacementPolicy`, spec.podReplacementPolicy, ['Failed', 'TerminatingOrFailed']);
  if (spec.podFailurePolicy && spec.podReplacementPolicy === 'TerminatingOrFailed') {
    errors.push(notSupported(`${path}.podReplacementPolicy`, spec.podReplacementPolicy, ['Failed']));
  }
  for (const [index, rule] of (spec.podFailurePolicy?.rules ?? []).entries()) {
    checkOneOf(errors, `${path}.podFailurePolicy.rules[${index}].action`, rule.action, ['Count', 'FailIndex', 'FailJob', 'Ignore']);
  }
  if (spec.template) checkPodTemplate(errors, `${path}.template`, spec.template);
  else errors.push(required(`${path}.template`));
  checkRestart(errors, `${path}.template`, spec.template, spec);
}

function validateJob({ spec }: Job): readonly FieldError[] {
  const errors: Errors = [];
  if (!spec) return [required('spec.template')];
  if (!spec.selector) errors.push(required('spec.selector'));
  else {
    checkLabelSelector(errors, 'spec.selector', spec.selector);
    const labels = spec.template?.metadata?.labels ?? {};
    if (!matchesLabelSelector(spec.selector, labels)) {
      errors.push(invalidPrinted('spec.template.metadata.labels', goSyntax(labels, 'map[string]string'), MISMATCH));
    }
  }
  checkJobSpec(errors, 'spec', spec);
  return errors;
}

/** A Job that waits may still be given other places to run. */
function templateMayMove(next: JobSpec, old: JobSpec, isStarted: boolean): boolean {
  if (!old.suspend || isStarted) return false;
  const without = ({ metadata, spec }: PodTemplateSpec = {}): object => ({
    ...metadata, labels: undefined, annotations: undefined,
    spec: { ...spec, affinity: undefined, nodeSelector: undefined, tolerations: undefined, schedulingGates: undefined },
  });
  return equal(without(next.template), without(old.template));
}

const NO_SPEC: JobSpec = Object.freeze({ template: {} });

function validateJobChange(job: Job, oldJob: Job): readonly FieldError[] {
  const errors: Errors = [];
  const [next, old] = [job.spec ?? NO_SPEC, oldJob.spec ?? NO_SPEC];
  if (next.completions !== old.completions) {
    const isElastic = next.completionMode === 'Indexed' && old.completions !== undefined && next.completions === next.parallelism;
    if (old.completions === undefined || next.completions === undefined || next.completionMode !== 'Indexed') {
      checkImmutable(errors, 'spec.completions', next.completions, old.completions, 'int32');
    } else if (!isElastic) {
      errors.push(invalidValue('spec.completions', next.completions,
        'can only be modified in tandem with parallelism'));
    }
  }
  checkImmutable(errors, 'spec.selector', next.selector, old.selector, 'v1.LabelSelector');
  if (!equal(next.template, old.template) && !templateMayMove(next, old, oldJob.status?.startTime !== undefined)) {
    errors.push(invalidPrinted('spec.template', goSyntax(next.template, 'core.PodTemplateSpec'), 'field is immutable'));
  }
  checkImmutable(errors, 'spec.completionMode', next.completionMode, old.completionMode);
  checkImmutable(errors, 'spec.podFailurePolicy', next.podFailurePolicy, old.podFailurePolicy, 'batch.PodFailurePolicy');
  checkImmutable(errors, 'spec.backoffLimitPerIndex', next.backoffLimitPerIndex, old.backoffLimitPerIndex, 'int32');
  checkImmutable(errors, 'spec.managedBy', next.managedBy, old.managedBy);
  return errors;
}

export const jobStrategy = strategyOf<Job>({
  hasStatus: true,
  applyDefaults: jobDefaults,
  prepareForCreate: generateSelector,
  validate: validateJob,
  validateChange: (next, old, { subresource }) => (subresource === 'status' ? [] : validateJobChange(next, old)),
  selectableFields: { 'status.successful': (job) => String(job.status?.succeeded ?? 0) },
});

function checkSchedule(errors: Errors, schedule: string | undefined, timeZone: string | undefined): void {
  if (!schedule) errors.push(required('spec.schedule'));
  else {
    const problem = cronError(schedule);
    if (problem) errors.push(invalidValue('spec.schedule', schedule, problem));
    if (/TZ/.test(schedule)) {
      errors.push(invalidValue('spec.schedule', schedule, timeZone === undefined
        ? 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead' : 'cannot use both timeZone field and TZ or CRON_TZ in schedule'));
    }
  }
  if (timeZone === undefined) return;
  const problem = timeZoneError(timeZone);
  if (problem) errors.push(invalidValue('spec.timeZone', timeZone, problem));
}

function validateCronJob({ spec }: CronJob): readonly FieldError[] {
  const errors: Errors = [];
  checkSchedule(errors, spec?.schedule, spec?.timeZone);
  checkNonNegative(errors, 'spec.startingDeadlineSeconds', spec?.startingDeadlineSeconds);
  checkOneOf(errors, 'spec.concurrencyPolicy', spec?.concurrencyPolicy, ['Allow', 'Forbid', 'Replace']);
  const job = spec?.jobTemplate?.spec;
  if (job) {
    checkJobSpec(errors, 'spec.jobTemplate.spec', job);
    if (job.manualSelector) errors.push(notSupported('spec.jobTemplate.spec.manualSelector', job.manualSelector, ['nil', 'false']));
  } else errors.push(required('spec.jobTemplate'));
  checkNonNegative(errors, 'spec.successfulJobsHistoryLimit', spec?.successfulJobsHistoryLimit);
  checkNonNegative(errors, 'spec.failedJobsHistoryLimit', spec?.failedJobsHistoryLimit);
  return errors;
}

export const cronJobStrategy = strategyOf<CronJob>({
  hasStatus: true,
  applyDefaults: (it) => mapField(it, 'spec', (spec) => mapField(
    fill(spec, { concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 }),
    'jobTemplate', (template) => mapField(template, 'spec', jobSpecDefaults),
  )),
  validate: validateCronJob,
  nameErrors: (name, prefix) => [
    ...subdomainName(name, prefix), ...(name.length > CRON_NAME_MAX ? [`must be no more than ${CRON_NAME_MAX} characters`] : []),
  ],
});

