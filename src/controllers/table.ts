/** THE CONTROLLERS, as `kube-controller-manager --help` names them, with the sources of their events.
 *  Upstream: cmd/kube-controller-manager/names/controller_names.go */
import type { ControllerRow } from '../client/runner.ts';
import type { CertificateAuthority } from './certificate-signer.ts';
import { createCsrApprover, createCsrCleaner, createCsrSigner } from './certificates.ts';
import { createClusterRoleAggregation } from './clusterrole-aggregation.ts';
import { createCronJobController } from './cronjob.ts';
import { createDaemonSetController } from './daemonset.ts';
import { createDeploymentController } from './deployment.ts';
import { createDisruptionController } from './disruption.ts';
import { createEndpointsController } from './endpoints.ts';
import { createEndpointSliceController } from './endpointslice.ts';
import { createEndpointSliceMirroring } from './endpointslice-mirroring.ts';
import { createGarbageCollector } from './garbage-collector.ts';
import { createJobController } from './job.ts';
import { createNamespaceController } from './namespace.ts';
import { createNodeIpamController } from './node-ipam.ts';
import { createNodeLifecycleController } from './node-lifecycle.ts';
import { createPodGarbageCollector } from './pod-gc.ts';
import { createReplicaSetController, createReplicationController } from './replicaset.ts';
import { createResourceQuotaController } from './resource-quota.ts';
import { createRootCAPublisher } from './root-ca-publisher.ts';
import { createServiceAccountController } from './serviceaccount.ts';
import { createTokensController, type TokenSigner } from './serviceaccount-token.ts';
import { createStatefulSetController } from './statefulset.ts';
import { createTaintEvictionController } from './taint-eviction.ts';
import { createTtlAfterFinishedController } from './ttl-after-finished.ts';
import { createVolumeBinder } from './volume-binder.ts';
import { createClaimProtection, createVolumeProtection } from './volume-protection.ts';

export interface ControllerSettings {
  readonly rootCA: string;
  readonly authority: CertificateAuthority | undefined;
  readonly clusterCIDR: string;
  readonly signToken: TokenSigner | undefined;
}

/** What a new namespace needs before its first Pod may start comes quicker than other consequences. */
const SOON = [5, 10] as const;

export const createControllerRows = (settings: ControllerSettings): readonly ControllerRow[] => [
  { name: 'serviceaccount-controller', create: createServiceAccountController, latencyMs: SOON },
  { name: 'root-ca-certificate-publisher-controller', create: createRootCAPublisher(settings.rootCA), latencyMs: SOON },
  { name: 'node-ipam-controller', create: createNodeIpamController(settings.clusterCIDR), source: 'cidrAllocator', latencyMs: SOON },
  { name: 'node-lifecycle-controller', create: createNodeLifecycleController, source: 'node-controller', latencyMs: SOON },
  { name: 'taint-eviction-controller', create: createTaintEvictionController, latencyMs: SOON },
  { name: 'endpoints-controller', create: createEndpointsController, source: 'endpoint-controller' },
  { name: 'endpointslice-controller', create: createEndpointSliceController, source: 'endpoint-slice-controller' },
  { name: 'endpointslice-mirroring-controller', create: createEndpointSliceMirroring },
  { name: 'namespace-controller', create: createNamespaceController, workers: 10 },
  { name: 'garbage-collector-controller', create: createGarbageCollector },
  { name: 'pod-garbage-collector-controller', create: createPodGarbageCollector },
  { name: 'replicationcontroller-controller', create: createReplicationController, source: 'replication-controller' },
  { name: 'replicaset-controller', create: createReplicaSetController },
  { name: 'deployment-controller', create: createDeploymentController },
  { name: 'daemonset-controller', create: createDaemonSetController, workers: 2 },
  { name: 'job-controller', create: createJobController },
  { name: 'statefulset-controller', create: createStatefulSetController },
  { name: 'cronjob-controller', create: createCronJobController },
  { name: 'ttl-after-finished-controller', create: createTtlAfterFinishedController },
  { name: 'disruption-controller', create: createDisruptionController, source: 'controllermanager' },
  { name: 'resourcequota-controller', create: createResourceQuotaController },
  { name: 'persistentvolume-binder-controller', create: createVolumeBinder, source: 'persistentvolume-controller' },
  { name: 'persistentvolumeclaim-protection-controller', create: createClaimProtection },
  { name: 'persistentvolume-protection-controller', create: createVolumeProtection },
  { name: 'clusterrole-aggregation-controller', create: createClusterRoleAggregation },
  { name: 'certificatesigningrequest-approving-controller', create: createCsrApprover },
  { name: 'certificatesigningrequest-signing-controller', create: createCsrSigner(settings.authority) },
  { name: 'certificatesigningrequest-cleaner-controller', create: createCsrCleaner },
  { name: 'serviceaccount-token-controller', create: createTokensController({ rootCA: settings.rootCA, sign: settings.signToken }) },
];
