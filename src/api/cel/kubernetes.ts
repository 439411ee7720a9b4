/** The functions that Kubernetes adds to CEL: texts, lists, patterns, URLs, quantities, addresses, sets, formats, versions, authorizer.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/cel/{environment,library} */
import { ipFamily, parseRange } from '../ip.ts';
import { dns1035LabelErrors, dns1123LabelErrors, dns1123SubdomainErrors, labelValueErrors, qualifiedNameErrors } from '../names.ts';
import { ACCESS } from './authorizer.ts';
import { compilePattern } from '../patterns.ts';
import type { Quantity } from '../quantity.ts';
import { formatQuantity, parseQuantity } from '../quantity.ts';
import type { Handler } from './overloads.ts';
import { int, length } from './standard.ts';
import { durationText, timestampText } from './times.ts';
import type { CelMap, Value } from './values.ts';
import { CelError, compare, Duration, Opaque, Optional, QuantityValue, same, Timestamp, TypeValue, Uint } from './values.ts';

type Table = readonly (readonly [string, Handler])[];

const range = (what: string): CelError => new CelError(`index out of range: ${what}`);
function part(text: string, from: bigint, to?: bigint): string {
  const all = [...text];
  const end = to ?? BigInt(all.length);
  if (from < 0n || from > end || end > BigInt(all.length)) throw range(String(from < 0n || from > end ? from : end));
  return all.slice(Number(from), Number(end)).join('');
}
function indexOf(text: string, wanted: string, from: bigint): bigint {
  const all = [...text];
  const sought = [...wanted];
  if (from < 0n || from > BigInt(all.length)) throw range(String(from));
  for (let i = Number(from); i + sought.length <= all.length; i += 1) if (sought.every((each, k) => all[i + k] === each)) return BigInt(i);
  return -1n;
}
function lastIndexOf(text: string, wanted: string, from: bigint): bigint {
  const all = [...text];
  const sought = [...wanted];
  for (let i = Math.min(Number(from), all.length - sought.length); i >= 0; i -= 1)
    if (sought.every((each, k) => all[i + k] === each)) return BigInt(i);
  return -1n;
}
function split(text: string, by: string, limit: bigint): Value {
  if (limit === 0n) return [];
  const parts = by === '' ? [...text] : text.split(by);
  if (limit < 0n || parts.length <= Number(limit)) return parts;
  const head = parts.slice(0, Number(limit) - 1);
  return [...head, parts.slice(Number(limit) - 1).join(by)];
}
function replace(text: string, old: string, next: string, limit: bigint): string {
  if (limit < 0n) return text.split(old).join(next);
  const parts = split(text, old, limit + 1n) as readonly string[];
  return parts.join(next);
}
const ascii = (text: string, from: RegExp, shift: number): string =>
  text.replace(from, (character) => String.fromCharCode(character.charCodeAt(0) + shift));

const TEXTS: Table = [
  ['string.charAt(int): string', (text: string, at: bigint) => (at === BigInt(length(text)) ? '' : part(text, at, at + 1n))],
  ['string.indexOf(string): int', (text: string, wanted: string) => indexOf(text, wanted, 0n)],
  ['string.indexOf(string, int): int', indexOf],
  ['string.lastIndexOf(string): int', (text: string, wanted: string) => lastIndexOf(text, wanted, BigInt(text.length))],
  ['string.lastIndexOf(string, int): int', lastIndexOf],
  ['string.lowerAscii(): string', (text: string) => ascii(text, /[A-Z]/g, 32)],
  ['string.upperAscii(): string', (text: string) => ascii(text, /[a-z]/g, -32)],
  ['string.replace(string, string): string', (text: string, old: string, next: string) => replace(text, old, next, -1n)],
  ['string.replace(string, string, int): string', replace],
  ['string.split(string): list<string>', (text: string, by: string) => split(text, by, -1n)],
  ['string.split(string, int): list<string>', split],
  ['string.substring(int): string', part],
  ['string.substring(int, int): string', part],
  ['string.trim(): string', (text: string) => text.trim()],
  ['string.reverse(): string', (text: string) => [...text].reverse().join('')],
  ['list<string>.join(): string', (list: string[]) => list.join('')],
  ['list<string>.join(string): string', (list: string[], by: string) => list.join(by)],
  ['string.format(list<dyn>): string', format],
  ['strings:quote(string): string', (text: string) => JSON.stringify(text)],
  ['string.find(string): string', (text: string, pattern: string) => find(text, pattern, 1)[0] ?? ''],
  ['string.findAll(string): list<string>', (text: string, pattern: string) => find(text, pattern, -1)],
  ['string.findAll(string, int): list<string>', (text: string, pattern: string, limit: bigint) => find(text, pattern, Number(limit))],
];

function find(text: string, pattern: string, limit: number): readonly string[] {
  const compiled = compilePattern(pattern);
  if (typeof compiled === 'string') throw new CelError(`error parsing regexp: ${compiled}`);
  return compiled.findAll(text, limit);
}

/** %s %d %f %e %b %x %X %o with a precision, as cel-go's strings extension. */
function format(text: string, args: readonly Value[]): string {
  let next = 0;
  return text.replace(/%(?:\.(\d+))?([%sdfebxXo])/g, (_whole, precision: string | undefined, verb: string) => {
    if (verb === '%') return '%';
    const arg = args[next];
    next += 1;
    if (arg === undefined) throw new CelError(`index ${next - 1} out of range`);
    return formatted(arg, verb, precision === undefined ? 6 : Number(precision));
  });
}
function formatted(arg: Value, verb: string, precision: number): string {
  const whole = arg instanceof Uint ? arg.value : typeof arg === 'bigint' ? arg : undefined;
  if (verb === 's') return shown(arg);
  if (verb === 'f' || verb === 'e')
    return verb === 'f' ? Number(whole ?? arg).toFixed(precision) : Number(whole ?? arg).toExponential(precision);
  if (verb === 'd' && typeof arg === 'number') return String(arg);
  if (verb === 'b' && typeof arg === 'boolean') return arg ? '1' : '0';
  if ((verb === 'x' || verb === 'X') && typeof arg === 'string') {
    const hex = [...arg].map((each) => each.codePointAt(0)!.toString(16).padStart(2, '0')).join('');
    return verb === 'X' ? hex.toUpperCase() : hex;
  }
  if (whole === undefined)
    throw new CelError(`error during formatting: ${verb === 'd' ? 'decimal' : verb} clause can only be used on integers`);
  const out = whole.toString({ d: 10, b: 2, x: 16, X: 16, o: 8 }[verb] ?? 10);
  return verb === 'X' ? out.toUpperCase() : out;
}
function shown(value: Value): string {
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(shown).join(', ')}]`;
  if (value instanceof Map)
    return `{${[...(value as CelMap)]
      .map(([key, each]) => `${shown(key)}: ${shown(each)}`)
      .sort()
      .join(', ')}}`;
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return durationText(value);
  if (value instanceof TypeValue) return value.name;
  return value instanceof Opaque ? value.text : value instanceof QuantityValue ? formatQuantity(value.quantity) : '';
}

function extreme(list: readonly Value[], wanted: 'min' | 'max'): Value {
  const [first] = list;
  if (first === undefined) throw new CelError(`${wanted} called on empty list`);
  return list.reduce<Value>(
    (best, each) => ((compare(each, best) ?? 0) < 0 === (wanted === 'min') && (compare(each, best) ?? 0) !== 0 ? each : best),
    first,
  );
}
function sum(list: readonly Value[]): Value {
  const [first] = list;
  if (first === undefined) return 0n;
  if (typeof first === 'bigint') return int((list as readonly bigint[]).reduce((a, b) => a + b, 0n));
  if (typeof first === 'number') return (list as readonly number[]).reduce((a, b) => a + b, 0);
  if (first instanceof Uint) return new Uint((list as readonly Uint[]).reduce((a, b) => a + b.value, 0n));
  return new Duration((list as readonly Duration[]).reduce((a, b) => a + b.nanos, 0n));
}
const has = (list: readonly Value[], item: Value): boolean => list.some((each) => same(each, item));
const within = (inner: readonly Value[], outer: readonly Value[]): boolean => inner.every((each) => has(outer, each));
function flatten(list: readonly Value[], depth: bigint): Value[] {
  return list.flatMap((each) => (Array.isArray(each) && depth > 0n ? flatten(each as Value[], depth - 1n) : [each]));
}

const LISTS: Table = [
  ['list<A>.isSorted(): bool', (list: Value[]) => list.every((each, i) => i === 0 || (compare(list[i - 1] as Value, each) ?? 0) <= 0)],
  ['list<A>.sum(): A', sum],
  ['list<A>.min(): A', (list: Value[]) => extreme(list, 'min')],
  ['list<A>.max(): A', (list: Value[]) => extreme(list, 'max')],
  ['list<A>.indexOf(A): int', (list: Value[], item: Value) => BigInt(list.findIndex((each) => same(each, item)))],
  ['list<A>.lastIndexOf(A): int', (list: Value[], item: Value) => BigInt(list.findLastIndex((each) => same(each, item)))],
  ['list<A>.distinct(): list<A>', (list: Value[]) => list.filter((each, i) => list.findIndex((other) => same(each, other)) === i)],
  ['list<A>.slice(int, int): list<A>', (list: Value[], from: bigint, to: bigint) => list.slice(Number(from), Number(to))],
  ['list<A>.reverse(): list<A>', (list: Value[]) => [...list].reverse()],
  ['list<A>.sort(): list<A>', (list: Value[]) => [...list].sort((a, b) => compare(a, b) ?? 0)],
  ['list<dyn>.flatten(): list<dyn>', (list: Value[]) => flatten(list, 1n)],
  ['list<dyn>.flatten(int): list<dyn>', flatten],
  ['sets:contains(list<A>, list<A>): bool', (list: Value[], part: Value[]) => within(part, list)],
  ['sets:equivalent(list<A>, list<A>): bool', (a: Value[], b: Value[]) => within(a, b) && within(b, a)],
  ['sets:intersects(list<A>, list<A>): bool', (a: Value[], b: Value[]) => a.some((each) => has(b, each))],
  ['math:greatest(A, A): A', (a: Value, b: Value) => extreme([a, b], 'max')],
  ['math:least(A, A): A', (a: Value, b: Value) => extreme([a, b], 'min')],
];

function quantity(text: string): QuantityValue {
  const parsed = parseQuantity(text);
  if (typeof parsed === 'string') throw new CelError(parsed);
  return new QuantityValue(parsed);
}
const NANO = 1_000_000_000n;
const amount = (value: QuantityValue | bigint): bigint => (value instanceof QuantityValue ? value.quantity.nanos : value * NANO);
const changed = ({ quantity: { format: kept } }: QuantityValue, nanos: bigint): QuantityValue =>
  new QuantityValue({ nanos, format: kept } satisfies Quantity);
const sign = (nanos: bigint): bigint => (nanos > 0n ? 1n : nanos < 0n ? -1n : 0n);

const QUANTITIES: Table = [
  ['quantity(string): quantity', quantity],
  ['isQuantity(string): bool', (text: string) => typeof parseQuantity(text) !== 'string'],
  ['quantity.isInteger(): bool', (one: QuantityValue) => amount(one) % NANO === 0n],
  [
    'quantity.asInteger(): int',
    (one: QuantityValue) => {
      if (amount(one) % NANO !== 0n) throw new CelError('cannot convert value to integer');
      return amount(one) / NANO;
    },
  ],
  ['quantity.asApproximateFloat(): double', (one: QuantityValue) => Number(amount(one)) / 1e9],
  ['quantity.sign(): int', (one: QuantityValue) => sign(amount(one))],
  ...['quantity', 'int'].flatMap((other): Table => [
    [`quantity.add(${other}): quantity`, (a: QuantityValue, b: QuantityValue | bigint) => changed(a, amount(a) + amount(b))],
    [`quantity.sub(${other}): quantity`, (a: QuantityValue, b: QuantityValue | bigint) => changed(a, amount(a) - amount(b))],
  ]),
  ['quantity.isLessThan(quantity): bool', (a: QuantityValue, b: QuantityValue) => amount(a) < amount(b)],
  ['quantity.isGreaterThan(quantity): bool', (a: QuantityValue, b: QuantityValue) => amount(a) > amount(b)],
  ['quantity.compareTo(quantity): int', (a: QuantityValue, b: QuantityValue) => sign(amount(a) - amount(b))],
];

interface Url {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
}
const URL_FORM = /^([A-Za-z][A-Za-z0-9+.-]*):(?:\/\/(?:[^/?#@]*@)?([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#.*)?$/;
function parseUrl(text: string): Url | undefined {
  if (text.startsWith('/') && !/[\s#]/.test(text)) {
    const [path = '', query = ''] = text.split(/\?(.*)/s);
    return { scheme: '', host: '', path, query };
  }
  const found = URL_FORM.exec(text);
  return found === null || /\s/.test(found[2] ?? '')
    ? undefined
    : { scheme: found[1] as string, host: found[2] ?? '', path: found[3] ?? '', query: found[4] ?? '' };
}
function url(text: string): Opaque {
  const parsed = parseUrl(text);
  if (parsed === undefined)
    throw new CelError(`URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`);
  return new Opaque('kubernetes.URL', text, parsed);
}
const ofUrl =
  (read: (url: Url) => Value): Handler =>
  ({ data }: Opaque) =>
    read(data as Url);
const hostname = (host: string): string => (host.startsWith('[') ? host.slice(1, host.indexOf(']')) : host.replace(/:\d*$/, ''));
function queryOf(query: string): Value {
  const out = new Map<Value, Value[]>();
  for (const each of query.split('&').filter((item) => item !== '')) {
    const [name = '', value = ''] = each.split(/=(.*)/s).map((item) => decode(item.replaceAll('+', ' ')));
    out.set(name, [...(out.get(name) ?? []), value]);
  }
  return out as unknown as CelMap;
}
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
const URLS: Table = [
  ['url(string): url', url],
  ['isURL(string): bool', (text: string) => parseUrl(text) !== undefined],
  ['url.getScheme(): string', ofUrl(({ scheme }) => scheme)],
  ['url.getHost(): string', ofUrl(({ host }) => host)],
  ['url.getHostname(): string', ofUrl(({ host }) => hostname(host))],
  ['url.getPort(): string', ofUrl(({ host }) => /:(\d+)$/.exec(host)?.[1] ?? '')],
  ['url.getEscapedPath(): string', ofUrl(({ path }) => encodeURI(decode(path)))],
  ['url.getQuery(): map<string, list<string>>', ofUrl(({ query }) => queryOf(query))],
];

function ip(text: string): Opaque {
  if (ipFamily(text) === undefined)
    throw new CelError(
      `IP Address ${JSON.stringify(text)} parse error during conversion from string: ParseAddr(${JSON.stringify(text)}): unable to parse IP`,
    );
  return new Opaque('net.IP', text, undefined);
}
function cidr(text: string): Opaque {
  const parsed = parseRange(text);
  if (parsed === undefined)
    throw new CelError(
      `network address parse error during conversion from string: netip.ParsePrefix(${JSON.stringify(text)}): invalid CIDR`,
    );
  return new Opaque('net.CIDR', text, parsed);
}
const rangeOf = (text: string): NonNullable<ReturnType<typeof parseRange>> => cidr(text).data as NonNullable<ReturnType<typeof parseRange>>;
const inside = (text: string, ranges: readonly string[]): boolean => ranges.some((each) => parseRange(each)?.contains(text) ?? false);
const holds = (outer: string, inner: string): boolean =>
  rangeOf(outer).contains(inner.split('/')[0] as string) && rangeOf(outer).prefix <= rangeOf(inner).prefix;
const SPECIAL = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '255.255.255.255/32',
  '::/128',
  '::1/128',
  'fe80::/10',
  'ff00::/8',
];
const ADDRESSES: Table = [
  ['ip(string): ip', ip],
  ['isIP(string): bool', (text: string) => ipFamily(text) !== undefined],
  ['ip:isCanonical(string): bool', (text: string) => ip(text).text === text.toLowerCase()],
  ['ip.family(): int', ({ text }: Opaque) => (ipFamily(text) === 'IPv4' ? 4n : 6n)],
  ['ip.isUnspecified(): bool', ({ text }: Opaque) => inside(text, ['0.0.0.0/32', '::/128'])],
  ['ip.isLoopback(): bool', ({ text }: Opaque) => inside(text, ['127.0.0.0/8', '::1/128'])],
  ['ip.isLinkLocalMulticast(): bool', ({ text }: Opaque) => inside(text, ['224.0.0.0/24', 'ff02::/16'])],
  ['ip.isLinkLocalUnicast(): bool', ({ text }: Opaque) => inside(text, ['169.254.0.0/16', 'fe80::/10'])],
  ['ip.isGlobalUnicast(): bool', ({ text }: Opaque) => !inside(text, SPECIAL)],
  ['string(ip): string', ({ text }: Opaque) => text],
  ['cidr(string): cidr', cidr],
  ['isCIDR(string): bool', (text: string) => parseRange(text) !== undefined],
  ['string(cidr): string', ({ text }: Opaque) => text],
  ['cidr.ip(): ip', ({ text }: Opaque) => ip(text.split('/')[0] as string)],
  ['cidr.prefixLength(): int', ({ text }: Opaque) => BigInt(rangeOf(text).prefix)],
  ['cidr.masked(): cidr', ({ text }: Opaque) => cidr(`${rangeOf(text).at(0)}/${rangeOf(text).prefix}`)],
  ['cidr.containsIP(ip): bool', (outer: Opaque, inner: Opaque) => rangeOf(outer.text).contains(inner.text)],
  ['cidr.containsIP(string): bool', (outer: Opaque, inner: string) => rangeOf(outer.text).contains(inner)],
  ['cidr.containsCIDR(cidr): bool', (outer: Opaque, inner: Opaque) => holds(outer.text, inner.text)],
  ['cidr.containsCIDR(string): bool', (outer: Opaque, inner: string) => holds(outer.text, inner)],
];

const FORMATS: Readonly<Record<string, (text: string) => readonly string[]>> = {
  dns1123Label: dns1123LabelErrors,
  dns1123Subdomain: dns1123SubdomainErrors,
  dns1035Label: dns1035LabelErrors,
  qualifiedName: qualifiedNameErrors,
  labelValue: labelValueErrors,
  uri: (text) => (parseUrl(text) === undefined ? ['invalid URL'] : []),
  uuid: (text) => (/^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(text) ? [] : ['does not match the UUID format']),
  date: (text) => (/^\d{4}-\d\d-\d\d$/.test(text) ? [] : ['invalid date']),
  datetime: (text) => (/^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d/.test(text) ? [] : ['invalid datetime']),
};
const NAMED: Table = [
  ...Object.keys(FORMATS).map((name): readonly [string, Handler] => [
    `format:${name}(): format`,
    () => new Opaque('kubernetes.NamedFormat', name, undefined),
  ]),
  [
    'format:named(string): optional<format>',
    (name: string) => new Optional(FORMATS[name] === undefined ? undefined : new Opaque('kubernetes.NamedFormat', name, undefined)),
  ],
  [
    'format.validate(string): optional<list<string>>',
    ({ text: name }: Opaque, text: string) => {
      const errors = FORMATS[name]?.(text) ?? [];
      return new Optional(errors.length === 0 ? undefined : errors);
    },
  ],
];

const SEMVER = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;
function semver(text: string): Opaque {
  const found = SEMVER.exec(text);
  if (found === null) throw new CelError(`No Major.Minor.Patch elements found`);
  return new Opaque('kubernetes.Semver', text, [
    BigInt(found[1] as string),
    BigInt(found[2] as string),
    BigInt(found[3] as string),
    found[4] ?? '',
  ]);
}
function versionOrder(a: Opaque, b: Opaque): bigint {
  const [x, y] = [a.data, b.data] as [Value[], Value[]];
  for (let i = 0; i < 3; i += 1) if (x[i] !== y[i]) return BigInt(compare(x[i] as Value, y[i] as Value) as number);
  if (x[3] === y[3]) return 0n;
  if (x[3] === '' || y[3] === '') return x[3] === '' ? 1n : -1n;
  return (x[3] as string) < (y[3] as string) ? -1n : 1n;
}
const VERSIONS: Table = [
  ['semver(string): semver', semver],
  ['isSemver(string): bool', (text: string) => SEMVER.test(text)],
  ...['major', 'minor', 'patch'].map((name, i): readonly [string, Handler] => [
    `semver.${name}(): int`,
    ({ data }: Opaque) => (data as Value[])[i] as bigint,
  ]),
  ['semver.compareTo(semver): int', versionOrder],
  ['semver.isLessThan(semver): bool', (a: Opaque, b: Opaque) => versionOrder(a, b) < 0n],
  ['semver.isGreaterThan(semver): bool', (a: Opaque, b: Opaque) => versionOrder(a, b) > 0n],
];

export const KUBERNETES: Table = [...TEXTS, ...LISTS, ...QUANTITIES, ...URLS, ...ADDRESSES, ...NAMED, ...VERSIONS, ...ACCESS];
