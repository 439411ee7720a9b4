/** The part of ingress-nginx that carries requests: finds the route, picks an endpoint, sends the request on. */
import { HttpError, parseTarget, sendHttp } from '../../cri/http.ts';
import type { HttpAnswer, HttpRequest } from '../../cri/http.ts';
import { NetworkError } from '../../cri/network.ts';
import type { Process } from '../../cri/process.ts';
import { rewritten, routeFor } from './routes.ts';
import type { Route } from './routes.ts';

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export interface Upstreams {
  routes(): readonly Route[];
  endpoints(route: Route): readonly Endpoint[];
}

const CONNECT_MS = 5000;
const TRIES_MAX = 3;
const PERMANENT_REDIRECT = 308;
const HUNDRED = 100;
/** What belongs to one connection and not to the request. */
const HOP_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'upgrade',
  'te',
]);

const WORDS: Readonly<Record<number, string>> = {
  301: 'Moved Permanently',
  302: 'Found',
  308: 'Permanent Redirect',
  404: 'Not Found',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
};

/** nginx's own pages. */
function page(status: number, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  const title = `${status} ${WORDS[status] ?? ''}`;
  return {
    status,
    headers: { 'Content-Type': 'text/html', ...headers },
    body: `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`,
  };
}

function forwarded(request: HttpRequest, isSecure: boolean, id: string): readonly (readonly [string, string])[] {
  const scheme = isSecure ? 'https' : 'http';
  const own = Object.entries(request.headers).filter(([name]) => !HOP_HEADERS.has(name) && !name.startsWith('x-forwarded-'));
  return [
    ['X-Request-ID', id],
    ['X-Real-IP', request.remoteAddress],
    ['X-Forwarded-For', request.remoteAddress],
    ['X-Forwarded-Host', request.headers['host'] ?? ''],
    ['X-Forwarded-Port', isSecure ? '443' : '80'],
    ['X-Forwarded-Proto', scheme],
    ['X-Forwarded-Scheme', scheme],
    ['X-Scheme', scheme],
    ...own,
    ['Connection', 'close'],
  ];
}

export function createProxy(process: Process, upstreams: Upstreams): (request: HttpRequest, isSecure: boolean) => Promise<HttpAnswer> {
  const turns = new Map<string, number>();

  async function send(
    request: HttpRequest,
    isSecure: boolean,
    route: Route,
    { address, port }: Endpoint,
    target: string,
  ): Promise<HttpAnswer> {
    const stream = await process.net.connect(address, port, { timeoutMs: CONNECT_MS });
    try {
      const answer = await sendHttp(stream, {
        method: request.method,
        target,
        host: request.headers['host'] ?? '',
        headers: forwarded(request, isSecure, process.random.suffix(32)),
        ...(request.body.length > 0 && { body: request.body }),
        ...(route.isTls && { tls: address }),
      });
      const kept = answer.headerList.filter(([name]) => !HOP_HEADERS.has(name.toLowerCase()) && !/^(server|date)$/i.test(name));
      return { status: answer.status, reason: answer.reason, headers: Object.fromEntries(kept), body: answer.body };
    } finally {
      stream.reset();
    }
  }

  /** Each endpoint in turn; one that does not answer gives way to the next. */
  async function pass(request: HttpRequest, isSecure: boolean, route: Route): Promise<HttpAnswer> {
    const { path } = parseTarget(request.target);
    const target = rewritten(route, path) + request.target.slice(path.length);
    const endpoints = upstreams.endpoints(route);
    if (endpoints.length === 0) return page(503);
    const turn = turns.get(route.service) ?? 0;
    turns.set(route.service, turn + 1);
    for (let attempt = 0; attempt < Math.min(TRIES_MAX, endpoints.length); attempt += 1) {
      const endpoint = endpoints[(turn + attempt) % endpoints.length];
      if (endpoint === undefined) break;
      try {
        return await send(request, isSecure, route, endpoint, target);
      } catch (error) {
        if (!(error instanceof NetworkError) && !(error instanceof HttpError)) throw error;
        const what =
          error instanceof NetworkError && error.code === 'ETIMEDOUT' ? 'upstream timed out' : 'connect() failed (111: Connection refused)';
        await process.stderr.write(
          `[error] ${what} while connecting to upstream, upstream: "http://${endpoint.address}:${endpoint.port}${target}"\n`,
        );
        if (error instanceof NetworkError && error.code === 'ETIMEDOUT' && attempt + 1 >= endpoints.length) return page(504);
      }
    }
    return page(502);
  }

  return async (request, isSecure) => {
    const host = request.headers['host'] ?? '';
    const { path } = parseTarget(request.target);
    const route = routeFor(upstreams.routes(), host, path, process.random.int(HUNDRED));
    const answer = !route
      ? page(404)
      : route.redirect
        ? page(route.redirect.status, { Location: route.redirect.url })
        : route.toHttps && !isSecure
          ? page(PERMANENT_REDIRECT, { Location: `https://${host.replace(/:\d+$/, '')}${request.target}` })
          : await pass(request, isSecure, route);
    const { length } = answer.body ?? '';
    const upstream = route ? `${route.service.replace('/', '-')}-${route.port}` : '';
    const line = `${request.remoteAddress} - - "${request.method} ${request.target} HTTP/1.1" ${answer.status} ${length}`;
    await process.stdout.write(`${line} "-" "${request.headers['user-agent'] ?? '-'}" [${upstream}]\n`);
    return answer;
  };
}
