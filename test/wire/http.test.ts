/** The Kubernetes API over HTTP and WebSocket, as any client library sees it. */
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { SITE, serveCluster } from './server.ts';
import type { Served } from './server.ts';

let served: Served;

beforeAll(async () => {
  served = await serveCluster();
});

afterAll(() => served.close());

const JSON_TYPE = { 'content-type': 'application/json' };

interface Reply { readonly status: number; readonly body: Record<string, unknown> & { readonly items?: readonly unknown[]; readonly metadata?: Record<string, string> } }

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = JSON_TYPE): Promise<Reply> {
  const response = await fetch(served.url + path, { method, headers, ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }) });
  const text = await response.text();
  return { status: response.status, body: (text.startsWith('{') ? JSON.parse(text) : { text }) as Reply['body'] };
}

/** With headers that fetch would not let us choose. */
function raw(path: string, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: served.port, path, headers }, (response) => { response.resume(); resolve(response); }).on('error', reject).end();
  });
}

async function until(check: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await check()) return;
    await new Promise((resolve) => { setTimeout(resolve, 25); });
  }
  throw new Error('this did not come true');
}

const POD = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'box' }, spec: { containers: [{ name: 'main', image: 'busybox', command: ['sleep', '100000'] }] } };
const PODS = '/api/v1/namespaces/default/pods';

async function runningBox(): Promise<void> {
  await call('POST', PODS, POD);
  await until(async () => (await call('GET', `${PODS}/box`)).body['status'] !== undefined && ((await call('GET', `${PODS}/box`)).body['status'] as { phase: string }).phase === 'Running');
}

describe('credentials', () => {
  const bearer = (token: string): Record<string, string> => ({ ...JSON_TYPE, authorization: `Bearer ${token}` });

  it('that are wrong are no user, on any path', async () => {
    const refused = { status: 401, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'Unauthorized', reason: 'Unauthorized', code: 401 } };
    for (const path of ['/api/v1/nodes', '/api/v1/pods?watch=true', '/apis', '/version']) expect(await call('GET', path, undefined, bearer('bad')), path).toEqual(refused);
    expect(await call('POST', PODS, POD, bearer('bad'))).toEqual(refused);
    expect((await call('GET', '/api/v1/nodes')).status).toBe(200);
  });

  it('of a service account are its own', async () => {
    const { body } = await call('POST', '/api/v1/namespaces/default/serviceaccounts/default/token', { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} });
    const { token } = body['status'] as { readonly token: string };
    expect(await call('GET', '/api/v1/nodes', undefined, bearer(token))).toMatchObject({
      status: 403, body: { reason: 'Forbidden', message: expect.stringContaining('User "system:serviceaccount:default:default" cannot list resource "nodes"') },
    });
  });
});

describe('requests', () => {
  it('create, read, patch, scale and delete', async () => {
    const path = '/apis/apps/v1/namespaces/default/deployments';
    expect((await call('POST', path, SITE)).status).toBe(201);
    expect(await call('POST', path, SITE)).toMatchObject({ status: 409, body: { kind: 'Status', reason: 'AlreadyExists', message: 'deployments.apps "site" already exists' } });
    expect((await call('PATCH', `${path}/site`, { metadata: { labels: { a: 'b' } } }, { 'content-type': 'application/merge-patch+json' })).body.metadata).toMatchObject({ labels: { a: 'b' } });
    expect(await call('PATCH', `${path}/site/scale`, { spec: { replicas: 2 } }, { 'content-type': 'application/merge-patch+json' })).toMatchObject({ status: 200, body: { kind: 'Scale', spec: { replicas: 2 } } });
    await until(async () => ((await call('GET', `${path}/site`)).body['status'] as { readyReplicas?: number }).readyReplicas === 2);
    expect((await call('DELETE', `${path}/site`)).status).toBe(200);
    expect(await call('GET', `${path}/site`)).toMatchObject({ status: 404, body: { reason: 'NotFound' } });
  });

  it('speak YAML, tables and plain words', async () => {
    expect((await call('POST', '/api/v1/namespaces/default/configmaps', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: yaml}\n', { 'content-type': 'application/yaml' })).status).toBe(201);
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    expect((await call('GET', '/api/v1/nodes', undefined, { accept })).body).toMatchObject({ kind: 'Table', columnDefinitions: expect.arrayContaining([expect.objectContaining({ name: 'Name' })]) });
    expect((await call('GET', '/healthz')).body).toEqual({ text: 'ok' });
    expect((await call('GET', '/version')).body).toMatchObject({ gitVersion: 'v1.33.1' });
  });

  it('are refused where they are no good', async () => {
    expect(await call('GET', '/api/v1/nothing')).toMatchObject({ status: 404 });
    expect(await call('POST', PODS, '{"kind":')).toMatchObject({ status: 400, body: { kind: 'Status', reason: 'BadRequest' } });
    expect(await call('POST', PODS, '\x00\x01\xff binary')).toMatchObject({ status: 400 });
    expect(await call('POST', PODS, '[[['.repeat(100_000))).toMatchObject({ status: 400 });
    expect(await call('POST', PODS, '{"a":'.repeat(100_000))).toMatchObject({ status: 400 });
    expect(await call('POST', PODS, '[['.repeat(50_000), { 'content-type': 'application/yaml' })).toMatchObject({ status: 400 });
    expect(await call('POST', PODS, `${'{"a":'.repeat(900)}1${'}'.repeat(900)}`)).toMatchObject({ status: 422 });
    expect(await call('POST', PODS, 'x', { 'content-type': 'application/x-unknown' })).toMatchObject({ status: 415 });
    expect(await call('POST', PODS, 'x'.repeat(3 * 1024 * 1024 + 1))).toMatchObject({ status: 413, body: { reason: 'RequestEntityTooLarge' } });
    expect((await call('GET', '/api/v1/nodes')).body.items).toHaveLength(3);
  });

  it('of other hosts and pages are refused', async () => {
    expect((await raw('/api', { host: 'evil.example:80' })).statusCode).toBe(403);
    expect((await raw('/api', { origin: 'https://evil.example' })).statusCode).toBe(403);
    expect((await raw('/api', { origin: 'http://localhost:5173' })).statusCode).toBe(200);
  });

  it('get large answers compressed, small ones not', async () => {
    expect((await raw('/openapi/v3/apis/apps/v1', { 'accept-encoding': 'gzip' })).headers['content-encoding']).toBe('gzip');
    expect((await raw('/openapi/v3/apis/apps/v1', {})).headers['content-encoding']).toBeUndefined();
    expect((await raw('/version', { 'accept-encoding': 'gzip' })).headers['content-encoding']).toBeUndefined();
  });
});

describe('streams', () => {
  it('come over hundreds of connections at once', async () => {
    const COUNT = 200;
    const path = '/api/v1/namespaces/default/configmaps';
    const heard = Array.from({ length: COUNT }, () => '');
    const closes = await Promise.all(heard.map((_, watcher) => new Promise<() => void>((resolve, reject) => {
      request({ host: '127.0.0.1', port: served.port, path: `${path}?watch=true&fieldSelector=metadata.name%3Dmany`, agent: false }, (response) => {
        response.setEncoding('utf8').on('data', (text: string) => { heard[watcher] += text; });
        resolve(() => response.destroy());
      }).on('error', reject).end();
    })));
    const gets = await Promise.all(Array.from({ length: COUNT }, () => call('GET', '/api/v1/nodes')));
    expect(gets.filter(({ status }) => status === 200)).toHaveLength(COUNT);
    await call('POST', path, { metadata: { name: 'many' }, data: { a: 'b' } });
    await until(async () => heard.every((text) => text.includes('"ADDED"')));
    for (const close of closes) close();
    expect((await call('GET', `${path}/many`)).body['data']).toEqual({ a: 'b' });
  });

  it('watch in chunks of one JSON object each', async () => {
    const stop = new AbortController();
    const response = await fetch(`${served.url}/api/v1/namespaces/default/configmaps?watch=true&fieldSelector=metadata.name%3Dseen`, { signal: stop.signal });
    expect([response.status, response.headers.get('content-type'), response.headers.get('transfer-encoding')]).toEqual([200, 'application/json', 'chunked']);
    const events: { type: string; object: { metadata: { name: string } } }[] = [];
    const reading = (async () => {
      let text = '';
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n')) {
          events.push(JSON.parse(text.slice(0, at)) as (typeof events)[number]);
          text = text.slice(at + 1);
        }
        if (events.length === 2) break;
      }
    })();
    await call('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'unseen' } });
    await call('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'seen' } });
    await call('DELETE', '/api/v1/namespaces/default/configmaps/seen');
    await reading;
    stop.abort();
    expect(events.map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual(['ADDED seen', 'DELETED seen']);
  });

  it('exec over WebSocket: output, input with its end, and the exit code', async () => {
    await runningBox();
    const query = ['stdin=true', 'stdout=true', 'stderr=true', 'command=sh', 'command=-c', `command=${encodeURIComponent('cat; echo done; echo oh >&2; exit 7')}`];
    const client = new WebSocket(`ws://127.0.0.1:${served.port}${PODS}/box/exec?${query.join('&')}`, ['v5.channel.k8s.io', 'v4.channel.k8s.io']);
    const heard: Record<number, string> = {};
    client.on('message', (data: Buffer) => { heard[data[0]!] = (heard[data[0]!] ?? '') + data.subarray(1).toString(); });
    await new Promise((resolve, reject) => { client.on('open', resolve); client.on('error', reject); });
    expect(client.protocol).toBe('v5.channel.k8s.io');
    client.send(Buffer.concat([Buffer.from([0]), Buffer.from('typed\n')]));
    client.send(Buffer.from([255, 0]));
    await new Promise((resolve) => { client.on('close', resolve); });
    expect([heard[1], heard[2]]).toEqual(['typed\ndone\n', 'oh\n']);
    expect(JSON.parse(heard[3]!)).toMatchObject({ status: 'Failure', reason: 'NonZeroExitCode', details: { causes: [{ reason: 'ExitCode', message: '7' }] } });
  });

  it('a program without an end stops with its reader', async () => {
    await runningBox();
    const client = new WebSocket(`ws://127.0.0.1:${served.port}${PODS}/box/exec?stdout=true&command=yes`, ['v5.channel.k8s.io']);
    let size = 0;
    await new Promise<void>((resolve, reject) => {
      client.on('message', (data: Buffer) => { size += data.length; if (size > 200_000) resolve(); });
      client.on('error', reject);
    });
    client.terminate();
    expect((await call('GET', '/api/v1/nodes')).body.items).toHaveLength(3);
  });

  it('a Pod that is not there refuses the WebSocket', async () => {
    const client = new WebSocket(`ws://127.0.0.1:${served.port}${PODS}/nobody/exec?command=ls&stdout=true`, ['v5.channel.k8s.io']);
    const status = await new Promise((resolve) => { client.on('unexpected-response', (_request, response: IncomingMessage) => resolve(response.statusCode)); });
    expect(status).toBe(404);
  });
});
