/** What `kubectl get` shows of each kind. FIDELITY A4. */
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../src/api/generated/types.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { RESOURCES } from '../../src/api/resources.ts';
import { podTable } from '../../src/apiserver/tables/pods.ts';
import { printRow, tableFor } from '../../src/apiserver/tables/table-for.ts';
import { type Json, NOW, resourceOf } from './support.ts';

const CREATED = '2026-11-15T11:55:00Z';
const at = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString().replace('.000', '');

const headers = (kind: string, group = ''): string =>
  tableFor({ kind, group }).columns.map(({ name, priority }) => (priority > 0 ? `${name}*` : name)).join(', ');

const COLUMNS: readonly (readonly [kind: string, group: string, columns: string])[] = [
  ['Pod', '', 'Name, Ready, Status, Restarts, Age, IP*, Node*, Nominated Node*, Readiness Gates*'],
  ['Deployment', 'apps', 'Name, Ready, Up-to-date, Available, Age, Containers*, Images*, Selector*'],
  ['ReplicaSet', 'apps', 'Name, Desired, Current, Ready, Age, Containers*, Images*, Selector*'],
  ['ReplicationController', '', 'Name, Desired, Current, Ready, Age, Containers*, Images*, Selector*'],
  ['StatefulSet', 'apps', 'Name, Ready, Age, Containers*, Images*'],
  ['DaemonSet', 'apps', 'Name, Desired, Current, Ready, Up-to-date, Available, Node Selector, Age, Containers*, Images*, Selector*'],
  ['Job', 'batch', 'Name, Status, Completions, Duration, Age, Containers*, Images*, Selector*'],
  ['CronJob', 'batch', 'Name, Schedule, Timezone, Suspend, Active, Last Schedule, Age, Containers*, Images*, Selector*'],
  ['Service', '', 'Name, Type, Cluster-IP, External-IP, Port(s), Age, Selector*'],
  ['Endpoints', '', 'Name, Endpoints, Age'],
  ['EndpointSlice', 'discovery.k8s.io', 'Name, AddressType, Ports, Endpoints, Age'],
  ['Ingress', 'networking.k8s.io', 'Name, Class, Hosts, Address, Ports, Age'],
  ['IngressClass', 'networking.k8s.io', 'Name, Controller, Parameters, Age'],
  ['NetworkPolicy', 'networking.k8s.io', 'Name, Pod-Selector, Age'],
  ['Node', '', 'Name, Status, Roles, Age, Version, Internal-IP*, External-IP*, OS-Image*, Kernel-Version*, Container-Runtime*'],
  ['Namespace', '', 'Name, Status, Age'],
  ['Lease', 'coordination.k8s.io', 'Name, Holder, Age'],
  ['Event', '', 'Last Seen, Type, Reason, Object, Subobject*, Source*, Message, First Seen*, Count*, Name*'],
  ['ConfigMap', '', 'Name, Data, Age'],
  ['Secret', '', 'Name, Type, Data, Age'],
  ['ServiceAccount', '', 'Name, Secrets, Age'],
  ['PersistentVolume', '', 'Name, Capacity, Access Modes, Reclaim Policy, Status, Claim, StorageClass, VolumeAttributesClass, Reason, Age, VolumeMode*'],
  ['PersistentVolumeClaim', '', 'Name, Status, Volume, Capacity, Access Modes, StorageClass, VolumeAttributesClass, Age, VolumeMode*'],
  ['StorageClass', 'storage.k8s.io', 'Name, Provisioner, ReclaimPolicy, VolumeBindingMode, AllowVolumeExpansion, Age'],
  ['HorizontalPodAutoscaler', 'autoscaling', 'Name, Reference, Targets, MinPods, MaxPods, Replicas, Age'],
  ['PodDisruptionBudget', 'policy', 'Name, Min Available, Max Unavailable, Allowed Disruptions, Age'],
  ['ResourceQuota', '', 'Name, Request, Limit, Age'],
  ['Role', 'rbac.authorization.k8s.io', 'Name, Created At'],
  ['ClusterRoleBinding', 'rbac.authorization.k8s.io', 'Name, Role, Age, Users*, Groups*, ServiceAccounts*'],
  ['PriorityClass', 'scheduling.k8s.io', 'Name, Value, Global-Default, Age, PreemptionPolicy'],
  ['CertificateSigningRequest', 'certificates.k8s.io', 'Name, Age, SignerName, Requestor, RequestedDuration, Condition'],
  ['ControllerRevision', 'apps', 'Name, Controller, Revision, Age'],
  ['LimitRange', '', 'Name, Created At'],
];

describe('columns (A4)', () => {
  it.each(COLUMNS)('%s', (kind, group, columns) => {
    expect(headers(kind, group)).toBe(columns);
  });

  it('are as many as the cells of any object', () => {
    for (const resource of RESOURCES) {
      const object = { metadata: { name: 'x' }, spec: { template: {}, jobTemplate: {}, source: {}, scaleTargetRef: {}, priorityLevelConfiguration: {} },
        roleRef: {}, involvedObject: {} } as KubeObject;
      const { columns } = tableFor(resource);
      expect([resource.kind, printRow(resource, object, NOW).cells.length]).toEqual([resource.kind, columns.length]);
    }
  });
});

type Status = NonNullable<Pod['status']>;
const running = { running: { startedAt: CREATED } };
const waiting = (reason: string): Json => ({ waiting: { reason } });
const ended = (exitCode: number, reason?: string, signal?: number): Json => ({ terminated: { exitCode, reason, signal } });
const status = (name: string, state: Json, more: Json = {}): Json =>
  ({ name, image: 'i', imageID: '', ready: 'running' in state, restartCount: 0, state, ...more });

function podRow(spec: Json, podStatus: Json, metadata: Json = {}): string {
  const pod = {
    metadata: { name: 'web', creationTimestamp: CREATED, ...metadata },
    spec: { containers: [{ name: 'a' }], ...spec }, status: podStatus as unknown as Status,
  } as Pod;
  return podTable.cells(pod, NOW).slice(1, 4).join(' ');
}

const two = { containers: [{ name: 'a' }, { name: 'b' }] };
const inits = { initContainers: [{ name: 'i' }, { name: 'j' }] };
const sidecar = { initContainers: [{ name: 's', restartPolicy: 'Always' }] };

const PODS: readonly (readonly [what: string, row: string, expected: string])[] = [
  ['pending', podRow({}, { phase: 'Pending' }), '0/1 Pending 0'],
  ['gated', podRow({}, { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] }), '0/1 SchedulingGated 0'],
  ['running', podRow({}, { phase: 'Running', containerStatuses: [status('a', running)] }), '1/1 Running 0'],
  ['creating', podRow({}, { phase: 'Pending', containerStatuses: [status('a', waiting('ContainerCreating'))] }), '0/1 ContainerCreating 0'],
  ['crashing', podRow({}, {
    phase: 'Running',
    containerStatuses: [status('a', waiting('CrashLoopBackOff'), { restartCount: 3, lastState: { terminated: { exitCode: 1, finishedAt: at(300) } } })],
  }), '0/1 CrashLoopBackOff 3 (5m ago)'],
  ['failed', podRow({}, { phase: 'Failed', containerStatuses: [status('a', ended(1, 'Error'))] }), '0/1 Error 0'],
  ['exit code', podRow({}, { phase: 'Failed', containerStatuses: [status('a', ended(3))] }), '0/1 ExitCode:3 0'],
  ['signal', podRow({}, { phase: 'Failed', containerStatuses: [status('a', ended(137, undefined, 9))] }), '0/1 Signal:9 0'],
  ['evicted', podRow({}, { phase: 'Failed', reason: 'Evicted' }), '0/1 Evicted 0'],
  ['one done, one runs, ready', podRow(two, {
    phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }], containerStatuses: [status('a', ended(0, 'Completed')), status('b', running)],
  }), '1/2 Running 0'],
  ['one done, one runs, not ready', podRow(two, {
    phase: 'Running', containerStatuses: [status('a', ended(0, 'Completed')), status('b', running)],
  }), '1/2 NotReady 0'],
  ['init at work', podRow(inits, { phase: 'Pending', initContainerStatuses: [status('i', ended(0)), status('j', running)] }), '0/1 Init:1/2 0'],
  ['init waits', podRow(inits, { phase: 'Pending', initContainerStatuses: [status('i', waiting('PodInitializing'))] }), '0/1 Init:0/2 0'],
  ['init fails', podRow(inits, {
    phase: 'Pending', initContainerStatuses: [status('i', waiting('CrashLoopBackOff'), { restartCount: 2 })],
  }), '0/1 Init:CrashLoopBackOff 2'],
  ['init error', podRow(inits, { phase: 'Failed', initContainerStatuses: [status('i', ended(1, 'Error'))] }), '0/1 Init:Error 0'],
  ['init exit code', podRow(inits, { phase: 'Failed', initContainerStatuses: [status('i', ended(2))] }), '0/1 Init:ExitCode:2 0'],
  ['sidecar', podRow(sidecar, {
    phase: 'Running', initContainerStatuses: [status('s', running, { started: true, restartCount: 1 })], containerStatuses: [status('a', running)],
  }), '2/2 Running 1'],
  ['sidecar starts', podRow(sidecar, { phase: 'Pending', initContainerStatuses: [status('s', running, { started: false })] }), '0/2 Init:0/1 0'],
  ['terminating', podRow({}, { phase: 'Running', containerStatuses: [status('a', running)] }, { deletionTimestamp: CREATED }), '1/1 Terminating 0'],
  ['node lost', podRow({}, { phase: 'Running', reason: 'NodeLost' }, { deletionTimestamp: CREATED }), '0/1 Unknown 0'],
  ['finished and deleted', podRow({}, { phase: 'Succeeded', containerStatuses: [status('a', ended(0, 'Completed'))] }, { deletionTimestamp: CREATED }),
    '0/1 Completed 0'],
];

describe('READY, STATUS and RESTARTS of a Pod (A4, I20)', () => {
  it.each(PODS)('%s', (_what, row, expected) => {
    expect(row).toBe(expected);
  });

  it('rows of finished Pods say so', () => {
    const finished = (phase: string): unknown => podTable.conditions?.({ metadata: {}, status: { phase } } as Pod);
    expect(finished('Succeeded')).toEqual([{ type: 'Completed', status: 'True', reason: 'Succeeded', message: 'The pod has completed successfully.' }]);
    expect(finished('Failed')).toEqual([{ type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' }]);
    expect(finished('Running')).toBeUndefined();
  });
});

const meta = { name: 'x', namespace: 'default', creationTimestamp: CREATED };
const ROWS: readonly (readonly [object: Json, cells: readonly unknown[]])[] = [
  [{ apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 3, selector: { matchLabels: { b: '2', a: '1' } }, template: { spec: { containers: [{ name: 'c', image: 'i' }] } } }, status: { readyReplicas: 1, updatedReplicas: 3 } },
    ['x', '1/3', 3, 0, '5m', 'c', 'i', 'a=1,b=2']],
  [{ apiVersion: 'v1', kind: 'Service', spec: { type: 'NodePort', clusterIPs: ['10.96.0.1'], ports: [{ port: 80, nodePort: 30080, protocol: 'TCP' }, { port: 53, protocol: 'UDP' }] } },
    ['x', 'NodePort', '10.96.0.1', '<none>', '80:30080/TCP,53/UDP', '5m', '<none>']],
  [{ apiVersion: 'v1', kind: 'Service', spec: { type: 'LoadBalancer', clusterIPs: ['10.96.0.1'], ports: [] } },
    ['x', 'LoadBalancer', '10.96.0.1', '<pending>', '<none>', '5m', '<none>']],
  [{ apiVersion: 'v1', kind: 'Node', metadata: { ...meta, labels: { 'node-role.kubernetes.io/control-plane': '' } }, spec: { unschedulable: true }, status: { conditions: [{ type: 'Ready', status: 'True' }], nodeInfo: { kubeletVersion: 'v1.33.1' } } },
    ['x', 'Ready,SchedulingDisabled', 'control-plane', '5m', 'v1.33.1', '<none>', '<none>', '<unknown>', '<unknown>', '<unknown>']],
  [{ apiVersion: 'batch/v1', kind: 'Job', spec: { parallelism: 3, template: {} }, status: { succeeded: 1, startTime: at(90), conditions: [{ type: 'Suspended', status: 'True' }] } },
    ['x', 'Suspended', '1/1 of 3', '90s', '5m', '', '', '<none>']],
  [{ apiVersion: 'batch/v1', kind: 'CronJob', spec: { schedule: '@daily', suspend: false, jobTemplate: {} }, status: { active: [{}] } },
    ['x', '@daily', '<none>', 'False', 1, '<none>', '5m', '', '', '<none>']],
  [{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', spec: { scaleTargetRef: { kind: 'Deployment', name: 'd' }, minReplicas: 1, maxReplicas: 5, metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }] } },
    ['x', 'Deployment/d', 'cpu: <unknown>/50%', '1', 5, 0, '5m']],
  [{ apiVersion: 'v1', kind: 'ResourceQuota', status: { hard: { pods: '10', 'requests.cpu': '4', 'limits.cpu': '8' }, used: { pods: '1' } } },
    ['x', 'pods: 1/10, requests.cpu: 0/4', 'limits.cpu: 0/8', '5m']],
  [{ apiVersion: 'v1', kind: 'Endpoints', subsets: [{ addresses: [{ ip: '1.1.1.1' }, { ip: '1.1.1.2' }, { ip: '1.1.1.3' }, { ip: '1.1.1.4' }], ports: [{ port: 80 }] }] },
    ['x', '1.1.1.1:80,1.1.1.2:80,1.1.1.3:80 + 1 more...', '5m']],
  [{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4' }, ['x', 'IPv4', '<unset>', '<unset>', '5m']],
  [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', spec: { volumeName: 'pv', storageClassName: 'fast', volumeMode: 'Filesystem' }, status: { phase: 'Bound', capacity: { storage: '1Gi' }, accessModes: ['ReadWriteMany', 'ReadWriteOnce'] } },
    ['x', 'Bound', 'pv', '1Gi', 'RWO,RWX', 'fast', '<unset>', '5m', 'Filesystem']],
  [{ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { ...meta, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } }, provisioner: 'p' },
    ['x (default)', 'p', 'Delete', 'Immediate', false, '5m']],
  [{ apiVersion: 'v1', kind: 'Event', involvedObject: { kind: 'Pod', name: 'web' }, type: 'Normal', reason: 'Pulled', message: ' hi \n', firstTimestamp: at(240), lastTimestamp: at(10), count: 5, source: { component: 'kubelet', host: 'n1' } },
    ['10s', 'Normal', 'Pulled', 'pod/web', '', 'kubelet, n1', 'hi', '4m', 5, 'x']],
  [{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', roleRef: { kind: 'Role', name: 'r' }, subjects: [{ kind: 'ServiceAccount', name: 'sa', namespace: 'ns' }, { kind: 'User', name: 'jane' }] },
    ['x', 'Role/r', '5m', 'jane', '', 'ns/sa']],
  [{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' }, ['x', CREATED]],
];

describe('rows (A4)', () => {
  it.each(ROWS.map(([object, cells]) => [`${String(object['kind'])} ${String(cells[1])}`, object, cells] as const))('%s', (_name, object, cells) => {
    expect(printRow(resourceOf(object), { metadata: meta, ...object } as KubeObject, NOW).cells).toEqual(cells);
  });
});
