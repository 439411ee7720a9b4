/** What may change of a Pod that is there: images, a deadline, tolerations that are added, gates that are taken away.
 *  Upstream: pkg/apis/core/validation/validation.go (ValidatePodUpdate) */
import { type FieldError, forbiddenField, invalidPrinted, invalidValue, required } from '../../api/field-error.ts';
import type { Affinity, Container, NodeSelectorTerm, Pod, PodSpec } from '../../api/generated/types.ts';
import { equal } from '../../base/json.ts';
import type { Errors } from './field-checks.ts';
import { goDiff } from './go-diff.ts';
import { goSyntax } from './go-syntax.ts';
import { inclusiveRange } from './names.ts';
import { checkAnnotationChange } from './pod-annotations.ts';
import { checkTolerations } from './scheduling.ts';

const UPDATABLE = 'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,'
  + '`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` '
  + '(allow it to be set to 1 if it was previously negative)';
const INT32_MAX = 2147483647;
const REQUIRED_AFFINITY = 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms';

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
    if (old !== undefined) errors.push(invalidValue(field, null, 'must not update from a positive integer to nil value'));
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

/** What is added to a term narrows it; nothing else may happen to it. */
function isNarrowed(next: NodeSelectorTerm, old: NodeSelectorTerm): boolean {
  const lists = (term: NodeSelectorTerm) => [term.matchExpressions ?? [], term.matchFields ?? []] as const;
  const [added, before] = [lists(next), lists(old)];
  if (before.every((list) => list.length === 0)) return added.every((list) => list.length === 0);
  return before.every((list, index) => equal(added[index]!.slice(0, list.length), list));
}

/** The places where a gated Pod may go may become fewer, never others. */
function checkNarrowed(errors: Errors, next: PodSpec, old: PodSpec): void {
  const selector = next.nodeSelector ?? {};
  if (Object.entries(old.nodeSelector ?? {}).some(([key, value]) => selector[key] !== value)) {
    errors.push(invalidPrinted('spec.nodeSelector', goSyntax(next.nodeSelector, 'map[string]string'),
      'only additions to spec.nodeSelector are allowed (no mutations or deletions)'));
  }
  const termsOf = ({ affinity }: PodSpec): readonly NodeSelectorTerm[] =>
    affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const [terms, before] = [termsOf(next), termsOf(old)];
  if (before.length === 0) return;
  if (terms.length !== before.length) {
    errors.push(invalidPrinted(REQUIRED_AFFINITY, goSyntax(terms.length > 0 ? terms : undefined, '[]core.NodeSelectorTerm'),
      'no additions/deletions to non-empty NodeSelectorTerms list are allowed'));
    return;
  }
  terms.forEach((term, index) => {
    if (isNarrowed(term, before[index]!)) return;
    errors.push(invalidPrinted(`${REQUIRED_AFFINITY}[${index}]`, goSyntax(term, 'core.NodeSelectorTerm'),
      'only additions are allowed (no mutations or deletions)'));
  });
}

/** The affinity as it would be with the old word about nodes. */
function withNodeAffinityOf(next: Affinity | undefined, old: Affinity | undefined): Affinity | undefined {
  const { nodeAffinity } = old ?? {};
  if (!next) return nodeAffinity ? { nodeAffinity } : undefined;
  const { nodeAffinity: _, ...rest } = next;
  if (!old && Object.keys(rest).length === 0) return undefined;
  return nodeAffinity ? { ...rest, nodeAffinity } : rest;
}

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
    ...(isGated && { nodeSelector: old.nodeSelector, affinity: withNodeAffinityOf(next.affinity, old.affinity) }),
  };
}

/** Inside Kubernetes the host's namespaces are part of the security context, and the difference shows them there. */
function internalSpec({ hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers, ...spec }: PodSpec): object {
  return { ...spec, securityContext: { ...spec.securityContext, hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers } };
}

const NO_SPEC: PodSpec = Object.freeze({ containers: [] });

export function checkPodChange(pod: Pod, oldPod: Pod): readonly FieldError[] {
  const errors: Errors = [];
  checkAnnotationChange(errors, 'metadata.annotations', pod.metadata?.annotations, oldPod.metadata?.annotations);
  const [next, old] = [pod.spec ?? NO_SPEC, oldPod.spec ?? NO_SPEC];
  if (next === old) return errors;
  if (!checkImages(errors, 'spec.containers', next.containers ?? [], old.containers ?? [])) return errors;
  if (!checkImages(errors, 'spec.initContainers', next.initContainers ?? [], old.initContainers ?? [])) return errors;
  if (!checkDeadline(errors, next.activeDeadlineSeconds, old.activeDeadlineSeconds)) return errors;
  checkTolerationsAdded(errors, next, old);
  checkGates(errors, next, old);
  if (equal(next, old)) return errors;
  if (old.schedulingGates?.length) checkNarrowed(errors, next, old);
  const munged = mungedSpec(next, old);
  if (!equal(munged, old)) errors.push(forbiddenField('spec', `${UPDATABLE}\n${goDiff(internalSpec(old), internalSpec(munged), 'core.PodSpec')}`));
  return errors;
}

