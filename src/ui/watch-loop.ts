/** List, then watch, then again when the watch ends: the page's own small reflector. It runs on the wall clock, because
 *  the page is outside history; reads leave no trace there. */
import type { KubeList, KubeObject } from '../api/object.ts';
import type { Connection, Transport } from '../api/transport.ts';

export interface WatchSink<T extends KubeObject> {
  replace(items: readonly T[]): void;
  put(item: T): void;
  remove(item: T): void;
  /** undefined: reached again. */
  trouble(message: string | undefined): void;
}

const RETRY_MS = 1_000;

export function watchLoop<T extends KubeObject>(transport: Transport, path: string, sink: WatchSink<T>): Disposable {
  const abort = new AbortController();
  let connection: Connection | undefined;
  void run();
  return {
    [Symbol.dispose]() {
      abort.abort();
      connection?.close();
    },
  };

  async function run(): Promise<void> {
    while (!abort.signal.aborted) {
      let answered = false;
      try {
        const from = await list();
        answered = true;
        sink.trouble(undefined);
        if (abort.signal.aborted) return;
        await follow(from);
      } catch (error) {
        if (abort.signal.aborted) return;
        // A watch that breaks is nothing to tell: whether the API answers, the next list shows.
        if (!answered) sink.trouble(error instanceof Error ? error.message : 'the API does not answer');
        await pause(RETRY_MS);
      }
    }
  }

  async function list(): Promise<string> {
    const response = await transport.request({ method: 'GET', path }, abort.signal);
    if (response.status !== 200) throw new Error(statusMessage(response.body));
    const found = response.body as KubeList<T>;
    if (!abort.signal.aborted) sink.replace(found.items ?? []);
    return found.metadata.resourceVersion ?? '0';
  }

  async function follow(resourceVersion: string): Promise<void> {
    const query: [string, string][] = [
      ['watch', 'true'],
      ['allowWatchBookmarks', 'true'],
      ['resourceVersion', resourceVersion],
    ];
    connection = await transport.connect({ method: 'GET', path, query }, abort.signal);
    try {
      for await (const frame of connection.frames) {
        if (abort.signal.aborted) return;
        if (frame.type !== 'event') continue;
        const { type, object } = frame.event;
        if (type === 'ERROR') return;
        if (type === 'DELETED') sink.remove(object as T);
        else if (type !== 'BOOKMARK') sink.put(object as T);
      }
      await pause(50);
    } finally {
      connection.close();
      connection = undefined;
    }
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      abort.signal.addEventListener(
        'abort',
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });
  }
}

export function statusMessage(body: unknown): string {
  if (typeof body === 'string') return body;
  const message = (body as { message?: unknown } | undefined)?.message;
  return typeof message === 'string' ? message : 'the API refused the request';
}
