/** What kubeadm applies to a new cluster besides the control plane: CoreDNS, kube-proxy, and the configuration they read;
 *  and metrics-server and a default StorageClass, which most clusters have.
 *  Upstream: cmd/kubeadm/app/phases/addons */
import type { ConfigMap, DaemonSet, Deployment, PodSpec, Service, ServiceAccount } from '../api/generated/types.ts';
import type { KubeObject } from '../api/object.ts';
import { localPathStorage } from '../addons/local-path-manifests.ts';
import { metricsServer } from '../addons/metrics-server-manifests.ts';
import { ADDRESSES } from './profile.ts';

export const COREDNS_IMAGE = 'registry.k8s.io/coredns/coredns:v1.12.0';

const inKubeSystem = (name: string, labels?: Readonly<Record<string, string>>) => ({ name, namespace: 'kube-system', ...(labels && { labels }) });

const DNS_LABELS = { 'k8s-app': 'kube-dns' };

const corefile = `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes ${ADDRESSES.clusterDomain} in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30
    loop
    reload
    loadbalance
}
`;

const dnsPodSpec: PodSpec = {
  priorityClassName: 'system-cluster-critical', serviceAccountName: 'coredns', dnsPolicy: 'Default', nodeSelector: { 'kubernetes.io/os': 'linux' },
  tolerations: [{ key: 'CriticalAddonsOnly', operator: 'Exists' }, { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
  affinity: {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{
        weight: 100,
        podAffinityTerm: { labelSelector: { matchExpressions: [{ key: 'k8s-app', operator: 'In', values: ['kube-dns'] }] }, topologyKey: 'kubernetes.io/hostname' },
      }],
    },
  },
  containers: [{
    name: 'coredns', image: COREDNS_IMAGE, imagePullPolicy: 'IfNotPresent', args: ['-conf', '/etc/coredns/Corefile'],
    resources: { limits: { memory: '170Mi' }, requests: { cpu: '100m', memory: '70Mi' } },
    ports: [{ name: 'dns', containerPort: 53, protocol: 'UDP' }, { name: 'dns-tcp', containerPort: 53, protocol: 'TCP' }, { name: 'metrics', containerPort: 9153, protocol: 'TCP' }],
    livenessProbe: { httpGet: { path: '/health', port: 8080, scheme: 'HTTP' }, initialDelaySeconds: 60, timeoutSeconds: 5, successThreshold: 1, failureThreshold: 5 },
    readinessProbe: { httpGet: { path: '/ready', port: 8181, scheme: 'HTTP' } },
    volumeMounts: [{ name: 'config-volume', mountPath: '/etc/coredns', readOnly: true }],
    securityContext: { allowPrivilegeEscalation: false, capabilities: { add: ['NET_BIND_SERVICE'], drop: ['ALL'] }, readOnlyRootFilesystem: true },
  }],
  volumes: [{ name: 'config-volume', configMap: { name: 'coredns', items: [{ key: 'Corefile', path: 'Corefile' }] } }],
};

function coreDns(): readonly KubeObject[] {
  const account: ServiceAccount = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: inKubeSystem('coredns') };
  const config: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: inKubeSystem('coredns'), data: { Corefile: corefile } };
  const deployment: Deployment = {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: inKubeSystem('coredns', DNS_LABELS),
    spec: {
      replicas: 2, strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } }, selector: { matchLabels: DNS_LABELS },
      template: { metadata: { labels: DNS_LABELS }, spec: dnsPodSpec },
    },
  };
  const service: Service = {
    apiVersion: 'v1', kind: 'Service',
    metadata: {
      ...inKubeSystem('kube-dns', { ...DNS_LABELS, 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' }),
      annotations: { 'prometheus.io/port': '9153', 'prometheus.io/scrape': 'true' },
    },
    spec: {
      selector: DNS_LABELS, clusterIP: ADDRESSES.dnsService,
      ports: [{ name: 'dns', port: 53, protocol: 'UDP' }, { name: 'dns-tcp', port: 53, protocol: 'TCP' }, { name: 'metrics', port: 9153, protocol: 'TCP' }],
    },
  };
  return [account, config, deployment, service];
}

function kubeProxy(version: string): readonly KubeObject[] {
  const labels = { 'k8s-app': 'kube-proxy' };
  const account: ServiceAccount = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: inKubeSystem('kube-proxy') };
  const config: ConfigMap = {
    apiVersion: 'v1', kind: 'ConfigMap', metadata: inKubeSystem('kube-proxy', { app: 'kube-proxy' }),
    data: { 'config.conf': `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nclusterCIDR: ${ADDRESSES.podCidr}\nkind: KubeProxyConfiguration\nmode: iptables\n` },
  };
  const daemonSet: DaemonSet = {
    apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: inKubeSystem('kube-proxy', labels),
    spec: {
      selector: { matchLabels: labels }, updateStrategy: { type: 'RollingUpdate' },
      template: {
        metadata: { labels },
        spec: {
          priorityClassName: 'system-node-critical', hostNetwork: true, serviceAccountName: 'kube-proxy', nodeSelector: { 'kubernetes.io/os': 'linux' }, tolerations: [{ operator: 'Exists' }],
          containers: [{
            name: 'kube-proxy', image: `registry.k8s.io/kube-proxy:${version}`, imagePullPolicy: 'IfNotPresent',
            command: ['/usr/local/bin/kube-proxy', '--config=/var/lib/kube-proxy/config.conf', '--hostname-override=$(NODE_NAME)'],
            securityContext: { privileged: true }, volumeMounts: [{ name: 'kube-proxy', mountPath: '/var/lib/kube-proxy' }],
            env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
          }],
          volumes: [{ name: 'kube-proxy', configMap: { name: 'kube-proxy' } }],
        },
      },
    },
  };
  return [account, config, daemonSet];
}

/** In the order in which kubeadm applies them. */
export function clusterAddons(version: string): readonly KubeObject[] {
  const kubeadmConfig: ConfigMap = {
    apiVersion: 'v1', kind: 'ConfigMap', metadata: inKubeSystem('kubeadm-config'),
    data: {
      ClusterConfiguration: `apiVersion: kubeadm.k8s.io/v1beta4\nclusterName: tabernetes\nkind: ClusterConfiguration\nkubernetesVersion: ${version}\n`
        + `networking:\n  dnsDomain: ${ADDRESSES.clusterDomain}\n  podSubnet: ${ADDRESSES.podCidr}\n  serviceSubnet: ${ADDRESSES.serviceCidr}\n`,
    },
  };
  return [kubeadmConfig, ...coreDns(), ...kubeProxy(version), ...localPathStorage(), ...metricsServer()];
}
