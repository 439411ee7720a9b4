// `npm run check`: types (the page's and, without DOM and Node, the cluster's), lint, and the tests of style and layers.
import { existsSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

prepare();
const bin = (name) => join(root, 'node_modules/.bin', name);
const STEPS = [
  ['types', bin('tsc'), ['--noEmit', '-p', '.']],
  ['types of the cluster, without DOM, Node and timers', bin('tsc'), ['--noEmit', '-p', 'tsconfig.cluster.json']],
  ['lint', bin('oxlint'), ['--type-aware', '--deny-warnings', 'src', 'workers', 'test', 'bench', 'scripts']],
  ['tidy and layers', process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', 'test/tidy']],
];
let failed = 0;
for (const [name, command, args] of STEPS) {
  if (args.includes('tsconfig.cluster.json') && !existsSync(join(root, 'tsconfig.cluster.json'))) continue;
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  process.stdout.write(`${status === 0 ? 'ok  ' : 'FAIL'} ${name}\n`);
  if (status !== 0) failed += 1;
}
process.exitCode = failed === 0 ? 0 : 1;
