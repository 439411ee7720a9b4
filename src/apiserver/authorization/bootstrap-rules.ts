/** The rules of the ClusterRoles that every cluster starts with.
 *  Upstream: plugin/pkg/auth/authorizer/rbac/bootstrappolicy/{policy,controller_policy}.go */
import type { PolicyRule } from '../../api/generated/types.ts';

const words = (text: string): string[] => text.split(' ');

/** Verbs, API groups ("core" is the core group) and resources, each as words. */
function rule(verbs: string, groups: string, resources: string, names?: string): PolicyRule {
  return {
    apiGroups: words(groups).map((group) => (group === 'core' ? '' : group)),
    resources: words(resources),
    verbs: words(verbs),
    ...(names !== undefined && { resourceNames: words(names) }),
  };
}

const urls = (paths: string): PolicyRule => ({ nonResourceURLs: words(paths), verbs: ['get'] });

const READ = 'get list watch';
const WRITE = 'create delete deletecollection patch update';
const ALL = `${WRITE} ${READ}`;
const EVENTS = rule('create patch update', 'core events.k8s.io', 'events');
const AUTHENTICATION = rule('create', 'authentication.k8s.io', 'tokenreviews');
const AUTHORIZATION = rule('create', 'authorization.k8s.io', 'subjectaccessreviews');

const APPS = 'daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale '
  + 'replicasets/status statefulsets statefulsets/scale statefulsets/status';
const APPS_WRITE = 'daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale';

const VIEW = [
  rule(READ, 'core', 'configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers '
    + 'replicationcontrollers/scale serviceaccounts services services/status'),
  rule(READ, 'core', 'bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas '
    + 'resourcequotas/status'),
  rule(READ, 'core', 'namespaces'),
  rule(READ, 'discovery.k8s.io', 'endpointslices'),
  rule(READ, 'apps', `controllerrevisions ${APPS}`),
  rule(READ, 'autoscaling', 'horizontalpodautoscalers horizontalpodautoscalers/status'),
  rule(READ, 'batch', 'cronjobs cronjobs/status jobs jobs/status'),
  rule(READ, 'policy', 'poddisruptionbudgets poddisruptionbudgets/status'),
  rule(READ, 'networking.k8s.io', 'ingresses ingresses/status networkpolicies'),
];

const EDIT = [
  rule(READ, 'core', 'pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy'),
  rule('impersonate', 'core', 'serviceaccounts'),
  rule(WRITE, 'core', 'pods pods/attach pods/exec pods/portforward pods/proxy'),
  rule('create', 'core', 'pods/eviction'),
  rule(WRITE, 'core', 'configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets '
    + 'serviceaccounts services services/proxy'),
  rule('create', 'core', 'serviceaccounts/token'),
  rule(WRITE, 'apps', APPS_WRITE),
  rule(WRITE, 'autoscaling', 'horizontalpodautoscalers'),
  rule(WRITE, 'batch', 'cronjobs jobs'),
  rule(WRITE, 'policy', 'poddisruptionbudgets'),
  rule(WRITE, 'networking.k8s.io', 'ingresses networkpolicies'),
  rule(ALL, 'coordination.k8s.io', 'leases'),
];

const ADMIN = [
  rule('create', 'authorization.k8s.io', 'localsubjectaccessreviews'),
  rule(ALL, 'rbac.authorization.k8s.io', 'rolebindings roles'),
];

/** What a kubelet may do. */
export const NODE_RULES: readonly PolicyRule[] = [
  AUTHENTICATION,
  rule('create', 'authorization.k8s.io', 'localsubjectaccessreviews subjectaccessreviews'),
  rule(READ, 'core', 'services'),
  rule('create get list watch', 'core', 'nodes'),
  rule('patch update', 'core', 'nodes/status'),
  rule('patch update', 'core', 'nodes'),
  EVENTS,
  rule(READ, 'core', 'pods'),
  rule('create delete', 'core', 'pods'),
  rule('patch update', 'core', 'pods/status'),
  rule('create', 'core', 'pods/eviction'),
  rule(READ, 'core', 'configmaps secrets'),
  rule('get', 'core', 'persistentvolumeclaims persistentvolumes'),
  rule('get', 'core', 'endpoints'),
  rule('create get list watch', 'certificates.k8s.io', 'certificatesigningrequests'),
  rule('get create update patch delete', 'coordination.k8s.io', 'leases'),
  rule('get', 'storage.k8s.io', 'volumeattachments'),
  rule('create', 'core', 'serviceaccounts/token'),
  rule('get update patch', 'core', 'persistentvolumeclaims/status'),
  rule(READ, 'storage.k8s.io', 'csidrivers'),
  rule('get create update patch delete', 'storage.k8s.io', 'csinodes'),
  rule(READ, 'node.k8s.io', 'runtimeclasses'),
  rule(READ, 'discovery.k8s.io', 'endpointslices'),
];

const HEALTH = '/healthz /livez /readyz /version /version/';
const DISCOVERY = '/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/';

/** Name to rules, aggregated roles and those of single controllers left out. */
export const CLUSTER_ROLES: Readonly<Record<string, readonly PolicyRule[]>> = {
  'cluster-admin': [rule('*', '*', '*'), { nonResourceURLs: ['*'], verbs: ['*'] }],
  'system:aggregate-to-admin': ADMIN,
  'system:aggregate-to-edit': EDIT,
  'system:aggregate-to-view': VIEW,
  'system:auth-delegator': [AUTHENTICATION, AUTHORIZATION],
  'system:basic-user': [
    rule('create', 'authorization.k8s.io', 'selfsubjectaccessreviews selfsubjectrulesreviews'),
    rule('create', 'authentication.k8s.io', 'selfsubjectreviews'),
  ],
  'system:certificates.k8s.io:certificatesigningrequests:nodeclient': [
    rule('create', 'certificates.k8s.io', 'certificatesigningrequests/nodeclient'),
  ],
  'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient': [
    rule('create', 'certificates.k8s.io', 'certificatesigningrequests/selfnodeclient'),
  ],
  'system:coredns': [
    rule('list watch', 'core', 'endpoints services pods namespaces'), rule('list watch', 'discovery.k8s.io', 'endpointslices'),
  ],
  'system:discovery': [urls(DISCOVERY)],
  'system:heapster': [rule(READ, 'core', 'events namespaces nodes pods'), rule(READ, 'extensions', 'deployments')],
  'system:kube-aggregator': [rule(READ, 'core', 'endpoints services')],
  'system:kube-controller-manager': [
    EVENTS, rule('create get update', 'coordination.k8s.io', 'leases'), rule('create', 'core', 'secrets serviceaccounts'),
    rule('delete', 'core', 'secrets'), rule('get', 'core', 'configmaps namespaces secrets serviceaccounts'),
    rule('update', 'core', 'secrets serviceaccounts'), AUTHENTICATION, AUTHORIZATION, rule('list watch', '*', '*'),
    rule('create', 'core', 'serviceaccounts/token'),
  ],
  'system:kube-dns': [rule('list watch', 'core', 'endpoints services')],
  'system:kube-scheduler': [
    EVENTS, rule('create get list update watch', 'coordination.k8s.io', 'leases'), rule(READ, 'core', 'nodes'),
    rule('delete get list watch', 'core', 'pods'), rule('create', 'core', 'bindings pods/binding'), rule('patch update', 'core', 'pods/status'),
    rule(READ, 'core', 'replicationcontrollers services'), rule(READ, 'apps extensions', 'replicasets'), rule(READ, 'apps', 'statefulsets'),
    rule(READ, 'policy', 'poddisruptionbudgets'), rule(READ, 'core', 'persistentvolumeclaims persistentvolumes'), AUTHENTICATION,
    AUTHORIZATION, rule(READ, 'storage.k8s.io', 'csinodes csidrivers csistoragecapacities'), rule(READ, 'core', 'namespaces'),
  ],
  'system:monitoring': [urls('/healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/*')],
  'system:node': NODE_RULES,
  'system:node-bootstrapper': [rule('create get list watch', 'certificates.k8s.io', 'certificatesigningrequests')],
  'system:node-problem-detector': [rule('get', 'core', 'nodes'), rule('patch', 'core', 'nodes/status'), EVENTS],
  'system:node-proxier': [
    rule('list watch', 'core', 'endpoints services'), rule(READ, 'core', 'nodes'), EVENTS,
    rule('list watch', 'discovery.k8s.io', 'endpointslices'), rule('list watch', 'networking.k8s.io', 'servicecidrs'),
  ],
  'system:persistent-volume-provisioner': [
    rule('create delete get list watch', 'core', 'persistentvolumes'), rule('get list update watch', 'core', 'persistentvolumeclaims'),
    rule(READ, 'storage.k8s.io', 'storageclasses'), rule('watch', 'core', 'events'), EVENTS,
  ],
  'system:public-info-viewer': [urls(HEALTH)],
  'system:service-account-issuer-discovery': [urls('/.well-known/openid-configuration /openid/v1/jwks')],
  'system:volume-scheduler': [
    rule('get list patch update watch', 'core', 'persistentvolumes'), rule(READ, 'storage.k8s.io', 'storageclasses'),
    rule('get list patch update watch', 'core', 'persistentvolumeclaims'),
  ],
};

/** Aggregated role to the aggregates that make it up, in the order in which their rules are gathered. */
export const AGGREGATED: Readonly<Record<string, { readonly label: string; readonly of: readonly string[] }>> = {
  'admin': { label: 'aggregate-to-admin', of: ['system:aggregate-to-admin', 'system:aggregate-to-edit', 'system:aggregate-to-view'] },
  'edit': { label: 'aggregate-to-edit', of: ['system:aggregate-to-edit', 'system:aggregate-to-view'] },
  'view': { label: 'aggregate-to-view', of: ['system:aggregate-to-view'] },
};

const DELETING = 'delete deletecollection get list';

/** system:controller:<name> to rules. */
export const CONTROLLER_ROLES: Readonly<Record<string, readonly PolicyRule[]>> = {
  'attachdetach-controller': [
    rule('list watch', 'core', 'persistentvolumeclaims persistentvolumes'), rule(READ, 'core', 'nodes'), rule('patch update', 'core', 'nodes/status'),
    rule('list watch', 'core', 'pods'), rule('create delete get list watch', 'storage.k8s.io', 'volumeattachments'), EVENTS,
    rule(READ, 'storage.k8s.io', 'csidrivers csinodes'),
  ],
  'certificate-controller': [
    rule('delete get list watch', 'certificates.k8s.io', 'certificatesigningrequests'),
    rule('update', 'certificates.k8s.io', 'certificatesigningrequests/approval certificatesigningrequests/status'),
    rule('approve', 'certificates.k8s.io', 'signers', 'kubernetes.io/kube-apiserver-client-kubelet'),
    rule('sign', 'certificates.k8s.io', 'signers',
      'kubernetes.io/kube-apiserver-client kubernetes.io/kube-apiserver-client-kubelet kubernetes.io/kubelet-serving kubernetes.io/legacy-unknown'),
    AUTHORIZATION, EVENTS,
  ],
  'clusterrole-aggregation-controller': [rule('escalate get list patch update watch', 'rbac.authorization.k8s.io', 'clusterroles')],
  'cronjob-controller': [
    rule('get list update watch', 'batch', 'cronjobs'), rule('create delete get list patch update watch', 'batch', 'jobs'),
    rule('update', 'batch', 'cronjobs/status'), rule('update', 'batch', 'cronjobs/finalizers'), rule('delete list', 'core', 'pods'), EVENTS,
  ],
  'daemon-set-controller': [
    rule(READ, 'apps extensions', 'daemonsets'), rule('update', 'apps extensions', 'daemonsets/status daemonsets/finalizers'),
    rule('list watch', 'core', 'nodes'), rule('create delete list patch watch', 'core', 'pods'), rule('create', 'core', 'pods/binding'),
    rule('create delete get list patch update watch', 'apps', 'controllerrevisions'), EVENTS,
  ],
  'deployment-controller': [
    rule('get list update watch', 'apps extensions', 'deployments'),
    rule('update', 'apps extensions', 'deployments/status deployments/finalizers'),
    rule('create delete get list patch update watch', 'apps extensions', 'replicasets'), rule('get list update watch', 'core', 'pods'), EVENTS,
  ],
  'disruption-controller': [
    rule(READ, 'apps extensions', 'deployments replicasets statefulsets'), rule(READ, 'core', 'replicationcontrollers'),
    rule(READ, 'policy', 'poddisruptionbudgets'), rule('update', 'policy', 'poddisruptionbudgets/status'),
    rule('patch update', 'core', 'pods/status'),
    EVENTS, rule('get', '*', '*/scale'),
  ],
  'endpoint-controller': [
    rule(READ, 'core', 'pods services'), rule('create delete get list update', 'core', 'endpoints'),
    rule('create', 'core', 'endpoints/restricted'), EVENTS,
  ],
  'endpointslice-controller': [
    rule(READ, 'core', 'nodes pods services'), rule('update', 'core', 'services/finalizers'),
    rule('create delete get list update watch', 'discovery.k8s.io', 'endpointslices'), EVENTS,
  ],
  'endpointslicemirroring-controller': [
    rule(READ, 'core', 'endpoints services'), rule('update', 'core', 'services/finalizers endpoints/finalizers'),
    rule('create delete get list update watch', 'discovery.k8s.io', 'endpointslices'), EVENTS,
  ],
  'ephemeral-volume-controller': [
    rule(READ, 'core', 'pods'), rule('update', 'core', 'pods/finalizers'), rule('create get list watch', 'core', 'persistentvolumeclaims'), EVENTS,
  ],
  'expand-controller': [
    rule('get list patch update watch', 'core', 'persistentvolumes persistentvolumeclaims'),
    rule('patch update', 'core', 'persistentvolumeclaims/status'),
    rule(READ, 'storage.k8s.io', 'storageclasses'), EVENTS,
  ],
  'generic-garbage-collector': [rule('delete get list patch update watch', '*', '*'), EVENTS],
  'horizontal-pod-autoscaler': [
    rule(READ, 'autoscaling', 'horizontalpodautoscalers'), rule('update', 'autoscaling', 'horizontalpodautoscalers/status'),
    rule('get update', '*', '*/scale'), rule('list', 'core', 'pods'), rule('list', 'metrics.k8s.io', 'pods'),
    rule('get list', 'custom.metrics.k8s.io external.metrics.k8s.io', '*'), EVENTS,
  ],
  'job-controller': [
    rule('get list patch update watch', 'batch', 'jobs'), rule('update', 'batch', 'jobs/status jobs/finalizers'),
    rule('create delete list patch watch', 'core', 'pods'), EVENTS,
  ],
  'namespace-controller': [
    rule('delete get list watch', 'core', 'namespaces'), rule('update', 'core', 'namespaces/finalize namespaces/status'), rule(DELETING, '*', '*'),
  ],
  'node-controller': [
    rule('delete get list patch update', 'core', 'nodes'), rule('patch update', 'core', 'nodes/status'), rule('patch update', 'core', 'pods/status'),
    rule('delete get list', 'core', 'pods'), EVENTS,
  ],
  'persistent-volume-binder': [
    rule('create delete get list update watch', 'core', 'persistentvolumes'), rule('update', 'core', 'persistentvolumes/status'),
    rule('get list update watch', 'core', 'persistentvolumeclaims'), rule('update', 'core', 'persistentvolumeclaims/status'),
    rule('create delete get list watch', 'core', 'pods'), rule(READ, 'storage.k8s.io', 'storageclasses'), rule(READ, 'core', 'nodes'),
    rule('watch', 'core', 'events'), EVENTS,
  ],
  'pod-garbage-collector': [rule('delete list watch', 'core', 'pods'), rule('get list', 'core', 'nodes'), rule('patch', 'core', 'pods/status')],
  'pv-protection-controller': [rule('get list update watch', 'core', 'persistentvolumes'), EVENTS],
  'pvc-protection-controller': [rule('get list update watch', 'core', 'persistentvolumeclaims'), rule(READ, 'core', 'pods'), EVENTS],
  'replicaset-controller': [
    rule('get list update watch', 'apps extensions', 'replicasets'),
    rule('update', 'apps extensions', 'replicasets/status replicasets/finalizers'), rule('create delete list patch watch', 'core', 'pods'), EVENTS,
  ],
  'replication-controller': [
    rule('get list update watch', 'core', 'replicationcontrollers'),
    rule('update', 'core', 'replicationcontrollers/status replicationcontrollers/finalizers'),
    rule('create delete list patch watch', 'core', 'pods'), EVENTS,
  ],
  'resourcequota-controller': [rule('list watch', '*', '*'), rule('update', 'core', 'resourcequotas/status'), EVENTS],
  'root-ca-cert-publisher': [rule('create update', 'core', 'configmaps'), EVENTS],
  'service-account-controller': [rule('create', 'core', 'serviceaccounts'), EVENTS],
  'service-controller': [
    rule(READ, 'core', 'services'), rule('patch update', 'core', 'services/status'), rule('list watch', 'core', 'nodes'), EVENTS,
  ],
  'statefulset-controller': [
    rule('list watch', 'core', 'pods'), rule(READ, 'apps', 'statefulsets'), rule('update', 'apps', 'statefulsets/status statefulsets/finalizers'),
    rule('create delete get patch update', 'core', 'pods'), rule('create delete get list patch update watch', 'apps', 'controllerrevisions'),
    rule('create get', 'core', 'persistentvolumeclaims'), EVENTS, rule('delete update', 'core', 'persistentvolumeclaims'),
  ],
  'ttl-after-finished-controller': [rule('delete get list watch', 'batch', 'jobs'), EVENTS],
  'ttl-controller': [rule('list patch update watch', 'core', 'nodes'), EVENTS],
  'validatingadmissionpolicy-status-controller': [
    rule(READ, 'admissionregistration.k8s.io', 'validatingadmissionpolicies'),
    rule('get patch update', 'admissionregistration.k8s.io', 'validatingadmissionpolicies/status'), EVENTS,
  ],
};
