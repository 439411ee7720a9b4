/** The bases that images are built on: BusyBox, Alpine and Debian, with their files, shells and tools. */
import { createLayer } from '../cri/memory-files.ts';
import type { LayerEntry } from '../cri/memory-files.ts';
import type { Toolbox } from '../cri/image-store.ts';
import type { Program } from '../cri/process.ts';
import { shellProgram } from '../sh/main.ts';
import type { Flavour } from '../sh/tool.ts';
import { TOOL_NAMES } from '../sh/tools/names.ts';
import { createDevices } from './devices.ts';

const ELF = '\x7fELF\x02\x01\x01\n';
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Tools that the base images of Debian and Alpine do not bring, as learners find out. */
const NOT_IN_DEBIAN: ReadonlySet<string> = new Set([
  'curl', 'wget', 'nslookup', 'dig', 'host', 'ping', 'nc', 'ncat', 'telnet', 'netstat', 'ss', 'ip', 'ifconfig', 'traceroute', 'jq', 'yq', 'vi', 'vim', 'nano', 'less',
  'ps', 'top', 'free', 'watch', 'uptime', 'xxd', 'killall', 'pgrep', 'pkill', 'git', 'openssl', 'envsubst', 'tree', 'file', 'strings', 'time', 'python3', 'perl',
    'ncat', 'ssh', 'apk', 'yum', 'dnf', 'tcpdump', 'lsof', 'sudo', 'column', 'httping', 'lsb_release',
]);
/** Of these, what the images of languages bring: they stand on a base with the tools to fetch and build. */
const BUILD_TOOLS: ReadonlySet<string> = new Set(['curl', 'wget', 'openssl', 'git', 'ps', 'top', 'free', 'watch', 'uptime', 'pgrep', 'pkill', 'file', 'perl', 'python3', 'strings']);
const NOT_IN_BUSYBOX: ReadonlySet<string> = new Set(['curl', 'dig', 'host', 'jq', 'yq', 'git', 'openssl', 'envsubst', 'bash', 'ss', 'file', 'nano', 'vim', 'ncat',
  'tree', 'python3', 'perl', 'apt', 'apt-get', 'apt-key', 'yum', 'dnf', 'apk', 'tcpdump', 'gawk', 'sudo', 'column', 'httping', 'lsb_release', 'dpkg']);

const PASSWD = 'root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\nbin:x:2:2:bin:/bin:/usr/sbin/nologin\n'
  + 'www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n';
const GROUP = 'root:x:0:\ndaemon:x:1:\nbin:x:2:\nwww-data:x:33:\nnogroup:x:65534:\n';
const directories = (...paths: readonly string[]): LayerEntry[] => paths.map(path => ({ path, directory: true }));
const DIRECTORIES = ['/bin', '/dev', '/etc', '/home', '/mnt', '/opt', '/proc', '/root', '/run', '/sys', '/tmp', '/usr/bin', '/usr/sbin', '/usr/local/bin', '/var/log', '/var/lib', '/var/tmp'] as const;

function common(extra: readonly LayerEntry[]): LayerEntry[] {
  return [
    ...DIRECTORIES.map(path => ({ path, directory: true, mode: path === '/tmp' || path === '/var/tmp' ? 0o1777 : path === '/root' ? 0o700 : 0o755 })),
    { path: '/etc/passwd', text: PASSWD }, { path: '/etc/group', text: GROUP }, { path: '/etc/hosts', text: '127.0.0.1\tlocalhost\n' },
    { path: '/etc/nsswitch.conf', text: 'hosts: files dns\n' }, { path: '/var/run', link: '/run' }, ...extra,
  ];
}

interface Base { readonly flavour: Flavour; readonly shell: Program; readonly bash?: Program; readonly directory: string; readonly without: ReadonlySet<string>;
  readonly files: readonly LayerEntry[]; readonly env: Readonly<Record<string, string>> }

function build(base: Base): Toolbox {
  const programs = new Map<string, Program>();
  const entries: LayerEntry[] = [];
  const add = (path: string, program: Program): void => {
    programs.set(path, program);
    entries.push({ path, text: ELF, mode: 0o755 });
  };
  for (const name of TOOL_NAMES) {
    // A tool that is not there from the start answers once a package manager has put its file there.
    if (base.without.has(name)) programs.set(`${base.directory}/${name}`, toolProgram(name, base.flavour));
    else add(`${base.directory}/${name}`, toolProgram(name, base.flavour));
  }
  add(`${base.directory}/sh`, base.shell);
  if (base.flavour === 'busybox') add(`${base.directory}/ash`, base.shell);
  else add(`${base.directory}/dash`, base.shell);
  if (base.bash !== undefined) add(`${base.directory}/bash`, base.bash);
  if (base.flavour === 'busybox') add(`${base.directory}/busybox`, busyboxProgram(base));
  const layer = createLayer([...common(base.files), ...entries], createDevices());
  return { layer, programAt: path => programs.get(path), env: base.env };
}

/** Tools are loaded with the first that is called. */
function toolProgram(name: string, flavour: Flavour): Program {
  return async process => {
    const { TOOLS } = await process.world.external(import('../sh/tools/index.ts'));
    return TOOLS[name]!(process, flavour);
  };
}

/** Tools of GNU and of their own makers in an image whose base is another. */
export function gnuTools(directory: string, names: readonly string[]): Readonly<Record<string, Program>> {
  return Object.fromEntries(names.map(name => [`${directory}/${name}`, toolProgram(name, 'gnu')]));
}

/** busybox NAME ARGS */
function busyboxProgram(base: Base): Program {
  return async process => {
    const [, name, ...args] = process.argv;
    if (name === 'sh' || name === 'ash') return process.spawnChild(['sh', ...args]).wait();
    if (name !== undefined && TOOL_NAMES.includes(name) && !base.without.has(name)) return process.spawnChild([name, ...args]).wait();
    if (name !== undefined) { await process.stderr.write(`${name}: applet not found\n`); return 127; }
    await process.stdout.write(`BusyBox v1.36.1 (2023-05-18 22:34:17 UTC) multi-call binary.\nBusyBox is copyrighted by many authors between 1998-2015.\n\n`
      + `Currently defined functions:\n\t${TOOL_NAMES.filter(known => !base.without.has(known)).join(', ')}\n`);
    return 0;
  };
}

export function createToolboxes(): { readonly none: Toolbox; readonly busybox: Toolbox; readonly alpine: Toolbox; readonly debian: Toolbox; readonly buildpack: Toolbox; readonly host: Toolbox } {
  const busybox: Base = { flavour: 'busybox', shell: shellProgram('busybox'), directory: '/bin', without: NOT_IN_BUSYBOX, files: directories('/lib', '/lib64'), env: { PATH } };
  const alpineFiles: LayerEntry[] = [
    ...directories('/lib', '/media', '/srv'),
    { path: '/etc/os-release', text: 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.22.1\nPRETTY_NAME="Alpine Linux v3.22"\nHOME_URL="https://alpinelinux.org/"\n' },
    { path: '/etc/alpine-release', text: '3.22.1\n' },
  ];
  const debianFiles: LayerEntry[] = [
    ...directories('/boot', '/media', '/srv', '/usr/lib', '/usr/lib64'), { path: '/lib', link: 'usr/lib' }, { path: '/lib64', link: 'usr/lib64' },
    { path: '/etc/os-release', text: 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nVERSION="12 (bookworm)"\nVERSION_CODENAME=bookworm\nID=debian\n' },
    { path: '/etc/debian_version', text: '12.11\n' }, { path: '/bin', link: 'usr/bin' }, { path: '/sbin', link: 'usr/sbin' },
  ];
  const debian: Base = { flavour: 'gnu', shell: shellProgram('dash'), bash: shellProgram('bash'), directory: '/usr/bin', without: NOT_IN_DEBIAN, files: debianFiles, env: { PATH } };
  return {
    none: { layer: createLayer([{ path: '/etc/passwd', text: PASSWD }, { path: '/etc/group', text: GROUP }, { path: '/tmp', directory: true, mode: 0o1777 },
      { path: '/proc', directory: true }, { path: '/sys', directory: true }], createDevices()), programAt: () => undefined, env: { PATH } },
    busybox: build(busybox),
    alpine: build({ ...busybox, without: new Set([...NOT_IN_BUSYBOX].filter(name => name !== 'apk')), files: alpineFiles }),
    debian: build(debian),
    buildpack: build({ ...debian, without: new Set([...NOT_IN_DEBIAN].filter(name => !BUILD_TOOLS.has(name))) }),
    host: build({ ...debian, without: new Set(['apk', 'yum', 'dnf']) }),
  };
}
