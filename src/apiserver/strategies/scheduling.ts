/** What is wrong with the words that a Pod has for the scheduler: affinity, tolerations, spreading.
 *  Upstream: pkg/apis/core/validation/validation.go */
import {
  duplicate, type FieldError, forbiddenField, invalidValue, notSupported, required,
} from '../../api/field-error.ts';
import type {
  Affinity, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, PodAffinity, PodAffinityTerm, Toleration, TopologySpreadConstraint,
} from '../../api/generated/types.ts';
import { checkLabelName, checkLabelSelector, checkOptional, complain, type Errors } from './field-checks.ts';
import { dns1123Label, dns1123Subdomain, labelValue } from './names.ts';

const WEIGHT = 'must be in the range 1-100';
export const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** A node must be able to have the values, unless it is only preferred. */
function checkRequirement(errors: Errors, path: string, { key, operator, values }: NodeSelectorRequirement, isPreferred: boolean): void {
  const count = values?.length ?? 0;
  if (operator === 'In' || operator === 'NotIn') {
    if (count === 0) errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (count > 0) errors.push(forbiddenField(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (count !== 1) errors.push(required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
  } else errors.push(invalidValue(`${path}.operator`, operator ?? '', 'not a valid selector operator'));
  checkLabelName(errors, `${path}.key`, key ?? '');
  if (!isPreferred) values?.forEach((value, index) => complain(errors, `${path}.values[${index}]`, value, labelValue(value)));
}

function checkFieldRequirement(errors: Errors, path: string, { key, operator, values }: NodeSelectorRequirement): void {
  if (operator !== 'In' && operator !== 'NotIn') errors.push(invalidValue(`${path}.operator`, operator ?? '', 'not a valid selector operator'));
  else if (values?.length !== 1) {
    errors.push(required(`${path}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"));
  }
  if (key !== 'metadata.name') errors.push(invalidValue(`${path}.key`, key ?? '', 'not a valid field selector key'));
  else values?.forEach((value, index) => complain(errors, `${path}.values[${index}]`, value, dns1123Subdomain(value)));
}

function checkTerm(errors: Errors, path: string, term: NodeSelectorTerm = {}, isPreferred = false): void {
  term.matchExpressions?.forEach((one, index) => checkRequirement(errors, `${path}.matchExpressions[${index}]`, one, isPreferred));
  term.matchFields?.forEach((one, index) => checkFieldRequirement(errors, `${path}.matchFields[${index}]`, one));
}

export function checkNodeSelector(errors: Errors, path: string, selector: NodeSelector): void {
  if (!selector.nodeSelectorTerms?.length) {
    errors.push(required(`${path}.nodeSelectorTerms`, 'must have at least one node selector term'));
    return;
  }
  selector.nodeSelectorTerms?.forEach((term, index) => checkTerm(errors, `${path}.nodeSelectorTerms[${index}]`, term));
}

/** Keys whose values a term takes from the Pod itself. */
function checkLabelKeys(errors: Errors, path: string, { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] }: Partial<PodAffinityTerm>): void {
  for (const [field, keys] of [['matchLabelKeys', matchLabelKeys], ['mismatchLabelKeys', mismatchLabelKeys]] as const) {
    if (keys.length > 0 && !labelSelector) errors.push(forbiddenField(`${path}.${field}`, 'must not be specified when labelSelector is not set'));
    else keys.forEach((key, index) => checkLabelName(errors, `${path}.${field}[${index}]`, key));
  }
  if (labelSelector) {
    const selected = new Set(Object.keys(labelSelector.matchLabels ?? {}));
    for (const { key } of labelSelector.matchExpressions ?? []) {
      const index = matchLabelKeys.lastIndexOf(key);
      if (index >= 0 && selected.has(key)) {
        errors.push(invalidValue(`${path}[${index}]`, key, 'exists in both matchLabelKeys and labelSelector'));
      }
      selected.add(key);
    }
  }
  matchLabelKeys.forEach((key, index) => {
    if (!mismatchLabelKeys.includes(key)) return;
    errors.push(invalidValue(`${path}.matchLabelKeys[${index}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys'));
  });
}

function checkPodTerm(errors: Errors, path: string, term: Partial<PodAffinityTerm> = {}): void {
  checkLabelSelector(errors, `${path}.labelSelector`, term.labelSelector);
  checkLabelSelector(errors, `${path}.namespaceSelector`, term.namespaceSelector);
  for (const name of term.namespaces ?? []) complain(errors, `${path}.namespace`, name, dns1123Label(name));
  checkLabelKeys(errors, path, term);
  if (!term.topologyKey) errors.push(required(`${path}.topologyKey`, 'can not be empty'));
  checkLabelName(errors, `${path}.topologyKey`, term.topologyKey ?? '');
}

function checkPodAffinity(errors: Errors, path: string, affinity: PodAffinity): void {
  affinity.requiredDuringSchedulingIgnoredDuringExecution?.forEach((term, index) =>
    checkPodTerm(errors, `${path}.requiredDuringSchedulingIgnoredDuringExecution[${index}]`, term));
  affinity.preferredDuringSchedulingIgnoredDuringExecution?.forEach(({ weight, podAffinityTerm }, index) => {
    const at = `${path}.preferredDuringSchedulingIgnoredDuringExecution[${index}]`;
    if (!(weight > 0 && weight <= 100)) errors.push(invalidValue(`${at}.weight`, weight ?? 0, WEIGHT));
    checkPodTerm(errors, `${at}.podAffinityTerm`, podAffinityTerm);
  });
}

export function checkAffinity(errors: Errors, path: string, { nodeAffinity, podAffinity, podAntiAffinity }: Affinity): void {
  const needed = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (needed) checkNodeSelector(errors, `${path}.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution`, needed);
  nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.forEach(({ weight, preference }, index) => {
    const at = `${path}.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[${index}]`;
    if (!(weight > 0 && weight <= 100)) errors.push(invalidValue(`${at}.weight`, weight ?? 0, WEIGHT));
    checkTerm(errors, `${at}.preference`, preference, true);
  });
  if (podAffinity) checkPodAffinity(errors, `${path}.podAffinity`, podAffinity);
  if (podAntiAffinity) checkPodAffinity(errors, `${path}.podAntiAffinity`, podAntiAffinity);
}

export function checkEffect(errors: FieldError[], field: string, effect: string | undefined): void {
  if (!effect) errors.push(required(field));
  else if (!EFFECTS.includes(effect)) errors.push(notSupported(field, effect, EFFECTS));
}

export function checkTolerations(errors: Errors, path: string, tolerations: readonly Toleration[]): void {
  tolerations.forEach((toleration, index) => {
    const at = `${path}[${index}]`;
    const { key, operator = '', value = '', effect = '', tolerationSeconds } = toleration;
    if (key) checkLabelName(errors, `${at}.key`, key);
    else if (operator !== 'Exists') {
      errors.push(invalidValue(`${at}.operator`, operator,
        'operator must be Exists when `key` is empty, which means "match all values and all keys"'));
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      errors.push(invalidValue(`${at}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    }
    if (operator === 'Exists') {
      if (value) errors.push(invalidValue(`${at}.operator`, value, "value must be empty when `operator` is 'Exists'"));
    } else if (operator === '' || operator === 'Equal') {
      const complaints = labelValue(value);
      if (complaints.length > 0) errors.push(invalidValue(`${at}.operator`, value, complaints.join(';')));
    } else errors.push(notSupported(`${at}.operator`, operator, ['Equal', 'Exists']));
    if (effect) checkEffect(errors, `${at}.effect`, effect);
  });
}

const WHEN = ['DoNotSchedule', 'ScheduleAnyway'];

/** Keys whose values a constraint takes from the Pod itself. */
function checkSpreadKeys(errors: Errors, path: string, { matchLabelKeys, labelSelector }: TopologySpreadConstraint): void {
  if (!matchLabelKeys?.length) return;
  if (!labelSelector) errors.push(forbiddenField(path, 'must not be specified when labelSelector is not set'));
  const selected = new Set([
    ...Object.keys(labelSelector?.matchLabels ?? {}), ...(labelSelector?.matchExpressions ?? []).map(({ key }) => key),
  ]);
  matchLabelKeys.forEach((key, index) => {
    checkLabelName(errors, `${path}[${index}]`, key);
    if (selected.has(key)) errors.push(invalidValue(`${path}[${index}]`, key, 'exists in both matchLabelKeys and labelSelector'));
  });
}

function checkMinDomains(errors: Errors, field: string, minDomains: number | undefined, whenUnsatisfiable: string): void {
  if (minDomains === undefined) return;
  if (minDomains <= 0) errors.push(invalidValue(field, minDomains, 'must be greater than zero'));
  if (whenUnsatisfiable !== 'DoNotSchedule') {
    errors.push(invalidValue(field, minDomains, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`));
  }
}

export function checkSpread(errors: Errors, path: string, constraints: readonly TopologySpreadConstraint[]): void {
  constraints.forEach((constraint, index) => {
    const at = `${path}[${index}]`;
    const { maxSkew = 0, minDomains, topologyKey = '', whenUnsatisfiable = '' } = constraint as Partial<TopologySpreadConstraint>;
    if (maxSkew <= 0) errors.push(invalidValue(`${at}.maxSkew`, maxSkew, 'must be greater than zero'));
    if (!topologyKey) errors.push(required(`${at}.topologyKey`, 'can not be empty'));
    if (!WHEN.includes(whenUnsatisfiable)) errors.push(notSupported(`${at}.whenUnsatisfiable`, whenUnsatisfiable, WHEN));
    const isRepeated = constraints.slice(index + 1).some((other) =>
      (other.topologyKey ?? '') === topologyKey && (other.whenUnsatisfiable ?? '') === whenUnsatisfiable);
    if (isRepeated) errors.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${whenUnsatisfiable}}`));
    checkMinDomains(errors, `${at}.minDomains`, minDomains, whenUnsatisfiable);
    for (const field of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
      checkOptional(errors, `${at}.${field}`, constraint[field], ['Honor', 'Ignore']);
    }
    checkSpreadKeys(errors, `${at}.matchLabelKeys`, constraint);
    checkLabelSelector(errors, `${at}.labelSelector`, constraint.labelSelector);
  });
}
