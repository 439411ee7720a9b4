/** The manifests in /etc/kubernetes/manifests of the control-plane node: what kubeadm writes there, cut to the flags that
 *  mean something here. Their images start the components (control-plane-images.ts).
 *  Upstream: cmd/kubeadm/app/phases/{controlplane,etcd} */
import type { Container, Pod } from '../api/generated/types.ts';
import { ADDRESSES } from './profile.ts';

interface Part {
  readonly name: string;
  readonly image: string;
  readonly cpu: string;
  readonly memory?: string;
  readonly command: readonly string[];
  readonly hostPaths: readonly (readonly [name: string, path: string])[];
  readonly health: { readonly path: string; readonly port: number };
}

/** What the API server reads where Secrets are to be encrypted at rest. */
export const ENCRYPTION_FOLDER = '/etc/kubernetes/enc';

const CERTS = ['k8s-certs', '/etc/kubernetes/pki'] as const;

function parts(version: string, address: string, encrypts: boolean): readonly Part[] {
  return [
    {
      name: 'etcd', image: 'registry.k8s.io/etcd:3.5.21-0', cpu: '100m', memory: '100Mi', health: { path: '/readyz', port: 2381 },
      command: ['etcd', `--advertise-client-urls=https://${address}:2379`, '--data-dir=/var/lib/etcd', `--listen-client-urls=https://127.0.0.1:2379,https://${address}:2379`],
      hostPaths: [['etcd-certs', '/etc/kubernetes/pki/etcd'], ['etcd-data', '/var/lib/etcd']],
    },
    {
      name: 'kube-apiserver', image: `registry.k8s.io/kube-apiserver:${version}`, cpu: '250m', health: { path: '/readyz', port: ADDRESSES.apiserverPort },
      command: [
        'kube-apiserver', `--advertise-address=${address}`, '--authorization-mode=Node,RBAC', '--enable-admission-plugins=NodeRestriction',
        '--etcd-servers=https://127.0.0.1:2379', `--secure-port=${ADDRESSES.apiserverPort}`, `--service-cluster-ip-range=${ADDRESSES.serviceCidr}`,
        ...(encrypts ? [`--encryption-provider-config=${ENCRYPTION_FOLDER}/enc.yaml`] : []),
      ],
      hostPaths: encrypts ? [CERTS, ['enc', ENCRYPTION_FOLDER]] : [CERTS],
    },
    {
      name: 'kube-controller-manager', image: `registry.k8s.io/kube-controller-manager:${version}`, cpu: '200m', health: { path: '/healthz', port: 10257 },
      command: [
        'kube-controller-manager', '--allocate-node-cidrs=true', `--cluster-cidr=${ADDRESSES.podCidr}`, '--controllers=*,bootstrapsigner,tokencleaner',
        '--kubeconfig=/etc/kubernetes/controller-manager.conf', '--leader-elect=true', `--service-cluster-ip-range=${ADDRESSES.serviceCidr}`,
      ],
      hostPaths: [CERTS],
    },
    {
      name: 'kube-scheduler', image: `registry.k8s.io/kube-scheduler:${version}`, cpu: '100m', health: { path: '/livez', port: 10259 },
      command: ['kube-scheduler', '--bind-address=127.0.0.1', '--kubeconfig=/etc/kubernetes/scheduler.conf', '--leader-elect=true'],
      hostPaths: [],
    },
  ];
}

function container(part: Part): Container {
  const httpGet = { host: '127.0.0.1', path: part.health.path, port: part.health.port, scheme: 'HTTP' };
  return {
    name: part.name, image: part.image, command: part.command, imagePullPolicy: 'IfNotPresent',
    resources: { requests: { cpu: part.cpu, ...(part.memory && { memory: part.memory }) } },
    livenessProbe: { httpGet, failureThreshold: 8, initialDelaySeconds: 10, periodSeconds: 10, timeoutSeconds: 15 },
    startupProbe: { httpGet, failureThreshold: 24, initialDelaySeconds: 10, periodSeconds: 10, timeoutSeconds: 15 },
    volumeMounts: part.hostPaths.map(([name, mountPath]) => ({ name, mountPath, readOnly: name !== 'etcd-data' })),
  };
}

/** File name to manifest. */
export function staticPods(version: string, address: string, encrypts = false): Readonly<Record<string, Pod>> {
  return Object.fromEntries(parts(version, address, encrypts).map((part) => [`${part.name}.yaml`, {
    apiVersion: 'v1', kind: 'Pod',
    metadata: { name: part.name, namespace: 'kube-system', labels: { component: part.name, tier: 'control-plane' } },
    spec: {
      containers: [container(part)], hostNetwork: true, priority: 2000001000, priorityClassName: 'system-node-critical',
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      volumes: part.hostPaths.map(([name, path]) => ({ name, hostPath: { path, type: 'DirectoryOrCreate' } })),
    },
  }]));
}
