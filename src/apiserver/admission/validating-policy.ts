/** ValidatingAdmissionPolicies: a policy says what must hold, a binding says where and what happens if it does not.
 *  Differs from Kubernetes: there is no audit log, so the action Audit and audit annotations leave nothing behind.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/admission/plugin/policy/validating */
import type { Cel } from '../../api/cel.ts';
import { ApiError } from '../../api/errors.ts';
import type {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicySpec,
  Validation,
} from '../../api/generated/types.ts';
import { labelsOf, nameOf } from '../../api/meta.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Resource } from '../../api/resource.ts';
import { ValidatingAdmissionPolicies, ValidatingAdmissionPolicyBindings } from '../../api/resources.ts';
import { matchesLabelSelector } from '../../api/selectors.ts';
import type { AdmissionAttributes, AdmissionPlugin, AdmissionReader } from '../admission.ts';
import type { Activation, Params, Scope } from './expressions.ts';
import { activationOf, conditionsHold, runOn, scopeOf, variableTypes, withVariables } from './expressions.ts';
import { isExempt, isMatching } from './matching.ts';
import { refused } from './refusal.ts';

interface Denial {
  readonly message: string;
  readonly reason: string;
}

const INVALID = 'Invalid';
const CODES: Readonly<Record<string, number>> = { Unauthorized: 401, Forbidden: 403, Invalid: 422, RequestEntityTooLarge: 413 };
const MESSAGE_BYTES_MAX = 5 * 1024;

/** The params of a binding; a text is why there are none. */
function paramsOf(
  { spec }: ValidatingAdmissionPolicy,
  binding: ValidatingAdmissionPolicyBinding,
  attributes: AdmissionAttributes,
  reader: AdmissionReader,
): Params | string {
  const kind = spec?.paramKind;
  const ref = binding.spec?.paramRef;
  if (kind === undefined || ref === undefined) return [undefined];
  const { apiVersion = '', kind: name = '' } = kind;
  const resource = reader.services?.resourceOf(apiVersion, name);
  if (resource === undefined) return `failed to find resource referenced by paramKind: '${apiVersion}, Kind=${name}'`;
  const namespace = resource.namespaced ? (ref.namespace ?? attributes.namespace) : '';
  const found = ref.name
    ? [reader.get(resource, namespace, ref.name)].filter((each) => each !== undefined)
    : reader.list(resource, namespace === '' ? undefined : namespace).filter((each) => matchesLabelSelector(ref.selector, labelsOf(each)));
  if (found.length > 0) return found;
  return ref.parameterNotFoundAction === 'Deny' ? 'no params found for policy binding with `Deny` parameterNotFoundAction' : [];
}

function denialsOf(cel: Cel, spec: ValidatingAdmissionPolicySpec, base: Activation, scope: Scope, fails: boolean): readonly Denial[] {
  const wrong = (message: string): readonly Denial[] => (fails ? [{ message, reason: INVALID }] : []);
  const holds = conditionsHold(cel, spec.matchConditions ?? [], scope, base);
  if (typeof holds === 'string') return wrong(holds);
  if (!holds) return [];
  const variables = spec.variables ?? [];
  const activation = withVariables(cel, base, variables, scope);
  const full: Scope = {
    ...scope,
    variables: { kind: 'object', name: 'kubernetes.variables', fields: variableTypes(cel, variables, scope) },
  };
  return (spec.validations ?? []).flatMap((validation) => {
    const answer = runOn(cel, cel.compileCel(validation.expression, full, [cel.BOOL]), activation);
    if (typeof answer === 'string') return wrong(`expression '${validation.expression}' resulted in error: ${answer}`);
    if (answer.value === true) return [];
    return [{ message: messageOf(cel, validation, full, activation), reason: validation.reason ?? INVALID }];
  });
}

function messageOf(cel: Cel, { expression, message, messageExpression }: Validation, scope: Scope, activation: Activation): string {
  if (messageExpression) {
    const answer = runOn(cel, cel.compileCel(messageExpression, scope), activation);
    const text = typeof answer === 'object' && typeof answer.value === 'string' ? answer.value.trim() : '';
    if (text !== '' && !text.includes('\n') && text.length <= MESSAGE_BYTES_MAX) return text;
  }
  return message?.trim() || `failed expression: ${expression.trim()}`;
}

function refusal(attributes: AdmissionAttributes, message: string, reason: string): ApiError {
  const { status } = refused(attributes, message);
  const causes = [...(status.details?.causes ?? []), { message }];
  return new ApiError({ ...status, reason, code: CODES[reason] ?? 422, details: { ...status.details, causes } } as typeof status);
}

async function check(
  attributes: AdmissionAttributes,
  reader: AdmissionReader,
  bindings: readonly ValidatingAdmissionPolicyBinding[],
): Promise<void> {
  const loader = reader.services?.cel;
  if (loader === undefined) return;
  const cel = loader.loaded ?? (await loader.load());
  const base = activationOf(cel, attributes, reader);
  let denied: ApiError | undefined;
  for (const policy of listed(reader, ValidatingAdmissionPolicies)) {
    const { spec } = policy;
    const constraints = spec?.matchConstraints;
    const of = bindings.filter((each) => each.spec?.policyName === nameOf(policy));
    if (spec === undefined || of.length === 0 || !isMatching(matchingOf(constraints), attributes, reader)) continue;
    const fails = spec.failurePolicy !== 'Ignore';
    const scope = scopeOf(cel, { params: spec.paramKind !== undefined });
    for (const binding of of) {
      const where = binding.spec?.matchResources;
      if (where !== undefined && !isMatching(matchingOf(where), attributes, reader)) continue;
      const params = paramsOf(policy, binding, attributes, reader);
      const found =
        typeof params === 'string'
          ? fails
            ? [{ message: `failed to configure binding: ${params}`, reason: INVALID }]
            : []
          : params.flatMap((each) => denialsOf(cel, spec, { ...base, params: cel.plainValue(each) }, scope, fails));
      const at = `'${nameOf(policy)}' with binding '${nameOf(binding)}'`;
      const actions = typeof params === 'string' ? ['Deny'] : (binding.spec?.validationActions ?? []);
      for (const { message, reason } of found) {
        if (actions.includes('Warn')) attributes.warn(`Validation failed for ValidatingAdmissionPolicy ${at}: ${message}`);
        if (actions.includes('Deny')) denied ??= refusal(attributes, `ValidatingAdmissionPolicy ${at} denied request: ${message}`, reason);
      }
    }
  }
  if (denied !== undefined) throw denied;
}

const asTheyAre = <T>(objects: readonly T[]): readonly T[] => objects;
const listed = <T extends KubeObject>(reader: AdmissionReader, resource: Resource<T>): readonly T[] =>
  reader.services?.remembered(resource, asTheyAre<T>) ?? reader.list(resource);

const matchingOf = (resources: ValidatingAdmissionPolicySpec['matchConstraints']) => ({
  rules: resources?.resourceRules,
  excluded: resources?.excludeResourceRules,
  matchPolicy: resources?.matchPolicy,
  namespaceSelector: resources?.namespaceSelector,
  objectSelector: resources?.objectSelector,
});

export const validatingAdmissionPolicy: AdmissionPlugin = {
  name: 'ValidatingAdmissionPolicy',
  handles: (attributes) => !isExempt(attributes),
  validate(attributes, reader) {
    const bindings = listed(reader, ValidatingAdmissionPolicyBindings);
    return bindings.length === 0 ? undefined : check(attributes, reader, bindings);
  },
};
