/** Distinguished names, as Go and openssl print them.
 *  Source: RFC 5280, RFC 2253 */
import { utf8 } from '../bytes.ts';
import * as der from './der.ts';
import type { DerNode } from './der.ts';

export interface NamePart {
  /** "CN", "O", or a dotted number. */
  readonly type: string;
  readonly value: string;
}
/** In the order of the certificate. */
export type Name = readonly NamePart[];

const TYPES: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  SERIALNUMBER: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  STREET: '2.5.4.9',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  POSTALCODE: '2.5.4.17',
  emailAddress: '1.2.840.113549.1.9.1',
};
const BY_OID = new Map(Object.entries(TYPES).map(([type, oid]) => [oid, type]));

export const isNameType = (type: string): boolean => Object.hasOwn(TYPES, type);
export const valuesOf = (name: Name, type: string): readonly string[] =>
  name.filter((part) => part.type === type).map(({ value }) => value);

export function readName(node: DerNode): Name {
  return der.childrenOf(node).flatMap((set) =>
    der.childrenOf(set).map((pair) => {
      const [type, value] = der.sequenceOf(pair, 2) as readonly [DerNode, DerNode];
      const oid = der.oidOf(type);
      return { type: BY_OID.get(oid) ?? oid, value: der.textOf(value) };
    }),
  );
}

export function writeName(name: Name): Uint8Array {
  const written = ({ type, value }: NamePart): Uint8Array => {
    const string = type === 'C' ? der.node(der.TAGS.printable, utf8(value)) : der.utf8String(value);
    return der.set(der.sequence(der.oid(TYPES[type] ?? type), string));
  };
  return der.sequence(...name.map(written));
}

/** "CN=jane,O=dev": the last part first, as pkix.Name prints it. */
export const nameText = (name: Name): string =>
  [...name]
    .reverse()
    .map(({ type, value }) => `${type}=${value.replace(/[,+"\\<>;]/g, '\\$&')}`)
    .join(',');

/** "O = dev, CN = jane", as openssl does. */
export const openSslName = (name: Name): string => name.map(({ type, value }) => `${type} = ${value}`).join(', ');
