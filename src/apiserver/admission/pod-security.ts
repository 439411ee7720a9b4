/** Pod Security: a namespace's labels say which Pods may run in it, and about which the author is warned.
 *  Upstream: staging/src/k8s.io/pod-security-admission/admission/admission.go */
import type { Namespace, Pod, PodSpec, PodTemplateSpec } from '../../api/generated/types.ts';
import { labelsOf, nameOf } from '../../api/meta.ts';
import type { KubeObject } from '../../api/object.ts';
import { Namespaces, Pods } from '../../api/resources.ts';
import { equal } from '../../base/json.ts';
import type { AdmissionAttributes, AdmissionPlugin, AdmissionReader } from '../admission.ts';
import { refused } from './refusal.ts';
import { CHECKS, type Refusal } from './pod-security-checks.ts';

const PREFIX = 'pod-security.kubernetes.io/';

interface Level { readonly level: string; readonly version: string }

/** Differs from Kubernetes: the checks are those of the newest version, whatever version the label names. */
function levelOf(namespace: Namespace | undefined, mode: 'enforce' | 'warn'): Level {
  const labels = namespace ? labelsOf(namespace) : {};
  return { level: labels[PREFIX + mode] ?? 'privileged', version: labels[`${PREFIX}${mode}-version`] ?? 'latest' };
}

/** What a level refuses in a Pod. */
export function refusals(level: string, spec: PodSpec, pod: Pod): readonly Refusal[] {
  if (level !== 'baseline' && level !== 'restricted') return [];
  const overridden = new Set(level === 'restricted' ? CHECKS.map(({ overrides }) => overrides) : []);
  return CHECKS.filter((check) => (level === 'restricted' || check.level === 'baseline') && !overridden.has(check.id))
    .flatMap((check) => check.run(spec, pod) ?? []);
}

const describe = ({ level, version }: Level, found: readonly Refusal[]): string =>
  `PodSecurity "${level}:${version}": ${found.map(({ reason, detail }) => (detail ? `${reason} (${detail})` : reason)).join(', ')}`;

const WORKLOADS = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ReplicationController', 'PodTemplate']);

type WithTemplate = KubeObject & {
  readonly template?: PodTemplateSpec;
  readonly spec?: { readonly template?: PodTemplateSpec; readonly jobTemplate?: { readonly spec?: { readonly template?: PodTemplateSpec } } };
};

const templateOf = (object: WithTemplate): PodTemplateSpec | undefined =>
  object.template ?? object.spec?.template ?? object.spec?.jobTemplate?.spec?.template;

function checkPod(attributes: AdmissionAttributes, namespace: Namespace | undefined): void {
  const pod = attributes.object as Pod;
  if (!pod.spec || (attributes.operation === 'UPDATE' && equal(pod.spec, (attributes.old as Pod).spec))) return;
  const enforced = levelOf(namespace, 'enforce');
  const found = refusals(enforced.level, pod.spec, pod);
  if (found.length > 0) throw refused(attributes, `violates ${describe(enforced, found)}`);
  warn(attributes, namespace, pod.spec, pod);
}

function warn(attributes: AdmissionAttributes, namespace: Namespace | undefined, spec: PodSpec, pod: Pod): void {
  const warned = levelOf(namespace, 'warn');
  const found = refusals(warned.level, spec, pod);
  if (found.length > 0) attributes.warn(`would violate ${describe(warned, found)}`);
}

/** Pods that run already stay; whoever raises the level is told which of them it would refuse. */
function warnOfExisting(attributes: AdmissionAttributes, reader: AdmissionReader): void {
  const [next, old] = [levelOf(attributes.object as Namespace, 'enforce'), levelOf(attributes.old as Namespace, 'enforce')];
  if (next.level === old.level) return;
  const byText = new Map<string, string[]>();
  for (const pod of reader.list(Pods, attributes.name)) {
    const found = pod.spec ? refusals(next.level, pod.spec, pod) : [];
    if (found.length === 0) continue;
    const text = found.map(({ reason }) => reason).join(', ');
    byText.set(text, [...(byText.get(text) ?? []), nameOf(pod)]);
  }
  if (byText.size === 0) return;
  attributes.warn(`existing pods in namespace "${attributes.name}" violate the new PodSecurity enforce level "${next.level}:${next.version}"`);
  const lines = [...byText].map(([text, names]) => {
    const others = names.length - 1;
    return `${names.sort()[0]}${others > 0 ? ` (and ${others} other pod${others === 1 ? '' : 's'})` : ''}: ${text}`;
  });
  for (const line of lines.sort()) attributes.warn(line);
}

export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',
  handles: ({ operation, resource, subresource }) => (operation === 'CREATE' || operation === 'UPDATE')
    && (resource.kind === 'Pod' ? subresource === '' || subresource === 'ephemeralcontainers'
      : subresource === '' && (WORKLOADS.has(resource.kind) || (resource.kind === 'Namespace' && operation === 'UPDATE'))),
  validate(attributes, reader) {
    const { resource, object } = attributes;
    if (resource.kind === 'Namespace') {
      warnOfExisting(attributes, reader);
      return;
    }
    const namespace = reader.get(Namespaces, '', attributes.namespace);
    if (resource.kind === 'Pod') {
      checkPod(attributes, namespace);
      return;
    }
    const template = templateOf(object as WithTemplate);
    if (template?.spec) warn(attributes, namespace, template.spec, template as Pod);
  },
};
