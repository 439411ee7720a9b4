/** Ours and real kubectl, given the same command against the same frozen cluster, print the same bytes and end with the same
 *  code. KUBECTL names a real kubectl 1.33; without it there is nothing to compare with.
 *  setup.txt: kubectl lines, `@ms` lets time pass, `FILE path text` writes a file. commands.txt: what is compared. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Transport } from '../../../src/api/transport.ts';
import { admissionChain } from '../../../src/apiserver/admission/admission-chain.ts';
import { createApiserver } from '../../../src/apiserver/server.ts';
import { createClient } from '../../../src/client/create-client.ts';
import { runControllerManager } from '../../../src/controllers/controller-manager.ts';
import { createEtcd } from '../../../src/etcd/store.ts';
import { loneWorld } from '../../../src/sim/lone-world.ts';
import { ADMIN, serveHttp } from '../../../src/wire/http-server.ts';
import { runInstantKubelet } from '../../support/instant-kubelet.ts';
import { createRunner, words } from '../run.ts';
import type { Result, Runner } from '../run.ts';

const KUBECTL = process.env['KUBECTL'];
const FOLDER = join(import.meta.dirname);
const linesOf = (file: string): string[] => readFileSync(join(FOLDER, file), 'utf8').split('\n').filter((line) => line.trim() !== '');

/** What differs from one run to the next by nature. */
const normal = ({ code, stdout, stderr }: Result, home: string): Result => {
  const clean = (text: string): string => text.replaceAll(home, '/root').replaceAll(/LIVE-\d+|MERGED-\d+/g, 'FOLDER').replaceAll(/\t20\d\d-.*$/gm, '')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]+/g, 'UID').replaceAll(/10\.\d+\.\d+\.\d+/g, 'IP').replaceAll(/127.0.0.1:\d+|localhost:8080/g, 'HOST');
  return { code, stdout: clean(stdout), stderr: clean(stderr) };
};

async function prepare(): Promise<{ runner: Runner; transport: Transport; home: string; catchUp(): Promise<void> }> {
  const lone = loneWorld({ seed: 'parity', startAtMs: Date.now() - 600_000 });
  const { world } = lone;
  const transport = createApiserver({ world, etcd: createEtcd(), admission: admissionChain({ world }), authorization: 'AlwaysAllow' }).transport();
  await lone.advance(0);
  const kubelet = runInstantKubelet(world, createClient(transport, { userAgent: 'test/1' }), {});
  world.spawn('controller manager', () => runControllerManager({ world, transport, options: { rootCA: 'CERTIFICATE', leaderElect: false } }));
  for (const name of ['worker-1', 'worker-2']) await lone.drive(kubelet.addNode(name));
  await lone.advance(200);
  const runner = createRunner(transport, { lone });
  const home = mkdtempSync(join(tmpdir(), 'parity-'));
  for (const line of linesOf('setup.txt')) {
    if (line.startsWith('@')) await lone.advance(Number(line.slice(1)));
    else if (!line.startsWith('FILE ')) await runner.run(line);
    else {
      const [, path = '', ...rest] = line.split(' ');
      const text = rest.join(' ').replaceAll('\\n', '\n');
      mkdirSync(dirname(join(home, path)), { recursive: true });
      writeFileSync(join(home, path), text);
      runner.files.makeDirectory(dirname(`/root/${path}`), { recursive: true });
      runner.files.writeFile(`/root/${path}`, text);
    }
  }
  return { runner, transport, home, catchUp: () => lone.advance(Math.max(0, Date.now() - world.clock.now())) };
}

describe.runIf(KUBECTL)('parity with real kubectl', () => {
  it('prints the same bytes', async () => {
    const { runner, transport, home, catchUp } = await prepare();
    let turn: Promise<unknown> = Promise.resolve();
    const alone = <T>(work: () => Promise<T>): Promise<T> => {
      const mine = turn.then(work, work);
      turn = mine.catch(() => undefined);
      return mine;
    };
    const served: Transport = {
      request: (request, signal) => alone(async () => {
        await catchUp();
        return runner.lone.drive(transport.request(request, signal));
      }),
      connect: (request, signal) => alone(() => runner.lone.drive(transport.connect(request, signal))),
    };
    const server = await serveHttp(served, { port: 0, user: ADMIN });
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const real = (line: string): Promise<Result> => new Promise((resolve) => {
      const options = { cwd: home, env: { PATH: process.env['PATH'], HOME: home }, timeout: 20_000 };
      execFile(KUBECTL!, ['-s', address, ...words(line)], options, (error, stdout, stderr) => resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr }));
    });
    const different: object[] = [];
    for (const line of linesOf('commands.txt')) {
      const theirs = normal(await real(line), home);
      await catchUp();
      const ours = normal(await runner.run(line), home);
      if (JSON.stringify(theirs) !== JSON.stringify(ours)) different.push({ line, theirs, ours });
    }
    server.close();
    expect(different).toEqual([]);
  }, 300_000);
});
