/** RBAC rules: what they cover, and which of them a subject has.
 *  Upstream: pkg/apis/rbac/v1/evaluation_helpers.go, pkg/registry/rbac/validation/rule.go */
import type { PolicyRule, RbacV1Subject } from '../../api/generated/types.ts';
import type { UserInfo } from '../../api/transport.ts';
import type { AuthorizationAttributes } from '../admission.ts';

const has = (list: readonly string[] | undefined, value: string): boolean => list !== undefined && (list.includes('*') || list.includes(value));

function resourceMatches(list: readonly string[] | undefined, resource: string, subresource: string): boolean {
  const combined = subresource === '' ? resource : `${resource}/${subresource}`;
  return list?.some((one) => one === '*' || one === combined || (subresource !== '' && one === `*/${subresource}`)) ?? false;
}

const pathMatches = (list: readonly string[] | undefined, path: string): boolean =>
  list?.some((one) => one === '*' || one === path || (one.endsWith('*') && path.startsWith(one.replace(/\*+$/, '')))) ?? false;

/** Whether one rule allows the request. */
export function ruleAllows(rule: PolicyRule, request: AuthorizationAttributes): boolean {
  if (!has(rule.verbs, request.verb)) return false;
  if (!request.isResource) return pathMatches(rule.nonResourceURLs, request.path);
  if (!has(rule.apiGroups, request.group)) return false;
  if (!resourceMatches(rule.resources, request.resource, request.subresource)) return false;
  return !rule.resourceNames?.length || rule.resourceNames.includes(request.name);
}

/** "system:serviceaccount:default:builder". */
export const serviceAccountUser = (namespace: string, name: string): string => `system:serviceaccount:${namespace}:${name}`;

export function isSubject({ name, groups }: UserInfo, subject: RbacV1Subject, namespace: string): boolean {
  switch (subject.kind) {
    case 'User': return subject.name === name;
    case 'Group': return groups.includes(subject.name);
    case 'ServiceAccount': return serviceAccountUser(subject.namespace || namespace, subject.name) === name;
    default: return false;
  }
}

/** A subject as reasons name it: `User "jane"`, `ServiceAccount "builder/default"`. */
export const describeSubject = ({ kind, name, namespace }: RbacV1Subject): string =>
  (kind === 'ServiceAccount' ? `ServiceAccount "${name}/${namespace ?? ''}"` : `${kind} "${name}"`);

const covers = (owner: readonly string[] = [], sub: readonly string[] = []): boolean =>
  owner.includes('*') || sub.every((one) => owner.includes(one));

const coversResources = (owner: readonly string[] = [], sub: readonly string[] = []): boolean => owner.includes('*') || sub.every((one) =>
  owner.includes(one) || (one.includes('/') && owner.includes(`*/${one.slice(one.indexOf('/') + 1)}`)));

const coversUrls = (owner: readonly string[] = [], sub: readonly string[] = []): boolean => sub.every((one) => pathMatches(owner, one));

function ruleCovers(owner: PolicyRule, sub: PolicyRule): boolean {
  const names = owner.resourceNames?.length ? Boolean(sub.resourceNames?.length) && covers(owner.resourceNames, sub.resourceNames) : true;
  return covers(owner.verbs, sub.verbs) && covers(owner.apiGroups, sub.apiGroups) && coversResources(owner.resources, sub.resources)
    && coversUrls(owner.nonResourceURLs, sub.nonResourceURLs) && names;
}

const each = (list: readonly string[] | undefined): readonly (string | undefined)[] => (list?.length ? list : [undefined]);

/** One rule for each combination of group, resource, verb and name. */
function breakDown(rule: PolicyRule): readonly PolicyRule[] {
  const rules: PolicyRule[] = [];
  for (const group of rule.apiGroups ?? []) {
    for (const resource of rule.resources ?? []) {
      for (const verb of rule.verbs) {
        for (const name of each(rule.resourceNames)) {
          rules.push({ apiGroups: [group], resources: [resource], verbs: [verb], ...(name !== undefined && { resourceNames: [name] }) });
        }
      }
    }
  }
  for (const url of rule.nonResourceURLs ?? []) for (const verb of rule.verbs) rules.push({ nonResourceURLs: [url], verbs: [verb] });
  return rules;
}

const keyOf = (rule: PolicyRule): string => JSON.stringify([rule.nonResourceURLs, rule.apiGroups, rule.resources, rule.resourceNames]);

/** The rules among `wanted` that `owned` does not cover, verbs of one resource gathered again. */
export function uncovered(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): readonly PolicyRule[] {
  const missing = new Map<string, PolicyRule>();
  for (const part of wanted.flatMap(breakDown)) {
    if (owned.some((rule) => ruleCovers(rule, part))) continue;
    const before = missing.get(keyOf(part));
    missing.set(keyOf(part), before ? { ...before, verbs: [...before.verbs, ...part.verbs] } : part);
  }
  return [...missing.values()];
}

const quoted = (list: readonly string[]): string => `[${list.map((one) => `"${one}"`).join(', ')}]`;

/** `{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}`. */
export function describeRule(rule: PolicyRule): string {
  const parts = [
    rule.apiGroups?.length && `APIGroups:${quoted(rule.apiGroups)}`, rule.resources?.length && `Resources:${quoted(rule.resources)}`,
    rule.nonResourceURLs?.length && `NonResourceURLs:${quoted(rule.nonResourceURLs)}`,
    rule.resourceNames?.length && `ResourceNames:${quoted(rule.resourceNames)}`, rule.verbs.length && `Verbs:${quoted(rule.verbs)}`,
  ];
  return `{${parts.filter(Boolean).join(', ')}}`;
}
