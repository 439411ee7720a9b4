/** Unix domain sockets, as far as curl and `kubectl proxy` need them.
 *  Differs from Kubernetes: a socket is a file that names a port of the loopback address, so `ls -l` shows a plain file. */
import { FileError } from './files.ts';
import type { FileSystem } from './files.ts';
import { readText } from './memory-files.ts';
import { NetworkError } from './network.ts';

export const LOOPBACK = '127.0.0.1';

/** Makes the socket's file. Throws FileError where its folder is not there. */
export function bindSocket(files: FileSystem, path: string, port: number): void {
  files.writeFile(path, `socket ${LOOPBACK}:${port}\n`, { mode: 0o755 });
}

/** The port behind a socket. Throws NetworkError where nobody listens. */
export function socketPort(files: FileSystem, path: string): number {
  const port = /^socket 127\.0\.0\.1:([0-9]+)\n$/.exec(textOf(files, path))?.[1];
  if (port === undefined) throw new NetworkError('ECONNREFUSED');
  return Number(port);
}

function textOf(files: FileSystem, path: string): string {
  try {
    return readText(files, path);
  } catch (error) {
    if (error instanceof FileError) return '';
    throw error;
  }
}
