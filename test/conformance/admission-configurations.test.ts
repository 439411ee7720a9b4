/** Conformance tests of [sig-api-machinery] on admission that need no webhook to answer, by their names: what configurations are
 *  taken, and ValidatingAdmissionPolicies. */
import { describe, expect, it } from 'vitest';
import type { MutatingWebhookConfiguration, ValidatingWebhookConfiguration } from '../../src/api/generated/types.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { DEPLOYMENTS, deployment, MERGE, testServer } from '../apiserver/support.ts';
import type { TestServer } from '../apiserver/support.ts';
import { admittingServer } from './clusters.ts';

const WEBHOOKS = '[sig-api-machinery] AdmissionWebhook [Privileged:ClusterAdmin]';
const POLICIES = '[sig-api-machinery] ValidatingAdmissionPolicy [Privileged:ClusterAdmin]';
const ADMISSION = '/apis/admissionregistration.k8s.io/v1';

type Configuration = (MutatingWebhookConfiguration | ValidatingWebhookConfiguration) & KubeObject;
type Side = 'mutating' | 'validating';
interface Condition {
  readonly name: string;
  readonly expression: string;
}

const FIRST: readonly Condition[] = [{ name: 'expression-1', expression: "object.metadata.namespace == 'production'" }];
const SECOND: readonly Condition[] = [...FIRST, { name: 'expression-2', expression: "object.metadata.name == 'foo'" }];

function configuration(side: Side, matchConditions: readonly Condition[]): object {
  const service = { namespace: 'webhook', name: 'e2e-test-webhook', path: `/${side}-configmaps`, port: 8443 };
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: side === 'mutating' ? 'MutatingWebhookConfiguration' : 'ValidatingWebhookConfiguration',
    metadata: { name: 'conditions' },
    webhooks: [
      {
        name: 'conditions.k8s.io',
        rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
        clientConfig: { service, caBundle: btoa('authority') },
        sideEffects: 'None',
        admissionReviewVersions: ['v1', 'v1beta1'],
        matchConditions,
      },
    ],
  };
}

const urlOf = (side: Side): string => `${ADMISSION}/${side}webhookconfigurations`;

async function takesConditions(side: Side): Promise<void> {
  const { ok } = await testServer();
  const read = async (): Promise<Configuration> => ok<Configuration>('GET', `${urlOf(side)}/conditions`);
  const conditions = async (): Promise<unknown> => (await read()).webhooks?.map((each) => each.matchConditions);
  await ok('POST', urlOf(side), configuration(side, FIRST));
  expect(await conditions()).toEqual([FIRST]);
  const found = await read();
  await ok('PUT', `${urlOf(side)}/conditions`, {
    ...found,
    webhooks: found.webhooks?.map((each) => ({ ...each, matchConditions: SECOND })),
  });
  expect(await conditions()).toEqual([SECOND]);
}

async function refusesConditions(side: Side): Promise<void> {
  const { refused, ok } = await testServer();
  const bad = (conditions: readonly Condition[]): Promise<string> => refused('POST', urlOf(side), configuration(side, conditions));
  expect(await bad([{ name: 'invalid-expression', expression: '... [] bad expression' }])).toMatch(
    /^422 Invalid: .*webhooks\[0\]\.matchConditions\[0\]\.expression: Invalid value: "\.\.\. \[\] bad expression": compilation failed/s,
  );
  expect(await bad([{ name: 'number', expression: '1 + 1' }])).toMatch(/must evaluate to bool/);
  expect(await bad([{ name: '', expression: 'true' }])).toMatch(/webhooks\[0\]\.matchConditions\[0\]\.name: Required value/);
  expect(await bad([{ name: 'a b', expression: 'true' }])).toMatch(/webhooks\[0\]\.matchConditions\[0\]\.name: Invalid value: "a b"/);
  expect(await bad([...FIRST, ...FIRST])).toMatch(/webhooks\[0\]\.matchConditions\[1\]\.name: Duplicate value: "expression-1"/);
  expect((await ok<{ items: unknown[] }>('GET', urlOf(side))).items).toEqual([]);
}

describe(WEBHOOKS, () => {
  it(`${WEBHOOKS} should be able to create and update validating webhook configurations with match conditions`, () =>
    takesConditions('validating'));
  it(`${WEBHOOKS} should be able to create and update mutating webhook configurations with match conditions`, () =>
    takesConditions('mutating'));
  it(`${WEBHOOKS} should reject validating webhook configurations with invalid match conditions`, () => refusesConditions('validating'));
  it(`${WEBHOOKS} should reject mutating webhook configurations with invalid match conditions`, () => refusesConditions('mutating'));

  it(`${WEBHOOKS} should include webhook resources in discovery documents`, async () => {
    const { ok } = await testServer();
    interface Group {
      readonly name: string;
      readonly versions: readonly object[];
    }
    const v1 = { groupVersion: 'admissionregistration.k8s.io/v1', version: 'v1' };
    const { groups } = await ok<{ groups: Group[] }>('GET', '/apis');
    expect(groups.find(({ name }) => name === 'admissionregistration.k8s.io')?.versions).toContainEqual(v1);
    const group = await ok<Group>('GET', '/apis/admissionregistration.k8s.io');
    expect([group.name, group.versions]).toEqual(['admissionregistration.k8s.io', expect.arrayContaining([v1])]);
    const { resources } = await ok<{ resources: { name: string; kind: string }[] }>('GET', ADMISSION);
    expect(resources.filter(({ name }) => name.endsWith('webhookconfigurations')).map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'mutatingwebhookconfigurations MutatingWebhookConfiguration',
      'validatingwebhookconfigurations ValidatingWebhookConfiguration',
    ]);
  });
});

describe(POLICIES, () => {
  /** A policy on Deployments of the labelled namespace, bound to it. */
  async function bound(spec: object): Promise<TestServer> {
    const server = await admittingServer();
    const { ok } = server;
    const namespaceSelector = { matchLabels: { unique: 'true' } };
    const rule = { operations: ['CREATE', 'UPDATE'], apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'] };
    await ok('PATCH', '/api/v1/namespaces/default', { metadata: { labels: namespaceSelector.matchLabels } }, { headers: MERGE });
    await ok('POST', `${ADMISSION}/validatingadmissionpolicies`, {
      metadata: { name: 'policy.example.com' },
      spec: { matchConstraints: { namespaceSelector, resourceRules: [rule] }, ...spec },
    } as KubeObject);
    await ok('POST', `${ADMISSION}/validatingadmissionpolicybindings`, {
      metadata: { name: 'binding.example.com' },
      spec: { policyName: 'policy.example.com', matchResources: { namespaceSelector }, validationActions: ['Deny'] },
    } as KubeObject);
    return server;
  }
  const DENIED = "ValidatingAdmissionPolicy 'policy.example.com' with binding 'binding.example.com' denied request: ";
  const denied = (why: string): unknown => expect.stringContaining(`422 Invalid: deployments.apps "d" is forbidden: ${DENIED}${why}`);

  it(`${POLICIES} should validate against a Deployment`, async () => {
    const { refused, ok } = await bound({
      validations: [
        { expression: 'object.spec.replicas > 1', messageExpression: "'wants replicas > 1, got ' + string(object.spec.replicas)" },
        { expression: 'namespaceObject.metadata.name == object.metadata.namespace' },
      ],
    });
    expect(await refused('POST', DEPLOYMENTS, deployment('d', 1))).toEqual(denied('wants replicas > 1, got 1'));
    await ok('POST', DEPLOYMENTS, deployment('d', 2));
    const { spec, ...rest } = deployment('r', 1) as KubeObject & { spec: object };
    await ok('POST', '/apis/apps/v1/namespaces/default/replicasets', { ...rest, kind: 'ReplicaSet', spec } as KubeObject);
    await ok('POST', '/api/v1/namespaces', { metadata: { name: 'elsewhere' } });
    await ok('POST', '/api/v1/namespaces/elsewhere/serviceaccounts', { metadata: { name: 'default' } });
    await ok('POST', '/apis/apps/v1/namespaces/elsewhere/deployments', deployment('d', 1));
  });

  it(`${POLICIES} should allow expressions to refer variables.`, async () => {
    const { refused, ok } = await bound({
      variables: [
        { name: 'replicas', expression: 'object.spec.replicas' },
        { name: 'oddReplicas', expression: 'variables.replicas % 2 == 1' },
      ],
      validations: [{ expression: 'variables.replicas > 1' }, { expression: 'variables.oddReplicas' }],
    });
    expect(await refused('POST', DEPLOYMENTS, deployment('d', 1))).toEqual(denied('failed expression: variables.replicas > 1'));
    expect(await refused('POST', DEPLOYMENTS, deployment('d', 2))).toEqual(denied('failed expression: variables.oddReplicas'));
    await ok('POST', DEPLOYMENTS, deployment('d', 3));
  });
});
