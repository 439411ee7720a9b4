/** The cluster's own OpenAPI documents as one JSON schema for the editor: completion, hover text and squiggles follow
 *  what this cluster serves, custom kinds included. */
import type { Transport } from '../../api/transport.ts';

type Schema = Record<string, unknown>;
interface Gvk {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
const INT_OR_STRING = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';

/** `turn` is waited for between the documents, which are large. */
export async function clusterSchema(api: Transport, turn: () => Promise<void>): Promise<Schema> {
  const index = await api.request({ method: 'GET', path: '/openapi/v3' });
  const paths = Object.entries((index.body as { readonly paths?: Record<string, { readonly serverRelativeURL?: string }> }).paths ?? {});
  const parts: Definitions[] = [];
  for (const [name, { serverRelativeURL }] of paths) {
    if (!/^(api\/v1|apis\/.+\/.+)$/.test(name)) continue;
    await turn();
    const [path, query] = (serverRelativeURL ?? `/openapi/v3/${name}`).split('?');
    const response = await api.request({
      method: 'GET',
      path: path!,
      query: (query ?? '')
        .split('&')
        .filter((part) => part !== '')
        .map((part) => part.split('=', 2) as [string, string]),
    });
    const schemas = (response.body as { readonly components?: { readonly schemas?: Record<string, Schema> } }).components?.schemas ?? {};
    await turn();
    parts.push(rewritten(schemas));
  }
  return joined(parts);
}

interface Definitions {
  readonly definitions: Record<string, Schema>;
  readonly kinds: readonly Schema[];
}

/** Pure: OpenAPI definitions in, one schema out, whose alternatives are the kinds that can be applied. */
export const editorSchema = (found: Record<string, Schema>): Schema => joined([rewritten(found)]);

function rewritten(found: Record<string, Schema>): Definitions {
  const definitions: Record<string, Schema> = {};
  const kinds: Schema[] = [];
  for (const [name, schema] of Object.entries(found)) {
    const gvks = (schema['x-kubernetes-group-version-kind'] ?? []) as readonly Gvk[];
    const title = name.split('.').at(-1) ?? name;
    const copy = rewrite(schema) as Schema;
    if (
      copy['properties'] !== undefined &&
      copy['additionalProperties'] === undefined &&
      copy['x-kubernetes-preserve-unknown-fields'] !== true
    )
      copy['additionalProperties'] = false;
    definitions[name] = { title, ...copy };
    const [gvk] = gvks;
    const properties = (copy['properties'] ?? {}) as Record<string, Schema>;
    if (!gvk || gvks.length !== 1 || !properties['metadata'] || gvk.kind.endsWith('List')) continue;
    const apiVersion = gvk.group === '' ? gvk.version : `${gvk.group}/${gvk.version}`;
    definitions[name] = {
      ...definitions[name],
      required: ['apiVersion', 'kind'],
      properties: {
        ...properties,
        apiVersion: { ...properties['apiVersion'], type: 'string', enum: [apiVersion] },
        kind: { ...properties['kind'], type: 'string', enum: [gvk.kind] },
      },
    };
    kinds.push({ $ref: `#/definitions/${name}` });
  }
  return { definitions, kinds };
}

function joined(parts: readonly Definitions[]): Schema {
  const definitions: Record<string, Schema> = Object.assign({}, ...parts.map((part) => part.definitions));
  definitions[QUANTITY] = {
    title: 'Quantity',
    anyOf: [{ type: 'string' }, { type: 'number' }],
    description: 'A quantity: 500m, 2, 128Mi, 1Gi.',
  };
  definitions[INT_OR_STRING] = { title: 'IntOrString', anyOf: [{ type: 'integer' }, { type: 'string' }] };
  // Documents share definitions, and so may name a kind twice.
  const names = new Set(parts.flatMap(({ kinds }) => kinds.map(({ $ref }) => $ref as string)));
  return { definitions, oneOf: [...names].map(($ref) => ({ $ref })) };
}

function rewrite(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewrite);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== 'default');
  const out = Object.fromEntries(
    entries.map(([key, part]) => [
      key,
      key === '$ref' && typeof part === 'string' ? part.replace('#/components/schemas/', '#/definitions/') : rewrite(part),
    ]),
  );
  // Beside a description, OpenAPI wraps a single reference in allOf.
  const all = out['allOf'];
  if (Array.isArray(all) && all.length === 1)
    return { ...(all[0] as object), ...(out['description'] === undefined ? {} : { description: out['description'] }) };
  return out;
}
