/** What is wrong with the words that a Pod has for the scheduler: affinity, tolerations, spreading.
 *  Upstream: pkg/apis/core/validation/validation.go */
import {
  duplicate, type FieldError, forbiddenField, invalidPrinted, invalidValue, notSupported, quote, required,
} from '../../api/field-error.ts';
import type {
  Affinity, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, PodAffinity, PodAffinityTerm, Toleration, TopologySpreadConstraint,
} from '../../api/generated/types.ts';
import { checkLabelName, checkLabelSelector, complain, type Errors } from './field-checks.ts';
import { goSyntax } from './go-syntax.ts';
import { dns1123Label, dns1123Subdomain, labelValue } from './names.ts';

const WEIGHT = 'must be in the range 1-100';
export const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

function checkRequirement(errors: Errors, path: string, { key, operator, values }: NodeSelectorRequirement): void {
  const count = values?.length ?? 0;
  if (operator === 'In' || operator === 'NotIn') {
    if (count === 0) errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (count > 0) errors.push(forbiddenField(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (count !== 1) errors.push(required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
  } else errors.push(invalidValue(`${path}.operator`, operator, 'not a valid selector operator'));
  checkLabelName(errors, `${path}.key`, key);
}

function checkFieldRequirement(errors: Errors, path: string, { key, operator, values }: NodeSelectorRequirement): void {
  if (operator !== 'In' && operator !== 'NotIn') errors.push(invalidValue(`${path}.operator`, operator, 'not a valid selector operator'));
  else if (values?.length !== 1) {
    errors.push(required(`${path}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"));
  }
  if (key !== 'metadata.name') errors.push(invalidValue(`${path}.key`, key, 'not a valid field selector key'));
  else values?.forEach((value, index) => complain(errors, `${path}.values[${index}]`, value, dns1123Subdomain(value)));
}

function checkTerm(errors: Errors, path: string, term: NodeSelectorTerm = {}): void {
  term.matchExpressions?.forEach((one, index) => checkRequirement(errors, `${path}.matchExpressions[${index}]`, one));
  term.matchFields?.forEach((one, index) => checkFieldRequirement(errors, `${path}.matchFields[${index}]`, one));
}

export function checkNodeSelector(errors: Errors, path: string, selector: NodeSelector): void {
  if (!selector.nodeSelectorTerms?.length) {
    errors.push(required(`${path}.nodeSelectorTerms`, 'must have at least one node selector term'));
  }
  selector.nodeSelectorTerms?.forEach((term, index) => checkTerm(errors, `${path}.nodeSelectorTerms[${index}]`, term));
}

function checkPodTerm(errors: Errors, path: string, term: Partial<PodAffinityTerm> = {}): void {
  checkLabelSelector(errors, `${path}.labelSelector`, term.labelSelector);
  checkLabelSelector(errors, `${path}.namespaceSelector`, term.namespaceSelector);
  for (const name of term.namespaces ?? []) complain(errors, `${path}.namespace`, name, dns1123Label(name));
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
    checkTerm(errors, `${at}.preference`, preference);
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
      if (value) {
        const printed = goSyntax(toleration, 'core.Toleration');
        errors.push(invalidPrinted(`${at}.operator`, printed, "value must be empty when `operator` is 'Exists'"));
      }
    } else if (operator === '' || operator === 'Equal') {
      const complaints = labelValue(value);
      if (complaints.length > 0) errors.push(invalidValue(`${at}.operator`, value, complaints.join(';')));
    } else errors.push(notSupported(`${at}.operator`, operator, ['Equal', 'Exists']));
    if (effect) checkEffect(errors, `${at}.effect`, effect);
  });
}

const WHEN = ['DoNotSchedule', 'ScheduleAnyway'];

export function checkSpread(errors: Errors, path: string, constraints: readonly TopologySpreadConstraint[]): void {
  const pairs = new Set<string>();
  constraints.forEach((constraint, index) => {
    const at = `${path}[${index}]`;
    const { maxSkew, minDomains, topologyKey, whenUnsatisfiable } = constraint;
    if (!(maxSkew > 0)) errors.push(invalidValue(`${at}.maxSkew`, maxSkew ?? 0, 'must be greater than zero'));
    if (!topologyKey) errors.push(required(`${at}.topologyKey`, 'can not be empty'));
    else checkLabelName(errors, `${at}.topologyKey`, topologyKey);
    if (!WHEN.includes(whenUnsatisfiable)) errors.push(notSupported(`${at}.whenUnsatisfiable`, whenUnsatisfiable ?? '', WHEN));
    const pair = `{${topologyKey}, ${whenUnsatisfiable}}`;
    if (pairs.has(pair)) errors.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, pair));
    pairs.add(pair);
    if (minDomains !== undefined) {
      if (minDomains <= 0) errors.push(invalidValue(`${at}.minDomains`, minDomains, 'must be greater than zero'));
      if (whenUnsatisfiable !== 'DoNotSchedule') {
        errors.push(invalidValue(`${at}.minDomains`, minDomains,
          `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`));
      }
    }
    for (const field of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
      const policy = constraint[field];
      if (policy !== undefined && policy !== 'Honor' && policy !== 'Ignore') {
        errors.push(notSupported(`${at}.${field}`, policy, ['Honor', 'Ignore']));
      }
    }
    for (const [keyIndex, key] of (constraint.matchLabelKeys ?? []).entries()) {
      checkLabelName(errors, `${at}.matchLabelKeys[${keyIndex}]`, key);
      if (!constraint.labelSelector) {
        errors.push(forbiddenField(`${at}.matchLabelKeys`, `must not be specified when labelSelector is not set: ${quote(key)}`));
      }
    }
    checkLabelSelector(errors, `${at}.labelSelector`, constraint.labelSelector);
  });
}
