/** What a command substitution makes of its output: without zero bytes, without the newlines at its end. */
import type { InputStream } from '../cri/process.ts';
import { concatBytes, toText } from '../cri/streams.ts';
import { SUBSTITUTED_BYTES_A_MS } from './costs.ts';

/** bash drops zero bytes, and there may be very many. */
function withoutZeros(data: Uint8Array): Uint8Array {
  let kept = 0;
  for (const byte of data) if (byte !== 0) kept += 1;
  if (kept === data.length) return data;
  return kept === 0 ? data.subarray(0, 0) : data.filter((byte) => byte !== 0);
}

/** `charge` hears what the copying costs, in ms of CPU time. */
export async function readSubstituted(input: InputStream, charge: (ms: number) => void): Promise<string> {
  const parts: Uint8Array[] = [];
  for (let data = await input.read(); data !== undefined; data = await input.read()) {
    charge(data.length / SUBSTITUTED_BYTES_A_MS);
    const kept = withoutZeros(data);
    if (kept.length > 0) parts.push(kept);
  }
  return toText(concatBytes(parts)).replace(/\n+$/, '');
}
