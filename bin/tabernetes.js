#!/usr/bin/env node
// The command line is TypeScript: `npm run build` makes build/cli.mjs, which this starts.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = new URL('../build/cli.mjs', import.meta.url);
if (!existsSync(fileURLToPath(built))) {
  process.stderr.write('tabernetes: not built yet. Run `npm run build` first.\n');
  process.exit(1);
}
await import(built.href);
