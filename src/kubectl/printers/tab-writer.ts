/** Aligns cells that end in tabs, as Go's text/tabwriter does: a column is a run of neighbouring lines that have a
 *  cell there, and the last cell of a line belongs to no column.
 *  Upstream: text/tabwriter/tabwriter.go */
export interface TabOptions {
  readonly minWidth: number;
  readonly padding: number;
}

/** Tables of `kubectl get` and its relatives. */
export const TABLE: TabOptions = { minWidth: 6, padding: 3 };
/** Describe and rollout history. */
export const DESCRIBE: TabOptions = { minWidth: 0, padding: 2 };

/** Aligns a whole text. `remembered` holds column widths from earlier calls and is raised to this one's: a watch keeps
 *  its columns where they were. */
export function alignTabs(text: string, options: TabOptions, remembered?: number[]): string {
  const ended = text.endsWith('\n');
  const lines = (ended ? text.slice(0, -1) : text).split('\n').map((line) => line.split('\t'));
  const out: string[] = [];
  const widths: number[] = [];
  const write = (from: number, to: number): void => {
    for (let i = from; i < to; i += 1) {
      out.push(lines[i]!.map((cell, j) => (j < widths.length ? cell + ' '.repeat(Math.max(0, widths[j]! - width(cell))) : cell)).join(''));
    }
  };
  const format = (from: number, to: number): void => {
    const column = widths.length;
    let start = from;
    for (let i = from; i < to; i += 1) {
      if (column >= lines[i]!.length - 1) continue;
      write(start, i);
      start = i;
      let widest = options.minWidth;
      for (; i < to && column < lines[i]!.length - 1; i += 1) widest = Math.max(widest, width(lines[i]![column]!) + options.padding);
      if (remembered !== undefined) widest = remembered[column] = Math.max(widest, remembered[column] ?? 0);
      widths.push(widest);
      format(start, i);
      widths.pop();
      start = i;
    }
    write(start, to);
  };
  format(0, lines.length);
  return out.join('\n') + (ended ? '\n' : '');
}

function width(cell: string): number {
  let count = 0;
  for (const _ of cell) count += 1;
  return count;
}
