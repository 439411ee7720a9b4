/** The structure of every kind, compiled from the generated schema and the overlay tables beside this file: what a field
 *  is, how it merges, who may own it. One walk over it decodes, prunes, canonicalises and finds unknown fields; strategic
 *  merge, server-side apply, explain and OpenAPI read it too. */
import definitions from '../generated/schema.json' with { type: 'json' };
import { ATOMIC_STRUCTS, LISTS, MERGE_STRATEGIES, QUANTITY_FIELDS, ZERO_KEPT, ZERO_OMITTED } from './overlay.ts';

export type Scalar = 'string' | 'bool' | 'int32' | 'int64' | 'double' | 'time' | 'microtime' | 'intOrString' | 'bytes' | 'quantity' | 'any';

export type Type =
  | { readonly kind: 'scalar'; readonly scalar: Scalar }
  | { readonly kind: 'list'; readonly element: Type; readonly list: ListType; readonly keys: readonly string[] }
  | { readonly kind: 'map'; readonly element: Type; readonly atomic: boolean }
  | StructType;

export type ListType = 'atomic' | 'set' | 'map';

export interface StructType {
  readonly kind: 'struct';
  /** The definition's name in the generated schema: "V2HorizontalPodAutoscalerSpec". */
  readonly name: string;
  /** As Go calls it: "HorizontalPodAutoscalerSpec". */
  readonly goName: string;
  readonly atomic: boolean;
  field(name: string): Field | undefined;
  readonly fields: readonly Field[];
  /** Keeps fields that it does not know: free-form objects. */
  readonly open: boolean;
  /** The whole of a custom resource. */
  readonly isCustom?: boolean;
}

export interface Field {
  readonly name: string;
  /** "f:replicas": its name in a field set. */
  readonly setKey: string;
  readonly type: Type;
  readonly required: boolean;
  /** Strategic merge: 'merge' merges a list by `mergeKey` or a list of scalars as a set; 'retainKeys' honours $retainKeys. */
  readonly strategies: readonly ('merge' | 'replace' | 'retainKeys')[];
  readonly mergeKey: string | undefined;
  /** Go leaves the field out where it has its zero value (empty text, list or map; false; 0). */
  readonly omitsZero: boolean;
}

const SCALARS = new Set(['string', 'bool', 'int32', 'int64', 'double', 'time', 'microtime', 'intOrString', 'bytes', 'quantity', 'any']);
const GO_PREFIX = /^(?:CoreV1|EventsV1|V2|RbacV1|FlowcontrolV1|DiscoveryV1|StorageV1|AdmissionregistrationV1|ApiextensionsV1|ApiregistrationV1|AuthenticationV1)(?=[A-Z])/;

export const ANY: Type = Object.freeze({ kind: 'scalar', scalar: 'any' });

/** Any object at all. */
export const OPEN_STRUCT: StructType = Object.freeze({
  kind: 'struct', name: 'Any', goName: 'Any', atomic: false, field: () => undefined, fields: Object.freeze([]), open: true,
});

/** Definitions refer to each other in circles, so a struct compiles its fields when somebody first asks. */
class Definition implements StructType {
  readonly kind = 'struct';
  readonly goName: string;
  readonly atomic: boolean;
  readonly open = false;
  private table: Map<string, Field> | undefined;

  constructor(readonly name: string, private readonly source: Readonly<Record<string, string>>) {
    this.goName = name.replace(GO_PREFIX, '');
    this.atomic = ATOMIC_STRUCTS.has(name);
  }

  field(name: string): Field | undefined {
    this.table ??= this.compile();
    return this.table.get(name);
  }

  get fields(): readonly Field[] {
    this.table ??= this.compile();
    return [...this.table.values()];
  }

  private compile(): Map<string, Field> {
    const table = new Map<string, Field>();
    for (const [name, text] of Object.entries(this.source)) {
      const isRequired = text.endsWith('!');
      const path = `${this.name}.${name}`;
      const type = compileType(isRequired ? text.slice(0, -1) : text, path);
      const [strategies, mergeKey] = MERGE_STRATEGIES[path] ?? [[], undefined];
      table.set(name, { name, setKey: `f:${name}`, type, required: isRequired, strategies, mergeKey, omitsZero: omitsZero(path, name, type, isRequired) });
    }
    return table;
  }
}

function omitsZero(path: string, name: string, type: Type, isRequired: boolean): boolean {
  if (isRequired || ZERO_KEPT.has(path) || ZERO_KEPT.has(`*.${name}`)) return false;
  if (type.kind === 'list' || type.kind === 'map') return true;
  if (type.kind === 'struct') return false;
  if (type.scalar === 'string' || type.scalar === 'bytes') return true;
  return ZERO_OMITTED.has(path) || ZERO_OMITTED.has(`*.${name}`);
}

function compileType(text: string, path: string): Type {
  if (text.startsWith('[]')) {
    const [list, keys] = LISTS[path] ?? ['atomic', []];
    return { kind: 'list', element: compileType(text.slice(2), `${path}[]`), list, keys };
  }
  if (text.startsWith('{}')) return { kind: 'map', element: compileType(text.slice(2), `${path}{}`), atomic: ATOMIC_STRUCTS.has(path) };
  if (text === 'string' && QUANTITY_FIELDS.has(path)) return { kind: 'scalar', scalar: 'quantity' };
  if (SCALARS.has(text)) return text === 'any' ? ANY : { kind: 'scalar', scalar: text as Scalar };
  return structOf(text);
}

/** Compiled on first use; a pure function of the generated schema, so the table of what is compiled may be shared by all. */
const compiled = new Map<string, StructType>();

/** The structure of a definition; a name without definition takes anything. */
export function structOf(name: string): StructType {
  const known = compiled.get(name);
  if (known) return known;
  const source = (definitions as Readonly<Record<string, Readonly<Record<string, string>>>>)[name];
  const struct = source === undefined ? OPEN_STRUCT : new Definition(name, source);
  compiled.set(name, struct);
  return struct;
}

/** Every definition of the generated schema. */
export const definitionNames = (): readonly string[] => Object.keys(definitions);
