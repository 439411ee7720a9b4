/** exec and port-forward over SPDY, by a client of our own that writes its frames by hand. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { constants, createDeflate } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SPDY_DICTIONARY } from '../../src/wire/spdy/dictionary.ts';
import { serveCluster } from './server.ts';
import type { Served } from './server.ts';

let served: Served;
const POD = {
  apiVersion: 'v1', kind: 'Pod', metadata: { name: 'box' },
  spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] },
};

beforeAll(async () => {
  served = await serveCluster();
  await fetch(`${served.url}/api/v1/namespaces/default/pods`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(POD) });
  for (let tries = 0; tries < 400; tries += 1) {
    const pod = await (await fetch(`${served.url}/api/v1/namespaces/default/pods/box`)).json() as { status?: { phase?: string } };
    if (pod.status?.phase === 'Running') return;
    await new Promise((resolve) => { setTimeout(resolve, 25); });
  }
  throw new Error('the Pod does not run');
});

afterAll(() => served.close());

const number = (value: number, bytes = 4): Buffer => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
};
const frame = (first: Buffer, flags: number, payload: Buffer): Buffer => Buffer.concat([first, number(flags, 1), number(payload.length, 3), payload]);
const data = (stream: number, text: string, isLast = false): Buffer => frame(number(stream), isLast ? 1 : 0, Buffer.from(text));

/** What came on each stream, until the server hung up. */
interface Heard { readonly head: string; readonly streams: Readonly<Record<number, string>> }

class Client {
  readonly #socket: Socket;
  readonly #deflate = createDeflate({ dictionary: SPDY_DICTIONARY, flush: constants.Z_SYNC_FLUSH });
  #bytes = Buffer.alloc(0);
  #upgraded: (() => void) | undefined;

  constructor(path: string, protocol: string) {
    this.#socket = connect(served.port, '127.0.0.1');
    this.#socket.on('data', (bytes) => {
      this.#bytes = Buffer.concat([this.#bytes, bytes]);
      if (this.#bytes.includes('\r\n\r\n')) this.#upgraded?.();
    });
    this.#socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`);
  }

  upgrade(): Promise<void> {
    return new Promise((resolve) => { this.#upgraded = resolve; });
  }

  async open(id: number, headers: Readonly<Record<string, string>>): Promise<void> {
    const texts = Object.entries(headers).flat().map((text) => Buffer.from(text));
    const block = Buffer.concat([number(Object.keys(headers).length), ...texts.flatMap((text) => [number(text.length), text])]);
    const packed = await new Promise<Buffer>((resolve) => { this.#deflate.write(block, () => resolve(this.#deflate.read() as Buffer)); });
    this.write(frame(Buffer.from([0x80, 3, 0, 1]), 0, Buffer.concat([number(id), number(0), number(0, 2), packed])));
  }

  write(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  async heard(until?: (heard: Heard) => boolean): Promise<Heard> {
    return new Promise((resolve) => {
      this.#socket.once('close', () => resolve(this.#parse()));
      if (until) this.#socket.on('data', () => { if (until(this.#parse())) resolve(this.#parse()); });
    });
  }

  #parse(): Heard {
    const end = this.#bytes.indexOf('\r\n\r\n') + 4;
    const streams: Record<number, string> = {};
    for (let at = end; at + 8 <= this.#bytes.length;) {
      const length = this.#bytes.readUIntBE(at + 5, 3);
      const id = this.#bytes.readUInt32BE(at);
      if (id < 0x80000000) streams[id] = (streams[id] ?? '') + this.#bytes.toString('utf8', at + 8, at + 8 + length);
      at += 8 + length;
    }
    return { head: this.#bytes.toString('latin1', 0, end), streams };
  }

  close(): void {
    this.#socket.destroy();
  }
}

const BOX = '/api/v1/namespaces/default/pods/box';
const words = (...argv: string[]): string => argv.map((word) => `command=${encodeURIComponent(word)}`).join('&');

describe('exec', () => {
  it('carries stdin, stdout, stderr and the exit code', async () => {
    const client = new Client(`${BOX}/exec?stdin=true&stdout=true&stderr=true&${words('sh', '-c', 'echo out; echo err >&2; cat; exit 3')}`, 'v4.channel.k8s.io, v3.channel.k8s.io');
    await client.upgrade();
    for (const [id, streamtype] of [[1, 'error'], [3, 'stdin'], [5, 'stdout'], [7, 'stderr']] as const) await client.open(id, { streamtype });
    client.write(data(3, 'typed\n'));
    client.write(data(3, '', true));
    const { head, streams } = await client.heard();
    expect(head).toMatch(/^HTTP\/1\.1 101 [^]*X-Stream-Protocol-Version: v4\.channel\.k8s\.io\r\n/);
    expect([streams[5], streams[7]]).toEqual(['out\ntyped\n', 'err\n']);
    expect(JSON.parse(streams[1]!)).toMatchObject({ status: 'Failure', reason: 'NonZeroExitCode', details: { causes: [{ reason: 'ExitCode', message: '3' }] } });
  });

  it.each([
    ['a Pod that is not there', '/api/v1/namespaces/default/pods/nobody/exec?stdout=true&command=ls', 'v4.channel.k8s.io', /^HTTP\/1\.1 404 [^]*pods \\"nobody\\" not found/],
    ['a protocol of another world', `${BOX}/exec?stdout=true&command=ls`, 'v9.channel.k8s.io', /^HTTP\/1\.1 403 [^]*client supports \[v9\.channel\.k8s\.io\], server supports \[v4\.channel\.k8s\.io\]/],
  ])('refuses %s with an answer in HTTP', async (_, path, protocol, answer) => {
    expect(await refusal(path, protocol)).toMatch(answer);
  });

  it.each([
    ['another version of SPDY', frame(Buffer.from([0x80, 2, 0, 1]), 0, Buffer.alloc(10))],
    ['headers that are not compressed', frame(Buffer.from([0x80, 3, 0, 1]), 0, Buffer.concat([number(1), number(0), number(0, 2), Buffer.from('nonsense')]))],
    ['a frame without end', Buffer.from([0x80, 3, 0, 1, 0, 0xff, 0xff, 0xff])],
  ])('hangs up on %s, and serves the next', async (_, bytes) => {
    const client = new Client(`${BOX}/exec?stdout=true&command=ls`, 'v4.channel.k8s.io');
    await client.upgrade();
    client.write(bytes);
    expect((await client.heard()).streams).toEqual({});
    expect((await fetch(`${served.url}/readyz`)).status).toBe(200);
  });
});

/** The whole answer where the server does not upgrade. */
function refusal(path: string, protocol: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(served.port, '127.0.0.1', () => {
      socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`);
    });
    socket.on('data', (bytes) => { text += bytes.toString(); });
    socket.on('close', () => resolve(text));
  });
}

describe('port-forward', () => {
  it('leads several connections to a port of the Pod, and says what went wrong with another', async () => {
    const client = new Client(`${BOX}/portforward`, 'portforward.k8s.io');
    await client.upgrade();
    for (const [id, requestid, port] of [[1, '0', '80'], [5, '1', '80'], [9, '2', '81']] as const) {
      await client.open(id, { streamtype: 'error', port, requestid });
      await client.open(id + 2, { streamtype: 'data', port, requestid });
      client.write(data(id + 2, 'GET / HTTP/1.0\r\n\r\n'));
    }
    const { streams } = await client.heard((heard) => /<\/html>/.test(heard.streams[3] ?? '') && /<\/html>/.test(heard.streams[7] ?? '') && (heard.streams[9] ?? '') !== '');
    client.close();
    expect([streams[1] ?? '', streams[5] ?? '']).toEqual(['', '']);
    expect(streams[3]).toMatch(/^HTTP\/1\.[01] 200 OK[^]*Welcome to nginx/);
    expect(streams[9]).toMatch(/^an error occurred forwarding 81 -> 81: error forwarding port 81 to pod .*: connection refused/);
  });
});
