/** Gateway API's CRDs: what the real ones accept, complete and refuse, with their own messages. */
import { beforeAll, describe, expect, it } from 'vitest';
import { gatewayApi } from '../../src/addons/gateway-api.ts';
import { MERGE, testServer } from '../apiserver/support.ts';
import type { TestServer } from '../apiserver/support.ts';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const GROUP = '/apis/gateway.networking.k8s.io';
const ROUTES = `${GROUP}/v1/namespaces/default/httproutes`;
const GRPC = `${GROUP}/v1/namespaces/default/grpcroutes`;
const GATEWAYS = `${GROUP}/v1/namespaces/default/gateways`;
const GRANTS = `${GROUP}/v1beta1/namespaces/default/referencegrants`;

const of = (kind: string, spec: unknown, version = 'v1'): object => ({
  apiVersion: `gateway.networking.k8s.io/${version}`,
  kind,
  metadata: { name: 'a' },
  ...(spec === undefined ? {} : { spec }),
});
const refusal = (kind: string, words: string): string => `422 Invalid: ${kind}.gateway.networking.k8s.io "a" is invalid: ${words}`;
/** Where the schema already refuses, rules may not be looked at. */
const unchecked = (words: string): string =>
  `[${words}, <nil>: Invalid value: "null": some validation rules were not checked because the object was invalid; correct the existing errors to complete validation]`;

let server: TestServer;
const offer = (path: string, body: object): Promise<string> =>
  server.refused('POST', path, body, { query: { dryRun: 'All', fieldValidation: 'Strict' } });

beforeAll(async () => {
  server = await testServer();
  for (const crd of gatewayApi()) await server.ok('POST', CRDS, crd, { query: { fieldValidation: 'Strict' } });
  await server.lone.advance(1000);
});

const listener = { name: 'http', port: 80, protocol: 'HTTP' };
const backend = { name: 'web', port: 80 };
const forward = (path: object): object => ({ matches: [{ path }], backendRefs: [backend] });
const filtered = (filter: object, more: object = {}): object => ({ rules: [{ filters: [filter], ...more }] });
const rewrite = { type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/x' } } };
const redirect = { type: 'RequestRedirect', requestRedirect: rewrite.urlRewrite };
const modifier = { type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'a', value: 'b' }] } };
const LITERAL = "when type one of ['Exact', 'PathPrefix']";
const PATH = 'spec.rules[0].matches[0].path: Invalid value: "object": ';
const parents = (...parentRefs: readonly object[]): object => ({ parentRefs });

describe('a Gateway', () => {
  const tls = { certificateRefs: [{ name: 'cert' }] };
  const gateway = (...listeners: readonly object[]): object => ({ gatewayClassName: 'example', listeners });
  const addressed = (...addresses: readonly object[]): object => ({ ...gateway(listener), addresses });
  const HOST = '^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';
  it.each([
    ['one listener', gateway(listener)],
    ['two hosts on one port', gateway({ ...listener, hostname: 'a.example.com' }, { ...listener, name: 'b', hostname: '*.example.com' })],
    ['a certificate', gateway({ name: 'https', port: 443, protocol: 'HTTPS', tls })],
    ['TLS that goes through', gateway({ name: 'tls', port: 443, protocol: 'TLS', tls: { mode: 'Passthrough' } })],
    ['an address to be chosen', addressed({ type: 'Hostname' })],
    ['an address of its own type', addressed({ type: 'example.com/vip', value: 'one' })],
  ])('may have %s', async (_name, spec) => {
    expect(await offer(GATEWAYS, of('Gateway', spec))).toBe('201');
  });
  it.each([
    [
      gateway({ name: 'foo', protocol: 'HTTPS', port: 443, tls: { mode: 'Passthrough' } }),
      'spec.listeners: Invalid value: "array": tls mode must be Terminate for protocol HTTPS',
    ],
    [
      gateway({ ...listener, tls }),
      `spec.listeners: Invalid value: "array": tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']`,
    ],
    [
      gateway({ ...listener, protocol: 'TCP', hostname: 'a.b' }),
      `spec.listeners: Invalid value: "array": hostname must not be specified for protocols ['TCP', 'UDP']`,
    ],
    [
      gateway(listener, { ...listener, name: 'again' }),
      'spec.listeners: Invalid value: "array": Combination of port, protocol and hostname must be unique for each listener',
    ],
    [
      gateway({ name: 'https', port: 443, protocol: 'HTTPS', tls: {} }),
      'spec.listeners[0].tls: Invalid value: "object": no such key: certificateRefs evaluating rule: certificateRefs or options must be specified when mode is Terminate',
    ],
    [gateway(), 'spec.listeners: Invalid value: 0: spec.listeners in body should have at least 1 items'],
    [{ listeners: [listener] }, unchecked('spec.gatewayClassName: Required value')],
    [
      gateway({ ...listener, port: 0 }),
      'spec.listeners[0].port: Invalid value: 0: spec.listeners[0].port in body should be greater than or equal to 1',
    ],
    [
      gateway({ ...listener, allowedRoutes: { namespaces: { from: 'None' } } }),
      unchecked('spec.listeners[0].allowedRoutes.namespaces.from: Unsupported value: "None": supported values: "All", "Selector", "Same"'),
    ],
    [
      addressed({ type: 'Hostname', value: 'a_b' }),
      `spec.addresses[0]: Invalid value: "object": Hostname value must be empty or contain only valid characters (matching ${HOST})`,
    ],
    [addressed({ value: '10.0.0.1' }, { value: '10.0.0.1' }), 'spec.addresses: Invalid value: "array": IPAddress values must be unique'],
    [
      gateway(listener, { ...listener, port: 81 }),
      '[spec.listeners[1]: Duplicate value: {"name":"http"}, spec.listeners: Invalid value: "array": Listener name must be unique within the Gateway]',
    ],
    [
      addressed({ value: '1.2.3.4:8080' }),
      unchecked(
        '<nil>: Invalid value: "": "spec.addresses[0]" must validate one and only one schema (oneOf). Found none valid, ' +
          '<nil>: Invalid value: "": "spec.addresses[0].value" must validate at least one schema (anyOf), ' +
          'spec.addresses[0].value: Invalid value: "1.2.3.4:8080": spec.addresses[0].value in body must be of type ipv4: "1.2.3.4:8080"',
      ),
    ],
    [undefined, unchecked('spec: Required value')],
  ])('is refused: %j', async (spec, words) => {
    expect(await offer(GATEWAYS, of('Gateway', spec))).toBe(refusal('Gateway', words));
  });
});

describe('an HTTPRoute', () => {
  it.each([
    ['no rules', { parentRefs: [{ name: 'gw' }] }],
    ['a path', { rules: [forward({ value: '/foo' })] }],
    ['a path of odd characters', { rules: [forward({ type: 'Exact', value: "/abc/123'/a-b-c/d@gmail/%0A" })] }],
    ['a regular expression', { rules: [forward({ type: 'RegularExpression', value: '.*//' })] }],
    ['a redirect', filtered({ type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 301 } })],
    ['a new prefix', filtered(rewrite, forward({ value: '/a' }))],
    ['another kind of backend without port', { rules: [{ backendRefs: [{ group: 'example.com', kind: 'Bucket', name: 'a' }] }] }],
    ['a new prefix for one backend', { rules: [{ backendRefs: [{ ...backend, filters: [rewrite] }] }] }],
    ['Gateways of the same name elsewhere', parents({ name: 'gw', namespace: 'infra' }, { name: 'gw' })],
    [
      'as many matches as there may be',
      { rules: [64, 64].map((length) => ({ matches: Array.from({ length }, () => ({ method: 'GET' })) })) },
    ],
    ['two listeners of a Gateway', parents({ name: 'gw', sectionName: 'a' }, { name: 'gw', sectionName: 'b' })],
    ['a mirror of some requests', filtered({ type: 'RequestMirror', requestMirror: { backendRef: backend, percent: 42 } })],
    ['time-outs', { rules: [{ timeouts: { request: '10s', backendRequest: '2s' } }] }],
  ])('may have %s', async (_name, spec) => {
    expect(await offer(ROUTES, of('HTTPRoute', spec))).toBe('201');
  });
  it.each([
    [
      { rules: [{ backendRefs: [{ name: 'foo', kind: 'Service', group: '' }] }] },
      'spec.rules[0].backendRefs[0]: Invalid value: "object": Must have port for Service reference',
    ],
    [{ rules: [forward({ value: 'foo' })] }, `${PATH}value must be an absolute path and start with '/' ${LITERAL}`],
    [{ rules: [forward({ value: '/a//b' })] }, `${PATH}must not contain '//' ${LITERAL}`],
    [{ rules: [forward({ type: 'Exact', value: '/a/..' })] }, `${PATH}must not end with '/..' ${LITERAL}`],
    [
      { rules: [forward({ value: '/a b' })] },
      `${PATH}must only contain valid characters (matching ^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$) for types ['Exact', 'PathPrefix']`,
    ],
    [
      filtered({ type: 'RequestRedirect', requestRedirect: { scheme: 'https' } }, { backendRefs: [backend] }),
      'spec.rules[0]: Invalid value: "object": RequestRedirect filter must not be used together with backendRefs',
    ],
    [
      filtered({ type: 'URLRewrite' }),
      'spec.rules[0].filters[0]: Invalid value: "object": filter.urlRewrite must be specified for URLRewrite filter.type',
    ],
    [
      filtered({ ...modifier, type: 'ExtensionRef', extensionRef: { group: '', kind: 'ConfigMap', name: 'a' } }),
      'spec.rules[0].filters[0]: Invalid value: "object": filter.requestHeaderModifier must be nil if the filter.type is not RequestHeaderModifier',
    ],
    [
      { rules: [{ filters: [modifier, modifier] }] },
      'spec.rules[0].filters: Invalid value: "array": RequestHeaderModifier filter cannot be repeated',
    ],
    [
      filtered(rewrite, forward({ type: 'Exact', value: '/a' })),
      'spec.rules[0]: Invalid value: "object": When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified',
    ],
    [
      { rules: [{ matches: [{ path: { value: '/a' } }, { path: { value: '/b' } }], backendRefs: [{ ...backend, filters: [rewrite] }] }] },
      'spec.rules[0]: Invalid value: "object": Within backendRefs, When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified',
    ],
    [
      { rules: [{ matches: [{ path: { type: 'RegularExpression', value: '/a' } }], backendRefs: [{ ...backend, filters: [redirect] }] }] },
      'spec.rules[0]: Invalid value: "object": Within backendRefs, when using RequestRedirect filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified',
    ],
    [
      { rules: [{ filters: [rewrite, redirect] }] },
      'spec.rules[0].filters: Invalid value: "array": May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both',
    ],
    [
      filtered({ type: 'RequestRedirect', requestRedirect: { path: { type: 'ReplaceFullPath' } } }),
      `spec.rules[0].filters[0].requestRedirect.path: Invalid value: "object": replaceFullPath must be specified when type is set to 'ReplaceFullPath'`,
    ],
    [
      filtered({
        type: 'URLRewrite',
        urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/a', replaceFullPath: '/b' } },
      }),
      `spec.rules[0].filters[0].urlRewrite.path: Invalid value: "object": type must be 'ReplaceFullPath' when replaceFullPath is set`,
    ],
    [
      { rules: [{ timeouts: { request: '1s', backendRequest: '2s' } }] },
      'spec.rules[0].timeouts: Invalid value: "object": backendRequest timeout cannot be longer than request timeout',
    ],
    [
      parents({ name: 'gw' }, { name: 'gw', sectionName: 'a' }),
      'spec.parentRefs: Invalid value: "array": sectionName must be specified when parentRefs includes 2 or more references to the same parent',
    ],
    [
      parents({ name: 'gw', sectionName: 'a' }, { name: 'gw', sectionName: 'a', namespace: '' }),
      '[spec.parentRefs[1].namespace: Invalid value: "": spec.parentRefs[1].namespace in body should be at least 1 chars long, ' +
        `spec.parentRefs[1].namespace: Invalid value: "": spec.parentRefs[1].namespace in body should match '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$', ` +
        'spec.parentRefs: Invalid value: "array": sectionName must be unique when parentRefs includes 2 or more references to the same parent]',
    ],
    [
      parents({ name: 'gw', sectionName: 'a' }, { name: 'gw', sectionName: 'a' }),
      'spec.parentRefs: Invalid value: "array": sectionName must be unique when parentRefs includes 2 or more references to the same parent',
    ],
    [
      filtered({ type: 'RequestMirror', requestMirror: { backendRef: backend, percent: 1, fraction: { numerator: 1 } } }),
      'spec.rules[0].filters[0].requestMirror: Invalid value: "object": Only one of percent or fraction may be specified in HTTPRequestMirrorFilter',
    ],
    [
      { rules: Array.from({ length: 3 }, () => ({ matches: Array.from({ length: 43 }, () => ({ method: 'GET' })) })) },
      'spec.rules: Invalid value: "array": While 16 rules and 64 matches per rule are allowed, the total number of matches across all rules in a route must be less than 128',
    ],
    [
      { hostnames: ['EXAMPLE.com'] },
      'spec.hostnames[0]: Invalid value: "EXAMPLE.com": spec.hostnames[0] in body should match \'^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$\'',
    ],
  ])('is refused: %j', async (spec, words) => {
    expect(await offer(ROUTES, of('HTTPRoute', spec))).toBe(refusal('HTTPRoute', words));
  });
  it('with a misspelt field, or one of a later version, is refused', async () => {
    expect(await offer(ROUTES, of('HTTPRoute', { rules: [{ name: 'a', backendRef: [] }] }))).toBe(
      '400 BadRequest: HTTPRoute in version "v1" cannot be handled as a HTTPRoute: strict decoding error: unknown field "spec.rules[0].backendRef", unknown field "spec.rules[0].name"',
    );
  });
  it('is the same object in v1beta1', async () => {
    await server.ok('POST', ROUTES, of('HTTPRoute', { hostnames: ['a.example.com'] }));
    expect(await server.ok('GET', `${GROUP}/v1beta1/namespaces/default/httproutes/a`)).toMatchObject({
      apiVersion: 'gateway.networking.k8s.io/v1beta1',
      spec: { hostnames: ['a.example.com'] },
    });
    await server.ok('DELETE', `${ROUTES}/a`);
  });
});

describe('a GRPCRoute', () => {
  const call = (method: object): object => ({ rules: [{ matches: [{ method }] }] });
  it.each([
    ['nothing but a name', undefined],
    ['a service', call({ service: 'com.example.User' })],
    ['a service with a dot before it, and capitals', call({ service: '.foo.Test.Example' })],
    ['regular expressions', call({ type: 'RegularExpression', service: '.*', method: '.*' })],
    ['a weight', { rules: [{ backendRefs: [{ ...backend, weight: 9 }] }] }],
  ])('may have %s', async (_name, spec) => {
    expect(await offer(GRPC, of('GRPCRoute', spec))).toBe('201');
  });
  it.each([
    [call({}), `spec.rules[0].matches[0].method: Invalid value: "object": One or both of 'service' or 'method' must be specified`],
    [
      call({ service: 'a-b' }),
      'spec.rules[0].matches[0].method: Invalid value: "object": service must only contain valid characters (matching ^(?i)\\.?[a-z_][a-z_0-9]*(\\.[a-z_][a-z_0-9]*)*$)',
    ],
  ])('is refused: %j', async (spec, words) => {
    expect(await offer(GRPC, of('GRPCRoute', spec))).toBe(refusal('GRPCRoute', words));
  });
});

describe('a ReferenceGrant', () => {
  const from = { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute' };
  const to = [{ group: '', kind: 'Service' }];
  it('names who may refer to what', async () => {
    expect(await offer(GRANTS, of('ReferenceGrant', { from: [{ ...from, namespace: 'web' }], to }, 'v1beta1'))).toBe('201');
    expect(await offer(GRANTS, of('ReferenceGrant', { from: [from], to }, 'v1beta1'))).toBe(
      refusal('ReferenceGrant', 'spec.from[0].namespace: Required value'),
    );
  });
  it('is not served as v1', async () => {
    expect(await offer(GRANTS.replace('v1beta1', 'v1'), of('ReferenceGrant', {}))).toMatch(/^404/);
  });
});

describe('defaults', () => {
  const completed = async (path: string, body: object): Promise<Record<string, unknown>> =>
    server.ok('POST', path, body, { query: { dryRun: 'All' } });
  const waiting = (type: string): object => ({
    type,
    status: 'Unknown',
    reason: 'Pending',
    message: 'Waiting for controller',
    lastTransitionTime: '1970-01-01T00:00:00Z',
  });
  it('a route without rules takes every request', async () => {
    const { spec } = await completed(ROUTES, of('HTTPRoute', parents({ name: 'gw' })));
    expect(spec).toEqual({
      parentRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'gw' }],
      rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/' } }] }],
    });
  });
  it('a match, a backend, a header and a redirect are completed', async () => {
    const redirect = { type: 'RequestRedirect', requestRedirect: { hostname: 'b.example.com' } };
    const rules = [{ matches: [{ headers: [{ name: 'version', value: '2' }] }], backendRefs: [backend] }, { filters: [redirect] }];
    const { spec } = await completed(ROUTES, of('HTTPRoute', { rules }));
    expect(spec).toEqual({
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' }, headers: [{ name: 'version', type: 'Exact', value: '2' }] }],
          backendRefs: [{ group: '', kind: 'Service', name: 'web', port: 80, weight: 1 }],
        },
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          filters: [{ type: 'RequestRedirect', requestRedirect: { hostname: 'b.example.com', statusCode: 302 } }],
        },
      ],
    });
  });
  it('a listener takes routes of its own namespace; the status waits for a controller', async () => {
    const https = { name: 'https', port: 443, protocol: 'HTTPS', tls: { certificateRefs: [{ name: 'cert' }] } };
    const gateway = await server.ok<{ spec: object; status: object }>(
      'POST',
      GATEWAYS,
      of('Gateway', { gatewayClassName: 'example', listeners: [https], addresses: [{ value: '10.0.0.1' }] }),
    );
    expect(gateway.spec).toEqual({
      gatewayClassName: 'example',
      addresses: [{ type: 'IPAddress', value: '10.0.0.1' }],
      listeners: [
        {
          ...https,
          tls: { mode: 'Terminate', certificateRefs: [{ group: '', kind: 'Secret', name: 'cert' }] },
          allowedRoutes: { namespaces: { from: 'Same' } },
        },
      ],
    });
    expect(gateway.status).toEqual({ conditions: [waiting('Accepted'), waiting('Programmed')] });
  });
  it('a GatewayClass keeps its controller', async () => {
    const path = `${GROUP}/v1/gatewayclasses`;
    const made = await server.ok('POST', path, of('GatewayClass', { controllerName: 'example.net/one' }));
    expect(made).toMatchObject({ status: { conditions: [waiting('Accepted')] } });
    expect(await server.refused('PATCH', `${path}/a`, { spec: { controllerName: 'example.net/two' } }, { headers: MERGE })).toBe(
      refusal('GatewayClass', 'spec.controllerName: Invalid value: "string": Value is immutable'),
    );
  });
});

describe('tables', () => {
  const columns = async (path: string): Promise<readonly string[]> => {
    const headers = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
    const table = await server.ok<{ columnDefinitions: readonly { name: string; priority: number }[] }>('GET', path, undefined, {
      headers,
    });
    return table.columnDefinitions.map(({ name, priority }) => (priority > 0 ? `(${name})` : name));
  };
  it.each([
    [`${GROUP}/v1/gatewayclasses`, ['Name', 'Controller', 'Accepted', 'Age', '(Description)']],
    [GATEWAYS, ['Name', 'Class', 'Address', 'Programmed', 'Age']],
    [ROUTES, ['Name', 'Hostnames', 'Age']],
    [GRPC, ['Name', 'Hostnames', 'Age']],
    [GRANTS, ['Name', 'Age']],
  ])('%s', async (path, names) => {
    expect(await columns(path)).toEqual(names);
  });
});
