/** The real kubectls of this machine: those that KUBECTLS names (separated by colons), else the one on the PATH and the
 *  versions that stand beside it (kubectl.1.27 ...). */
import { execFile, execFileSync } from 'node:child_process';
import { accessSync, constants, readdirSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

export interface RealKubectl { readonly path: string; readonly version: string; readonly minor: number }
export interface Ended { readonly code: number; readonly stdout: string; readonly stderr: string }

function onPath(): readonly string[] {
  const found = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'kubectl')).find(isRunnable);
  if (found === undefined) return [];
  const home = dirname(realpathSync(found));
  return [found, ...readdirSync(home).filter((name) => /^kubectl\.1\.\d+$/.test(name)).map((name) => join(home, name))];
}

function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function versionOf(path: string): RealKubectl | undefined {
  try {
    const told = JSON.parse(execFileSync(path, ['version', '--client', '-o', 'json'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) as { clientVersion: { gitVersion: string } };
    const { gitVersion } = told.clientVersion;
    return { path, version: gitVersion, minor: Number(/^v1\.(\d+)/.exec(gitVersion)?.[1]) };
  } catch {
    return undefined;
  }
}

/** One of each minor version from 1.27 on, the oldest first. */
export function realKubectls(): readonly RealKubectl[] {
  const named = process.env['KUBECTLS']?.split(delimiter).filter(Boolean) ?? onPath();
  const known = named.map(versionOf).filter((each) => each !== undefined && each.minor >= 27) as RealKubectl[];
  return [...new Map(known.map((each) => [each.minor, each])).values()].sort((a, b) => a.minor - b.minor);
}

/** Runs it to its end; HOME and KUBECONFIG are its own. */
export function runKubectl(path: string, home: string, args: readonly string[], input = ''): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { ...process.env, KUBECONFIG: join(home, 'config'), HOME: home };
    const child = execFile(path, [...args], { env, timeout: 60_000, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code ?? 255) : 0, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}
