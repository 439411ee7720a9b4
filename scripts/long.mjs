// `npm run long -- [--count N] [--from N]`: plays many more seeds than `npm test` does, over both of two cores; then a million random
// requests; then every case of test/parity live, where real kubectl is found; then each conformance test with its behaviour switched off.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './prepare.mjs';
import { runSimulations } from './simulations.mjs';

const simulated = await runSimulations('many');
const fuzzed =
  spawnSync('npx', ['vitest', 'run', 'test/apiserver/properties'], { stdio: 'inherit', env: { FUZZ: '1000000', ...process.env } }).status ??
  1;
const compared =
  spawnSync('npx', ['vitest', 'run', 'test/parity'], { stdio: 'inherit', env: { ...process.env, PARITY: 'full' } }).status ?? 1;
const switchedOff = spawnSync(process.execPath, [join(root, 'scripts/switched-off.mjs')], { stdio: 'inherit' }).status ?? 1;
process.exitCode = simulated || fuzzed || compared || switchedOff;
