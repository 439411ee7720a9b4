/** Which route of ingress-nginx a request takes: hosts, paths, rewriting, canaries; and what is refused or not its own. */
import { describe, expect, it } from 'vitest';
import { endpointsOf, isMine } from '../../src/addons/ingress/controller.ts';
import { clashOf, rewritten, routeFor, routesOf } from '../../src/addons/ingress/routes.ts';
import type { EndpointSlice, Ingress, IngressClass, Service } from '../../src/api/generated/types.ts';

interface PathRow {
  readonly host?: string;
  readonly path: string;
  readonly type?: string;
  readonly to: string;
}

function ingress(name: string, paths: readonly PathRow[], annotations: Readonly<Record<string, string>> = {}, spec: object = {}): Ingress {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name,
      namespace: 'house',
      annotations: Object.fromEntries(Object.entries(annotations).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value])),
    },
    spec: {
      rules: paths.map(({ host, path, type = 'Prefix', to }) => ({
        ...(host !== undefined && { host }),
        http: { paths: [{ path, pathType: type, backend: { service: { name: to, port: { number: 80 } } } }] },
      })),
      ...spec,
    },
  };
}

const TEA = ingress('tea', [
  { host: 'tea.example', path: '/', to: 'root' },
  { host: 'tea.example', path: '/green', to: 'green' },
  { host: 'tea.example', path: '/green/tea', type: 'Exact', to: 'exact' },
  { host: 'tea.example', path: '/pot', type: 'ImplementationSpecific', to: 'pot' },
  { host: '*.tea.example', path: '/', to: 'wild' },
  { path: '/any', to: 'any' },
]);

describe('a request', () => {
  it.each([
    ['tea.example', '/', 'root'],
    ['tea.example:8080', '/black', 'root'],
    ['TEA.example', '/green', 'green'],
    ['tea.example', '/green/leaf', 'green'],
    ['tea.example', '/greenhouse', 'root'],
    ['tea.example', '/green/tea', 'exact'],
    ['tea.example', '/green/tea/', 'green'],
    ['tea.example', '/potter', 'pot'],
    ['my.tea.example', '/x', 'wild'],
    ['far.my.tea.example', '/x', undefined],
    ['10.0.0.1', '/any/where', 'any'],
    ['10.0.0.1', '/', undefined],
    ['tea.example', '/any', 'root'],
  ])('for %s%s goes to %s', (host, path, service) => {
    expect(routeFor(routesOf(TEA), host, path, 0)?.service).toBe(service && `house/${service}`);
  });

  it('is rewritten', () => {
    const [plain] = routesOf(ingress('a', [{ path: '/green', to: 'g' }], { 'rewrite-target': '/' }));
    expect(plain && rewritten(plain, '/green/leaf')).toBe('/');
    const [grouped] = routesOf(
      ingress('b', [{ path: '/green(/|$)(.*)', type: 'ImplementationSpecific', to: 'g' }], { 'rewrite-target': '/$2' }),
    );
    expect(grouped && [routeFor([grouped], 'x', '/Green/leaf/1', 0), rewritten(grouped, '/green/leaf/1')]).toEqual([grouped, '/leaf/1']);
    expect(grouped && routeFor([grouped], 'x', '/black', 0)).toBeUndefined();
    const [none] = routesOf(TEA);
    expect(none && rewritten(none, '/x')).toBe('/x');
  });

  it('is shared with a canary by its weight', () => {
    const routes = [
      ...routesOf(TEA),
      ...routesOf(ingress('new', [{ host: 'tea.example', path: '/', to: 'new' }], { canary: 'true', 'canary-weight': '30' })),
    ];
    expect([0, 29, 30, 99].map((dice) => routeFor(routes, 'tea.example', '/', dice)?.service)).toEqual([
      'house/new',
      'house/new',
      'house/root',
      'house/root',
    ]);
    expect(routeFor(routes, 'tea.example', '/green', 0)?.service).toBe('house/green');
  });

  it('is sent on to https where the host has a certificate, unless told otherwise', () => {
    const tls = { tls: [{ hosts: ['tea.example'], secretName: 's' }] };
    const of = (annotations: Readonly<Record<string, string>>, spec: object): boolean | undefined =>
      routesOf(ingress('a', [{ host: 'tea.example', path: '/', to: 'r' }], annotations, spec))[0]?.toHttps;
    expect([of({}, tls), of({}, {}), of({ 'ssl-redirect': 'false' }, tls), of({ 'force-ssl-redirect': 'true' }, {})]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});

describe('an Ingress', () => {
  it('is refused where another has its host and path', () => {
    const again = ingress('again', [{ host: 'tea.example', path: '/pot', to: 'x' }]);
    expect(clashOf(again, [TEA])).toBe('host "tea.example" and path "/pot" is already defined in ingress house/tea');
    expect(clashOf(TEA, [TEA])).toBeUndefined();
    expect(clashOf(ingress('any', [{ path: '/any', to: 'x' }]), [TEA])).toContain('host "_" and path "/any"');
    expect(clashOf(ingress('new', [{ host: 'tea.example', path: '/', to: 'x' }], { canary: 'true' }), [TEA])).toBeUndefined();
  });

  it('belongs to the controller by its class', () => {
    const classes = [
      { metadata: { name: 'nginx' }, spec: { controller: 'k8s.io/ingress-nginx' } },
      { metadata: { name: 'other' }, spec: { controller: 'tea.example/other' } },
    ] as IngressClass[];
    const mine = (spec: object, annotation?: string, argv: readonly string[] = []): boolean =>
      isMine(
        { ...TEA, metadata: { ...TEA.metadata, ...(annotation && { annotations: { 'kubernetes.io/ingress.class': annotation } }) }, spec },
        classes,
        argv,
      );
    expect([mine({ ingressClassName: 'nginx' }), mine({ ingressClassName: 'other' }), mine({ ingressClassName: 'gone' })]).toEqual([
      true,
      false,
      false,
    ]);
    expect([mine({}, 'nginx'), mine({}, 'other'), mine({}), mine({}, undefined, ['--watch-ingress-without-class=true'])]).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect(mine({ ingressClassName: 'other' }, undefined, ['--controller-class=tea.example/other'])).toBe(true);
  });
});

it('endpoints are the ready ones of the named port', () => {
  const service = {
    spec: {
      ports: [
        { name: 'http', port: 80 },
        { name: 'admin', port: 90 },
      ],
    },
  } as Service;
  const slice: EndpointSlice = {
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080 }],
    endpoints: [{ addresses: ['10.0.0.1'] }, { addresses: ['10.0.0.2'], conditions: { ready: false } }],
  };
  expect(endpointsOf(service, 'http', [slice])).toEqual([{ address: '10.0.0.1', port: 8080 }]);
  expect(endpointsOf(service, 80, [slice])).toEqual([{ address: '10.0.0.1', port: 8080 }]);
  expect(endpointsOf(service, 90, [slice])).toEqual([]);
  expect(endpointsOf(undefined, 80, [slice])).toEqual([]);
});
