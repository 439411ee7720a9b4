/** Pods: what may be created, and the little that may be changed afterwards.
 *  Upstream: pkg/registry/core/pod/strategy.go, pkg/apis/core/validation/validation.go (ValidatePodUpdate) */
import { type FieldError, forbiddenField, invalidPrinted, invalidValue, required } from '../../api/field-error.ts';
import type { Container, EphemeralContainer, Pod, PodSpec } from '../../api/generated/types.ts';
import { qosClassOf } from '../../api/pod.ts';
import { equal } from '../../base/json.ts';
import { strategyOf } from './base.ts';
import type { Errors } from './field-checks.ts';
import { goDiff } from './go-diff.ts';
import { inclusiveRange } from './names.ts';
import { podDefaults } from './pod-defaults.ts';
import { checkPod } from './pod-spec.ts';
import { checkTolerations } from './scheduling.ts';

const UPDATABLE = 'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,'
  + '`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` '
  + '(allow it to be set to 1 if it was previously negative)';
const INT32_MAX = 2147483647;
const GATED = 'Scheduling is blocked due to non-empty scheduling gates';

function prepareForCreate(pod: Pod): Pod {
  const gated = (pod.spec?.schedulingGates?.length ?? 0) > 0;
  const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', message: GATED }];
  return { ...pod, status: { phase: 'Pending', ...(gated && { conditions }), qosClass: qosClassOf(pod) } };
}

/** Of a resize request only the containers' resources count. */
function prepareForResize(pod: Pod, old: Pod): Pod {
  const resized = (list: readonly Container[] | undefined, from: readonly Container[] | undefined): readonly Container[] | undefined =>
    list?.map((container) => ({ ...container, resources: from?.find(({ name }) => name === container.name)?.resources ?? container.resources }));
  return {
    ...old,
    metadata: pod.metadata,
    spec: old.spec && {
      ...old.spec, containers: resized(old.spec.containers, pod.spec?.containers) ?? [],
      ...(old.spec.initContainers && { initContainers: resized(old.spec.initContainers, pod.spec?.initContainers) }),
    },
  };
}

function checkImages(errors: Errors, path: string, next: readonly Container[], old: readonly Container[]): boolean {
  if (next.length !== old.length) {
    errors.push(forbiddenField(path, 'pod updates may not add or remove containers'));
    return false;
  }
  next.forEach(({ image = '' }, index) => {
    if (!image) errors.push(required(`${path}[${index}].image`));
    if (image.trim() !== image) errors.push(invalidValue(`${path}[${index}].image`, image, 'must not have leading or trailing whitespace'));
  });
  return true;
}

/** False where nothing more should be said. */
function checkDeadline(errors: Errors, next: number | undefined, old: number | undefined): boolean {
  const field = 'spec.activeDeadlineSeconds';
  if (next === undefined) {
    if (old !== undefined) errors.push(invalidPrinted(field, 'null', 'must not update from a positive integer to nil value'));
    return true;
  }
  if (next < 0 || next > INT32_MAX) errors.push(invalidValue(field, next, inclusiveRange(0, INT32_MAX)));
  else if (old !== undefined && old < next) errors.push(invalidValue(field, next, 'must be less than or equal to previous value'));
  else return true;
  return false;
}

function checkTolerationsAdded(errors: Errors, next: PodSpec, old: PodSpec): void {
  const tolerations = next.tolerations ?? [];
  for (const one of old.tolerations ?? []) {
    const stays = tolerations.some((other) => equal({ ...one, tolerationSeconds: other.tolerationSeconds }, other));
    if (stays) continue;
    errors.push(forbiddenField('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'));
    return;
  }
  checkTolerations(errors, 'spec.tolerations', tolerations);
}

function checkGates(errors: Errors, next: PodSpec, old: PodSpec): void {
  const known = new Set((old.schedulingGates ?? []).map(({ name }) => name));
  next.schedulingGates?.forEach(({ name }, index) => {
    if (known.has(name)) return;
    errors.push(forbiddenField(`spec.schedulingGates[${index}].name`, `only deletion is allowed, but found new scheduling gate '${name}'`));
  });
}

const withImagesOf = (next: readonly Container[] | undefined, old: readonly Container[] | undefined): readonly Container[] | undefined =>
  next?.map((container, index) => ({ ...container, image: old?.[index]?.image }));

/** The new spec with everything that may change put back: what differs still is forbidden. */
function mungedSpec(next: PodSpec, old: PodSpec): PodSpec {
  const isGated = (old.schedulingGates?.length ?? 0) > 0;
  const grace = (old.terminationGracePeriodSeconds ?? 0) < 0 && next.terminationGracePeriodSeconds === 1;
  return {
    ...next,
    containers: withImagesOf(next.containers, old.containers) ?? [],
    initContainers: withImagesOf(next.initContainers, old.initContainers),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    schedulingGates: old.schedulingGates,
    tolerations: old.tolerations,
    ...(grace && { terminationGracePeriodSeconds: old.terminationGracePeriodSeconds }),
    ...(isGated && { nodeSelector: old.nodeSelector, affinity: old.affinity }),
  };
}

/** Inside Kubernetes the host's namespaces are part of the security context, and the difference shows them there. */
function internalSpec({ hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers, ...spec }: PodSpec): object {
  return { ...spec, securityContext: { ...spec.securityContext, hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers } };
}

const NO_SPEC: PodSpec = Object.freeze({ containers: [] });

function validateChange(pod: Pod, oldPod: Pod): readonly FieldError[] {
  const errors: Errors = [];
  const [next, old] = [pod.spec ?? NO_SPEC, oldPod.spec ?? NO_SPEC];
  if (next === old) return errors;
  if (!checkImages(errors, 'spec.containers', next.containers ?? [], old.containers ?? [])) return errors;
  if (!checkImages(errors, 'spec.initContainers', next.initContainers ?? [], old.initContainers ?? [])) return errors;
  if (!checkDeadline(errors, next.activeDeadlineSeconds, old.activeDeadlineSeconds)) return errors;
  checkTolerationsAdded(errors, next, old);
  checkGates(errors, next, old);
  if (equal(next, old)) return errors;
  const munged = mungedSpec(next, old);
  if (!equal(munged, old)) errors.push(forbiddenField('spec', `${UPDATABLE}\n${goDiff(internalSpec(old), internalSpec(munged), 'core.PodSpec')}`));
  return errors;
}

/** Debug containers may be added; those that are there stay as they are. */
function checkEphemeralChange(pod: Pod, old: Pod): readonly FieldError[] {
  const errors: Errors = [];
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

const requestsOf = (pod: Pod, name: string): readonly unknown[] =>
  (pod.spec?.containers ?? []).map(({ resources }) => [resources?.requests?.[name], resources?.limits?.[name]]);

/** Only cpu and memory change, and never the class of service. */
function checkResize(pod: Pod, old: Pod): readonly FieldError[] {
  if (qosClassOf(pod) !== (old.status?.qosClass ?? qosClassOf(old))) {
    return [invalidValue('spec', qosClassOf(pod), 'Pod QOS Class may not change as a result of resizing')];
  }
  const names = new Set([pod, old].flatMap((one) => (one.spec?.containers ?? []).flatMap(({ resources }) =>
    [...Object.keys(resources?.requests ?? {}), ...Object.keys(resources?.limits ?? {})])));
  const fixed = [...names].filter((name) => name !== 'cpu' && name !== 'memory');
  const changed = fixed.some((name) => !equal(requestsOf(pod, name), requestsOf(old, name)));
  return changed ? [forbiddenField('spec', 'only cpu and memory resources are mutable')] : [];
}

function validateOnCreate(pod: Pod): readonly FieldError[] {
  const errors: Errors = [];
  checkPod(errors, pod);
  if (pod.spec?.nodeName && pod.spec.schedulingGates?.length) {
    errors.push(forbiddenField('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
  }
  return errors;
}

export const podStrategy = strategyOf<Pod>({
  applyDefaults: podDefaults,
  prepareForCreate,
  prepareForUpdate: (pod, old, { subresource }) => (subresource === 'resize' ? prepareForResize(pod, old) : pod),
  validate: validateOnCreate,
  validateChange(pod, old, { subresource }) {
    if (subresource === 'ephemeralcontainers') return checkEphemeralChange(pod, old);
    if (subresource === 'resize') return checkResize(pod, old);
    return validateChange(pod, old);
  },
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
