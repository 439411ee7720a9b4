/** Labels and selectors as one line of text, as tables show them.
 *  Upstream: staging/src/k8s.io/apimachinery/pkg/labels/labels.go */
import type { LabelSelector } from '../../api/generated/types.ts';
import { formatLabelSelector, formatSelector, selectorOf } from '../../api/selectors.ts';

export { formatLabelSelector };

/** "app=web,tier=front", or "<none>". */
export function formatLabels(labels: Readonly<Record<string, string>> | undefined): string {
  const keys = Object.keys(labels ?? {}).sort();
  return keys.map((key) => `${key}=${labels![key]}`).join(',') || '<none>';
}

/** "app=web,env in (a,b),!old"; empty for a selector that says nothing. */
export const selectorString = (selector: LabelSelector | undefined): string => (selector ? formatSelector(selectorOf(selector)) : '');
