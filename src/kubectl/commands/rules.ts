/** The arithmetic of RBAC rules: taken apart to one verb of one resource, put together again, and which rules cover which.
 *  Upstream: staging/src/k8s.io/{kubectl/pkg/util/rbac,component-helpers/auth/rbac/validation} */
import { same } from '../obj.ts';

export interface Rule {
  readonly verbs?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

export const brackets = (values: readonly unknown[] | undefined): string => `[${(values ?? []).join(' ')}]`;

/** A rule for each group, resource, verb and name; one for each verb of each path. */
export function broken(rules: readonly Rule[]): Rule[] {
  return rules.flatMap((rule) => [
    ...(rule.apiGroups ?? []).flatMap((group) =>
      (rule.resources ?? []).flatMap((resource) =>
        (rule.verbs ?? []).flatMap((verb): Rule[] => {
          const one = { apiGroups: [group], resources: [resource], verbs: [verb] };
          const names = rule.resourceNames ?? [];
          return names.length === 0 ? [one] : names.map((name) => ({ ...one, resourceNames: [name] }));
        }),
      ),
    ),
    ...(rule.nonResourceURLs ?? []).flatMap((url) => (rule.verbs ?? []).map((verb): Rule => ({ nonResourceURLs: [url], verbs: [verb] }))),
  ]);
}

/** Rules for one resource are one rule with all their verbs. */
export function compacted(rules: readonly Rule[]): Rule[] {
  const simple = new Map<string, Rule>();
  const others: Rule[] = [];
  for (const rule of rules) {
    if (rule.nonResourceURLs !== undefined) {
      others.push(rule);
      continue;
    }
    const key = JSON.stringify([rule.apiGroups, rule.resources, rule.resourceNames]);
    const there = simple.get(key);
    simple.set(key, there === undefined ? rule : { ...there, verbs: [...(there.verbs ?? []), ...(rule.verbs ?? [])] });
  }
  return [...others, ...simple.values()];
}

/** As Go prints the rule's message, which is what rules are sorted by. */
export const ruleText = (rule: Rule): string =>
  `Verbs:${brackets(rule.verbs)},APIGroups:${brackets(rule.apiGroups)},Resources:${brackets(rule.resources)},` +
  `ResourceNames:${brackets(rule.resourceNames)},NonResourceURLs:${brackets(rule.nonResourceURLs)},`;

/** As Go prints the rule's struct. */
export const ruleStruct = (rule: Rule): string => `{${ruleText(rule).slice(0, -1).replaceAll(',', ' ')}}`;

/** The single permissions of `wanted` that no rule of `owned` gives. */
export const uncovered = (owned: readonly Rule[], wanted: readonly Rule[]): Rule[] =>
  broken(wanted).filter((one) => !owned.some((rule) => covers(rule, one)));

function covers(rule: Rule, one: Rule): boolean {
  const all = (have: readonly string[] = [], want: readonly string[] = []): boolean =>
    have.includes('*') || want.every((value) => have.includes(value));
  const resources = (one.resources ?? []).every((resource) =>
    (rule.resources ?? []).some((have) => have === '*' || have === resource || (have.startsWith('*/') && resource.endsWith(have.slice(1)))),
  );
  const names =
    (rule.resourceNames ?? []).length === 0 || ((one.resourceNames ?? []).length > 0 && all(rule.resourceNames, one.resourceNames));
  const urls = (one.nonResourceURLs ?? []).every((url) =>
    (rule.nonResourceURLs ?? []).some((have) => have === '*' || have === url || (have.endsWith('*') && url.startsWith(have.slice(0, -1)))),
  );
  return all(rule.verbs, one.verbs) && all(rule.apiGroups, one.apiGroups) && resources && names && urls;
}

export interface Subject {
  readonly kind: string;
  readonly apiGroup?: string;
  readonly name: string;
  readonly namespace?: string;
}

export const subjectStruct = (s: Subject): string =>
  `{Kind:${s.kind} APIGroup:${s.apiGroup ?? ''} Name:${s.name} Namespace:${s.namespace ?? ''}}`;
export const missingFrom = (there: readonly Subject[], wanted: readonly Subject[]): Subject[] =>
  wanted.filter((one) => !there.some((other) => same(one, other)));
