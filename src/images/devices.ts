/** /dev of a container. */
import { createMemoryFiles } from '../cri/memory-files.ts';
import type { Layer } from '../cri/memory-files.ts';

const NOTHING = new Uint8Array(0);

export function createDevices(): Layer {
  const files = createMemoryFiles({ now: () => 0 });
  files.makeDirectory('/dev/shm', { recursive: true, mode: 0o1777 });
  files.makeDirectory('/dev/pts', { recursive: true });
  files.device('/dev/null', () => NOTHING, () => {});
  files.device('/dev/zero', () => new Uint8Array(65_536), () => {});
  files.device('/dev/full', () => new Uint8Array(65_536), () => {});
  files.device('/dev/random', () => NOTHING, () => {});
  files.device('/dev/urandom', () => NOTHING, () => {});
  files.device('/dev/tty', () => NOTHING, () => {});
  files.symlink('/proc/self/fd/0', '/dev/stdin');
  files.symlink('/proc/self/fd/1', '/dev/stdout');
  files.symlink('/proc/self/fd/2', '/dev/stderr');
  files.symlink('/proc/self/fd', '/dev/fd');
  return files.toLayer();
}
