/** How an answer looks: the object itself, a Table as kubectl asks for it, or metadata alone.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/endpoints/handlers/response.go */
import { invalid, notAcceptable } from '../api/errors.ts';
import { invalidValue } from '../api/field-error.ts';
import type { KubeList, KubeObject } from '../api/object.ts';
import type { WatchEvent } from '../api/transport.ts';
import { headerOf, queryOf } from './request-info.ts';
import type { Call } from './server-state.ts';

export interface Presenter {
  object(object: KubeObject): object;
  list(list: KubeList): object;
  /** The object of a watch event; the first one of a Table carries its columns. */
  event(event: WatchEvent): KubeObject;
}

const PLAIN = new Set(['application/json', 'application/yaml', 'application/*', '*/*', 'application/vnd.kubernetes.protobuf', '']);
export const ACCEPTED = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

interface Accepted { readonly type: string; readonly as: string; readonly version: string; readonly group: string }

function parsed(item: string): Accepted {
  const [type = '', ...parameters] = item.split(';').map((part) => part.trim());
  const value = (name: string): string => parameters.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
  return { type: type.toLowerCase(), as: value('as'), version: value('v'), group: value('g') };
}

/** undefined: the object as it is. Throws 406 where nothing fits. */
export function presenterOf(call: Call): Presenter | undefined {
  const accept = headerOf(call.request, 'accept');
  if (accept === undefined || accept === 'application/json') return undefined;
  for (const item of accept.split(',')) {
    const { type, as, version, group } = parsed(item);
    if (!PLAIN.has(type)) continue;
    if (as === '') return undefined;
    const known = group === 'meta.k8s.io' && (version === 'v1' || version === 'v1beta1');
    if (known && as === 'Table') return tablePresenter(call, version);
    if (known && (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList')) return metadataPresenter(version);
  }
  throw notAcceptable(ACCEPTED);
}

const metadataOnly = (object: KubeObject, version: string): KubeObject =>
  ({ kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata ?? {} });

function metadataPresenter(version: string): Presenter {
  return {
    object: (object) => metadataOnly(object, version),
    list: (list) => ({
      kind: 'PartialObjectMetadataList', apiVersion: `meta.k8s.io/${version}`, metadata: list.metadata,
      items: list.items.map((item) => metadataOnly(item, version)),
    }),
    event: (event) => (event.type === 'ERROR' ? event.object : metadataOnly(event.object, version)),
  };
}

const INCLUDED = new Set(['None', 'Metadata', 'Object']);

function tablePresenter(call: Call, version: string): Presenter {
  const { server, kind, request } = call;
  const include = queryOf(request, 'includeObject') || 'Metadata';
  if (!INCLUDED.has(include)) {
    const detail = "must be 'Metadata', 'Object', 'None', or empty";
    throw invalid({ group: 'meta.k8s.io', kind: 'TableOptions' }, '', [invalidValue('includeObject', include, detail)]);
  }
  const printerKind = call.info.subresource === 'scale' ? { group: 'autoscaling', kind: 'Scale' } : kind.resource;
  const printer = server.customPrinters.get(`${kind.resource.kind}.${kind.resource.group}`) ?? server.printers.tableFor(printerKind);
  const row = (object: KubeObject): object => {
    const conditions = printer.conditions?.(object);
    return {
      cells: printer.cells(object, server.world.clock.now()),
      ...(conditions && conditions.length > 0 && { conditions }),
      ...(include === 'Object' && { object }),
      ...(include === 'Metadata' && { object: metadataOnly(object, version) }),
    };
  };
  const table = (metadata: object, rows: readonly object[], columns: readonly object[] = printer.columns): KubeObject =>
    ({ kind: 'Table', apiVersion: `meta.k8s.io/${version}`, metadata, columnDefinitions: columns, rows }) as KubeObject;
  let first = true;
  return {
    object: (object) => table({ resourceVersion: object.metadata?.resourceVersion ?? '' }, [row(object)]),
    list: (list) => table(list.metadata, list.items.map(row)),
    event(event) {
      if (event.type === 'ERROR') return event.object;
      const columns = first ? printer.columns : [];
      first = false;
      return table({ resourceVersion: event.object.metadata?.resourceVersion ?? '' }, event.type === 'BOOKMARK' ? [] : [row(event.object)], columns);
    },
  };
}
