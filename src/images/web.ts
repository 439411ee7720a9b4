/** What the web servers share: static files, content types, access logs. */
import { FileError } from '../cri/files.ts';
import type { FileSystem } from '../cri/files.ts';
import { joinPath } from '../cri/memory-files.ts';
import { httpDate } from '../cri/http.ts';
import type { HttpAnswer, HttpRequest } from '../cri/http.ts';
import type { Process } from '../cri/process.ts';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html', htm: 'text/html', css: 'text/css', js: 'application/javascript', json: 'application/json', txt: 'text/plain', xml: 'text/xml', svg: 'image/svg+xml',
  png: 'image/png', jpg: 'image/jpeg', gif: 'image/gif', ico: 'image/x-icon', yaml: 'application/octet-stream', pdf: 'application/pdf',
};

export function contentType(path: string, otherwise = 'application/octet-stream'): string {
  return TYPES[path.slice(path.lastIndexOf('.') + 1).toLowerCase()] ?? otherwise;
}

/** "21/Nov/2026:12:00:00 +0000" */
export function logTime(ms: number): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(httpDate(ms))!;
  return `${day}/${month}/${year}:${time} +0000`;
}

/** The combined log format. */
export function accessLine(nowMs: number, request: HttpRequest, status: number, bytes: number, forwarded: boolean): string {
  const { headers } = request;
  return `${request.remoteAddress} - - [${logTime(nowMs)}] "${request.method} ${request.target} HTTP/1.1" ${status} ${bytes} "${headers['referer'] ?? '-'}" "${headers['user-agent'] ?? '-'}"`
    + (forwarded ? ` "${headers['x-forwarded-for'] ?? '-'}"` : '');
}

export type Served = { readonly type: 'file'; readonly path: string; readonly data: Uint8Array; readonly modifiedAtMs: number } | { readonly type: 'redirect' | 'missing' | 'denied' | 'directory' };

/** A file below a root, an index of a directory, or why there is none. */
export function findStatic(files: FileSystem, root: string, path: string, indexes: readonly string[]): Served {
  const full = joinPath(root, `.${joinPath('/', path)}`);
  try {
    const stat = files.stat(full);
    if (stat.type === 'directory') {
      if (!path.endsWith('/')) return { type: 'redirect' };
      for (const index of indexes) {
        const candidate = joinPath(full, index);
        if (files.exists(candidate)) return { type: 'file', path: candidate, data: files.readFile(candidate), modifiedAtMs: files.stat(candidate).modifiedAtMs };
      }
      return { type: 'directory' };
    }
    return { type: 'file', path: full, data: files.readFile(full), modifiedAtMs: stat.modifiedAtMs };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { type: error.code === 'EACCES' ? 'denied' : 'missing' };
  }
}

export function etag(modifiedAtMs: number, size: number): string {
  return `"${Math.floor(modifiedAtMs / 1000).toString(16)}-${size.toString(16)}"`;
}

/** Waits until SIGTERM, SIGINT or SIGQUIT; the server then ends with 0. */
export async function untilStopped(process: Process, signals: readonly ('SIGTERM' | 'SIGINT' | 'SIGQUIT')[] = ['SIGTERM', 'SIGINT', 'SIGQUIT']): Promise<'SIGTERM' | 'SIGINT' | 'SIGQUIT'> {
  return process.world.suspend(settle => {
    const handlers = signals.map(signal => process.onSignal(signal, () => settle.resolve(signal)));
    return { [Symbol.dispose]() { for (const handler of handlers) handler[Symbol.dispose](); } };
  });
}

export function textAnswer(status: number, body: string, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8', ...headers }, body };
}
