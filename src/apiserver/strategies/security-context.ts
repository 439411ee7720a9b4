/** What is wrong with the security settings of a container or of a Pod.
 *  Upstream: pkg/apis/core/validation/validation.go (ValidateSecurityContext, validatePodSpecSecurityContext) */
import { duplicate, invalidPrinted, invalidValue, notSupported, required, tooLong } from '../../api/field-error.ts';
import type { AppArmorProfile, PodSecurityContext, PodSpec, SeccompProfile, SecurityContext } from '../../api/generated/types.ts';
import { checkOptional, complain, type Errors } from './field-checks.ts';
import { goSyntax } from './go-syntax.ts';
import { userId } from './names.ts';
import { checkLocalPath } from './volume-sources.ts';
import { checkWindowsOptions } from './windows.ts';

const PROFILE_TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined'];

function checkSeccomp(errors: Errors, path: string, profile: SeccompProfile | undefined): void {
  if (!profile) return;
  const { type, localhostProfile } = profile;
  const field = `${path}.localhostProfile`;
  if (!type) errors.push(required(`${path}.type`, 'type is required when seccompProfile is set'));
  else if (!PROFILE_TYPES.includes(type)) errors.push(notSupported(`${path}.type`, type, PROFILE_TYPES));
  if (type === 'Localhost') {
    if (localhostProfile === undefined) errors.push(required(field, 'must be set when seccomp type is Localhost'));
    else checkLocalPath(errors, field, localhostProfile);
  } else if (localhostProfile !== undefined) {
    errors.push(invalidPrinted(field, goSyntax(profile, 'core.SeccompProfile'), 'can only be set when seccomp type is Localhost'));
  }
}

const PROFILE_LENGTH_MAX = 4095;

function checkAppArmor(errors: Errors, path: string, profile: AppArmorProfile | undefined): void {
  if (!profile) return;
  const { type, localhostProfile: name } = profile;
  const field = `${path}.localhostProfile`;
  if (type === 'Localhost') {
    if (name === undefined || name === '') errors.push(required(field, 'must be set when AppArmor type is Localhost'));
    else if (name.trim() !== name) errors.push(invalidValue(field, name, 'must not be padded with whitespace'));
    if (name !== undefined && name.length > PROFILE_LENGTH_MAX) errors.push(tooLong(field, PROFILE_LENGTH_MAX));
  } else if (type === 'RuntimeDefault' || type === 'Unconfined') {
    if (name !== undefined) errors.push(invalidValue(field, name, 'can only be set when AppArmor type is Localhost'));
  } else if (!type) errors.push(required(`${path}.type`, 'type is required when appArmorProfile is set'));
  else errors.push(notSupported(`${path}.type`, type, PROFILE_TYPES));
}

function checkId(errors: Errors, field: string, id: number | undefined): void {
  if (id !== undefined) complain(errors, field, id, userId(id));
}

/** `hostUsers`: whether the Pod's users are the node's. */
export function checkSecurityContext(errors: Errors, path: string, context: SecurityContext, hostUsers: boolean): void {
  checkId(errors, `${path}.runAsUser`, context.runAsUser);
  checkId(errors, `${path}.runAsGroup`, context.runAsGroup);
  checkOptional(errors, `${path}.procMount`, context.procMount, ['Default', 'Unmasked']);
  if (hostUsers && context.procMount === 'Unmasked') {
    errors.push(invalidValue(`${path}.procMount`, 'Unmasked', '`hostUsers` must be false to use `Unmasked`'));
  }
  checkSeccomp(errors, `${path}.seccompProfile`, context.seccompProfile);
  if (context.allowPrivilegeEscalation === false) {
    const refuse = (what: string): void => {
      const text = `cannot set \`allowPrivilegeEscalation\` to false and ${what}`;
      errors.push(invalidPrinted(path, goSyntax(context, 'core.SecurityContext'), text));
    };
    if (context.privileged) refuse('`privileged` to true');
    for (const capability of context.capabilities?.add ?? []) if (capability === 'CAP_SYS_ADMIN') refuse('`capabilities.Add` CAP_SYS_ADMIN');
  }
  checkWindowsOptions(errors, `${path}.windowsOptions`, context.windowsOptions);
  checkAppArmor(errors, `${path}.appArmorProfile`, context.appArmorProfile);
}

const SYSCTL = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;
const SYSCTL_TEXT = 'must have at most 253 characters and match regex '
  + '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';

/** Settings that belong to a namespace which the Pod shares with its node: kernel.shm* and the like to ipc, net.* to net. */
const IPC = /^(kernel[./](shm|msg|sem)|fs[./]mqueue[./])/;
const NET = /^net[./]/;

function checkSysctls(errors: Errors, path: string, { sysctls = [] }: PodSecurityContext, spec: PodSpec): void {
  const names = new Set<string>();
  sysctls.forEach(({ name }, index) => {
    const field = `${path}[${index}].name`;
    if (!name) errors.push(required(field));
    else if (name.length > 253 || !SYSCTL.test(name)) errors.push(invalidValue(field, name, SYSCTL_TEXT));
    else if (names.has(name)) errors.push(duplicate(field, name));
    if (spec.hostNetwork && NET.test(name)) errors.push(invalidValue(field, name, "may not be specified when 'hostNetwork' is true"));
    else if (spec.hostIPC && IPC.test(name)) errors.push(invalidValue(field, name, "may not be specified when 'hostIPC' is true"));
    names.add(name);
  });
}

export function checkPodSecurityContext(errors: Errors, path: string, context: PodSecurityContext, spec: PodSpec): void {
  checkId(errors, `${path}.fsGroup`, context.fsGroup);
  checkId(errors, `${path}.runAsUser`, context.runAsUser);
  checkId(errors, `${path}.runAsGroup`, context.runAsGroup);
  context.supplementalGroups?.forEach((group, index) => checkId(errors, `${path}.supplementalGroups[${index}]`, group));
  if (spec.shareProcessNamespace && spec.hostPID) {
    errors.push(invalidValue(`${path}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled'));
  }
  checkSysctls(errors, `${path}.sysctls`, context, spec);
  checkOptional(errors, `${path}.fsGroupChangePolicy`, context.fsGroupChangePolicy, ['Always', 'OnRootMismatch']);
  checkSeccomp(errors, `${path}.seccompProfile`, context.seccompProfile);
  checkWindowsOptions(errors, `${path}.windowsOptions`, context.windowsOptions);
  checkAppArmor(errors, `${path}.appArmorProfile`, context.appArmorProfile);
  checkOptional(errors, `${path}.supplementalGroupsPolicy`, context.supplementalGroupsPolicy, ['Merge', 'Strict']);
  checkOptional(errors, `${path}.seLinuxChangePolicy`, context.seLinuxChangePolicy, ['MountOption', 'Recursive']);
}
