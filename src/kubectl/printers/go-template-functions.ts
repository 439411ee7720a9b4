/** The functions that templates may call, and how they print and judge values.
 *  Upstream: text/template/funcs.go, staging/src/k8s.io/kubectl/pkg/util/templates */
import { base64, fromBase64, fromUtf8 } from '../../base/bytes.ts';
import { goJson } from '../obj.ts';
import { goText } from './custom-columns.ts';

/** A function of the template refused its arguments. */
export class FunctionProblem extends Error {}

export const printed = (value: unknown): string => (value === undefined || value === null ? '<no value>' : goText(value));

export function truthy(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

const order = (a: unknown, b: unknown): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;

export const FUNCTIONS: Readonly<Record<string, (args: readonly unknown[]) => unknown>> = {
  index: ([value, ...keys]) => keys.reduce<unknown>(indexed, value),
  len: ([value]) => (typeof value === 'string' || Array.isArray(value) ? value.length : Object.keys(value ?? {}).length),
  not: ([value]) => !truthy(value),
  and: (args) => args.find((a) => !truthy(a)) ?? args.at(-1),
  or: (args) => args.find((a) => truthy(a)) ?? args.at(-1),
  eq: ([first, ...others]) => others.some((o) => o === first),
  ne: ([a, b]) => a !== b,
  lt: ([a, b]) => order(a, b) < 0,
  le: ([a, b]) => order(a, b) <= 0,
  gt: ([a, b]) => order(a, b) > 0,
  ge: ([a, b]) => order(a, b) >= 0,
  print: (args) => args.map(printed).join(''),
  println: (args) => `${args.map(printed).join(' ')}\n`,
  printf: ([format, ...args]) => sprintf(String(format), args),
  json: ([value]) => goJson(value),
  toJson: ([value]) => goJson(value),
  base64decode: ([value]) => fromUtf8(fromBase64(String(value)) ?? new Uint8Array()),
  base64encode: ([value]) => base64(String(value)),
  slice: ([value, from, to]) => (value as string).slice(from as number, to as number | undefined),
  exists: ([value, ...keys]) =>
    keys.reduce<unknown>((v, key) => (v as Record<string, unknown> | undefined)?.[key as string], value) !== undefined,
  html: ([value]) => String(value),
};

function indexed(value: unknown, key: unknown): unknown {
  if (value === undefined || value === null) throw new FunctionProblem('index of untyped nil');
  if (Array.isArray(value) && !(Number(key) >= 0 && Number(key) < value.length))
    throw new FunctionProblem('reflect: slice index out of range');
  return (value as Record<string, unknown>)[key as string];
}

function sprintf(format: string, args: readonly unknown[]): string {
  let i = 0;
  return format.replace(
    /%([-+0 ]*)(\d*)(?:\.(\d+))?([vsdqtf%])/g,
    (_, flags: string, width: string, precision: string | undefined, verb: string) => {
      if (verb === '%') return '%';
      const value = args[i];
      i += 1;
      const text =
        verb === 'q' ? JSON.stringify(String(value)) : verb === 'f' ? Number(value).toFixed(Number(precision ?? '6')) : printed(value);
      return flags.includes('-') ? text.padEnd(Number(width)) : text.padStart(Number(width), flags.includes('0') ? '0' : ' ');
    },
  );
}
