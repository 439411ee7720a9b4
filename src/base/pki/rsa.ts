/** RSA: keys drawn from the cluster's chance, and PKCS #1 v1.5 signatures.
 *  Differs from Kubernetes: keys of 4096 bits have four primes and not two, so that they are found in half a second. Nothing here
 *  guards against an attacker who measures time: it is for keys of a simulated cluster.
 *  Source: RFC 8017 */
import { concat } from '../bytes.ts';
import type { Random } from '../world.ts';
import { bigFrom, bytesOf } from './der.ts';

export interface RsaPublic {
  readonly n: bigint;
  readonly e: bigint;
}

export interface RsaSecret extends RsaPublic {
  readonly d: bigint;
  readonly primes: readonly bigint[];
}

const E = 65_537n;
const LARGEST_PRIME = 1024;
const SIEVE = 8192;

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

export function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [value % modulus, modulus, 1n, 0n];
  while (a > 1n) {
    if (b === 0n) throw new RangeError('no inverse');
    const quotient = a / b;
    [a, b] = [b, a % b];
    [x, y] = [y, x - quotient * y];
  }
  return x < 0n ? x + modulus : x;
}

/** Odd primes below the bound. */
function smallPrimes(): readonly number[] {
  const primes: number[] = [];
  for (let n = 3; n < SIEVE; n += 2) {
    let isPrime = true;
    for (const prime of primes) {
      if (prime * prime > n) break;
      if (n % prime === 0) {
        isPrime = false;
        break;
      }
    }
    if (isPrime) primes.push(n);
  }
  return primes;
}

function drawPrime(bits: number, random: Random, small: readonly number[]): bigint {
  const bytes = Uint8Array.from({ length: bits / 8 }, () => random.int(256));
  bytes[0] = (bytes[0] as number) | 0xe0;
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) | 1;
  const start = bigFrom(bytes);
  const rests = small.map((prime) => Number(start % BigInt(prime)));
  for (let step = 0; ; step += 2) {
    if (small.some((prime, i) => ((rests[i] as number) + step) % prime === 0)) continue;
    const candidate = start + BigInt(step);
    if ((candidate - 1n) % E !== 0n && power(2n, candidate - 1n, candidate) === 1n && power(3n, candidate - 1n, candidate) === 1n)
      return candidate;
  }
}

export function drawRsa(bits: number, random: Random): RsaSecret {
  const count = Math.max(2, Math.ceil(bits / LARGEST_PRIME));
  const small = smallPrimes();
  for (;;) {
    const primes = Array.from({ length: count }, () => drawPrime(Math.floor(bits / count / 8) * 8, random, small));
    const n = primes.reduce((product, prime) => product * prime, 1n);
    if (new Set(primes).size < count || n.toString(2).length !== bits) continue;
    const order = primes.reduce((product, prime) => product * (prime - 1n), 1n);
    return { n, e: E, d: inverse(E, order), primes };
  }
}

const lengthOf = (n: bigint): number => Math.ceil(n.toString(2).length / 8);

/** `info`: the digest with its algorithm, as PKCS #1 writes it. */
function padded(info: Uint8Array, length: number): Uint8Array {
  return concat([Uint8Array.of(0, 1), new Uint8Array(length - info.length - 3).fill(0xff), Uint8Array.of(0), info]);
}

export function signRsa(key: RsaSecret, info: Uint8Array): Uint8Array {
  const length = lengthOf(key.n);
  const message = bigFrom(padded(info, length));
  // By the Chinese remainder theorem: each prime by itself is four times quicker.
  let result = 0n;
  let product = 1n;
  for (const prime of key.primes) {
    const part = power(message, key.d % (prime - 1n), prime);
    const step = ((((part - result) % prime) + prime) * inverse(product % prime, prime)) % prime;
    result += step * product;
    product *= prime;
  }
  return bytesOf(result, length);
}

export function isSignedRsa({ n, e }: RsaPublic, info: Uint8Array, signature: Uint8Array): boolean {
  const length = lengthOf(n);
  if (signature.length !== length || info.length + 11 > length) return false;
  return power(bigFrom(signature), e, n) === bigFrom(padded(info, length));
}
