import { describe, expect, it } from 'vitest';
import { Queue } from '../../src/base/queue.ts';
import { utf8 } from '../../src/base/bytes.ts';
import type { World } from '../../src/base/world.ts';
import { badRequest } from '../../src/api/errors.ts';
import type { ApiRequest, Connection, Frame, Transport } from '../../src/api/transport.ts';
import type { MachineContext } from '../../src/sim/machine-context.ts';
import { openSimulation, type Simulation } from '../../src/sim/simulation.ts';
import { TOY } from '../sim/layouts.ts';
import { openMux, toChannel } from '../../src/transport/mux.ts';
import { dialTransport, refuseTransport, serveTransport } from '../../src/transport/rpc.ts';
import { outsideTransport } from '../../src/transport/outside.ts';

const get = (path: string): ApiRequest => ({ method: 'GET', path });

/** Answers at once, later, never, with bytes, with a refusal; streams a frame a second, or what it is sent. */
function echo(world: World, log: string[]): Transport {
  return {
    async request(request, signal) {
      if (request.path === '/slow') await world.clock.sleep(100_000, signal);
      if (request.path === '/never') {
        signal?.addEventListener('abort', () => log.push('aborted'));
        await world.suspend<void>(() => undefined);
      }
      if (request.path === '/bytes') return { status: 200, headers: {}, body: utf8('täg') };
      return { status: 200, headers: {}, body: { path: request.path, gone: undefined, sent: request.body } };
    },
    async connect(request) {
      if (request.path === '/refused') throw badRequest('not like this');
      const queue = new Queue<Frame>(world, () => log.push('reader left'));
      if (request.path === '/ticks') {
        world.spawn('ticks', async () => {
          for (let i = 0; !queue.closed; i += 1) {
            queue.push({ type: 'bytes', channel: 1, bytes: utf8(String(i)) });
            await world.clock.sleep(1000);
          }
        });
      } else if (request.path === '/flood') for (let i = 0; i < 1000; i += 1) queue.push({ type: 'bytes', channel: 1, bytes: utf8(String(i)) });
      if (request.path === '/flood') queue.close();
      return { frames: queue, send: (frame) => queue.push(frame), close: () => { log.push('closed'); queue.close(); } } satisfies Connection;
    },
  };
}

type Task = (api: Transport, world: MachineContext) => Promise<void>;
interface Bench { simulation: Simulation; log: string[]; act(name: string, task: Task): Promise<void>; kill(): Promise<void>; run(seconds: number): Promise<void> }

/** A server on the control plane; tasks run on worker-1, each begun by an input; killing the server is one too. */
async function bench(): Promise<Bench> {
  const log: string[] = [];
  const tasks = new Map<string, Task>();
  const simulation = await openSimulation({
    ...TOY, seed: 'rpc',
    build: (context, kind) => {
      const mux = openMux(context);
      if (kind === 'server') {
        const scope = context.scope('server');
        serveTransport(scope.world, mux.channel('api'), echo(scope.world, log));
        mux.channel('kill').onMessage(() => scope.kill());
        return;
      }
      if (kind === 'closed') return refuseTransport(mux.channel('api'));
      const api = dialTransport(context, mux.channel('api'), 'control-plane', { address: '172.18.0.2:6443' });
      mux.channel('do').onMessage((_from, body) => {
        const { name } = body as { name: string };
        context.spawn(name, async () => {
          try {
            await tasks.get(name)?.(api, context);
          } catch (error) {
            log.push(`${name}: ${(error as Error).message} @${Math.round(context.clock.micros() / 1e6)}`);
          }
        });
      });
    },
  });
  await simulation.apply({ type: 'start', machine: 'control-plane', kind: 'server' });
  await simulation.apply({ type: 'start', machine: 'worker-1', kind: 'client' });
  return {
    simulation, log,
    run: async (seconds) => { await simulation.runThrough(simulation.frontier + seconds * 1_000_000); },
    async act(name, task) {
      tasks.set(name, task);
      await simulation.apply({ type: 'message', to: 'worker-1', body: toChannel('do', { name }) });
    },
    async kill() {
      await simulation.apply({ type: 'message', to: 'control-plane', body: toChannel('kill', {}) });
    },
  };
}

describe('a transport over a channel', () => {
  it('answers requests with JSON-normal, frozen bodies and bytes', async () => {
    const { act, run, log } = await bench();
    await act('plain', async (api) => {
      const { body } = await api.request({ method: 'POST', path: '/a', body: { x: 1, y: undefined } });
      log.push(JSON.stringify(body), String('gone' in (body as object)), String(Object.isFrozen(body)));
      log.push(new TextDecoder().decode((await api.request(get('/bytes'))).body as Uint8Array));
    });
    await run(1);
    expect(log).toEqual(['{"path":"/a","sent":{"x":1}}', 'false', 'true', 'täg']);
  });

  it('streams in order within a window, and ends on both sides', async () => {
    const { act, run, log } = await bench();
    let count = 0;
    await act('flood', async (api) => {
      const connection = await api.connect(get('/flood'));
      for await (const frame of connection.frames) if (frame.type === 'bytes') count += 1;
      log.push('end');
    });
    await run(1);
    expect([count, log]).toEqual([1000, ['end']]);
    await act('leave', async (api) => {
      const connection = await api.connect(get('/ticks'));
      for await (const frame of connection.frames) if (frame.type === 'bytes' && frame.bytes[0] === 50) break;
      log.push('left');
    });
    await run(5);
    expect(log.slice(1)).toEqual(['left', 'closed']);
    await act('refused', async (api) => { await api.connect(get('/refused')); });
    await run(1);
    expect(log.at(-1)).toMatch('refused: not like this');
  });

  it('aborts on the server what the client gives up', async () => {
    const { act, run, log } = await bench();
    await act('abort', async (api, world) => {
      const abort = new AbortController();
      world.clock.setTimer(1000, () => abort.abort(new Error('given up')));
      await api.request(get('/never'), abort.signal);
    });
    await run(2);
    expect(log).toEqual(['abort: given up @1', 'aborted']);
  });

  it('is refused where nobody serves, and ends with EOF when the server is killed', async () => {
    const { act, run, log, kill } = await bench();
    await act('waits', async (api) => { await api.request(get('/never')); });
    await act('streams', async (api) => {
      for await (const frame of (await api.connect(get('/ticks'))).frames) if (frame.type === 'status') return;
    });
    await run(1);
    await kill();
    await run(1);
    expect(log).toEqual(['waits: EOF @1', 'streams: unexpected EOF @1']);
    await act('late', async (api) => { await api.request(get('/a')); });
    await run(1);
    expect(log.at(-1)).toBe('late: dial tcp 172.18.0.2:6443: connect: connection refused @2');
  });

  it('notices a cut link, a machine that lost power and one that came back', async () => {
    const { act, run, log, simulation } = await bench();
    const stream: Task = async (api) => {
      for await (const frame of (await api.connect(get('/still'))).frames) if (frame.type === 'status') return;
    };
    const ask: Task = async (api) => { log.push(String((await api.request(get('/a'))).status)); };
    const cut = (yes: boolean): Promise<unknown> => simulation.apply({ type: 'link', between: ['worker-1', 'control-plane'], change: { cut: yes } });
    await act('a', stream);
    await run(1);
    await cut(true);
    await run(44);
    expect(log).toEqual([]);
    // 30 s of silence and a probe of 15 s after the last word; the server too lets go.
    await run(20);
    expect(log).toEqual(['closed', 'a: http2: client connection lost @45']);
    await act('b', ask);
    await run(31);
    expect(log.at(-1)).toBe('b: dial tcp 172.18.0.2:6443: i/o timeout @95');
    await cut(false);
    await act('c', ask);
    await run(1);
    expect(log.at(-1)).toBe('200');
    // A short cut swallows a frame: the next message shows the gap.
    await act('d', stream);
    await act('e', async (api) => { for await (const frame of (await api.connect(get('/ticks'))).frames) if (frame.type === 'status') return; });
    await run(5);
    log.length = 0;
    await cut(true);
    await run(3);
    await cut(false);
    await run(3);
    expect(log.filter((line) => line !== 'closed' && line !== 'reader left')).toEqual([
      'd: read tcp 172.18.0.2:6443: read: connection reset by peer @105', 'e: read tcp 172.18.0.2:6443: read: connection reset by peer @105',
    ]);
    log.length = 0;
    await act('f', stream);
    await run(1);
    await simulation.apply({ type: 'drop', machine: 'control-plane' });
    await run(5);
    await simulation.apply({ type: 'start', machine: 'control-plane', kind: 'server' });
    await act('g', ask);
    await run(3);
    expect(log).toEqual(['f: read tcp 172.18.0.2:6443: read: connection reset by peer @114', '200']);
  });
});

/** What arrived outside is read by promises of this thread. */
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a transport from outside', () => {
  it('reads without a trace in history and writes through the journal', async () => {
    const { run, log, simulation } = await bench();
    await run(10);
    const before = [await simulation.hash(), simulation.entries.length];
    const outside = outsideTransport(simulation, { machine: 'control-plane', channel: 'api' });
    expect((await outside.request(get('/read'))).body).toEqual({ path: '/read' });
    const connection = await outside.connect(get('/ticks'));
    const seen: string[] = [];
    const reading = (async () => { for await (const frame of connection.frames) if (frame.type === 'bytes') seen.push(new TextDecoder().decode(frame.bytes)); })();
    await run(3);
    await tick();
    expect(seen).toEqual(['0', '1', '2', '3']);
    connection.close();
    await reading;
    await run(3);
    expect(log).toContain('closed');
    expect([await simulation.hash(), simulation.entries.length]).toEqual(before);
    expect((await outside.request({ method: 'POST', path: '/write', body: { a: 1 } })).body).toEqual({ path: '/write', sent: { a: 1 } });
    expect(simulation.entries.length).toBe(3);
    const hash = await simulation.hash();
    expect(hash).not.toBe(before[0]);
    const fork = await simulation.fork();
    expect(await fork.hash()).toBe(hash);
  });
});
