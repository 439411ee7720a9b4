/** Manifests as text: the live object without what machines wrote, and the line on which a field stands. Pure. */
import { stringifyYaml } from '../../api/yaml.ts';
import type { KubeObject } from '../../api/object.ts';

/** As the API keeps it, without managedFields. */
export function objectYaml(object: KubeObject): string {
  const { managedFields: _none, ...metadata } = (object.metadata ?? {}) as Record<string, unknown>;
  return stringifyYaml({ ...object, metadata });
}

/** What a learner would keep in a file: no status, no identity, no defaults of the server's bookkeeping. */
export function editableYaml(object: KubeObject): string {
  const { status: _status, ...rest } = object as KubeObject & { readonly status?: unknown };
  const { name, namespace, labels, annotations } = object.metadata ?? {};
  const kept = Object.fromEntries(
    Object.entries(annotations ?? {}).filter(([key]) => !/^(kubectl|deployment)\.kubernetes\.io\//.test(key)),
  );
  return stringifyYaml({
    ...rest,
    metadata: {
      name,
      ...(namespace && namespace !== 'default' ? { namespace } : {}),
      ...(labels ? { labels } : {}),
      ...(Object.keys(kept).length > 0 ? { annotations: kept } : {}),
    },
  });
}

/** The column, from 1, at which the first key of a line begins: behind "- ". */
export const columnOfKey = (line: string): number => keyIndent(line) + 1;

/** The line of `spec.template.spec.containers[0].image` in a block of YAML, counted from 1; the nearest parent's where the
 *  field itself is not written. */
export function lineOfField(text: string, field: string): number {
  const steps = field
    .replaceAll(/\[([^\]]*)\]/g, '.$1')
    .split('.')
    .filter((step) => step !== '');
  const lines = text.split('\n');
  let at = 0;
  let end = lines.length;
  let indent = -1;
  let found = 0;
  for (const step of steps) {
    const hit = /^\d+$/.test(step) ? itemLine(lines, at, end, Number(step)) : keyLine(lines, at, end, indent, step);
    if (hit === undefined) break;
    found = hit.line;
    indent = hit.indent;
    end = blockEnd(lines, hit.line, end, hit.indent);
    at = hit.item ? hit.line : hit.line + 1;
  }
  return found + 1;
}

interface Hit {
  readonly line: number;
  readonly indent: number;
  readonly item: boolean;
}

/** "- name: x" counts as a key indented by two more. */
const keyIndent = (line: string): number => /^\s*(?:- +)*/.exec(line)![0].length;

function keyLine(lines: readonly string[], from: number, to: number, above: number, key: string): Hit | undefined {
  let level: number | undefined;
  for (let at = from; at < to; at++) {
    const line = lines[at]!;
    if (/^\s*(#.*)?$/.test(line) || line.startsWith('---')) continue;
    const indent = keyIndent(line);
    if (indent <= above && at > from) return undefined;
    level ??= indent;
    if (indent === level && new RegExp(`^["']?${escape(key)}["']?\\s*:`).test(line.slice(indent))) return { line: at, indent, item: false };
  }
  return undefined;
}

function itemLine(lines: readonly string[], from: number, to: number, index: number): Hit | undefined {
  let level: number | undefined;
  let count = -1;
  for (let at = from; at < to; at++) {
    const match = /^(\s*)- /.exec(lines[at]!);
    if (!match) continue;
    level ??= match[1]!.length;
    if (match[1]!.length === level && ++count === index) return { line: at, indent: level + 1, item: true };
  }
  return undefined;
}

function blockEnd(lines: readonly string[], from: number, to: number, indent: number): number {
  for (let at = from + 1; at < to; at++) {
    const line = lines[at]!;
    if (/^\s*(#.*)?$/.test(line)) continue;
    const own = /^\s*/.exec(line)![0].length;
    if (own < indent || (own === indent && !line.slice(own).startsWith('- '))) return at;
  }
  return to;
}

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
