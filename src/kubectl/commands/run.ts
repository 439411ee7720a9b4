/** kubectl run: one Pod from an image, and perhaps a terminal in it.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/run/run.go */
import type { Pod } from '../../api/generated/types.ts';
import { atoi } from '../atoi.ts';
import type { Command, Kubectl } from '../command.ts';
import { pathOf } from '../discovery.ts';
import { CommandError, usageError } from '../errors.ts';
import { mergePatched } from '../json-merge.ts';
import { type JsonPatchOp, applyJsonPatch } from '../json-patch.ts';
import { type Obj, put, str } from '../obj.ts';
import { openWatch, readWatch } from '../watch.ts';
import { createAndPrint } from '../writes.ts';
import { dryRunOf } from '../printers/output.ts';
import { propagation } from './delete.ts';
import { attachOrLogs, ttyOf } from './exec.ts';

export const run: Command = {
  name: 'run',
  required: ['image'],
  summary: 'Run a particular image on the cluster',
  examples: [
    { comment: 'A web server', lines: ['kubectl run web --image=nginx --port=80'] },
    { comment: 'A shell in a pod that goes when you leave it', lines: ['kubectl run -it --rm try --image=busybox --restart=Never -- sh'] },
    { comment: 'Only show the pod', lines: ['kubectl run web --image=nginx --dry-run=client -o yaml'] },
  ],
  run: start,
};

async function start(k: Kubectl): Promise<number | void> {
  const { flags } = k;
  const name = k.args[0];
  if (name === undefined || flags.dash === 0) throw usageError('run', 'NAME is required for run');
  if (
    /\s/.test(flags.str('image')) ||
    !/^[^\s]+$/.test(flags.str('image')) ||
    /[A-Z]/.test(flags.str('image').split(':')[0]!.split('@')[0]!)
  ) {
    throw new CommandError(`Invalid image name ${JSON.stringify(flags.str('image'))}: invalid reference format`);
  }
  const [stdin, tty, rm] = [flags.bool('stdin'), flags.bool('tty'), flags.bool('rm')];
  const attachNow = flags.changed('attach') ? flags.bool('attach') : stdin || tty;
  const dryRun = dryRunOf(k);
  const pullPolicy = flags.str('image-pull-policy');
  if (!['', 'Always', 'IfNotPresent', 'Never'].includes(pullPolicy)) throw usageError('run', `invalid image pull policy: ${pullPolicy}`);
  propagation(flags.str('cascade'));
  if (tty && !stdin) throw usageError('run', '-i/--stdin is required for containers with -t/--tty=true');
  if (rm && !attachNow) throw usageError('run', '--rm should only be used for attached containers');
  if (attachNow && dryRun !== 'none')
    throw usageError('run', "--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)");
  if (flags.bool('expose') && flags.str('port') === '') throw usageError('run', '--port must be set when exposing a service');
  const restart = flags.str('restart') || 'Always';
  if (!['Always', 'OnFailure', 'Never'].includes(restart)) throw usageError('run', `invalid restart policy: ${restart}`);
  const pod = podOf(k, name, k.args.slice(1), { stdin, tty, restart });
  if (flags.bool('expose')) {
    await exposePod(k, name, pod);
    if (flags.str('output') === 'yaml') await k.print('---\n---\n');
  }
  const pods = await k.mapping('pods');
  if (!attachNow) return createAndPrint(k, pods, pod);
  const made = await k.rest.json('POST', pathOf(pods, k.namespace), { body: pod, query: [['fieldManager', flags.str('field-manager')]] });
  try {
    return await attached(k, made, { stdin, restart });
  } finally {
    if (rm) await remove(k, name);
  }
}

async function remove(k: Kubectl, name: string): Promise<void> {
  await k.rest.json('DELETE', pathOf(await k.mapping('pods'), k.namespace, name), { body: { propagationPolicy: 'Background' } });
  if (!k.flags.bool('quiet')) await k.print(`pod ${JSON.stringify(name)} deleted\n`);
}

function podOf(k: Kubectl, name: string, words: readonly string[], options: { stdin: boolean; tty: boolean; restart: string }): Obj {
  const { flags } = k;
  const port = flags.str('port');
  if (port !== '' && !/^\d+$/.test(port)) throw new CommandError(`strconv.Atoi: parsing ${JSON.stringify(port)}: invalid syntax`);
  const env = flags.list('env').map((text) => {
    const equals = text.indexOf('=');
    if (equals <= 0) throw new CommandError(`invalid env: ${text}`);
    return { name: text.slice(0, equals), value: text.slice(equals + 1) };
  });
  const annotations = pairs(flags.list('annotations'), 'invalid annotations format');
  const container = {
    name,
    image: flags.str('image'),
    ...(words.length > 0 && { [flags.bool('command') ? 'command' : 'args']: words }),
    ...(port !== '' && { ports: [{ containerPort: atoi(port) }] }),
    ...(env.length > 0 && { env }),
    resources: {},
    ...(flags.str('image-pull-policy') !== '' && { imagePullPolicy: flags.str('image-pull-policy') }),
    ...(flags.bool('privileged') && { securityContext: { privileged: true } }),
    ...(options.stdin && { stdin: true, ...(!flags.bool('leave-stdin-open') && { stdinOnce: true }) }),
    ...(options.tty && { tty: true }),
  };
  const labels = flags.str('labels') === '' ? { run: name } : pairs(flags.str('labels').split(','), 'unexpected label spec');
  const pod: Obj = {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      name,
      creationTimestamp: null,
      labels,
      ...(Object.keys(annotations).length > 0 && { annotations }),
    } as unknown as Obj['metadata'],
    spec: { containers: [container], restartPolicy: options.restart, dnsPolicy: 'ClusterFirst' },
    status: {},
  };
  return flags.str('overrides') === '' ? pod : overridden(k, pod);
}

function overridden(k: Kubectl, pod: Obj): Obj {
  const type = k.flags.str('override-type');
  if (!['json', 'merge', 'strategic'].includes(type)) throw new CommandError(`invalid override type: ${type}`);
  let overrides: Obj;
  try {
    overrides = JSON.parse(k.flags.str('overrides')) as Obj;
  } catch {
    throw new CommandError('Invalid JSON Patch');
  }
  if (type === 'json') return applyJsonPatch(pod, overrides as unknown as JsonPatchOp[]) as Obj;
  if (k.flags.str('override-type') === 'strategic') return mergeByName(pod, overrides) as Obj;
  return mergePatched(pod, overrides) as Obj;
}

/** The lists of a Pod merge by the names of their elements. */
function mergeByName(base: unknown, change: unknown): unknown {
  if (Array.isArray(base) && Array.isArray(change)) {
    const names = (items: readonly unknown[]): readonly string[] => items.map((i) => str(i, 'name'));
    const merged = base.map((item) => {
      const found = change.find((c) => str(c, 'name') === str(item, 'name'));
      return found === undefined ? item : mergeByName(item, found);
    });
    return [...merged, ...change.filter((c) => !names(base).includes(str(c, 'name')))];
  }
  if (typeof base !== 'object' || base === null || typeof change !== 'object' || change === null) return change;
  let result = base as Obj;
  for (const [key, value] of Object.entries(change)) result = put(result, [key], key in result ? mergeByName(result[key], value) : value);
  return result;
}

function pairs(texts: readonly string[], what: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const text of texts) {
    const equals = text.indexOf('=');
    if (equals <= 0) throw new CommandError(`${what}: ${text}`);
    found[text.slice(0, equals)] = text.slice(equals + 1);
  }
  return found;
}

async function exposePod(k: Kubectl, name: string, pod: Obj): Promise<void> {
  const port = atoi(k.flags.str('port'));
  await createAndPrint(k, await k.mapping('services'), {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: { name, creationTimestamp: null } as unknown as Obj['metadata'],
    spec: { ports: [{ protocol: 'TCP', port, targetPort: port }], selector: pod.metadata?.labels },
    status: { loadBalancer: {} },
  });
}

/** Waits until the Pod runs, attaches, and ends with the container's exit code; a Pod that has ended shows its log. */
async function attached(k: Kubectl, made: Obj, options: { stdin: boolean; restart: string }): Promise<number> {
  const name = str(made, 'metadata', 'name');
  const pod = await reach(k, name, (p) => p.status?.phase !== 'Pending', k.flags.durationMs('pod-running-timeout'));
  const done = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  if (done) {
    await k.print(
      await k.rest.text('GET', pathOf(await k.mapping('pods'), k.namespace, name, 'log'), {
        query: [['container', pod.spec?.containers[0]?.name ?? '']],
      }),
    );
  } else {
    await attachOrLogs(k, pod, pod.spec?.containers[0]?.name ?? '', {
      stdin: options.stdin,
      tty: await ttyOf(k),
      quiet: k.flags.bool('quiet'),
    });
  }
  if (options.restart === 'Always' || k.flags.bool('leave-stdin-open')) return 0;
  const ended = await reach(k, name, (p) => p.status?.phase === 'Succeeded' || p.status?.phase === 'Failed', undefined);
  if (ended.status?.phase === 'Succeeded') return 0;
  const code = ended.status?.containerStatuses?.[0]?.state?.terminated?.exitCode ?? 1;
  await k.say(`pod ${k.namespace}/${name} terminated (${ended.status?.containerStatuses?.[0]?.state?.terminated?.reason ?? 'Error'})\n`);
  return code;
}

async function reach(k: Kubectl, name: string, there: (pod: Pod) => boolean, timeoutMs: number | undefined): Promise<Pod> {
  const mapping = await k.mapping('pods');
  let pod = (await k.rest.json('GET', pathOf(mapping, k.namespace, name))) as unknown as Pod;
  if (there(pod)) return pod;
  const end = timeoutMs === undefined ? undefined : k.io.clock.now() + timeoutMs;
  for (;;) {
    const query = [
      ['fieldSelector', `metadata.name=${name}`],
      ['resourceVersion', pod.metadata?.resourceVersion ?? ''],
    ] as const;
    const connection = await openWatch(k, pathOf(mapping, k.namespace), query, 'application/json');
    const result = await readWatch(k, connection, end === undefined ? undefined : end - k.io.clock.now(), (event) => {
      if (event.type === 'BOOKMARK') return false;
      pod = event.object as Pod;
      if (event.type === 'DELETED') throw new CommandError(`pods ${JSON.stringify(name)} not found`);
      return there(pod);
    });
    if (result === 'done') return pod;
    if (result === 'timeout') throw new CommandError('timed out waiting for the condition');
    await k.io.clock.sleep(100, k.io.signal);
  }
}
