/** How nginx answers a request: virtual servers, locations, static files, returns, redirects and proxies. */
import { HttpError, REASONS, sendHttp } from '../cri/http.ts';
import type { HttpAnswer, HttpRequest } from '../cri/http.ts';
import { NetworkError } from '../cri/network.ts';
import { joinPath } from '../cri/memory-files.ts';
import type { Process } from '../cri/process.ts';
import { compileRegex } from '../sh/regex.ts';
import type { Directive } from './nginx-config.ts';
import { contentType, etag, findStatic } from './web.ts';

export interface Server {
  readonly ports: readonly number[];
  readonly tlsPorts: readonly number[];
  readonly names: readonly string[];
  readonly isDefault: boolean;
  readonly block: readonly Directive[];
  readonly upstreams: ReadonlyMap<string, readonly string[]>;
}

export function serversOf(directives: readonly Directive[]): readonly Server[] {
  const http = directives.filter(entry => entry.name === 'http').flatMap(entry => entry.block ?? []);
  const upstreams = new Map(http.filter(entry => entry.name === 'upstream').map(entry => [entry.args[0] ?? '',
    (entry.block ?? []).filter(item => item.name === 'server').map(item => item.args[0] ?? '')]));
  return http.filter(entry => entry.name === 'server').map(entry => {
    const block = entry.block ?? [];
    const listens = block.filter(item => item.name === 'listen');
    const port = (item: Directive): number => Number(/(?:^|:)([0-9]+)$/.exec(item.args[0] ?? '')?.[1] ?? '80');
    return {
      ports: listens.length === 0 ? [80] : [...new Set(listens.map(port))], tlsPorts: listens.filter(item => item.args.includes('ssl')).map(port),
      names: block.filter(item => item.name === 'server_name').flatMap(item => item.args), isDefault: listens.some(item => item.args.includes('default_server')),
        block: [...http.filter(item => INHERITED.has(item.name)), ...block], upstreams,
    };
  });
}

const INHERITED: ReadonlySet<string> = new Set(['root', 'index', 'default_type', 'add_header', 'autoindex', 'error_page']);

function chooseServer(servers: readonly Server[], request: HttpRequest): Server | undefined {
  const host = (request.headers['host'] ?? '').replace(/:[0-9]+$/, '').toLowerCase();
  const here = servers.filter(server => server.ports.includes(request.localPort));
  return here.find(server => server.names.includes(host)) ?? here.find(server => server.names.some(name => name.startsWith('*.') && host.endsWith(name.slice(1))))
    ?? here.find(server => server.isDefault) ?? here[0];
}

/** Exact, then the longest prefix unless a pattern matches. */
function chooseLocation(block: readonly Directive[], path: string): Directive | undefined {
  const locations = block.filter(entry => entry.name === 'location');
  let best: Directive | undefined;
  let bestLength = -1;
  for (const entry of locations) {
    const [first = '', second] = entry.args;
    if (first === '=') { if (second === path) return entry; continue; }
    if (first === '~' || first === '~*') continue;
    const prefix = first === '^~' ? second ?? '' : first;
    if (path.startsWith(prefix) && prefix.length > bestLength) { best = entry; bestLength = prefix.length; }
  }
  if (best?.args[0] === '^~') return best;
  for (const entry of locations) {
    const [first, pattern = ''] = entry.args;
    if ((first === '~' || first === '~*') && compileRegex(pattern, 'perl', first === '~*').test(path)) return entry;
  }
  return best;
}

export async function answerRequest(process: Process, servers: readonly Server[], request: HttpRequest, version: string): Promise<HttpAnswer> {
  const server = chooseServer(servers, request);
  if (server === undefined) return errorPage(404, version);
  const [path = '/'] = request.target.split('?');
  const answer = await answerPath(process, server, request, decode(path), version, 0);
  return answer;
}

function decode(path: string): string {
  try { return decodeURIComponent(path); } catch { return path; }
}

async function answerPath(process: Process, server: Server, request: HttpRequest, path: string, version: string, depth: number): Promise<HttpAnswer> {
  const location = chooseLocation(server.block, path);
  const scope = [...server.block.filter(entry => entry.name !== 'location'), ...location?.block ?? []];
  const last = (name: string): Directive | undefined => scope.findLast(entry => entry.name === name);
  const variables = variablesOf(process, request, server, path);
  const headers: Record<string, string> = {};
  for (const entry of scope.filter(item => item.name === 'add_header')) headers[entry.args[0] ?? ''] = fill(entry.args[1] ?? '', variables);
  const returns = last('return');
  if (returns !== undefined) return withHeaders(returnAnswer(returns, variables, last('default_type')?.args[0], version), headers);
  if (scope.some(entry => entry.name === 'deny' && entry.args[0] === 'all')) return errorPage(403, version);
  if (last('stub_status') !== undefined) return { status: 200, headers: { 'Content-Type': 'text/plain', ...headers },
    body: 'Active connections: 1 \nserver accepts handled requests\n 1 1 1 \nReading: 0 Writing: 1 Waiting: 0 \n' };
  const proxied = location?.block?.findLast(entry => entry.name === 'proxy_pass');
  if (proxied !== undefined) return withHeaders(await proxy(process, server, request, proxied, location!, scope, variables, version), headers);
  const aliased = location?.block?.findLast(entry => entry.name === 'alias')?.args[0];
  const root = last('root')?.args[0] ?? '/etc/nginx/html';
  const indexes = last('index')?.args ?? ['index.html'];
  const tries = last('try_files')?.args;
  let served = aliased === undefined ? findStatic(process.files, root, path, indexes)
    : findStatic(process.files, aliased, `/${path.slice((location?.args[location.args.length - 1] ?? '').length)}`, indexes);
  if (tries !== undefined && depth < 5) {
    for (const [index, entry] of tries.entries()) {
      const target = fill(entry, variables);
      if (/^=[0-9]+$/.test(target)) return errorPage(Number(target.slice(1)), version);
      if (index === tries.length - 1) return answerPath(process, server, request, target.split('?')[0]!, version, depth + 1);
      served = findStatic(process.files, root, target, indexes);
      if (served.type === 'file') break;
    }
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') return errorPage(405, version);
  switch (served.type) {
    case 'file': return {
      status: 200, body: served.data,
      headers: { 'Content-Type': contentType(served.path, last('default_type')?.args[0] ?? 'application/octet-stream'), 'Last-Modified': dateOf(served.modifiedAtMs),
        ETag: etag(served.modifiedAtMs, served.data.length), 'Accept-Ranges': 'bytes', ...headers },
    };
    case 'redirect': return { ...errorPage(301, version), headers: { 'Content-Type': 'text/html', Location: `http://${request.headers['host'] ?? ''}${path}/` } };
    case 'directory': {
      if (last('autoindex')?.args[0] === 'on') return listing(process, joinPath(root, `.${path}`), path);
      await process.stderr.write(`${stamp(process)} [error] ${process.pid}#${process.pid}: *1 directory index of "${joinPath(root, `.${path}`)}/" is forbidden, `
        + `client: ${request.remoteAddress}, server: ${server.names[0] ?? ''}, request: "${request.method} ${request.target} HTTP/1.1", host: "${request.headers['host'] ?? ''}"\n`);
      return customError(process, server, request, scope, 403, version, depth);
    }
    case 'denied': return customError(process, server, request, scope, 403, version, depth);
    case 'missing': {
      await process.stderr.write(`${stamp(process)} [error] ${process.pid}#${process.pid}: *1 open() "${joinPath(root, `.${path}`)}" failed (2: No such file or `
        + `directory), client: ${request.remoteAddress}, server: ${server.names[0] ?? ''}, request: "${request.method} ${request.target} HTTP/1.1", host: "${request.headers['host'] ?? ''}"\n`);
      return customError(process, server, request, scope, 404, version, depth);
    }
  }
}

async function customError(process: Process, server: Server, request: HttpRequest, scope: readonly Directive[], status: number, version: string, depth: number): Promise<HttpAnswer> {
  const page = scope.findLast(entry => entry.name === 'error_page' && entry.args.includes(String(status)));
  const target = page?.args[page.args.length - 1];
  if (target === undefined || !target.startsWith('/') || depth > 3) return errorPage(status, version);
  const inner = await answerPath(process, server, request, target, version, depth + 4);
  return inner.status === 200 ? { ...inner, status } : errorPage(status, version);
}

function stamp(process: Process): string {
  const iso = new Date(process.clock.now()).toISOString();
  return `${iso.slice(0, 10).replaceAll('-', '/')} ${iso.slice(11, 19)}`;
}

function dateOf(ms: number): string {
  return new Date(ms).toUTCString();
}

function withHeaders(answer: HttpAnswer, headers: Readonly<Record<string, string>>): HttpAnswer {
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

function returnAnswer(entry: Directive, variables: ReadonlyMap<string, string>, type: string | undefined, version: string): HttpAnswer {
  const [first = '', second] = entry.args;
  const status = /^[0-9]+$/.test(first) ? Number(first) : 302;
  const text = fill(/^[0-9]+$/.test(first) ? second ?? '' : first, variables);
  if (status >= 301 && status <= 308 && text !== '') return { ...errorPage(status, version), headers: { 'Content-Type': 'text/html', Location: text } };
  if (second === undefined) return errorPage(status, version);
  return { status, headers: { 'Content-Type': type ?? 'application/octet-stream' }, body: text };
}

export function errorPage(status: number, version: string): HttpAnswer {
  const words = `${status} `
    + `${status === 302 ? 'Found' : status === 405 ? 'Not Allowed' : status === 503 ? 'Service Temporarily Unavailable' : status === 504 ? 'Gateway Time-out' : REASONS[status] ?? ''}`;
  if (status === 200 || status === 204) return { status, headers: { 'Content-Type': 'text/plain' }, body: '' };
  return { status, headers: { 'Content-Type': 'text/html' },
    body: `<html>\r\n<head><title>${words}</title></head>\r\n<body>\r\n<center><h1>${words}</h1></center>\r\n<hr><center>nginx/${version}</center>\r\n</body>\r\n</html>\r\n` };
}

function variablesOf(process: Process, request: HttpRequest, server: Server, path: string): ReadonlyMap<string, string> {
  const [, query = ''] = request.target.split('?');
  const variables = new Map<string, string>([
    ['host', (request.headers['host'] ?? '').replace(/:[0-9]+$/, '')], ['http_host', request.headers['host'] ?? ''], ['hostname', process.hostname], ['request_uri', request.target], ['uri', path],
    ['document_uri', path], ['args', query], ['query_string', query], ['is_args', query === '' ? '' : '?'], ['remote_addr', request.remoteAddress], ['remote_port', String(request.remotePort)],
    ['server_addr', process.net.address], ['server_port', String(request.localPort)], ['server_name', server.names[0] ?? ''], ['scheme', request.tls === undefined ? 'http' : 'https'],
    ['request_method', request.method], ['time_local', new Date(process.clock.now()).toISOString()],
      ['proxy_add_x_forwarded_for', [request.headers['x-forwarded-for'], request.remoteAddress].filter(Boolean).join(', ')], ['nginx_version', ''],
    ['pid', String(process.pid)], ['request_id', ''], ['proxy_host', ''], ['server_protocol', 'HTTP/1.1'], ['http_upgrade', request.headers['upgrade'] ?? ''], ['connection_upgrade', 'close'],
  ]);
  for (const [name, value] of Object.entries(request.headers)) variables.set(`http_${name.replaceAll('-', '_')}`, value);
  for (const entry of server.block) if (entry.name === 'set') variables.set((entry.args[0] ?? '').slice(1), fill(entry.args[1] ?? '', variables));
  return variables;
}

function fill(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\$\{([a-z0-9_]+)\}|\$([a-z0-9_]+)/gi, (whole, a: string | undefined, b: string | undefined) => variables.get(a ?? b ?? '') ?? (a === undefined && b === undefined ? whole : ''));
}

async function proxy(process: Process, server: Server, request: HttpRequest, directive: Directive, location: Directive, scope: readonly Directive[],
  variables: ReadonlyMap<string, string>, version: string): Promise<HttpAnswer> {
  const url = /^(https?):\/\/([^/:]+)(?::([0-9]+))?(\/.*)?$/.exec(fill(directive.args[0] ?? '', variables));
  if (url === null) return errorPage(500, version);
  const [, scheme, name = '', port, base] = url;
  const members = server.upstreams.get(name);
  const chosen = members === undefined ? `${name}:${port ?? (scheme === 'https' ? '443' : '80')}` : members[process.random.int(members.length)] ?? '';
  const [host = '', hostPort = '80'] = chosen.split(':');
  const prefix = location.args[location.args.length - 1] ?? '';
  const target = base === undefined ? request.target : base + request.target.slice(prefix.length);
  const headers: [string, string][] = Object.entries(request.headers).filter(([key]) => !['host', 'connection', 'content-length'].includes(key));
  headers.push(['Host', `${members === undefined ? (port === undefined ? name : `${name}:${port}`) : name}`], ['Connection', 'close']);
  for (const entry of scope.filter(item => item.name === 'proxy_set_header')) {
    const key = (entry.args[0] ?? '').toLowerCase();
    const at = headers.findIndex(([other]) => other.toLowerCase() === key);
    if (at >= 0) headers.splice(at, 1);
    headers.push([entry.args[0] ?? '', fill(entry.args[1] ?? '', variables)]);
  }
  try {
    const stream = await process.net.connect(host, Number(hostPort), { timeoutMs: 60_000 });
    try {
      const response = await sendHttp(stream, { method: request.method, target, host: name, headers, ...(request.body.length > 0 ? { body: request.body } : {}),
        ...(scheme === 'https' ? { tls: name } : {}) });
      const kept = response.headerList.filter(([key]) => !['server', 'date', 'connection', 'content-length', 'transfer-encoding', 'keep-alive'].includes(key.toLowerCase()));
      return { status: response.status, reason: response.reason, headers: Object.fromEntries(kept), body: response.body };
    } finally {
      stream.end();
    }
  } catch (error) {
    if (!(error instanceof NetworkError) && !(error instanceof HttpError)) throw error;
    const words = error instanceof NetworkError && error.code === 'ETIMEDOUT' ? 'upstream timed out (110: Operation timed out)' : error instanceof NetworkError && error.code === 'ENOTFOUND'
      ? `${host} could not be resolved (3: Host not found)` : 'connect() failed (111: Connection refused)';
    await process.stderr.write(`${stamp(process)} [error] ${process.pid}#${process.pid}: *1 ${words} while connecting to upstream, client: ${request.remoteAddress}, `
      + `server: ${server.names[0] ?? ''}, request: "${request.method} ${request.target} HTTP/1.1", upstream: "${scheme}://${chosen}${target}", host: "${request.headers['host'] ?? ''}"\n`);
    return errorPage(error instanceof NetworkError && error.code === 'ETIMEDOUT' ? 504 : 502, version);
  }
}

function listing(process: Process, directory: string, path: string): HttpAnswer {
  const names = process.files.readDirectory(directory).map(name => process.files.stat(joinPath(directory, name)).type === 'directory' ? `${name}/` : name);
  const rows = names.map(name => `<a href="${name}">${name}</a>\n`).join('');
  return { status: 200, headers: { 'Content-Type': 'text/html' },
    body: `<html>\r\n<head><title>Index of ${path}</title></head>\r\n<body>\r\n<h1>Index of ${path}</h1><hr><pre><a href="../">../</a>\r\n${rows}</pre><hr></body>\r\n</html>\r\n` };
}

