/** PodDisruptionBudgets, PriorityClasses, Nodes.
 *  Upstream: pkg/apis/{policy,scheduling,core}/validation/validation.go */
import { type FieldError, forbiddenField, internal, invalidPrinted, invalidValue, quote } from '../../api/field-error.ts';
import type { Node, PodDisruptionBudget, PriorityClass, Taint } from '../../api/generated/types.ts';
import { isRange } from '../../api/ip.ts';
import { nameOf } from '../../api/meta.ts';
import { strategyOf } from './base.ts';
import { checkLabelName, checkLabelSelector, checkNonNegative, checkOneOf, checkOptional, type Errors } from './field-checks.ts';
import { goSyntax } from './go-syntax.ts';
import { labelValue } from './names.ts';
import { checkQuantity } from './quantities.ts';
import { checkEffect } from './scheduling.ts';
import { CIDR } from './service-checks.ts';
import { fill } from './share.ts';
import { checkAtMostHundred, checkIntOrPercent } from './workload.ts';

function validateBudget({ spec }: PodDisruptionBudget): readonly FieldError[] {
  const errors: Errors = [];
  const { minAvailable, maxUnavailable } = spec ?? {};
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    errors.push(
      invalidPrinted('spec', goSyntax(spec, 'policy.PodDisruptionBudgetSpec'), 'minAvailable and maxUnavailable cannot be both set'),
    );
  }
  for (const [field, value] of [
    ['minAvailable', minAvailable],
    ['maxUnavailable', maxUnavailable],
  ] as const) {
    checkIntOrPercent(errors, `spec.${field}`, value);
    checkAtMostHundred(errors, `spec.${field}`, value);
  }
  checkLabelSelector(errors, 'spec.selector', spec?.selector);
  checkOptional(errors, 'spec.unhealthyPodEvictionPolicy', spec?.unhealthyPodEvictionPolicy, ['AlwaysAllow', 'IfHealthyBudget']);
  return errors;
}

export const podDisruptionBudgetStrategy = strategyOf<PodDisruptionBudget>({
  hasStatus: true,
  validate: validateBudget,
  prepareForCreate: (it) => ({ ...it, status: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 } }),
  allowUnconditionalUpdate: false,
  validateStatusUpdate({ status }) {
    const errors: Errors = [];
    for (const field of ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const) {
      checkNonNegative(errors, `status.${field}`, status?.[field]);
    }
    return errors;
  },
});

const USER_MAX = 1000000000;
const SYSTEM: Readonly<Record<string, number>> = { 'system-cluster-critical': 2000000000, 'system-node-critical': 2000001000 };

function systemProblem({ value, globalDefault }: PriorityClass, name: string): string | undefined {
  if (SYSTEM[name] === undefined) return `${name} is not a known system priority class`;
  if (SYSTEM[name] !== value) return `value of ${name} PriorityClass must be ${SYSTEM[name]}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

function validatePriorityClass(it: PriorityClass): readonly FieldError[] {
  const errors: Errors = [];
  const name = nameOf(it);
  if (name.startsWith('system-')) {
    const problem = systemProblem(it, name);
    if (problem)
      errors.push(
        forbiddenField('metadata.name', `priority class names with 'system-' prefix are reserved for system use only. error: ${problem}`),
      );
  } else if (it.value > USER_MAX) {
    errors.push(forbiddenField('value', `maximum allowed value of a user defined priority is ${USER_MAX}`));
  }
  if (it.preemptionPolicy !== undefined) checkOneOf(errors, 'preemptionPolicy', it.preemptionPolicy, ['Never', 'PreemptLowerPriority']);
  return errors;
}

export const priorityClassStrategy = strategyOf<PriorityClass>({
  applyDefaults: (it) => fill(it, { preemptionPolicy: 'PreemptLowerPriority' }),
  validate: validatePriorityClass,
  validateUpdate(next, old) {
    const errors: Errors = [];
    if (next.value !== old.value) errors.push(forbiddenField('value', 'may not be changed in an update.'));
    if (next.preemptionPolicy !== old.preemptionPolicy) {
      errors.push(invalidValue('preemptionPolicy', next.preemptionPolicy, 'field is immutable'));
    }
    return errors;
  },
});

function checkTaints(errors: Errors, path: string, taints: readonly Taint[]): void {
  const seen = new Set<string>();
  taints.forEach((taint, index) => {
    const at = `${path}[${index}]`;
    checkLabelName(errors, `${at}.key`, taint.key);
    const complaints = labelValue(taint.value ?? '');
    if (complaints.length > 0) errors.push(invalidValue(`${at}.value`, taint.value, complaints.join(';')));
    checkEffect(errors, `${at}.effect`, taint.effect);
    const key = `${taint.key}:${taint.effect}`;
    if (seen.has(key)) {
      errors.push({
        type: 'FieldValueDuplicate',
        field: at,
        detail: 'taints must be unique by key and effect pair',
        value: `core.Taint{Key:"${taint.key}", Value:"${taint.value ?? ''}", Effect:"${taint.effect}", TimeAdded:<nil>}`,
      });
    }
    seen.add(key);
  });
}

const KEPT_CIDR = 'node updates may not change podCIDR except from "" to valid';
const KEPT_PROVIDER = 'node updates may not change providerID except from "" to valid';

function checkNodeResources(errors: Errors, { status }: Node): void {
  for (const list of ['capacity', 'allocatable'] as const) {
    for (const name in status?.[list]) checkQuantity(errors, `status.${list}[${name}]`, name, status[list]![name]!);
  }
}

function checkPodRanges(errors: Errors, ranges: readonly string[] = []): void {
  ranges.forEach((range, index) => {
    if (!isRange(range)) errors.push(invalidValue(`spec.podCIDRs[${index}]`, range, CIDR));
  });
  if (ranges.length < 2) return;
  const broken = ranges.find((range) => !isRange(range));
  if (broken !== undefined) {
    errors.push(internal('spec.podCIDRs', `invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR address: ${broken}`));
  }
  const isDual = broken === undefined && new Set(ranges.map((range) => range.includes(':'))).size === 2;
  if (!isDual || ranges.length > 2) {
    errors.push(invalidPrinted('spec.podCIDRs', goSyntax(ranges, '[]string'), 'may specify no more than one CIDR for each IP family'));
  }
}

function validateNode(node: Node): readonly FieldError[] {
  const errors: Errors = [];
  checkTaints(errors, 'metadata.taints', node.spec?.taints ?? []);
  checkNodeResources(errors, node);
  checkPodRanges(errors, node.spec?.podCIDRs);
  return errors;
}

function validateNodeUpdate(next: Node, old: Node): readonly FieldError[] {
  const errors: Errors = [];
  checkNodeResources(errors, next);
  const seen = new Set<string>();
  next.status?.addresses?.forEach((address, index) => {
    const key = `${address.type} ${address.address}`;
    if (seen.has(key)) {
      const value = `core.NodeAddress{Type:${quote(address.type)}, Address:${quote(address.address)}}`;
      errors.push({ type: 'FieldValueDuplicate', field: `status.addresses[${index}]`, detail: '', value });
    }
    seen.add(key);
  });
  const [ranges, had] = [next.spec?.podCIDRs ?? [], old.spec?.podCIDRs ?? []];
  const changes = had.length > 0 && had.length !== ranges.length ? 1 : had.filter((range, index) => range !== ranges[index]).length;
  for (let left = changes; left > 0; left--) errors.push(forbiddenField('spec.podCIDRs', KEPT_CIDR));
  if (old.spec?.providerID && next.spec?.providerID !== old.spec.providerID) errors.push(forbiddenField('spec.providerID', KEPT_PROVIDER));
  checkTaints(errors, 'metadata.taints', next.spec?.taints ?? []);
  return errors;
}

export const nodeStrategy = strategyOf<Node>({
  validate: validateNode,
  validateUpdate: validateNodeUpdate,
  selectableFields: { 'spec.unschedulable': (node) => String(node.spec?.unschedulable ?? false) },
  generationChanges: () => false,
});
