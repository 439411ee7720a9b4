/** What the API says of single fields of webhooks, policies, runtime classes, events and templates.
 *  Upstream: pkg/apis/{admissionregistration,node,core}/validation/validation.go, pkg/apis/core/validation/events.go */
import { describe, expect, it } from 'vitest';
import { createErrors, type Json, template, updateErrors } from './support.ts';

const of = (apiVersion: string, kind: string, more: Json = {}): Json => ({
  apiVersion,
  kind,
  metadata: { name: 'one', namespace: 'default' },
  ...more,
});
const ADMISSION = 'admissionregistration.k8s.io/v1';
const rule = (more: Json = {}): Json => ({
  operations: ['CREATE'],
  apiGroups: ['apps'],
  apiVersions: ['v1'],
  resources: ['deployments'],
  ...more,
});
const hook = (more: Json): Json =>
  of(ADMISSION, 'MutatingWebhookConfiguration', {
    webhooks: [
      {
        name: 'a.example.com',
        clientConfig: { service: { name: 'x', namespace: 'y' } },
        rules: [rule()],
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        ...more,
      },
    ],
  });
const policy = (more: Json): Json =>
  of(ADMISSION, 'ValidatingAdmissionPolicy', {
    spec: { matchConstraints: { resourceRules: [rule()], ...more }, validations: [{ expression: 'true' }] },
  });
const runtime = (more: Json): Json => of('node.k8s.io/v1', 'RuntimeClass', { handler: 'x', ...more });
const event = (more: Json): Json =>
  of('events.k8s.io/v1', 'Event', {
    eventTime: '2026-01-01T00:00:00.000000Z',
    reportingController: 'example.com/x',
    reportingInstance: 'i',
    action: 'a',
    reason: 'r',
    type: 'Normal',
    regarding: { kind: 'Pod', name: 'p', namespace: 'default' },
    ...more,
  });
const R = 'webhooks[0].rules[0]';

type Row = readonly [what: string, object: Json, errors: readonly string[]];

const ROWS: readonly Row[] = [
  [
    'stars',
    hook({
      rules: [rule({ operations: ['*', 'CREATE'], apiGroups: ['*', 'a'], apiVersions: ['*', ''], resources: ['*', 'pods'], scope: 'All' })],
    }),
    [
      `${R}.operations: Invalid value: []admissionregistration.OperationType{"*", "CREATE"}: if '*' is present, must not specify other operations`,
      `${R}.apiGroups: Invalid value: []string{"*", "a"}: if '*' is present, must not specify other API groups`,
      `${R}.apiVersions: Invalid value: []string{"*", ""}: if '*' is present, must not specify other API versions`,
      `${R}.apiVersions[1]: Required value`,
      `${R}.resources: Invalid value: []string{"*", "pods"}: if '*' is present, must not specify other resources without subresources`,
      `${R}.scope: Unsupported value: "All": supported values: "*", "Cluster", "Namespaced"`,
    ],
  ],
  [
    'parts of resources',
    hook({ rules: [rule({ resources: ['pods/*', 'pods/exec', '*/scale', 'x/scale', ''] })] }),
    [
      `${R}.resources[1]: Invalid value: "pods/exec": if 'pods/*' is present, must not specify pods/exec`,
      `${R}.resources[3]: Invalid value: "x/scale": if '*/scale' is present, must not specify x/scale`,
      `${R}.resources[4]: Required value`,
    ],
  ],
  [
    'policies of a webhook',
    hook({ failurePolicy: 'Wait', matchPolicy: 'Some', reinvocationPolicy: 'Always', objectSelector: { matchLabels: { a: '!' } } }),
    [
      'webhooks[0].failurePolicy: Unsupported value: "Wait": supported values: "Fail", "Ignore"',
      'webhooks[0].matchPolicy: Unsupported value: "Some": supported values: "Equivalent", "Exact"',
      'webhooks[0].reinvocationPolicy: Unsupported value: "Always": supported values: "IfNeeded", "Never"',
      "webhooks[0].objectSelector.matchLabels: Invalid value: \"!\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or " +
        "'.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
        "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    ],
  ],
  [
    'what a policy matches',
    policy({ matchPolicy: 'Some', resourceRules: [rule({ resourceNames: ['a', 'a', 'b/c'] })] }),
    [
      'spec.matchConstraints.matchPolicy: Unsupported value: "Some": supported values: "Equivalent", "Exact"',
      'spec.matchConstraints.resourceRules[0].resourceNames[1]: Duplicate value: "a"',
      'spec.matchConstraints.resourceRules[0].resourceNames[2]: Invalid value: "b/c": may not contain \'/\'',
    ],
  ],
  [
    'a runtime',
    runtime({ overhead: { podFixed: { disk: '1' } }, scheduling: { tolerations: [{ operator: 'Equal' }] } }),
    [
      'overhead.limits[disk]: Invalid value: "disk": must be a standard resource type or fully qualified',
      'overhead.limits[disk]: Invalid value: "disk": must be a standard resource for containers',
      'scheduling.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
    ],
  ],
  [
    'an event',
    event({ reportingController: '', action: 'a'.repeat(129), reason: undefined, type: 'Bad', deprecatedCount: 1 }),
    [
      'reportingController: Required value',
      'reportingController: Invalid value: "": name part must be non-empty',
      "reportingController: Invalid value: \"\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an " +
        "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      'action: Too long: may not be more than 128 bytes',
      'reason: Required value',
      'type: Invalid value: "": has invalid value: Bad',
      'count: Invalid value: "": needs to be unset',
    ],
  ],
  [
    'a template',
    of('v1', 'PodTemplate', { template: template({ restartPolicy: 'Never', dnsPolicy: 'Some' }) }),
    ['template.spec.dnsPolicy: Unsupported value: "Some": supported values: "ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"'],
  ],
];

describe('fields of what a cluster is told', () => {
  it.each(ROWS)('%s', (_what, object, errors) => {
    expect(createErrors(object)).toEqual(errors);
  });

  it('the handler of a runtime stays', () => {
    expect(updateErrors((old) => ({ ...old, handler: 'y' }), runtime({}))).toEqual(['handler: Invalid value: "y": field is immutable']);
  });
});
