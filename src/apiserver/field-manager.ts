/** Who set which field: metadata.managedFields after each create and update; apply.ts does server-side apply.
 *  Upstream: staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/{fieldmanager,managedfieldsupdater}.go */
import { rfc3339 } from '../base/time.ts';
import type { World } from '../base/world.ts';
import type { ManagedFieldsEntry } from '../api/generated/types.ts';
import type { KubeObject } from '../api/object.ts';
import { apiVersionOf } from '../api/resources.ts';
import type { FieldSet } from './field-set.ts';
import { changedFields, createdFields, difference, EMPTY, isEmpty, parseFields, sameFields, union, withoutBelow } from './field-set.ts';
import type { Kind } from './kinds.ts';
import { resetFields } from './subresources.ts';

export type Entries = readonly ManagedFieldsEntry[];

export interface FieldManager {
  /** The managedFields after a create (no `old`) or update by `manager`; those of before where nothing that counts changed. */
  afterUpdate(kind: Kind, object: KubeObject, old: KubeObject | undefined, manager: string, subresource: string): Entries;
}

export const MANAGER_LENGTH_MAX = 128;
const UPDATE_ENTRIES_MAX = 10;

/** So many objects of a kind are remembered with their fields: most that are made next look like one of them. */
const EXAMPLES_MAX = 6;

interface Example { readonly object: KubeObject; readonly set: FieldSet }

export function createFieldManager(world: World): FieldManager {
  const examples = new Map<Kind, readonly Example[]>();
  const created = (kind: Kind, object: KubeObject): FieldSet => {
    const known = examples.get(kind) ?? [];
    const like = known.find((example) => sameFields(example.object, object, kind.schema));
    if (like !== undefined) return like.set;
    const set = createdFields(object, kind.schema);
    examples.set(kind, [{ object, set }, ...known.slice(0, EXAMPLES_MAX - 1)]);
    return set;
  };
  return {
    afterUpdate(kind, object, old, manager, subresource) {
      const entries = entriesBefore(object, old, subresource);
      // Whom nobody tracks, because its entries were cleared, stays so until somebody applies.
      if (old !== undefined && entries.length === 0) return entries;
      const reset = resetFields(kind, subresource);
      const found = old === undefined ? { set: created(kind, object), removed: EMPTY } : changedFields(old, object, kind.schema);
      const [mine, removed] = [withoutBelow(found.set, reset), withoutBelow(found.removed, reset)];
      if (isEmpty(mine) && isEmpty(removed)) return entries;
      const apiVersion = apiVersionOf(kind.resource);
      const kept: ManagedFieldsEntry[] = [];
      let owned = mine;
      for (const entry of entries) {
        const fields = difference(parseFields(entry.fieldsV1), removed);
        const isMine = entry.manager === manager && entry.operation === 'Update' && entry.apiVersion === apiVersion && (entry.subresource ?? '') === subresource;
        if (isMine && !isEmpty(mine)) owned = union(fields, mine);
        else keep(kept, entry, difference(fields, mine));
      }
      if (!isEmpty(mine)) kept.push(entryOf({ manager, operation: 'Update', apiVersion, time: rfc3339(world.clock.now()), subresource }, owned));
      return ordered(kept);
    },
  };
}

function keep(kept: ManagedFieldsEntry[], entry: ManagedFieldsEntry, fields: FieldSet): void {
  if (!isEmpty(fields)) kept.push(fields === entry.fieldsV1 ? entry : { ...entry, fieldsV1: fields });
}

export function entryOf(
  of: { readonly manager: string; readonly operation: string; readonly apiVersion: string; readonly time: string; readonly subresource: string }, fields: FieldSet,
): ManagedFieldsEntry {
  const { manager, operation, apiVersion, time, subresource } = of;
  const fieldsType = 'FieldsV1';
  if (subresource === '') return { manager, operation, apiVersion, time, fieldsType, fieldsV1: fields };
  return { manager, operation, apiVersion, time, fieldsType, fieldsV1: fields, subresource };
}

/** What the client sent counts where it sent something: it may clean up, and one empty entry clears all. A subresource does not. */
function entriesBefore(object: KubeObject, old: KubeObject | undefined, subresource: string): Entries {
  if (old === undefined) return [];
  const sent = object.metadata?.managedFields ?? [];
  if (subresource !== '' || sent.length === 0) return old.metadata?.managedFields ?? [];
  return sent.length === 1 && isBlank(sent[0] as object) ? [] : sent;
}

const isBlank = (entry: object): boolean => Object.keys(entry).length === 0;

const rank = (entry: ManagedFieldsEntry): string => (entry.operation === 'Apply'
  ? `0/${entry.manager ?? ''}` : `1/${entry.time ?? ''}/${entry.manager ?? ''}/${entry.subresource ?? ''}`);
const byRank = (a: ManagedFieldsEntry, b: ManagedFieldsEntry): number => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0);

/** Applied entries first, then updates by time; the oldest updates beyond ten become one. */
export function ordered(entries: readonly ManagedFieldsEntry[]): Entries {
  const sorted = [...entries].sort(byRank);
  const updates = sorted.filter((entry) => entry.operation === 'Update');
  if (updates.length <= UPDATE_ENTRIES_MAX) return sorted;
  const merged = updates.slice(0, updates.length - UPDATE_ENTRIES_MAX + 1);
  const last = merged.at(-1) as ManagedFieldsEntry;
  const fields = merged.reduce<FieldSet>((sum, entry) => union(sum, parseFields(entry.fieldsV1)), EMPTY);
  const ancient = { ...last, manager: 'ancient-changes', fieldsV1: fields };
  return [...sorted.filter((entry) => !merged.includes(entry)), ancient].sort(byRank);
}
