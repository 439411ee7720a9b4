/** One node in virtual time: a runtime over a network, and containers on it. */
import { createContainerRuntime } from '../../src/cri/container-runtime.ts';
import type { NodeRuntime } from '../../src/cri/container-runtime.ts';
import type { ContainerConfig, PodSandbox, PodSandboxConfig } from '../../src/cri/runtime.ts';
import { bytesInput, callbackOutput } from '../../src/cri/streams.ts';
import { imageStore } from '../../src/images/store.ts';
import { createNodeNetwork } from '../../src/network/node-network.ts';
import type { NodeNetwork } from '../../src/network/node-network.ts';
import { loneWorld } from '../../src/sim/lone-world.ts';
import type { LoneWorld } from '../../src/sim/lone-world.ts';

export interface Node {
  readonly lone: LoneWorld;
  readonly network: NodeNetwork;
  readonly runtime: NodeRuntime;
  /** Pulls, makes a sandbox, creates and starts. */
  start(config: Partial<ContainerConfig> & { readonly image: string }, pod?: Partial<PodSandboxConfig>): Promise<Started>;
}

export interface Started {
  readonly id: string;
  readonly sandbox: PodSandbox;
  log(): string;
  exec(command: readonly string[], options?: { readonly stdin?: string; readonly tty?: boolean }): Promise<{ readonly code: number; readonly out: string }>;
}

const POD: PodSandboxConfig = {
  name: 'web', namespace: 'default', uid: 'uid', attempt: 0, hostname: 'web', hostNetwork: false, labels: {}, annotations: {},
  dns: { servers: ['10.96.0.10'], searches: ['default.svc.cluster.local'], options: ['ndots:5'] }, hostPorts: [],
};
const CONTAINER: Omit<ContainerConfig, 'image'> = {
  name: 'c', attempt: 0, env: [], mounts: [], stdin: false, stdinOnce: false, tty: false, readOnlyRootFilesystem: false, privileged: false, resources: {}, sharedPids: false, ports: [],
};

export function startNode(options: { readonly cpuMillis?: number; readonly memoryBytes?: number; readonly instantImages?: boolean } = {}): Node {
  const lone = loneWorld({});
  const network = createNodeNetwork({ world: lone.world, nodeName: 'worker-1', address: '172.18.0.3', podCIDR: '10.244.1.0/24' });
  const runtime = createContainerRuntime({
    world: lone.world, nodeName: 'worker-1', images: imageStore, network, cpuMillis: options.cpuMillis ?? 4000, memoryBytes: options.memoryBytes ?? 8e9, instantImages: options.instantImages ?? true,
    onMistake: (argv, error) => { throw new Error(`${argv.join(' ')}: ${String((error as Error).stack)}`); },
  });
  return {
    lone, network, runtime,
    async start(config, pod = {}) {
      await lone.drive(runtime.pullImage(config.image));
      const sandbox = await lone.drive(runtime.runPodSandbox({ ...POD, ...pod }));
      const id = runtime.createContainer(sandbox.id, { ...CONTAINER, ...config });
      await lone.drive(runtime.startContainer(id));
      await lone.advance(1);
      return {
        id, sandbox,
        log: () => runtime.logs(id).lines.map((line) => line.text).join('\n'),
        async exec(command, how = {}) {
          let out = '';
          const output = callbackOutput((data) => { out += new TextDecoder().decode(data); });
          const session = runtime.exec(id, { command, tty: how.tty ?? false, stdout: output, ...(how.stdin !== undefined && { stdin: bytesInput(how.stdin) }) });
          return { code: await lone.drive(session.exit(), 600_000), out };
        },
      };
    },
  };
}
