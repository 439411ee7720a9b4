// `node scripts/switched-off.mjs [--only TEXT] [--why]`: each conformance test must fail with its behaviour switched off. For each row of
// test/conformance/off (of --only: whose test, file or behaviour has that text) it replaces the row's text as the module is loaded,
// runs the row's tests, and prints "test | behaviour | failed as it must" (with --why: and how). Exit code 1 when one still passes, when
// a row no longer fits its file or its module no longer loads, and when a conformance test has no row. The working tree is not touched,
// and must not change meanwhile: what was loaded once is kept.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createVitest } from 'vitest/node';
import { prepare, root } from './prepare.mjs';

prepare();
process.chdir(root);
const folder = 'test/conformance';
const onlyAt = process.argv.indexOf('--only');
const why = process.argv.includes('--why');
const only = onlyAt < 0 ? '' : (process.argv[onlyAt + 1] ?? '');

let current;
let replaced = false;
const plugin = {
  name: 'switched-off',
  enforce: 'pre',
  transform(code, id) {
    if (current === undefined || id.split('?')[0] !== join(root, current.file)) return;
    replaced = true;
    return code.replace(current.find, () => current.replace);
  },
};
const options = {
  watch: false,
  include: [`${folder}/**/*.test.ts`],
  maxWorkers: 1,
  isolate: true,
  reporters: [{}],
  onConsoleLog: () => false,
};
/** A file's text with the constants that its names begin with written out. */
const written = (path) => {
  const text = readFileSync(path, 'utf8');
  const constants = [...text.matchAll(/^const (\w+) = '(\[sig-[^']*)';$/gm)];
  return constants.reduce((so, [, name, value]) => so.replaceAll(`\${${name}}`, value), text);
};
const vitest = await createVitest('test', options, { plugins: [plugin] });
const specifications = await vitest.globTestSpecifications();
const texts = new Map(specifications.map((each) => [each, written(each.moduleId)]));

const { SWITCHES: all } = await vitest.vite.ssrLoadModule(join(root, folder, 'off/table.ts'));

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
/** The state of each test of these names, and whether a module failed to load. */
async function run(names) {
  vitest.setGlobalTestNamePattern(names === undefined ? '' : new RegExp(`(?:${names.map(escaped).join('|')})$`));
  const chosen = specifications.filter((each) => names === undefined || names.some((name) => texts.get(each).includes(name)));
  const { testModules } = await vitest.runTestSpecifications(chosen);
  const states = new Map();
  for (const module of testModules) {
    // A name may run several times, once a client: one failure is enough.
    for (const test of module.children.allTests()) if (states.get(test.name)?.state !== 'failed') states.set(test.name, test.result());
  }
  return { states, loaded: testModules.every((module) => module.errors().length === 0) };
}

let wrong = 0;
const say = (name, behaviour, outcome, fits) => {
  if (!fits) wrong += 1;
  process.stdout.write(`${name} | ${behaviour} | ${outcome}\n`);
};

async function switchOff(row) {
  const { file, find, behaviour, tests } = row;
  const times = readFileSync(file, 'utf8').split(find).length - 1;
  if (times !== 1) return tests.forEach((name) => say(name, behaviour, `THE TEXT STANDS ${times} TIMES IN ${file}`, false));
  current = row;
  replaced = false;
  vitest.invalidateFile(join(root, file));
  const { states, loaded } = await run(tests);
  current = undefined;
  vitest.invalidateFile(join(root, file));
  for (const name of tests) {
    const { state, errors = [] } = states.get(name) ?? {};
    if (!loaded) say(name, behaviour, `DOES NOT LOAD WITHOUT IT (${file})`, false);
    else if (!replaced) say(name, behaviour, `DOES NOT LOAD ${file}`, false);
    else if (state === 'failed') say(name, behaviour, `failed as it must${why ? ` (${errors[0]?.message})` : ''}`, true);
    else say(name, behaviour, state === 'passed' ? 'STILL PASSES' : 'THERE IS NO SUCH TEST', false);
  }
}

const chosen = all.flatMap((row) => {
  if (row.file.includes(only) || row.behaviour.includes(only)) return [row];
  const tests = row.tests.filter((name) => name.includes(only));
  return tests.length > 0 ? [{ ...row, tests }] : [];
});
if (only === '') {
  const { states } = await run(undefined);
  const listed = new Set(all.flatMap(({ tests }) => tests));
  for (const [name, { state }] of states) {
    if (state !== 'passed') say(name, 'nothing', 'FAILS WITH NOTHING SWITCHED OFF', false);
    if (name.startsWith('[sig-') && !listed.has(name)) say(name, 'nothing', 'NO ROW SAYS WHAT IT NEEDS', false);
  }
}
for (const row of chosen) await switchOff(row);
await vitest.close();
const pairs = chosen.reduce((sum, { tests }) => sum + tests.length, 0);
process.stdout.write(`${chosen.length} behaviours switched off, ${pairs} tests, ${wrong} wrong\n`);
process.exit(wrong === 0 && pairs > 0 ? 0 : 1);
