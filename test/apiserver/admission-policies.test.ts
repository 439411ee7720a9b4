/** ValidatingAdmissionPolicies and webhooks: what they let through, and the words in which they refuse. */
import { describe, expect, it } from 'vitest';
import { base64, concat, fromUtf8, utf8 } from '../../src/base/bytes.ts';
import { validatingAdmissionPolicy } from '../../src/apiserver/admission/validating-policy.ts';
import { mutatingWebhook, validatingWebhook } from '../../src/apiserver/admission/webhooks.ts';
import { noDialer } from '../../src/apiserver/dialer.ts';
import type { Dialer } from '../../src/apiserver/dialer.ts';
import { NetworkError } from '../../src/cri/network.ts';
import type { ByteStream } from '../../src/cri/network.ts';
import { CONFIG_MAPS, configMap, deployment, DEPLOYMENTS, MERGE, testServer } from './support.ts';
import type { TestServer } from './support.ts';

const ADMISSION = '/apis/admissionregistration.k8s.io/v1';
const policy = (spec: object): object => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: 'p' },
  spec: {
    matchConstraints: {
      resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['deployments'] }],
    },
    ...spec,
  },
});
const binding = (spec: object = {}): object => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name: 'b' },
  spec: { policyName: 'p', validationActions: ['Deny'], ...spec },
});

async function withPolicy(spec: object, bound: object = {}): Promise<TestServer> {
  const server = await testServer({ admission: [mutatingWebhook, validatingAdmissionPolicy, validatingWebhook] });
  await server.ok('POST', `${ADMISSION}/validatingadmissionpolicies`, policy(spec));
  await server.ok('POST', `${ADMISSION}/validatingadmissionpolicybindings`, binding(bound));
  return server;
}
const DENIED = `deployments.apps "d" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: `;

describe('policies', () => {
  it.each<[string, object, number, string]>([
    ['let through', { validations: [{ expression: 'object.spec.replicas <= 5' }] }, 5, '201'],
    [
      'refuse with the expression',
      { validations: [{ expression: 'object.spec.replicas <= 5' }] },
      6,
      `422 Invalid: ${DENIED}failed expression: object.spec.replicas <= 5`,
    ],
    [
      'refuse with a message',
      { validations: [{ expression: 'object.spec.replicas <= 5', message: 'too many', reason: 'Forbidden' }] },
      6,
      `403 Forbidden: ${DENIED}too many`,
    ],
    [
      'refuse with a made message',
      { validations: [{ expression: 'object.spec.replicas <= 5', messageExpression: "'replicas is ' + string(object.spec.replicas)" }] },
      6,
      `422 Invalid: ${DENIED}replicas is 6`,
    ],
    [
      'have variables',
      {
        variables: [
          { name: 'max', expression: '2 + 3' },
          { name: 'more', expression: 'variables.max * 2' },
        ],
        validations: [{ expression: 'object.spec.replicas <= variables.more' }],
      },
      11,
      `422 Invalid: ${DENIED}failed expression: object.spec.replicas <= variables.more`,
    ],
    [
      'have conditions',
      {
        matchConditions: [{ name: 'not-me', expression: "request.userInfo.username != 'kubernetes-admin'" }],
        validations: [{ expression: 'false' }],
      },
      1,
      '201',
    ],
    [
      'fail closed',
      { validations: [{ expression: 'object.spec.nothing == 1' }] },
      1,
      `422 Invalid: ${DENIED}expression 'object.spec.nothing == 1' resulted in error: no such key: nothing`,
    ],
    ['fail open', { failurePolicy: 'Ignore', validations: [{ expression: 'object.spec.nothing == 1' }] }, 1, '201'],
    [
      'ask the authorizer',
      { validations: [{ expression: "authorizer.group('apps').resource('deployments').namespace('default').check('create').allowed()" }] },
      1,
      '201',
    ],
    ['read the namespace', { validations: [{ expression: "namespaceObject.metadata.name == 'default'" }] }, 1, '201'],
  ])('%s', async (_what, spec, replicas, text) => {
    const { refused } = await withPolicy(spec);
    expect(await refused('POST', DEPLOYMENTS, deployment('d', replicas))).toBe(text);
  });

  it('warn where their binding says so', async () => {
    const { call } = await withPolicy(
      { validations: [{ expression: 'object.spec.replicas <= 5', message: 'too many' }] },
      { validationActions: ['Warn', 'Audit'] },
    );
    const response = await call('POST', DEPLOYMENTS, deployment('d', 6));
    expect([response.status, response.headers['warning']]).toEqual([
      201,
      `299 - "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': too many"`,
    ]);
  });

  it('compare with what was', async () => {
    const { ok, refused } = await withPolicy({
      validations: [{ expression: 'oldObject == null || object.spec.replicas >= oldObject.spec.replicas', message: 'never fewer' }],
    });
    await ok('POST', DEPLOYMENTS, deployment('d', 3));
    expect(await refused('PATCH', `${DEPLOYMENTS}/d`, { spec: { replicas: 2 } }, { headers: MERGE })).toBe(
      `422 Invalid: ${DENIED}never fewer`,
    );
    expect(await refused('PATCH', `${DEPLOYMENTS}/d`, { spec: { replicas: 4 } }, { headers: MERGE })).toBe('200');
  });

  it('take parameters', async () => {
    const spec = {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      validations: [{ expression: 'object.spec.replicas <= int(params.data.max)' }],
    };
    const { ok, refused } = await withPolicy(spec, { paramRef: { name: 'limits', namespace: 'default', parameterNotFoundAction: 'Deny' } });
    expect(await refused('POST', DEPLOYMENTS, deployment('d', 1))).toBe(
      `422 Invalid: ${DENIED}failed to configure binding: no params found for policy binding with \`Deny\` parameterNotFoundAction`,
    );
    await ok('POST', CONFIG_MAPS, configMap('limits', { max: '3' }));
    expect(await refused('POST', DEPLOYMENTS, deployment('d', 4))).toContain(
      'failed expression: object.spec.replicas <= int(params.data.max)',
    );
    expect(await refused('POST', DEPLOYMENTS, deployment('d', 3))).toBe('201');
  });

  it('hold where labels say', async () => {
    const { ok, refused } = await withPolicy(
      { validations: [{ expression: 'false' }] },
      { matchResources: { namespaceSelector: { matchLabels: { env: 'test' } } } },
    );
    expect(await refused('POST', DEPLOYMENTS, deployment('d'))).toBe('201');
    await ok('PATCH', '/api/v1/namespaces/default', { metadata: { labels: { env: 'test' } } }, { headers: MERGE });
    expect(await refused('POST', DEPLOYMENTS, deployment('e'))).toContain('denied request');
  });

  it.each<[object, string]>([
    [
      { validations: [{ expression: 'object.spec.replicas <=' }] },
      `spec.validations[0].expression: Invalid value: "object.spec.replicas <=": compilation failed: ERROR: <input>:1:24: Syntax error: mismatched input '<EOF>'`,
    ],
    [
      { validations: [{ expression: 'params.x' }] },
      `compilation failed: ERROR: <input>:1:1: undeclared reference to 'params' (in container '')`,
    ],
    [{ validations: [{ expression: '1 + 1' }] }, 'spec.validations[0].expression: Invalid value: "1 + 1": must evaluate to bool'],
    [{ validations: [{ expression: 'variables.x > 1' }] }, "undefined field 'x'"],
    [{}, 'spec.validations: Required value: validations or auditAnnotations must contain at least one item'],
  ])('that are wrong: %j', async (spec, text) => {
    const { refused } = await testServer();
    expect(await refused('POST', `${ADMISSION}/validatingadmissionpolicies`, policy(spec))).toContain(text);
  });
});

type Review = {
  readonly request: {
    readonly uid: string;
    readonly operation: string;
    readonly object: { readonly metadata: { readonly name: string }; readonly data?: object };
  };
};

/** A webhook behind every address; undefined: nobody listens. */
const dialerTo = (answer: ((review: Review) => object) | undefined): Dialer => ({
  ...noDialer(),
  async connect() {
    if (answer === undefined) throw new NetworkError('ECONNREFUSED');
    let given: Uint8Array = new Uint8Array();
    let sent = false;
    const stream: Partial<ByteStream> = {
      async write(data) {
        given = concat([given, typeof data === 'string' ? utf8(data) : data]);
      },
      async read() {
        if (sent) return undefined;
        // A server without a certificate is trusted as it is.
        if (fromUtf8(given).startsWith('\x16TLS? ')) {
          given = new Uint8Array();
          return utf8('\x16CERT \n');
        }
        sent = true;
        const text = fromUtf8(given);
        const review = JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4)) as Review;
        const body = JSON.stringify({
          kind: 'AdmissionReview',
          apiVersion: 'admission.k8s.io/v1',
          response: { uid: review.request.uid, ...answer(review) },
        });
        return utf8(`HTTP/1.1 200 OK\r\nContent-Length: ${utf8(body).length}\r\n\r\n${body}`);
      },
      reset: () => undefined,
      end: () => undefined,
    };
    return stream as ByteStream;
  },
});

async function withHook(
  kind: 'Mutating' | 'Validating',
  answer: ((review: Review) => object) | undefined,
  more: object = {},
  endpoints = true,
): Promise<TestServer> {
  const server = await testServer({ admission: [mutatingWebhook, validatingAdmissionPolicy, validatingWebhook], dialer: dialerTo(answer) });
  await server.ok('POST', '/api/v1/namespaces/default/services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'hook' },
    spec: { clusterIP: '10.96.0.9', ports: [{ port: 443 }] },
  });
  if (endpoints) {
    await server.ok('POST', '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'hook-1', labels: { 'kubernetes.io/service-name': 'hook' } },
      addressType: 'IPv4',
      ports: [{ port: 8443 }],
      endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: true } }],
    });
  }
  await server.ok('POST', `${ADMISSION}/${kind.toLowerCase()}webhookconfigurations`, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: `${kind}WebhookConfiguration`,
    metadata: { name: 'h' },
    webhooks: [
      {
        name: 'w.example.com',
        clientConfig: { service: { namespace: 'default', name: 'hook', path: '/check' } },
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] }],
        ...more,
      },
    ],
  });
  return server;
}
const FAILED =
  '500 InternalError: Internal error occurred: failed calling webhook "w.example.com": failed to call webhook: Post "https://hook.default.svc:443/check?timeout=10s": ';

describe('webhooks', () => {
  it.each<[string, (review: Review) => object, string]>([
    ['let through', () => ({ allowed: true }), '201'],
    [
      'refuse',
      () => ({ allowed: false, status: { message: 'no such data' } }),
      '400 undefined: admission webhook "w.example.com" denied the request: no such data',
    ],
    [
      'refuse in silence',
      () => ({ allowed: false }),
      '400 undefined: admission webhook "w.example.com" denied the request without explanation',
    ],
    [
      'refuse with a code',
      () => ({ allowed: false, status: { code: 403, reason: 'Forbidden', message: 'not you' } }),
      '403 Forbidden: admission webhook "w.example.com" denied the request: not you',
    ],
  ])('%s', async (_what, answer, text) => {
    const { refused } = await withHook('Validating', answer);
    expect(await refused('POST', CONFIG_MAPS, configMap('a'))).toBe(text);
  });

  it('change what is stored', async () => {
    const patch = base64(JSON.stringify([{ op: 'add', path: '/data/added', value: 'yes' }]));
    const { ok } = await withHook('Mutating', () => ({ allowed: true, patchType: 'JSONPatch', patch, warnings: ['mind the gap'] }));
    expect(await ok('POST', CONFIG_MAPS, configMap('a', { own: '1' }))).toMatchObject({ data: { own: '1', added: 'yes' } });
  });

  it('that nobody serves fail closed, or open where they say so', async () => {
    expect(await (await withHook('Validating', undefined)).refused('POST', CONFIG_MAPS, configMap('a'))).toBe(
      `${FAILED}dial tcp 10.96.0.9:443: connect: connection refused`,
    );
    expect(await (await withHook('Validating', () => ({}), {}, false)).refused('POST', CONFIG_MAPS, configMap('a'))).toBe(
      `${FAILED}no endpoints available for service "hook"`,
    );
    expect(await (await withHook('Validating', undefined, { failurePolicy: 'Ignore' })).refused('POST', CONFIG_MAPS, configMap('a'))).toBe(
      '201',
    );
  });

  it('have conditions and selectors, and leave others alone', async () => {
    const { refused } = await withHook('Validating', () => ({ allowed: false }), {
      matchConditions: [{ name: 'c', expression: "object.metadata.name.startsWith('x')" }],
    });
    expect(await refused('POST', CONFIG_MAPS, configMap('a'))).toBe('201');
    expect(await refused('POST', CONFIG_MAPS, configMap('x'))).toContain('denied the request');
    expect(await refused('POST', DEPLOYMENTS, deployment('x'))).toBe('201');
    const other = await withHook('Validating', () => ({ allowed: false }), { objectSelector: { matchLabels: { guarded: 'yes' } } });
    expect(await other.refused('POST', CONFIG_MAPS, configMap('a'))).toBe('201');
    expect(await other.refused('POST', CONFIG_MAPS, configMap('b', {}, { guarded: 'yes' }))).toContain('denied the request');
  });

  it.each<[object, string]>([
    [
      { url: 'http://hook' },
      'clientConfig.url: Invalid value: "http": \'https\' is the only allowed URL scheme; desired format: https://host[/path]',
    ],
    [{ url: 'https://me@hook/?x' }, 'clientConfig.url: Invalid value: "me": user information is not permitted in the URL'],
    [
      { url: 'https://hook', service: { namespace: 'default', name: 'hook' } },
      'clientConfig: Required value: exactly one of url or service is required',
    ],
    [
      { service: { namespace: 'default', name: 'hook', path: 'check' } },
      `clientConfig.service.path: Invalid value: "check": must start with a '/'`,
    ],
    [
      { service: { namespace: 'default', name: 'hook', path: '/a//b' } },
      'clientConfig.service.path: Invalid value: "/a//b": segment[1] may not be empty',
    ],
    [
      { service: { namespace: 'default', name: 'hook', port: 70_000 } },
      'clientConfig.service.port: Invalid value: 70000: port is not valid: must be between 1 and 65535, inclusive',
    ],
  ])('cannot be reached so: %j', async (clientConfig, text) => {
    const { refused } = await testServer();
    const hook = { name: 'w.example.com', clientConfig, sideEffects: 'None', admissionReviewVersions: ['v1'], rules: [] };
    const metadata = { name: 'h' };
    const configuration = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata,
      webhooks: [hook],
    };
    expect(await refused('POST', `${ADMISSION}/validatingwebhookconfigurations`, configuration)).toContain(`webhooks[0].${text}`);
  });

  it('need a bundle that can be read', async () => {
    const clientConfig = { service: { namespace: 'default', name: 'hook', path: '/check' }, caBundle: base64('no certificate') };
    const { refused } = await withHook('Validating', () => ({ allowed: true }), { clientConfig });
    expect(await refused('POST', CONFIG_MAPS, configMap('a'))).toBe(
      '500 InternalError: Internal error occurred: failed calling webhook "w.example.com": could not get REST client: ' +
        'unable to load root certificates: unable to parse bytes as PEM block',
    );
  });
});
