/** Jobs: Pods that run to their end, as often as wanted.
 *  Upstream: pkg/controller/job/job_controller.go */
import { equal } from '../base/json.ts';
import { isReason } from '../api/errors.ts';
import type { Job, JobStatus, Pod, PodTemplateSpec } from '../api/generated/types.ts';
import { controllerOf, isTerminating, keyOf, labelsOf, nameOf, namespaceOf, ownerReference, uidOf } from '../api/meta.ts';
import { Jobs, Pods } from '../api/resources.ts';
import { matchesLabelSelector } from '../api/selectors.ts';
import type { Controller, ControllerContext, Requeue } from '../client/controller.ts';
import { createExpectations } from '../client/expectations.ts';
import { createWorkQueue, rethrowOurs } from '../client/work-queue.ts';
import { claim } from './claim.ts';
import { COMPLETION_INDEX } from './job-indexes.ts';
import {
  countPods,
  deadlineInMs,
  failuresAfter,
  isIndexed,
  isJobFinished,
  isTracked,
  jobCondition,
  jobEnd,
  planJob,
  TRACKING,
  type JobCounts,
  type JobEnd,
  type JobFailures,
  type JobPlan,
} from './job-plan.ts';
import { countedStatus, trackingStatus } from './job-status.ts';
import { createPodControl, isNamespaceTerminating } from './pod-control.ts';
import { podFromTemplate } from './pods.ts';
import { slowStart } from './slow-start.ts';
import { plural } from './words.ts';

const NAME = 'job-controller';
/** Changes of Pods are gathered for a second. */
const BATCH_MS = 1000;
const NO_FAILURES: JobFailures = { count: 0, lastAt: 0 };

export function createJobController(context: ControllerContext): Controller {
  const { world, client, recorder } = context;
  const jobs = context.informer(Jobs);
  const pods = context.informer(Pods);
  const podControl = createPodControl(client, recorder, Jobs);
  const expectations = createExpectations(world.clock);
  const failures = new Map<string, JobFailures>();
  const orphans = createWorkQueue(world, { name: 'job-orphans', process: releaseOrphan, onError: (_, error) => rethrowOurs(error) });
  pods.addIndex('orphans', (pod) => (controllerOf(pod) === undefined ? [namespaceOf(pod)] : []));
  pods.onChange(({ type, object }) => observePod(type, object));
  jobs.onChange(({ type, object }) => {
    if (type === 'delete') for (const pod of podsOf(object)) if (isTracked(pod)) orphans.add(keyOf(pod));
  });

  const podsOf = (job: Job): readonly Pod[] => pods.list({ name: 'controller', value: uidOf(job) });

  function observePod(type: 'add' | 'update' | 'delete', pod: Pod): void {
    const owner = controllerOf(pod);
    if (owner === undefined) {
      if (type !== 'delete')
        for (const job of jobs.list({ name: 'namespace', value: namespaceOf(pod) })) if (wants(job, pod)) context.enqueue(keyOf(job));
      return;
    }
    if (owner.kind !== 'Job') return;
    const key = `${namespaceOf(pod)}/${owner.name}`;
    if (type === 'delete' || isTerminating(pod)) expectations.deletionObserved(key, keyOf(pod));
    else if (type === 'add') expectations.creationObserved(key);
    const job = jobs.get(key);
    if (job === undefined || uidOf(job) !== owner.uid) {
      if (jobs.hasSynced && type !== 'delete' && isTracked(pod)) orphans.add(keyOf(pod));
    } else context.enqueue(key, BATCH_MS);
  }

  const wants = (job: Job, pod: Pod): boolean => matchesLabelSelector(job.spec?.selector, labelsOf(pod));

  /** A Pod whose Job is gone would never end with the Job's finalizer on it. */
  async function releaseOrphan(key: string): Promise<void> {
    const pod = pods.get(key);
    if (pod === undefined || !isTracked(pod)) return;
    const owner = controllerOf(pod);
    const job = owner === undefined ? undefined : jobs.get(`${namespaceOf(pod)}/${owner.name}`);
    if (job !== undefined && uidOf(job) === owner?.uid && !isJobFinished(job)) return;
    await dropFinalizer(pod);
  }

  async function dropFinalizer(pod: Pod): Promise<void> {
    const finalizers = (pod.metadata?.finalizers ?? []).filter((each) => each !== TRACKING);
    try {
      await client.patch(Pods, nameOf(pod), namespaceOf(pod), 'json', [
        { op: 'test', path: '/metadata/uid', value: uidOf(pod) },
        { op: 'test', path: '/metadata/finalizers', value: pod.metadata?.finalizers },
        finalizers.length === 0
          ? { op: 'remove', path: '/metadata/finalizers' }
          : { op: 'replace', path: '/metadata/finalizers', value: finalizers },
      ]);
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
  }

  async function reconcile(key: string): Promise<Requeue | void> {
    const job = jobs.get(key);
    if (job === undefined) {
      expectations.forget(key);
      failures.delete(key);
      return;
    }
    if (isJobFinished(job)) {
      failures.delete(key);
      for (const pod of podsOf(job)) if (isTracked(pod)) orphans.add(keyOf(pod));
      return;
    }
    const claimed = await claim({
      client,
      resource: Pods,
      ownerResource: Jobs,
      owner: job,
      matches: (labels) => matchesLabelSelector(job.spec?.selector, labels),
      finalizers: [TRACKING],
      candidates: [...podsOf(job), ...pods.list({ name: 'orphans', value: namespaceOf(job) })],
    });
    const now = world.clock.now();
    const counts = countPods(job, claimed);
    const record = failuresAfter(failures.get(key) ?? NO_FAILURES, counts, now);
    const end = jobEnd(job, counts, claimed, now);
    const plan: JobPlan =
      end !== undefined
        ? { remove: counts.active, create: [] }
        : mayManage(key, job)
          ? planJob(job, counts, record, now)
          : { remove: [], create: [] };
    const done = await carryOut(key, job, plan);
    await writeStatus(job, claimed, counts, counts.active.length + done.created - done.removed, end);
    failures.set(key, record);
    if (done.error !== undefined && !isNamespaceTerminating(done.error)) throw done.error;
    const waits = [plan.againAfterMs, deadlineInMs(job, now)].filter((each) => each !== undefined && each > 0) as readonly number[];
    if (end === undefined && waits.length > 0) return { afterMs: Math.min(...waits) };
  }

  const mayManage = (key: string, job: Job): boolean => expectations.satisfied(key) && !isTerminating(job);

  async function carryOut(
    key: string,
    job: Job,
    plan: JobPlan,
  ): Promise<{ readonly created: number; readonly removed: number; readonly error?: unknown }> {
    if (plan.remove.length + plan.create.length > 0) expectations.expect(key, plan.create.length, plan.remove.map(keyOf));
    const { made, error } = await slowStart(
      plan.create.length,
      async (index) => void (await podControl.create(podFor(job, plan.create[index]), job)),
    );
    for (let missing = plan.create.length - made; missing > 0; missing -= 1) expectations.creationObserved(key);
    for (const pod of plan.remove) if (!(await podControl.delete(pod, job))) expectations.deletionObserved(key, keyOf(pod));
    if (made > 0)
      tell(
        job,
        `made ${plural(made, 'Pod')}`,
        `It runs up to ${job.spec?.parallelism ?? 1} at once until ${job.spec?.completions ?? 1} succeeded.`,
      );
    if (plan.remove.length > 0)
      tell(
        job,
        `deleted ${plural(plan.remove.length, 'Pod')}`,
        job.spec?.suspend === true ? 'The Job is suspended.' : 'The Job needs no more of them.',
      );
    return { created: made, removed: plan.remove.length, ...(error !== undefined && { error }) };
  }

  async function writeStatus(job: Job, claimed: readonly Pod[], counts: JobCounts, active: number, end: JobEnd | undefined): Promise<void> {
    const now = world.clock.now();
    const tracking = trackingStatus({ job, counts, active, end, now });
    const first = equal(job.status ?? {}, tracking) ? job : await client.updateStatus(Jobs, { ...job, status: tracking });
    if (first !== job) tellSuspension(job, tracking);
    const uncounted = new Set([
      ...(tracking.uncountedTerminatedPods?.succeeded ?? []),
      ...(tracking.uncountedTerminatedPods?.failed ?? []),
    ]);
    const isCounted = (pod: Pod): boolean => uncounted.has(uidOf(pod)) || counts.newSucceeded.includes(pod);
    for (const pod of claimed) if (isTracked(pod) && isCounted(pod)) await dropFinalizer(pod);
    const counted = countedStatus(tracking, job, new Set(), end, counts.terminating + (end === undefined ? 0 : counts.active.length), now);
    if (equal(tracking, counted)) return;
    await client.updateStatus(Jobs, { ...first, status: counted });
    if (end !== undefined && isJobFinished({ ...job, status: counted })) tellEnd(job, end);
  }

  function tellSuspension(job: Job, status: JobStatus): void {
    const was = jobCondition(job, 'Suspended') !== undefined;
    const is = jobCondition({ ...job, status }, 'Suspended') !== undefined;
    if (was !== is) recorder.event(Jobs, job, 'Normal', is ? 'Suspended' : 'Resumed', is ? 'Job suspended' : 'Job resumed');
  }

  function tellEnd(job: Job, end: JobEnd): void {
    if (end.succeeded) recorder.event(Jobs, job, 'Normal', 'Completed', 'Job completed');
    else recorder.event(Jobs, job, 'Warning', end.reason, end.message);
    tell(job, end.succeeded ? 'finished the Job' : 'gave the Job up', `${end.message}.`);
  }

  function tell(job: Job, did: string, because: string): void {
    const object = { resource: 'jobs', namespace: namespaceOf(job), name: nameOf(job), uid: uidOf(job) };
    world.trace({ type: 'decision', actor: NAME, object, did, because });
  }

  return { name: NAME, for: Jobs, reconcile };
}

function podFor(job: Job, index: number | undefined): Pod {
  const template = job.spec?.template ?? {};
  const pod = podFromTemplate(index === undefined ? template : withIndex(template, nameOf(job), index), namespaceOf(job));
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      finalizers: [...(pod.metadata?.finalizers ?? []), TRACKING],
      ownerReferences: [ownerReference(Jobs, job)],
      generateName: isIndexed(job) ? `${nameOf(job)}-${index ?? 0}-` : `${nameOf(job)}-`,
    },
  };
}

/** An indexed Pod knows its index from a label, an annotation, its host name and an environment variable. */
function withIndex(template: PodTemplateSpec, job: string, index: number): PodTemplateSpec {
  const text = String(index);
  const variable = { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { fieldPath: `metadata.labels['${COMPLETION_INDEX}']` } } };
  const spec = template.spec!;
  const withVariable = <C extends { readonly env?: readonly { readonly name: string }[] }>(container: C): C =>
    container.env?.some((each) => each.name === variable.name) ? container : { ...container, env: [...(container.env ?? []), variable] };
  return {
    metadata: {
      ...template.metadata,
      labels: { ...template.metadata?.labels, [COMPLETION_INDEX]: text },
      annotations: { ...template.metadata?.annotations, [COMPLETION_INDEX]: text },
    },
    spec: {
      ...spec,
      hostname: `${job}-${index}`,
      containers: spec.containers.map(withVariable),
      ...(spec.initContainers !== undefined && { initContainers: spec.initContainers.map(withVariable) }),
    },
  };
}
