/** What a Deployment reads from its ReplicaSets and writes on them: revisions, the surge and unavailability that it may
 *  afford, and the name that a template's content gives.
 *  Upstream: pkg/controller/deployment/util/deployment_util.go */
import { fnv32a } from '../base/hash.ts';
import { canonical, equal } from '../base/json.ts';
import type { Deployment, PodTemplateSpec, ReplicaSet } from '../api/generated/types.ts';
import { scaledValue } from '../api/int-or-string.ts';
import { annotationsOf, nameOf } from '../api/meta.ts';
import { createdAt } from './pods.ts';

export const REVISION = 'deployment.kubernetes.io/revision';
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';
export const TEMPLATE_HASH = 'pod-template-hash';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const NOT_COPIED: ReadonlySet<string> = new Set([
  LAST_APPLIED,
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  'deprecated.deployment.rollback.to',
]);
const HISTORY_CHARACTERS_MAX = 2000;
const SAFE = 'bcdfghjklmnpqrstvwxz2456789';
/** What a Deployment without a progress deadline or a history limit holds: the largest 32 bit integer. */
const UNLIMITED = 2_147_483_647;

export const replicasOf = (of: Deployment | ReplicaSet): number => of.spec?.replicas ?? 1;
export const isRolling = (deployment: Deployment): boolean => deployment.spec?.strategy?.type !== 'Recreate';
export const hasDeadline = (deployment: Deployment): boolean => (deployment.spec?.progressDeadlineSeconds ?? UNLIMITED) !== UNLIMITED;

export const sumReplicas = (sets: readonly ReplicaSet[]): number => sets.reduce((sum, set) => sum + replicasOf(set), 0);
export const sumActual = (sets: readonly ReplicaSet[]): number => sets.reduce((sum, set) => sum + (set.status?.replicas ?? 0), 0);
export const sumReady = (sets: readonly ReplicaSet[]): number => sets.reduce((sum, set) => sum + (set.status?.readyReplicas ?? 0), 0);
export const sumAvailable = (sets: readonly ReplicaSet[]): number =>
  sets.reduce((sum, set) => sum + (set.status?.availableReplicas ?? 0), 0);

/** maxSurge rounds up, maxUnavailable rounds down; where both come to nothing one Pod may be missing, else nothing could move. */
export function fencePosts(deployment: Deployment): { readonly maxSurge: number; readonly maxUnavailable: number } {
  if (!isRolling(deployment)) return { maxSurge: 0, maxUnavailable: 0 };
  const replicas = replicasOf(deployment);
  const rolling = deployment.spec?.strategy?.rollingUpdate;
  const maxSurge = scaledValue(rolling?.maxSurge, replicas, true) ?? 0;
  const maxUnavailable = scaledValue(rolling?.maxUnavailable, replicas, false) ?? 0;
  return { maxSurge, maxUnavailable: Math.min(replicas, maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable) };
}

/** FNV-32a of the template in Kubernetes' safe alphabet; a collision count gives another one.
 *  Differs from Kubernetes: it hashes Go's dump of the template, we hash its JSON, so the letters are others. */
export function templateHash(template: PodTemplateSpec, collisionCount: number | undefined): string {
  const text = canonical(template) + (collisionCount === undefined ? '' : `#${collisionCount}`);
  return safeEncode(String(fnv32a(text)));
}

export const safeEncode = (text: string): string => Array.from(text, (character) => SAFE[character.charCodeAt(0) % SAFE.length]).join('');

/** Equal but for the hash label, which the controller itself put there. */
export function sameTemplate(a: PodTemplateSpec | undefined, b: PodTemplateSpec | undefined): boolean {
  return equal(withoutHash(a), withoutHash(b));
}

function withoutHash(template: PodTemplateSpec | undefined): PodTemplateSpec {
  const { [TEMPLATE_HASH]: _, ...labels } = template?.metadata?.labels ?? {};
  return { ...template, metadata: { ...template?.metadata, labels } };
}

export const oldestFirst = (a: ReplicaSet, b: ReplicaSet): number => {
  if (createdAt(a) !== createdAt(b)) return createdAt(a) - createdAt(b);
  return nameOf(a) < nameOf(b) ? -1 : 1;
};

/** The oldest ReplicaSet of the Deployment's template: there may be several after a bug or a race, and all must agree. */
export const findNewSet = (deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined =>
  [...sets].sort(oldestFirst).find((set) => sameTemplate(set.spec?.template, deployment.spec?.template));

export const revisionOf = (object: Deployment | ReplicaSet): number => {
  const text = annotationsOf(object)[REVISION] ?? '';
  return /^\d+$/.test(text) ? Number(text) : 0;
};

/** What a ReplicaSet says of the Deployment's size; undefined where it does not. */
export function countAnnotation(set: ReplicaSet, name: string): number | undefined {
  const text = annotationsOf(set)[name] ?? '';
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** The annotations of a new or reused ReplicaSet: those of the Deployment, its revision, and the revisions that it had. */
export function annotationsFor(
  deployment: Deployment,
  current: Readonly<Record<string, string>>,
  revision: number,
): Readonly<Record<string, string>> {
  const next: Record<string, string> = { ...current };
  for (const [key, value] of Object.entries(annotationsOf(deployment))) if (!NOT_COPIED.has(key)) next[key] = value;
  const before = current[REVISION] ?? '';
  if (Number(before === '' ? '0' : before) >= revision) return next;
  next[REVISION] = String(revision);
  if (before !== '') next[REVISION_HISTORY] = historyWith(current[REVISION_HISTORY], before);
  return next;
}

function historyWith(history: string | undefined, revision: string): string {
  const revisions = history === undefined || history === '' ? [] : history.split(',');
  revisions.push(revision);
  while (revisions.length > 1 && revisions.join(',').length > HISTORY_CHARACTERS_MAX) revisions.shift();
  return revisions.join(',');
}

export function sizeAnnotations(deployment: Deployment): Readonly<Record<string, string>> {
  const replicas = replicasOf(deployment);
  return { [DESIRED_REPLICAS]: String(replicas), [MAX_REPLICAS]: String(replicas + fencePosts(deployment).maxSurge) };
}

export const historyLimit = (deployment: Deployment): number => deployment.spec?.revisionHistoryLimit ?? UNLIMITED;
