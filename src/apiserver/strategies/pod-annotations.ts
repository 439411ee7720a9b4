/** Annotations that mean something to a Pod: mirrors, the price of its deletion, and profiles from before they were fields.
 *  Upstream: pkg/apis/core/validation/validation.go (ValidatePodSpecificAnnotations, validateSeccompAnnotationsAndFields) */
import { forbiddenField, invalidValue } from '../../api/field-error.ts';
import type { PodSpec } from '../../api/generated/types.ts';
import type { Errors } from './field-checks.ts';
import { checkLocalPath } from './volume-sources.ts';
import { visitContainers } from './windows.ts';

type Annotations = Readonly<Record<string, string>> | undefined;

export const MIRROR = 'kubernetes.io/config.mirror';
const COST = 'controller.kubernetes.io/pod-deletion-cost';
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
export const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';
const LOCALHOST = 'localhost/';
const RUNTIME_SECCOMP = new Set(['runtime/default', 'docker/default']);
const RUNTIME_APP_ARMOR = 'runtime/default';
const INT32 = 2 ** 31;

const isCost = (text: string): boolean => /^(0|-?[1-9][0-9]{0,9})$/.test(text) && Number(text) < INT32 && Number(text) >= -INT32;

function checkSeccomp(errors: Errors, path: string, profile: string): void {
  if (RUNTIME_SECCOMP.has(profile) || profile === 'unconfined') return;
  if (profile.startsWith(LOCALHOST)) checkLocalPath(errors, path, profile.slice(LOCALHOST.length));
  else errors.push(invalidValue(path, profile, 'must be a valid seccomp profile'));
}

export function checkPodAnnotations(errors: Errors, path: string, annotations: Annotations, spec: PodSpec): void {
  if (!annotations) return;
  const mirror = annotations[MIRROR];
  if (mirror !== undefined && !spec.nodeName) {
    errors.push(invalidValue(`${path}[${MIRROR}]`, mirror, 'must set spec.nodeName if mirror pod annotation is set'));
  }
  const cost = annotations[COST];
  if (cost !== undefined && !isCost(cost)) errors.push(invalidValue(`${path}[${COST}]`, cost, 'must be a 32bit integer'));
  if (annotations[SECCOMP_POD] !== undefined) checkSeccomp(errors, `${path}.${SECCOMP_POD}`, annotations[SECCOMP_POD]);
  for (const key in annotations) if (key.startsWith(SECCOMP_CONTAINER)) checkSeccomp(errors, `${path}.${key}`, annotations[key]!);
  const names = new Set<string>();
  visitContainers(spec, '', ({ name }) => names.add(name));
  for (const key in annotations) {
    if (!key.startsWith(APP_ARMOR)) continue;
    const [name, profile] = [key.slice(APP_ARMOR.length), annotations[key]!];
    if (!names.has(name)) errors.push(invalidValue(`${path}[${key}]`, name, 'container not found'));
    if (profile !== '' && profile !== RUNTIME_APP_ARMOR && profile !== 'unconfined' && !profile.startsWith(LOCALHOST)) {
      errors.push(invalidValue(`${path}[${key}]`, profile, `invalid AppArmor profile name: ${JSON.stringify(profile)}`));
    }
  }
}

interface Profile { readonly type: string; readonly localhostProfile?: string }

/** An annotation and a field that speak of the same must say the same. */
function checkSame(errors: Errors, path: string, word: 'seccomp' | 'apparmor', annotation: string | undefined, profile: Profile): void {
  if (annotation === undefined) return;
  const isRuntime = word === 'seccomp' ? RUNTIME_SECCOMP.has(annotation) : annotation === RUNTIME_APP_ARMOR;
  const fits = profile.type === 'Unconfined' ? annotation === 'unconfined'
    : profile.type === 'RuntimeDefault' ? isRuntime : profile.type !== 'Localhost' || annotation.startsWith(LOCALHOST);
  if (!fits) errors.push(forbiddenField(`${path}.type`, `${word} type in annotation and field must match`));
  else if (profile.type === 'Localhost' && annotation.slice(LOCALHOST.length) !== profile.localhostProfile) {
    errors.push(forbiddenField(`${path}.localhostProfile`, `${word} profile in annotation and field must match`));
  }
}

export function checkAnnotatedProfiles(errors: Errors, path: string, annotations: Annotations, spec: PodSpec): void {
  if (!annotations) return;
  const { seccompProfile, appArmorProfile } = spec.securityContext ?? {};
  if (seccompProfile) checkSame(errors, `${path}.securityContext.seccompProfile`, 'seccomp', annotations[SECCOMP_POD], seccompProfile);
  visitContainers(spec, path, ({ name, securityContext }, at) => {
    const own = securityContext?.seccompProfile;
    if (own) checkSame(errors, `${at}.securityContext.seccompProfile`, 'seccomp', annotations[`${SECCOMP_CONTAINER}${name}`], own);
  });
  if (spec.os?.name === 'windows') return;
  visitContainers(spec, path, ({ name, securityContext }, at) => {
    const profile = securityContext?.appArmorProfile ?? appArmorProfile;
    if (profile) checkSame(errors, `${at}.securityContext.appArmorProfile`, 'apparmor', annotations[`${APP_ARMOR}${name}`], profile);
  });
}

/** What a Pod that is there already may not come to mean. */
export function checkAnnotationChange(errors: Errors, path: string, next: Annotations = {}, old: Annotations = {}): void {
  const kinds = [
    { is: (key: string): boolean => key.startsWith(APP_ARMOR), word: 'AppArmor annotations' },
    { is: (key: string): boolean => key === MIRROR, word: 'mirror pod annotation' },
  ];
  for (const key in old) {
    if (next[key] === old[key]) continue;
    for (const { is, word } of kinds) if (is(key)) errors.push(forbiddenField(`${path}[${key}]`, `may not remove or update ${word}`));
  }
  for (const key in next) {
    if (old[key] !== undefined) continue;
    for (const { is, word } of kinds) if (is(key)) errors.push(forbiddenField(`${path}[${key}]`, `may not add ${word}`));
  }
}
