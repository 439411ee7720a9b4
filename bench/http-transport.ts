/** The API over HTTP as a Transport, for the bench: keep-alive connections, JSON, watches a line an event. */
import { Agent, request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { ApiRequest, ApiResponse, Connection, Frame, Transport, WatchEvent } from '../src/api/transport.ts';

export function httpTransport(port: number, connections: number): Transport {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const open = ({ method, path, query = [], headers, body }: ApiRequest): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const search = new URLSearchParams(query.map(([name, value]) => [name, value])).toString();
      const text = body && JSON.stringify(body);
      const sent = httpRequest(
        {
          agent,
          port,
          host: '127.0.0.1',
          method,
          path: search ? `${path}?${search}` : path,
          headers: { 'content-type': 'application/json', ...headers },
        },
        resolve,
      );
      sent.on('error', reject);
      sent.end(text);
    });
  return {
    async request(request): Promise<ApiResponse> {
      const answer = await open(request);
      return { status: answer.statusCode ?? 0, headers: {}, body: JSON.parse(await textOf(answer)) as object };
    },
    async connect(request): Promise<Connection> {
      const answer = await open(request);
      if (answer.statusCode !== 200) throw new Error(await textOf(answer));
      return { frames: eventsOf(answer), send: () => undefined, close: () => answer.destroy() };
    },
  };
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function* eventsOf(answer: IncomingMessage): AsyncGenerator<Frame, void, void> {
  let rest = '';
  for await (const chunk of answer.setEncoding('utf8')) {
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield { type: 'event', event: JSON.parse(line) as WatchEvent };
  }
}
