/** What a function takes and gives, read from lines like "string.startsWith(string): bool"; A and B stand for any type.
 *  Upstream: github.com/google/cel-go common/decls */
import type { CelType } from './types.ts';
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  NULL,
  opaque,
  optionalOf,
  param,
  STRING,
  TIMESTAMP,
  TYPE,
  UINT,
} from './types.ts';
import type { Value } from './values.ts';

// A handler knows its parameters from its signature, which the evaluator has compared with the arguments.
// oxlint-disable-next-line typescript/no-explicit-any
export type Handler = (...args: any[]) => Value;

export interface Overload {
  readonly isMember: boolean;
  /** The receiver first, where there is one. */
  readonly params: readonly CelType[];
  readonly result: CelType;
  readonly run: Handler;
}

export type Functions = ReadonlyMap<string, readonly Overload[]>;

const NAMED: Readonly<Record<string, CelType>> = {
  bool: BOOL,
  int: INT,
  uint: UINT,
  double: DOUBLE,
  string: STRING,
  bytes: BYTES,
  null: NULL,
  timestamp: TIMESTAMP,
  duration: DURATION,
  type: TYPE,
  dyn: DYN,
  A: param('A'),
  B: param('B'),
  quantity: opaque('kubernetes.Quantity'),
  url: opaque('kubernetes.URL'),
  ip: opaque('net.IP'),
  cidr: opaque('net.CIDR'),
  format: opaque('kubernetes.NamedFormat'),
  semver: opaque('kubernetes.Semver'),
  authorizer: opaque('kubernetes.authorization.Authorizer'),
  pathCheck: opaque('kubernetes.authorization.PathCheck'),
  groupCheck: opaque('kubernetes.authorization.GroupCheck'),
  resourceCheck: opaque('kubernetes.authorization.ResourceCheck'),
  decision: opaque('kubernetes.authorization.Decision'),
};

/** "map<string, list<A>>". */
export function typeFrom(text: string): CelType {
  const open = text.indexOf('<');
  if (open < 0) return NAMED[text.trim()] ?? DYN;
  const inner = splitTop(text.slice(open + 1, text.lastIndexOf('>'))).map(typeFrom);
  const [first = DYN, second = DYN] = inner;
  const outer = text.slice(0, open).trim();
  return outer === 'list' ? listOf(first) : outer === 'map' ? mapOf(first, second) : optionalOf(first);
}

function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === '<') depth += 1;
    else if (text[i] === '>') depth -= 1;
    else if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  const last = text.slice(from);
  return last.trim() === '' ? parts : [...parts, last];
}

/** Tables of signature and handler, gathered by name. */
export function functionsFrom(...tables: readonly (readonly (readonly [signature: string, run: Handler])[])[]): Functions {
  const out = new Map<string, Overload[]>();
  for (const [signature, run] of tables.flat()) {
    const open = signature.indexOf('(');
    const close = signature.lastIndexOf(')');
    const head = signature.slice(0, open);
    const params = splitTop(signature.slice(open + 1, close)).map(typeFrom);
    // "ip.isCanonical(string)": a name with a dot that is no receiver is written with a colon, "ip:isCanonical".
    const dot = head.lastIndexOf('.');
    const name = (dot < 0 ? head : head.slice(dot + 1)).replace(':', '.');
    const receiver = dot < 0 ? [] : [typeFrom(head.slice(0, dot))];
    const overload = { isMember: dot >= 0, params: [...receiver, ...params], result: typeFrom(signature.slice(close + 2)), run };
    const known = out.get(name);
    if (known === undefined) out.set(name, [overload]);
    else known.push(overload);
  }
  return out;
}
