/** One probe of one container: a request from the node to the Pod, or a command in the container.
 *  Upstream: pkg/kubelet/prober/prober.go, pkg/probe/{http,tcp,exec,grpc} */
import type { Container, Pod, Probe } from '../../api/generated/types.ts';
import { fromUtf8 } from '../../base/bytes.ts';
import { freeze } from '../../base/json.ts';
import { TimeoutError, withTimeout } from '../../base/with-timeout.ts';
import { grpcHealth } from '../../cri/grpc-health.ts';
import { HttpError, httpGet, type HttpAnswer } from '../../cri/http.ts';
import { type Asked, NetworkError } from '../../cri/network.ts';
import { StartError } from '../../cri/runtime.ts';
import { collectOutput } from '../../cri/streams.ts';
import type { KubeletContext } from '../context.ts';
import { expand } from '../expansion.ts';

export type ProbeResult =
  | { readonly result: 'success'; readonly output: string }
  | { readonly result: 'failure'; readonly output: string }
  /** The probe itself could not be made. */
  | { readonly result: 'error'; readonly output: string };

const OUTPUT_MAX = 10 * 1024;
const NOTHING = new Uint8Array(0);
const USER_AGENT = 'kube-probe/1.33';

const failure = (output: string): ProbeResult => ({ result: 'failure', output });
const success = (output: string): ProbeResult => ({ result: 'success', output });

export async function runProbe(context: KubeletContext, pod: Pod, container: Container, containerId: string, probe: Probe): Promise<ProbeResult> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000;
  if (probe.exec !== undefined) return execProbe(context, containerId, execCommand(container, probe.exec.command ?? []), timeoutMs);
  const port = probe.httpGet?.port ?? probe.tcpSocket?.port ?? probe.grpc?.port ?? 0;
  const number = portNumber(container, port);
  if (number === undefined) return { result: 'error', output: `couldn't find port: ${JSON.stringify(port)} in container ${container.name}` };
  const host = probe.httpGet?.host ?? probe.tcpSocket?.host ?? context.podIP(pod);
  if (probe.httpGet !== undefined) return httpProbe(context, host, number, probe.httpGet, timeoutMs);
  if (probe.tcpSocket !== undefined) return tcpProbe(context, host, number, timeoutMs);
  if (probe.grpc !== undefined) return grpcProbe(context, host, number, probe.grpc.service ?? '', timeoutMs);
  return { result: 'error', output: 'missing probe handler for ' + `${pod.metadata?.name}_${pod.metadata?.namespace}:${container.name}` };
}

/** Literal variables of the container may stand in a probe's command. */
function execCommand(container: Container, command: readonly string[]): readonly string[] {
  return command.map((each) => expand(each, (name) => container.env?.find((one) => one.name === name)?.value));
}

export function portNumber(container: Container, port: string | number): number | undefined {
  if (typeof port === 'number') return port > 0 && port < 65536 ? port : undefined;
  return container.ports?.find((each) => each.name === port)?.containerPort ?? (/^\d+$/.test(port) ? Number(port) : undefined);
}

async function execProbe(context: KubeletContext, containerId: string, command: readonly string[], timeoutMs: number): Promise<ProbeResult> {
  const output = collectOutput(OUTPUT_MAX);
  const session = context.runtime.exec(containerId, { command, tty: false, stdout: output, stderr: output, asProbe: true });
  try {
    const code = await withTimeout(context.world, timeoutMs, () => session.exit());
    return code === 0 ? success(output.text()) : failure(output.text());
  } catch (error) {
    if (error instanceof TimeoutError) {
      session.kill();
      return failure(`command timed out: "${command.join(' ')}" timed out after ${timeoutMs / 1000}s`);
    }
    if (error instanceof StartError) return { result: 'error', output: error.message };
    throw error;
  }
}

type HttpGet = NonNullable<Probe['httpGet']>;

export function httpUrl(host: string, port: number, action: HttpGet): string {
  const path = action.path ?? '/';
  return `${(action.scheme ?? 'HTTP').toLowerCase()}://${host}:${port}${path.startsWith('/') ? '' : '/'}${path}`;
}

const REDIRECTS_MAX = 10;

async function httpProbe(context: KubeletContext, host: string, port: number, action: HttpGet, timeoutMs: number): Promise<ProbeResult> {
  const url = httpUrl(host, port, action);
  const headers = headersOf(action);
  let path = url.slice(url.indexOf('/', 8));
  try {
    return await withTimeout(context.world, timeoutMs, async () => {
      for (let hops = 0; hops < REDIRECTS_MAX; hops += 1) {
        const response = await httpGet(context.net, host, port, path, headers, action.scheme === 'HTTPS' ? host : undefined);
        const next = sameHostRedirect(response.status, response.headers['location'], host, port);
        if (next === undefined) {
          if (response.status >= 200 && response.status < 400) return success(fromUtf8(response.body.slice(0, OUTPUT_MAX)));
          return failure(`HTTP probe failed with statuscode: ${response.status}`);
        }
        path = next;
      }
      return failure(`Get "${url}": stopped after ${REDIRECTS_MAX} redirects`);
    });
  } catch (error) {
    if (error instanceof TimeoutError) return failure(`Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`);
    if (error instanceof NetworkError) return failure(`Get "${url}": ${dialProblem(error, host, port)}`);
    if (error instanceof HttpError) return failure(`Get "${url}": ${error.code === 'empty' ? 'EOF' : `net/http: HTTP/1.x transport connection broken: ${error.message}`}`);
    throw error;
  }
}

function headersOf(action: HttpGet): readonly (readonly [string, string])[] {
  const own = (action.httpHeaders ?? []).map((header) => [header.name, header.value] as const);
  const named = (name: string): boolean => own.some(([key]) => key.toLowerCase() === name);
  return [...(named('user-agent') ? [] : [['User-Agent', USER_AGENT] as const]), ...(named('accept') ? [] : [['Accept', '*/*'] as const]), ...own];
}

/** A probe's request to a server of the own node, the same each time: made once, shared by all tries. */
export interface DirectAsk { readonly host: string; readonly port: number; readonly request: Asked }

/** undefined: the probe needs a connection. `before`: what was asked the last time. */
export function directAsk(context: KubeletContext, pod: Pod, container: Container, probe: Probe, before: DirectAsk | undefined): DirectAsk | undefined {
  const action = probe.httpGet;
  if (action === undefined || context.net.ask === undefined) return undefined;
  const host = action.host ?? context.podIP(pod);
  if (before?.host === host) return before;
  const port = portNumber(container, action.port);
  if (port === undefined) return undefined;
  const url = httpUrl(host, port, action);
  const request = { ...asked(url.slice(url.indexOf('/', 8)), host, port, headersOf(action)), ...(action.scheme === 'HTTPS' && { tls: host }) };
  return freeze({ host, port, request });
}

/** The result of an HTTP probe that a server of this node answers without a connection; a promise settles within the event. */
export function probeDirectly(context: KubeletContext, { host, port, request }: DirectAsk): ProbeResult | Promise<ProbeResult> | undefined {
  const answer = context.net.ask?.(host, port, request);
  if (answer instanceof Promise) return resultOf(answer);
  return answer && judge(answer);
}

const resultOf = async (answer: Promise<HttpAnswer>): Promise<ProbeResult> => judge(await answer);

/** Servers that answer at once redirect nobody: any other status is as good as success. */
function judge({ status, body = '' }: HttpAnswer): ProbeResult {
  if (status < 200 || status >= 400) return failure(`HTTP probe failed with statuscode: ${status}`);
  return success((typeof body === 'string' ? body : fromUtf8(body)).slice(0, OUTPUT_MAX));
}

function asked(target: string, host: string, port: number, headers: readonly (readonly [string, string])[]): Asked {
  const named: Record<string, string> = { host: port === 80 ? host : `${host}:${port}` };
  for (const [name, value] of headers) named[name.toLowerCase()] = value;
  return { method: 'GET', target, headers: { ...named, connection: 'close' }, body: NOTHING };
}

/** A redirect to another host counts as success and is not followed. */
function sameHostRedirect(status: number, location: string | undefined, host: string, port: number): string | undefined {
  if (status < 300 || status >= 400 || location === undefined) return undefined;
  if (location.startsWith('/')) return location;
  const match = /^https?:\/\/([^/:]+)(?::(\d+))?(\/.*)?$/.exec(location);
  return match !== null && match[1] === host && Number(match[2] ?? 80) === port ? match[3] ?? '/' : undefined;
}

/** Go's words for a connection that could not be made or kept. */
export function dialProblem(error: NetworkError, host: string, port: number): string {
  switch (error.code) {
    case 'ECONNRESET': return `read tcp ${host}:${port}: read: connection reset by peer`;
    case 'ETIMEDOUT': return `dial tcp ${host}:${port}: i/o timeout`;
    case 'ENOTFOUND': case 'EAI_AGAIN': return `dial tcp: lookup ${host}: ${error.message}`;
    default: return `dial tcp ${host}:${port}: connect: ${error.message}`;
  }
}

async function tcpProbe(context: KubeletContext, host: string, port: number, timeoutMs: number): Promise<ProbeResult> {
  try {
    const stream = await withTimeout(context.world, timeoutMs, () => context.net.connect(host, port));
    stream.end();
    return success('');
  } catch (error) {
    if (error instanceof TimeoutError) return failure(`dial tcp ${host}:${port}: i/o timeout`);
    if (error instanceof NetworkError) return failure(dialProblem(error, host, port));
    throw error;
  }
}

async function grpcProbe(context: KubeletContext, host: string, port: number, service: string, timeoutMs: number): Promise<ProbeResult> {
  const limit = `${timeoutMs / 1000}s`;
  try {
    const status = await withTimeout(context.world, timeoutMs, () => grpcHealth(context.net, host, port, service));
    if (status === 'SERVING') return success('service healthy');
    if (status === 'NOT_SERVING') return failure('service unhealthy (responded with "NOT_SERVING")');
    if (status === 'SERVICE_UNKNOWN') return failure('error: health rpc probe failed: rpc error: code = NotFound desc = unknown service');
    return failure('error: this server does not implement the grpc health protocol (grpc.health.v1.Health): rpc error: code = Unimplemented desc = unknown service grpc.health.v1.Health');
  } catch (error) {
    if (error instanceof TimeoutError || error instanceof NetworkError || error instanceof HttpError) {
      return failure(`timeout: failed to connect service "${host}:${port}" within ${limit}: context deadline exceeded`);
    }
    throw error;
  }
}
