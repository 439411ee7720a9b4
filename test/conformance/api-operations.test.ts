/** Conformance tests of class 1 that are operations on one kind. */
import { describe, it } from 'vitest';
import {
  CertificateSigningRequests,
  CronJobs,
  CSIStorageCapacities,
  EndpointSlices,
  FlowSchemas,
  IngressClasses,
  Ingresses,
  Leases,
  PodDisruptionBudgets,
  PodTemplates,
  PriorityLevelConfigurations,
  RuntimeClasses,
  ServiceAccounts,
  ServiceCIDRs,
  StorageClasses,
  ValidatingAdmissionPolicies,
  ValidatingAdmissionPolicyBindings,
  VolumeAttachments,
} from '../../src/api/resources.ts';
import { writeRequest } from '../../src/base/pki/certificate.ts';
import { drawEcKey } from '../../src/base/pki/keys.ts';
import { createRandom } from '../../src/base/random.ts';
import { apiOperations } from './api-operations.ts';
import type { Operations } from './api-operations.ts';

const condition = { type: 'Tested', status: 'True', reason: 'Because', message: 'of a test', lastTransitionTime: '2026-01-01T00:00:00Z' };
const podSpec = { containers: [{ name: 'c', image: 'registry.k8s.io/pause:3.10' }] };
const template = { metadata: { labels: { app: 'x' } }, spec: podSpec };

const CSR = writeRequest([{ type: 'CN', value: 'e2e-example-com' }], drawEcKey(createRandom('csr')));

const OPERATIONS: readonly (readonly [name: string, operations: Operations])[] = [
  [
    '[sig-api-machinery] API priority and fairness should support FlowSchema API operations',
    {
      resource: FlowSchemas,
      change: { spec: { matchingPrecedence: 9999 } },
      status: { conditions: [{ ...condition, type: 'Dangling' }] },
      object: {
        spec: {
          matchingPrecedence: 10_000,
          priorityLevelConfiguration: { name: 'global-default' },
          distinguisherMethod: { type: 'ByUser' },
          rules: [{ subjects: [{ kind: 'User', user: { name: 'x' } }], nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] }],
        },
      },
    },
  ],
  [
    '[sig-api-machinery] API priority and fairness should support PriorityLevelConfiguration API operations',
    {
      resource: PriorityLevelConfigurations,
      status: { conditions: [{ ...condition, type: 'Tested' }] },
      object: { spec: { type: 'Limited', limited: { nominalConcurrencyShares: 2, limitResponse: { type: 'Reject' } } } },
      change: { spec: { limited: { nominalConcurrencyShares: 4 } } },
    },
  ],
  [
    '[sig-api-machinery] ValidatingAdmissionPolicy [Privileged:ClusterAdmin] should support ValidatingAdmissionPolicy API operations',
    {
      resource: ValidatingAdmissionPolicies,
      status: { conditions: [condition] },
      object: {
        spec: {
          matchConstraints: {
            resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] }],
          },
          validations: [{ expression: 'object.spec.replicas <= 100' }],
        },
      },
    },
  ],
  [
    '[sig-api-machinery] ValidatingAdmissionPolicy [Privileged:ClusterAdmin] should support ValidatingAdmissionPolicyBinding API operations',
    {
      resource: ValidatingAdmissionPolicyBindings,
      object: { spec: { policyName: 'p', validationActions: ['Deny'] } },
    },
  ],
  [
    '[sig-apps] CronJob should support CronJob API operations',
    {
      resource: CronJobs,
      object: {
        spec: {
          schedule: '0 0 1 1 *',
          suspend: true,
          jobTemplate: { spec: { template: { spec: { ...podSpec, restartPolicy: 'OnFailure' } } } },
        },
      },
      status: { lastScheduleTime: '2026-01-01T00:00:00Z' },
    },
  ],
  [
    '[sig-apps] DisruptionController should update/patch PodDisruptionBudget status',
    {
      resource: PodDisruptionBudgets,
      object: { spec: { minAvailable: 1, selector: { matchLabels: { app: 'x' } } } },
      change: { spec: { minAvailable: 2 } },
      status: { observedGeneration: 1, currentHealthy: 3, desiredHealthy: 1, disruptionsAllowed: 2, expectedPods: 3 },
    },
  ],
  [
    '[sig-auth] Certificates API [Privileged:ClusterAdmin] should support CSR API operations',
    {
      resource: CertificateSigningRequests,
      object: { spec: { request: btoa(CSR), signerName: 'example.com/tests', usages: ['client auth'] } },
      status: { conditions: [{ ...condition, type: 'Failed' }] },
    },
  ],
  [
    '[sig-auth] ServiceAccounts should run through the lifecycle of a ServiceAccount',
    { resource: ServiceAccounts, object: {}, change: { automountServiceAccountToken: false } },
  ],
  [
    '[sig-network] EndpointSlice should support creating EndpointSlice API operations',
    {
      resource: EndpointSlices,
      object: { addressType: 'IPv4', endpoints: [{ addresses: ['10.1.2.3'] }], ports: [{ name: 'http', port: 80, protocol: 'TCP' }] },
    },
  ],
  [
    '[sig-network] Ingress API should support creating Ingress API operations',
    {
      resource: Ingresses,
      object: { spec: { defaultBackend: { service: { name: 'x', port: { number: 80 } } } } },
      status: { loadBalancer: { ingress: [{ ip: '169.1.1.1' }] } },
    },
  ],
  [
    '[sig-network] IngressClass API should support creating IngressClass API operations',
    { resource: IngressClasses, object: { spec: { controller: 'example.com/controller' } } },
  ],
  [
    '[sig-network] ServiceCIDR and IPAddress API should support ServiceCIDR API operations',
    { resource: ServiceCIDRs, object: { spec: { cidrs: ['10.99.0.0/24'] } }, status: { conditions: [condition] } },
  ],
  [
    '[sig-node] Lease lease API should be available',
    { resource: Leases, object: { spec: { holderIdentity: 'me', leaseDurationSeconds: 30 } }, change: { spec: { holderIdentity: 'you' } } },
  ],
  ['[sig-node] PodTemplates should run the lifecycle of PodTemplates', { resource: PodTemplates, object: { template } }],
  ['[sig-node] RuntimeClass should support RuntimeClasses API operations', { resource: RuntimeClasses, object: { handler: 'runc' } }],
  [
    '[sig-storage] CSIStorageCapacity should support CSIStorageCapacities API operations',
    {
      resource: CSIStorageCapacities,
      object: { storageClassName: 'standard', capacity: '1Gi' },
      change: { capacity: '2Gi' },
    },
  ],
  [
    '[sig-storage] StorageClasses CSI Conformance should run through the lifecycle of a StorageClass',
    { resource: StorageClasses, object: { provisioner: 'example.com/none' } },
  ],
  [
    '[sig-storage] VolumeAttachment Conformance should run through the lifecycle of a VolumeAttachment',
    {
      resource: VolumeAttachments,
      object: { spec: { attacher: 'none.example.com', nodeName: 'node-1', source: { persistentVolumeName: 'pv' } } },
      status: { attached: true },
    },
  ],
];

describe('conformance: operations on a kind', () => {
  it.each(OPERATIONS)('%s', async (_, operations) => apiOperations(operations));
});
