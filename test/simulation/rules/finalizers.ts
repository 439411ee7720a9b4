/** An object with finalizers never disappears: its own ones must have been given up by those who set them, and those of the
 *  garbage collector stand as long as there are dependents that they promise something to. */
import { joinKey } from '../../../src/api/meta.ts';
import type { KubeObject } from '../../../src/api/object.ts';
import type { Accuse, Rule } from '../rule.ts';

/** The finalizer that the simulated team sets and drops. */
export const KEEP = 'example.com/keep';

export interface FinalizerRule {
  readonly rule: Rule;
  /** The team asked to drop its finalizer from that object; from now on it may go. */
  dropping(uid: string): void;
}

export function finalizerRule(accuse: Accuse): FinalizerRule {
  const dropped = new Set<string>();
  /** Owner uid to the keys of what it owns; `blocks` those that its foreground deletion waits for. */
  const owned = new Map<string, Map<string, boolean>>();

  const setOf = (uid: string): Map<string, boolean> => {
    const found = owned.get(uid) ?? new Map<string, boolean>();
    owned.set(uid, found);
    return found;
  };

  function remember(key: string, before: KubeObject | undefined, object: KubeObject | undefined): void {
    if (before?.metadata?.ownerReferences === object?.metadata?.ownerReferences) return;
    for (const { uid } of before?.metadata?.ownerReferences ?? []) owned.get(uid)?.delete(key);
    for (const { uid, blockOwnerDeletion } of object?.metadata?.ownerReferences ?? []) setOf(uid).set(key, blockOwnerDeletion === true);
  }

  function checkGone(key: string, { metadata }: KubeObject): void {
    const { uid = '', finalizers = [], namespace, name = '' } = metadata ?? {};
    const named = joinKey(namespace ?? '', name);
    if (finalizers.includes(KEEP) && !dropped.has(uid)) accuse('an object with finalizers stays', `${key} had ${finalizers.join(', ')}, which nobody dropped`);
    const dependents = [...setOf(uid)];
    if (finalizers.includes('foregroundDeletion')) {
      const waiting = dependents.filter(([, blocks]) => blocks).map(([other]) => other);
      if (waiting.length > 0) accuse('an object with finalizers stays', `${named} was deleted in the foreground before ${waiting.join(', ')}`);
    }
    if (finalizers.includes('orphan') && dependents.length > 0) {
      accuse('an object with finalizers stays', `${named} was deleted before it let go of ${dependents.map(([other]) => other).join(', ')}`);
    }
    owned.delete(uid);
  }

  return {
    rule({ key, before, object }) {
      remember(key, before, object);
      if (object || !before || (before.metadata?.finalizers ?? []).length === 0) return;
      checkGone(key, before);
    },
    dropping: (uid) => void dropped.add(uid),
  };
}
