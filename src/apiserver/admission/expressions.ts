/** Expressions of policies and webhooks: what they may name, and how they run over a request.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/admission/plugin/cel/{compile,condition,composition}.go */
import type { Cel } from '../../api/cel.ts';
import type { CelType, Program, Value } from '../../api/cel/index.ts';
import type { MatchCondition, Namespace, Variable } from '../../api/generated/types.ts';
import type { KubeObject } from '../../api/object.ts';
import { Namespaces } from '../../api/resources.ts';
import type { AdmissionAttributes, AdmissionReader } from '../admission.ts';
import { admissionRequest } from './admission-request.ts';

export type Scope = Readonly<Record<string, CelType>>;
export type Activation = Readonly<Record<string, Value | (() => Value)>>;

/** What every expression may name; `variables` are those before it. */
export function scopeOf(cel: Cel, options: { readonly params: boolean; readonly variables?: ReadonlyMap<string, CelType> }): Scope {
  return {
    object: cel.DYN,
    oldObject: cel.DYN,
    request: cel.DYN,
    namespaceObject: cel.DYN,
    ...(options.params && { params: cel.DYN }),
    authorizer: cel.typeFrom('authorizer'),
    ...(options.variables && { variables: { kind: 'object', name: 'kubernetes.variables', fields: options.variables } as const }),
  };
}

export function activationOf(cel: Cel, attributes: AdmissionAttributes, reader: AdmissionReader): Activation {
  const { namespace, resource, object, old, user } = attributes;
  const authorizer = reader.services?.authorizer;
  return {
    object: cel.plainValue(object),
    oldObject: cel.plainValue(old),
    params: null,
    request: cel.plainValue(admissionRequest(attributes, '')),
    namespaceObject: () => {
      const found = namespace === '' || resource.kind === 'Namespace' ? undefined : reader.get<Namespace>(Namespaces, '', namespace);
      return cel.plainValue(found);
    },
    authorizer: cel.authorizerValue((question, verb) => {
      const { path = '', group = '', resource: plural = '', subresource = '', namespace: where = '', name = '' } = question;
      const answer = authorizer?.authorize({
        user,
        verb,
        group,
        version: '*',
        resource: plural,
        subresource,
        namespace: where,
        name,
        path,
        isResource: path === '',
      });
      return { allowed: answer?.allowed ?? false, reason: answer?.reason ?? '' };
    }),
  };
}

/** Variables in their order; each is computed when an expression first reads it. A text: what is wrong with one. */
export function withVariables(cel: Cel, activation: Activation, variables: readonly Variable[], scope: Scope): Activation {
  const types = new Map<string, CelType>();
  const makers = new Map<string, () => Value>();
  const out: Activation = { ...activation, variables: new cel.LazyMap(makers) };
  for (const { name, expression } of variables) {
    const program = cel.compileCel(expression, {
      ...scope,
      variables: { kind: 'object', name: 'kubernetes.variables', fields: new Map(types) },
    });
    types.set(name, typeof program === 'string' ? cel.DYN : program.type);
    makers.set(name, () => {
      const answer = runOn(cel, program, out);
      if (typeof answer === 'string') throw new cel.CelError(`composited variable ${JSON.stringify(name)} fails to evaluate: ${answer}`);
      return answer.value;
    });
  }
  return out;
}

export function variableTypes(cel: Cel, variables: readonly Variable[], scope: Scope): ReadonlyMap<string, CelType> {
  const types = new Map<string, CelType>();
  for (const { name, expression } of variables) {
    const fields = new Map(types);
    const program = cel.compileCel(expression, { ...scope, variables: { kind: 'object', name: 'kubernetes.variables', fields } });
    types.set(name, typeof program === 'string' ? cel.DYN : program.type);
  }
  return types;
}

/** A text: the error. */
export function runOn(cel: Cel, program: Program | string, activation: Activation): { readonly value: Value } | string {
  if (typeof program === 'string') return program;
  try {
    return { value: program.run(activation).value };
  } catch (error) {
    if (error instanceof cel.CelError) return error.message;
    throw error;
  }
}

/** Whether all conditions hold; a text is the error of one that cannot be told, unless another is false. */
export function conditionsHold(cel: Cel, conditions: readonly MatchCondition[], scope: Scope, activation: Activation): boolean | string {
  let problem: string | undefined;
  for (const { expression } of conditions) {
    const answer = runOn(cel, cel.compileCel(expression, scope, [cel.BOOL]), activation);
    if (typeof answer === 'string') problem ??= `expression '${expression}' resulted in error: ${answer}`;
    else if (answer.value !== true) return false;
  }
  return problem ?? true;
}

export type Params = readonly (KubeObject | undefined)[];
