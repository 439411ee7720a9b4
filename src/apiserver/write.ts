/** Storing what was decoded: admission, strategy, validation, allocation, etcd, in that order for creates and updates alike.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go */
import { equal } from '../base/json.ts';
import { alreadyExists, conflict, generateNameConflict, invalid, notFound } from '../api/errors.ts';
import type { KubeObject } from '../api/object.ts';
import type { Operation } from './admission.ts';
import { completesDeletion, finishDeletion } from './delete.ts';
import type { Entries } from './field-manager.ts';
import { generatedName, metaErrors, metaForCreate, metaForUpdate, metaUpdateErrors, withGeneration } from './object-meta.ts';
import type { Kind } from './kinds.ts';
import { takingsOf } from './range-allocator.ts';
import type { Call } from './server-state.ts';
import { strategyContext } from './server-state.ts';
import type { StrategyContext } from './strategy.ts';
import { restoreForSubresource } from './subresources.ts';

const GENERATE_TRIES = 8;
const CONFLICT_TRIES = 5;

export interface WriteOptions {
  readonly dryRun: boolean;
  readonly manager: string;
}

export interface Written {
  readonly object: KubeObject;
  readonly created: boolean;
  /** Absent where nothing was stored: dry runs and changes of nothing. */
  readonly revision?: number;
}

/** Runs the plugins that may change the object; waits only for those that wait. */
async function mutate(
  call: Call,
  operation: Operation,
  object: KubeObject,
  old: KubeObject | undefined,
  dryRun: boolean,
): Promise<KubeObject> {
  let current = object;
  for (const plugin of call.server.admission) {
    if (plugin.admit === undefined) continue;
    const attributes = attributesOf(call, operation, current, old, dryRun);
    if (!plugin.handles(attributes)) continue;
    const next = plugin.admit(current, attributes, call.server.reader);
    current = next instanceof Promise ? await next : next;
  }
  return current;
}

export async function admitValidating(
  call: Call,
  operation: Operation,
  object: KubeObject | undefined,
  old: KubeObject | undefined,
  dryRun: boolean,
): Promise<void> {
  for (const plugin of call.server.admission) {
    if (plugin.validate === undefined) continue;
    const attributes = attributesOf(call, operation, object, old, dryRun);
    if (!plugin.handles(attributes)) continue;
    const waiting = plugin.validate(attributes, call.server.reader);
    if (waiting instanceof Promise) await waiting;
  }
}

/** Loads CEL where an object needs it; once it is there this waits for nothing. */
async function withCel({ server, kind }: Call, object: KubeObject): Promise<void> {
  if (server.cel.loaded === undefined && kind.needsCel?.(object) === true) await server.cel.load();
}

function attributesOf(call: Call, operation: Operation, object: KubeObject | undefined, old: KubeObject | undefined, dryRun: boolean) {
  const { info, kind, user } = call;
  return {
    operation,
    resource: kind.resource,
    subresource: info.subresource,
    namespace: info.namespace,
    name: info.name || object?.metadata?.name || '',
    object,
    old,
    user,
    dryRun,
    warn: call.warn,
  };
}

/** `object` is decoded and defaulted. */
export async function storeNew(call: Call, object: KubeObject, options: WriteOptions, applied?: Entries): Promise<Written> {
  const { server, kind, info } = call;
  const { resource, strategy } = kind;
  const given = object.metadata ?? {};
  const isGenerated = !given.name && Boolean(given.generateName);
  const placed = resource.namespaced ? { ...object, metadata: { ...given, namespace: info.namespace } } : object;
  // Before admission: what plugins fill in belongs to nobody.
  const managedFields = applied ?? server.fields.afterUpdate(kind, placed, undefined, options.manager, info.subresource);
  for (let attempt = 1; ; attempt += 1) {
    const name = isGenerated ? generatedName(server.world, given.generateName as string) : (given.name ?? '');
    let next = await mutate(call, 'CREATE', placed, undefined, options.dryRun);
    await withCel(call, next);
    next = { ...next, metadata: { ...metaForCreate(kind, next.metadata ?? {}, info.namespace, name, server.world), managedFields } };
    const takings = takingsOf(server.allocators);
    const context: StrategyContext = { ...strategyContext(call, info.namespace, options.dryRun), allocators: takings };
    try {
      next = withStatus(call, strategy.prepareForCreate(next, context));
      const errors = [...metaErrors(kind, next.metadata ?? {}), ...strategy.validate(next, context)];
      if (errors.length > 0) throw invalid(resource, name, errors);
      for (const text of strategy.warnings?.(next, undefined, context) ?? []) call.warn(text);
      await admitValidating(call, 'CREATE', next, undefined, options.dryRun);
      const exists = server.storage.get(kind, info.namespace, name) !== undefined;
      if (!exists && strategy.allocate) next = strategy.allocate(next, undefined, context);
      await kind.conversion?.prepare(next);
      if (options.dryRun) {
        if (exists && !isGenerated) throw alreadyExists(resource, name);
        takings.giveBack();
        return { object: next, created: true };
      }
      const stored = exists ? undefined : server.storage.put(kind, next, 0);
      if (stored) {
        takings.keep();
        return { object: stored.object, created: true, revision: stored.modRevision };
      }
      if (!isGenerated) throw alreadyExists(resource, name);
      if (attempt >= GENERATE_TRIES) throw generateNameConflict(resource, name);
    } catch (error) {
      takings.giveBack();
      throw error;
    }
    takings.giveBack();
  }
}

/** Go writes the status of a new object although it is empty. */
function withStatus({ kind }: Call, object: KubeObject): KubeObject {
  if ('status' in object || kind.resource.definition === undefined || kind.schema.field('status') === undefined) return object;
  return { ...object, status: {} } as KubeObject;
}

export interface Change {
  /** Decoded and defaulted; made anew from each state that was found. Returns `old` itself for no change. */
  compute(old: KubeObject): KubeObject;
  /** A client that named a revision is told of the conflict; for others the change is made again. */
  readonly retries: boolean;
  /** The managedFields where server-side apply has made them. */
  fieldsFor?(object: KubeObject, old: KubeObject): Entries;
}

export async function storeChange(call: Call, change: Change, options: WriteOptions): Promise<Written> {
  const { server, kind, info } = call;
  const { resource } = kind;
  for (let attempt = 1; ; attempt += 1) {
    const found = server.storage.get(kind, info.namespace, info.name);
    if (found === undefined) throw notFound(resource, info.name);
    const result = await storeOnce(call, change, found.object, found.modRevision, options);
    if (result !== undefined) return result;
    if (!change.retries || attempt >= CONFLICT_TRIES) throw conflict(resource, info.name);
  }
}

/** undefined: somebody wrote in between. */
async function storeOnce(
  call: Call,
  change: Change,
  old: KubeObject,
  modRevision: number,
  options: WriteOptions,
): Promise<Written | undefined> {
  const { server, kind, info } = call;
  const { resource, strategy } = kind;
  const wanted = change.compute(old);
  if (wanted === old) return { object: old, created: false };
  const sent = wanted.metadata?.resourceVersion ?? '';
  if (sent === '' && strategy.allowUnconditionalUpdate === false && !change.retries) {
    throw invalid({ group: resource.group, kind: resource.plural }, info.name, [
      { type: 'FieldValueInvalid', field: 'metadata.resourceVersion', value: '0x0', detail: 'must be specified for an update' },
    ]);
  }
  if (sent !== '' && sent !== old.metadata?.resourceVersion) throw conflict(resource, info.name);
  let next = restoreForSubresource(kind, info.subresource, wanted, old);
  const asSent = { ...next, metadata: metaForUpdate(kind, next.metadata ?? {}, old.metadata ?? {}) };
  const managedFields = change.fieldsFor?.(asSent, old) ?? server.fields.afterUpdate(kind, asSent, old, options.manager, info.subresource);
  next = await mutate(call, 'UPDATE', next, old, options.dryRun);
  await withCel(call, next);
  checkUid(call, next, old);
  const takings = takingsOf(server.allocators);
  const context: StrategyContext = { ...strategyContext(call, info.namespace, options.dryRun), allocators: takings };
  try {
    next = { ...next, metadata: metaForUpdate(kind, next.metadata ?? {}, old.metadata ?? {}) };
    next = { ...next, metadata: { ...next.metadata, managedFields, resourceVersion: old.metadata?.resourceVersion ?? '' } };
    next = withGeneration(kind, strategy.prepareForUpdate(next, old, context), old);
    checkUpdate(call, next, old, context);
    await admitValidating(call, 'UPDATE', next, old, options.dryRun);
    if (strategy.allocate && info.subresource === '') next = strategy.allocate(next, old, context);
    if (completesDeletion(next)) return finishDeletion(call, next, old, modRevision, options.dryRun);
    await kind.conversion?.prepare(next);
    if (isSame(kind, next, old)) {
      takings.giveBack();
      return { object: old, created: false };
    }
    if (options.dryRun) {
      takings.giveBack();
      return { object: next, created: false };
    }
    const stored = server.storage.put(kind, next, modRevision);
    if (stored === undefined) takings.giveBack();
    else takings.keep();
    return stored && { object: stored.object, created: false, revision: stored.modRevision };
  } catch (error) {
    takings.giveBack();
    throw error;
  }
}

/** Kinds that show the objects of another one are compared as they are stored. */
function isSame({ toStored, conversion }: Kind, next: KubeObject, old: KubeObject): boolean {
  return equal(next, old) || (toStored !== undefined && conversion === undefined && equal(toStored(next), toStored(old)));
}

function checkUid(call: Call, next: KubeObject, old: KubeObject): void {
  const uid = next.metadata?.uid;
  if (!uid || uid === old.metadata?.uid) return;
  const key = call.server.storage.keyOf(call.kind, call.info.namespace, call.info.name);
  const why =
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMessage: ` +
    `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata?.uid}`;
  throw conflict(call.kind.resource, call.info.name, why);
}

function checkUpdate(call: Call, next: KubeObject, old: KubeObject, context: StrategyContext): void {
  const { kind, info } = call;
  const { strategy, resource } = kind;
  const errors = [...metaErrors(kind, next.metadata ?? {}), ...metaUpdateErrors(next.metadata ?? {}, old.metadata ?? {})];
  if (info.subresource === 'status') errors.push(...(strategy.validateStatusUpdate?.(next, old, context) ?? []));
  else errors.push(...strategy.validateUpdate(next, old, context));
  if (errors.length > 0) throw invalid(resource, info.name, errors);
  for (const text of strategy.warnings?.(next, old, context) ?? []) call.warn(text);
}
