/** Keeps the node from running dry: looks at its memory, and at the storage of Pods that limit it, every ten seconds
 *  while Pods run; ends one Pod a look; and says MemoryPressure until five minutes after the last need.
 *  Upstream: pkg/kubelet/eviction/eviction_manager.go */
import type { Node } from '../api/generated/types.ts';
import { Nodes } from '../api/resources.ts';
import { rfc3339 } from '../base/time.ts';
import type { NodeRuntime } from '../cri/container-runtime.ts';
import type { KubeletContext } from './context.ts';
import { memoryMessage, rankByMemory, storageMessage, type Candidate } from './eviction-rank.ts';
import { EVICTION_MEMORY_BYTES, type NodeFacts } from './node-status.ts';
import type { PodCache } from './pod-cache.ts';
import type { PodState } from './pod-state.ts';
import type { PodWorkers } from './pod-workers.ts';
import { isMirror, isStatic } from './pod-view.ts';
import { podUsage } from './stats.ts';

const LOOK_MS = 10_000;
const TRANSITION_MS = 300_000;
const CRITICAL_PRIORITY = 2_000_000_000;

export function createEvictionManager(
  context: KubeletContext, workers: PodWorkers, cache: PodCache, pressureChanged: (pressure: NodeFacts['pressure']) => void,
): void {
  const { world, runtime, recorder } = context;
  let needAtMs: number | undefined;

  const usedBytes = (): number => {
    const quick = (runtime as Partial<NodeRuntime>).nodeUsage?.();
    if (quick !== undefined) return quick.memoryBytes;
    let sum = 0;
    for (const state of workers.list()) sum += podUsage(context, state, cache)?.memoryBytes ?? 0;
    return sum;
  };

  function look(): void {
    const available = context.memoryBytes - usedBytes();
    const now = world.clock.now();
    if (available < EVICTION_MEMORY_BYTES) {
      if (needAtMs === undefined) pressureChanged({ memory: true, disk: false, pid: false });
      needAtMs = now;
      recorder.event(Nodes, { metadata: { name: context.nodeName, uid: context.nodeName } } as Node, 'Warning', 'EvictionThresholdMet', 'Attempting to reclaim memory');
      evictForMemory(available);
    } else if (needAtMs !== undefined && now - needAtMs >= TRANSITION_MS) {
      needAtMs = undefined;
      pressureChanged({ memory: false, disk: false, pid: false });
    }
    for (const state of workers.list()) if (state.mode === 'running' && state.limitsStorage) checkStorage(state);
  }

  function evictForMemory(available: number): void {
    const candidates: (Candidate & { readonly state: PodState })[] = [];
    for (const state of workers.list()) {
      const usage = state.mode === 'running' && !isCritical(state) ? podUsage(context, state, cache) : undefined;
      if (usage !== undefined) candidates.push({ pod: state.pod, usage, state });
    }
    const first = rankByMemory(candidates)[0];
    if (first !== undefined) evict(first.usage.uid, memoryMessage(first, EVICTION_MEMORY_BYTES, available));
  }

  function evict(podUid: string, message: string): void {
    workers.fail(podUid, {
      reason: 'Evicted', message, graceMs: 0,
      condition: { type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet', message, lastTransitionTime: rfc3339(world.clock.now()) },
    });
  }

  function checkStorage(state: PodState): void {
    const emptyDirs = new Map<string, number>();
    for (const volume of state.pod.spec?.volumes ?? []) {
      const mounted = volume.emptyDir === undefined ? undefined : state.volumes?.get(volume.name);
      if (mounted !== undefined) emptyDirs.set(volume.name, mounted.files.usage('/'));
    }
    const containers = new Map((podUsage(context, state, cache)?.containers ?? []).map((each) => [each.name, each.filesBytes]));
    const message = storageMessage(state.pod, { emptyDirs, containers });
    if (message !== undefined) evict(state.uid, message);
  }

  world.spawn('eviction manager', async () => {
    for (;;) {
      await world.clock.sleep(LOOK_MS);
      look();
    }
  });
}

const isCritical = ({ pod }: PodState): boolean => isStatic(pod) || isMirror(pod) || (pod.spec?.priority ?? 0) >= CRITICAL_PRIORITY;
