/** StatefulSets and DaemonSets.
 *  Upstream: pkg/apis/apps/{v1/defaults.go,validation/validation.go} */
import { type FieldError, forbiddenField, invalidPrinted, invalidValue, notSupported, required } from '../../api/field-error.ts';
import type {
  DaemonSet, DaemonSetSpec, DaemonSetUpdateStrategy, PersistentVolumeClaim, StatefulSet, StatefulSetSpec,
} from '../../api/generated/types.ts';
import { equal } from '../../base/json.ts';
import { strategyOf } from './base.ts';
import {
  checkAnnotations, checkLabels, checkLabelSelector, checkNonNegative, checkOneOf, type Errors, isEmptySelector,
} from './field-checks.ts';
import { goSyntax } from './go-syntax.ts';
import { podTemplateDefaults } from './pod-defaults.ts';
import { checkPodTemplate } from './pod-spec.ts';
import { fill, mapField, mapItems } from './share.ts';
import { claimSpecDefaults } from './volume-claim.ts';
import {
  checkAtMostHundred, checkIntOrPercent, checkMismatch, checkRunsForever, checkSelector, checkSelectorKept, invalidIntOrPercent, isZero,
} from './workload.ts';

const SPEC_UPDATE = "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
  + "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
const MUTABLE = [
  'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy', 'minReadySeconds',
] as const;
const RETENTION = ['Delete', 'Retain'];

const claimTemplateDefaults = (claim: PersistentVolumeClaim): PersistentVolumeClaim => mapField(
  fill(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', status: { phase: 'Pending' } }), 'spec', claimSpecDefaults,
);

function statefulSetDefaults(spec: StatefulSetSpec): StatefulSetSpec {
  let next = fill(spec, {
    replicas: 1, podManagementPolicy: 'OrderedReady', revisionHistoryLimit: 10, updateStrategy: {}, persistentVolumeClaimRetentionPolicy: {},
  });
  next = mapField(next, 'updateStrategy', (strategy) => {
    const typed = fill(strategy, { type: 'RollingUpdate' });
    if (typed.type !== 'RollingUpdate') return typed;
    const rolling = fill(typed.rollingUpdate ?? {}, { partition: 0 });
    return rolling === typed.rollingUpdate ? typed : { ...typed, rollingUpdate: rolling };
  });
  next = mapField(next, 'persistentVolumeClaimRetentionPolicy', (policy) => fill(policy, { whenDeleted: 'Retain', whenScaled: 'Retain' }));
  return mapItems(mapField(next, 'template', podTemplateDefaults), 'volumeClaimTemplates', claimTemplateDefaults);
}

function checkUpdateStrategy(errors: Errors, spec: StatefulSetSpec): void {
  const { type, rollingUpdate } = spec.updateStrategy ?? {};
  if (!type) errors.push(required('spec.updateStrategy'));
  else if (type === 'OnDelete') {
    if (rollingUpdate) {
      errors.push(invalidValue('spec.updateStrategy.rollingUpdate', rollingUpdate, "only allowed for updateStrategy 'RollingUpdate'"));
    }
  } else if (type === 'RollingUpdate') checkNonNegative(errors, 'spec.updateStrategy.rollingUpdate.partition', rollingUpdate?.partition);
  else errors.push(invalidValue('spec.updateStrategy', spec.updateStrategy, "must be 'RollingUpdate' or 'OnDelete'"));
}

function validateStatefulSet({ spec }: StatefulSet): readonly FieldError[] {
  const errors: Errors = [];
  if (!spec) return [required('spec.selector')];
  const policy = spec.podManagementPolicy;
  if (!policy) errors.push(required('spec.podManagementPolicy'));
  else if (policy !== 'OrderedReady' && policy !== 'Parallel') {
    errors.push(invalidValue('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'"));
  }
  checkUpdateStrategy(errors, spec);
  for (const field of ['whenDeleted', 'whenScaled'] as const) {
    checkOneOf(errors, `spec.persistentVolumeClaimRetentionPolicy.${field}`, spec.persistentVolumeClaimRetentionPolicy?.[field], RETENTION);
  }
  checkNonNegative(errors, 'spec.replicas', spec.replicas);
  checkNonNegative(errors, 'spec.ordinals.start', spec.ordinals?.start);
  checkNonNegative(errors, 'spec.minReadySeconds', spec.minReadySeconds);
  checkNonNegative(errors, 'spec.revisionHistoryLimit', spec.revisionHistoryLimit);
  checkSelector(errors, spec.selector, 'statefulset');
  checkMismatch(errors, 'spec.template', spec.selector, spec.template);
  // As in Kubernetes the Pod's own spec is not checked here: a mistake in it shows when the first Pod is refused.
  checkLabels(errors, 'spec.template.labels', spec.template?.metadata?.labels);
  checkAnnotations(errors, 'spec.template.annotations', spec.template?.metadata?.annotations);
  checkRunsForever(errors, 'spec.template', spec.template, 'StatefulSet');
  return errors;
}

function validateStatefulSetChange(next: StatefulSet, old: StatefulSet): readonly FieldError[] {
  const kept: Record<string, unknown> = { ...next.spec };
  for (const field of MUTABLE) kept[field] = old.spec?.[field];
  return equal(kept, old.spec) ? [] : [forbiddenField('spec', SPEC_UPDATE)];
}

export const statefulSetStrategy = strategyOf<StatefulSet>({
  hasStatus: true,
  applyDefaults: (it) => mapField(it, 'spec', statefulSetDefaults),
  validate: validateStatefulSet,
  validateChange: validateStatefulSetChange,
  prepareForCreate: (it) => ({ ...it, status: { replicas: 0, availableReplicas: 0 } }),
});

function daemonSetDefaults(spec: DaemonSetSpec): DaemonSetSpec {
  let next = fill(spec, { revisionHistoryLimit: 10, updateStrategy: {} });
  next = mapField(next, 'updateStrategy', (strategy) => {
    const typed = fill(strategy, { type: 'RollingUpdate' });
    if (typed.type !== 'RollingUpdate') return typed;
    const rolling = fill(typed.rollingUpdate ?? {}, { maxUnavailable: 1, maxSurge: 0 });
    return rolling === typed.rollingUpdate ? typed : { ...typed, rollingUpdate: rolling };
  });
  return mapField(next, 'template', podTemplateDefaults);
}

function checkDaemonUpdate(errors: Errors, { type, rollingUpdate }: DaemonSetUpdateStrategy): void {
  if (type === 'OnDelete') return;
  if (type !== 'RollingUpdate') {
    errors.push(notSupported('spec.updateStrategy.type', type ?? '', ['OnDelete', 'RollingUpdate']));
    return;
  }
  const path = 'spec.updateStrategy.rollingUpdate';
  const { maxUnavailable, maxSurge } = rollingUpdate ?? {};
  for (const [field, value] of [['maxUnavailable', maxUnavailable], ['maxSurge', maxSurge]] as const) {
    checkIntOrPercent(errors, `${path}.${field}`, value);
    checkAtMostHundred(errors, `${path}.${field}`, value);
  }
  if (isZero(maxUnavailable) && isZero(maxSurge)) errors.push(required(`${path}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  if (!isZero(maxUnavailable) && !isZero(maxSurge)) {
    errors.push(invalidIntOrPercent(`${path}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  }
}

function validateDaemonSet({ spec }: DaemonSet): readonly FieldError[] {
  const errors: Errors = [];
  if (!spec) return [required('spec.selector')];
  checkLabelSelector(errors, 'spec.selector', spec.selector);
  checkMismatch(errors, 'spec.template', spec.selector, spec.template);
  if (isEmptySelector(spec.selector)) {
    errors.push(invalidPrinted('spec.selector', goSyntax(spec.selector, 'v1.LabelSelector'), 'empty selector is invalid for daemonset'));
  }
  checkPodTemplate(errors, 'spec.template', spec.template ?? {});
  checkRunsForever(errors, 'spec.template', spec.template, 'DaemonSet');
  checkNonNegative(errors, 'spec.minReadySeconds', spec.minReadySeconds);
  checkDaemonUpdate(errors, spec.updateStrategy ?? {});
  checkNonNegative(errors, 'spec.revisionHistoryLimit', spec.revisionHistoryLimit);
  return errors;
}

export const daemonSetStrategy = strategyOf<DaemonSet>({
  hasStatus: true,
  applyDefaults: (it) => mapField(it, 'spec', daemonSetDefaults),
  validate: validateDaemonSet,
  validateChange(next, old) {
    const errors: Errors = [];
    checkSelectorKept(errors, next.spec?.selector, old.spec?.selector);
    return errors;
  },
  prepareForCreate: (it) => ({
    ...it, status: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
  }),
});
