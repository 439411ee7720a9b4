/** In a list of a built-in kind the items do not repeat their apiVersion and kind: the list says them. Inside the cluster they
 *  keep both, because the objects are shared with the store; they are left out where a list becomes text.
 *  Upstream: staging/src/k8s.io/apimachinery/pkg/runtime/serializer/versioning: typed items are encoded without TypeMeta */
import { RESOURCES } from './resources.ts';

interface List {
  readonly kind?: unknown;
  readonly apiVersion?: unknown;
  readonly items?: unknown;
}

const LISTS: ReadonlySet<string> = new Set(
  RESOURCES.filter(({ definition }) => definition !== undefined).map(
    ({ group, version, kind }) => `${group === '' ? '' : `${group}/`}${version} ${kind}List`,
  ),
);

/** The same body, or the list with barer items. */
export function withoutItemKinds(body: object): object {
  const { kind, apiVersion, items } = body as List;
  if (!Array.isArray(items) || !LISTS.has(`${String(apiVersion)} ${String(kind)}`)) return body;
  return {
    ...body,
    items: items.map((item: { apiVersion?: unknown; kind?: unknown }) => ({ ...item, apiVersion: undefined, kind: undefined })),
  };
}
