/** One refused field. `field` is a path as a manifest's author would write it: "spec.containers[0].image".
 *  Upstream: staging/src/k8s.io/apimachinery/pkg/util/validation/field/errors.go */

export type FieldErrorType =
  | 'FieldValueNotFound' | 'FieldValueRequired' | 'FieldValueDuplicate' | 'FieldValueInvalid' | 'FieldValueNotSupported' | 'FieldValueForbidden'
  | 'FieldValueTooLong' | 'FieldValueTooMany' | 'InternalError' | 'FieldValueTypeInvalid';

export interface FieldError {
  readonly type: FieldErrorType;
  readonly field: string;
  /** As it is printed: already quoted or formatted; absent where the message shows no value. */
  readonly value?: string;
  readonly detail: string;
}

const WORDS: Readonly<Record<FieldErrorType, string>> = {
  FieldValueNotFound: 'Not found',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  InternalError: 'Internal error',
  FieldValueTypeInvalid: 'Invalid value',
};

/** A value as Go prints it: text in quotes, numbers and booleans bare, nothing as the word null in quotes, anything else as compact JSON. */
export function printValue(value: unknown): string {
  if (value === undefined || value === null) return '"null"';
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  return JSON.stringify(value);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\b': '\\b', '\f': '\\f', '\v': '\\v', '\u0007': '\\a',
};

/** Go's strconv.Quote. */
export function quote(text: string): string {
  let out = '"';
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (ESCAPES[character] !== undefined) out += ESCAPES[character];
    else if (code < 0x20 || code === 0x7f) out += `\\x${code.toString(16).padStart(2, '0')}`;
    else if (code >= 0xd800 && code <= 0xdfff) out += '\\ufffd';
    else if (code === 0xfeff || (code >= 0x80 && code < 0xa0) || code === 0xad) out += `\\u${code.toString(16).padStart(4, '0')}`;
    else out += character;
  }
  return `${out}"`;
}

/** "spec.replicas: Invalid value: -1: must be greater than or equal to 0"; a cause leaves the path out. */
export function fieldErrorText(error: FieldError, path: 'with path' | 'without path' = 'with path'): string {
  let text = WORDS[error.type];
  if (error.value !== undefined) text += `: ${error.value}`;
  if (error.detail !== '') text += `: ${error.detail}`;
  return path === 'without path' ? text : `${error.field}: ${text}`;
}

const made = (type: FieldErrorType, field: string, detail: string, value?: string): FieldError =>
  (value === undefined ? { type, field, detail } : { type, field, value, detail });

export const required = (field: string, detail = ''): FieldError => made('FieldValueRequired', field, detail);
export const invalidValue = (field: string, value: unknown, detail: string): FieldError => made('FieldValueInvalid', field, detail, printValue(value));
/** As `invalidValue`, for values that Go prints in its own way (structs, durations): `printed` appears as it is. */
export const invalidPrinted = (field: string, printed: string, detail: string): FieldError => made('FieldValueInvalid', field, detail, printed);
export const typeInvalid = (field: string, value: unknown, detail: string): FieldError => made('FieldValueTypeInvalid', field, detail, printValue(value));
export const forbiddenField = (field: string, detail: string): FieldError => made('FieldValueForbidden', field, detail);
export const duplicate = (field: string, value: unknown): FieldError => made('FieldValueDuplicate', field, '', printValue(value));
export const notFoundValue = (field: string, value: unknown): FieldError => made('FieldValueNotFound', field, '', printValue(value));
export const internal = (field: string, detail: string): FieldError => made('InternalError', field, detail);

/** "supported values: ..." lists what is given, in order of text as Kubernetes does. */
export const notSupported = (field: string, value: unknown, supported: readonly string[]): FieldError =>
  notAmong(field, value, [...supported].sort());

/** The same, with the values in the order in which a schema lists them. */
export const notAmong = (field: string, value: unknown, supported: readonly string[]): FieldError => made(
  'FieldValueNotSupported', field,
  supported.length === 0 ? '' : `supported values: ${supported.map(quote).join(', ')}`,
  printValue(value),
);

/** As `notSupported`, for values that Go prints in its own way. */
export const notSupportedPrinted = (field: string, printed: string, supported: readonly string[]): FieldError =>
  ({ ...notSupported(field, '', supported), value: printed });

export const tooLong = (field: string, limitBytes: number): FieldError =>
  made('FieldValueTooLong', field, limitBytes < 0 ? 'value is too long' : `may not be more than ${limitBytes} bytes`);

export const tooMany = (field: string, actual: number, limit: number): FieldError =>
  made('FieldValueTooMany', field, `must have at most ${limit} item${limit === 1 ? '' : 's'}`, String(actual));
