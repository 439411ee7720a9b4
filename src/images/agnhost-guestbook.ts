/** `agnhost guestbook`: a front, a primary that keeps the entries, and replicas that the primary tells of each.
 *  Upstream: test/images/agnhost/guestbook */
import { fromUtf8 } from '../base/bytes.ts';
import { HttpError, httpGet, parseTarget, serveHttp } from '../cri/http.ts';
import type { HttpAnswer } from '../cri/http.ts';
import { NetworkError } from '../cri/network.ts';
import type { Process } from '../cri/process.ts';
import { formatDate } from '../sh/dates.ts';
import { textAnswer, untilStopped } from './web.ts';

export interface GuestbookOptions {
  readonly httpPort: number;
  readonly backendPort: number;
  /** The primary's name; empty: this is no replica. */
  readonly replicaOf: string;
}

const TRIES = 15;
const PAUSE_MS = 1000;
const EXPECTATION_FAILED = 417;

/** Serves until it is stopped. Ends with 1 where a replica cannot find its primary. */
export async function serveGuestbook(process: Process, options: GuestbookOptions): Promise<number> {
  const { httpPort, backendPort, replicaOf } = options;
  let store: Record<string, string> = {};
  const replicas: string[] = [];
  const say = (text: string): Promise<void> => process.stderr.write(`${formatDate(process.clock.now(), '%Y/%m/%d %T')} ${text}\n`);
  const fail = (status: number, text: string): HttpAnswer => textAnswer(status, `${text}\n`);

  async function set(key: string, value: string): Promise<HttpAnswer> {
    if (key === '') return fail(400, 'cannot set with empty key.');
    store[key] = value;
    for (const replica of replicas) {
      const told = await ask(process, replica, backendPort, targetOf('set', key, value));
      if (typeof told === 'object')
        return fail(EXPECTATION_FAILED, `encountered error while propagating to replica '${replica}': ${told.problem}`);
    }
    return textAnswer(200, JSON.stringify({ message: 'Updated' }));
  }

  async function front(query: ReadonlyMap<string, string>): Promise<HttpAnswer> {
    const command = (query.get('cmd') ?? '').toLowerCase();
    if (command !== 'get' && command !== 'set') return fail(400, `unsupported cmd: '${command}'`);
    const key = query.get('key') ?? '';
    if (command === 'set' && key === '') return fail(400, 'cannot set with empty key.');
    const host = command === 'get' ? 'agnhost-replica' : 'agnhost-primary';
    const told = await ask(process, host, backendPort, targetOf(command, key, query.get('value') ?? ''));
    return typeof told === 'object' ? fail(EXPECTATION_FAILED, `encountered error: ${told.problem}`) : textAnswer(200, told);
  }

  async function register(): Promise<boolean> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const told = await ask(process, replicaOf, backendPort, `/register?host=${process.net.address}`);
      if (typeof told === 'string') {
        store = (JSON.parse(told) as { readonly data: Record<string, string> }).data;
        await say(`Registered to node: ${replicaOf}`);
        return true;
      }
      await say(`encountered error while registering to primary: ${told.problem}. Retrying in 1s.`);
      await process.clock.sleep(PAUSE_MS);
    }
    await say('Timed out while registering to primary.');
    return false;
  }

  serveHttp(process.world, process.net, httpPort, async ({ target }) => {
    const { path, query } = parseTarget(target);
    await say(`GET ${target}`);
    const key = query.get('key') ?? '';
    switch (path) {
      case '/register':
        replicas.push(query.get('host') ?? '');
        return textAnswer(200, JSON.stringify({ data: store }));
      case '/get':
        return textAnswer(200, JSON.stringify({ data: key === '' ? store : Object.hasOwn(store, key) ? store[key] : '' }));
      case '/set':
        return set(key, query.get('value') ?? '');
      case '/guestbook':
        return front(query);
      default:
        return textAnswer(404, '404 page not found\n');
    }
  });
  if (replicaOf !== '' && !(await register())) return 1;
  await untilStopped(process);
  return 0;
}

const targetOf = (command: string, key: string, value: string): string =>
  `/${command}?key=${encodeURIComponent(key)}&value=${encodeURIComponent(value)}`;

async function ask(process: Process, host: string, port: number, target: string): Promise<string | { readonly problem: string }> {
  try {
    return fromUtf8((await httpGet(process.net, host, port, target)).body);
  } catch (error) {
    if (!(error instanceof NetworkError) && !(error instanceof HttpError)) throw error;
    return { problem: error.message };
  }
}
