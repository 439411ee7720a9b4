/** The end of a text that keeps growing, as a terminal remembers it. Pieces are gathered into blocks: a long chain of short
 *  pieces would weigh several times the text itself. */
const BLOCK = 32 * 1024;

export interface TextTail {
  add(piece: string): void;
  /** The last `max` characters at least, and at most a block more. */
  text(): string;
}

export function textTail(max: number): TextTail {
  const blocks: string[] = [];
  let pieces: string[] = [];
  let [gathered, length] = [0, 0];
  return {
    add(piece) {
      pieces.push(piece);
      gathered += piece.length;
      if (gathered < BLOCK) return;
      const block = pieces.join('').slice(-max);
      blocks.push(block);
      length += block.length;
      [pieces, gathered] = [[], 0];
      while (length - (blocks[0]?.length ?? 0) >= max) length -= blocks.shift()?.length ?? 0;
    },
    text: () => [...blocks, ...pieces].join(''),
  };
}
