// Bundles the command line of test/simulation, because Node does not run TypeScript by itself, and runs it.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prepare, root } from './prepare.mjs';

export async function runSimulations(how) {
  prepare();
  process.chdir(root);
  const { build } = await import('esbuild');
  const outfile = join(root, `.cache/simulations-${process.pid}.mjs`);
  await build({ entryPoints: ['test/simulation/cli.ts'], bundle: true, external: ['esbuild'], platform: 'node', format: 'esm', target: 'es2023', outfile, logLevel: 'error' });
  const { main } = await import(pathToFileURL(outfile).href);
  rmSync(outfile);
  return main(process.argv.slice(2), how);
}
