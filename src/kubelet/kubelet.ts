/** The agent of one node: it registers the node, runs the Pods that are bound to it, and tells the API how they fare.
 *  Its parts are wired here and nowhere else.
 *  Upstream: pkg/kubelet/kubelet.go */
import type { Node, Service } from '../api/generated/types.ts';
import { Nodes, Services } from '../api/resources.ts';
import type { Transport } from '../api/transport.ts';
import { quantityUnits } from '../api/quantity.ts';
import { fromUtf8 } from '../base/bytes.ts';
import { createClient } from '../client/create-client.ts';
import { createRecorder } from '../client/recorder.ts';
import { createInformer } from '../client/reflector.ts';
import { admit } from './admission.ts';
import { createKubeletApi } from './api.ts';
import { listen } from './http-front.ts';
import type { KubeletContext } from './context.ts';
import { createEvictionManager } from './eviction.ts';
import { createImageManager } from './image-manager.ts';
import { createNodeAgent, type NodeAgent } from './node-agent.ts';
import { allocatableOf, type NodeFacts } from './node-status.ts';
import { clusterDnsOf, networkMessage, type KubeletOptions } from './options.ts';
import { ownRuntime } from './own-runtime.ts';
import { createPodCache, type PodCache } from './pod-cache.ts';
import { createPodReporter } from './pod-reporter.ts';
import { createPodSources, type PodSources } from './pod-sources.ts';
import { createPodWorkers, type PodWorkers } from './pod-workers.ts';
import { createProbeManager } from './probes/probe-manager.ts';
import { summarize, type StatsSummary } from './stats.ts';
import { createStatusManager } from './status-manager.ts';
import { createRestartBackOff } from './sync-pod.ts';
import { createVolumeManager } from './volume-manager.ts';

export type { KubeletOptions } from './options.ts';

export interface Kubelet {
  /** Its own API: logs, exec, attach, port-forward, stats. */
  readonly transport: Transport;
  /** What each Pod and container uses now. */
  summary(): StatsSummary;
}

const BOOT_ID = '/proc/sys/kernel/random/boot_id';

export function runKubelet(options: KubeletOptions): Kubelet {
  const { world, nodeName, files } = options;
  const runtime = ownRuntime(world, options.runtime);
  const client = createClient(options.transport, {
    userAgent: 'kubelet', user: { name: `system:node:${nodeName}`, groups: ['system:nodes', 'system:authenticated'] },
  });
  const recorder = createRecorder(world, client, { component: 'kubelet', host: nodeName });
  const bootId = bootIdOf(options);
  const networkProblem = (): string | undefined => {
    const problem = options.network?.problem();
    return problem === undefined ? undefined : networkMessage(problem);
  };
  const late: { agent?: NodeAgent; workers?: PodWorkers; sources?: PodSources; cache?: PodCache; pressure: NodeFacts['pressure'] } = {
    pressure: { memory: false, disk: false, pid: false },
  };
  const services = createInformer<Service>(world, client, Services);
  const allocatable = allocatableOf(options);

  const context: KubeletContext = {
    world, client, recorder, runtime, files, net: options.net, nodeName, nodeIP: options.nodeIP, services,
    memoryBytes: quantityUnits(options.capacity.memory), dns: clusterDnsOf(options),
    node: () => late.agent?.node(),
    allocatable: () => allocatable,
    podIP: (pod) => (pod.spec?.hostNetwork === true ? options.nodeIP : late.cache?.addressOf(pod.metadata?.uid ?? '') ?? ''),
    decided(pod, did, because, facts) {
      const { namespace, name = '', uid } = pod.metadata ?? {};
      world.trace({ type: 'decision', actor: 'kubelet', object: { resource: 'pods', namespace, name, uid }, did, because, ...(facts !== undefined && { facts }) });
    },
  };

  recorder.event(Nodes, { metadata: { name: nodeName, uid: nodeName } } as Node, 'Normal', 'Starting', 'Starting kubelet.');
  const agent = late.agent = createNodeAgent({
    world, client, recorder, options,
    facts: () => ({ bootId, images: runtime.listImages(), networkProblem: networkProblem(), pressure: late.pressure, runtime: `${runtime.name}://${runtime.version}` }),
  });
  const nodes = createInformer<Node>(world, client, Nodes, { fieldSelector: `metadata.name=${nodeName}` });
  nodes.onChange(({ type, object }) => { if (type !== 'delete') agent.seen(object); });

  const wake = (podUid: string): void => late.workers?.wake(podUid);
  const cache = late.cache = createPodCache(runtime, (podUid, event) => {
    if (event.type === 'container-exited' || event.type === 'sandbox-stopped' || event.type === 'sandbox-removed') wake(podUid);
  });
  const probes = createProbeManager(context, wake);
  const volumes = createVolumeManager(context, (podUid) => late.workers?.volumesChanged(podUid));
  const statuses = createStatusManager(world, client, (podUid) => late.sources?.apiPod(podUid));
  const reporter = createPodReporter({
    context, cache, probes, statuses, directoryOf: volumes.directoryOf, apiPod: (podUid) => late.sources?.apiPod(podUid),
  });
  const images = createImageManager(context, () => agent.changed('soon'));
  const workers = late.workers = createPodWorkers({
    context, cache, probes, volumes, statuses, reporter, images, backOff: createRestartBackOff(), networkProblem,
    admit(pod) {
      const refusal = admit(pod, context.node(), [...workers.list()].filter((state) => state.mode !== 'ended' && state.failed === undefined && state.pod !== pod));
      return refusal === undefined ? undefined : { ...refusal, refused: true };
    },
  });
  const sources = late.sources = createPodSources(world, client, options, agent, {
    update: workers.update, remove: workers.remove, shown: statuses.nudge,
  });
  options.network?.onChange(() => {
    agent.changed('now');
    for (const state of workers.list()) if (state.mode === 'running') workers.wake(state.uid);
  });
  createEvictionManager(context, workers, cache, (pressure) => {
    late.pressure = pressure;
    agent.changed('now');
  });
  world.spawn('clean up', () => cleanUp(sources, workers, cache, context));
  const transport = createKubeletApi({ context, cache, workers, sources, statuses, options });
  listen(context, transport);
  return {
    transport,
    summary: () => summarize(context, workers.list(), cache),
  };
}

/** Pods that went while no kubelet looked: what they left running is stopped. */
async function cleanUp(sources: PodSources, workers: PodWorkers, cache: PodCache, { runtime }: KubeletContext): Promise<void> {
  await sources.synced();
  for (const podUid of cache.podUids()) {
    if (workers.get(podUid) !== undefined) continue;
    const view = cache.view(podUid);
    for (const record of view.containers) if (record.state === 'running') await runtime.stopContainer(record.id, 30_000);
    for (const sandbox of view.sandboxes) {
      await runtime.stopPodSandbox(sandbox.id);
      runtime.removePodSandbox(sandbox.id);
    }
    cache.drop(podUid);
  }
}

/** One a start of the machine: it outlives the kubelet, not the machine. */
function bootIdOf({ files, world, bootId: given }: KubeletOptions): string {
  if (given !== undefined) return given;
  if (files.exists(BOOT_ID)) return fromUtf8(files.readFile(BOOT_ID)).trim();
  const bootId = world.random.fork('boot').uuid();
  files.makeDirectory('/proc/sys/kernel/random', { recursive: true });
  files.writeFile(BOOT_ID, `${bootId}\n`);
  return bootId;
}
