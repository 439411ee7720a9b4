/** Certificates, requests and keys as `-text` prints them. */
import { namesOf } from '../../base/pki/certificate.ts';
import type { Certificate, CertificateRequest } from '../../base/pki/certificate.ts';
import { bytesOf } from '../../base/pki/der.ts';
import type { Extensions } from '../../base/pki/extensions.ts';
import { SIGNATURES } from '../../base/pki/keys.ts';
import type { PublicKey } from '../../base/pki/keys.ts';
import { openSslName } from '../../base/pki/names.ts';
import { hasNames } from './configuration.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** "Jan  5 09:00:00 2026 GMT" */
export function dateText(ms: number): string {
  const date = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${MONTHS[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)} ${time} ${date.getUTCFullYear()} GMT`;
}

const pairs = (bytes: Uint8Array): readonly string[] => [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
export const colons = (bytes: Uint8Array): string => pairs(bytes).join(':').toUpperCase();

/** Lines of `width` bytes, with colons between all of them. */
function block(bytes: Uint8Array, indent: string, width: number): string {
  const all = pairs(bytes);
  const lines = Array.from({ length: Math.ceil(all.length / width) }, (_, i) => all.slice(i * width, (i + 1) * width).join(':'));
  return lines.map((line, i) => `${indent}${line}${i < lines.length - 1 ? ':' : ''}\n`).join('');
}

const CURVES = { 'P-256': ['256', 'prime256v1'], 'P-384': ['384', 'secp384r1'], 'P-521': ['521', 'secp521r1'] } as const;

export const bitsOf = (n: bigint): number => n.toString(2).length;
const unsigned = (n: bigint): Uint8Array => {
  const bytes = bytesOf(n);
  return (bytes[0] as number) > 0x7f ? Uint8Array.of(0, ...bytes) : bytes;
};

function keyText(key: PublicKey, indent: string): string {
  if (key.type === 'rsa') {
    return (
      `${indent}Public Key Algorithm: rsaEncryption\n${indent}    Public-Key: (${bitsOf(key.n)} bit)\n${indent}    Modulus:\n` +
      `${block(unsigned(key.n), `${indent}        `, 15)}${indent}    Exponent: ${key.e} (0x${key.e.toString(16)})\n`
    );
  }
  if (key.type === 'other') return `${indent}Public Key Algorithm: unknown\n`;
  const [bits, name] = CURVES[key.curve];
  return (
    `${indent}Public Key Algorithm: id-ecPublicKey\n${indent}    Public-Key: (${bits} bit)\n${indent}    pub:\n` +
    `${block(key.point, `${indent}        `, 15)}${indent}    ASN1 OID: ${name}\n${indent}    NIST CURVE: ${key.curve}\n`
  );
}

export function namesText(extensions: Extensions): string {
  const { dns, emails, ips, uris } = namesOf({ extensions });
  return [
    ...dns.map((n) => `DNS:${n}`),
    ...emails.map((n) => `email:${n}`),
    ...ips.map((n) => `IP Address:${n}`),
    ...uris.map((n) => `URI:${n}`),
  ].join(', ');
}

export function extensionsText(extensions: Extensions, indent: string): string {
  const { usages = [], extendedUsages = [], authority, subjectKeyId, authorityKeyId } = extensions;
  const lines: string[] = [];
  const add = (title: string, value: string): void => {
    lines.push(`${indent}X509v3 ${title}\n${indent}    ${value}\n`);
  };
  if (usages.length > 0) add('Key Usage: critical', usages.join(', '));
  if (extendedUsages.length > 0) add('Extended Key Usage: ', extendedUsages.join(', '));
  if (authority !== undefined) {
    const length = authority.pathLength === undefined ? '' : `, pathlen:${authority.pathLength}`;
    add('Basic Constraints: critical', `CA:${authority.isAuthority ? 'TRUE' : 'FALSE'}${length}`);
  }
  if (subjectKeyId !== undefined) add('Subject Key Identifier: ', colons(subjectKeyId));
  if (authorityKeyId !== undefined) add('Authority Key Identifier: ', colons(authorityKeyId));
  if (hasNames(extensions)) add('Subject Alternative Name: ', namesText(extensions));
  return lines.join('');
}

const algorithmName = (oid: string): string => SIGNATURES[oid]?.name ?? oid;
const signatureText = (algorithm: string, signature: Uint8Array): string =>
  `    Signature Algorithm: ${algorithmName(algorithm)}\n    Signature Value:\n${block(signature, '        ', 18)}`;

function serialText(serial: bigint): string {
  const bytes = bytesOf(serial);
  if (bytes.length <= 7) return `        Serial Number: ${serial} (0x${serial.toString(16)})\n`;
  return `        Serial Number:\n            ${pairs(bytes).join(':')}\n`;
}

export function certificateText({
  serial,
  algorithm,
  issuer,
  subject,
  notBefore,
  notAfter,
  key,
  extensions,
  signature,
}: Certificate): string {
  const added = extensionsText(extensions, '            ');
  return (
    `Certificate:\n    Data:\n        Version: 3 (0x2)\n${serialText(serial)}        Signature Algorithm: ${algorithmName(algorithm)}\n` +
    `        Issuer: ${openSslName(issuer)}\n        Validity\n            Not Before: ${dateText(notBefore)}\n            Not After : ${dateText(notAfter)}\n` +
    `        Subject: ${openSslName(subject)}\n        Subject Public Key Info:\n${keyText(key, '            ')}` +
    `${added === '' ? '' : `        X509v3 extensions:\n${added}`}${signatureText(algorithm, signature)}`
  );
}

export function requestText({ subject, key, extensions, algorithm, signature }: CertificateRequest): string {
  const added = extensionsText(extensions, '                ');
  const attributes = added === '' ? '            (none)\n' : '';
  return (
    `Certificate Request:\n    Data:\n        Version: 1 (0x0)\n        Subject: ${openSslName(subject)}\n        Subject Public Key Info:\n` +
    `${keyText(key, '            ')}        Attributes:\n${attributes}${added === '' ? '' : `            Requested Extensions:\n${added}`}` +
    signatureText(algorithm, signature)
  );
}
