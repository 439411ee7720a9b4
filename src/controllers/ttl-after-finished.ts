/** Deletes finished Jobs when their ttlSecondsAfterFinished are over.
 *  Upstream: pkg/controller/ttlafterfinished/ttlafterfinished_controller.go */
import { parseTime } from '../base/time.ts';
import { isReason } from '../api/errors.ts';
import type { Job } from '../api/generated/types.ts';
import { isTerminating, nameOf, namespaceOf, uidOf } from '../api/meta.ts';
import { Jobs } from '../api/resources.ts';
import type { Controller, ControllerContext, Requeue } from '../client/controller.ts';
import { jobCondition } from './job-plan.ts';

/** When the Job may be deleted; undefined while it runs, or where it is to be kept. */
export function expiresAt(job: Job): number | undefined {
  const ttl = job.spec?.ttlSecondsAfterFinished;
  const end = jobCondition(job, 'Complete') ?? jobCondition(job, 'Failed');
  if (ttl === undefined || end?.lastTransitionTime === undefined) return undefined;
  return parseTime(end.lastTransitionTime) + ttl * 1000;
}

export function createTtlAfterFinishedController(context: ControllerContext): Controller {
  const { world, client } = context;
  const jobs = context.informer(Jobs);
  const name = 'ttl-after-finished-controller';

  async function reconcile(key: string): Promise<Requeue | void> {
    const job = jobs.get(key);
    if (job === undefined || isTerminating(job)) return;
    const at = expiresAt(job);
    if (at === undefined) return;
    const left = at - world.clock.now();
    if (left > 0) return { afterMs: left };
    try {
      await client.delete(Jobs, nameOf(job), namespaceOf(job), { propagationPolicy: 'Foreground', preconditions: { uid: uidOf(job) } });
    } catch (error) {
      if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error;
      return;
    }
    const object = { resource: 'jobs', namespace: namespaceOf(job), name: nameOf(job), uid: uidOf(job) };
    const because = `It finished ${job.spec?.ttlSecondsAfterFinished ?? 0} s ago, and is to be kept no longer.`;
    world.trace({ type: 'decision', actor: name, object, did: 'deleted the Job', because });
  }

  return { name, for: Jobs, reconcile };
}
