/** A host without a container around it: the learner's machine, with a home directory, tools and a shell to be run on it. */
import type { World } from '../base/world.ts';
import { createCpu, withBurst } from './cpu.ts';
import { createMountedFiles } from './file-views.ts';
import type { FileSystem } from './files.ts';
import type { ImageStore } from './image-store.ts';
import { createLayer, createMemoryFiles, joinPath } from './memory-files.ts';
import type { NetworkNamespace } from './network.ts';
import { createPidSpace, createProcesses, DEFAULT_PATH } from './processes.ts';
import type { InputStream, OutputStream, Process, Program } from './process.ts';
import { boundingSet, capabilityLines } from './capabilities.ts';
import { procFiles } from './proc-files.ts';
import { resolvingNet } from './resolver.ts';

export interface HostOptions {
  readonly world: World;
  readonly hostname: string;
  readonly net: NetworkNamespace;
  /** How its processes see the network, names included. */
  readonly netView?: (net: NetworkNamespace) => NetworkNamespace;
  /** The base's files and tools: images.toolbox('debian'). */
  readonly toolbox: ReturnType<ImageStore['toolbox']>;
  /** Programs besides the toolbox, by absolute path: "/usr/local/bin/kubectl". */
  readonly programs: Readonly<Record<string, Program>>;
  /** Mounted at the home directory. */
  readonly home?: { readonly path: string; readonly files: FileSystem };
  readonly user?: { readonly name: string; readonly uid: number; readonly gid: number };
  readonly env?: Readonly<Record<string, string>>;
  /** More files, by absolute path. */
  readonly etc?: Readonly<Record<string, string>>;
  readonly cpuMillis?: number;
  readonly memoryBytes?: number;
  readonly stdin?: InputStream;
  readonly stdout?: OutputStream;
  readonly stderr?: OutputStream;
  readonly onMistake?: (argv: readonly string[], error: unknown) => void;
}

export interface Host {
  /** A process that never ends by itself: shells and commands are its children. */
  readonly root: Process;
  /** The whole file system, as root sees it. */
  readonly files: FileSystem;
  /** Ctrl-C, as the terminal sends it to everything in the foreground below `root`. */
  interrupt(): void;
  /** One more terminal with a process of its own to run a shell on; they share files and processes. */
  session(streams: SessionStreams): { readonly root: Process; interrupt(): void };
}

export interface SessionStreams {
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly tty: { readonly columns: number; readonly rows: number };
  readonly env: Readonly<Record<string, string>>;
}

/** CPU that a command line may use in one instant before time must pass. */
const BURST_MS = 50;

/** Where guides for setting up a machine put files. */
const ETC_FOLDERS = [
  '/etc/apt/sources.list.d', '/etc/apt/keyrings', '/etc/modules-load.d', '/etc/sysctl.d', '/etc/systemd/system', '/etc/default', '/etc/bash_completion.d', '/etc/profile.d',
] as const;
/** The shell's own completion needs no script; those that read it do no harm. */
const COMPLETION = '# Completion is built into this shell.\n';
const FSTAB = '# <file system> <mount point> <type> <options> <dump> <pass>\n/dev/vda1 / ext4 defaults 0 1\n';

export function createHost(options: HostOptions): Host {
  const { world } = options;
  const now = (): number => world.clock.now();
  const stubs = Object.keys(options.programs).map(path => ({ path, text: '\x7fELF\x02\x01\x01\n', mode: 0o755 }));
  const base = createMemoryFiles({ now, layer: createLayer(stubs, options.toolbox.layer) });
  base.writeFile('/etc/hostname', `${options.hostname}\n`);
  for (const folder of ETC_FOLDERS) base.makeDirectory(folder, { recursive: true });
  base.makeDirectory('/usr/share/bash-completion/completions', { recursive: true });
  base.writeFile('/usr/share/bash-completion/bash_completion', COMPLETION);
  for (const [path, text] of Object.entries(options.etc ?? {})) {
    base.makeDirectory(joinPath(path, '..'), { recursive: true });
    base.writeFile(path, text);
  }
  if (!base.exists('/etc/fstab')) base.writeFile('/etc/fstab', FSTAB);
  if (!base.exists('/etc/hosts')) base.writeFile('/etc/hosts', '');
  const hosts = new TextDecoder().decode(base.readFile('/etc/hosts'));
  if (!hosts.includes(options.hostname)) base.writeFile('/etc/hosts', `${hosts}127.0.0.1\tlocalhost\n127.0.1.1\t${options.hostname}\n`);
  const user = { uid: options.user?.uid ?? 0, gid: options.user?.gid ?? 0, groups: [], name: options.user?.name ?? 'root' };
  const home = options.home?.path ?? (user.uid === 0 ? '/root' : `/home/${user.name}`);
  const space = createPidSpace();
  const terminal = {};
  const files = createMountedFiles(base, options.home === undefined ? [] : [{ path: home, files: options.home.files, readOnly: false }]);
  const processes = createProcesses({
    world, space, files, hostname: options.hostname, pidsLimit: 2_000,
    cpu: withBurst(world.clock, createCpu(world.clock, options.cpuMillis ?? 4_000).group({}), BURST_MS),
    net: own => {
      const net = resolvingNet(options.net, own, options.hostname);
      return options.netView?.(net) ?? net;
    },
    programAt: path => options.programs[path] ?? options.toolbox.programAt(path),
    onMistake: options.onMistake,
  });
  if (!files.exists(home)) files.makeDirectory(home, { recursive: true });
  const env = new Map(Object.entries({ PATH: DEFAULT_PATH, HOME: home, USER: user.name, LOGNAME: user.name, SHELL: '/bin/bash', LANG: 'C.UTF-8', TERM: 'xterm-256color', ...options.env }));
  const root = processes.root(['-bash'], { user, env, cwd: home, terminal, stdin: options.stdin, stdout: options.stdout, stderr: options.stderr });
  files.mount({
    path: '/proc', readOnly: false,
    files: procFiles({
      capabilities: () => capabilityLines(boundingSet({ add: [], drop: [] }, true), true),
      now, processes: root.processes, output: () => undefined, environ: () => '', mounts: () => ['/dev/vda1 / ext4 rw,relatime 0 0\n'],
      node: { cpuMillis: options.cpuMillis ?? 4_000, memoryBytes: options.memoryBytes ?? 8 * 1024 ** 3, startedAtMs: now(), memoryUsedBytes: () => 0 },
    }),
  });
  return {
    root, files,
    interrupt: () => processes.signalTerminal(terminal, 'SIGINT'),
    session({ stdin, stdout, stderr, tty, env: own }) {
      const line = {};
      const shell = processes.root(['-bash'], { user, env: new Map([...env, ...Object.entries(own)]), cwd: home, terminal: line, stdin, stdout, stderr, tty });
      // An interactive shell lives on through what ends its commands.
      for (const signal of ['SIGINT', 'SIGQUIT', 'SIGTERM'] as const) shell.onSignal(signal, () => undefined);
      return { root: shell, interrupt: () => processes.signalTerminal(line, 'SIGINT') };
    },
  };
}
