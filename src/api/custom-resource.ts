/** The row of the resource table that a CustomResourceDefinition stands for in one of its versions. */
import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from './generated/types.ts';
import type { Resource, Subresource } from './resource.ts';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const READ_WRITE = ['get', 'patch', 'update'];

export function customResourceOf({ spec }: CustomResourceDefinition, version: CustomResourceDefinitionVersion): Resource {
  const { names, group, scope } = spec;
  const subresources: Subresource[] = [];
  if (version.subresources?.scale)
    subresources.push({ name: 'scale', verbs: READ_WRITE, kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' } });
  if (version.subresources?.status) subresources.push({ name: 'status', verbs: READ_WRITE });
  return {
    group,
    version: version.name,
    kind: names.kind,
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    shortNames: names.shortNames ?? [],
    namespaced: scope === 'Namespaced',
    categories: names.categories ?? [],
    verbs: VERBS,
    subresources,
  };
}
