/** metrics-server: asks kubelets what containers use and serves it as metrics.k8s.io/v1beta1.
 *  Differs from Kubernetes: kubelets remember the last minute, so the scrape of each 15 s happens when somebody asks for it;
 *  what is answered is what the last two scrapes would have found. A node that went since the last one is missing at once.
 *  Upstream: kubernetes-sigs/metrics-server v0.7 */
import { fromUtf8 } from '../base/bytes.ts';
import { ApiError, isReason, methodNotAllowed, notFound } from '../api/errors.ts';
import type { Node, Pod } from '../api/generated/types.ts';
import { Nodes, Pods } from '../api/resources.ts';
import { TransportError } from '../api/transport.ts';
import type { Transport, UserInfo } from '../api/transport.ts';
import type { Client } from '../client/client.ts';
import { createClient } from '../client/create-client.ts';
import { HttpError, parseTarget, sendHttp, serveHttp } from '../cri/http.ts';
import type { HttpAnswer, HttpRequest } from '../cri/http.ts';
import { NetworkError } from '../cri/network.ts';
import type { Process } from '../cri/process.ts';
import { GROUP, listed, nodeMetrics, openApi, podMetrics, RESOURCE_LIST, single, table, VERSION } from './metrics-objects.ts';
import type { Metrics } from './metrics-objects.ts';
import { nodeUsage, podUsages, readResourceMetrics, RESOLUTION_MS, scrapesAt } from './metrics-points.ts';
import type { PodUsage, Usage } from './metrics-points.ts';

export interface MetricsServerOptions {
  readonly process: Process;
  readonly transport: Transport;
  readonly user: UserInfo;
}

const PORT = 10_250;
const KUBELET_PORT = 10_250;
/** A node that does not answer makes everybody wait, so not for long. */
const SCRAPE_MS = 2_000;
const MEMORY_BYTES = 19_000_000;
const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';
const API = `/apis/${GROUP}/${VERSION}`;

/** What the last two scrapes tell. */
interface Storage {
  readonly last: number;
  readonly nodes: ReadonlyMap<string, Usage>;
  readonly pods: ReadonlyMap<string, PodUsage>;
}

/** Runs until the process ends. */
export async function runMetricsServer({ process, transport, user }: MetricsServerOptions): Promise<void> {
  const { world, net, clock } = process;
  process.useMemory(MEMORY_BYTES);
  // On whole seconds: that is what kubelets remember exactly.
  const startedAtMs = Math.ceil(clock.now() / 1000) * 1000;
  const client = createClient(transport, { userAgent: 'metrics-server', user });
  const isReady = (): boolean => clock.now() >= startedAtMs + RESOLUTION_MS;
  const health = (path: string): HttpAnswer | undefined => {
    if (path === '/livez' || path === '/healthz') return { status: 200, body: 'ok' };
    if (path !== '/readyz') return undefined;
    return isReady()
      ? { status: 200, body: 'ok' }
      : { status: 500, body: '[-]metric-storage-ready failed: not metrics to serve\nreadyz check failed\n' };
  };
  const storage = createStorage(process, client, startedAtMs);
  const answer = async (request: HttpRequest): Promise<HttpAnswer> => {
    const { path, query } = parseTarget(request.target);
    try {
      const accept = request.headers['accept'] ?? '';
      return json(await serve({ client, storage, nowMs: clock.now(), query, asTable: accept.includes('as=Table') }, request.method, path));
    } catch (error) {
      if (error instanceof ApiError) return json(error.status, error.code);
      if (error instanceof TransportError) return { status: 500, body: `${error.message}\n` };
      throw error;
    }
  };
  serveHttp(world, net, PORT, (request) => health(parseTarget(request.target).path) ?? answer(request), {
    tls: true,
    atOnce: ({ target }) => health(parseTarget(target).path) !== undefined,
  });
  await process.stderr.write(`I Serving securely on [::]:${PORT}\n`);
  await world.suspend<void>(() => undefined);
}

const json = (body: object, status = 200): HttpAnswer => ({
  status,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
});

type ReadStorage = () => Promise<Storage | undefined>;

function createStorage(process: Process, client: Client, startedAtMs: number): ReadStorage {
  let kept: Storage | undefined;
  return async () => {
    const scrapes = scrapesAt(startedAtMs, process.clock.now());
    if (scrapes === undefined) return undefined;
    if (kept?.last === scrapes.last) return kept;
    const nodes = (await client.list<Node>(Nodes)).items;
    const found = await Promise.all(
      nodes.filter(isUp).map((node) => scrape(process, node, [scrapes.last, ...(scrapes.before === undefined ? [] : [scrapes.before])])),
    );
    const { last, before } = scrapes;
    const scraped = found.filter((each) => each !== undefined);
    const usages = scraped.flatMap(({ name, points }) => {
      const usage = nodeUsage(points, last, before);
      return usage === undefined ? [] : [[name, usage] as const];
    });
    kept = { last, nodes: new Map(usages), pods: new Map(scraped.flatMap(({ points }) => [...podUsages(points, last, before)])) };
    return kept;
  };
}

/** Who has been silent for longer than the controllers wait would be asked in vain. */
const isUp = ({ status }: Node): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is !== 'Unknown') === true;

const addressOf = ({ status }: Node): string => status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';

/** One kubelet's counters at some moments; a failure is a line in the log. */
async function scrape(process: Process, node: Node, moments: readonly number[]) {
  const name = node.metadata?.name ?? '';
  const address = addressOf(node);
  const target = `/metrics/resource?${moments.map((at) => `at=${at}`).join('&')}`;
  try {
    const token = process.files.exists(TOKEN) ? fromUtf8(process.files.readFile(TOKEN)).trim() : '';
    const stream = await process.net.connect(address, KUBELET_PORT, { timeoutMs: SCRAPE_MS });
    try {
      const answer = await sendHttp(stream, {
        target,
        host: `${address}:${KUBELET_PORT}`,
        tls: address,
        headers: [
          ['User-Agent', 'metrics-server'],
          ['Authorization', `Bearer ${token}`],
          ['Connection', 'close'],
        ],
      });
      if (answer.status === 200) return { name, points: readResourceMetrics(fromUtf8(answer.body)) };
      await complain(process, name, `request failed, status: "${answer.status} ${answer.reason}"`);
    } finally {
      stream.reset();
    }
  } catch (error) {
    if (!(error instanceof NetworkError) && !(error instanceof HttpError)) throw error;
    await complain(
      process,
      name,
      `Get "https://${address}:${KUBELET_PORT}/metrics/resource": dial tcp ${address}:${KUBELET_PORT}: connect: ${error.message}`,
    );
  }
  return undefined;
}

const complain = (process: Process, node: string, why: string): Promise<void> =>
  process.stderr.write(`E "Failed to scrape node" err=${JSON.stringify(why)} node=${JSON.stringify(node)}\n`);

interface Asked {
  readonly client: Client;
  readonly storage: ReadStorage;
  readonly nowMs: number;
  readonly query: ReadonlyMap<string, string>;
  readonly asTable: boolean;
}

async function serve(asked: Asked, method: string, path: string): Promise<object> {
  if (method !== 'GET') throw methodNotAllowed();
  if (path === API) return RESOURCE_LIST;
  if (path === `/openapi/v3${API}`) return openApi();
  const parts = path.startsWith(`${API}/`) ? path.slice(API.length + 1).split('/') : [];
  const [first = '', second = '', third = '', fourth = ''] = parts;
  if (first === 'nodes' && parts.length <= 2) return nodesAnswer(asked, second);
  if (first === 'pods' && parts.length === 1) return podsAnswer(asked, '', '');
  if (first === 'namespaces' && third === 'pods' && parts.length <= 4) return podsAnswer(asked, second, fourth);
  throw notFound({ group: '', plural: 'page' }, path);
}

interface Row {
  readonly object: Metrics;
  readonly total: Pick<Usage, 'cpuNanoCores' | 'memoryBytes'>;
}

function present({ asTable }: Asked, kind: string, rows: readonly Row[], one: boolean): object {
  if (asTable) return table(kind, rows);
  return one
    ? single(kind, rows[0]!.object)
    : listed(
        kind,
        rows.map(({ object }) => object),
      );
}

const selectors = ({ query }: Asked): { labelSelector?: string; fieldSelector?: string } => ({
  ...(query.get('labelSelector') && { labelSelector: query.get('labelSelector')! }),
  ...(query.get('fieldSelector') && { fieldSelector: query.get('fieldSelector')! }),
});

async function nodesAnswer(asked: Asked, name: string): Promise<object> {
  const { client, storage, nowMs } = asked;
  const nodes = name === '' ? (await client.list<Node>(Nodes, selectors(asked))).items : [await client.get<Node>(Nodes, name)];
  const found = await storage();
  const rows = nodes.flatMap(({ metadata = {} }): Row[] => {
    const usage = found?.nodes.get(metadata.name ?? '');
    return usage === undefined ? [] : [{ object: nodeMetrics(metadata, usage, nowMs), total: usage }];
  });
  if (name !== '' && rows.length === 0) throw notFound({ group: GROUP, plural: 'nodemetrics' }, name);
  return present(asked, 'NodeMetrics', rows, name !== '');
}

async function podsAnswer(asked: Asked, namespace: string, name: string): Promise<object> {
  const { storage, nowMs } = asked;
  const pods = await running(asked, namespace, name);
  const found = await storage();
  const rows = pods.flatMap(({ metadata = {} }): Row[] => {
    const usage = found?.pods.get(`${metadata.namespace}/${metadata.name}`);
    if (usage === undefined) return [];
    const total = {
      cpuNanoCores: usage.containers.reduce((sum, each) => sum + each.cpuNanoCores, 0),
      memoryBytes: usage.containers.reduce((sum, each) => sum + each.memoryBytes, 0),
    };
    return [{ object: podMetrics(metadata, usage, nowMs), total }];
  });
  if (name !== '' && rows.length === 0) throw notFound({ group: GROUP, plural: 'podmetrics' }, `${namespace}/${name}`);
  return present(asked, 'PodMetrics', rows, name !== '');
}

/** metrics-server knows running Pods only. */
async function running(asked: Asked, namespace: string, name: string): Promise<readonly Pod[]> {
  const { client } = asked;
  if (name === '') {
    const { fieldSelector, ...labels } = selectors(asked);
    const fields = ['status.phase=Running', ...(fieldSelector === undefined ? [] : [fieldSelector])].join(',');
    return (await client.list<Pod>(Pods, { ...(namespace !== '' && { namespace }), ...labels, fieldSelector: fields })).items;
  }
  try {
    const pod = await client.get<Pod>(Pods, name, namespace);
    if (pod.status?.phase === 'Running') return [pod];
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error;
  }
  throw notFound({ group: '', plural: 'pods' }, name);
}
