/** kubectl exec and attach.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/{exec/exec.go,attach/attach.go} */
import type { Pod } from '../../api/generated/types.ts';
import type { Command, Kubectl } from '../command.ts';
import { pathOf } from '../discovery.ts';
import { CommandError, StatusError } from '../errors.ts';
import { visit } from '../infos.ts';
import { containerFor, podFor, podOfInfo } from '../pods.ts';
import { joinStreams } from '../remote.ts';

export const exec: Command = {
  name: 'exec',
  summary: 'Execute a command in a container',
  examples: [
    { comment: 'One command', lines: ['kubectl exec web -- date'] },
    { comment: 'A shell', lines: ['kubectl exec -it web -c nginx -- sh'] },
    { comment: 'In the first pod of a deployment', lines: ['kubectl exec deploy/web -- env'] },
  ],
  complete: 'pod-or-type',
  run: async (k) => {
    const fromFile = k.flags.list('filename').length > 0;
    const dash = k.flags.dash;
    if (k.args.length === 0 && !fromFile) throw new CommandError('pod, type/name or --filename must be specified');
    const words = fromFile ? [] : k.args.slice(0, 1);
    const before = dash < 0 ? k.args : k.args.slice(0, dash);
    const command = fromFile ? k.args.slice(Math.max(0, dash)) : dash >= 0 ? k.args.slice(dash) : k.args.slice(1);
    if (dash < 0 && before.length > 1 && !fromFile) {
      throw new CommandError(
        'exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\n' +
          "See 'kubectl exec -h' for help and examples",
      );
    }
    if (command.length === 0) throw new CommandError('you must specify at least one command for the container');
    const waitMs = k.flags.durationMs('pod-running-timeout');
    const pod = fromFile ? await podOfFile(k, waitMs) : await podFor(k, words, waitMs);
    const phase = pod.status?.phase;
    if (phase === 'Succeeded' || phase === 'Failed') {
      throw new CommandError(`cannot exec into a container in a completed pod; current phase is ${phase}`);
    }
    const wanted = k.flags.str('container');
    const container = wanted === '' ? await containerFor(k, pod, '', k.flags.bool('quiet')) : wanted;
    return remote(k, pod, 'exec', [...command.map((c) => ['command', c] as const), ['container', container]], {
      stdin: k.flags.bool('stdin'),
      tty: await ttyOf(k),
    });
  },
};

async function podOfFile(k: Kubectl, waitMs: number): Promise<Pod> {
  let pod: Pod | undefined;
  await visit(k, { args: [], latest: true }, async (info) => {
    pod ??= await podOfInfo(k, info, waitMs);
  });
  if (pod === undefined) throw new CommandError('pod, type/name or --filename must be specified');
  return pod;
}

/** -t needs a terminal on our side. */
export async function ttyOf(k: Kubectl): Promise<boolean> {
  if (!k.flags.bool('tty')) return false;
  if (k.io.tty !== undefined && k.flags.bool('stdin')) return true;
  await k.say('Unable to use a TTY - input is not a terminal or the right kind of file\n');
  return false;
}

export async function remote(
  k: Kubectl,
  pod: Pod,
  subresource: 'exec' | 'attach',
  query: readonly (readonly [string, string])[],
  streams: { readonly stdin: boolean; readonly tty: boolean },
): Promise<number> {
  const path = pathOf(await k.mapping('pods'), pod.metadata?.namespace ?? k.namespace, pod.metadata?.name ?? '', subresource);
  try {
    const code = await joinStreams(k, path, query, streams);
    if (code === 0) return 0;
    throw new CommandError(`command terminated with exit code ${code}`, code);
  } catch (error) {
    if (error instanceof CommandError && error.message.startsWith('command terminated')) {
      await k.say(`${error.message}\n`);
      return error.code;
    }
    if (error instanceof StatusError && error.reason === 'InternalError')
      throw new CommandError(`Internal error occurred: ${error.message.replace(/^Internal error occurred: /, '')}`);
    throw error;
  }
}

export const attach: Command = {
  name: 'attach',
  summary: 'Attach to a running container',
  examples: [{ comment: 'Read and write what the container reads and writes', lines: ['kubectl attach web -i -t'] }],
  complete: 'pod-or-type',
  run: async (k) => {
    if (k.args.length === 0) throw new CommandError('at least 1 argument is required for attach');
    if (k.args.length > 2)
      throw new CommandError(
        'expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw ' + `${k.args.length}: [${k.args.join(' ')}]`,
      );
    const pod = await podFor(k, k.args, k.flags.durationMs('pod-running-timeout'));
    if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') {
      throw new CommandError(`cannot attach a container in a completed pod; current phase is ${pod.status.phase}`);
    }
    const container = await attachedContainer(k, pod);
    return attachTo(k, pod, container, { stdin: k.flags.bool('stdin'), tty: await ttyOf(k), quiet: k.flags.bool('quiet') });
  },
};

async function attachedContainer(k: Kubectl, pod: Pod): Promise<string> {
  try {
    return await containerFor(k, pod, k.flags.str('container'), k.flags.bool('quiet'));
  } catch (error) {
    throw error instanceof CommandError ? new CommandError(`cannot attach to the container: ${error.message}`) : error;
  }
}

interface AttachOptions {
  readonly stdin: boolean;
  readonly tty: boolean;
  readonly quiet: boolean;
}

const HINT = "If you don't see a command prompt, try pressing enter.\n";

async function ttyOfContainer(k: Kubectl, pod: Pod, container: string, wanted: boolean): Promise<boolean> {
  const all = [...(pod.spec?.containers ?? []), ...(pod.spec?.ephemeralContainers ?? [])];
  const tty = wanted && all.find((c) => c.name === container)?.tty === true;
  if (wanted && !tty) await k.say(`error: Unable to use a TTY - container ${container} did not allocate one\n`);
  return tty;
}

async function attachTo(k: Kubectl, pod: Pod, container: string, options: AttachOptions): Promise<number> {
  const tty = await ttyOfContainer(k, pod, container, options.tty);
  if (!options.quiet) await k.say(HINT);
  return remote(k, pod, 'attach', [['container', container]], { stdin: options.stdin, tty });
}

/** For a container that was just started: one that has ended meanwhile shows its log instead. */
export async function attachOrLogs(k: Kubectl, pod: Pod, container: string, options: AttachOptions): Promise<void> {
  const [namespace, name] = [pod.metadata?.namespace ?? k.namespace, pod.metadata?.name ?? ''];
  const pods = await k.mapping('pods');
  const tty = await ttyOfContainer(k, pod, container, options.tty);
  try {
    await joinStreams(k, pathOf(pods, namespace, name, 'attach'), [['container', container]], {
      stdin: options.stdin,
      tty,
      onOpen: async () => {
        if (!options.quiet) await k.say(HINT);
      },
    });
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const live = (await k.rest.json('GET', pathOf(pods, namespace, name))) as unknown as Pod;
    const statuses = [...(live.status?.containerStatuses ?? []), ...(live.status?.ephemeralContainerStatuses ?? [])];
    const status = statuses.find((s) => s.name === container);
    const ended = status?.state?.terminated ?? status?.lastState?.terminated;
    if (ended === undefined) {
      await k.say(`warning: couldn't attach to pod/${name}, falling back to streaming logs: ${error.message}\n`);
    }
    await k.print(await k.rest.text('GET', pathOf(pods, namespace, name, 'log'), { query: [['container', container]] }));
  }
}
