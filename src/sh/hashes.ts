/** MD5 and SHA-1, for md5sum and sha1sum. */
import { hex } from '../base/hash.ts';

function padded(bytes: Uint8Array, little: boolean): DataView {
  const length = (((bytes.length + 8) >> 6) + 1) << 6;
  const data = new Uint8Array(length);
  data.set(bytes);
  data[bytes.length] = 0x80;
  const view = new DataView(data.buffer);
  const [low, high] = [(bytes.length * 8) >>> 0, Math.floor(bytes.length / 2 ** 29)];
  view.setUint32(length - (little ? 8 : 4), low, little);
  view.setUint32(length - (little ? 4 : 8), high, little);
  return view;
}

const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));
const SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21] as const;

/** floor(2^32 abs(sin(i + 1))), as RFC 1321 tabulates it. */
const SINES = [
  0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
  0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
  0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
  0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
] as const;

export function md5(bytes: Uint8Array): string {
  const view = padded(bytes, true);
  let [a, b, c, d] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
  for (let block = 0; block < view.byteLength; block += 64) {
    let [p, q, r, s] = [a, b, c, d];
    for (let i = 0; i < 64; i += 1) {
      const round = i >> 4;
      const mix = round === 0 ? (q & r) | (~q & s) : round === 1 ? (s & q) | (~s & r) : round === 2 ? q ^ r ^ s : r ^ (q | ~s);
      const word = round === 0 ? i : round === 1 ? (5 * i + 1) & 15 : round === 2 ? (3 * i + 5) & 15 : (7 * i) & 15;
      const sum = (p + mix + SINES[i]! + view.getUint32(block + word * 4, true)) | 0;
      [p, s, r, q] = [s, r, q, (q + rotate(sum, SHIFTS[round * 4 + (i & 3)]!)) | 0];
    }
    [a, b, c, d] = [(a + p) | 0, (b + q) | 0, (c + r) | 0, (d + s) | 0];
  }
  const out = new DataView(new ArrayBuffer(16));
  for (const [index, word] of [a, b, c, d].entries()) out.setUint32(index * 4, word, true);
  return hex(new Uint8Array(out.buffer));
}

export function sha1(bytes: Uint8Array): string {
  const view = padded(bytes, false);
  let h = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  for (let block = 0; block < view.byteLength; block += 64) {
    const words: number[] = [];
    for (let i = 0; i < 80; i += 1) words.push(i < 16 ? view.getUint32(block + i * 4) : rotate(words[i - 3]! ^ words[i - 8]! ^ words[i - 14]! ^ words[i - 16]!, 1));
    let [a, b, c, d, e] = h as [number, number, number, number, number];
    for (let i = 0; i < 80; i += 1) {
      const [mix, constant] = i < 20 ? [(b & c) | (~b & d), 0x5a827999] : i < 40 ? [b ^ c ^ d, 0x6ed9eba1] : i < 60 ? [(b & c) | (b & d) | (c & d), 0x8f1bbcdc] : [b ^ c ^ d, 0xca62c1d6];
      [a, b, c, d, e] = [(rotate(a, 5) + mix! + e + constant! + words[i]!) | 0, a, rotate(b, 30), c, d];
    }
    h = [(h[0]! + a) | 0, (h[1]! + b) | 0, (h[2]! + c) | 0, (h[3]! + d) | 0, (h[4]! + e) | 0];
  }
  const out = new DataView(new ArrayBuffer(20));
  for (const [index, word] of h.entries()) out.setUint32(index * 4, word);
  return hex(new Uint8Array(out.buffer));
}
