/** kube-scheduler: takes one unscheduled Pod at a time, finds the node that suits it best and binds it; binding runs beside
 *  the next cycle. What it saw and decided is traced for every cycle.
 *  Upstream: pkg/scheduler/scheduler.go, schedule_one.go */
import { Bell } from '../base/gate.ts';
import type { World } from '../base/world.ts';
import type { Pod } from '../api/generated/types.ts';
import { keyOf } from '../api/meta.ts';
import { Pods, PersistentVolumeClaims } from '../api/resources.ts';
import type { Transport } from '../api/transport.ts';
import { createClient } from '../client/create-client.ts';
import type { Client } from '../client/client.ts';
import type { EventRecorder } from '../client/events.ts';
import { createLeadership } from '../client/leader-election.ts';
import { createRecorder } from '../client/recorder.ts';
import { SchedulerCache } from './cache.ts';
import { scheduleOne } from './cycle.ts';
import type { CycleResult } from './cycle.ts';
import { trimNodes } from './decision-record.ts';
import type { DecisionRecord } from './decision-record.ts';
import { countReasons, fitError, NO_NODES } from './fit-error.ts';
import { carryOutPreemption, Nominations } from './nominations.ts';
import { planPreemption } from './preemption.ts';
import { DEFAULT_PLUGINS } from './plugins/registry.ts';
import type { VolumeNeeds } from './plugins/volume-binding.ts';
import { volumeBinding } from './plugins/volume-binding.ts';
import { SchedulingQueue } from './queue.ts';
import type { QueuedPod } from './queue.ts';
import { setUnschedulable } from './status.ts';
import { isAssigned, watchCluster } from './watch.ts';
import type { Watched } from './watch.ts';

const NAME = 'default-scheduler';
/** How long one cycle takes, and how long an idle scheduler takes to notice a Pod, in cluster time. */
const CYCLE_MS = 1;
const NOTICE_MIN_MS = 5;
const NOTICE_SPREAD_MS = 15;

export interface SchedulerOptions {
  readonly world: World;
  readonly transport: Transport;
  /** `<machine>_<uuid>` for leader election; absent: it leads at once. */
  readonly identity?: string;
}

interface Running {
  readonly world: World;
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly cache: SchedulerCache;
  readonly queue: SchedulingQueue;
  readonly watched: Watched;
  readonly nominations: Nominations;
  readonly bell: Bell;
}

/** Runs until its world is killed or the lead is lost. */
export async function runScheduler({ world, transport, identity }: SchedulerOptions): Promise<void> {
  const client = createClient(transport, { userAgent: 'kube-scheduler/v1.33.1' });
  const recorder = createRecorder(world, client, { component: NAME });
  const leadership = identity === undefined ? undefined
    : createLeadership(world, { client, recorder, namespace: 'kube-system', name: 'kube-scheduler', identity });
  const cache = new SchedulerCache();
  const queue = new SchedulingQueue();
  const bell = new Bell(world);
  const nominations = new Nominations();
  const watched = watchCluster(world, client, { cache, queue, schedulerName: NAME, ring: () => bell.ring() });
  watched.pods.onChange(({ type, object }) => nominations.observe(object, type === 'delete' || isAssigned(object)));
  await watched.synced();
  await leadership?.acquired();
  const running: Running = { world, client, recorder, cache, queue, watched, nominations, bell };
  world.spawn('schedule', () => scheduleForever(running));
  if (leadership) await leadership.lost();
  else await world.suspend<void>(() => undefined);
}

async function scheduleForever(running: Running): Promise<void> {
  const { world, queue, bell } = running;
  const draws = world.random.fork('scheduler');
  let startIndex = 0;
  let wake: Disposable | undefined;
  for (;;) {
    const nextMs = queue.flush(world.clock.now());
    const queued = queue.pop();
    if (!queued) {
      wake?.[Symbol.dispose]();
      if (nextMs !== undefined) wake = world.clock.setTimer(Math.max(0, nextMs - world.clock.now()), () => bell.ring());
      await bell.wait();
      await world.clock.sleep(NOTICE_MIN_MS + draws.int(NOTICE_SPREAD_MS));
      continue;
    }
    const chance = draws.fork(`${queued.key}/${queued.attempts}/${world.clock.micros()}`);
    startIndex = runCycle(running, queued, startIndex, (below) => chance.int(below));
    await world.clock.sleep(CYCLE_MS);
  }
}

/** One cycle for one Pod; returns where the next one starts looking. */
function runCycle(running: Running, queued: QueuedPod, startIndex: number, draw: (below: number) => number): number {
  const { world, cache, watched, nominations } = running;
  const pod = watched.pods.get(queued.key);
  if (!pod || isAssigned(pod) || pod.metadata?.deletionTimestamp || cache.isAssumed(queued.key)) return startIndex;
  const snapshot = cache.snapshot(watched.lookups);
  const nominated = (node: string) => nominations.on(node, pod);
  const result = scheduleOne(pod, snapshot, { plugins: DEFAULT_PLUGINS, nominated, startIndex, draw });
  if (result.chosen === undefined) {
    fail(running, { ...queued, pod }, result, snapshot.nodes.length, draw);
    return result.nextStartIndex;
  }
  const record = recordOf(queued, result, snapshot.nodes.length);
  world.trace({ type: 'schedule', pod: refOf(pod), outcome: 'scheduled', node: result.chosen, record });
  cache.assume(pod, result.chosen);
  nominations.delete(queued.key);
  const needs = volumeBinding.preFilter?.(pod, snapshot);
  const volumes = needs && 'state' in needs ? (needs.state as VolumeNeeds) : undefined;
  const node = result.chosen;
  world.spawn(`bind ${queued.key}`, () => bind(running, { ...queued, pod }, node, volumes));
  return result.nextStartIndex;
}

const refOf = (pod: Pod) => ({ resource: 'pods', namespace: pod.metadata?.namespace, name: pod.metadata?.name ?? '', uid: pod.metadata?.uid });

function recordOf(queued: QueuedPod, result: CycleResult, nodesTotal: number, message?: string): DecisionRecord {
  return {
    attempt: queued.attempts + 1, nodesTotal, nodes: trimNodes(result.nodes), feasible: result.feasible, reasons: countReasons(result.diagnosis),
    ...(result.chosen !== undefined && { chosen: result.chosen, tied: result.tied }), ...(message !== undefined && { message }),
  };
}

function rejectors(result: CycleResult): ReadonlySet<string> {
  const names = [...result.diagnosis.byNode.values()].map((rejection) => rejection.plugin);
  return new Set(result.diagnosis.preFilter ? [result.diagnosis.preFilter.plugin] : names);
}

function fail(running: Running, queued: QueuedPod, result: CycleResult, nodesTotal: number, draw: (below: number) => number): void {
  const { world, queue, recorder, watched, cache } = running;
  const { pod } = queued;
  const preemption = nodesTotal === 0 ? { message: '' } : planPreemption({
    pod, snapshot: cache.snapshot(watched.lookups), diagnosis: result.diagnosis, plugins: DEFAULT_PLUGINS, budgets: watched.budgets(), draw,
  });
  const plan = 'plan' in preemption ? preemption.plan : undefined;
  const message = nodesTotal === 0 ? NO_NODES : fitError(nodesTotal, result.diagnosis, 'message' in preemption ? preemption.message : undefined);
  const record: DecisionRecord = {
    ...recordOf(queued, result, nodesTotal, message),
    ...(plan && { preemption: { node: plan.node, victims: plan.victims.map(keyOf) } }),
  };
  world.trace({ type: 'schedule', pod: refOf(pod), outcome: 'unschedulable', record });
  queue.reject(queued, rejectors(result), world.clock.now());
  recorder.event(Pods, pod, 'Warning', 'FailedScheduling', message);
  if (plan) running.nominations.set(queued.key, pod, plan.node);
  world.spawn(`unschedulable ${queued.key}`, async () => {
    await setUnschedulable(world, running.client, pod, message, plan?.node);
    if (plan) await carryOutPreemption(world, running.client, recorder, pod, plan);
  });
}

async function bind(running: Running, queued: QueuedPod, node: string, volumes: VolumeNeeds | undefined): Promise<void> {
  const { world, client, recorder, cache, queue, bell } = running;
  const { pod } = queued;
  const { namespace, name, uid } = pod.metadata ?? {};
  try {
    if (volumes?.waiting.length) await provisionVolumes(running, volumes, node);
    const target = { apiVersion: 'v1', kind: 'Node', name: node };
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { namespace, name, uid }, target };
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/binding`;
    const answer = await client.transport.request({
      method: 'POST', path, body: binding, headers: { 'content-type': 'application/json', accept: 'application/json', 'user-agent': 'kube-scheduler/v1.33.1' },
    });
    if (answer.status < 300) {
      recorder.event(Pods, pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${node}`);
      return;
    }
    world.trace({ type: 'schedule', pod: refOf(pod), outcome: 'error', node, record: { status: answer.status } });
  } catch {
    world.trace({ type: 'schedule', pod: refOf(pod), outcome: 'error', node, record: { status: 0 } });
  }
  cache.forget(queued.key);
  queue.retry(queued, world.clock.now());
  bell.ring();
}

const PROVISION_LIMIT_MS = 600_000;

/** Tells the provisioner which node was chosen, and waits until every claim is bound. */
async function provisionVolumes({ world, client, watched }: Running, { waiting }: VolumeNeeds, node: string): Promise<void> {
  for (const claim of waiting) {
    const patch = { metadata: { annotations: { 'volume.kubernetes.io/selected-node': node } } };
    await client.patch(PersistentVolumeClaims, claim.metadata?.name ?? '', claim.metadata?.namespace, 'merge', patch);
  }
  const endMs = world.clock.now() + PROVISION_LIMIT_MS;
  const bound = () => waiting.every((claim) => watched.lookups.claim(claim.metadata?.namespace ?? '', claim.metadata?.name ?? '')?.status?.phase === 'Bound');
  while (!bound()) {
    if (world.clock.now() >= endMs) throw new Error('timed out waiting for the condition');
    await world.clock.sleep(1000);
  }
}
