/** What stands beside the key of a certificate: what it may be used for, and for which names.
 *  Source: RFC 5280 section 4.2 */
import { utf8 } from '../bytes.ts';
import * as der from './der.ts';
import type { DerNode } from './der.ts';

export interface AlternativeNames {
  readonly dns: readonly string[];
  /** As text: "10.96.0.1". */
  readonly ips: readonly string[];
  readonly emails: readonly string[];
  readonly uris: readonly string[];
}

export interface Extensions {
  readonly authority?: { readonly isAuthority: boolean; readonly pathLength?: number };
  /** Of USAGES. */
  readonly usages?: readonly string[];
  /** Names of EXTENDED, or dotted numbers. */
  readonly extendedUsages?: readonly string[];
  readonly names?: AlternativeNames;
  readonly subjectKeyId?: Uint8Array;
  readonly authorityKeyId?: Uint8Array;
}

export const NO_NAMES: AlternativeNames = Object.freeze({ dns: [], ips: [], emails: [], uris: [] });
/** In the order of their bits, with the words of openssl. */
export const USAGES = [
  'Digital Signature',
  'Non Repudiation',
  'Key Encipherment',
  'Data Encipherment',
  'Key Agreement',
  'Certificate Sign',
  'CRL Sign',
  'Encipher Only',
  'Decipher Only',
] as const;
export const EXTENDED: Readonly<Record<string, string>> = {
  'TLS Web Server Authentication': '1.3.6.1.5.5.7.3.1',
  'TLS Web Client Authentication': '1.3.6.1.5.5.7.3.2',
  'Code Signing': '1.3.6.1.5.5.7.3.3',
  'E-mail Protection': '1.3.6.1.5.5.7.3.4',
  'Time Stamping': '1.3.6.1.5.5.7.3.8',
  'OCSP Signing': '1.3.6.1.5.5.7.3.9',
  'Any Extended Key Usage': '2.5.29.37.0',
};
const IDS = {
  subjectKeyId: '2.5.29.14',
  usages: '2.5.29.15',
  names: '2.5.29.17',
  authority: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extendedUsages: '2.5.29.37',
} as const;

/** "10.96.0.1", "fe80:0:0:0:0:0:0:1". */
function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  return Array.from({ length: bytes.length / 2 }, (_, i) =>
    ((bytes[i * 2] as number) * 256 + (bytes[i * 2 + 1] as number)).toString(16),
  ).join(':');
}

function addressBytes(text: string): Uint8Array {
  if (!text.includes(':')) return Uint8Array.from(text.split('.').map(Number));
  const [head = '', tail] = text.split('::');
  const words = (part: string): readonly number[] => (part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16)));
  const [before, after] = [words(head), words(tail ?? '')];
  const all = tail === undefined ? before : [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
  return Uint8Array.from(all.flatMap((word) => [word >> 8, word & 0xff]));
}

function readNames(node: DerNode): AlternativeNames {
  const of = (tag: number): readonly DerNode[] => der.childrenOf(node).filter((each) => each.tag === tag);
  return {
    emails: of(0x81).map(der.textOf),
    dns: of(0x82).map(der.textOf),
    uris: of(0x86).map(der.textOf),
    ips: of(0x87).map(({ content }) => addressText(content)),
  };
}

function writeNames({ dns, ips, emails, uris }: AlternativeNames): Uint8Array {
  return der.sequence(
    ...dns.map((name) => der.node(0x82, utf8(name))),
    ...emails.map((name) => der.node(0x81, utf8(name))),
    ...ips.map((ip) => der.node(0x87, addressBytes(ip))),
    ...uris.map((uri) => der.node(0x86, utf8(uri))),
  );
}

function readUsages({ content }: DerNode): readonly string[] {
  const [, first = 0, second = 0] = content;
  const all = (first << 8) | second;
  return USAGES.filter((_, bit) => (all & (0x8000 >> bit)) !== 0);
}

function writeUsages(usages: readonly string[]): Uint8Array {
  const all = USAGES.reduce((sum, name, bit) => (usages.includes(name) ? sum | (0x8000 >> bit) : sum), 0);
  const bytes = (all & 0xff) === 0 ? Uint8Array.of(all >> 8) : Uint8Array.of(all >> 8, all & 0xff);
  let unused = 0;
  for (let last = bytes[bytes.length - 1] as number; last !== 0 && (last & 1) === 0; last >>= 1) unused += 1;
  return der.bits(bytes, unused);
}

const NAMES_OF_EXTENDED = new Map(Object.entries(EXTENDED).map(([name, oid]) => [oid, name]));

const READERS: Readonly<Record<string, (node: DerNode) => Extensions>> = {
  [IDS.usages]: (node) => ({ usages: readUsages(node) }),
  [IDS.extendedUsages]: (node) => ({
    extendedUsages: der.childrenOf(node).map((each) => NAMES_OF_EXTENDED.get(der.oidOf(each)) ?? der.oidOf(each)),
  }),
  [IDS.names]: (node) => ({ names: readNames(node) }),
  [IDS.subjectKeyId]: ({ content }) => ({ subjectKeyId: content }),
  [IDS.authorityKeyId]: (node) => {
    const id = der.childrenOf(node).find(({ tag }) => tag === 0x80);
    return id === undefined ? {} : { authorityKeyId: id.content };
  },
  [IDS.authority]: (node) => {
    const parts = der.childrenOf(node);
    const length = parts.find(({ tag }) => tag === der.TAGS.integer);
    const isAuthority = parts.some(({ tag, content }) => tag === der.TAGS.boolean && content[0] !== 0);
    return { authority: { isAuthority, ...(length && { pathLength: Number(der.bigOf(length)) }) } };
  },
};

/** `list`: the sequence of extensions; those that are not known are left out. */
export function readExtensions(list: DerNode): Extensions {
  let found: Extensions = {};
  for (const each of der.childrenOf(list)) {
    const parts = der.sequenceOf(each, 2);
    const read = READERS[der.oidOf(parts[0] as DerNode)];
    if (read !== undefined) found = { ...found, ...read(der.readNode((parts[parts.length - 1] as DerNode).content)) };
  }
  return found;
}

/** The sequence of extensions, in Go's order. */
export function writeExtensions(extensions: Extensions): Uint8Array {
  const { authority, usages = [], extendedUsages = [], names, subjectKeyId, authorityKeyId } = extensions;
  const one = (id: string, critical: boolean, value: Uint8Array): Uint8Array =>
    der.sequence(der.oid(id), ...(critical ? [der.yes()] : []), der.octets(value));
  const written: Uint8Array[] = [];
  if (usages.length > 0) written.push(one(IDS.usages, true, writeUsages(usages)));
  if (extendedUsages.length > 0)
    written.push(one(IDS.extendedUsages, false, der.sequence(...extendedUsages.map((name) => der.oid(EXTENDED[name] ?? name)))));
  if (authority !== undefined) {
    const length = authority.pathLength === undefined ? [] : [der.integer(authority.pathLength)];
    written.push(one(IDS.authority, true, der.sequence(...(authority.isAuthority ? [der.yes()] : []), ...length)));
  }
  if (subjectKeyId !== undefined) written.push(one(IDS.subjectKeyId, false, der.octets(subjectKeyId)));
  if (authorityKeyId !== undefined) written.push(one(IDS.authorityKeyId, false, der.sequence(der.node(0x80, authorityKeyId))));
  if (names !== undefined && Object.values(names).some((list) => list.length > 0)) written.push(one(IDS.names, false, writeNames(names)));
  return der.sequence(...written);
}
