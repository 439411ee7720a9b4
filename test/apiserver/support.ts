/** An apiserver alone in virtual time, with words for its calls. */
import type { KubeObject, Status } from '../../src/api/object.ts';
import type { ApiResponse, Connection, Method, UserInfo, WatchEvent } from '../../src/api/transport.ts';
import type { ApiserverOptions } from '../../src/apiserver/server.ts';
import { createApiserver } from '../../src/apiserver/server.ts';
import type { Etcd } from '../../src/etcd/etcd.ts';
import { createEtcd } from '../../src/etcd/store.ts';
import type { LoneWorld } from '../../src/sim/lone-world.ts';
import { loneWorld } from '../../src/sim/lone-world.ts';


export interface CallOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly user?: UserInfo;
}

export interface TestServer {
  readonly lone: LoneWorld;
  readonly etcd: Etcd;
  readonly server: ReturnType<typeof createApiserver>;
  call(method: Method, path: string, body?: object, options?: CallOptions): Promise<ApiResponse>;
  /** The body of an answer that is no refusal. */
  ok<T = KubeObject>(method: Method, path: string, body?: object, options?: CallOptions): Promise<T>;
  /** "404 NotFound: pods \"x\" not found". */
  refused(method: Method, path: string, body?: object, options?: CallOptions): Promise<string>;
  /** Everything that the watch has told so far: "ADDED a@3". */
  watch(path: string, query?: Readonly<Record<string, string>>): Promise<Watched>;
}

export interface Watched { readonly events: WatchEvent[]; readonly lines: () => readonly string[]; readonly ended: () => boolean; readonly connection: Connection }

export const MERGE = { 'content-type': 'application/merge-patch+json' };
export const STRATEGIC = { 'content-type': 'application/strategic-merge-patch+json' };
export const JSON_PATCH = { 'content-type': 'application/json-patch+json' };
export const APPLY = { 'content-type': 'application/apply-patch+yaml' };

export const line = ({ type, object }: WatchEvent): string =>
  (type === 'ERROR' ? `ERROR ${(object as Status).code} ${(object as Status).message}` : `${type} ${object.metadata?.name ?? ''}@${object.metadata?.resourceVersion}`);

export async function testServer(options: Partial<ApiserverOptions> = {}): Promise<TestServer> {
  const lone = loneWorld();
  const etcd = options.etcd ?? createEtcd();
  const server = createApiserver({ world: lone.world, etcd, admission: [], ...options });
  const transport = server.transport();
  const call: TestServer['call'] = (method, path, body, { query = {}, headers = {}, user } = {}) => lone.drive(transport.request({
    method, path, query: Object.entries(query), headers: { 'user-agent': 'tester/1', ...headers }, ...(body && { body }), ...(user && { user }),
  }));
  await lone.advance(0);
  return {
    lone, etcd, server, call,
    async ok<T>(method: Method, path: string, body?: object, more?: CallOptions) {
      const response = await call(method, path, body, more);
      if (response.status >= 400) throw new Error(`${method} ${path}: ${(response.body as Status).message}`);
      return response.body as T;
    },
    async refused(method, path, body, more) {
      const response = await call(method, path, body, more);
      const { reason, message } = response.body as Status;
      return response.status < 400 ? `${response.status}` : `${response.status} ${reason}: ${message}`;
    },
    async watch(path, query = {}) {
      const connection = await lone.drive(transport.connect({ method: 'GET', path, query: [['watch', 'true'], ...Object.entries(query)] }));
      const events: WatchEvent[] = [];
      let over = false;
      lone.world.spawn('watcher', async () => {
        for await (const frame of connection.frames) if (frame.type === 'event') events.push(frame.event);
        over = true;
      });
      await lone.advance(0);
      return { events, connection, lines: () => events.map(line), ended: () => over };
    },
  };
}

export const configMap = (name: string, data: Readonly<Record<string, string>> = {}, labels?: Readonly<Record<string, string>>): object =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...(labels && { labels }) }, data });

export const pod = (name: string, more: object = {}): object =>
  ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx:1.27' }], ...more } });

export const deployment = (name: string, replicas = 1): object => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name },
  spec: { replicas, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'nginx:1.27' }] } } },
});

export const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
export const PODS = '/api/v1/namespaces/default/pods';
export const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
