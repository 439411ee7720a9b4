/** What `components.yaml` of metrics-server applies. Upstream: kubernetes-sigs/metrics-server v0.7.2, manifests */
import type {
  APIService,
  ClusterRole,
  ClusterRoleBinding,
  Deployment,
  PodSpec,
  RoleBinding,
  Service,
  ServiceAccount,
} from '../api/generated/types.ts';
import type { KubeObject } from '../api/object.ts';

export const METRICS_SERVER_NAME = 'registry.k8s.io/metrics-server/metrics-server';
export const METRICS_SERVER_TAG = 'v0.7.2';

const NAME = 'metrics-server';
const NAMESPACE = 'kube-system';
const LABELS = { 'k8s-app': NAME };
const RBAC = 'rbac.authorization.k8s.io';
const inNamespace = { name: NAME, namespace: NAMESPACE, labels: LABELS };
const subjects = [{ kind: 'ServiceAccount', name: NAME, namespace: NAMESPACE }];

const podSpec: PodSpec = {
  priorityClassName: 'system-cluster-critical',
  serviceAccountName: NAME,
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  containers: [
    {
      name: NAME,
      image: `${METRICS_SERVER_NAME}:${METRICS_SERVER_TAG}`,
      imagePullPolicy: 'IfNotPresent',
      args: [
        '--cert-dir=/tmp',
        '--secure-port=10250',
        '--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname',
        '--kubelet-use-node-status-port',
        '--metric-resolution=15s',
        '--kubelet-insecure-tls',
      ],
      ports: [{ name: 'https', containerPort: 10_250, protocol: 'TCP' }],
      livenessProbe: { httpGet: { path: '/livez', port: 'https', scheme: 'HTTPS' }, failureThreshold: 3, periodSeconds: 10 },
      readinessProbe: {
        httpGet: { path: '/readyz', port: 'https', scheme: 'HTTPS' },
        failureThreshold: 3,
        periodSeconds: 10,
        initialDelaySeconds: 20,
      },
      resources: { requests: { cpu: '100m', memory: '200Mi' } },
      securityContext: {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
        runAsUser: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      volumeMounts: [{ name: 'tmp-dir', mountPath: '/tmp' }],
    },
  ],
  volumes: [{ name: 'tmp-dir', emptyDir: {} }],
};

function roles(): readonly KubeObject[] {
  const account: ServiceAccount = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: inNamespace };
  const aggregate = Object.fromEntries(['admin', 'edit', 'view'].map((name) => [`${RBAC}/aggregate-to-${name}`, 'true']));
  const reader: ClusterRole = {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'system:aggregated-metrics-reader', labels: { ...LABELS, ...aggregate } },
    rules: [{ apiGroups: ['metrics.k8s.io'], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch'] }],
  };
  const own: ClusterRole = {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'system:metrics-server', labels: LABELS },
    rules: [
      { apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
      { apiGroups: [''], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch'] },
    ],
  };
  const authReader: RoleBinding = {
    apiVersion: `${RBAC}/v1`,
    kind: 'RoleBinding',
    metadata: { ...inNamespace, name: 'metrics-server-auth-reader' },
    roleRef: { apiGroup: RBAC, kind: 'Role', name: 'extension-apiserver-authentication-reader' },
    subjects,
  };
  const bind = (name: string, role: string): ClusterRoleBinding => ({
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name, labels: LABELS },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
    subjects,
  });
  return [
    account,
    reader,
    own,
    authReader,
    bind('metrics-server:system:auth-delegator', 'system:auth-delegator'),
    bind('system:metrics-server', 'system:metrics-server'),
  ];
}

/** In the order of the file. */
export function metricsServer(): readonly KubeObject[] {
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: inNamespace,
    spec: { selector: LABELS, ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 'https', appProtocol: 'https' }] },
  };
  const deployment: Deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: inNamespace,
    spec: {
      selector: { matchLabels: LABELS },
      strategy: { rollingUpdate: { maxUnavailable: 0 } },
      template: { metadata: { labels: LABELS }, spec: podSpec },
    },
  };
  const apiService: APIService = {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1beta1.metrics.k8s.io', labels: LABELS },
    spec: {
      group: 'metrics.k8s.io',
      version: 'v1beta1',
      groupPriorityMinimum: 100,
      versionPriority: 100,
      insecureSkipTLSVerify: true,
      service: { name: NAME, namespace: NAMESPACE },
    },
  };
  return [...roles(), service, deployment, apiService];
}
