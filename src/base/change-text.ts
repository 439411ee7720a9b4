/** What is different in `after`, as a text: with `before` at hand, the text tells all of `after` but the order of its keys.
 *  History takes it in for each write: most writes change a few leaves of a large frozen object, and what both share by
 *  reference is passed over at once. undefined counts as absent. */
export function changeText(before: unknown, after: unknown): string {
  return before === after ? '' : changesAt('', before, after);
}

function changesAt(path: string, before: unknown, after: unknown): string {
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null) return leaf(path, after);
  if (Array.isArray(before) || Array.isArray(after))
    return Array.isArray(before) && Array.isArray(after) ? itemsAt(path, before, after) : leaf(path, after);
  const old = before as Readonly<Record<string, unknown>>;
  const next = after as Readonly<Record<string, unknown>>;
  let text = '';
  for (const key in next) {
    const value = next[key];
    if (value !== old[key] && value !== undefined) text += changesAt(`${path}/${key}`, old[key], value);
  }
  for (const key in old) if (next[key] === undefined && old[key] !== undefined) text += `${path}/${key}-\n`;
  return text;
}

/** A list that grew or shrank is told whole. */
function itemsAt(path: string, before: readonly unknown[], after: readonly unknown[]): string {
  if (before.length !== after.length) return leaf(path, after);
  let text = '';
  for (let i = 0; i < after.length; i += 1) if (after[i] !== before[i]) text += changesAt(`${path}/${i}`, before[i], after[i]);
  return text;
}

const leaf = (path: string, value: unknown): string => `${path}=${JSON.stringify(value)}\n`;
