/** nslookup, which says three things about one name: bind's (Debian), BusyBox's since 1.29, and BusyBox's before. Guides name
 *  busybox:1.28 for it, because the newer one knows no `ndots` and asks a name with a dot in it as it stands.
 *  Upstream: busybox networking/nslookup.c. */
import { NetworkError } from '../../cri/network.ts';
import type { Process } from '../../cri/process.ts';
import { dnsQuery, isAddress, readResolvConf, searchNames } from '../../cri/resolver.ts';
import type { DnsMessage, DnsType } from '../../cri/dns.ts';
import { badUsage, complain } from '../tool.ts';
import type { Flavour, Tool } from '../tool.ts';

const NO_SERVER = ';; connection timed out; no servers could be reached\n\n';

export function reverseName(address: string): string {
  return `${address.split('.').reverse().join('.')}.in-addr.arpa`;
}

/** undefined: nobody answers. */
export async function query(process: Process, server: string, name: string, type: DnsType, attempts = 2): Promise<DnsMessage | undefined> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    try {
      return await dnsQuery(process.world, process.net, server, name, type);
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
    }
  }
  return undefined;
}

type Answer = DnsMessage['answers'][number];

function shownRecord({ type, name, value }: Answer, flavour: Flavour): string {
  const dot = flavour === 'gnu' ? '.' : '';
  if (type === 'A' || type === 'AAAA') return `Name:\t${name}\nAddress: ${value}\n`;
  if (type === 'PTR') return `${name}\tname = ${value}${dot}\n`;
  if (type === 'CNAME') return `${name}\tcanonical name = ${value}${dot}\n`;
  const word = { SRV: 'service', TXT: 'text', MX: 'mail exchanger', NS: 'nameserver' }[type as string] ?? type.toLowerCase();
  return `${name}\t${word} = ${value}${type === 'SRV' ? dot : ''}\n`;
}

interface Question {
  readonly name: string;
  readonly server: string;
  readonly type: DnsType | undefined;
}

async function bind(process: Process, { name, server, type }: Question): Promise<number> {
  const asked = type ?? (isAddress(name) ? 'PTR' : 'A');
  let last: DnsMessage | undefined;
  for (const full of isAddress(name) ? [reverseName(name)] : searchNames(name, readResolvConf(process.files))) {
    last = await query(process, server, full, asked);
    if (last === undefined || last.answers.length > 0) break;
  }
  if (last === undefined) {
    await process.stdout.write(NO_SERVER);
    return 1;
  }
  await process.stdout.write(`Server:\t\t${server}\nAddress:\t${server}#53\n\n`);
  if (last.answers.length > 0) {
    await process.stdout.write(`${last.answers.map((record) => shownRecord(record, 'gnu')).join('')}\n`);
    return 0;
  }
  if (last.code === 'NOERROR') {
    await process.stdout.write(`*** Can't find ${name}: No answer\n\n`);
    return 0;
  }
  await process.stdout.write(`** server can't find ${isAddress(name) ? reverseName(name) : name}: ${last.code}\n\n`);
  return 1;
}

/** Every question is asked, and each answer ends in an empty line: also that of the addresses of version 6 that are not there. */
async function busybox(process: Process, { name, server, type }: Question): Promise<number> {
  const { searches } = readResolvConf(process.files);
  const names = isAddress(name)
    ? [reverseName(name)]
    : name.includes('.') || searches.length === 0
      ? [name.replace(/\.$/, '')]
      : searches.map((search) => `${name}.${search}`);
  const types: readonly DnsType[] = type !== undefined ? [type] : isAddress(name) ? ['PTR'] : ['A', 'AAAA'];
  let status = 0;
  let first = true;
  for (const asked of types) {
    for (const full of names) {
      const answer = await query(process, server, full, asked, 1);
      if (answer === undefined) {
        await process.stdout.write(NO_SERVER);
        return 1;
      }
      const header = first ? `Server:\t\t${server}\nAddress:\t${server}:53\n\n` : '';
      first = false;
      if (answer.code !== 'NOERROR') status = 1;
      const text =
        answer.code === 'NOERROR'
          ? answer.answers.map((record) => shownRecord(record, 'busybox')).join('')
          : `** server can't find ${full}: ${answer.code}\n`;
      await process.stdout.write(`${header}${text}\n`);
    }
  }
  return status;
}

function questionOf(
  process: Process,
): { readonly name: string; readonly given: string | undefined; readonly type: DnsType | undefined } | undefined {
  const [name, given] = process.argv.slice(1).filter((arg) => !arg.startsWith('-'));
  const type = process.argv.find((arg) => /^-(?:type|querytype|query|q)=/.test(arg))?.split('=')[1];
  return name === undefined ? undefined : { name, given, type: type?.toUpperCase() as DnsType | undefined };
}

async function serverOf(process: Process, given: string | undefined): Promise<string> {
  if (given === undefined) return readResolvConf(process.files).servers[0] ?? '127.0.0.1';
  return isAddress(given) ? given : (await process.net.resolve(given).catch(() => [given]))[0]!;
}

export const nslookup: Tool = async (process, flavour) => {
  const question = questionOf(process);
  if (question === undefined) return badUsage(process, flavour, 'missing operand');
  const asked = { name: question.name, type: question.type, server: await serverOf(process, question.given) };
  return flavour === 'gnu' ? bind(process, asked) : busybox(process, asked);
};

/** BusyBox up to 1.28 asks the resolver of libc, and then for the name of each address. */
export async function oldNslookup(process: Process): Promise<number> {
  const question = questionOf(process);
  if (question === undefined) return badUsage(process, 'busybox', 'missing operand');
  const server = await serverOf(process, question.given);
  const addressLine = async (address: string, index: number): Promise<string> => {
    const named = (await query(process, server, reverseName(address), 'PTR', 1))?.answers[0]?.value;
    return `Address ${index + 1}: ${address}${named === undefined ? '' : ` ${named}`}\n`;
  };
  await process.stdout.write(`Server:    ${server}\n${await addressLine(server, 0)}\n`);
  let addresses: readonly string[];
  try {
    addresses = await process.net.resolve(question.name);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    await complain(process, `can't resolve '${question.name}'`);
    return 1;
  }
  await process.stdout.write(`Name:      ${question.name}\n`);
  for (const [index, address] of addresses.entries()) await process.stdout.write(await addressLine(address, index));
  return 0;
}
