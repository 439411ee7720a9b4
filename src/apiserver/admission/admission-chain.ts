/** The admission chain of a default control plane, in Kubernetes' order: all that mutate, then all that validate, quota last.
 *  Upstream: pkg/kubeapiserver/options/plugins.go */
import type { AdmissionChainFactory } from '../admission.ts';
import { escalationPlugin } from '../authorization/escalation.ts';
import { certificateApproval, certificateSigning, certificateSubjectRestriction } from './certificates.ts';
import {
  defaultIngressClass,
  defaultStorageClass,
  persistentVolumeClaimResize,
  storageObjectInUseProtection,
  taintNodesByCondition,
} from './defaults.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { nodeRestriction } from './node-restriction.ts';
import { podSecurity } from './pod-security.ts';
import { defaultTolerationSeconds, priorityPlugin, runtimeClassPlugin } from './pods.ts';
import { resourceQuota } from './resource-quota.ts';
import { validatingAdmissionPolicy } from './validating-policy.ts';
import { mutatingWebhook, validatingWebhook } from './webhooks.ts';
import { serviceAccount } from './service-account.ts';

export const admissionChain: AdmissionChainFactory = ({ world }) => [
  namespaceLifecycle,
  escalationPlugin(),
  limitRanger,
  serviceAccount(world, world.random.fork('service-account')),
  nodeRestriction,
  taintNodesByCondition,
  podSecurity,
  priorityPlugin,
  defaultTolerationSeconds,
  defaultStorageClass,
  storageObjectInUseProtection,
  persistentVolumeClaimResize,
  runtimeClassPlugin,
  certificateApproval,
  certificateSigning,
  certificateSubjectRestriction,
  defaultIngressClass,
  mutatingWebhook,
  validatingAdmissionPolicy,
  validatingWebhook,
  resourceQuota,
];
