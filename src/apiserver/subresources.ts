/** Which part of an object a subresource may write: everything else is put back as it was.
 *  Upstream: the strategies of pkg/registry, GetResetFields and PrepareForUpdate */
import type { Pod } from '../api/generated/types.ts';
import type { KubeObject, ObjectMeta } from '../api/object.ts';
import type { FieldSet } from './field-set.ts';
import { EMPTY } from './field-set.ts';
import type { Kind } from './kinds.ts';

type Json = Readonly<Record<string, unknown>>;

export function restoreForSubresource(kind: Kind, subresource: string, next: KubeObject, old: KubeObject): KubeObject {
  switch (subresource) {
    case '': return hasStatus(kind) ? withField(next, 'status', old) : next;
    case 'status': return statusOnly(kind, next, old);
    case 'approval': return withField(next, 'spec', old);
    case 'finalize': return { ...old, metadata: { ...old.metadata, resourceVersion: next.metadata?.resourceVersion ?? '' }, spec: (next as Json)['spec'] } as KubeObject;
    case 'ephemeralcontainers': return ephemeralOnly(next as Pod, old as Pod);
    case 'resize': return withField(next, 'status', old);
    default: return next;
  }
}

const STATUS: FieldSet = Object.freeze({ 'f:status': EMPTY });
const SPEC: FieldSet = Object.freeze({ 'f:spec': EMPTY });
const SPEC_AND_LABELS: FieldSet = Object.freeze({ 'f:metadata': Object.freeze({ 'f:labels': EMPTY }), 'f:spec': EMPTY });
const LABELLED_STATUS = new Set(['Deployment', 'ReplicaSet']);

/** Fields that a write to the subresource puts back: whoever sends them does not come to own them. */
export function resetFields(kind: Kind, subresource: string): FieldSet {
  if (subresource === '') return hasStatus(kind) ? STATUS : EMPTY;
  if (subresource === 'status') return LABELLED_STATUS.has(kind.resource.kind) ? SPEC_AND_LABELS : SPEC;
  return subresource === 'approval' ? SPEC : EMPTY;
}

const hasStatus = (kind: Kind): boolean => kind.resource.subresources.some(({ name }) => name === 'status');

function withField(next: KubeObject, field: string, from: KubeObject): KubeObject {
  const [value, before] = [(next as Json)[field], (from as Json)[field]];
  if (value === before) return next;
  const { [field]: _, ...rest } = next as Json;
  return (before === undefined ? rest : { ...rest, [field]: before }) as KubeObject;
}

/** Status, and of metadata what an author may use it for: labels, annotations and the revision that was read. */
function statusOnly(kind: Kind, next: KubeObject, old: KubeObject): KubeObject {
  const { labels, annotations, resourceVersion, managedFields, uid, finalizers } = next.metadata ?? {};
  const metadata: { -readonly [K in keyof ObjectMeta]: ObjectMeta[K] } = { ...old.metadata, resourceVersion: resourceVersion ?? '' };
  if (managedFields) metadata.managedFields = managedFields;
  if (uid) metadata.uid = uid;
  if (kind.resource.kind === 'Pod' && finalizers) metadata.finalizers = finalizers;
  set(metadata, 'annotations', annotations);
  if (kind.resource.group === '') set(metadata, 'labels', labels);
  const status = (next as Json)['status'];
  const { status: _, ...rest } = old as Json;
  return { ...rest, metadata, ...(status !== undefined && { status }) } as KubeObject;
}

function set(metadata: { -readonly [K in keyof ObjectMeta]: ObjectMeta[K] }, field: 'labels' | 'annotations', value: ObjectMeta['labels']): void {
  if (value === undefined) delete metadata[field];
  else metadata[field] = value;
}

function ephemeralOnly(next: Pod, old: Pod): KubeObject {
  return {
    ...old, metadata: { ...old.metadata, resourceVersion: next.metadata?.resourceVersion ?? '' },
    spec: { ...old.spec, containers: old.spec?.containers ?? [], ephemeralContainers: next.spec?.ephemeralContainers ?? [] },
  } as Pod;
}
