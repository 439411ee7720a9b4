/** Server-side apply over an object that client-side apply made: what the old manager owned becomes the new one's, so that what
 *  a file drops goes.
 *  Upstream: staging/src/k8s.io/client-go/util/csaupgrade/upgrade.go */
import { LAST_APPLIED } from './last-applied.ts';
import { type Obj, at, same } from './obj.ts';

type Json = Readonly<Record<string, unknown>>;
interface Entry {
  readonly manager: string;
  readonly operation: string;
  readonly apiVersion: string;
  readonly subresource?: string;
  readonly fieldsV1?: Json;
}

const entriesOf = (object: Obj): readonly Entry[] => (object.metadata?.managedFields ?? []) as unknown as readonly Entry[];

const ownsLastApplied = ({ fieldsV1 }: Entry): boolean => at(fieldsV1, 'f:metadata', 'f:annotations', `f:${LAST_APPLIED}`) !== undefined;

/** Who wrote the annotation of client-side apply, by updates or by applying. */
export const annotationOwners = (object: Obj, operation: 'Apply' | 'Update'): readonly string[] => [
  ...new Set(
    entriesOf(object)
      .filter((entry) => entry.operation === operation && ownsLastApplied(entry))
      .map(({ manager }) => manager),
  ),
];

/** The JSON patch after which `to` applies what the managers `from` updated; undefined: there is nothing to do. */
export function upgradePatch(object: Obj, from: readonly string[], to: string): readonly object[] | undefined {
  const before = entriesOf(object);
  const after = from.reduce((entries, manager) => upgraded(entries, manager, to), before);
  if (same(before, after)) return undefined;
  return [
    { op: 'replace', path: '/metadata/managedFields', value: after },
    { op: 'replace', path: '/metadata/resourceVersion', value: object.metadata?.resourceVersion },
  ];
}

function upgraded(entries: readonly Entry[], from: string, to: string): readonly Entry[] {
  const isOld = ({ manager, operation, subresource = '' }: Entry): boolean =>
    manager === from && operation === 'Update' && subresource === '';
  const isNew = ({ manager, operation, subresource = '' }: Entry): boolean => manager === to && operation === 'Apply' && subresource === '';
  const known = entries.findIndex(isNew);
  const place = known >= 0 ? known : entries.findIndex(isOld);
  const target = entries[place];
  if (target === undefined) return entries;
  const old = entries.find((entry) => isOld(entry) && entry.apiVersion === target.apiVersion);
  const joined = { ...target, manager: to, operation: 'Apply', fieldsV1: union(target.fieldsV1 ?? {}, old?.fieldsV1 ?? {}) };
  return entries.map((entry, index) => (index === place ? joined : entry)).filter((entry) => !isOld(entry));
}

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null;

function union(a: Json, b: Json): Json {
  const both: Record<string, unknown> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const known = both[key];
    both[key] = isJson(known) && isJson(value) ? union(known, value) : value;
  }
  return both;
}
