/** The container runtime of one node as its kubelet sees it: the calls of the Container Runtime Interface that we need.
 *  container-runtime.ts keeps it. It outlives the kubelet: containers run on when the kubelet is killed.
 *  Upstream: staging/src/k8s.io/cri-api/pkg/apis/runtime/v1/api.proto */
import type { FileSystem } from './files.ts';
import type { NetworkNamespace } from './network.ts';
import type { InputStream, OutputStream, Signal } from './process.ts';

export interface Runtime {
  readonly name: string;
  readonly version: string;
  /** Takes the time that the network and the image's size ask for. Rejects with PullError. */
  pullImage(image: string): Promise<PulledImage>;
  imageStatus(image: string): PulledImage | undefined;
  listImages(): readonly PulledImage[];
  removeImage(image: string): void;

  /** Rejects where the network cannot be set up. */
  runPodSandbox(config: PodSandboxConfig): Promise<PodSandbox>;
  stopPodSandbox(id: string): Promise<void>;
  removePodSandbox(id: string): void;
  listPodSandboxes(): readonly PodSandbox[];

  /** Throws CreateContainerError with the runtime's words: no command, unknown user, missing executable ... */
  createContainer(sandboxId: string, config: ContainerConfig): string;
  /** Rejects with StartError (exit code 128 or 127 and runc's words) when the executable is not in the image. */
  startContainer(id: string): Promise<void>;
  /** The stop signal, then SIGKILL after the grace. */
  stopContainer(id: string, graceMs: number): Promise<void>;
  removeContainer(id: string): void;
  containerStatus(id: string): ContainerStatus | undefined;
  listContainers(): readonly ContainerStatus[];
  /** Changes cpu and memory limits in place. */
  updateContainerResources(id: string, resources: LinuxResources): void;
  signalContainer(id: string, signal: Signal): void;

  exec(id: string, options: ExecOptions): ExecSession;
  attach(id: string, options: Omit<ExecOptions, 'command'>): ExecSession;
  /** Lines with their time, oldest first; a follower is called for each new one. The log outlives the container until it is removed. */
  logs(id: string): ContainerLog;
  /** What a running container uses now, or at a moment of the last minute since it started. Asking changes nothing. */
  stats(id: string, atMs?: number): ContainerStats | undefined;
  sandboxNetwork(id: string): NetworkNamespace | undefined;

  /** A container or sandbox changed state (evented PLEG). */
  onEvent(listener: (event: RuntimeEvent) => void): Disposable;
}

export interface PulledImage { readonly id: string; readonly repoTags: readonly string[]; readonly repoDigests: readonly string[]; readonly sizeBytes: number;
  readonly user?: string; readonly exposedPorts?: readonly number[]; readonly note?: string }

/** `reason` is the waiting reason that the kubelet shows: ErrImagePull, InvalidImageName, RegistryUnavailable. */
export class PullError extends Error {
  constructor(readonly reason: 'ErrImagePull' | 'InvalidImageName' | 'RegistryUnavailable', message: string) { super(message); this.name = 'PullError'; }
}
export class CreateContainerError extends Error {
  constructor(readonly reason: 'CreateContainerError' | 'CreateContainerConfigError', message: string) { super(message); this.name = 'CreateContainerError'; }
}
export class StartError extends Error {
  constructor(readonly exitCode: number, message: string) { super(message); this.name = 'StartError'; }
}

export interface PodSandboxConfig {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly attempt: number;
  readonly hostname: string;
  readonly hostNetwork: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly dns: { readonly servers: readonly string[]; readonly searches: readonly string[]; readonly options: readonly string[] };
  readonly hostPorts: readonly { readonly containerPort: number; readonly hostPort: number; readonly protocol: string; readonly hostIP?: string }[];
}
export interface PodSandbox { readonly id: string; readonly config: PodSandboxConfig; readonly state: 'ready' | 'notready'; readonly ip: string; readonly createdAtMs: number }

export interface LinuxResources { readonly cpuRequestMillis?: number; readonly cpuLimitMillis?: number; readonly memoryRequestBytes?: number;
  readonly memoryLimitBytes?: number; readonly oomScoreAdj?: number }

export interface ContainerConfig {
  readonly name: string;
  readonly attempt: number;
  readonly image: string;
  /** Kubernetes' command and args: undefined keeps the image's ENTRYPOINT and CMD by the usual rules. */
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env: readonly (readonly [string, string])[];
  readonly workingDir?: string;
  readonly mounts: readonly { readonly path: string; readonly files: FileSystem; readonly readOnly: boolean }[];
  readonly stdin: boolean;
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  readonly user?: { readonly uid?: number; readonly gid?: number; readonly groups?: readonly number[] };
  readonly readOnlyRootFilesystem: boolean;
  readonly privileged: boolean;
  readonly capabilities?: { readonly add: readonly string[]; readonly drop: readonly string[] };
  readonly resources: LinuxResources;
  readonly stopSignal?: Signal;
  /** Containers of one Pod with shareProcessNamespace. */
  readonly sharedPids: boolean;
  /** The container of the Pod whose processes it sees and signals: that of `kubectl debug --target`. */
  readonly pidsOf?: string;
  /** Where its declared ports are, for the generic server behind an unknown image. */
  readonly ports: readonly number[];
}

export interface ContainerStatus {
  readonly id: string;
  readonly sandboxId: string;
  readonly config: ContainerConfig;
  readonly state: 'created' | 'running' | 'exited';
  readonly createdAtMs: number;
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number;
  readonly exitCode?: number;
  readonly signal?: number;
  /** "Completed", "Error", "OOMKilled", "StartError". */
  readonly reason?: string;
  readonly message?: string;
  readonly imageId: string;
  readonly imageRef: string;
}

export interface ExecOptions { readonly command: readonly string[]; readonly tty: boolean; readonly stdin?: InputStream; readonly stdout: OutputStream;
  readonly stderr?: OutputStream; readonly size?: { readonly columns: number; readonly rows: number };
  /** A check or a hook of the Pod's, not a person's command. */ readonly asProbe?: boolean }
export interface ExecSession { /** The exit code; rejects with StartError. */ readonly exit: () => Promise<number>; resize(columns: number, rows: number): void; kill(): void }

export interface LogLine { readonly atMicros: number; readonly atMs: number; readonly stream: 'stdout' | 'stderr'; readonly text: string;
  /** false: the line goes on in the next entry. */ readonly complete: boolean }
export interface ContainerLog { readonly lines: readonly LogLine[]; readonly ended: boolean; onLine(listener: (line: LogLine | undefined) => void): Disposable }

export interface ContainerStats { readonly atMs: number; readonly cpuUsageMs: number; readonly cpuNanoCores: number; readonly memoryWorkingSetBytes: number;
  readonly filesUsedBytes: number; readonly processes: number; readonly throttledMs: number }

export type RuntimeEvent =
  | { readonly type: 'container-started' | 'container-exited' | 'container-removed'; readonly id: string; readonly podUid: string }
  | { readonly type: 'sandbox-ready' | 'sandbox-stopped' | 'sandbox-removed'; readonly id: string; readonly podUid: string };
