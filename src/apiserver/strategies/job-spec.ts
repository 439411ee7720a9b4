/** What is wrong with the spec of a Job, whether it stands by itself or in a CronJob.
 *  Upstream: pkg/apis/batch/validation/validation.go (validateJobSpec) */
import { duplicate, invalidPrinted, invalidValue, notSupported, required, tooLong, tooMany } from '../../api/field-error.ts';
import type {
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyRule,
  PodTemplateSpec,
  SuccessPolicyRule,
} from '../../api/generated/types.ts';
import { checkNonNegative, checkOptional, complain, type Errors } from './field-checks.ts';
import { goSyntax } from './go-syntax.ts';
import { checkDomainPrefixed, qualifiedName } from './names.ts';
import { checkPodTemplate } from './pod-spec.ts';

const MANY = 100_000;
const MANY_TOGETHER = 10_000;
const RULES_MAX = 20;
const CODES_MAX = 255;
const INDEXES_LENGTH_MAX = 64 * 1024;
const MANAGER_LENGTH_MAX = 63;
const HIGH = `must be less than or equal to ${MANY_TOGETHER} when completions are above ${MANY} and used with backoff limit per index`;

function checkIndexed(errors: Errors, path: string, spec: JobSpec): void {
  const { completions, parallelism = 0, maxFailedIndexes: failed, backoffLimitPerIndex } = spec;
  const tooLarge = (field: keyof JobSpec, why: string): void => void errors.push(invalidValue(`${path}.${field}`, spec[field], why));
  if (completions === undefined) errors.push(required(`${path}.completions`, 'when completion mode is Indexed'));
  if (parallelism > MANY) tooLarge('parallelism', `must be less than or equal to ${MANY} when completion mode is Indexed`);
  if (completions !== undefined && failed !== undefined && failed > completions) {
    tooLarge('maxFailedIndexes', 'must be less than or equal to completions');
  }
  if ((failed ?? 0) > MANY) tooLarge('maxFailedIndexes', `must be less than or equal to ${MANY}`);
  if ((completions ?? 0) <= MANY || backoffLimitPerIndex === undefined) return;
  if (failed === undefined) errors.push(required(`${path}.maxFailedIndexes`, `must be specified when completions is above ${MANY}`));
  if (parallelism > MANY_TOGETHER) tooLarge('parallelism', HIGH);
  if ((failed ?? 0) > MANY_TOGETHER) tooLarge('maxFailedIndexes', HIGH);
}

const OPERATORS = ['In', 'NotIn'];

function checkExitCodes(
  errors: Errors,
  path: string,
  codes: Partial<PodFailurePolicyOnExitCodesRequirement>,
  names: ReadonlySet<string>,
): void {
  const { operator, containerName, values = [] } = codes;
  if (!operator) errors.push(required(`${path}.operator`, 'valid values: ["In" "NotIn"]'));
  else if (!OPERATORS.includes(operator)) errors.push(notSupported(`${path}.operator`, operator, OPERATORS));
  if (containerName !== undefined && !names.has(containerName)) {
    errors.push(
      invalidValue(`${path}.containerName`, containerName, 'must be one of the container or initContainer names in the pod template'),
    );
  }
  const printed = goSyntax(codes.values, '[]int32');
  if (values.length === 0) errors.push(invalidPrinted(`${path}.values`, printed, 'at least one value is required'));
  else if (values.length > CODES_MAX) errors.push(tooMany(`${path}.values`, values.length, CODES_MAX));
  values.forEach((value, index) => {
    const field = `${path}.values[${index}]`;
    if (operator === 'In' && value === 0) errors.push(invalidValue(field, value, 'must not be 0 for the In operator'));
    if (values.indexOf(value) < index) errors.push(duplicate(field, value));
  });
  if (values.some((value, index) => index > 0 && values[index - 1]! > value)) {
    errors.push(invalidPrinted(`${path}.values`, printed, 'must be ordered'));
  }
}

const STATUSES = ['False', 'True', 'Unknown'];
const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];

function checkFailureRule(
  errors: Errors,
  path: string,
  rule: Partial<PodFailurePolicyRule>,
  spec: JobSpec,
  names: ReadonlySet<string>,
): void {
  const { action, onExitCodes, onPodConditions = [] } = rule;
  if (!action) errors.push(required(`${path}.action`, 'valid values: ["Count" "FailIndex" "FailJob" "Ignore"]'));
  else if (action === 'FailIndex') {
    if (spec.backoffLimitPerIndex === undefined) {
      errors.push(invalidValue(`${path}.action`, action, 'requires the backoffLimitPerIndex to be set'));
    }
  } else if (!ACTIONS.includes(action)) errors.push(notSupported(`${path}.action`, action, ACTIONS));
  if (onExitCodes) checkExitCodes(errors, `${path}.onExitCodes`, onExitCodes, names);
  if (onPodConditions.length > RULES_MAX) errors.push(tooMany(`${path}.onPodConditions`, onPodConditions.length, RULES_MAX));
  onPodConditions.forEach(({ type, status }, index) => {
    const at = `${path}.onPodConditions[${index}]`;
    complain(errors, `${at}.type`, type, qualifiedName(type));
    if (!status) errors.push(required(`${at}.status`, 'valid values: ["False" "True" "Unknown"]'));
    else if (!STATUSES.includes(status)) errors.push(notSupported(`${at}.status`, status, STATUSES));
  });
  const wrong = (what: string): void => void errors.push({ type: 'FieldValueInvalid', field: path, detail: what });
  if (onExitCodes && onPodConditions.length > 0) wrong('specifying both OnExitCodes and OnPodConditions is not supported');
  if (!onExitCodes && onPodConditions.length === 0) wrong('specifying one of OnExitCodes and OnPodConditions is required');
}

function checkFailurePolicy(errors: Errors, path: string, spec: JobSpec): void {
  const rules = spec.podFailurePolicy?.rules ?? [];
  if (rules.length > RULES_MAX) errors.push(tooMany(`${path}.rules`, rules.length, RULES_MAX));
  const pod = spec.template?.spec;
  const names = new Set([...(pod?.containers ?? []), ...(pod?.initContainers ?? [])].map(({ name }) => name));
  rules.forEach((rule, index) => checkFailureRule(errors, `${path}.rules[${index}]`, rule, spec, names));
}

/** How many indexes "0,2-4" names, or what is wrong with it. */
function countIndexes(text: string, completions: number): number | string {
  let total = 0;
  let last = -1;
  for (const part of text === '' ? [] : text.split(',')) {
    const limits = part.split('-');
    if (limits.length > 2) {
      return `the fragment ${JSON.stringify(part)} violates the requirement that an index interval can have at most two parts separated by '-'`;
    }
    for (const limit of limits) {
      if (!/^[+-]?[0-9]+$/.test(limit)) return `cannot convert string to integer for index: ${JSON.stringify(limit)}`;
      if (Number(limit) >= completions) return `too large index: ${JSON.stringify(limit)}`;
    }
    const [first, end] = [Number(limits[0]), Number(limits[limits.length - 1])];
    if (limits.length > 1 && first >= end) return `non-increasing order, previous: ${first}, current: ${end}`;
    if (last >= first) return `non-increasing order, previous: ${last}, current: ${first}`;
    total += end - first + 1;
    last = end;
  }
  return total;
}

function checkSuccessRule(
  errors: Errors,
  path: string,
  { succeededCount, succeededIndexes }: SuccessPolicyRule,
  completions: number,
): void {
  if (succeededCount === undefined && succeededIndexes === undefined) {
    errors.push(required(path, 'at least one of succeededCount or succeededIndexes must be specified'));
  }
  let total: number | undefined;
  if (succeededIndexes !== undefined) {
    const field = `${path}.succeededIndexes`;
    if (succeededIndexes.length > INDEXES_LENGTH_MAX) errors.push(tooLong(field, INDEXES_LENGTH_MAX));
    const count = countIndexes(succeededIndexes, completions);
    if (typeof count === 'string') errors.push(invalidValue(field, succeededIndexes, `error parsing succeededIndexes: ${count}`));
    total = typeof count === 'string' ? 0 : count;
  }
  if (succeededCount === undefined) return;
  const field = `${path}.succeededCount`;
  checkNonNegative(errors, field, succeededCount);
  const atMost = (limit: number, what: string): void => {
    if (succeededCount > limit)
      errors.push(invalidValue(field, succeededCount, `must be less than or equal to ${limit} (the number of ${what})`));
  };
  atMost(completions, 'specified completions');
  if (total !== undefined) atMost(total, 'indexes in the specified succeededIndexes field');
}

function checkSuccessPolicy(errors: Errors, path: string, spec: JobSpec): void {
  const rules = spec.successPolicy?.rules ?? [];
  if (spec.completionMode !== 'Indexed') {
    errors.push(invalidPrinted(path, goSyntax(spec.successPolicy, 'batch.SuccessPolicy'), 'requires indexed completion mode'));
    return;
  }
  if (rules.length === 0)
    errors.push(required(`${path}.rules`, 'at least one rules must be specified when the successPolicy is specified'));
  if (rules.length > RULES_MAX) errors.push(tooMany(`${path}.rules`, rules.length, RULES_MAX));
  rules.forEach((rule, index) => checkSuccessRule(errors, `${path}.rules[${index}]`, rule, spec.completions ?? 0));
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

const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const;

export function checkJobSpec(errors: Errors, path: string, spec: JobSpec): void {
  for (const field of COUNTS) checkNonNegative(errors, `${path}.${field}`, spec[field]);
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    errors.push(required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  }
  if (spec.managedBy !== undefined) {
    checkDomainPrefixed(errors, `${path}.managedBy`, spec.managedBy);
    if (spec.managedBy.length > MANAGER_LENGTH_MAX) errors.push(tooLong(`${path}.managedBy`, MANAGER_LENGTH_MAX));
  }
  checkOptional(errors, `${path}.completionMode`, spec.completionMode, ['NonIndexed', 'Indexed']);
  if (spec.completionMode === 'Indexed') checkIndexed(errors, path, spec);
  if (spec.completionMode === undefined || spec.completionMode === 'NonIndexed') {
    for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
      if (spec[field] !== undefined) errors.push(invalidValue(`${path}.${field}`, spec[field], 'requires indexed completion mode'));
    }
  }
  if (spec.podFailurePolicy) checkFailurePolicy(errors, `${path}.podFailurePolicy`, spec);
  if (spec.successPolicy) checkSuccessPolicy(errors, `${path}.successPolicy`, spec);
  checkOptional(
    errors,
    `${path}.podReplacementPolicy`,
    spec.podReplacementPolicy,
    spec.podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed'],
  );
  checkPodTemplate(errors, `${path}.template`, spec.template ?? {});
  checkRestart(errors, `${path}.template`, spec.template, spec);
}
