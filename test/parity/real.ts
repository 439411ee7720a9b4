/** A case with a real kubectl: over HTTP, each step a process. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { Transport } from '../../src/api/transport.ts';
import { serveHttp } from '../../src/wire/http-server.ts';
import { files, withoutChance } from './cases.ts';
import type { Case, Outcome, Output, Step } from './cases.ts';
import { kubeconfigOf } from './kubeconfig.ts';
import { ADDRESS } from './ours.ts';
import { copyState } from './state.ts';
import type { Copy, FrozenState } from './state.ts';

export interface Kubectl {
  readonly version: string;
  readonly path: string;
}

/** The kubectls of this machine, oldest first: what KUBECTLS lists (paths, as PATH does), or every `kubectl` in PATH
 *  with what stands beside it as `kubectl.1.N`; one a minor version. */
export function findKubectls(): Kubectl[] {
  const listed = process.env['KUBECTLS'];
  const paths =
    listed !== undefined
      ? listed.split(delimiter).filter((path) => path !== '')
      : (process.env['PATH'] ?? '').split(delimiter).flatMap(named);
  const found = new Map<string, Kubectl>();
  for (const path of paths) {
    const version = versionOf(path);
    if (version !== undefined && !found.has(minorOf(version))) found.set(minorOf(version), { version, path });
  }
  return [...found.values()].sort((a, b) => Number(minorOf(a.version)) - Number(minorOf(b.version)));
}

export const minorOf = (version: string): string => /^v1\.(\d+)/.exec(version)?.[1] ?? '';

function named(folder: string): string[] {
  try {
    const home = dirname(realpathSync(join(folder, 'kubectl')));
    return readdirSync(home)
      .filter((name) => /^kubectl(\.1\.\d+)?$/.test(name))
      .map((name) => join(home, name));
  } catch {
    return [];
  }
}

function versionOf(path: string): string | undefined {
  try {
    const told = execFileSync(path, ['version', '--client', '-o', 'json'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const { gitVersion } = (JSON.parse(told) as { clientVersion: { gitVersion: string } }).clientVersion;
    return /^v1\.\d+\.\d+$/.test(gitVersion) ? gitVersion : undefined;
  } catch {
    return undefined;
  }
}

/** `refused`: it sent what this server does not read (protobuf), so the outcome says nothing of kubectl. */
export async function runReal(kubectl: Kubectl, state: FrozenState, { steps }: Case): Promise<Outcome & { readonly refused: boolean }> {
  const copy = await copyState(state);
  let refused = false;
  const served: Transport = {
    request: (request, signal) =>
      copy.lone.drive(copy.transport.request(request, signal)).then((answer) => {
        if (answer.status === 415 && request.headers?.['content-type']?.includes('protobuf')) refused = true;
        return answer;
      }),
    connect: (request, signal) => copy.lone.drive(copy.transport.connect(request, signal)),
  };
  const server = await serveHttp(inTurn(served), { port: 0 });
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const home = mkdtempSync(join(tmpdir(), 'parity-'));
  try {
    prepareHome(home, kubectl, address);
    const outputs: Output[] = [];
    for (const step of steps)
      outputs.push(
        await runStep(home, step, (text) =>
          withoutChance(
            text
              .replaceAll(`/private${home}`, home)
              .replaceAll(home, '/root')
              .replaceAll(address, ADDRESS)
              .replaceAll(address.slice(7), ADDRESS.slice(7)),
          ),
        ),
      );
    return { outputs, changes: changesOf(copy), refused };
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(home, { recursive: true, force: true });
  }
}

const changesOf = (copy: Copy): Record<string, unknown> => copy.changes();

/** One request after the other: two drives of one clock do not mix. */
function inTurn(transport: Transport): Transport {
  let last: Promise<unknown> = Promise.resolve();
  const turn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  };
  return {
    request: (request, signal) => turn(() => transport.request(request, signal)),
    connect: (request, signal) => turn(() => transport.connect(request, signal)),
  };
}

function prepareHome(home: string, kubectl: Kubectl, address: string): void {
  for (const [path, text] of [...files(), ['.kube/config', kubeconfigOf(address)] as const]) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), text);
  }
  // Its name is what it tells the server, so it must be `kubectl`.
  mkdirSync(join(home, '.bin'));
  symlinkSync(kubectl.path, join(home, '.bin/kubectl'));
}

function runStep(home: string, { args, input, edit }: Step, clean: (text: string) => string): Promise<Output> {
  const editor = join(home, '.bin/editor');
  if (edit !== undefined) writeFileSync(editor, `#!/bin/sh\nsed -i 's|${edit.from}|${edit.to}|g' "$1"\n`, { mode: 0o755 });
  const env = {
    HOME: home,
    PATH: '/usr/bin:/bin',
    TZ: 'UTC',
    KUBE_EDITOR: edit === undefined ? 'true' : editor,
    KUBECACHEDIR: join(home, '.cache'),
  };
  return new Promise((resolve) => {
    const child = execFile(
      join(home, '.bin/kubectl'),
      [...args],
      { cwd: home, env, timeout: 30_000, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code ?? -1) : 0, stdout: clean(stdout), stderr: clean(stderr) });
      },
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input ?? '');
  });
}
