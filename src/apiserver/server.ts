/** kube-apiserver: a Transport over etcd. A request is routed, authenticated, authorized, admitted, handled and stored;
 *  watches and streams are Connections. It keeps nothing that etcd does not, so it may be killed and started at any time.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/server/config.go */
import { onKilled } from '../base/scope.ts';
import type { World } from '../base/world.ts';
import { ApiError, forbidden, observersCannotWait, unknownResource } from '../api/errors.ts';
import type { KubeObject } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import type { ApiRequest, ApiResponse, Connection, Transport, UserInfo } from '../api/transport.ts';
import { TransportError } from '../api/transport.ts';
import type { Etcd } from '../etcd/etcd.ts';
import type { AdmissionChain, AdmissionReader, AdmissionServices, AuthorizationAttributes, Authorizer } from './admission.ts';
import { createCelLoader } from '../api/cel.ts';
import { createAggregator } from './aggregator.ts';
import type { AggregatedVersion, Aggregator } from './aggregator.ts';
import { admissionChain } from './admission/admission-chain.ts';
import { createAuthorizer, forbiddenReason } from './authorization/authorizer.ts';
import { ADMINISTRATOR, authenticate, impersonate } from './authentication.ts';
import { bootstrap } from './bootstrap.ts';
import { admitConnection } from './connect.ts';
import { decodeObject } from './body.ts';
import { serveCustomResources } from './custom-resources.ts';
import { ConversionNeeded, whileConverting } from './custom-resources/versions.ts';
import type { Dialer } from './dialer.ts';
import { createClientCertificates } from './client-certificates.ts';
import { noDialer } from './dialer.ts';
import { expireEvents } from './event-ttl.ts';
import { createFieldManager } from './field-manager.ts';
import type { Answer } from './handlers.ts';
import { handle } from './handlers.ts';
import type { Kinds } from './kinds.ts';
import { createKinds } from './kinds.ts';
import { createNonResources } from './non-resource.ts';
import { registerLocalServices } from './local-api-services.ts';
import type { NonResources } from './non-resource.ts';
import { createAllocators } from './range-allocator.ts';
import type { RequestInfo } from './request-info.ts';
import { headerOf, requestInfoOf } from './request-info.ts';
import type { Call, ServerState } from './server-state.ts';
import type { Storage } from './storage.ts';
import { createStorage, whileReachable } from './storage.ts';
import { createServerTrust } from './server-trust.ts';
import { strategyFor } from './strategies/strategy-for.ts';
import { isProxied, isStreamed, openStream, proxy, readLog } from './streams.ts';
import { tableFor } from './tables/table-for.ts';
import { createTokenAuthority } from './tokens.ts';
import { openWatch } from './watch.ts';
import { createWatchHub } from './watch-hub.ts';
import type { WatchHub } from './watch-hub.ts';

export interface ApiserverOptions {
  readonly world: World;
  readonly etcd: Etcd;
  /** "v1.33.1". */
  readonly version?: string;
  /** The way to kubelets and into the Pod network; without it logs, exec and proxies are unavailable. */
  readonly dialer?: Dialer;
  /** A world that outlives the server's scope (the machine's): clients of a killed server are told so in it. Default: `world`. */
  readonly streams?: World;
  /** In PEM: whose certificates clients may show; default none. */
  readonly clientAuthority?: string;
  /** What the key of service account tokens is made from; default the world's chance. */
  readonly keySeed?: string;
  readonly serviceCidr?: string;
  readonly nodePortRange?: string;
  readonly advertiseAddress?: string;
  readonly securePort?: number;
  /** Admission plugins in order; default those of a default control plane. */
  readonly admission?: AdmissionChain;
  /** 'RBAC' asks roles and bindings; 'AlwaysAllow' nobody. Default RBAC. */
  readonly authorization?: 'RBAC' | 'AlwaysAllow';
}

export interface Apiserver {
  /** A way in for somebody whom the other side has authenticated; requests that name a user or carry a token are theirs.
   *  Default: kubernetes-admin. */
  transport(user?: UserInfo): Transport;
  /** Refuses new requests and cuts open streams, as the end of the process does; also happens when the world is killed. */
  stop(): void;
  readonly kinds: Kinds;
}

/** Differs from Kubernetes: bookmarks come when the store is compacted, not every minute; that is when watchers need them. */
const BOOKMARK_MS = 300_000;
const COMPACTION_MS = 300_000;

export function createApiserver(options: ApiserverOptions): Apiserver {
  const { world, etcd } = options;
  const subscriptions: Disposable[] = [];
  const counted = countedEtcd(etcd, subscriptions);
  const kinds = createKinds(strategyFor);
  const storage = createStorage(counted, kinds);
  const server = stateOf(options, storage, kinds, counted);
  const open = new Set<(error?: unknown) => void>();
  let stopped = false;

  bootstrap(world, storage, kinds, {
    serviceCidr: options.serviceCidr ?? '10.96.0.0/12',
    advertiseAddress: options.advertiseAddress ?? '172.18.0.2',
    securePort: options.securePort ?? 6443,
  });
  every(world, BOOKMARK_MS, () => server.bookmarks.forEach((remind) => remind()));
  compactEvery(world, counted);
  expireEvents(world, server);
  serveCustomResources(server);
  registerLocalServices(server);
  const aggregator = createAggregator(server);
  const nonResources = createNonResources(server, aggregator, options);

  const stop = (): void => {
    if (stopped) return;
    stopped = true;
    for (const close of open) close(new TransportError('reset', 'unexpected EOF'));
    for (const subscription of subscriptions) subscription[Symbol.dispose]();
  };
  onKilled(world, stop);
  const checkRunning = (): void => {
    if (stopped) throw new TransportError('refused', 'connect: connection refused');
  };
  const gate: Gate = {
    server,
    nonResources,
    aggregator,
    opened: (close) => {
      open.add(close);
      return { [Symbol.dispose]: () => void open.delete(close) };
    },
  };
  return {
    kinds,
    stop,
    transport: (user = ADMINISTRATOR) => ({
      async request(request, signal) {
        checkRunning();
        return respond(gate, request, user, signal);
      },
      async connect(request, signal) {
        checkRunning();
        return connect(gate, request, user, signal);
      },
    }),
  };
}

interface Gate {
  readonly server: ServerState;
  readonly nonResources: NonResources;
  readonly aggregator: Aggregator;
  opened(close: (error?: unknown) => void): Disposable;
}

/** The server's own watches end with it. */
function countedEtcd(etcd: Etcd, subscriptions: Disposable[]): Etcd {
  return {
    get revision() {
      return etcd.revision;
    },
    get compactedRevision() {
      return etcd.compactedRevision;
    },
    get: (key, at) => etcd.get(key, at),
    range: (prefix, range) => etcd.range(prefix, range),
    put: (key, value, ifMod) => etcd.put(key, value, ifMod),
    delete: (key, ifMod) => etcd.delete(key, ifMod),
    compact: (through) => etcd.compact(through),
    snapshot: () => etcd.snapshot(),
    watch(prefix, after, sink) {
      const subscription = etcd.watch(prefix, after, sink);
      subscriptions.push(subscription);
      return subscription;
    },
  };
}

function stateOf(options: ApiserverOptions, storage: Storage, kinds: Kinds, etcd: Etcd): ServerState {
  const { world } = options;
  const hub = createWatchHub(world, etcd);
  const cel = createCelLoader(world);
  const dialer = options.dialer ?? noDialer();
  const decodeCache = new WeakMap();
  const services: AdmissionServices = {
    world,
    cel,
    dialer,
    trust: createServerTrust(world),
    get authorizer() {
      return authorizer;
    },
    resourceOf: (apiVersion, kind) => kinds.byKind(apiVersion, kind)?.resource,
    remembered: rememberedLists(storage, kinds, hub),
    defaulted: (resource, object) => {
      const kind = kinds.of(resource);
      const decoded = decodeObject(object, resource, kind.schema, { validation: 'Ignore', cache: decodeCache, warn: () => undefined });
      return kind.strategy.applyDefaults(decoded);
    },
  };
  const reader: AdmissionReader = {
    get: (resource, namespace, name) => storage.read(resource, namespace, name),
    list: (resource, namespace) => storage.list(resource, namespace),
    replace: <T extends KubeObject>(resource: Resource<T>, object: T) =>
      storage.put(kinds.of(resource), object, Number(object.metadata?.resourceVersion ?? 0))?.object as T | undefined,
    onWrite: (resource, sink) => hub.subscribe(kinds.of(resource), etcd.revision, sink),
    services,
  };
  const authorizer: Authorizer =
    options.authorization === 'AlwaysAllow' ? { authorize: () => ({ allowed: true, reason: '' }) } : createAuthorizer(reader);
  return {
    world,
    streams: options.streams ?? world,
    version: options.version ?? 'v1.33.1',
    kinds,
    storage,
    hub,
    reader,
    authorizer,
    admission: options.admission ?? admissionChain({ world }),
    allocators: createAllocators(
      storage,
      world.random.fork('allocators'),
      options.serviceCidr ?? '10.96.0.0/12',
      options.nodePortRange ?? '30000-32767',
    ),
    decodeCache,
    fields: createFieldManager(world),
    dialer,
    tokens: createTokenAuthority(world, storage, options.keySeed),
    certificates: createClientCertificates(world, options.clientAuthority ?? ''),
    cel,
    bookmarks: new Set(),
    printers: { tableFor },
    customPrinters: new Map(),
  };
}

/** Made again after a write; the first look subscribes. */
function rememberedLists(storage: Storage, kinds: Kinds, hub: WatchHub): AdmissionServices['remembered'] {
  const known = new Map<Resource, { value: unknown } | undefined>();
  return <T extends KubeObject, R>(resource: Resource<T>, make: (objects: readonly T[]) => R): R => {
    const before = known.get(resource);
    if (before !== undefined) return before.value as R;
    if (!known.has(resource)) hub.subscribe(kinds.of(resource), storage.etcd.revision, () => known.set(resource, undefined));
    const value = make(storage.list(resource));
    known.set(resource, { value });
    return value;
  };
}

function every(world: World, ms: number, act: () => void): void {
  world.clock.setTimer(ms, () => {
    whileReachable(act);
    every(world, ms, act);
  });
}

/** Each time away goes what was old the time before. */
function compactEvery(world: World, etcd: Etcd): void {
  let before = etcd.revision;
  every(world, COMPACTION_MS, () => {
    if (before > etcd.compactedRevision) etcd.compact(before);
    before = etcd.revision;
  });
}

interface Admitted {
  readonly info: RequestInfo;
  readonly user: UserInfo;
  /** undefined: no resource, or one of another server. */
  readonly call: Call | undefined;
  readonly elsewhere?: AggregatedVersion;
  readonly warnings: string[];
}

/** Routes, authenticates, authorizes. */
function admit({ server, aggregator }: Gate, request: ApiRequest, standing: UserInfo): Admitted {
  const info = requestInfoOf(request);
  const asker = authenticate(request, standing, server.tokens, server.certificates);
  const user = impersonate(request, asker, server.authorizer);
  authorize(server, info, user);
  const warnings: string[] = [];
  if (!info.isResource) return { info, user, call: undefined, warnings };
  const kind = server.kinds.find(info.group, info.version, info.resource);
  if (kind === undefined) {
    const elsewhere = aggregator.find(info.group, info.version);
    if (elsewhere === undefined) throw unknownResource();
    return { info, user, call: undefined, elsewhere, warnings };
  }
  if (kind.resource.namespaced && info.namespace === '' && info.name !== '') throw unknownResource();
  if (kind.deprecation !== undefined) warnings.push(kind.deprecation);
  return { info, user, warnings, call: { server, request, info, user, kind, warn: (text) => void warnings.push(text) } };
}

function authorize(server: ServerState, info: RequestInfo, user: UserInfo): void {
  const attributes: AuthorizationAttributes = {
    user,
    verb: info.verb,
    group: info.group,
    version: info.version,
    resource: info.resource,
    subresource: info.subresource,
    namespace: info.namespace,
    name: info.name,
    path: info.path,
    isResource: info.isResource,
  };
  const decision = server.authorizer.authorize(attributes);
  if (decision.allowed) return;
  throw forbidden({ group: info.group, plural: info.isResource ? info.resource : '' }, info.name, forbiddenReason(attributes, decision));
}

async function respond(gate: Gate, request: ApiRequest, standing: UserInfo, signal: AbortSignal | undefined): Promise<ApiResponse> {
  let user = request.user ?? standing;
  let verb = request.method.toLowerCase();
  let warnings: readonly string[] = [];
  try {
    const admitted = admit(gate, request, standing);
    user = admitted.user;
    verb = admitted.info.verb;
    const { call, elsewhere } = admitted;
    warnings = admitted.warnings;
    if (elsewhere !== undefined) return traced(gate, request, user, verb, await gate.aggregator.pass(elsewhere, request));
    if (call === undefined) return await gate.nonResources.answer(request, user);
    if (isStreamed(call)) return traced(gate, request, user, verb, await readLog(call, signal));
    if (isProxied(call)) {
      await admitConnection(call);
      return traced(gate, request, user, verb, await proxy(call, signal));
    }
    const answer = await converted(call, () => handle(call));
    return traced(gate, request, user, verb, responseOf(answer, warnings), answer.revision);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return traced(gate, request, user, verb, responseOf({ status: error.code, body: error.status }, warnings));
  }
}

/** With what must be converted first. What only observes cannot wait for the network. */
function converted<T>({ request }: Call, act: () => T | Promise<T>): Promise<T> {
  return whileConverting(async () => {
    try {
      return await act();
    } catch (error) {
      if (error instanceof ConversionNeeded && request.headers?.['x-observer'] !== undefined) throw observersCannotWait();
      throw error;
    }
  });
}

const JSON_HEADERS: Readonly<Record<string, string>> = Object.freeze({ 'content-type': 'application/json' });

function responseOf({ status, body }: Answer, warnings: readonly string[]): ApiResponse {
  if (warnings.length === 0) return { status, headers: JSON_HEADERS, body };
  const texts = [...new Set(warnings)].map((text) => `299 - "${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`);
  return { status, headers: { ...JSON_HEADERS, warning: texts.join(', ') }, body };
}

function traced(
  { server }: Gate,
  request: ApiRequest,
  user: UserInfo,
  verb: string,
  response: ApiResponse,
  revision?: number,
): ApiResponse {
  const client = (headerOf(request, 'user-agent') ?? '').split('/')[0] as string;
  // What observers ask leaves no trace in history (transport/rpc-server.ts sets the header).
  if (request.headers?.['x-observer'] !== undefined) return response;
  server.world.trace({
    type: 'request',
    client,
    user: user.name,
    verb,
    path: request.path,
    status: response.status,
    ...(revision !== undefined && { revision }),
  });
  return response;
}

async function connect(gate: Gate, request: ApiRequest, standing: UserInfo, signal: AbortSignal | undefined): Promise<Connection> {
  const { call, user, info } = admit(gate, request, standing);
  if (call === undefined) throw unknownResource();
  if (isStreamed(call)) {
    await admitConnection(call);
    const connection = await openStream(call, signal);
    traced(gate, request, user, info.verb, { status: 101, headers: {}, body: '' });
    return connection;
  }
  if (info.verb !== 'watch') throw unknownResource();
  const connection = await converted(call, () => openWatch(call, gate.opened));
  signal?.addEventListener('abort', () => connection.close());
  traced(gate, request, user, info.verb, { status: 200, headers: {}, body: '' });
  return connection;
}
