/** CustomResourceDefinitions: names, versions, and that every version has a schema.
 *  Upstream: staging/src/k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/{v1/defaults.go,validation/validation.go} */
import type { Cel } from '../../api/cel.ts';
import { type FieldError, forbiddenField, invalidPrinted, invalidValue, notSupported, required } from '../../api/field-error.ts';
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinition,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
} from '../../api/generated/types.ts';
import { nameOf } from '../../api/meta.ts';
import { REVIEW_VERSIONS } from '../custom-resources/convert.ts';
import { approvalErrors } from '../custom-resources/approval.ts';
import { ruleErrors } from '../custom-resources/rules.ts';
import { structuralErrors } from '../custom-resources/structural-checks.ts';
import type { StrategyContext } from '../strategy.ts';
import { strategyOf } from './base.ts';
import { checkImmutable, complain, type Errors } from './field-checks.ts';
import { dns1035Label, dns1123Subdomain } from './names.ts';
import { fill, mapField } from './share.ts';

function specDefaults(spec: CustomResourceDefinitionSpec): CustomResourceDefinitionSpec {
  const named = mapField(spec, 'names', (names) =>
    fill(names, {
      singular: (names.kind ?? '').toLowerCase(),
      listKind: `${names.kind ?? ''}List`,
    }),
  );
  const filled = fill(named, { conversion: { strategy: 'None' } });
  return mapField(filled, 'conversion', (conversion) =>
    mapField(conversion, 'webhook', (webhook) =>
      mapField(webhook, 'clientConfig', (config) => mapField(config, 'service', (service) => fill(service, { port: 443 }))),
    ),
  );
}

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

function checkColumn(errors: Errors, column: CustomResourceColumnDefinition, path: string): void {
  const { name, type, format, jsonPath } = column;
  if (!name) errors.push(required(`${path}.name`));
  if (!type) errors.push(required(`${path}.type`, `must be one of ${COLUMN_TYPES.join(',')}`));
  else if (!COLUMN_TYPES.includes(type)) errors.push(invalidValue(`${path}.type`, type, `must be one of ${COLUMN_TYPES.join(',')}`));
  if (format && !COLUMN_FORMATS.includes(format))
    errors.push(invalidValue(`${path}.format`, format, `must be one of ${COLUMN_FORMATS.join(',')}`));
  if (!jsonPath) errors.push(required(`${path}.jsonPath`));
}

function checkScale(errors: Errors, { subresources }: CustomResourceDefinitionVersion, at: string): void {
  if (subresources?.scale === undefined) return;
  for (const [name, root] of [
    ['specReplicasPath', '.spec'],
    ['statusReplicasPath', '.status'],
  ] as const) {
    const path = subresources.scale[name];
    const field = `${at}.subresources.scale.${name}`;
    if (!path) errors.push(required(field));
    else if (!path.startsWith(`${root}.`)) errors.push(invalidValue(field, path, `should be a json path under ${root}`));
  }
}

function checkReviewVersions(errors: Errors, versions: readonly string[], at: string): void {
  if (versions.length === 0) errors.push(required(at));
  else if (!versions.some((version) => REVIEW_VERSIONS.includes(version))) {
    const printed = `[]string{${versions.map((version) => JSON.stringify(version)).join(', ')}}`;
    errors.push(invalidPrinted(at, printed, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`));
  }
}

function checkConversion(errors: Errors, { conversion }: CustomResourceDefinitionSpec): void {
  if (conversion === undefined) return;
  const at = 'spec.conversion';
  if (!conversion.strategy) errors.push(required(`${at}.strategy`));
  else if (conversion.strategy !== 'None' && conversion.strategy !== 'Webhook') {
    errors.push(notSupported(`${at}.strategy`, conversion.strategy, ['None', 'Webhook']));
  }
  if (conversion.strategy === 'Webhook') {
    if (conversion.webhook?.clientConfig === undefined) {
      errors.push(required(`${at}.webhook.clientConfig`, 'required when strategy is set to Webhook'));
    }
    checkReviewVersions(errors, conversion.webhook?.conversionReviewVersions ?? [], `${at}.conversionReviewVersions`);
  } else if (conversion.webhook !== undefined) {
    errors.push(forbiddenField(`${at}.webhook`, 'should not be set when strategy is not set to Webhook'));
  }
}

function checkVersions(errors: Errors, spec: CustomResourceDefinitionSpec, cel: Cel | undefined): void {
  const versions = spec.versions ?? [];
  const printed = JSON.stringify(versions.map(({ name }) => name));
  const names = new Set<string>();
  versions.forEach((version, index) => {
    const at = `spec.versions[${index}]`;
    complain(errors, `${at}.name`, version.name, dns1035Label(version.name ?? ''));
    if (names.has(version.name)) errors.push(invalidPrinted('spec.versions', printed, 'must contain unique version names'));
    names.add(version.name);
    const schema = version.schema?.openAPIV3Schema;
    const schemaAt = `${at}.schema.openAPIV3Schema`;
    if (schema === undefined) errors.push(required(schemaAt, 'schemas are required'));
    else {
      const wrong = structuralErrors(schema, schemaAt);
      errors.push(...(wrong.length > 0 || cel === undefined ? wrong : ruleErrors(cel, schema, schemaAt)));
    }
    if (version.deprecationWarning !== undefined && !version.deprecated) {
      errors.push(invalidValue(`${at}.deprecationWarning`, version.deprecationWarning, 'can only be set for deprecated versions'));
    }
    checkScale(errors, version, at);
    version.additionalPrinterColumns?.forEach((column, columnIndex) => {
      checkColumn(errors, column, `${at}.additionalPrinterColumns[${columnIndex}]`);
    });
  });
  if (versions.filter(({ storage }) => storage).length !== 1) {
    errors.push(invalidPrinted('spec.versions', printed, 'must have exactly one version marked as storage version'));
  }
}

function validate(definition: CustomResourceDefinition, { cel }: StrategyContext): readonly FieldError[] {
  const errors: Errors = [];
  const { spec } = definition;
  if (!spec) return [required('spec')];
  const wanted = `${spec.names?.plural ?? ''}.${spec.group ?? ''}`;
  if (nameOf(definition) !== wanted)
    errors.push(invalidValue('metadata.name', nameOf(definition), 'must be spec.names.plural+"."+spec.group'));
  if (!spec.group) errors.push(required('spec.group'));
  else {
    complain(errors, 'spec.group', spec.group, dns1123Subdomain(spec.group));
    if (!spec.group.includes('.')) errors.push(invalidValue('spec.group', spec.group, 'should be a domain with at least one dot'));
  }
  if (!spec.scope) errors.push(required('spec.scope'));
  else if (spec.scope !== 'Cluster' && spec.scope !== 'Namespaced')
    errors.push(notSupported('spec.scope', spec.scope, ['Cluster', 'Namespaced']));
  checkNames(errors, spec);
  checkVersions(errors, spec, cel);
  checkConversion(errors, spec);
  if (definition.status?.conditions === undefined || definition.status.conditions.length === 0) errors.push(...approvalErrors(definition));
  return errors;
}

function checkNames(errors: Errors, { names }: CustomResourceDefinitionSpec): void {
  for (const field of ['plural', 'singular', 'kind', 'listKind'] as const) {
    const value = names?.[field] ?? '';
    const at = `spec.names.${field}`;
    if (!value) errors.push(required(at));
    else if (field === 'plural' || field === 'singular') complain(errors, at, value, dns1035Label(value));
    else {
      const wrong = dns1035Label(value.toLowerCase());
      if (wrong.length > 0) errors.push(invalidValue(at, value, `may have mixed case, but should otherwise match: ${wrong.join(',')}`));
    }
  }
  if (names?.kind && names.kind === names.listKind) {
    errors.push(invalidValue('spec.names.listKind', names.listKind, 'kind and listKind may not be the same'));
  }
  for (const field of ['shortNames', 'categories'] as const) {
    names?.[field]?.forEach((name, i) => complain(errors, `spec.names.${field}[${i}]`, name, dns1035Label(name)));
  }
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
