/** kubectl debug: an ephemeral container beside those of a Pod, a copy of a Pod, or a Pod on a node.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/debug/debug.go */
import type { Container, Pod } from '../../api/generated/types.ts';
import type { Command, Kubectl } from '../command.ts';
import { pathOf } from '../discovery.ts';
import { CommandError, StatusError, isNotFound } from '../errors.ts';
import { type Info, visit } from '../infos.ts';
import { mergeStrategic } from '../kustomize-patch.ts';
import { readText } from '../manifests.ts';
import { resolvePath } from '../paths.ts';
import { allContainers } from '../pods.ts';
import { twoWayPatch } from '../three-way.ts';
import { openWatch, readWatch } from '../watch.ts';
import { parseYaml } from '../yaml.ts';
import { PROFILES, type Wishes, copiedPod, debugContainer, nodePod, profiled } from './debug-pod.ts';
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
    const names = k.flags.dash < 0 ? k.args : k.args.slice(0, k.flags.dash);
    if (!PROFILES.includes(k.flags.str('profile'))) throw new CommandError(`unknown profile: ${k.flags.str('profile')}`);
    const wishes = wishesOf(k);
    const custom = k.flags.str('custom');
    if (custom !== '' && !k.io.files.exists(resolvePath(k.io.cwd, custom)))
      throw new CommandError(`must pass a container spec json file for custom profile: open ${custom}: no such file or directory`);
    await validate(k, wishes, names);
    let code = 0;
    await visit(k, { args: names, defaultType: 'pods', latest: true, stopAtFirst: true }, async (info) => {
      const { pod, container } = await debugged(k, info, wishes);
      const attach = k.flags.changed('attach') ? k.flags.bool('attach') : k.flags.bool('stdin');
      if (attach && container !== '') code = await attachWhenRunning(k, pod, container);
    });
    return code;
  },
};

function wishesOf(k: Kubectl): Wishes {
  const { flags } = k;
  return {
    image: flags.str('image'),
    pullPolicy: flags.str('image-pull-policy'),
    command: flags.dash < 0 ? [] : k.args.slice(flags.dash),
    argumentsOnly: flags.bool('arguments-only'),
    env: flags.list('env').map((pair) => ({ name: pair.slice(0, pair.indexOf('=')), value: pair.slice(pair.indexOf('=') + 1) })),
    stdin: flags.bool('stdin'),
    tty: flags.bool('tty'),
    setImages: new Map(flags.list('set-image').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)])),
    profile: flags.str('profile'),
    sameNode: flags.bool('same-node'),
    ...(flags.changed('share-processes') && { shareProcesses: flags.bool('share-processes') }),
    keeps: {
      labels: flags.bool('keep-labels'),
      annotations: flags.bool('keep-annotations'),
      livenessProbe: flags.bool('keep-liveness'),
      readinessProbe: flags.bool('keep-readiness'),
      startupProbe: flags.bool('keep-startup'),
      initContainers: flags.bool('keep-init-containers'),
    },
  };
}

async function validate(k: Kubectl, wishes: Wishes, names: readonly string[]): Promise<void> {
  const { flags } = k;
  const [image, container] = [wishes.image, flags.str('container')];
  if (flags.changed('attach') && flags.bool('attach') && image === '' && container === '')
    throw new CommandError('you must specify --container or create a new container using --image in order to attach.');
  if (flags.str('copy-to') !== '') {
    if (image === '' && wishes.setImages.size === 0 && wishes.command.length === 0)
      throw new CommandError('you must specify --image, --set-image or command arguments.');
    if (wishes.command.length > 0 && container === '' && image === '')
      throw new CommandError('you must specify an existing container or a new image when specifying args.');
  } else {
    if (flags.bool('replace')) throw new CommandError('--replace may only be used with --copy-to.');
    if (flags.bool('same-node')) throw new CommandError('--same-node may only be used with --copy-to.');
    if (wishes.setImages.size > 0) throw new CommandError('--set-image may only be used with --copy-to.');
    if (image === '') throw new CommandError('you must specify --image when not using --copy-to.');
  }
  if (image !== '' && !isImage(image)) throw new CommandError(`invalid image name ${JSON.stringify(image)}: invalid reference format`);
  if (names.length === 0 && flags.list('filename').length === 0) throw new CommandError('NAME or filename is required for debug');
  if (!['Always', 'IfNotPresent', 'Never', ''].includes(wishes.pullPolicy))
    throw new CommandError(`invalid image pull policy: ${wishes.pullPolicy}`);
  for (const [name, other] of wishes.setImages)
    if (!isImage(other))
      throw new CommandError(`invalid image name ${JSON.stringify(other)} for container ${JSON.stringify(name)}: invalid reference format`);
  const target = flags.str('target');
  if (target !== '') {
    if (flags.str('copy-to') !== '') throw new CommandError('--target is incompatible with --copy-to. Use --share-processes instead.');
    if (!flags.bool('quiet'))
      await k.print(
        `Targeting container ${JSON.stringify(target)}. If you don't see processes from this container it may be because the container runtime doesn't support this feature.\n`,
      );
  }
  if (wishes.tty && !wishes.stdin) throw new CommandError('-i/--stdin is required for containers with -t/--tty=true');
  if (wishes.profile === 'legacy')
    await k.say(
      '--profile=legacy is deprecated and will be removed in the future. It is recommended to explicitly specify a profile, for example "--profile=general".\n',
    );
}

const isImage = (image: string): boolean => /^[a-z0-9][\w.\-/]*(:\d+\/[\w.\-/]+)?(:[\w][\w.-]*)?(@[\w:+.-]+)?$/.test(image);

interface Made {
  readonly pod: Pod;
  /** "": nothing to attach to. */
  readonly container: string;
}

async function debugged(k: Kubectl, info: Info, wishes: Wishes): Promise<Made> {
  if (info.mapping.resource === 'nodes') return onNode(k, info.name, wishes);
  const pod = info.object as unknown as Pod;
  if (info.mapping.resource === 'pods') return k.flags.str('copy-to') === '' ? beside(k, pod, wishes) : copied(k, pod, wishes);
  throw new CommandError(
    `${JSON.stringify(`${info.mapping.group}/${info.mapping.version}, Kind=${info.mapping.kind}`)} not supported by debug`,
  );
}

async function containerName(k: Kubectl, pod: Pod): Promise<string> {
  const given = k.flags.str('container');
  if (given !== '') return given;
  let name = '';
  while (name === '' || allContainers(pod).some((c) => c.name === name)) name = `debugger-${k.io.world.random.suffix(5)}`;
  if (!k.flags.bool('quiet')) await k.print(`Defaulting debug container name to ${name}.\n`);
  return name;
}

/** --custom: fields of the container, merged over those that the profile gives. */
function customized<T extends Partial<Container>>(k: Kubectl, container: T): T {
  const file = k.flags.str('custom');
  if (file === '') return container;
  const custom = parseYaml(readText(k.io, resolvePath(k.io.cwd, file), file), file)[0] as Partial<Container>;
  if (['name', 'command', 'image', 'lifecycle', 'volumeDevices'].some((field) => field in custom))
    throw new CommandError('name, command, image, lifecycle and volume devices are not modifiable via custom profile');
  return mergeStrategic(container, custom, '') as T;
}

async function beside(k: Kubectl, pod: Pod, wishes: Wishes): Promise<Made> {
  const name = await containerName(k, pod);
  const target = k.flags.str('target');
  const added = { ...debugContainer(name, wishes), ...(target !== '' && { targetContainerName: target }) };
  const made = customized(k, profiled(added, wishes.profile, 'ephemeral'));
  const debugged = { ...pod, spec: { ...pod.spec, ephemeralContainers: [...(pod.spec?.ephemeralContainers ?? []), made] } };
  const patch = twoWayPatch({ ...pod }, debugged);
  const path = pathOf(await k.mapping('pods'), pod.metadata?.namespace ?? k.namespace, pod.metadata?.name ?? '', 'ephemeralcontainers');
  try {
    const changed = await k.rest.json('PATCH', path, { body: patch, contentType: 'application/strategic-merge-patch+json' });
    return { pod: changed as unknown as Pod, container: name };
  } catch (error) {
    if (isNotFound(error) && error instanceof StatusError && !error.status.details?.name)
      throw new CommandError(`ephemeral containers are disabled for this cluster (error from server: ${JSON.stringify(error.message)})`);
    throw error;
  }
}

async function copied(k: Kubectl, pod: Pod, wishes: Wishes): Promise<Made> {
  const given = k.flags.str('container');
  const isThere = allContainers(pod).some((c) => c.name === given);
  if (!isThere && wishes.image === '' && wishes.setImages.size === 0)
    throw new CommandError('you must specify image when creating new container');
  const onlyImages = !isThere && wishes.image === '';
  const container = onlyImages ? '' : isThere ? given : await containerName(k, pod);
  const next = copiedPod(pod, k.flags.str('copy-to'), container, wishes);
  const containers = next.spec!.containers.map((c) => (c.name === container ? customized(k, c) : c));
  const pods = await k.mapping('pods');
  const namespace = pod.metadata?.namespace ?? k.namespace;
  const made = await k.rest.json('POST', pathOf(pods, namespace), { body: { ...next, spec: { ...next.spec, containers } } });
  if (k.flags.bool('replace'))
    await k.rest.json('DELETE', pathOf(pods, namespace, pod.metadata?.name ?? ''), { body: { gracePeriodSeconds: 0 } });
  return { pod: made as unknown as Pod, container };
}

async function onNode(k: Kubectl, node: string, wishes: Wishes): Promise<Made> {
  const container = k.flags.str('container') || 'debugger';
  const name = `node-debugger-${node}-${k.io.world.random.suffix(5)}`;
  if (!k.flags.bool('quiet')) await k.print(`Creating debugging pod ${name} with container ${container} on node ${node}.\n`);
  const pod = nodePod(name, node, container, wishes);
  const body = { ...pod, spec: { ...pod.spec, containers: pod.spec!.containers.map((c) => customized(k, c)) } };
  const made = await k.rest.json('POST', pathOf(await k.mapping('pods'), k.namespace), { body });
  return { pod: made as unknown as Pod, container };
}

async function attachWhenRunning(k: Kubectl, pod: Pod, container: string): Promise<number> {
  const [namespace, name] = [pod.metadata?.namespace ?? k.namespace, pod.metadata?.name ?? ''];
  const mapping = await k.mapping('pods');
  const state = (of: Pod): object | undefined =>
    [...(of.status?.containerStatuses ?? []), ...(of.status?.ephemeralContainerStatuses ?? [])].find((c) => c.name === container)?.state;
  let live = (await k.rest.json('GET', pathOf(mapping, namespace, name))) as unknown as Pod;
  const there = (of: Pod): boolean => {
    const s = state(of);
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
    await k.print(await k.rest.text('GET', pathOf(mapping, namespace, name, 'log'), { query: [['container', container]] }));
    return 0;
  }
  await attachOrLogs(k, live, container, { stdin: k.flags.bool('stdin'), tty: await ttyOf(k), quiet: k.flags.bool('quiet') });
  return 0;
}
