/** Makes and deletes the Pods of a controller, with the events that tell of it.
 *  Upstream: pkg/controller/controller_utils.go, RealPodControl */
import { ApiError, hasCause, isReason } from '../api/errors.ts';
import type { Pod } from '../api/generated/types.ts';
import { nameOf, namespaceOf, uidOf } from '../api/meta.ts';
import type { KubeObject } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import { Pods } from '../api/resources.ts';
import type { Client } from '../client/client.ts';
import type { EventRecorder } from '../client/events.ts';

export interface PodControl {
  create(pod: Pod, owner: KubeObject): Promise<Pod>;
  /** A Pod that is gone already is as good as deleted: false says so. */
  delete(pod: Pod, owner: KubeObject): Promise<boolean>;
}

export function createPodControl(client: Client, recorder: EventRecorder, ownerResource: Resource): PodControl {
  return {
    async create(pod, owner) {
      try {
        const made = await client.create(Pods, pod);
        recorder.event(ownerResource, owner, 'Normal', 'SuccessfulCreate', `Created pod: ${nameOf(made)}`);
        return made;
      } catch (error) {
        if (error instanceof ApiError && !isNamespaceTerminating(error)) {
          recorder.event(ownerResource, owner, 'Warning', 'FailedCreate', `Error creating: ${error.message}`);
        }
        throw error;
      }
    },
    async delete(pod, owner) {
      try {
        await client.delete(Pods, nameOf(pod), namespaceOf(pod), { preconditions: { uid: uidOf(pod) } });
      } catch (error) {
        if (isReason(error, 'NotFound') || isReason(error, 'Conflict')) return false;
        if (error instanceof ApiError) recorder.event(ownerResource, owner, 'Warning', 'FailedDelete', `Error deleting: ${error.message}`);
        throw error;
      }
      recorder.event(ownerResource, owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${nameOf(pod)}`);
      return true;
    },
  };
}

/** Nothing can be made in a namespace that is going away, and trying again does not help. */
export const isNamespaceTerminating = (error: unknown): boolean => hasCause(error, 'NamespaceTerminating');
