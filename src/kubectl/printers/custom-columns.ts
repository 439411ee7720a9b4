/** -o custom-columns=NAME:.metadata.name,...
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/get/customcolumn.go */
import { CommandError } from '../errors.ts';
import type { Obj } from '../obj.ts';
import { compileJsonPath, relaxedPath } from './json-path.ts';
import { itemsOf } from './output.ts';
import { TABLE, alignTabs } from './tab-writer.ts';

export function customColumns(spec: string, noHeaders: boolean): (object: Obj) => string {
  if (spec === '') throw new CommandError('custom-columns format specified but no custom columns given');
  const columns = splitColumns(spec).map((part) => {
    const colon = part.indexOf(':');
    if (colon < 0) throw new CommandError(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`);
    return { header: part.slice(0, colon), path: compileJsonPath(relaxedPath(part.slice(colon + 1)), true) };
  });
  let headed = noHeaders;
  const remembered: number[] = [];
  return (object) => {
    const rows = itemsOf(object).map((item) => columns.map((c) => cell(c.path.find(item))).join('\t'));
    const head = headed ? [] : [columns.map((c) => c.header).join('\t')];
    headed = true;
    const lines = [...head, ...rows];
    return lines.length === 0 ? '' : alignTabs(`${lines.join('\n')}\n`, TABLE, remembered);
  };
}

/** At commas that stand outside brackets and quotes. */
function splitColumns(spec: string): string[] {
  const parts = [''];
  let depth = 0;
  let quote = '';
  for (const c of spec) {
    if (quote !== '') quote = c === quote ? '' : quote;
    else if (c === '"' || c === "'") quote = c;
    else if (c === '[' || c === '(') depth += 1;
    else if (c === ']' || c === ')') depth -= 1;
    if (c === ',' && depth <= 0 && quote === '') parts.push('');
    else parts[parts.length - 1] += c;
  }
  return parts;
}

function cell(values: readonly unknown[]): string {
  if (values.length === 0) return '<none>';
  return values.map(goText).join(',');
}

/** How Go's fmt prints a value of JSON: map[a:b], [x y], <nil>. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (typeof value === 'object') {
    return `map[${Object.keys(value)
      .sort()
      .map((key) => `${key}:${goText((value as Readonly<Record<string, unknown>>)[key])}`)
      .join(' ')}]`;
  }
  return String(value);
}
