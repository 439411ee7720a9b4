/** What a request costs: `server` (an API server alone, called in process), `growth` (the same with 100 and with 10,000
 *  objects in it), `port` (a playing sandbox in a worker, over a MessagePort) and `http` (the same over HTTP). Prints JSON. */
import { Worker } from 'node:worker_threads';
import { createApiserver } from '../src/apiserver/server.ts';
import type { ApiRequest, ApiResponse, Transport } from '../src/api/transport.ts';
import type { Status } from '../src/api/object.ts';
import { createEtcd } from '../src/etcd/store.ts';
import { connectSandbox } from '../src/sandbox/port.ts';
import { loneWorld } from '../src/sim/lone-world.ts';
import type { LoneWorld } from '../src/sim/lone-world.ts';
import { httpTransport } from './http-transport.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const EVENTS = '/api/v1/namespaces/default/events';
const APPLY = { 'content-type': 'application/apply-patch+yaml' };
const MERGE = { 'content-type': 'application/merge-patch+json' };
const AGENT = { 'user-agent': 'bench/1' };

const MANY = 10_000;
const WATCHERS = 100;
const UPDATES = 100;
const MANIFESTS = 1000;
/** Requests under way at once where they cross a thread or a socket, as of a busy client. */
const IN_FLIGHT = 64;

type Call = (request: ApiRequest) => Promise<ApiResponse>;

const configMap = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels: { app: 'bench' } },
  data: { key: 'value', name },
});
const event = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name },
  type: 'Normal',
  reason: 'Bench',
  message: 'something happened',
  involvedObject: { kind: 'Pod', namespace: 'default', name: 'web' },
});
const deployment = (name: string): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, labels: { app: name } },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'web', image: 'nginx:1.27', ports: [{ containerPort: 80 }] }] },
    },
  },
});

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function checked(call: Call, request: ApiRequest): Promise<ApiResponse> {
  const response = await call({ ...request, headers: { ...AGENT, ...request.headers } });
  if (response.status >= 400) throw new Error(`${request.method} ${request.path}: ${(response.body as Status).message}`);
  return response;
}

/** `count` times, at most `atOnce` at the same time. */
async function times(count: number, atOnce: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < count) {
        next += 1;
        await work(next - 1);
      }
    }),
  );
}

interface Kind {
  readonly path: string;
  readonly make: (name: string) => object;
}
const KINDS: Readonly<Record<string, Kind>> = { configmaps: { path: CONFIG_MAPS, make: configMap }, events: { path: EVENTS, make: event } };

/** The five figures of one path, in ms for the whole of each, by the clock that `read` reads. */
async function figures(transport: Transport, { path, make }: Kind, atOnce: number, read: () => number): Promise<Record<string, number>> {
  const call: Call = (request) => transport.request(request);
  const create = (name: string): Promise<ApiResponse> => checked(call, { method: 'POST', path, body: make(name) });
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const from = read();
    await work();
    return read() - from;
  };
  await times(500, atOnce, (index) => create(`warm-${index}`));
  const createMs = await timed(() => times(MANY, atOnce, (index) => create(`object-${index}`)));
  const getMs = await timed(() => times(MANY, atOnce, (index) => checked(call, { method: 'GET', path: `${path}/object-${index}` })));
  const listMs = await timed(async () => {
    const { body } = await checked(call, { method: 'GET', path, query: [['resourceVersion', '0']] });
    const { length } = (body as { readonly items: readonly object[] }).items;
    if (length < MANY) throw new Error(`listed ${length} of ${MANY}`);
  });
  const watchMs = await timed(() => fanOut(transport, call, path));
  const applyMs = await timed(() =>
    times(MANIFESTS, atOnce, (index) =>
      checked(call, {
        method: 'PATCH',
        path: `/apis/apps/v1/namespaces/default/deployments/applied-${index}`,
        query: [['fieldManager', 'bench']],
        headers: APPLY,
        body: deployment(`applied-${index}`),
      }),
    ),
  );
  return { createMs, getMs, listMs, watchMs, applyMs };
}

/** Until each of the watchers has heard of each update. */
async function fanOut(transport: Transport, call: Call, path: string): Promise<void> {
  const at = (
    (await checked(call, { method: 'GET', path, query: [['limit', '1']] })).body as {
      readonly metadata: { readonly resourceVersion: string };
    }
  ).metadata.resourceVersion;
  const connections = await Promise.all(
    Array.from({ length: WATCHERS }, () =>
      transport.connect({
        method: 'GET',
        path,
        query: [
          ['watch', 'true'],
          ['resourceVersion', at],
        ],
        headers: AGENT,
      }),
    ),
  );
  const heard = Promise.all(
    connections.map(async ({ frames, close }) => {
      let left = UPDATES;
      for await (const frame of frames) {
        if (frame.type === 'event') left -= 1;
        if (left === 0) break;
      }
      close();
    }),
  );
  await times(UPDATES, 1, (index) =>
    checked(call, { method: 'PATCH', path: `${path}/object-${index}`, headers: MERGE, body: { metadata: { labels: { updated: 'yes' } } } }),
  );
  await heard;
}

async function aloneServer(): Promise<{ readonly lone: LoneWorld; readonly transport: Transport }> {
  const lone = loneWorld();
  const transport = createApiserver({ world: lone.world, etcd: createEtcd() }).transport();
  await lone.advance(0);
  return { lone, transport };
}

/** In process: what a controller pays that shares the machine with the server. Processor time. */
async function server(kind: Kind): Promise<object> {
  const { lone, transport } = await aloneServer();
  return lone.drive(figures(transport, kind, 1, cpuMs));
}

interface Populated {
  readonly lone: LoneWorld;
  readonly call: Call;
  count: number;
}

async function populated(objects: number): Promise<Populated> {
  const { lone, transport } = await aloneServer();
  const call: Call = (request) => transport.request(request);
  await lone.drive(times(objects, 1, (index) => checked(call, { method: 'POST', path: CONFIG_MAPS, body: configMap(`object-${index}`) })));
  return { lone, call, count: 0 };
}

const at = (index: number): string => `${CONFIG_MAPS}/object-${index % 100}`;

/** One request of each sort; what it makes it removes, so that the count of objects stays. */
const SORTS: Readonly<Record<string, (call: Call, index: number) => Promise<unknown>>> = {
  get: (call, index) => checked(call, { method: 'GET', path: at(index) }),
  create: async (call, index) => {
    await checked(call, { method: 'POST', path: CONFIG_MAPS, body: configMap(`extra-${index}`) });
    await checked(call, { method: 'DELETE', path: `${CONFIG_MAPS}/extra-${index}` });
  },
  update: async (call, index) => {
    const { body } = await checked(call, { method: 'GET', path: at(index) });
    await checked(call, { method: 'PUT', path: at(index), body: { ...(body as object), data: { key: `value-${index}` } } });
  },
  patch: (call, index) => checked(call, { method: 'PATCH', path: at(index), headers: MERGE, body: { data: { key: `patch-${index}` } } }),
  apply: (call, index) =>
    checked(call, {
      method: 'PATCH',
      path: at(index),
      query: [
        ['fieldManager', 'bench'],
        ['force', 'true'],
      ],
      headers: APPLY,
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `object-${index % 100}` }, data: { key: `apply-${index}` } },
    }),
};

const BATCH = 200;
const BATCHES = 31;

/** Micros of processor time a request, with few and with many objects: batches of the two by turns, and of each the lower
 *  quartile: what else the machine does makes batches dearer, never cheaper. */
async function growth(): Promise<object> {
  const servers = [await populated(100), await populated(MANY)];
  const result: Record<string, { readonly few: number; readonly many: number; readonly ratio: number }> = {};
  for (const [sort, work] of Object.entries(SORTS)) {
    const micros = servers.map((): number[] => []);
    for (let batch = 0; batch < BATCHES; batch += 1) {
      for (const [which, one] of servers.entries()) {
        const from = cpuMs();
        await one.lone.drive(times(BATCH, 1, () => work(one.call, (one.count += 1))));
        micros[which]?.push(((cpuMs() - from) * 1000) / BATCH);
      }
    }
    const [few = 0, many = 0] = micros.map((all) => all.sort((a, b) => a - b)[BATCHES >> 2]);
    result[sort] = { few, many, ratio: many / few };
  }
  return result;
}

/** A playing sandbox in a worker: over a MessagePort, as the page has it, or over HTTP. Wall time. */
async function elsewhere(how: 'port' | 'http'): Promise<object> {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(new URL('requests-worker.mjs', import.meta.url), {
    workerData: { how, port: port2 },
    transferList: [port2 as never],
  });
  const ready = await new Promise<{ readonly httpPort?: number }>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  const transport =
    ready.httpPort === undefined ? (await connectSandbox(port1 as never)).api : httpTransport(ready.httpPort, WATCHERS + IN_FLIGHT);
  return figures(transport, KINDS.configmaps as Kind, IN_FLIGHT, () => performance.now());
}

const [mode = '', kind = 'configmaps'] = process.argv.slice(2);
const measure = { server: () => server(KINDS[kind] as Kind), growth, port: () => elsewhere('port'), http: () => elsewhere('http') }[mode];
if (measure === undefined) throw new Error(`server, growth, port or http, not ${mode}`);
process.stdout.write(`${JSON.stringify(await measure())}\n`);
process.exit(0);
