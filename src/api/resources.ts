/** THE RESOURCE TABLE: every kind that a 1.33 cluster serves by default, in the order in which discovery tells them.
 *  To add a kind is to add a row here, its types, and a strategy; CRDs add rows at run time (see apiserver/registry.ts).
 *  Upstream: pkg/controlplane/instance.go */
import type { KubeObject } from './object.ts';
import type { Resource, Subresource } from './resource.ts';
import type {
  APIService, Binding, CertificateSigningRequest, ClusterRole, ClusterRoleBinding, ComponentStatus, ConfigMap, ControllerRevision, CoreV1Event,
  CronJob, CSIDriver, CSINode, CSIStorageCapacity, CustomResourceDefinition, DaemonSet, Deployment, EndpointSlice, Endpoints as EndpointsObject, EventsV1Event,
  FlowSchema, HorizontalPodAutoscaler, Ingress, IngressClass, IPAddress, Job, Lease, LimitRange, LocalSubjectAccessReview,
  MutatingWebhookConfiguration, Namespace, NetworkPolicy, Node, PersistentVolume, PersistentVolumeClaim, Pod, PodDisruptionBudget, PodTemplate,
  PriorityClass, PriorityLevelConfiguration, ReplicaSet, ReplicationController, ResourceQuota, Role, RoleBinding, RuntimeClass, Secret,
  SelfSubjectAccessReview, SelfSubjectReview, SelfSubjectRulesReview, Service, ServiceAccount, ServiceCIDR, StatefulSet, StorageClass,
  SubjectAccessReview, TokenReview, V2HorizontalPodAutoscaler, ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding,
  ValidatingWebhookConfiguration, VolumeAttachment,
} from './generated/types.ts';

const STANDARD = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const CREATE = ['create'];
const READ_WRITE = ['get', 'patch', 'update'];
const STREAM = ['create', 'get'];
const PROXY = ['create', 'delete', 'get', 'patch', 'update'];

const status: Subresource = { name: 'status', verbs: READ_WRITE };
const scale: Subresource = { name: 'scale', verbs: READ_WRITE, kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' } };
const proxyOf = (kind: string): Subresource => ({ name: 'proxy', verbs: PROXY, kind: { group: '', version: 'v1', kind } });
const streamOf = (name: string, kind: string): Subresource => ({ name, verbs: STREAM, kind: { group: '', version: 'v1', kind } });

interface RowOptions {
  readonly short?: readonly string[];
  readonly categories?: readonly string[];
  readonly verbs?: readonly string[];
  readonly subresources?: readonly Subresource[];
  /** Where the generated definition is not called like the kind. */
  readonly definition?: string;
}

const inNamespace = 'Namespaced';
const inCluster = 'Cluster';

function row<T extends KubeObject>(
  groupVersion: string, kind: string, plural: string, scope: 'Namespaced' | 'Cluster', options: RowOptions = {},
): Resource<T> {
  const slash = groupVersion.indexOf('/');
  return Object.freeze({
    group: slash < 0 ? '' : groupVersion.slice(0, slash),
    version: groupVersion.slice(slash + 1),
    kind, plural, singular: kind.toLowerCase(),
    shortNames: options.short ?? [],
    namespaced: scope === inNamespace,
    categories: options.categories ?? [],
    verbs: options.verbs ?? STANDARD,
    subresources: options.subresources ?? [],
    definition: options.definition ?? kind,
  });
}

const all = ['all'];
const extensions = ['api-extensions'];
const without = (verb: string): readonly string[] => STANDARD.filter((each) => each !== verb);

export const Bindings = row<Binding>('v1', 'Binding', 'bindings', inNamespace, { verbs: CREATE });
export const ComponentStatuses = row<ComponentStatus>('v1', 'ComponentStatus', 'componentstatuses', inCluster, { short: ['cs'], verbs: ['get', 'list'] });
export const ConfigMaps = row<ConfigMap>('v1', 'ConfigMap', 'configmaps', inNamespace, { short: ['cm'] });
export const Endpoints = row<EndpointsObject>('v1', 'Endpoints', 'endpoints', inNamespace, { short: ['ep'] });
export const Events = row<CoreV1Event>('v1', 'Event', 'events', inNamespace, { short: ['ev'], definition: 'CoreV1Event' });
export const LimitRanges = row<LimitRange>('v1', 'LimitRange', 'limitranges', inNamespace, { short: ['limits'] });
export const Namespaces = row<Namespace>('v1', 'Namespace', 'namespaces', inCluster, {
  short: ['ns'], verbs: without('deletecollection'), subresources: [{ name: 'finalize', verbs: ['update'] }, status],
});
export const Nodes = row<Node>('v1', 'Node', 'nodes', inCluster, { short: ['no'], subresources: [proxyOf('NodeProxyOptions'), status] });
export const PersistentVolumeClaims = row<PersistentVolumeClaim>('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', inNamespace, {
  short: ['pvc'], subresources: [status],
});
export const PersistentVolumes = row<PersistentVolume>('v1', 'PersistentVolume', 'persistentvolumes', inCluster, { short: ['pv'], subresources: [status] });
export const Pods = row<Pod>('v1', 'Pod', 'pods', inNamespace, {
  short: ['po'], categories: all,
  subresources: [
    streamOf('attach', 'PodAttachOptions'),
    { name: 'binding', verbs: CREATE, kind: { group: '', version: 'v1', kind: 'Binding' } },
    { name: 'ephemeralcontainers', verbs: READ_WRITE },
    { name: 'eviction', verbs: CREATE, kind: { group: 'policy', version: 'v1', kind: 'Eviction' } },
    streamOf('exec', 'PodExecOptions'),
    { name: 'log', verbs: ['get'] },
    streamOf('portforward', 'PodPortForwardOptions'),
    proxyOf('PodProxyOptions'),
    { name: 'resize', verbs: READ_WRITE },
    status,
  ],
});
export const PodTemplates = row<PodTemplate>('v1', 'PodTemplate', 'podtemplates', inNamespace);
export const ReplicationControllers = row<ReplicationController>('v1', 'ReplicationController', 'replicationcontrollers', inNamespace, {
  short: ['rc'], categories: all, subresources: [scale, status],
});
export const ResourceQuotas = row<ResourceQuota>('v1', 'ResourceQuota', 'resourcequotas', inNamespace, { short: ['quota'], subresources: [status] });
export const Secrets = row<Secret>('v1', 'Secret', 'secrets', inNamespace);
export const ServiceAccounts = row<ServiceAccount>('v1', 'ServiceAccount', 'serviceaccounts', inNamespace, {
  short: ['sa'],
  subresources: [{ name: 'token', verbs: CREATE, kind: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' } }],
});
export const Services = row<Service>('v1', 'Service', 'services', inNamespace, {
  short: ['svc'], categories: all, subresources: [proxyOf('ServiceProxyOptions'), status],
});

export const APIServices = row<APIService>('apiregistration.k8s.io/v1', 'APIService', 'apiservices', inCluster, {
  categories: extensions, subresources: [status],
});

export const ControllerRevisions = row<ControllerRevision>('apps/v1', 'ControllerRevision', 'controllerrevisions', inNamespace);
export const DaemonSets = row<DaemonSet>('apps/v1', 'DaemonSet', 'daemonsets', inNamespace, { short: ['ds'], categories: all, subresources: [status] });
export const Deployments = row<Deployment>('apps/v1', 'Deployment', 'deployments', inNamespace, {
  short: ['deploy'], categories: all, subresources: [scale, status],
});
export const ReplicaSets = row<ReplicaSet>('apps/v1', 'ReplicaSet', 'replicasets', inNamespace, {
  short: ['rs'], categories: all, subresources: [scale, status],
});
export const StatefulSets = row<StatefulSet>('apps/v1', 'StatefulSet', 'statefulsets', inNamespace, {
  short: ['sts'], categories: all, subresources: [scale, status],
});

/** events.k8s.io shows the same stored objects as the core group's events. */
export const EventsV1Events = row<EventsV1Event>('events.k8s.io/v1', 'Event', 'events', inNamespace, { short: ['ev'], definition: 'EventsV1Event' });

export const SelfSubjectReviews = row<SelfSubjectReview>('authentication.k8s.io/v1', 'SelfSubjectReview', 'selfsubjectreviews', inCluster, { verbs: CREATE });
export const TokenReviews = row<TokenReview>('authentication.k8s.io/v1', 'TokenReview', 'tokenreviews', inCluster, { verbs: CREATE });

export const LocalSubjectAccessReviews = row<LocalSubjectAccessReview>(
  'authorization.k8s.io/v1', 'LocalSubjectAccessReview', 'localsubjectaccessreviews', inNamespace, { verbs: CREATE },
);
export const SelfSubjectAccessReviews = row<SelfSubjectAccessReview>(
  'authorization.k8s.io/v1', 'SelfSubjectAccessReview', 'selfsubjectaccessreviews', inCluster, { verbs: CREATE },
);
export const SelfSubjectRulesReviews = row<SelfSubjectRulesReview>(
  'authorization.k8s.io/v1', 'SelfSubjectRulesReview', 'selfsubjectrulesreviews', inCluster, { verbs: CREATE },
);
export const SubjectAccessReviews = row<SubjectAccessReview>(
  'authorization.k8s.io/v1', 'SubjectAccessReview', 'subjectaccessreviews', inCluster, { verbs: CREATE },
);

export const HorizontalPodAutoscalers = row<V2HorizontalPodAutoscaler>('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', inNamespace, {
  short: ['hpa'], categories: all, subresources: [status], definition: 'V2HorizontalPodAutoscaler',
});
/** autoscaling/v1 shows the same stored objects, metrics other than CPU being in an annotation. */
export const V1HorizontalPodAutoscalers = row<HorizontalPodAutoscaler>('autoscaling/v1', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', inNamespace, {
  short: ['hpa'], categories: all, subresources: [status],
});

export const CronJobs = row<CronJob>('batch/v1', 'CronJob', 'cronjobs', inNamespace, { short: ['cj'], categories: all, subresources: [status] });
export const Jobs = row<Job>('batch/v1', 'Job', 'jobs', inNamespace, { categories: all, subresources: [status] });

export const CertificateSigningRequests = row<CertificateSigningRequest>(
  'certificates.k8s.io/v1', 'CertificateSigningRequest', 'certificatesigningrequests', inCluster,
  { short: ['csr'], subresources: [{ name: 'approval', verbs: READ_WRITE }, status] },
);

export const IngressClasses = row<IngressClass>('networking.k8s.io/v1', 'IngressClass', 'ingressclasses', inCluster);
export const Ingresses = row<Ingress>('networking.k8s.io/v1', 'Ingress', 'ingresses', inNamespace, { short: ['ing'], subresources: [status] });
export const IPAddresses = row<IPAddress>('networking.k8s.io/v1', 'IPAddress', 'ipaddresses', inCluster, { short: ['ip'] });
export const NetworkPolicies = row<NetworkPolicy>('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies', inNamespace, { short: ['netpol'] });
export const ServiceCIDRs = row<ServiceCIDR>('networking.k8s.io/v1', 'ServiceCIDR', 'servicecidrs', inCluster, { subresources: [status] });

export const PodDisruptionBudgets = row<PodDisruptionBudget>('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets', inNamespace, {
  short: ['pdb'], subresources: [status],
});

export const ClusterRoleBindings = row<ClusterRoleBinding>('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'clusterrolebindings', inCluster);
export const ClusterRoles = row<ClusterRole>('rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles', inCluster);
export const RoleBindings = row<RoleBinding>('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings', inNamespace);
export const Roles = row<Role>('rbac.authorization.k8s.io/v1', 'Role', 'roles', inNamespace);

export const CSIDrivers = row<CSIDriver>('storage.k8s.io/v1', 'CSIDriver', 'csidrivers', inCluster);
export const CSINodes = row<CSINode>('storage.k8s.io/v1', 'CSINode', 'csinodes', inCluster);
export const CSIStorageCapacities = row<CSIStorageCapacity>('storage.k8s.io/v1', 'CSIStorageCapacity', 'csistoragecapacities', inNamespace);
export const StorageClasses = row<StorageClass>('storage.k8s.io/v1', 'StorageClass', 'storageclasses', inCluster, { short: ['sc'] });
export const VolumeAttachments = row<VolumeAttachment>('storage.k8s.io/v1', 'VolumeAttachment', 'volumeattachments', inCluster, { subresources: [status] });

export const MutatingWebhookConfigurations = row<MutatingWebhookConfiguration>(
  'admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', 'mutatingwebhookconfigurations', inCluster, { categories: extensions },
);
export const ValidatingAdmissionPolicies = row<ValidatingAdmissionPolicy>(
  'admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy', 'validatingadmissionpolicies', inCluster, { categories: extensions, subresources: [status] },
);
export const ValidatingAdmissionPolicyBindings = row<ValidatingAdmissionPolicyBinding>(
  'admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings', inCluster, { categories: extensions },
);
export const ValidatingWebhookConfigurations = row<ValidatingWebhookConfiguration>(
  'admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'validatingwebhookconfigurations', inCluster, { categories: extensions },
);

export const CustomResourceDefinitions = row<CustomResourceDefinition>(
  'apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions', inCluster,
  { short: ['crd', 'crds'], categories: extensions, subresources: [status] },
);

export const PriorityClasses = row<PriorityClass>('scheduling.k8s.io/v1', 'PriorityClass', 'priorityclasses', inCluster, { short: ['pc'] });
export const Leases = row<Lease>('coordination.k8s.io/v1', 'Lease', 'leases', inNamespace);
export const RuntimeClasses = row<RuntimeClass>('node.k8s.io/v1', 'RuntimeClass', 'runtimeclasses', inCluster);
export const EndpointSlices = row<EndpointSlice>('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices', inNamespace);
export const FlowSchemas = row<FlowSchema>('flowcontrol.apiserver.k8s.io/v1', 'FlowSchema', 'flowschemas', inCluster, { subresources: [status] });
export const PriorityLevelConfigurations = row<PriorityLevelConfiguration>(
  'flowcontrol.apiserver.k8s.io/v1', 'PriorityLevelConfiguration', 'prioritylevelconfigurations', inCluster, { subresources: [status] },
);

/** In discovery's order: groups by the priority of their APIService, versions best first, kinds by plural. */
export const RESOURCES: readonly Resource[] = Object.freeze([
  Bindings, ComponentStatuses, ConfigMaps, Endpoints, Events, LimitRanges, Namespaces, Nodes, PersistentVolumeClaims, PersistentVolumes, Pods,
  PodTemplates, ReplicationControllers, ResourceQuotas, Secrets, ServiceAccounts, Services,
  APIServices,
  ControllerRevisions, DaemonSets, Deployments, ReplicaSets, StatefulSets,
  EventsV1Events,
  SelfSubjectReviews, TokenReviews,
  LocalSubjectAccessReviews, SelfSubjectAccessReviews, SelfSubjectRulesReviews, SubjectAccessReviews,
  HorizontalPodAutoscalers, V1HorizontalPodAutoscalers,
  CronJobs, Jobs,
  CertificateSigningRequests,
  IngressClasses, Ingresses, IPAddresses, NetworkPolicies, ServiceCIDRs,
  PodDisruptionBudgets,
  ClusterRoleBindings, ClusterRoles, RoleBindings, Roles,
  CSIDrivers, CSINodes, CSIStorageCapacities, StorageClasses, VolumeAttachments,
  MutatingWebhookConfigurations, ValidatingAdmissionPolicies, ValidatingAdmissionPolicyBindings, ValidatingWebhookConfigurations,
  CustomResourceDefinitions,
  PriorityClasses, Leases, RuntimeClasses, EndpointSlices, FlowSchemas, PriorityLevelConfigurations,
]);

/** "apps/v1", or "v1" for the core group. */
export const apiVersionOf = (resource: { readonly group: string; readonly version: string }): string =>
  resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;

/** "deployments.v1.apps" as kubectl spells a resource in full; "pods.v1." has an empty group. */
export const gvr = (resource: Resource): string => `${resource.plural}.${resource.version}.${resource.group}`;

/** "deployments.apps", or "pods": how errors and RBAC name a resource. */
export const groupResource = (resource: { readonly group: string; readonly plural: string }): string =>
  resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;

/** "/apis/apps/v1/namespaces/default/deployments/web/scale". Without a namespace it is the path over all namespaces. */
export function resourcePath(resource: Resource, namespace?: string, name?: string, subresource?: string): string {
  const parts = [resource.group === '' ? '/api' : `/apis/${resource.group}`, resource.version];
  if (resource.namespaced && namespace !== undefined && namespace !== '') parts.push('namespaces', namespace);
  parts.push(resource.plural);
  if (name !== undefined && name !== '') parts.push(encodeURIComponent(name));
  if (subresource !== undefined && subresource !== '') parts.push(subresource);
  return parts.join('/');
}
