/** ps, top, free, uptime, uname, hostname, id, date, kill, killall, mount, watch and others that look at the machine. */
import { FileError } from '../../cri/files.ts';
import { absolute, openInput, openOutput } from '../../cri/open.ts';
import { readText } from '../../cri/memory-files.ts';
import { SIGNAL_NUMBERS } from '../../cri/process.ts';
import type { Process, Signal } from '../../cri/process.ts';
import { collectOutput } from '../../cri/streams.ts';
import { formatDate, parseDate } from '../dates.ts';
import { compileRegex } from '../regex.ts';
import { signalName } from '../signals.ts';
import { badUsage, complain, eachInput, humanSize, parseOptions, parseSize, toolName } from '../tool.ts';
import type { Tool } from '../tool.ts';
import { parseSeconds } from './basic.ts';
import { nameOf } from './files.ts';

type Row = ReturnType<Process['processes']['list']>[number];

function cpuTime(row: Row): string {
  const seconds = Math.floor(row.cpuMs / 1000);
  return `${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, '0')}`;
}

export const ps: Tool = async (process, flavour) => {
  const list = process.processes.list();
  if (flavour === 'busybox') {
    const rows = list.map(row => `${String(row.pid).padStart(5)} ${row.user.padEnd(9)}${cpuTime(row).padStart(5)} ${row.command}`);
    await process.stdout.write(`PID   USER     TIME  COMMAND\n${rows.join('\n')}\n`);
    return 0;
  }
  const args = process.argv.slice(1).join('').replace(/-/g, '');
  const wanted = process.argv.includes('-p') ? (process.argv[process.argv.indexOf('-p') + 1] ?? '').split(',').map(Number) : undefined;
  const shown = list.filter(row => wanted === undefined || wanted.includes(row.pid));
  if (/^[-]?(?:aux|axu|auxw|auxf|auxww)/.test(process.argv[1] ?? '') || process.argv[1] === '-aux') {
    const rows = shown.map(row => `${row.user.padEnd(8)} ${String(row.pid).padStart(9)}  0.0  0.0 ${String(Math.ceil(row.memoryBytes / 512)).padStart(6)} `
      + `${String(Math.ceil(row.memoryBytes / 1024)).padStart(5)} ?        ${row.state}s   ${formatDate(row.startedAtMs, '%H:%M')}  ${cpuTime(row).trim().padStart(5)} ${row.command}`);
    await process.stdout.write(`USER           PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n${rows.join('\n')}\n`);
  } else if (args.includes('f') || args.includes('F')) {
    const rows = shown.map(row => `${row.user.padEnd(8)} ${String(row.pid).padStart(9)} ${String(row.ppid).padStart(9)}  0 ${formatDate(row.startedAtMs, '%H:%M')} ? `
      + `       00:${cpuTime(row).trim().padStart(5, '0')} ${row.command}`);
    await process.stdout.write(`UID            PID      PPID  C STIME TTY          TIME CMD\n${rows.join('\n')}\n`);
  } else {
    const rows = shown.map(row => `${String(row.pid).padStart(7)} pts/0    00:${cpuTime(row).trim().padStart(5, '0')} ${(row.command.split(' ')[0] ?? '').split('/').pop()}`);
    await process.stdout.write(`    PID TTY          TIME CMD\n${rows.join('\n')}\n`);
  }
  return 0;
};

function memory(process: Process): { readonly total: number; readonly available: number } {
  const text = process.files.exists('/proc/meminfo') ? readText(process.files, '/proc/meminfo') : '';
  const value = (key: string): number => Number(new Map(text.split('\n').map(line => line.split(/:\s+/) as [string, string])).get(key)?.split(' ')[0] ?? '0');
  return { total: value('MemTotal'), available: value('MemAvailable') };
}

export const free: Tool = async process => {
  const { total, available } = memory(process);
  const letters = process.argv.slice(1).join('');
  const show = (kb: number): string => letters.includes('h') ? `${humanSize(kb * 1024)}i`
    : String(letters.includes('m') ? Math.floor(kb / 1024) : letters.includes('g') ? Math.floor(kb / 1048576) : kb);
  const row = (name: string, cells: readonly number[]): string => `${name.padEnd(7)}${cells.map(cell => show(cell).padStart(12)).join('')}\n`;
  await process.stdout.write(`       ${['total', 'used', 'free', 'shared', 'buff/cache', 'available'].map(title => title.padStart(12)).join('')}\n`
    + `${row('Mem:', [total, total - available, available, 0, 0, available])}${row('Swap:', [0, 0, 0])}`);
  return 0;
};

export const top: Tool = async process => {
  const batch = process.argv.some(arg => arg.startsWith('-') && arg.includes('b'));
  const at = process.argv.indexOf('-n');
  const rounds = at >= 0 ? Number(process.argv[at + 1]) : batch ? 1 : Infinity;
  const before = new Map<number, number>();
  for (let round = 0; round < rounds; round += 1) {
    const { total, available } = memory(process);
    const list = process.processes.list();
    const rows = list.map(row => ({ row, cpu: round === 0 ? 0 : (row.cpuMs - (before.get(row.pid) ?? row.cpuMs)) / 50 })).sort((a, b) => b.cpu - a.cpu || a.row.pid - b.row.pid);
    for (const row of list) before.set(row.pid, row.cpuMs);
    const lines = rows.map(({ row, cpu }) => `${String(row.pid).padStart(5)} ${String(row.ppid).padStart(5)} ${row.user.padEnd(8)} ${row.state}    `
      + `${String(Math.ceil(row.memoryBytes / 1024)).padStart(6)}   0%   0 ${cpu.toFixed(0).padStart(3)}% ${row.command}`);
    await process.stdout.write(`${process.tty === undefined || batch ? '' : '\x1b[H\x1b[J'}Mem: ${total - available}K used, ${available}K free, 0K shrd, 0K buff, 0K `
      + `cached\nCPU:   0% usr   0% sys   0% nic 100% idle   0% io   0% irq   0% sirq\nLoad average: 0.00 0.00 0.00 1/${list.length} ${process.pid}\n`
      + `  PID  PPID USER     STAT   VSZ %VSZ CPU %CPU COMMAND\n${lines.join('\n')}\n`);
    if (round < rounds - 1) await process.clock.sleep(5000);
  }
  return 0;
};

export const uptime: Tool = async process => {
  const seconds = Number((process.files.exists('/proc/uptime') ? readText(process.files, '/proc/uptime') : '0').split(' ')[0]);
  const days = Math.floor(seconds / 86_400);
  const clock = `${String(Math.floor(seconds / 3600) % 24).padStart(days > 0 ? 2 : 1)}:${String(Math.floor(seconds / 60) % 60).padStart(2, '0')}`;
  await process.stdout.write(` ${formatDate(process.clock.now(), '%H:%M:%S')} up `
    + `${days > 0 ? `${days} day${days > 1 ? 's' : ''}, ` : ''}${seconds < 3600 ? `${Math.floor(seconds / 60)} min` : clock},  0 users,  load average: 0.00, 0.00, 0.00\n`);
  return 0;
};

export const uname: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'asnrvmpio', long: ['all:a', 'kernel-name:s', 'nodename:n', 'kernel-release:r', 'machine:m', 'operating-system:o'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  const all = options.has('a');
  const parts = [['s', 'Linux'], ['n', process.hostname], ['r', '6.8.0-60-generic'], ['v', '#63-Ubuntu SMP PREEMPT_DYNAMIC Tue Apr 15 19:04:15 UTC 2025'],
    ['m', 'x86_64'], ['o', flavour === 'gnu' ? 'GNU/Linux' : 'Linux']] as const;
  const chosen = options.flags.size === 0 ? [parts[0]] : parts.filter(([letter]) => all || options.has(letter));
  await process.stdout.write(`${chosen.map(([, text]) => text).join(' ') || 'unknown'}\n`);
  return 0;
};

export const hostname: Tool = async process => {
  const [, option] = process.argv;
  if (option === '-i' || option === '-I') await process.stdout.write(`${process.net.address}${option === '-I' ? ' ' : ''}\n`);
  else if (option === '-d') await process.stdout.write('\n');
  else if (option !== undefined && !option.startsWith('-')) { await complain(process, 'you must be root to change the host name'); return 1; }
  else await process.stdout.write(`${option === '-s' ? process.hostname.split('.')[0] : process.hostname}\n`);
  return 0;
};

export const whoami: Tool = async (process, flavour) => {
  const name = nameOf(process, '/etc/passwd', process.user.uid);
  if (name === String(process.user.uid)) { await complain(process, flavour === 'gnu' ? `cannot find name for user ID ${name}` : `unknown uid ${name}`); return 1; }
  await process.stdout.write(`${name}\n`);
  return 0;
};

export const id: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'ugnGr', long: ['user:u', 'group:g', 'name:n', 'groups:G'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  const { uid, gid, groups } = process.user;
  // The kernel keeps them sorted; GNU's id names the first group first.
  const sorted = [...new Set([gid, ...groups])].sort((a, b) => a - b);
  const all = flavour === 'gnu' ? [gid, ...sorted.filter(group => group !== gid)] : sorted;
  const user = (value: number): string => nameOf(process, '/etc/passwd', value);
  const group = (value: number): string => nameOf(process, '/etc/group', value);
  const labelled = (value: number, name: string): string => name === String(value) ? `${value}` : `${value}(${name})`;
  if (options.has('u')) await process.stdout.write(`${options.has('n') ? user(uid) : uid}\n`);
  else if (options.has('g')) await process.stdout.write(`${options.has('n') ? group(gid) : gid}\n`);
  else if (options.has('G')) await process.stdout.write(`${all.map(value => options.has('n') ? group(value) : value).join(' ')}\n`);
  else await process.stdout.write(`uid=${labelled(uid, user(uid))} gid=${labelled(gid, group(gid))} groups=${all.map(value => labelled(value, group(value))).join(',')}\n`);
  return 0;
};

export const groups: Tool = async process => {
  const { gid, groups: more } = process.user;
  await process.stdout.write(`${[gid, ...more.filter(group => group !== gid)].map(value => nameOf(process, '/etc/group', value)).join(' ')}\n`);
  return 0;
};

export const date: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'ud:s:r:RI', long: ['utc:u', 'date=:d', 'rfc-3339=', 'iso-8601', 'rfc-email:R', 'reference=:r'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  const given = options.get('d');
  const reference = options.get('r');
  let at: number | undefined = process.clock.now();
  if (given !== undefined) at = parseDate(given, at);
  if (reference !== undefined) at = /^[0-9]+$/.test(reference) ? Number(reference) * 1000 : process.files.stat(absolute(process, reference)).modifiedAtMs;
  if (at === undefined) { await complain(process, `invalid date '${given}'`); return 1; }
  const format = options.rest[0];
  if (format !== undefined && !format.startsWith('+')) { await complain(process, `invalid date '${format}'`); return 1; }
  const iso = options.get('iso-8601', 'I');
  const text = format !== undefined ? formatDate(at, format.slice(1)) : options.has('R') ? formatDate(at, '%a, %d %b %Y %H:%M:%S %z')
    : options.has('rfc-3339') ? formatDate(at, options.get('rfc-3339') === 'date' ? '%F' : '%F %T+00:00') : iso !== undefined
      ? formatDate(at, iso.startsWith('s') ? '%FT%T+00:00' : '%F') : formatDate(at, '%a %b %e %H:%M:%S %Z %Y');
  await process.stdout.write(`${text}\n`);
  return 0;
};

export const kill: Tool = async process => {
  let args = process.argv.slice(1);
  let name: string | undefined = 'TERM';
  if (args[0] === '-l') { await process.stdout.write(`${Object.keys(SIGNAL_NUMBERS).map(signal => signal.slice(3)).join('\n')}\n`); return 0; }
  if (args[0] === '-s') { name = signalName(args[1] ?? ''); args = args.slice(2); }
  else if (args[0]?.startsWith('-') === true && args[0].length > 1) { name = args[0] === '-0' ? '0' : signalName(args[0].slice(1)); args = args.slice(1); }
  if (name === undefined || args.length === 0) { await complain(process, name === undefined ? 'bad signal name' : 'you need to specify whom to kill'); return 1; }
  let status = 0;
  for (const arg of args) {
    const pid = Number(arg);
    const there = process.processes.list().some(row => row.pid === pid);
    if (there && name !== '0' && name !== 'EXIT') process.processes.kill(pid, `SIG${name}` as Signal);
    if (!there) { await complain(process, `can't kill pid ${arg}: No such process`); status = 1; }
  }
  return status;
};

/** killall, pkill, pgrep. */
export const byName: Tool = async (process, flavour) => {
  const tool = toolName(process);
  const args = process.argv.slice(1);
  let signal: Signal = 'SIGTERM';
  const flags: string[] = [];
  while (args[0]?.startsWith('-') === true) {
    const flag = args.shift()!;
    const name = signalName(flag.slice(1));
    if (name !== undefined && name !== 'EXIT') signal = `SIG${name}` as Signal;
    else flags.push(flag.slice(1));
  }
  if (args.length === 0) return badUsage(process, flavour, 'no matching criteria specified', 2);
  const full = flags.some(flag => flag.includes('f'));
  let any = false;
  for (const wanted of args) {
    const regex = tool === 'killall' ? undefined : compileRegex(wanted, 'extended');
    const hit = (row: Row): boolean => {
      const short = ((row.command.split(' ')[0] ?? '').split('/').pop() ?? '').replace(/:$/, '');
      return row.pid !== process.pid && (regex === undefined ? short === wanted : regex.test(full ? row.command : short));
    };
    const found = process.processes.list().filter(hit);
    if (found.length === 0 && tool === 'killall') await complain(process, `${wanted}: no process ${flavour === 'gnu' ? 'found' : 'killed'}`);
    for (const row of found) {
      any = true;
      if (tool === 'pgrep') await process.stdout.write(`${row.pid}${flags.some(flag => flag.includes('l') || flag.includes('a')) ? ` ${row.command}` : ''}\n`);
      else process.processes.kill(row.pid, signal);
    }
  }
  return any ? 0 : 1;
};

export const mount: Tool = async process => {
  if (process.argv.length > 1 && !process.argv[1]!.startsWith('-')) { await complain(process, process.user.uid === 0 ? 'permission denied (are you root?)' : 'only root can do that'); return 1; }
  const lines = process.files.exists('/proc/mounts') ? readText(process.files, '/proc/mounts').split('\n').filter(line => line !== '') : [];
  for (const line of lines) {
    const [device, at, type, flags] = line.split(' ');
    await process.stdout.write(`${device} on ${at} type ${type} (${flags})\n`);
  }
  return 0;
};

export const watch: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'n:dtgxecbp', long: ['interval=:n', 'differences:d', 'no-title:t', 'errexit:e', 'chgexit:g', 'exec:x'], stopAtOperand: true });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  const seconds = parseSeconds(options.get('n') ?? '2') ?? 2;
  const command = options.rest.join(' ');
  if (command === '') return badUsage(process, flavour, 'missing operand');
  let last: string | undefined;
  for (;;) {
    const output = collectOutput();
    const pipe = process.pipe();
    const child = process.spawnChild(options.has('x') ? [...options.rest] : ['sh', '-c', command], { stdout: pipe.output, stderr: pipe.output, owns: [pipe.output] });
    const input = pipe.input.bind?.(process.world) ?? pipe.input;
    for (let data = await input.read(); data !== undefined; data = await input.read()) await output.write(data);
    const code = await child.wait();
    const title = options.has('t') ? '' : `Every ${seconds.toFixed(1)}s: ${command}`.padEnd(Math.max(0, (process.tty?.columns ?? 80) - 25))
      + `${process.hostname}: ${formatDate(process.clock.now(), '%a %b %e %T %Y')}\n\n`;
    await process.stdout.write(`${process.tty === undefined ? '' : '\x1b[H\x1b[2J'}${title}${output.text()}`);
    if ((options.has('e') && code !== 0) || (options.has('g') && last !== undefined && last !== output.text())) return options.has('e') ? code : 0;
    last = output.text();
    await process.clock.sleep(Math.max(0.1, seconds) * 1000);
  }
};

/** less and more: everything at once, as when the output is no terminal. */
export const pager: Tool = async (process, flavour) => {
  const failures = await eachInput(process, flavour, process.argv.slice(1).filter(arg => !/^[-+]./.test(arg)), async ({ stream }) => {
    for (let data = await stream.read(); data !== undefined; data = await stream.read()) await process.stdout.write(data);
  });
  return failures > 0 ? 1 : 0;
};

export const noEditor: Tool = async process => {
  await complain(process, 'there is no editor in this container; write the file with cat or sed, or edit it on your own machine');
  return 1;
};

export const nproc: Tool = async process => {
  const text = process.files.exists('/proc/cpuinfo') ? readText(process.files, '/proc/cpuinfo') : 'processor';
  await process.stdout.write(`${text.split('\n').filter(line => line.startsWith('processor')).length || 1}\n`);
  return 0;
};

export const arch: Tool = async process => { await process.stdout.write('x86_64\n'); return 0; };

export const tty: Tool = async process => {
  await process.stdout.write(process.tty === undefined ? 'not a tty\n' : '/dev/pts/0\n');
  return process.tty === undefined ? 1 : 0;
};

export const getent: Tool = async process => {
  const [, database, ...keys] = process.argv;
  if (database === 'hosts' || database === 'ahosts' || database === 'ahostsv4') {
    for (const key of keys) {
      try {
        for (const address of await process.net.resolve(key)) await process.stdout.write(`${address.padEnd(15)} ${key}\n`);
      } catch { return 2; }
    }
    return 0;
  }
  const table = database === 'group' ? '/etc/group' : '/etc/passwd';
  const lines = process.files.exists(table) ? readText(process.files,
    table).split('\n').filter(line => line !== '' && (keys.length === 0 || keys.some(key => line.split(':')[0] === key || line.split(':')[2] === key))) : [];
  for (const line of lines) await process.stdout.write(`${line}\n`);
  return lines.length > 0 ? 0 : 2;
};

/** sudo: the learner is root already. */
export const sudo: Tool = async process => {
  let args = process.argv.slice(1);
  while (args[0]?.startsWith('-') === true) args = args.slice(['-u', '-g', '-h', '-C'].includes(args[0]) ? 2 : 1);
  while (args[0] !== undefined && /^[A-Za-z_][A-Za-z0-9_]*=/.test(args[0])) { const [entry] = args;
    process.env.set(entry!.slice(0, entry!.indexOf('=')), entry!.slice(entry!.indexOf('=') + 1)); args = args.slice(1); }
  if (args.length === 0) return 0;
  if (args[0] === 'su' || (args[0] === 'bash' && args.length === 1)) return process.spawnChild(['bash']).wait();
  const code = await process.spawnChild(args, { env: process.env }).wait();
  if (code === 127) await complain(process, `${args[0]}: command not found`);
  return code;
};

export const dd: Tool = async process => {
  const given = new Map(process.argv.slice(1).map(arg => [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)] as const));
  const size = parseSize(given.get('bs') ?? '512') ?? 512;
  const count = given.has('count') ? Number(given.get('count')) : Infinity;
  try {
    const input = given.has('if') ? openInput(process, given.get('if')!) : process.stdin;
    const output = given.has('of') ? openOutput(process, given.get('of')!, false) : process.stdout;
    let left = size * count;
    let copied = 0;
    for (let data = left > 0 ? await input.read() : undefined; data !== undefined; data = left > 0 ? await input.read() : undefined) {
      const part = data.subarray(0, Math.min(data.length, left));
      await process.compute(part.length / 500_000);
      await output.write(part);
      left -= part.length;
      copied += part.length;
    }
    input.close();
    const records = `${Math.floor(copied / size)}+${copied % size > 0 ? 1 : 0}`;
    if (given.get('status') !== 'none') await process.stderr.write(`${records} records in\n${records} records out\n`
      + `${copied} bytes (${humanSize(copied)}B) copied, 0.1 s, ${humanSize(copied * 10)}B/s\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    await complain(process, error.code === 'ENOSPC' ? `error writing '${given.get('of')}': No space left on device` : `failed to open '${error.path}': ${error.message}`);
    return 1;
  }
};
