/** The annotation of client-side apply, where kubectl goes over to server-side apply: what kubectl itself applied before and
 *  nobody changed since is no conflict, and the annotation follows what is applied now.
 *  Upstream: staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/{lastappliedmanager,lastappliedupdater}.go */
import type { KubeObject } from '../../api/object.ts';
import type { StructType } from '../../api/schema/types.ts';
import type { FieldSet } from '../field-set.ts';
import { changedFields, difference, EMPTY, fieldsOf } from '../field-set.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Only for this manager: whoever takes another name does without. */
export const KUBECTL = 'kubectl';

/** The fields that client-side apply set and that are still as it set them. */
export function stillAsApplied(live: KubeObject, schema: StructType): FieldSet {
  const before = parsed(live.metadata?.annotations?.[LAST_APPLIED]);
  if (before === undefined) return EMPTY;
  const { set, removed } = changedFields(before, live, schema);
  return difference(difference(fieldsOf(before, schema), set), removed);
}

function parsed(text: string | undefined): object | undefined {
  try {
    const value: unknown = text === undefined ? undefined : JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The object with its annotation, where it has one, saying what was applied. */
export function withAnnotationOf(object: KubeObject, config: KubeObject): KubeObject {
  if (object.metadata?.annotations?.[LAST_APPLIED] === undefined) return object;
  const { managedFields: _, annotations, ...metadata } = config.metadata ?? {};
  const { [LAST_APPLIED]: __, ...others } = annotations ?? {};
  const said = { ...config, metadata: { ...metadata, ...(annotations !== undefined && { annotations: others }) } };
  const text = `${goJson(said)}\n`;
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [LAST_APPLIED]: text } } };
}

/** As Go's encoder writes maps: keys in order, and no characters that HTML knows. */
function goJson(value: unknown): string {
  const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(sorted(value)).replaceAll(/[<>&\u2028\u2029]/g, escaped);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]));
}
