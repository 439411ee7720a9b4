/** Random requests, the same for a seed: `FUZZ=1000000 npx vitest run test/apiserver/properties` plays more of them. */
import { describe, expect, it } from 'vitest';
import { BLOCK, fuzz } from './fuzzer.ts';

const COUNT = Number(process.env['FUZZ'] ?? 10_000);
const FROM = Number(process.env['FUZZ_FROM'] ?? 1);

describe('fuzzed requests', () => {
  it(
    `never crash the server, always get a Status, never leave a half-written object: ${COUNT} of them`,
    async () => {
      for (let seed = FROM; seed < FROM + COUNT / BLOCK; seed += 1) {
        expect(await fuzz(seed, BLOCK), `FUZZ_FROM=${seed} FUZZ=${BLOCK}`).toEqual([]);
      }
    },
    120_000 + COUNT * 20,
  );
});
