/** StatefulSets and DaemonSets.
 *  Upstream: pkg/apis/apps/{v1/defaults.go,validation/validation.go} */
import { type FieldError, forbiddenField, invalidPrinted, invalidValue, notSupportedPrinted, required } from '../../api/field-error.ts';
import type {
  DaemonSet, DaemonSetSpec, DaemonSetUpdateStrategy, PersistentVolumeClaim, StatefulSet, StatefulSetSpec,
} from '../../api/generated/types.ts';
import { equal } from '../../base/json.ts';
import { strategyOf } from './base.ts';
import {
  checkAnnotations, checkLabels, checkLabelSelector, checkNonNegative, checkOneOf, type Errors, isEmptySelector,
} from './field-checks.ts';
import { goSyntax } from './go-syntax.ts';
import { checkPodAnnotations } from './pod-annotations.ts';
import { podTemplateDefaults } from './pod-defaults.ts';
import { withKnownTemplate } from './pod-fields.ts';
import { checkPodTemplate } from './pod-spec.ts';
import { templateWarnings, workloadWarnings } from './pod-warnings.ts';
import { fill, mapField, mapItems, without } from './share.ts';
import { claimSpecDefaults, claimWarnings } from './claim-spec.ts';
import {
  checkAtMostHundred, checkCounts, checkIntOrPercent, checkMismatch, checkRunsForever, checkSelector, checkSelectorKept, invalidIntOrPercent, isZero,
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
      errors.push(invalidPrinted('spec.updateStrategy.rollingUpdate', goSyntax(rollingUpdate, 'apps.RollingUpdateStatefulSetStrategy'),
        "only allowed for updateStrategy 'RollingUpdate'"));
    }
  } else if (type === 'RollingUpdate') checkNonNegative(errors, 'spec.updateStrategy.rollingUpdate.partition', rollingUpdate?.partition);
  else {
    errors.push(invalidPrinted('spec.updateStrategy', goSyntax(spec.updateStrategy, 'apps.StatefulSetUpdateStrategy'),
      "must be 'RollingUpdate' or 'OnDelete'"));
  }
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
  checkNonNegative(errors, 'spec.minReadySeconds', spec.minReadySeconds);
  checkNonNegative(errors, 'spec.ordinals.start', spec.ordinals?.start);
  if (checkSelector(errors, spec.selector, 'statefulset', '')) {
    checkMismatch(errors, 'spec.template', spec.selector, spec.template);
    // As in Kubernetes the Pod's own spec is not checked here: a mistake in it shows when the first Pod is refused.
    checkLabels(errors, 'spec.template.labels', spec.template?.metadata?.labels);
    checkAnnotations(errors, 'spec.template.annotations', spec.template?.metadata?.annotations);
    checkPodAnnotations(errors, 'spec.template.annotations', spec.template?.metadata?.annotations, spec.template?.spec ?? { containers: [] });
  }
  checkRunsForever(errors, 'spec.template', spec.template, 'StatefulSet');
  return errors;
}

function validateStatefulSetChange(next: StatefulSet, old: StatefulSet): readonly FieldError[] {
  const kept: Record<string, unknown> = { ...next.spec };
  for (const field of MUTABLE) kept[field] = old.spec?.[field];
  return equal(kept, old.spec) ? [] : [forbiddenField('spec', SPEC_UPDATE)];
}

/** How many may be away at once stands behind a gate that is off. */
const knownStatefulSet = (it: StatefulSet): StatefulSet => mapField(withKnownTemplate(it), 'spec', (spec) =>
  mapField(spec, 'updateStrategy', (strategy) => mapField(strategy, 'rollingUpdate', (rolling) => without(rolling, 'maxUnavailable'))));

function statefulSetWarnings(next: StatefulSet, old: StatefulSet | undefined): readonly string[] {
  const spec = next.spec;
  if (!spec || (old && equal(spec, old.spec))) return [];
  const claims: string[] = [];
  spec.volumeClaimTemplates?.forEach(({ spec: claim }, index) =>
    claims.push(...claimWarnings(`spec.volumeClaimTemplates[${index}].Spec`, claim)));
  const limit = spec.revisionHistoryLimit ?? 0;
  return [
    ...workloadWarnings(next, old), ...claims,
    ...(limit < 0 ? ['spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended'] : []),
  ];
}

export const statefulSetStrategy = strategyOf<StatefulSet>({
  hasStatus: true,
  applyDefaults: (it) => mapField(it, 'spec', statefulSetDefaults),
  validate: validateStatefulSet,
  validateChange: validateStatefulSetChange,
  prepareForCreate: (it) => ({ ...knownStatefulSet(it), status: { replicas: 0, availableReplicas: 0 } }),
  prepareForUpdate: knownStatefulSet,
  validateStatusUpdate: checkCounts({
    counts: [
      'replicas', 'readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas', 'observedGeneration', 'collisionCount',
    ],
    atMost: [
      ['readyReplicas', 'replicas', 'status.replicas'], ['currentReplicas', 'replicas', 'status.replicas'],
      ['updatedReplicas', 'replicas', 'status.replicas'], ['availableReplicas', 'replicas', 'status.replicas'],
      ['availableReplicas', 'readyReplicas', 'status.readyReplicas'],
    ],
  }),
  warnings: statefulSetWarnings,
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
    errors.push(notSupportedPrinted('spec.updateStrategy', goSyntax({ type, rollingUpdate }, 'apps.DaemonSetUpdateStrategy'),
      ['OnDelete', 'RollingUpdate']));
    return;
  }
  const path = 'spec.updateStrategy.rollingUpdate';
  const { maxUnavailable, maxSurge } = rollingUpdate ?? {};
  const both = [['maxUnavailable', maxUnavailable], ['maxSurge', maxSurge]] as const;
  for (const [field, value] of both) checkIntOrPercent(errors, `${path}.${field}`, value);
  for (const [field, value] of both) checkAtMostHundred(errors, `${path}.${field}`, value);
  if (isZero(maxUnavailable) && isZero(maxSurge)) errors.push(required(`${path}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  if (!isZero(maxUnavailable) && !isZero(maxSurge)) {
    errors.push(invalidIntOrPercent(`${path}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  }
}

function validateDaemonSet({ spec }: DaemonSet): readonly FieldError[] {
  const errors: Errors = [];
  if (!spec) return [required('spec.selector')];
  const before = errors.length;
  checkLabelSelector(errors, 'spec.selector', spec.selector);
  if (errors.length === before) checkMismatch(errors, 'spec.template', spec.selector, spec.template);
  if (spec.selector && isEmptySelector(spec.selector)) {
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
  prepareForUpdate: withKnownTemplate,
  validateStatusUpdate: checkCounts({
    counts: [
      'currentNumberScheduled', 'numberMisscheduled', 'desiredNumberScheduled', 'numberReady', 'observedGeneration', 'updatedNumberScheduled',
      'numberAvailable', 'numberUnavailable', 'collisionCount',
    ],
    atMost: [],
  }),
  warnings: (next, old) => (old && equal(next.spec, old.spec) ? [] : templateWarnings(next.spec?.template, 'spec.template.')),
  prepareForCreate: (it) => ({
    ...withKnownTemplate(it), status: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
  }),
});
