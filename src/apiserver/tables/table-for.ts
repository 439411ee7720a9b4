/** Which table belongs to which kind; a kind without one shows its name and when it was created.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/registry/rest/table.go */
import type { KubeObject } from '../../api/object.ts';
import type { Resource } from '../../api/resource.ts';
import {
  componentStatusTable, configMapTable, eventsEventTable, eventTable, leaseTable, namespaceTable, nodeTable, resourceQuotaTable, secretTable,
  serviceAccountTable,
} from './core.ts';
import { podTable, podTemplateTable } from './pods.ts';
import {
  apiServiceTable, certificateSigningRequestTable, flowSchemaTable, priorityClassTable, priorityLevelConfigurationTable, roleBindingTable, runtimeClassTable,
  validatingAdmissionPolicyBindingTable, validatingAdmissionPolicyTable, webhookConfigurationTable,
} from './policy.ts';
import {
  endpointSliceTable, endpointsTable, ingressClassTable, ingressTable, ipAddressTable, networkPolicyTable, serviceCidrTable, serviceTable,
} from './services.ts';
import {
  csiDriverTable, csiNodeTable, csiStorageCapacityTable, persistentVolumeClaimTable, persistentVolumeTable, storageClassTable,
  volumeAttachmentTable,
} from './storage.ts';
import { columns, nameOf, type TablePrinter } from './table.ts';
import {
  controllerRevisionTable, cronJobTable, daemonSetTable, deploymentTable, horizontalPodAutoscalerTable, jobTable,
  podDisruptionBudgetTable, replicaSetTable, replicationControllerTable, scaleTable, statefulSetTable,
} from './workloads.ts';

const CREATED_AT = 'CreationTimestamp is a timestamp representing the server time when this object was created.';

const DEFAULT_TABLE: TablePrinter = {
  columns: columns('Name', 'Created At:date').map((it) => (it.type === 'date' ? { ...it, description: CREATED_AT } : it)),
  cells: (it) => [nameOf(it), it.metadata?.creationTimestamp ?? ''],
};

// Every printer reads only its own kind; the table below is where the kinds are forgotten.
type AnyPrinter = Omit<TablePrinter, 'cells' | 'conditions'> & { cells(object: never, nowMs: number): unknown; conditions?(object: never): unknown };

const TABLES: Readonly<Record<string, AnyPrinter>> = {
  'Pod': podTable,
  'PodTemplate': podTemplateTable,
  'Service': serviceTable,
  'Endpoints': endpointsTable,
  'Node': nodeTable,
  'Namespace': namespaceTable,
  'Event': eventTable,
  'Event.events.k8s.io': eventsEventTable,
  'ConfigMap': configMapTable,
  'Secret': secretTable,
  'ServiceAccount': serviceAccountTable,
  'ResourceQuota': resourceQuotaTable,
  'ComponentStatus': componentStatusTable,
  'ReplicationController': replicationControllerTable,
  'PersistentVolume': persistentVolumeTable,
  'PersistentVolumeClaim': persistentVolumeClaimTable,
  'Deployment.apps': deploymentTable,
  'ReplicaSet.apps': replicaSetTable,
  'StatefulSet.apps': statefulSetTable,
  'DaemonSet.apps': daemonSetTable,
  'ControllerRevision.apps': controllerRevisionTable,
  'Job.batch': jobTable,
  'CronJob.batch': cronJobTable,
  'HorizontalPodAutoscaler.autoscaling': horizontalPodAutoscalerTable,
  'Scale.autoscaling': scaleTable,
  'PodDisruptionBudget.policy': podDisruptionBudgetTable,
  'Ingress.networking.k8s.io': ingressTable,
  'IngressClass.networking.k8s.io': ingressClassTable,
  'NetworkPolicy.networking.k8s.io': networkPolicyTable,
  'ServiceCIDR.networking.k8s.io': serviceCidrTable,
  'IPAddress.networking.k8s.io': ipAddressTable,
  'EndpointSlice.discovery.k8s.io': endpointSliceTable,
  'Lease.coordination.k8s.io': leaseTable,
  'RoleBinding.rbac.authorization.k8s.io': roleBindingTable,
  'ClusterRoleBinding.rbac.authorization.k8s.io': roleBindingTable,
  'PriorityClass.scheduling.k8s.io': priorityClassTable,
  'RuntimeClass.node.k8s.io': runtimeClassTable,
  'CertificateSigningRequest.certificates.k8s.io': certificateSigningRequestTable,
  'StorageClass.storage.k8s.io': storageClassTable,
  'VolumeAttachment.storage.k8s.io': volumeAttachmentTable,
  'CSINode.storage.k8s.io': csiNodeTable,
  'CSIDriver.storage.k8s.io': csiDriverTable,
  'CSIStorageCapacity.storage.k8s.io': csiStorageCapacityTable,
  'ValidatingWebhookConfiguration.admissionregistration.k8s.io': webhookConfigurationTable,
  'MutatingWebhookConfiguration.admissionregistration.k8s.io': webhookConfigurationTable,
  'ValidatingAdmissionPolicy.admissionregistration.k8s.io': validatingAdmissionPolicyTable,
  'ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io': validatingAdmissionPolicyBindingTable,
  'APIService.apiregistration.k8s.io': apiServiceTable,
  'FlowSchema.flowcontrol.apiserver.k8s.io': flowSchemaTable,
  'PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io': priorityLevelConfigurationTable,
};

/** The printer of a built-in kind. Objects handed to it must be of that kind; custom kinds: customResourceTable. */
export function tableFor(kind: { readonly group: string; readonly kind: string }): TablePrinter {
  const key = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
  return (TABLES[key] as TablePrinter | undefined) ?? DEFAULT_TABLE;
}

/** What `rows` and `columnDefinitions` of a meta.k8s.io/v1 Table are made from. */
export interface PrintedRow { readonly cells: readonly unknown[]; readonly conditions?: readonly object[] }

/** One object as one row. */
export function printRow(resource: Pick<Resource, 'group' | 'kind'>, object: KubeObject, nowMs: number): PrintedRow {
  const printer = tableFor(resource);
  const conditions = printer.conditions?.(object);
  return conditions ? { cells: printer.cells(object, nowMs), conditions } : { cells: printer.cells(object, nowMs) };
}
