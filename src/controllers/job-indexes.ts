/** The completed indexes of an Indexed Job, as its status writes them: "0,2-4,7".
 *  Upstream: pkg/controller/job/indexed_job_utils.go */
import type { Pod } from '../api/generated/types.ts';
import { annotationsOf } from '../api/meta.ts';

export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';

export function parseIndexes(text: string, completions: number): ReadonlySet<number> {
  const indexes = new Set<number>();
  for (const part of text === '' ? [] : text.split(',')) {
    const [first, last = first] = part.split('-').map(Number);
    for (let index = first!; index <= last! && index < completions; index += 1) indexes.add(index);
  }
  return indexes;
}

export function formatIndexes(indexes: Iterable<number>): string {
  const sorted = [...indexes].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let at = 0; at < sorted.length;) {
    let end = at;
    while (sorted[end + 1] === sorted[end]! + 1) end += 1;
    if (end === at) parts.push(String(sorted[at]));
    else parts.push(end === at + 1 ? `${sorted[at]},${sorted[end]}` : `${sorted[at]}-${sorted[end]}`);
    at = end + 1;
  }
  return parts.join(',');
}

/** -1 where the Pod has none. */
export function completionIndexOf(pod: Pod): number {
  const text = annotationsOf(pod)[COMPLETION_INDEX] ?? '';
  return /^\d+$/.test(text) ? Number(text) : -1;
}

/** The first indexes that neither are completed nor have a Pod at work. */
export function pendingIndexes(
  completed: ReadonlySet<number>,
  active: readonly Pod[],
  count: number,
  completions: number,
): readonly number[] {
  const busy = new Set(active.map(completionIndexOf));
  const found: number[] = [];
  for (let index = 0; index < completions && found.length < count; index += 1)
    if (!completed.has(index) && !busy.has(index)) found.push(index);
  return found;
}
