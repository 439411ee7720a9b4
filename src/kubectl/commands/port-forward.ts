/** kubectl port-forward: ports of the learner's machine that lead into a Pod.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/portforward/portforward.go */
import type { Pod } from '../../api/generated/types.ts';
import { fromUtf8 } from '../../base/bytes.ts';
import { NetworkError } from '../../cri/network.ts';
import type { ByteStream, Listener, NetworkNamespace } from '../../cri/network.ts';
import type { Command, Kubectl } from '../command.ts';
import { pathOf } from '../discovery.ts';
import { CommandError, StatusError, errorText, usageError } from '../errors.ts';
import { type Info, oneInfo } from '../infos.ts';
import { list, num, str } from '../obj.ts';
import { podOfInfo } from '../pods.ts';
import { type Protocols, upgraded } from '../remote.ts';

export const portForward: Command = {
  name: 'port-forward',
  summary: 'Forward one or more local ports to a pod',
  examples: [
    {
      comment: 'localhost:8080 leads to port 80',
      lines: ['kubectl port-forward pod/web 8080:80', 'kubectl port-forward service/web 8080:80'],
    },
  ],
  complete: 'pod-or-type',
  run: async (k) => {
    if (k.args.length < 2) throw usageError('port-forward', 'TYPE/NAME and list of ports are required for port-forward');
    const info = await oneInfo(k, k.args.slice(0, 1), 'pods');
    const pod = await podOfInfo(k, info, k.flags.durationMs('pod-running-timeout'));
    const ports = k.args.slice(1).map((text) => parsePort(text, info, pod));
    if (pod.status?.phase !== 'Running')
      throw new CommandError(`unable to forward port because pod is not running. Current status=${pod.status?.phase ?? ''}`);
    await tryOut(k, pod);
    if (k.io.net === undefined) throw new CommandError('there is no network here to listen on');
    await forward(k, k.io.net, pod, ports);
  },
};

const PROTOCOLS: Protocols = { webSocket: 'SPDY/3.1+portforward.k8s.io', spdy: 'portforward.k8s.io' };

/** The way to the Pod is opened before anything listens; each connection then goes over it. */
async function tryOut(k: Kubectl, { metadata = {} }: Pod): Promise<void> {
  const path = pathOf(await k.mapping('pods'), metadata.namespace ?? k.namespace, metadata.name ?? '');
  await k.rest.json('GET', path, { typed: true });
  try {
    (await upgraded(k, `${path}/portforward`, [], PROTOCOLS)).close();
  } catch (error) {
    throw error instanceof StatusError ? new CommandError(`error upgrading connection: ${error.message}`) : error;
  }
}

interface Ports {
  readonly local: number;
  readonly remote: number;
}

function parsePort(text: string, info: Info, pod: Pod): Ports {
  const [first = '', second] = text.split(':');
  const wanted = second ?? first;
  const remote = info.mapping.resource === 'services' ? throughService(wanted, info, pod) : named(wanted, pod);
  const local = first === '' ? 0 : /^\d+$/.test(first) ? Number(first) : named(first, pod);
  if (!Number.isInteger(local) || local > 65535)
    throw new CommandError(`error parsing local port '${first}': strconv.ParseUint: parsing ${JSON.stringify(first)}: invalid syntax`);
  if (remote <= 0) throw new CommandError('remote port must be > 0');
  return { local, remote };
}

function named(port: string, pod: Pod): number {
  if (/^\d+$/.test(port)) return Number(port);
  const found = pod.spec?.containers.flatMap((c) => c.ports ?? []).find((p) => p.name === port);
  if (found === undefined) throw new CommandError(`Pod '${pod.metadata?.name ?? ''}' does not have a named port '${port}'`);
  return found.containerPort;
}

/** The service's port leads to the Pod's target port. */
function throughService(wanted: string, info: Info, pod: Pod): number {
  const ports = list(info.object, 'spec', 'ports');
  const port = ports.find((p) => (/^\d+$/.test(wanted) ? num(p, 'port') === Number(wanted) : str(p, 'name') === wanted));
  if (port === undefined) throw new CommandError(`Service ${info.name} does not have a service port ${wanted}`);
  return named(str(port, 'targetPort') || str(port, 'port'), pod);
}

async function forward(k: Kubectl, net: NetworkNamespace, pod: Pod, ports: readonly Ports[]): Promise<void> {
  const listeners: Listener[] = [];
  const address = k.flags.list('address')[0] ?? 'localhost';
  const host = address === 'localhost' ? '127.0.0.1' : address === '0.0.0.0' ? undefined : address;
  try {
    for (const { local, remote } of ports) {
      listeners.push(listen(k, net, pod, local, remote, host));
      await k.print(`Forwarding from ${host ?? '0.0.0.0'}:${listeners.at(-1)!.port} -> ${remote}\n`);
      if (address === 'localhost') await k.print(`Forwarding from [::1]:${listeners.at(-1)!.port} -> ${remote}\n`);
    }
    await k.io.clock.sleep(365 * 86_400_000, k.io.signal);
  } finally {
    for (const listener of listeners) listener.close();
  }
}

function listen(k: Kubectl, net: NetworkNamespace, pod: Pod, local: number, remote: number, host: string | undefined): Listener {
  const port = local === 0 ? 30000 + k.io.world.random.int(20000) : local;
  try {
    return net.listen(port, (stream) => k.io.world.spawn('port-forward', () => serve(k, stream, pod, port, remote)), host);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    throw new CommandError(
      `unable to listen on port ${port}: Listeners failed to create with the following errors: [unable to create listener: Error listen tcp4 ${host ?? '0.0.0.0'}:${port}: bind: ${error.message}]\n` +
        `error: unable to listen on any of the requested ports: [{${port} ${remote}}]`,
    );
  }
}

/** One connection: bytes of the listener's stream are channel 0, errors channel 1. */
async function serve(k: Kubectl, stream: ByteStream, pod: Pod, local: number, remote: number): Promise<void> {
  await k.print(`Handling connection for ${local}\n`);
  const path = pathOf(await k.mapping('pods'), pod.metadata?.namespace ?? k.namespace, pod.metadata?.name ?? '', 'portforward');
  try {
    const connection = await k.rest.connect('GET', path, { query: [['ports', String(remote)]] });
    k.io.world.spawn('port-forward upload', async () => {
      for (let data = await stream.read(); data !== undefined; data = await stream.read())
        connection.send({ type: 'bytes', channel: 0, bytes: data });
      connection.send({ type: 'end', channel: 0 });
    });
    for await (const frame of connection.frames) {
      if (frame.type === 'bytes' && frame.channel === 0) await stream.write(frame.bytes);
      else if (frame.type === 'bytes') await k.say(`error: an error occurred forwarding ${local} -> ${remote}: ${fromUtf8(frame.bytes)}\n`);
      else if (frame.type === 'status' && frame.status.status === 'Failure')
        await k.say(`error: an error occurred forwarding ${local} -> ${remote}: ${frame.status.message ?? ''}\n`);
      else if (frame.type === 'end') break;
    }
    connection.close();
    stream.end();
  } catch (error) {
    await k.say(`error: an error occurred forwarding ${local} -> ${remote}: ${errorText(error)}\n`);
    stream.reset();
  }
}
