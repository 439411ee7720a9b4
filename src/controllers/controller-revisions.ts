/** The numbered templates that DaemonSets and StatefulSets remember, as ControllerRevisions.
 *  Upstream: pkg/controller/history/controller_history.go */
import { fnv32a } from '../base/hash.ts';
import { canonical, equal } from '../base/json.ts';
import { isReason } from '../api/errors.ts';
import type { ControllerRevision, PodTemplateSpec } from '../api/generated/types.ts';
import { annotationsOf, isControlledBy, labelsOf, nameOf, namespaceOf, ownerReference, uidOf } from '../api/meta.ts';
import type { KubeObject } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import { ControllerRevisions } from '../api/resources.ts';
import type { Client } from '../client/client.ts';
import { safeEncode } from './replica-sets.ts';

/** On Pods: which revision they were made from. */
export const REVISION_HASH = 'controller-revision-hash';
/** On ControllerRevisions. */
export const HASH = 'controller.kubernetes.io/hash';

export interface RevisionOwner extends KubeObject {
  readonly spec?: { readonly template: PodTemplateSpec; readonly revisionHistoryLimit?: number };
  readonly status?: { readonly collisionCount?: number };
}

/** What a revision keeps: the template, as a patch that puts it back. */
const dataOf = (template: PodTemplateSpec): object => ({ spec: { template: { ...template, $patch: 'replace' } } });

export function newRevision(resource: Resource, owner: RevisionOwner, revision: number, hashLabel: string): ControllerRevision {
  const template = owner.spec!.template;
  const data = dataOf(template);
  const collisions = owner.status?.collisionCount;
  const hash = safeEncode(String(fnv32a(canonical(data) + (collisions === undefined ? '' : `#${collisions}`))));
  const { 'kubectl.kubernetes.io/last-applied-configuration': _, ...annotations } = annotationsOf(owner);
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${nameOf(owner)}-${hash}`,
      namespace: namespaceOf(owner),
      labels: { ...template.metadata?.labels, [hashLabel]: hash },
      annotations,
      ownerReferences: [ownerReference(resource, owner)],
    },
    data,
    revision,
  };
}

export const isSameRevision = (a: ControllerRevision, b: ControllerRevision): boolean => equal(a.data, b.data);

/** The template that a revision keeps. */
export function templateIn(revision: ControllerRevision): PodTemplateSpec {
  const { $patch: _, ...template } = (revision.data as { spec: { template: PodTemplateSpec & { $patch?: string } } }).spec.template;
  return template;
}

export const byRevision = (a: ControllerRevision, b: ControllerRevision): number =>
  a.revision - b.revision || (nameOf(a) < nameOf(b) ? -1 : 1);

/** Makes it; a name that our own equal revision has already is as good. Another template of that name is a collision: undefined. */
export async function createRevision(
  client: Client,
  owner: KubeObject,
  revision: ControllerRevision,
): Promise<ControllerRevision | undefined> {
  try {
    return await client.create(ControllerRevisions, revision);
  } catch (error) {
    if (!isReason(error, 'AlreadyExists')) throw error;
    const existing = await client.get(ControllerRevisions, nameOf(revision), namespaceOf(revision));
    return isControlledBy(existing, owner) && isSameRevision(existing, revision) ? existing : undefined;
  }
}

/** Brings the number of the current revision to the top, as a rollback does. */
export const renumberRevision = (client: Client, revision: ControllerRevision, number: number): Promise<ControllerRevision> =>
  client.update(ControllerRevisions, { ...revision, revision: number });

/** Deletes the oldest revisions beyond the limit, but none that is in use. */
export async function trimRevisions(
  client: Client,
  revisions: readonly ControllerRevision[],
  inUse: ReadonlySet<string>,
  limit: number,
): Promise<void> {
  const idle = revisions.filter((revision) => !inUse.has(nameOf(revision))).sort(byRevision);
  for (const revision of idle.slice(0, Math.max(0, idle.length - limit))) {
    try {
      await client.delete(ControllerRevisions, nameOf(revision), namespaceOf(revision), { preconditions: { uid: uidOf(revision) } });
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
  }
}

export const hashOf = (revision: ControllerRevision, label: string): string => labelsOf(revision)[label] ?? '';
