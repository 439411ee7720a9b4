/** LimitRanges and ResourceQuotas.
 *  Upstream: pkg/apis/core/validation/validation.go (ValidateLimitRange, ValidateResourceQuota), pkg/apis/core/v1/defaults.go */
import { duplicate, type FieldError, forbiddenField, invalidPrinted, invalidValue, required } from '../../api/field-error.ts';
import type {
  LimitRange,
  LimitRangeItem,
  ResourceQuota,
  ResourceQuotaSpec,
  ScopedResourceSelectorRequirement,
} from '../../api/generated/types.ts';
import { compareQuantities, quantityMillis } from '../../api/quantity.ts';
import { equal } from '../../base/json.ts';
import { strategyOf } from './base.ts';
import { complain, type Errors } from './field-checks.ts';
import { goQuantity, goSyntax } from './go-syntax.ts';
import { qualifiedName } from './names.ts';
import {
  canonicalResources,
  checkContainerResourceName,
  checkQuantity,
  checkResourceName,
  isOvercommitAllowed,
  type ResourceList,
} from './quantities.ts';
import { fill, mapField, mapItems } from './share.ts';

const LISTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const;
const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];

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
  /** The one of the two that the error is about, and the one whose value it shows. */
  readonly field: 'min' | 'default' | 'defaultRequest';
  readonly shown: 'low' | 'high';
  readonly text: string;
}

const ORDERS: readonly Order[] = [
  { low: 'min', high: 'max', field: 'min', shown: 'low', text: 'min value LOW is greater than max value HIGH' },
  {
    low: 'min',
    high: 'defaultRequest',
    field: 'defaultRequest',
    shown: 'high',
    text: 'min value LOW is greater than default request value HIGH',
  },
  {
    low: 'defaultRequest',
    high: 'max',
    field: 'defaultRequest',
    shown: 'low',
    text: 'default request value LOW is greater than max value HIGH',
  },
  {
    low: 'defaultRequest',
    high: 'default',
    field: 'defaultRequest',
    shown: 'low',
    text: 'default request value LOW is greater than default limit value HIGH',
  },
  { low: 'min', high: 'default', field: 'default', shown: 'low', text: 'min value LOW is greater than default value HIGH' },
  { low: 'default', high: 'max', field: 'default', shown: 'high', text: 'default value LOW is greater than max value HIGH' },
];

function checkRatio(errors: Errors, field: string, ratio: string, min: string | undefined, max: string | undefined): void {
  const refuse = (why: string): void => void errors.push(invalidPrinted(field, goQuantity(ratio), `ratio ${ratio} ${why}`));
  if (compareQuantities(ratio, '1') < 0) refuse('is less than 1');
  if (min === undefined || max === undefined) return;
  const limit = quantityMillis(max) / quantityMillis(min);
  if (quantityMillis(ratio) / 1000 > limit) refuse(`is greater than max/min = ${limit === Infinity ? '+Inf' : limit.toFixed(6)}`);
}

function checkOrders(errors: Errors, at: string, item: LimitRangeItem): void {
  const given = (list: (typeof LISTS)[number]): ResourceList =>
    // A resource may be called what every object has: "constructor".
    Object.assign(Object.create(null) as object, item.type === 'Pod' && list.startsWith('default') ? {} : item[list]);
  for (const name of new Set(LISTS.flatMap((list) => Object.keys(given(list))))) {
    for (const { low, high, field, shown, text } of ORDERS) {
      const [a, b] = [given(low)[name], given(high)[name]];
      if (a === undefined || b === undefined || compareQuantities(a, b) <= 0) continue;
      errors.push(
        invalidPrinted(`${at}.${field}[${name}]`, goQuantity(shown === 'low' ? a : b), text.replace('LOW', a).replace('HIGH', b)),
      );
    }
    const ratio = given('maxLimitRequestRatio')[name];
    if (ratio !== undefined) checkRatio(errors, `${at}.maxLimitRequestRatio[${name}]`, ratio, given('min')[name], given('max')[name]);
    const [limit, request] = [given('default')[name], given('defaultRequest')[name]];
    if (isOvercommitAllowed(name) || limit === undefined || request === undefined || compareQuantities(limit, request) === 0) continue;
    errors.push(
      invalidPrinted(
        `${at}.defaultRequest[${name}]`,
        goQuantity(request),
        `default value ${limit} must equal to defaultRequest value ${request} in ${name}`,
      ),
    );
  }
}

function checkType(errors: Errors, field: string, type: string): void {
  const complaints = qualifiedName(type);
  complain(errors, field, type, complaints);
  if (complaints.length === 0 && !type.includes('/') && !TYPES.includes(type)) {
    errors.push(invalidValue(field, type, 'must be a standard limit type or fully qualified'));
  }
}

function checkItem(errors: Errors, at: string, item: LimitRangeItem): void {
  const checkName = item.type === 'Pod' || item.type === 'Container' ? checkContainerResourceName : checkResourceName;
  for (const list of LISTS) {
    if (
      list === 'maxLimitRequestRatio' &&
      item.type === 'PersistentVolumeClaim' &&
      item.min?.storage === undefined &&
      item.max?.storage === undefined
    ) {
      errors.push(required(`${at}.limits`, 'either minimum or maximum storage value is required, but neither was provided'));
    }
    if (item.type === 'Pod' && list.startsWith('default')) {
      if (Object.keys(item[list] ?? {}).length > 0)
        errors.push(forbiddenField(`${at}.${list}`, "may not be specified when `type` is 'Pod'"));
    } else for (const name in item[list]) checkName(errors, `${at}.${list}[${name}]`, name);
  }
  checkOrders(errors, at, item);
}

function validateLimitRange({ spec }: LimitRange): readonly FieldError[] {
  const errors: Errors = [];
  const types = new Set<string>();
  (spec?.limits ?? []).forEach((item, index) => {
    const at = `spec.limits[${index}]`;
    const type = item.type ?? '';
    checkType(errors, `${at}.type`, type);
    if (types.has(type)) errors.push(duplicate(`${at}.type`, type));
    types.add(type);
    checkItem(errors, at, item);
  });
  return errors;
}

export const limitRangeStrategy = strategyOf<LimitRange>({
  applyDefaults: (it) => mapField(it, 'spec', (spec) => mapItems(spec, 'limits', itemDefaults)),
  validate: validateLimitRange,
  allowCreateOnUpdate: true,
});

const COMPUTE = ['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];
const CLAIMS = ['persistentvolumeclaims', 'requests.storage'];
const PODS = ['pods', ...COMPUTE];
/** The scopes, and what may be counted in each. */
const SCOPES: Readonly<Record<string, readonly string[]>> = {
  Terminating: PODS,
  NotTerminating: PODS,
  BestEffort: ['pods'],
  NotBestEffort: PODS,
  PriorityClass: PODS,
  CrossNamespacePodAffinity: PODS,
  VolumeAttributesClass: CLAIMS,
};
const ONLY_EXISTS =
  "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, " +
  'ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity';
const OPPOSITES = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
];
const QUOTA_NAMES = new Set([
  ...PODS,
  ...CLAIMS,
  'ephemeral-storage',
  'requests.ephemeral-storage',
  'limits.ephemeral-storage',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
]);
const isQuotaName = (name: string): boolean => QUOTA_NAMES.has(name) || /^(requests\.)?hugepages-/.test(name);

function checkAmounts(errors: Errors, path: string, amounts: ResourceList = {}): void {
  for (const name in amounts) {
    const field = `${path}[${name}]`;
    checkResourceName(errors, field, name);
    if (!name.includes('/') && !isQuotaName(name)) errors.push(invalidValue(field, name, 'must be a standard resource for quota'));
    checkQuantity(errors, field, name, amounts[name]!);
  }
}

const scopeResources = (scope: string): readonly string[] | undefined => (Object.hasOwn(SCOPES, scope) ? SCOPES[scope] : undefined);

const scopesText = ({ scopes }: ResourceQuotaSpec): string => goSyntax(scopes, '[]core.ResourceQuotaScope');

function checkConflicts(errors: Errors, field: string, used: readonly string[], spec: ResourceQuotaSpec): void {
  for (const pair of OPPOSITES) {
    if (pair.every((scope) => used.includes(scope))) errors.push(invalidPrinted(field, scopesText(spec), 'conflicting scopes'));
  }
}

/** How many of the amounts cannot be counted in this scope. */
const strangers = (scope: string, { hard = {} }: ResourceQuotaSpec): number =>
  Object.keys(hard).filter((name) => isQuotaName(name) && scopeResources(scope)?.includes(name) === false).length;

function checkScopes(errors: Errors, spec: ResourceQuotaSpec): void {
  const { scopes = [] } = spec;
  const refuse = (why: string): void => void errors.push(invalidPrinted('spec.scopes', scopesText(spec), why));
  for (const scope of scopes) {
    if (!scopeResources(scope)) refuse('unsupported scope');
    for (let left = strangers(scope, spec); left > 0; left--) refuse('unsupported scope applied to resource');
  }
  checkConflicts(errors, 'spec.scopes', scopes, spec);
}

function checkScopeSelector(errors: Errors, spec: ResourceQuotaSpec): void {
  const all = spec.scopeSelector?.matchExpressions ?? [];
  const at = 'spec.scopeSelector.matchExpressions';
  for (const { scopeName = '', operator = '', values = [] } of all as readonly Partial<ScopedResourceSelectorRequirement>[]) {
    if (!scopeResources(scopeName)) errors.push(invalidValue(`${at}.scopeName`, scopeName, 'unsupported scope'));
    for (let left = strangers(scopeName, spec); left > 0; left--) {
      errors.push(invalidPrinted(at, goSyntax(spec.scopeSelector, 'core.ScopeSelector'), 'unsupported scope applied to resource'));
    }
    const isPlain = scopeResources(scopeName) && scopeName !== 'PriorityClass' && scopeName !== 'VolumeAttributesClass';
    if (isPlain && operator !== 'Exists') errors.push(invalidValue(`${at}.operator`, operator, ONLY_EXISTS));
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0) {
        errors.push(required(`${at}.values`, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"));
      }
    } else if (operator !== 'Exists' && operator !== 'DoesNotExist') {
      errors.push(invalidValue(`${at}.operator`, operator, 'not a valid selector operator'));
    } else if (values.length > 0) {
      errors.push(
        invalidPrinted(
          `${at}.values`,
          goSyntax(values, '[]string'),
          "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
        ),
      );
    }
  }
  checkConflicts(
    errors,
    at,
    all.map(({ scopeName }) => scopeName),
    spec,
  );
}

function validateQuota({ spec = {} }: ResourceQuota): readonly FieldError[] {
  const errors: Errors = [];
  checkAmounts(errors, 'spec.hard', spec.hard);
  checkScopes(errors, spec);
  checkScopeSelector(errors, spec);
  return errors;
}

const sorted = (scopes: readonly string[] = []): readonly string[] => [...new Set(scopes)].sort();

export const resourceQuotaStrategy = strategyOf<ResourceQuota>({
  hasStatus: true,
  applyDefaults: (it) => mapField(it, 'spec', (spec) => mapField(spec, 'hard', canonicalResources)),
  prepareForCreate: (it) => ({ ...it, status: {} }),
  validate: validateQuota,
  validateChange: (next, old) =>
    equal(sorted(next.spec?.scopes), sorted(old.spec?.scopes))
      ? []
      : [invalidPrinted('spec.scopes', scopesText(next.spec ?? {}), 'field is immutable')],
  validateStatusUpdate({ status = {} }) {
    const errors: Errors = [];
    checkAmounts(errors, 'status.hard', status.hard);
    checkAmounts(errors, 'status.used', status.used);
    return errors;
  },
  generationChanges: () => false,
});
