/** What only Windows Pods may say, and what they may not.
 *  Upstream: pkg/apis/core/validation/validation.go (validateWindows, validateLinux, validateWindowsHostProcessPod) */
import { forbiddenField, invalidValue } from '../../api/field-error.ts';
import type { Container, PodSpec, WindowsSecurityContextOptions } from '../../api/generated/types.ts';
import { complain, type Errors } from './field-checks.ts';
import { dns1123Subdomain } from './names.ts';

const SPEC_LENGTH_MAX = 64 * 1024;
const DOMAIN_LENGTH_MAX = 256;
const USER_LENGTH_MAX = 104;
const CONTROL = /\p{Cc}/u;
const NETBIOS = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const DNS = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;

function userComplaints(name: string): readonly string[] {
  if (name === '') return ['runAsUserName cannot be an empty string'];
  if (CONTROL.test(name)) return ['runAsUserName cannot contain control characters'];
  const parts = name.split('\\');
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash'];
  const [domain, user] = parts.length === 2 ? [parts[0]!, parts[1]!] : [undefined, parts[0]!];
  const wrong: string[] = [];
  if ((domain ?? '').length >= DOMAIN_LENGTH_MAX) wrong.push(`runAsUserName's Domain length must be under ${DOMAIN_LENGTH_MAX} characters`);
  if (domain !== undefined && !NETBIOS.test(domain) && !DNS.test(domain)) {
    wrong.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
  }
  if (user === '') wrong.push("runAsUserName's User cannot be empty");
  else if (user.length > USER_LENGTH_MAX) wrong.push(`runAsUserName's User length must not be longer than ${USER_LENGTH_MAX} characters`);
  if (/^[. ]+$/.test(user)) wrong.push("runAsUserName's User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
    wrong.push("runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]");
  }
  return wrong;
}

export function checkWindowsOptions(errors: Errors, path: string, options: WindowsSecurityContextOptions | undefined): void {
  if (!options) return;
  const { gmsaCredentialSpecName, gmsaCredentialSpec, runAsUserName } = options;
  if (gmsaCredentialSpecName !== undefined) {
    complain(errors, `${path}.gmsaCredentialSpecName`, gmsaCredentialSpecName, dns1123Subdomain(gmsaCredentialSpecName));
  }
  const field = `${path}.gmsaCredentialSpec`;
  if (gmsaCredentialSpec === '') errors.push(invalidValue(field, '', 'gmsaCredentialSpec cannot be an empty string'));
  else if ((gmsaCredentialSpec ?? '').length > SPEC_LENGTH_MAX) {
    errors.push(invalidValue(field, gmsaCredentialSpec, 'gmsaCredentialSpec size must be under 64 KiB'));
  }
  if (runAsUserName !== undefined) complain(errors, `${path}.runAsUserName`, runAsUserName, userComplaints(runAsUserName));
}

type Visit = (container: Container, path: string) => void;

/** Every container of a Pod, in the order in which Kubernetes looks at them. */
export function visitContainers(spec: PodSpec, path: string, visit: Visit): void {
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    spec[list]?.forEach((container, index) => visit(container as Container, `${path}${path === '' ? '' : '.'}${list}[${index}]`));
  }
}

/** All containers are processes of the host, or none is. */
export function checkHostProcess(errors: Errors, path: string, spec: PodSpec): void {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess;
  let [all, host] = [0, 0];
  visitContainers(spec, path, ({ securityContext }, at) => {
    const own = securityContext?.windowsOptions?.hostProcess;
    all++;
    if (ofPod !== undefined && own !== undefined && ofPod !== own) {
      errors.push(invalidValue(`${at}.securityContext.windowsOptions.hostProcess`, own,
        `pod hostProcess value must be identical if both are specified, was ${ofPod}`));
    }
    if (own ?? ofPod) host++;
  });
  if (host === 0) return;
  if (host !== all) {
    errors.push(invalidValue(path, '', 'If pod contains any hostProcess containers then all containers must be HostProcess containers'));
  }
  if (!spec.hostNetwork) {
    errors.push(invalidValue(`${path}.hostNetwork`, false, 'hostNetwork must be true if pod contains any hostProcess containers'));
  }
}

const NOT_WINDOWS = 'cannot be set for a windows pod';
const NOT_LINUX = 'windows options cannot be set for a linux pod';

/** Paths below the Pod's spec, in Kubernetes' order. */
const POD_FIELDS = [
  'securityContext.appArmorProfile', 'securityContext.seLinuxOptions', 'hostUsers', 'hostPID', 'hostIPC', 'securityContext.seccompProfile',
  'securityContext.fsGroup', 'securityContext.fsGroupChangePolicy', 'securityContext.sysctls', 'shareProcessNamespace',
  'securityContext.runAsUser', 'securityContext.runAsGroup', 'securityContext.supplementalGroups', 'securityContext.supplementalGroupsPolicy',
  'securityContext.seLinuxChangePolicy',
];
const CONTAINER_FIELDS = [
  'appArmorProfile', 'seLinuxOptions', 'seccompProfile', 'capabilities', 'readOnlyRootFilesystem', 'privileged', 'allowPrivilegeEscalation',
  'procMount', 'runAsUser', 'runAsGroup',
] as const;

const at = (spec: PodSpec, path: string): unknown =>
  path.split('.').reduce<unknown>((value, name) => (value as Readonly<Record<string, unknown>> | undefined)?.[name], spec);

/** What the Pod's own word about its operating system excludes. */
export function checkForOs(errors: Errors, path: string, spec: PodSpec): void {
  if (spec.os?.name === 'linux') {
    if (spec.securityContext?.windowsOptions) errors.push(forbiddenField(`${path}.securityContext.windowsOptions`, NOT_LINUX));
    visitContainers(spec, path, ({ securityContext }, where) => {
      if (securityContext?.windowsOptions) errors.push(forbiddenField(`${where}.securityContext.windowsOptions`, NOT_LINUX));
    });
    return;
  }
  for (const field of POD_FIELDS) {
    const value = at(spec, field);
    if (value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0)) {
      errors.push(forbiddenField(`${path}.${field}`, NOT_WINDOWS));
    }
  }
  visitContainers(spec, path, ({ securityContext }, where) => {
    for (const field of CONTAINER_FIELDS) {
      if (securityContext?.[field] !== undefined) errors.push(forbiddenField(`${where}.securityContext.${field}`, NOT_WINDOWS));
    }
  });
}
