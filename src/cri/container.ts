/** One container from its creation to its end: its files, its processes, its log, and what it may use. */
import type { Settle, World } from '../base/world.ts';
import type { Cpu, CpuGroup } from './cpu.ts';
import { createContainerLog } from './container-log.ts';
import type { WritableLog } from './container-log.ts';
import { createMountedFiles, makeMountPoint } from './file-views.ts';
import type { FileSystem } from './files.ts';
import type { LocalImage } from './image-puller.ts';
import type { ImageStore } from './image-store.ts';
import { createMemoryFiles, readText } from './memory-files.ts';
import { createLevel, momentOf } from './usage-history.ts';
import type { NetworkNamespace } from './network.ts';
import { LOG, pacedOutput } from './paced.ts';
import { createPidSpace, createProcesses, DEFAULT_PATH } from './processes.ts';
import type { PidSpace, Processes, Started } from './processes.ts';
import { findMain, HEALTHY, NOT_FOUND } from './stand-in.ts';
import { boundingSet, capabilityLines } from './capabilities.ts';
import { procFiles, sysFiles } from './proc-files.ts';
import type { NodeFacts } from './proc-files.ts';
import type { InputStream, OutputStream, Process, Program, Signal } from './process.ts';
import { resolvingNet } from './resolver.ts';
import { CreateContainerError, StartError } from './runtime.ts';
import type { ContainerConfig, ContainerStatus, ExecOptions, ExecSession, LinuxResources, PodSandbox } from './runtime.ts';
import { createPipe } from './streams.ts';
import { createTerminal } from './terminal.ts';
import type { Terminal } from './terminal.ts';

const PIDS_MAX = 1_000;
const ATTACH_BUFFER = 256;
/** What is kept for the first client that attaches. */
const MISSED_MAX = 64 * 1024;

export interface ContainerHost {
  readonly world: World;
  readonly node: NodeFacts;
  readonly cpu: Cpu;
  readonly store: ImageStore;
  layerOf(image: LocalImage['image']): ReturnType<ImageStore['toolbox']>['layer'];
  programOf(image: LocalImage['image'], path: string): Program | undefined;
  exited(container: RunningContainer): void;
  /** The container's resident memory changed by so much. */
  memoryChanged(byBytes: number): void;
  onMistake?(argv: readonly string[], error: unknown): void;
}

export interface RunningContainer {
  readonly status: ContainerStatus;
  readonly pids: PidSpace;
  readonly log: WritableLog;
  start(): Promise<void>;
  signal(signal: Signal): void;
  /** Waits for the end, at most so long. */
  ended(limitMs: number): Promise<boolean>;
  kill(reason?: string): void;
  exec(options: ExecOptions): ExecSession;
  attach(options: Omit<ExecOptions, 'command'>): ExecSession;
  setResources(resources: LinuxResources): void;
  /** Now, or at a moment of the last minute. */
  memoryBytes(atMs?: number): number;
  cpuUsage(atMs?: number): { readonly usedMs: number; readonly throttledMs: number };
  filesUsedBytes(): number;
  processCount(): number;
  dispose(): void;
}

export interface ContainerParts {
  readonly host: ContainerHost;
  readonly id: string;
  readonly sandbox: PodSandbox;
  readonly config: ContainerConfig;
  readonly local: LocalImage;
  readonly net: NetworkNamespace;
  /** The PID namespace that it joins: the Pod's, or another container's. */
  readonly joinPids?: PidSpace;
}

/** Throws CreateContainerError in the runtime's words. */
export function createContainer(parts: ContainerParts): RunningContainer {
  const { host, id, sandbox, config, local } = parts;
  const { world } = host;
  const { image } = local;
  const argv = commandOf(config, image.entrypoint, image.cmd);
  if (argv.length === 0) {
    throw new CreateContainerError('CreateContainerError', `failed to generate container "${id}" spec: failed to generate spec: no command specified`);
  }
  let resources = config.resources;
  const cpu: CpuGroup = host.cpu.group(cpuLimits(resources));
  const space = parts.joinPids ?? createPidSpace();
  const screens = new Set<{ stdout: OutputStream; stderr: OutputStream | undefined }>();
  // Differs from Kubernetes: the first client that attaches to a container with stdin also gets what was printed before it came.
  let missed: { readonly name: 'stdout' | 'stderr'; readonly data: Uint8Array }[] | undefined = config.stdin ? [] : undefined;
  let missedBytes = 0;
  const log = createContainerLog(world.clock, (name, data) => {
    if (missed !== undefined && missedBytes < MISSED_MAX) { missed.push({ name, data }); missedBytes += data.length; }
    for (const screen of screens) void (name === 'stderr' ? screen.stderr ?? screen.stdout : screen.stdout).write(data).catch(() => screens.delete(screen));
  });
  const files = filesOf(parts, () => resources, space, () => processes, () => cpu.usage().usedMs);
  const user = userOf(config, image.user, files, id);
  const env = environmentOf(parts, user.home);
  const cwd = config.workingDir ?? image.workingDir ?? '/';
  if (!files.exists(cwd)) try { files.makeDirectory(cwd, { recursive: true }); } catch { /* A read-only root: the start then fails as runc's does. */ }
  const processes: Processes = createProcesses({
    world, space, files, cpu, hostname: sandbox.config.hostname, pidsLimit: PIDS_MAX,
    net: own => resolvingNet(parts.net, own, sandbox.config.hostname),
    programAt: path => host.programOf(image, path),
    onMemory: bytes => {
      const change = bytes - told.now;
      told.set(momentOf(world.clock), bytes);
      host.memoryChanged(change);
      if (resources.memoryLimitBytes !== undefined && bytes > resources.memoryLimitBytes) outOfMemory();
    },
    onMistake: host.onMistake,
  });

  const told = createLevel();
  let main: Started | undefined;
  let terminal: Terminal | undefined;
  let stdinPipe: ReturnType<typeof createPipe> | undefined;
  let killedFor: string | undefined;
  const waiters: Settle<boolean>[] = [];
  const execs = new Set<Started>();
  let status: ContainerStatus = {
    id, sandboxId: sandbox.id, config, state: 'created', createdAtMs: world.clock.now(), imageId: local.pulled.id,
    imageRef: local.pulled.repoDigests[0] ?? local.pulled.id,
  };

  function outOfMemory(): void {
    world.trace({ type: 'runtime', node: '', what: 'killed a container: out of memory', object: podOf(sandbox), detail: config.name });
    kill('OOMKilled');
  }

  function kill(reason?: string): void {
    killedFor = reason;
    main?.kill('SIGKILL');
  }

  function over(code: number): void {
    processes.killAll();
    log.end();
    for (const screen of screens) { screen.stdout.close(); screen.stderr?.close(); }
    screens.clear();
    const reason = killedFor ?? (code === 0 ? 'Completed' : 'Error');
    // PID 1 reports signals as 128 + number in its exit code, as containerd does; `signal` stays unset.
    host.memoryChanged(-told.now);
    told.set(momentOf(world.clock), 0);
    status = { ...status, state: 'exited', finishedAtMs: world.clock.now(), exitCode: code, reason };
    for (const waiter of waiters.splice(0)) waiter.resolve(true);
    host.exited(container);
  }

  function start(): Promise<void> {
    const found = findMain(name => processes.find(name, env, cwd), image, argv);
    if ('missing' in found) {
      const fallback = image.programs['*'];
      if (fallback === undefined) return Promise.reject(failStart(argv[0]!, found.path));
    }
    const own = config.tty ? undefined : config.stdin ? (stdinPipe = createPipe(world)) : undefined;
    const screen = pacedOutput(world, log.stream('stdout'), LOG);
    if (config.tty) {
      terminal = createTerminal(world, screen, { columns: 80, rows: 24 }, signal => processes.signalTerminal(terminal!, signal));
      if (!config.stdin) terminal.hangUp();
    }
    const how = {
      user, env: new Map(env), cwd, terminal, tty: terminal?.size,
      stdin: terminal?.stdin ?? own?.input, stdout: terminal?.stdout ?? screen, stderr: terminal?.stdout ?? pacedOutput(world, log.stream('stderr'), LOG),
    };
    status = { ...status, state: 'running', startedAtMs: world.clock.now() };
    main = 'missing' in found ? processes.run(image.programs['*']!, argv, how) : processes.start(argv, how);
    main.onExit(over);
    return Promise.resolve();
  }

  function failStart(name: string, path: string | undefined): StartError {
    const what = path === undefined
      ? name.includes('/') ? `stat ${name}: no such file or directory` : 'executable file not found in $PATH'
      : files.exists(path) && files.stat(path).type === 'directory' ? 'is a directory' : 'permission denied';
    const message = 'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: '
      + `unable to start container process: error during container init: exec: "${name}": ${what}: unknown`;
    const at = world.clock.now();
    status = { ...status, state: 'exited', startedAtMs: 0, finishedAtMs: at, exitCode: 128, reason: 'StartError', message };
    log.end();
    host.exited(container);
    return new StartError(128, message);
  }

  function exec(options: ExecOptions): ExecSession {
    const found = processes.find(options.command[0] ?? '', env, cwd);
    const standsIn = options.asProbe === true && image.isStandIn === true;
    if (standsIn && status.state === 'running' && 'missing' in found) return HEALTHY;
    if (status.state !== 'running' || 'missing' in found) {
      const error = status.state !== 'running' ? notRunning(id) : execError(world, options.command[0] ?? '', 'missing' in found ? found : { missing: 127 });
      return { exit: () => Promise.reject(error), resize() {}, kill() {} };
    }
    let inner: Terminal | undefined;
    if (options.tty) {
      inner = createTerminal(world, options.stdout, { ...(options.size ?? { columns: 80, rows: 24 }) }, signal => processes.signalTerminal(inner!, signal));
      if (options.stdin === undefined) inner.hangUp();
      else pump(world, options.stdin, inner);
    }
    const execEnv = new Map(env);
    if (options.tty) execEnv.set('TERM', 'xterm');
    const started = processes.start(options.command, {
      user, env: execEnv, cwd, terminal: inner, tty: inner?.size,
      stdin: inner?.stdin ?? options.stdin, stdout: inner?.stdout ?? options.stdout, stderr: inner?.stdout ?? options.stderr ?? options.stdout,
    });
    execs.add(started);
    started.onExit(() => execs.delete(started));
    return {
      async exit() {
        const code = await started.wait();
        return standsIn && code === NOT_FOUND ? 0 : code;
      },
      resize(columns, rows) {
        if (inner === undefined) return;
        inner.size.columns = columns;
        inner.size.rows = rows;
        processes.signalTerminal(inner, 'SIGWINCH');
      },
      kill: () => started.kill('SIGKILL'),
    };
  }

  function attach(options: Omit<ExecOptions, 'command'>): ExecSession {
    if (main === undefined || status.state !== 'running') return { exit: () => Promise.reject(notRunning(id)), resize() {}, kill() {} };
    const running = main;
    const queue = createPipe(world, ATTACH_BUFFER * 1024);
    const errors = options.stderr === undefined ? undefined : createPipe(world, ATTACH_BUFFER * 1024);
    const screen = { stdout: queue.output, stderr: errors?.output };
    screens.add(screen);
    for (const { name, data } of missed ?? []) void (name === 'stderr' ? screen.stderr ?? screen.stdout : screen.stdout).write(data).catch(() => undefined);
    missed = undefined;
    const forward = async (input: InputStream, output: OutputStream): Promise<void> => {
      try {
        for (let data = await input.read(); data !== undefined; data = await input.read()) await output.write(data);
      } catch { screens.delete(screen); }
    };
    const out = forward(queue.input, options.stdout);
    const err = errors === undefined ? undefined : forward(errors.input, options.stderr!);
    if (options.stdin !== undefined) {
      if (terminal !== undefined) pump(world, options.stdin, terminal);
      else if (stdinPipe !== undefined) feed(world, options.stdin, stdinPipe.output, config.stdinOnce);
    }
    return {
      async exit() {
        const code = await running.wait();
        await out;
        await err;
        return code;
      },
      resize(columns, rows) {
        if (terminal === undefined) return;
        terminal.size.columns = columns;
        terminal.size.rows = rows;
        processes.signalTerminal(terminal, 'SIGWINCH');
      },
      kill() {
        screens.delete(screen);
        queue.output.close();
        errors?.output.close();
      },
    };
  }

  const container: RunningContainer = {
    get status() { return status; },
    pids: space, log, start, exec, attach, kill,
    signal: signal => main?.kill(signal),
    ended(limitMs) {
      if (status.state !== 'running') return Promise.resolve(true);
      return world.suspend<boolean>(settle => {
        waiters.push(settle);
        return world.clock.setTimer(limitMs, () => settle.resolve(false));
      });
    },
    setResources(next) {
      resources = { ...resources, ...next };
      cpu.setLimits(cpuLimits(resources));
      status = { ...status, config: { ...status.config, resources } };
      if (resources.memoryLimitBytes !== undefined && processes.memoryBytes() > resources.memoryLimitBytes) outOfMemory();
    },
    // Processes that never told their size count as they are now.
    memoryBytes: atMs => (atMs === undefined || told.now === 0 ? processes.memoryBytes() : told.at(atMs * 1000) || processes.memoryBytes()),
    cpuUsage: atMs => cpu.usage(atMs),
    filesUsedBytes: () => files.usage('/') + log.size(),
    processCount: () => processes.count(),
    dispose() { cpu.close(); },
  };
  return container;
}

function podOf(sandbox: PodSandbox): { resource: string; namespace: string; name: string; uid: string } {
  return { resource: 'pods', namespace: sandbox.config.namespace, name: sandbox.config.name, uid: sandbox.config.uid };
}

/** Kubernetes' command and args over the image's ENTRYPOINT and CMD. */
export function commandOf(config: Pick<ContainerConfig, 'command' | 'args'>, entrypoint: readonly string[], cmd: readonly string[]): readonly string[] {
  if (config.command !== undefined && config.command.length > 0) return [...config.command, ...(config.args ?? [])];
  return [...entrypoint, ...(config.args !== undefined && config.args.length > 0 ? config.args : cmd)];
}

function cpuLimits(resources: LinuxResources): { requestMillis?: number; limitMillis?: number } {
  return { requestMillis: resources.cpuRequestMillis, limitMillis: resources.cpuLimitMillis };
}

function filesOf(
  parts: ContainerParts, resources: () => LinuxResources, space: PidSpace, processes: () => Processes, cpuMs: () => number,
): ReturnType<typeof createMountedFiles> {
  const { host, sandbox, config, local } = parts;
  const now = (): number => host.world.clock.now();
  const base = createMemoryFiles({ now, layer: host.layerOf(local.image) });
  const { hostname, dns } = sandbox.config;
  base.writeFile('/etc/hostname', `${hostname}\n`);
  base.writeFile('/etc/resolv.conf', resolvConf(dns));
  if (!config.mounts.some(mount => mount.path === '/etc/hosts')) base.writeFile('/etc/hosts', `127.0.0.1\tlocalhost\n${sandbox.ip}\t${hostname}\n`);
  const rights = boundingSet(config.capabilities ?? { add: [], drop: [] }, config.privileged);
  const proc = procFiles({
    now, node: host.node,
    capabilities: pid => capabilityLines(rights, (space.entries.get(pid)?.user.uid ?? 0) === 0),
    processes: {
      list: () => [...space.entries.values()].map(entry => ({
        pid: entry.pid, ppid: entry.ppid, user: entry.user.name, command: entry.argv.join(' '), startedAtMs: entry.startedAtMs,
        cpuMs: entry.cpuMs, memoryBytes: entry.memoryBytes, state: 'S',
      })),
      kill: () => false,
    },
    output: (pid, fd) => space.entries.get(pid)?.streams[fd],
    environ: pid => [...(space.entries.get(pid)?.env ?? [])].map(([key, value]) => `${key}=${value}\0`).join(''),
    mounts: () => ['overlay / overlay rw,relatime 0 0\n', 'proc /proc proc rw,nosuid,nodev,noexec,relatime 0 0\n',
      ...config.mounts.map(mount => `/dev/vda1 ${mount.path} ext4 ${mount.readOnly ? 'ro' : 'rw'},relatime 0 0\n`)],
  });
  for (const mount of config.mounts) makeMountPoint(base, mount.path, mount.files);
  const sys = sysFiles(now, resources, () => processes().memoryBytes(), cpuMs);
  return createMountedFiles(base, [
    { path: '/proc', files: proc, readOnly: false }, { path: '/sys', files: sys, readOnly: false }, ...config.mounts,
  ], config.readOnlyRootFilesystem);
}

export function resolvConf(dns: PodSandbox['config']['dns']): string {
  const search = dns.searches.length > 0 ? `search ${dns.searches.join(' ')}\n` : '';
  const options = dns.options.length > 0 ? `options ${dns.options.join(' ')}\n` : '';
  return search + dns.servers.map(server => `nameserver ${server}\n`).join('') + options;
}

function userOf(config: ContainerConfig, imageUser: string | undefined, files: FileSystem, id: string): Process['user'] & { readonly home: string } {
  const passwd = files.exists('/etc/passwd') ? readText(files, '/etc/passwd').split('\n').map(line => line.split(':')) : [];
  const wanted = config.user?.uid !== undefined ? String(config.user.uid) : (imageUser ?? '0').split(':')[0]!;
  const numeric = /^[0-9]+$/.test(wanted);
  const row = passwd.find(fields => numeric ? fields[2] === wanted : fields[0] === wanted);
  if (row === undefined && !numeric) {
    throw new CreateContainerError('CreateContainerError', `failed to generate container "${id}" spec: failed to generate spec: unable to find user ${wanted}: no matching entries in passwd file`);
  }
  const uid = row === undefined ? Number(wanted) : Number(row[2]);
  const gid = config.user?.gid ?? (row === undefined ? 0 : Number(row[3]));
  return { uid, gid, groups: config.user?.groups ?? [], name: row?.[0] ?? String(uid), home: row?.[5] ?? '/' };
}

function environmentOf({ host, sandbox, config, local }: ContainerParts, home: string): Map<string, string> {
  const { image } = local;
  const env = new Map<string, string>([['PATH', DEFAULT_PATH], ...Object.entries(host.store.toolbox(image.toolbox).env), ['HOSTNAME', sandbox.config.hostname]]);
  if (config.tty) env.set('TERM', 'xterm');
  for (const [key, value] of Object.entries(image.env ?? {})) env.set(key, value);
  for (const [key, value] of config.env) env.set(key, value);
  if (!env.has('HOME')) env.set('HOME', home);
  if (config.ports.length > 0 && image.programs['*'] !== undefined) env.set('TABERNETES_PORTS', config.ports.join(','));
  return env;
}

function pump(world: World, input: InputStream, terminal: Terminal): void {
  world.spawn('terminal input', async () => {
    for (let data = await input.read(); data !== undefined; data = await input.read()) terminal.feed(data);
    terminal.hangUp();
  });
}

function feed(world: World, input: InputStream, output: OutputStream, closeAtEnd: boolean): void {
  world.spawn('attached input', async () => {
    try {
      for (let data = await input.read(); data !== undefined; data = await input.read()) await output.write(data);
      if (closeAtEnd) output.close();
    } catch { /* The process closed its input: what the client still sends goes nowhere. */ }
  });
}

function notRunning(id: string): StartError {
  return new StartError(126, `container is in CONTAINER_EXITED state: ${id}`);
}

function execError(world: World, name: string, found: { readonly missing: number; readonly path?: string }): StartError {
  const bytes = Uint8Array.from({ length: 32 }, () => world.random.int(256));
  const execId = [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('');
  const what = found.path !== undefined ? 'permission denied' : name.includes('/') ? `stat ${name}: no such file or directory` : 'executable file not found in $PATH';
  return new StartError(126, `failed to exec in container: failed to start exec "${execId}": OCI runtime exec failed: exec failed: `
    + `unable to start container process: exec: "${name}": ${what}: unknown`);
}
