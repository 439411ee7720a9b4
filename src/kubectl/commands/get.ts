/** kubectl get: lists objects as tables or in any other form, and watches them.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/get/get.go */
import { parseTime } from '../../base/time.ts';
import type { Command, Kubectl } from '../command.ts';
import { type Mapping, kindName, pathOf } from '../discovery.ts';
import { AggregateFailure, CommandError, isNotFound, usageError } from '../errors.ts';
import { humanDuration } from '../duration.ts';
import { type Targets, manifestInfo, orNoNamespace, targetsOf } from '../infos.ts';
import { type Obj, at, has, list, put, str } from '../obj.ts';
import { type OutputFormat, objectPrinter, outputFormat } from '../printers/output.ts';
import { sortBy } from '../printers/sort.ts';
import { type TableOptions, createTablePrinter } from '../printers/table.ts';
import { ACCEPT_ANY, ACCEPT_JSON, ACCEPT_TABLE } from '../rest.ts';
import { watchGet } from './get-watch.ts';

/** One request of a get: an object by name, or all of a type. */
export interface Fetch {
  readonly mapping: Mapping;
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly name?: string;
  readonly namespace: string;
}

export const get: Command = {
  name: 'get',
  summary: 'Display one or many resources',
  description:
    'Prints a table of the most important facts about the resources that you name. A label or field selector narrows it, and -o chooses another form.',
  examples: [
    { comment: 'List all pods, with the node that each is on', lines: ['kubectl get pods -o wide'] },
    { comment: 'Show one deployment as YAML', lines: ['kubectl get deployment web -o yaml'] },
    { comment: 'Follow the pods that have a label', lines: ['kubectl get pods -l app=web -w'] },
    { comment: 'Print one field of every pod', lines: ["kubectl get pods -o jsonpath='{.items[*].metadata.name}'"] },
  ],
  complete: 'resource',
  run,
};

async function run(k: Kubectl): Promise<number | void> {
  const { flags } = k;
  if (flags.str('raw') !== '') return raw(k);
  if (k.args.length === 0 && flags.list('filename').length === 0 && flags.str('kustomize') === '') {
    await k.say(
      'You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.\n\n',
    );
    throw usageError(
      'get',
      'Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).',
    );
  }
  const format = outputFormat(k);
  const human = format.name === '' || format.name === 'wide';
  if (!human) objectPrinter(k, format);
  const targets = await targetsOf(k, {
    args: k.args,
    allowAll: true,
    labelSelector: flags.str('selector'),
    fieldSelector: flags.str('field-selector'),
  });
  if (targets.named.length > 0 && flags.bool('all-namespaces')) {
    throw new CommandError('a resource cannot be retrieved by name across all namespaces');
  }
  const fetches = await fetchesOf(k, targets);
  if (flags.bool('watch') || flags.bool('watch-only')) return watchGet(k, fetches, format);
  return human ? printTables(k, fetches, format) : printObjects(k, fetches, targets.single, format);
}

async function raw(k: Kubectl): Promise<number> {
  const path = k.flags.str('raw');
  if (k.args.length > 0) throw new CommandError('arguments may not be passed when --raw is specified');
  if (!path.startsWith('/')) {
    throw new CommandError(`--raw must be a valid URL path: parse ${JSON.stringify(path)}: invalid URI for request`);
  }
  await k.print(await k.rest.text('GET', path, { accept: ACCEPT_ANY }));
  return 0;
}

export async function fetchesOf(k: Kubectl, targets: Targets): Promise<Fetch[]> {
  const { flags } = k;
  const subresource = flags.str('subresource') || undefined;
  const fetches: Fetch[] = targets.named.map(({ mapping, name }) => {
    const namespace = mapping.namespaced ? k.namespace : '';
    // What cannot stand in a path fails when it is read, beside what can.
    return {
      mapping,
      name,
      namespace,
      query: [],
      get path() {
        return pathOf(mapping, namespace, name, subresource);
      },
    };
  });
  for (const manifest of targets.files) {
    const info = await manifestInfo(k, manifest);
    fetches.push({
      mapping: info.mapping,
      name: info.name,
      namespace: info.namespace,
      query: [],
      get path() {
        return pathOf(info.mapping, info.namespace, info.name, subresource);
      },
    });
  }
  for (const mapping of targets.types) {
    const namespace = flags.bool('all-namespaces') || !mapping.namespaced ? '' : k.namespace;
    const query: [string, string][] = [];
    if (flags.str('field-selector') !== '') query.push(['fieldSelector', flags.str('field-selector')]);
    if (flags.str('selector') !== '') query.push(['labelSelector', flags.str('selector')]);
    if (flags.int('chunk-size') > 0 && flags.str('sort-by') === '') query.push(['limit', flags.str('chunk-size')]);
    if (subresource !== undefined) throw new CommandError('subresource cannot be used when bulk resources are specified');
    fetches.push({
      mapping,
      namespace,
      query,
      get path() {
        return pathOf(mapping, namespace);
      },
    });
  }
  return fetches;
}

/** Every page of a list, as one Table or List. */
async function fetchAll(k: Kubectl, fetch: Fetch, accept: string, includeObject: boolean): Promise<Obj> {
  const query = includeObject ? [...fetch.query, ['includeObject', 'Object'] as const] : fetch.query;
  const read = (): Promise<Obj> => k.rest.json('GET', fetch.path, { accept, query });
  let page = await (fetch.name === undefined ? read() : orNoNamespace(k, fetch.namespace, read));
  const field = page.kind === 'Table' ? 'rows' : 'items';
  const parts = [...list(page, field)];
  const first = page;
  while (str(page, 'metadata', 'continue') !== '') {
    page = await k.rest.json('GET', fetch.path, { accept, query: [...query, ['continue', str(page, 'metadata', 'continue')]] });
    parts.push(...list(page, field));
  }
  return has(first, field) || first.kind === 'Table' ? { ...first, [field]: parts } : first;
}

async function printTables(k: Kubectl, fetches: readonly Fetch[], format: OutputFormat): Promise<void> {
  const { flags } = k;
  const failures: unknown[] = [];
  const sort = flags.str('sort-by');
  /** One a kind in a row: the rows of several names are one table. */
  const tables: { key: string; mapping: Mapping; table: Obj; rows: unknown[] }[] = [];
  for (const fetch of fetches) {
    let table: Obj;
    try {
      table = await fetchAll(k, fetch, flags.bool('server-print') ? ACCEPT_TABLE : ACCEPT_JSON, sort !== '');
    } catch (error) {
      if (k.io.signal.aborted) throw error;
      if (!(flags.bool('ignore-not-found') && isNotFound(error))) failures.push(error);
      continue;
    }
    if (table.kind !== 'Table') table = asTable(table, k.io.clock.now());
    const rows = sort === '' ? list(table, 'rows') : sortedRows(table, sort);
    const key = `${fetch.mapping.group}/${fetch.mapping.version}/${fetch.mapping.resource}`;
    const last = tables.at(-1);
    if (last?.key === key) last.rows.push(...rows);
    else tables.push({ key, mapping: fetch.mapping, table, rows: [...rows] });
  }
  const several = new Set(tables.map(({ key }) => key)).size > 1;
  const shown = tables.filter(({ rows }) => rows.length > 0);
  for (const [at, { mapping, table, rows }] of shown.entries()) {
    const printer = createTablePrinter(tableOptions(k, mapping, format, several));
    await k.print((at > 0 && !flags.bool('no-headers') ? '\n' : '') + printer.print({ ...table, rows }));
  }
  const written = shown.length > 0;
  if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateFailure(failures);
  if (!written && !flags.bool('ignore-not-found')) await k.say(nothingFound(k, fetches));
}

/** A path that leads nowhere in any row shows nothing. */
function sortedRows(table: Obj, expression: string): readonly unknown[] {
  try {
    return sortBy(list(table, 'rows'), expression, (row) => at(row, 'object'));
  } catch (error) {
    if (error instanceof CommandError && error.message.startsWith("couldn't find")) return [];
    throw error;
  }
}

export function nothingFound(k: Kubectl, fetches: readonly Fetch[]): string {
  const namespaced = fetches.every((f) => f.mapping.namespaced) && !k.flags.bool('all-namespaces');
  return namespaced ? `No resources found in ${k.namespace} namespace.\n` : 'No resources found\n';
}

export function tableOptions(k: Kubectl, mapping: Mapping, format: OutputFormat, several: boolean): TableOptions {
  return {
    wide: format.name === 'wide',
    noHeaders: k.flags.bool('no-headers'),
    withNamespace: k.flags.bool('all-namespaces') && mapping.namespaced,
    withKind: several || k.flags.bool('show-kind') ? kindName(mapping) : '',
    showLabels: k.flags.bool('show-labels'),
    columnLabels: k.flags.list('label-columns'),
  };
}

/** A server that makes no Tables still lists names. */
function asTable(object: Obj, nowMs: number): Obj {
  const items = Array.isArray(object['items']) ? list(object, 'items') : [object];
  const age = (item: unknown): string => humanDuration(nowMs - parseTime(str(item, 'metadata', 'creationTimestamp')));
  return {
    kind: 'Table',
    columnDefinitions: [{ name: 'Name' }, { name: 'Age' }],
    rows: items.map((item) => ({ cells: [str(item, 'metadata', 'name'), age(item)], object: item })),
  };
}

async function printObjects(k: Kubectl, fetches: readonly Fetch[], single: boolean, format: OutputFormat): Promise<void> {
  const { flags } = k;
  const failures: unknown[] = [];
  const objects: Obj[] = [];
  for (const fetch of fetches) {
    try {
      objects.push(...withKinds(await fetchAll(k, fetch, ACCEPT_JSON, false)));
    } catch (error) {
      if (k.io.signal.aborted) throw error;
      if (!(flags.bool('ignore-not-found') && isNotFound(error))) failures.push(error);
    }
  }
  const print = objectPrinter(k, format);
  const sorted = flags.str('sort-by') === '' ? objects : sortBy(objects, flags.str('sort-by'), (o) => o);
  const alone = single && fetches.length === 1;
  if (alone && sorted.length === 1) {
    await k.print(print(sorted[0]!));
  } else if (!(alone && sorted.length === 0)) {
    await k.print(print({ apiVersion: 'v1', items: sorted, kind: 'List', metadata: { resourceVersion: '' } }));
  }
  if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateFailure(failures);
}

/** The items of a list with their kind and version filled in, or the object itself. */
export function withKinds(object: Obj): readonly Obj[] {
  if (!Array.isArray(object['items']) || !String(object.kind).endsWith('List')) return [object];
  const kind = String(object.kind).slice(0, -4);
  return list(object, 'items').map((item) =>
    has(item, 'kind') ? (item as Obj) : put({ ...(item as Obj), apiVersion: object.apiVersion ?? '' }, ['kind'], kind),
  );
}
