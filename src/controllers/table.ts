/** THE CONTROLLERS, as `kube-controller-manager --help` names them, with the sources of their events.
 *  Upstream: cmd/kube-controller-manager/names/controller_names.go */
import type { ControllerRow } from '../client/runner.ts';
import { createDeploymentController } from './deployment.ts';
import { createReplicaSetController, createReplicationController } from './replicaset.ts';
import { createRootCAPublisher } from './root-ca-publisher.ts';
import { createServiceAccountController } from './serviceaccount.ts';

export interface ControllerSettings { readonly rootCA: string; readonly clusterCIDR: string }

/** What a new namespace needs before its first Pod may start comes quicker than other consequences. */
const SOON = [5, 10] as const;

export const createControllerRows = (settings: ControllerSettings): readonly ControllerRow[] => [
  { name: 'serviceaccount-controller', create: createServiceAccountController, latencyMs: SOON },
  { name: 'root-ca-certificate-publisher-controller', create: createRootCAPublisher(settings.rootCA), latencyMs: SOON },
  { name: 'replicationcontroller-controller', create: createReplicationController, source: 'replication-controller' },
  { name: 'replicaset-controller', create: createReplicaSetController },
  { name: 'deployment-controller', create: createDeploymentController },
];
