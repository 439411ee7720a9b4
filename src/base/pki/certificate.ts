/** X.509 certificates and certificate requests: reading and making them.
 *  Source: RFC 5280, RFC 2986 */
import { sha256Bytes } from '../hash.ts';
import * as der from './der.ts';
import { DerError } from './der.ts';
import type { DerNode } from './der.ts';
import { NO_NAMES, readExtensions, writeExtensions } from './extensions.ts';
import type { Extensions } from './extensions.ts';
import { OWN_SIGNATURE, publicOf, readPublicKey, signatureFault, signWith, writePublicKey } from './keys.ts';
import type { PrivateKey, PublicKey } from './keys.ts';
import { readName, writeName } from './names.ts';
import type { Name } from './names.ts';
import { readPem, writePem } from './pem.ts';

interface Signed {
  /** What is signed. */
  readonly body: Uint8Array;
  readonly algorithm: string;
  readonly signature: Uint8Array;
}

export interface Certificate extends Signed {
  readonly serial: bigint;
  readonly issuer: Name;
  readonly subject: Name;
  /** Names are compared as they are written. */
  readonly rawIssuer: Uint8Array;
  readonly rawSubject: Uint8Array;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly key: PublicKey;
  readonly rawKey: Uint8Array;
  readonly extensions: Extensions;
  readonly bytes: Uint8Array;
}

export interface CertificateRequest extends Signed {
  readonly subject: Name;
  readonly key: PublicKey;
  readonly rawKey: Uint8Array;
  readonly extensions: Extensions;
}

const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';

function signedOf(bytes: Uint8Array): { readonly signed: Signed; readonly parts: readonly DerNode[] } {
  const [body, algorithm, signature] = der.sequenceOf(der.readNode(bytes), 3) as readonly [DerNode, DerNode, DerNode];
  const [name] = der.sequenceOf(algorithm, 1) as readonly [DerNode];
  return {
    signed: { body: body.whole, algorithm: der.oidOf(name), signature: der.bitsOf(signature) },
    parts: der.sequenceOf(body, 3),
  };
}

/** Throws DerError. */
export function readCertificate(bytes: Uint8Array): Certificate {
  const { signed, parts } = signedOf(bytes);
  const rest = parts[0]?.tag === 0xa0 ? parts.slice(1) : parts;
  const [serial, , issuer, validity, subject, key] = rest as readonly DerNode[];
  if (key === undefined) throw new DerError('x509: malformed certificate');
  const [from, to] = der.sequenceOf(validity, 2) as readonly [DerNode, DerNode];
  const extensions = rest.find(({ tag }) => tag === 0xa3);
  return {
    ...signed,
    bytes,
    serial: der.bigOf(serial as DerNode),
    issuer: readName(issuer as DerNode),
    rawIssuer: (issuer as DerNode).whole,
    subject: readName(subject as DerNode),
    rawSubject: (subject as DerNode).whole,
    notBefore: der.timeOf(from),
    notAfter: der.timeOf(to),
    key: readPublicKey(key.whole),
    rawKey: key.whole,
    extensions: extensions === undefined ? {} : readExtensions(der.readNode(extensions.content)),
  };
}

/** All certificates of a PEM text that can be read, in order. */
export function certificatesOf(text: string): readonly Certificate[] {
  return readPem(text).flatMap(({ label, bytes }) => {
    try {
      return label === 'CERTIFICATE' ? [readCertificate(bytes)] : [];
    } catch (error) {
      if (!(error instanceof DerError)) throw error;
      return [];
    }
  });
}

/** Throws DerError. */
export function readRequest(bytes: Uint8Array): CertificateRequest {
  const { signed, parts } = signedOf(bytes);
  const [, subject, key, attributes] = parts as readonly [DerNode, DerNode, DerNode, DerNode | undefined];
  let extensions: Extensions = {};
  for (const attribute of attributes === undefined ? [] : der.childrenOf(attributes)) {
    const [type, values] = der.sequenceOf(attribute, 2) as readonly [DerNode, DerNode];
    const [value] = der.childrenOf(values);
    if (der.oidOf(type) === EXTENSION_REQUEST && value !== undefined) extensions = readExtensions(value);
  }
  return { ...signed, subject: readName(subject), key: readPublicKey(key.whole), rawKey: key.whole, extensions };
}

/** undefined: whoever made it holds the key. */
export const requestFault = ({ key, algorithm, body, signature }: CertificateRequest): string | undefined =>
  signatureFault(key, algorithm, body, signature);

function signedBytes(body: Uint8Array, key: PrivateKey): Uint8Array {
  return der.sequence(body, algorithmOf(key), der.bits(signWith(key, body)));
}

const algorithmOf = ({ type }: PrivateKey): Uint8Array =>
  type === 'rsa' ? der.sequence(der.oid(OWN_SIGNATURE.rsa), der.nothing()) : der.sequence(der.oid(OWN_SIGNATURE.ec));

/** In PEM. */
export function writeRequest(subject: Name, key: PrivateKey, extensions: Extensions = {}): string {
  const attribute = der.sequence(der.oid(EXTENSION_REQUEST), der.set(writeExtensions(extensions)));
  const attributes = Object.keys(extensions).length === 0 ? der.explicit(0) : der.explicit(0, attribute);
  const body = der.sequence(der.integer(0), writeName(subject), writePublicKey(publicOf(key)), attributes);
  return writePem('CERTIFICATE REQUEST', signedBytes(body, key));
}

export interface CertificateTemplate {
  readonly serial: bigint;
  readonly subject: Name;
  /** SubjectPublicKeyInfo. */
  readonly rawKey: Uint8Array;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly extensions: Extensions;
}

export interface Issuer {
  readonly certificate: Pick<Certificate, 'rawSubject' | 'rawKey' | 'notAfter'>;
  readonly key: PrivateKey;
}

/** How certificates name keys. */
export const keyId = (rawKey: Uint8Array): Uint8Array => {
  const key = der.childrenOf(der.readNode(rawKey))[1];
  return sha256Bytes(key === undefined ? rawKey : der.bitsOf(key)).subarray(0, 20);
};

/** In PEM. */
export function issue(template: CertificateTemplate, issuer: Issuer): string {
  const { serial, subject, rawKey, notBefore, notAfter, extensions } = template;
  const body = der.sequence(
    der.explicit(0, der.integer(2)),
    der.integer(serial),
    algorithmOf(issuer.key),
    issuer.certificate.rawSubject,
    der.sequence(der.time(notBefore), der.time(notAfter)),
    writeName(subject),
    rawKey,
    ...(Object.keys(extensions).length === 0 ? [] : [der.explicit(3, writeExtensions(extensions))]),
  );
  return writePem('CERTIFICATE', signedBytes(body, issuer.key));
}

/** A certificate that vouches for itself, in PEM. */
export function selfSign(template: Omit<CertificateTemplate, 'rawKey'>, key: PrivateKey): string {
  const rawKey = writePublicKey(publicOf(key));
  return issue(
    { ...template, rawKey },
    { certificate: { rawSubject: writeName(template.subject), rawKey, notAfter: template.notAfter }, key },
  );
}

export const namesOf = ({ extensions }: Pick<Certificate, 'extensions'>) => extensions.names ?? NO_NAMES;
