/** dig, host, ping, nc, telnet, netstat, ss, ip, ifconfig, traceroute. */
import { withTimeout, TimeoutError } from '../../base/with-timeout.ts';
import { NetworkError } from '../../cri/network.ts';
import type { ByteStream } from '../../cri/network.ts';
import { BrokenPipe } from '../../cri/process.ts';
import type { Process } from '../../cri/process.ts';
import { isAddress, readResolvConf, searchNames } from '../../cri/resolver.ts';
import type { DnsMessage, DnsType } from '../../cri/dns.ts';
import { badUsage, complain, parseOptions, toolName } from '../tool.ts';
import type { Tool } from '../tool.ts';
import { parseSeconds } from './basic.ts';
import { query, reverseName } from './nslookup.ts';

export const dig: Tool = async process => {
  let server = readResolvConf(process.files).servers[0] ?? '127.0.0.1';
  let name = '.';
  let type: DnsType = 'A';
  let short = false;
  let search = false;
  let answerOnly = false;
  const args = process.argv.slice(1);
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at]!;
    if (arg.startsWith('@')) server = (await process.net.resolve(arg.slice(1)).catch(() => [arg.slice(1)]))[0]!;
    else if (arg === '+short') short = true;
    else if (arg === '+search') search = true;
    else if (arg === '+noall') answerOnly = true;
    else if (arg === '-x') { name = reverseName(args[at += 1] ?? ''); type = 'PTR'; }
    else if (arg === '-t') type = (args[at += 1] ?? 'A').toUpperCase() as DnsType;
    else if (arg.startsWith('+') || arg.startsWith('-')) continue;
    else if (/^(?:A|AAAA|CNAME|SRV|PTR|TXT|NS|SOA|MX|ANY)$/i.test(arg)) type = arg.toUpperCase() as DnsType;
    else if (arg.toUpperCase() !== 'IN') name = arg.replace(/\.$/, '') || '.';
  }
  const startedAt = process.clock.micros();
  let answer: DnsMessage | undefined;
  for (const full of search ? searchNames(name, readResolvConf(process.files)) : [name]) {
    answer = await query(process, server, full, type, 3);
    if (answer === undefined || answer.answers.length > 0) break;
  }
  if (answer === undefined) {
    await process.stdout.write(short ? ';; communications error to ' + `${server}#53: connection refused\n`
      : `\n; <<>> DiG 9.18.33 <<>> ${args.join(' ')}\n;; global options: +cmd\n;; no servers could be reached\n`);
    return 9;
  }
  const dotted = (text: string): string => `${text}.`;
  const value = (record: DnsMessage['answers'][number]): string => ['CNAME', 'PTR', 'NS', 'SRV'].includes(record.type) ? dotted(record.value) : record.value;
  if (short) { for (const record of answer.answers) await process.stdout.write(`${value(record)}\n`); return 0; }
  const rows = answer.answers.map(record => `${dotted(record.name).padEnd(23)} ${record.ttl}\tIN\t${record.type}\t${value(record)}\n`).join('');
  if (answerOnly) { await process.stdout.write(rows); return 0; }
  await process.stdout.write(`\n; <<>> DiG 9.18.33 <<>> ${args.join(' ')}\n;; global options: +cmd\n;; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: ${answer.code}, id: ${answer.id}\n`
    + `;; flags: qr${answer.authoritative ? ' aa' : ''} rd${answer.authoritative ? '' : ' ra'}; QUERY: 1, ANSWER: ${answer.answers.length}, AUTHORITY: `
      + `${answer.code === 'NXDOMAIN' ? 1 : 0}, ADDITIONAL: 1\n\n;; QUESTION SECTION:\n;${dotted(answer.question.name).padEnd(30)}\tIN\t${type}\n\n`
    + `${rows === '' ? '' : `;; ANSWER SECTION:\n${rows}\n`};; Query time: ${Math.round((process.clock.micros() - startedAt) / 1000)} msec\n`
      + `;; SERVER: ${server}#53(${server}) (UDP)\n;; WHEN: ${new Date(process.clock.now()).toUTCString()}\n;; MSG SIZE  rcvd: ${40 + rows.length}\n\n`);
  return 0;
};

export const host: Tool = async process => {
  const args = process.argv.slice(1).filter(arg => !arg.startsWith('-'));
  const [name = '', given] = args;
  const config = readResolvConf(process.files);
  const server = given ?? config.servers[0] ?? '127.0.0.1';
  for (const full of isAddress(name) ? [reverseName(name)] : searchNames(name, config)) {
    const answer = await query(process, server, full, isAddress(name) ? 'PTR' : 'A');
    if (answer === undefined) { await process.stdout.write(';; connection timed out; no servers could be reached\n'); return 1; }
    if (answer.answers.length === 0) continue;
    for (const record of answer.answers) await process.stdout.write(record.type === 'A' ? `${record.name} has address ${record.value}\n` : record.type === 'CNAME'
      ? `${record.name} is an alias for ${record.value}.\n` : `${record.name} domain name pointer ${record.value}.\n`);
    return 0;
  }
  await process.stdout.write(`Host ${name} not found: 3(NXDOMAIN)\n`);
  return 1;
};

export const ping: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'c:i:w:W:qs:4I:t:', long: [] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error, 2);
  const { options } = parsed;
  const [target = ''] = options.rest;
  let address: string;
  try {
    address = (await process.net.resolve(target))[0]!;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    await process.stderr.write(flavour === 'gnu' ? `ping: ${target}: ${error.code === 'EAI_AGAIN' ? 'Temporary failure in name resolution' : 'Name or service not known'}\n`
      : `ping: bad address '${target}'\n`);
    return flavour === 'gnu' ? 2 : 1;
  }
  const count = options.has('c') ? Number(options.get('c')) : Infinity;
  const deadline = options.has('w') ? Number(options.get('w')) * 1000 : Infinity;
  const size = Number(options.get('s') ?? '56');
  await process.stdout.write(flavour === 'gnu' ? `PING ${target} (${address}) ${size}(${size + 28}) bytes of data.\n` : `PING ${target} (${address}): ${size} data bytes\n`);
  let received = 0;
  let sent = 0;
  const startedAt = process.clock.now();
  const summary = async (): Promise<number> => {
    const loss = sent === 0 ? 0 : Math.round(((sent - received) / sent) * 100);
    await process.stdout.write(`\n--- ${target} ping statistics ---\n`
      + `${sent} packets transmitted, ${received} ${flavour === 'gnu' ? 'received' : 'packets received'}, ${loss}% packet `
      + `loss${flavour === 'gnu' ? `, time ${process.clock.now() - startedAt}ms` : ''}\n`
      + (received === 0 ? '' : flavour === 'gnu' ? 'rtt min/avg/max/mdev = 0.040/0.052/0.070/0.010 ms\n' : 'round-trip min/avg/max = 0.040/0.052/0.070 ms\n'));
    return received > 0 ? 0 : 1;
  };
  let interrupted = false;
  process.onSignal('SIGINT', () => { interrupted = true; process.world.spawn('summary', async () => { await summary(); process.processes.kill(process.pid, 'SIGKILL'); }); });
  for (let seq = 0; seq < count && !interrupted && process.clock.now() - startedAt < deadline; seq += 1) {
    sent += 1;
    // Differs from Kubernetes: ping asks whether the address answers at all, by a connection to a port nobody uses.
    if (await answers(process, address, Number(options.get('W') ?? '1') * 1000)) {
      received += 1;
      await process.stdout.write(flavour === 'gnu' ? `${size + 8} bytes from ${address}: icmp_seq=${seq + 1} ttl=63 time=0.0${40 + (seq % 3) * 10} ms\n`
        : `${size + 8} bytes from ${address}: seq=${seq} ttl=63 time=0.0${40 + (seq % 3) * 10} ms\n`);
    }
    if (seq + 1 < count) await process.clock.sleep((parseSeconds(options.get('i') ?? '1') ?? 1) * 1000);
  }
  return summary();
};

async function answers(process: Process, address: string, timeoutMs: number): Promise<boolean> {
  try {
    (await process.net.connect(address, 1, { timeoutMs })).reset();
    return true;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return error.code === 'ECONNREFUSED';
  }
}

async function copyIn(process: Process, stream: ByteStream): Promise<void> {
  for (let data = await process.stdin.read(); data !== undefined; data = await process.stdin.read()) await stream.write(data);
  stream.end();
}

async function copyOut(process: Process, stream: ByteStream): Promise<void> {
  for (let data = await stream.read(); data !== undefined; data = await stream.read()) await process.stdout.write(data);
}

async function firstAddress(process: Process, target: string): Promise<string> {
  try { return (await process.net.resolve(target))[0] ?? target; } catch { return target; }
}

export const nc: Tool = async (process, flavour) => {
  const parsed = parseOptions(process.argv, { short: 'lp:zvw:nuke:rs:q:iN4dC', long: ['listen:l', 'sh-exec=:c', 'exec=:e', 'keep-open:k'] });
  if ('error' in parsed) return badUsage(process, flavour, parsed.error);
  const { options } = parsed;
  const ports = options.rest.filter(arg => /^[0-9]+(?:-[0-9]+)?$/.test(arg));
  if (options.has('l')) return listen(process, Number(options.get('p') ?? ports[ports.length - 1] ?? '0'), options.get('e'), options.has('k'));
  const [target, portText = ''] = options.rest;
  if (target === undefined || portText === '') { await complain(process, 'missing port number'); return 1; }
  const [first = 0, last = first] = portText.split('-').map(Number);
  const timeoutMs = options.has('w') ? Number(options.get('w')) * 1000 : undefined;
  let status = 1;
  for (let port = first; port <= last && port - first < 65_536; port += 1) {
    let stream: ByteStream;
    try {
      stream = await process.net.connect(target, port, timeoutMs === undefined ? {} : { timeoutMs });
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      const words = error.code === 'ECONNREFUSED' ? 'Connection refused' : error.code === 'ETIMEDOUT' ? 'Connection timed out' : error.code === 'EHOSTUNREACH'
        ? 'No route to host' : 'Network is unreachable';
      if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN') {
        await process.stderr.write(flavour === 'gnu'
        ? `nc: getaddrinfo for host "${target}" port ${port}: ${error.code === 'EAI_AGAIN' ? 'Temporary failure in name resolution' : 'Name or service not known'}\n`
        : `nc: bad address '${target}'\n`); return 1; }
      if (options.has('v') || flavour === 'busybox') await process.stderr.write(flavour === 'gnu' ? `nc: connect to ${target} port ${port} (tcp) failed: ${words}\n`
        : `nc: ${target} (${await firstAddress(process, target)}:${port}): ${words}\n`);
      continue;
    }
    status = 0;
    if (options.has('v')) await process.stderr.write(flavour === 'gnu' ? `Connection to ${target} (${stream.remoteAddress}) ${port} port [tcp/*] succeeded!\n`
      : `${target} (${stream.remoteAddress}:${port}) open\n`);
    if (options.has('z')) { stream.end(); continue; }
    process.world.spawn('input', () => copyIn(process, stream).catch(ignoreClosed));
    try {
      if (timeoutMs === undefined) await copyOut(process, stream);
      else await withTimeout(process.world, timeoutMs, () => copyOut(process, stream));
    } catch (error) {
      if (!(error instanceof NetworkError) && !(error instanceof TimeoutError)) throw error;
    }
  }
  return status;
};

function ignoreClosed(error: unknown): void {
  if (!(error instanceof NetworkError) && !(error instanceof BrokenPipe)) throw error;
}

async function listen(process: Process, port: number, command: string | undefined, keep: boolean): Promise<number> {
  const waiting: ByteStream[] = [];
  let wake = (): void => {};
  try {
    process.net.listen(port, stream => { waiting.push(stream); wake(); });
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    await complain(process, 'bind: Address already in use');
    return 1;
  }
  do {
    while (waiting.length === 0) await process.world.suspend<void>(settle => { wake = () => settle.resolve(); });
    const stream = waiting.shift()!;
    try {
      if (command !== undefined) {
        const child = process.spawnChild(command.split(' '), { stdin: { read: () => stream.read(), close() {} }, stdout: { write: data => stream.write(data), close() {} } });
        await child.wait();
        stream.end();
      } else {
        process.world.spawn('input', () => copyIn(process, stream).catch(ignoreClosed));
        await copyOut(process, stream);
        stream.end();
      }
    } catch (error) { ignoreClosed(error); }
  } while (keep);
  return 0;
}

export const telnet: Tool = async process => {
  const [, target, port = '23'] = process.argv;
  if (target === undefined) { await process.stderr.write('Usage: telnet HOST [PORT]\n'); return 1; }
  try {
    const stream = await process.net.connect(target, Number(port));
    await process.stdout.write(`Trying ${stream.remoteAddress}...\nConnected to ${target}.\nEscape character is '^]'.\n`);
    process.world.spawn('input', () => copyIn(process, stream).catch(ignoreClosed));
    await copyOut(process, stream);
    await process.stdout.write('Connection closed by foreign host.\n');
    return 1;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    await process.stderr.write(error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN' ? `telnet: could not resolve ${target}/telnet: Name or service not known\n`
      : `telnet: Unable to connect to remote host: ${error.code === 'ECONNREFUSED' ? 'Connection refused' : error.code === 'ETIMEDOUT' ? 'Connection timed out' : 'No route to host'}\n`);
    return 1;
  }
};

export const netstat: Tool = async process => {
  const rows = [...process.net.listeners].sort((a, b) => a.port - b.port);
  if (toolName(process) === 'ss') {
    await process.stdout.write('Netid State  Recv-Q Send-Q Local Address:Port  Peer Address:Port\n');
    for (const row of rows) await process.stdout.write(`${row.protocol.toLowerCase().padEnd(5)} ${(row.protocol === 'TCP' ? 'LISTEN' : 'UNCONN').padEnd(6)} 0      `
      + `${row.protocol === 'TCP' ? '511 ' : '0   '}   ${`${row.host}:${row.port}`.padStart(18)}       0.0.0.0:*\n`);
    return 0;
  }
  await process.stdout.write('Active Internet connections (only servers)\nProto Recv-Q Send-Q Local Address           Foreign Address         State       \n');
  for (const row of rows) await process.stdout.write(`${row.protocol.toLowerCase()}        0      0 ${`${row.host}:${row.port}`.padEnd(23)} 0.0.0.0:*               `
    + `${row.protocol === 'TCP' ? 'LISTEN      ' : '            '}\n`);
  return 0;
};

export const ip: Tool = async process => {
  const args = process.argv.slice(1).filter(arg => !arg.startsWith('-'));
  const what = args[0] ?? '';
  const { address } = process.net;
  const pod = address.startsWith('10.244.');
  const mac = `0a:58:${address.split('.').map(part => Number(part).toString(16).padStart(2, '0')).join(':')}`;
  if ('address'.startsWith(what) && what !== '') {
    await process.stdout.write(`1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000\n`
      + `    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n`
      + `2: eth0@if3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default \n    link/ether ${mac} brd ff:ff:ff:ff:ff:ff link-netnsid 0\n`
        + `    inet ${address}/${pod ? 24 : 16} brd ${address.replace(/\.[0-9]+$/, '.255')} scope global eth0\n       valid_lft forever preferred_lft forever\n`);
  } else if ('route'.startsWith(what) && what !== '') {
    const gateway = address.replace(/\.[0-9]+$/, '.1');
    await process.stdout.write(`default via ${gateway} dev eth0 \n`
      + `${address.replace(/\.[0-9]+$/, '.0')}/24 ${pod ? `via ${gateway} ` : ''}dev eth0 ${pod ? '' : 'proto kernel scope link '}src ${address} \n`);
  } else if ('link'.startsWith(what) && what !== '') {
    await process.stdout.write(`1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000\n`
      + `    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n`
      + `2: eth0@if3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP mode DEFAULT group default \n    link/ether ${mac} brd ff:ff:ff:ff:ff:ff\n`);
  } else { await process.stderr.write(what === '' ? 'Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }\n' : `Object "${what}" is unknown, try "ip help".\n`); return what === '' ? 255 : 1; }
  return 0;
};

export const ifconfig: Tool = async process => {
  const { address } = process.net;
  await process.stdout.write(`eth0      Link encap:Ethernet  HWaddr `
    + `0A:58:${address.split('.').map(part => Number(part).toString(16).toUpperCase().padStart(2, '0')).join(':')}  \n`
    + `          inet addr:${address}  Bcast:${address.replace(/\.[0-9]+$/, '.255')}  Mask:255.255.255.0\n`
    + `          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1\n\nlo        Link encap:Local Loopback  \n          inet addr:127.0.0.1  Mask:255.0.0.0\n`
    + `          UP LOOPBACK RUNNING  MTU:65536  Metric:1\n\n`);
  return 0;
};

export const traceroute: Tool = async process => {
  const target = process.argv.slice(1).find(arg => !arg.startsWith('-')) ?? '';
  let address: string;
  try { address = (await process.net.resolve(target))[0]!; } catch { await process.stderr.write(`traceroute: bad address '${target}'\n`); return 1; }
  const gateway = process.net.address.replace(/\.[0-9]+$/, '.1');
  await process.stdout.write(`traceroute to ${target} (${address}), 30 hops max, 46 byte packets\n 1  ${gateway} (${gateway})  0.010 ms  0.008 ms  0.007 ms\n`
    + ` 2  ${address} (${address})  0.031 ms  0.020 ms  0.018 ms\n`);
  return 0;
};
