/** The built site in a real browser: a static server under a sub-path, as any static host would be, and Chromium. */
import { createServer } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';

/** The built site; TABERNETES_SITE names another folder. */
const DIST = process.env['TABERNETES_SITE'] ?? fileURLToPath(new URL('../../dist/', import.meta.url));

/** Serves the site that `npm run build` made. A site that is not there is a failure, never a test that is left out. */
export function serveSite(): ReturnType<typeof serve> {
  if (!existsSync(join(DIST, 'index.html'))) throw new Error(`There is no built page in ${DIST}: run npm test, or npm run build first.`);
  return serve(DIST);
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.json': 'application/json',
  '.txt': 'text/plain',
};

/** Serves a folder below /some/path/, with no special headers. */
export async function serve(folder: string): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname.replace(/^\/some\/path\//, '/');
    const file = join(folder, normalize(path === '/' ? '/index.html' : path));
    if (!file.startsWith(folder) || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/some/path/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function launch(): Promise<Browser> {
  const named = process.env['CHROMIUM'] ?? (existsSync('/usr/bin/chromium') ? '/usr/bin/chromium' : undefined);
  return chromium.launch({ args: FLAGS, ...(named === undefined ? {} : { executablePath: named }) });
}

export interface SeenPod {
  readonly key: string;
  readonly node?: string;
  readonly state: string;
  readonly group: string;
  readonly system: boolean;
}
export interface Seen {
  readonly pods: readonly SeenPod[];
  readonly nodes: readonly { readonly name: string; readonly ready: boolean }[];
}

declare global {
  // What the page itself offers to look at.
  var tabernetes: { hash(): Promise<string>; time: { state: { nowMicros: number; playing: boolean } }; snapshot(): Seen };
}

/** Waits until what the page knows of the cluster satisfies a test. Looks from outside, because the page's policy forbids
 *  to evaluate text inside it. */
export async function until(page: Page, what: (seen: Seen) => boolean, timeoutMs = 60_000): Promise<Seen> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const seen = await snapshot(page).catch(() => undefined);
    if (seen && what(seen)) return seen;
    if (Date.now() > end)
      throw new Error(
        `not within ${timeoutMs} ms; pods: ${JSON.stringify(seen?.pods.filter((pod) => !pod.system).map((pod) => `${pod.key} ${pod.state} ${pod.node}`))} nodes: ${JSON.stringify(seen?.nodes.map((node) => `${node.name} ${node.ready}`))}`,
      );
    await page.waitForTimeout(100);
  }
}

export const snapshot = (page: Page): Promise<Seen> => page.evaluate(() => globalThis.tabernetes.snapshot());
