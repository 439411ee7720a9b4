/** Checks that many kinds share: labels, selectors, counts, immutable fields. Each adds what is wrong to `errors`.
 *  Upstream: staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/validation/validation.go, pkg/api/validation/objectmeta.go */
import { type FieldError, forbiddenField, invalidPrinted, invalidValue, notSupported, required, tooLong } from '../../api/field-error.ts';
import type { LabelSelector } from '../../api/generated/types.ts';
import { equal } from '../../base/json.ts';
import { goSyntax } from './go-syntax.ts';
import { type Complaints, labelValue, qualifiedName } from './names.ts';

export type Errors = FieldError[];

export const IMMUTABLE = 'field is immutable';
const ANNOTATIONS_BYTES_MAX = 256 * 1024;

/** Adds one error for each complaint. */
export function complain(errors: Errors, field: string, value: unknown, complaints: Complaints): void {
  for (const complaint of complaints) errors.push(invalidValue(field, value, complaint));
}

export function checkNonNegative(errors: Errors, field: string, value: number | undefined): void {
  if (value !== undefined && value < 0) errors.push(invalidValue(field, value, 'must be greater than or equal to 0'));
}

/** A value out of a closed set; a missing one is an error too. */
export function checkOneOf(errors: Errors, field: string, value: string | undefined, supported: readonly string[]): void {
  if (!value) errors.push(required(field));
  else if (!supported.includes(value)) errors.push(notSupported(field, value, supported));
}

/** As `checkOneOf`, where nothing is a value as well. */
export function checkOptional(errors: Errors, field: string, value: string | undefined, supported: readonly string[]): void {
  if (value !== undefined && !supported.includes(value)) errors.push(notSupported(field, value, supported));
}

/** `type` is the Go type of the field, for the text of structs and maps. */
export function checkImmutable(errors: Errors, field: string, next: unknown, old: unknown, type = 'string'): void {
  if (equal(next ?? undefined, old ?? undefined)) return;
  errors.push(typeof next === 'object' ? invalidPrinted(field, goSyntax(next, type), IMMUTABLE) : invalidValue(field, next, IMMUTABLE));
}

/** Keys and values of labels or of a node selector. */
export function checkLabels(errors: Errors, field: string, labels: Readonly<Record<string, string>> | undefined): void {
  for (const key in labels) {
    complain(errors, field, key, qualifiedName(key));
    complain(errors, field, labels[key], labelValue(labels[key]!));
  }
}

export function checkAnnotations(errors: Errors, field: string, annotations: Readonly<Record<string, string>> | undefined): void {
  let size = 0;
  for (const key in annotations) {
    complain(errors, field, key, qualifiedName(key.toLowerCase()));
    size += key.length + annotations[key]!.length;
  }
  if (size > ANNOTATIONS_BYTES_MAX) errors.push(tooLong(field, ANNOTATIONS_BYTES_MAX));
}

export function checkLabelName(errors: Errors, field: string, name: string): void {
  complain(errors, field, name, qualifiedName(name));
}

export function checkLabelSelector(errors: Errors, field: string, selector: LabelSelector | undefined): void {
  if (!selector) return;
  checkLabels(errors, `${field}.matchLabels`, selector.matchLabels);
  for (const [index, one] of (selector.matchExpressions ?? []).entries()) {
    const path = `${field}.matchExpressions[${index}]`;
    const count = one.values?.length ?? 0;
    if (one.operator === 'In' || one.operator === 'NotIn') {
      if (count === 0) errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
    } else if (one.operator === 'Exists' || one.operator === 'DoesNotExist') {
      if (count > 0) errors.push(forbiddenField(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    } else errors.push(invalidValue(`${path}.operator`, one.operator, 'not a valid selector operator'));
    checkLabelName(errors, `${path}.key`, one.key);
    for (const [at, value] of (one.values ?? []).entries()) complain(errors, `${path}.values[${at}]`, value, labelValue(value));
  }
}

/** True for the selector that selects everything. */
export const isEmptySelector = (selector: LabelSelector | undefined): boolean =>
  Object.keys(selector?.matchLabels ?? {}).length + (selector?.matchExpressions?.length ?? 0) === 0;

/** The labels of a template must be such as its selector selects. */
export function selectorMatches(selector: LabelSelector | undefined, labels: Readonly<Record<string, string>> = {}): boolean {
  for (const key in selector?.matchLabels) if (labels[key] !== selector.matchLabels[key]) return false;
  return (selector?.matchExpressions ?? []).every(({ key, operator, values }) => {
    const value = labels[key];
    if (operator === 'Exists') return value !== undefined;
    if (operator === 'DoesNotExist') return value === undefined;
    return operator === 'In' ? value !== undefined && (values ?? []).includes(value) : value === undefined || !(values ?? []).includes(value);
  });
}
