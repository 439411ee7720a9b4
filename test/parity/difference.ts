/** Says where two outcomes part, for a person: undefined where they do not. */
import { withoutChance } from './cases.ts';
import type { Outcome } from './cases.ts';

export function differenceOf(real: Outcome, ours: Outcome): string | undefined {
  const parts: string[] = [];
  for (const [at, want] of real.outputs.entries()) {
    const have = ours.outputs[at] ?? { code: -1, stdout: '', stderr: '' };
    const step = real.outputs.length > 1 ? `step ${at + 1} ` : '';
    if (want.code !== have.code) parts.push(`${step}code: real ${want.code}, ours ${have.code}`);
    for (const stream of ['stdout', 'stderr'] as const) {
      if (want[stream] !== have[stream]) parts.push(`${step}${stream}:\n${lines(want[stream], have[stream])}`);
    }
  }
  const text = (changes: Outcome['changes']): string => withoutChance(JSON.stringify(changes, null, 1));
  const [wanted, had] = [text(real.changes), text(ours.changes)];
  if (wanted !== had) parts.push(`objects:\n${lines(wanted, had)}`);
  return parts.length === 0 ? undefined : parts.join('\n');
}

/** The lines that only one has, with one around them. */
function lines(real: string, ours: string): string {
  const [a, b] = [real.split('\n'), ours.split('\n')];
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const shown = (sign: string, all: string[]): string[] =>
    all
      .slice(Math.max(0, start - 1), all.length - end)
      .slice(0, 30)
      .map((line) => sign + JSON.stringify(line).slice(1, -1));
  return [...shown('- real ', a), ...shown('+ ours ', b)].join('\n');
}
