/** Keys: their PEM forms and their signatures, RSA and elliptic curves alike.
 *  Source: RFC 5208 (PKCS #8), RFC 8017 (PKCS #1), RFC 5915 (EC keys), RFC 5280 (SubjectPublicKeyInfo) */
import { DIGESTS } from '../hash.ts';
import type { DigestName } from '../hash.ts';
import type { Random } from '../world.ts';
import * as der from './der.ts';
import type { DerNode } from './der.ts';
import { DerError } from './der.ts';
import { drawSecret, isSigned, publicPoint, signDigest } from './ecdsa.ts';
import type { CurveName } from './ecdsa.ts';
import { readPem, writePem } from './pem.ts';
import { drawRsa, inverse, isSignedRsa, signRsa } from './rsa.ts';
import type { RsaPublic, RsaSecret } from './rsa.ts';

export type PublicKey =
  | { readonly type: 'ec'; readonly curve: CurveName; readonly point: Uint8Array }
  | ({ readonly type: 'rsa' } & RsaPublic)
  | { readonly type: 'other' };
export type PrivateKey =
  | { readonly type: 'ec'; readonly curve: CurveName; readonly secret: Uint8Array }
  | ({ readonly type: 'rsa' } & RsaSecret);

const EC = '1.2.840.10045.2.1';
const RSA = '1.2.840.113549.1.1.1';
const CURVE_OIDS: Readonly<Record<CurveName, string>> = {
  'P-256': '1.2.840.10045.3.1.7',
  'P-384': '1.3.132.0.34',
  'P-521': '1.3.132.0.35',
};
const DIGEST_OIDS: Readonly<Record<DigestName, string>> = {
  'SHA-256': '2.16.840.1.101.3.4.2.1',
  'SHA-384': '2.16.840.1.101.3.4.2.2',
  'SHA-512': '2.16.840.1.101.3.4.2.3',
};

/** How a signature is made, with the name that openssl prints. */
export const SIGNATURES: Readonly<Record<string, { readonly type: 'ec' | 'rsa'; readonly digest: DigestName; readonly name: string }>> = {
  '1.2.840.10045.4.3.2': { type: 'ec', digest: 'SHA-256', name: 'ecdsa-with-SHA256' },
  '1.2.840.10045.4.3.3': { type: 'ec', digest: 'SHA-384', name: 'ecdsa-with-SHA384' },
  '1.2.840.10045.4.3.4': { type: 'ec', digest: 'SHA-512', name: 'ecdsa-with-SHA512' },
  '1.2.840.113549.1.1.11': { type: 'rsa', digest: 'SHA-256', name: 'sha256WithRSAEncryption' },
  '1.2.840.113549.1.1.12': { type: 'rsa', digest: 'SHA-384', name: 'sha384WithRSAEncryption' },
  '1.2.840.113549.1.1.13': { type: 'rsa', digest: 'SHA-512', name: 'sha512WithRSAEncryption' },
};
export const OWN_SIGNATURE = { ec: '1.2.840.10045.4.3.2', rsa: '1.2.840.113549.1.1.11' } as const;

export const drawEcKey = (random: Random, curve: CurveName = 'P-256'): PrivateKey => ({
  type: 'ec',
  curve,
  secret: drawSecret(curve, random),
});
export const drawRsaKey = (random: Random, bits: number): PrivateKey => ({ type: 'rsa', ...drawRsa(bits, random) });

export function publicOf(key: PrivateKey): PublicKey {
  return key.type === 'rsa'
    ? { type: 'rsa', n: key.n, e: key.e }
    : { type: 'ec', curve: key.curve, point: publicPoint(key.curve, key.secret) };
}

/** Of a key that this server can read: SubjectPublicKeyInfo. */
export function writePublicKey(key: PublicKey): Uint8Array {
  if (key.type === 'rsa')
    return der.sequence(der.sequence(der.oid(RSA), der.nothing()), der.bits(der.sequence(der.integer(key.n), der.integer(key.e))));
  if (key.type === 'ec') return der.sequence(der.sequence(der.oid(EC), der.oid(CURVE_OIDS[key.curve])), der.bits(key.point));
  throw new DerError('x509: unsupported public key type');
}

const curveOf = (name: string): CurveName | undefined => (Object.keys(CURVE_OIDS) as CurveName[]).find((each) => CURVE_OIDS[each] === name);

export function readPublicKey(bytes: Uint8Array): PublicKey {
  const [algorithm, value] = der.sequenceOf(der.readNode(bytes), 2);
  const [kind, parameter] = der.sequenceOf(algorithm, 1) as readonly [DerNode, DerNode | undefined];
  const content = der.bitsOf(value as DerNode);
  if (der.oidOf(kind) === RSA) {
    const [n, e] = der.sequenceOf(der.readNode(content), 2) as readonly [DerNode, DerNode];
    return { type: 'rsa', n: der.bigOf(n), e: der.bigOf(e) };
  }
  const curve = der.oidOf(kind) === EC && parameter !== undefined ? curveOf(der.oidOf(parameter)) : undefined;
  return curve === undefined ? { type: 'other' } : { type: 'ec', curve, point: content };
}

/** PKCS #1 for RSA, SEC 1 for curves. */
function ownForm(key: PrivateKey): Uint8Array {
  if (key.type === 'ec') {
    const point = publicPoint(key.curve, key.secret);
    const curve = der.explicit(0, der.oid(CURVE_OIDS[key.curve]));
    return der.sequence(der.integer(1), der.octets(key.secret), curve, der.explicit(1, der.bits(point)));
  }
  const { n, e, d, primes } = key;
  const [p, q, ...others] = primes as readonly [bigint, bigint, ...bigint[]];
  const first = [n, e, d, p, q, d % (p - 1n), d % (q - 1n), inverse(q, p)];
  let product = p * q;
  const rest = others.map((prime) => {
    const info = der.sequence(...[prime, d % (prime - 1n), inverse(product % prime, prime)].map(der.integer));
    product *= prime;
    return info;
  });
  const version = der.integer(rest.length > 0 ? 1 : 0);
  return der.sequence(version, ...first.map(der.integer), ...(rest.length > 0 ? [der.sequence(...rest)] : []));
}

/** PKCS #8, or with `traditional` the kind's own form ("BEGIN RSA PRIVATE KEY"). */
export function writePrivateKey(key: PrivateKey, traditional = false): string {
  if (traditional) return writePem(key.type === 'rsa' ? 'RSA PRIVATE KEY' : 'EC PRIVATE KEY', ownForm(key));
  const algorithm =
    key.type === 'rsa' ? der.sequence(der.oid(RSA), der.nothing()) : der.sequence(der.oid(EC), der.oid(CURVE_OIDS[key.curve]));
  return writePem('PRIVATE KEY', der.sequence(der.integer(0), algorithm, der.octets(ownForm(key))));
}

function readRsa(node: DerNode): PrivateKey {
  const parts = der.sequenceOf(node, 9);
  const [, n, e, d, p, q] = parts.slice(0, 9).map(der.bigOf) as readonly bigint[] as readonly [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  const others = parts[9] === undefined ? [] : der.childrenOf(parts[9]).map((each) => der.bigOf(der.sequenceOf(each, 1)[0] as DerNode));
  return { type: 'rsa', n, e, d, primes: [p, q, ...others] };
}

function readEc(node: DerNode, named?: CurveName): PrivateKey | undefined {
  const [, secret, ...rest] = der.sequenceOf(node, 2);
  const own = rest.find(({ tag }) => tag === 0xa0);
  const curve = named ?? (own && curveOf(der.oidOf(der.readNode(own.content))));
  return curve === undefined ? undefined : { type: 'ec', curve, secret: (secret as DerNode).content };
}

function readPkcs8(node: DerNode): PrivateKey | undefined {
  const [, algorithm, value] = der.sequenceOf(node, 3) as readonly [DerNode, DerNode, DerNode];
  const [kind, parameter] = der.sequenceOf(algorithm, 1) as readonly [DerNode, DerNode | undefined];
  const inner = der.readNode(value.content);
  if (der.oidOf(kind) === RSA) return readRsa(inner);
  return der.oidOf(kind) === EC && parameter !== undefined ? readEc(inner, curveOf(der.oidOf(parameter))) : undefined;
}

const FORMS: Readonly<Record<string, (node: DerNode) => PrivateKey | undefined>> = {
  'PRIVATE KEY': readPkcs8,
  'RSA PRIVATE KEY': readRsa,
  'EC PRIVATE KEY': (node) => readEc(node),
};

/** The first key of a text that can be read. */
export function readPrivateKey(text: string): PrivateKey | undefined {
  for (const { label, bytes } of readPem(text)) {
    const form = Object.hasOwn(FORMS, label) ? FORMS[label] : undefined;
    try {
      const key = form?.(der.readNode(bytes));
      if (key !== undefined) return key;
    } catch (error) {
      if (!(error instanceof DerError)) throw error;
    }
  }
  return undefined;
}

function digestInfo(name: DigestName, digest: Uint8Array): Uint8Array {
  return der.sequence(der.sequence(der.oid(DIGEST_OIDS[name]), der.nothing()), der.octets(digest));
}

export function signWith(key: PrivateKey, data: Uint8Array): Uint8Array {
  const digest = DIGESTS['SHA-256'](data);
  return key.type === 'rsa' ? signRsa(key, digestInfo('SHA-256', digest)) : signDigest(key.curve, key.secret, digest);
}

/** undefined: it is right; else what Go says. */
export function signatureFault(key: PublicKey, algorithm: string, data: Uint8Array, signature: Uint8Array): string | undefined {
  const how = Object.hasOwn(SIGNATURES, algorithm) ? SIGNATURES[algorithm] : undefined;
  if (how === undefined || key.type === 'other') return 'x509: cannot verify signature: algorithm unimplemented';
  if (key.type !== how.type)
    return `x509: signature algorithm specifies an ${how.type === 'rsa' ? 'RSA' : 'ECDSA'} public key, but have public key of type *${key.type === 'rsa' ? 'rsa' : 'ecdsa'}.PublicKey`;
  const digest = DIGESTS[how.digest](data);
  if (key.type === 'rsa') return isSignedRsa(key, digestInfo(how.digest, digest), signature) ? undefined : 'crypto/rsa: verification error';
  return isSigned(key.curve, key.point, digest, signature) ? undefined : 'x509: ECDSA verification failure';
}
