/** The JSONPaths of printer columns and scale subresources: fields, indices, wildcards and one comparison a filter, as
 *  `.status.conditions[?(@.type=="Ready")].status`. kubectl's whole dialect is kubectl's.
 *  Upstream: staging/src/k8s.io/client-go/util/jsonpath/jsonpath.go */

type Step =
  | { readonly type: 'field'; readonly name: string }
  | { readonly type: 'index'; readonly index: number }
  | { readonly type: 'all' }
  | { readonly type: 'filter'; readonly path: readonly string[]; readonly value: unknown };

const TOKEN = /\.([A-Za-z_$][\w-]*|\*)|\.?\['((?:[^'\\]|\\.)*)'\]|\.?\["((?:[^"\\]|\\.)*)"\]|\[(-?\d+|\*)\]|\[\?\(@((?:\.[\w-]+)+)\s*==\s*(?:"([^"]*)"|'([^']*)'|([\w.-]+))\)\]/y;

/** undefined: not such a path. */
function parse(text: string): readonly Step[] | undefined {
  const path = text.startsWith('.') || text.startsWith('[') || text === '' ? text : `.${text}`;
  const steps: Step[] = [];
  for (let at = 0; at < path.length;) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(path);
    if (!found) return undefined;
    at = TOKEN.lastIndex;
    const [, name, single, double, index, filter, quoted, apostrophed, bare] = found;
    if (filter !== undefined) steps.push({ type: 'filter', path: filter.slice(1).split('.'), value: quoted ?? apostrophed ?? plainValue(bare as string) });
    else if (name === '*' || index === '*') steps.push({ type: 'all' });
    else if (index !== undefined) steps.push({ type: 'index', index: Number(index) });
    else steps.push({ type: 'field', name: (name ?? single ?? double ?? '').replaceAll('\\', '') });
  }
  return steps;
}

const plainValue = (text: string): unknown => (text === 'true' ? true : text === 'false' ? false : Number.isNaN(Number(text)) ? text : Number(text));

const member = (value: unknown, name: string): unknown =>
  (typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : undefined);

function step(values: readonly unknown[], by: Step): readonly unknown[] {
  switch (by.type) {
    case 'field': return values.map((value) => member(value, by.name)).filter((value) => value !== undefined);
    case 'index': return values.flatMap((value) => (Array.isArray(value) ? value.slice(by.index, by.index === -1 ? undefined : by.index + 1) as unknown[] : []));
    case 'all': return values.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) as unknown[] : []));
    default: return values.flatMap((value) => (Array.isArray(value) ? (value as unknown[]).filter((item) => by.path.reduce(member, item) === by.value) : []));
  }
}

/** What the path finds in an object; compile once, ask often. A path that is none finds nothing. */
export function compileSimplePath(text: string): (object: unknown) => readonly unknown[] {
  const steps = parse(text.trim().replace(/^\{(.*)\}$/, '$1').replace(/^\$/, ''));
  return (object) => (steps === undefined ? [] : steps.reduce<readonly unknown[]>(step, [object]));
}
