/** The shortest way from one list of lines to another (Myers), and the unified form of it. */

export interface Step { readonly type: 'same' | 'remove' | 'add'; readonly line: string }

/** Beyond this many differences everything is taken as replaced. */
const EDITS_MAX = 4_000;

export function planDiff(a: readonly string[], b: readonly string[], fold: (line: string) => string = line => line): readonly Step[] {
  const [x, y] = [a.map(fold), b.map(fold)];
  const trace: Map<number, number>[] = [];
  let ends = new Map<number, number>([[1, 0]]);
  for (let edits = 0; edits <= Math.min(x.length + y.length, EDITS_MAX); edits += 1) {
    trace.push(new Map(ends));
    const next = new Map(ends);
    for (let k = -edits; k <= edits; k += 2) {
      let i = k === -edits || (k !== edits && (ends.get(k - 1) ?? -1) < (ends.get(k + 1) ?? -1)) ? ends.get(k + 1) ?? 0 : (ends.get(k - 1) ?? 0) + 1;
      let j = i - k;
      while (i < x.length && j < y.length && x[i] === y[j]) { i += 1; j += 1; }
      next.set(k, i);
      if (i >= x.length && j >= y.length) return walkBack(a, b, trace, edits, k);
    }
    ends = next;
  }
  return [...a.map(line => ({ type: 'remove' as const, line })), ...b.map(line => ({ type: 'add' as const, line }))];
}

function walkBack(a: readonly string[], b: readonly string[], trace: readonly Map<number, number>[], edits: number, lastK: number): readonly Step[] {
  const steps: Step[] = [];
  let [i, j] = [a.length, b.length];
  let k = lastK;
  for (let d = edits; d >= 0; d -= 1) {
    const ends = trace[d]!;
    const down = k === -d || (k !== d && (ends.get(k - 1) ?? -1) < (ends.get(k + 1) ?? -1));
    const fromK = down ? k + 1 : k - 1;
    const fromI = d === 0 ? 0 : ends.get(fromK) ?? 0;
    const fromJ = d === 0 ? 0 : fromI - fromK;
    const [startI, startJ] = d === 0 ? [0, 0] : down ? [fromI, fromJ + 1] : [fromI + 1, fromJ];
    while (i > startI && j > startJ) { i -= 1; j -= 1; steps.push({ type: 'same', line: a[i]! }); }
    if (d > 0) {
      if (down) { j -= 1; steps.push({ type: 'add', line: b[j]! }); } else { i -= 1; steps.push({ type: 'remove', line: a[i]! }); }
    }
    k = fromK;
  }
  return steps.reverse();
}

export function unified(plan: readonly Step[], context: number): string {
  let out = '';
  const changed = plan.flatMap((step, index) => step.type === 'same' ? [] : [index]);
  for (let at = 0; at < changed.length;) {
    let last = at;
    while (last + 1 < changed.length && changed[last + 1]! - changed[last]! <= context * 2 + 1) last += 1;
    const from = Math.max(0, changed[at]! - context);
    const to = Math.min(plan.length, changed[last]! + context + 1);
    const before = plan.slice(0, from);
    const hunk = plan.slice(from, to);
    const [oldCount, newCount] = [hunk.filter(step => step.type !== 'add').length, hunk.filter(step => step.type !== 'remove').length];
    const oldStart = before.filter(step => step.type !== 'add').length + (oldCount > 0 ? 1 : 0);
    const newStart = before.filter(step => step.type !== 'remove').length + (newCount > 0 ? 1 : 0);
    const span = (start: number, count: number): string => count === 1 ? String(start) : `${start},${count}`;
    out += `@@ -${span(oldStart, oldCount)} +${span(newStart, newCount)} @@\n${hunk.map(step => `${step.type === 'same' ? ' ' : step.type === 'add' ? '+' : '-'}${step.line}\n`).join('')}`;
    at = last + 1;
  }
  return out;
}
