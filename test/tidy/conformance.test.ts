/** The conformance tests: which there are, and that each can be seen to fail (`node scripts/switched-off.mjs` does it). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SWITCHES } from '../conformance/off/table.ts';
import { sourceFiles } from './files.ts';

interface Listed {
  readonly name: string;
  readonly sig: string;
  readonly class: number;
}

const { tests } = JSON.parse(readFileSync('test/golden/conformance.json', 'utf8')) as { readonly tests: readonly Listed[] };
const NEEDS_CONTAINERS = new Set(['sig-api-machinery', 'sig-auth', 'sig-cli']);
const wanted = tests.filter((each) => each.class === 1 || (each.class === 2 && NEEDS_CONTAINERS.has(each.sig))).map(({ name }) => name);
/** A file's text with the constants that its names begin with written out. */
function written(path: string): string {
  const text = readFileSync(path, 'utf8');
  const constants = [...text.matchAll(/^const (\w+) = '(\[sig-[^']*)';$/gm)];
  return constants.reduce((so, [, name = '', value = '']) => so.replaceAll(`\${${name}}`, value), text);
}
const text = sourceFiles('test/conformance')
  .filter((path) => path.endsWith('.test.ts'))
  .map(written)
  .join('\n');
const isThere = (name: string): boolean => ["'", '"', '`'].some((quote) => text.includes(quote + name + quote));
const sorted = (names: Iterable<string>): readonly string[] => [...names].sort((a, b) => (a < b ? -1 : 1));

describe('conformance tests', () => {
  it('every one that this server can pass has a counterpart', () => {
    expect(sorted(wanted.filter((name) => !isThere(name)))).toEqual([]);
  });
  it('every one says what it fails without', () => {
    const switched = new Set(SWITCHES.flatMap(({ tests: names }) => names));
    const silent = wanted.filter((name) => isThere(name) && !switched.has(name));
    expect(sorted(silent)).toEqual([]);
    expect(sorted(switched).filter((name) => !isThere(name))).toEqual([]);
  });
  it('what is switched off stands once in its file', () => {
    const times = ({ file, find }: (typeof SWITCHES)[number]): number => readFileSync(file, 'utf8').split(find).length - 1;
    expect(SWITCHES.filter((each) => times(each) !== 1 || each.find === each.replace)).toEqual([]);
  });
});
