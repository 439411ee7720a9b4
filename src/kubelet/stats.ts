/** What Pods and containers use, as metrics-server and `kubectl top` want it.
 *  Upstream: pkg/kubelet/server/stats, pkg/kubelet/metrics/collectors/resource_metrics.go */
import { rfc3339 } from '../base/time.ts';
import type { NodeRuntime } from '../cri/container-runtime.ts';
import type { ContainerStats } from '../cri/runtime.ts';
import type { KubeletContext } from './context.ts';
import type { PodCache } from './pod-cache.ts';
import type { PodState } from './pod-state.ts';

export interface Usage { readonly cpuNanoCores: number; readonly cpuMs: number; readonly memoryBytes: number }
export interface ContainerUsage extends Usage { readonly name: string; readonly startedAtMs: number; readonly filesBytes: number }
export interface PodUsage extends Usage { readonly namespace: string; readonly name: string; readonly uid: string; readonly startedAtMs: number; readonly containers: readonly ContainerUsage[] }
export interface StatsSummary { readonly atMs: number; readonly node: Usage & { readonly name: string; readonly memoryCapacityBytes: number }; readonly pods: readonly PodUsage[] }

const NONE: Usage = { cpuNanoCores: 0, cpuMs: 0, memoryBytes: 0 };

const add = (a: Usage, b: Usage): Usage => ({ cpuNanoCores: a.cpuNanoCores + b.cpuNanoCores, cpuMs: a.cpuMs + b.cpuMs, memoryBytes: a.memoryBytes + b.memoryBytes });

/** Now, or as it was at a moment of the last minute. */
export function summarize(context: KubeletContext, states: Iterable<PodState>, cache: PodCache, atMs?: number): StatsSummary {
  const pods: PodUsage[] = [];
  for (const state of states) {
    const pod = podUsage(context, state, cache, atMs);
    if (pod !== undefined) pods.push(pod);
  }
  const usage = pods.reduce<Usage>(add, NONE);
  // What containers used that are gone was used all the same: the node's counter never falls.
  const cpuMs = (context.runtime as Partial<NodeRuntime>).nodeCpuMs?.(atMs) ?? usage.cpuMs;
  return {
    atMs: atMs ?? context.world.clock.now(), pods,
    node: { name: context.nodeName, memoryCapacityBytes: context.memoryBytes, ...usage, cpuMs },
  };
}

export function podUsage(context: KubeletContext, state: PodState, cache: PodCache, atMs?: number): PodUsage | undefined {
  const containers: ContainerUsage[] = [];
  for (const record of cache.view(state.uid).containers) {
    const stats = record.state === 'running' ? context.runtime.stats(record.id, atMs) : undefined;
    if (stats !== undefined) containers.push(containerUsage(record.config.name, record.startedAtMs ?? record.createdAtMs, stats));
  }
  if (containers.length === 0) return undefined;
  const { namespace = '', name = '' } = state.pod.metadata ?? {};
  const startedAtMs = Math.min(...containers.map((each) => each.startedAtMs));
  return { namespace, name, uid: state.uid, startedAtMs, containers, ...containers.reduce<Usage>(add, NONE) };
}

const containerUsage = (name: string, startedAtMs: number, stats: ContainerStats): ContainerUsage => ({
  name, startedAtMs, cpuNanoCores: stats.cpuNanoCores, cpuMs: stats.cpuUsageMs, memoryBytes: stats.memoryWorkingSetBytes, filesBytes: stats.filesUsedBytes,
});

/** GET /stats/summary. */
export function summaryBody(summary: StatsSummary): object {
  const time = rfc3339(summary.atMs);
  const cpu = (usage: Usage): object => ({ time, usageNanoCores: usage.cpuNanoCores, usageCoreNanoSeconds: Math.round(usage.cpuMs * 1e6) });
  const memory = (usage: Usage): object => ({ time, usageBytes: usage.memoryBytes, workingSetBytes: usage.memoryBytes, rssBytes: usage.memoryBytes });
  const { node } = summary;
  return {
    node: { nodeName: node.name, cpu: cpu(node), memory: { ...memory(node), availableBytes: Math.max(0, node.memoryCapacityBytes - node.memoryBytes) } },
    pods: summary.pods.map((pod) => ({
      podRef: { name: pod.name, namespace: pod.namespace, uid: pod.uid }, startTime: rfc3339(pod.startedAtMs), cpu: cpu(pod), memory: memory(pod),
      containers: pod.containers.map((each) => ({
        name: each.name, startTime: rfc3339(each.startedAtMs), cpu: cpu(each), memory: memory(each), rootfs: { time, usedBytes: each.filesBytes },
      })),
    })),
  };
}

/** Each series once, with a row for each moment. */
type Rows = (summary: StatsSummary) => readonly string[];

const seconds = (ms: number): string => String(ms / 1000);

const perContainer = (name: string, value: (each: ContainerUsage) => string): Rows => ({ pods, atMs }) => pods.flatMap((pod) => pod.containers.map((each) => (
  `${name}{container="${each.name}",namespace="${pod.namespace}",pod="${pod.name}"} ${value(each)} ${atMs}`)));
const perPod = (name: string, value: (each: PodUsage) => string): Rows => ({ pods, atMs }) => pods.map((pod) => (
  `${name}{namespace="${pod.namespace}",pod="${pod.name}"} ${value(pod)} ${atMs}`));
const perNode = (name: string, value: (each: Usage) => string): Rows => ({ node, atMs }) => [`${name} ${value(node)} ${atMs}`];

/** [name, help, type, value]. */
const FAMILIES: readonly (readonly [name: string, help: string, type: 'counter' | 'gauge', rows: (name: string) => Rows])[] = [
  ['container_cpu_usage_seconds_total', 'Cumulative cpu time consumed by the container in core-seconds', 'counter',
    (name) => perContainer(name, (each) => seconds(each.cpuMs))],
  ['container_memory_working_set_bytes', 'Current working set of the container in bytes', 'gauge',
    (name) => perContainer(name, (each) => String(each.memoryBytes))],
  ['container_start_time_seconds', 'Start time of the container since unix epoch in seconds', 'gauge',
    (name) => perContainer(name, (each) => seconds(each.startedAtMs))],
  ['node_cpu_usage_seconds_total', 'Cumulative cpu time consumed by the node in core-seconds', 'counter', (name) => perNode(name, (each) => seconds(each.cpuMs))],
  ['node_memory_working_set_bytes', 'Current working set of the node in bytes', 'gauge', (name) => perNode(name, (each) => String(each.memoryBytes))],
  ['pod_cpu_usage_seconds_total', 'Cumulative cpu time consumed by the pod in core-seconds', 'counter', (name) => perPod(name, (each) => seconds(each.cpuMs))],
  ['pod_memory_working_set_bytes', 'Current working set of the pod in bytes', 'gauge', (name) => perPod(name, (each) => String(each.memoryBytes))],
  ['resource_scrape_error', '1 if there was an error while getting container metrics, 0 otherwise', 'gauge', (name) => () => [`${name} 0`]],
];

/** GET /metrics/resource: what metrics-server scrapes. Several summaries are the same series at several moments. */
export function resourceMetrics(summaries: readonly StatsSummary[]): string {
  const lines = FAMILIES.flatMap(([name, help, type, rows]) => (
    [`# HELP ${name} [STABLE] ${help}`, `# TYPE ${name} ${type}`, ...new Set(summaries.flatMap(rows(name)))]));
  return `${lines.join('\n')}\n`;
}
