/** The rules for metadata that hold for every kind, on create and on update.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/registry/rest/{create,update,meta}.go, apimachinery/pkg/api/validation/objectmeta.go */
import { rfc3339 } from '../base/time.ts';
import { equal } from '../base/json.ts';
import type { World } from '../base/world.ts';
import type { FieldError } from '../api/field-error.ts';
import { forbiddenField, invalidValue, required, tooLong } from '../api/field-error.ts';
import { dns1123LabelErrors, dns1123SubdomainErrors, labelValueErrors, nameErrorsOf, pathSegmentErrors, qualifiedNameErrors } from '../api/names.ts';
import type { KubeObject, ObjectMeta } from '../api/object.ts';
import type { Kind } from './kinds.ts';

const ANNOTATIONS_BYTES_MAX = 256 * 1024;
const GENERATED_BASE_MAX = 58;
const SUFFIX_LENGTH = 5;

/** Kinds that count changes of their spec. */
const COUNTED: ReadonlySet<string> = new Set([
  'Pod', 'PodTemplate', 'ReplicationController', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'Ingress', 'IngressClass',
  'NetworkPolicy', 'PodDisruptionBudget', 'CustomResourceDefinition', 'EndpointSlice', 'PriorityClass', 'FlowSchema', 'PriorityLevelConfiguration',
  'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding', 'ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration', 'CSIDriver',
  'ServiceCIDR', 'IPAddress',
]);

export const countsGenerations = (kind: Kind): boolean => kind.resource.definition === undefined || COUNTED.has(kind.resource.kind);

/** "web-" to "web-x7k2p": the base is cut so that the whole fits 63 characters. */
export const generatedName = (world: World, base: string): string => base.slice(0, GENERATED_BASE_MAX) + world.random.suffix(SUFFIX_LENGTH);

/** Metadata of a new object: what the client may say, and what only the server knows. */
export function metaForCreate(kind: Kind, meta: ObjectMeta, namespace: string, name: string, world: World): ObjectMeta {
  const next: { -readonly [K in keyof ObjectMeta]: ObjectMeta[K] } = { ...meta };
  for (const field of SERVERS_OWN) if (next[field] !== undefined) delete next[field];
  next.name = name;
  if (kind.resource.namespaced) next.namespace = namespace;
  next.uid = world.random.uuid();
  next.creationTimestamp = rfc3339(world.clock.now());
  if (countsGenerations(kind)) next.generation = 1;
  return next;
}

/** What a client says of these at a creation counts for nothing. */
const SERVERS_OWN = ['deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink', 'generation', 'resourceVersion'] as const;

/** Metadata of an update: what never changes comes from the old state. */
export function metaForUpdate(kind: Kind, meta: ObjectMeta, old: ObjectMeta): ObjectMeta {
  const next: { -readonly [K in keyof ObjectMeta]: ObjectMeta[K] } = { ...meta };
  for (const field of ['generation', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'creationTimestamp', 'uid'] as const) {
    if (field === 'uid' && meta.uid) continue;
    if (old[field] === undefined) delete next[field];
    else next[field] = old[field] as never;
  }
  delete next.selfLink;
  next.name ||= old.name as string;
  if (kind.resource.namespaced) next.namespace ||= old.namespace as string;
  return next;
}

export function metaErrors(kind: Kind, meta: ObjectMeta): readonly FieldError[] {
  const errors: FieldError[] = [];
  const nameErrors = kind.strategy.nameErrors ?? nameErrorsOf(dns1123SubdomainErrors);
  if (meta.generateName) for (const text of nameErrors(meta.generateName, true)) errors.push(invalidValue('metadata.generateName', meta.generateName, text));
  if (!meta.name) errors.push(required('metadata.name', 'name or generateName is required'));
  else {
    for (const text of [...pathSegmentErrors(meta.name, false), ...nameErrors(meta.name, false)]) errors.push(invalidValue('metadata.name', meta.name, text));
  }
  if (kind.resource.namespaced) {
    if (!meta.namespace) errors.push(required('metadata.namespace'));
    else for (const text of dns1123LabelErrors(meta.namespace)) errors.push(invalidValue('metadata.namespace', meta.namespace, text));
  } else if (meta.namespace) errors.push(forbiddenField('metadata.namespace', 'not allowed on this type'));
  errors.push(...labelErrors(meta), ...annotationErrors(meta), ...ownerErrors(meta), ...finalizerErrors(meta, isBuiltIn(kind)));
  return errors;
}

export function labelErrors(meta: ObjectMeta, path = 'metadata.labels'): readonly FieldError[] {
  if (meta.labels === undefined) return [];
  const errors: FieldError[] = [];
  for (const key in meta.labels) {
    for (const text of qualifiedNameErrors(key)) errors.push(invalidValue(path, key, text));
    for (const text of labelValueErrors(meta.labels[key] as string)) errors.push(invalidValue(path, meta.labels[key], text));
  }
  return errors;
}

function annotationErrors(meta: ObjectMeta): readonly FieldError[] {
  if (meta.annotations === undefined) return [];
  const errors: FieldError[] = [];
  let size = 0;
  for (const key in meta.annotations) {
    size += key.length + (meta.annotations[key] as string).length;
    for (const text of qualifiedNameErrors(key.toLowerCase())) errors.push(invalidValue('metadata.annotations', key, text));
  }
  if (size > ANNOTATIONS_BYTES_MAX) errors.push(tooLong('metadata.annotations', ANNOTATIONS_BYTES_MAX));
  return errors;
}

function ownerErrors(meta: ObjectMeta): readonly FieldError[] {
  const owners = meta.ownerReferences;
  if (owners === undefined) return [];
  const errors: FieldError[] = [];
  let controller: string | undefined;
  owners.forEach((owner, i) => {
    const path = `metadata.ownerReferences[${i}]`;
    if (!owner.apiVersion) errors.push(invalidValue(`${path}.apiVersion`, owner.apiVersion ?? '', 'version must not be empty'));
    if (!owner.kind) errors.push(invalidValue(`${path}.kind`, owner.kind ?? '', 'must not be empty'));
    if (!owner.name) errors.push(invalidValue(`${path}.name`, owner.name ?? '', 'must not be empty'));
    if (!owner.uid) errors.push(invalidValue(`${path}.uid`, owner.uid ?? '', 'must not be empty'));
    if (owner.controller !== true) return;
    const text = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${owner.kind}/${owner.name}`;
    if (controller !== undefined) errors.push(invalidValue('metadata.ownerReferences', owners, text));
    controller = `${owner.kind}/${owner.name}`;
  });
  return errors;
}

const STANDARD_FINALIZERS = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

/** Groups of the extension servers, and custom resources, take any qualified name; the rest wants a domain before it.
 *  Upstream: pkg/apis/core/validation/validation.go ValidateObjectMeta; apiextensions validates with apimachinery's */
const isBuiltIn = ({ resource: { group, definition } }: Kind): boolean =>
  definition !== undefined && group !== 'apiextensions.k8s.io' && group !== 'apiregistration.k8s.io';

function finalizerErrors(meta: ObjectMeta, wantsDomain: boolean): readonly FieldError[] {
  const { finalizers } = meta;
  if (finalizers === undefined) return [];
  const errors: FieldError[] = [];
  finalizers.forEach((finalizer, i) => {
    for (const text of qualifiedNameErrors(finalizer)) errors.push(invalidValue('metadata.finalizers', finalizer, text));
    if (wantsDomain && finalizer.split('/').length === 1 && !STANDARD_FINALIZERS.has(finalizer)) {
      errors.push(invalidValue(`metadata.finalizers[${i}]`, finalizer, 'name is neither a standard finalizer name nor is it fully qualified'));
    }
  });
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    errors.push(invalidValue('metadata.finalizers', finalizers, 'finalizer foregroundDeletion and orphan cannot be both set'));
  }
  return errors;
}

const IMMUTABLE = 'field is immutable';

export function metaUpdateErrors(meta: ObjectMeta, old: ObjectMeta): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (old.deletionTimestamp !== undefined) {
    const added = (meta.finalizers ?? []).filter((finalizer) => !old.finalizers?.includes(finalizer));
    if (added.length > 0) {
      errors.push(forbiddenField('metadata.finalizers', `no new finalizers can be added if the object is being deleted, found new finalizers ${goStrings(added)}`));
    }
  }
  for (const field of ['name', 'namespace', 'uid', 'creationTimestamp'] as const) {
    if (!equal(meta[field], old[field])) errors.push(invalidValue(`metadata.${field}`, meta[field] ?? '', IMMUTABLE));
  }
  return errors;
}

const goStrings = (texts: readonly string[]): string => `[]string{${texts.map((text) => JSON.stringify(text)).join(', ')}}`;

/** Raised where the kind counts and its desired state changed. */
export function withGeneration(kind: Kind, object: KubeObject, old: KubeObject): KubeObject {
  if (!countsGenerations(kind)) return object;
  const changes = kind.strategy.generationChanges?.(object, old) ?? desiredDiffers(kind, object, old);
  if (!changes) return object;
  return { ...object, metadata: { ...object.metadata, generation: (old.metadata?.generation ?? 0) + 1 } };
}

/** The spec, or whatever the kind has beside metadata and status. */
function desiredDiffers(kind: Kind, object: KubeObject, old: KubeObject): boolean {
  const [next, before] = [object as Readonly<Record<string, unknown>>, old as Readonly<Record<string, unknown>>];
  if ('spec' in next || 'spec' in before || kind.resource.definition === undefined) {
    if (!equal(next['spec'], before['spec'])) return true;
    if (kind.resource.definition !== undefined) return false;
  }
  for (const field of new Set([...Object.keys(next), ...Object.keys(before)])) {
    if (field === 'metadata' || field === 'status' || field === 'apiVersion' || field === 'kind') continue;
    if (!equal(next[field], before[field])) return true;
  }
  return false;
}
