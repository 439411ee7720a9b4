/** kubectl explain: what a kind's fields are, from the server's own OpenAPI document.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/explain/v2/templates/plaintext.tmpl */
import type { Command, Kubectl } from '../command.ts';
import { type Mapping, findKind, groupResource } from '../discovery.ts';
import { CommandError, isNotFound } from '../errors.ts';
import { at, dict, list, str } from '../obj.ts';
import { openApiIndex } from '../openapi.ts';

export const explain: Command = {
  name: 'explain',
  summary: 'Get documentation for a resource',
  examples: [
    {
      comment: 'A kind; one of its fields; all of them',
      lines: ['kubectl explain pods', 'kubectl explain pod.spec.containers', 'kubectl explain deployment --recursive'],
    },
  ],
  complete: 'type',
  run: async (k) => {
    if (k.args.length === 0)
      throw new CommandError(
        'You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.',
      );
    const format = k.flags.str('output');
    if (format !== '' && !format.startsWith('plaintext')) throw new CommandError(`unrecognized format: ${format}`);
    if (k.args.length > 1) throw new CommandError('We accept only this format: explain RESOURCE');
    if (k.args[0] === '') throw new CommandError('a resource must be present, got: /, Resource=');
    const { mapping, path } = await target(k, k.args[0]!);
    const gv = mapping.group === '' ? `api/${mapping.version}` : `apis/${mapping.group}/${mapping.version}`;
    const document = await openApi(k, gv, mapping);
    const root = Object.values(document.schemas).find((schema) =>
      list(schema, 'x-kubernetes-group-version-kind').some(
        (g) => str(g, 'group') === mapping.group && str(g, 'version') === mapping.version && str(g, 'kind') === mapping.kind,
      ),
    );
    if (root === undefined)
      throw new CommandError(`couldn't find resource for ${JSON.stringify(`${gv.replace(/^apis?\//, '')}, Kind=${mapping.kind}`)}`);
    let found: Found;
    try {
      found = walk(document, root, path);
    } catch (error) {
      await k.print(heading(mapping));
      throw error;
    }
    await k.print(page(document, mapping, path, found, k.flags.bool('recursive')));
  },
};

async function bare(k: Kubectl, type: string): Promise<Mapping> {
  try {
    return await k.mapping(type);
  } catch (error) {
    throw error instanceof CommandError ? new CommandError(error.message, 1, true) : error;
  }
}

interface Document {
  readonly schemas: Readonly<Record<string, unknown>>;
}

/** "deployment.apps.spec", "deploy.spec.replicas": the type, and the fields behind it. */
async function target(k: Kubectl, text: string): Promise<{ mapping: Mapping; path: readonly string[] }> {
  const discovery = await k.discovery();
  const [type = '', ...rest] = text.split('.');
  const wanted = k.flags.str('api-version');
  for (let count = rest.length; count > 0; count -= 1) {
    const group = rest.slice(0, count).join('.');
    const grouped = discovery.all.find(
      (m) => m.group === group && groupResource(m) === `${m.resource}.${group}` && [m.resource, m.singular, ...m.shortNames].includes(type),
    );
    if (grouped !== undefined) return { mapping: grouped, path: rest.slice(count) };
  }
  const plain = await bare(k, type);
  if (wanted === '') return { mapping: plain, path: rest };
  const inVersion = (m: Mapping): boolean => (m.group === '' ? m.version : `${m.group}/${m.version}`) === wanted;
  const mapping = discovery.all.find((m) => inVersion(m) && m.resource === plain.resource) ?? findKind(discovery, wanted, plain.kind);
  if (mapping === undefined)
    throw new CommandError(`couldn't find resource for "${wanted.includes('/') ? wanted : `/${wanted}`}, Resource=${plain.resource}"`);
  return { mapping, path: rest };
}

async function openApi(k: Kubectl, gv: string, mapping: Mapping): Promise<Document> {
  try {
    const root = await openApiIndex(k.rest);
    const url = str(root, 'paths', gv, 'serverRelativeURL') || `/openapi/v3/${gv}`;
    const document = await k.rest.json('GET', url, { query: [['timeout', '32s']] });
    return { schemas: dict(document, 'components', 'schemas') };
  } catch (error) {
    if (isNotFound(error))
      throw new CommandError(`couldn't find resource for ${JSON.stringify(`${gv.replace(/^apis?\//, '')}, Kind=${mapping.kind}`)}`);
    throw error;
  }
}

/** The schema that a reference leads to; a description beside the reference is about this use of it. */
function resolve(document: Document, schema: unknown): { readonly schema: unknown; readonly name: string; readonly description: string } {
  const description = str(schema, 'description');
  const ref =
    str(schema, '$ref') ||
    list(schema, 'allOf')
      .map((s) => str(s, '$ref'))
      .find((r) => r !== '') ||
    '';
  if (ref === '') return { schema, name: '', description };
  const name = ref.split('/').at(-1) ?? '';
  return { schema: document.schemas[name], name, description };
}

interface Found {
  readonly schema: unknown;
  readonly type: string;
  readonly description: string;
  readonly field: string;
  readonly values: readonly unknown[];
}

function walk(document: Document, root: unknown, path: readonly string[]): Found {
  let found: Found = { schema: root, type: '', description: str(root, 'description'), field: '', values: [] };
  for (const field of path) {
    const property = at(fieldsOf(document, found.schema).schema, 'properties', field);
    if (property === undefined) throw new CommandError(`field ${JSON.stringify(field)} does not exist`);
    const inner = fieldsOf(document, property);
    const own = str(property, 'description');
    const type = str(inner.schema, 'description');
    found = {
      schema: property,
      type: typeName(document, property),
      field,
      description: property === inner.schema ? own : [own, type].filter((d) => d !== '').join('\n'),
      values: enumOf(property),
    };
  }
  return found;
}

/** Through arrays and maps to the object whose properties are listed. */
function fieldsOf(document: Document, schema: unknown): { readonly schema: unknown } {
  let here = resolve(document, schema).schema;
  for (;;) {
    const next = at(here, 'items') ?? (typeof at(here, 'additionalProperties') === 'object' ? at(here, 'additionalProperties') : undefined);
    if (next === undefined || at(here, 'properties') !== undefined) return { schema: here };
    here = resolve(document, next).schema;
  }
}

const enumOf = (schema: unknown): readonly unknown[] =>
  list(schema, 'enum').length > 0 ? list(schema, 'enum') : list(at(schema, 'items'), 'enum');

function typeName(document: Document, schema: unknown): string {
  const { schema: resolved, name } = resolve(document, schema);
  const type = str(resolved, 'type');
  if (type === 'array') return `[]${typeName(document, at(resolved, 'items'))}`;
  if (type === 'object' && typeof at(resolved, 'additionalProperties') === 'object')
    return `map[string]${typeName(document, at(resolved, 'additionalProperties'))}`;
  if (name !== '') return SIMPLE[name.split('.').at(-1) ?? ''] ?? name.split('.').at(-1) ?? 'Object';
  if (type === 'object' || type === '') return 'Object';
  return type;
}
const SIMPLE: Readonly<Record<string, string>> = {
  IntOrString: 'IntOrString',
  Quantity: 'Quantity',
  Time: 'string',
  MicroTime: 'string',
  RawExtension: 'Object',
  FieldsV1: 'FieldsV1',
};

function heading(mapping: Mapping): string {
  return `${mapping.group === '' ? '' : `GROUP:      ${mapping.group}\n`}KIND:       ${mapping.kind}\nVERSION:    ${mapping.version}\n\n`;
}

function page(document: Document, mapping: Mapping, path: readonly string[], found: Found, recursive: boolean): string {
  let text = heading(mapping);
  if (path.length > 0) {
    text += `FIELD: ${found.field} <${found.type}>\n${found.values.length > 0 ? enumText(found.values, '') : '\n'}\n`;
  }
  text += `DESCRIPTION:\n${found.description === '' ? '    <empty>' : `${wrap(found.description, 80, '    ')}\n    `}\n`;
  const fields = fieldsOf(document, found.schema).schema;
  if (Object.keys(dict(fields, 'properties')).length > 0) text += `FIELDS:\n${fieldList(document, fields, '  ', recursive, [])}`;
  return `${text}\n`;
}

function enumText(values: readonly unknown[], indent: string): string {
  return `${indent}ENUM:\n${values.map((v) => `${indent}    ${v === '' ? '""' : String(v)}\n`).join('')}`;
}

function fieldList(document: Document, schema: unknown, indent: string, recursive: boolean, seen: readonly unknown[]): string {
  const properties = dict(schema, 'properties');
  const required = list(schema, 'required');
  return Object.keys(properties)
    .sort()
    .map((name) => {
      const property = properties[name];
      const head = `${indent}${name}\t<${typeName(document, property)}>${required.includes(name) ? ' -required-' : ''}\n`;
      const inner = fieldsOf(document, property).schema;
      const values = enumOf(property);
      const choices =
        values.length > 0
          ? `${indent}enum: ${values.length > 4 ? `${values.slice(0, 4).map(word).join(', ')}, ....` : values.map(word).join(', ')}\n`
          : '';
      if (recursive) {
        const deeper =
          seen.includes(inner) || Object.keys(dict(inner, 'properties')).length === 0
            ? ''
            : fieldList(document, inner, `${indent}  `, true, [...seen, inner]);
        return head + choices + deeper;
      }
      const description = str(property, 'description') || '<no description>';
      return `${head}${choices}${wrap(description, 80, `${indent}  `)}\n\n`;
    })
    .join('');
}

const word = (value: unknown): string => (value === '' ? '""' : String(value));

/** Words up to the width; empty lines and list items stand by themselves. */
/** Breaks lines at spaces as github.com/mitchellh/go-wordwrap does: spaces at a break go, those that begin a line stay. */
function wrap(text: string, width: number, indent: string): string {
  const limit = width - indent.length;
  const lines = text.split('\n').flatMap((paragraph) => {
    const broken: string[] = [];
    let line = '';
    for (const [, spaces = '', word = ''] of paragraph.matchAll(/( *)([^ ]*)/g)) {
      if (word !== '' && line.length + spaces.length > 0 && line.length + spaces.length + word.length > limit) {
        broken.push(line);
        line = word;
      } else if (word !== '' || line.length + spaces.length <= limit) {
        line += spaces + word;
      }
    }
    return [...broken, line];
  });
  return lines.map((line) => indent + line).join('\n');
}
