/** Who a certificate request is about: the subject and the other names of a PKCS #10 request, read from its DER.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/describe/describe.go describeCertificateSigningRequest */
import { fromBase64, fromUtf8 } from '../../base/bytes.ts';
import type { Text } from './text.ts';

interface Element {
  readonly tag: number;
  readonly bytes: Uint8Array;
}

const [INTEGER, OID, SEQUENCE, SET] = [0x02, 0x06, 0x30, 0x31];

/** The elements of a constructed value; what is cut off ends the row. */
function elementsOf(bytes: Uint8Array): Element[] {
  const found: Element[] = [];
  let at = 0;
  while (at + 2 <= bytes.length) {
    const tag = bytes[at]!;
    let length = bytes[at + 1]!;
    at += 2;
    if (length & 0x80) {
      const count = length & 0x7f;
      length = bytes.slice(at, at + count).reduce((sum, byte) => sum * 256 + byte, 0);
      at += count;
    }
    found.push({ tag, bytes: bytes.slice(at, at + length) });
    at += length;
  }
  return found;
}

/** 2.5.4.N: the last number of an attribute's type, in hexadecimal as it stands in DER. */
const TITLES: Readonly<Record<string, string>> = {
  '55040a': 'Organization',
  '55040b': 'Organizational Unit',
  '550406': 'Country',
  '550407': 'Locality',
  '550408': 'Province',
  '550409': 'StreetAddress',
  '550411': 'PostalCode',
};
const [COMMON_NAME, SERIAL_NUMBER] = ['550403', '550405'];
const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** The subject's values by attribute type; undefined: this is no request. */
function subjectOf(der: Uint8Array): ReadonlyMap<string, readonly string[]> | undefined {
  const info = elementsOf(elementsOf(der)[0]?.bytes ?? new Uint8Array())[0];
  const [version, subject] = elementsOf(info?.bytes ?? new Uint8Array());
  if (version?.tag !== INTEGER || subject?.tag !== SEQUENCE) return undefined;
  const values = new Map<string, string[]>();
  for (const set of elementsOf(subject.bytes).filter((e) => e.tag === SET)) {
    for (const pair of elementsOf(set.bytes)) {
      const [type, value] = elementsOf(pair.bytes);
      if (type?.tag !== OID || value === undefined) continue;
      values.set(hex(type.bytes), [...(values.get(hex(type.bytes)) ?? []), fromUtf8(value.bytes)]);
    }
  }
  return values;
}

export function describeRequest(text: Text, request: string): void {
  const pem = fromUtf8(fromBase64(request) ?? new Uint8Array());
  const inner = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([\s\S]*?)-----END/.exec(pem)?.[1]?.replaceAll(/\s/g, '');
  const subject = subjectOf(fromBase64(inner ?? '') ?? new Uint8Array());
  if (subject === undefined) return;
  const all = (type: string): readonly string[] => subject.get(type) ?? [];
  text.line(0, 'Subject:');
  text.line(0, `\tCommon Name:\t${all(COMMON_NAME).at(-1) ?? ''}`);
  text.line(0, `\tSerial Number:\t${all(SERIAL_NUMBER).at(-1) ?? ''}`);
  for (const [type, title] of Object.entries(TITLES)) if (all(type).length > 0) text.line(0, `\t${title}:\t${all(type).join('\n\t\t')}`);
}
