/** Pods: what may be created, and the little that may be changed afterwards.
 *  Upstream: pkg/registry/core/pod/strategy.go, pkg/apis/core/validation/validation.go */
import { type FieldError, forbiddenField } from '../../api/field-error.ts';
import type { EphemeralContainer, Pod } from '../../api/generated/types.ts';
import { qosClassOf } from '../../api/pod.ts';
import { equal } from '../../base/json.ts';
import { strategyOf } from './base.ts';
import type { Errors } from './field-checks.ts';
import { checkAnnotatedProfiles, checkAnnotationChange, MIRROR } from './pod-annotations.ts';
import { podDefaults } from './pod-defaults.ts';
import { knownFields, narrowedAffinity } from './pod-fields.ts';
import { checkResize, prepareForResize } from './pod-resize.ts';
import { checkPod } from './pod-spec.ts';
import { checkStatusChange, prepareForStatus } from './pod-status.ts';
import { checkPodChange } from './pod-update.ts';
import { nameWarnings, podWarnings } from './pod-warnings.ts';
import { mapField } from './share.ts';

const GATED = 'Scheduling is blocked due to non-empty scheduling gates';

function prepareForCreate(given: Pod): Pod {
  const labels = given.metadata?.labels ?? {};
  const pod = mapField(given, 'spec', (spec) => mapField(knownFields(spec), 'affinity', (affinity) => narrowedAffinity(affinity, labels)));
  const gated = (pod.spec?.schedulingGates?.length ?? 0) > 0;
  const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', message: GATED }];
  return { ...pod, status: { phase: 'Pending', ...(gated && { conditions }), qosClass: qosClassOf(pod) } };
}

/** Debug containers may be added; those that are there stay as they are. */
function checkEphemeralChange(pod: Pod, old: Pod): readonly FieldError[] {
  if (old.metadata?.annotations?.[MIRROR] !== undefined) return [forbiddenField('', 'static pods do not support ephemeral containers')];
  const errors: Errors = [];
  checkAnnotationChange(errors, 'metadata.annotations', pod.metadata?.annotations, old.metadata?.annotations);
  const find = (list: readonly EphemeralContainer[], name: string): EphemeralContainer | undefined => list.find((one) => one.name === name);
  for (const one of old.spec?.ephemeralContainers ?? []) {
    const next = find(pod.spec?.ephemeralContainers ?? [], one.name);
    if (!next) errors.push(forbiddenField('spec.ephemeralContainers', `existing ephemeral containers "${one.name}" may not be removed\n`));
    else if (!equal(next, one)) {
      errors.push(forbiddenField('spec.ephemeralContainers', `existing ephemeral containers "${one.name}" may not be changed\n`));
    }
  }
  return errors;
}

function validateChange(pod: Pod, old: Pod, subresource: string): readonly FieldError[] {
  if (subresource === 'ephemeralcontainers') return checkEphemeralChange(pod, old);
  if (subresource === 'resize') return checkResize(pod, old);
  return checkPodChange(pod, old);
}

/** What only a creation says: on an update the same would speak of what is there already. */
function validateOnCreate(pod: Pod): readonly FieldError[] {
  const errors: Errors = [];
  if (pod.spec?.ephemeralContainers?.length) errors.push(forbiddenField('spec.ephemeralContainers', 'cannot be set on create'));
  if (pod.spec?.nodeName && pod.spec.schedulingGates?.length) {
    errors.push(forbiddenField('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
  }
  if (pod.spec) checkAnnotatedProfiles(errors, 'spec', pod.metadata?.annotations, pod.spec);
  return errors;
}

function checked(pod: Pod): readonly FieldError[] {
  const errors: Errors = [];
  checkPod(errors, pod);
  return errors;
}

const prepare = (pod: Pod, old: Pod, subresource: string): Pod =>
  (subresource === 'resize' ? prepareForResize(pod, old) : subresource === 'status' ? prepareForStatus(pod, old) : pod);

export const podStrategy = strategyOf<Pod>({
  applyDefaults: podDefaults,
  prepareForCreate,
  prepareForUpdate: (pod, old, { subresource }) => prepare(pod, old, subresource),
  validate: checked,
  validateNew: validateOnCreate,
  validateChange: (pod, old, { subresource }) => validateChange(pod, old, subresource),
  validateStatusUpdate: checkStatusChange,
  warnings: (pod, old) => (old ? [] : [...nameWarnings(pod, "the Pod's hostname"), ...podWarnings(pod.spec, pod.metadata, '')]),
  selectableFields: {
    'spec.nodeName': (pod) => pod.spec?.nodeName ?? '',
    'spec.restartPolicy': (pod) => pod.spec?.restartPolicy ?? '',
    'spec.schedulerName': (pod) => pod.spec?.schedulerName ?? '',
    'spec.serviceAccountName': (pod) => pod.spec?.serviceAccountName ?? '',
    'spec.hostNetwork': (pod) => String(pod.spec?.hostNetwork ?? false),
    'status.phase': (pod) => pod.status?.phase ?? '',
    'status.podIP': (pod) => pod.status?.podIP ?? pod.status?.podIPs?.[0]?.ip ?? '',
    'status.podIPs': (pod) => (pod.status?.podIPs ?? []).map(({ ip }) => ip).join(','),
    'status.nominatedNodeName': (pod) => pod.status?.nominatedNodeName ?? '',
  },
});
