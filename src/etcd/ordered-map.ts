/** Text keys in code-unit order, in chunks, so that an insertion moves few of them.
 *  Chunk k holds keys below the first key of chunk k+1; no chunk is empty. */
const CHUNK_MAX = 512;

export interface Keyed { readonly key: string }

export class OrderedMap<E extends Keyed> {
  private chunks: E[][] = [];
  private count = 0;

  get size(): number {
    return this.count;
  }

  insert(entry: E): void {
    this.count += 1;
    const at = this.chunkOf(entry.key);
    const chunk = this.chunks[at];
    if (chunk === undefined) {
      this.chunks.push([entry]);
      return;
    }
    chunk.splice(lowerBound(chunk, entry.key), 0, entry);
    if (chunk.length > CHUNK_MAX) this.chunks.splice(at + 1, 0, chunk.splice(chunk.length >> 1));
  }

  remove(key: string): void {
    const at = this.chunkOf(key);
    const chunk = this.chunks[at];
    if (chunk === undefined) return;
    const index = lowerBound(chunk, key);
    if (chunk[index]?.key !== key) return;
    this.count -= 1;
    chunk.splice(index, 1);
    if (chunk.length === 0) this.chunks.splice(at, 1);
  }

  /** In order, from the first key that is not below `start`, while they begin with `prefix`. */
  *from(start: string, prefix: string): Generator<E, void, void> {
    let at = this.chunkOf(start);
    let chunk = this.chunks[at];
    let index = chunk === undefined ? 0 : lowerBound(chunk, start);
    while (chunk !== undefined) {
      for (; index < chunk.length; index += 1) {
        const entry = chunk[index] as E;
        if (!entry.key.startsWith(prefix)) return;
        yield entry;
      }
      at += 1;
      index = 0;
      chunk = this.chunks[at];
    }
  }

  /** The last chunk whose first key is not above `key`. */
  private chunkOf(key: string): number {
    let low = 0;
    let high = this.chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (((this.chunks[middle] as E[])[0] as E).key <= key) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}

function lowerBound<E extends Keyed>(chunk: readonly E[], key: string): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((chunk[middle] as E).key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
