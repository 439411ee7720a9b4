/** Paths that are no resource: version, health, metrics, discovery, OpenAPI, keys.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/server/{healthz,routes} */
import { notAcceptable } from '../api/errors.ts';
import type { ApiRequest, ApiResponse, UserInfo } from '../api/transport.ts';
import type { Aggregator } from './aggregator.ts';
import { createDiscovery } from './discovery.ts';
import { createOpenApi } from './openapi.ts';
import { queryOf } from './request-info.ts';
import type { ServerState } from './server-state.ts';
import { SIGNING_ALGORITHM } from './token-keys.ts';
import { ISSUER } from './tokens.ts';

export interface NonResources {
  answer(request: ApiRequest, user: UserInfo): Promise<ApiResponse>;
}

const text = (status: number, body: string): ApiResponse => ({ status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body });
const json = (body: object, type = 'application/json'): ApiResponse => ({ status: 200, headers: { 'content-type': type }, body });

/** Documents that the relying parties of tokens may keep for an hour. */
const published = (body: object, type?: string): ApiResponse => {
  const answer = json(body, type);
  return { ...answer, headers: { ...answer.headers, 'cache-control': 'public, max-age=3600' } };
};

const CHECKS = ['ping', 'log', 'etcd', 'poststarthook/start-apiserver-admission-initializer', 'poststarthook/generic-apiserver-start-informers',
  'poststarthook/priority-and-fairness-config-consumer', 'poststarthook/priority-and-fairness-filter', 'poststarthook/storage-object-count-tracker-hook',
  'poststarthook/start-apiextensions-informers', 'poststarthook/start-apiextensions-controllers', 'poststarthook/crd-informer-synced',
  'poststarthook/start-system-namespaces-controller', 'poststarthook/start-cluster-authentication-info-controller',
  'poststarthook/start-kube-apiserver-identity-lease-controller', 'poststarthook/start-legacy-token-tracking-controller',
  'poststarthook/start-service-ip-repair-controllers', 'poststarthook/rbac/bootstrap-roles', 'poststarthook/scheduling/bootstrap-system-priority-classes',
  'poststarthook/priority-and-fairness-config-producer', 'poststarthook/bootstrap-controller', 'poststarthook/aggregator-reload-proxy-client-cert',
  'poststarthook/start-kube-aggregator-informers', 'poststarthook/apiservice-registration-controller', 'poststarthook/apiservice-status-available-controller',
  'poststarthook/kube-apiserver-autoregistration', 'autoregister-completion', 'poststarthook/apiservice-openapi-controller',
  'poststarthook/apiservice-openapiv3-controller', 'poststarthook/apiservice-discovery-controller'];

export function createNonResources(server: ServerState, aggregator: Aggregator, options: { readonly advertiseAddress?: string; readonly securePort?: number }): NonResources {
  const address = `${options.advertiseAddress ?? '172.18.0.2'}:${options.securePort ?? 6443}`;
  const discovery = createDiscovery(server.kinds, aggregator, address);
  const openApi = createOpenApi(server, aggregator);
  return {
    async answer(request) {
      const path = request.path.length > 1 && request.path.endsWith('/') ? request.path.slice(0, -1) : request.path;
      const parts = path.split('/').slice(1);
      switch (parts[0]) {
        case '': return json({ paths: rootPaths(server, aggregator) });
        case 'api': case 'apis': return discovery.answer(request, parts) ?? text(404, '404 page not found\n');
        case 'version': return json(versionOf(server.version));
        case 'healthz': case 'livez': case 'readyz': return health(parts, request);
        case 'metrics': return text(200, metrics(server));
        case 'openapi': return (await openApi.answer(request, parts)) ?? text(404, '404 page not found\n');
        case '.well-known':
          if (parts[1] === 'openid-configuration') {
            return published({
              issuer: ISSUER, jwks_uri: `https://${address}/openid/v1/jwks`, response_types_supported: ['id_token'], subject_types_supported: ['public'],
              id_token_signing_alg_values_supported: [SIGNING_ALGORITHM],
            });
          }
          break;
        case 'openid':
          if (path === '/openid/v1/jwks') return published(server.tokens.keySet, 'application/jwk-set+json');
          break;
        case 'logs': throw notAcceptable([]);
        default:
      }
      return text(404, '404 page not found\n');
    },
  };
}

function rootPaths({ kinds }: ServerState, aggregator: Aggregator): readonly string[] {
  const groups = new Set<string>(aggregator.all.flatMap(({ group, version }) => [`/apis/${group}`, `/apis/${group}/${version}`]));
  for (const { resource } of kinds.all) {
    if (resource.group === '') continue;
    groups.add(`/apis/${resource.group}`);
    groups.add(`/apis/${resource.group}/${resource.version}`);
  }
  const health = ['/healthz', '/livez', '/readyz'].flatMap((path) => [path, ...CHECKS.map((check) => `${path}/${check}`)]);
  return ['/.well-known/openid-configuration', '/api', '/api/v1', '/apis', '/apis/', ...groups, ...health, '/metrics', '/openapi/v2', '/openapi/v3', '/openapi/v3/',
    '/openid/v1/jwks', '/version'].sort();
}

function versionOf(gitVersion: string): object {
  const [major = '1', minor = '33'] = gitVersion.slice(1).split('.');
  return {
    major, minor, emulationMajor: major, emulationMinor: minor, minCompatibilityMajor: major, minCompatibilityMinor: String(Number(minor) - 1),
    gitVersion, gitCommit: '8adc0f041b8e7ad1d30e29cc59c6ae7a15e19828', gitTreeState: 'clean', buildDate: '2025-05-15T08:19:08Z', goVersion: 'go1.24.2',
    compiler: 'gc', platform: 'linux/amd64',
  };
}

function health(parts: readonly string[], request: ApiRequest): ApiResponse {
  const [kind = 'healthz', ...rest] = parts;
  const checks = kind === 'readyz' ? [...CHECKS.slice(0, 3), 'etcd-readiness', 'informer-sync', ...CHECKS.slice(3), 'shutdown'] : CHECKS;
  if (rest.length > 0) return checks.includes(rest.join('/')) ? text(200, 'ok') : text(404, '404 page not found\n');
  if (queryOf(request, 'verbose') === undefined) return text(200, 'ok');
  return text(200, `${checks.map((check) => `[+]${check} ok`).join('\n')}\n${kind} check passed\n`);
}

function metrics({ kinds, storage }: ServerState): string {
  const lines = ['# HELP apiserver_storage_objects [STABLE] Number of stored objects at the time of last check split by kind.', '# TYPE apiserver_storage_objects gauge'];
  for (const kind of kinds.all) {
    if (!kind.isStored || kind.toStored) continue;
    const { plural, group } = kind.resource;
    lines.push(`apiserver_storage_objects{resource="${group === '' ? plural : `${plural}.${group}`}"} ${storage.etcd.range(kind.prefix).count}`);
  }
  return `${lines.join('\n')}\n`;
}
