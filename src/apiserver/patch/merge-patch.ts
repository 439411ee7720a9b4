/** RFC 7396: objects merge, null deletes, everything else replaces. */
import { setOwn } from '../../base/json.ts';

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Shares what the patch does not touch; returns `target` itself where nothing differs. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const base = isObject(target) ? target : {};
  let out: Record<string, unknown> | undefined = isObject(target) ? undefined : {};
  for (const key in patch) {
    const value = patch[key];
    if (value === null) {
      if (!Object.hasOwn(base, key)) continue;
      out ??= { ...base };
      delete out[key];
      continue;
    }
    const next = applyMergePatch(Object.hasOwn(base, key) ? base[key] : undefined, value);
    if (next !== base[key] || !Object.hasOwn(base, key)) setOwn((out ??= { ...base }), key, next);
  }
  return out ?? base;
}
