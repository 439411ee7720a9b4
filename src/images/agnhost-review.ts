/** What agnhost's webhook servers share: HTTPS with a certificate from files, a review in and its answer out.
 *  Upstream: test/images/agnhost/webhook/{main,config}.go */
import { fromUtf8 } from '../base/bytes.ts';
import { certificatesOf } from '../base/pki/certificate.ts';
import { readPrivateKey } from '../base/pki/keys.ts';
import { FileError } from '../cri/files.ts';
import type { HttpAnswer } from '../cri/http.ts';
import { parseTarget, serveHttp } from '../cri/http.ts';
import { readText } from '../cri/memory-files.ts';
import { absolute } from '../cri/open.ts';
import type { Process } from '../cri/process.ts';
import { formatDate } from '../sh/dates.ts';
import { textAnswer, untilStopped } from './web.ts';

export interface ReviewServer {
  readonly port: number;
  readonly certificateFile: string;
  readonly keyFile: string;
  /** undefined: no such path. */
  handlerOf(path: string): ((body: unknown) => object | Promise<object>) | undefined;
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(body));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A text: what ends the program. */
function chainOf(process: Process, certificateFile: string, keyFile: string): { readonly chain: string } | string {
  try {
    const chain = readText(process.files, absolute(process, certificateFile));
    const key = readText(process.files, absolute(process, keyFile));
    if (certificatesOf(chain).length === 0) return 'tls: failed to find any PEM data in certificate input';
    return readPrivateKey(key) === undefined ? 'tls: failed to find any PEM data in key input' : { chain };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return `open ${certificateFile}: no such file or directory`;
  }
}

export async function serveReviews(process: Process, { port, certificateFile, keyFile, handlerOf }: ReviewServer): Promise<number> {
  const { world, net } = process;
  const stamp = (): string =>
    `${formatDate(process.clock.now(), '%m%d %H:%M:%S')}.${String(process.clock.micros() % 1_000_000).padStart(6, '0')}       1`;
  const found = chainOf(process, certificateFile, keyFile);
  if (typeof found === 'string') {
    await process.stderr.write(`F${stamp()} config.go:46] ${found}\n`);
    return 255;
  }
  const failed = (address: string, at: number, why: string): void => {
    const when = formatDate(process.clock.now(), '%Y/%m/%d %H:%M:%S');
    world.spawn('log', () => process.stderr.write(`${when} http: TLS handshake error from ${address}:${at}: ${why}\n`));
  };
  serveHttp(
    world,
    net,
    port,
    async ({ target, headers, body }): Promise<HttpAnswer> => {
      const { path } = parseTarget(target);
      if (path === '/readyz') return textAnswer(200, 'ok');
      const handler = handlerOf(path);
      if (handler === undefined) return textAnswer(404, '404 page not found\n');
      const review = headers['content-type'] === 'application/json' ? parsed(body) : undefined;
      if (review === undefined) return textAnswer(400, 'contentType is not application/json\n');
      return { status: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(await handler(review)) };
    },
    {
      tls: true,
      certificate: found.chain,
      handshakeFailed: ({ remoteAddress, remotePort }, why) => failed(remoteAddress, remotePort, why),
    },
  );
  await untilStopped(process);
  return 0;
}
