/** What is wrong with the security settings of a container or of a Pod.
 *  Upstream: pkg/apis/core/validation/validation.go (ValidateSecurityContext, validatePodSpecSecurityContext) */
import { duplicate, invalidValue, notSupported, required } from '../../api/field-error.ts';
import type { AppArmorProfile, PodSecurityContext, PodSpec, SeccompProfile, SecurityContext } from '../../api/generated/types.ts';
import { complain, type Errors } from './field-checks.ts';
import { userId } from './names.ts';

const PROFILE_TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined'];

function checkProfile(
  errors: Errors, path: string, profile: SeccompProfile | AppArmorProfile | undefined, word: 'seccomp' | 'AppArmor', field: string,
): void {
  if (!profile) return;
  if (!profile.type) errors.push(required(`${path}.type`, `type is required when ${field} is set`));
  else if (!PROFILE_TYPES.includes(profile.type)) errors.push(notSupported(`${path}.type`, profile.type, PROFILE_TYPES));
  if (profile.type === 'Localhost') {
    if (profile.localhostProfile === undefined) {
      errors.push(required(`${path}.localhostProfile`, `must be set when ${word} type is Localhost`));
    }
  } else if (profile.localhostProfile !== undefined) {
    errors.push(invalidValue(`${path}.localhostProfile`, profile.localhostProfile, `can only be set when ${word} type is Localhost`));
  }
}

function checkId(errors: Errors, field: string, id: number | undefined): void {
  if (id !== undefined) complain(errors, field, id, userId(id));
}

export function checkSecurityContext(errors: Errors, path: string, context: SecurityContext): void {
  checkId(errors, `${path}.runAsUser`, context.runAsUser);
  checkId(errors, `${path}.runAsGroup`, context.runAsGroup);
  checkOptionalProcMount(errors, path, context);
  checkProfile(errors, `${path}.seccompProfile`, context.seccompProfile, 'seccomp', 'seccompProfile');
  if (context.allowPrivilegeEscalation === false) {
    const field = `${path}.allowPrivilegeEscalation`;
    if (context.privileged) {
      errors.push(invalidValue(field, false, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'));
    }
    if (context.capabilities?.add?.includes('CAP_SYS_ADMIN')) {
      errors.push(invalidValue(field, false, 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN'));
    }
  }
  checkProfile(errors, `${path}.appArmorProfile`, context.appArmorProfile, 'AppArmor', 'appArmorProfile');
}

function checkOptionalProcMount(errors: Errors, path: string, { procMount }: SecurityContext): void {
  if (procMount !== undefined && procMount !== 'Default' && procMount !== 'Unmasked') {
    errors.push(notSupported(`${path}.procMount`, procMount, ['Default', 'Unmasked']));
  }
}

const SYSCTL = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;
const SYSCTL_TEXT = 'must have at most 253 characters and match regex '
  + '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';

export function checkPodSecurityContext(errors: Errors, path: string, context: PodSecurityContext, spec: PodSpec): void {
  checkId(errors, `${path}.fsGroup`, context.fsGroup);
  checkId(errors, `${path}.runAsUser`, context.runAsUser);
  checkId(errors, `${path}.runAsGroup`, context.runAsGroup);
  context.supplementalGroups?.forEach((group, index) => checkId(errors, `${path}.supplementalGroups[${index}]`, group));
  if (spec.shareProcessNamespace && spec.hostPID) {
    errors.push(invalidValue(`${path}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled'));
  }
  const names = new Set<string>();
  context.sysctls?.forEach(({ name }, index) => {
    const field = `${path}.sysctls[${index}].name`;
    if (!name) errors.push(required(field));
    else if (name.length > 253 || !SYSCTL.test(name)) errors.push(invalidValue(field, name, SYSCTL_TEXT));
    else if (names.has(name)) errors.push(duplicate(field, name));
    names.add(name);
  });
  const change = context.fsGroupChangePolicy;
  if (change !== undefined && change !== 'Always' && change !== 'OnRootMismatch') {
    errors.push(notSupported(`${path}.fsGroupChangePolicy`, change, ['Always', 'OnRootMismatch']));
  }
  checkProfile(errors, `${path}.seccompProfile`, context.seccompProfile, 'seccomp', 'seccompProfile');
  checkProfile(errors, `${path}.appArmorProfile`, context.appArmorProfile, 'AppArmor', 'appArmorProfile');
}
