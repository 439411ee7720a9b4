/** The annotation in which client-side apply remembers what it applied. */
import { RESOURCES } from '../api/resources.ts';
import { type Obj, at, goJson, put } from './obj.ts';

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The object with the annotation that holds itself. */
export function withLastApplied(object: Obj, typed = false): Obj {
  const annotations = { ...object.metadata?.annotations } as Record<string, string>;
  delete annotations[LAST_APPLIED];
  // A typed object has no annotations where there are none; a file's gets an empty map.
  const bare = typed && Object.keys(annotations).length === 0 ? object : put(object, ['metadata', 'annotations'], annotations);
  return put(object, ['metadata', 'annotations'], { ...annotations, [LAST_APPLIED]: `${typed ? JSON.stringify(bare) : goJson(bare)}\n` });
}

/** What the live object says was applied last; undefined without the annotation. */
export function lastAppliedOf(live: Obj): Obj | undefined {
  const text = at(live, 'metadata', 'annotations', LAST_APPLIED);
  if (typeof text !== 'string' || !text.trim().startsWith('{')) return undefined;
  return JSON.parse(text) as Obj;
}

/** Built-in kinds have strategic merge patches; custom resources have only JSON ones. */
export function isBuiltIn(group: string, kind: string): boolean {
  return RESOURCES.some((r) => r.group === group && r.kind === kind);
}
