/** Quantities: "100m", "1.5Gi", "1e3". Exact: a count of nanos in a BigInt; finer than a nano is rounded away from zero.
 *  Upstream: staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go */

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';
export interface Quantity { readonly nanos: bigint; readonly format: QuantityFormat }

export const QUANTITY_FORMAT_ERROR = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
export const QUANTITY_NUMERIC_ERROR = 'unable to parse numeric part of quantity';
export const QUANTITY_SUFFIX_ERROR = "unable to parse quantity's suffix";

const NANO = 1_000_000_000n;
const FORM = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eE][-+]?[0-9]+|[A-Za-z]*)$/;
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: Readonly<Record<string, number>> = { Ki: 1, Mi: 2, Gi: 3, Ti: 4, Pi: 5, Ei: 6 };
const DECIMAL_SUFFIX: Readonly<Record<number, string>> = { [-9]: 'n', [-6]: 'u', [-3]: 'm', 0: '', 3: 'k', 6: 'M', 9: 'G', 12: 'T', 15: 'P', 18: 'E' };
const BINARY_SUFFIX = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
/** Exponents beyond this are refused rather than computed. */
const EXPONENT_MAX = 40;

/** A text is what is wrong, in Kubernetes' words. */
export function parseQuantity(text: string): Quantity | string {
  if (!/^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$/.test(text)) return QUANTITY_FORMAT_ERROR;
  const found = FORM.exec(text);
  if (!found) return QUANTITY_NUMERIC_ERROR;
  const [, sign = '', whole = '', fraction = '', suffix = ''] = found;
  if (whole === '' && fraction === '') return QUANTITY_NUMERIC_ERROR;
  const binary = BINARY[suffix];
  let exponent = DECIMAL[suffix] ?? 0;
  let format: QuantityFormat = 'DecimalSI';
  if (binary !== undefined) format = 'BinarySI';
  else if (DECIMAL[suffix] === undefined) {
    if (!/^[eE][-+]?[0-9]+$/.test(suffix)) return QUANTITY_SUFFIX_ERROR;
    exponent = Number(suffix.slice(1));
    format = 'DecimalExponent';
    if (Math.abs(exponent) > EXPONENT_MAX) return QUANTITY_SUFFIX_ERROR;
  }
  let nanos = BigInt(`${whole}${fraction}` || '0');
  if (binary !== undefined) nanos *= 1024n ** BigInt(binary);
  const shift = 9 + exponent - fraction.length;
  if (shift >= 0) nanos *= 10n ** BigInt(shift);
  else {
    const unit = 10n ** BigInt(-shift);
    nanos = (nanos + unit - 1n) / unit;
  }
  return { nanos: sign === '-' ? -nanos : nanos, format };
}

/** The canonical text: "1000m" is "1", "1024Mi" is "1Gi", "0.5" is "500m". */
export function formatQuantity({ nanos, format }: Quantity): string {
  if (nanos === 0n) return '0';
  const size = nanos < 0n ? -nanos : nanos;
  const sign = nanos < 0n ? '-' : '';
  if (format === 'BinarySI' && size >= 1024n * NANO && size % NANO === 0n) {
    let value = size / NANO;
    let power = 0;
    while (value % 1024n === 0n && power < 6) {
      value /= 1024n;
      power += 1;
    }
    return `${sign}${value}${BINARY_SUFFIX[power]}`;
  }
  let value = size;
  let exponent = -9;
  while (value % 1000n === 0n && exponent < 18) {
    value /= 1000n;
    exponent += 3;
  }
  if (format === 'DecimalExponent') return exponent === 0 ? `${sign}${value}` : `${sign}${value}e${exponent}`;
  return `${sign}${value}${DECIMAL_SUFFIX[exponent]}`;
}

/** Texts that are canonical already, as nearly all are: a plain number that is not a multiple of 1000, or a small one with a suffix. */
function isPlainlyCanonical(text: string): boolean {
  const found = /^([1-9][0-9]{0,2})(|m|k|M|G|T|Mi|Gi|Ki|Ti)$/.exec(text);
  return found !== null;
}

/** What the API stores for a quantity that somebody wrote; undefined where it is none. */
export function canonicalQuantity(text: string): string | undefined {
  if (isPlainlyCanonical(text)) return text;
  const parsed = parseQuantity(text);
  return typeof parsed === 'string' ? undefined : formatQuantity(parsed);
}

function mustParse(text: string | number): Quantity {
  const parsed = parseQuantity(String(text));
  return typeof parsed === 'string' ? { nanos: 0n, format: 'DecimalSI' } : parsed;
}

const ceil = (value: bigint, unit: bigint): bigint => (value > 0n ? (value + unit - 1n) / unit : value / unit);

const MILLIS: Readonly<Record<string, number>> = {
  m: 1, '': 1e3, k: 1e6, M: 1e9, G: 1e12, T: 1e15, Ki: 1024e3, Mi: 1024 ** 2 * 1e3, Gi: 1024 ** 3 * 1e3, Ti: 1024 ** 4 * 1e3,
};

/** Short whole numbers need no BigInt. */
function quickMillis(text: string): number | undefined {
  let end = 0;
  let value = 0;
  while (end < text.length) {
    const digit = text.charCodeAt(end) - 48;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
    end += 1;
  }
  if (end === 0 || end > 12) return undefined;
  const unit = MILLIS[text.slice(end)];
  if (unit === undefined) return undefined;
  const millis = value * unit;
  return millis <= Number.MAX_SAFE_INTEGER ? millis : undefined;
}

/** Thousandths, rounded up; text that is no quantity counts nothing, since the API lets none in. */
export function quantityMillis(text: string | number): number {
  return quickMillis(String(text)) ?? Number(ceil(mustParse(text).nanos, 1_000_000n));
}

/** Whole units, rounded up. */
export function quantityUnits(text: string | number): number {
  const millis = quickMillis(String(text));
  return millis === undefined ? Number(ceil(mustParse(text).nanos, NANO)) : Math.ceil(millis / 1000);
}

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`. */
export function compareQuantities(a: string | number, b: string | number): number {
  const left = mustParse(a).nanos;
  const right = mustParse(b).nanos;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The sum in the format of the first that is not zero. */
export function addQuantities(a: string, b: string): string {
  const left = mustParse(a);
  const right = mustParse(b);
  return formatQuantity({ nanos: left.nanos + right.nanos, format: left.nanos === 0n ? right.format : left.format });
}

export function subtractQuantities(a: string, b: string): string {
  const left = mustParse(a);
  const right = mustParse(b);
  return formatQuantity({ nanos: left.nanos - right.nanos, format: left.nanos === 0n ? right.format : left.format });
}

export const isZeroQuantity = (text: string): boolean => mustParse(text).nanos === 0n;
export const isNegativeQuantity = (text: string): boolean => mustParse(text).nanos < 0n;

/** Bytes or millicores as the canonical text. */
export const quantityOfMillis = (millis: number): string => formatQuantity({ nanos: BigInt(Math.round(millis)) * 1_000_000n, format: 'DecimalSI' });
export const quantityOfBytes = (bytes: number): string => formatQuantity({ nanos: BigInt(Math.round(bytes)) * NANO, format: 'BinarySI' });
