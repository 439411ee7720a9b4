/** Requests as kubectl sends them, over the Transport. Refusals are thrown as StatusError; warnings that the server adds
 *  to its answers are handed to `warn`, each once.
 *  Upstream: staging/src/k8s.io/client-go/rest/request.go */
import { fromUtf8 } from '../base/bytes.ts';
import { ApiError } from '../api/errors.ts';
import { withoutItemKinds } from '../api/item-kinds.ts';
import type { Status } from '../api/object.ts';
import type { ApiRequest, ApiResponse, Connection, Method, Transport } from '../api/transport.ts';
import { StatusError } from './errors.ts';
import type { Obj } from './obj.ts';

export const ACCEPT_JSON = 'application/json';
export const ACCEPT_ANY = 'application/json, */*';
/** What the typed clients of client-go send and ask for. */
export const PROTOBUF = 'application/vnd.kubernetes.protobuf';
export const ACCEPT_TYPED = 'application/vnd.kubernetes.protobuf,application/json';
export const ACCEPT_TABLE =
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

export type Query = readonly (readonly [string, string])[];

export interface RestOptions {
  readonly query?: Query;
  readonly accept?: string;
  /** Bytes are sent as they are. */
  readonly body?: object | Uint8Array;
  readonly contentType?: string;
  /** As a typed client asks: by default it speaks protobuf. The body stays an object; it becomes bytes where it leaves our machines. */
  readonly typed?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Rest {
  /** The answer's body as an object. */
  json(method: Method, path: string, options?: RestOptions): Promise<Obj>;
  /** The answer's body as text: logs, --raw, /healthz. */
  text(method: Method, path: string, options?: RestOptions): Promise<string>;
  connect(method: Method, path: string, options?: RestOptions): Promise<Connection>;
  /** The answer as it came, a refusal as well. */
  forward(method: Method, path: string, options?: RestOptions): Promise<ApiResponse>;
}

export interface RestSettings {
  readonly transport: Transport;
  readonly userAgent: string;
  /** Who the kubeconfig and --as, --as-group, --token say that we are. */
  readonly headers: Readonly<Record<string, string>>;
  /** What is asked for where a command does not say. */
  readonly accept: string;
  readonly signal: AbortSignal;
  /** Throws where the kubeconfig names a server that cannot be reached. */
  readonly check: () => void;
  readonly warn: (text: string) => Promise<void>;
}

export function createRest(settings: RestSettings): Rest {
  const warned = new Set<string>();
  const make = (method: Method, path: string, options: RestOptions): ApiRequest => {
    settings.check();
    const [bare = '', inline] = path.split('?');
    const query = [...(inline === undefined ? [] : parseQuery(inline)), ...(options.query ?? [])];
    return {
      method,
      path: bare,
      query,
      headers: {
        accept: options.accept ?? (options.typed === true ? ACCEPT_TYPED : settings.accept),
        'user-agent': settings.userAgent,
        ...settings.headers,
        ...options.headers,
        ...(options.body === undefined
          ? {}
          : { 'content-type': options.contentType ?? (options.typed === true ? PROTOBUF : 'application/json') }),
      },
      ...(options.body === undefined ? {} : { body: options.body }),
    };
  };
  const request = async (method: Method, path: string, options: RestOptions, typed: boolean): Promise<ApiResponse> => {
    const response = await settings.transport.request(make(method, path, options), settings.signal);
    for (const text of warningsOf(response.headers['warning'])) {
      if (warned.has(text)) continue;
      warned.add(text);
      await settings.warn(text);
    }
    if (response.status >= 400) throw explained(refusal(response, method, path, typed), method, path, options.query ?? []);
    return response;
  };
  return {
    json: async (method, path, options = {}) => {
      const { body } = await request(method, path, options, true);
      return (typeof body === 'string' || body instanceof Uint8Array ? JSON.parse(textOf(body)) : body) as Obj;
    },
    text: async (method, path, options = {}) => textOf((await request(method, path, options, false)).body),
    forward: (method, path, options = {}) => settings.transport.request(make(method, path, options), settings.signal),
    connect: async (method, path, options = {}) => {
      try {
        return await settings.transport.connect(make(method, path, options), settings.signal);
      } catch (error) {
        throw error instanceof ApiError ? new StatusError(error.status) : error;
      }
    },
  };
}

/** A list that was refused says what was looked for. */
function explained(error: StatusError, method: Method, path: string, query: Query): StatusError {
  if (method !== 'GET' || (error.reason !== 'BadRequest' && error.reason !== 'NotFound')) return error;
  const match = /^\/(?:api\/([^/]+)|apis\/([^/]+\/[^/]+))(?:\/namespaces\/[^/]+)?\/([a-z]+)$/.exec(path);
  if (match === null || error.status.details?.name) return error;
  const value = (name: string): string => query.find(([n]) => n === name)?.[1] ?? '';
  const subject = JSON.stringify(`${match[2] ?? `/${match[1] ?? ''}`}, Resource=${match[3] ?? ''}`);
  const [labels, fields] = [value('labelSelector'), value('fieldSelector')];
  const message =
    labels === '' && fields === ''
      ? `Unable to list ${subject}: ${error.message}`
      : `Unable to find ${subject} that match label selector ${JSON.stringify(labels)}, field selector ${JSON.stringify(fields)}: ${error.message}`;
  return new StatusError(error.status, message);
}

function textOf(body: ApiResponse['body']): string {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? fromUtf8(body) : JSON.stringify(withoutItemKinds(body));
}

function parseQuery(text: string): [string, string][] {
  return text
    .split('&')
    .filter((p) => p !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      const decode = (s: string): string => decodeURIComponent(s.replaceAll('+', ' '));
      return equals < 0 ? [decode(pair), ''] : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
    });
}

/** "(get nodes.metrics.k8s.io)": what client-go adds to an answer that is no Status. */
function asked(method: Method, path: string): string {
  const match = /^\/(?:api\/[^/]+|apis\/([^/]+)\/[^/]+)(?:\/namespaces\/[^/]+)?\/([a-z]+)(?:\/([^/]+))?$/.exec(path);
  if (match === null) return '';
  const [, group, resource = '', name] = match;
  return ` (${method.toLowerCase()} ${group === undefined ? resource : `${resource}.${group}`}${name === undefined ? '' : ` ${name}`})`;
}

function refusal(response: ApiResponse, method: Method, path: string, typed: boolean): StatusError {
  const { body } = response;
  const status = (typeof body === 'object' && !(body instanceof Uint8Array) ? body : parsed(textOf(body))) as Status | undefined;
  if (status?.kind === 'Status') return new StatusError(status);
  const generic = GENERIC[response.status];
  const message =
    textOf(body).trim() || generic?.message || `an error on the server has prevented the request from succeeding (${method.toLowerCase()})`;
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    code: response.status,
    reason: generic?.reason ?? (response.status >= 500 ? 'InternalError' : ''),
    message: generic === undefined ? message : generic.message + (typed && response.status === 503 ? asked(method, path) : ''),
  });
}

const GENERIC: Readonly<Record<number, { readonly reason: string; readonly message: string }>> = {
  401: { reason: 'Unauthorized', message: 'the server has asked for the client to provide credentials' },
  403: { reason: 'Forbidden', message: 'the server does not allow access to the requested resource' },
  404: { reason: 'NotFound', message: 'the server could not find the requested resource' },
  405: { reason: 'MethodNotAllowed', message: 'the server does not allow this method on the requested resource' },
  503: { reason: 'ServiceUnavailable', message: 'the server is currently unable to handle the request' },
};

function parsed(text: string): object | undefined {
  try {
    return text.startsWith('{') ? (JSON.parse(text) as object) : undefined;
  } catch {
    return undefined;
  }
}

/** `299 - "unknown field \"spec.foo\"", 299 - "..."` */
function warningsOf(header: string | undefined): string[] {
  if (header === undefined) return [];
  return [...header.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map((m) => m[1]!.replace(/\\(.)/g, '$1'));
}
