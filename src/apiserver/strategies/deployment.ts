/** Deployments, ReplicaSets and ReplicationControllers.
 *  Upstream: pkg/apis/apps/{v1/defaults.go,validation/validation.go}, pkg/registry/apps/{deployment,replicaset}/strategy.go */
import { type FieldError, forbiddenField, invalidValue, notSupportedPrinted, required } from '../../api/field-error.ts';
import type { Deployment, DeploymentSpec, DeploymentStrategy, ReplicaSet, ReplicationController } from '../../api/generated/types.ts';
import { strategyOf } from './base.ts';
import { checkNonNegative, type Errors } from './field-checks.ts';
import { goSyntax } from './go-syntax.ts';
import { podTemplateDefaults } from './pod-defaults.ts';
import { withKnownTemplate } from './pod-fields.ts';
import { workloadWarnings } from './pod-warnings.ts';
import { fill, mapField } from './share.ts';
import {
  checkAtMostHundred, checkCounts, checkIntOrPercent, checkSelector, checkSelectorKept, checkTemplate, invalidIntOrPercent, isZero,
} from './workload.ts';

function strategyDefaults(strategy: DeploymentStrategy): DeploymentStrategy {
  const typed = fill(strategy.type === '' ? { ...strategy, type: undefined } : strategy, { type: 'RollingUpdate' });
  if (typed.type !== 'RollingUpdate') return typed;
  const rolling = fill(typed.rollingUpdate ?? {}, { maxUnavailable: '25%', maxSurge: '25%' });
  return rolling === typed.rollingUpdate ? typed : { ...typed, rollingUpdate: rolling };
}

function deploymentDefaults(spec: DeploymentSpec): DeploymentSpec {
  const filled = fill(spec, { replicas: 1, strategy: {}, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
  return mapField(mapField(filled, 'strategy', strategyDefaults), 'template', podTemplateDefaults);
}

function checkStrategy(errors: Errors, path: string, { type, rollingUpdate }: DeploymentStrategy): void {
  if (type === 'Recreate') {
    if (rollingUpdate) errors.push(forbiddenField(`${path}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'"));
  } else if (type !== 'RollingUpdate') {
    errors.push(notSupportedPrinted(path, goSyntax({ type, rollingUpdate }, 'apps.DeploymentStrategy'), ['Recreate', 'RollingUpdate']));
  }
  else if (!rollingUpdate) errors.push(required(`${path}.rollingUpdate`, 'this should be defaulted and never be nil'));
  else {
    const { maxUnavailable, maxSurge } = rollingUpdate;
    checkIntOrPercent(errors, `${path}.rollingUpdate.maxUnavailable`, maxUnavailable);
    checkIntOrPercent(errors, `${path}.rollingUpdate.maxSurge`, maxSurge);
    if (isZero(maxUnavailable) && isZero(maxSurge)) {
      errors.push(invalidIntOrPercent(`${path}.rollingUpdate.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
    }
    checkAtMostHundred(errors, `${path}.rollingUpdate.maxUnavailable`, maxUnavailable);
  }
}

function validateDeployment({ spec }: Deployment): readonly FieldError[] {
  const errors: Errors = [];
  checkNonNegative(errors, 'spec.replicas', spec?.replicas);
  const isSelector = checkSelector(errors, spec?.selector, 'deployment', 'invalid label selector');
  if (isSelector) checkTemplate(errors, spec?.selector, spec?.template, 'ReplicaSet');
  checkStrategy(errors, 'spec.strategy', spec?.strategy ?? {});
  checkNonNegative(errors, 'spec.minReadySeconds', spec?.minReadySeconds);
  checkNonNegative(errors, 'spec.revisionHistoryLimit', spec?.revisionHistoryLimit);
  const progress = spec?.progressDeadlineSeconds;
  checkNonNegative(errors, 'spec.progressDeadlineSeconds', progress);
  if (progress !== undefined && progress <= (spec?.minReadySeconds ?? 0)) {
    errors.push(invalidValue('spec.progressDeadlineSeconds', progress, 'must be greater than minReadySeconds'));
  }
  return errors;
}

function validateSelectorChange(
  next: { readonly spec?: { readonly selector?: object } }, old: { readonly spec?: { readonly selector?: object } },
): readonly FieldError[] {
  const errors: Errors = [];
  checkSelectorKept(errors, next.spec?.selector, old.spec?.selector);
  return errors;
}

export const deploymentStrategy = strategyOf<Deployment>({
  hasStatus: true,
  applyDefaults: (it) => mapField(it, 'spec', deploymentDefaults),
  prepareForCreate: withKnownTemplate,
  prepareForUpdate: withKnownTemplate,
  validate: validateDeployment,
  validateChange: validateSelectorChange,
  validateStatusUpdate: checkCounts({
    counts: [
      'observedGeneration', 'replicas', 'updatedReplicas', 'terminatingReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas',
      'collisionCount',
    ],
    atMost: [
      ['updatedReplicas', 'replicas', 'status.replicas'], ['readyReplicas', 'replicas', 'status.replicas'],
      ['availableReplicas', 'replicas', 'status.replicas'], ['availableReplicas', 'readyReplicas', 'readyReplicas'],
    ],
  }),
  warnings: workloadWarnings,
});

function validateReplicaSet({ spec }: ReplicaSet): readonly FieldError[] {
  const errors: Errors = [];
  checkNonNegative(errors, 'spec.replicas', spec?.replicas);
  checkNonNegative(errors, 'spec.minReadySeconds', spec?.minReadySeconds);
  const isSelector = checkSelector(errors, spec?.selector, 'deployment', 'invalid label selector');
  if (isSelector) checkTemplate(errors, spec?.selector, spec?.template, 'ReplicaSet');
  return errors;
}

const replicaCounts = checkCounts({
  counts: ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'],
  atMost: [
    ['fullyLabeledReplicas', 'replicas', 'status.replicas'], ['readyReplicas', 'replicas', 'status.replicas'],
    ['availableReplicas', 'replicas', 'status.replicas'], ['availableReplicas', 'readyReplicas', 'readyReplicas'],
  ],
});

const replicasSelectable = {
  'status.replicas': (it: { readonly status?: { readonly replicas?: number } }) => String(it.status?.replicas ?? 0),
};

export const replicaSetStrategy = strategyOf<ReplicaSet>({
  hasStatus: true,
  applyDefaults: (it) => mapField(it, 'spec', (spec) => mapField(fill(spec, { replicas: 1 }), 'template', podTemplateDefaults)),
  validate: validateReplicaSet,
  validateChange: validateSelectorChange,
  prepareForCreate: (it) => ({ ...withKnownTemplate(it), status: { replicas: 0 } }),
  prepareForUpdate: withKnownTemplate,
  validateStatusUpdate: replicaCounts,
  warnings: workloadWarnings,
  selectableFields: replicasSelectable,
});

/** An old kind takes its selector and labels from its template where it has none. */
function controllerDefaults(it: ReplicationController): ReplicationController {
  const labels = it.spec?.template?.metadata?.labels;
  const withLabels = labels && Object.keys(it.metadata?.labels ?? {}).length === 0 ? { ...it, metadata: { ...it.metadata, labels } } : it;
  return mapField(withLabels, 'spec', (spec) => {
    const selected = labels && Object.keys(spec.selector ?? {}).length === 0 ? { ...spec, selector: labels } : spec;
    return mapField(fill(selected, { replicas: 1 }), 'template', podTemplateDefaults);
  });
}

function validateController({ spec }: ReplicationController): readonly FieldError[] {
  const errors: Errors = [];
  checkNonNegative(errors, 'spec.minReadySeconds', spec?.minReadySeconds);
  if (Object.keys(spec?.selector ?? {}).length === 0) errors.push(required('spec.selector'));
  checkNonNegative(errors, 'spec.replicas', spec?.replicas);
  if (spec?.template) checkTemplate(errors, { matchLabels: spec.selector ?? {} }, spec.template, 'ReplicationController');
  else errors.push(required('spec.template'));
  return errors;
}

export const replicationControllerStrategy = strategyOf<ReplicationController>({
  hasStatus: true,
  applyDefaults: controllerDefaults,
  validate: validateController,
  prepareForCreate: (it) => ({ ...withKnownTemplate(it), status: { replicas: 0 } }),
  prepareForUpdate: withKnownTemplate,
  validateStatusUpdate: replicaCounts,
  warnings: workloadWarnings,
  selectableFields: replicasSelectable,
});
