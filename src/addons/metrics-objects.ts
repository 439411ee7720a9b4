/** The objects of metrics.k8s.io/v1beta1 as answers: lists, single ones, tables, and what the API says of itself.
 *  Upstream: kubernetes-sigs/metrics-server pkg/api, staging/src/k8s.io/metrics/pkg/apis/metrics/v1beta1 */
import { formatQuantity, quantityOfBytes } from '../api/quantity.ts';
import type { ObjectMeta } from '../api/generated/types.ts';
import type { MeasuredUsage, NodeMetrics, PodMetrics } from '../api/metrics.ts';
import { goDuration, rfc3339 } from '../base/time.ts';
import type { PodUsage, Usage } from './metrics-points.ts';

export const GROUP = 'metrics.k8s.io';
export const VERSION = 'v1beta1';
const API_VERSION = `${GROUP}/${VERSION}`;
const PAGE = 4096;

export type Metrics = NodeMetrics | PodMetrics;

type Amount = Pick<Usage, 'cpuNanoCores' | 'memoryBytes'>;

const amounts = ({ cpuNanoCores, memoryBytes }: Amount): MeasuredUsage => ({
  cpu: formatQuantity({ nanos: BigInt(cpuNanoCores), format: 'DecimalSI' }),
  memory: quantityOfBytes(Math.floor(memoryBytes / PAGE) * PAGE),
});

const metaOf = ({ name, namespace, labels }: ObjectMeta, nowMs: number): ObjectMeta => ({
  name,
  ...(namespace !== undefined && { namespace }),
  creationTimestamp: rfc3339(nowMs),
  ...(labels !== undefined && { labels }),
});

export const nodeMetrics = (of: ObjectMeta, usage: Usage, nowMs: number): NodeMetrics => ({
  metadata: metaOf(of, nowMs),
  timestamp: rfc3339(usage.atMs),
  window: goDuration(usage.windowMs),
  usage: amounts(usage),
});

export const podMetrics = (of: ObjectMeta, usage: PodUsage, nowMs: number): PodMetrics => ({
  metadata: metaOf(of, nowMs),
  timestamp: rfc3339(usage.atMs),
  window: goDuration(usage.windowMs),
  containers: usage.containers.map((each) => ({ name: each.name, usage: amounts(each) })),
});

export const single = (kind: string, object: Metrics): object => ({ kind, apiVersion: API_VERSION, ...object });
export const listed = (kind: string, items: readonly Metrics[]): object => ({
  kind: `${kind}List`,
  apiVersion: API_VERSION,
  metadata: {},
  items,
});

const COLUMNS = [
  { name: 'Name', type: 'string', format: 'name', description: 'Name of the resource', priority: 0 },
  { name: 'cpu', type: 'string', format: 'quantity', description: '', priority: 0 },
  { name: 'memory', type: 'string', format: 'quantity', description: '', priority: 0 },
  { name: 'Window', type: 'string', format: 'duration', description: '', priority: 0 },
];

/** What `kubectl get pods.metrics.k8s.io` prints; `total` adds up a Pod's containers. */
export function table(kind: string, rows: readonly { readonly object: Metrics; readonly total: Amount }[]): object {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: {},
    columnDefinitions: rows.length === 0 ? [] : COLUMNS,
    rows: rows.map(({ object, total }) => {
      const { cpu, memory } = amounts(total);
      return { cells: [object.metadata?.name ?? '', cpu, memory, object.window], object: single(kind, object) };
    }),
  };
}

const resource = (name: string, namespaced: boolean, kind: string): object => ({
  name,
  singularName: '',
  namespaced,
  kind,
  verbs: ['get', 'list'],
});

export const RESOURCE_LIST: object = Object.freeze({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: API_VERSION,
  resources: [resource('nodes', false, 'NodeMetrics'), resource('pods', true, 'PodMetrics')],
});

const amount = { type: 'object', additionalProperties: { type: 'string' } };
const time = { type: 'string', format: 'date-time' };

function schema(kind: string, description: string, own: object): object {
  const word = { type: 'string' };
  return {
    description,
    type: 'object',
    required: ['timestamp', 'window', ...Object.keys(own)],
    properties: { apiVersion: word, kind: word, metadata: { type: 'object' }, timestamp: time, window: word, ...own },
    'x-kubernetes-group-version-kind': [{ group: GROUP, kind, version: VERSION }],
  };
}

const usage = { ...amount, description: 'The memory usage is the memory working set.' };
const WHERE = 'io.k8s.metrics.pkg.apis.metrics.v1beta1';

/** Its OpenAPI document: enough for `kubectl explain`. */
export function openApi(): object {
  const containers = {
    type: 'array',
    description: 'Metrics for all containers are collected within the same time window.',
    items: {
      type: 'object',
      description: 'ContainerMetrics sets resource usage metrics of a container.',
      required: ['name', 'usage'],
      properties: { name: { type: 'string' }, usage },
    },
  };
  const reads = (kind: string): object => ({
    get: { 'x-kubernetes-action': 'list', 'x-kubernetes-group-version-kind': { group: GROUP, version: VERSION, kind } },
  });
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes metrics-server', version: 'v0.7.2' },
    paths: { [`/apis/${API_VERSION}/nodes`]: reads('NodeMetrics'), [`/apis/${API_VERSION}/pods`]: reads('PodMetrics') },
    components: {
      schemas: {
        [`${WHERE}.NodeMetrics`]: schema('NodeMetrics', 'NodeMetrics sets resource usage metrics of a node.', { usage }),
        [`${WHERE}.PodMetrics`]: schema('PodMetrics', 'PodMetrics sets resource usage metrics of a pod.', { containers }),
      },
    },
  };
}
