/** kube-aggregator: group-versions that a Service serves. Their requests go on through the Pod network, so they can be cut;
 *  what they offer joins discovery and OpenAPI; whether they answer stands in their APIService.
 *  Differs from Kubernetes: an available one is asked again when its Service or endpoints change, when a request to it fails,
 *  and every five minutes, not every 30 s: a request that finds nobody costs what the check would have cost.
 *  Upstream: staging/src/k8s.io/kube-aggregator/pkg/{apiserver,controllers} */
import { fromUtf8 } from '../base/bytes.ts';
import { equal } from '../base/json.ts';
import { Queue } from '../base/queue.ts';
import { rfc3339 } from '../base/time.ts';
import { TimeoutError, withTimeout } from '../base/with-timeout.ts';
import { ApiError, observersCannotWait } from '../api/errors.ts';
import type { APIService, EndpointSlice } from '../api/generated/types.ts';
import { APIServices, EndpointSlices, Services } from '../api/resources.ts';
import type { ApiRequest, ApiResponse } from '../api/transport.ts';
import { HttpError, sendHttp } from '../cri/http.ts';
import type { HttpResponse } from '../cri/http.ts';
import { NetworkError } from '../cri/network.ts';
import { failedCheck, LOCAL, objection, PASSED, placeOf, withAvailability } from './api-service-checks.ts';
import type { Availability, ServicePlace } from './api-service-checks.ts';
import type { Kind } from './kinds.ts';
import type { ServerState } from './server-state.ts';
import { whileReachable } from './storage.ts';

/** One group-version of another server. */
export interface AggregatedVersion {
  readonly group: string;
  readonly version: string;
  readonly available: boolean;
  /** Its APIResourceList, as it last gave it. */
  readonly resources: readonly AggregatedResource[];
  readonly openApi: object | undefined;
}

export interface AggregatedResource {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

export interface Aggregator {
  /** In the order of their priority, highest first. */
  readonly all: readonly AggregatedVersion[];
  /** Raised by every change; caches compare it. */
  readonly generation: number;
  find(group: string, version: string): AggregatedVersion | undefined;
  /** Hands the request on. Never throws for what happens on the way: that is a 503 as the aggregator words it. */
  pass(version: AggregatedVersion, request: ApiRequest): Promise<ApiResponse>;
}

interface Entry extends AggregatedVersion {
  readonly name: string;
  readonly place: ServicePlace;
  readonly priority: number;
}

const CHECK_MS = 5_000;
const ANSWER_MS = 60_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
const RESYNC_MS = 300_000;
const SERVICE_NAME = 'kubernetes.io/service-name';

const unavailable = (text = 'service unavailable'): ApiResponse => ({
  status: 503,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: `${text}\n`,
});

const isAvailable = ({ status }: APIService): boolean =>
  status?.conditions?.some((each) => each.type === 'Available' && each.status === 'True') === true;

export function createAggregator(server: ServerState): Aggregator {
  const { world, storage, hub, kinds } = server;
  const kind = kinds.of(APIServices);
  const entries = new Map<string, Entry>();
  const failures = new Map<string, number>();
  const waiting = new Set<string>();
  const due = new Queue<string>(world);
  let ordered: readonly Entry[] = [];
  let generation = 0;

  const look = (name: string): void => {
    if (waiting.has(name)) return;
    waiting.add(name);
    due.push(name);
  };
  function keep(entry: Entry): void {
    entries.set(entry.name, entry);
    ordered = [...entries.values()].sort((a, b) => b.priority - a.priority || (a.name < b.name ? -1 : 1));
    generation += 1;
  }
  function drop(name: string): void {
    if (!entries.delete(name)) return;
    ordered = ordered.filter((entry) => entry.name !== name);
    generation += 1;
  }
  function follow(object: APIService): void {
    const name = object.metadata?.name ?? '';
    const place = placeOf(object);
    const old = entries.get(name);
    if (place === undefined) {
      drop(name);
      if (isAvailable(object)) return;
    } else {
      const available = isAvailable(object);
      const { group = '', version = '', groupPriorityMinimum } = object.spec ?? { groupPriorityMinimum: 0 };
      const same =
        old !== undefined &&
        old.available === available &&
        old.place.name === place.name &&
        old.place.namespace === place.namespace &&
        old.place.port === place.port;
      if (!same)
        keep({
          name,
          place,
          group,
          version,
          available,
          priority: groupPriorityMinimum,
          resources: old?.resources ?? [],
          openApi: old?.openApi,
        });
    }
    look(name);
  }
  const lookAt = (namespace: string, service: string): void => {
    for (const { name, place } of ordered) if (place.namespace === namespace && place.name === service) look(name);
  };

  for (const object of storage.list(APIServices)) follow(object);
  const { revision } = storage.etcd;
  hub.subscribe(kind, revision, ({ key, object }) => {
    if (object === undefined) drop(key);
    else follow(object as APIService);
  });
  hub.subscribe(kinds.of(Services), revision, ({ object, old }) => {
    const { namespace = '', name = '' } = (object ?? old)?.metadata ?? {};
    lookAt(namespace, name);
  });
  hub.subscribe(kinds.of(EndpointSlices), revision, ({ object, old }) => {
    const { namespace = '', labels } = (object ?? old)?.metadata ?? {};
    lookAt(namespace, labels?.[SERVICE_NAME] ?? '');
  });
  world.spawn('api services', async () => {
    for await (const name of due) {
      waiting.delete(name);
      await settle(name);
    }
  });
  const resync = (): void => {
    for (const { name } of ordered) look(name);
    world.clock.setTimer(RESYNC_MS, resync);
  };
  world.clock.setTimer(RESYNC_MS, resync);

  /** Looks once and writes down what it sees; what did not answer is asked again, later and later. */
  async function settle(name: string): Promise<void> {
    const found = await availabilityOf(name);
    if (found === undefined) return;
    whileReachable(() => write(server, kind, name, found));
    if (found.status === 'True') failures.delete(name);
    else if (found.reason === 'FailedDiscoveryCheck') {
      const count = failures.get(name) ?? 0;
      failures.set(name, count + 1);
      world.clock.setTimer(Math.min(FIRST_RETRY_MS * 2 ** count, LONGEST_RETRY_MS), () => look(name));
    }
  }

  async function availabilityOf(name: string): Promise<Availability | undefined> {
    try {
      const object = storage.read(APIServices, '', name);
      if (object === undefined) return undefined;
      const place = placeOf(object);
      if (place === undefined) return LOCAL;
      const slices = storage
        .list<EndpointSlice>(EndpointSlices, place.namespace)
        .filter(({ metadata }) => metadata?.labels?.[SERVICE_NAME] === place.name);
      return objection(place, storage.read(Services, place.namespace, place.name), slices) ?? (await discover(name));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return undefined;
    }
  }

  async function discover(name: string): Promise<Availability | undefined> {
    const entry = entries.get(name);
    if (entry === undefined) return undefined;
    const path = `/apis/${entry.group}/${entry.version}`;
    const url = `https://${addressOf(server, entry.place) ?? ''}:${entry.place.port}${path}`;
    const why = (text: string): Availability => failedCheck(`failing or missing response from ${url}: ${text}`);
    try {
      const answer = await send(server, entry.place, { method: 'GET', path }, CHECK_MS);
      if (answer.status < 200 || answer.status >= 300) return why(`bad status from ${url}: ${answer.status}`);
      const list = JSON.parse(fromUtf8(answer.body)) as { readonly resources?: readonly AggregatedResource[] };
      const document =
        entry.openApi === undefined ? await send(server, entry.place, { method: 'GET', path: `/openapi/v3${path}` }, CHECK_MS) : undefined;
      const openApi = document?.status === 200 ? (JSON.parse(fromUtf8(document.body)) as object) : entry.openApi;
      const now = entries.get(name);
      const { resources = [] } = list;
      if (now !== undefined && (!equal(resources, now.resources) || openApi !== now.openApi)) keep({ ...now, resources, openApi });
      return PASSED;
    } catch (error) {
      if (error instanceof NetworkError) return why(`Get ${JSON.stringify(url)}: ${dialWords(server, entry.place, error)}`);
      if (error instanceof TimeoutError) return why(`Get ${JSON.stringify(url)}: context deadline exceeded`);
      if (error instanceof HttpError) return why(`Get ${JSON.stringify(url)}: EOF`);
      if (error instanceof SyntaxError) return why('it is no JSON');
      throw error;
    }
  }

  return {
    get all() {
      return ordered;
    },
    get generation() {
      return generation;
    },
    find: (group, version) => ordered.find((entry) => entry.group === group && entry.version === version),
    async pass({ group, version }, request) {
      const entry = ordered.find((each) => each.group === group && each.version === version);
      if (entry === undefined || !entry.available) return unavailable();
      if (request.headers?.['x-observer'] !== undefined) return { status: 503, headers: {}, body: observersCannotWait().status };
      try {
        return responseOf(await send(server, entry.place, request, ANSWER_MS));
      } catch (error) {
        if (!(error instanceof NetworkError) && !(error instanceof HttpError) && !(error instanceof TimeoutError)) throw error;
        look(entry.name);
        return unavailable(
          `error trying to reach service: ${error instanceof NetworkError ? dialWords(server, entry.place, error) : error.message}`,
        );
      }
    },
  };
}

function write(server: ServerState, kind: Kind, name: string, found: Availability): void {
  const stored = server.storage.get(kind, '', name);
  if (stored === undefined) return;
  const next = withAvailability(stored.object as APIService, found, rfc3339(server.world.clock.now()));
  if (next !== stored.object) server.storage.put(kind, next, stored.modRevision);
}

function addressOf({ storage }: ServerState, { namespace, name }: ServicePlace): string | undefined {
  const spec = storage.read(Services, namespace, name)?.spec;
  return spec?.clusterIP === 'None' ? undefined : spec?.clusterIP;
}

const dialWords = (server: ServerState, place: ServicePlace, error: NetworkError): string =>
  `dial tcp ${addressOf(server, place) ?? ''}:${place.port}: ${error.code === 'ETIMEDOUT' ? '' : 'connect: '}${error.message}`;

async function send(server: ServerState, place: ServicePlace, request: ApiRequest, limitMs: number): Promise<HttpResponse> {
  const address = addressOf(server, place);
  if (address === undefined || address === '') throw new NetworkError('EHOSTUNREACH');
  return withTimeout(server.world, limitMs, async () => {
    const stream = await server.dialer.connect(address, place.port, limitMs);
    try {
      const search = (request.query ?? []).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
      const passed = Object.entries(request.headers ?? {}).filter(([name]) => name === 'accept' || name === 'user-agent');
      return await sendHttp(stream, {
        method: request.method,
        target: `${request.path}${search === '' ? '' : `?${search}`}`,
        host: `${address}:${place.port}`,
        headers: [...passed, ['Connection', 'close']],
        tls: `${place.name}.${place.namespace}.svc`,
        ...(request.body !== undefined && { body: request.body instanceof Uint8Array ? request.body : JSON.stringify(request.body) }),
      });
    } finally {
      stream.reset();
    }
  });
}

/** JSON stays an object, as all answers of this server are. */
function responseOf({ status, headers, body }: HttpResponse): ApiResponse {
  const type = headers['content-type'] ?? 'application/json';
  const passed = { 'content-type': type };
  if (!type.startsWith('application/json')) return { status, headers: passed, body: type.startsWith('text/') ? fromUtf8(body) : body };
  try {
    return { status, headers: passed, body: JSON.parse(fromUtf8(body)) as object };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return unavailable('the aggregated server answered with broken JSON');
  }
}
