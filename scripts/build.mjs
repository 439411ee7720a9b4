// Builds everything that runs: the static site (dist/), the command line and the Node worker (build/), and dist/licenses.txt.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { licensesText } from './licenses.mjs';
import { prepare, root } from './prepare.mjs';

prepare();
const { build } = await import('esbuild');

/** One hash for the engine's sources: a journal names the build that wrote it. */
export function engineHash() {
  const hash = createHash('sha256');
  const folders = ['base', 'sim', 'api', 'etcd', 'apiserver', 'client', 'controllers', 'scheduler', 'cri', 'sh', 'images', 'network', 'storage', 'kubelet', 'addons', 'kubectl', 'shell', 'cluster'];
  for (const folder of folders) {
    const path = join(root, 'src', folder);
    if (!existsSync(path)) continue;
    for (const entry of readdirSync(path, { recursive: true, withFileTypes: true }).filter((file) => file.isFile()).map((file) => join(file.parentPath ?? file.path, file.name)).sort()) {
      hash.update(entry.slice(root.length)).update('\0').update(readFileSync(entry)).update('\0');
    }
  }
  return hash.digest('hex').slice(0, 16);
}

const engine = engineHash();
const define = { __ENGINE__: JSON.stringify(engine) };
const options = { bundle: true, platform: 'node', format: 'esm', target: 'es2023', sourcemap: 'linked', logLevel: 'warning', define, loader: { '.json': 'json' } };
const banner = { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" };
mkdirSync(join(root, 'build'), { recursive: true });
await build({ ...options, entryPoints: { cli: join(root, 'src/cli/main.ts'), 'node-host': join(root, 'workers/node-host.ts') }, outdir: join(root, 'build'), outExtension: { '.js': '.mjs' }, banner, splitting: true, chunkNames: 'chunks/[name]-[hash]' });

if (!process.argv.includes('--no-site')) {
  execFileSync(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'], { cwd: root, stdio: 'inherit', env: { ...process.env, TABERNETES_ENGINE: engine } });
  writeFileSync(join(root, 'dist/licenses.txt'), licensesText(root));
  copyFileSync(join(root, 'NOTICE'), join(root, 'dist/NOTICE'));
}
process.stdout.write(`engine ${engine}\n`);
