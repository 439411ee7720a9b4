import { describe, expect, it } from 'vitest';
import { notFound } from '../../src/api/errors.ts';
import { TransportError, type Connection, type Frame } from '../../src/api/transport.ts';
import { connectSandbox, serveSandbox } from '../../src/sandbox/port.ts';
import type { CommandResult, Sandbox, TimeState } from '../../src/sandbox/sandbox.ts';

const tick = (ms = 20): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });
const none: Disposable = { [Symbol.dispose]() {} };

/** A sandbox that remembers what it was asked. */
function recorder() {
  const log: string[] = [];
  const heard: { output?: (data: string) => void; time?: (state: TimeState) => void; trace?: (records: never[]) => void; edit?: (request: { path: string; text: string; language: string }) => Promise<string | undefined> } = {};
  const state: TimeState = { nowMicros: 5, nowMs: 0, playing: false, speed: 1, reachedSpeed: 1 };
  const result: CommandResult = { command: 'ls', exitCode: 0, stdout: '', stderr: '', output: '', startedAtMicros: 0, endedAtMicros: 1 };
  const sandbox = {
    profile: { seed: 's' }, capabilities: { time: true, faults: true, fork: true, files: true },
    faults: [] as object[],
    api: {
      async request({ path }: { path: string }, signal: AbortSignal) {
        if (path === '/cut') throw new TransportError('timeout', 'dial tcp: i/o timeout');
        if (path === '/hang') return new Promise((_resolve, reject) => { signal.addEventListener('abort', () => { log.push('aborted'); reject(signal.reason as Error); }); });
        return { status: 200, headers: {}, body: new Uint8Array([1, 2]) };
      },
      async connect({ path }: { path: string }): Promise<Connection> {
        if (path === '/none') throw notFound({ group: '', plural: 'pods' }, 'x');
        let open = true;
        async function* frames(): AsyncGenerator<Frame> {
          for (let i = 0; open && (i < 5000 || path === '/endless'); i += 1) {
            yield { type: 'bytes', channel: 1, bytes: new Uint8Array([i & 255]) };
            if (i % 1000 === 999) await tick(1);
          }
          if (path === '/broken') throw new TransportError('reset', 'unexpected EOF');
        }
        return { frames: frames(), send: (frame) => log.push(`sent ${frame.type}`), close: () => { open = false; log.push('closed'); } };
      },
    },
    async shell() {
      return {
        id: 'a', write: (data: string) => { log.push(`typed ${data}`); heard.output?.(`echo ${data}`); }, resize: (c: number, r: number) => log.push(`size ${c}x${r}`),
        onOutput: (listener: (data: string) => void) => { heard.output = listener; listener('$ '); return none; },
        onCommand: () => none, onEdit: (open: NonNullable<typeof heard.edit>) => { heard.edit = open; return none; },
        run: async () => result, close: () => log.push('session closed'),
      };
    },
    time: {
      state, onChange: (listener: (state: TimeState) => void) => { heard.time = listener; return none; },
      play: () => heard.time?.({ ...state, playing: true }), pause: () => log.push('pause'), setSpeed: (speed: number) => log.push(`speed ${speed}`),
      step: async () => { log.push('step'); }, runUntil: async () => 'reached' as const,
    },
    trace: { read: async () => [], onRecords: (listener: (records: never[]) => void) => { heard.trace = listener; return none; } },
    journal: async () => ({ format: 1, engine: 'e', profile: {}, entries: [], endMicros: 7 }),
    hash: async () => 'abc', fork: async () => recorder().sandbox,
    look: async (at?: number) => { log.push(`look ${at}`); },
    fault: async (fault: object) => { sandbox.faults = [{ id: 'f1' }]; return { id: 'f1', fault, undo: async () => { sandbox.faults = []; } }; },
    files: { list: async () => [], read: async (path: string) => `text of ${path}`, write: async () => { throw new Error('read-only'); }, remove: async () => undefined, onChange: () => none },
    onError: () => none, close: async () => { log.push('closed all'); },
  };
  return { sandbox: sandbox as unknown as Sandbox, log, heard };
}

async function connected() {
  const { port1, port2 } = new MessageChannel();
  const { sandbox, log, heard } = recorder();
  serveSandbox(port1, sandbox);
  return { remote: await connectSandbox(port2), log, heard };
}

describe('a sandbox over a port', () => {
  it('carries requests, refusals and aborts', async () => {
    const { remote, log } = await connected();
    expect(remote.profile.seed).toBe('s');
    expect((await remote.api.request({ method: 'GET', path: '/a' })).body).toEqual(new Uint8Array([1, 2]));
    await expect(remote.api.request({ method: 'GET', path: '/cut' })).rejects.toMatchObject({ name: 'TransportError', code: 'timeout', message: 'dial tcp: i/o timeout' });
    await expect(remote.api.connect({ method: 'GET', path: '/none' })).rejects.toMatchObject({ name: 'ApiError', message: 'pods "x" not found' });
    const abort = new AbortController();
    const hanging = remote.api.request({ method: 'GET', path: '/hang' }, abort.signal);
    abort.abort(new Error('given up'));
    await expect(hanging).rejects.toThrow('given up');
    await tick();
    expect(log).toEqual(['aborted']);
    await remote.close();
    expect(log).toEqual(['aborted', 'closed all']);
  });

  it('carries streams in order, and waits for a slow reader', async () => {
    const { remote, log } = await connected();
    let count = 0;
    for await (const frame of (await remote.api.connect({ method: 'GET', path: '/all' })).frames) {
      expect(frame.type === 'bytes' && frame.bytes[0]).toBe(count & 255);
      count += 1;
    }
    expect(count).toBe(5000);
    const broken = await remote.api.connect({ method: 'GET', path: '/broken' });
    broken.send({ type: 'end', channel: 0 });
    await expect((async () => { for await (const frame of broken.frames) void frame; })()).rejects.toThrow('unexpected EOF');
    const endless = await remote.api.connect({ method: 'GET', path: '/endless' });
    await tick();
    endless.close();
    await expect.poll(() => log, { timeout: 30_000 }).toEqual(['sent end', 'closed']);
    await remote.close();
  });

  it('carries sessions, time, trace, faults, files and forks', async () => {
    const { remote, log, heard } = await connected();
    const session = await remote.shell();
    session.write('ls');
    session.resize(80, 24);
    await tick();
    let output = '';
    session.onOutput((data) => { output += data; });
    expect(output).toBe('$ echo ls');
    expect((await session.run('ls')).command).toBe('ls');
    const request = { path: 'a.yaml', text: 'x', language: 'yaml' };
    expect(await heard.edit?.(request)).toBeUndefined();
    session.onEdit(async ({ text }) => `${text}y`);
    expect(await heard.edit?.(request)).toBe('xy');
    const states: boolean[] = [];
    remote.time.onChange((state) => states.push(state.playing));
    remote.time.play();
    remote.time.setSpeed(4);
    await remote.time.step();
    await tick();
    expect([states, remote.time.state.playing]).toEqual([[true], true]);
    const records: object[] = [];
    remote.trace.onRecords((batch) => records.push(...batch));
    await tick();
    heard.trace?.([{ at: 1 } as never]);
    const handle = await remote.fault({ type: 'node-crash', node: 'worker-1' });
    await tick();
    expect([records, remote.faults]).toEqual([[{ at: 1 }], [{ id: 'f1' }]]);
    await handle.undo();
    await tick();
    expect(remote.faults).toEqual([]);
    expect(await remote.files.read('a')).toBe('text of a');
    await expect(remote.files.write('a', '')).rejects.toThrow('read-only');
    expect((await remote.journal()).endMicros).toBe(7);
    const fork = await remote.fork(3);
    expect(await fork.hash()).toBe('abc');
    await fork.close();
    await remote.look(undefined);
    expect(log).toEqual(['typed ls', 'size 80x24', 'speed 4', 'step', 'look undefined']);
    await remote.close();
  });
});
