/** What Kubernetes warns of in Pods and in their templates although it takes them.
 *  Upstream: pkg/api/pod/warnings.go, pkg/api/node/util.go */
import { quote } from '../../api/field-error.ts';
import type { Affinity, ContainerPort, NodeSelectorTerm, ObjectMeta, PodSpec, PodTemplateSpec, Volume } from '../../api/generated/types.ts';
import { parseQuantity } from '../../api/quantity.ts';
import { equal } from '../../base/json.ts';
import { dns1123Label } from './names.ts';
import { APP_ARMOR } from './pod-annotations.ts';
import { visitContainers } from './windows.ts';

type Warn = (field: string, text: string) => void;

const LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
};

const NO_POD = 'a null labelSelector results in matching no pod';

/** Labels of nodes that are called otherwise by now. */
export function warnOfTerm(warn: Warn, path: string, term: NodeSelectorTerm | undefined): void {
  term?.matchExpressions?.forEach(({ key }, index) => {
    if (LABELS[key]) warn(`${path}.matchExpressions[${index}].key`, `${key} is ${LABELS[key]}`);
  });
}

function warnOfNodes(warn: Warn, path: string, spec: PodSpec): void {
  for (const key in spec.nodeSelector) if (LABELS[key]) warn(`${path}spec.nodeSelector[${key}]`, LABELS[key]);
  const at = `${path}spec.affinity.nodeAffinity`;
  const affinity = spec.affinity?.nodeAffinity;
  affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms?.forEach((term, index) =>
    warnOfTerm(warn, `${at}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${index}]`, term));
  affinity?.preferredDuringSchedulingIgnoredDuringExecution?.forEach(({ preference }, index) =>
    warnOfTerm(warn, `${at}.preferredDuringSchedulingIgnoredDuringExecution[${index}].preference`, preference));
  spec.topologySpreadConstraints?.forEach(({ topologyKey, labelSelector }, index) => {
    const here = `${path}spec.topologySpreadConstraints[${index}]`;
    if (LABELS[topologyKey]) warn(`${here}.topologyKey`, `${topologyKey} is ${LABELS[topologyKey]}`);
    if (!labelSelector) warn(`${here}.labelSelector`, NO_POD);
  });
}

const ANNOTATIONS: Readonly<Record<string, string>> = {
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
};

const OLD_VOLUMES: readonly (readonly [kind: keyof Volume, text: string])[] = [
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'], ['gitRepo', 'deprecated in v1.11'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'], ['flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+'], ['quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'], ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];
const SHOWN: Partial<Record<keyof Volume, string>> = { storageos: 'storageOS' };

const MILLI = 1_000_000_000n;

/** Memory and storage come in whole bytes. */
export function warnOfFraction(warn: Warn, field: string, value: string | undefined): void {
  if (value === undefined) return;
  const parsed = parseQuantity(value);
  if (typeof parsed !== 'string' && parsed.nanos % MILLI !== 0n) warn(field, `fractional byte value ${quote(value)} is invalid, must be an integer`);
}

function warnOfVolumes(warn: Warn, path: string, volumes: readonly Volume[]): void {
  volumes.forEach((volume, index) => {
    const at = `${path}spec.volumes[${index}]`;
    for (const [kind, text] of OLD_VOLUMES) if (volume[kind] !== undefined) warn(`${at}.${SHOWN[kind] ?? kind}`, text);
    const { requests, limits } = volume.ephemeral?.volumeClaimTemplate?.spec.resources ?? {};
    const claim = `${at}.ephemeral.volumeClaimTemplate.spec.resources`;
    warnOfFraction(warn, `${claim}.requests[storage]`, requests?.['storage']);
    warnOfFraction(warn, `${claim}.limits[storage]`, limits?.['storage']);
  });
  const tokens = new Set(volumes.flatMap(({ projected }) =>
    (projected?.sources ?? []).flatMap(({ serviceAccountToken }) => (serviceAccountToken ? [serviceAccountToken.path] : []))));
  if (tokens.size === 0) return;
  volumes.forEach(({ projected }, index) => projected?.sources?.forEach((source) => {
    for (const [field, shown] of [['configMap', 'configMap'], ['secret', 'secrets'], ['downwardAPI', 'downwardAPI']] as const) {
      source[field]?.items?.forEach((item, at) => {
        if (!tokens.has(item.path)) return;
        warn(`${path}spec.volumes[${index}].projected.sources.${shown}[${at}]`, `has duplicated path with ServiceAccountToken ${quote(item.path)}`);
      });
    }
  }));
}

function warnOfRepeats(warn: Warn, field: string, name: 'ip' | 'name', values: readonly string[]): void {
  values.forEach((value, index) => {
    if (values.indexOf(value) < index) warn(`${field}[${index}].${name}`, `duplicate ${name} ${quote(value)}`);
  });
}

function warnOfContainers(warn: Warn, path: string, spec: PodSpec, annotations: Readonly<Record<string, string>>): void {
  visitContainers(spec, `${path}spec`, (container, at) => {
    const { name, resources, env = [], securityContext } = container;
    const seccomp = `container.seccomp.security.alpha.kubernetes.io/${name}`;
    if (!securityContext?.seccompProfile && annotations[seccomp] !== undefined) {
      warn(`${path}metadata.annotations[${seccomp}]`, 'non-functional in v1.27+; use the "seccompProfile" field instead');
    }
    const hasProfile = spec.securityContext?.appArmorProfile !== undefined || securityContext?.appArmorProfile !== undefined;
    if (!hasProfile && annotations[`${APP_ARMOR}${name}`] !== undefined) {
      warn(`${path}metadata.annotations[${APP_ARMOR}${name}]`, 'deprecated since v1.30; use the "appArmorProfile" field instead');
    }
    for (const resource of ['memory', 'ephemeral-storage']) {
      for (const list of ['limits', 'requests'] as const) warnOfFraction(warn, `${at}.resources.${list}[${resource}]`, resources?.[list]?.[resource]);
    }
    const seen = new Set<string>();
    env.forEach((one, index) => {
      const reference = `$(${one.name})`;
      const hides = one.valueFrom !== undefined || one.value === reference || !(one.value ?? '').includes(reference);
      if (seen.has(one.name) && hides) {
        warn(`${at}.env[${index}]`, `hides previous definition of ${quote(one.name)}, which may be dropped when using apply`);
      }
      seen.add(one.name);
    });
  });
}

const goPort = ({ name = '', hostPort = 0, containerPort, protocol = '', hostIP = '' }: ContainerPort): string =>
  `{Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`;

function warnOfPorts(warn: Warn, path: string, spec: PodSpec): void {
  const known = new Map<string, { readonly field: string; readonly hostIP: string; readonly hostPort: number }[]>();
  visitContainers(spec, `${path}spec`, ({ ports = [] }, at) => ports.forEach((port, index) => {
    const field = `${at}.ports[${index}]`;
    const { hostIP = '', hostPort = 0 } = port;
    if (hostIP !== '' && hostPort === 0) warn(field, `hostIP set without hostPort: ${goPort(port)}`);
    const key = `${port.containerPort}/${port.protocol}`;
    const others = known.get(key) ?? [];
    for (const other of others) {
      const isAmbiguous = hostPort === other.hostPort && (hostIP === '') !== (other.hostIP === '');
      if (hostIP === other.hostIP && hostPort === other.hostPort) warn(field, `duplicate port definition with ${other.field}`);
      else if (hostPort === 0 || other.hostPort === 0) warn(field, `overlapping port definition with ${other.field}`);
      else if (isAmbiguous) warn(field, `dangerously ambiguous port definition with ${other.field}`);
    }
    known.set(key, [...others, { field, hostIP, hostPort }]);
  }));
}

function warnOfAffinity(warn: Warn, path: string, affinity: Affinity): void {
  for (const kind of ['podAffinity', 'podAntiAffinity'] as const) {
    const at = `${path}spec.affinity.${kind}`;
    affinity[kind]?.requiredDuringSchedulingIgnoredDuringExecution?.forEach(({ labelSelector }, index) => {
      if (!labelSelector) warn(`${at}.requiredDuringSchedulingIgnoredDuringExecution[${index}].labelSelector`, NO_POD);
    });
    affinity[kind]?.preferredDuringSchedulingIgnoredDuringExecution?.forEach(({ podAffinityTerm }, index) => {
      if (!podAffinityTerm?.labelSelector) {
        warn(`${at}.preferredDuringSchedulingIgnoredDuringExecution[${index}].podAffinityTerm.labelSelector`, NO_POD);
      }
    });
  }
}

const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';

/** `path`: "" for a Pod, "spec.template." for a template. */
export function podWarnings(spec: PodSpec | undefined, meta: ObjectMeta | undefined, path: string): readonly string[] {
  if (!spec) return [];
  const warnings: string[] = [];
  const warn: Warn = (field, text) => void warnings.push(`${field}: ${text}`);
  const annotations = meta?.annotations ?? {};
  warnOfNodes(warn, path, spec);
  for (const key in ANNOTATIONS) if (annotations[key] !== undefined) warn(`${path}metadata.annotations[${key}]`, ANNOTATIONS[key]!);
  warnOfVolumes(warn, path, spec.volumes ?? []);
  warnOfRepeats(warn, `${path}spec.hostAliases`, 'ip', (spec.hostAliases ?? []).map(({ ip }) => ip));
  const secrets = (spec.imagePullSecrets ?? []).map(({ name = '' }) => name);
  warnOfRepeats(warn, `${path}spec.imagePullSecrets`, 'name', secrets);
  secrets.forEach((name, index) => name === '' && warn(`${path}spec.imagePullSecrets[${index}].name`, 'invalid empty name ""'));
  for (const resource of ['memory', 'ephemeral-storage']) warnOfFraction(warn, `${path}spec.overhead[${resource}]`, spec.overhead?.[resource]);
  if (!spec.securityContext?.seccompProfile && annotations[SECCOMP_POD] !== undefined) {
    warn(`${path}metadata.annotations[${SECCOMP_POD}]`, 'non-functional in v1.27+; use the "seccompProfile" field instead');
  }
  warnOfContainers(warn, path, spec, annotations);
  warnOfPorts(warn, path, spec);
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    warn(`${path}spec.terminationGracePeriodSeconds`, 'must be >= 0; negative values are invalid and will be treated as 1');
  }
  if (spec.affinity) warnOfAffinity(warn, path, spec.affinity);
  return warnings;
}

interface Named { readonly metadata?: ObjectMeta }
interface Templated extends Named { readonly spec?: { readonly template?: PodTemplateSpec } }

/** Names become parts of host names, whatever they were made for. */
export function nameWarnings({ metadata }: Named, usedIn: string): readonly string[] {
  const wrong = dns1123Label(metadata?.name);
  const text = `metadata.name: this is used in ${usedIn}, which can result in surprising behavior; a DNS label is recommended: [${wrong.join(' ')}]`;
  return wrong.length === 0 ? [] : [text];
}

export const IN_POD_NAMES = 'Pod names and hostnames';

/** Of a workload that makes Pods: at its creation, and of its template again where it changes. */
export function workloadWarnings(next: Templated, old: Templated | undefined): readonly string[] {
  if (old && equal(next.spec, old.spec)) return [];
  return [...(old ? [] : nameWarnings(next, IN_POD_NAMES)), ...templateWarnings(next.spec?.template, 'spec.template.')];
}

export const templateWarnings = (template: PodTemplateSpec | undefined, path: string): readonly string[] =>
  podWarnings(template?.spec, template?.metadata, path);
