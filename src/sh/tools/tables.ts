/** column: texts side by side, or a table. */
import { badUsage, parseOptions, printLines, wholeLines } from '../tool.ts';
import type { Tool } from '../tool.ts';

const WIDTH = 80;
const GAP = 2;
const TAB = 8;

const widthOf = (text: string): number => [...text].length;

/** Each column as wide as its widest text. */
function table(rows: readonly (readonly string[])[], separator: string, right: ReadonlySet<number>): string[] {
  const widths: number[] = [];
  for (const row of rows) for (const [index, text] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, widthOf(text));
  return rows.map((row) =>
    row
      .map((text, index) => {
        const fill = ' '.repeat((widths[index] ?? 0) - widthOf(text));
        if (right.has(index + 1)) return fill + text;
        return index === row.length - 1 ? text : text + fill;
      })
      .join(separator)
      .trimEnd(),
  );
}

/** As many columns as the terminal has room for, filled downwards. */
function sheet(texts: readonly string[], width: number): string[] {
  const wide = Math.ceil((Math.max(0, ...texts.map(widthOf)) + 1) / TAB) * TAB;
  const columns = Math.max(1, Math.floor(width / wide));
  const height = Math.ceil(texts.length / columns);
  return Array.from({ length: height }, (_none, row) => {
    let line = '';
    for (let column = 0; column < columns; column += 1) {
      const text = texts[column * height + row];
      if (text === undefined) break;
      while (line !== '' && widthOf(line) % wide !== 0) line += ' '.repeat(wide - (widthOf(line) % wide));
      line += text;
    }
    return line;
  });
}

export const column: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, {
    short: 'ts:o:c:N:R:n:xe',
    long: [
      'table:t',
      'separator=:s',
      'output-separator=:o',
      'output-width=:c',
      'table-columns=:N',
      'table-right=:R',
      'fillrows:x',
      'table-name=:n',
    ],
  });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  const { lines, failures } = await wholeLines(process, flavour, options.rest);
  const full = lines.filter((line) => line.trim() !== '');
  if (options.has('t')) {
    const marks = options.get('s');
    const split = (line: string): string[] => (marks === undefined ? line.trim().split(/\s+/) : splitAt(line, marks));
    const head = options.get('N');
    const rows = [...(head === undefined ? [] : [head.split(',')]), ...full.map(split)];
    const right = new Set((options.get('R') ?? '').split(',').map(Number));
    if (rows.length > 0) await printLines(process, table(rows, options.get('o') ?? ' '.repeat(GAP), right));
  } else if (full.length > 0) await printLines(process, sheet(full, Number(options.get('c') ?? process.tty?.columns ?? WIDTH)));
  return failures > 0 ? 1 : 0;
};

/** Each of the marks ends a field. */
function splitAt(line: string, marks: string): string[] {
  const fields = [''];
  for (const char of line) {
    if (marks.includes(char)) fields.push('');
    else fields[fields.length - 1] += char;
  }
  return fields;
}
