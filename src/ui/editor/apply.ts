/** Applies a file as `kubectl apply --server-side` would, after a dry run of every document: nothing is changed unless all
 *  of it is accepted. Knows the API only through its discovery, so kinds that were added later work too. */
import { parseYamlDocuments, YamlError } from '../../api/yaml.ts';
import type { KubeObject, Status } from '../../api/object.ts';
import type { Transport } from '../../api/transport.ts';
import { columnOfKey, lineOfField } from './manifest.ts';

export interface Problem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}
export interface Applied {
  readonly kind: string;
  readonly name: string;
  readonly outcome: 'created' | 'configured' | 'unchanged';
}
export type ApplyResult =
  | { readonly type: 'applied'; readonly objects: readonly Applied[] }
  | { readonly type: 'refused'; readonly problems: readonly Problem[] };

interface Item {
  readonly object: KubeObject;
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

const MANAGER = 'page';

export async function applyText(api: Transport, text: string): Promise<ApplyResult> {
  const read = await readItems(api, text);
  if (Array.isArray(read.problems)) return { type: 'refused', problems: read.problems };
  const problems: Problem[] = [];
  for (const item of read.items) {
    const refused = await send(api, item, true);
    if ('problems' in refused) problems.push(...refused.problems);
  }
  if (problems.length > 0) return { type: 'refused', problems };
  const objects: Applied[] = [];
  for (const item of read.items) {
    const done = await send(api, item, false);
    if ('problems' in done) return { type: 'refused', problems: done.problems };
    objects.push(done);
  }
  return { type: 'applied', objects };
}

/** The live object that a document names, if it is there. */
export async function liveObjects(api: Transport, text: string): Promise<readonly (KubeObject | undefined)[]> {
  const { items } = await readItems(api, text);
  return Promise.all(
    items.map(async (item) => {
      const response = await api.request({ method: 'GET', path: item.path });
      return response.status === 200 ? (response.body as KubeObject) : undefined;
    }),
  );
}

async function readItems(
  api: Transport,
  text: string,
): Promise<{ readonly items: readonly Item[]; readonly problems?: readonly Problem[] }> {
  const items: Item[] = [];
  const problems: Problem[] = [];
  try {
    for (const document of parseYamlDocuments(text)) {
      const object = document.value as KubeObject;
      const at = (message: string): number => problems.push({ line: document.line, column: 1, message });
      if (typeof object !== 'object' || object === null || Array.isArray(object)) {
        at('This document is not an object.');
        continue;
      }
      if (!object.apiVersion || !object.kind) {
        at(`${object.kind ? 'apiVersion' : 'kind'} is missing.`);
        continue;
      }
      if (!object.metadata?.name) {
        at('metadata.name is missing.');
        continue;
      }
      const place = await placeOf(api, object);
      if (place === undefined) at(`no matches for kind "${object.kind}" in version "${object.apiVersion}"`);
      else items.push({ object, path: place, line: document.line, text: document.text });
    }
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    problems.push({ line: error.line, column: error.column, message: error.message });
  }
  if (items.length === 0 && problems.length === 0)
    problems.push({ line: 1, column: 1, message: 'There is nothing in this file to apply.' });
  return problems.length > 0 ? { items, problems } : { items };
}

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

async function placeOf(api: Transport, object: KubeObject): Promise<string | undefined> {
  const base = object.apiVersion!.includes('/') ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`;
  const response = await api.request({ method: 'GET', path: base });
  if (response.status !== 200) return undefined;
  const resources = (response.body as { readonly resources?: readonly ApiResource[] }).resources ?? [];
  const resource = resources.find((one) => one.kind === object.kind && !one.name.includes('/'));
  if (!resource) return undefined;
  const namespace = resource.namespaced ? `/namespaces/${object.metadata?.namespace ?? 'default'}` : '';
  return `${base}${namespace}/${resource.name}/${object.metadata?.name}`;
}

async function send(api: Transport, item: Item, dryRun: boolean): Promise<Applied | { readonly problems: readonly Problem[] }> {
  const before = dryRun ? undefined : await api.request({ method: 'GET', path: item.path });
  const query: [string, string][] = [
    ['fieldManager', MANAGER],
    ['force', 'true'],
    ['fieldValidation', 'Strict'],
    ...(dryRun ? [['dryRun', 'All'] as [string, string]] : []),
  ];
  const response = await api.request({
    method: 'PATCH',
    path: item.path,
    query,
    body: new TextEncoder().encode(JSON.stringify(item.object)),
    headers: { 'content-type': 'application/apply-patch+yaml', 'user-agent': 'page' },
  });
  if (response.status >= 300) return { problems: problemsOf(response.body as Status, item) };
  const version = (body: unknown): string | undefined => (body as KubeObject | undefined)?.metadata?.resourceVersion;
  const outcome =
    response.status === 201 || before?.status === 404
      ? 'created'
      : before && version(before.body) === version(response.body)
        ? 'unchanged'
        : 'configured';
  return { kind: item.object.kind ?? '', name: item.object.metadata?.name ?? '', outcome };
}

/** Each cause at the line of its field; the whole message at the document where there is none. */
export function problemsOf(status: Status, item: { readonly line: number; readonly text: string }): readonly Problem[] {
  const lines = item.text.split('\n');
  const inFile = (field: string): Pick<Problem, 'line' | 'column'> => {
    const line = lineOfField(item.text, field);
    return { line: firstLine(item) + line - 1, column: columnOfKey(lines[line - 1] ?? '') };
  };
  const causes = (status.details?.causes ?? []).filter((cause) => cause.field !== undefined && cause.field !== '<nil>');
  if (causes.length > 0)
    return causes.map((cause) => ({
      ...inFile(cause.field!),
      message: `${cause.field}: ${cause.message ?? status.message ?? ''}`,
    }));
  // Go's decoder names the type and then the path: "DeploymentSpec.spec.replicas".
  const decoded = /Go struct field \w+\.(\S+) of type/.exec(status.message ?? '')?.[1];
  if (decoded !== undefined) return [{ ...inFile(decoded), message: status.message ?? '' }];
  const unknown = [...(status.message ?? '').matchAll(/unknown field "([^"]+)"/g)].map((match) => match[1]!);
  if (unknown.length > 0) return unknown.map((field) => ({ ...inFile(field), message: `unknown field "${field}"` }));
  return [{ line: item.line, column: 1, message: status.message ?? 'the API refused this object' }];
}

/** `line` is where the first content stands, and the text may begin with empty lines before it. */
function firstLine(item: { readonly line: number; readonly text: string }): number {
  const before = /^(?:\s*(?:#[^\n]*)?\n)*/.exec(item.text)?.[0].split('\n').length ?? 1;
  return item.line - before + 1;
}
