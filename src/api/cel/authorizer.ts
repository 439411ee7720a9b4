/** What policies may ask: whether the user of a request could do something else too.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/cel/library/authz.go */
import type { Handler } from './overloads.ts';
import { Opaque } from './values.ts';

type Table = readonly (readonly [string, Handler])[];

/** What an expression asks the authorizer. */
export interface AccessQuestion {
  readonly path?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly ask: (question: AccessQuestion, verb: string) => { readonly allowed: boolean; readonly reason: string };
}
export const authorizerValue = (ask: AccessQuestion['ask']): Opaque =>
  new Opaque('kubernetes.authorization.Authorizer', 'authorizer', { ask } satisfies AccessQuestion);
const refined =
  (type: string, field: keyof AccessQuestion): Handler =>
  ({ data }: Opaque, text: string) =>
    new Opaque(`kubernetes.authorization.${type}`, `${type}/${text}`, { ...(data as AccessQuestion), [field]: text });
const asked: Handler = ({ data }: Opaque, verb: string) => {
  const question = data as AccessQuestion;
  return new Opaque('kubernetes.authorization.Decision', verb, question.ask(question, verb));
};
export const ACCESS: Table = [
  ['authorizer.path(string): pathCheck', refined('PathCheck', 'path')],
  ['authorizer.group(string): groupCheck', refined('GroupCheck', 'group')],
  ['groupCheck.resource(string): resourceCheck', refined('ResourceCheck', 'resource')],
  ...(['subresource', 'namespace', 'name'] as const).map((field): readonly [string, Handler] => [
    `resourceCheck.${field}(string): resourceCheck`,
    refined('ResourceCheck', field),
  ]),
  ['pathCheck.check(string): decision', asked],
  ['resourceCheck.check(string): decision', asked],
  ['decision.allowed(): bool', ({ data }: Opaque) => (data as { allowed: boolean }).allowed],
  ['decision.reason(): string', ({ data }: Opaque) => (data as { reason: string }).reason],
  ['decision.errored(): bool', () => false],
  ['decision.error(): string', () => ''],
];
