/** ImageLocality: nodes that hold the Pod's images already, weighed by how widely an image is spread.
 *  Upstream: pkg/scheduler/framework/plugins/imagelocality/image_locality.go */
import type { SchedulerPlugin } from '../framework.ts';
import { MAX_SCORE } from '../verdict.ts';

const MIB = 1024 * 1024;
const MIN_THRESHOLD = 23 * MIB;
const MAX_CONTAINER_THRESHOLD = 1000 * MIB;

/** containerd's name for an image: the tag latest is written out. */
export function normalizedImageName(name: string): string {
  return name.lastIndexOf(':') <= name.lastIndexOf('/') ? `${name}:latest` : name;
}

export const imageLocality: SchedulerPlugin = {
  name: 'ImageLocality',
  score(pod, node, snapshot) {
    const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
    let sum = 0;
    for (const container of containers) {
      const name = normalizedImageName(container.image ?? '');
      const size = node.images.get(name);
      if (size !== undefined) sum += Math.trunc(size * ((snapshot.imageNodes.get(name) ?? 0) / snapshot.nodes.length));
    }
    const max = MAX_CONTAINER_THRESHOLD * containers.length;
    const clipped = Math.min(max, Math.max(MIN_THRESHOLD, sum));
    return Math.trunc((MAX_SCORE * (clipped - MIN_THRESHOLD)) / (max - MIN_THRESHOLD));
  },
};
