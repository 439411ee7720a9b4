/** Elliptic curves, from the library: signatures that are the same for the same key and text (RFC 6979), made in one step. */
import { p256, p384, p521 } from '@noble/curves/nist.js';
import type { Random } from '../world.ts';
import { bytesOf } from './der.ts';

export type CurveName = 'P-256' | 'P-384' | 'P-521';

const CURVES = { 'P-256': p256, 'P-384': p384, 'P-521': p521 } as const;
/** Small tables of multiples: a cluster signs a few times, and must start quickly. */
for (const { Point } of Object.values(CURVES)) Point.BASE.precompute(4, true);

/** A private key that depends on nothing but the chance it is drawn from. */
export function drawSecret(curve: CurveName, random: Random): Uint8Array {
  const { order, length } = sizesOf(curve);
  let value = 0n;
  for (let i = 0; i < length + 16; i += 1) value = (value << 8n) | BigInt(random.int(256));
  return bytesOf((value % (order - 1n)) + 1n, length);
}

function sizesOf(curve: CurveName): { readonly order: bigint; readonly length: number } {
  const order = CURVES[curve].Point.Fn.ORDER;
  return { order, length: Math.ceil(order.toString(2).length / 8) };
}

/** The uncompressed point. */
export function publicPoint(curve: CurveName, secret: Uint8Array): Uint8Array {
  return CURVES[curve].getPublicKey(secret, false);
}

/** In ASN.1, over a digest. */
export function signDigest(curve: CurveName, secret: Uint8Array, digest: Uint8Array): Uint8Array {
  return CURVES[curve].sign(digest, secret, { prehash: false, format: 'der' });
}

export function isSigned(curve: CurveName, point: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  try {
    return CURVES[curve].verify(signature, digest, point, { prehash: false, format: 'der', lowS: false });
  } catch {
    // The library throws for what is no signature or no point.
    return false;
  }
}

/** r and s behind each other, as JSON Web Signatures carry them. */
export function signDigestCompact(curve: CurveName, secret: Uint8Array, digest: Uint8Array): Uint8Array {
  return CURVES[curve].sign(digest, secret, { prehash: false, lowS: false });
}

export function isSignedCompact(curve: CurveName, point: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  const { utils, lengths, verify } = CURVES[curve];
  if (signature.length !== lengths.signature || !utils.isValidPublicKey(point, false)) return false;
  return verify(signature, digest, point, { prehash: false, lowS: false });
}
