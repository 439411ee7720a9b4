/** The difference of two structs as go-cmp prints it, below "pod updates may not change fields other than ...".
 *  Upstream: github.com/google/go-cmp/cmp/report_compare.go
 *  Differs from Kubernetes: runs of equal fields are always counted, where go-cmp shows one or two of them when there is room. */
import { quote } from '../../api/field-error.ts';
import { equal } from '../../base/json.ts';
import { GO_STRUCTS } from './go-structs.ts';

type Json = Readonly<Record<string, unknown>>;

const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === '' || value === false || value === 0;

/** A value on one line, without the names of types that go-cmp leaves out: `{Name: "a", Image: "nginx"}`. */
function brief(value: unknown, type: string): string {
  if (type.startsWith('*')) return value === undefined || value === null ? 'nil' : `&${brief(value, type.slice(1))}`;
  if (value === undefined || value === null) return /^(\[|map)|List$/.test(type) ? 'nil' : zero(type);
  if (Array.isArray(value)) return `{${value.map((item) => brief(item, type.replace(/^\[\]/, ''))).join(', ')}}`;
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object') return JSON.stringify(value);
  const fields = GO_STRUCTS[type];
  if (!fields) {
    return `{${Object.keys(value).sort().map((key) => `${quote(key)}: ${brief((value as Json)[key], '')}`).join(', ')}}`;
  }
  const said = fields.filter(({ json }) => !isEmpty((value as Json)[json]));
  return `{${said.map(({ go, json, type: of }) => `${go}: ${brief((value as Json)[json], of)}`).join(', ')}}`;
}

const zero = (type: string): string => (type === 'bool' ? 'false' : /^u?int/.test(type) ? '0' : '""');

const typed = (value: unknown, type: string): string => {
  const text = brief(value, type);
  return text.startsWith('{') && type ? type + text : text.startsWith('&{') ? `&${type.slice(1)}${text.slice(1)}` : text;
};

const counted = (count: number, what: string): string => `... // ${count} identical ${what}${count === 1 ? '' : 's'}`;

function structLines(old: Json, next: Json, type: string, indent: string): string[] {
  const fields = GO_STRUCTS[type] ?? [];
  const lines: string[] = [];
  let same = 0;
  const flush = (): void => {
    if (same > 0) lines.push(`  ${indent}${counted(same, 'field')}`);
    same = 0;
  };
  for (const { go, json, type: of } of fields) {
    const [a, b] = [json === '' ? old : old[json], json === '' ? next : next[json]];
    if (equal(a, b)) same++;
    else {
      flush();
      lines.push(...valueLines(a, b, of, indent, `${go}: `));
    }
  }
  flush();
  return lines;
}

function listLines(old: readonly unknown[], next: readonly unknown[], type: string, indent: string): string[] {
  const lines: string[] = [];
  let same = 0;
  const flush = (): void => {
    if (same > 0) lines.push(`  ${indent}${counted(same, 'element')}`);
    same = 0;
  };
  for (let index = 0; index < Math.max(old.length, next.length); index++) {
    if (index < old.length && index < next.length) {
      if (equal(old[index], next[index])) {
        same++;
        continue;
      }
      flush();
      lines.push(...valueLines(old[index], next[index], type, indent, '', true));
    } else {
      flush();
      lines.push(index < old.length ? `- ${indent}${brief(old[index], type)},` : `+ ${indent}${brief(next[index], type)},`);
    }
  }
  flush();
  return lines;
}

function mapLines(old: Json, next: Json, indent: string): string[] {
  const lines: string[] = [];
  const keys = [...new Set([...Object.keys(old), ...Object.keys(next)])].sort();
  const same = keys.filter((key) => equal(old[key], next[key])).length;
  for (const key of keys) {
    if (equal(old[key], next[key])) continue;
    if (old[key] !== undefined) lines.push(`- ${indent}${quote(key)}: ${brief(old[key], '')},`);
    if (next[key] !== undefined) lines.push(`+ ${indent}${quote(key)}: ${brief(next[key], '')},`);
  }
  if (same > 0) lines.push(`  ${indent}${counted(same, 'entry').replace('entrys', 'entries')}`);
  return lines;
}

function valueLines(old: unknown, next: unknown, type: string, indent: string, label: string, inList = false): string[] {
  const bare = type.replace(/^\*/, '');
  const both = typeof old === 'object' && typeof next === 'object' && old !== null && next !== null;
  const inner = `${indent}\t`;
  const around = (open: string, lines: readonly string[]): string[] => [`  ${indent}${label}${open}{`, ...lines, `  ${indent}},`];
  const shown = inList ? '' : type.startsWith('*') ? `&${bare}` : type;
  if (both && Array.isArray(old) && Array.isArray(next)) {
    return around(shown, listLines(old, next, bare.replace(/^\[\]/, ''), inner));
  }
  if (both && GO_STRUCTS[bare]) return around(shown, structLines(old as Json, next as Json, bare, inner));
  if (both && !Array.isArray(old)) return around(shown, mapLines(old as Json, next as Json, inner));
  return [`- ${indent}${label}${typed(old, type)},`, `+ ${indent}${label}${typed(next, type)},`];
}

/** Old against new, each line after "  ", "- " or "+ ", with a newline at the end as cmp.Diff has it. */
export function goDiff(old: object, next: object, type: string): string {
  return `${[`  ${type}{`, ...structLines(old as Json, next as Json, type, '\t'), '  }'].join('\n')}\n`;
}
