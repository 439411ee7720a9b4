/** A binary heap. `less` must be a total order where the order of equals matters.
 *  With `moved` each item is told its place, so that `removeAt` takes it out in logarithmic time. */
export class Heap<T> {
  private readonly items: T[] = [];

  constructor(private readonly less: (a: T, b: T) => boolean, private readonly moved?: (item: T, index: number) => void) {}

  get size(): number {
    return this.items.length;
  }

  peek(): T | undefined {
    return this.items[0];
  }

  push(item: T): void {
    this.items.push(item);
    this.up(this.items.length - 1, item);
  }

  pop(): T | undefined {
    return this.items.length === 0 ? undefined : this.removeAt(0);
  }

  removeAt(index: number): T | undefined {
    const { items } = this;
    const item = items[index];
    const last = items.pop();
    if (item === undefined || last === undefined) return undefined;
    if (index < items.length) {
      const parent = index === 0 ? undefined : items[(index - 1) >> 1];
      if (parent !== undefined && this.less(last, parent)) this.up(index, last);
      else this.down(index, last);
    }
    this.moved?.(item, -1);
    return item;
  }

  /** Restores the order after the item at `index` changed its key. */
  changedAt(index: number): void {
    const item = this.items[index];
    if (item === undefined) return;
    const parent = index === 0 ? undefined : this.items[(index - 1) >> 1];
    if (parent !== undefined && this.less(item, parent)) this.up(index, item);
    else this.down(index, item);
  }

  clear(): void {
    this.items.length = 0;
  }

  /** In no particular order. */
  [Symbol.iterator](): IterableIterator<T> {
    return this.items[Symbol.iterator]();
  }

  private up(start: number, item: T): void {
    const { items, less, moved } = this;
    let index = start;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = items[above] as T;
      if (!less(item, parent)) break;
      items[index] = parent;
      moved?.(parent, index);
      index = above;
    }
    items[index] = item;
    moved?.(item, index);
  }

  private down(start: number, item: T): void {
    const { items, less, moved } = this;
    const { length } = items;
    let index = start;
    for (;;) {
      let below = 2 * index + 1;
      if (below >= length) break;
      if (below + 1 < length && less(items[below + 1] as T, items[below] as T)) below += 1;
      const child = items[below] as T;
      if (!less(child, item)) break;
      items[index] = child;
      moved?.(child, index);
      index = below;
    }
    items[index] = item;
    moved?.(item, index);
  }
}
