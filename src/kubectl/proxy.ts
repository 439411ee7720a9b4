/** kubectl proxy: answers HTTP on the learner's own machine with what the API answers, and with files where it is told to.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/proxy/proxy_server.go */
import { compilePattern, type Pattern } from '../api/patterns.ts';
import type { Method } from '../api/transport.ts';
import { serveHttp } from '../cri/http.ts';
import type { HttpAnswer, HttpRequest } from '../cri/http.ts';
import type { NetworkNamespace } from '../cri/network.ts';
import { bindSocket, LOOPBACK } from '../cri/unix-socket.ts';
import type { Kubectl } from './command.ts';
import { CommandError, errorText } from './errors.ts';
import { resolvePath } from './paths.ts';

const YEAR_MS = 365 * 86_400_000;
/** Who reads with his eyes gets lines. Upstream: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/negotiation */
const READERS = /^(curl|Wget|Mozilla\/)/;

const plain = (status: number, body: string): HttpAnswer => ({ status, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body });

/** Listens until it is interrupted: on a port (0: one that is free), or behind a Unix socket. */
export async function serveProxy(k: Kubectl, net: NetworkNamespace): Promise<void> {
  const socket = k.flags.str('unix-socket');
  const isAccepted = filterOf(k);
  const port = socket === '' ? k.flags.int('port') : 0;
  const handle = async (request: HttpRequest): Promise<HttpAnswer> =>
    isAccepted(request) ? answer(k, request) : plain(403, 'Forbidden\n');
  const listener = serveHttp(k.io.world, net, port, handle, { host: LOOPBACK });
  const path = resolvePath(k.io.cwd, socket);
  if (socket !== '') bindSocket(k.io.files, path, listener.port);
  try {
    await k.print(`Starting to serve on ${socket === '' ? `${LOOPBACK}:${listener.port}` : socket}\n`);
    await k.io.clock.sleep(YEAR_MS, k.io.signal);
  } finally {
    listener.close();
    if (socket !== '' && k.io.files.exists(path)) k.io.files.remove(path);
  }
}

const pathOf = ({ target }: HttpRequest): string => target.split('?', 1)[0] ?? '';

/** Only what its flags let through: by default no other host's pages, and nothing that runs commands. */
function filterOf(k: Kubectl): (request: HttpRequest) => boolean {
  if (k.flags.bool('disable-filter')) return () => true;
  const patterns = (flag: string): readonly Pattern[] =>
    k.flags
      .str(flag)
      .split(',')
      .map((source) => {
        const pattern = compilePattern(source);
        if (typeof pattern === 'string') throw new CommandError(`Error compiling re: ${pattern}`);
        return pattern;
      });
  const [acceptPaths, rejectPaths, acceptHosts, rejectMethods] = ['accept-paths', 'reject-paths', 'accept-hosts', 'reject-methods'].map(
    patterns,
  );
  const fits = (list: readonly Pattern[] | undefined, text: string): boolean => list?.some((pattern) => pattern.test(text)) ?? false;
  return (request) => {
    const host = (request.headers['host'] ?? '').replace(/:[0-9]+$/, '');
    const path = pathOf(request);
    return !fits(rejectPaths, path) && !fits(rejectMethods, request.method) && fits(acceptPaths, path) && fits(acceptHosts, host);
  };
}

async function answer(k: Kubectl, request: HttpRequest): Promise<HttpAnswer> {
  const [www, wwwPrefix] = [k.flags.str('www'), slashed(k.flags.str('www-prefix'))];
  const path = pathOf(request);
  if (www !== '' && path.startsWith(wwwPrefix)) return fileOf(k, resolvePath(k.io.cwd, www), path.slice(wwwPrefix.length));
  const prefix = slashed(k.flags.str('api-prefix'));
  if (!path.startsWith(prefix)) return plain(404, '404 page not found\n');
  return forwarded(k, request, `/${request.target.slice(prefix.length)}`);
}

const slashed = (prefix: string): string => (prefix.endsWith('/') ? prefix : `${prefix}/`);

function fileOf(k: Kubectl, root: string, path: string): HttpAnswer {
  const { files } = k.io;
  const wanted = resolvePath(root, `./${path}`);
  const found = files.exists(wanted) && files.stat(wanted).type === 'directory' ? `${wanted}/index.html` : wanted;
  if (!found.startsWith(`${root}/`) || !files.exists(found)) return plain(404, '404 page not found\n');
  const type = found.endsWith('.html') ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8';
  return { status: 200, headers: { 'Content-Type': type }, body: files.readFile(found) };
}

async function forwarded(k: Kubectl, request: HttpRequest, target: string): Promise<HttpAnswer> {
  const { method, headers, body } = request;
  const contentType = headers['content-type'];
  try {
    const response = await k.rest.forward(method as Method, target, {
      accept: headers['accept'] ?? 'application/json',
      ...(body.length > 0 && { body, ...(contentType !== undefined && { contentType }) }),
    });
    const type = response.headers['content-type'] ?? 'application/json';
    const isPretty = READERS.test(headers['user-agent'] ?? '') || /[?&]pretty=(true|1)/.test(target);
    const text =
      typeof response.body === 'object' && !(response.body instanceof Uint8Array) ? shown(response.body, isPretty) : response.body;
    return { status: response.status, headers: { 'Content-Type': type }, ...(text !== undefined && { body: text }) };
  } catch (error) {
    return plain(502, errorText(error));
  }
}

/** As the server writes: indented without a last line end, or on one line. */
const shown = (body: object, isPretty: boolean): string => (isPretty ? JSON.stringify(body, undefined, 2) : `${JSON.stringify(body)}\n`);
