/** kubectl cp: files to and from containers, as a tar stream over exec, as real kubectl does it.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/cp/cp.go */
import type { Pod } from '../../api/generated/types.ts';
import { concat } from '../../base/bytes.ts';
import type { Command, Kubectl } from '../command.ts';
import { pathOf } from '../discovery.ts';
import { CommandError } from '../errors.ts';
import { baseName, directoryOf, resolvePath } from '../paths.ts';
import { containerFor } from '../pods.ts';
import { joinStreams } from '../remote.ts';
import { type TarEntry, readTar, writeTar } from '../tar.ts';

export const cp: Command = {
  name: 'cp',
  summary: 'Copy files and directories to and from containers',
  examples: [
    {
      comment: 'Into a pod; out of it',
      lines: ['kubectl cp ./site.html web:/usr/share/nginx/html/index.html', 'kubectl cp web:/etc/hostname ./hostname'],
    },
  ],
  complete: 'file',
  run: async (k) => {
    if (k.args.length !== 2) throw new CommandError('source and destination are required');
    const [source, destination] = k.args.map(parseSpec) as [Spec, Spec];
    if (source.pod !== undefined && destination.pod !== undefined)
      throw new CommandError('one of src or dest must be a local file specification');
    if (source.pod === undefined && destination.pod === undefined)
      throw new CommandError('one of src or dest must be a remote file specification');
    if (source.path === '' || destination.path === '') throw new CommandError('filepath can not be empty');
    if (source.pod !== undefined) await fromPod(k, source, destination);
    else await toPod(k, source, destination);
  },
};

interface Spec {
  readonly namespace?: string;
  readonly pod?: string;
  readonly path: string;
}

/** [[namespace/]pod:]path */
function parseSpec(text: string): Spec {
  const colon = text.indexOf(':');
  if (colon < 0) return { path: text };
  if (colon === 0) throw new CommandError('filespec must match the canonical format: [[namespace/]pod:]file/path');
  const [first = '', second, more] = text.slice(0, colon).split('/');
  if (more !== undefined) throw new CommandError('filespec must match the canonical format: [[namespace/]pod:]file/path');
  return second === undefined
    ? { pod: first, path: text.slice(colon + 1) }
    : { namespace: first, pod: second, path: text.slice(colon + 1) };
}

/** What the program in the container prints is told; where a file comes out of it, on stdout, as upstream. */
async function run(k: Kubectl, spec: Spec, command: readonly string[], input?: Uint8Array): Promise<Uint8Array> {
  const namespace = spec.namespace ?? k.namespace;
  const mapping = await k.mapping('pods');
  const pod = (await k.rest.json('GET', pathOf(mapping, namespace, spec.pod!), { typed: true })) as unknown as Pod;
  const container = await containerFor(k, pod, k.flags.str('container'));
  const received: Uint8Array[] = [];
  const code = await joinStreams(
    k,
    pathOf(mapping, namespace, spec.pod!, 'exec'),
    [...command.map((c) => ['command', c] as const), ['container', container]],
    {
      stdin: false,
      tty: false,
      onStdout: (bytes) => {
        received.push(bytes);
      },
      ...(input === undefined ? { onStderr: (bytes) => k.io.stdout.write(bytes) } : { input }),
    },
  );
  const bytes = concat(received);
  // Upstream stops reading at the end of the archive, before it hears how tar ended: a file that is not there is no failure.
  if (code !== 0 && (input !== undefined || bytes.length === 0))
    throw new CommandError(`command terminated with exit code ${code}`, code, true);
  return bytes;
}

async function toPod(k: Kubectl, source: Spec, destination: Spec): Promise<void> {
  const path = resolvePath(k.io.cwd, source.path);
  if (!k.io.files.exists(path)) throw new CommandError(`${source.path} doesn't exist in local filesystem`);
  const into = (await isDirectory(k, destination)) ? `${destination.path.replace(/\/$/, '')}/${baseName(path)}` : destination.path;
  const folder = directoryOf(into);
  await run(
    k,
    destination,
    ['tar', '-xmf', '-', ...(folder === '/' && !into.startsWith('/') ? [] : ['-C', folder])],
    writeTar(localEntries(k, path, baseName(into))),
  );
}

async function isDirectory(k: Kubectl, spec: Spec): Promise<boolean> {
  if (spec.path.endsWith('/')) return true;
  try {
    await run({ ...k, say: async () => undefined }, spec, ['test', '-d', spec.path]);
    return true;
  } catch (error) {
    if (error instanceof CommandError) return false;
    throw error;
  }
}

function localEntries(k: Kubectl, path: string, name: string): TarEntry[] {
  const stat = k.io.files.stat(path);
  if (stat.type !== 'directory') return [{ name, data: k.io.files.readFile(path), mode: stat.mode & 0o777, directory: false }];
  const below = [...k.io.files.readDirectory(path)].sort().flatMap((child) => localEntries(k, `${path}/${child}`, `${name}/${child}`));
  return [{ name: `${name}/`, data: new Uint8Array(), mode: stat.mode & 0o777, directory: true }, ...below];
}

async function fromPod(k: Kubectl, source: Spec, destination: Spec): Promise<void> {
  const entries = readTar(await run(k, source, ['tar', 'cf', '-', source.path]));
  const prefix = source.path.replace(/^\/+/, '').replace(/\/$/, '');
  const target = resolvePath(k.io.cwd, destination.path);
  const base = k.io.files.exists(target) && k.io.files.stat(target).type === 'directory' ? `${target}/${baseName(source.path)}` : target;
  for (const entry of entries) {
    const rest = entry.name.replace(/^\.?\/+/, '').replace(/\/$/, '');
    const inside = rest === prefix ? '' : rest.startsWith(`${prefix}/`) ? rest.slice(prefix.length) : undefined;
    if (inside === undefined) continue;
    const path = `${base}${inside}`;
    if (entry.directory) {
      if (!k.io.files.exists(path)) k.io.files.makeDirectory(path, { recursive: true });
    } else {
      if (!k.io.files.exists(directoryOf(path))) k.io.files.makeDirectory(directoryOf(path), { recursive: true });
      k.io.files.writeFile(path, entry.data, { mode: entry.mode });
    }
  }
}
