/** RFC 6902 as the apiserver's library has it: removing what is not there is an error, `test` of an absent path is one too.
 *  Upstream: gopkg.in/evanphx/json-patch.v4 */
import { equal } from '../../base/json.ts';

export interface JsonPatchOperation { readonly op: string; readonly path: string; readonly from?: string; readonly value?: unknown }

export class JsonPatchError extends Error {}

/** A changed copy; untouched parts are shared. */
export function applyJsonPatch(document: unknown, operations: readonly JsonPatchOperation[]): unknown {
  let current = document;
  for (const operation of operations) current = applyOne(current, operation);
  return current;
}

function applyOne(document: unknown, { op, path, from, value }: JsonPatchOperation): unknown {
  if (typeof path !== 'string') throw new JsonPatchError('missing path');
  const pointer = pointerOf(path);
  switch (op) {
    case 'add': return add(document, pointer, value ?? null, path);
    case 'replace':
      if (read(document, pointer) === undefined) throw new JsonPatchError(`replace operation does not apply: doc is missing key: ${path}: missing value`);
      return replace(document, pointer, value ?? null);
    case 'remove':
      if (read(document, pointer) === undefined) throw new JsonPatchError(`remove operation does not apply: doc is missing path: "${path}": missing value`);
      return remove(document, pointer);
    case 'test':
      if (!equal(read(document, pointer) ?? null, value ?? null)) throw new JsonPatchError(`testing value ${path} failed: test failed`);
      return document;
    case 'move': case 'copy': {
      const source = pointerOf(from ?? '');
      const found = read(document, source);
      if (found === undefined) throw new JsonPatchError(`${op} operation does not apply: doc is missing from path: ${from ?? ''}: missing value`);
      return add(op === 'move' ? remove(document, source) : document, pointer, found, path);
    }
    default: throw new JsonPatchError(`Unexpected kind: ${String(op)}`);
  }
}

const pointerOf = (path: string): readonly string[] =>
  (path === '' ? [] : path.split('/').slice(1).map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~')));

type Json = Readonly<Record<string, unknown>>;

function child(document: unknown, key: string): unknown {
  if (Array.isArray(document)) return document[indexOf(key, document.length)];
  if (typeof document === 'object' && document !== null && Object.hasOwn(document, key)) return (document as Json)[key];
  return undefined;
}

const read = (document: unknown, pointer: readonly string[]): unknown => pointer.reduce<unknown>(child, document);

/** Negative indices count from the end, as the library has it. */
function indexOf(key: string, length: number): number {
  if (!/^-?(0|[1-9][0-9]*)$/.test(key)) return NaN;
  const index = Number(key);
  return index < 0 ? length + index : index;
}

function withChild(document: unknown, key: string, change: (value: unknown) => unknown): unknown {
  if (Array.isArray(document)) {
    const copy: unknown[] = [...document];
    copy[indexOf(key, document.length)] = change(child(document, key));
    return copy;
  }
  return { ...(document as Json), [key]: change(child(document, key)) };
}

function replace(document: unknown, pointer: readonly string[], value: unknown): unknown {
  const [key, ...rest] = pointer;
  return key === undefined ? value : withChild(document, key, (inner) => replace(inner, rest, value));
}

function add(document: unknown, pointer: readonly string[], value: unknown, path: string): unknown {
  const [key, ...rest] = pointer;
  if (key === undefined) return value;
  if (typeof document !== 'object' || document === null) throw new JsonPatchError(`add operation does not apply: doc is missing path: "${path}": missing value`);
  if (rest.length > 0) {
    if (child(document, key) === undefined) throw new JsonPatchError(`add operation does not apply: doc is missing path: "${path}": missing value`);
    return withChild(document, key, (inner) => add(inner, rest, value, path));
  }
  if (!Array.isArray(document)) return { ...document, [key]: value };
  const index = key === '-' ? document.length : indexOf(key, document.length);
  if (Number.isNaN(index) || index < 0 || index > document.length) {
    throw new JsonPatchError(`add operation does not apply: doc is missing path: "${path}": Unable to access invalid index: ${key}: invalid index referenced`);
  }
  return [...document.slice(0, index), value, ...document.slice(index)];
}

function remove(document: unknown, pointer: readonly string[]): unknown {
  const [key, ...rest] = pointer;
  if (key === undefined) return null;
  if (rest.length > 0) return withChild(document, key, (inner) => remove(inner, rest));
  if (Array.isArray(document)) {
    const index = indexOf(key, document.length);
    return [...document.slice(0, index), ...document.slice(index + 1)];
  }
  const { [key]: _, ...others } = document as Json;
  return others;
}
