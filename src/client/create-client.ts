/** Typed calls over a Transport, as client-go's clientset makes them: the user agent names the component, refusals become
 *  ApiError, and an optional token bucket keeps the component's rate (client-go: 20 a second after a burst of 30).
 *  Upstream: staging/src/k8s.io/client-go/rest/request.go */
import { ApiError, errorOfResponse } from '../api/errors.ts';
import type { KubeList, KubeObject, Status } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import { resourcePath } from '../api/resources.ts';
import type { ApiRequest, Method, Transport, UserInfo, WatchEvent } from '../api/transport.ts';
import type { Client, DeleteOptions, ListOptions, PatchType, WatchOptions, WriteOptions } from './client.ts';
import type { RateLimit } from './rate-limit.ts';

export interface ClientOptions {
  /** "kube-controller-manager/deployment-controller": what stands before the slash manages the fields it writes. */
  readonly userAgent: string;
  /** Who asks, where the transport does not know it already. */
  readonly user?: UserInfo;
  /** Reads, writes and the opening of watches wait for it. */
  readonly rateLimit?: RateLimit;
}

type Query = (readonly [string, string])[];

const PATCH_CONTENT: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

export function createClient(transport: Transport, options: ClientOptions): Client {
  const reading = Object.freeze({ accept: 'application/json', 'user-agent': options.userAgent });
  const writing = (contentType: string): Readonly<Record<string, string>> => Object.freeze({ ...reading, 'content-type': contentType });
  const json = writing('application/json');
  const patching = Object.freeze({
    json: writing(PATCH_CONTENT.json),
    merge: writing(PATCH_CONTENT.merge),
    strategic: writing(PATCH_CONTENT.strategic),
    apply: writing(PATCH_CONTENT.apply),
  });
  const who = options.user === undefined ? {} : { user: options.user };

  async function call<T>(method: Method, path: string, headers: Readonly<Record<string, string>>, query: Query, body?: object): Promise<T> {
    if (options.rateLimit !== undefined) await options.rateLimit.take();
    const request: ApiRequest = { method, path, headers, ...(query.length > 0 && { query }), ...(body !== undefined && { body }), ...who };
    const response = await transport.request(request);
    if (response.status >= 400) throw errorOfResponse(response.status, response.body);
    return response.body as T;
  }

  async function* watch(resource: Resource, choice: WatchOptions = {}, signal?: AbortSignal): AsyncGenerator<WatchEvent> {
    const query = watchQuery(choice);
    if (options.rateLimit !== undefined) await options.rateLimit.take();
    const connection = await transport.connect(
      { method: 'GET', path: resourcePath(resource, choice.namespace), headers: reading, query, ...who },
      signal,
    );
    try {
      for await (const frame of connection.frames) {
        if (frame.type === 'status' && frame.status.status === 'Failure') throw new ApiError(frame.status);
        if (frame.type !== 'event') continue;
        if (frame.event.type === 'ERROR') throw new ApiError(frame.event.object as Status);
        yield frame.event;
      }
    } finally {
      connection.close();
    }
  }

  return {
    transport,
    get: (resource, name, namespace) => call('GET', resourcePath(resource, namespace, name), reading, []),
    list: <T extends KubeObject>(resource: Resource<T>, choice: ListOptions = {}) =>
      call<KubeList<T>>('GET', resourcePath(resource, choice.namespace), reading, listQuery(choice)),
    watch,
    create: (resource, object, choice = {}) =>
      call(
        'POST',
        resourcePath(
          resource,
          namespaceFor(resource, object),
          choice.subresource === undefined ? undefined : object.metadata?.name,
          choice.subresource,
        ),
        json,
        writeQuery(choice),
        object,
      ),
    update: (resource, object, choice = {}) =>
      call(
        'PUT',
        resourcePath(resource, object.metadata?.namespace, object.metadata?.name, choice.subresource),
        json,
        writeQuery(choice),
        object,
      ),
    updateStatus: (resource, object, choice = {}) =>
      call('PUT', resourcePath(resource, object.metadata?.namespace, object.metadata?.name, 'status'), json, writeQuery(choice), object),
    patch: (resource, name, namespace, type, patch, choice = {}) =>
      call('PATCH', resourcePath(resource, namespace, name, choice.subresource), patching[type], writeQuery(choice, type), patch),
    delete: (resource, name, namespace, choice = {}) =>
      call('DELETE', resourcePath(resource, namespace, name), json, [], deleteBody(choice)),
    deleteCollection: async (resource, choice = {}) => {
      await call('DELETE', resourcePath(resource, choice.namespace), json, listQuery(choice), deleteBody(choice));
    },
  };
}

const namespaceFor = (resource: Resource, object: KubeObject): string | undefined =>
  resource.namespaced ? (object.metadata?.namespace ?? 'default') : undefined;

function listQuery(options: ListOptions): Query {
  const query: Query = [];
  if (options.labelSelector) query.push(['labelSelector', options.labelSelector]);
  if (options.fieldSelector) query.push(['fieldSelector', options.fieldSelector]);
  if (options.resourceVersion !== undefined) query.push(['resourceVersion', options.resourceVersion]);
  if (options.resourceVersionMatch !== undefined) query.push(['resourceVersionMatch', options.resourceVersionMatch]);
  if (options.limit !== undefined) query.push(['limit', String(options.limit)]);
  if (options.continue) query.push(['continue', options.continue]);
  return query;
}

function watchQuery(options: WatchOptions): Query {
  const query: Query = [['watch', 'true']];
  if (options.allowWatchBookmarks === true) query.push(['allowWatchBookmarks', 'true']);
  if (options.labelSelector) query.push(['labelSelector', options.labelSelector]);
  if (options.fieldSelector) query.push(['fieldSelector', options.fieldSelector]);
  if (options.resourceVersion !== undefined) query.push(['resourceVersion', options.resourceVersion]);
  if (options.timeoutSeconds !== undefined) query.push(['timeoutSeconds', String(options.timeoutSeconds)]);
  return query;
}

function writeQuery(options: WriteOptions, patch?: PatchType): Query {
  const query: Query = [];
  if (options.dryRun === true) query.push(['dryRun', 'All']);
  if (options.fieldManager !== undefined) query.push(['fieldManager', options.fieldManager]);
  if (options.fieldValidation !== undefined) query.push(['fieldValidation', options.fieldValidation]);
  if (patch === 'apply' && options.force === true) query.push(['force', 'true']);
  return query;
}

function deleteBody(options: DeleteOptions): object {
  return {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    ...(options.gracePeriodSeconds !== undefined && { gracePeriodSeconds: options.gracePeriodSeconds }),
    ...(options.propagationPolicy !== undefined && { propagationPolicy: options.propagationPolicy }),
    ...(options.preconditions !== undefined && { preconditions: options.preconditions }),
    ...(options.dryRun === true && { dryRun: ['All'] }),
  };
}
