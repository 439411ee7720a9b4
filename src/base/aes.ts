/** AES, from the library: CBC with padding and GCM, under keys of 16, 24 or 32 bytes. */
import { cbc, gcm } from '@noble/ciphers/aes.js';

export type AesMode = 'cbc' | 'gcm';

export interface Aes {
  /** Of the initialization vector, which stands before the encrypted bytes. */
  readonly ivLength: number;
  encrypt(iv: Uint8Array, plain: Uint8Array): Uint8Array;
  /** Throws for what was not encrypted with this key. */
  decrypt(iv: Uint8Array, encrypted: Uint8Array): Uint8Array;
}

export function createAes(mode: AesMode, key: Uint8Array): Aes {
  const cipher = (iv: Uint8Array) => (mode === 'cbc' ? cbc(key, iv) : gcm(key, iv));
  return {
    ivLength: mode === 'cbc' ? 16 : 12,
    encrypt: (iv, plain) => cipher(iv).encrypt(plain),
    decrypt: (iv, encrypted) => cipher(iv).decrypt(encrypted),
  };
}
