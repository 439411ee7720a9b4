/** Deletion: grace, finalizers, propagation, preconditions, collections.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go, rest/delete.go */
import { parseTime, rfc3339 } from '../base/time.ts';
import { ApiError, badRequest, conflict, invalid, isReason, notFound } from '../api/errors.ts';
import type { FieldError } from '../api/field-error.ts';
import { invalidValue, notSupported } from '../api/field-error.ts';
import type { Namespace, Pod } from '../api/generated/types.ts';
import type { KubeObject, ObjectMeta } from '../api/object.ts';
import { structOf } from '../api/schema/types.ts';
import { decodeAs, DecodeError } from '../api/schema/decode.ts';
import { rawBody } from './body.ts';
import { countsGenerations } from './object-meta.ts';
import { queryOf } from './request-info.ts';
import { listObjects } from './read.ts';
import type { Call } from './server-state.ts';
import { strategyContext } from './server-state.ts';
import { admitValidating } from './write.ts';
import type { Written } from './write.ts';

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: string;
  readonly orphanDependents?: boolean;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: readonly string[];
}

const TRIES = 10;
const POLICIES = ['Background', 'Foreground', 'Orphan'];

/** From the body, or from the query where there is none. */
export function deleteOptions(call: Call): DeleteOptions {
  const value = rawBody(call.request)?.value;
  let options: DeleteOptions = {};
  if (typeof value === 'object' && value !== null) {
    try {
      options = decodeAs<DeleteOptions>(value, structOf('DeleteOptions')).object;
    } catch (error) {
      if (error instanceof DecodeError) throw badRequest(`converting DeleteOptions: ${error.message}`);
      throw error;
    }
  }
  const grace = queryOf(call.request, 'gracePeriodSeconds');
  const policy = queryOf(call.request, 'propagationPolicy');
  const merged: DeleteOptions = {
    ...options, ...(grace !== undefined && { gracePeriodSeconds: Number(grace) }), ...(policy !== undefined && { propagationPolicy: policy }),
    ...(queryOf(call.request, 'dryRun') === 'All' && { dryRun: ['All'] }),
  };
  const errors: FieldError[] = [];
  if (merged.propagationPolicy !== undefined && merged.orphanDependents !== undefined) {
    errors.push(invalidValue('propagationPolicy', merged.propagationPolicy, 'orphanDependents and deletionPropagation cannot be both set'));
  }
  if (merged.propagationPolicy !== undefined && !POLICIES.includes(merged.propagationPolicy)) {
    errors.push(notSupported('propagationPolicy', merged.propagationPolicy, [...POLICIES, 'nil']));
  }
  if (merged.dryRun !== undefined && merged.dryRun.some((each) => each !== 'All')) errors.push(notSupported('dryRun', merged.dryRun, ['All']));
  if (merged.gracePeriodSeconds !== undefined && !Number.isInteger(merged.gracePeriodSeconds)) {
    errors.push(invalidValue('gracePeriodSeconds', merged.gracePeriodSeconds, 'must be an integer'));
  }
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', errors);
  return merged;
}

export interface Deleted {
  readonly object: KubeObject;
  /** False: it stays until its grace is over or its finalizers are gone. */
  readonly gone: boolean;
  readonly revision?: number;
}

export async function deleteObject(call: Call, options: DeleteOptions): Promise<Deleted> {
  const { server, kind, info } = call;
  const dryRun = options.dryRun?.includes('All') ?? false;
  for (let attempt = 1; ; attempt += 1) {
    const found = server.storage.get(kind, info.namespace, info.name);
    if (found === undefined) throw notFound(kind.resource, info.name);
    const { object: old, modRevision } = found;
    checkPreconditions(call, old, options);
    await admitValidating(call, 'DELETE', undefined, old, dryRun);
    const next = deletingState(call, old, options);
    if (next !== undefined && next !== old) await kind.conversion?.prepare(next);
    const done = next === undefined ? remove(call, old, modRevision, dryRun) : mark(call, next, old, modRevision, dryRun);
    if (done !== undefined) return done;
    if (attempt >= TRIES) throw conflict(kind.resource, info.name);
  }
}

/** The refusal names the kind where others name the resource. Upstream: staging/src/k8s.io/apiserver/pkg/registry/rest/delete.go */
function checkPreconditions(call: Call, old: KubeObject, { preconditions }: DeleteOptions): void {
  const { uid, resourceVersion } = preconditions ?? {};
  const meta = old.metadata ?? {};
  const refuse = (what: string, wanted: string, is: string | undefined): ApiError => conflict(
    { group: call.kind.resource.group, plural: call.kind.resource.kind }, call.info.name,
    `the ${what} in the precondition (${wanted}) does not match the ${what} in record (${is}). The object might have been ${what === 'UID' ? 'deleted and then recreated' : 'modified'}`,
  );
  if (uid && uid !== meta.uid) throw refuse('UID', uid, meta.uid);
  if (resourceVersion && resourceVersion !== meta.resourceVersion) throw refuse('ResourceVersion', resourceVersion, meta.resourceVersion);
}

function remove(call: Call, old: KubeObject, modRevision: number, dryRun: boolean): Deleted | undefined {
  const { server, kind, info } = call;
  if (dryRun) return { object: old, gone: true };
  const removed = server.storage.remove(kind, info.namespace, info.name, modRevision);
  if (removed === undefined) return undefined;
  kind.strategy.release?.(old, strategyContext(call, info.namespace, false));
  return { object: removed.object, gone: true, revision: removed.modRevision };
}

function mark(call: Call, next: KubeObject, old: KubeObject, modRevision: number, dryRun: boolean): Deleted | undefined {
  if (next === old || dryRun) return { object: next, gone: false };
  const stored = call.server.storage.put(call.kind, next, modRevision);
  return stored && { object: stored.object, gone: false, revision: stored.modRevision };
}

/** The object marked as being deleted; undefined where it may go at once; itself where it is marked already. */
function deletingState(call: Call, old: KubeObject, options: DeleteOptions): KubeObject | undefined {
  const nowMs = call.server.world.clock.now();
  const meta = old.metadata ?? {};
  const finalizers = finalizersFor(call, meta, options);
  const grace = graceOf(call, old, options);
  if (call.kind.resource.kind === 'Namespace' && call.kind.resource.group === '') {
    const namespace = old as Namespace;
    if ((namespace.spec?.finalizers ?? []).length > 0 || finalizers.length > 0) {
      const marked = meta.deletionTimestamp === undefined ? markedMeta(call, meta, nowMs, undefined, finalizers) : { ...meta, finalizers };
      if (meta.deletionTimestamp !== undefined && namespace.status?.phase === 'Terminating') return old;
      return { ...old, metadata: marked, status: { ...namespace.status, phase: 'Terminating' } } as KubeObject;
    }
    return undefined;
  }
  const stays = grace > 0 || finalizers.length > 0;
  if (!stays) return undefined;
  if (meta.deletionTimestamp === undefined) return { ...old, metadata: markedMeta(call, meta, nowMs, grace, finalizers) };
  const shortened = (meta.deletionGracePeriodSeconds ?? 0) > grace;
  const same = finalizers.length === (meta.finalizers ?? []).length && finalizers.every((each) => meta.finalizers?.includes(each));
  if (!shortened && same) return old;
  const startedAt = parseTime(meta.deletionTimestamp) - (meta.deletionGracePeriodSeconds ?? 0) * 1000;
  return {
    ...old,
    metadata: withFinalizers({
      ...meta,
      ...(shortened && { deletionTimestamp: rfc3339(Math.max(startedAt + grace * 1000, nowMs)), deletionGracePeriodSeconds: grace }),
    }, finalizers),
  };
}

function markedMeta(call: Call, meta: ObjectMeta, nowMs: number, grace: number | undefined, finalizers: readonly string[]): ObjectMeta {
  return withFinalizers({
    ...meta,
    deletionTimestamp: rfc3339(nowMs + (grace ?? 0) * 1000),
    ...(grace !== undefined && { deletionGracePeriodSeconds: grace }),
    ...(countsGenerations(call.kind) && { generation: (meta.generation ?? 0) + 1 }),
  }, finalizers);
}

function withFinalizers(meta: ObjectMeta, finalizers: readonly string[]): ObjectMeta {
  const { finalizers: _, ...rest } = meta;
  return finalizers.length === 0 ? rest : { ...rest, finalizers };
}

/** With those that the propagation policy asks for, and without those that it forbids. */
function finalizersFor(call: Call, meta: ObjectMeta, { propagationPolicy, orphanDependents }: DeleteOptions): readonly string[] {
  const now = meta.finalizers ?? [];
  if (call.kind.resource.kind === 'Namespace') return now;
  const policy = propagationPolicy ?? (orphanDependents === undefined ? undefined : orphanDependents ? 'Orphan' : 'Background');
  const others = now.filter((each) => each !== 'orphan' && each !== 'foregroundDeletion');
  if (policy === 'Orphan') return [...others, 'orphan'];
  if (policy === 'Foreground') return [...others, 'foregroundDeletion'];
  if (policy === 'Background') return others.length === now.length ? now : others;
  return now;
}

/** Only Pods have time to stop: as long as they ask for, unless they run nowhere or have ended. */
function graceOf(call: Call, old: KubeObject, { gracePeriodSeconds }: DeleteOptions): number {
  const { kind, group } = call.kind.resource;
  if (kind !== 'Pod' || group !== '') return 0;
  const { spec, status, metadata } = old as Pod;
  let grace = gracePeriodSeconds ?? spec?.terminationGracePeriodSeconds ?? 30;
  if (grace < 0) grace = 1;
  if (!spec?.nodeName || status?.phase === 'Succeeded' || status?.phase === 'Failed') grace = 0;
  if (metadata?.deletionTimestamp === undefined) return grace;
  const now = metadata.deletionGracePeriodSeconds ?? 0;
  return gracePeriodSeconds === undefined && grace > 0 ? now : Math.min(now, grace);
}

/** An update has taken the last finalizer from an object whose grace is over. */
export function completesDeletion(next: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = next.metadata ?? {};
  if (deletionTimestamp === undefined || finalizers.length > 0) return false;
  const left = (next as { spec?: { finalizers?: readonly string[] } }).spec?.finalizers;
  if (next.kind === 'Namespace') return (left ?? []).length === 0;
  return deletionGracePeriodSeconds === 0;
}

export function finishDeletion(call: Call, next: KubeObject, old: KubeObject, modRevision: number, dryRun: boolean): Written | undefined {
  const removed = remove(call, old, modRevision, dryRun);
  return removed && { object: next, created: false, ...(removed.revision !== undefined && { revision: removed.revision }) };
}

/** Deletes each of what the selectors choose, in order; what is gone meanwhile does not matter. */
export async function deleteCollection(call: Call, options: DeleteOptions): Promise<object> {
  const list = listObjects(call);
  for (const item of list.items) {
    const { name = '', namespace = '' } = item.metadata ?? {};
    try {
      await deleteObject({ ...call, info: { ...call.info, name, namespace, verb: 'delete' } }, options);
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
  }
  return list;
}
