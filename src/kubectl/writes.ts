/** Creating, patching and deleting as every command of kubectl does it, with the options that it sends. */
import type { Kubectl } from './command.ts';
import { type Mapping, pathOf } from './discovery.ts';
import { CommandError, StatusError, withSource } from './errors.ts';
import { withLastApplied } from './last-applied.ts';
import type { Obj } from './obj.ts';
import { dryRunOf, resultPrinter } from './printers/output.ts';
import { typed } from './printers/typed.ts';
import type { Query } from './rest.ts';

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';
export const CONTENT: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

/** dryRun, fieldManager and fieldValidation, as the flags say. */
export function writeQuery(k: Kubectl, options: { readonly validation?: boolean; readonly manager?: string } = {}): Query {
  const query: [string, string][] = [];
  if (dryRunOf(k) === 'server') query.push(['dryRun', 'All']);
  const manager = options.manager ?? k.flags.str('field-manager');
  if (manager !== '') query.push(['fieldManager', manager]);
  if (options.validation === true) query.push(['fieldValidation', fieldValidation(k)]);
  return query;
}

export function fieldValidation(k: Kubectl): string {
  const value = k.flags.str('validate') || 'strict';
  if (value === 'strict' || value === 'true') return 'Strict';
  if (value === 'warn') return 'Warn';
  if (value === 'ignore' || value === 'false') return 'Ignore';
  throw new CommandError(`invalid - validate option ${JSON.stringify(value)}; must be one of: strict (or true), warn, ignore (or false)`);
}

export async function createObject(k: Kubectl, mapping: Mapping, namespace: string, object: Obj, source = ''): Promise<Obj> {
  try {
    return await k.rest.json('POST', pathOf(mapping, namespace), {
      body: object,
      query: writeQuery(k, { validation: true }),
    });
  } catch (error) {
    throw withSource('creating', source, error);
  }
}

export async function patchObject(
  k: Kubectl,
  mapping: Mapping,
  namespace: string,
  name: string,
  type: PatchType,
  patch: object,
  options: { readonly query?: Query; readonly subresource?: string; readonly accept?: string; readonly typed?: boolean } = {},
): Promise<Obj> {
  return k.rest.json('PATCH', pathOf(mapping, namespace, name, options.subresource), {
    body: patch,
    contentType: CONTENT[type],
    query: options.query ?? writeQuery(k),
    ...(options.accept !== undefined && { accept: options.accept }),
    ...(options.typed === true && { typed: true }),
  });
}

/** What the imperative create commands do with the object that they have made: send it, or only show it. */
export async function createAndPrint(k: Kubectl, mapping: Mapping, object: Obj, operation = 'created', what = ''): Promise<void> {
  const dryRun = dryRunOf(k);
  const namespace = mapping.namespaced ? k.namespace : '';
  const named = mapping.namespaced && k.namespaceGiven ? ({ ...object, metadata: orderedMeta(object, namespace) } as Obj) : object;
  // `create service` has the flag and does not heed it.
  const final = k.flags.bool('save-config') && !k.path.startsWith('create service ') ? withLastApplied(named, true) : named;
  const print = resultPrinter(k, dryRun, true);
  if (dryRun === 'client') return print(final, operation);
  const created = await post(k, pathOf(mapping, namespace), final, what);
  return print(typed({ apiVersion: final.apiVersion, kind: final.kind, ...created } as Obj), operation);
}

/** The others create through a typed client. */
const IN_JSON: ReadonlySet<string> = new Set(['run', 'expose']);

async function post(k: Kubectl, path: string, object: Obj, what: string): Promise<Obj> {
  try {
    return await k.rest.json('POST', path, {
      ...(IN_JSON.has(k.path) ? { body: object } : { body: withoutNulls(object), typed: true }),
      query: writeQuery(k, { validation: k.flags.str('validate') !== '' }),
    });
  } catch (error) {
    throw what !== '' && error instanceof StatusError ? new CommandError(`failed to create ${what} ${error.message}`) : error;
  }
}

function orderedMeta(object: Obj, namespace: string): object {
  const { name, ...rest } = object.metadata ?? {};
  return { name, namespace, ...rest };
}

/** Go writes `creationTimestamp: null` for what is not set; nothing of that need be sent. */
export function withoutNulls(object: Obj): Obj {
  return clean(object) as Obj;
}

function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, v]) => v !== undefined && !(key === 'creationTimestamp' && v === null))
      .map(([key, v]) => [key, clean(v)]),
  );
}
