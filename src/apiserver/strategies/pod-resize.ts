/** Changing what a Pod that runs may use: cpu and memory alone, and never the class of service.
 *  Upstream: pkg/apis/core/validation/validation.go (ValidatePodResize) */
import { type FieldError, forbiddenField, invalidValue } from '../../api/field-error.ts';
import type { Container, Pod, ResourceRequirements } from '../../api/generated/types.ts';
import { isSidecar, qosClassOf } from '../../api/pod.ts';
import { compareQuantities } from '../../api/quantity.ts';
import { equal } from '../../base/json.ts';
import type { Errors } from './field-checks.ts';
import { MIRROR } from './pod-annotations.ts';

/** Of a resize request only the containers' resources and how they are resized count. */
export function prepareForResize(pod: Pod, old: Pod): Pod {
  const resized = (list: readonly Container[] | undefined, from: readonly Container[] | undefined): readonly Container[] | undefined =>
    list?.map((container) => {
      const next = from?.find(({ name }) => name === container.name);
      if (!next) return container;
      const { resources: _, resizePolicy: __, ...rest } = container;
      return { ...rest, ...(next.resources && { resources: next.resources }), ...(next.resizePolicy && { resizePolicy: next.resizePolicy }) };
    });
  return {
    ...old,
    metadata: pod.metadata,
    spec: old.spec && {
      ...old.spec, containers: resized(old.spec.containers, pod.spec?.containers) ?? [],
      ...(old.spec.initContainers && { initContainers: resized(old.spec.initContainers, pod.spec?.initContainers) }),
    },
  };
}

const LISTS = ['requests', 'limits'] as const;

function checkContainer(errors: Errors, path: string, container: Container, old: Container): void {
  const [next, before] = [container.resources ?? {}, old.resources ?? {}];
  for (const list of LISTS) {
    const isRemoved = Object.keys(before[list] ?? {}).some((name) => next[list]?.[name] === undefined);
    if (isRemoved) errors.push(forbiddenField(`${path}.${list}`, `resource ${list} cannot be removed`));
  }
  const policy = container.resizePolicy?.find(({ resourceName }) => resourceName === 'memory')?.restartPolicy;
  if (policy === 'RestartContainer') return;
  const [limit, had] = [next.limits?.['memory'], before.limits?.['memory']];
  const refuse = (what: string): void => void errors.push(forbiddenField(`${path}.limits[memory]`,
    `memory limits cannot be ${what} unless resizePolicy is RestartContainer`));
  if (limit === undefined) return;
  if (had === undefined) refuse('added');
  else if (compareQuantities(limit, had) < 0) refuse('decreased');
}

const FREE = new Set(['cpu', 'memory']);

/** True where nothing but cpu and memory differs. */
function sameButFree(next: ResourceRequirements = {}, old: ResourceRequirements = {}): boolean {
  return LISTS.every((list) => {
    const fixed = (all: Readonly<Record<string, string>> = {}) => Object.fromEntries(Object.entries(all).filter(([name]) => !FREE.has(name)));
    return equal(fixed(next[list]), fixed(old[list]));
  });
}

const NO_RESIZE: readonly (readonly [is: (old: Pod) => boolean, text: string])[] = [
  [(old) => old.metadata?.annotations?.[MIRROR] !== undefined, 'static pods cannot be resized'],
  [(old) => old.spec?.os?.name === 'windows', 'windows pods cannot be resized'],
];

export function checkResize(pod: Pod, old: Pod): readonly FieldError[] {
  const never = NO_RESIZE.find(([is]) => is(old));
  if (never) return [forbiddenField('', never[1])];
  const errors: Errors = [];
  if (qosClassOf(pod) !== (old.status?.qosClass ?? qosClassOf(old))) {
    errors.push(invalidValue('spec', pod.status?.qosClass ?? '', 'Pod QOS Class may not change as a result of resizing'));
  }
  old.spec?.initContainers?.forEach((container, index) => {
    if (isSidecar(container)) {
      checkContainer(errors, `spec.initContainers[${index}].resources`, pod.spec?.initContainers?.[index] ?? container, container);
    }
  });
  old.spec?.containers.forEach((container, index) =>
    checkContainer(errors, `spec.containers[${index}].resources`, pod.spec?.containers[index] ?? container, container));
  pod.spec?.containers.forEach(({ resources }, index) => {
    if (!sameButFree(resources, old.spec?.containers[index]?.resources)) errors.push(forbiddenField('spec', 'only cpu and memory resources are mutable'));
  });
  pod.spec?.initContainers?.forEach((container, index) => {
    const before = old.spec?.initContainers?.[index];
    if (isSidecar(container)) {
      if (sameButFree(container.resources, before?.resources)) return;
      errors.push(forbiddenField('spec', 'only cpu and memory resources for sidecar containers are mutable'));
    } else if (!equal(container.resources ?? {}, before?.resources ?? {})) {
      errors.push(forbiddenField('spec', 'resources for non-sidecar init containers are immutable'));
    }
  });
  return errors;
}
