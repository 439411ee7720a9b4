/** PodDisruptionBudgets, PriorityClasses, LimitRanges, ResourceQuotas, Nodes.
 *  Upstream: pkg/apis/{policy,scheduling,core}/validation/validation.go */
import {
  duplicate, type FieldError, forbiddenField, invalidPrinted, invalidValue, required,
} from '../../api/field-error.ts';
import type { LimitRange, LimitRangeItem, Node, PodDisruptionBudget, PriorityClass, ResourceQuota, Taint } from '../../api/generated/types.ts';
import { nameOf } from '../../api/meta.ts';
import { compareQuantities } from '../../api/quantity.ts';
import { equal } from '../../base/json.ts';
import { strategyOf } from './base.ts';
import { checkLabelName, checkLabelSelector, checkOptional, type Errors } from './field-checks.ts';
import { goSyntax } from './go-syntax.ts';
import { labelValue } from './names.ts';
import { canonicalResources, checkQuantity, checkResourceName, type ResourceList } from './quantities.ts';
import { checkEffect } from './scheduling.ts';
import { fill, mapField, mapItems } from './share.ts';
import { checkAtMostHundred, checkIntOrPercent } from './workload.ts';

function validateBudget({ spec }: PodDisruptionBudget): readonly FieldError[] {
  const errors: Errors = [];
  const { minAvailable, maxUnavailable } = spec ?? {};
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    errors.push(invalidPrinted('spec', `policy.PodDisruptionBudgetSpec{MinAvailable:${JSON.stringify(minAvailable)}, `
      + `Selector:${goSyntax(spec?.selector, '*v1.LabelSelector')}, MaxUnavailable:${JSON.stringify(maxUnavailable)}}`,
    'minAvailable and maxUnavailable cannot be both set'));
  }
  for (const [field, value] of [['minAvailable', minAvailable], ['maxUnavailable', maxUnavailable]] as const) {
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
});

const USER_MAX = 1000000000;
const SYSTEM: Readonly<Record<string, number>> = { 'system-cluster-critical': 2000000000, 'system-node-critical': 2000001000 };

function validatePriorityClass(it: PriorityClass): readonly FieldError[] {
  const errors: Errors = [];
  const name = nameOf(it);
  if (name.startsWith('system-')) {
    if (SYSTEM[name] !== it.value) {
      errors.push(forbiddenField('metadata.name',
        "priority class names with 'system-' prefix are reserved for system use only. error: "
        + (SYSTEM[name] === undefined ? `${name} is not a known system priority class` : `value of ${name} PriorityClass must be ${SYSTEM[name]}`)));
    }
  } else if (it.value > USER_MAX) {
    errors.push(forbiddenField('value', `maximum allowed value of a user defined priority is ${USER_MAX}`));
  }
  checkOptional(errors, 'preemptionPolicy', it.preemptionPolicy, ['Never', 'PreemptLowerPriority']);
  return errors;
}

export const priorityClassStrategy = strategyOf<PriorityClass>({
  applyDefaults: (it) => fill(it, { preemptionPolicy: 'PreemptLowerPriority' }),
  validate: validatePriorityClass,
  validateChange(next, old) {
    const errors: Errors = [];
    if (next.value !== old.value) errors.push(forbiddenField('value', 'may not be changed in an update.'));
    if (next.preemptionPolicy !== old.preemptionPolicy) {
      errors.push(invalidValue('preemptionPolicy', next.preemptionPolicy, 'field is immutable'));
    }
    return errors;
  },
});

const LISTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;

/** Bounds imply defaults: the limit is the maximum, the request the limit, else the minimum. */
function itemDefaults(item: LimitRangeItem): LimitRangeItem {
  let next = item;
  for (const list of LISTS) next = mapField(next, list, canonicalResources);
  if (next.type !== 'Container') return next;
  const limits = fill(next.default ?? {}, next.max ?? {});
  const requests = fill(fill(next.defaultRequest ?? {}, limits), next.min ?? {});
  const change = {
    ...(Object.keys(limits).length > 0 && limits !== next.default && { default: limits }),
    ...(Object.keys(requests).length > 0 && requests !== next.defaultRequest && { defaultRequest: requests }),
  };
  return Object.keys(change).length === 0 ? next : { ...next, ...change };
}

interface Order {
  readonly low: 'min' | 'default' | 'defaultRequest';
  readonly high: 'max' | 'default' | 'defaultRequest';
  /** The one of the two that the error is about. */
  readonly field: string;
  readonly text: string;
}

const ORDERS: readonly Order[] = [
  { low: 'min', high: 'max', field: 'min', text: 'min value LOW is greater than max value HIGH' },
  { low: 'min', high: 'defaultRequest', field: 'defaultRequest', text: 'min value LOW is greater than default request value HIGH' },
  { low: 'defaultRequest', high: 'max', field: 'defaultRequest', text: 'default request value LOW is greater than max value HIGH' },
  { low: 'defaultRequest', high: 'default', field: 'defaultRequest', text: 'default request value LOW is greater than default limit value HIGH' },
  { low: 'min', high: 'default', field: 'default', text: 'min value LOW is greater than default value HIGH' },
  { low: 'default', high: 'max', field: 'default', text: 'default value LOW is greater than max value HIGH' },
];

function checkOrders(errors: Errors, at: string, item: LimitRangeItem): void {
  const names = new Set(LISTS.flatMap((list) => Object.keys(item[list] ?? {})));
  for (const name of names) {
    for (const { low, high, field, text } of ORDERS) {
      const [a, b] = [item[low]?.[name], item[high]?.[name]];
      if (a === undefined || b === undefined || compareQuantities(a, b) <= 0) continue;
      const shown = field === low ? a : field === high && low !== 'default' ? b : a;
      errors.push(invalidPrinted(`${at}.${field}[${name}]`, `"${shown}"`, text.replace('LOW', a).replace('HIGH', b)));
    }
    const ratio = item.maxLimitRequestRatio?.[name];
    if (ratio !== undefined && compareQuantities(ratio, '1') < 0) {
      errors.push(invalidPrinted(`${at}.maxLimitRequestRatio[${name}]`, `"${ratio}"`, `ratio ${ratio} is less than 1`));
    }
  }
}

function validateLimitRange({ spec }: LimitRange): readonly FieldError[] {
  const errors: Errors = [];
  const types = new Set<string>();
  (spec?.limits ?? []).forEach((item, index) => {
    const at = `spec.limits[${index}]`;
    if (types.has(item.type)) errors.push(duplicate(`${at}.type`, item.type));
    types.add(item.type);
    for (const list of LISTS) {
      for (const name in item[list]) checkResourceName(errors, `${at}.${list}[${name}]`, name);
    }
    if (item.type === 'Pod') {
      for (const list of ['default', 'defaultRequest'] as const) {
        if (Object.keys(item[list] ?? {}).length > 0) errors.push(forbiddenField(`${at}.${list}`, "may not be specified when `type` is 'Pod'"));
      }
    }
    if (item.type === 'PersistentVolumeClaim' && item.min?.storage === undefined && item.max?.storage === undefined) {
      errors.push(required(`${at}.limits`, 'either minimum or maximum storage value is required, but neither was provided'));
    }
    checkOrders(errors, at, item);
  });
  return errors;
}

export const limitRangeStrategy = strategyOf<LimitRange>({
  applyDefaults: (it) => mapField(it, 'spec', (spec) => mapItems(spec, 'limits', itemDefaults)),
  validate: validateLimitRange,
});

const SCOPES = [
  'BestEffort', 'CrossNamespacePodAffinity', 'NotBestEffort', 'NotTerminating', 'PriorityClass', 'Terminating', 'VolumeAttributesClass',
];
const QUOTA_NAME = /^(count\/.+|(requests|limits)\..+|.*\.storageclass\.storage\.k8s\.io\/.+|.*\/.*)$/;
const QUOTA_NAMES = new Set([
  'cpu', 'memory', 'ephemeral-storage', 'pods', 'resourcequotas', 'services', 'replicationcontrollers', 'secrets', 'persistentvolumeclaims',
  'configmaps', 'services.nodeports', 'services.loadbalancers',
]);

function validateQuota({ spec }: ResourceQuota): readonly FieldError[] {
  const errors: Errors = [];
  const hard: ResourceList = spec?.hard ?? {};
  for (const name in hard) {
    const field = `spec.hard[${name}]`;
    if (!QUOTA_NAMES.has(name) && !QUOTA_NAME.test(name) && !name.startsWith('hugepages-')) {
      errors.push(invalidValue(field, name, 'must be a standard resource for quota'));
    }
    checkQuantity(errors, field, name, hard[name]!);
  }
  for (const scope of spec?.scopes ?? []) if (!SCOPES.includes(scope)) errors.push(invalidValue('spec.scopes', scope, 'unsupported scope'));
  return errors;
}

export const resourceQuotaStrategy = strategyOf<ResourceQuota>({
  hasStatus: true,
  applyDefaults: (it) => mapField(it, 'spec', (spec) => mapField(spec, 'hard', canonicalResources)),
  prepareForCreate: (it) => ({ ...it, status: {} }),
  validate: validateQuota,
  validateChange: (next, old) => (equal(next.spec?.scopes ?? [], old.spec?.scopes ?? [])
    ? [] : [invalidValue('spec.scopes', next.spec?.scopes ?? [], 'field is immutable')]),
  generationChanges: () => false,
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
        type: 'FieldValueDuplicate', field: at, detail: 'taints must be unique by key and effect pair',
        value: `core.Taint{Key:"${taint.key}", Value:"${taint.value ?? ''}", Effect:"${taint.effect}", TimeAdded:<nil>}`,
      });
    }
    seen.add(key);
  });
}

const KEPT_CIDR = 'node updates may not change podCIDR except from "" to valid';
const KEPT_PROVIDER = 'node updates may not change providerID except from "" to valid';

function validateNode({ spec }: Node): readonly FieldError[] {
  const errors: Errors = [];
  if (spec?.taints) checkTaints(errors, 'metadata.taints', spec.taints);
  return errors;
}

export const nodeStrategy = strategyOf<Node>({
  validate: validateNode,
  validateChange(next, old) {
    const errors: Errors = [];
    if (old.spec?.podCIDRs?.length && !equal(next.spec?.podCIDRs, old.spec.podCIDRs)) errors.push(forbiddenField('spec.podCIDRs', KEPT_CIDR));
    if (old.spec?.providerID && next.spec?.providerID !== old.spec.providerID) errors.push(forbiddenField('spec.providerID', KEPT_PROVIDER));
    return errors;
  },
  selectableFields: { 'spec.unschedulable': (node) => String(node.spec?.unschedulable ?? false) },
  generationChanges: () => false,
});

