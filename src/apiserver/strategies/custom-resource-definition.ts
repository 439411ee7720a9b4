/** CustomResourceDefinitions: names, versions, and that every version has a schema.
 *  Upstream: staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/{v1/defaults.go,validation/validation.go} */
import { type FieldError, invalidPrinted, invalidValue, notSupported, required } from '../../api/field-error.ts';
import type { CustomResourceDefinition, CustomResourceDefinitionSpec } from '../../api/generated/types.ts';
import { nameOf } from '../../api/meta.ts';
import { strategyOf } from './base.ts';
import { checkImmutable, complain, type Errors } from './field-checks.ts';
import { dns1035Label, dns1123Subdomain } from './names.ts';
import { fill, mapField } from './share.ts';

function specDefaults(spec: CustomResourceDefinitionSpec): CustomResourceDefinitionSpec {
  const named = mapField(spec, 'names', (names) => fill(names, {
    singular: (names.kind ?? '').toLowerCase(), listKind: `${names.kind ?? ''}List`,
  }));
  return fill(named, { conversion: { strategy: 'None' } });
}

function checkVersions(errors: Errors, spec: CustomResourceDefinitionSpec): void {
  const versions = spec.versions ?? [];
  const printed = JSON.stringify(versions.map(({ name }) => name));
  const names = new Set<string>();
  versions.forEach((version, index) => {
    const at = `spec.versions[${index}]`;
    complain(errors, `${at}.name`, version.name, dns1035Label(version.name ?? ''));
    if (names.has(version.name)) errors.push(invalidPrinted('spec.versions', printed, 'must contain unique version names'));
    names.add(version.name);
    if (!version.schema?.openAPIV3Schema) errors.push(required(`${at}.schema.openAPIV3Schema`, 'schemas are required'));
    else if ((version.schema.openAPIV3Schema as { type?: string }).type !== 'object') {
      const type = (version.schema.openAPIV3Schema as { type?: string }).type;
      errors.push(type === undefined ? required(`${at}.schema.openAPIV3Schema.type`, 'must not be empty at the root')
        : invalidValue(`${at}.schema.openAPIV3Schema.type`, type, 'must be object at the root'));
    }
    version.additionalPrinterColumns?.forEach((column, columnIndex) => {
      const path = `${at}.additionalPrinterColumns[${columnIndex}]`;
      if (!column.name) errors.push(required(`${path}.name`));
      if (!column.type) errors.push(required(`${path}.type`, 'must be one of boolean, date, integer, number, string'));
      if (!column.jsonPath) errors.push(required(`${path}.jsonPath`));
    });
  });
  if (versions.filter(({ storage }) => storage).length !== 1) {
    errors.push(invalidPrinted('spec.versions', printed, 'must have exactly one version marked as storage version'));
  }
}

function validate(definition: CustomResourceDefinition): readonly FieldError[] {
  const errors: Errors = [];
  const { spec } = definition;
  if (!spec) return [required('spec')];
  const wanted = `${spec.names?.plural ?? ''}.${spec.group ?? ''}`;
  if (nameOf(definition) !== wanted) errors.push(invalidValue('metadata.name', nameOf(definition), 'must be spec.names.plural+"."+spec.group'));
  if (!spec.group) errors.push(required('spec.group'));
  else {
    complain(errors, 'spec.group', spec.group, dns1123Subdomain(spec.group));
    if (!spec.group.includes('.')) errors.push(invalidValue('spec.group', spec.group, 'should be a domain with at least one dot'));
  }
  if (!spec.scope) errors.push(required('spec.scope'));
  else if (spec.scope !== 'Cluster' && spec.scope !== 'Namespaced') errors.push(notSupported('spec.scope', spec.scope, ['Cluster', 'Namespaced']));
  for (const field of ['plural', 'singular', 'kind', 'listKind'] as const) {
    const value = spec.names?.[field] ?? '';
    if (!value) errors.push(required(`spec.names.${field}`));
    else complain(errors, `spec.names.${field}`, value, dns1035Label(value.toLowerCase()));
  }
  checkVersions(errors, spec);
  return errors;
}

function prepareForCreate(definition: CustomResourceDefinition): CustomResourceDefinition {
  const storage = definition.spec?.versions?.find((version) => version.storage)?.name;
  return {
    ...definition,
    status: { acceptedNames: { kind: '', plural: '' }, conditions: [], storedVersions: storage ? [storage] : [] },
  };
}

export const customResourceDefinitionStrategy = strategyOf<CustomResourceDefinition>({
  hasStatus: true,
  applyDefaults: (it) => mapField(it, 'spec', specDefaults),
  prepareForCreate,
  validate,
  validateChange(next, old) {
    const errors: Errors = [];
    const isEstablished = old.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True');
    if (isEstablished) {
      checkImmutable(errors, 'spec.scope', next.spec?.scope, old.spec?.scope);
      checkImmutable(errors, 'spec.names.kind', next.spec?.names?.kind, old.spec?.names?.kind);
    }
    checkImmutable(errors, 'spec.group', next.spec?.group, old.spec?.group);
    checkImmutable(errors, 'spec.names.plural', next.spec?.names?.plural, old.spec?.names?.plural);
    const stored = (next.status?.storedVersions ?? []).filter((name) => !next.spec?.versions?.some((version) => version.name === name));
    stored.forEach((name) => errors.push(invalidValue('status.storedVersions[0]', name, 'must appear in spec.versions')));
    return errors;
  },
});

