/** Signatures with ECDSA on the curve P-256, deterministic (RFC 6979): the same key and text give the same bytes on every machine. */
import { p256 } from '@noble/curves/nist.js';
import { concat, utf8 } from './bytes.ts';
import { sha256Bytes } from './hash.ts';

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
  const point = p256.getPublicKey(key, false);
  return {
    point,
    sign: (text) => p256.sign(utf8(text), key, { lowS: false }),
    verify: (text, signature) => isSigned(point, text, signature),
  };
}

/** Whether the text was signed with the key whose public point this is. A point that is not on the curve signed nothing. */
export function verifySignature(point: { readonly x: Uint8Array; readonly y: Uint8Array }, text: string, signature: Uint8Array): boolean {
  const bytes = concat([new Uint8Array([4]), point.x, point.y]);
  return p256.utils.isValidPublicKey(bytes, false) && isSigned(bytes, text, signature);
}

const isSigned = (point: Uint8Array, text: string, signature: Uint8Array): boolean =>
  signature.length === 64 && p256.verify(signature, utf8(text), point, { lowS: false });
