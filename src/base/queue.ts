/** A queue between tasks: what is pushed is taken once, in order, by takers in the order in which they came.
 *  Every take is a wait of its own (one wake, one event), also when an item is already there.
 *  Closing lets the items that are there be taken, then ends every taker with undefined. */
import type { Settle, World } from './world.ts';
import { disposable } from './dispose.ts';

export class Queue<T> implements AsyncIterable<T> {
  private items: T[] = [];
  private head = 0;
  private takers: Settle<T | undefined>[] = [];
  private ended = false;
  private failure: { readonly error: unknown } | undefined;
  private onward: { item(item: T): void; end(error: unknown): void } | undefined;

  /** `onLeave` runs when a `for await` over the queue is left early: there a subscription ends. */
  constructor(private readonly world: World, private readonly onLeave?: () => void) {}

  get length(): number {
    return this.items.length - this.head;
  }

  get closed(): boolean {
    return this.ended;
  }

  /** Ignored after close. */
  push(item: T): void {
    if (this.ended) return;
    if (this.onward) return this.onward.item(item);
    const taker = this.takers.shift();
    if (taker) taker.resolve(item);
    else this.items.push(item);
  }

  /** undefined: the queue is closed and empty. Rejects with the error that it was closed with. Another world than the
   *  queue's own may take: the wait then ends with that world's scope. */
  take(world: World = this.world): Promise<T | undefined> {
    return world.suspend<T | undefined>((settle) => {
      if (this.length > 0) return settle.resolve(this.shift());
      if (this.failure) return settle.reject(this.failure.error);
      if (this.ended) return settle.resolve(undefined);
      this.takers.push(settle);
      return disposable(() => {
        const at = this.takers.indexOf(settle);
        if (at >= 0) this.takers.splice(at, 1);
      });
    });
  }

  /** Everything that is there now, without waiting. */
  drain(): T[] {
    const all = this.items.slice(this.head);
    this.items = [];
    this.head = 0;
    return all;
  }

  /** For who only passes on: every item from the first on is handed over within the pusher's event, then the end.
   *  Nobody takes from this queue any more. */
  forward(item: (item: T) => void, end: (error: unknown) => void): void {
    for (const each of this.drain()) item(each);
    if (this.ended) end(this.failure?.error);
    else this.onward = { item, end };
  }

  close(error?: unknown): void {
    if (this.ended) return;
    this.ended = true;
    if (error !== undefined) this.failure = { error };
    this.onward?.end(error);
    const { takers } = this;
    this.takers = [];
    for (const taker of takers) {
      if (error === undefined) taker.resolve(undefined);
      else taker.reject(error);
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    try {
      for (;;) {
        const item = await this.take();
        if (item === undefined) return;
        yield item;
      }
    } finally {
      this.onLeave?.();
    }
  }

  private shift(): T {
    const item = this.items[this.head] as T;
    this.head += 1;
    if (this.head > 64 && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return item;
  }
}
