/** The learner's network with the pages that the sandbox carries: a name that nobody resolves is a host of the internet, and
 *  where its address is among the pages, curl and wget are answered as by a web server.
 *  Differs from Kubernetes: the answer comes at once, without the redirects that real hosts give first. */
import { concat, utf8 } from '../base/bytes.ts';
import type { World } from '../base/world.ts';
import { NetworkError } from '../cri/network.ts';
import type { ByteStream, NetworkNamespace } from '../cri/network.ts';
import type { Pages } from './pages.ts';

/** Of no host: kept for documents. */
const SOMEWHERE = '192.0.2.1';
const LOCAL_PORT = 40_000;

export function withPages(net: NetworkNamespace, pages: Pages): NetworkNamespace {
  const connecting =
    (inner: NetworkNamespace, world: World | undefined): NetworkNamespace['connect'] =>
    async (host, port, how) => {
      try {
        return await inner.connect(host, port, how);
      } catch (error) {
        const isUnknown = error instanceof NetworkError && (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN');
        const text = isUnknown && world && how?.url !== undefined ? await pages.find(how.url, 'file', world) : undefined;
        if (text === undefined) throw error;
        return pageStream(text, inner.address, port);
      }
    };
  const view = (inner: NetworkNamespace, world?: World): NetworkNamespace => ({
    get address() {
      return inner.address;
    },
    get listeners() {
      return inner.listeners;
    },
    listen: inner.listen,
    bindUdp: inner.bindUdp,
    resolve: inner.resolve,
    connect: connecting(inner, world),
  });
  return {
    ...view(net),
    bind(world) {
      const inner = net.bind?.(world) ?? { ...net, release: () => undefined };
      return { ...view(inner, world), release: () => inner.release() };
    },
  };
}

/** A connection to a web server that has this one page. */
function pageStream(text: string, localAddress: string, remotePort: number): ByteStream {
  let answered = false;
  return {
    localAddress,
    localPort: LOCAL_PORT,
    remoteAddress: SOMEWHERE,
    remotePort,
    async read() {
      if (answered) return undefined;
      answered = true;
      const body = utf8(text);
      const head = utf8(`HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${body.length}\r\n\r\n`);
      return concat([head, body]);
    },
    // Whatever is asked in whichever way: a client leaves the body of an answer to HEAD unread.
    async write() {},
    end() {},
    reset() {},
  };
}
