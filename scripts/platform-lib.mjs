// Writes .cache/lib.cluster.d.ts: TypeScript's own declarations of ES2023 without what would let cluster code see the real
// world or depend on the engine. Beside it stands scripts/platform.d.ts, written by hand. See tsconfig.cluster.json.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const scope = join(root, 'node_modules/@typescript');
const found = readdirSync(scope).find((name) => name.startsWith('typescript-'));
if (!found) throw new Error('TypeScript is not installed.');
const library = join(scope, found, 'lib');

/** Whole libraries that are left out: locales, weak references, shared memory. */
const BANNED_LIBRARIES = /\.(intl|weakref|sharedmemory|scripthost)$/;
/** Members that are left out, wherever they stand. */
const BANNED_MEMBERS = [
  /^\s*toLocale\w*\(/, /^\s*localeCompare\(/, /^\s*random\(\): number;/, /^\s*now\(\): number;/, /^\s*new \(\): Date;/, /^\s*\(\): string;/, /^\s*parse\(s: string\): number;/,
  /^\s*new \(year: number, monthIndex/, /^\s*new \(value: number \| string\): Date;/, /^\s*new \(value: number \| string \| Date\): Date;/,
  /^\s*[gs]et(FullYear|Month|Date|Day|Hours|Minutes|Seconds|Milliseconds|TimezoneOffset)\(/, /^\s*to(Date|Time)String\(\)/, /^declare function eval\(/,
];
/** In place of the constructors of Date that were left out. */
const DATE = 'interface DateConstructor { new (value: number): Date; }\n';

const done = new Set();

function read(name) {
  if (done.has(name) || BANNED_LIBRARIES.test(name)) return '';
  done.add(name);
  const text = readFileSync(join(library, `lib.${name}.d.ts`), 'utf8');
  const before = [...text.matchAll(/^\/\/\/ <reference lib="([^"]+)" \/>/gm)].map((reference) => read(reference[1]));
  return before.join('') + strip(text);
}

/** Drops comments, namespaces of Intl, and banned members with all their lines. */
function strip(text) {
  const bare = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\/\/\/.*$/gm, '');
  const kept = [];
  let skipping = '';
  for (const line of bare.split('\n')) {
    if (skipping === 'block') {
      if (line.startsWith('}')) skipping = '';
      continue;
    }
    if (skipping === 'member') {
      if (line.trimEnd().endsWith(';')) skipping = '';
      continue;
    }
    if (/^(declare )?namespace Intl\b/.test(line)) {
      if (!line.trimEnd().endsWith('}')) skipping = 'block';
      continue;
    }
    if (BANNED_MEMBERS.some((member) => member.test(line))) {
      if (!line.trimEnd().endsWith(';')) skipping = 'member';
      continue;
    }
    if (line.trim() !== '') kept.push(line);
  }
  return `${kept.join('\n')}\n`;
}

const made = read('es2023') + read('esnext.disposable') + DATE;
mkdirSync(join(root, '.cache'), { recursive: true });
writeFileSync(join(root, '.cache/lib.cluster.d.ts'), `/// <reference no-default-lib="true"/>\n${made}`);
process.stdout.write(`.cache/lib.cluster.d.ts: ${made.length} characters of ${done.size} libraries\n`);
