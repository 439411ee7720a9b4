/** Refusals by the API. An ApiError carries the Status that the client receives; the constructors below are the only
 *  place where its texts stand.
 *  Upstream: staging/src/k8s.io/apimachinery/pkg/api/errors/errors.go */
import type { FieldError } from './field-error.ts';
import { fieldErrorText } from './field-error.ts';
import type { Status, StatusCause, StatusDetails } from './object.ts';

export type Reason =
  | 'Unauthorized' | 'Forbidden' | 'NotFound' | 'AlreadyExists' | 'Conflict' | 'Gone' | 'Expired' | 'Invalid' | 'ServerTimeout' | 'Timeout'
  | 'TooManyRequests' | 'BadRequest' | 'MethodNotAllowed' | 'NotAcceptable' | 'UnsupportedMediaType' | 'RequestEntityTooLarge'
  | 'InternalError' | 'ServiceUnavailable' | 'Unknown' | 'StoreReadError';

export class ApiError extends Error {
  constructor(readonly status: Status) {
    super(status.message ?? '');
    this.name = 'ApiError';
  }

  get code(): number {
    return this.status.code ?? 500;
  }

  get reason(): string {
    return this.status.reason ?? '';
  }
}

/** True for an ApiError of that reason; anything else, a TransportError too, is false. */
export const isReason = (error: unknown, reason: Reason): error is ApiError => error instanceof ApiError && error.status.reason === reason;

/** True where the error says that the given cause is one of its causes. */
export const hasCause = (error: unknown, reason: string): boolean =>
  error instanceof ApiError && (error.status.details?.causes ?? []).some((cause) => cause.reason === reason);

/** How refusals name a resource: its group and plural. */
export interface GroupResource { readonly group: string; readonly plural: string }
export interface GroupKind { readonly group: string; readonly kind: string }

const qualified = (of: GroupResource): string => (of.group === '' ? of.plural : `${of.plural}.${of.group}`);

function failure(code: number, reason: Reason, message: string, details?: StatusDetails): ApiError {
  const status: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, ...(details && { details }), code };
  return new ApiError(status);
}

const named = (of: GroupResource, name: string): StatusDetails =>
  ({ ...(name !== '' && { name }), ...(of.group !== '' && { group: of.group }), ...(of.plural !== '' && { kind: of.plural }) });

export const notFound = (of: GroupResource, name: string): ApiError =>
  failure(404, 'NotFound', `${qualified(of)} "${name}" not found`, named(of, name));

/** The path leads to no resource that this server knows. */
export const unknownResource = (): ApiError => failure(404, 'NotFound', 'the server could not find the requested resource', {});

export const alreadyExists = (of: GroupResource, name: string): ApiError =>
  failure(409, 'AlreadyExists', `${qualified(of)} "${name}" already exists`, named(of, name));

/** Every name that generateName led to was taken. */
export const generateNameConflict = (of: GroupResource, name: string): ApiError => failure(
  409, 'AlreadyExists', `${qualified(of)} "${name}" already exists, the server was not able to generate a unique name for the object`,
  { ...named(of, name), retryAfterSeconds: 1 },
);

export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

export const conflict = (of: GroupResource, name: string, why: string = MODIFIED): ApiError =>
  failure(409, 'Conflict', `Operation cannot be fulfilled on ${qualified(of)} "${name}": ${why}`, named(of, name));

/** Server-side apply met fields of other managers. */
export const applyConflict = (causes: readonly StatusCause[], message: string): ApiError => failure(409, 'Conflict', message, { causes });

export const gone = (message: string): ApiError => failure(410, 'Gone', message);

/** The revision asked for is no longer kept: list again. */
export const expired = (message: string): ApiError => failure(410, 'Expired', message);

export const forbidden = (of: GroupResource, name: string, why: string, causes?: readonly StatusCause[]): ApiError => failure(
  403, 'Forbidden', forbiddenText(of, name, why), { ...named(of, name), ...(causes && { causes }) },
);

function forbiddenText(of: GroupResource, name: string, why: string): string {
  if (of.plural === '') return `forbidden: ${why}`;
  return name === '' ? `${qualified(of)} is forbidden: ${why}` : `${qualified(of)} "${name}" is forbidden: ${why}`;
}

/** Refused by a check of its fields; each FieldError is a cause. */
export function invalid(of: GroupKind, name: string, errors: readonly FieldError[]): ApiError {
  const texts = [...new Set(errors.map((error) => fieldErrorText(error)))];
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  const kind = of.group === '' ? of.kind : `${of.kind}.${of.group}`;
  const causes = errors.map((error): StatusCause => (
    { reason: error.type, message: fieldErrorText(error, 'without path'), field: error.field }
  ));
  const details = { ...(name !== '' && { name }), ...(of.group !== '' && { group: of.group }), kind: of.kind, causes };
  return failure(422, 'Invalid', `${kind} "${name}" is invalid${errors.length === 0 ? '' : `: ${list}`}`, details);
}

/** 422 without a list of fields: a patch that cannot be carried out. */
export const unprocessable = (of: GroupResource, name: string, message: string): ApiError => failure(422, 'Invalid', message, named(of, name));

/** An error of the server without a reason; kubectl says "Error from server: ...". */
export const unexplained = (message: string): ApiError => new ApiError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code: 500 });

/** What looks without leaving a trace cannot ask over the network: the request is to be made again as an input. */
const CANNOT_WAIT = 'an observer cannot ask over the network';
export const observersCannotWait = (): ApiError => failure(503, 'ServiceUnavailable', CANNOT_WAIT);
export const isObserverRefused = (status: { readonly message?: string } | undefined): boolean => status?.message === CANNOT_WAIT;

export const setOnCreate = (): ApiError => unexplained('resourceVersion should not be set on objects to be created');

export const badRequest = (message: string): ApiError => failure(400, 'BadRequest', message);

export const unauthorized = (): ApiError => failure(401, 'Unauthorized', 'Unauthorized');

export const methodNotSupported = (of: GroupResource, verb: string): ApiError => failure(
  405, 'MethodNotAllowed', `${verb} is not supported on resources of kind "${qualified(of)}"`, named(of, ''),
);

/** The path is known, the method is not one of its methods. */
export const methodNotAllowed = (): ApiError => failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

export const notAcceptable = (accepted: readonly string[]): ApiError => failure(
  406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`,
);

export const unsupportedMediaType = (accepted: readonly string[]): ApiError => failure(
  415, 'UnsupportedMediaType', `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
);

export const requestEntityTooLarge = (why: string): ApiError => failure(413, 'RequestEntityTooLarge', `Request entity too large: ${why}`);

export const tooManyRequests = (message: string, retryAfterSeconds?: number, causes?: readonly StatusCause[]): ApiError => failure(
  429, 'TooManyRequests', message, { ...(causes && { causes }), ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) },
);

export const internalError = (message: string): ApiError => failure(
  500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] },
);

export const serviceUnavailable = (message: string): ApiError => failure(503, 'ServiceUnavailable', message);

export const serverTimeout = (of: GroupResource, operation: string, retryAfterSeconds: number): ApiError => failure(
  500, 'ServerTimeout', `The ${operation} operation against ${qualified(of)} could not be completed at this time, please try again.`,
  { ...named(of, ''), name: operation, retryAfterSeconds },
);

export const timeout = (message: string, retryAfterSeconds: number): ApiError =>
  failure(504, 'Timeout', `Timeout: ${message}`, { retryAfterSeconds });

/** A read at a revision that this server has not reached. */
export const tooLargeResourceVersion = (wanted: number | string, current: number): ApiError => failure(
  504, 'Timeout', `Timeout: Too large resource version: ${wanted}, current: ${current}`,
  { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 },
);

/** What an answer of an unknown server becomes in a client: its own Status, or one made from the code. */
export function errorOfResponse(code: number, body: unknown): ApiError {
  if (typeof body === 'object' && body !== null && (body as { kind?: unknown }).kind === 'Status') return new ApiError(body as Status);
  const text = typeof body === 'string' && body !== '' ? body.trim() : 'unknown';
  if (code === 404) return failure(404, 'NotFound', text === 'unknown' ? 'the server could not find the requested resource' : text, {});
  return failure(code, 'Unknown', `the server responded with the status code ${code}: ${text}`, {});
}
