/** Which strategy belongs to which kind; a kind without one is checked for its metadata only.
 *  Upstream: pkg/controlplane/instance.go */
import type { KubeObject } from '../../api/object.ts';
import type { Strategy } from '../strategy.ts';
import { strategyOf } from './base.ts';
import {
  configMapStrategy, endpointsStrategy, eventsEventStrategy, eventStrategy, leaseStrategy, namespaceStrategy, secretStrategy,
  serviceAccountStrategy,
} from './config.ts';
import { deploymentStrategy, replicaSetStrategy, replicationControllerStrategy } from './deployment.ts';
import { podStrategy } from './pod.ts';
import { serviceStrategy } from './service.ts';
import { daemonSetStrategy, statefulSetStrategy } from './statefulset.ts';
import { persistentVolumeClaimStrategy, persistentVolumeStrategy, storageClassStrategy } from './volume-claim.ts';

const STRATEGIES: Readonly<Record<string, object>> = {
  'Pod': podStrategy,
  'Service': serviceStrategy,
  'ConfigMap': configMapStrategy,
  'Secret': secretStrategy,
  'ServiceAccount': serviceAccountStrategy,
  'Namespace': namespaceStrategy,
  'Event': eventStrategy,
  'Event.events.k8s.io': eventsEventStrategy,
  'Endpoints': endpointsStrategy,
  'ReplicationController': replicationControllerStrategy,
  'PersistentVolume': persistentVolumeStrategy,
  'PersistentVolumeClaim': persistentVolumeClaimStrategy,
  'Deployment.apps': deploymentStrategy,
  'ReplicaSet.apps': replicaSetStrategy,
  'StatefulSet.apps': statefulSetStrategy,
  'DaemonSet.apps': daemonSetStrategy,
  'StorageClass.storage.k8s.io': storageClassStrategy,
  'Lease.coordination.k8s.io': leaseStrategy,
};

const GENERIC = strategyOf<KubeObject>({});
const GENERIC_WITH_STATUS = strategyOf<KubeObject>({ hasStatus: true });

/** The strategy of a built-in kind. */
export function strategyFor(
  kind: { readonly group: string; readonly kind: string; readonly subresources?: readonly { readonly name: string }[] },
): Strategy {
  const known = STRATEGIES[kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`];
  if (known) return known as Strategy;
  return kind.subresources?.some(({ name }) => name === 'status') ? GENERIC_WITH_STATUS : GENERIC;
}
