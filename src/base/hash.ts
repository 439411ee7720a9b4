/** Hashes: small and quick ones for names and history, SHA-256 where Kubernetes uses it. */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { utf8 } from './bytes.ts';

/** FNV-1a, 32 bits, over UTF-8: what ComputeHash and the Pod template hash are made of. */
export function fnv32a(data: string | Uint8Array): number {
  const bytes = typeof data === 'string' ? utf8(data) : data;
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i += 1) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return hash >>> 0;
}

export function sha256Bytes(data: string | Uint8Array): Uint8Array {
  return sha256(typeof data === 'string' ? utf8(data) : data);
}

export function sha256Hex(data: string | Uint8Array): string {
  return hex(sha256Bytes(data));
}

/** HMAC-SHA256 under one key, which is worked into the hash once. */
export function hmacSha256(key: Uint8Array): (data: string | Uint8Array) => Uint8Array {
  const keyed = hmac.create(sha256, key);
  return (data) =>
    keyed
      .clone()
      .update(typeof data === 'string' ? utf8(data) : data)
      .digest();
}

export function hex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += (byte < 16 ? '0' : '') + byte.toString(16);
  return text;
}

/** A running 128-bit fingerprint of texts: each text is mixed in with its length, so texts never run together.
 *  Quick enough for every revision and trace event of a busy cluster. Not for secrets. */
export class Fingerprint {
  private a = 0x243f6a88 | 0;
  private b = 0x85a308d3 | 0;
  private c = 0x13198a2e | 0;
  private d = 0x03707344 | 0;
  private texts = 0;

  add(text: string): void {
    let { a, b, c, d } = this;
    const { length } = text;
    const even = length & ~1;
    for (let i = 0; i < even; i += 2) {
      const unit = text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16);
      a = Math.imul(a ^ unit, 0x9e3779b1);
      b = Math.imul((b ^ unit) + a, 0x85ebca77);
      a ^= a >>> 15;
      b ^= b >>> 13;
    }
    if (even < length) {
      a = Math.imul(a ^ text.charCodeAt(even), 0xc2b2ae3d);
      b = Math.imul(b + a, 0x27d4eb2f);
    }
    c = Math.imul(c ^ a ^ length, 0x165667b1);
    d = Math.imul((d ^ b) + c, 0xd3a2646d);
    c ^= c >>> 16;
    d ^= d >>> 15;
    this.a = a;
    this.b = b;
    this.c = c;
    this.d = d;
    this.texts += 1;
  }

  /** Of everything added so far; adding may go on. */
  text(): string {
    const lanes = [this.a, this.b, this.c, this.d].map((lane) => (lane >>> 0).toString(16).padStart(8, '0'));
    return `${this.texts}:${lanes.join('')}`;
  }
}

/** Of certificates made by others. SHA-1 is not among them: nobody trusts it any more. */
export const DIGESTS = { 'SHA-256': sha256, 'SHA-384': sha384, 'SHA-512': sha512 } as const satisfies Record<
  string,
  (data: Uint8Array) => Uint8Array
>;
export type DigestName = keyof typeof DIGESTS;
