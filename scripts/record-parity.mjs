// `node scripts/record-parity.mjs [GROUP...] [--see | --missing]`: runs the cases of test/parity with real kubectl 1.33 (found in PATH or KUBECTLS)
// and writes what it printed to test/parity/recorded. Cases whose requests only older versions send as JSON are recorded from
// 1.31. With --see it only prints where ours differs, and writes nothing; with --missing it keeps what is recorded and adds the new cases.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare, root } from './prepare.mjs';

prepare();
process.chdir(root);
const { build } = await import('esbuild');
const outfile = join(root, `.cache/record-parity-${process.pid}.mjs`);
await build({
  entryPoints: ['test/parity/record.ts'],
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'es2023',
  outfile,
  logLevel: 'error',
});
const { main } = await import(pathToFileURL(outfile).href);
rmSync(outfile);
process.exitCode = await main(process.argv.slice(2));
