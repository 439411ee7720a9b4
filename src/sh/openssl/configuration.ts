/** openssl's configuration: sections of "name = value", and what they say of names and extensions. */
import { keyId } from '../../base/pki/certificate.ts';
import { EXTENDED, NO_NAMES, USAGES } from '../../base/pki/extensions.ts';
import type { AlternativeNames, Extensions } from '../../base/pki/extensions.ts';
import { isNameType } from '../../base/pki/names.ts';
import type { Name } from '../../base/pki/names.ts';

export type Sections = ReadonlyMap<string, readonly (readonly [string, string])[]>;

export function parseSections(text: string): Sections {
  const sections = new Map<string, [string, string][]>([['', []]]);
  let current = '';
  for (const line of text.split('\n')) {
    const clean = line.replace(/(^|\s)#.*$/, '').trim();
    const header = /^\[\s*([^\]]*?)\s*\]$/.exec(clean);
    if (header) {
      current = header[1] as string;
      if (!sections.has(current)) sections.set(current, []);
    } else if (clean.includes('=')) {
      const at = clean.indexOf('=');
      sections.get(current)?.push([clean.slice(0, at).trim(), clean.slice(at + 1).trim()]);
    }
  }
  return sections;
}

export const valueIn = (sections: Sections, section: string, name: string): string | undefined =>
  sections.get(section)?.findLast(([key]) => key === name)?.[1];

/** "/CN=jane/O=dev"; a slash or a plus that belongs to a value follows a backslash. */
export function nameFrom(subject: string): Name {
  return subject
    .split(/(?<!\\)\/(?=[A-Za-z0-9.]+=)/)
    .filter((part) => part.includes('='))
    .map((part) => {
      const at = part.indexOf('=');
      return { type: longName(part.slice(0, at).trim()), value: part.slice(at + 1).replaceAll('\\', '') };
    });
}

const LONG_NAMES: Readonly<Record<string, string>> = {
  commonName: 'CN',
  organizationName: 'O',
  organizationalUnitName: 'OU',
  countryName: 'C',
  localityName: 'L',
  stateOrProvinceName: 'ST',
};
const longName = (type: string): string => LONG_NAMES[type] ?? type;

/** The distinguished name of a configuration that asks nothing. */
export function nameOfSection(sections: Sections, section: string): Name {
  const isAsking = valueIn(sections, 'req', 'prompt') !== 'no';
  const pairs = sections.get(section) ?? [];
  const value = (type: string, own: string): string => (isAsking ? (pairs.find(([key]) => key === `${type}_default`)?.[1] ?? '') : own);
  return pairs
    .map(([type, own]) => ({ type: longName(type.replace(/^\d+\./, '')), value: value(type, own) }))
    .filter((part) => isNameType(part.type) && part.value !== '');
}

function alternativeNames(text: string, sections: Sections): AlternativeNames {
  const names: Record<keyof AlternativeNames, string[]> = { dns: [], ips: [], emails: [], uris: [] };
  const kinds: Readonly<Record<string, keyof AlternativeNames>> = { DNS: 'dns', IP: 'ips', email: 'emails', URI: 'uris' };
  const add = (kind: string, value: string): void => {
    const field = kinds[kind.replace(/\.\d+$/, '').trim()];
    if (field !== undefined) names[field].push(value.trim());
  };
  if (text.startsWith('@')) for (const [kind, value] of sections.get(text.slice(1)) ?? []) add(kind, value);
  else {
    for (const part of text.split(',')) {
      const at = part.indexOf(':');
      add(part.slice(0, at), part.slice(at + 1));
    }
  }
  return names;
}

const SHORT_USAGES: Readonly<Record<string, string>> = {
  digitalSignature: 'Digital Signature',
  nonRepudiation: 'Non Repudiation',
  keyEncipherment: 'Key Encipherment',
  dataEncipherment: 'Data Encipherment',
  keyAgreement: 'Key Agreement',
  keyCertSign: 'Certificate Sign',
  cRLSign: 'CRL Sign',
};
const SHORT_EXTENDED: Readonly<Record<string, string>> = {
  serverAuth: 'TLS Web Server Authentication',
  clientAuth: 'TLS Web Client Authentication',
  codeSigning: 'Code Signing',
  emailProtection: 'E-mail Protection',
  timeStamping: 'Time Stamping',
};

/** One extension of a configuration or of -addext. `rawKey`: the key that the certificate is for. */
export function extensionFrom(name: string, value: string, sections: Sections, rawKey?: Uint8Array): Extensions {
  const words = value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== 'critical');
  switch (name) {
    case 'subjectAltName':
      return { names: alternativeNames(value.replace(/^critical\s*,\s*/, ''), sections) };
    case 'basicConstraints': {
      const length = words.find((word) => /^pathlen:/i.test(word));
      const isAuthority = words.some((word) => /^CA:true$/i.test(word));
      return { authority: { isAuthority, ...(length && { pathLength: Number(length.slice(8)) }) } };
    }
    case 'keyUsage':
      return { usages: words.map((word) => SHORT_USAGES[word] ?? word).filter((word) => (USAGES as readonly string[]).includes(word)) };
    case 'extendedKeyUsage':
      return {
        extendedUsages: words.map((word) => SHORT_EXTENDED[word] ?? word).filter((word) => word in EXTENDED || /^[\d.]+$/.test(word)),
      };
    case 'subjectKeyIdentifier':
      return rawKey === undefined ? {} : { subjectKeyId: keyId(rawKey) };
    default:
      return {};
  }
}

export function extensionsOf(sections: Sections, section: string, rawKey?: Uint8Array): Extensions {
  let found: Extensions = {};
  for (const [name, value] of sections.get(section) ?? []) found = { ...found, ...extensionFrom(name, value, sections, rawKey) };
  return found;
}

export const addedExtensions = (added: readonly string[], rawKey?: Uint8Array): Extensions =>
  added.reduce<Extensions>((found, each) => {
    const at = each.indexOf('=');
    return { ...found, ...extensionFrom(each.slice(0, at).trim(), each.slice(at + 1).trim(), new Map(), rawKey) };
  }, {});

export const hasNames = ({ names = NO_NAMES }: Extensions): boolean => Object.values(names).some((list) => list.length > 0);
