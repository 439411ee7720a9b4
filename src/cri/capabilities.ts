/** What Linux lets a process do, as /proc/PID/status shows it.
 *  Upstream: include/uapi/linux/capability.h; containerd pkg/oci defaults */

/** By their bits. */
const NAMES = [
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'LINUX_IMMUTABLE',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_ADMIN',
  'NET_RAW',
  'IPC_LOCK',
  'IPC_OWNER',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_PACCT',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_NICE',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'MKNOD',
  'LEASE',
  'AUDIT_WRITE',
  'AUDIT_CONTROL',
  'SETFCAP',
  'MAC_OVERRIDE',
  'MAC_ADMIN',
  'SYSLOG',
  'WAKE_ALARM',
  'BLOCK_SUSPEND',
  'AUDIT_READ',
  'PERFMON',
  'BPF',
  'CHECKPOINT_RESTORE',
] as const;

/** What a container has that asks for nothing. */
const DEFAULT: ReadonlySet<string> = new Set([
  'CHOWN',
  'DAC_OVERRIDE',
  'FSETID',
  'FOWNER',
  'MKNOD',
  'NET_RAW',
  'SETGID',
  'SETUID',
  'SETFCAP',
  'SETPCAP',
  'NET_BIND_SERVICE',
  'SYS_CHROOT',
  'KILL',
  'AUDIT_WRITE',
]);

export interface CapabilityWish {
  readonly add: readonly string[];
  readonly drop: readonly string[];
}

const plain = (names: readonly string[]): ReadonlySet<string> => new Set(names.map((name) => name.toUpperCase().replace(/^CAP_/, '')));

/** The bounding set: sixteen hexadecimal digits, as the kernel writes it. */
export function boundingSet({ add, drop }: CapabilityWish, privileged: boolean): string {
  const [added, dropped] = [plain(add), plain(drop)];
  const has = (name: string): boolean => {
    if (privileged || added.has('ALL')) return privileged || !dropped.has(name);
    return added.has(name) || (DEFAULT.has(name) && !dropped.has(name) && !dropped.has('ALL'));
  };
  const bits = NAMES.reduce((sum, name, bit) => (has(name) ? sum + 2 ** bit : sum), 0);
  return bits.toString(16).padStart(16, '0');
}

const NONE = '0'.repeat(16);

/** The lines of /proc/PID/status: only root has what its container may have. */
export function capabilityLines(bounding: string, isRoot: boolean): string {
  const own = isRoot ? bounding : NONE;
  return `CapInh:\t${NONE}\nCapPrm:\t${own}\nCapEff:\t${own}\nCapBnd:\t${bounding}\nCapAmb:\t${NONE}\n`;
}
