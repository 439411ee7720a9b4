/** kubectl create service and ingress.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/create/{create_service,create_ingress}.go */
import type { Command, Kubectl } from '../command.ts';
import { CommandError } from '../errors.ts';
import type { Obj } from '../obj.ts';
import { createAndPrint } from '../writes.ts';
import { oneName } from './one-name.ts';

export const service: Command = {
  name: 'create service',
  aliases: ['svc'],
  summary: 'Create a service using a specified subcommand',
  description: 'One subcommand for each type of service.',
};

function serviceOf(name: string, type: string, summary: string, lines: readonly string[], more: Pick<Command, 'required'> = {}): Command {
  return {
    name: `create service ${name}`,
    summary,
    examples: [{ comment: 'For example', lines }],
    ...more,
    run: async (k) => createService(k, type),
  };
}

export const clusterip = serviceOf('clusterip', 'ClusterIP', 'Create a ClusterIP service', [
  'kubectl create service clusterip web --tcp=80:8080',
]);
export const nodeport = serviceOf('nodeport', 'NodePort', 'Create a NodePort service', [
  'kubectl create service nodeport web --tcp=80:8080',
]);
export const loadbalancer = serviceOf('loadbalancer', 'LoadBalancer', 'Create a LoadBalancer service', [
  'kubectl create service loadbalancer web --tcp=80:8080',
]);
export const externalname = serviceOf(
  'externalname',
  'ExternalName',
  'Create an ExternalName service',
  ['kubectl create service externalname db --external-name db.example.com'],
  { required: ['external-name'] },
);

async function createService(k: Kubectl, type: string): Promise<void> {
  const name = oneName(k);
  const tcp = k.flags.list('tcp');
  const clusterIP = k.flags.str('clusterip');
  if (tcp.length === 0 && type !== 'ExternalName' && clusterIP !== 'None')
    throw new CommandError('at least one tcp port specifier must be provided');
  const nodePort = k.flags.int('node-port');
  const ports = tcp.map((text) => ({ ...portOf(text), ...(nodePort > 0 && { nodePort }) }));
  await createAndPrint(
    k,
    await k.mapping('services'),
    {
      kind: 'Service',
      apiVersion: 'v1',
      metadata: { name, creationTimestamp: null, labels: { app: name } } as unknown as Obj['metadata'],
      spec: {
        ...(ports.length > 0 && { ports }),
        selector: { app: name },
        ...(clusterIP !== '' && { clusterIP }),
        type,
        ...(type === 'ExternalName' && { externalName: k.flags.str('external-name') }),
      },
      status: { loadBalancer: {} },
    },
    'created',
    `${type} service:`,
  );
}

function portOf(text: string): { name: string; protocol: string; port: number; targetPort: number | string } {
  const [port = '', target, more] = text.split(':');
  if (more !== undefined || !/^\d+$/.test(port) || Number(port) > 65535) throw new CommandError(portProblem(port));
  const goal = target === undefined ? Number(port) : /^\d+$/.test(target) ? Number(target) : target;
  return { name: text.replaceAll(':', '-'), protocol: 'TCP', port: Number(port), targetPort: goal };
}

export const ingress: Command = {
  name: 'create ingress',
  aliases: ['ing'],
  summary: 'Create an ingress with the specified name',
  examples: [
    {
      comment: 'Everything below a path goes to a service',
      lines: ['kubectl create ingress web --class=nginx --rule="example.com/*=web:80"'],
    },
    { comment: 'With TLS', lines: ['kubectl create ingress web --rule="example.com/=web:80,tls=site"'] },
  ],
  run: async (k) => {
    const name = oneName(k);
    const rules = k.flags.list('rule');
    const backend = k.flags.str('default-backend');
    if (rules.length === 0 && backend === '') {
      throw new CommandError(
        'not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or ' +
          'a list of rules (which catch specific paths)',
      );
    }
    const parsed = rules.map(parseRule);
    const tls = tlsOf(parsed);
    const annotations = Object.fromEntries(
      k.flags.list('annotation').map((a) => [a.slice(0, a.indexOf('=')), a.slice(a.indexOf('=') + 1)]),
    );
    await createAndPrint(
      k,
      await k.mapping('ingresses.v1.networking.k8s.io'),
      {
        kind: 'Ingress',
        apiVersion: 'networking.k8s.io/v1',
        metadata: {
          name,
          creationTimestamp: null,
          ...(Object.keys(annotations).length > 0 && { annotations }),
        } as unknown as Obj['metadata'],
        spec: {
          ...(k.flags.str('class') !== '' && { ingressClassName: k.flags.str('class') }),
          ...(backend !== '' && { defaultBackend: backendOf(backend) }),
          ...(tls.length > 0 && { tls }),
          ...(parsed.length > 0 && { rules: rulesOf(parsed) }),
        },
        status: { loadBalancer: {} },
      },
      'created',
      'ingress:',
    );
  },
};

interface Rule {
  readonly host: string;
  readonly path: string;
  readonly prefix: boolean;
  readonly service: string;
  readonly tls?: string;
}

function parseRule(text: string): Rule {
  const match = /^(?<host>[\w*\-.]*)(?<path>\/[a-zA-Z0-9_\-/.~%]*\*?)?=(?<svc>[a-z0-9-]+:[\w-]+)(?<tls>,tls(=[a-z0-9.-]*)?)?$/.exec(text);
  if (match?.groups === undefined) {
    throw new CommandError(`rule ${text} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]`);
  }
  const { host = '', path = '/', svc = '', tls } = match.groups;
  return {
    host,
    service: svc,
    prefix: path.endsWith('*'),
    path: path.endsWith('*') ? path.slice(0, -1) : path,
    ...(tls !== undefined && { tls: tls.slice(1).split('=')[1] ?? '' }),
  };
}

function backendOf(text: string): object {
  const [name = '', port = ''] = text.split(':');
  if (port === '') throw new CommandError('default-backend should be in format servicename:serviceport');
  return { service: { name, port: /^\d+$/.test(port) ? { number: Number(port) } : { name: port } } };
}

function rulesOf(rules: readonly Rule[]): object[] {
  const hosts = [...new Set(rules.map((r) => r.host))];
  return hosts.map((host) => ({
    ...(host !== '' && { host }),
    http: {
      paths: rules
        .filter((r) => r.host === host)
        .map((r) => ({ path: r.path, pathType: r.prefix ? 'Prefix' : 'Exact', backend: backendOf(r.service) })),
    },
  }));
}

function tlsOf(rules: readonly Rule[]): object[] {
  const secrets = [...new Set(rules.filter((r) => r.tls !== undefined).map((r) => r.tls!))];
  return secrets.map((secretName) => ({
    hosts: [...new Set(rules.filter((r) => r.tls === secretName && r.host !== '').map((r) => r.host))],
    ...(secretName !== '' && { secretName }),
  }));
}

function portProblem(port: string): string {
  return /^\d+$/.test(port)
    ? `strconv.ParseUint: parsing ${JSON.stringify(port)}: value out of range`
    : `strconv.ParseUint: parsing ${JSON.stringify(port)}: invalid syntax`;
}
