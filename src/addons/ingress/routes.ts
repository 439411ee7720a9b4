/** Which Service a request goes to by the rules of all Ingresses: host before path, exact before prefix, long before short.
 *  Pure.
 *  Upstream: kubernetes/ingress-nginx internal/ingress/controller, docs/user-guide/ingress-path-matching.md */
import type { Ingress, IngressBackend } from '../../api/generated/types.ts';
import { annotationsOf, keyOf } from '../../api/meta.ts';
import { compilePattern } from '../../api/patterns.ts';
import type { Pattern } from '../../api/patterns.ts';

const ANNOTATIONS = 'nginx.ingress.kubernetes.io/';
const WHOLE = 100;

export interface Route {
  /** namespace/name of its Ingress. */
  readonly ingress: string;
  /** '' for every host; "*.tea.example" for its children. */
  readonly host: string;
  readonly path: string;
  readonly isExact: boolean;
  /** Parts of a path are compared, not letters: /tea is /tea/green and not /teapot. */
  readonly byParts: boolean;
  readonly pattern?: Pattern;
  readonly rewrite?: string;
  readonly service: string;
  readonly port: string | number;
  /** http is sent on to https. */
  readonly toHttps: boolean;
  /** The share of requests that a canary takes, in percent; undefined: it is none. */
  readonly canary?: number;
  readonly redirect?: { readonly status: number; readonly url: string };
  /** The backend speaks TLS. */
  readonly isTls: boolean;
}

const option = (ingress: Ingress, name: string): string | undefined => annotationsOf(ingress)[`${ANNOTATIONS}${name}`];

function redirectOf(ingress: Ingress): Route['redirect'] {
  const permanent = option(ingress, 'permanent-redirect');
  if (permanent !== undefined) return { status: Number(option(ingress, 'permanent-redirect-code') ?? '301'), url: permanent };
  const temporal = option(ingress, 'temporal-redirect');
  return temporal === undefined ? undefined : { status: 302, url: temporal };
}

/** All routes of one Ingress. */
export function routesOf(ingress: Ingress): readonly Route[] {
  const namespace = ingress.metadata?.namespace ?? '';
  const rewrite = option(ingress, 'rewrite-target');
  const isRegex = option(ingress, 'use-regex') === 'true' || (rewrite !== undefined && /\$\d/.test(rewrite));
  const isSecure = (host: string): boolean =>
    (ingress.spec?.tls ?? []).some(({ hosts = [] }) => hosts.includes(host)) && option(ingress, 'ssl-redirect') !== 'false';
  const redirect = redirectOf(ingress);
  const base = {
    ingress: keyOf(ingress),
    isTls: /^(HTTPS|GRPCS)$/.test(option(ingress, 'backend-protocol') ?? ''),
    ...(rewrite !== undefined && { rewrite }),
    ...(redirect && { redirect }),
    ...(option(ingress, 'canary') === 'true' && { canary: Number(option(ingress, 'canary-weight') ?? '0') }),
  };
  const route = (host: string, path: string, type: string, backend: IngressBackend | undefined): readonly Route[] => {
    const { name, port } = backend?.service ?? {};
    if (name === undefined) return [];
    const pattern = isRegex ? compilePattern(`(?i)^${path}`) : undefined;
    return [
      {
        ...base,
        host,
        path,
        isExact: type === 'Exact' && !isRegex,
        byParts: type === 'Prefix',
        ...(typeof pattern === 'object' && { pattern }),
        service: `${namespace}/${name}`,
        port: port?.name ?? port?.number ?? 0,
        toHttps: isSecure(host) || option(ingress, 'force-ssl-redirect') === 'true',
      },
    ];
  };
  return [
    ...(ingress.spec?.rules ?? []).flatMap(({ host = '', http }) =>
      (http?.paths ?? []).flatMap(({ path = '/', pathType, backend }) => route(host, path === '' ? '/' : path, pathType, backend)),
    ),
    ...route('', '/', 'Prefix', ingress.spec?.defaultBackend),
  ];
}

function isAt(route: Route, path: string): boolean {
  if (route.pattern) return route.pattern.test(path);
  if (route.isExact) return path === route.path;
  if (!path.startsWith(route.path)) return false;
  return !route.byParts || route.path.endsWith('/') || path.length === route.path.length || path[route.path.length] === '/';
}

const isFor = (host: string, name: string): boolean =>
  host === name || (host.startsWith('*.') && name.endsWith(host.slice(1)) && !name.slice(0, -host.length + 1).includes('.'));

/** The routes of the server that a host name finds: its own, else a wildcard's, else those for every host. */
function serverOf(routes: readonly Route[], name: string): readonly Route[] {
  const own = routes.filter(({ host }) => host === name && host !== '');
  if (own.length > 0) return own;
  const wild = routes.filter(({ host }) => host !== '' && isFor(host, name));
  return wild.length > 0 ? wild : routes.filter(({ host }) => host === '');
}

/** `dice` is from 0 to 100: below a canary's weight the request is the canary's. */
export function routeFor(routes: readonly Route[], host: string, path: string, dice: number): Route | undefined {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  const there = serverOf(routes, name).filter((route) => isAt(route, path));
  const best = [...there].sort((one, other) => Number(other.isExact) - Number(one.isExact) || other.path.length - one.path.length);
  const main = best.find(({ canary }) => canary === undefined);
  const canary = best.find((route) => route.canary !== undefined && route.path === (main?.path ?? route.path));
  return canary && dice < Math.min(WHOLE, canary.canary ?? 0) ? canary : (main ?? canary);
}

/** The path that the backend sees. */
export function rewritten(route: Route, path: string): string {
  if (route.rewrite === undefined) return path;
  if (!route.pattern) return route.rewrite;
  const groups = route.pattern.groups(path) ?? [];
  return route.rewrite.replace(/\$(\d)/g, (_whole, digit: string) => groups[Number(digit)] ?? '');
}

/** Another Ingress that has the same host and path: nginx could not tell them apart. */
export function clashOf(wanted: Ingress, others: readonly Ingress[]): string | undefined {
  const taken = others.filter((other) => keyOf(other) !== keyOf(wanted)).flatMap(routesOf);
  for (const { host, path, canary } of routesOf(wanted)) {
    const clash = taken.find((other) => other.host === host && other.path === path && other.canary === undefined);
    if (clash && canary === undefined)
      return `host "${host === '' ? '_' : host}" and path "${path}" is already defined in ingress ${clash.ingress}`;
  }
  return undefined;
}
