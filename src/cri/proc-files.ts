/** /proc and /sys as a container's programs read them: its own processes and limits, the node's memory and uptime. */
import { disposable } from '../base/dispose.ts';
import { FileError } from './files.ts';
import type { FileSystem } from './files.ts';
import { virtualFiles } from './file-views.ts';
import type { OutputStream, ProcessTable } from './process.ts';
import type { LinuxResources } from './runtime.ts';
import { toBytes } from './streams.ts';

export interface NodeFacts {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly startedAtMs: number;
  memoryUsedBytes(): number;
}

export interface ProcOptions {
  readonly now: () => number;
  readonly node: NodeFacts;
  readonly processes: ProcessTable;
  /** What pid 1 writes to: `echo ... > /proc/1/fd/1` reaches the container's log. */
  readonly output: (pid: number, fd: 1 | 2) => OutputStream | undefined;
  readonly environ: (pid: number) => string;
  /** The lines of a process's rights. */
  readonly capabilities: (pid: number) => string;
  readonly mounts: () => readonly string[];
}

const TOP = ['cgroups', 'cmdline', 'cpuinfo', 'filesystems', 'loadavg', 'meminfo', 'mounts', 'net', 'self', 'stat', 'sys', 'uptime', 'version'] as const;
const OF_PROCESS = ['cgroup', 'cmdline', 'comm', 'environ', 'fd', 'limits', 'maps', 'mounts', 'stat', 'status'] as const;
export const KERNEL = 'Linux version 6.8.0-60-generic (buildd@lcy02-amd64-054) (x86_64-linux-gnu-gcc-13 (Ubuntu 13.2.0-23ubuntu4) 13.2.0) #63-Ubuntu SMP PREEMPT_DYNAMIC\n';

export function procFiles(options: ProcOptions): FileSystem {
  const lookup = (path: string): string | readonly string[] | undefined => {
    const parts = path.split('/').filter(part => part !== '');
    if (parts.length === 0) return [...TOP, ...options.processes.list().map(process => String(process.pid))].sort();
    const [first, second, third] = parts;
    if (first === 'self' || /^[0-9]+$/.test(first!)) return ofProcess(options, first === 'self' ? 1 : Number(first), second, third);
    return ofNode(options, parts.join('/'));
  };
  const files = virtualFiles(options.now, lookup);
  return {
    ...files,
    writeFile(path, data) {
      const found = /^\/(?:self|([0-9]+))\/fd\/([12])$/.exec(path);
      const output = found === null ? undefined : options.output(Number(found[1] ?? 1), Number(found[2]) as 1 | 2);
      if (output !== undefined) { void output.write(toBytes(data)); return; }
      if (!files.exists(path)) throw new FileError('ENOENT', path);
      throw new FileError(path.startsWith('/sys/') ? 'EROFS' : 'EACCES', path);
    },
    watch: () => disposable(() => {}),
  };
}

function ofProcess(options: ProcOptions, pid: number, name: string | undefined, fd: string | undefined): string | readonly string[] | undefined {
  const process = options.processes.list().find(entry => entry.pid === pid);
  if (process === undefined) return undefined;
  const [command = ''] = process.command.split(' ');
  switch (name) {
    case undefined: return OF_PROCESS;
    case 'cmdline': return process.command.split(' ').join('\0') + '\0';
    case 'comm': return `${command.slice(command.lastIndexOf('/') + 1)}\n`;
    case 'environ': return options.environ(pid);
    case 'cgroup': return '0::/\n';
    case 'fd': return fd === undefined ? ['0', '1', '2'] : ['0', '1', '2'].includes(fd) ? '' : undefined;
    case 'maps': return mapsOf(command);
    case 'mounts': return options.mounts().join('');
    case 'limits': return 'Limit                     Soft Limit           Hard Limit           Units\nMax open files            1048576              1048576              files\n';
    case 'stat': return `${pid} (${command}) ${process.state} ${process.ppid} ${pid} ${pid} 0 -1\n`;
    case 'status': return statusOf(process, command) + options.capabilities(pid);
    default: return undefined;
  }
}

function statusOf({ pid, ppid, state, memoryBytes }: ReturnType<ProcessTable['list']>[number], command: string): string {
  return `Name:\t${command}\nState:\t${state} (sleeping)\nPid:\t${pid}\nPPid:\t${ppid}\nVmRSS:\t${Math.ceil(memoryBytes / 1024)} kB\n`;
}

/** A program, its heap and its stack: addresses are always the same. */
function mapsOf(command: string): string {
  const line = (range: string, mode: string, name: string): string => `${range} ${mode} 00000000 fe:01 1310`.padEnd(73) + `${name}\n`;
  return line('55d1c8a00000-55d1c8b40000', 'r-xp', command) + line('55d1ca200000-55d1ca280000', 'rw-p', '[heap]') + line('7ffd3c5e0000-7ffd3c601000', 'rw-p', '[stack]');
}

function ofNode({ node, now, mounts, processes }: ProcOptions, path: string): string | readonly string[] | undefined {
  const cores = Math.max(1, Math.ceil(node.cpuMillis / 1000));
  const totalKb = Math.floor(node.memoryBytes / 1024);
  const freeKb = Math.max(0, totalKb - Math.floor(node.memoryUsedBytes() / 1024));
  switch (path) {
    case 'meminfo': return `MemTotal:       ${String(totalKb).padStart(8)} kB\nMemFree:        ${String(freeKb).padStart(8)} kB\nMemAvailable:   ${String(freeKb).padStart(8)} kB\n`;
    case 'cpuinfo': return Array.from({ length: cores }, (_, i) => `processor\t: ${i}\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC Processor\ncpu MHz\t\t: 2450.000\n\n`).join('');
    case 'uptime': return `${((now() - node.startedAtMs) / 1000).toFixed(2)} ${(((now() - node.startedAtMs) / 1000) * cores).toFixed(2)}\n`;
    case 'loadavg': return `0.00 0.00 0.00 1/${processes.list().length} ${processes.list().length}\n`;
    case 'version': return KERNEL;
    case 'mounts': return mounts().join('');
    case 'cmdline': return 'BOOT_IMAGE=/boot/vmlinuz-6.8.0-60-generic root=/dev/vda1 ro console=ttyS0\n';
    case 'filesystems': return 'nodev\tproc\nnodev\ttmpfs\nnodev\toverlay\n\text4\n';
    case 'sys': return ['kernel', 'net', 'vm'];
    case 'sys/kernel': return ['hostname', 'ostype', 'osrelease', 'pid_max'];
    case 'sys/kernel/ostype': return 'Linux\n';
    case 'sys/kernel/osrelease': return '6.8.0-60-generic\n';
    case 'sys/kernel/pid_max': return '4194304\n';
    case 'sys/vm': return ['max_map_count', 'overcommit_memory', 'swappiness'];
    case 'sys/vm/max_map_count': return '65530\n';
    case 'sys/vm/overcommit_memory': return '1\n';
    case 'sys/vm/swappiness': return '60\n';
    case 'sys/net': return ['core', 'ipv4'];
    case 'sys/net/core': return ['somaxconn'];
    case 'sys/net/core/somaxconn': return '4096\n';
    case 'sys/net/ipv4': return ['ip_forward', 'ip_unprivileged_port_start'];
    case 'sys/net/ipv4/ip_forward': return '1\n';
    case 'sys/net/ipv4/ip_unprivileged_port_start': return '0\n';
    case 'stat': return `cpu  0 0 0 0 0 0 0 0 0 0\nbtime ${Math.floor(node.startedAtMs / 1000)}\n`;
    default: return undefined;
  }
}

/** The container's cgroup (version 2) as it sees it in /sys/fs/cgroup. */
export function sysFiles(now: () => number, resources: () => LinuxResources, memoryBytes: () => number, cpuMs: () => number): FileSystem {
  const names = ['cgroup.procs', 'cpu.max', 'cpu.stat', 'cpu.weight', 'memory.current', 'memory.max', 'memory.peak', 'pids.max'];
  return virtualFiles(now, path => {
    const limits = resources();
    switch (path) {
      case '/': return ['fs'];
      case '/fs': return ['cgroup'];
      case '/fs/cgroup': return names;
      case '/fs/cgroup/cpu.max': return `${limits.cpuLimitMillis === undefined ? 'max' : limits.cpuLimitMillis * 100} 100000\n`;
      case '/fs/cgroup/cpu.weight': return `${1 + Math.floor(((Math.max(2, ((limits.cpuRequestMillis ?? 0) * 1024) / 1000) - 2) * 9999) / 262142)}\n`;
      case '/fs/cgroup/cpu.stat': return `usage_usec ${Math.round(cpuMs() * 1000)}\n`;
      case '/fs/cgroup/memory.max': return `${limits.memoryLimitBytes ?? 'max'}\n`;
      case '/fs/cgroup/memory.current': return `${memoryBytes()}\n`;
      case '/fs/cgroup/memory.peak': return `${memoryBytes()}\n`;
      case '/fs/cgroup/pids.max': return 'max\n';
      case '/fs/cgroup/cgroup.procs': return '1\n';
      default: return undefined;
    }
  });
}
