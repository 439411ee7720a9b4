/** Small readings of metadata that every component needs.
 *  Upstream: staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/{controller_ref,helpers}.go */
import type { OwnerReference } from './generated/types.ts';
import type { KubeObject, ObjectMeta } from './object.ts';
import type { ObjectKey, Resource } from './resource.ts';
import { apiVersionOf } from './resources.ts';

const NO_LABELS: Readonly<Record<string, string>> = Object.freeze({});
const NO_OWNERS: readonly OwnerReference[] = Object.freeze([]);
const NO_META: ObjectMeta = Object.freeze({});

export const metaOf = (object: KubeObject): ObjectMeta => object.metadata ?? NO_META;
export const nameOf = (object: KubeObject): string => object.metadata?.name ?? '';
export const namespaceOf = (object: KubeObject): string => object.metadata?.namespace ?? '';
export const uidOf = (object: KubeObject): string => object.metadata?.uid ?? '';
export const labelsOf = (object: KubeObject): Readonly<Record<string, string>> => object.metadata?.labels ?? NO_LABELS;
export const annotationsOf = (object: KubeObject): Readonly<Record<string, string>> => object.metadata?.annotations ?? NO_LABELS;
export const ownersOf = (object: KubeObject): readonly OwnerReference[] => object.metadata?.ownerReferences ?? NO_OWNERS;
export const isTerminating = (object: KubeObject): boolean => object.metadata?.deletionTimestamp !== undefined;

/** "namespace/name", or "name" where there is no namespace. */
export function keyOf(object: KubeObject): ObjectKey {
  const namespace = object.metadata?.namespace;
  const name = object.metadata?.name ?? '';
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

export const joinKey = (namespace: string | undefined, name: string): ObjectKey =>
  (namespace === undefined || namespace === '' ? name : `${namespace}/${name}`);

export function splitKey(key: ObjectKey): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf('/');
  return slash < 0 ? { namespace: '', name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The owner that manages the object: at most one reference has `controller: true`. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata?.ownerReferences?.find((owner) => owner.controller === true);
}

export const isControlledBy = (object: KubeObject, owner: KubeObject): boolean => {
  const reference = controllerOf(object);
  return reference !== undefined && reference.uid === owner.metadata?.uid;
};

/** The reference that a controller writes into what it makes. */
export const ownerReference = (resource: Resource, owner: KubeObject): OwnerReference => ({
  apiVersion: apiVersionOf(resource), kind: resource.kind, name: nameOf(owner), uid: uidOf(owner), blockOwnerDeletion: true, controller: true,
});

/** The object with other metadata; everything else is shared. */
export const withMeta = <T extends KubeObject>(object: T, change: Partial<ObjectMeta>): T => ({ ...object, metadata: { ...object.metadata, ...change } });

/** The condition of that type among status.conditions. */
export function conditionOf<C extends { readonly type?: string }>(
  object: { readonly status?: { readonly conditions?: readonly C[] } }, type: string,
): C | undefined {
  return object.status?.conditions?.find((condition) => condition.type === type);
}
