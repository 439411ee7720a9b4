/** What is wrong with the spec of a Pod or of a Pod template.
 *  Upstream: pkg/apis/core/validation/validation.go (ValidatePodSpec, ValidatePodTemplateSpec) */
import { duplicate, forbiddenField, invalidValue, notSupported, required } from '../../api/field-error.ts';
import type { Pod, PodDNSConfig, PodSpec, PodTemplateSpec } from '../../api/generated/types.ts';
import { isIp } from '../../api/ip.ts';
import { checkContainers, checkEphemeralContainers, checkImageSpace, checkInitContainers, type ContainerScope } from './containers.ts';
import { checkAnnotations, checkLabels, checkOneOf, complain, type Errors } from './field-checks.ts';
import { dns1123Label, dns1123Subdomain, inclusiveRange, qualifiedName } from './names.ts';
import { checkResources } from './quantities.ts';
import { checkAffinity, checkSpread, checkTolerations } from './scheduling.ts';
import { checkPodSecurityContext } from './security-context.ts';
import { checkVolumes } from './volumes.ts';

export const RESTART_POLICIES = ['Always', 'Never', 'OnFailure'];
const DNS_POLICIES = ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'];
const INT32_MAX = 2147483647;
export const IP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

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
  if (nameservers.length > 3) errors.push(invalidValue(`${path}.nameservers`, nameservers, 'must not have more than 3 nameservers'));
  nameservers.forEach((server, index) => {
    if (!isIp(server)) errors.push(invalidValue(`${path}.nameservers[${index}]`, server, IP));
  });
  if (searches.length > 32) errors.push(invalidValue(`${path}.searches`, searches, 'must not have more than 32 search paths'));
  searches.forEach((search, index) => complain(errors, `${path}.searches[${index}]`, search, dns1123Subdomain(search.replace(/\.$/, ''))));
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

function checkNamesAndGates(errors: Errors, path: string, spec: PodSpec): void {
  const named = [
    ['serviceAccountName', dns1123Subdomain], ['nodeName', dns1123Subdomain], ['hostname', dns1123Label], ['subdomain', dns1123Label],
    ['priorityClassName', dns1123Subdomain], ['runtimeClassName', dns1123Subdomain],
  ] as const;
  for (const [field, rule] of named) if (spec[field]) complain(errors, `${path}.${field}`, spec[field], rule(spec[field]));
  spec.readinessGates?.forEach(({ conditionType }, index) =>
    complain(errors, `${path}.readinessGates[${index}].conditionType`, conditionType, qualifiedName(conditionType)));
  const gates = new Set<string>();
  spec.schedulingGates?.forEach(({ name }, index) => {
    complain(errors, `${path}.schedulingGates[${index}]`, name, qualifiedName(name));
    if (gates.has(name)) errors.push(duplicate(`${path}.schedulingGates[${index}]`, name));
    gates.add(name);
  });
  spec.hostAliases?.forEach((alias, index) => {
    const at = `${path}.hostAliases[${index}]`;
    if (!isIp(alias.ip)) errors.push(invalidValue(`${at}.ip`, alias.ip, IP));
    alias.hostnames?.forEach((name, nameIndex) => complain(errors, `${at}.hostnames[${nameIndex}]`, name, dns1123Subdomain(name)));
  });
}

function checkScheduling(errors: Errors, path: string, spec: PodSpec): void {
  if (spec.nodeSelector) checkLabels(errors, `${path}.nodeSelector`, spec.nodeSelector);
  if (spec.affinity) checkAffinity(errors, `${path}.affinity`, spec.affinity);
  if (spec.tolerations) checkTolerations(errors, `${path}.tolerations`, spec.tolerations);
  if (spec.topologySpreadConstraints) checkSpread(errors, `${path}.topologySpreadConstraints`, spec.topologySpreadConstraints);
}

function checkOs(errors: Errors, path: string, name: string | undefined): void {
  if (!name) errors.push(required(`${path}.name`, 'cannot be empty'));
  else if (name !== 'linux' && name !== 'windows') errors.push(notSupported(path, name, ['linux', 'windows']));
}

export function checkPodSpec(errors: Errors, path: string, spec: PodSpec, kind: 'pod' | 'template'): void {
  if (spec.terminationGracePeriodSeconds === undefined) errors.push(required(`${path}.terminationGracePeriodSeconds`));
  const scope: ContainerScope = {
    volumes: checkVolumes(errors, `${path}.volumes`, spec.volumes),
    gracePeriodSeconds: spec.terminationGracePeriodSeconds,
    podRestartPolicy: spec.restartPolicy,
  };
  const regular = spec.containers ?? [];
  checkContainers(errors, `${path}.containers`, regular, scope);
  if (spec.initContainers) checkInitContainers(errors, `${path}.initContainers`, spec.initContainers, regular, scope);
  if (spec.ephemeralContainers?.length) {
    const others = [...regular, ...(spec.initContainers ?? [])];
    checkEphemeralContainers(errors, `${path}.ephemeralContainers`, spec.ephemeralContainers, others, scope);
  }
  if (spec.hostNetwork && spec.containers) checkHostNetwork(errors, path, spec, kind === 'pod');
  checkOneOf(errors, `${path}.restartPolicy`, spec.restartPolicy, RESTART_POLICIES);
  checkOneOf(errors, `${path}.dnsPolicy`, spec.dnsPolicy, DNS_POLICIES);
  checkScheduling(errors, path, spec);
  if (spec.securityContext) checkPodSecurityContext(errors, `${path}.securityContext`, spec.securityContext, spec);
  checkDns(errors, `${path}.dnsConfig`, spec.dnsConfig, spec.dnsPolicy);
  checkNamesAndGates(errors, path, spec);
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined && (deadline < 1 || deadline > INT32_MAX)) {
    errors.push(invalidValue(`${path}.activeDeadlineSeconds`, deadline, inclusiveRange(1, INT32_MAX)));
  }
  if (spec.preemptionPolicy !== undefined) {
    checkOneOf(errors, `${path}.preemptionPolicy`, spec.preemptionPolicy, ['PreemptLowerPriority', 'Never']);
  }
  if (spec.overhead) checkResources(errors, `${path}.overhead`, { limits: spec.overhead });
  if (spec.os) checkOs(errors, `${path}.os`, spec.os.name);
}

/** A workload's template. Its labels must be checked against the selector by the workload. */
export function checkPodTemplate(errors: Errors, path: string, template: PodTemplateSpec): void {
  checkLabels(errors, `${path}.labels`, template.metadata?.labels);
  checkAnnotations(errors, `${path}.annotations`, template.metadata?.annotations);
  checkPodSpec(errors, `${path}.spec`, template.spec ?? { containers: [] }, 'template');
  if (template.spec?.ephemeralContainers?.length) {
    errors.push(forbiddenField(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template'));
  }
}

/** A Pod as such, on create and on update. */
export function checkPod(errors: Errors, pod: Pod): void {
  const spec = pod.spec ?? { containers: [] };
  const annotations = pod.metadata?.annotations;
  if (annotations?.['kubernetes.io/config.mirror'] !== undefined && !spec.nodeName) {
    errors.push(invalidValue('metadata.annotations[kubernetes.io/config.mirror]', annotations['kubernetes.io/config.mirror'],
      'must set spec.nodeName if mirror pod annotation is set'));
  }
  const cost = annotations?.['controller.kubernetes.io/pod-deletion-cost'];
  if (cost !== undefined && !/^(0|-?[1-9][0-9]{0,9})$/.test(cost)) {
    errors.push(invalidValue('metadata.annotations[controller.kubernetes.io/pod-deletion-cost]', cost, 'must be a 32bit integer'));
  }
  checkPodSpec(errors, 'spec', spec, 'pod');
  spec.containers?.forEach((container, index) => checkImageSpace(errors, `spec.containers[${index}]`, container));
  spec.initContainers?.forEach((container, index) => checkImageSpace(errors, `spec.initContainers[${index}]`, container));
}
