/** What goes on to a kubelet or into the cluster's network: logs, exec, attach, port-forward, proxies. The server checks
 *  and finds the way; the frames pass through untouched.
 *  Upstream: pkg/registry/core/pod/{strategy.go,rest/{log,subresources}.go}, pkg/registry/core/node/rest/proxy.go */
import { badRequest, notFound, serviceUnavailable } from '../api/errors.ts';
import type { Container, Pod, Service } from '../api/generated/types.ts';
import { Nodes, Pods, Services } from '../api/resources.ts';
import type { ApiRequest, ApiResponse, Connection } from '../api/transport.ts';
import { proxyHttp } from './http-proxy.ts';
import { queryOf } from './request-info.ts';
import type { Call } from './server-state.ts';

const STREAMED = new Set(['log', 'exec', 'attach', 'portforward']);
export const isStreamed = (call: Call): boolean => call.kind.resource.kind === 'Pod' && STREAMED.has(call.info.subresource);
export const isProxied = (call: Call): boolean => call.info.subresource === 'proxy';

function podOf(call: Call): Pod {
  const pod = call.server.storage.read(Pods, call.info.namespace, call.info.name);
  if (pod === undefined) throw notFound(Pods, call.info.name);
  return pod;
}

const names = (containers: readonly Container[] | undefined): string => `[${(containers ?? []).map(({ name }) => name).join(' ')}]`;

/** The container asked for, or the only one. */
function containerOf(call: Call, pod: Pod): string {
  const name = pod.metadata?.name ?? '';
  const { containers = [], initContainers = [], ephemeralContainers = [] } = pod.spec ?? {};
  const wanted = queryOf(call.request, 'container');
  if (wanted) {
    const known = [...containers, ...initContainers, ...ephemeralContainers].some((each) => each.name === wanted);
    if (!known) throw badRequest(`container ${wanted} is not valid for pod ${name}`);
    return wanted;
  }
  const [only] = containers;
  if (containers.length === 1 && only) return only.name;
  const text = `a container name must be specified for pod ${name}, choose one of: ${names(containers)}`;
  throw badRequest(initContainers.length > 0 ? `${text} or one of the init containers: ${names(initContainers)}` : text);
}

interface Way { readonly node: string; readonly request: ApiRequest }

/** Where the stream goes; undefined for logs of a Pod that no node runs yet. */
function wayOf(call: Call): Way | undefined {
  const pod = podOf(call);
  const { namespace = '', name = '' } = pod.metadata ?? {};
  const { subresource } = call.info;
  const node = pod.spec?.nodeName ?? '';
  const container = subresource === 'portforward' ? '' : containerOf(call, pod);
  if (node === '') {
    if (subresource === 'log') return undefined;
    throw badRequest(`pod ${name} does not have a host assigned`);
  }
  const query = (call.request.query ?? []).filter(([key]) => key !== 'container');
  const area = subresource === 'log' ? 'containerLogs' : subresource === 'portforward' ? 'portForward' : subresource;
  const rest = subresource === 'portforward' ? '' : `/${container}`;
  return { node, request: { method: 'GET', path: `/${area}/${namespace}/${name}${rest}`, query, headers: call.request.headers ?? {} } };
}

const NOTHING: Connection = { frames: { async *[Symbol.asyncIterator]() { /* no frames */ } }, send: () => undefined, close: () => undefined };

export async function openStream(call: Call, signal: AbortSignal | undefined): Promise<Connection> {
  const way = wayOf(call);
  if (way === undefined) return NOTHING;
  return call.server.dialer.kubelet(way.node).connect(way.request, signal);
}

/** A log that is not followed is a plain answer. */
export async function readLog(call: Call, signal: AbortSignal | undefined): Promise<ApiResponse> {
  if (call.info.subresource !== 'log') throw badRequest('Upgrade request required');
  const way = wayOf(call);
  if (way === undefined) return { status: 200, headers: { 'content-type': 'text/plain' }, body: '' };
  return call.server.dialer.kubelet(way.node).request(way.request, signal);
}

/** "https:name:port" in a proxy's path: scheme and port may be left out. */
function splitTarget(text: string): { readonly name: string; readonly port: string } {
  const parts = text.split(':');
  if (parts.length === 3) return { name: parts[1] as string, port: parts[2] as string };
  return { name: parts[0] as string, port: parts[1] ?? '' };
}

export async function proxy(call: Call, signal: AbortSignal | undefined): Promise<ApiResponse> {
  const { server, info, request } = call;
  const path = info.rest === '' ? '/' : info.rest;
  if (call.kind.resource.kind === 'Node') {
    const { name } = splitTarget(info.name);
    if (server.storage.read(Nodes, '', name) === undefined) throw notFound(Nodes, name);
    return server.dialer.kubelet(name).request({ ...request, path }, signal);
  }
  const { host, port } = call.kind.resource.kind === 'Service' ? serviceTarget(call) : podTarget(call);
  return proxyHttp(server.dialer, host, port, { ...request, path });
}

function podTarget(call: Call): { readonly host: string; readonly port: number } {
  const { name, port } = splitTarget(call.info.name);
  const pod = call.server.storage.read(Pods, call.info.namespace, name);
  if (pod === undefined) throw notFound(Pods, name);
  const ports = (pod.spec?.containers ?? []).flatMap((container) => container.ports ?? []);
  const number = port === '' ? ports[0]?.containerPort ?? 80 : ports.find((each) => each.name === port)?.containerPort ?? Number(port);
  if (!pod.status?.podIP) throw badRequest('address not allowed');
  return { host: pod.status.podIP, port: number };
}

function serviceTarget(call: Call): { readonly host: string; readonly port: number } {
  const { name, port } = splitTarget(call.info.name);
  const service = call.server.storage.read(Services, call.info.namespace, name) as Service | undefined;
  if (service === undefined) throw notFound(Services, name);
  const ports = service.spec?.ports ?? [];
  const chosen = port === '' ? ports[0] : ports.find((each) => each.name === port || String(each.port) === port);
  if (chosen === undefined) throw serviceUnavailable(`no service port "${port}" found for service "${name}"`);
  const ip = service.spec?.clusterIP ?? '';
  if (ip === '' || ip === 'None') throw serviceUnavailable(`no endpoints available for service "${name}"`);
  return { host: ip, port: chosen.port };
}

