/** Labels and selectors as one line of text.
 *  Upstream: staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/helpers.go, pkg/labels/selector.go */
import type { LabelSelector } from '../../api/generated/types.ts';

/** "app=web,tier=front", or "<none>". */
export function formatLabels(labels: Readonly<Record<string, string>> | undefined): string {
  const keys = Object.keys(labels ?? {}).sort();
  return keys.map((key) => `${key}=${labels![key]}`).join(',') || '<none>';
}

/** "app=web,env in (a,b),!old"; empty for a selector that says nothing. */
export function selectorString(selector: LabelSelector | undefined): string {
  const parts: [string, string][] = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => [key, `${key}=${value}`]);
  for (const { key, operator, values } of selector?.matchExpressions ?? []) {
    const list = `(${[...(values ?? [])].sort().join(',')})`;
    const text = operator === 'Exists' ? key : operator === 'DoesNotExist' ? `!${key}` : `${key} ${operator === 'In' ? 'in' : 'notin'} ${list}`;
    parts.push([key, text]);
  }
  parts.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return parts.map(([, text]) => text).join(',');
}

/** The selector's text, or "<none>". */
export const formatLabelSelector = (selector: LabelSelector | undefined): string => selectorString(selector) || '<none>';
