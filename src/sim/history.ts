/** What happened, as fingerprints: one a machine and incarnation, in the machine's own order, combined in name order.
 *  The seed is not part of it, nor is anything that a layout or the wall clock decides. */
import { sha256Hex } from '../base/hash.ts';

/** "worker-1#0" to fingerprint. */
export type Digests = Readonly<Record<string, string>>;

export function digestKey(machine: string, incarnation: number): string {
  return `${machine}#${incarnation}`;
}

/** The history hash: 64 hex digits. */
export function combine(digests: Digests): string {
  const lines = Object.keys(digests).sort().map((key) => `${key} ${digests[key]}\n`);
  return sha256Hex(lines.join(''));
}

/** The machines whose histories differ: where to look. */
export function difference(a: Digests, b: Digests): string[] {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].filter((key) => a[key] !== b[key]).sort();
}
