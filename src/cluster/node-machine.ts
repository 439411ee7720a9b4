/** The software of a node: network, container runtime, and a kubelet that systemd keeps running. What is on its disk
 *  survives a kubelet; the power switch ends everything but the disk. */
import { assert } from '../base/assert.ts';
import type { Scope, World } from '../base/world.ts';
import type { Image } from '../cri/process.ts';
import { createContainerRuntime } from '../cri/container-runtime.ts';
import type { NodeRuntime } from '../cri/container-runtime.ts';
import type { FileSystem } from '../cri/files.ts';
import { createMemoryFiles } from '../cri/memory-files.ts';
import { quantityMillis, quantityUnits } from '../api/quantity.ts';
import type { Pod, Taint } from '../api/generated/types.ts';
import type { Transport } from '../api/transport.ts';
import { createClient } from '../client/create-client.ts';
import { imageStore } from '../images/store.ts';
import { runKubelet } from '../kubelet/kubelet.ts';
import type { Kubelet } from '../kubelet/kubelet.ts';
import { createNodeNetwork } from '../network/node-network.ts';
import type { NodeNetwork } from '../network/node-network.ts';
import type { MachineContext } from '../sim/machine-context.ts';
import { openMux } from '../transport/mux.ts';
import type { Mux } from '../transport/mux.ts';
import { dialTransport, serveTransport } from '../transport/rpc.ts';
import type { Profile } from '../sandbox/sandbox.ts';
import { createCni } from './cni.ts';
import { PANEL } from './faults.ts';
import type { PanelCommand } from './faults.ts';
import { nodeImages } from './node-images.ts';
import { ADDRESSES, CONTROL_PLANE, nodeAddress, SHELL, SHELL_ADDRESS } from './profile.ts';
import { supervise } from './supervisor.ts';
import type { Supervised } from './supervisor.ts';

export interface NodeOptions {
  readonly index: number;
  readonly profile: Pick<Profile, 'version' | 'node' | 'instantImages' | 'nodes'>;
  readonly zone?: string;
}

/** What a machine that is a node adds to every other node: the control plane's images, manifests and own way to the API. */
export interface NodeExtras {
  readonly images: (power: World, node: RunningNode) => readonly Image[];
  readonly transport?: (world: World) => Transport;
  readonly staticPods?: { readonly directory: string; readonly known?: ReadonlyMap<string, Pod> };
  readonly taints?: readonly Taint[];
  readonly labels?: Readonly<Record<string, string>>;
  /** Once per power cycle, before the kubelet starts. */
  readonly booted?: (power: World, node: RunningNode) => void;
}

export interface RunningNode {
  readonly name: string;
  readonly address: string;
  readonly disk: FileSystem;
  readonly network: NodeNetwork;
  readonly runtime: NodeRuntime;
  readonly kubelet: () => Kubelet | undefined;
}

const NO_EXTRAS: NodeExtras = { images: () => [] };

export function zoneOf(index: number, profile: Pick<Profile, 'node'>): string {
  return profile.node.zones[(index + profile.node.zones.length - 1) % Math.max(1, profile.node.zones.length)] ?? '';
}

export function buildNode(context: MachineContext, options: NodeOptions, extras: NodeExtras = NO_EXTRAS, mux: Mux = openMux(context)): void {
  const disk = createMemoryFiles({ now: () => context.clock.now() });
  let power: Scope | undefined;
  let running: { readonly node: RunningNode; readonly kubelet: Supervised } | undefined;
  let boots = 0;

  const switchOn = (): void => {
    if (power) return;
    boots += 1;
    power = context.scope(`power-${boots}`);
    running = boot(power.world, context, mux, disk, options, extras);
  };
  const switchOff = (): void => {
    power?.kill();
    power = undefined;
    running = undefined;
  };
  mux.channel(PANEL).onMessage((_from, body) => {
    const command = body as PanelCommand;
    if (command.do === 'power') {
      if (command.on) switchOn();
      else switchOff();
    } else if (running) press(running, command);
  });
  switchOn();
}

function press({ node, kubelet }: { readonly node: RunningNode; readonly kubelet: Supervised }, command: Exclude<PanelCommand, { readonly do: 'power' }>): void {
  if (command.do === 'kill-component' && (command.component === 'kubelet')) {
    kubelet.kill();
    return;
  }
  const isTarget = (config: { readonly labels: Readonly<Record<string, string>>; readonly name: string; readonly namespace: string }): boolean => (
    command.do === 'kill-container' ? config.name === command.pod && config.namespace === command.namespace
      : config.namespace === 'kube-system' && (config.labels['component'] === command.component || config.labels['k8s-app'] === command.component)
  );
  for (const container of node.runtime.listContainers()) {
    const sandbox = node.runtime.listPodSandboxes().find((one) => one.id === container.sandboxId);
    if (!sandbox || container.state !== 'running' || !isTarget(sandbox.config)) continue;
    if (command.do === 'kill-container' && command.container && command.container !== container.config.name) continue;
    const signal = command.do === 'hang-component' ? (command.on ? 'SIGSTOP' : 'SIGCONT') : 'SIGKILL';
    node.runtime.signalContainer(container.id, signal);
  }
}

function boot(power: World, context: MachineContext, mux: Mux, disk: FileSystem, options: NodeOptions, extras: NodeExtras): { readonly node: RunningNode; readonly kubelet: Supervised } {
  const { profile, index } = options;
  const name = context.machine;
  const address = nodeAddress(index);
  const network = createNodeNetwork({ world: power, nodeName: name, address, channel: mux.channel('net') });
  network.setHost(nodeAddress(0), CONTROL_PLANE);
  network.setHost(SHELL_ADDRESS, SHELL);
  let kubelet: Kubelet | undefined;
  const transportFor = (world: World): Transport => extras.transport?.(world)
    ?? dialTransport(world, mux.channel('api'), CONTROL_PLANE, { address: `${nodeAddress(0)}:${ADDRESSES.apiserverPort}` });
  const late: { runtime?: NodeRuntime } = {};
  const node: RunningNode = {
    name, address, disk, network, kubelet: () => kubelet,
    get runtime() {
      assert(late.runtime, 'the runtime is up before anything asks for it');
      return late.runtime;
    },
  };
  const runtime = createContainerRuntime({
    world: power, nodeName: name, images: imageStore, network, cpuMillis: quantityMillis(profile.node.cpu), memoryBytes: quantityUnits(profile.node.memory),
    extraImages: [...nodeImages(profile.version, { name, network, transportFor }), ...extras.images(power, node)],
    ...(profile.instantImages && { instantImages: true }),
  });
  late.runtime = runtime;
  extras.booted?.(power, node);

  const zone = options.zone ?? zoneOf(index, profile);
  const bootId = power.random.uuid();
  const supervised = supervise(power, 'kubelet', (world) => {
    const cni = createCni(network);
    const user = { name: `system:node:${name}`, groups: ['system:nodes', 'system:authenticated'] };
    cni.run(world, createClient(transportFor(world), { userAgent: 'kindnetd', user }));
    kubelet = runKubelet({
      world, transport: transportFor(world), runtime, files: disk, net: network.host, nodeName: name, nodeIP: address, version: profile.version,
      capacity: { cpu: profile.node.cpu, memory: profile.node.memory, ephemeralStorage: profile.node.ephemeralStorage },
      labels: { ...(zone && index > 0 && { 'topology.kubernetes.io/zone': zone }), ...extras.labels },
      ...(extras.taints && { registerWithTaints: extras.taints }), ...(extras.staticPods && { staticPods: extras.staticPods }), network: cni, bootId,
    });
    serveTransport(world, mux.channel('kubelet'), kubelet.transport);
  });
  return { node, kubelet: supervised };
}
