/** Server-side apply: the configuration that one manager applied is merged into the object; what it applied before and
 *  no longer says goes, unless somebody else owns it; what others own and it changes is a conflict.
 *  Upstream: sigs.k8s.io/structured-merge-diff merge/update.go, apimachinery/pkg/util/managedfields/internal/structuredmerge.go */
import { equal, ownOf, setOwn } from '../../base/json.ts';
import { rfc3339 } from '../../base/time.ts';
import { applyConflict } from '../../api/errors.ts';
import type { ManagedFieldsEntry } from '../../api/generated/types.ts';
import type { KubeObject, StatusCause } from '../../api/object.ts';
import { apiVersionOf } from '../../api/resources.ts';
import type { Type } from '../../api/schema/types.ts';
import { ANY } from '../../api/schema/types.ts';
import type { Entries } from '../field-manager.ts';
import { entryOf, ordered } from '../field-manager.ts';
import type { FieldSet } from '../field-set.ts';
import { changedFields, createdFields, difference, EMPTY, fieldsOf, intersection, isEmpty, itemKey, members, parseFields, pathText, union, valueKey, withoutBelow } from '../field-set.ts';
import type { Kind } from '../kinds.ts';
import { resetFields } from '../subresources.ts';
import { KUBECTL, stillAsApplied, withAnnotationOf } from './last-applied.ts';

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

export interface ApplyRequest {
  readonly kind: Kind;
  /** Decoded, not defaulted. */
  readonly config: KubeObject;
  readonly manager: string;
  readonly subresource: string;
  readonly force: boolean;
  readonly nowMs: number;
}

export interface Applied { readonly object: KubeObject; readonly managedFields: Entries }

/** Throws the conflicts as an ApiError. Without a live object the configuration is the object. */
export function applyConfiguration(request: ApplyRequest, live: KubeObject | undefined): Applied {
  const { kind, config, manager, subresource, nowMs } = request;
  const apiVersion = apiVersionOf(kind.resource);
  const entries = entriesOf(request, live);
  const isMine = (entry: ManagedFieldsEntry): boolean =>
    entry.manager === manager && entry.operation === 'Apply' && (entry.subresource ?? '') === subresource;
  const mine = entries.find(isMine);
  const set = withoutBelow(fieldsOf(config, kind.schema), resetFields(kind, subresource));
  const others = entries.filter((entry) => entry !== mine);
  const time = rfc3339(nowMs);
  const entry = (when: string): ManagedFieldsEntry => entryOf({ manager, operation: 'Apply', apiVersion, time: when, subresource }, set);
  if (live === undefined) return { object: config, managedFields: [entry(time)] };

  let object = merge(live, withoutIdentity(config), kind.schema) as KubeObject;
  const dropped = others.reduce<FieldSet>((left, each) => difference(left, parseFields(each.fieldsV1)), difference(parseFields(mine?.fieldsV1), set));
  if (!isEmpty(dropped)) {
    const owned = others.reduce<FieldSet>((sum, each) => union(sum, parseFields(each.fieldsV1)), set);
    object = removeFields(object, dropped, owned, kind.schema) as KubeObject;
  }

  const { set: changed, removed } = changedFields(live, object, kind.schema);
  const kept = settle(others, changed, removed, request.force, () => (manager === KUBECTL ? stillAsApplied(live, kind.schema) : EMPTY));
  const same = mine !== undefined && equal(mine.fieldsV1, set) && mine.apiVersion === apiVersion && isEmpty(changed) && isEmpty(removed);
  const told = manager === KUBECTL ? withAnnotationOf(object, config) : object;
  return { object: told, managedFields: ordered([...kept, same ? mine : entry(time)]) };
}

/** What stood there before the first application, where nobody's name stands at it, belongs to "before-first-apply". */
function entriesOf({ kind, nowMs }: ApplyRequest, live: KubeObject | undefined): Entries {
  const entries = live?.metadata?.managedFields ?? [];
  if (live === undefined || entries.length > 0) return entries;
  const apiVersion = apiVersionOf(kind.resource);
  const of = { manager: 'before-first-apply', operation: 'Update', apiVersion, time: rfc3339(nowMs), subresource: '' };
  return [entryOf(of, createdFields(live, kind.schema))];
}

/** Names and the like are no part of what is merged into a live object. */
function withoutIdentity(config: KubeObject): KubeObject {
  const { name: _n, namespace: _s, managedFields: _m, creationTimestamp: _c, ...metadata } = config.metadata ?? {};
  return { ...config, metadata };
}

/** The other managers' entries after the change; a conflict where one owns what changes, unless it is `allowed`. */
function settle(others: Entries, changed: FieldSet, removed: FieldSet, force: boolean, allowed: () => FieldSet): ManagedFieldsEntry[] {
  const kept: ManagedFieldsEntry[] = [];
  const conflicts: { readonly entry: ManagedFieldsEntry; readonly path: string }[] = [];
  const inDispute = others.some((entry) => !isEmpty(intersection(parseFields(entry.fieldsV1), changed)));
  const ours = inDispute && !force ? allowed() : EMPTY;
  for (const entry of others) {
    const fields = parseFields(entry.fieldsV1);
    for (const path of members(difference(intersection(fields, changed), ours))) conflicts.push({ entry, path: pathText(path) });
    const left = difference(difference(fields, changed), removed);
    if (!isEmpty(left)) kept.push(left === fields ? entry : { ...entry, fieldsV1: left });
  }
  if (conflicts.length > 0 && !force) throw refusal(conflicts);
  return kept;
}

function managerText({ manager, operation, subresource, apiVersion }: ManagedFieldsEntry): string {
  const name = `${JSON.stringify(manager ?? '')}${subresource ? ` with subresource ${JSON.stringify(subresource)}` : ''}`;
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}

function refusal(conflicts: readonly { readonly entry: ManagedFieldsEntry; readonly path: string }[]) {
  const causes = conflicts.map(({ entry, path }): StatusCause => (
    { reason: 'FieldManagerConflict', message: `conflict with ${managerText(entry)}`, field: path }
  ));
  const [first] = conflicts;
  if (conflicts.length === 1 && first) {
    return applyConflict(causes, `Apply failed with 1 conflict: conflict with ${managerText(first.entry)}: ${first.path}`);
  }
  const managers = [...new Set(conflicts.map(({ entry }) => managerText(entry)))].sort();
  const lines = managers.flatMap((manager) => [
    `conflicts with ${manager}:`, ...conflicts.filter(({ entry }) => managerText(entry) === manager).map(({ path }) => `- ${path}`),
  ]);
  return applyConflict(causes, `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`);
}

const typeAt = (type: Type, name: string): Type => {
  if (type.kind === 'struct') return type.field(name)?.type ?? ANY;
  return type.kind === 'map' ? type.element : ANY;
};
const isAtomic = (type: Type): boolean => (type.kind === 'struct' || type.kind === 'map') && type.atomic;

/** The typed merge: maps by key, keyed lists by item, sets as unions, the rest replaced. Shares what stays. */
function merge(live: unknown, config: unknown, type: Type): unknown {
  if (live === undefined || isAtomic(type)) return config;
  if (Array.isArray(config)) return Array.isArray(live) && type.kind === 'list' ? mergeLists(live, config, type) : config;
  if (!isObject(config) || !isObject(live)) return config;
  let out: Record<string, unknown> | undefined;
  for (const key in config) {
    const before = ownOf(live, key);
    const next = merge(before, config[key], typeAt(type, key));
    if (next !== before) setOwn((out ??= { ...live }), key, next);
  }
  return out ?? live;
}

function mergeLists(live: readonly unknown[], config: readonly unknown[], type: Extract<Type, { kind: 'list' }>): unknown {
  if (type.list === 'atomic') return config;
  if (type.list === 'set') return [...live, ...config.filter((item) => !live.some((each) => equal(each, item)))];
  const wanted = new Map(config.map((item) => [itemKey(item, type.keys), item]));
  const out = live.map((item) => {
    const key = itemKey(item, type.keys);
    const change = wanted.get(key);
    wanted.delete(key);
    return change === undefined ? item : merge(item, change, type.element);
  });
  return [...out, ...wanted.values()];
}

/** What is left of a container whose last field went. */
const isBare = (value: unknown): boolean => (Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0);

/** Without the members of the set. A field goes as a whole only where nobody owns anything in it; an item of a list goes with
 *  its last owner, whoever else set fields in it. */
function removeFields(value: unknown, set: FieldSet, owned: FieldSet, type: Type): unknown {
  const goes = (node: FieldSet, key: string): boolean => owned[key] === undefined && (isEmpty(node) || node['.'] !== undefined);
  if (Array.isArray(value)) {
    if (type.kind !== 'list') return value;
    const keyOf = (item: unknown): string => (type.list === 'set' ? valueKey(item) : itemKey(item, type.keys));
    return value.flatMap((item) => {
      const key = keyOf(item);
      const node = set[key];
      if (node === undefined) return [item as unknown];
      return isEmpty(node) || node['.'] !== undefined ? [] : [removeFields(item, node, owned[key] ?? EMPTY, type.element)];
    });
  }
  if (!isObject(value)) return value;
  const out: Record<string, unknown> = { ...value };
  for (const key in set) {
    if (key === '.') continue;
    const name = key.slice(2);
    const node = set[key] as FieldSet;
    if (ownOf(out, name) === undefined) continue;
    if (goes(node, key)) {
      delete out[name];
      continue;
    }
    const left = removeFields(out[name], node, owned[key] ?? EMPTY, typeAt(type, name));
    if (owned[key] === undefined && isBare(left)) delete out[name];
    else setOwn(out, name, left);
  }
  return out;
}
