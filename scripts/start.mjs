// `npm start`: installs what is missing, builds the site and serves it.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';
import { serveStatic } from './serve-static.mjs';

prepare();
execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
const port = Number(process.env.PORT ?? 4173);
const server = await serveStatic(join(root, 'dist'), port).catch((error) => {
  if (error.code !== 'EADDRINUSE') throw error;
  return serveStatic(join(root, 'dist'), 0);
});
process.stdout.write(`Tabernetes is at http://127.0.0.1:${server.address().port}/  (Ctrl-C stops it)\n`);
