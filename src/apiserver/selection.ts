/** Label and field selectors of a list or watch as one predicate over objects of a kind.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/storage/selection_predicate.go */
import { badRequest } from '../api/errors.ts';
import { labelsOf, nameOf, namespaceOf } from '../api/meta.ts';
import type { KubeObject } from '../api/object.ts';
import { matches, parseFieldSelector, parseSelector, SelectorError } from '../api/selectors.ts';
import type { FieldRequirement, Selector } from '../api/selectors.ts';
import type { Kind } from './kinds.ts';

export interface Selection {
  /** undefined: everything matches. */
  readonly matches: ((object: KubeObject) => boolean) | undefined;
  /** The name that a field selector fixes, so that one key is read instead of many. */
  readonly name: string | undefined;
}

const EVERYTHING: Selection = Object.freeze({ matches: undefined, name: undefined });

type Reader = (object: KubeObject) => string;

export function selectionOf(kind: Kind, labelSelector: string | undefined, fieldSelector: string | undefined): Selection {
  if (!labelSelector && !fieldSelector) return EVERYTHING;
  const { labels, fields } = parsed(labelSelector ?? '', fieldSelector ?? '');
  const terms = fields.map((term) => ({ ...term, read: readerOf(kind, term) }));
  const name = fields.find((term) => term.field === 'metadata.name' && term.equal)?.value;
  return {
    name,
    matches(object) {
      for (const term of terms) if ((term.read(object) === term.value) !== term.equal) return false;
      return labels.length === 0 || matches(labels, labelsOf(object));
    },
  };
}

function parsed(labelSelector: string, fieldSelector: string): { readonly labels: Selector; readonly fields: readonly FieldRequirement[] } {
  try {
    return { labels: parseSelector(labelSelector), fields: parseFieldSelector(fieldSelector) };
  } catch (error) {
    if (error instanceof SelectorError) throw badRequest(error.message);
    throw error;
  }
}

function readerOf(kind: Kind, { field }: FieldRequirement): Reader {
  if (field === 'metadata.name') return nameOf;
  if (field === 'metadata.namespace' && kind.resource.namespaced) return namespaceOf;
  const read = kind.strategy.selectableFields?.[field];
  if (read) return read as Reader;
  throw badRequest(`field label not supported: ${field}`);
}
