/** With --overwrite=false, client-side apply refuses to change what somebody else changed since it last applied.
 *  Upstream: staging/src/k8s.io/apimachinery/pkg/util/{strategicpatch/patch.go (MergingMapsHaveConflicts),mergepatch/errors.go} */
import { LAST_APPLIED, lastAppliedOf } from './last-applied.ts';
import { mergeKeyOf } from './merge-keys.ts';
import { type Obj, at, goJson, same } from './obj.ts';
import { twoWayPatch } from './three-way.ts';
import { toYaml } from './yaml.ts';

type Json = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands against what, and the whole of it with the objects; undefined: there is no conflict. */
export function conflictOf(live: Obj, modified: Obj, patch: Json): { readonly brief: string; readonly whole: string } | undefined {
  const changes = withoutOrder(twoWayPatch(lastAppliedOf(live) ?? {}, live)) as Json;
  if (!conflicts(patch, changes)) return undefined;
  const original = String(at(live, 'metadata', 'annotations', LAST_APPLIED) ?? '');
  const brief = `patch:\n${toYaml(patch as Obj)}\nconflicts with changes made from original to current:\n${toYaml(changes as Obj)}\n`;
  const objects = `original:\n${original}\nmodified:\n${goJson(modified)}\n\ncurrent:\n${goJson(live)}\n`;
  return { brief, whole: `creating patch with:\n${objects}\nfor:: ${brief}` };
}

/** The order of list elements is no change by itself. */
function withoutOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutOrder);
  if (!isMap(value)) return value;
  const entries = Object.entries(value).filter(([key]) => !key.startsWith('$setElementOrder/'));
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutOrder(item)]));
}

function conflicts(left: unknown, right: unknown, field = ''): boolean {
  if (isMap(left) && isMap(right)) return Object.keys(left).some((key) => key in right && conflicts(left[key], right[key], key));
  if (!Array.isArray(left) || !Array.isArray(right)) return !same(left, right);
  if (field.startsWith('$')) return false;
  const key = mergeKeyOf(field, [...left, ...right]);
  if (key === undefined) return !same(left, right);
  if (key === 'set') return false;
  return (left as readonly Json[]).some((item) => {
    const twin = (right as readonly Json[]).find((other) => other[key] === item[key]);
    return twin !== undefined && conflicts(item, twin);
  });
}
