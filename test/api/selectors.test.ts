import { describe, expect, it } from 'vitest';
import {
  formatLabelSelector, formatSelector, matches, matchesLabelSelector, matchesMap, parseFieldSelector, parseSelector, SelectorError,
} from '../../src/api/selectors.ts';

const LABELS = { app: 'web', tier: 'front', size: '3' };

/** A6: text, its normal form, whether LABELS match. */
const ROWS: readonly (readonly [text: string, normal: string, match: boolean])[] = [
  ['', '', true], ['app=web', 'app=web', true], ['app==web', 'app==web', true], ['app=db', 'app=db', false], ['app!=web', 'app!=web', false],
  ['other!=x', 'other!=x', true], ['app in (web, db)', 'app in (db,web)', true], ['app notin (web)', 'app notin (web)', false], ['none notin (a)', 'none notin (a)', true],
  ['app', 'app', true], ['!app', '!app', false], ['!none', '!none', true], [' app = web , tier', 'app=web,tier', true], ['tier=front,app=web', 'app=web,tier=front', true],
  ['size>2', 'size>2', true], ['size<3', 'size<3', false], ['app=', 'app=', false], ['in in (in)', 'in in (in)', false], ['a/b.c=d', 'a/b.c=d', false],
];

const WRONG: readonly (readonly [text: string, error: string])[] = [
  ['app=web,', "found '', expected: identifier after ','"],
  ['=web', "found '=', expected: !, identifier, or 'end of string'"],
  ['app in', "unable to parse requirement: found '' expected: '('"],
  ['app web', "unable to parse requirement: found 'web', expected: in, notin, =, ==, !=, gt, lt"],
  ['app=a b', "found 'b', expected: ',' or 'end of string'"],
  ['app=-x', 'unable to parse requirement: values[0][app]: Invalid value: "-x": a valid label must be an empty string or consist of alphanumeric characters, '
    + "'-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    + "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"],
];

describe('label selectors', () => {
  it.each(ROWS)('%s', (text, normal, match) => {
    const selector = parseSelector(text);
    expect(formatSelector(selector)).toBe(normal);
    expect(matches(selector, LABELS)).toBe(match);
    expect(formatSelector(parseSelector(normal))).toBe(normal);
  });

  it.each(WRONG)('refuses "%s"', (text, error) => {
    expect(() => parseSelector(text)).toThrow(new SelectorError(error));
  });

  it('absent selects nothing, empty everything', () => {
    expect([matchesLabelSelector(undefined, LABELS), matchesLabelSelector({}, LABELS)]).toEqual([false, true]);
    expect([matchesMap(undefined, LABELS), matchesMap({}, LABELS), matchesMap({ app: 'web' }, LABELS)]).toEqual([false, false, true]);
  });

  it.each([
    [{ matchLabels: { app: 'web' }, matchExpressions: [{ key: 'tier', operator: 'In', values: ['front', 'back'] }] }, 'app=web,tier in (back,front)', true],
    [{ matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] }, 'app notin (web)', false],
    [{ matchExpressions: [{ key: 'x', operator: 'DoesNotExist' }] }, '!x', true],
    [{ matchExpressions: [{ key: 'x', operator: 'Exists' }] }, 'x', false],
    [{}, '<none>', true],
  ])('%j', (selector, text, match) => {
    expect(formatLabelSelector(selector)).toBe(text);
    expect(matchesLabelSelector(selector, LABELS)).toBe(match);
  });
});

describe('field selectors', () => {
  it.each([
    ['status.phase=Running', [['status.phase', true, 'Running']]],
    ['a==b,c!=d', [['a', true, 'b'], ['c', false, 'd']]],
    ['a=b\\,c', [['a', true, 'b,c']]],
    ['', []],
  ])('%s', (text, terms) => {
    expect(parseFieldSelector(text).map(({ field, equal, value }) => [field, equal, value])).toEqual(terms);
  });

  it('refuses what is no comparison', () => {
    expect(() => parseFieldSelector('foo')).toThrow("invalid selector: 'foo'; can't understand 'foo'");
  });
});
