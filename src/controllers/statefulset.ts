/** StatefulSets: Pods with names, and volumes that outlive them.
 *  Upstream: pkg/controller/statefulset/{stateful_set,stateful_set_control,stateful_pod_control}.go */
import { equal } from '../base/json.ts';
import { ApiError, isReason } from '../api/errors.ts';
import type {
  ControllerRevision,
  PersistentVolumeClaim,
  Pod,
  PodTemplateSpec,
  StatefulSet,
  StatefulSetStatus,
  Volume,
} from '../api/generated/types.ts';
import { controllerOf, keyOf, labelsOf, nameOf, namespaceOf, ownerReference, uidOf } from '../api/meta.ts';
import { ControllerRevisions, PersistentVolumeClaims, Pods, StatefulSets } from '../api/resources.ts';
import { matchesLabelSelector } from '../api/selectors.ts';
import type { Controller, ControllerContext, Requeue } from '../client/controller.ts';
import { claim } from './claim.ts';
import {
  byRevision,
  createRevision,
  HASH,
  isSameRevision,
  newRevision,
  renumberRevision,
  REVISION_HASH,
  templateIn,
  trimRevisions,
} from './controller-revisions.ts';
import { nextAvailableInMs, podFromTemplate } from './pods.ts';
import { planStatefulSet, type StatefulStep } from './statefulset-plan.ts';

const NAME = 'statefulset-controller';
const POD_NAME = 'statefulset.kubernetes.io/pod-name';
const POD_INDEX = 'apps.kubernetes.io/pod-index';

export function createStatefulSetController(context: ControllerContext): Controller {
  const { world, client, recorder } = context;
  const sets = context.informer(StatefulSets);
  const pods = context.informer(Pods);
  const claims = context.informer(PersistentVolumeClaims);
  const revisions = context.informer(ControllerRevisions);
  pods.addIndex('orphans', (pod) => (controllerOf(pod) === undefined ? [namespaceOf(pod)] : []));

  async function reconcile(key: string): Promise<Requeue | void> {
    const set = sets.get(key);
    if (set === undefined) return;
    const mine = await claim({
      client,
      resource: Pods,
      ownerResource: StatefulSets,
      owner: set,
      matches: (labels) => matchesLabelSelector(set.spec?.selector, labels),
      candidates: [...pods.list({ name: 'controller', value: uidOf(set) }), ...orphansOf(set)],
    });
    const { all, current, update } = await syncRevisions(set);
    const now = world.clock.now();
    const plan = planStatefulSet({ set, pods: mine, currentRevision: nameOf(current), updateRevision: nameOf(update), now });
    let failure: unknown;
    for (const step of plan.steps) {
      try {
        await carryOut(set, step, step.type === 'create' && step.revision === nameOf(current) ? current : update);
      } catch (error) {
        failure ??= error;
        break;
      }
    }
    await writeStatus(set, plan.status);
    if (failure !== undefined) throw failure;
    await trimRevisions(client, all, inUse(mine, current, update), set.spec?.revisionHistoryLimit ?? 10);
    const afterMs = nextAvailableInMs(mine, set.spec?.minReadySeconds ?? 0, now);
    if (afterMs !== undefined) return { afterMs };
  }

  /** Only what is named as a Pod of the set may be adopted. */
  const orphansOf = (set: StatefulSet): readonly Pod[] =>
    pods.list({ name: 'orphans', value: namespaceOf(set) }).filter((pod) => nameOf(pod).startsWith(`${nameOf(set)}-`));

  interface Revisions {
    readonly all: readonly ControllerRevision[];
    readonly current: ControllerRevision;
    readonly update: ControllerRevision;
  }

  async function syncRevisions(set: StatefulSet): Promise<Revisions> {
    const all = [...revisions.list({ name: 'controller', value: uidOf(set) })].sort(byRevision);
    const highest = all.at(-1)?.revision ?? 0;
    const next = newRevision(StatefulSets, set, highest + 1, HASH);
    const same = all.findLast((each) => isSameRevision(each, next));
    let update = same;
    if (update === undefined) update = await createRevision(client, set, next);
    else if (update.revision < highest) update = await renumberRevision(client, update, highest + 1);
    if (update === undefined) {
      const status = { replicas: 0, ...set.status, collisionCount: (set.status?.collisionCount ?? 0) + 1 };
      await client.updateStatus(StatefulSets, { ...set, status });
      throw new ApiError({
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        reason: 'AlreadyExists',
        message: 'hash collision',
        code: 409,
      });
    }
    const current = all.find((each) => nameOf(each) === set.status?.currentRevision) ?? update;
    return { all, current, update };
  }

  const inUse = (mine: readonly Pod[], ...held: readonly ControllerRevision[]): ReadonlySet<string> =>
    new Set([...mine.map((pod) => labelsOf(pod)[REVISION_HASH] ?? ''), ...held.map(nameOf)]);

  async function carryOut(set: StatefulSet, step: StatefulStep, revision: ControllerRevision): Promise<void> {
    if (step.type === 'create') return create(set, step.ordinal, revision, step.because);
    const name = nameOf(step.pod);
    if (step.recreates !== undefined) {
      const reason = step.recreates === 'failed' ? 'RecreatingFailedPod' : 'RecreatingTerminatedPod';
      recorder.event(StatefulSets, set, 'Warning', reason, `StatefulSet ${keyOf(set)} is recreating ${step.recreates} Pod ${name}`);
    }
    if (step.scalesDown === true && set.spec?.persistentVolumeClaimRetentionPolicy?.whenScaled === 'Delete') await tieClaims(set, step.pod);
    await tell(set, 'delete', name, async () => {
      try {
        await client.delete(Pods, name, namespaceOf(set), { preconditions: { uid: uidOf(step.pod) } });
      } catch (error) {
        if (!isReason(error, 'NotFound')) throw error;
      }
    });
    trace(set, `deleted Pod ${name}`, step.because);
  }

  async function create(set: StatefulSet, ordinal: number, revision: ControllerRevision, because: string): Promise<void> {
    const pod = statefulPod(set, templateIn(revision), ordinal, nameOf(revision));
    for (const wanted of claimsOf(set, nameOf(pod))) await createClaim(set, wanted, nameOf(pod));
    await tell(set, 'create', nameOf(pod), async () => void (await client.create(Pods, pod)));
    trace(set, `made Pod ${nameOf(pod)}`, because);
  }

  async function createClaim(set: StatefulSet, wanted: PersistentVolumeClaim, pod: string): Promise<void> {
    if (claims.get(keyOf(wanted)) !== undefined) return;
    try {
      await client.create(PersistentVolumeClaims, wanted);
    } catch (error) {
      if (isReason(error, 'AlreadyExists')) return;
      if (error instanceof ApiError) {
        const message = `create Claim ${nameOf(wanted)} for Pod ${pod} in StatefulSet ${nameOf(set)} failed error: ${error.message}`;
        recorder.event(StatefulSets, set, 'Warning', 'FailedCreate', message);
      }
      throw error;
    }
    recorder.event(
      StatefulSets,
      set,
      'Normal',
      'SuccessfulCreate',
      `create Claim ${nameOf(wanted)} Pod ${pod} in StatefulSet ${nameOf(set)} success`,
    );
  }

  /** With whenScaled: Delete a claim goes when the Pod that no longer has a place is gone. */
  async function tieClaims(set: StatefulSet, pod: Pod): Promise<void> {
    for (const wanted of claimsOf(set, nameOf(pod))) {
      const existing = claims.get(keyOf(wanted));
      if (existing === undefined) continue;
      const owner = { apiVersion: 'v1', kind: 'Pod', name: nameOf(pod), uid: uidOf(pod) };
      await client.patch(PersistentVolumeClaims, nameOf(existing), namespaceOf(existing), 'merge', {
        metadata: { ownerReferences: [owner] },
      });
    }
  }

  /** Does it, with the event that tells how it went. */
  async function tell(set: StatefulSet, verb: 'create' | 'delete', pod: string, work: () => Promise<void>): Promise<void> {
    const capital = verb === 'create' ? 'Create' : 'Delete';
    const what = `${verb} Pod ${pod} in StatefulSet ${nameOf(set)}`;
    try {
      await work();
    } catch (error) {
      if (error instanceof ApiError && error.reason !== 'AlreadyExists')
        recorder.event(StatefulSets, set, 'Warning', `Failed${capital}`, `${what} failed error: ${error.message}`);
      throw error;
    }
    recorder.event(StatefulSets, set, 'Normal', `Successful${capital}`, `${what} successful`);
  }

  async function writeStatus(set: StatefulSet, status: StatefulSetStatus): Promise<void> {
    if (equal(set.status, status)) return;
    try {
      await client.updateStatus(StatefulSets, { ...set, status });
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
  }

  function trace(set: StatefulSet, did: string, because: string): void {
    const object = { resource: 'statefulsets', namespace: namespaceOf(set), name: nameOf(set), uid: uidOf(set) };
    world.trace({ type: 'decision', actor: NAME, object, did, because });
  }

  return { name: NAME, for: StatefulSets, owns: [Pods, ControllerRevisions], reconcile };
}

function statefulPod(set: StatefulSet, template: PodTemplateSpec, ordinal: number, revision: string): Pod {
  const name = `${nameOf(set)}-${ordinal}`;
  const pod = podFromTemplate(template, namespaceOf(set));
  const templates = set.spec?.volumeClaimTemplates ?? [];
  const claimed = templates.map((each): Volume => ({
    name: nameOf(each),
    persistentVolumeClaim: { claimName: `${nameOf(each)}-${name}` },
  }));
  const others = (pod.spec?.volumes ?? []).filter((volume) => !claimed.some((each) => each.name === volume.name));
  const volumes = [...claimed, ...others];
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      name,
      ownerReferences: [ownerReference(StatefulSets, set)],
      labels: { ...pod.metadata?.labels, [REVISION_HASH]: revision, [POD_NAME]: name, [POD_INDEX]: String(ordinal) },
    },
    spec: {
      ...pod.spec!,
      hostname: name,
      ...(set.spec?.serviceName && { subdomain: set.spec.serviceName }),
      ...(volumes.length > 0 && { volumes }),
    },
  };
}

/** The claims of one Pod: they are found again by name when the Pod comes back. */
function claimsOf(set: StatefulSet, pod: string): readonly PersistentVolumeClaim[] {
  const goWithSet = set.spec?.persistentVolumeClaimRetentionPolicy?.whenDeleted === 'Delete';
  return (set.spec?.volumeClaimTemplates ?? []).map((template) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      ...template.metadata,
      name: `${nameOf(template)}-${pod}`,
      namespace: namespaceOf(set),
      labels: { ...template.metadata?.labels, ...set.spec?.selector.matchLabels },
      ...(goWithSet && { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: nameOf(set), uid: uidOf(set) }] }),
    },
    spec: template.spec,
  }));
}
