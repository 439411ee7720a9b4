/** Resolves when every promise job that exists has run: a macrotask boundary, made cheap. A fixed number of awaits is
 *  never enough, and counting tasks breaks with Promise.all. */
export type SettlePromises = () => Promise<void>;

/** What Node's process offers; absent in a browser. */
interface NodeProcess { readonly versions?: { readonly node?: string }; nextTick(run: () => void): void }

export function createSettle(): SettlePromises {
  const node = (globalThis as { process?: NodeProcess }).process;
  return node?.versions?.node !== undefined && typeof node.nextTick === 'function' ? nodeSettle(node) : browserSettle();
}

/** A tick that is asked for from a microtask runs when the microtask queue is empty; asked for from synchronous code of a
 *  macrotask it would run before the microtasks. */
function nodeSettle(node: NodeProcess): SettlePromises {
  const settled = Promise.resolve();
  return () => new Promise((resolve) => {
    void settled.then(() => node.nextTick(resolve));
  });
}

/** The browser drains microtasks after each listener of one event, so one posted message gives this many settles. */
const LISTENERS = 64;

function browserSettle(): SettlePromises {
  const { port1, port2 } = new MessageChannel();
  let waiting: (() => void) | undefined;
  let posted = false;
  for (let i = 0; i < LISTENERS; i += 1) {
    port2.addEventListener('message', () => {
      const resolve = waiting;
      waiting = undefined;
      resolve?.();
      // The last listener: whoever asks from now on needs another message.
      if (i === LISTENERS - 1) {
        posted = false;
        queueMicrotask(() => queueMicrotask(repost));
      }
    });
  }
  port2.start();
  function repost(): void {
    if (waiting && !posted) post();
  }
  function post(): void {
    posted = true;
    port1.postMessage(0);
  }
  return () => new Promise((resolve) => {
    waiting = resolve;
    if (!posted) post();
  });
}
