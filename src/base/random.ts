/** Seeded chance. A generator is determined by its seed and its path of names, never by what others drew. */
import type { Random } from './world.ts';

const SAFE = 'bcdfghjklmnpqrstvwxz2456789';
const HEX = '0123456789abcdef';

export function createRandom(seed: string, path = ''): Random {
  return new Sfc32(seed, path);
}

/** 32 bits that depend on every character of the text; no state, so a lost draw never shifts another. */
export function hash32(text: string, salt = 0): number {
  let h = 0x9747b28c ^ salt;
  for (let i = 0; i < text.length; i += 1) {
    h = Math.imul(h ^ text.charCodeAt(i), 0x5bd1e995);
    h ^= h >>> 15;
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Small Fast Counting generator: 128 bits of state, good statistics, a few shifts a draw. */
class Sfc32 implements Random {
  private a: number;
  private b: number;
  private c: number;
  private d = 1;

  constructor(private readonly seed: string, private readonly path: string) {
    const text = `${seed.length}:${seed}${path}`;
    this.a = hash32(text, 1) | 0;
    this.b = hash32(text, 2) | 0;
    this.c = hash32(text, 3) | 0;
    for (let i = 0; i < 12; i += 1) this.draw();
  }

  next(): number {
    return this.draw() / 0x100000000;
  }

  int(below: number): number {
    return Math.floor(this.next() * below);
  }

  suffix(length: number): string {
    let text = '';
    for (let i = 0; i < length; i += 1) text += SAFE.charAt(this.int(SAFE.length));
    return text;
  }

  uuid(): string {
    let text = '';
    for (let i = 0; i < 4; i += 1) {
      const word = this.draw();
      for (let digit = 28; digit >= 0; digit -= 4) text += HEX.charAt((word >>> digit) & 15);
    }
    const variant = HEX.charAt(8 + (Number.parseInt(text.charAt(16), 16) & 3));
    return `${text.slice(0, 8)}-${text.slice(8, 12)}-4${text.slice(13, 16)}-${variant}${text.slice(17, 20)}-${text.slice(20)}`;
  }

  fork(name: string): Random {
    return new Sfc32(this.seed, `${this.path}/${name.length}:${name}`);
  }

  private draw(): number {
    const t = (((this.a + this.b) | 0) + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + t) | 0;
    return t >>> 0;
  }
}
