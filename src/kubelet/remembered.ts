/** Containers that the API says ran here, though the runtime knows nothing of them: the node has restarted in between.
 *  They count as ended in an unknown way, so that they are started again and the restart is counted. */
import type { ContainerStatus, Pod } from '../api/generated/types.ts';
import { parseTime } from '../base/time.ts';
import { allContainers, type ContainerRecord, type SandboxRecord } from './pod-view.ts';

export function lostContainers(pod: Pod, nowMs: number): { readonly sandbox: SandboxRecord; readonly containers: readonly ContainerRecord[] } | undefined {
  const { status } = pod;
  const statuses = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].filter((each) => (each.containerID ?? '') !== '');
  if (statuses.length === 0) return undefined;
  const images = new Map(allContainers(pod).map((each) => [each.name, each.image ?? '']));
  return {
    sandbox: { id: 'lost', state: 'notready', ip: '', createdAtMs: 0, config: { attempt: 0 } },
    containers: statuses.map((each) => lost(each, images.get(each.name) ?? '', nowMs)),
  };
}

function lost(status: ContainerStatus, image: string, nowMs: number): ContainerRecord {
  const ended = status.state?.terminated;
  const startedAt = status.state?.running?.startedAt ?? ended?.startedAt;
  const startedAtMs = startedAt === undefined ? nowMs : parseTime(startedAt);
  return {
    id: (status.containerID ?? '').replace('containerd://', ''), state: 'exited', config: { name: status.name, attempt: status.restartCount, image },
    createdAtMs: startedAtMs, startedAtMs, finishedAtMs: ended?.finishedAt === undefined ? nowMs : parseTime(ended.finishedAt),
    exitCode: ended?.exitCode ?? 255, reason: ended?.reason ?? 'Unknown', ...(ended?.message !== undefined && { message: ended.message }),
    imageId: '', imageRef: status.imageID,
  };
}
