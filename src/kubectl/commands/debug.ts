/** kubectl debug: an ephemeral container beside those of a Pod, a copy of a Pod, or a Pod on a node.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/debug/debug.go */
import type { Container, Pod, PodSpec } from '../../api/generated/types.ts';
import type { Command, Kubectl } from '../command.ts';
import { pathOf } from '../discovery.ts';
import { CommandError, usageError } from '../errors.ts';
import { oneInfo } from '../infos.ts';
import { allContainers } from '../pods.ts';
import { openWatch, readWatch } from '../watch.ts';
import { attachOrLogs, ttyOf } from './exec.ts';

export const debug: Command = {
  name: 'debug',
  summary: 'Create debugging sessions for troubleshooting workloads and nodes',
  examples: [
    { comment: 'A shell beside the containers of a pod', lines: ['kubectl debug -it web --image=busybox --target=nginx'] },
    {
      comment: 'A copy of the pod with another command; a pod on a node',
      lines: ['kubectl debug web -it --copy-to=web-debug --container=nginx -- sh', 'kubectl debug node/worker-1 -it --image=busybox'],
    },
  ],
  complete: 'pod-or-type',
  run: async (k) => {
    const before = k.flags.dash < 0 ? k.args : k.args.slice(0, k.flags.dash);
    if (before.length === 0) throw usageError('debug', 'NAME or TYPE/NAME is required for debug');
    const command = k.flags.dash < 0 ? [] : k.args.slice(k.flags.dash);
    if (k.flags.bool('tty') && !k.flags.bool('stdin')) throw new CommandError('-i/--stdin is required for containers with -t/--tty=true');
    if (k.flags.str('image') === '' && k.flags.str('copy-to') === '')
      throw new CommandError('you must specify --image when not using --copy-to');
    if (!k.flags.changed('profile')) {
      await k.say(
        '--profile=legacy is deprecated and will be removed in the future. It is recommended to explicitly specify a profile, for example "--profile=general".\n',
      );
    }
    const info = await oneInfo(k, before, 'pods');
    const pod =
      info.mapping.resource === 'nodes'
        ? await onNode(k, info.name, command)
        : k.flags.str('copy-to') !== ''
          ? await copied(k, info.object as unknown as Pod, command)
          : await beside(k, info.object as unknown as Pod, command);
    return k.flags.bool('stdin') || k.flags.bool('attach') ? attachWhenRunning(k, pod) : 0;
  },
};

interface Made {
  readonly pod: Pod;
  readonly container: string;
}

async function containerName(k: Kubectl, kind: string): Promise<string> {
  const given = k.flags.str('container');
  if (given !== '') return given;
  const name = `debugger-${k.io.world.random.suffix(5)}`;
  if (kind !== 'node' && !k.flags.bool('quiet')) await k.say(`Defaulting debug container name to ${name}.\n`);
  return kind === 'node' ? 'debugger' : name;
}

function debugContainer(k: Kubectl, name: string, command: readonly string[]): Container {
  const env = k.flags.list('env').map((pair) => ({ name: pair.slice(0, pair.indexOf('=')), value: pair.slice(pair.indexOf('=') + 1) }));
  return {
    name,
    image: k.flags.str('image'),
    imagePullPolicy: k.flags.str('image-pull-policy') || 'IfNotPresent',
    terminationMessagePolicy: 'File',
    resources: {},
    ...(command.length > 0 && { [k.flags.bool('arguments-only') ? 'args' : 'command']: command }),
    ...(env.length > 0 && { env }),
    stdin: k.flags.bool('stdin'),
    tty: k.flags.bool('tty'),
    ...securityOf(k.flags.str('profile')),
  };
}

function securityOf(profile: string): Partial<Container> {
  if (profile === 'sysadmin') return { securityContext: { privileged: true } };
  if (profile === 'netadmin') return { securityContext: { capabilities: { add: ['NET_ADMIN', 'NET_RAW'] } } };
  if (profile === 'general') return { securityContext: { capabilities: { add: ['SYS_PTRACE'] } } };
  if (profile === 'restricted')
    return {
      securityContext: {
        allowPrivilegeEscalation: false,
        runAsNonRoot: true,
        capabilities: { drop: ['ALL'] },
        seccompProfile: { type: 'RuntimeDefault' },
      },
    };
  return {};
}

async function beside(k: Kubectl, pod: Pod, command: readonly string[]): Promise<Made> {
  const name = await containerName(k, 'pod');
  if (allContainers(pod).some((c) => c.name === name))
    throw new CommandError(`container name ${JSON.stringify(name)} is already in use in the pod`);
  const target = k.flags.str('target');
  if (target !== '' && !k.flags.bool('quiet')) {
    await k.say(
      `Targeting container ${JSON.stringify(target)}. If you don't see processes from this container it may be because the container runtime doesn't support this feature.\n`,
    );
  }
  const added = { ...debugContainer(k, name, command), ...(target !== '' && { targetContainerName: target }) };
  const patch = { spec: { ephemeralContainers: [added] } };
  const path = pathOf(await k.mapping('pods'), pod.metadata?.namespace ?? k.namespace, pod.metadata?.name ?? '', 'ephemeralcontainers');
  const changed = await k.rest.json('PATCH', path, { body: patch, contentType: 'application/strategic-merge-patch+json' });
  return { pod: changed as unknown as Pod, container: name };
}

async function copied(k: Kubectl, pod: Pod, command: readonly string[]): Promise<Made> {
  const wanted = k.flags.str('container');
  const images = new Map(k.flags.list('set-image').map((pair) => pair.split('=') as [string, string]));
  const spec = pod.spec!;
  const name = wanted !== '' || command.length === 0 || k.flags.str('image') !== '' ? wanted : spec.containers[0]!.name;
  const adding = k.flags.str('image') !== '' && !spec.containers.some((c) => c.name === name);
  const container = adding ? await containerName(k, 'copy') : name || spec.containers[0]!.name;
  const containers = spec.containers.map((c) => ({
    ...c,
    ...(images.get('*') !== undefined && { image: images.get('*') }),
    ...(images.has(c.name) && { image: images.get(c.name) }),
    ...(!k.flags.bool('keep-liveness') && { livenessProbe: undefined }),
    ...(!k.flags.bool('keep-readiness') && { readinessProbe: undefined }),
    ...(!k.flags.bool('keep-startup') && { startupProbe: undefined }),
    ...(c.name === container && command.length > 0 && { command, args: undefined }),
    ...(c.name === container && !adding && k.flags.str('image') !== '' && { image: k.flags.str('image') }),
    ...(c.name === container && k.flags.bool('stdin') && { stdin: true, tty: k.flags.bool('tty') }),
  }));
  const next: PodSpec = {
    ...spec,
    containers: adding ? [...containers, debugContainer(k, container, command)] : containers,
    ...(!k.flags.bool('same-node') && { nodeName: undefined }),
    ...(k.flags.bool('share-processes') && { shareProcessNamespace: true }),
    ephemeralContainers: undefined,
  };
  const made = await k.rest.json('POST', pathOf(await k.mapping('pods'), k.namespace), {
    body: JSON.parse(
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name: k.flags.str('copy-to'),
          namespace: k.namespace,
          ...(k.flags.bool('keep-labels') && { labels: pod.metadata?.labels }),
        },
        spec: next,
      }),
    ) as object,
  });
  if (k.flags.bool('replace'))
    await k.rest.json('DELETE', pathOf(await k.mapping('pods'), k.namespace, pod.metadata?.name ?? ''), { body: {} });
  return { pod: made as unknown as Pod, container };
}

async function onNode(k: Kubectl, node: string, command: readonly string[]): Promise<Made> {
  const container = await containerName(k, 'node');
  const name = `node-debugger-${node}-${k.io.world.random.suffix(5)}`;
  await k.say(`Creating debugging pod ${name} with container ${container} on node ${node}.\n`);
  const plain = k.flags.str('profile') === 'restricted' || k.flags.str('profile') === 'baseline';
  const made = await k.rest.json('POST', pathOf(await k.mapping('pods'), k.namespace), {
    body: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: k.namespace, labels: { 'app.kubernetes.io/managed-by': 'kubectl-debug' } },
      spec: {
        containers: [
          { ...debugContainer(k, container, command), ...(!plain && { volumeMounts: [{ mountPath: '/host', name: 'host-root' }] }) },
        ],
        ...(!plain && { hostIPC: true, hostNetwork: true, hostPID: true, volumes: [{ name: 'host-root', hostPath: { path: '/' } }] }),
        nodeName: node,
        restartPolicy: 'Never',
        tolerations: [{ operator: 'Exists' }],
      },
    },
  });
  return { pod: made as unknown as Pod, container };
}

async function attachWhenRunning(k: Kubectl, made: Made): Promise<number> {
  const [namespace, name] = [made.pod.metadata?.namespace ?? k.namespace, made.pod.metadata?.name ?? ''];
  const mapping = await k.mapping('pods');
  const state = (pod: Pod): object | undefined =>
    [...(pod.status?.containerStatuses ?? []), ...(pod.status?.ephemeralContainerStatuses ?? [])].find((c) => c.name === made.container)
      ?.state;
  let live = (await k.rest.json('GET', pathOf(mapping, namespace, name))) as unknown as Pod;
  const there = (pod: Pod): boolean => {
    const s = state(pod);
    return s !== undefined && ('running' in s || 'terminated' in s);
  };
  while (!there(live)) {
    const query = [
      ['fieldSelector', `metadata.name=${name}`],
      ['resourceVersion', live.metadata?.resourceVersion ?? ''],
    ] as const;
    const result = await readWatch(k, await openWatch(k, pathOf(mapping, namespace), query, 'application/json'), undefined, (event) => {
      if (event.type !== 'BOOKMARK') live = event.object as Pod;
      return there(live);
    });
    if (result === 'ended') await k.io.clock.sleep(100, k.io.signal);
  }
  const ended = state(live);
  if (ended !== undefined && 'terminated' in ended) {
    await k.print(await k.rest.text('GET', pathOf(mapping, namespace, name, 'log'), { query: [['container', made.container]] }));
    return 0;
  }
  await attachOrLogs(k, live, made.container, { stdin: k.flags.bool('stdin'), tty: await ttyOf(k), quiet: k.flags.bool('quiet') });
  return 0;
}
