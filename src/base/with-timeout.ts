/** Work with a limit in virtual time. The loser of the race is aborted, so no timer and no request stays behind. */
import type { World } from './world.ts';

export class TimeoutError extends Error {
  constructor(message = 'context deadline exceeded') {
    super(message);
    this.name = 'TimeoutError';
  }
}

/** Runs `work` with a signal that is aborted at the limit; then throws TimeoutError, whatever the work does. */
export async function withTimeout<T>(world: World, limitMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const late = {};
  const running = work(abort.signal);
  try {
    const first = await Promise.race([running, expire(world, limitMs, abort.signal, late)]);
    if (first !== late) return first as T;
    abandon(running);
    throw new TimeoutError();
  } finally {
    abort.abort(OVER);
  }
}

/** The reason of our own aborts: work that ends with it has not failed. */
export class AbortedError extends Error {
  constructor(message = 'context canceled') {
    super(message);
    this.name = 'AbortError';
  }
}

/** Made once: an error is dear to make, and nobody reads this one. */
const OVER = Object.freeze(new AbortedError());

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** Lets go of work whose outcome nobody wants any more. */
export function abandon(work: Promise<unknown>): void {
  void work.catch(() => undefined);
}

async function expire(world: World, limitMs: number, signal: AbortSignal, late: object): Promise<object> {
  try {
    await world.clock.sleep(limitMs, signal);
  } catch (error) {
    if (!isAbort(error)) throw error;
  }
  return late;
}
