/** ingress-nginx: watches Ingresses and carries requests for their hosts and paths to the endpoints of their Services; says
 *  in their status where it is reached, and reviews new ones as a webhook.
 *  Differs from Kubernetes: of its annotations it knows rewrite-target, use-regex, ssl-redirect, force-ssl-redirect,
 *  permanent- and temporal-redirect, backend-protocol and the weight of a canary; there is no nginx configuration to look at.
 *  Upstream: kubernetes/ingress-nginx */
import { fromBase64, fromUtf8 } from '../../base/bytes.ts';
import type { EndpointSlice, Ingress, IngressClass, Service } from '../../api/generated/types.ts';
import { annotationsOf, keyOf, labelsOf, splitKey } from '../../api/meta.ts';
import { ApiError } from '../../api/errors.ts';
import { EndpointSlices, IngressClasses, Ingresses, Nodes, Pods, Services } from '../../api/resources.ts';
import { TransportError } from '../../api/transport.ts';
import type { Transport, UserInfo } from '../../api/transport.ts';
import { createClient } from '../../client/create-client.ts';
import type { Client } from '../../client/client.ts';
import { createRecorder } from '../../client/recorder.ts';
import { createInformer } from '../../client/reflector.ts';
import { serveHttp } from '../../cri/http.ts';
import type { HttpAnswer } from '../../cri/http.ts';
import type { Process } from '../../cri/process.ts';
import { equal } from '../../base/json.ts';
import { INGRESS_NGINX_VERSION } from './manifests.ts';
import { createProxy } from './proxy.ts';
import type { Endpoint } from './proxy.ts';
import { clashOf, routesOf } from './routes.ts';
import type { Route } from './routes.ts';

export interface IngressControllerOptions {
  readonly process: Process;
  readonly transport: Transport;
  readonly user: UserInfo;
}

const HEALTH_PORT = 10_254;
const MEMORY_BYTES = 90_000_000;
const SYNC_MS = 1000;
/** How soon an address that changed is told again. */
const STATUS_MS = 60_000;
const SERVICE_NAME = 'kubernetes.io/service-name';
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

/** "--name=value" of the command line. */
const flagOf = (argv: readonly string[], name: string): string | undefined =>
  argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);

/** The Ingresses that are this controller's: of a class of its, or by the older annotation. */
export function isMine(ingress: Ingress, classes: readonly IngressClass[], argv: readonly string[]): boolean {
  const controller = flagOf(argv, 'controller-class') ?? 'k8s.io/ingress-nginx';
  const named = annotationsOf(ingress)[CLASS_ANNOTATION];
  const wanted = ingress.spec?.ingressClassName;
  if (wanted !== undefined) return classes.some(({ metadata, spec }) => metadata?.name === wanted && spec?.controller === controller);
  if (named !== undefined) return named === (flagOf(argv, 'ingress-class') ?? 'nginx');
  return flagOf(argv, 'watch-ingress-without-class') === 'true';
}

/** The ready endpoints of a Service's port. */
export function endpointsOf(service: Service | undefined, port: string | number, slices: readonly EndpointSlice[]): readonly Endpoint[] {
  const found = service?.spec?.ports?.find((each) => each.name === port || each.port === port);
  if (!found) return [];
  return slices.flatMap(({ endpoints, ports = [] }) => {
    const target = ports?.find(({ name }) => (name ?? '') === (found.name ?? ''))?.port;
    const ready = endpoints.filter(({ conditions }) => conditions?.ready !== false);
    return target === undefined ? [] : ready.flatMap(({ addresses }) => addresses.map((address) => ({ address, port: target })));
  });
}

/** Runs until the process ends. */
export async function runIngressController({ process, transport, user }: IngressControllerOptions): Promise<void> {
  const { world, net, argv } = process;
  process.useMemory(MEMORY_BYTES);
  const client = createClient(transport, { userAgent: 'nginx-ingress-controller', user });
  const recorder = createRecorder(world, client, { component: 'nginx-ingress-controller' });
  const ingresses = createInformer(world, client, Ingresses);
  const classes = createInformer(world, client, IngressClasses);
  const services = createInformer(world, client, Services);
  const slices = createInformer(world, client, EndpointSlices);
  slices.addIndex('service', (slice) => [`${slice.metadata?.namespace}/${labelsOf(slice)[SERVICE_NAME] ?? ''}`]);
  await Promise.all([ingresses.synced(), classes.synced(), services.synced(), slices.synced()]);

  const mine = (): readonly Ingress[] => ingresses.list().filter((ingress) => isMine(ingress, classes.list(), argv));
  let routes: readonly Route[] = [];
  const proxy = createProxy(process, {
    routes: () => routes,
    endpoints: ({ service, port }) => endpointsOf(services.get(service), port, slices.list({ name: 'service', value: service })),
  });
  const seen = new Set<string>();
  let timer: Disposable | undefined;
  const sync = (): void => {
    timer = undefined;
    const all = mine();
    routes = all.flatMap(routesOf);
    for (const ingress of all) {
      const version = `${keyOf(ingress)} ${ingress.metadata?.generation ?? 0}`;
      if (seen.has(version)) continue;
      seen.add(version);
      recorder.event(Ingresses, ingress, 'Normal', 'Sync', 'Scheduled for sync');
    }
    world.spawn('ingress status', () => tellAddresses({ process, client }, all));
  };
  const soon = (): void => {
    timer ??= world.clock.setTimer(SYNC_MS, sync);
  };
  for (const informer of [ingresses, classes]) informer.onChange(soon);
  sync();
  const health = (): HttpAnswer => ({ status: 200, body: 'ok' });
  serveHttp(world, net, HEALTH_PORT, health, { atOnce: () => true });
  serveHttp(world, net, Number(flagOf(argv, 'http-port') ?? '80'), (request) => proxy(request, false));
  serveHttp(world, net, Number(flagOf(argv, 'https-port') ?? '443'), (request) => proxy(request, true), { tls: true });
  const webhook = flagOf(argv, 'validating-webhook')?.split(':').pop();
  if (webhook !== undefined) {
    const path = flagOf(argv, 'validating-webhook-certificate') ?? '';
    const certificate = process.files.exists(path) ? fromUtf8(process.files.readFile(path)) : '';
    serveHttp(world, net, Number(webhook), ({ body }) => review(body, mine()), { tls: true, certificate });
  }
  await process.stderr.write(versionText());
  for (;;) {
    await world.clock.sleep(STATUS_MS);
    await tellAddresses({ process, client }, mine());
  }
}

interface Review {
  readonly apiVersion?: string;
  readonly request?: { readonly uid?: string; readonly object?: Ingress };
}

/** An Ingress that clashes with another is refused. */
function review(body: Uint8Array, others: readonly Ingress[]): HttpAnswer {
  const { apiVersion = 'admission.k8s.io/v1', request } = JSON.parse(fromUtf8(body)) as Review;
  const clash = request?.object ? clashOf(request.object, others) : undefined;
  const response = { uid: request?.uid ?? '', allowed: clash === undefined, ...(clash !== undefined && { status: { message: clash } }) };
  return {
    status: 200,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ apiVersion, kind: 'AdmissionReview', response }),
  };
}

interface Told {
  readonly process: Process;
  readonly client: Client;
}

type Address = { readonly ip: string } | { readonly hostname: string };

/** Where the controller is reached: its published Service's balancer, else its Service, else its node. */
async function addressesOf({ process, client }: Told): Promise<readonly Address[]> {
  const published = flagOf(process.argv, 'publish-service');
  const fixed = flagOf(process.argv, 'publish-status-address');
  if (fixed !== undefined) return fixed.split(',').map((address) => (/^[\d.:]+$/.test(address) ? { ip: address } : { hostname: address }));
  if (published !== undefined) {
    const { namespace, name } = splitKey(published);
    const { spec, status } = await client.get(Services, name, namespace);
    if (spec?.type === 'LoadBalancer') {
      const given = status?.loadBalancer?.ingress ?? [];
      return given.flatMap(({ ip, hostname }): Address[] => (ip ? [{ ip }] : hostname ? [{ hostname }] : []));
    }
    return spec?.clusterIP && spec.clusterIP !== 'None' ? [{ ip: spec.clusterIP }] : [];
  }
  const [namespace, name] = [process.env.get('POD_NAMESPACE'), process.env.get('POD_NAME')];
  if (namespace === undefined || name === undefined) return [];
  const pod = await client.get(Pods, name, namespace);
  const node = await client.get(Nodes, pod.spec?.nodeName ?? '');
  const address = node.status?.addresses?.find(({ type }) => type === 'ExternalIP' || type === 'InternalIP')?.address;
  return address === undefined ? [] : [{ ip: address }];
}

async function tellAddresses(told: Told, ingresses: readonly Ingress[]): Promise<void> {
  try {
    const ingress = await addressesOf(told);
    for (const each of ingresses) {
      if (equal(each.status?.loadBalancer?.ingress ?? [], ingress)) continue;
      await told.client.updateStatus(Ingresses, { ...each, status: { loadBalancer: { ingress: [...ingress] } } });
    }
  } catch (error) {
    if (!(error instanceof ApiError) && !(error instanceof TransportError)) throw error;
    await told.process.stderr.write(`W error updating ingress status: ${error.message}\n`);
  }
}

/** What `--version` prints. */
export const versionText = (): string =>
  `-------------------------------------------------------------------------------\n` +
  `NGINX Ingress controller\n  Release:       ${INGRESS_NGINX_VERSION}\n  Build:         51c2b819690bbf1709b844dbf321a9acf6eda5a7\n` +
  `  Repository:    https://github.com/kubernetes/ingress-nginx\n  nginx version: nginx/1.25.5\n\n` +
  `-------------------------------------------------------------------------------\n`;

/** Who a Pod's token stands for. */
export function accountOf(token: string): UserInfo {
  const payload = (token.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/');
  const bytes = fromBase64(payload.padEnd(Math.ceil(payload.length / 4) * 4, '='));
  const claims = JSON.parse(fromUtf8(bytes ?? new Uint8Array(0)) || '{}') as { readonly sub?: string };
  const [, , namespace = ''] = (claims.sub ?? '').split(':');
  return {
    name: claims.sub ?? 'system:anonymous',
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  };
}
