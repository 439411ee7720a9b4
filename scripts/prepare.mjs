// Makes a fresh clone ready: packages, the generated API types and schema, and (with --browser) a Chromium. Uses only what
// Node brings, because it runs before anything is installed. Safe to run again; does nothing that is done already.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const say = (text) => process.stderr.write(`${text}\n`);
const run = (command, args, options = {}) => execFileSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], ...options });
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

function installPackages() {
  const marker = join(root, 'node_modules/.tabernetes-lock');
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === lock) return;
  const [major] = process.versions.node.split('.').map(Number);
  if (major < 20) throw new Error(`Tabernetes needs Node 20 or newer; this is ${process.version}.`);
  // Packages without a marker were put there by hand, and are believed.
  if (existsSync(marker) || !existsSync(join(root, 'node_modules/vite'))) {
    say('Installing packages ...');
    // Not `npm ci`: it asks for download addresses in the lock file, which ours leaves to the registry that is configured.
    run(npm, ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  writeFileSync(marker, lock);
}

function generateSchema() {
  const made = join(root, 'src/api/generated/types.ts');
  const [script, texts] = ['generate-schema', 'api-descriptions'].map((name) => join(root, `scripts/${name}.mjs`));
  if (existsSync(made) && [script, texts].every((source) => statSync(made).mtimeMs >= statSync(source).mtimeMs)) return;
  run(process.execPath, [script]);
}

/** The platform declaration that cluster code is compiled against; made from TypeScript's own libraries. */
function generatePlatform() {
  const script = join(root, 'scripts/platform-lib.mjs');
  if (existsSync(script)) run(process.execPath, [script], { stdio: ['ignore', 'ignore', 'inherit'] });
}

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

/** The browser that tests drive: $CHROMIUM, else one that is installed, else Debian's package, else Playwright's. */
export function findChromium() {
  const named = process.env.CHROMIUM;
  if (named) {
    if (!existsSync(named)) throw new Error(`CHROMIUM names ${named}, which is not there.`);
    return named;
  }
  const installed = CANDIDATES.find((path) => existsSync(path));
  if (installed) return installed;
  if (existsSync('/usr/bin/apt-get') && process.getuid?.() === 0) {
    say('Installing Chromium (Debian package) ...');
    const quiet = { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    const update = spawnSync('apt-get', ['update', '-qq'], quiet);
    const install = update.status === 0 ? spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'], quiet) : update;
    if (install.status === 0 && existsSync('/usr/bin/chromium')) return '/usr/bin/chromium';
  }
  say("Installing Chromium (Playwright's build) ...");
  run(process.execPath, [join(root, 'node_modules/playwright-core/cli.js'), 'install', 'chromium']);
  const found = spawnSync(process.execPath, ['-e', "process.stdout.write(require('playwright-core').chromium.executablePath())"], { cwd: root, encoding: 'utf8' });
  return found.stdout.trim();
}

export function prepare() {
  installPackages();
  generateSchema();
  generatePlatform();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  prepare();
  if (process.argv.includes('--browser')) process.stdout.write(`${findChromium()}\n`);
}
