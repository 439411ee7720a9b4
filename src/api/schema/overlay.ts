/** What the generated schema does not say, "Definition.field" each: how lists merge, who owns their items, which texts are
 *  quantities, what Go leaves out. `[]` and `{}` after a field name its elements.
 *  Upstream: the patchStrategy, patchMergeKey and listType tags of staging/src/k8s.io/api/.../types.go */
import type { ListType } from './types.ts';

type Strategies = readonly ('merge' | 'replace' | 'retainKeys')[];

/** [fields, merge key of strategic merge, list keys of server-side apply where they differ]. */
const KEYED: readonly (readonly [fields: string, mergeKey: string, keys?: readonly string[]])[] = [
  ['ObjectMeta.ownerReferences', 'uid'],
  ['PodSpec.volumes PodSpec.containers PodSpec.initContainers PodSpec.ephemeralContainers PodSpec.imagePullSecrets PodSpec.schedulingGates PodSpec.resourceClaims', 'name'],
  ['PodSpec.hostAliases', 'ip'],
  ['PodSpec.topologySpreadConstraints', 'topologyKey', ['topologyKey', 'whenUnsatisfiable']],
  ['Container.ports EphemeralContainer.ports', 'containerPort', ['containerPort', 'protocol']],
  ['Container.env EphemeralContainer.env', 'name'],
  ['Container.volumeMounts EphemeralContainer.volumeMounts ContainerStatus.volumeMounts', 'mountPath'],
  ['Container.volumeDevices EphemeralContainer.volumeDevices', 'devicePath'],
  ['PodStatus.podIPs PodStatus.hostIPs', 'ip'],
  ['PodStatus.resourceClaimStatuses ServiceAccount.secrets ResourceRequirements.claims', 'name'],
  ['ServiceSpec.ports', 'port', ['port', 'protocol']],
  ['NodeStatus.addresses', 'type'],
  ['PodStatus.conditions ServiceStatus.conditions NodeStatus.conditions ReplicaSetStatus.conditions DeploymentStatus.conditions DaemonSetStatus.conditions '
    + 'StatefulSetStatus.conditions JobStatus.conditions ReplicationControllerStatus.conditions NamespaceStatus.conditions '
    + 'PersistentVolumeClaimStatus.conditions PodDisruptionBudgetStatus.conditions V2HorizontalPodAutoscalerStatus.conditions '
    + 'APIServiceStatus.conditions FlowSchemaStatus.conditions PriorityLevelConfigurationStatus.conditions ServiceCIDRStatus.conditions', 'type'],
  ['MutatingWebhookConfiguration.webhooks ValidatingWebhookConfiguration.webhooks ValidatingAdmissionPolicySpec.matchConditions '
    + 'ValidatingAdmissionPolicySpec.variables MutatingWebhook.matchConditions ValidatingWebhook.matchConditions', 'name'],
];

/** Lists with keys for server-side apply that strategic merge replaces whole. */
const KEYED_FOR_APPLY_ONLY: readonly (readonly [fields: string, keys: readonly string[]])[] = [
  ['CustomResourceDefinitionStatus.conditions CertificateSigningRequestStatus.conditions ValidatingAdmissionPolicyStatus.conditions', ['type']],
  ['CSINodeSpec.drivers', ['name']],
  ['JSONSchemaProps.x-kubernetes-validations', ['rule']],
];

const SETS = 'ObjectMeta.finalizers NodeSpec.podCIDRs PodFailurePolicyOnExitCodesRequirement.values CSINodeDriver.topologyKeys';
const MERGED_SETS = new Set(['ObjectMeta.finalizers', 'NodeSpec.podCIDRs']);

const words = (text: string): readonly string[] => text.split(' ');

const strategies: Record<string, readonly [Strategies, string | undefined]> = {
  'DeploymentSpec.strategy': [['retainKeys'], undefined],
};
const lists: Record<string, readonly [ListType, readonly string[]]> = {};
for (const [fields, mergeKey, keys] of KEYED) {
  for (const field of words(fields)) {
    strategies[field] = [['merge'], mergeKey];
    lists[field] = ['map', keys ?? [mergeKey]];
  }
}
for (const [fields, keys] of KEYED_FOR_APPLY_ONLY) for (const field of words(fields)) lists[field] = ['map', keys];
for (const field of words(SETS)) {
  lists[field] = ['set', []];
  if (MERGED_SETS.has(field)) strategies[field] = [['merge'], undefined];
}
strategies['PodSpec.volumes'] = [['merge', 'retainKeys'], 'name'];
strategies['PodSpec.resourceClaims'] = [['merge', 'retainKeys'], 'name'];
strategies['PodStatus.resourceClaimStatuses'] = [['merge', 'retainKeys'], 'name'];

export const MERGE_STRATEGIES: Readonly<Record<string, readonly [Strategies, string | undefined]>> = strategies;
export const LISTS: Readonly<Record<string, readonly [ListType, readonly string[]]>> = lists;

/** Owned as one value by server-side apply. */
export const ATOMIC_STRUCTS: ReadonlySet<string> = new Set(words(
  'LabelSelector NodeSelector NodeSelectorTerm ObjectReference LocalObjectReference TypedLocalObjectReference TypedObjectReference SecretReference '
  + 'SecretKeySelector ConfigMapKeySelector ObjectFieldSelector ResourceFieldSelector ScopeSelector ScopedResourceSelectorRequirement '
  + 'TopologySelectorTerm RoleRef EndpointAddress EndpointSubset '
  + 'ServiceSpec.selector ReplicationControllerSpec.selector PodSpec.nodeSelector Scheduling.nodeSelector',
));

export const QUANTITY_FIELDS: ReadonlySet<string> = new Set(words(
  'ResourceRequirements.limits{} ResourceRequirements.requests{} VolumeResourceRequirements.limits{} VolumeResourceRequirements.requests{} '
  + 'PodSpec.overhead{} NodeStatus.capacity{} NodeStatus.allocatable{} LimitRangeItem.max{} LimitRangeItem.min{} LimitRangeItem.default{} '
  + 'LimitRangeItem.defaultRequest{} LimitRangeItem.maxLimitRequestRatio{} ResourceQuotaSpec.hard{} ResourceQuotaStatus.hard{} ResourceQuotaStatus.used{} '
  + 'PersistentVolumeSpec.capacity{} PersistentVolumeClaimStatus.capacity{} PersistentVolumeClaimStatus.allocatedResources{} '
  + 'ContainerStatus.allocatedResources{} EmptyDirVolumeSource.sizeLimit ResourceFieldSelector.divisor Overhead.podFixed{} '
  + 'CSIStorageCapacity.capacity CSIStorageCapacity.maximumVolumeSize '
  + 'V2MetricTarget.averageValue V2MetricTarget.value V2MetricValueStatus.averageValue V2MetricValueStatus.value',
));

/** Zero values that Go leaves out although they are no text, list or map. "*" is any definition. */
export const ZERO_OMITTED: ReadonlySet<string> = new Set(words(
  '*.hostNetwork *.hostPID *.hostIPC *.stdin *.stdinOnce *.tty *.readOnly *.paused *.unschedulable *.publishNotReadyAddresses *.hostPort '
  + '*.minReadySeconds *.observedGeneration *.deprecatedCount *.nodePort *.initialDelaySeconds '
  + 'ObjectMeta.generation DeploymentStatus.replicas DeploymentStatus.updatedReplicas DeploymentStatus.readyReplicas DeploymentStatus.availableReplicas '
  + 'DeploymentStatus.unavailableReplicas ReplicaSetStatus.fullyLabeledReplicas ReplicaSetStatus.readyReplicas ReplicaSetStatus.availableReplicas '
  + 'ReplicationControllerStatus.fullyLabeledReplicas ReplicationControllerStatus.readyReplicas ReplicationControllerStatus.availableReplicas '
  + 'StatefulSetStatus.readyReplicas StatefulSetStatus.currentReplicas StatefulSetStatus.updatedReplicas DaemonSetStatus.updatedNumberScheduled '
  + 'DaemonSetStatus.numberAvailable DaemonSetStatus.numberUnavailable JobStatus.active JobStatus.succeeded JobStatus.failed CoreV1Event.count '
  + 'V2HorizontalPodAutoscalerStatus.currentReplicas ContainerStateTerminated.signal ScaleSpec.replicas PriorityClass.globalDefault '
  + 'Probe.timeoutSeconds Probe.periodSeconds Probe.successThreshold Probe.failureThreshold ',
));

/** Texts and lists that Go keeps where they are empty: pointers, and fields without omitempty. */
export const ZERO_KEPT: ReadonlySet<string> = new Set(words(
  '*.storageClassName *.ingressClassName *.loadBalancerClass *.volumeAttributesClassName *.appProtocol *.runtimeClassName '
  + 'PolicyRule.verbs ContainerStatus.imageID ContainerStatus.image CoreV1Event.reportingComponent CoreV1Event.reportingInstance '
  + 'Taint.effect DiscoveryV1EndpointPort.name Lease.spec LeaseSpec.holderIdentity '
  + 'EndpointSlice.endpoints EndpointSlice.ports IngressBackend.service '
  + 'ConfigMapEnvSource.name SecretEnvSource.name CSIVolumeSource.readOnly AzureDiskVolumeSource.readOnly '
  + '*.timeZone *.managedBy *.completionMode *.podReplacementPolicy *.internalTrafficPolicy *.ipFamilyPolicy *.trafficDistribution *.pathType '
  + '*.volumeMode *.volumeBindingMode *.unhealthyPodEvictionPolicy *.mountPropagation *.recursiveReadOnly *.fsGroupChangePolicy *.procMount '
  + '*.supplementalGroupsPolicy *.seLinuxChangePolicy *.gmsaCredentialSpecName *.gmsaCredentialSpec *.runAsUserName *.localhostProfile '
  + '*.preemptionPolicy *.succeededIndexes *.nodeTaintsPolicy *.nodeAffinityPolicy *.sideEffects *.failurePolicy *.matchPolicy '
  + '*.reinvocationPolicy *.initiatorName *.selectPolicy *.preferredHolder LeaseSpec.strategy '
  + 'StorageClass.reclaimPolicy NetworkPolicyPort.protocol PodFailurePolicyOnExitCodesRequirement.containerName',
));
