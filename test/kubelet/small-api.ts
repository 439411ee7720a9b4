/** As much of an API as a kubelet needs, for tests of the kubelet alone: create, get, list, watch, merge, delete, tokens. */
import { Queue } from '../../src/base/queue.ts';
import { rfc3339 } from '../../src/base/time.ts';
import type { World } from '../../src/base/world.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { TransportError, type ApiRequest, type ApiResponse, type Frame, type Transport } from '../../src/api/transport.ts';

interface Json { [key: string]: unknown }
interface Watcher { readonly collection: string; readonly fits: (object: KubeObject) => boolean; readonly queue: Queue<Frame> }

export interface SmallApi {
  readonly transport: Transport;
  readonly requests: { readonly method: string; readonly path: string; readonly body?: unknown }[];
  put(path: string, object: object): KubeObject;
  get<T>(path: string): T | undefined;
  list<T>(prefix: string): readonly T[];
  remove(path: string): void;
  /** Refuses connections while false. */
  up: boolean;
}

export function smallApi(world: World): SmallApi {
  const objects = new Map<string, KubeObject>();
  const watchers = new Set<Watcher>();
  let revision = 100;

  const collectionOf = (path: string): string => path.replace(/\/namespaces\/[^/]+\//, '/');
  const tell = (type: 'ADDED' | 'MODIFIED' | 'DELETED', path: string, object: KubeObject): void => {
    const collection = collectionOf(path.slice(0, path.lastIndexOf('/')));
    for (const watcher of watchers) if (watcher.collection === collection && watcher.fits(object)) watcher.queue.push({ type: 'event', event: { type, object } });
  };

  function put(path: string, object: object): KubeObject {
    const old = objects.get(path);
    const given = object as KubeObject;
    const metadata = {
      uid: `uid-${path.slice(path.lastIndexOf('/') + 1)}`, creationTimestamp: rfc3339(world.clock.now()), ...old?.metadata, ...given.metadata, resourceVersion: String(revision += 1),
    };
    const stored = { ...given, metadata };
    objects.set(path, stored);
    tell(old === undefined ? 'ADDED' : 'MODIFIED', path, stored);
    return stored;
  }

  function remove(path: string): void {
    const old = objects.get(path);
    if (old === undefined) return;
    objects.delete(path);
    tell('DELETED', path, { ...old, metadata: { ...old.metadata, resourceVersion: String(revision += 1) } });
  }

  const refuse = (code: number, reason: string, message: string): ApiResponse => (
    { status: code, headers: {}, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason, message, code } });
  const ok = (body: object): ApiResponse => ({ status: 200, headers: {}, body });

  function fitsOf(request: ApiRequest): (object: KubeObject) => boolean {
    const namespace = /\/namespaces\/([^/]+)\//.exec(request.path)?.[1];
    const selector = request.query?.find(([key]) => key === 'fieldSelector')?.[1] ?? '';
    const [path, value] = selector.split('=');
    return (object) => {
      if (namespace !== undefined && object.metadata?.namespace !== namespace) return false;
      if (path === 'metadata.name') return object.metadata?.name === value;
      return path !== 'spec.nodeName' || (object as { spec?: { nodeName?: string } }).spec?.nodeName === value;
    };
  }

  const listOf = (collection: string): readonly KubeObject[] => [...objects].filter(([path]) => collectionOf(path.slice(0, path.lastIndexOf('/'))) === collection).map(([, object]) => object);

  async function request(call: ApiRequest): Promise<ApiResponse> {
    await world.clock.sleep(1);
    if (!api.up) throw new TransportError('refused', 'dial tcp 10.0.0.1:6443: connect: connection refused');
    api.requests.push({ method: call.method, path: call.path, ...(call.body !== undefined && { body: call.body }) });
    const path = call.path.replace(/\/status$/, '');
    if (path.endsWith('/token')) return ok({ status: { token: `token-${revision}`, expirationTimestamp: rfc3339(world.clock.now() + 3_607_000) } });
    const existing = objects.get(path);
    switch (call.method) {
      case 'POST': {
        const name = (call.body as KubeObject).metadata?.name ?? '';
        if (objects.has(`${path}/${name}`)) return refuse(409, 'AlreadyExists', `"${name}" already exists`);
        return ok(put(`${path}/${name}`, call.body as object));
      }
      case 'PUT': return ok(put(path, call.body as object));
      case 'PATCH': {
        if (existing === undefined) return refuse(404, 'NotFound', `"${path}" not found`);
        const wanted = (call.body as KubeObject).metadata?.resourceVersion;
        if (wanted !== undefined && wanted !== existing.metadata?.resourceVersion) return refuse(409, 'Conflict', 'the object has been modified');
        return ok(put(path, merge(existing as unknown as Json, call.body as Json)));
      }
      case 'DELETE': remove(path); return ok({ kind: 'Status' });
      default: {
        if (existing !== undefined) return ok(existing);
        if (/\/(pods|nodes|leases|services|configmaps|secrets|events|persistentvolumeclaims|persistentvolumes|storageclasses)$/.test(path)) {
          return ok({ kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: String(revision) }, items: listOf(collectionOf(path)).filter(fitsOf(call)) });
        }
        return refuse(404, 'NotFound', `"${path}" not found`);
      }
    }
  }

  const api: SmallApi = {
    up: true, requests: [], put, remove,
    get: <T>(path: string) => objects.get(path) as T | undefined,
    list: <T>(prefix: string) => [...objects].filter(([path]) => path.startsWith(prefix)).map(([, object]) => object as T),
    transport: {
      request,
      async connect(call) {
        await world.clock.sleep(1);
        if (!api.up) throw new TransportError('refused', 'dial tcp 10.0.0.1:6443: connect: connection refused');
        const queue = new Queue<Frame>(world);
        const watcher: Watcher = { collection: collectionOf(call.path), fits: fitsOf(call), queue };
        const since = Number(call.query?.find(([key]) => key === 'resourceVersion')?.[1] ?? '0');
        for (const object of listOf(watcher.collection)) {
          if (Number(object.metadata?.resourceVersion) > since && watcher.fits(object)) queue.push({ type: 'event', event: { type: 'ADDED', object } });
        }
        watchers.add(watcher);
        return { frames: queue, send() {}, close() { watchers.delete(watcher); queue.close(); } };
      },
    },
  };
  return api;
}

function merge(target: Json, patch: Json): Json {
  const result: Json = { ...target };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else if (typeof value === 'object' && !Array.isArray(value)) result[key] = merge((result[key] ?? {}) as Json, value as Json);
    else result[key] = value;
  }
  return result;
}
