/** What the workload kinds share: a selector, a template, counts and percentages.
 *  Upstream: pkg/apis/apps/validation/validation.go */
import { type FieldError, forbiddenField, invalidPrinted, invalidValue, notSupported, required } from '../../api/field-error.ts';
import type { LabelSelector, PodTemplateSpec } from '../../api/generated/types.ts';
import { matchesLabelSelector } from '../../api/selectors.ts';
import { checkImmutable, checkLabelSelector, complain, type Errors, isEmptySelector } from './field-checks.ts';
import { goSyntax } from './go-syntax.ts';
import { percent } from './names.ts';
import { checkPodTemplate } from './pod-spec.ts';

export const MISMATCH = '`selector` does not match template `labels`';

export type IntOrPercent = number | string | undefined;

const goIntOrString = (value: IntOrPercent): string =>
  `intstr.IntOrString{Type:${typeof value === 'string' ? 1 : 0}, IntVal:${typeof value === 'string' ? 0 : value ?? 0}, `
  + `StrVal:"${typeof value === 'string' ? value : ''}"}`;

export const invalidIntOrPercent = (field: string, value: IntOrPercent, detail: string): FieldError =>
  invalidPrinted(field, goIntOrString(value), detail);

export function checkIntOrPercent(errors: Errors, field: string, value: IntOrPercent): void {
  if (typeof value === 'string') complain(errors, field, value, percent(value));
  else if (value !== undefined && value < 0) errors.push(invalidValue(field, value, 'must be greater than or equal to 0'));
}

export function checkAtMostHundred(errors: Errors, field: string, value: IntOrPercent): void {
  if (typeof value === 'string' && /^[0-9]+%$/.test(value) && Number(value.slice(0, -1)) > 100) {
    errors.push(invalidIntOrPercent(field, value, 'must not be greater than 100%'));
  }
}

export const isZero = (value: IntOrPercent): boolean => value === undefined || value === 0 || /^0+%$/.test(String(value));

export function checkMismatch(errors: Errors, path: string, selector: LabelSelector | undefined, template: PodTemplateSpec | undefined): void {
  const labels = template?.metadata?.labels;
  if (!isEmptySelector(selector) && !matchesLabelSelector(selector, labels ?? {})) {
    errors.push(invalidPrinted(`${path}.metadata.labels`, goSyntax(labels, 'map[string]string'), MISMATCH));
  }
}

/** Workloads that keep Pods running forever take only templates that do. */
export function checkRunsForever(errors: Errors, path: string, template: PodTemplateSpec | undefined, kind: string): void {
  const policy = template?.spec?.restartPolicy;
  if (policy !== 'Always') errors.push(notSupported(`${path}.spec.restartPolicy`, policy ?? '', ['Always']));
  if (template?.spec?.activeDeadlineSeconds !== undefined) {
    errors.push(forbiddenField(`${path}.spec.activeDeadlineSeconds`, `activeDeadlineSeconds in ${kind} is not Supported`));
  }
}

/** `word`: what the text about an empty selector calls the kind. */
export function checkSelector(errors: Errors, selector: LabelSelector | undefined, word: string): void {
  if (!selector) {
    errors.push(required('spec.selector'));
    return;
  }
  checkLabelSelector(errors, 'spec.selector', selector);
  if (isEmptySelector(selector)) {
    errors.push(invalidPrinted('spec.selector', goSyntax(selector, 'v1.LabelSelector'), `empty selector is invalid for ${word}`));
  }
}

export function checkTemplate(
  errors: Errors, selector: LabelSelector | undefined, template: PodTemplateSpec | undefined, kind: string,
): void {
  checkMismatch(errors, 'spec.template', selector, template);
  if (!template) {
    errors.push(required('spec.template'));
    return;
  }
  checkPodTemplate(errors, 'spec.template', template);
  checkRunsForever(errors, 'spec.template', template, kind);
}

export function checkSelectorKept(errors: Errors, next: LabelSelector | undefined, old: LabelSelector | undefined): void {
  checkImmutable(errors, 'spec.selector', next, old, 'v1.LabelSelector');
}
