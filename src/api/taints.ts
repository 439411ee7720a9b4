/** Taints and what tolerates them.
 *  Upstream: staging/src/k8s.io/component-helpers/scheduling/corev1/helpers.go */
import type { Taint, Toleration } from './generated/types.ts';

export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  if (toleration.operator === 'Exists') return true;
  if (!toleration.operator || toleration.operator === 'Equal') return (toleration.value ?? '') === (taint.value ?? '') && Boolean(toleration.key);
  return false;
}

export const isTolerated = (taint: Taint, tolerations: readonly Toleration[]): boolean =>
  tolerations.some((toleration) => tolerates(toleration, taint));

/** The first taint with one of the effects that nothing tolerates. */
export function findUntoleratedTaint(
  taints: readonly Taint[], tolerations: readonly Toleration[], effects: readonly string[],
): Taint | undefined {
  return taints.find((taint) => effects.includes(taint.effect) && !isTolerated(taint, tolerations));
}

export const sameTaint = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect;

/** "key=value:NoSchedule", "key:NoExecute". */
export const formatTaint = (taint: Taint): string => `${taint.key}${taint.value ? `=${taint.value}` : ''}:${taint.effect}`;
