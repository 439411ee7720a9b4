/** GET of one object and of lists: selectors, resourceVersion, chunks.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/get.go, pkg/storage/etcd3/store.go */
import { base64, fromBase64, fromUtf8, utf8 } from '../base/bytes.ts';
import { ApiError, badRequest, expired, invalid, notFound, tooLargeResourceVersion } from '../api/errors.ts';
import { forbiddenField, invalidValue } from '../api/field-error.ts';
import type { KubeList, KubeObject } from '../api/object.ts';
import { apiVersionOf } from '../api/resources.ts';
import { CompactedError } from '../etcd/store.ts';
import { queryOf } from './request-info.ts';
import { selectionOf } from './selection.ts';
import type { Selection } from './selection.ts';
import type { Call } from './server-state.ts';

export function getObject(call: Call): KubeObject {
  const { kind, info, server } = call;
  const wanted = queryOf(call.request, 'resourceVersion');
  if (wanted) checkReached(revisionOf(wanted), server.storage.etcd.revision);
  const stored = server.storage.get(kind, info.namespace, info.name);
  if (stored === undefined) throw notFound(kind.resource, info.name);
  return stored.object;
}

/** A revision that a client named; 0 for any. */
export function revisionOf(text: string): number {
  if (!/^[0-9]+$/.test(text)) throw badRequest(`Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

function checkReached(wanted: number, current: number): void {
  if (wanted > current) throw tooLargeResourceVersion(wanted, current);
}

interface ListChoice {
  readonly selection: Selection;
  readonly limit: number;
  readonly from: Continue | undefined;
  /** undefined: now. */
  readonly atRevision: number | undefined;
}

interface Continue { readonly revision: number; readonly start: string }

const TOO_OLD = 'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, '
  + 'or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list '
  + '- objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

export function listObjects(call: Call): KubeList {
  const { kind, info, server } = call;
  const { etcd } = server.storage;
  const choice = listChoice(call);
  const prefix = kind.resource.namespaced && info.namespace !== '' ? `${kind.prefix}${info.namespace}/` : kind.prefix;
  const isWhole = choice.selection.matches === undefined;
  const revision = choice.atRevision ?? etcd.revision;
  const items: KubeObject[] = [];
  let startKey = choice.from === undefined ? prefix : kind.prefix + choice.from.start;
  let more = false;
  let left = 0;
  try {
    do {
      const page = etcd.range(prefix, { atRevision: choice.atRevision, startKey, limit: choice.limit });
      kind.conversion?.show(page.kvs.map(({ value }) => value as KubeObject));
      for (const kv of page.kvs) {
        const object = (kind.fromStored ? kind.fromStored(kv.value as KubeObject) : kv.value) as KubeObject;
        if (choice.selection.matches !== undefined && !choice.selection.matches(object)) continue;
        items.push(object);
      }
      more = page.more;
      left = page.count - page.kvs.length;
      const last = page.kvs[page.kvs.length - 1];
      if (last === undefined) break;
      startKey = `${last.key}\0`;
    } while (more && items.length < choice.limit);
  } catch (error) {
    if (error instanceof CompactedError) throw tooOld(choice, startKey.slice(kind.prefix.length));
    throw error;
  }
  const token = more && choice.limit > 0 ? encodeContinue(revision, startKey.slice(kind.prefix.length)) : undefined;
  return {
    apiVersion: apiVersionOf(kind.resource), kind: `${kind.resource.kind}List`,
    metadata: {
      resourceVersion: String(revision),
      ...(token !== undefined && { continue: token }),
      ...(token !== undefined && isWhole && { remainingItemCount: left }),
    },
    items,
  };
}

function tooOld(choice: ListChoice, start: string): ApiError {
  if (choice.from === undefined) return expired('The resourceVersion for the provided list is too old.');
  return new ApiError({ ...expired(TOO_OLD).status, metadata: { continue: encodeContinue(-1, start) } });
}

function listChoice(call: Call): ListChoice {
  const { request, kind, server } = call;
  const selection = selectionOf(kind, queryOf(request, 'labelSelector'), queryOf(request, 'fieldSelector'));
  const limit = Number(queryOf(request, 'limit') ?? 0);
  if (!Number.isInteger(limit)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(queryOf(request, 'limit'))}: invalid syntax`);
  const token = queryOf(request, 'continue');
  const wanted = queryOf(request, 'resourceVersion') ?? '';
  const match = queryOf(request, 'resourceVersionMatch') ?? '';
  checkMatch(call, wanted, match, token);
  const { revision } = server.storage.etcd;
  if (token) {
    const from = decodeContinue(token);
    if (wanted !== '' && wanted !== '0') throw badRequest('specifying resource version is not allowed when using continue');
    return { selection, limit, from, atRevision: from.revision > 0 ? from.revision : undefined };
  }
  // What may be of any age comes from the cache, which has it whole.
  if (wanted === '0') return { selection, limit: 0, from: undefined, atRevision: undefined };
  if (wanted === '') return { selection, limit, from: undefined, atRevision: undefined };
  const at = revisionOf(wanted);
  checkReached(at, revision);
  const exact = match === 'Exact' || (match === '' && limit > 0);
  return { selection, limit, from: undefined, atRevision: exact ? at : undefined };
}

function checkMatch(call: Call, wanted: string, match: string, token: string | undefined): void {
  if (match === '') return;
  const refuse = (error: ReturnType<typeof forbiddenField>): ApiError => invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [error]);
  if (token) throw refuse(forbiddenField('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided'));
  if (wanted === '') throw refuse(forbiddenField('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    throw refuse({ ...invalidValue('resourceVersionMatch', match, 'supported values: "Exact", "NotOlderThan", ""'), type: 'FieldValueNotSupported' });
  }
  if (match === 'Exact' && wanted === '0') {
    throw refuse(forbiddenField('resourceVersionMatch', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  }
}

/** What Kubernetes' tokens look like inside: a client must not care. */
function encodeContinue(revision: number, start: string): string {
  return base64(utf8(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start }))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function decodeContinue(token: string): Continue {
  const refuse = (why: string): ApiError => badRequest(`continue key is not valid: ${why}`);
  const padded = token.replaceAll('-', '+').replaceAll('_', '/') + '==='.slice(0, (4 - (token.length % 4)) % 4);
  const bytes = fromBase64(padded);
  if (bytes === undefined) throw refuse('illegal base64 data at input byte 0');
  let parsed: { readonly v?: unknown; readonly rv?: unknown; readonly start?: unknown };
  try {
    parsed = JSON.parse(fromUtf8(bytes)) as typeof parsed;
  } catch {
    throw refuse('invalid character in the token');
  }
  const { v, rv, start } = parsed;
  if (v !== 'meta.k8s.io/v1') throw refuse('server does not recognize this encoded version');
  if (typeof rv !== 'number' || rv === 0) throw refuse('incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  if (typeof start !== 'string' || start.startsWith('/') || start.includes('..')) throw refuse('encoded start key is invalid');
  return { revision: rv, start };
}
