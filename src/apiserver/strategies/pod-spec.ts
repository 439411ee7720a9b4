/** What is wrong with the spec of a Pod or of a Pod template.
 *  Upstream: pkg/apis/core/validation/validation.go (ValidatePodSpec, ValidatePodTemplateSpec) */
import { duplicate, forbiddenField, invalidPrinted, invalidValue, notSupported, required } from '../../api/field-error.ts';
import type { Pod, PodDNSConfig, PodSpec, PodTemplateSpec } from '../../api/generated/types.ts';
import { isIp } from '../../api/ip.ts';
import { checkContainers, checkEphemeralContainers, checkImageSpace, checkInitContainers, type ContainerScope } from './containers.ts';
import { checkAnnotations, checkLabels, checkOneOf, complain, type Errors } from './field-checks.ts';
import { goSyntax } from './go-syntax.ts';
import { dns1123Label, dns1123Subdomain, inclusiveRange, qualifiedName, subdomainWithUnderscore } from './names.ts';
import { checkAnnotatedProfiles, checkPodAnnotations } from './pod-annotations.ts';
import { checkResources } from './quantities.ts';
import { checkAffinity, checkSpread, checkTolerations } from './scheduling.ts';
import { checkPodSecurityContext } from './security-context.ts';
import { checkVolumes } from './volumes.ts';
import { checkForOs, checkHostProcess } from './windows.ts';

export const RESTART_POLICIES = ['Always', 'Never', 'OnFailure'];
const DNS_POLICIES = ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'];
const INT32_MAX = 2147483647;
export const IP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const SEARCH_LENGTH_MAX = 2048;

function checkDns(errors: Errors, path: string, config: PodDNSConfig | undefined, policy: string | undefined): void {
  if (policy === 'None') {
    if (!config) {
      errors.push(required(path, 'must provide `dnsConfig` when `dnsPolicy` is None'));
      return;
    }
    if (!config.nameservers?.length) {
      errors.push(required(`${path}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None'));
      return;
    }
  }
  const { nameservers = [], searches = [], options = [] } = config ?? {};
  const refuse = (field: string, list: readonly string[], why: string): void =>
    void errors.push(invalidPrinted(`${path}.${field}`, goSyntax(list, '[]string'), `must not have more than ${why}`));
  if (nameservers.length > 3) refuse('nameservers', nameservers, '3 nameservers');
  nameservers.forEach((server, index) => {
    if (!isIp(server)) errors.push(invalidValue(`${path}.nameservers[${index}]`, server, IP));
  });
  if (searches.length > 32) refuse('searches', searches, '32 search paths');
  if (searches.join(' ').length > SEARCH_LENGTH_MAX) {
    refuse('searches', searches, `${SEARCH_LENGTH_MAX} characters (including spaces) in the search list`);
  }
  searches.forEach((search, index) => {
    if (search === '.') return;
    const name = search.replace(/\.$/, '');
    complain(errors, `${path}.searches[${index}]`, name, subdomainWithUnderscore(name));
  });
  options.forEach((option, index) => {
    if (!option.name) errors.push(required(`${path}.options[${index}]`, 'must not be empty'));
  });
}

/** Host ports under hostNetwork are the container's own; a template may leave them out until the Pod is made. */
function checkHostNetwork(errors: Errors, path: string, spec: PodSpec, isPod: boolean): void {
  spec.containers.forEach((container, index) => container.ports?.forEach(({ hostPort = 0, containerPort }, at) => {
    if ((isPod || hostPort !== 0) && hostPort !== containerPort) {
      errors.push(invalidValue(`${path}.containers[${index}].ports[${at}].hostPort`, hostPort,
        'must match `containerPort` when `hostNetwork` is true'));
    }
  }));
}

function checkGates(errors: Errors, path: string, spec: PodSpec): void {
  spec.readinessGates?.forEach(({ conditionType }, index) =>
    complain(errors, `${path}.readinessGates[${index}].conditionType`, conditionType, qualifiedName(conditionType)));
  const gates = new Set<string>();
  spec.schedulingGates?.forEach(({ name }, index) => {
    complain(errors, `${path}.schedulingGates[${index}]`, name, qualifiedName(name));
    if (gates.has(name)) errors.push(duplicate(`${path}.schedulingGates[${index}]`, name));
    gates.add(name);
  });
}

/** Namespaces of the node are not for Pods with users of their own. */
function checkHostUsers(errors: Errors, path: string, spec: PodSpec): void {
  if (spec.hostUsers !== false) return;
  for (const [field, shown] of [['hostNetwork', 'hostNetwork'], ['hostPID', 'HostPID'], ['hostIPC', 'HostIPC']] as const) {
    if (spec[field]) errors.push(forbiddenField(`${path}.${shown}`, 'when `pod.Spec.HostUsers` is false'));
  }
}

function checkHostAliases(errors: Errors, path: string, aliases: NonNullable<PodSpec['hostAliases']>): void {
  aliases.forEach((alias, index) => {
    const at = `${path}[${index}]`;
    if (!isIp(alias.ip)) errors.push(invalidValue(`${at}.ip`, alias.ip ?? '', IP));
    alias.hostnames?.forEach((name, nameIndex) => complain(errors, `${at}.hostnames[${nameIndex}]`, name, dns1123Subdomain(name)));
  });
}

function checkNamed(errors: Errors, path: string, spec: PodSpec, fields: readonly (readonly [NamedField, typeof dns1123Label])[]): void {
  for (const [field, rule] of fields) if (spec[field]) complain(errors, `${path}.${field}`, spec[field], rule(spec[field]));
}

type NamedField = 'serviceAccountName' | 'nodeName' | 'hostname' | 'subdomain' | 'priorityClassName';

function checkOs(errors: Errors, path: string, spec: PodSpec): void {
  const name = spec.os?.name;
  if (!name) errors.push(required(`${path}.os.name`, 'cannot be empty'));
  else if (name !== 'linux' && name !== 'windows') errors.push(notSupported(`${path}.os`, name, ['linux', 'windows']));
  else checkForOs(errors, path, spec);
}

function checkAllContainers(errors: Errors, path: string, spec: PodSpec, podName: string): void {
  const scope: ContainerScope = {
    volumes: checkVolumes(errors, `${path}.volumes`, spec.volumes, podName),
    gracePeriodSeconds: spec.terminationGracePeriodSeconds,
    podRestartPolicy: spec.restartPolicy,
    hostUsers: spec.hostUsers !== false,
  };
  const regular = spec.containers ?? [];
  checkContainers(errors, `${path}.containers`, regular, scope);
  if (spec.initContainers) checkInitContainers(errors, `${path}.initContainers`, spec.initContainers, regular, scope);
  if (spec.ephemeralContainers?.length) {
    const others = [...regular, ...(spec.initContainers ?? [])];
    checkEphemeralContainers(errors, `${path}.ephemeralContainers`, spec.ephemeralContainers, others, scope);
  }
}

/** `podName` is undefined for a template. */
function checkPodSpec(errors: Errors, path: string, spec: PodSpec, podName: string | undefined): void {
  if (spec.terminationGracePeriodSeconds === undefined) errors.push(required(`${path}.terminationGracePeriodSeconds`));
  checkAllContainers(errors, path, spec, podName ?? '');
  if (spec.hostNetwork && spec.containers) checkHostNetwork(errors, path, spec, podName !== undefined);
  checkOneOf(errors, `${path}.restartPolicy`, spec.restartPolicy, RESTART_POLICIES);
  checkOneOf(errors, `${path}.dnsPolicy`, spec.dnsPolicy, DNS_POLICIES);
  checkLabels(errors, `${path}.nodeSelector`, spec.nodeSelector);
  if (spec.securityContext) checkPodSecurityContext(errors, `${path}.securityContext`, spec.securityContext, spec);
  if (spec.affinity) checkAffinity(errors, `${path}.affinity`, spec.affinity);
  checkDns(errors, `${path}.dnsConfig`, spec.dnsConfig, spec.dnsPolicy);
  checkGates(errors, path, spec);
  if (spec.topologySpreadConstraints) checkSpread(errors, `${path}.topologySpreadConstraints`, spec.topologySpreadConstraints);
  checkHostProcess(errors, path, spec);
  checkHostUsers(errors, path, spec);
  checkNamed(errors, path, spec, [['serviceAccountName', dns1123Subdomain], ['nodeName', dns1123Subdomain]]);
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined && (deadline < 1 || deadline > INT32_MAX)) {
    errors.push(invalidValue(`${path}.activeDeadlineSeconds`, deadline, inclusiveRange(1, INT32_MAX)));
  }
  checkNamed(errors, path, spec, [['hostname', dns1123Label], ['subdomain', dns1123Label]]);
  if (spec.tolerations) checkTolerations(errors, `${path}.tolerations`, spec.tolerations);
  if (spec.hostAliases) checkHostAliases(errors, `${path}.hostAliases`, spec.hostAliases);
  checkNamed(errors, path, spec, [['priorityClassName', dns1123Subdomain]]);
  if (spec.runtimeClassName !== undefined) {
    complain(errors, `${path}.runtimeClassName`, spec.runtimeClassName, dns1123Subdomain(spec.runtimeClassName));
  }
  if (spec.preemptionPolicy !== undefined) {
    checkOneOf(errors, `${path}.preemptionPolicy`, spec.preemptionPolicy, ['PreemptLowerPriority', 'Never']);
  }
  if (spec.overhead) checkResources(errors, `${path}.overhead`, { limits: spec.overhead });
  if (spec.os) checkOs(errors, path, spec);
}

/** A workload's template. Its labels must be checked against the selector by the workload. */
export function checkPodTemplate(errors: Errors, path: string, template: PodTemplateSpec): void {
  const spec = template.spec ?? { containers: [] };
  checkLabels(errors, `${path}.labels`, template.metadata?.labels);
  checkAnnotations(errors, `${path}.annotations`, template.metadata?.annotations);
  checkPodAnnotations(errors, `${path}.annotations`, template.metadata?.annotations, spec);
  checkPodSpec(errors, `${path}.spec`, spec, undefined);
  checkAnnotatedProfiles(errors, `${path}.spec`, template.metadata?.annotations, spec);
  if (spec.ephemeralContainers?.length) {
    errors.push(forbiddenField(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template'));
  }
}

/** Tokens are somebody's. */
function checkTokenOwner(errors: Errors, { serviceAccountName, volumes }: PodSpec): void {
  if (serviceAccountName) return;
  volumes?.forEach(({ projected }, index) => projected?.sources?.forEach((source, at) => {
    if (!source.serviceAccountToken) return;
    errors.push(forbiddenField(`spec.volumes[${index}].projected.sources[${at}].serviceAccountToken`,
      'must not be specified when serviceAccountName is not set'));
  }));
}

/** A Pod as such, on create and on update. */
export function checkPod(errors: Errors, pod: Pod): void {
  const spec = pod.spec ?? { containers: [] };
  checkPodAnnotations(errors, 'metadata.annotations', pod.metadata?.annotations, spec);
  checkPodSpec(errors, 'spec', spec, pod.metadata?.name ?? '');
  checkTokenOwner(errors, spec);
  spec.containers?.forEach((container, index) => checkImageSpace(errors, `spec.containers[${index}]`, container));
  spec.initContainers?.forEach((container, index) => checkImageSpace(errors, `spec.initContainers[${index}]`, container));
}
