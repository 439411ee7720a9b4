/** A kubelet and a scheduler in one, for tests of controllers: Pods are bound at once, run and are ready after a moment,
 *  and stop after another. Nodes post their status once and renew their Leases until they are silenced. */
import { rfc3339, rfc3339Micro } from '../../src/base/time.ts';
import type { World } from '../../src/base/world.ts';
import { isReason } from '../../src/api/errors.ts';
import type { Node, Pod } from '../../src/api/generated/types.ts';
import { isTerminating, keyOf, labelsOf, nameOf, namespaceOf, uidOf } from '../../src/api/meta.ts';
import { isTolerated } from '../../src/api/taints.ts';
import { Leases, Nodes, Pods } from '../../src/api/resources.ts';
import type { Client } from '../../src/client/client.ts';
import { createInformer } from '../../src/client/reflector.ts';
import { createWorkQueue, rethrowOurs } from '../../src/client/work-queue.ts';
import { targetNodeOf } from '../../src/controllers/daemonset-plan.ts';

export interface InstantKubeletOptions {
  readonly startMs?: number;
  readonly stopMs?: number;
  /** Pods whose containers never become ready. */
  readonly isBroken?: (pod: Pod) => boolean;
  /** Pods that end by themselves after so long, with this exit code. */
  readonly endOf?: (pod: Pod) => { readonly afterMs: number; readonly exitCode: number } | undefined;
}

export interface InstantKubelet {
  addNode(name: string, labels?: Readonly<Record<string, string>>): Promise<void>;
  /** The node's kubelet says nothing more, or speaks again. */
  silence(name: string, silent: boolean): void;
}

const LEASE_NAMESPACE = 'kube-node-lease';

export function runInstantKubelet(world: World, client: Client, options: InstantKubeletOptions = {}): InstantKubelet {
  const { startMs = 500, stopMs = 300 } = options;
  const pods = createInformer(world, client, Pods);
  const nodes = createInformer(world, client, Nodes);
  const silent = new Set<string>();
  const stopping = new Set<string>();
  const ended = new Set<string>();
  let addresses = 0;
  const queue = createWorkQueue(world, {
    name: 'instant-kubelet',
    process: sync,
    workers: 50,
    latencyMs: [1, 2],
    onError: (_, error) => rethrowOurs(error),
  });
  pods.onChange(({ type, object }) => {
    if (type !== 'delete') queue.add(keyOf(object));
  });

  async function sync(key: string): Promise<{ afterMs: number } | void> {
    const pod = pods.get(key);
    if (pod === undefined) return;
    const node = pod.spec?.nodeName;
    if (!node) return isTerminating(pod) ? undefined : bind(pod);
    if (silent.has(node)) return { afterMs: 1000 };
    if (isTerminating(pod)) return stop(key, pod);
    const phase = pod.status?.phase;
    if (phase === 'Succeeded' || phase === 'Failed') return;
    if (pod.status?.podIP === undefined) {
      await world.clock.sleep(startMs);
      return start(pod);
    }
    const end = options.endOf?.(pod);
    if (end !== undefined && !ended.has(uidOf(pod))) {
      ended.add(uidOf(pod));
      await world.clock.sleep(end.afterMs);
      return finish(pod, end.exitCode);
    }
    if (!isReadyNow(pod) && options.isBroken?.(pod) !== true) return start(pod);
  }

  const isReadyNow = (pod: Pod): boolean =>
    pod.status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') === true;

  async function bind(pod: Pod): Promise<{ afterMs: number } | void> {
    const target = targetNodeOf(pod);
    const fitting = nodes
      .list()
      .filter(
        (node) =>
          (target === undefined || nameOf(node) === target) &&
          (node.spec?.taints ?? []).every(
            (taint) => taint.effect === 'PreferNoSchedule' || isTolerated(taint, pod.spec?.tolerations ?? []),
          ),
      );
    const load = (node: Node): number => pods.list().filter((each) => each.spec?.nodeName === nameOf(node)).length;
    const [best] = [...fitting].sort((a, b) => load(a) - load(b));
    if (best === undefined) return { afterMs: 1000 };
    const binding = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name: nameOf(pod), namespace: namespaceOf(pod) },
      target: { kind: 'Node', name: nameOf(best) },
    };
    await client.create(Pods, binding as Pod, { subresource: 'binding' });
  }

  async function write(pod: Pod, status: object): Promise<void> {
    try {
      await client.patch(
        Pods,
        nameOf(pod),
        namespaceOf(pod),
        'strategic',
        { metadata: { uid: uidOf(pod) }, status },
        { subresource: 'status' },
      );
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
  }

  async function start(pod: Pod): Promise<void> {
    addresses += 1;
    const at = rfc3339(world.clock.now());
    const ready = options.isBroken?.(pod) !== true;
    await write(pod, {
      phase: 'Running',
      podIP: pod.status?.podIP ?? `10.244.${addresses >> 8}.${addresses & 255}`,
      startTime: at,
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: at }],
      containerStatuses: pod.spec?.containers.map((each) => ({
        name: each.name,
        image: each.image ?? '',
        imageID: '',
        ready,
        restartCount: 0,
        state: { running: { startedAt: at } },
      })),
    });
  }

  async function finish(pod: Pod, exitCode: number): Promise<void> {
    const at = rfc3339(world.clock.now());
    await write(pod, {
      phase: exitCode === 0 ? 'Succeeded' : 'Failed',
      conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: at }],
      containerStatuses: pod.spec?.containers.map((each) => ({
        name: each.name,
        image: each.image ?? '',
        imageID: '',
        ready: false,
        restartCount: 0,
        state: { terminated: { exitCode, finishedAt: at } },
      })),
    });
  }

  async function stop(key: string, pod: Pod): Promise<void> {
    if (stopping.has(uidOf(pod))) return;
    stopping.add(uidOf(pod));
    await world.clock.sleep(stopMs);
    if (pod.metadata?.finalizers?.length && pod.status?.phase !== 'Succeeded') await finish(pod, 137);
    try {
      await client.delete(Pods, nameOf(pod), namespaceOf(pod), { gracePeriodSeconds: 0, preconditions: { uid: uidOf(pod) } });
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
    }
  }

  async function addNode(name: string, labels: Readonly<Record<string, string>> = {}): Promise<void> {
    const at = rfc3339(world.clock.now());
    const conditions = [
      ['MemoryPressure', 'False'],
      ['DiskPressure', 'False'],
      ['PIDPressure', 'False'],
      ['Ready', 'True'],
    ].map(([type, status]) => ({ type: type!, status: status!, lastHeartbeatTime: at, lastTransitionTime: at }));
    await client.create(Nodes, {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
      spec: {},
    });
    const made = await client.get(Nodes, name);
    await client.updateStatus(Nodes, {
      ...made,
      status: {
        ...made.status,
        capacity: { cpu: '4', memory: '8Gi', pods: '110' },
        allocatable: { cpu: '4', memory: '8Gi', pods: '110' },
        conditions,
      },
    });
    world.spawn(`lease of ${name}`, () => renew(name));
  }

  async function renew(name: string): Promise<void> {
    const spec = { holderIdentity: name, leaseDurationSeconds: 40 };
    const time = (): string => rfc3339Micro(world.clock.now());
    let lease = await client.create(Leases, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace: LEASE_NAMESPACE },
      spec: { ...spec, renewTime: time() },
    });
    for (;;) {
      await world.clock.sleep(10_000);
      if (silent.has(name)) continue;
      lease = await client.update(Leases, { ...lease, spec: { ...spec, renewTime: time() } });
    }
  }

  /** What a kubelet that is back says first. */
  async function speak(name: string): Promise<void> {
    const node = await client.get(Nodes, name);
    const at = rfc3339(world.clock.now());
    const conditions = node.status?.conditions?.map((each) => ({
      ...each,
      status: each.type === 'Ready' ? 'True' : 'False',
      reason: 'KubeletReady',
      message: '',
      lastHeartbeatTime: at,
    }));
    await client.updateStatus(Nodes, { ...node, status: { ...node.status, conditions } });
  }

  return {
    addNode,
    silence(name, isSilent) {
      if (isSilent) silent.add(name);
      else if (silent.delete(name)) world.spawn(`${name} is back`, () => speak(name));
    },
  };
}

export const hasLabel =
  (name: string, value: string) =>
  (pod: Pod): boolean =>
    labelsOf(pod)[name] === value;
