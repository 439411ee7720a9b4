/** The container runtime of one node: sandboxes, images, containers. It outlives the kubelet.
 *  Upstream: containerd internal/cri/server */
import type { Random, World } from '../base/world.ts';
import { disposable } from '../base/dispose.ts';
import { createContainer } from './container.ts';
import type { ContainerHost, RunningContainer } from './container.ts';
import { createCpu } from './cpu.ts';
import { createImagePuller } from './image-puller.ts';
import type { ImageStore } from './image-store.ts';
import { createLayer } from './memory-files.ts';
import type { Layer, LayerEntry } from './memory-files.ts';
import type { NetworkNamespace } from './network.ts';
import type { PodNetworks } from './pod-network.ts';
import { createPidSpace } from './processes.ts';
import type { PidSpace } from './processes.ts';
import type { Image, Program } from './process.ts';
import { CreateContainerError } from './runtime.ts';
import type { ContainerStats, PodSandbox, PodSandboxConfig, Runtime, RuntimeEvent } from './runtime.ts';

export interface RuntimeOptions {
  /** The node's world, not the kubelet's: containers run on when the kubelet is gone. */
  readonly world: World;
  readonly nodeName: string;
  readonly images: ImageStore;
  readonly network: PodNetworks;
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  /** Images whose programs the composition root brings: control-plane components, CoreDNS. They come with the node. */
  readonly extraImages?: readonly Image[];
  /** Every image is there and takes no time. */
  readonly instantImages?: boolean;
  /** Hears what a program that failed through a mistake of ours threw; for tests. */
  readonly onMistake?: (argv: readonly string[], error: unknown) => void;
}

export interface NodeRuntime extends Runtime {
  /** Millicores in use on the whole node, and bytes resident in all containers. */
  nodeUsage(): { readonly cpuMillis: number; readonly memoryBytes: number };
  /** Processor time of all containers since the node started, those that are gone included; now or at a moment of the last minute. */
  nodeCpuMs(atMs?: number): number;
}

/** What a stub of a program looks like to `cat`. */
const ELF = '\x7fELF\x02\x01\x01\n';
const SANDBOX_START_MS = 120;
const CONTAINER_START_MS = 60;

interface SandboxEntry { sandbox: PodSandbox; readonly net: NetworkNamespace; readonly pids: PidSpace }

/** Over how long the present rate of use is taken, as cAdvisor's housekeeping does. */
const RATE_MS = 10_000;

export function createContainerRuntime(options: RuntimeOptions): NodeRuntime {
  const { world, network } = options;
  const random = world.random.fork('containerd');
  const extra = options.extraImages ?? [];
  const store: ImageStore = {
    toolbox: kind => options.images.toolbox(kind),
    resolve(reference) {
      const image = extra.find(entry => entry.names.includes(reference.name));
      if (image === undefined) return options.images.resolve(reference);
      return image.hasTag(reference.tag) || reference.digest !== undefined ? { type: 'image', image } : { type: 'not-found' };
    },
  };
  const images = createImagePuller(world, store, options.instantImages ?? false);
  const cpu = createCpu(world.clock, options.cpuMillis);
  const sandboxes = new Map<string, SandboxEntry>();
  const containers = new Map<string, RunningContainer>();
  const layers = new Map<Image, Layer>();
  const listeners = new Set<(event: RuntimeEvent) => void>();

  const emit = (event: RuntimeEvent): void => { for (const listener of [...listeners]) listener(event); };
  const uidOf = (sandboxId: string): string => sandboxes.get(sandboxId)?.sandbox.config.uid ?? '';
  /** Of programs that told their size; the base of small ones is not counted. */
  let resident = 0;
  const memoryBytes = (): number => resident;

  const host: ContainerHost = {
    world, cpu, store,
    node: { cpuMillis: options.cpuMillis, memoryBytes: options.memoryBytes, startedAtMs: world.clock.now(), memoryUsedBytes: memoryBytes },
    layerOf(image) {
      let layer = layers.get(image);
      if (layer === undefined) layers.set(image, layer = imageLayer(image, store));
      return layer;
    },
    programOf: (image, path) => programOf(image, store, path),
    exited(container) {
      const { id, sandboxId } = container.status;
      world.trace({ type: 'runtime', node: options.nodeName, what: 'container exited', object: podRef(sandboxes.get(sandboxId)),
        detail: `${container.status.config.name}: exit code ${container.status.exitCode}` });
      emit({ type: 'container-exited', id, podUid: uidOf(sandboxId) });
    },
    memoryChanged(byBytes) {
      resident += byBytes;
      if (byBytes <= 0 || resident <= options.memoryBytes) return;
      victim([...containers.values()])?.kill('OOMKilled');
    },
    onMistake: options.onMistake,
  };

  function need(id: string): RunningContainer {
    const container = containers.get(id);
    if (container === undefined) throw new CreateContainerError('CreateContainerError', `container "${id}" in namespace "k8s.io": not found`);
    return container;
  }

  /** Upstream: pkg/kubelet/kuberuntime/kuberuntime_container.go (getTargetID) */
  function targetOf(sandboxId: string, name: string): RunningContainer {
    const target = [...containers.values()].find(({ status }) => status.sandboxId === sandboxId && status.config.name === name && status.state === 'running');
    if (target === undefined) throw new CreateContainerError('CreateContainerConfigError', `unable to find target container ${name}`);
    return target;
  }

  async function runPodSandbox(config: PodSandboxConfig): Promise<PodSandbox> {
    const id = hexId(random);
    const net = config.hostNetwork ? network.host : await network.addPod(id, config);
    if (!(options.instantImages ?? false)) await world.clock.sleep(SANDBOX_START_MS * (0.7 + 0.6 * random.next()));
    const sandbox: PodSandbox = { id, config, state: 'ready', ip: net.address, createdAtMs: world.clock.now() };
    sandboxes.set(id, { sandbox, net, pids: createPidSpace(true) });
    emit({ type: 'sandbox-ready', id, podUid: config.uid });
    return sandbox;
  }

  async function stopPodSandbox(id: string): Promise<void> {
    const entry = sandboxes.get(id);
    if (entry === undefined || entry.sandbox.state === 'notready') return;
    for (const container of containers.values()) if (container.status.sandboxId === id) container.kill();
    entry.sandbox = { ...entry.sandbox, state: 'notready' };
    if (!entry.sandbox.config.hostNetwork) network.removePod(id);
    emit({ type: 'sandbox-stopped', id, podUid: entry.sandbox.config.uid });
  }

  function statsOf(id: string, wanted?: number): ContainerStats | undefined {
    const container = containers.get(id);
    if (container === undefined || container.status.state !== 'running') return undefined;
    const at = wanted ?? world.clock.now();
    const startedAtMs = container.status.startedAtMs ?? at;
    if (at < startedAtMs) return undefined;
    const { usedMs, throttledMs } = container.cpuUsage(wanted);
    const since = Math.max(startedAtMs, at - RATE_MS);
    const before = at > since ? container.cpuUsage(since).usedMs : usedMs;
    return {
      atMs: at, cpuUsageMs: usedMs, cpuNanoCores: at > since ? Math.round(((usedMs - before) / (at - since)) * 1e9) : 0,
      memoryWorkingSetBytes: container.memoryBytes(wanted), filesUsedBytes: container.filesUsedBytes(), processes: container.processCount(), throttledMs,
    };
  }

  return {
    name: 'containerd', version: '2.1.1',
    async pullImage(image) {
      const pulled = await images.pull(image);
      world.trace({ type: 'runtime', node: options.nodeName, what: 'image pulled', detail: image });
      return pulled;
    },
    imageStatus: image => images.find(image)?.pulled,
    listImages: () => images.list(),
    removeImage: image => images.remove(image),
    runPodSandbox, stopPodSandbox,
    removePodSandbox(id) {
      const entry = sandboxes.get(id);
      if (entry === undefined) return;
      if (entry.sandbox.state === 'ready' && !entry.sandbox.config.hostNetwork) network.removePod(id);
      for (const [containerId, container] of containers) {
        if (container.status.sandboxId !== id) continue;
        container.kill();
        container.dispose();
        containers.delete(containerId);
      }
      sandboxes.delete(id);
      emit({ type: 'sandbox-removed', id, podUid: entry.sandbox.config.uid });
    },
    listPodSandboxes: () => [...sandboxes.values()].map(entry => entry.sandbox),
    createContainer(sandboxId, config) {
      const entry = sandboxes.get(sandboxId);
      const local = images.find(config.image);
      if (entry === undefined) throw new CreateContainerError('CreateContainerError', `failed to find sandbox id "${sandboxId}": not found`);
      if (local === undefined) {
        throw new CreateContainerError('CreateContainerError', `failed to create containerd container: get image "${config.image}": not found`);
      }
      const id = hexId(random);
      const joinPids = config.pidsOf === undefined ? (config.sharedPids ? entry.pids : undefined) : targetOf(sandboxId, config.pidsOf).pids;
      containers.set(id, createContainer({ host, id, sandbox: entry.sandbox, config, local, net: entry.net, joinPids }));
      return id;
    },
    async startContainer(id) {
      const container = need(id);
      if (!(options.instantImages ?? false)) await world.clock.sleep(CONTAINER_START_MS * (0.7 + 0.6 * random.next()));
      await container.start();
      const { sandboxId } = container.status;
      world.trace({ type: 'runtime', node: options.nodeName, what: 'container started', object: podRef(sandboxes.get(sandboxId)), detail: container.status.config.name });
      emit({ type: 'container-started', id, podUid: uidOf(sandboxId) });
    },
    async stopContainer(id, graceMs) {
      const container = containers.get(id);
      if (container === undefined || container.status.state !== 'running') return;
      const image = images.find(container.status.config.image)?.image;
      if (graceMs > 0) {
        container.signal(container.status.config.stopSignal ?? image?.stopSignal ?? 'SIGTERM');
        if (await container.ended(graceMs)) return;
      }
      container.kill();
    },
    removeContainer(id) {
      const container = containers.get(id);
      if (container === undefined) return;
      container.kill();
      container.dispose();
      containers.delete(id);
      emit({ type: 'container-removed', id, podUid: uidOf(container.status.sandboxId) });
    },
    containerStatus: id => containers.get(id)?.status,
    listContainers: () => [...containers.values()].map(container => container.status),
    updateContainerResources: (id, resources) => need(id).setResources(resources),
    signalContainer: (id, signal) => containers.get(id)?.signal(signal),
    exec: (id, execOptions) => need(id).exec(execOptions),
    attach: (id, attachOptions) => need(id).attach(attachOptions),
    logs: id => need(id).log,
    stats: statsOf,
    sandboxNetwork: id => sandboxes.get(id)?.net,
    onEvent(listener) {
      listeners.add(listener);
      return disposable(() => { listeners.delete(listener); });
    },
    nodeCpuMs: atMs => cpu.usedMs(atMs),
    nodeUsage: () => ({ cpuMillis: cpu.inUse(), memoryBytes: memoryBytes() }),
  };
}

/** Whom the kernel kills when the node's memory is gone: the highest badness. */
function victim(containers: readonly RunningContainer[]): RunningContainer | undefined {
  const badness = (container: RunningContainer): number => (container.status.config.resources.oomScoreAdj ?? 0) * 1e6 + container.memoryBytes() / 1e6;
  return containers.filter(container => container.status.state === 'running').sort((a, b) => badness(b) - badness(a))[0];
}

function podRef(entry: SandboxEntry | undefined): { resource: string; namespace: string; name: string; uid: string } | undefined {
  if (entry === undefined) return undefined;
  const { namespace, name, uid } = entry.sandbox.config;
  return { resource: 'pods', namespace, name, uid };
}

function programOf(image: Image, store: ImageStore, path: string): Program | undefined {
  return image.programs[path] ?? store.toolbox(image.toolbox).programAt(path);
}

function imageLayer(image: Image, store: ImageStore): Layer {
  const entries: LayerEntry[] = Object.entries(image.files ?? {}).map(([path, text]) => ({ path, text, ...(text.startsWith('#!') ? { mode: 0o755 } : {}) }));
  for (const [path, link] of Object.entries(image.links ?? {})) entries.push({ path, link });
  for (const path of Object.keys(image.programs)) if (path.startsWith('/')) entries.push({ path, text: ELF, mode: 0o755 });
  return createLayer(entries, store.toolbox(image.toolbox).layer);
}

/** 64 hex digits, as container and sandbox ids are. */
function hexId(random: Random): string {
  let id = '';
  while (id.length < 64) id += random.int(0x1000000).toString(16).padStart(6, '0');
  return id.slice(0, 64);
}
