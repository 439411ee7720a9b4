/** CEL: values, errors of types in cel-go's words, costs. */
import { describe, expect, it } from 'vitest';
import { compileCel } from '../../src/api/cel/compile.ts';
import { escapeName, celTypeOf, celValueOf, plainValue } from '../../src/api/cel/schema.ts';
import { BOOL, DYN, INT, listOf, mapOf, STRING } from '../../src/api/cel/types.ts';
import { CelError } from '../../src/api/cel/values.ts';

const object = {
  kind: 'object',
  name: 'selfType',
  fields: new Map([
    ['replicas', INT],
    ['name', STRING],
    ['tags', listOf(STRING)],
    ['labels', mapOf(STRING, STRING)],
    ['any', DYN],
  ]),
} as const;
const variables = { self: object, oldSelf: object, free: DYN };
const self = plainValue({
  replicas: 3,
  name: 'web-1',
  tags: ['a', 'b', 'c'],
  labels: { app: 'web', tier: 'front' },
  any: { deep: [1, 2.5] },
});

function outcome(source: string): unknown {
  const program = compileCel(source, variables);
  if (typeof program === 'string') return program;
  try {
    const { value } = program.run({ self, oldSelf: self, free: plainValue({ a: 1, text: 'x' }) });
    return typeof value === 'bigint' ? Number(value) : value;
  } catch (error) {
    if (error instanceof CelError) return `ERROR ${error.message}`;
    throw error;
  }
}

describe('expressions', () => {
  it.each([
    ['self.replicas > 2 && self.name.startsWith("web")', true],
    ['self.replicas + 4 * 2 - 1', 10],
    ['-7 / 2', -3],
    ['-7 % 2', -1],
    ['7.0 / 2.0', 3.5],
    ['1 < 2.5 && 2u > 1 && 3 == int("3")', true],
    ['self.tags.all(t, t.size() == 1)', true],
    ['self.tags.exists_one(t, t == "b")', true],
    ['self.tags.map(t, t + "!").join(",")', 'a!,b!,c!'],
    ['self.tags.map(t, t != "b", t).join(",")', 'a,c'],
    ['self.tags.filter(t, t in ["a", "z"]).size()', 1],
    ['self.labels.all(k, self.labels[k].size() > 2)', true],
    ['self.tags.all(i, t, i < 3 && t != "")', true],
    ['self.labels.exists(k, v, k == "tier" && v == "front")', true],
    ['self.tags.transformList(i, t, string(i) + t).join(" ")', '0a 1b 2c'],
    ['has(self.labels) && !has(free.b)', true],
    ['free.?b.orValue("none")', 'none'],
    ['self.?name.orValue("x")', 'web-1'],
    ['self.labels[?"no"].hasValue()', false],
    ['optional.of(3).optMap(x, x + 1).value()', 4],
    ['[1, 2] + [3] == [1, 2, 3] && {"a": 1}["a"] == 1', true],
    ['true ? "yes" : "no"', 'yes'],
    ['false && free.nothing.at.all == 1', false],
    ['free.nothing == 1 || true', true],
    ['"a\\tb\\u00e9" + r"\\n" + \'x\'', 'a\tbé\\nx'],
    ['type(self.replicas) == int && type("") != bytes', true],
    ['"éclair".substring(1, 3) + "abc".charAt(1)', 'clb'],
    ['"a,b,c".split(",", 2).join("|")', 'a|b,c'],
    ['"hello %s, %d of %.2f".format(["x", 3, 1.5])', 'hello x, 3 of 1.50'],
    ['"abc-123-def-4".findAll("[0-9]+").join(",")', '123,4'],
    ['"a1b2".matches("^([a-z][0-9])+$")', true],
    ['timestamp("2024-02-29T10:00:00Z").getMonth() + timestamp("2024-02-29T23:00:00Z").getDate("02:00")', 2],
    ['duration("1h30m") > duration("89m") && string(duration("90s")) == "90s"', true],
    ['timestamp("2024-01-01T00:00:00Z") + duration("24h") == timestamp("2024-01-02T00:00:00Z")', true],
    ['quantity("1Gi").isGreaterThan(quantity("1000Mi")) && quantity("1500m").add(quantity("500m")).asInteger() == 2', true],
    ['isQuantity("1x") || quantity("50k").compareTo(quantity("50000")) == 0', true],
    ['url("https://a.example:8080/p/q?x=1&x=2").getPort() + url("https://a.example:8080/p").getHostname()', '8080a.example'],
    ['cidr("10.0.0.0/8").containsIP("10.1.2.3") && ip("::1").family() == 6 && !isIP("1.2.3")', true],
    ['[3, 1, 2].max() + [3, 1, 2].sum() + [1, 2, 2].lastIndexOf(2)', 11],
    ['sets.contains(["a", "b"], ["b"]) && [1, 2].isSorted()', true],
    ['format.dns1123Label().validate("Bad_Name").hasValue()', true],
    ['semver("1.2.3").isLessThan(semver("1.10.0"))', true],
    ['cel.bind(x, self.replicas, x * x)', 9],
  ])('%s', (source, wanted) => expect(outcome(source)).toEqual(wanted));
});

describe('mistakes', () => {
  it.each([
    ['self.replica > 1', "ERROR: <input>:1:5: undefined field 'replica'\n | self.replica > 1\n | ....^"],
    ['other', "ERROR: <input>:1:1: undeclared reference to 'other' (in container '')\n | other\n | ^"],
    [
      'self.replicas > "x"',
      "ERROR: <input>:1:15: found no matching overload for '_>_' applied to '(int, string)'\n | self.replicas > \"x\"\n | ..............^",
    ],
    [
      'self.replicas.startsWith("x")',
      "ERROR: <input>:1:25: found no matching overload for 'startsWith' applied to 'int.(string)'\n | self.replicas.startsWith(\"x\")\n | ........................^",
    ],
    [
      'self.name && true',
      "ERROR: <input>:1:11: found no matching overload for '_&&_' applied to '(string, bool)'\n | self.name && true\n | ..........^",
    ],
    ['self.nope()', "ERROR: <input>:1:10: undeclared reference to 'nope' (in container '')\n | self.nope()\n | .........^"],
    [
      'self.replicas ==',
      "ERROR: <input>:1:17: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | self.replicas ==\n | ................^",
    ],
    [
      'self.replicas == 1 2',
      "ERROR: <input>:1:20: Syntax error: extraneous input '2' expecting <EOF>\n | self.replicas == 1 2\n | ...................^",
    ],
    [
      'a.b +\nself.x',
      "ERROR: <input>:1:1: undeclared reference to 'a' (in container '')\n | a.b +\n | ^\nERROR: <input>:2:5: undefined field 'x'\n | self.x\n | ....^",
    ],
  ])('%s', (source, text) => expect(outcome(source)).toBe(`compilation failed: ${text}`));

  it.each([
    ['free.b == 1', 'no such key: b'],
    ['self.labels["x"] == ""', 'no such key: x'],
    ['self.tags[7] == ""', 'index out of bounds: 7'],
    ['1 / 0', 'division by zero'],
    ['9223372036854775807 + 1', 'integer overflow'],
    ['free.text + 1 == 2', 'no such overload'],
    ['int("x")', 'strconv.ParseInt: parsing "x": invalid syntax'],
  ])('%s at run time', (source, text) => expect(outcome(source)).toBe(`ERROR ${text}`));

  it('a result of another type', () => {
    expect(compileCel('self.replicas', variables, [BOOL])).toBe('must evaluate to bool');
    expect(compileCel('free.a', variables, [BOOL])).not.toBeTypeOf('string');
  });

  it('costs end what would not end', () => {
    const list = '[1,2,3,4,5,6,7,8,9,10]';
    const nested = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].reduce((inner, name) => `${list}.all(${name}, ${inner})`, 'true');
    expect(outcome(nested)).toBe('ERROR operation cancelled: actual cost limit exceeded');
  });
});

describe('schemas', () => {
  const schema = {
    type: 'object',
    properties: {
      'a-b': { type: 'integer' },
      n: { type: 'number' },
      at: { type: 'string', format: 'date-time' },
      either: { 'x-kubernetes-int-or-string': true },
      for: { type: 'boolean' },
    },
  };
  it.each([
    ['self.a__dash__b + 1 == 3', true],
    ['self.n > 1.5', true],
    ['self.at < timestamp("2030-01-01T00:00:00Z")', true],
    ['self.either == "50%" || self.either == 5', true],
    ['self.__for__', true],
    ['self.metadata.name == "x" && self.kind == "K"', true],
  ])('%s', (source, wanted) => {
    const type = celTypeOf(schema, 'selfType', true);
    const program = compileCel(source, { self: type });
    if (typeof program === 'string') throw new Error(program);
    const value = { kind: 'K', metadata: { name: 'x' }, 'a-b': 2, n: 2, at: '2024-01-01T00:00:00Z', either: '50%', for: true };
    expect(program.run({ self: celValueOf(value, type, schema) }).value).toBe(wanted);
  });
  it.each([
    ['a-b', 'a__dash__b'],
    ['a__b', 'a__underscores__b'],
    ['x.y/z', 'x__dot__y__slash__z'],
    ['namespace', '__namespace__'],
    ['0a', undefined],
    ['ok', 'ok'],
  ])('%s is named %s', (name, escaped) => expect(escapeName(name)).toBe(escaped));
});
