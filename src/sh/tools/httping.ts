/** httping: how long a web server takes, again and again. */
import { HttpError } from '../../cri/http.ts';
import { NetworkError } from '../../cri/network.ts';
import { badUsage, complain, parseOptions } from '../tool.ts';
import type { Tool } from '../tool.ts';
import { parseUrl, transfer } from './http.ts';

const SHORT = 'g:h:p:c:i:t:GsSlfqvYZbR';
const LONG = ['url=:g', 'hostname=:h', 'port=:p', 'count=:c', 'interval=:i', 'timeout=:t'] as const;
const NOBODY = 127;

const failureOf = (error: unknown, host: string): string => {
  const isUnknown = error instanceof NetworkError && (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN');
  if (isUnknown) return `No valid IPv4 or IPv6 address found for ${host}\n`;
  if (error instanceof NetworkError || error instanceof HttpError) return 'could not connect (Connection refused)\n';
  throw error;
};

function summaryOf(where: string, sent: number, times: readonly number[]): string {
  const lost = sent === 0 ? 0 : ((sent - times.length) / sent) * 100;
  const average = times.reduce((sum, each) => sum + each, 0) / times.length;
  const trip = [Math.min(...times), average, Math.max(...times)].map((each) => each.toFixed(1)).join('/');
  return (
    `--- ${where} ping statistics ---\n${sent} connects, ${times.length} ok, ${lost.toFixed(2)}% failed\n` +
    (times.length > 0 ? `round-trip min/avg/max = ${trip} ms\n` : '')
  );
}

export const httping: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: SHORT, long: LONG });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  const url = parseUrl(options.get('g') ?? options.get('h') ?? options.rest[0] ?? '');
  if (url === undefined) {
    await complain(process, 'no URL/host to ping given');
    return 3;
  }
  const where = `${url.scheme}://${url.host}:${url.port}${url.target}`;
  const times: number[] = [];
  let sent = 0;
  process.onSignal('SIGINT', () => {
    process.world.spawn('summary', async () => {
      await process.stdout.write(summaryOf(where, sent, times));
      process.processes.kill(process.pid, 'SIGKILL');
    });
  });
  await process.stdout.write(`PING ${url.host}:${url.port} (${url.scheme}://${url.host}${url.target}):\n`);
  const plain = { ...options, has: () => false, get: () => undefined };
  const headers = [
    ['User-Agent', 'HTTPing v2.9'],
    ['Connection', 'close'],
  ] as const;
  for (const count = Number(options.get('c') ?? 'Infinity'); sent < count; sent += 1) {
    if (sent > 0) await process.clock.sleep(Number(options.get('i') ?? '1') * 1000);
    try {
      const done = await transfer(process, url, options.has('G') ? 'GET' : 'HEAD', headers, undefined, plain);
      times.push(done.totalMs);
      const took = done.totalMs.toFixed(2).padStart(6);
      await process.stdout.write(
        `connected to ${done.address}:${url.port} (${done.response.body.length} bytes), seq=${sent} time=${took} ms \n`,
      );
    } catch (error) {
      await process.stderr.write(failureOf(error, url.host));
    }
  }
  await process.stdout.write(summaryOf(where, sent, times));
  return times.length > 0 ? 0 : NOBODY;
};
