/** The objects and the story of the mock-ups: a roll-out that stalls on an image that does not exist. */
import type { TraceRecord } from '../../src/base/trace.ts';

type Obj = { apiVersion?: string; kind?: string; metadata: { name: string; namespace?: string } & Record<string, unknown> } & Record<
  string,
  unknown
>;

interface PodSketch {
  readonly name: string;
  readonly node?: string;
  readonly owner?: string;
  readonly hash?: string;
  readonly state: string;
  readonly restarts?: number;
  readonly image?: string;
  readonly namespace?: string;
  readonly ageS?: number;
}

const PODS: readonly PodSketch[] = [
  { name: 'web-6f7d9c5b84-x2k9p', node: 'worker-1', hash: '6f7d9c5b84', state: 'Running' },
  { name: 'web-6f7d9c5b84-b6qnd', node: 'worker-1', hash: '6f7d9c5b84', state: 'Running' },
  { name: 'api-7d9c6f5b84-7vq4d', node: 'worker-1', hash: '7d9c6f5b84', state: 'Running' },
  { name: 'db-0', node: 'worker-1', owner: 'StatefulSet db', state: 'Running' },
  { name: 'web-6f7d9c5b84-m5t7d', node: 'worker-2', hash: '6f7d9c5b84', state: 'Running' },
  { name: 'web-5c8b7d4f9-q8x4r', node: 'worker-2', hash: '5c8b7d4f9', state: 'ImagePullBackOff', image: 'nginx:1.72', ageS: 34 },
  { name: 'report-xk2vq', node: 'worker-2', owner: 'Job report', state: 'Completed' },
  { name: 'import-n4x8b', node: 'worker-2', owner: 'Job import', state: 'ContainerCreating' },
  { name: 'web-5c8b7d4f9-t6n8z', node: 'worker-3', hash: '5c8b7d4f9', state: 'ImagePullBackOff', image: 'nginx:1.72', ageS: 34 },
  { name: 'api-7d9c6f5b84-c4k9s', node: 'worker-3', hash: '7d9c6f5b84', state: 'NotReady', restarts: 2 },
  { name: 'old-cache-z9d2m', node: 'worker-3', owner: 'ReplicaSet old-cache', state: 'Terminating' },
  { name: 'mail-5bd8f7c9d6-h8w5c', node: 'worker-3', hash: '5bd8f7c9d6', state: 'CrashLoopBackOff', restarts: 4 },
  { name: 'train-0', owner: 'StatefulSet train', state: 'Pending' },
];
const SYSTEM: readonly PodSketch[] = [
  ...['etcd', 'kube-apiserver', 'kube-scheduler', 'kube-controller-manager'].map((name) => ({
    name: `${name}-control-plane`,
    node: 'control-plane',
    owner: 'Node control-plane',
    state: 'Running',
    namespace: 'kube-system',
  })),
  ...['control-plane', 'worker-1', 'worker-2', 'worker-3'].map((node, at) => ({
    name: `kube-proxy-${'bcdf'[at]}x9k2`,
    node,
    owner: 'DaemonSet kube-proxy',
    state: 'Running',
    namespace: 'kube-system',
  })),
  { name: 'coredns-674b8bbfcf-2kx9p', node: 'worker-1', hash: '674b8bbfcf', state: 'Running', namespace: 'kube-system' },
  { name: 'coredns-674b8bbfcf-8wq4d', node: 'worker-2', hash: '674b8bbfcf', state: 'Running', namespace: 'kube-system' },
];

export function storyObjects(startMs: number, empty: boolean, many: number, workers = 3): Map<string, Obj[]> {
  const at = (seconds: number): string => new Date(startMs + seconds * 1000).toISOString().replace('.000Z', 'Z');
  const more: PodSketch[] = Array.from({ length: many }, (_none, index) => ({
    name: `load-5d9f8c7b6d-${index.toString(36).padStart(5, 'x')}`,
    node: `worker-${1 + (index % workers)}`,
    hash: '5d9f8c7b6d',
    state: index % 17 === 0 ? 'CrashLoopBackOff' : index % 11 === 0 ? 'NotReady' : 'Running',
    restarts: index % 17 === 0 ? 2 : 0,
  }));
  const sketches = empty ? SYSTEM : [...PODS, ...SYSTEM, ...more];
  const pods = sketches.map((one) => pod(one, at));
  const node = (name: string, zone: string | undefined): Obj => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      uid: name,
      creationTimestamp: at(0),
      labels: zone ? { 'topology.kubernetes.io/zone': zone } : { 'node-role.kubernetes.io/control-plane': '' },
    },
    spec: {},
    status: { allocatable: { cpu: '2', memory: '4Gi' }, conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }] },
  });
  const moreNodes = Array.from({ length: Math.max(0, workers - 3) }, (_none, index) =>
    node(`worker-${index + 4}`, `zone-${'abc'[index % 3]}`),
  );
  const deployment = (name: string, replicas: number, ready: number): Obj => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default', uid: name, creationTimestamp: at(10) },
    spec: { replicas, selector: { matchLabels: { app: name } } },
    status: { readyReplicas: ready },
  });
  const event = (reason: string, message: string, type: string, seconds: number, count = 1): Obj => ({
    metadata: { name: `${reason}${seconds}`, namespace: 'default', uid: `${reason}${seconds}` },
    reason,
    message,
    type,
    count,
    firstTimestamp: at(seconds - 10),
    lastTimestamp: at(seconds),
    involvedObject: { kind: 'Pod', name: 'web-5c8b7d4f9-q8x4r', namespace: 'default' },
    source: { component: 'kubelet' },
  });
  return new Map<string, Obj[]>([
    [
      'nodes',
      [node('control-plane', undefined), node('worker-1', 'zone-a'), node('worker-2', 'zone-b'), node('worker-3', 'zone-c'), ...moreNodes],
    ],
    ['pods', pods],
    ['deployments', empty ? [] : [deployment('web', 4, 3), deployment('api', 2, 1), deployment('mail', 1, 0)]],
    [
      'replicasets',
      empty
        ? []
        : ['6f7d9c5b84', '5c8b7d4f9'].map((hash) => ({
            metadata: {
              name: `web-${hash}`,
              namespace: 'default',
              uid: hash,
              ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'web', controller: true }],
            },
            spec: { replicas: 2 },
          })),
    ],
    ['namespaces', ['default', 'kube-system'].map((name) => ({ metadata: { name } }))],
    ['services', []],
    ['endpointslices', []],
    [
      'events',
      empty
        ? []
        : [
            event('Pulling', 'Pulling image "nginx:1.72"', 'Normal', 168),
            event(
              'Failed',
              'Failed to pull image "nginx:1.72": rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:1.72": failed to resolve reference "docker.io/library/nginx:1.72": docker.io/library/nginx:1.72: not found',
              'Warning',
              198,
              3,
            ),
            event('Failed', 'Error: ErrImagePull', 'Warning', 197, 3),
            {
              ...event(
                'FailedScheduling',
                '0/4 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 3 Insufficient memory. preemption: none',
                'Warning',
                100,
              ),
              involvedObject: { kind: 'Pod', name: 'train-0', namespace: 'default' },
            },
          ],
    ],
  ]);
}

function pod(one: PodSketch, at: (seconds: number) => string): Obj {
  const [kind, owner] = one.owner?.split(' ') ?? ['ReplicaSet', one.name.slice(0, one.name.lastIndexOf('-'))];
  const running = one.state === 'Running' || one.state === 'NotReady' || one.state === 'Terminating';
  const waiting = running || one.state === 'Completed' || one.state === 'Pending' ? undefined : { reason: one.state };
  const created = 201 - (one.ageS ?? 171);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: one.name,
      namespace: one.namespace ?? 'default',
      uid: one.name,
      creationTimestamp: at(created),
      ...(one.hash ? { labels: { 'pod-template-hash': one.hash } } : {}),
      ownerReferences: [{ apiVersion: 'apps/v1', kind, name: owner, uid: owner, controller: true }],
      ...(one.state === 'Terminating' ? { deletionTimestamp: at(225) } : {}),
    },
    spec: {
      nodeName: one.node,
      containers: [
        {
          name: 'main',
          image: one.image ?? 'nginx:1.27',
          resources: one.namespace ? { requests: { cpu: '100m', memory: '70Mi' } } : { requests: { cpu: '250m', memory: '256Mi' } },
        },
      ],
    },
    status: {
      phase: one.state === 'Completed' ? 'Succeeded' : running || one.state === 'CrashLoopBackOff' ? 'Running' : 'Pending',
      conditions: [
        { type: 'Ready', status: one.state === 'Running' ? 'True' : 'False' },
        { type: 'PodScheduled', status: one.node ? 'True' : 'False' },
      ],
      containerStatuses: one.node
        ? [
            {
              name: 'main',
              ready: one.state === 'Running',
              restartCount: one.restarts ?? 0,
              state: waiting
                ? { waiting }
                : one.state === 'Completed'
                  ? { terminated: { reason: 'Completed', exitCode: 0 } }
                  : { running: {} },
              ...(one.restarts ? { lastState: { terminated: { exitCode: 1, finishedAt: at(190) } } } : {}),
            },
          ]
        : [],
    },
  };
}

export function story(): TraceRecord[] {
  const ref = { resource: 'pods', namespace: 'default', name: 'web-5c8b7d4f9-q8x4r' };
  const decision = (at: number, actor: string, object: object, did: string, because: string): TraceRecord => ({
    at: at * 1e6,
    machine: 'control-plane',
    event: { type: 'decision', actor, object: object as typeof ref, did, because },
  });
  return [
    decision(20, 'kubelet', { ...ref, name: 'web-6f7d9c5b84-x2k9p' }, 'marked ready', 'The readiness probe passed.'),
    { at: 90e6, machine: 'control-plane', event: { type: 'fault', name: 'link-cut', target: 'worker-3 control-plane', active: true } },
    decision(110, 'kubelet', { ...ref, name: 'mail-5bd8f7c9d6-h8w5c' }, 'could not keep the container', 'It exited with code 1.'),
    decision(
      167,
      'deployment-controller',
      { resource: 'deployments', namespace: 'default', name: 'web' },
      'made a new ReplicaSet',
      'The template changed, so 2 new Pods start and 1 old Pod goes.',
    ),
    {
      at: 167.2e6,
      machine: 'control-plane',
      event: {
        type: 'schedule',
        pod: ref,
        outcome: 'scheduled',
        node: 'worker-2',
        record: {
          attempt: 1,
          nodesTotal: 4,
          feasible: 3,
          chosen: 'worker-2',
          reasons: { 'node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }': 1 },
          nodes: [
            ...[
              ['worker-2', 684],
              ['worker-1', 611],
              ['worker-3', 598],
            ].map(([node, total]) => ({
              node,
              total,
              scores: [
                ['NodeResourcesFit', 1, 63],
                ['NodeResourcesBalancedAllocation', 1, 92],
                ['ImageLocality', 1, 34],
                ['TaintToleration', 3, 100],
                ['PodTopologySpread', 2, 97],
              ].map(([plugin, weight, raw]) => ({ plugin, weight, raw, normalized: raw, weighted: (raw as number) * (weight as number) })),
            })),
            {
              node: 'control-plane',
              filteredBy: 'TaintToleration',
              reasons: ['node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }'],
            },
          ],
        },
      },
    },
    decision(
      198,
      'kubelet',
      ref,
      'could not pull the image, 3 times',
      'The registry has no tag 1.72. Three tries so far; the wait doubles: 10, 20, 40 s.',
    ),
    decision(
      200.5,
      'deployment-controller',
      { resource: 'deployments', namespace: 'default', name: 'web' },
      'keeps the 3 old Pods',
      'At least 3 of 4 must stay available, so the roll-out stops here.',
    ),
  ];
}

export function storyTranscript(): readonly (readonly [string, string, number])[] {
  return [
    ['kubectl apply -f web.yaml', 'deployment.apps/web configured\n', 166.5e6],
    [
      'kubectl get pods -l app=web',
      'NAME                   READY   STATUS             RESTARTS   AGE\nweb-5c8b7d4f9-q8x4r    0/1     ImagePullBackOff   0          34s\nweb-5c8b7d4f9-t6n8z    0/1     ImagePullBackOff   0          34s\nweb-6f7d9c5b84-b6qnd   1/1     Running            0          2m51s\nweb-6f7d9c5b84-m5t7d   1/1     Running            0          2m51s\nweb-6f7d9c5b84-x2k9p   1/1     Running            0          2m51s\n',
      195e6,
    ],
    [
      'kubectl rollout status deploy/web --timeout=20s',
      'Waiting for deployment "web" rollout to finish: 2 out of 4 new replicas have been updated...\nerror: timed out waiting for the condition\n',
      196e6,
    ],
  ];
}
