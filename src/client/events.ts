/** Records v1 Events as client-go does: the same event again is PATCHed to count + 1, more than 10 similar ones in
 *  600 s are aggregated, and a source is limited to a burst of 25 refilled one every 300 s. Never awaited by the caller.
 *  This file is the contract; recorder.ts keeps it.
 *  Upstream: client-go tools/record/events_cache.go */
import type { KubeObject } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';

export interface EventRecorder {
  event(
    resource: Resource,
    object: KubeObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    options?: { readonly fieldPath?: string },
  ): void;
}
