/** The small plugins that fill in a Pod: priority, tolerations for failing nodes, runtime class.
 *  Upstream: plugin/pkg/admission/{priority,defaulttolerationseconds,runtimeclass} */
import type { Pod, PriorityClass, RuntimeClass, Toleration } from '../../api/generated/types.ts';
import { nameOf } from '../../api/meta.ts';
import { PriorityClasses, RuntimeClasses } from '../../api/resources.ts';
import type { AdmissionAttributes, AdmissionPlugin, AdmissionReader } from '../admission.ts';
import { refused } from './refusal.ts';

const isPod = ({ resource, subresource }: AdmissionAttributes): boolean =>
  resource.group === '' && resource.kind === 'Pod' && subresource === '';

/** Of several global defaults, which there should not be, the lowest counts. */
function globalDefault(reader: AdmissionReader): PriorityClass | undefined {
  let found: PriorityClass | undefined;
  for (const one of reader.list(PriorityClasses)) if (one.globalDefault && (!found || one.value < found.value)) found = one;
  return found;
}

function resolvePriority(pod: Pod, attributes: AdmissionAttributes, reader: AdmissionReader): Pod {
  const spec = pod.spec!;
  const named = spec.priorityClassName;
  const found = named ? reader.get(PriorityClasses, '', named) : globalDefault(reader);
  if (named && !found) throw refused(attributes, `no PriorityClass with name ${named} was found`);
  const priority = found?.value ?? 0;
  const preemptionPolicy = found?.preemptionPolicy ?? 'PreemptLowerPriority';
  if (spec.priority !== undefined && spec.priority !== priority) {
    throw refused(attributes, `the integer value of priority (${spec.priority}) must not be provided in pod spec; `
      + `priority admission controller computed ${priority} from the given PriorityClass name`);
  }
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== preemptionPolicy) {
    throw refused(attributes, `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be `
      + `provided in pod spec; priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`);
  }
  const name = named || (found && nameOf(found));
  return { ...pod, spec: { ...spec, ...(name && { priorityClassName: name }), priority, preemptionPolicy } };
}

/** A client that sends back an old Pod without the resolved fields keeps them. */
function keepPriority(pod: Pod, old: Pod): Pod {
  const { priority, preemptionPolicy } = old.spec ?? {};
  const spec = pod.spec!;
  if (spec.priority !== undefined || priority === undefined) return pod;
  return { ...pod, spec: { ...spec, priority, ...(preemptionPolicy && { preemptionPolicy }) } };
}

export const priorityPlugin: AdmissionPlugin = {
  name: 'Priority',
  handles: (attributes) => (attributes.operation === 'CREATE' || attributes.operation === 'UPDATE')
    && (isPod(attributes) || attributes.resource.kind === 'PriorityClass'),
  admit(object, attributes, reader) {
    if (attributes.resource.kind !== 'Pod' || !(object as Pod).spec) return object;
    if (attributes.operation === 'UPDATE') return attributes.old ? keepPriority(object as Pod, attributes.old as Pod) : object;
    return resolvePriority(object as Pod, attributes, reader);
  },
  validate(attributes, reader) {
    const next = attributes.object as PriorityClass | undefined;
    if (attributes.resource.kind !== 'PriorityClass' || !next?.globalDefault) return;
    const other = reader.list(PriorityClasses).find((one) => one.globalDefault && nameOf(one) !== attributes.name);
    if (other) {
      throw refused(attributes, `PriorityClass ${nameOf(other)} is already marked as default. Only one default can exist`);
    }
  },
};

const SECONDS = 300;
const tolerationOf = (key: string): Toleration => ({ effect: 'NoExecute', key, operator: 'Exists', tolerationSeconds: SECONDS });
const NOT_READY = Object.freeze(tolerationOf('node.kubernetes.io/not-ready'));
const UNREACHABLE = Object.freeze(tolerationOf('node.kubernetes.io/unreachable'));

const speaksOf = (tolerations: readonly Toleration[], key: string): boolean =>
  tolerations.some((one) => (one.key === key || !one.key) && (one.effect === 'NoExecute' || !one.effect));

export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  handles: (attributes) => isPod(attributes) && (attributes.operation === 'CREATE' || attributes.operation === 'UPDATE'),
  admit(object) {
    const pod = object as Pod;
    const tolerations = pod.spec?.tolerations ?? [];
    const missing = [NOT_READY, UNREACHABLE].filter(({ key }) => !speaksOf(tolerations, key!));
    return missing.length === 0 || !pod.spec ? pod : { ...pod, spec: { ...pod.spec, tolerations: [...tolerations, ...missing] } };
  },
};

function withRuntimeClass(pod: Pod, found: RuntimeClass, attributes: AdmissionAttributes): Pod {
  const { overhead, scheduling } = found;
  let spec = pod.spec!;
  if (overhead?.podFixed) spec = { ...spec, overhead: overhead.podFixed };
  if (scheduling?.nodeSelector) {
    for (const [key, value] of Object.entries(scheduling.nodeSelector)) {
      if (spec.nodeSelector?.[key] === undefined || spec.nodeSelector[key] === value) continue;
      throw refused(attributes, `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; `
        + `pod.spec.nodeSelector[${key}] = ${spec.nodeSelector[key]}`);
    }
    spec = { ...spec, nodeSelector: { ...spec.nodeSelector, ...scheduling.nodeSelector } };
  }
  if (scheduling?.tolerations) spec = { ...spec, tolerations: [...(spec.tolerations ?? []), ...scheduling.tolerations] };
  return { ...pod, spec };
}

export const runtimeClassPlugin: AdmissionPlugin = {
  name: 'RuntimeClass',
  handles: (attributes) => isPod(attributes) && attributes.operation === 'CREATE',
  admit(object, attributes, reader) {
    const name = (object as Pod).spec?.runtimeClassName;
    if (!name) return object;
    const found = reader.get(RuntimeClasses, '', name);
    if (!found) throw refused(attributes, `pod rejected: RuntimeClass "${name}" not found`);
    return withRuntimeClass(object as Pod, found, attributes);
  },
};
