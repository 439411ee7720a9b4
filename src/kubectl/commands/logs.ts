/** kubectl logs.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/logs/logs.go */
import type { Pod } from '../../api/generated/types.ts';
import { fromUtf8 } from '../../base/bytes.ts';
import type { Command, Kubectl } from '../command.ts';
import { pathOf } from '../discovery.ts';
import { CommandError, StatusError, errorText, isNotFound, usageError } from '../errors.ts';
import { list } from '../obj.ts';
import { type Info, oneInfo } from '../infos.ts';
import { allContainers, containerFor, podOfInfo, podsOf } from '../pods.ts';
import type { Query } from '../rest.ts';

const USAGE = "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command";

export const logs: Command = {
  name: 'logs',
  summary: 'Print the logs for a container in a pod',
  examples: [
    { comment: 'What the only container has said', lines: ['kubectl logs web'] },
    { comment: 'Follow it; what it said before it was restarted', lines: ['kubectl logs -f web', 'kubectl logs -p web'] },
    { comment: 'All containers of all pods with a label', lines: ['kubectl logs -l app=web --all-containers'] },
  ],
  complete: 'pod-or-type',
  run,
};

interface Source {
  readonly pod: Pod;
  readonly container: string;
}

async function run(k: Kubectl): Promise<void> {
  const { flags } = k;
  const selector = flags.str('selector');
  if (k.args.length === 0 && selector === '') throw usageError('logs', USAGE);
  if (k.args.length > 0 && selector !== '') throw usageError('logs', 'only a selector (-l) or a POD name is allowed');
  if (k.args.length > 2) throw usageError('logs', USAGE);
  if (flags.changed('limit-bytes') && flags.int('limit-bytes') < 1) throw new CommandError('--limit-bytes must be greater than 0');
  if (flags.bool('all-containers') && flags.str('container') !== '')
    throw new CommandError(`--all-containers=true should not be specified with container name ${flags.str('container')}`);
  if (flags.str('since-time') !== '' && flags.durationMs('since') !== 0)
    throw new CommandError('at most one of `sinceTime` or `sinceSeconds` may be specified');
  if (flags.int('tail') < -1) throw new CommandError('--tail must be greater than or equal to -1');
  const sources = await sourcesOf(k, selector);
  if (flags.bool('follow') && sources.length > flags.int('max-log-requests')) {
    throw new CommandError(
      `you are attempting to follow ${sources.length} log streams, but maximum allowed concurrency is ` +
        `${flags.int('max-log-requests')}, use --max-log-requests to increase the limit`,
    );
  }
  if (flags.bool('follow') && sources.length > 1) await Promise.all(sources.map((source) => stream(k, source)));
  else for (const source of sources) await stream(k, source);
}

async function sourcesOf(k: Kubectl, selector: string): Promise<readonly Source[]> {
  const wanted = k.flags.str('container') || k.args[1] || '';
  if (selector !== '') {
    const found = await k.rest.json('GET', pathOf(await k.mapping('pods'), k.namespace), { query: [['labelSelector', selector]] });
    const pods = list(found, 'items') as readonly Pod[];
    if (pods.length === 0) await k.say(`No resources found in ${k.namespace} namespace.\n`);
    return containersOf(k, pods, wanted);
  }
  const info = await found(k);
  if (k.flags.bool('all-pods') && info.mapping.resource !== 'pods') return containersOf(k, await podsOf(k, info.object!), wanted);
  return containersOf(k, [await podOfInfo(k, info, k.flags.durationMs('pod-running-timeout'), false)], wanted);
}

/** logs has its own words for what is not there. */
async function found(k: Kubectl): Promise<Info> {
  try {
    return await oneInfo(k, k.args.slice(0, 1), 'pods');
  } catch (error) {
    if (isNotFound(error))
      throw new CommandError(`error from server (NotFound): ${errorText(error)} in namespace ${JSON.stringify(k.namespace)}`);
    throw error;
  }
}

async function containersOf(k: Kubectl, pods: readonly Pod[], wanted: string): Promise<Source[]> {
  const sources: Source[] = [];
  for (const pod of pods) {
    if (k.flags.bool('all-containers')) {
      for (const container of allContainers(pod)) sources.push({ pod, container: container.name });
    } else if (wanted !== '' && !allContainers(pod).some((c) => c.name === wanted)) {
      throw new CommandError(`container ${wanted} is not valid for pod ${pod.metadata?.name ?? ''}`);
    } else {
      sources.push({ pod, container: await containerFor(k, pod, wanted) });
    }
  }
  return sources;
}

function logQuery(k: Kubectl, container: string): Query {
  const { flags } = k;
  const query: [string, string][] = [['container', container]];
  if (flags.bool('follow')) query.push(['follow', 'true']);
  if (flags.int('limit-bytes') > 0) query.push(['limitBytes', flags.str('limit-bytes')]);
  if (flags.bool('previous')) query.push(['previous', 'true']);
  if (flags.durationMs('since') !== 0) query.push(['sinceSeconds', String(Math.ceil(flags.durationMs('since') / 1000))]);
  if (flags.str('since-time') !== '') query.push(['sinceTime', flags.str('since-time')]);
  const tail = flags.changed('tail') ? flags.int('tail') : flags.str('selector') !== '' && !flags.bool('all-pods') ? 10 : -1;
  if (tail >= 0) query.push(['tailLines', String(tail)]);
  if (flags.bool('timestamps')) query.push(['timestamps', 'true']);
  return query;
}

async function stream(k: Kubectl, source: Source): Promise<void> {
  const name = source.pod.metadata?.name ?? '';
  const path = pathOf(await k.mapping('pods'), source.pod.metadata?.namespace ?? k.namespace, name, 'log');
  const query = logQuery(k, source.container);
  const write = lineWriter(k, k.flags.bool('prefix') ? `[pod/${name}/${source.container}] ` : '');
  try {
    if (k.flags.bool('follow')) await followLog(k, path, query, write);
    else await write(await k.rest.text('GET', path, { query, accept: 'application/json, */*' }));
  } catch (error) {
    if (!k.flags.bool('ignore-errors')) throw error;
    await k.say(`error: ${errorText(error)}\n`);
  }
}

/** Puts the prefix before every line, across pieces. */
function lineWriter(k: Kubectl, prefix: string): (text: string) => Promise<void> {
  if (prefix === '') return (text) => (text === '' ? Promise.resolve() : k.print(text));
  let fresh = true;
  return async (text) => {
    if (text === '') return;
    const lines = text.split('\n');
    const out = lines.map((line, i) => ((i > 0 || fresh) && (line !== '' || i < lines.length - 1) ? prefix + line : line)).join('\n');
    fresh = text.endsWith('\n');
    await k.print(out);
  };
}

async function followLog(k: Kubectl, path: string, query: Query, write: (text: string) => Promise<void>): Promise<void> {
  const connection = await k.rest.connect('GET', path, { query, accept: 'application/json, */*' });
  const stop = (): void => connection.close();
  k.io.signal.addEventListener('abort', stop);
  try {
    for await (const frame of connection.frames) {
      if (frame.type === 'bytes') await write(fromUtf8(frame.bytes));
      else if (frame.type === 'status' && frame.status.status === 'Failure') throw new StatusError(frame.status);
    }
    k.io.signal.throwIfAborted();
  } finally {
    k.io.signal.removeEventListener('abort', stop);
    connection.close();
  }
}
