/** Signatures with ECDSA on the curve P-256, deterministic (RFC 6979): the same key and text give the same bytes on every machine. */
import { concat } from './bytes.ts';
import { sha256Bytes } from './hash.ts';
import { isSignedCompact, publicPoint, signDigestCompact } from './pki/ecdsa.ts';

export interface SigningKey {
  /** The public point: 4, then 32 bytes of x and 32 of y. */
  readonly point: Uint8Array;
  /** r and s, 32 bytes each, as JSON Web Signatures carry them. */
  sign(text: string): Uint8Array;
  verify(text: string, signature: Uint8Array): boolean;
}

/** A key made of a text: whoever knows the text has the key. */
export function signingKey(secret: string): SigningKey {
  const key = sha256Bytes(secret);
  const point = publicPoint('P-256', key);
  return {
    point,
    sign: (text) => signDigestCompact('P-256', key, sha256Bytes(text)),
    verify: (text, signature) => isSignedCompact('P-256', point, sha256Bytes(text), signature),
  };
}

/** Whether the text was signed with the key whose public point this is. A point that is not on the curve signed nothing. */
export function verifySignature(point: { readonly x: Uint8Array; readonly y: Uint8Array }, text: string, signature: Uint8Array): boolean {
  return isSignedCompact('P-256', concat([new Uint8Array([4]), point.x, point.y]), sha256Bytes(text), signature);
}
