/** Names of one group belong to the definition that had them first.
 *  Upstream: staging/src/k8s.io/apiextensions-apiserver/pkg/controller/status/naming_controller.go */
import type { CustomResourceDefinition } from '../../api/generated/types.ts';
import { nameOf } from '../../api/meta.ts';

export interface NameConflict {
  readonly reason: string;
  readonly message: string;
}

/** What another definition has already; undefined where all names are free. */
export function nameConflict(definition: CustomResourceDefinition, all: readonly CustomResourceDefinition[]): NameConflict | undefined {
  const resources = new Set<string>();
  const kinds = new Set<string>();
  for (const other of all) {
    if (nameOf(other) === nameOf(definition) || other.spec.group !== definition.spec.group || !isAccepted(other)) continue;
    const { plural, singular = '', shortNames = [], kind, listKind = '' } = other.status?.acceptedNames ?? other.spec.names;
    for (const name of [plural, singular, ...shortNames]) resources.add(name);
    for (const name of [kind, listKind]) kinds.add(name);
  }
  const { plural, singular = '', shortNames = [], kind, listKind = '' } = definition.spec.names;
  const conflict = (reason: string, name: string): NameConflict => ({ reason, message: `${JSON.stringify(name)} is already in use` });
  if (resources.has(plural)) return conflict('PluralConflict', plural);
  if (singular !== '' && resources.has(singular)) return conflict('SingularConflict', singular);
  const short = shortNames.filter((name) => resources.has(name)).sort();
  if (short[0] !== undefined) return conflict('ShortNamesConflict', short[0]);
  if (kinds.has(kind)) return conflict('KindConflict', kind);
  return listKind !== '' && kinds.has(listKind) ? conflict('ListKindConflict', listKind) : undefined;
}

const isAccepted = ({ status }: CustomResourceDefinition): boolean =>
  status?.conditions?.some((each) => each.type === 'NamesAccepted' && each.status === 'True') === true;
