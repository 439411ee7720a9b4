/** Which strategy belongs to which kind; a kind without one is checked for its metadata only.
 *  Upstream: pkg/controlplane/instance.go */
import type { KubeObject } from '../../api/object.ts';
import type { Strategy } from '../strategy.ts';
import { strategyOf } from './base.ts';
import { ipAddressStrategy, serviceCidrStrategy } from './addresses.ts';
import {
  mutatingWebhookConfigurationStrategy,
  validatingAdmissionPolicyBindingStrategy,
  validatingAdmissionPolicyStrategy,
  validatingWebhookConfigurationStrategy,
} from './admission-configuration.ts';
import { apiServiceStrategy } from './api-service.ts';
import { autoscalerStrategy, autoscalerV1Strategy } from './autoscaler.ts';
import {
  configMapStrategy,
  endpointsStrategy,
  eventsEventStrategy,
  eventStrategy,
  leaseStrategy,
  namespaceStrategy,
  secretStrategy,
  serviceAccountStrategy,
} from './config.ts';
import { customResourceDefinitionStrategy } from './custom-resource-definition.ts';
import { certificateSigningRequestStrategy } from './certificate-signing-request.ts';
import { deploymentStrategy, replicaSetStrategy, replicationControllerStrategy } from './deployment.ts';
import { ingressClassStrategy, ingressStrategy } from './ingress.ts';
import { cronJobStrategy, jobStrategy } from './job.ts';
import { endpointSliceStrategy, networkPolicyStrategy } from './networking.ts';
import { podStrategy } from './pod.ts';
import { nodeStrategy, podDisruptionBudgetStrategy, priorityClassStrategy } from './policy.ts';
import { podTemplateStrategy } from './pod-template.ts';
import { limitRangeStrategy, resourceQuotaStrategy } from './quota.ts';
import { clusterRoleBindingStrategy, clusterRoleStrategy, roleBindingStrategy, roleStrategy } from './rbac.ts';
import { serviceStrategy } from './service.ts';
import { daemonSetStrategy, statefulSetStrategy } from './statefulset.ts';
import { csiDriverStrategy, csiNodeStrategy, runtimeClassStrategy, volumeAttachmentStrategy } from './storage.ts';
import { persistentVolumeClaimStrategy, persistentVolumeStrategy, storageClassStrategy } from './volume-claim.ts';

const STRATEGIES: Readonly<Record<string, object>> = {
  Pod: podStrategy,
  Service: serviceStrategy,
  ConfigMap: configMapStrategy,
  Secret: secretStrategy,
  ServiceAccount: serviceAccountStrategy,
  Namespace: namespaceStrategy,
  Event: eventStrategy,
  'Event.events.k8s.io': eventsEventStrategy,
  Endpoints: endpointsStrategy,
  ReplicationController: replicationControllerStrategy,
  PersistentVolume: persistentVolumeStrategy,
  PersistentVolumeClaim: persistentVolumeClaimStrategy,
  'Deployment.apps': deploymentStrategy,
  'ReplicaSet.apps': replicaSetStrategy,
  'StatefulSet.apps': statefulSetStrategy,
  'DaemonSet.apps': daemonSetStrategy,
  'StorageClass.storage.k8s.io': storageClassStrategy,
  'CSIDriver.storage.k8s.io': csiDriverStrategy,
  'CSINode.storage.k8s.io': csiNodeStrategy,
  'VolumeAttachment.storage.k8s.io': volumeAttachmentStrategy,
  'IPAddress.networking.k8s.io': ipAddressStrategy,
  'ServiceCIDR.networking.k8s.io': serviceCidrStrategy,
  'RuntimeClass.node.k8s.io': runtimeClassStrategy,
  'Lease.coordination.k8s.io': leaseStrategy,
  'Job.batch': jobStrategy,
  'CronJob.batch': cronJobStrategy,
  'HorizontalPodAutoscaler.autoscaling': autoscalerStrategy,
  'Ingress.networking.k8s.io': ingressStrategy,
  'IngressClass.networking.k8s.io': ingressClassStrategy,
  'NetworkPolicy.networking.k8s.io': networkPolicyStrategy,
  'EndpointSlice.discovery.k8s.io': endpointSliceStrategy,
  'PodDisruptionBudget.policy': podDisruptionBudgetStrategy,
  'PriorityClass.scheduling.k8s.io': priorityClassStrategy,
  PodTemplate: podTemplateStrategy,
  LimitRange: limitRangeStrategy,
  ResourceQuota: resourceQuotaStrategy,
  Node: nodeStrategy,
  'Role.rbac.authorization.k8s.io': roleStrategy,
  'ClusterRole.rbac.authorization.k8s.io': clusterRoleStrategy,
  'RoleBinding.rbac.authorization.k8s.io': roleBindingStrategy,
  'ClusterRoleBinding.rbac.authorization.k8s.io': clusterRoleBindingStrategy,
  'APIService.apiregistration.k8s.io': apiServiceStrategy,
  'CertificateSigningRequest.certificates.k8s.io': certificateSigningRequestStrategy,
  'ValidatingAdmissionPolicy.admissionregistration.k8s.io': validatingAdmissionPolicyStrategy,
  'ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io': validatingAdmissionPolicyBindingStrategy,
  'MutatingWebhookConfiguration.admissionregistration.k8s.io': mutatingWebhookConfigurationStrategy,
  'ValidatingWebhookConfiguration.admissionregistration.k8s.io': validatingWebhookConfigurationStrategy,
  'CustomResourceDefinition.apiextensions.k8s.io': customResourceDefinitionStrategy,
};

const GENERIC = strategyOf<KubeObject>({});
const GENERIC_WITH_STATUS = strategyOf<KubeObject>({ hasStatus: true });

/** The strategy of a built-in kind. Custom kinds have the registry's own. */
export function strategyFor(kind: {
  readonly group: string;
  readonly version?: string;
  readonly kind: string;
  readonly subresources?: readonly { readonly name: string }[];
}): Strategy {
  if (kind.kind === 'HorizontalPodAutoscaler' && kind.version === 'v1') return autoscalerV1Strategy as Strategy;
  const known = STRATEGIES[kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`];
  if (known) return known as Strategy;
  return kind.subresources?.some(({ name }) => name === 'status') ? GENERIC_WITH_STATUS : GENERIC;
}
