// The peer in our tables, @ngrok/webernetes, bundled because it does not load in Node as published.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

export async function loadPeer() {
  const bundle = join(root, '.cache/peer.mjs');
  mkdirSync(dirname(bundle), { recursive: true });
  await build({
    stdin: { contents: "export * from '@ngrok/webernetes';", resolveDir: root }, bundle: true, format: 'esm', platform: 'node', outfile: bundle, logLevel: 'error',
    banner: { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" },
  });
  return import(pathToFileURL(bundle).href);
}
