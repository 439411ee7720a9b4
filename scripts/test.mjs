// `npm test`: installs what is missing (a browser included), builds, and runs every test. Arguments go to the runner.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findChromium, prepare, root } from './prepare.mjs';

prepare();
const chromium = findChromium();
const run = (args) => spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env: { ...process.env, CHROMIUM: chromium } }).status ?? 1;
const built = run([join(root, 'scripts/build.mjs')]);
process.exitCode = built || run([join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...process.argv.slice(2)]);
