/** A metrics API as canned answers: what real kubectl 1.33 was recorded against, and what ours is tested with. */
import type { ApiRequest, ApiResponse } from '../../src/api/transport.ts';

const ok = (body: object): ApiResponse => ({ status: 200, headers: { 'content-type': 'application/json' }, body });
const missing = (message: string): ApiResponse => ({
  status: 404,
  headers: { 'content-type': 'application/json' },
  body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason: 'NotFound', code: 404 },
});

const when = { timestamp: '2026-01-05T09:10:00Z', window: '15s' };
const node = (name: string, cpu: string, memory: string): object => ({ metadata: { name }, ...when, usage: { cpu, memory } });
const container = (name: string, cpu: string, memory: string): object => ({ name, usage: { cpu, memory } });
const pod = (namespace: string, name: string, ...containers: readonly object[]): object => ({
  metadata: { namespace, name },
  ...when,
  containers,
});

const NODES = [node('worker-2', '250m', '2Gi'), node('worker-1', '1234567890n', '1025Mi'), node('control-plane', '1n', '819200Ki')];
const PODS = [
  pod('team', 'b', container('main', '1', '10Mi')),
  pod('team-a', 'a', container('web', '500001n', '2097151'), container('agent', '400m', '100Mi')),
  pod('team', 'a', container('main', '0', '0')),
];
const allocatable = { cpu: '4', memory: '8Gi' };
const CAPACITY = { cpu: '8', memory: '16Gi' };
const NODE_OBJECTS = ['control-plane', 'worker-1', 'worker-2', 'worker-3'].map((name) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  status: { allocatable, capacity: CAPACITY },
}));
const OLD_POD = { metadata: { name: 'old', namespace: 'empty', creationTimestamp: '2026-01-05T09:08:30Z' } };

const listOf = (kind: string, items: readonly object[], apiVersion = 'metrics.k8s.io/v1beta1'): ApiResponse =>
  ok({ kind, apiVersion, metadata: {}, items });
const nameIn = (object: object): string => (object as { metadata: { name: string } }).metadata.name;
const spaceOf = (object: object): string => (object as { metadata: { namespace: string } }).metadata.namespace;

const GROUP = {
  name: 'metrics.k8s.io',
  versions: [{ groupVersion: 'metrics.k8s.io/v1beta1', version: 'v1beta1' }],
  preferredVersion: { groupVersion: 'metrics.k8s.io/v1beta1', version: 'v1beta1' },
};
const fresh = (freshness: string): object => ({
  kind: 'APIGroupDiscoveryList',
  apiVersion: 'apidiscovery.k8s.io/v2',
  metadata: {},
  items: [{ metadata: { name: GROUP.name }, versions: [{ version: 'v1beta1', resources: [], freshness }] }],
});
const TYPE = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const aggregated = (freshness: string): ApiResponse => ({ status: 200, headers: { 'content-type': TYPE }, body: fresh(freshness) });

/** `freshness` Stale: metrics-server does not answer. */
export function topAnswer({ path, query = [] }: ApiRequest, freshness: 'Current' | 'Stale' = 'Current'): ApiResponse | undefined {
  if (path === '/apis') return aggregated(freshness);
  if (path === '/api/v1/nodes') return listOf('NodeList', NODE_OBJECTS, 'v1');
  if (path.startsWith('/api/v1/nodes/')) return ok(NODE_OBJECTS.find((each) => each.metadata.name === path.split('/')[4]) ?? {});
  if (path.startsWith('/api/v1/namespaces/')) return listOf('PodList', path.includes('/empty/') ? [OLD_POD] : [], 'v1');
  const at = path.startsWith('/apis/metrics.k8s.io/v1beta1/') ? path.split('/').slice(4) : [];
  if (query.some(([name, value]) => name === 'labelSelector' && value !== ''))
    return listOf(at.at(-1) === 'nodes' ? 'NodeMetricsList' : 'PodMetricsList', []);
  if (at[0] === 'nodes') {
    if (at[1] === undefined) return listOf('NodeMetricsList', NODES);
    const found = NODES.find((each) => nameIn(each) === at[1]);
    return found === undefined ? missing(`nodes ${JSON.stringify(at[1])} not found`) : ok(found);
  }
  const inSpace = PODS.filter((each) => at[0] === 'pods' || spaceOf(each) === at[1]);
  const name = at[0] === 'namespaces' ? at[3] : at[1];
  if (at[0] === undefined) return undefined;
  if (name === undefined) return listOf('PodMetricsList', inSpace);
  const found = inSpace.find((each) => nameIn(each) === name);
  return found === undefined ? missing(`pods ${JSON.stringify(name)} not found`) : ok(found);
}

export const LINES: readonly string[] = [
  'top node',
  'top nodes --sort-by=cpu',
  'top nodes --sort-by=memory --no-headers',
  'top node worker-2',
  'top node nope',
  'top node --show-capacity',
  'top node worker-1 -l a=b',
  'top node a b',
  'top node -l a=b',
  'top node --sort-by=name',
  'top node worker-1 --use-protocol-buffers=false',
  'top pod',
  'top pod -n team',
  'top pod -A',
  'top po -A --containers',
  'top pod -A --containers --sort-by=memory',
  'top pod -A --sort-by=cpu',
  'top pod -A --sum',
  'top pod -A --sum --containers',
  'top pod -n team --sum',
  'top pod -n team --sum --no-headers',
  'top pod -A --sum --no-headers --containers',
  'top pod a -n team-a --containers',
  'top pod nope -n team',
  'top pod a -l x=y',
  'top pod a b',
  'top pod -A -l x=y',
  'top pod --sort-by=disk',
  'top pod -n team-a --field-selector=metadata.name=a',
];
