/** Opens paths for reading and writing as a process would: files, and the devices that lead back to the process. */
import { FileError } from './files.ts';
import { joinPath } from './memory-files.ts';
import type { InputStream, OutputStream, Process } from './process.ts';
import { bytesInput, toBytes } from './streams.ts';

const OWN_OUTPUT: Readonly<Record<string, 'stdout' | 'stderr'>> = {
  '/dev/stdout': 'stdout', '/proc/self/fd/1': 'stdout', '/dev/fd/1': 'stdout', '/dev/tty': 'stdout', '/dev/console': 'stdout',
  '/dev/stderr': 'stderr', '/proc/self/fd/2': 'stderr', '/dev/fd/2': 'stderr',
};
const OWN_INPUT: ReadonlySet<string> = new Set(['/dev/stdin', '/proc/self/fd/0', '/dev/fd/0', '/dev/tty']);
const CHUNK = 65_536;

type Open = Pick<Process, 'files' | 'cwd' | 'stdin' | 'stdout' | 'stderr' | 'random'>;

export function absolute(process: Pick<Process, 'cwd'>, path: string): string {
  return path.startsWith('/') ? path : joinPath(process.cwd, path);
}

/** Throws FileError. A file is read as it is at this moment. */
export function openInput(process: Open, path: string): InputStream {
  const full = absolute(process, path);
  const real = linkTarget(process, full);
  if (OWN_INPUT.has(full) || OWN_INPUT.has(real)) return { read: () => process.stdin.read(), close() {}, bind: process.stdin.bind };
  if (real === '/dev/zero') return endless(() => new Uint8Array(CHUNK));
  if (real === '/dev/urandom' || real === '/dev/random') {
    const { random } = process;
    return endless(() => Uint8Array.from({ length: 256 }, () => random.int(256)));
  }
  if (process.files.stat(full).type === 'directory') throw new FileError('EISDIR', path);
  return bytesInput(process.files.readFile(full));
}

/** Throws FileError. Truncates unless it appends. */
export function openOutput(process: Open, path: string, append: boolean): OutputStream {
  const full = absolute(process, path);
  const own = OWN_OUTPUT[full] ?? OWN_OUTPUT[linkTarget(process, full)];
  if (own !== undefined) {
    const stream = process[own];
    return { ...(stream.isTerminal === true && { isTerminal: true }), write: data => stream.write(data), close() {}, bind: stream.bind };
  }
  const { files } = process;
  if (append) files.writeFile(full, '', { append: true });
  else files.writeFile(full, '');
  return {
    async write(data) { files.writeFile(full, toBytes(data), { append: true }); },
    close() {},
  };
}

function linkTarget(process: Open, full: string): string {
  if (full.startsWith('/proc/')) return full;
  try {
    return process.files.lstat(full).type === 'symlink' ? joinPath(joinPath(full, '..'), process.files.readLink(full)) : full;
  } catch {
    return full;
  }
}

function endless(make: () => Uint8Array): InputStream {
  let open = true;
  return { async read() { return open ? make() : undefined; }, close() { open = false; } };
}
