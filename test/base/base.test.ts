import { describe, expect, it } from 'vitest';
import { base64, concat, equalBytes, fromBase64, fromUtf8, utf8 } from '../../src/base/bytes.ts';
import { Fingerprint, fnv32a, hex, hmacSha256, sha256Hex } from '../../src/base/hash.ts';
import { changeText } from '../../src/base/change-text.ts';
import { Heap } from '../../src/base/heap.ts';
import { canonical, equal, freeze, sealed } from '../../src/base/json.ts';
import { createRandom } from '../../src/base/random.ts';
import { goDuration, humanDuration, parseGoDuration, parseTime, rfc3339, rfc3339Micro, rfc3339Nano } from '../../src/base/time.ts';
import { Bell } from '../../src/base/gate.ts';
import { AbortedError, isAbort } from '../../src/base/with-timeout.ts';
import { loneWorld } from '../../src/sim/lone-world.ts';

const S = 1000;
const M = 60 * S;
const H = 60 * M;
const D = 24 * H;

describe('times', () => {
  it.each([
    [-2 * S, '<invalid>'], [-1 * S, '0s'], [0, '0s'], [1999, '1s'], [119 * S, '119s'], [120 * S, '2m'], [2 * M + 30 * S, '2m30s'], [9 * M + 59 * S, '9m59s'], [10 * M + 5 * S, '10m'], [179 * M, '179m'],
    [3 * H, '3h'], [7 * H + 59 * M, '7h59m'], [8 * H + 30 * M, '8h'], [47 * H, '47h'], [48 * H, '2d'], [2 * D + H, '2d1h'], [7 * D + 23 * H, '7d23h'], [8 * D + 5 * H, '8d'], [729 * D, '729d'], [730 * D, '2y'], [735 * D, '2y5d'], [8 * 365 * D + 5 * D, '8y'],
  ])('an age of %d ms is %s', (ms, text) => expect(humanDuration(ms)).toBe(text));

  it.each([
    [0, '0s'], [0.000001, '1ns'], [0.0015, '1.5µs'], [1, '1ms'], [1.5, '1.5ms'], [1234, '1.234s'], [M, '1m0s'], [90 * M, '1h30m0s'], [-1500, '-1.5s'], [H + 250, '1h0m0.25s'], [999.999, '999.999ms'], [100 * H, '100h0m0s'],
  ])('%d ms is %s in Go, and back', (ms, text) => {
    expect(goDuration(ms)).toBe(text);
    expect(parseGoDuration(text)).toBeCloseTo(ms, 6);
  });

  it.each([['1h30m', 90 * M], ['1.5s', 1500], ['-2m', -2 * M], ['0', 0], ['.5s', 500], ['+3s', 3000], ['100us', 0.1], ['', NaN], ['5', NaN], ['s', NaN], ['1d', NaN], ['1s ', NaN], ['-', NaN]])(
    'Go reads %s', (text, ms) => expect(parseGoDuration(text)).toBe(ms));

  it.each([
    ['2026-01-05T09:00:00Z', Date.UTC(2026, 0, 5, 9)], ['2026-01-05T09:00:00.25Z', Date.UTC(2026, 0, 5, 9, 0, 0, 250)], ['2026-01-05T09:00:00+01:30', Date.UTC(2026, 0, 5, 7, 30)], ['2026-02-30T00:00:00Z', NaN], ['2024-02-29t23:59:59Z', Date.UTC(2024, 1, 29, 23, 59, 59)],
    ['2026-13-05T09:00:00Z', NaN], ['2026-01-00T09:00:00Z', NaN], ['2026-01-05T24:00:00Z', NaN], ['2026-01-05T09:60:00Z', NaN], ['2026-01-0xT09:00:00Z', NaN], ['2026/01/05T09:00:00Z', NaN],
    ['2026-01-05T09:00:00z', Date.UTC(2026, 0, 5, 9)], ['2026-01-05', NaN], ['garbage', NaN],
  ])('RFC 3339 %s', (text, ms) => expect(parseTime(text)).toBe(ms));

  it('writes RFC 3339', () => {
    const ms = Date.UTC(2026, 0, 5, 9, 8, 7, 65);
    expect([rfc3339(ms), rfc3339Micro(ms, 1_000_043), rfc3339Nano(ms)]).toEqual(['2026-01-05T09:08:07Z', '2026-01-05T09:08:07.065043Z', '2026-01-05T09:08:07.065000000Z']);
  });
});

describe('bytes', () => {
  it('base64 as Go writes and reads it', () => {
    for (const text of ['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar', 'täg €']) {
      expect(base64(text)).toBe(Buffer.from(text).toString('base64'));
      expect(fromUtf8(fromBase64(base64(text)) as Uint8Array)).toBe(text);
    }
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(equalBytes(fromBase64(base64(all)) as Uint8Array, all)).toBe(true);
    expect(fromBase64('Zm9v\nYmFy')).toEqual(utf8('foobar'));
    expect([fromBase64('Zg'), fromBase64('Z!=='), fromBase64('=')]).toEqual([undefined, undefined, undefined]);
    expect(concat([utf8('a'), utf8('bc')])).toEqual(utf8('abc'));
  });
});

describe('hashes', () => {
  it('are the known ones', () => {
    expect(fnv32a('')).toBe(0x811c9dc5);
    expect(fnv32a('foobar')).toBe(0xbf9cf968);
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('a fingerprint depends on every text, its length and the order', () => {
    const of = (...texts: string[]): string => {
      const fingerprint = new Fingerprint();
      for (const text of texts) fingerprint.add(text);
      return fingerprint.text();
    };
    const all = [of(), of('a'), of('b'), of('a', 'b'), of('b', 'a'), of('ab'), of('a', ''), of('', 'a'), of('a\0'), of('x'.repeat(99)), of('x'.repeat(100))];
    expect(new Set(all).size).toBe(all.length);
    const many = new Set(Array.from({ length: 20_000 }, (_, i) => of(`key-${i}`)));
    expect(many.size).toBe(20_000);
  });

  // RFC 4231, test cases 2 and 6.
  it.each([
    [utf8('Jefe'), 'what do ya want for nothing?', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
    [new Uint8Array(131).fill(0xaa), 'Test Using Larger Than Block-Size Key - Hash Key First', '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54'],
  ])('HMAC-SHA256, again and again under one key', (key, text, expected) => {
    const mac = hmacSha256(key);
    expect([hex(mac(text)), hex(mac('other')) === expected, hex(mac(text))]).toEqual([expected, false, expected]);
  });
});

describe('JSON values', () => {
  it('are equal by content', () => {
    expect(equal({ a: 1, b: [{ c: null }] }, { b: [{ c: null }], a: 1 })).toBe(true);
    expect(equal({ a: undefined }, {})).toBe(true);
    for (const [a, b] of [[{ a: 1 }, { a: 2 }], [{ a: 1 }, {}], [{}, { a: 1 }], [[1], [1, 2]], [[], {}], [null, {}], [0, '0'], [{ a: null }, {}]]) expect(equal(a, b)).toBe(false);
    expect(canonical({ b: 1, a: [{ d: undefined, c: 'x' }] })).toBe('{"a":[{"c":"x"}],"b":1}');
  });

  it('are frozen to their depths, and made normal only where they are not', () => {
    const value = freeze({ a: { b: [{ c: 1 }] } });
    expect([Object.isFrozen(value.a.b[0]), sealed(value) === value]).toEqual([true, true]);
    const loose = { a: undefined, b: [undefined, -0, { c: undefined, d: 1 }], e: NaN, f: value };
    const normal = sealed(loose) as unknown as typeof loose;
    expect(normal).toStrictEqual(JSON.parse(JSON.stringify(loose)));
    expect(normal.f).toBe(value);
    expect([normal, normal.b, normal.b[2]].every((each) => Object.isFrozen(each))).toBe(true);
    const clean = { a: [1, { b: 'x' }], c: null };
    expect([sealed(clean) === clean, Object.isFrozen(clean.a[1])]).toEqual([true, true]);
    expect('a' in loose).toBe(true);
  });
});

describe('the text of a change', () => {
  const shared = { deep: { text: 'x' } };
  it.each([
    ['nothing', { a: shared }, { a: shared }, ''],
    ['nothing but the order of keys', { a: 1, b: 2 }, { b: 2, a: 1 }, ''],
    ['a new value', undefined, { a: 1 }, '={"a":1}\n'],
    ['a leaf', { a: shared, b: { c: 1, d: 2 } }, { a: shared, b: { c: 3, d: 2 } }, '/b/c=3\n'],
    ['a key that came', { a: 1 }, { a: 1, b: { c: [] } }, '/b={"c":[]}\n'],
    ['a key that went', { a: 1, b: 2 }, { a: 1 }, '/b-\n'],
    ['an item of a list', [{ a: 1 }, 2], [{ a: 1 }, 3], '/1=3\n'],
    ['a longer list', { l: [1] }, { l: [1, 2] }, '/l=[1,2]\n'],
    ['a list in place of an object', { a: {} }, { a: [] }, '/a=[]\n'],
    ['null', { a: 1 }, { a: null }, '/a=null\n'],
  ])('tells %s', (_, before, after, text) => expect(changeText(before, after)).toBe(text));
});

describe('a heap', () => {
  it('gives the least first, also after items were taken out of its midst', () => {
    const random = createRandom('heap');
    interface Item { readonly key: number; index: number }
    const heap = new Heap<Item>((a, b) => a.key < b.key, (item, index) => { item.index = index; });
    let left: Item[] = [];
    for (let i = 0; i < 2000; i += 1) {
      const item = { key: random.int(500), index: -1 };
      heap.push(item);
      left.push(item);
      if (i % 3 === 0) {
        const gone = left.splice(random.int(left.length), 1)[0] as Item;
        expect(heap.removeAt(gone.index)).toBe(gone);
        expect(gone.index).toBe(-1);
      }
    }
    left = left.sort((a, b) => a.key - b.key);
    const got: number[] = [];
    for (let item = heap.pop(); item; item = heap.pop()) got.push(item.key);
    expect(got).toEqual(left.map(({ key }) => key));
  });
});

describe('waiting', () => {
  it('a bell wakes whoever waits, and remembers one ring', async () => {
    const { world, advance } = loneWorld();
    const bell = new Bell(world);
    const log: string[] = [];
    world.spawn('waiter', async () => {
      for (let i = 0; i < 3; i += 1) {
        await bell.wait();
        log.push(`rung ${i}`);
      }
    });
    bell.ring();
    bell.ring();
    await advance(0);
    expect(log).toEqual(['rung 0']);
    bell.ring();
    await advance(0);
    expect(log).toEqual(['rung 0', 'rung 1']);
  });

  it('an aborted sleep leaves no timer and says why', async () => {
    const { world, drive } = loneWorld();
    const abort = new AbortController();
    const sleeping = world.clock.sleep(1000, abort.signal);
    abort.abort(new AbortedError('enough'));
    await expect(drive(sleeping)).rejects.toThrow('enough');
    await expect(drive(world.clock.sleep(1, abort.signal))).rejects.toSatisfy(isAbort);
    expect(world.clock.micros()).toBe(0);
  });
});
