/** curl and wget. */
import { base64, fromUtf8 } from '../../base/bytes.ts';
import { withTimeout, TimeoutError } from '../../base/with-timeout.ts';
import { FileError } from '../../cri/files.ts';
import { HttpError, requestText, sendHttp, TlsError } from '../../cri/http.ts';
import type { HttpResponse } from '../../cri/http.ts';
import { NetworkError } from '../../cri/network.ts';
import { absolute } from '../../cri/open.ts';
import { LOOPBACK, socketPort } from '../../cri/unix-socket.ts';
import { readAll } from '../../cri/streams.ts';
import type { Process } from '../../cri/process.ts';
import { badUsage, complain, humanSize, parseOptions } from '../tool.ts';
import type { Options, Tool } from '../tool.ts';

export interface Url { readonly scheme: string; readonly host: string; readonly port: number; readonly target: string; readonly user?: string }

export function parseUrl(text: string): Url | undefined {
  const found = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):\/\/)?(?:([^@/]*)@)?(\[[^\]]+\]|[^:/?#]+)(?::([0-9]*))?([/?#].*)?$/.exec(text);
  if (found === null) return undefined;
  const scheme = (found[1] ?? 'http').toLowerCase();
  const rest = (found[5] ?? '/').replace(/#.*$/, '');
  return { scheme, host: found[3]!, port: found[4] === undefined || found[4] === '' ? (scheme === 'https' ? 443 : 80) : Number(found[4]),
    target: rest.startsWith('/') ? rest : `/${rest}`, ...(found[2] === undefined ? {} : { user: found[2] }) };
}

interface Transfer { readonly response: HttpResponse; readonly url: Url; readonly connectMs: number; readonly totalMs: number; readonly address: string; readonly sent: string }

const VERSION = '8.14.1';
const CURL_SHORT = 'ifsSvkLlgGNqI046#Oo:X:d:H:u:A:w:m:F:T:e:b:c:E:x:y:Y:r:C:z:D:K:P:Q:t:U:aBjJMnpRVZh';
const CURL_LONG = ['silent:s', 'show-error:S', 'verbose:v', 'insecure:k', 'location:L', 'head:I', 'include:i', 'fail:f', 'fail-with-body', 'output=:o',
  'remote-name:O', 'request=:X', 'data=:d', 'data-raw=:d', 'data-binary=:d', 'data-urlencode=:d',
  'header=:H', 'user=:u', 'user-agent=:A', 'write-out=:w', 'max-time=:m', 'connect-timeout=', 'retry=', 'retry-delay=', 'retry-connrefused', 'retry-all-errors',
    'cacert=', 'cert=:E', 'key=', 'http1.1', 'http2', 'resolve=', 'interface=', 'compressed', 'no-progress-meter', 'progress-bar:#',
  'get:G', 'form=:F', 'upload-file=:T', 'cookie=:b', 'cookie-jar=:c', 'referer=:e', 'proxy=:x', 'noproxy=', 'ipv4:4', 'ipv6:6', 'no-buffer:N', 'tlsv1.2',
    'tlsv1.3', 'tlsv1', 'proto=', 'proto-default=', 'proto-redir=', 'ciphers=', 'tls-max=', 'limit-rate=', 'max-redirs=', 'remote-name-all', 'output-dir=', 'globoff:g',
    'config=:K', 'keepalive-time=', 'no-keepalive', 'http1.0', 'http3', 'http0.9', 'haproxy-protocol', 'anyauth', 'basic', 'digest', 'negotiate', 'ntlm',
    'oauth2-bearer=', 'show-headers:i', 'trace=', 'trace-ascii=', 'stderr=', 'ssl-no-revoke', 'create-dirs', 'json=', 'unix-socket=', 'retry-max-time=', 'path-as-is', 'version:V', 'url='] as const;

/** Options that may come more than once, taken out before the others. */
function repeated(argv: readonly string[], short: string, long: readonly string[]): { readonly values: string[]; readonly rest: string[] } {
  const values: string[] = [];
  const rest: string[] = [];
  for (let at = 0; at < argv.length; at += 1) {
    const arg = argv[at]!;
    const named = long.find(name => arg === `--${name}` || arg.startsWith(`--${name}=`));
    if (arg === `-${short}` || (named !== undefined && !arg.includes('='))) values.push(argv[at += 1] ?? '');
    else if (named !== undefined) values.push(arg.slice(arg.indexOf('=') + 1));
    else if (arg.startsWith(`-${short}`) && !arg.startsWith('--')) values.push(arg.slice(2));
    else rest.push(arg);
  }
  return { values, rest };
}

export const curl: Tool = async process => {
  const headers = repeated(process.argv, 'H', ['header']);
  const data = repeated(headers.rest, 'd', ['data', 'data-raw', 'data-binary', 'data-urlencode', 'data-ascii']);
  const outputs = repeated(data.rest, 'o', ['output']);
  const parsed = parseOptions(outputs.rest, { short: CURL_SHORT, long: CURL_LONG });
  if ('error' in parsed) {
    await process.stderr.write(`curl: option ${/'(.+)'/.exec(parsed.error)?.[1]?.replace(/^(.)$/, '-$1') ?? ''}: is unknown\ncurl: try 'curl --help' or 'curl --manual' for more information\n`);
    return 2;
  }
  const { options } = parsed;
  if (options.has('V')) { await process.stdout.write(`curl ${VERSION} (x86_64-pc-linux-gnu) libcurl/${VERSION} OpenSSL/3.5.4 zlib/1.3.1\n`); return 0; }
  const urls = [...(options.has('url') ? [options.get('url')!] : []), ...options.rest];
  if (urls.length === 0) { await process.stderr.write("curl: (2) no URL specified\ncurl: try 'curl --help' or 'curl --manual' for more information\n"); return 2; }
  let status = 0;
  for (const [index, text] of urls.entries()) {
    for (const { url, parts } of expandUrl(text, options.has('g'))) {
      const output = outputs.values[index]?.replace(/#([1-9])/g, (whole, digit: string) => parts[Number(digit) - 1] ?? whole);
      status = await curlOne(process, url, options, headers.values, data.values, output);
    }
  }
  return status;
};

interface Expanded { readonly url: string; readonly parts: readonly string[] }

/** curl's own [1-3] and {a,b}; what stood for each is "#1", "#2" of the output's name. */
function expandUrl(text: string, off: boolean, parts: readonly string[] = []): Expanded[] {
  const found = off ? null : /\[([0-9]+)-([0-9]+)\]|\{([^{}]*)\}/.exec(text);
  if (found === null) return [{ url: text, parts }];
  const [whole, low, high, list] = found;
  const values = list?.split(',') ?? Array.from({ length: Math.min(10_000, Number(high) - Number(low) + 1) }, (_, i) => String(Number(low) + i));
  return values.flatMap(value => expandUrl(text.replace(whole, () => value), off, [...parts, value]));
}

async function bodyOf(process: Process, values: readonly string[], options: Options): Promise<string | Uint8Array | undefined> {
  const upload = options.get('T');
  if (upload !== undefined) return upload === '-' ? readAll(process.stdin) : process.files.readFile(absolute(process, upload));
  if (options.has('json')) return options.get('json');
  if (options.has('F')) return `${options.get('F')}`;
  if (values.length === 0) return undefined;
  const parts: string[] = [];
  for (const value of values) parts.push(value === '@-' ? fromUtf8(await readAll(process.stdin)) : value.startsWith('@') ? fromUtf8(process.files.readFile(absolute(process, value.slice(1)))) : value);
  return parts.join('&');
}

async function curlOne(process: Process, text: string, options: Options, headerTexts: readonly string[], dataTexts: readonly string[], output: string | undefined): Promise<number> {
  const quiet = options.has('s');
  const say = async (code: number, words: string): Promise<number> => {
    if (!quiet || options.has('S')) await process.stderr.write(`curl: (${code}) ${words}\n`);
    return code;
  };
  let url = parseUrl(text);
  if (url === undefined) return say(3, 'URL using bad/illegal format or missing URL');
  if (url.scheme !== 'http' && url.scheme !== 'https') return say(1, `Protocol "${url.scheme}" not supported`);
  let body: string | Uint8Array | undefined;
  try { body = await bodyOf(process, dataTexts, options); } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return say(26, `Failed to open/read local data from file/application`);
  }
  if (options.has('G') && body !== undefined) { url = { ...url, target: `${url.target}${url.target.includes('?') ? '&' : '?'}${typeof body === 'string' ? body : fromUtf8(body)}` }; body = undefined; }
  const method = options.get('X') ?? (options.has('I') ? 'HEAD' : options.has('T') ? 'PUT' : body === undefined ? 'GET' : 'POST');
  const headers = requestHeaders(options, headerTexts, url, body);
  const retries = Number(options.get('retry') ?? '0');
  const limit = options.has('m') ? Number(options.get('m')) * 1000 : undefined;
  const progress = !quiet && !options.has('no-progress-meter') && (output !== undefined || process.stdout.isTerminal !== true);
  for (let attempt = 0; ; attempt += 1) {
    try {
      const work = (): Promise<Transfer> => transfer(process, url!, method, headers, body, options);
      const done = limit === undefined ? await work() : await withTimeout(process.world, limit + 1, work);
      const { status } = done.response;
      if (attempt < retries && [408, 429, 500, 502, 503, 504].includes(status)) { await process.clock.sleep(Number(options.get('retry-delay') ?? String(2 ** attempt)) * 1000); continue; }
      if (progress) await process.stderr.write(progressTable(done.response.body.length, done.totalMs, method === 'HEAD'));
      return await showResponse(process, done, method, options, output, say);
    } catch (error) {
      if (error instanceof TimeoutError) return say(28, `Operation timed out after ${limit} milliseconds with 0 bytes received`);
      const failure = failureOf(error, url, options);
      const again = failure.code === 7 ? options.has('retry-connrefused') || options.has('retry-all-errors') : options.has('retry-all-errors') || failure.code === 28;
      if (attempt < retries && again) { await process.clock.sleep(Number(options.get('retry-delay') ?? String(2 ** attempt)) * 1000); continue; }
      if (progress) await process.stderr.write(progressTable(0, 0, false));
      if (options.has('w')) await process.stdout.write(writeOut(options.get('w')!, undefined, url));
      return say(failure.code, failure.words);
    }
  }
}

function requestHeaders(options: Options, texts: readonly string[], url: Url, body: string | Uint8Array | undefined): [string, string][] {
  const headers: [string, string][] = [];
  const user = options.get('u') ?? url.user;
  if (user !== undefined) headers.push(['Authorization', `Basic ${base64(user)}`]);
  headers.push(['User-Agent', options.get('A') ?? `curl/${VERSION}`], ['Accept', options.has('json') ? 'application/json' : '*/*']);
  if (options.has('e')) headers.push(['Referer', options.get('e')!]);
  if (options.has('b')) headers.push(['Cookie', options.get('b')!]);
  if (body !== undefined) headers.push(['Content-Type', options.has('json') ? 'application/json' : options.has('F') ? 'multipart/form-data' : options.has('T')
    ? 'application/octet-stream' : 'application/x-www-form-urlencoded']);
  for (const text of texts) {
    const at = text.indexOf(':');
    const name = at < 0 ? text.replace(/;$/, '') : text.slice(0, at);
    const old = headers.findIndex(([key]) => key.toLowerCase() === name.toLowerCase());
    if (old >= 0) headers.splice(old, 1);
    if (at >= 0 && text.slice(at + 1).trim() !== '') headers.push([name, text.slice(at + 1).trim()]);
  }
  return headers;
}

export async function transfer(
  process: Process, first: Url, method: string, headers: readonly (readonly [string, string])[], body: string | Uint8Array | undefined, options: Options,
): Promise<Transfer> {
  let url = first;
  const startedAt = process.clock.micros();
  const verbose = async (line: string): Promise<void> => { if (options.has('v')) await process.stderr.write(line); };
  for (let hops = 0; ; hops += 1) {
    const given = options.get('connect-timeout') ?? options.get('m');
    const timeoutMs = given === undefined ? undefined : Number(given) * 1000;
    const socket = options.get('unix-socket');
    const [target, port] = socket === undefined ? [resolved(options, url), url.port] : [LOOPBACK, socketPort(process.files, absolute(process, socket))];
    const stream = await process.net.connect(target, port, {
      url: `${url.scheme}://${url.host}${url.target}`, ...(timeoutMs !== undefined && { timeoutMs }),
    });
    const connectMs = (process.clock.micros() - startedAt) / 1000;
    try {
      if (url.scheme === 'https' && socket === undefined && !options.has('k')) checkTrust(process, url, stream.remoteAddress, options.get('cacert'));
      const host = url.port === (url.scheme === 'https' ? 443 : 80) ? url.host : `${url.host}:${url.port}`;
      const send = { method, target: url.target, host, headers, ...(body === undefined ? {} : { body }), ...(url.scheme === 'https' ? { tls: url.host } : {}) };
      await verbose(`* Host ${url.host}:${url.port} was resolved.\n*   Trying ${stream.remoteAddress}:${url.port}...\n`
        + `* Connected to ${url.host} (${stream.remoteAddress}) port ${url.port}\n${requestText(send).split('\r\n').slice(0, -1).map(line => `> ${line}\n`).join('')}`);
      await verbose(`* Request completely sent off\n`);
      const response = await sendHttp(stream, send);
      await verbose(`< HTTP/${response.version} ${response.status} ${response.reason}\n${response.headerList.map(([key, value]) => `< ${key}: ${value}\n`).join('')}< \n`);
      await verbose(`* Connection #${hops} to host ${url.host} left intact\n`);
      const location = response.headers['location'];
      const next = location === undefined || !options.has('L') || response.status < 300 || response.status > 308 || hops >= 50 ? undefined
        : parseUrl(location.startsWith('/') ? `${url.scheme}://${host}${location}` : location);
      if (next === undefined) return { response, url, connectMs, totalMs: (process.clock.micros() - startedAt) / 1000, address: stream.remoteAddress, sent: host };
      url = next;
    } finally {
      stream.end();
    }
  }
}

const PRIVATE = /^(?:10|127|172\.(?:1[6-9]|2[0-9]|3[01])|192\.168)\./;

/** No server of a private network shows a certificate that a machine trusts by itself. Throws TlsError. */
function checkTrust(process: Process, url: Url, address: string, authority: string | undefined): void {
  if (authority !== undefined && !process.files.exists(absolute(process, authority))) throw new TlsError(`error setting certificate file: ${authority}`);
  if (authority !== undefined || !PRIVATE.test(address)) return;
  const isSigned = url.port === 6443 || address === process.env.get('KUBERNETES_SERVICE_HOST');
  throw new TlsError(`SSL certificate problem: ${isSigned ? 'unable to get local issuer certificate' : 'self-signed certificate'}\n`
    + 'More details here: https://curl.se/docs/sslcerts.html\n\ncurl failed to verify the legitimacy of the server and therefore could not\n'
    + 'establish a secure connection to it. To learn more about this situation and\nhow to fix it, please visit the webpage mentioned above.');
}

/** --resolve host:port:address */
function resolved(options: Options, url: Url): string {
  const [host, port, address] = (options.get('resolve') ?? '').split(':');
  return host === url.host && Number(port) === url.port && address !== undefined ? address : url.host;
}

async function showResponse(process: Process, done: Transfer, method: string, options: Options, output: string | undefined, say: (code: number, words: string) => Promise<number>): Promise<number> {
  const { response } = done;
  const head = `HTTP/${response.version} ${response.status} ${response.reason}\r\n${response.headerList.map(([key, value]) => `${key}: ${value}\r\n`).join('')}\r\n`;
  const failed = options.has('f') && response.status >= 400;
  const target = output ?? (options.has('O', 'remote-name-all') ? done.url.target.split('?')[0]!.split('/').pop() : undefined);
  const bytes = failed ? new Uint8Array(0) : response.body;
  const shown = options.has('i') || options.has('I') ? (failed && !options.has('I') ? '' : head) : '';
  if (target !== undefined && target !== '-') {
    if (target !== '/dev/null') {
      try {
        process.files.writeFile(absolute(process, target), bytes);
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        return say(23, `client returned ERROR on write, ${bytes.length} bytes`);
      }
    }
  } else {
    if (shown !== '') await process.stdout.write(shown);
    if (method !== 'HEAD') await process.stdout.write(bytes);
  }
  const format = options.get('w');
  if (format !== undefined) await process.stdout.write(writeOut(format, done, done.url));
  return failed || (options.has('fail-with-body') && response.status >= 400) ? say(22, `The requested URL returned error: ${response.status}`) : 0;
}

function writeOut(format: string, done: Transfer | undefined, url: Url): string {
  const seconds = (ms: number): string => (ms / 1000).toFixed(6);
  const values: Readonly<Record<string, string>> = {
    http_code: String(done?.response.status ?? 0).padStart(3, '0'), response_code: String(done?.response.status ?? 0).padStart(3, '0'),
      size_download: String(done?.response.body.length ?? 0), time_total: seconds(done?.totalMs ?? 0),
    time_connect: seconds(done?.connectMs ?? 0), time_namelookup: seconds(0), time_starttransfer: seconds(done?.totalMs ?? 0), remote_ip: done?.address ?? '',
      remote_port: String(url.port), url_effective: `${url.scheme}://${url.host}${url.target}`,
    content_type: done?.response.headers['content-type'] ?? '', num_redirects: '0', redirect_url: done?.response.headers['location'] ?? '',
      http_version: done?.response.version ?? '0', method: 'GET', exitcode: '0', errormsg: '', scheme: url.scheme,
  };
  return format.replace(/%\{([a-z_]+)\}/g, (_, name: string) => values[name] ?? '').replaceAll('\\n', '\n').replaceAll('\\t', '\t').replaceAll('\\r', '\r').replaceAll('%%', '%');
}

/** A number of bytes in five columns. */
function inFive(bytes: number): string {
  if (bytes < 100_000) return String(bytes).padStart(5);
  return bytes < 10_000 * 1024 ? `${String(Math.floor(bytes / 1024)).padStart(4)}k` : `${String(Math.floor(bytes / 1024 ** 2)).padStart(4)}M`;
}

/** What curl shows of a transfer where its output is no terminal. */
function progressTable(size: number, ms: number, headOnly: boolean): string {
  const got = headOnly ? 0 : size;
  const share = got === 0 ? '  0' : '100';
  const speed = inFive(ms === 0 ? 0 : Math.floor((got * 1000) / ms));
  return `  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n`
    + `                                 Dload  Upload   Total   Spent    Left  Speed\n`
    + `${share} ${inFive(size)}  ${share} ${inFive(got)}    0     0  ${speed}      0 --:--:-- --:--:-- --:--:-- ${speed}\n`;
}

function failureOf(error: unknown, url: Url, options: Options): { readonly code: number; readonly words: string } {
  if (error instanceof HttpError) return error.code === 'empty' ? { code: 52, words: 'Empty reply from server' } : { code: 1, words: 'Received HTTP/0.9 when not allowed' };
  if (error instanceof TlsError) return { code: error.message.startsWith('error setting') ? 77 : 60, words: error.message };
  if (!(error instanceof NetworkError)) throw error;
  const via = options.has('unix-socket') ? ` via ${options.get('unix-socket')}` : '';
  const failed = `Failed to connect to ${url.host} port ${url.port}${via} after`;
  switch (error.code) {
    case 'ENOTFOUND': case 'EAI_AGAIN': return { code: 6, words: `Could not resolve host: ${url.host}` };
    case 'ECONNREFUSED': return { code: 7, words: `${failed} 0 ms: Could not connect to server` };
    case 'ETIMEDOUT': return { code: 28, words: options.has('connect-timeout') || options.has('m')
      ? `Connection timed out after ${Math.round(Number(options.get('connect-timeout') ?? options.get('m')) * 1000)} milliseconds` : `${failed} 127000 ms: Could not connect to server` };
    case 'EHOSTUNREACH': case 'ENETUNREACH': return { code: 7, words: `${failed} 3000 ms: Could not connect to server` };
    default: return { code: 56, words: 'Recv failure: Connection reset by peer' };
  }
}

export const wget: Tool = async (process, flavour) => {
  const headers = repeated(process.argv, '\0', ['header']);
  const parsed = parseOptions(headers.rest, {
    short: 'qO:P:S46cT:t:U:Nvdnbo:i:', long: ['quiet:q', 'output-document=:O', 'directory-prefix=:P', 'server-response:S', 'timeout=:T', 'tries=:t', 'user-agent=:U',
      'spider', 'no-check-certificate', 'no-verbose', 'post-data=', 'post-file=', 'method=', 'body-data=', 'max-redirect=', 'content-on-error', 'connect-timeout=',
      'read-timeout=', 'user=', 'password=', 'retry-connrefused', 'waitretry=', 'continue:c', 'show-progress', 'progress='],
  });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error, 2);
  const { options } = parsed;
  const [text] = options.rest;
  if (text === undefined) { await process.stderr.write(flavour === 'gnu'
    ? "wget: missing URL\nUsage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.\n"
    : 'BusyBox v1.36.1 (2023-05-18 22:34:17 UTC) multi-call binary.\n\nUsage: wget [-cqS] [--spider] [-O FILE] [-o LOGFILE] [--header STR]\n'); return 1; }
  const url = parseUrl(text);
  const quiet = options.has('q');
  const say = async (line: string): Promise<void> => { if (!quiet) await process.stderr.write(line); };
  if (url === undefined || (url.scheme !== 'http' && url.scheme !== 'https')) {
    await complain(process, flavour === 'gnu' ? `${text}: Unsupported scheme.` : `not an http or ftp url: ${text}`); return 1; }
  const body = options.get('post-data', 'body-data') ?? (options.has('post-file') ? fromUtf8(process.files.readFile(absolute(process, options.get('post-file')!))) : undefined);
  const method = options.get('method') ?? (options.has('spider') ? 'HEAD' : body === undefined ? 'GET' : 'POST');
  const sent = requestHeaders({ ...options, has: () => false, get: name => name === 'A' ? options.get('U') ?? (flavour === 'gnu' ? 'Wget/1.25.0' : 'Wget')
    : undefined }, headers.values, url, body).concat([['Connection', 'close']]);
  const limit = Number(options.get('T', 'connect-timeout') ?? '900') * 1000;
  const tries = options.has('t') && flavour === 'gnu' ? Number(options.get('t')) : 1;
  const redirects = (...names: string[]): boolean => names.includes('L');
  for (let attempt = 1; ; attempt += 1) {
    try {
      const done = await withTimeout(process.world, limit, async () => {
        if (flavour === 'busybox') {
          const [address] = await process.net.resolve(url.host);
          await say(`Connecting to ${url.host} (${address}:${url.port})\n`);
        }
        return transfer(process, url, method, sent, body, { ...options, has: redirects, get: () => undefined });
      });
      return await saveWget(process, done, options, flavour, text, say);
    } catch (error) {
      if (error instanceof TimeoutError || (error instanceof NetworkError && error.code === 'ETIMEDOUT')) {
        await complain(process, flavour === 'gnu' ? 'connect: Connection timed out' : 'download timed out'); if (attempt >= tries) return flavour === 'gnu' ? 4 : 1; continue; }
      if (error instanceof HttpError) { await complain(process, 'error getting response'); return 1; }
      if (!(error instanceof NetworkError)) throw error;
      const host = url.host;
      if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN') {
        await complain(process, flavour === 'gnu' ? `unable to resolve host address '${host}'` : `bad address '${url.port === 80 || !text.includes(`:${url.port}`) ? host : `${host}:${url.port}`}'`);
        return flavour === 'gnu' ? 4 : 1;
      }
      const words = error.code === 'ECONNREFUSED' ? 'Connection refused' : error.code === 'EHOSTUNREACH' ? 'No route to host' : error.code === 'ENETUNREACH'
        ? 'Network unreachable' : 'Connection reset by peer';
      if (flavour === 'gnu') await say(`Connecting to ${host}:${url.port}... failed: ${words}.\n`);
      else await complain(process, `can't connect to remote host${error.code === 'ECONNRESET' ? '' : ` (${await addressOf(process, host)})`}: ${words}`);
      return flavour === 'gnu' ? 4 : 1;
    }
  }
};

async function addressOf(process: Process, host: string): Promise<string> {
  try { return (await process.net.resolve(host))[0] ?? host; } catch { return host; }
}

async function saveWget(process: Process, done: Transfer, options: Options, flavour: 'gnu' | 'busybox', text: string, say: (line: string) => Promise<void>): Promise<number> {
  const { response } = done;
  if (options.has('S')) await process.stderr.write(`  HTTP/${response.version} ${response.status} ${response.reason}\n`
    + `${response.headerList.map(([key, value]) => `  ${key}: ${value}\n`).join('')}${flavour === 'busybox' ? '  \n' : ''}`);
  if (response.status >= 400) {
    if (flavour === 'gnu') { await say(`HTTP request sent, awaiting response... ${response.status} ${response.reason}\n`
      + `${new Date(process.clock.now()).toISOString().slice(0, 19).replace('T', ' ')} ERROR ${response.status}: ${response.reason}.\n`); return 8; }
    await complain(process, `server returned error: HTTP/${response.version} ${response.status} ${response.reason}`);
    return 1;
  }
  if (options.has('spider')) { await say('remote file exists\n'); return 0; }
  const name = options.get('O') ?? `${options.has('P') ? `${options.get('P')}/` : ''}${done.url.target.split('?')[0]!.split('/').pop() || 'index.html'}`;
  const gnuHead = `--${new Date(process.clock.now()).toISOString().slice(0, 19).replace('T', ' ')}--  ${text.includes('://') ? text : `http://${text}/`}\n`
    + `Resolving ${done.url.host} (${done.url.host})... ${done.address}\n`
    + `Connecting to ${done.url.host} (${done.url.host})|${done.address}|:${done.url.port}... connected.\n`
    + `HTTP request sent, awaiting response... ${response.status} ${response.reason}\n`
    + `Length: ${response.body.length} [${response.headers['content-type'] ?? 'text/html'}]\nSaving to: '${name === '-' ? 'STDOUT' : name}'\n\n`;
  if (flavour === 'gnu') await say(gnuHead);
  const meter = `${name.slice(0, 20).padEnd(20)} 100% |${'*'.repeat(32)}| ${humanSize(response.body.length).padStart(5)}  0:00:00 ETA\n`;
  if (name === '-') {
    if (flavour === 'busybox') await say('writing to stdout\n');
    await process.stdout.write(response.body);
    if (flavour === 'busybox') await say(`${'-'.padEnd(20)} 100% |${'*'.repeat(32)}| ${humanSize(response.body.length).padStart(5)}  0:00:00 ETA\nwritten to stdout\n`);
    return 0;
  }
  try {
    if (flavour === 'busybox' && !options.has('O') && process.files.exists(absolute(process, name))) throw new FileError('EEXIST', name);
    if (name !== '/dev/null') process.files.writeFile(absolute(process, name), response.body);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    await complain(process, flavour === 'gnu' ? `${name}: ${error.message}` : `can't open '${name}': ${error.message}`);
    return flavour === 'gnu' ? 3 : 1;
  }
  await say(flavour === 'busybox' ? `saving to '${name}'\n${meter}'${name}' saved\n` : `\n'${name}' saved [${response.body.length}/${response.body.length}]\n\n`);
  return 0;
}
