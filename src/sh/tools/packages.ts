/** apt-get, apt, apk, yum, dnf, pip and npm: what tutorials install in a container. A package brings its tools to life.
 *  Differs from Kubernetes: packages come from no mirror; those whose programs the simulator has are installed, a few more
 *  are accepted without effect, the rest are unknown. */
import { parseSize, toolName } from '../tool.ts';
import type { Tool } from '../tool.ts';
import type { Process } from '../../cri/process.ts';

const ELF = '\x7fELF\x02\x01\x01\n';

/** The tools that a package brings, under the names of Debian and Alpine. */
export const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  procps: ['ps', 'top', 'free', 'uptime', 'watch', 'pgrep', 'pkill'], 'procps-ng': ['ps', 'top', 'free', 'uptime', 'watch', 'pgrep', 'pkill'], curl: ['curl'],
    wget: ['wget'], dnsutils: ['dig', 'nslookup', 'host'], 'bind9-dnsutils': ['dig', 'nslookup', 'host'],
  'bind-tools': ['dig', 'nslookup', 'host'], 'bind-utils': ['dig', 'nslookup', 'host'], 'bind9-host': ['host'], 'iputils-ping': ['ping'], iputils: ['ping'],
    'inetutils-ping': ['ping'], 'net-tools': ['netstat', 'ifconfig'], iproute2: ['ip', 'ss'], iproute: ['ip', 'ss'],
  netcat: ['nc'], 'netcat-openbsd': ['nc'], 'netcat-traditional': ['nc'], nmap: ['ncat'], 'nmap-ncat': ['nc', 'ncat'], ncat: ['ncat'], telnet: ['telnet'],
    'inetutils-telnet': ['telnet'], 'busybox-extras': ['telnet'], traceroute: ['traceroute'], 'inetutils-traceroute': ['traceroute'],
  jq: ['jq'], vim: ['vi', 'vim'], 'vim-tiny': ['vi'], nano: ['nano'], less: ['less'], tree: ['tree'], file: ['file'], xxd: ['xxd'], psmisc: ['killall'],
    openssl: ['openssl'], 'gettext-base': ['envsubst'], gettext: ['envsubst'], tcpdump: ['tcpdump'], lsof: ['lsof'], binutils: ['strings'],
  time: ['time'], coreutils: [], bash: ['bash'], gawk: ['gawk'], sed: [], grep: [], tar: [], gzip: [], sudo: ['sudo'], 'ca-certificates': [], gnupg: [], gnupg2: [],
    'apt-transport-https': [], 'software-properties-common': [], 'lsb-release': ['lsb_release'],
    httping: ['httping'], bsdmainutils: ['column'], bsdextrautils: ['column'], git: [], python3: [], 'python3-pip': [], 'build-essential': [],
  stress: [], 'stress-ng': [], htop: [], strace: [], 'redis-tools': [], 'mysql-client': [], 'default-mysql-client': [], 'postgresql-client': [], unzip: [], zip: [],
    rsync: [], ssh: [], 'openssh-client': [], iptables: [], conntrack: [], ipvsadm: [], hping3: [], mtr: [], iperf: [], iperf3: [], siege: [], 'apache2-utils': [],
    kmod: [], 'util-linux': [], locales: [], tzdata: [], make: [], gcc: [], nodejs: [], npm: [], openjdk: [], supervisor: [], cron: [], man: [], 'man-db': [], fortune: [], cowsay: [],
};

function install(process: Process, name: string): void {
  const directory = process.files.exists('/usr/bin/dash') ? '/usr/bin' : '/bin';
  for (const tool of PACKAGES[name] ?? []) {
    const path = `${directory}/${tool}`;
    if (!process.files.exists(path) && process.hasProgram(path)) process.files.writeFile(path, ELF, { mode: 0o755 });
  }
}

const plainName = (text: string): string => text.replace(/[=<>~@].*$/, '');

/** Package names among the arguments. */
function wanted(args: readonly string[]): string[] {
  return args.filter(arg => !arg.startsWith('-')).map(plainName);
}

async function apt(process: Process, verb: string, rest: readonly string[]): Promise<number> {
  if (process.user.uid !== 0) { await process.stderr.write('E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)\n'
    + 'E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), are you root?\n'); return 100; }
  if (verb === 'update') {
    await process.clock.sleep(2500);
    process.files.makeDirectory('/var/lib/apt/lists', { recursive: true });
    process.files.writeFile('/var/lib/apt/lists/deb.debian.org', '');
    await process.stdout.write('Get:1 http://deb.debian.org/debian bookworm InRelease [151 kB]\n'
      + 'Get:2 http://deb.debian.org/debian bookworm-updates InRelease [55.4 kB]\nGet:3 http://deb.debian.org/debian-security bookworm-security InRelease [48.0 kB]\n'
      + 'Get:4 http://deb.debian.org/debian bookworm/main amd64 Packages [8793 kB]\nFetched 9048 kB in 2s (3620 kB/s)\nReading package lists... Done\n');
    return 0;
  }
  if (verb !== 'install' && verb !== 'reinstall') {
    if (['upgrade', 'dist-upgrade', 'autoremove', 'remove', 'purge', 'clean', 'autoclean'].includes(verb)) {
      await process.stdout.write(verb.endsWith('clean') ? '' : 'Reading package lists... Done\nBuilding dependency tree... Done\n0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n');
      return 0; }
    await process.stderr.write(`E: Invalid operation ${verb}\n`);
    return 100;
  }
  const names = wanted(rest);
  await process.stdout.write('Reading package lists... Done\nBuilding dependency tree... Done\nReading state information... Done\n');
  const listed = process.files.exists('/var/lib/apt/lists/deb.debian.org');
  const unknown = names.find(name => !Object.hasOwn(PACKAGES, name) || !listed);
  if (unknown !== undefined) { await process.stderr.write(`E: Unable to locate package ${unknown}\n`); return 100; }
  await process.clock.sleep(1800 + names.length * 400);
  for (const name of names) install(process, name);
  await process.stdout.write(`The following NEW packages will be installed:\n  ${[...names].sort().join(' ')}\n`
    + `0 upgraded, ${names.length} newly installed, 0 to remove and 0 not upgraded.\n`
    + `${names.map((name, index) => `Get:${index + 1} http://deb.debian.org/debian bookworm/main amd64 ${name} amd64 [${100 + name.length * 37} kB]\n`).join('')}`
    + names.map(name => `Selecting previously unselected package ${name}.\nUnpacking ${name} ...\nSetting up ${name} ...\n`).join(''));
  return 0;
}

async function apk(process: Process, verb: string, rest: readonly string[]): Promise<number> {
  const fetched = 'fetch https://dl-cdn.alpinelinux.org/alpine/v3.22/main/x86_64/APKINDEX.tar.gz\nfetch https://dl-cdn.alpinelinux.org/alpine/v3.22/community/x86_64/APKINDEX.tar.gz\n';
  if (verb === 'update') { await process.clock.sleep(900); await process.stdout.write(`${fetched}OK: 26330 distinct packages available\n`); return 0; }
  if (verb !== 'add') { await process.stdout.write(verb === 'del' || verb === 'upgrade' ? 'OK: 8 MiB in 16 packages\n' : ''); return 0; }
  if (process.user.uid !== 0) { await process.stderr.write('ERROR: Unable to lock database: Permission denied\nERROR: Failed to open apk database: Permission denied\n'); return 99; }
  const names = wanted(rest);
  await process.clock.sleep(1200);
  await process.stdout.write(fetched);
  const unknown = names.filter(name => !Object.hasOwn(PACKAGES, name));
  if (unknown.length > 0) { await process.stderr.write(`ERROR: unable to select packages:\n${unknown.map(name => `  ${name} (no such package):\n    required by: world[${name}]\n`).join('')}`);
    return unknown.length; }
  for (const name of names) install(process, name);
  await process.stdout.write(`${names.map((name, index) => `(${index + 1}/${names.length}) Installing ${name}\n`).join('')}Executing busybox-1.37.0-r18.trigger\n`
    + `OK: ${8 + names.length * 2} MiB in ${16 + names.length} packages\n`);
  return 0;
}

async function yum(process: Process, verb: string, rest: readonly string[]): Promise<number> {
  if (verb !== 'install') { await process.stdout.write('Nothing to do.\nComplete!\n'); return 0; }
  const names = wanted(rest);
  await process.clock.sleep(2500);
  const unknown = names.find(name => !Object.hasOwn(PACKAGES, name));
  if (unknown !== undefined) { await process.stderr.write(`No match for argument: ${unknown}\nError: Unable to find a match: ${unknown}\n`); return 1; }
  for (const name of names) install(process, name);
  await process.stdout.write(`Installed:\n${names.map(name => `  ${name}.x86_64\n`).join('')}\nComplete!\n`);
  return 0;
}

export const packageManager: Tool = async process => {
  const args = process.argv.slice(1);
  const at = args.findIndex(arg => !arg.startsWith('-'));
  const verb = args[at] ?? '';
  const rest = args.slice(at + 1);
  switch (toolName(process)) {
    case 'apk': return apk(process, verb, rest);
    case 'yum': case 'dnf': case 'microdnf': return yum(process, verb, rest);
    case 'apt-key': case 'add-apt-repository': await process.stdout.write('OK\n'); return 0;
    default: return apt(process, verb, rest);
  }
};

/** tcpdump listens until Ctrl-C. */
export const tcpdump: Tool = async process => {
  await process.stderr.write('tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\nlistening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes\n');
  const at = process.argv.indexOf('-c');
  await process.world.suspend<void>(settle => process.onSignal('SIGINT', () => settle.resolve()));
  await process.stderr.write(`\n${at > 0 ? parseSize(process.argv[at + 1] ?? '0') ?? 0 : 0} packets captured\n0 packets received by filter\n0 packets dropped by kernel\n`);
  return 0;
};

export const lsof: Tool = async process => {
  const rows = process.processes.list().map(row => `${(row.command.split(' ')[0] ?? '').split('/').pop()!.slice(0, 9).padEnd(9)} ${String(row.pid).padStart(4)} `
    + `${row.user.padEnd(6)}  cwd    DIR   0,72     4096 1048577 /\n`);
  await process.stdout.write(`COMMAND    PID USER    FD   TYPE DEVICE SIZE/OFF    NODE NAME\n${rows.join('')}`);
  return 0;
};
