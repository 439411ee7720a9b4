/** A small POSIX-like file system, in memory and synchronous. Errors are FileError with the errno's name and libc's words.
 *  Mounts (emptyDir, configMap, hostPath, PVC) are other FileSystems put at a path. */
export interface FileSystem {
  readFile(path: string): Uint8Array;
  /** Creates or truncates. `mode` applies to a new file. */
  writeFile(path: string, data: Uint8Array | string, options?: { readonly append?: boolean; readonly mode?: number }): void;
  stat(path: string): FileStat;
  lstat(path: string): FileStat;
  exists(path: string): boolean;
  readDirectory(path: string): readonly string[];
  makeDirectory(path: string, options?: { readonly recursive?: boolean; readonly mode?: number }): void;
  remove(path: string, options?: { readonly recursive?: boolean }): void;
  rename(from: string, to: string): void;
  symlink(target: string, path: string): void;
  readLink(path: string): string;
  chmod(path: string, mode: number): void;
  chown(path: string, uid: number, gid: number): void;
  touch(path: string, atMs: number): void;
  /** Resolves symlinks and dots. */
  realPath(path: string): string;
  /** Calls back after each change at or below the path: what `tail -f` and inotify see. */
  watch(path: string, changed: () => void): Disposable;
  /** Bytes used below the path. */
  usage(path: string): number;
}

export interface FileStat {
  readonly type: 'file' | 'directory' | 'symlink' | 'device';
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly modifiedAtMs: number;
}

export type Errno = 'ENOENT' | 'EEXIST' | 'ENOTDIR' | 'EISDIR' | 'ENOTEMPTY' | 'EACCES' | 'EPERM' | 'EROFS' | 'ENOSPC' | 'ELOOP' | 'EINVAL' | 'EXDEV' | 'EBUSY';
const WORDS = {
  ENOENT: 'No such file or directory', EEXIST: 'File exists', ENOTDIR: 'Not a directory', EISDIR: 'Is a directory', ENOTEMPTY: 'Directory not empty',
  EACCES: 'Permission denied', EPERM: 'Operation not permitted', EROFS: 'Read-only file system', ENOSPC: 'No space left on device',
  ELOOP: 'Too many levels of symbolic links', EINVAL: 'Invalid argument', EXDEV: 'Invalid cross-device link', EBUSY: 'Device or resource busy',
} as const satisfies Record<Errno, string>;

/** An answer of the file system, given for every name that a PATH search or a test tries: an Error to whom it concerns,
 *  but without a stack, which would cost more than the call that failed. */
export class FileError implements Error {
  readonly name = 'FileError';
  readonly message: string;

  constructor(readonly code: Errno, readonly path: string) {
    this.message = WORDS[code];
  }
}
Object.setPrototypeOf(FileError.prototype, Error.prototype);
