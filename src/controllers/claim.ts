/** Who belongs to whom: a controller adopts matching objects that have no controller, and releases its own that no longer
 *  match. Both are patches that name uids, so they never touch a namesake.
 *  Upstream: pkg/controller/controller_ref_manager.go */
import { isReason } from '../api/errors.ts';
import { controllerOf, isTerminating, labelsOf, nameOf, namespaceOf, ownerReference, uidOf } from '../api/meta.ts';
import type { KubeObject } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import type { Client } from '../client/client.ts';

export interface ClaimOptions<T extends KubeObject> {
  readonly client: Client;
  /** The kind of what is claimed. */
  readonly resource: Resource<T>;
  readonly ownerResource: Resource;
  readonly owner: KubeObject;
  readonly matches: (labels: Readonly<Record<string, string>>) => boolean;
  /** Both what is owned and what might be adopted. */
  readonly candidates: readonly T[];
  /** What an adopted object gets besides its owner. */
  readonly finalizers?: readonly string[];
}

/** The owner's objects after adopting and releasing. */
export async function claim<T extends KubeObject>(options: ClaimOptions<T>): Promise<readonly T[]> {
  const { owner, matches } = options;
  const claimed: T[] = [];
  let mayAdopt: boolean | undefined;
  for (const object of options.candidates) {
    const controller = controllerOf(object);
    if (controller !== undefined) {
      if (controller.uid !== uidOf(owner)) continue;
      if (matches(labelsOf(object))) claimed.push(object);
      else if (!isTerminating(owner)) await release(options, object);
      continue;
    }
    if (isTerminating(owner) || isTerminating(object) || !matches(labelsOf(object))) continue;
    mayAdopt ??= await isStillThere(options);
    if (mayAdopt && (await adopt(options, object))) claimed.push(object);
  }
  return claimed;
}

/** The informer may be behind: only the API knows whether the owner still lives. */
async function isStillThere<T extends KubeObject>({ client, ownerResource, owner }: ClaimOptions<T>): Promise<boolean> {
  try {
    const fresh = await client.get(ownerResource, nameOf(owner), ownerResource.namespaced ? namespaceOf(owner) : undefined);
    return uidOf(fresh) === uidOf(owner) && !isTerminating(fresh);
  } catch (error) {
    if (isReason(error, 'NotFound')) return false;
    throw error;
  }
}

async function adopt<T extends KubeObject>(options: ClaimOptions<T>, object: T): Promise<boolean> {
  const metadata = {
    ownerReferences: [ownerReference(options.ownerResource, options.owner)],
    ...(options.finalizers !== undefined && { finalizers: options.finalizers }),
    uid: uidOf(object),
  };
  return patchMeta(options, object, metadata);
}

async function release<T extends KubeObject>(options: ClaimOptions<T>, object: T): Promise<void> {
  await patchMeta(options, object, { ownerReferences: [{ $patch: 'delete', uid: uidOf(options.owner) }], uid: uidOf(object) });
}

/** False where the object is gone or is another one by now. */
async function patchMeta<T extends KubeObject>({ client, resource }: ClaimOptions<T>, object: T, metadata: object): Promise<boolean> {
  try {
    await client.patch(resource, nameOf(object), namespaceOf(object), 'strategic', { metadata });
    return true;
  } catch (error) {
    if (isReason(error, 'NotFound') || isReason(error, 'Invalid') || isReason(error, 'Conflict')) return false;
    throw error;
  }
}
