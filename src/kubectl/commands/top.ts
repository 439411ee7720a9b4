/** kubectl top: what metrics-server says.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/top, staging/src/k8s.io/kubectl/pkg/metricsutil */
import { quantityMillis, quantityUnits } from '../../api/quantity.ts';
import { parseTime } from '../../base/time.ts';
import type { Command, Kubectl } from '../command.ts';
import { discover } from '../discovery.ts';
import { goDurationText } from '../duration.ts';
import { CommandError, usageError } from '../errors.ts';
import { type Obj, at, list, str } from '../obj.ts';
import { plainTable } from '../printers/table.ts';

export const top: Command = {
  name: 'top',
  summary: 'Display resource (CPU/memory) usage',
  description: 'Shows what nodes and pods use. It needs metrics-server in the cluster.',
};

const METRICS = '/apis/metrics.k8s.io/v1beta1';
/** A Pod older than this should have metrics. */
const METRICS_DELAY_MS = 120_000;

export const topNode: Command = {
  name: 'top node',
  aliases: ['nodes', 'no'],
  summary: 'Display resource (CPU/memory) usage of nodes',
  examples: [{ comment: 'All nodes', lines: ['kubectl top node'] }],
  complete: 'node',
  run: async (k) => {
    const name = checked(k, 'node', '--selector');
    await requireMetrics(k);
    const metrics = await read(k, `${METRICS}/nodes`, name);
    if (metrics.length === 0) throw new CommandError('metrics not available yet');
    const nodes =
      name === undefined
        ? list(await k.rest.json('GET', '/api/v1/nodes', { query: selector(k), typed: true }), 'items')
        : [await k.rest.json('GET', `/api/v1/nodes/${name}`, { typed: true })];
    const rows = order(k, metrics, false).map((m) => nodeRow(k, m, nodes));
    const missing = nodes.map(nameOf).filter((known) => !metrics.some((m) => nameOf(m) === known));
    const unknown = missing.map((known) => [known, '<unknown>', '<unknown>', '<unknown>', '<unknown>']);
    await k.print(plainTable(headers(k, ['NAME', 'CPU(cores)', 'CPU(%)', 'MEMORY(bytes)', 'MEMORY(%)']), [...rows, ...unknown], true));
  },
};

function nodeRow(k: Kubectl, m: Obj, nodes: readonly unknown[]): string[] {
  const node = nodes.find((each) => nameOf(each) === nameOf(m));
  const whole = (resource: string): string => str(node, 'status', k.flags.bool('show-capacity') ? 'capacity' : 'allocatable', resource);
  const percent = (part: number, of: string, parse: (text: string) => number): string[] =>
    of === '' ? [] : [parse(of) === 0 ? '0%' : `${Math.floor((part / parse(of)) * 100)}%`];
  const [cpu, memory] = [millis(m), bytes(m)];
  return [
    nameOf(m),
    `${cpu}m`,
    ...percent(cpu, whole('cpu'), quantityMillis),
    mebibytes(memory),
    ...percent(memory, whole('memory'), quantityUnits),
  ];
}

export const topPod: Command = {
  name: 'top pod',
  aliases: ['pods', 'po'],
  summary: 'Display resource (CPU/memory) usage of pods',
  examples: [{ comment: 'All pods of the namespace; by container', lines: ['kubectl top pod', 'kubectl top pod --containers'] }],
  complete: 'pod',
  run: async (k) => {
    const name = checked(k, 'pod', 'selector');
    await requireMetrics(k);
    const everywhere = k.flags.bool('all-namespaces');
    const metrics = await read(k, `${METRICS}${everywhere ? '' : `/namespaces/${k.namespace}`}/pods`, name);
    if (metrics.length === 0) return nothing(k, everywhere);
    const byContainer = k.flags.bool('containers');
    const rows = order(k, metrics, everywhere).flatMap((m) => {
      const place = everywhere ? [str(m, 'metadata', 'namespace')] : [];
      if (!byContainer) return [[...place, nameOf(m), `${millis(m)}m`, mebibytes(bytes(m))]];
      return order(k, list(m, 'containers'), false).map((c) => [...place, nameOf(m), str(c, 'name'), `${millis(c)}m`, mebibytes(bytes(c))]);
    });
    const names = [...(everywhere ? ['NAMESPACE'] : []), ...(byContainer ? ['POD', 'NAME'] : ['NAME']), 'CPU(cores)', 'MEMORY(bytes)'];
    const total = k.flags.bool('sum') ? sum(metrics, k.flags.bool('no-headers') ? 3 : names.length) : [];
    await k.print(plainTable(headers(k, names), [...rows, ...total], true));
  },
};

/** Without headers kubectl puts the sum as if there were three columns. */
function sum(metrics: readonly Obj[], columns: number): string[][] {
  const pad = Array.from({ length: columns - 2 }, () => '');
  const add = (count: (m: unknown) => number): number => metrics.reduce((total, m) => total + count(m), 0);
  return [
    [...pad, '________', '________'],
    [...pad, `${Math.ceil(add(exactMillis))}m`, mebibytes(add(bytes))],
  ];
}

async function nothing(k: Kubectl, everywhere: boolean): Promise<void> {
  const pods = list(await k.rest.json('GET', `/api/v1/namespaces/${k.namespace}/pods`, { query: selector(k), typed: true }), 'items');
  if (pods.length === 0) return k.say(everywhere ? 'No resources found\n' : `No resources found in ${k.namespace} namespace.\n`);
  for (const pod of pods) {
    const age = k.io.clock.now() - parseTime(str(pod, 'metadata', 'creationTimestamp'));
    if (age > METRICS_DELAY_MS) {
      const place = `${str(pod, 'metadata', 'namespace')}/${nameOf(pod)}`;
      throw new CommandError(`Metrics not available for pod ${place}, age: ${goDurationText(age)}`);
    }
  }
  throw new CommandError('metrics not available yet');
}

const nameOf = (object: unknown): string => str(object, 'metadata', 'name');
const headers = (k: Kubectl, names: readonly string[]): readonly string[] | undefined => (k.flags.bool('no-headers') ? undefined : names);
const selector = (k: Kubectl): [string, string][] =>
  (
    [
      ['labelSelector', k.flags.str('selector')],
      ['fieldSelector', k.flags.str('field-selector')],
    ] as [string, string][]
  ).filter(([, value]) => value !== '');

/** The name asked for. Throws what is wrong with how the command was called. */
function checked(k: Kubectl, what: string, words: string): string | undefined {
  if (k.args.length > 1) throw usageError(`top ${what}`, `${what} [NAME | -l label]`);
  const by = k.flags.str('sort-by');
  if (by !== '' && by !== 'cpu' && by !== 'memory') throw new CommandError('--sort-by accepts only cpu or memory');
  if (k.args[0] && selector(k).length > 0) throw new CommandError(`only one of NAME or ${words} can be provided`);
  return k.args[0];
}

async function requireMetrics(k: Kubectl): Promise<void> {
  // Asked anew each time: what was there a minute ago may not answer now.
  if ((await discover(k.rest, false)).groupVersions.includes('metrics.k8s.io/v1beta1')) return;
  throw new CommandError('Metrics API not available');
}

async function read(k: Kubectl, path: string, name: string | undefined): Promise<readonly Obj[]> {
  const found = await k.rest.json('GET', name === undefined ? path : `${path}/${name}`, {
    query: name === undefined ? selector(k) : [],
    accept: 'application/vnd.kubernetes.protobuf, */*',
  });
  return name === undefined ? (list(found, 'items') as Obj[]) : [found];
}

const usages = (m: unknown): readonly unknown[] =>
  at(m, 'containers') === undefined ? [at(m, 'usage')] : list(m, 'containers').map((c) => at(c, 'usage'));
const exactMillis = (m: unknown): number => usages(m).reduce<number>((total, u) => total + quantityMillis(str(u, 'cpu') || '0'), 0);
const millis = (m: unknown): number => Math.ceil(exactMillis(m));
const bytes = (m: unknown): number => usages(m).reduce<number>((total, u) => total + quantityUnits(str(u, 'memory') || '0'), 0);
const mebibytes = (count: number): string => `${Math.floor(count / 1048576)}Mi`;

/** Nodes, Pods or containers; equal ones stay as they are. */
function order(k: Kubectl, metrics: readonly unknown[], byNamespace: boolean): readonly Obj[] {
  const by = k.flags.str('sort-by');
  const keys = (m: unknown): readonly string[] => [byNamespace ? str(m, 'metadata', 'namespace') : '', nameOf(m) || str(m, 'name')];
  return ([...metrics] as Obj[]).sort((a, b) => {
    if (by === 'cpu') return millis(b) - millis(a);
    if (by === 'memory') return bytes(b) - bytes(a);
    const [[space = '', name = ''], [otherSpace = '', otherName = '']] = [keys(a), keys(b)];
    if (space !== otherSpace) return space < otherSpace ? -1 : 1;
    return name < otherName ? -1 : name > otherName ? 1 : 0;
  });
}
