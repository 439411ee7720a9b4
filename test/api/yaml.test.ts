import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseYaml, parseYamlDocuments, stringifyYaml, YamlError } from '../../src/api/yaml.ts';

const golden = readFileSync(join(import.meta.dirname, '../golden/dryrun-1.33.txt'), 'utf8');
/** Every manifest that kubectl printed. */
const printed = [...golden.matchAll(/^\$ (kubectl .*-o yaml.*)\n((?:.*\n)*?)\[rc=0\]$/gm)].map(([, command, text]) => [command as string, text as string] as const)
  .filter(([, text]) => text.startsWith('apiVersion'));

describe('YAML', () => {
  it('has manifests to compare', () => expect(printed.length).toBeGreaterThan(15));

  it.each(printed)('%s: read and written again, byte for byte', (_, text) => {
    expect(stringifyYaml(parseYaml(text))).toBe(text);
  });

  it.each([
    ['a: yes', { a: true }], ['a: on', { a: true }], ['a: 010', { a: 8 }], ['a: "010"', { a: '010' }], ['a: 1e3', { a: 1000 }], ['a: 0x1F', { a: 31 }],
    ['a: 2001-01-01', { a: '2001-01-01' }], ['a: 22:22', { a: '22:22' }], ['a: ~', { a: null }], ['a:', { a: null }], ['on: x', { true: 'x' }], ['1: x', { 1: 'x' }],
    ['a: &x {b: 1}\nc:\n  <<: *x\n  d: 2', { a: { b: 1 }, c: { b: 1, d: 2 } }], ['a: |\n  x\n  y\n', { a: 'x\ny\n' }], ['a: >-\n  x\n  y\n', { a: 'x y' }],
    ['a: 1.50', { a: 1.5 }], ['a: "x\\ty"', { a: 'x\ty' }], ['[1, two]', [1, 'two']],
  ])('reads %j', (text, value) => expect(parseYaml(text)).toEqual(value));

  /** Go's words; real line and column beside. */
  it.each([
    ['a: b: c', 'yaml: mapping values are not allowed in this context', 1],
    ['a:\n\tb: 1', 'yaml: line 2: found character that cannot start any token', 2],
    ['a: 1\nb: 2\na: 3', 'yaml: unmarshal errors:\n  line 3: key "a" already set in map', 3],
    ['a: "x', 'yaml: line 1: found unexpected end of stream', 1],
    ['a: [1, 2', "yaml: line 1: did not find expected ',' or ']'", 1],
    ['a: *nowhere', "yaml: unknown anchor 'nowhere' referenced", 1],
  ])('refuses %j', (text, message, line) => {
    let error: unknown;
    try {
      parseYaml(text);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(YamlError);
    expect((error as YamlError).line).toBe(line);
    expect((error as YamlError).message.replace(/line \d+: /, '')).toBe(message.replace(/line \d+: /, ''));
  });

  it('splits documents and says where they begin', () => {
    const documents = parseYamlDocuments('# one\na: 1\n---\n---\n# nothing\n---\nb: 2\n');
    expect(documents.map(({ value, line }) => [value, line])).toEqual([[{ a: 1 }, 2], [{ b: 2 }, 7]]);
  });

  it('stops at aliases that multiply', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 12; i += 1) lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]`);
    expect(() => parseYaml(lines.join('\n'))).toThrow('yaml: document contains excessive aliasing');
  });

  const long = 'Back-off restarting failed container web in pod web-5c8b7d4f9-abcde_default(0c1f5e5e-7b9b-4b3e-8f0e-0c1f5e5e7b9b)';
  it.each([
    [{ b: 1, a10: 1, a2: 1, B: 1 }, 'B: 1\na2: 1\na10: 1\nb: 1\n'],
    [{ a: '' }, 'a: ""\n'], [{ a: 'true' }, 'a: "true"\n'], [{ a: 'y' }, 'a: "y"\n'], [{ a: '1' }, 'a: "1"\n'], [{ a: '1.2.3' }, 'a: 1.2.3\n'], [{ a: '1e3' }, 'a: "1e3"\n'],
    [{ a: '2026-01-01T00:00:00Z' }, 'a: "2026-01-01T00:00:00Z"\n'], [{ a: '12:30' }, 'a: "12:30"\n'], [{ a: '0x1f' }, 'a: "0x1f"\n'], [{ a: '-' }, "a: '-'\n"],
    [{ a: 'x: y' }, "a: 'x: y'\n"], [{ a: '# x' }, "a: '# x'\n"], [{ a: "it's" }, "a: it's\n"], [{ a: '*' }, "a: '*'\n"], [{ a: ' x' }, "a: ' x'\n"],
    [{ a: 'x\ty' }, 'a: "x\\ty"\n'], [{ a: 'x\ny' }, 'a: |-\n  x\n  y\n'], [{ a: 'x\ny\n' }, 'a: |\n  x\n  y\n'], [{ a: 'x\n\n' }, 'a: |+\n  x\n\n'],
    [{ a: 'x \ny' }, 'a: "x \\ny"\n'], [{ a: [] }, 'a: []\n'], [{ a: {} }, 'a: {}\n'], [{ a: null }, 'a: null\n'], [{ a: [{ b: 1, c: [2] }, [3]] }, 'a:\n- b: 1\n  c:\n  - 2\n- - 3\n'],
    [{ 'a b': 1, 'x: y': 2, '1': 3 }, '"1": 3\na b: 1\n\'x: y\': 2\n'],
    [{ m: long }, 'm: Back-off restarting failed container web in pod web-5c8b7d4f9-abcde_default(0c1f5e5e-7b9b-4b3e-8f0e-0c1f5e5e7b9b)\n'],
    [{ m: `${long} and more` }, `m: ${long}\n  and more\n`],
    [{ m: `x: ${long} and more` }, `m: 'x: ${long}\n  and more'\n`],
  ])('writes %j', (value, text) => expect(stringifyYaml(value)).toBe(text));
});
