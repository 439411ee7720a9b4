/** Watches over nodes. A kubelet that neither renews its Lease nor posts its status for 50 s makes the node's conditions
 *  Unknown, its Pods not ready, and, at the pace that zones.ts allows, the node tainted so that its Pods are driven away.
 *  The monitor of Kubernetes looks every 5 s; this one works out when the next look can find anything, and keeps those ticks.
 *  Upstream: pkg/controller/nodelifecycle/node_lifecycle_controller.go */
import { equal } from '../base/json.ts';
import { parseTime, rfc3339 } from '../base/time.ts';
import { ApiError, isReason } from '../api/errors.ts';
import type { Lease, Node, Pod, Taint } from '../api/generated/types.ts';
import { nameOf, namespaceOf, uidOf } from '../api/meta.ts';
import { Leases, Nodes, Pods } from '../api/resources.ts';
import { TransportError } from '../api/transport.ts';
import type { Controller, ControllerContext, Requeue } from '../client/controller.ts';
import {
  GRACE_MS,
  missingLabels,
  noExecuteTaintOf,
  readyCondition,
  readyStatus,
  scheduleTaints,
  silentConditions,
  STARTUP_GRACE_MS,
  wantedNoExecute,
  withNoExecute,
} from './node-health.ts';
import { podCondition } from './pods.ts';
import { createTicks } from './ticks.ts';
import { groupBy } from './group-by.ts';
import { evictionRate, zoneOf, zoneState, type ZoneState } from './zones.ts';

const NAME = 'node-lifecycle-controller';
const MONITOR_MS = 5000;
const LEASES = 'kube-node-lease';

interface Health {
  /** When the kubelet was last heard of, by this controller's clock. */
  heardAt: number;
  renewTime: string | undefined;
  heartbeat: string | undefined;
}

export function createNodeLifecycleController(context: ControllerContext): Controller {
  const { world, client, recorder } = context;
  const nodes = context.informer(Nodes);
  const leases = context.informer(Leases);
  const pods = context.informer(Pods);
  const healths = new Map<string, Health>();
  const zones = new Map<string, { state: ZoneState; nextAt: number }>();
  const podsToMark = new Set<string>(); // Nodes whose Pods are not all marked yet.
  const ticks = createTicks(world, NAME, MONITOR_MS, monitor);
  let allSilent = false;
  pods.addIndex('node', (pod) => [pod.spec?.nodeName ?? '']);

  leases.onChange(({ type, object }) => {
    if (type !== 'delete' && namespaceOf(object) === LEASES) hear(nameOf(object), undefined, object);
  });
  nodes.onChange(({ type, object, old }) => {
    if (type === 'delete') return leave(object);
    if (type === 'add') join(object);
    else hear(nameOf(object), object, undefined);
    if (old === undefined || readyStatus(old) !== readyStatus(object) || !equal(old.spec?.taints, object.spec?.taints)) ticks.ask();
  });

  const graceOf = (node: Node): number => (readyCondition(node) === undefined ? STARTUP_GRACE_MS : GRACE_MS);

  function join(node: Node): void {
    const name = nameOf(node);
    const isFirstSight = readyCondition(node) === undefined;
    healths.set(name, {
      heardAt: isFirstSight ? parseTime(node.metadata?.creationTimestamp ?? '') : world.clock.now(),
      renewTime: leases.get(`${LEASES}/${name}`)?.spec?.renewTime,
      heartbeat: readyCondition(node)?.lastHeartbeatTime,
    });
    recorder.event(Nodes, node, 'Normal', 'RegisteredNode', `Node ${name} event: Registered Node ${name} in Controller`);
    ticks.ask(graceOf(node));
  }

  function leave(node: Node): void {
    const name = nameOf(node);
    healths.delete(name);
    podsToMark.delete(name);
    recorder.event(Nodes, node, 'Normal', 'RemovingNode', `Node ${name} event: Removing Node ${name} from Controller`);
    ticks.ask();
  }

  function hear(name: string, node: Node | undefined, lease: Lease | undefined): void {
    const health = healths.get(name);
    if (health === undefined) return;
    const renewTime = lease === undefined ? health.renewTime : lease.spec?.renewTime;
    const heartbeat = node === undefined ? health.heartbeat : readyCondition(node)?.lastHeartbeatTime;
    if (renewTime !== health.renewTime || heartbeat !== health.heartbeat) health.heardAt = world.clock.now();
    Object.assign(health, { renewTime, heartbeat });
  }

  /** One look at all nodes. */
  async function monitor(): Promise<void> {
    try {
      await markSilentNodes();
      for (const name of podsToMark) await markPodsNotReady(name);
      handleDisruption();
      await setNoExecuteTaints();
    } catch (error) {
      if (!(error instanceof ApiError) && !(error instanceof TransportError)) throw error;
      ticks.ask();
    }
    askForNext();
  }

  /** The next time at which a node may have been silent for too long. */
  function askForNext(): void {
    let next = Infinity;
    for (const node of nodes.list()) {
      const health = healths.get(nameOf(node));
      if (health !== undefined && readyStatus(node) !== 'Unknown') next = Math.min(next, health.heardAt + graceOf(node));
      else if (readyCondition(node) === undefined) next = Math.min(next, (health?.heardAt ?? world.clock.now()) + STARTUP_GRACE_MS);
    }
    if (next < Infinity) ticks.ask(Math.max(1, next + 1 - world.clock.now()));
  }

  async function markSilentNodes(): Promise<void> {
    const now = world.clock.now();
    for (const node of nodes.list()) {
      const health = healths.get(nameOf(node));
      if (health === undefined || now <= health.heardAt + graceOf(node)) continue;
      const conditions = silentConditions(node, now);
      if (conditions === node.status?.conditions) continue;
      const wasReady = readyStatus(node) === 'True';
      await client.updateStatus(Nodes, { ...node, status: { ...node.status, conditions } });
      const seconds = Math.round((now - health.heardAt) / 1000);
      trace(node, 'marked the node Unknown', `Its kubelet has neither renewed its Lease nor posted a status for ${seconds} s.`, {
        seconds,
      });
      if (wasReady) {
        recorder.event(Nodes, node, 'Normal', 'NodeNotReady', `Node ${nameOf(node)} status is now: NodeNotReady`);
        podsToMark.add(nameOf(node));
      }
      ticks.ask();
    }
  }

  /** No traffic may go to Pods that nobody can vouch for. */
  async function markPodsNotReady(name: string): Promise<void> {
    const at = rfc3339(world.clock.now());
    for (const pod of pods.list({ name: 'node', value: name })) {
      if (podCondition(pod, 'Ready')?.status !== 'True') continue;
      await markNotReady(pod, at);
    }
    podsToMark.delete(name);
  }

  async function markNotReady(pod: Pod, at: string): Promise<void> {
    const conditions = pod.status?.conditions?.map((each) =>
      each.type === 'Ready' ? { ...each, status: 'False', lastTransitionTime: at } : each,
    );
    try {
      await client.updateStatus(Pods, { ...pod, status: { ...pod.status, conditions } });
    } catch (error) {
      if (isReason(error, 'NotFound')) return;
      throw error;
    }
    recorder.event(Pods, pod, 'Warning', 'NodeNotReady', 'Node is not ready');
  }

  /** The state of each zone, and whether everything is silent: then the fault is nearer than the nodes, and nothing is evicted. */
  function handleDisruption(): void {
    const byZone = groupBy(nodes.list(), zoneOf);
    const wasAllSilent = allSilent;
    for (const [zone, members] of byZone) {
      const ready = members.filter((node) => readyStatus(node) === 'True').length;
      const state = zoneState(ready, members.length - ready);
      const known = zones.get(zone);
      if (known === undefined) zones.set(zone, { state, nextAt: 0 });
      else known.state = state;
    }
    for (const zone of zones.keys()) if (!byZone.has(zone)) zones.delete(zone);
    allSilent = zones.size > 0 && [...zones.values()].every((zone) => zone.state === 'FullDisruption');
    if (wasAllSilent && !allSilent) for (const health of healths.values()) health.heardAt = world.clock.now();
  }

  async function setNoExecuteTaints(): Promise<void> {
    const byZone = groupBy(nodes.list(), zoneOf);
    for (const node of nodes.list()) {
      const wanted = allSilent ? undefined : wantedNoExecute(node);
      const current = noExecuteTaintOf(node);
      if (wanted === current) continue;
      if (wanted === undefined || current !== undefined) await setNoExecute(node, wanted);
      else await setAtPace(node, wanted, byZone.get(zoneOf(node))?.length ?? 0);
    }
  }

  async function setAtPace(node: Node, wanted: string, zoneSize: number): Promise<void> {
    const zone = zones.get(zoneOf(node));
    if (zone === undefined) return;
    const now = world.clock.now();
    const rate = evictionRate(zone.state, zoneSize);
    if (rate === 0) {
      trace(node, 'left the Pods of the node alone', 'So many nodes of its zone are silent that the fault is probably not theirs.', {
        zone: zone.state,
      });
      return;
    }
    if (now < zone.nextAt) return ticks.ask(zone.nextAt - now);
    zone.nextAt = now + 1000 / rate;
    await setNoExecute(node, wanted);
  }

  async function setNoExecute(node: Node, key: string | undefined): Promise<void> {
    await patchTaints(node, withNoExecute(node, key, world.clock.now()));
    if (key === undefined) trace(node, 'removed the NoExecute taint', 'The node answers again, or no node does.', {});
    else
      trace(
        node,
        `tainted the node ${key}:NoExecute`,
        `Its Ready condition is ${readyStatus(node)}: Pods that do not tolerate the taint must go.`,
        { taint: key },
      );
  }

  async function patchTaints(node: Node, taints: readonly Taint[]): Promise<void> {
    const patch = { metadata: { resourceVersion: node.metadata?.resourceVersion }, spec: { taints } };
    await client.patch(Nodes, nameOf(node), undefined, 'merge', patch);
  }

  /** Labels and NoSchedule taints follow the node at once; they do not wait for the monitor. */
  async function reconcile(key: string): Promise<Requeue | void> {
    const node = nodes.get(key);
    if (node === undefined) return;
    const labels = missingLabels(node);
    if (labels !== undefined) await client.patch(Nodes, key, undefined, 'merge', { metadata: { labels } });
    const taints = scheduleTaints(node, world.clock.now());
    if (taints === undefined) return;
    await patchTaints(labels === undefined ? node : await client.get(Nodes, key), taints);
    const names = taints.filter((taint) => taint.effect === 'NoSchedule').map((taint) => taint.key);
    const because = 'Its conditions, or being cordoned, say whether new Pods may be placed on it.';
    trace(node, names.length === 0 ? 'removed the NoSchedule taints' : `set NoSchedule taints: ${names.join(', ')}`, because, {
      taints: names,
    });
  }

  function trace(node: Node, did: string, because: string, facts: Readonly<Record<string, unknown>>): void {
    world.trace({
      type: 'decision',
      actor: NAME,
      object: { resource: 'nodes', name: nameOf(node), uid: uidOf(node) },
      did,
      because,
      facts,
    });
  }

  return { name: NAME, for: Nodes, reconcile };
}
