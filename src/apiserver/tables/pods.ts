/** The table of Pods, with the STATUS column that sums a Pod up in one word.
 *  Upstream: pkg/printers/internalversion/printers.go (printPod) */
import type { ContainerStatus, Pod, PodTemplate } from '../../api/generated/types.ts';
import { parseTime } from '../../base/time.ts';
import { ageOf, type Cell, columns, containerCells, nameOf, orNone, since, type TablePrinter, type TableRowCondition } from './table.ts';
import { formatLabels } from './selector-text.ts';

/** What the cells READY, STATUS and RESTARTS say, before they are text. */
export interface PodSummary {
  readonly ready: number;
  readonly total: number;
  readonly status: string;
  readonly restarts: number;
  /** When a container last went down; RFC 3339. */
  readonly lastRestart?: string;
}

const SUCCEEDED: readonly TableRowCondition[] = [
  { type: 'Completed', status: 'True', reason: 'Succeeded', message: 'The pod has completed successfully.' },
];
const FAILED: readonly TableRowCondition[] = [{ type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' }];

const conditionStatus = (pod: Pod, type: string): string | undefined =>
  pod.status?.conditions?.find((condition) => condition.type === type)?.status;

function laterOf(a: string | undefined, b: string | undefined): string | undefined {
  if (!a || !b) return a ?? b;
  return parseTime(a) < parseTime(b) ? b : a;
}

/** "Error" of a container that ended, or the number behind it. */
function endedReason(status: ContainerStatus): string | undefined {
  const ended = status.state?.terminated;
  if (!ended) return undefined;
  return ended.reason || (ended.signal ? `Signal:${ended.signal}` : `ExitCode:${ended.exitCode}`);
}

interface InitSummary {
  readonly reason?: string;
  readonly ready: number;
  readonly restarts: number;
  readonly sidecarRestarts: number;
  readonly lastRestart?: string;
  readonly lastSidecarRestart?: string;
}

/** Walks the init containers up to the first that has not done its part; `reason` is set when there is one. */
function summarizeInit(pod: Pod, sidecars: ReadonlySet<string>): InitSummary {
  let [ready, restarts, sidecarRestarts] = [0, 0, 0];
  let [lastRestart, lastSidecarRestart]: (string | undefined)[] = [];
  for (const [index, status] of (pod.status?.initContainerStatuses ?? []).entries()) {
    const isSidecar = sidecars.has(status.name);
    const last = status.lastState?.terminated?.finishedAt;
    restarts += status.restartCount;
    lastRestart = laterOf(lastRestart, last);
    if (isSidecar) {
      sidecarRestarts += status.restartCount;
      lastSidecarRestart = laterOf(lastSidecarRestart, last);
    }
    if (status.state?.terminated?.exitCode === 0) continue;
    if (isSidecar && status.started) {
      if (status.ready) ready++;
      continue;
    }
    const waiting = status.state?.waiting?.reason;
    const ended = endedReason(status);
    const reason = ended ? `Init:${ended}`
      : waiting && waiting !== 'PodInitializing' ? `Init:${waiting}`
      : `Init:${index}/${pod.spec?.initContainers?.length ?? 0}`;
    return { reason, ready, restarts, sidecarRestarts, lastRestart, lastSidecarRestart };
  }
  return { ready, restarts, sidecarRestarts, lastRestart, lastSidecarRestart };
}

/** The one word for a Pod, and its counts. */
export function summarizePod(pod: Pod): PodSummary {
  const phase = pod.status?.phase ?? '';
  let status = pod.status?.reason || phase;
  const scheduled = pod.status?.conditions?.find((condition) => condition.type === 'PodScheduled');
  if (scheduled?.reason === 'SchedulingGated') status = 'SchedulingGated';
  const sidecars = new Set((pod.spec?.initContainers ?? []).filter((one) => one.restartPolicy === 'Always').map((one) => one.name));
  const init = summarizeInit(pod, sidecars);
  let { ready, restarts, lastRestart } = init;
  if (init.reason) status = init.reason;
  if (!init.reason || conditionStatus(pod, 'Initialized') === 'True') {
    restarts = init.sidecarRestarts;
    lastRestart = init.lastSidecarRestart;
    let isRunning = false;
    for (const container of [...(pod.status?.containerStatuses ?? [])].reverse()) {
      restarts += container.restartCount;
      lastRestart = laterOf(lastRestart, container.lastState?.terminated?.finishedAt);
      const word = container.state?.waiting?.reason || endedReason(container);
      if (word) status = word;
      else if (container.ready && container.state?.running) {
        isRunning = true;
        ready++;
      }
    }
    if (status === 'Completed' && isRunning) status = conditionStatus(pod, 'Ready') === 'True' ? 'Running' : 'NotReady';
  }
  if (pod.metadata?.deletionTimestamp) {
    if (pod.status?.reason === 'NodeLost') status = 'Unknown';
    else if (phase !== 'Succeeded' && phase !== 'Failed') status = 'Terminating';
  }
  return { ready, total: (pod.spec?.containers?.length ?? 0) + sidecars.size, status, restarts, lastRestart };
}

function readinessGates(pod: Pod): string {
  const gates = pod.spec?.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  return `${gates.filter((gate) => conditionStatus(pod, gate.conditionType) === 'True').length}/${gates.length}`;
}

function podCells(pod: Pod, nowMs: number): readonly Cell[] {
  const { ready, total, status, restarts, lastRestart } = summarizePod(pod);
  return [
    nameOf(pod), `${ready}/${total}`, status,
    restarts !== 0 && lastRestart ? `${restarts} (${since(lastRestart, nowMs)} ago)` : `${restarts}`,
    ageOf(pod, nowMs), orNone(pod.status?.podIPs?.[0]?.ip), orNone(pod.spec?.nodeName), orNone(pod.status?.nominatedNodeName),
    readinessGates(pod),
  ];
}

export const podTable: TablePrinter<Pod> = {
  columns: columns('Name', 'Ready', 'Status', 'Restarts', 'Age', 'IP*', 'Node*', 'Nominated Node*', 'Readiness Gates*'),
  cells: podCells,
  conditions(pod) {
    const phase = pod.status?.phase;
    return phase === 'Succeeded' ? SUCCEEDED : phase === 'Failed' ? FAILED : undefined;
  },
};

export const podTemplateTable: TablePrinter<PodTemplate> = {
  columns: columns('Name', 'Containers', 'Images', 'Pod Labels'),
  cells: (object) => [nameOf(object), ...containerCells(object.template?.spec?.containers), formatLabels(object.template?.metadata?.labels)],
};
