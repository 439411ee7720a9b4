/** kubectl proxy: answers HTTP on the learner's own machine with what the API answers.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/proxy/proxy_server.go */
import type { Method } from '../api/transport.ts';
import { concat, fromUtf8, utf8 } from '../base/bytes.ts';
import type { ByteStream, NetworkNamespace } from '../cri/network.ts';
import { bindSocket, LOOPBACK } from '../cri/unix-socket.ts';
import type { Kubectl } from './command.ts';
import { StatusError, errorText } from './errors.ts';
import { resolvePath } from './paths.ts';
import { goJson } from './obj.ts';

/** Listens until it is interrupted: on a port (0: one that is free), or behind a Unix socket. */
export async function serveProxy(k: Kubectl, net: NetworkNamespace): Promise<void> {
  const socket = k.flags.str('unix-socket');
  const port = socket === '' ? k.flags.int('port') : 0;
  const listener = net.listen(port, (stream) => k.io.world.spawn('kubectl proxy', () => answer(k, stream)), LOOPBACK);
  const path = resolvePath(k.io.cwd, socket);
  if (socket !== '') bindSocket(k.io.files, path, listener.port);
  try {
    await k.print(`Starting to serve on ${socket === '' ? `${LOOPBACK}:${listener.port}` : socket}\n`);
    await k.io.clock.sleep(365 * 86_400_000, k.io.signal);
  } finally {
    listener.close();
    if (socket !== '' && k.io.files.exists(path)) k.io.files.remove(path);
  }
}

/** One request a connection: head, then as much body as Content-Length says. */
async function answer(k: Kubectl, stream: ByteStream): Promise<void> {
  let received: Uint8Array = new Uint8Array();
  let head = -1;
  while (head < 0) {
    const more = await stream.read();
    if (more === undefined) return;
    received = concat([received, more]);
    head = fromUtf8(received).indexOf('\r\n\r\n');
  }
  const text = fromUtf8(received.slice(0, head));
  const [method = 'GET', path = '/'] = text.split('\r\n')[0]!.split(' ');
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? '0');
  let body: Uint8Array = received.slice(head + 4);
  while (body.length < length) {
    const more = await stream.read();
    if (more === undefined) break;
    body = concat([body, more]);
  }
  const contentType = /\r\ncontent-type: *([^\r]+)/i.exec(text)?.[1];
  let status = '200 OK';
  let answered: string;
  try {
    answered = await k.rest.text(method as Method, path, {
      accept: 'application/json',
      ...(body.length > 0 && { body: JSON.parse(fromUtf8(body)) as object, ...(contentType !== undefined && { contentType }) }),
    });
    if (answered.startsWith('{')) answered = goJson(JSON.parse(answered), 2);
  } catch (error) {
    status = error instanceof StatusError ? `${error.status.code ?? 500} ${error.reason}` : '502 Bad Gateway';
    answered = error instanceof StatusError ? goJson(error.status, 2) : errorText(error);
  }
  const type = answered.startsWith('{') ? 'application/json' : 'text/plain';
  const bytes = utf8(answered);
  await stream.write(`HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nContent-Length: ${bytes.length}\r\nConnection: close\r\n\r\n`);
  await stream.write(bytes);
  stream.end();
}
