/** Two texts as `diff -u` compares them: hunks with three lines around each change; "" where they are equal. */
const AROUND = 3;

type Edit = { readonly type: ' ' | '-' | '+'; readonly line: string };

export function unifiedDiff(before: string, after: string): string {
  const edits = compare(linesOf(before), linesOf(after));
  if (edits.every((e) => e.type === ' ')) return '';
  let text = '';
  let i = 0;
  while (i < edits.length) {
    if (edits[i]!.type === ' ') {
      i += 1;
      continue;
    }
    const start = Math.max(0, i - AROUND);
    let end = i;
    for (let quiet = 0; end < edits.length && quiet <= AROUND * 2; end += 1) quiet = edits[end]!.type === ' ' ? quiet + 1 : 0;
    while (end > i && edits[end - 1]!.type === ' ' && trailing(edits, end) > AROUND) end -= 1;
    text += hunk(edits, start, end);
    i = end;
  }
  return text;
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

function trailing(edits: readonly Edit[], end: number): number {
  let count = 0;
  while (end - 1 - count >= 0 && edits[end - 1 - count]!.type === ' ') count += 1;
  return count;
}

function hunk(edits: readonly Edit[], start: number, end: number): string {
  const count = (from: number, to: number, gone: '-' | '+'): number => edits.slice(from, to).filter((e) => e.type !== gone).length;
  const range = (first: number, size: number): string => (size === 1 ? `${first}` : `${size === 0 ? first - 1 : first},${size}`);
  const [oldSize, newSize] = [count(start, end, '+'), count(start, end, '-')];
  const head = `@@ -${range(count(0, start, '+') + 1, oldSize)} +${range(count(0, start, '-') + 1, newSize)} @@\n`;
  return (
    head +
    edits
      .slice(start, end)
      .map((e) => `${e.type}${e.line}\n`)
      .join('')
  );
}

/** The longest common subsequence, after what both texts begin and end with. */
function compare(a: readonly string[], b: readonly string[]): Edit[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const [x, y] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  const lengths = Array.from({ length: x.length + 1 }, () => new Array<number>(y.length + 1).fill(0));
  for (let i = x.length - 1; i >= 0; i -= 1) {
    for (let j = y.length - 1; j >= 0; j -= 1) {
      lengths[i]![j] = x[i] === y[j] ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
    }
  }
  const edits: Edit[] = a.slice(0, head).map((line) => ({ type: ' ', line }));
  let [i, j] = [0, 0];
  while (i < x.length || j < y.length) {
    if (i < x.length && j < y.length && x[i] === y[j]) {
      edits.push({ type: ' ', line: x[i]! });
      i += 1;
      j += 1;
    } else if (i < x.length && (j >= y.length || lengths[i + 1]![j]! >= lengths[i]![j + 1]!)) {
      edits.push({ type: '-', line: x[i]! });
      i += 1;
    } else {
      edits.push({ type: '+', line: y[j]! });
      j += 1;
    }
  }
  return [...edits, ...a.slice(a.length - tail).map((line): Edit => ({ type: ' ', line }))];
}
