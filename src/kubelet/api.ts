/** The kubelet's own API, which the apiserver calls for logs, exec, attach, port-forward and metrics.
 *  Upstream: pkg/kubelet/server/server.go */
import { ApiError, badRequest } from '../api/errors.ts';
import type { Pod } from '../api/generated/types.ts';
import type { Status } from '../api/object.ts';
import type { ApiRequest, ApiResponse, Connection, Frame, Transport } from '../api/transport.ts';
import { utf8 } from '../base/bytes.ts';
import { Queue } from '../base/queue.ts';
import { streamSession, forwardPort, openForward, type OpenSession, type StreamOptions } from './api-streams.ts';
import { chosenLines, createLogWriter, logContainerId, logOptions, type LogOptions } from './container-logs.ts';
import type { KubeletContext } from './context.ts';
import type { KubeletOptions } from './options.ts';
import type { PodCache } from './pod-cache.ts';
import type { PodSources } from './pod-sources.ts';
import type { PodState } from './pod-state.ts';
import type { PodWorkers } from './pod-workers.ts';
import type { StatusManager } from './status-manager.ts';
import { resourceMetrics, summarize, summaryBody } from './stats.ts';

export interface ApiTools {
  readonly context: KubeletContext;
  readonly cache: PodCache;
  readonly workers: PodWorkers;
  readonly sources: PodSources;
  readonly statuses: StatusManager;
  readonly options: KubeletOptions;
}

type Query = readonly (readonly [string, string])[];

const ok = (body: object | string, type = typeof body === 'string' ? 'text/plain' : 'application/json'): ApiResponse => ({ status: 200, headers: { 'content-type': type }, body });
const isTrue = (query: Query, name: string): boolean => ['true', '1'].includes(query.find(([key]) => key === name)?.[1] ?? '');

function refusal(code: number, message: string): ApiError {
  const status: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code, reason: code === 404 ? 'NotFound' : 'InternalError' };
  return new ApiError(status);
}

export function createKubeletApi(tools: ApiTools): Transport {
  const { context } = tools;
  return {
    async request(request) {
      const [, area = '', ...rest] = request.path.split('/').map(decodeURIComponent);
      try {
        if (area === 'containerLogs') return ok(readLog(tools, rest, request.query ?? []));
        return answer(tools, request, [area, ...rest].join('/'));
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return { status: error.status.code ?? 500, headers: { 'content-type': 'application/json' }, body: error.status };
      }
    },
    async connect(request) {
      const [, area = '', namespace = '', name = '', ...rest] = request.path.split('/').map(decodeURIComponent);
      const query = request.query ?? [];
      const container = rest[rest.length - 1];
      switch (area) {
        case 'containerLogs': return streamLog(tools, [namespace, name, ...rest], query);
        case 'exec': return exec(tools, namespace, name, container, query);
        case 'attach': return attach(tools, namespace, name, container, query);
        case 'portForward': return portForward(tools, namespace, name, query);
        default: throw refusal(404, `404 page not found: ${context.nodeName}${request.path}`);
      }
    },
  };
}

function answer(tools: ApiTools, request: ApiRequest, path: string): ApiResponse {
  const { context, workers, cache } = tools;
  switch (path) {
    case 'healthz': case 'healthz/ping': case 'healthz/syncloop': return ok('ok');
    case 'pods': return ok({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [...workers.list()].map((state) => shown(tools, state)) });
    case 'stats/summary': return ok(summaryBody(summarize(context, workers.list(), cache)));
    case 'metrics/resource': return ok(resourceMetrics(moments(request).map((at) => summarize(context, workers.list(), cache, at))), METRICS_TYPE);
    case 'configz': return ok({ kubeletconfig: configuration(tools) });
    default: throw refusal(404, `404 page not found: ${request.path}`);
  }
}

const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
const MOMENTS_MAX = 4;

/** Differs from Kubernetes: "at" asks for what was used at moments of the last minute (milliseconds), so that metrics-server
 *  need not come by every 15 s to know it. */
function moments(request: ApiRequest): readonly (number | undefined)[] {
  const asked = (request.query ?? []).filter(([name, value]) => name === 'at' && /^[0-9]{1,15}$/.test(value));
  return asked.length === 0 ? [undefined] : asked.slice(0, MOMENTS_MAX).map(([, value]) => Number(value));
}

const shown = (tools: ApiTools, state: PodState): Pod => ({ ...state.pod, status: tools.statuses.get(state.uid) ?? state.pod.status ?? {} });

function configuration({ context, options }: ApiTools): object {
  return {
    kind: 'KubeletConfiguration', apiVersion: 'kubelet.config.k8s.io/v1beta1', clusterDomain: context.dns.clusterDomain, clusterDNS: context.dns.clusterDns,
    syncFrequency: '1m0s', nodeStatusUpdateFrequency: '10s', nodeStatusReportFrequency: '5m0s', nodeLeaseDurationSeconds: 40, maxPods: Number(options.capacity.pods ?? '110'),
    evictionHard: { 'imagefs.available': '15%', 'memory.available': '100Mi', 'nodefs.available': '10%', 'nodefs.inodesFree': '5%' },
    evictionPressureTransitionPeriod: '5m0s', serializeImagePulls: true, enableServer: true, failSwapOn: true, containerLogMaxSize: '10Mi',
  };
}

function stateOf({ workers }: ApiTools, namespace: string, name: string): PodState {
  for (const state of workers.list()) if (state.pod.metadata?.name === name && state.pod.metadata.namespace === namespace) return state;
  throw refusal(404, `pod "${name}" not found`);
}

function logOf(tools: ApiTools, [namespace = '', name = '', container = '']: readonly string[], options: LogOptions) {
  const state = stateOf(tools, namespace, name);
  const id = logContainerId(name, shown(tools, state).status ?? {}, container, options.previous);
  return { id, log: tools.context.runtime.containerStatus(id) === undefined ? undefined : tools.context.runtime.logs(id) };
}

function readLog(tools: ApiTools, path: readonly string[], query: Query): string {
  const options = logOptions(query, tools.context.world.clock.now());
  const { id, log } = logOf(tools, path, options);
  if (log === undefined) return `unable to retrieve container logs for containerd://${id}`;
  const writer = createLogWriter(options);
  const parts: string[] = [];
  for (const line of chosenLines(log, options)) parts.push(writer.line(line));
  return parts.join('');
}

/** How soon a follower sees a new line. */
const LOG_DELAY_MS = 1;

function streamLog(tools: ApiTools, path: readonly string[], query: Query): Connection {
  const { world } = tools.context;
  const options = logOptions(query, world.clock.now());
  const { id, log } = logOf(tools, path, options);
  const frames = new Queue<Frame>(world, () => subscription?.[Symbol.dispose]());
  const push = (text: string): void => { if (text !== '') frames.push({ type: 'bytes', channel: 1, bytes: utf8(text) }); };
  let subscription: Disposable | undefined;
  if (log === undefined) push(`unable to retrieve container logs for containerd://${id}`);
  const writer = createLogWriter(options);
  let first = '';
  for (const line of log === undefined ? [] : chosenLines(log, options)) first += writer.line(line);
  push(first);
  if (log === undefined || !options.follow || log.ended || writer.full) frames.close();
  else {
    // What is written at once goes out at once: one frame, not one a line.
    let batch = '';
    const flush = (): void => {
      push(batch);
      batch = '';
    };
    subscription = log.onLine((line) => {
      if (batch === '' && line !== undefined) world.clock.setTimer(LOG_DELAY_MS, flush);
      if (line !== undefined) batch += writer.line(line);
      if (line !== undefined && !writer.full) return;
      subscription?.[Symbol.dispose]();
      flush();
      frames.close();
    });
  }
  const close = (): void => {
    subscription?.[Symbol.dispose]();
    frames.close();
  };
  return { frames, send() {}, close };
}

/** The running container of that name. */
function runningId(tools: ApiTools, namespace: string, name: string, container: string | undefined): string {
  const state = stateOf(tools, namespace, name);
  const wanted = container === undefined || container === '' ? state.pod.spec?.containers[0]?.name ?? '' : container;
  const record = tools.cache.view(state.uid).containers.find((each) => each.config.name === wanted && each.state === 'running');
  if (record === undefined) throw refusal(500, `container not found ("${wanted}")`);
  return record.id;
}

function streamOptions(query: Query): StreamOptions {
  const flag = (long: string, short: string): boolean => isTrue(query, long) || isTrue(query, short);
  return { stdin: flag('stdin', 'input'), stdout: flag('stdout', 'output'), stderr: flag('stderr', 'error'), tty: isTrue(query, 'tty') };
}

function exec(tools: ApiTools, namespace: string, name: string, container: string | undefined, query: Query): Connection {
  const id = runningId(tools, namespace, name, container);
  const command = query.filter(([key]) => key === 'command').map(([, value]) => value);
  if (command.length === 0) throw badRequest('you must specify at least 1 of command');
  const options = streamOptions(query);
  const open: OpenSession = (streams) => tools.context.runtime.exec(id, { command, tty: options.tty, ...streams });
  return streamSession(tools.context.world, options, open);
}

function attach(tools: ApiTools, namespace: string, name: string, container: string | undefined, query: Query): Connection {
  const id = runningId(tools, namespace, name, container);
  const options = streamOptions(query);
  return streamSession(tools.context.world, options, (streams) => {
    const session = tools.context.runtime.attach(id, { tty: options.tty, ...streams });
    // How the container's own process ended stands in its status; the streams just end.
    return {
      ...session,
      async exit() {
        await session.exit();
        return 0;
      },
    };
  });
}

async function portForward(tools: ApiTools, namespace: string, name: string, query: Query): Promise<Connection> {
  const { context, cache } = tools;
  const state = stateOf(tools, namespace, name);
  const port = Number(query.find(([key]) => key === 'port' || key === 'ports')?.[1] ?? '0');
  const sandbox = cache.view(state.uid).sandboxes.find((each) => each.state === 'ready');
  const net = state.pod.spec?.hostNetwork === true ? context.net : sandbox === undefined ? undefined : context.runtime.sandboxNetwork(sandbox.id);
  if (net === undefined) throw refusal(500, `cannot forward to pod "${name}": sandbox is not running`);
  if (port === 0) return openForward(context.world);
  return forwardPort(context.world, net, port, sandbox?.id ?? state.uid);
}
