/** Finds the table in what kubectl printed. Pure. */

/** kubectl's columns begin where the heading's words do. */
export function asTable(text: string): { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] } | undefined {
  const lines = text.replace(/\s+$/, '').split('\n');
  const first = lines[0] ?? '';
  if (
    lines.length < 2 ||
    lines.length > 500 ||
    !/^[A-Z][A-Z0-9()-]*(?: [A-Z()-]+)*(\s{2,}[A-Z][A-Z0-9()\- ]*)+$/.test(first.trimEnd()) ||
    lines.some((line) => line.trim() === '')
  )
    return undefined;
  const starts = [...first.matchAll(/(?:^|\s{2,})(\S)/g)].map((match) => match.index + match[0].length - 1);
  const cells = (line: string) => starts.map((start, at) => line.slice(start, starts[at + 1]).trim());
  return { head: cells(first), rows: lines.slice(1).map(cells) };
}
