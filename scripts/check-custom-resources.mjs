// `node scripts/check-custom-resources.mjs DIR`: installs every CustomResourceDefinition that it finds below DIR, then offers the
// custom resources whose definition is there: as they stand, which must be accepted, and with a misspelt field, which must be refused
// under strict field validation. Prints what did not go so; exits 1 where a definition does not install.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { parseAllDocuments } from 'yaml';
import { root } from './prepare.mjs';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('usage: node scripts/check-custom-resources.mjs DIR\n');
  process.exit(2);
}
const out = mkdtempSync(join(tmpdir(), 'custom-resources-'));
process.on('exit', () => rmSync(out, { recursive: true, force: true }));
const banner = { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" };
const options = {
  banner,
  bundle: true,
  format: 'esm',
  platform: 'node',
  splitting: true,
  outdir: out,
  logLevel: 'error',
  loader: { '.json': 'json' },
};
await build({ ...options, entryPoints: { support: join(root, 'test/apiserver/support.ts') }, outExtension: { '.js': '.mjs' } });
const { testServer } = await import(pathToFileURL(join(out, 'support.mjs')).href);

function objectsBelow(directory) {
  const files = readdirSync(directory, { recursive: true }).filter((name) => /\.(ya?ml|json)$/.test(name));
  return files.sort().flatMap((name) => {
    const text = readFileSync(join(directory, name), 'utf8');
    const documents = parseAllDocuments(text, { uniqueKeys: false });
    // A template is no manifest.
    if (text.includes('{{') && documents.some((document) => document.errors.length > 0)) return [];
    return documents
      .filter((document) => document.errors.length === 0)
      .map((document) => document.toJSON())
      .flatMap((object) => (object?.kind === 'List' ? (object.items ?? []) : [object]))
      .filter((object) => typeof object?.kind === 'string' && typeof object.apiVersion === 'string')
      .map((object) => ({ name, object }));
  });
}

const all = objectsBelow(resolve(folder));
const isDefinition = ({ object }) => object.kind === 'CustomResourceDefinition' && object.apiVersion === 'apiextensions.k8s.io/v1';
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const { call, lone } = await testServer();
const served = new Map();
const failed = { definitions: 0, resources: 0, misspelt: 0 };
const say = (text) => process.stdout.write(`${text}\n`);

const definitions = all.filter(isDefinition);
for (const { name, object } of definitions) {
  // Another copy of one that is there already takes its place.
  if ((await call('GET', `${CRDS}/${object.metadata.name}`)).status === 200) {
    await call('DELETE', `${CRDS}/${object.metadata.name}`);
    await lone.advance(2000);
  }
  const response = await call('POST', CRDS, object);
  await lone.advance(10);
  if (response.status !== 201) {
    failed.definitions += 1;
    say(`${name}: ${response.body.message}`);
    continue;
  }
  for (const version of object.spec.versions) served.set(`${object.spec.group}/${version.name}/${object.spec.names.kind}`, object.spec);
}

const resources = all.filter((each) => !isDefinition(each) && served.has(`${each.object.apiVersion}/${each.object.kind}`));
let offered = 0;
for (const { name, object } of resources) {
  const { scope, names } = served.get(`${object.apiVersion}/${object.kind}`);
  const path = `/apis/${object.apiVersion}${scope === 'Namespaced' ? '/namespaces/default' : ''}/${names.plural}`;
  const { namespace: _, ...metadata } = object.metadata ?? {};
  const query = { fieldValidation: 'Strict', dryRun: 'All' };
  const response = await call('POST', path, { ...object, metadata }, { query });
  if (response.status !== 201) {
    failed.resources += 1;
    say(`${name}: ${response.body.message}`);
    continue;
  }
  offered += 1;
  const misspelt = await call('POST', path, { ...object, metadata, misspeltField: 1 }, { query });
  if (misspelt.status < 400) {
    failed.misspelt += 1;
    say(`${name}: ${object.kind} is accepted with a misspelt field`);
  }
}
say(`definitions: ${definitions.length - failed.definitions} of ${definitions.length} installed`);
say(
  `custom resources: ${resources.length - failed.resources} of ${resources.length} accepted, ${offered - failed.misspelt} of ${offered} refused with a misspelt field`,
);
process.exitCode = failed.definitions > 0 ? 1 : 0;
