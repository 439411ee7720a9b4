/** What a container has to say about its end: its termination log, or the end of its log where it failed and asked for that.
 *  Upstream: pkg/kubelet/kuberuntime/kuberuntime_container.go (getTerminationMessage) */
import type { Container } from '../api/generated/types.ts';
import { fromUtf8 } from '../base/bytes.ts';
import type { FileSystem } from '../cri/files.ts';
import type { Runtime } from '../cri/runtime.ts';
import { readTerminationLog } from './mounts.ts';
import type { ContainerRecord } from './pod-view.ts';

const BYTES_MAX = 4096;
const LOG_BYTES_MAX = 2048;
const LOG_LINES_MAX = 80;

export function terminationMessage(
  runtime: Runtime, files: FileSystem, directory: string, container: Container | undefined, record: ContainerRecord,
): string {
  const bytes = readTerminationLog(files, directory, record.config.name, record.config.attempt);
  if (bytes.length > 0) return fromUtf8(bytes.slice(0, BYTES_MAX));
  if (container?.terminationMessagePolicy !== 'FallbackToLogsOnError' || record.exitCode === 0) return '';
  if (runtime.containerStatus(record.id) === undefined) return '';
  const text = runtime.logs(record.id).lines.slice(-LOG_LINES_MAX).map((line) => `${line.text}${line.complete ? '\n' : ''}`).join('');
  return text.slice(-LOG_BYTES_MAX);
}
