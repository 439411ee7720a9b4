/** Keeps the Node object: registers it, tells its status when something about it changes and every five minutes, and
 *  renews its Lease every ten seconds, by which the control plane knows that the node lives.
 *  Upstream: pkg/kubelet/kubelet_node_status.go, staging/src/k8s.io/component-helpers/apimachinery/lease/controller.go */
import { ApiError, isReason } from '../api/errors.ts';
import type { Lease, Node, NodeCondition, NodeStatus } from '../api/generated/types.ts';
import { Leases, Nodes } from '../api/resources.ts';
import { TransportError } from '../api/transport.ts';
import { Latch } from '../base/gate.ts';
import { equal } from '../base/json.ts';
import { rfc3339, rfc3339Micro } from '../base/time.ts';
import type { World } from '../base/world.ts';
import type { Client } from '../client/client.ts';
import type { EventRecorder } from '../client/events.ts';
import { conditionEvent, newNode, nodeStatus, type NodeFacts } from './node-status.ts';
import type { KubeletOptions } from './options.ts';

export interface NodeAgent {
  /** Opens when the Node is in the API. */
  readonly registered: Latch;
  /** As last read or written. */
  node(): Node | undefined;
  seen(node: Node): void;
  /** Its status may be another one: told at once, or with the next look within ten seconds. */
  changed(how: 'now' | 'soon'): void;
}

export interface NodeAgentTools {
  readonly world: World;
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly options: KubeletOptions;
  facts(): Omit<NodeFacts, 'now'>;
}

const LEASE_MS = 10_000;
const LEASE_SECONDS = 40;
const REPORT_MS = 300_000;
const LOOK_MS = 10_000;
const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 7000;

export function createNodeAgent(tools: NodeAgentTools): NodeAgent {
  const { world, client, recorder, options } = tools;
  const registered = new Latch(world);
  let node: Node | undefined;
  let timer: Disposable | undefined;
  let dueAtMs = Infinity;
  let reportedAtMs = 0;
  let busy = false;
  const told = new Map<string, string>();
  const now = (): string => rfc3339(world.clock.now());

  function seen(found: Node): void {
    if (node !== undefined && Number(found.metadata?.resourceVersion ?? 0) < Number(node.metadata?.resourceVersion ?? 0)) return;
    const cidr = found.spec?.podCIDR;
    if (cidr !== undefined && cidr !== node?.spec?.podCIDR) options.network?.setPodCidr?.(cidr);
    node = found;
  }

  const eventNode = (): Node => ({ metadata: { name: options.nodeName, uid: options.nodeName } });

  async function register(): Promise<void> {
    for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_RETRY_MS)) {
      try {
        await registerOnce();
        registered.open();
        return;
      } catch (error) {
        if (!(error instanceof ApiError) && !(error instanceof TransportError)) throw error;
        await world.clock.sleep(waitMs);
      }
    }
  }

  async function registerOnce(): Promise<void> {
    const wanted = newNode(options, { ...tools.facts(), now: now() });
    try {
      seen(await client.create(Nodes, wanted));
      reportedAtMs = world.clock.now();
      tellConditions(wanted.status?.conditions ?? []);
      world.trace({ type: 'decision', actor: 'kubelet', object: { resource: 'nodes', name: options.nodeName }, did: 'registered the node', because: 'The API had no Node of this name.' });
    } catch (error) {
      if (!isReason(error, 'AlreadyExists')) throw error;
      const found = await client.get(Nodes, options.nodeName);
      const bootId = found.status?.nodeInfo?.bootID;
      const own = wanted.status?.nodeInfo?.bootID ?? '';
      if (bootId !== undefined && bootId !== '' && bootId !== own) {
        recorder.event(Nodes, eventNode(), 'Warning', 'Rebooted', `Node ${options.nodeName} has been rebooted, boot id: ${own}`);
      }
      seen(found);
      const labels = { ...found.metadata?.labels, ...wanted.metadata?.labels };
      if (!equal(labels, found.metadata?.labels)) seen(await client.patch(Nodes, options.nodeName, undefined, 'merge', { metadata: { labels: wanted.metadata?.labels } }));
    }
    recorder.event(Nodes, eventNode(), 'Normal', 'NodeAllocatableEnforced', 'Updated Node Allocatable limit across pods');
    await report();
  }

  function tellConditions(conditions: readonly NodeCondition[]): void {
    for (const condition of conditions) {
      const reason = conditionEvent(condition);
      const before = told.get(condition.type);
      told.set(condition.type, condition.status);
      if (reason === undefined || before === condition.status || (before === undefined && reason === 'NodeNotReady')) continue;
      recorder.event(Nodes, eventNode(), 'Normal', reason, `Node ${options.nodeName} status is now: ${reason}`);
    }
  }

  async function report(): Promise<void> {
    const old = node?.status;
    const status = nodeStatus(options, { ...tools.facts(), now: now() }, old);
    const due = world.clock.now() - reportedAtMs >= REPORT_MS;
    if (due || !sameStatus(old, status)) {
      seen(await client.patch(Nodes, options.nodeName, undefined, 'strategic', { status: changes(old, status) }, { subresource: 'status' }));
      reportedAtMs = world.clock.now();
    }
    tellConditions(status.conditions ?? []);
    arm(reportedAtMs + REPORT_MS);
  }

  /** One at a time; a failure is tried again with the next look. */
  async function look(): Promise<void> {
    if (busy) return arm(world.clock.now() + FIRST_RETRY_MS);
    busy = true;
    try {
      await report();
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof TransportError)) throw error;
      arm(world.clock.now() + LOOK_MS);
    }
    busy = false;
  }

  function arm(atMs: number): void {
    if (atMs >= dueAtMs && timer !== undefined) return;
    timer?.[Symbol.dispose]();
    dueAtMs = atMs;
    timer = world.clock.setTimer(Math.max(0, atMs - world.clock.now()), () => {
      timer = undefined;
      dueAtMs = Infinity;
      world.spawn('node status', look);
    });
  }

  world.spawn('node registration', register);
  world.spawn('node lease', async () => {
    await registered.wait();
    let lease: Lease | undefined;
    for (;;) {
      lease = await renewLease(world, client, options.nodeName, node?.metadata?.uid, lease);
      await world.clock.sleep(lease === undefined ? LONGEST_RETRY_MS : LEASE_MS * (1 + 0.04 * world.random.next()));
    }
  });

  return {
    registered, seen,
    node: () => node,
    changed(how) {
      if (registered.isOpen) arm(world.clock.now() + (how === 'now' ? 0 : LOOK_MS));
    },
  };
}

/** undefined: it did not work. */
async function renewLease(world: World, client: Client, name: string, nodeUid: string | undefined, old: Lease | undefined): Promise<Lease | undefined> {
  const renewTime = rfc3339Micro(world.clock.now(), world.clock.micros() % 1000);
  try {
    if (old !== undefined) return await client.update(Leases, { ...old, spec: { ...old.spec, renewTime } });
    const owner = { apiVersion: 'v1', kind: 'Node', name, uid: nodeUid ?? '' };
    const spec = { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime };
    try {
      const found = await client.get(Leases, name, 'kube-node-lease');
      return await client.update(Leases, { ...found, spec: { ...found.spec, ...spec } });
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
      return await client.create(Leases, {
        apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: 'kube-node-lease', ownerReferences: [owner] }, spec,
      });
    }
  } catch (error) {
    if (!(error instanceof ApiError) && !(error instanceof TransportError)) throw error;
    return undefined;
  }
}

const OWN_CONDITIONS = new Set(['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready']);

/** Heartbeats do not count. */
function sameStatus(old: NodeStatus | undefined, status: NodeStatus): boolean {
  if (old === undefined) return false;
  const plain = (conditions: readonly NodeCondition[] | undefined): readonly object[] => (conditions ?? [])
    .filter((each) => OWN_CONDITIONS.has(each.type)).map(({ lastHeartbeatTime: _ignored, ...rest }) => rest);
  if (!equal(plain(old.conditions), plain(status.conditions))) return false;
  return Object.keys(changes({ ...old, conditions: undefined }, { ...status, conditions: undefined })).length === 0;
}

/** Lists without a key in them are replaced whole; conditions are merged by type. */
function changes(old: NodeStatus | undefined, status: NodeStatus): Partial<NodeStatus> {
  const before = (old ?? {}) as Readonly<Record<string, unknown>>;
  return Object.fromEntries(Object.entries(status).filter(([key, value]) => value !== undefined && !equal(before[key], value)));
}
