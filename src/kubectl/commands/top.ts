/** kubectl top: what metrics-server says.
 *  Upstream: staging/src/k8s.io/kubectl/pkg/cmd/top */
import { quantityMillis, quantityUnits } from '../../api/quantity.ts';
import type { Command, Kubectl } from '../command.ts';
import { CommandError, isNotFound } from '../errors.ts';
import { type Obj, at, list, str } from '../obj.ts';
import { plainTable } from '../printers/table.ts';

export const top: Command = {
  name: 'top',
  summary: 'Display resource (CPU/memory) usage',
  description: 'Shows what nodes and pods use. It needs metrics-server in the cluster.',
};

const METRICS = '/apis/metrics.k8s.io/v1beta1';

export const topNode: Command = {
  name: 'top node',
  aliases: ['nodes', 'no'],
  summary: 'Display resource (CPU/memory) usage of nodes',
  examples: [{ comment: 'All nodes', lines: ['kubectl top node'] }],
  complete: 'node',
  run: async (k) => {
    checkSort(k);
    await requireMetrics(k);
    const metrics = await read(k, `${METRICS}/nodes`);
    const nodes = list(await k.rest.json('GET', '/api/v1/nodes', { query: selector(k) }), 'items');
    const rows = order(k, metrics).map((m) => {
      const node = nodes.find((n) => str(n, 'metadata', 'name') === str(m, 'metadata', 'name'));
      const of = at(node, 'status', k.flags.bool('show-capacity') ? 'capacity' : 'allocatable');
      const [cpu, memory] = [millis(m, 'cpu'), bytes(m, 'memory')];
      return [
        str(m, 'metadata', 'name'),
        `${cpu}m`,
        percent(cpu, quantityMillis(str(of, 'cpu') || '0')),
        mebibytes(memory),
        percent(memory, quantityUnits(str(of, 'memory') || '0')),
      ];
    });
    const missing =
      k.args.length > 0 ? [] : nodes.filter((n) => !metrics.some((m) => str(m, 'metadata', 'name') === str(n, 'metadata', 'name')));
    const unknown = missing.map((n) => [str(n, 'metadata', 'name'), '<unknown>', '<unknown>', '<unknown>', '<unknown>']);
    await k.print(plainTable(headers(k, ['NAME', 'CPU(cores)', 'CPU(%)', 'MEMORY(bytes)', 'MEMORY(%)']), [...rows, ...unknown], true));
  },
};

export const topPod: Command = {
  name: 'top pod',
  aliases: ['pods', 'po'],
  summary: 'Display resource (CPU/memory) usage of pods',
  examples: [{ comment: 'All pods of the namespace; by container', lines: ['kubectl top pod', 'kubectl top pod --containers'] }],
  complete: 'pod',
  run: async (k) => {
    checkSort(k);
    await requireMetrics(k);
    const everywhere = k.flags.bool('all-namespaces');
    const metrics = await read(k, `${METRICS}${everywhere ? '' : `/namespaces/${k.namespace}`}/pods`);
    if (metrics.length === 0) return nothing(k, everywhere);
    const byContainer = k.flags.bool('containers');
    const rows = order(k, metrics).flatMap((m) => {
      const place = everywhere ? [str(m, 'metadata', 'namespace')] : [];
      const pod = str(m, 'metadata', 'name');
      if (!byContainer) return [[...place, pod, `${millis(m, 'cpu')}m`, mebibytes(bytes(m, 'memory'))]];
      return list(m, 'containers').map((c) => [...place, pod, str(c, 'name'), `${millis(c, 'cpu')}m`, mebibytes(bytes(c, 'memory'))]);
    });
    const names = [...(everywhere ? ['NAMESPACE'] : []), ...(byContainer ? ['POD', 'NAME'] : ['NAME']), 'CPU(cores)', 'MEMORY(bytes)'];
    const total = k.flags.bool('sum') ? [sum(metrics, everywhere, byContainer)] : [];
    await k.print(plainTable(headers(k, names), [...rows, ...total.flat()], true));
  },
};

function sum(metrics: readonly Obj[], everywhere: boolean, byContainer: boolean): string[][] {
  const pad = [...(everywhere ? [''] : []), ...(byContainer ? [''] : []), ''];
  const cpu = metrics.reduce((total, m) => total + millis(m, 'cpu'), 0);
  const memory = metrics.reduce((total, m) => total + bytes(m, 'memory'), 0);
  return [
    [...pad, '________', '________'],
    [...pad, `${cpu}m`, mebibytes(memory)],
  ];
}

async function nothing(k: Kubectl, everywhere: boolean): Promise<void> {
  if (k.args.length > 0) throw new CommandError(`pods ${JSON.stringify(k.args[0])} not found`);
  const pods = list(
    await k.rest.json('GET', `/api/v1${everywhere ? '' : `/namespaces/${k.namespace}`}/pods`, { query: selector(k) }),
    'items',
  );
  if (pods.length > 0) throw new CommandError('metrics not available yet');
  await k.say(everywhere ? 'No resources found\n' : `No resources found in ${k.namespace} namespace.\n`);
}

const headers = (k: Kubectl, names: readonly string[]): readonly string[] | undefined => (k.flags.bool('no-headers') ? undefined : names);
const selector = (k: Kubectl): [string, string][] => [
  ...(k.flags.str('selector') === '' ? [] : [['labelSelector', k.flags.str('selector')] as [string, string]]),
  ...(k.flags.str('field-selector') === '' ? [] : [['fieldSelector', k.flags.str('field-selector')] as [string, string]]),
];

async function requireMetrics(k: Kubectl): Promise<void> {
  const discovery = await k.discovery();
  if (
    !discovery.groupVersions.includes('metrics.k8s.io/v1beta1') &&
    !(await k.rediscover()).groupVersions.includes('metrics.k8s.io/v1beta1')
  ) {
    throw new CommandError('Metrics API not available');
  }
}

async function read(k: Kubectl, path: string): Promise<readonly Obj[]> {
  const name = k.args[0];
  try {
    const found = await k.rest.json('GET', name === undefined ? path : `${path}/${name}`, {
      query: name === undefined ? selector(k) : [],
      accept: 'application/json, */*',
    });
    return name === undefined ? (list(found, 'items') as Obj[]) : [found];
  } catch (error) {
    if (isNotFound(error) && name === undefined) throw new CommandError('Metrics API not available');
    throw error;
  }
}

const usages = (m: unknown): readonly unknown[] =>
  at(m, 'containers') === undefined ? [at(m, 'usage')] : list(m, 'containers').map((c) => at(c, 'usage'));
const millis = (m: unknown, resource: string): number =>
  Math.ceil(usages(m).reduce<number>((total, u) => total + quantityMillis(str(u, resource) || '0'), 0));
const bytes = (m: unknown, resource: string): number =>
  usages(m).reduce<number>((total, u) => total + quantityUnits(str(u, resource) || '0'), 0);
const mebibytes = (count: number): string => `${Math.floor(count / 1048576)}Mi`;
const percent = (part: number, whole: number): string => (whole === 0 ? '<unknown>' : `${Math.floor((part / whole) * 100)}%`);

function checkSort(k: Kubectl): void {
  const by = k.flags.str('sort-by');
  if (by !== '' && by !== 'cpu' && by !== 'memory') throw new CommandError('--sort-by accepts only cpu or memory');
}

function order(k: Kubectl, metrics: readonly Obj[]): readonly Obj[] {
  const by = k.flags.str('sort-by');
  const key = (m: Obj): string => `${str(m, 'metadata', 'namespace')}/${str(m, 'metadata', 'name')}`;
  return [...metrics].sort((a, b) => {
    if (by === 'cpu') return millis(b, 'cpu') - millis(a, 'cpu');
    if (by === 'memory') return bytes(b, 'memory') - bytes(a, 'memory');
    return key(a) < key(b) ? -1 : 1;
  });
}
