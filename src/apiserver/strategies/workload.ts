/** What the workload kinds share: a selector, a template, counts and percentages.
 *  Upstream: pkg/apis/apps/validation/validation.go */
import { type FieldError, forbiddenField, invalidPrinted, invalidValue, notSupported, required } from '../../api/field-error.ts';
import type { LabelSelector, PodTemplateSpec } from '../../api/generated/types.ts';
import { matchesLabelSelector } from '../../api/selectors.ts';
import { checkImmutable, checkLabelSelector, checkNonNegative, type Errors, isEmptySelector } from './field-checks.ts';
import { goIntOrString, goSyntax } from './go-syntax.ts';
import { percent } from './names.ts';
import { checkPodTemplate } from './pod-spec.ts';

export const MISMATCH = '`selector` does not match template `labels`';

export type IntOrPercent = number | string | undefined;

export const invalidIntOrPercent = (field: string, value: IntOrPercent, detail: string): FieldError =>
  invalidPrinted(field, goIntOrString(value), detail);

export function checkIntOrPercent(errors: Errors, field: string, value: IntOrPercent): void {
  if (typeof value === 'string') for (const complaint of percent(value)) errors.push(invalidIntOrPercent(field, value, complaint));
  else if (value !== undefined && value < 0) errors.push(invalidValue(field, value, 'must be greater than or equal to 0'));
}

export function checkAtMostHundred(errors: Errors, field: string, value: IntOrPercent): void {
  if (typeof value === 'string' && /^[0-9]+%$/.test(value) && Number(value.slice(0, -1)) > 100) {
    errors.push(invalidIntOrPercent(field, value, 'must not be greater than 100%'));
  }
}

/** A text that is neither a percentage nor a number counts as nothing. */
export const isZero = (value: IntOrPercent): boolean => !(/^[-+]?[0-9]+%?$/.test(String(value)) && parseInt(String(value), 10) !== 0);

/** No selector selects nothing, and so not the template's labels either; one that selects everything is no mistake here. */
export function checkMismatch(errors: Errors, path: string, selector: LabelSelector | undefined, template: PodTemplateSpec | undefined): void {
  const labels = template?.metadata?.labels;
  if (selector && (isEmptySelector(selector) || matchesLabelSelector(selector, labels ?? {}))) return;
  errors.push(invalidPrinted(`${path}.metadata.labels`, goSyntax(labels, 'map[string]string'), MISMATCH));
}

/** Workloads that keep Pods running forever take only templates that do. */
export function checkRunsForever(errors: Errors, path: string, template: PodTemplateSpec | undefined, kind: string): void {
  const policy = template?.spec?.restartPolicy;
  if (policy !== 'Always') errors.push(notSupported(`${path}.spec.restartPolicy`, policy ?? '', ['Always']));
  if (template?.spec?.activeDeadlineSeconds !== undefined) {
    errors.push(forbiddenField(`${path}.spec.activeDeadlineSeconds`, `activeDeadlineSeconds in ${kind} is not Supported`));
  }
}

/** `word`: what the text about an empty selector calls the kind. False where the selector is such that nothing more can
 *  be said about the template. */
export function checkSelector(errors: Errors, selector: LabelSelector | undefined, word: string, broken: string): boolean {
  if (!selector) {
    errors.push(required('spec.selector'));
    return true;
  }
  const before = errors.length;
  checkLabelSelector(errors, 'spec.selector', selector);
  if (errors.length > before) {
    errors.push(invalidPrinted('spec.selector', goSyntax(selector, 'v1.LabelSelector'), broken));
    return false;
  }
  if (isEmptySelector(selector)) {
    errors.push(invalidPrinted('spec.selector', goSyntax(selector, 'v1.LabelSelector'), `empty selector is invalid for ${word}`));
  }
  return true;
}

export function checkTemplate(
  errors: Errors, selector: LabelSelector | undefined, template: PodTemplateSpec | undefined, kind: string,
): void {
  checkMismatch(errors, 'spec.template', selector, template);
  checkPodTemplate(errors, 'spec.template', template ?? {});
  checkRunsForever(errors, 'spec.template', template, kind);
}

/** Counts of a status, none below zero; of each pair the first is no more than the second. */
export interface StatusRules {
  readonly counts: readonly string[];
  readonly atMost: readonly (readonly [count: string, other: string, shown: string])[];
}

type Counted = { readonly status?: object };

export const checkCounts = ({ counts, atMost }: StatusRules) => (next: Counted, old: Counted): readonly FieldError[] => {
  const errors: Errors = [];
  const of = ({ status }: Counted): Readonly<Record<string, number | undefined>> => (status ?? {}) as Readonly<Record<string, number>>;
  const [status, before] = [of(next), of(old)];
  for (const count of counts) checkNonNegative(errors, `status.${count}`, status[count]);
  for (const [count, other, shown] of atMost) {
    if ((status[count] ?? 0) > (status[other] ?? 0)) errors.push(invalidValue(`status.${count}`, status[count], `cannot be greater than ${shown}`));
  }
  if ((status['collisionCount'] ?? 0) < (before['collisionCount'] ?? 0)) {
    errors.push(invalidValue('status.collisionCount', status['collisionCount'] ?? 0, 'cannot be decremented'));
  }
  return errors;
};

export function checkSelectorKept(errors: Errors, next: LabelSelector | undefined, old: LabelSelector | undefined): void {
  checkImmutable(errors, 'spec.selector', next, old, 'v1.LabelSelector');
}
