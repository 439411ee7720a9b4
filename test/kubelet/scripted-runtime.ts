/** A container runtime that does what a test's table says of each image, in virtual time. */
import type { World } from '../../src/base/world.ts';
import type { NetworkNamespace } from '../../src/cri/network.ts';
import {
  PullError, StartError, type ContainerConfig, type ContainerStatus, type LogLine, type PodSandbox, type PulledImage, type Runtime, type RuntimeEvent,
} from '../../src/cri/runtime.ts';

export interface Script {
  /** The pull fails with these words; a function may change its mind. */
  readonly pullError?: string | (() => string | undefined);
  readonly pullMs?: number;
  /** The process ends by itself. */
  readonly exitAfterMs?: number;
  readonly exitCode?: number;
  /** SIGTERM does nothing. */
  readonly ignoresTerm?: boolean;
  readonly termMs?: number;
  readonly startError?: string;
  exec?(command: readonly string[], run: { readonly atMs: number; readonly startedAtMs: number }): { readonly code: number; readonly out?: string; readonly ms?: number };
  /** Done in the container as it starts. */
  begin?(config: ContainerConfig): void;
}

export interface ScriptedRuntime extends Runtime {
  readonly created: ContainerConfig[];
  exit(name: string, code: number, reason?: string): void;
  crash(): void;
  readonly memory: Map<string, number>;
}

interface Entry { status: ContainerStatus; ended: (() => void)[]; timer?: Disposable; readonly lines: LogLine[] }

export function scriptedRuntime(world: World, scripts: Readonly<Record<string, Script>>, net?: NetworkNamespace): ScriptedRuntime {
  const images = new Map<string, PulledImage>();
  const sandboxes = new Map<string, PodSandbox>();
  const containers = new Map<string, Entry>();
  const listeners = new Set<(event: RuntimeEvent) => void>();
  const created: ContainerConfig[] = [];
  const memory = new Map<string, number>();
  let count = 0;
  const scriptOf = (image: string): Script => scripts[image] ?? {};
  const emit = (event: RuntimeEvent): void => { for (const listener of [...listeners]) listener(event); };
  const uidOf = (sandboxId: string): string => sandboxes.get(sandboxId)?.config.uid ?? '';

  function end(entry: Entry, exitCode: number, reason?: string): void {
    if (entry.status.state !== 'running') return;
    entry.timer?.[Symbol.dispose]();
    entry.status = { ...entry.status, state: 'exited', exitCode, finishedAtMs: world.clock.now(), reason: reason ?? (exitCode === 0 ? 'Completed' : 'Error') };
    for (const done of entry.ended.splice(0)) done();
    emit({ type: 'container-exited', id: entry.status.id, podUid: uidOf(entry.status.sandboxId) });
  }

  const need = (id: string): Entry => {
    const entry = containers.get(id);
    if (entry === undefined) throw new Error(`no container ${id}`);
    return entry;
  };

  return {
    name: 'containerd', version: '2.1.1', created, memory,
    exit(name, code, reason) {
      for (const entry of containers.values()) if (entry.status.config.name === name && entry.status.state === 'running') end(entry, code, reason);
    },
    crash() {
      sandboxes.clear();
      containers.clear();
    },
    async pullImage(image) {
      const { pullMs = 1000, pullError } = scriptOf(image);
      await world.clock.sleep(pullMs);
      const problem = typeof pullError === 'function' ? pullError() : pullError;
      if (problem !== undefined) throw new PullError('ErrImagePull', problem);
      const pulled = { id: `sha256:${image}`, repoTags: [`docker.io/library/${image}`], repoDigests: [`docker.io/library/${image}@sha256:0`], sizeBytes: 1234 };
      images.set(image, pulled);
      return pulled;
    },
    imageStatus: (image) => images.get(image),
    listImages: () => [...images.values()],
    removeImage: (image) => void images.delete(image),
    async runPodSandbox(config) {
      await world.clock.sleep(100);
      const id = `sandbox-${count += 1}`;
      const sandbox: PodSandbox = { id, config, state: 'ready', ip: config.hostNetwork ? '10.0.0.1' : `10.244.1.${count}`, createdAtMs: world.clock.now() };
      sandboxes.set(id, sandbox);
      emit({ type: 'sandbox-ready', id, podUid: config.uid });
      return sandbox;
    },
    async stopPodSandbox(id) {
      const sandbox = sandboxes.get(id);
      if (sandbox === undefined || sandbox.state === 'notready') return;
      for (const entry of containers.values()) if (entry.status.sandboxId === id) end(entry, 137);
      sandboxes.set(id, { ...sandbox, state: 'notready' });
      emit({ type: 'sandbox-stopped', id, podUid: sandbox.config.uid });
    },
    removePodSandbox: (id) => void sandboxes.delete(id),
    listPodSandboxes: () => [...sandboxes.values()],
    createContainer(sandboxId, config) {
      created.push(config);
      const id = `container-${count += 1}`;
      const status: ContainerStatus = {
        id, sandboxId, config, state: 'created', createdAtMs: world.clock.now(), imageId: `sha256:${config.image}`, imageRef: `docker.io/library/${config.image}@sha256:0`,
      };
      containers.set(id, { status, ended: [], lines: [] });
      return id;
    },
    async startContainer(id) {
      await world.clock.sleep(50);
      const entry = need(id);
      const script = scriptOf(entry.status.config.image);
      if (script.startError !== undefined) {
        const at = world.clock.now();
        entry.status = { ...entry.status, state: 'exited', exitCode: 128, reason: 'StartError', message: script.startError, startedAtMs: 0, finishedAtMs: at };
        throw new StartError(128, script.startError);
      }
      entry.status = { ...entry.status, state: 'running', startedAtMs: world.clock.now() };
      script.begin?.(entry.status.config);
      if (script.exitAfterMs !== undefined) entry.timer = world.clock.setTimer(script.exitAfterMs, () => end(entry, script.exitCode ?? 0));
      emit({ type: 'container-started', id, podUid: uidOf(entry.status.sandboxId) });
    },
    async stopContainer(id, graceMs) {
      const entry = containers.get(id);
      if (entry === undefined || entry.status.state !== 'running') return;
      const script = scriptOf(entry.status.config.image);
      const waitMs = script.ignoresTerm === true ? graceMs : Math.min(graceMs, script.termMs ?? 10);
      const code = script.ignoresTerm === true ? 137 : 0;
      await world.suspend<void>((settle) => {
        entry.ended.push(() => settle.resolve());
        return world.clock.setTimer(waitMs, () => end(entry, code));
      });
    },
    removeContainer: (id) => void containers.delete(id),
    containerStatus: (id) => containers.get(id)?.status,
    listContainers: () => [...containers.values()].map((entry) => entry.status),
    updateContainerResources() {},
    signalContainer() {},
    exec(id, options) {
      const { status } = need(id);
      const result = scriptOf(status.config.image).exec?.(options.command, { atMs: world.clock.now(), startedAtMs: status.startedAtMs ?? 0 }) ?? { code: 0 };
      return {
        async exit() {
          await world.clock.sleep(result.ms ?? 1);
          await options.stdout.write(result.out ?? '');
          return result.code;
        },
        resize() {}, kill() {},
      };
    },
    attach: () => ({ exit: async () => 0, resize() {}, kill() {} }),
    logs: (id) => ({ lines: need(id).lines, ended: true, onLine: () => ({ [Symbol.dispose]() {} }) }),
    stats(id) {
      const entry = containers.get(id);
      if (entry?.status.state !== 'running') return undefined;
      return {
        atMs: world.clock.now(), cpuUsageMs: 10, cpuNanoCores: 5_000_000, memoryWorkingSetBytes: memory.get(entry.status.config.name) ?? 1_000_000,
        filesUsedBytes: 0, processes: 1, throttledMs: 0,
      };
    },
    sandboxNetwork: () => net,
    onEvent(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]() { listeners.delete(listener); } };
    },
  };
}
