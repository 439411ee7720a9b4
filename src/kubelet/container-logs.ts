/** `kubectl logs`, on the node's side: which container's log is meant, and which of its lines.
 *  Upstream: pkg/kubelet/kubelet_pods.go (validateContainerLogStatus), pkg/kubelet/kuberuntime/logs/logs.go */
import { badRequest } from '../api/errors.ts';
import type { ContainerStatus, PodStatus } from '../api/generated/types.ts';
import { parseTime, rfc3339Nano } from '../base/time.ts';
import type { ContainerLog, LogLine } from '../cri/runtime.ts';

export interface LogOptions {
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly tailLines?: number;
  readonly limitBytes?: number;
  readonly sinceMs?: number;
}

export function logOptions(query: readonly (readonly [string, string])[], nowMs: number): LogOptions {
  const one = (name: string): string | undefined => query.find(([key]) => key === name)?.[1];
  const number = (name: string): number | undefined => {
    const text = one(name);
    return text === undefined || text === '' ? undefined : Number(text);
  };
  const sinceSeconds = number('sinceSeconds');
  const sinceTime = one('sinceTime');
  const sinceMs = sinceTime !== undefined && sinceTime !== '' ? parseTime(sinceTime) : sinceSeconds === undefined ? undefined : nowMs - sinceSeconds * 1000;
  const tailLines = number('tailLines');
  const limitBytes = number('limitBytes');
  return {
    follow: one('follow') === 'true', previous: one('previous') === 'true', timestamps: one('timestamps') === 'true',
    ...(tailLines !== undefined && { tailLines }), ...(limitBytes !== undefined && { limitBytes }), ...(sinceMs !== undefined && { sinceMs }),
  };
}

/** The id of the container whose log is asked for. Throws ApiError 400 where it has none yet. */
export function logContainerId(podName: string, status: PodStatus, name: string, previous: boolean): string {
  const found = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? []), ...(status.ephemeralContainerStatuses ?? [])]
    .find((each) => each.name === name);
  if (found === undefined) throw badRequest(`container "${name}" in pod "${podName}" is not available`);
  return chooseContainer(podName, found, previous).replace('containerd://', '');
}

function chooseContainer(podName: string, status: ContainerStatus, previous: boolean): string {
  const { name, state, lastState } = status;
  const last = lastState?.terminated?.containerID ?? '';
  if (previous) {
    if (last === '') throw badRequest(`previous terminated container "${name}" in pod "${podName}" not found`);
    return last;
  }
  if (state?.running !== undefined) return status.containerID ?? '';
  if (state?.terminated !== undefined) {
    const own = state.terminated.containerID ?? '';
    if (own === '' && last === '') throw badRequest(`container "${name}" in pod "${podName}" is terminated`);
    return own === '' ? last : own;
  }
  if (lastState?.terminated !== undefined) {
    if (last === '') throw badRequest(`container "${name}" in pod "${podName}" is terminated`);
    return last;
  }
  const reason = state?.waiting?.reason;
  const why = reason === 'ErrImagePull' ? 'image can\'t be pulled' : reason === 'ImagePullBackOff' ? 'trying and failing to pull image' : reason;
  if (why === undefined || why === '') throw badRequest(`container "${name}" in pod "${podName}" is waiting to start - no logs yet`);
  throw badRequest(`container "${name}" in pod "${podName}" is waiting to start: ${why}`);
}

/** Writes lines up to the limit on bytes; `full` once it is reached. */
export interface LogWriter { line(line: LogLine): string; readonly full: boolean }

export function createLogWriter(options: LogOptions): LogWriter {
  let left = options.limitBytes ?? Infinity;
  let midLine = false;
  return {
    get full() { return left <= 0; },
    line(line) {
      if (left <= 0) return '';
      const stamp = options.timestamps && !midLine ? `${rfc3339Nano(line.atMs, line.atMicros % 1000)} ` : '';
      midLine = !line.complete;
      const text = `${stamp}${line.text}${line.complete ? '\n' : ''}`.slice(0, left);
      left -= text.length;
      return text;
    },
  };
}

/** The lines that are there already, as asked for. */
export function chosenLines(log: ContainerLog, options: LogOptions): readonly LogLine[] {
  const { sinceMs, tailLines } = options;
  const lines = sinceMs === undefined ? log.lines : log.lines.filter((line) => line.atMs >= sinceMs);
  if (tailLines === undefined || tailLines < 0) return lines;
  return tailLines === 0 ? [] : lines.slice(-tailLines);
}
