/** Which describer a kind has: the literal list. */
import type { Mapping } from '../discovery.ts';
import { configMap, limitRange, namespace, podDisruptionBudget, priorityClass, resourceQuota, secret, serviceAccount } from './config.ts';
import type { Describer } from './describer.ts';
import { generic } from './generic.ts';
import { endpointSlice, endpoints, ingress, ingressClass, ipAddress, networkPolicy, service, serviceCidr } from './network.ts';
import { node } from './node.ts';
import { pod } from './pod.ts';
import { autoscaler, role, roleBinding, signingRequest } from './rbac.ts';
import { csiNode, persistentVolume, persistentVolumeClaim, storageClass } from './storage.ts';
import { cronJob, daemonSet, deployment, job, replicaSet, statefulSet } from './workloads.ts';

const DESCRIBERS: Readonly<Record<string, Describer>> = {
  pods: pod,
  nodes: node,
  services: service,
  endpoints: endpoints,
  configmaps: configMap,
  secrets: secret,
  serviceaccounts: serviceAccount,
  namespaces: namespace,
  resourcequotas: resourceQuota,
  limitranges: limitRange,
  persistentvolumes: persistentVolume,
  persistentvolumeclaims: persistentVolumeClaim,
  replicationcontrollers: replicaSet,
  'deployments.apps': deployment,
  'replicasets.apps': replicaSet,
  'statefulsets.apps': statefulSet,
  'daemonsets.apps': daemonSet,
  'jobs.batch': job,
  'cronjobs.batch': cronJob,
  'endpointslices.discovery.k8s.io': endpointSlice,
  'ingresses.networking.k8s.io': ingress,
  'ingressclasses.networking.k8s.io': ingressClass,
  'networkpolicies.networking.k8s.io': networkPolicy,
  'ipaddresses.networking.k8s.io': ipAddress,
  'servicecidrs.networking.k8s.io': serviceCidr,
  'csinodes.storage.k8s.io': csiNode,
  'storageclasses.storage.k8s.io': storageClass,
  'priorityclasses.scheduling.k8s.io': priorityClass,
  'poddisruptionbudgets.policy': podDisruptionBudget,
  'horizontalpodautoscalers.autoscaling': autoscaler,
  'roles.rbac.authorization.k8s.io': role,
  'clusterroles.rbac.authorization.k8s.io': role,
  'rolebindings.rbac.authorization.k8s.io': roleBinding,
  'clusterrolebindings.rbac.authorization.k8s.io': roleBinding,
  'certificatesigningrequests.certificates.k8s.io': signingRequest,
};

export function describerFor(mapping: Mapping): Describer {
  return DESCRIBERS[mapping.group === '' ? mapping.resource : `${mapping.resource}.${mapping.group}`] ?? generic;
}
