/** What ingress-nginx publishes for its providers: the controller with its webhook, and the Jobs that make its certificate.
 *  Differs from Kubernetes: Gateway, metrics and the configuration of nginx are left out.
 *  Upstream: github.com/kubernetes/ingress-nginx deploy/static/provider */
import type {
  ClusterRole,
  ClusterRoleBinding,
  ConfigMap,
  Deployment,
  IngressClass,
  Job,
  Namespace,
  PodSpec,
  PolicyRule,
  Role,
  RoleBinding,
  Service,
  ServiceAccount,
  ValidatingWebhookConfiguration,
} from '../../api/generated/types.ts';
import type { KubeObject } from '../../api/object.ts';

export const INGRESS_NGINX_VERSION = 'v1.12.1';
const CERTGEN_VERSION = 'v1.5.2';

/** Where its Service is reached: a cloud's balancer, a port of every node, or the ports 80 and 443 of the node itself. */
export type IngressProvider = 'cloud' | 'baremetal' | 'host';

const NAME = 'ingress-nginx';
const CONTROLLER = `${NAME}-controller`;
const ADMISSION = `${NAME}-admission`;
const RBAC = 'rbac.authorization.k8s.io';
const SELECTOR = { 'app.kubernetes.io/component': 'controller', 'app.kubernetes.io/instance': NAME, 'app.kubernetes.io/name': NAME };

const labels = (component: 'controller' | 'admission-webhook') => ({
  'app.kubernetes.io/component': component,
  'app.kubernetes.io/instance': NAME,
  'app.kubernetes.io/name': NAME,
  'app.kubernetes.io/part-of': NAME,
  'app.kubernetes.io/version': INGRESS_NGINX_VERSION.slice(1),
});
const here = (name: string, component: 'controller' | 'admission-webhook' = 'controller') => ({
  name,
  namespace: NAME,
  labels: labels(component),
});
const everywhere = (name: string, component: 'controller' | 'admission-webhook' = 'controller') => ({ name, labels: labels(component) });

const READ = ['get', 'list', 'watch'];
const rule = (group: string, resources: readonly string[], verbs: readonly string[], names?: readonly string[]): PolicyRule => ({
  apiGroups: [group],
  resources: [...resources],
  verbs: [...verbs],
  ...(names && { resourceNames: [...names] }),
});
const networking = (classVerbs: readonly string[]): readonly PolicyRule[] => [
  rule('networking.k8s.io', ['ingresses'], READ),
  rule('networking.k8s.io', ['ingresses/status'], ['update']),
  rule('networking.k8s.io', ['ingressclasses'], classVerbs),
  rule('', ['events'], ['create', 'patch']),
  rule('discovery.k8s.io', ['endpointslices'], ['list', 'watch', 'get']),
];

function accessOf(
  name: string,
  component: 'controller' | 'admission-webhook',
  inNamespace: readonly PolicyRule[],
  inCluster: readonly PolicyRule[],
) {
  const account: ServiceAccount = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: here(name, component),
    automountServiceAccountToken: true,
  };
  const subjects = [{ kind: 'ServiceAccount', name, namespace: NAME }];
  const role: Role = { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata: here(name, component), rules: [...inNamespace] };
  const clusterRole: ClusterRole = {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: everywhere(name, component),
    rules: [...inCluster],
  };
  const binding: RoleBinding = {
    apiVersion: `${RBAC}/v1`,
    kind: 'RoleBinding',
    metadata: here(name, component),
    roleRef: { apiGroup: RBAC, kind: 'Role', name },
    subjects,
  };
  const clusterBinding: ClusterRoleBinding = {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: everywhere(name, component),
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
    subjects,
  };
  return [account, role, clusterRole, binding, clusterBinding];
}

const access = (): readonly KubeObject[] => [
  ...accessOf(
    NAME,
    'controller',
    [
      rule('', ['namespaces'], ['get']),
      rule('', ['configmaps', 'pods', 'secrets', 'endpoints'], READ),
      rule('', ['services'], READ),
      ...networking(READ),
      rule('coordination.k8s.io', ['leases'], ['get', 'update'], [`${NAME}-leader`]),
      rule('coordination.k8s.io', ['leases'], ['create']),
    ],
    [
      rule('', ['configmaps', 'endpoints', 'nodes', 'pods', 'secrets', 'namespaces'], ['list', 'watch']),
      rule('coordination.k8s.io', ['leases'], ['list', 'watch']),
      rule('', ['nodes'], ['get']),
      rule('', ['services'], READ),
      ...networking(READ),
    ],
  ),
  ...accessOf(
    ADMISSION,
    'admission-webhook',
    [rule('', ['secrets'], ['get', 'create'])],
    [rule('admissionregistration.k8s.io', ['validatingwebhookconfigurations'], ['get', 'update'])],
  ),
];

function services(provider: IngressProvider): readonly Service[] {
  const door: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: here(CONTROLLER),
    spec: {
      type: provider === 'cloud' ? 'LoadBalancer' : 'NodePort',
      ...(provider === 'cloud' && { externalTrafficPolicy: 'Local' }),
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      ports: [
        { name: 'http', port: 80, protocol: 'TCP', targetPort: 'http', appProtocol: 'http' },
        { name: 'https', port: 443, protocol: 'TCP', targetPort: 'https', appProtocol: 'https' },
      ],
      selector: SELECTOR,
    },
  };
  const webhook: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: here(`${CONTROLLER}-admission`),
    spec: {
      type: 'ClusterIP',
      ports: [{ name: 'https-webhook', port: 443, targetPort: 'webhook', appProtocol: 'https' }],
      selector: SELECTOR,
    },
  };
  return [door, webhook];
}

const fieldEnv = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });

function podSpec(provider: IngressProvider): PodSpec {
  const onHost = provider === 'host';
  const probe = {
    httpGet: { path: '/healthz', port: 10_254, scheme: 'HTTP' },
    initialDelaySeconds: 10,
    periodSeconds: 10,
    timeoutSeconds: 1,
  };
  return {
    dnsPolicy: 'ClusterFirst',
    nodeSelector: { 'kubernetes.io/os': 'linux', ...(onHost && { 'node-role.kubernetes.io/control-plane': '' }) },
    ...(onHost && { tolerations: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Equal', effect: 'NoSchedule' }] }),
    serviceAccountName: NAME,
    terminationGracePeriodSeconds: onHost ? 0 : 300,
    containers: [
      {
        name: 'controller',
        image: `registry.k8s.io/ingress-nginx/controller:${INGRESS_NGINX_VERSION}`,
        imagePullPolicy: 'IfNotPresent',
        args: [
          '/nginx-ingress-controller',
          ...(provider === 'cloud' ? [`--publish-service=$(POD_NAMESPACE)/${CONTROLLER}`] : []),
          `--election-id=${NAME}-leader`,
          '--controller-class=k8s.io/ingress-nginx',
          '--ingress-class=nginx',
          `--configmap=$(POD_NAMESPACE)/${CONTROLLER}`,
          '--validating-webhook=:8443',
          '--validating-webhook-certificate=/usr/local/certificates/cert',
          '--validating-webhook-key=/usr/local/certificates/key',
          ...(onHost ? ['--watch-ingress-without-class=true'] : []),
        ],
        env: [fieldEnv('POD_NAME', 'metadata.name'), fieldEnv('POD_NAMESPACE', 'metadata.namespace')],
        ports: [
          { name: 'http', containerPort: 80, protocol: 'TCP', ...(onHost && { hostPort: 80 }) },
          { name: 'https', containerPort: 443, protocol: 'TCP', ...(onHost && { hostPort: 443 }) },
          { name: 'webhook', containerPort: 8443, protocol: 'TCP' },
        ],
        livenessProbe: { ...probe, failureThreshold: 5 },
        readinessProbe: { ...probe, failureThreshold: 3 },
        resources: { requests: { cpu: '100m', memory: '90Mi' } },
        securityContext: {
          runAsUser: 101,
          runAsNonRoot: true,
          allowPrivilegeEscalation: false,
          capabilities: { add: ['NET_BIND_SERVICE'], drop: ['ALL'] },
        },
        volumeMounts: [{ name: 'webhook-cert', mountPath: '/usr/local/certificates/', readOnly: true }],
      },
    ],
    volumes: [{ name: 'webhook-cert', secret: { secretName: ADMISSION } }],
  };
}

function jobOf(step: 'create' | 'patch', args: readonly string[]): Job {
  const name = `${ADMISSION}-${step}`;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: here(name, 'admission-webhook'),
    spec: {
      // Gone once it has ended: another release can then be applied over this one.
      ttlSecondsAfterFinished: 0,
      template: {
        metadata: { name, labels: labels('admission-webhook') },
        spec: {
          restartPolicy: 'OnFailure',
          serviceAccountName: ADMISSION,
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          containers: [
            {
              name: step,
              image: `registry.k8s.io/ingress-nginx/kube-webhook-certgen:${CERTGEN_VERSION}`,
              imagePullPolicy: 'IfNotPresent',
              args: [step, ...args, '--namespace=$(POD_NAMESPACE)', `--secret-name=${ADMISSION}`],
              env: [fieldEnv('POD_NAMESPACE', 'metadata.namespace')],
            },
          ],
        },
      },
    },
  };
}

const WEBHOOK: ValidatingWebhookConfiguration = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: everywhere(ADMISSION, 'admission-webhook'),
  webhooks: [
    {
      name: 'validate.nginx.ingress.kubernetes.io',
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      failurePolicy: 'Fail',
      matchPolicy: 'Equivalent',
      rules: [{ apiGroups: ['networking.k8s.io'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['ingresses'] }],
      clientConfig: { service: { name: `${CONTROLLER}-admission`, namespace: NAME, path: '/networking/v1/ingresses', port: 443 } },
    },
  ],
};

export function ingressNginx(provider: IngressProvider): readonly KubeObject[] {
  const namespace: Namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: NAME, labels: { 'app.kubernetes.io/instance': NAME, 'app.kubernetes.io/name': NAME } },
  };
  const config: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: here(CONTROLLER), data: {} };
  const deployment: Deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: here(CONTROLLER),
    spec: {
      minReadySeconds: 0,
      revisionHistoryLimit: 10,
      selector: { matchLabels: SELECTOR },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
      template: { metadata: { labels: labels('controller') }, spec: podSpec(provider) },
    },
  };
  const ingressClass: IngressClass = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: everywhere('nginx'),
    spec: { controller: 'k8s.io/ingress-nginx' },
  };
  const hosts = `--host=${CONTROLLER}-admission,${CONTROLLER}-admission.$(POD_NAMESPACE).svc`;
  const patch = ['--webhook-name=ingress-nginx-admission', '--patch-mutating=false', '--patch-failure-policy=Fail'];
  return [
    namespace,
    ...access(),
    config,
    ...services(provider),
    deployment,
    jobOf('create', [hosts]),
    jobOf('patch', patch),
    ingressClass,
    WEBHOOK,
  ];
}
