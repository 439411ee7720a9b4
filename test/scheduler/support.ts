/** Nodes and Pods in a few words, for tables. */
import type { Node, Pod } from '../../src/api/generated/types.ts';
import type { CycleOptions } from '../../src/scheduler/cycle.ts';
import { DEFAULT_PLUGINS } from '../../src/scheduler/plugins/registry.ts';
import { SchedulerCache } from '../../src/scheduler/cache.ts';
import type { Lookups } from '../../src/scheduler/cache.ts';
import type { Snapshot } from '../../src/scheduler/snapshot.ts';

export function node(name: string, options: Partial<{ cpu: string; memory: string; pods: string; labels: Record<string, string>; taints: { key: string; value?: string; effect: string }[]; unschedulable: boolean; images: { names: string[]; sizeBytes: number }[] }> = {}): Node {
  return {
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...options.labels } },
    spec: { taints: options.taints, unschedulable: options.unschedulable },
    status: { allocatable: { cpu: options.cpu ?? '2', memory: options.memory ?? '4Gi', pods: options.pods ?? '110' }, images: options.images },
  };
}

export function pod(name: string, options: Partial<{ cpu: string; memory: string; on: string; labels: Record<string, string>; priority: number; spec: Partial<NonNullable<Pod['spec']>>; hostPort: number }> = {}): Pod {
  const requests = { ...(options.cpu && { cpu: options.cpu }), ...(options.memory && { memory: options.memory }) };
  return {
    metadata: { name, namespace: 'default', uid: `uid-${name}`, labels: options.labels },
    spec: {
      containers: [{ name: 'c', image: 'nginx', resources: { requests }, ports: options.hostPort ? [{ containerPort: 80, hostPort: options.hostPort }] : undefined }],
      nodeName: options.on, priority: options.priority, ...options.spec,
    },
  };
}

const LOOKUPS: Lookups = { namespaceLabels: () => ({}), claim: () => undefined, volume: () => undefined, storageClass: () => undefined, spreadSelectors: () => [] };

export function snapshotOf(nodes: readonly Node[], pods: readonly Pod[] = [], lookups: Partial<Lookups> = {}): Snapshot {
  const cache = new SchedulerCache();
  for (const one of nodes) cache.setNode(one);
  for (const one of pods) cache.setPod(one);
  return cache.snapshot({ ...LOOKUPS, ...lookups });
}

export const OPTIONS: CycleOptions = { plugins: DEFAULT_PLUGINS, nominated: () => [], startIndex: 0, draw: () => 0 };
