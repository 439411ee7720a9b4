import type { Switch } from './switch.ts';

/** Kinds with a status of their own. */
const WITH_STATUS: readonly string[] = [
  '[sig-api-machinery] API priority and fairness should support FlowSchema API operations',
  '[sig-api-machinery] API priority and fairness should support PriorityLevelConfiguration API operations',
  '[sig-api-machinery] ValidatingAdmissionPolicy [Privileged:ClusterAdmin] should support ValidatingAdmissionPolicy API operations',
  '[sig-apps] CronJob should support CronJob API operations',
  '[sig-apps] DisruptionController should update/patch PodDisruptionBudget status',
  '[sig-auth] Certificates API [Privileged:ClusterAdmin] should support CSR API operations',
  '[sig-network] Ingress API should support creating Ingress API operations',
  '[sig-storage] VolumeAttachment Conformance should run through the lifecycle of a VolumeAttachment',
];

const EVERY_KIND: readonly string[] = [
  ...WITH_STATUS,
  '[sig-api-machinery] ValidatingAdmissionPolicy [Privileged:ClusterAdmin] should support ValidatingAdmissionPolicyBinding API operations',
  '[sig-auth] ServiceAccounts should run through the lifecycle of a ServiceAccount',
  '[sig-network] EndpointSlice should support creating EndpointSlice API operations',
  '[sig-network] IngressClass API should support creating IngressClass API operations',
  '[sig-network] ServiceCIDR and IPAddress API should support ServiceCIDR API operations',
  '[sig-node] Lease lease API should be available',
  '[sig-node] PodTemplates should run the lifecycle of PodTemplates',
  '[sig-node] RuntimeClass should support RuntimeClasses API operations',
  '[sig-storage] CSIStorageCapacity should support CSIStorageCapacities API operations',
  '[sig-storage] StorageClasses CSI Conformance should run through the lifecycle of a StorageClass',
];

export const OFF: readonly Switch[] = [
  {
    behaviour: 'a collection is deleted',
    file: 'src/apiserver/delete.ts',
    find: 'for (const item of list.items) {',
    replace: 'for (const item of list.items.slice(0, 0)) {',
    tests: EVERY_KIND,
  },
  {
    behaviour: 'watchers are told of writes',
    file: 'src/apiserver/watch-hub.ts',
    find: 'for (const listener of channel.listeners) listener(happening);',
    replace: 'void happening;',
    tests: EVERY_KIND,
  },
  {
    behaviour: 'a write to the object leaves its status alone',
    file: 'src/apiserver/subresources.ts',
    find: "return hasStatus(kind) ? withField(next, 'status', old) : next;",
    replace: 'return next;',
    tests: WITH_STATUS,
  },
];
