/** What every component uses to talk to the API: typed calls over a Transport. Refusals are thrown as ApiError. */
import type { KubeList, KubeObject } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import type { Transport, WatchEvent } from '../api/transport.ts';

export interface ListOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: string;
  readonly limit?: number;
  readonly continue?: string;
}

export interface WatchOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Events strictly after this revision; absent: synthetic ADDED for what is there, then live. */
  readonly resourceVersion?: string;
  readonly allowWatchBookmarks?: boolean;
  readonly timeoutSeconds?: number;
}

export interface WriteOptions {
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  /** Of an apply: takes fields that others own instead of being refused. */
  readonly force?: boolean;
  readonly subresource?: string;
}

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
}

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

export interface Client {
  readonly transport: Transport;
  get<T extends KubeObject>(resource: Resource<T>, name: string, namespace?: string): Promise<T>;
  list<T extends KubeObject>(resource: Resource<T>, options?: ListOptions): Promise<KubeList<T>>;
  /** Ends when the server ends it; throws ApiError 410 when the revision is compacted, TransportError when cut. */
  watch<T extends KubeObject>(resource: Resource<T>, options?: WatchOptions, signal?: AbortSignal): AsyncIterable<WatchEvent>;
  create<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteOptions): Promise<T>;
  update<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteOptions): Promise<T>;
  updateStatus<T extends KubeObject>(resource: Resource<T>, object: T, options?: WriteOptions): Promise<T>;
  patch<T extends KubeObject>(
    resource: Resource<T>,
    name: string,
    namespace: string | undefined,
    type: PatchType,
    patch: object,
    options?: WriteOptions,
  ): Promise<T>;
  delete(resource: Resource, name: string, namespace?: string, options?: DeleteOptions): Promise<KubeObject>;
  deleteCollection(resource: Resource, options?: ListOptions & DeleteOptions): Promise<void>;
}
