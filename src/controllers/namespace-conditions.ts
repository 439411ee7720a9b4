/** The five conditions of a namespace that is going away. Pure.
 *  Upstream: pkg/controller/namespace/deletion/status_condition_utils.go */
import { rfc3339 } from '../base/time.ts';
import type { NamespaceCondition } from '../api/generated/types.ts';
import type { Resource } from '../api/resource.ts';

export interface RemainingContent {
  /** How many objects of a kind are left. */
  readonly counts: ReadonlyMap<Resource, number>;
  /** In how many objects each finalizer stands. */
  readonly finalizers: ReadonlyMap<string, number>;
  /** What went wrong in deleting, one text each. */
  readonly errors: readonly string[];
}

type Draft = readonly [type: string, isTrue: boolean, reason: string, message: string];

export function namespaceConditions(
  old: readonly NamespaceCondition[],
  left: RemainingContent,
  now: number,
): readonly NamespaceCondition[] {
  const at = rfc3339(now);
  const drafts = [
    ['NamespaceDeletionDiscoveryFailure', false, 'ResourcesDiscovered', 'All resources successfully discovered'] as const,
    ['NamespaceDeletionGroupVersionParsingFailure', false, 'ParsedGroupVersions', 'All legacy kube types successfully parsed'] as const,
    deletionFailure(left),
    contentRemaining(left),
    finalizersRemaining(left),
  ];
  const next = drafts.map(([type, isTrue, reason, message]): NamespaceCondition => {
    const status = isTrue ? 'True' : 'False';
    const before = old.find((condition) => condition.type === type);
    if (before !== undefined && before.status === status && before.reason === reason && before.message === message) return before;
    return { type, status, lastTransitionTime: at, reason, message };
  });
  return [...old.filter((condition) => !drafts.some(([type]) => type === condition.type)), ...next];
}

function deletionFailure({ errors, counts }: RemainingContent): Draft {
  const type = 'NamespaceDeletionContentFailure';
  if (errors.length === 0) return [type, false, 'ContentDeleted', 'All content successfully deleted, may be waiting on finalization'];
  const text = errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]`;
  return [type, true, 'ContentDeletionFailed', `Failed to delete all resource types, ${counts.size} remaining: ${text}`];
}

function contentRemaining({ counts }: RemainingContent): Draft {
  const type = 'NamespaceContentRemaining';
  if (counts.size === 0) return [type, false, 'ContentRemoved', 'All content successfully removed'];
  const parts = [...counts].map(([resource, count]) => `${resource.plural}.${resource.group} has ${count} resource instances`).sort();
  return [type, true, 'SomeResourcesRemain', `Some resources are remaining: ${parts.join(', ')}`];
}

function finalizersRemaining({ finalizers }: RemainingContent): Draft {
  const type = 'NamespaceFinalizersRemaining';
  if (finalizers.size === 0) return [type, false, 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'];
  const parts = [...finalizers].map(([name, count]) => `${name} in ${count} resource instances`).sort();
  return [type, true, 'SomeFinalizersRemain', `Some content in the namespace has finalizers remaining: ${parts.join(', ')}`];
}
