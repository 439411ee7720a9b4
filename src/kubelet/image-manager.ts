/** Sees to it that a container's image is there: pull policy, one pull after another on the node, back-off of 10 s to
 *  300 s a Pod and image, and the events and messages that go with them.
 *  Upstream: pkg/kubelet/images/image_manager.go */
import type { Container, Pod } from '../api/generated/types.ts';
import { Pods } from '../api/resources.ts';
import { goDuration } from '../base/time.ts';
import { Queue } from '../base/queue.ts';
import { parseImageReference } from '../cri/image-reference.ts';
import { PullError, type PulledImage } from '../cri/runtime.ts';
import type { Settle } from '../base/world.ts';
import { createBackOff } from './back-off.ts';
import type { Cancellation } from './cancellation.ts';
import type { KubeletContext } from './context.ts';
import { fieldPathOf } from './pod-view.ts';

export type ImageOutcome =
  | { readonly ok: true }
  /** `retryAtMs`: when the back-off is over. */
  | { readonly ok: false; readonly reason: string; readonly message: string; readonly retryAtMs?: number };

export interface ImageManager {
  ensure(pod: Pod, container: Container, cancel: Cancellation): Promise<ImageOutcome>;
  forget(podUid: string): void;
}

interface Job { readonly image: string; readonly settle: Settle<Pulled> }
interface Pulled { readonly image: PulledImage; readonly pullMs: number }

/** `changed`: the images on the node are others. */
export function createImageManager(context: KubeletContext, changed: () => void): ImageManager {
  const { world, runtime, recorder } = context;
  const backOff = createBackOff();
  const previous = new Map<string, string>();
  const jobs = new Queue<Job>(world);

  world.spawn('image puller', async () => {
    for await (const job of jobs) {
      const beganAt = world.clock.now();
      try {
        const image = await runtime.pullImage(job.image);
        changed();
        job.settle.resolve({ image, pullMs: world.clock.now() - beganAt });
      } catch (error) {
        job.settle.reject(error);
      }
    }
  });

  const pull = (image: string): Promise<Pulled> => world.suspend<Pulled>((settle) => { jobs.push({ image, settle }); });

  async function ensure(pod: Pod, container: Container, cancel: Cancellation): Promise<ImageOutcome> {
    const name = container.image ?? '';
    const say = (type: 'Normal' | 'Warning', reason: string, message: string): string => {
      recorder.event(Pods, pod, type, reason, message, { fieldPath: fieldPathOf(pod, container.name) });
      return message;
    };
    const reference = parseImageReference(name);
    if ('error' in reference) {
      const message = say('Warning', 'InspectFailed', `Failed to apply default image tag "${name}": couldn't parse image name "${name}": ${reference.error}`);
      return { ok: false, reason: 'InvalidImageName', message };
    }
    const policy = container.imagePullPolicy ?? 'IfNotPresent';
    const present = runtime.imageStatus(name) !== undefined;
    if (present && policy !== 'Always') {
      say('Normal', 'Pulled', `Container image "${name}" already present on machine`);
      return { ok: true };
    }
    if (policy === 'Never') {
      return { ok: false, reason: 'ErrImageNeverPull', message: say('Warning', 'ErrImageNeverPull', `Container image "${name}" is not present with pull policy of Never`) };
    }
    const key = `${pod.metadata?.uid}_${name}`;
    const retryAtMs = backOff.untilSinceUpdate(key, world.clock.now());
    if (retryAtMs !== undefined) {
      const message = say('Normal', 'BackOff', `Back-off pulling image "${name}"`);
      const last = previous.get(key);
      return { ok: false, reason: 'ImagePullBackOff', message: last === undefined ? message : `${message}: ${last}`, retryAtMs };
    }
    previous.delete(key);
    say('Normal', 'Pulling', `Pulling image "${name}"`);
    const beganAt = world.clock.now();
    try {
      const { image, pullMs } = await cancel.run(`pull ${name}`, () => pull(name));
      const wholeMs = world.clock.now() - beganAt;
      const note = image.note === undefined ? '' : ` ${image.note}`;
      say('Normal', 'Pulled', `Successfully pulled image "${name}" in ${goDuration(pullMs)} (${goDuration(wholeMs)} including waiting). Image size: ${image.sizeBytes} bytes.${note}`);
      context.decided(pod, `pulled the image ${name}`, `The pull policy is ${policy} and the image was ${present ? 'there already, so only its digest was compared' : 'not on this node'}.`);
      return { ok: true };
    } catch (error) {
      if (!(error instanceof PullError)) throw error;
      say('Warning', 'Failed', `Failed to pull image "${name}": ${error.message}`);
      backOff.next(key, world.clock.now(), world.clock.now());
      const message = error.reason === 'RegistryUnavailable' ? `image pull failed for ${name} because the registry is unavailable` : error.message;
      previous.set(key, `${error.reason}: ${message}`);
      return { ok: false, reason: error.reason, message };
    }
  }

  return {
    ensure,
    forget(podUid) {
      backOff.forget(`${podUid}_`);
      for (const key of previous.keys()) if (key.startsWith(`${podUid}_`)) previous.delete(key);
    },
  };
}
