/** kubectl expose: a Service for what is running.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/expose/expose.go */
import { atoi } from '../atoi.ts';
import type { Command, Kubectl } from '../command.ts';
import { CommandError } from '../errors.ts';
import { type Info, visit } from '../infos.ts';
import { mergePatched } from '../json-merge.ts';
import { type Obj, at, dict, list, num, str } from '../obj.ts';
import { createAndPrint } from '../writes.ts';

export const expose: Command = {
  name: 'expose',
  summary: 'Take a replication controller, service, deployment or pod and expose it as a new Kubernetes service',
  description: 'The service selects the same pods as the resource that you name.',
  examples: [
    {
      comment: 'Port 80 of a deployment, served by port 8080 of its pods',
      lines: ['kubectl expose deployment web --port=80 --target-port=8080'],
    },
    { comment: 'On a port of every node', lines: ['kubectl expose pod web --port=80 --type=NodePort --name=front'] },
  ],
  complete: 'resource',
  run: async (k) => {
    const mapping = await k.mapping('services');
    const count = await visit(k, { args: k.args, latest: 'named', labelSelector: '' }, async (info) => {
      await createAndPrint(k, mapping, serviceFor(k, info), 'exposed');
    });
    if (count === 0) throw new CommandError('no objects passed to expose');
  },
};

const EXPOSABLE = ['replicationcontrollers', 'services', 'pods', 'deployments', 'replicasets'];

function serviceFor(k: Kubectl, info: Info): Obj {
  const { flags } = k;
  if (!EXPOSABLE.includes(info.mapping.resource)) {
    throw new CommandError(`cannot expose a ${info.mapping.kind}${info.mapping.group === '' ? '' : `.${info.mapping.group}`}`);
  }
  const object = info.object!;
  const selector = flags.str('selector') === '' ? selectorOf(object) : pairsOf(flags.str('selector'));
  const labels = flags.str('labels') === '' ? dict(object, 'metadata', 'labels') : pairsOf(flags.str('labels'));
  const ports = portsOf(k, object);
  const type = flags.str('type');
  const clusterIP = flags.str('cluster-ip');
  const service: Obj = {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: {
      name: flags.str('name') || info.name,
      ...(k.namespaceGiven && { namespace: k.namespace }),
      creationTimestamp: null,
      ...(Object.keys(labels).length > 0 && { labels }),
    } as unknown as Obj['metadata'],
    spec: {
      ports,
      selector,
      ...(clusterIP !== '' && { clusterIP }),
      ...(type !== '' && { type }),
      ...(flags.str('external-ip') !== '' && { externalIPs: [flags.str('external-ip')] }),
      ...(flags.str('session-affinity') !== '' && { sessionAffinity: flags.str('session-affinity') }),
      ...(flags.str('load-balancer-ip') !== '' && { loadBalancerIP: flags.str('load-balancer-ip') }),
    },
    status: { loadBalancer: {} },
  };
  return flags.str('overrides') === '' ? service : (mergePatched(service, jsonOf(flags.str('overrides'))) as Obj);
}

function selectorOf(object: Obj): Readonly<Record<string, unknown>> {
  const problem = (why: string): CommandError =>
    new CommandError(`couldn't retrieve selectors via --selector flag or introspection: ${why}`);
  if (object.kind === 'Pod') {
    const labels = dict(object, 'metadata', 'labels');
    if (Object.keys(labels).length === 0) throw problem('the pod has no labels and cannot be exposed');
    return labels;
  }
  if (object.kind === 'Service' || object.kind === 'ReplicationController') {
    const selector = dict(object, 'spec', 'selector');
    if (Object.keys(selector).length === 0) throw problem('the service has no pod selector set');
    return selector;
  }
  if (list(object, 'spec', 'selector', 'matchExpressions').length > 0) {
    throw problem(
      'invalid deployment: couldn\'t convert expressions - "' +
        JSON.stringify(at(object, 'spec', 'selector', 'matchExpressions')) +
        '" to map-based selector format',
    );
  }
  return dict(object, 'spec', 'selector', 'matchLabels');
}

function pairsOf(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const pair of text.split(',')) {
    const [key = '', value] = pair.split('=');
    if (value === undefined) throw new CommandError(`unexpected label spec: ${pair}`);
    found[key.trim()] = value;
  }
  return found;
}

interface ServicePort {
  readonly name?: string;
  readonly protocol: string;
  readonly port: number;
  readonly targetPort: number | string;
}

function portsOf(k: Kubectl, object: Obj): readonly ServicePort[] {
  const declared = declaredPorts(object);
  const given = k.flags.str('port');
  const numbers = given === '' ? [...new Set(declared.map((d) => d.port))] : given.split(',').map(atoi);
  if (numbers.length === 0) throw new CommandError("couldn't find port via --port flag or introspection");
  const target = k.flags.str('target-port');
  return numbers.map((port, i) => {
    const protocol = k.flags.str('protocol') || declared.find((d) => d.port === port)?.protocol || 'TCP';
    const targetPort = target === '' ? port : /^\d+$/.test(target) ? Number(target) : target;
    return { ...(numbers.length > 1 && { name: `port-${i + 1}` }), protocol, port, targetPort };
  });
}

function declaredPorts(object: Obj): { readonly port: number; readonly protocol: string }[] {
  if (object.kind === 'Service')
    return list(object, 'spec', 'ports').map((p) => ({ port: num(p, 'port'), protocol: str(p, 'protocol') || 'TCP' }));
  const spec = object.kind === 'Pod' ? at(object, 'spec') : at(object, 'spec', 'template', 'spec');
  return list(spec, 'containers').flatMap((c) =>
    list(c, 'ports').map((p) => ({ port: num(p, 'containerPort'), protocol: str(p, 'protocol') || 'TCP' })),
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandError('invalid character in overrides: the text is no JSON');
  }
}
