/** Resource lists: their canonical form, and what is wrong with them.
 *  Upstream: pkg/apis/core/validation/validation.go (ValidateResourceRequirements), pkg/apis/core/helper/helpers.go */
import { forbiddenField, invalidValue, required } from '../../api/field-error.ts';
import type { ResourceRequirements } from '../../api/generated/types.ts';
import { canonicalQuantity, compareQuantities, isNegativeQuantity, parseQuantity } from '../../api/quantity.ts';
import { complain, type Errors } from './field-checks.ts';
import { qualifiedName } from './names.ts';

export type ResourceList = Readonly<Record<string, string>>;

export const NEGATIVE = 'must be greater than or equal to 0';

/** Quantities may come as numbers from YAML; they are stored as canonical text. A text that is no quantity stays, and is refused. */
export function canonicalResources(list: ResourceList): ResourceList {
  let copy: Record<string, string> | undefined;
  for (const name in list) {
    const text = list[name] as string | number;
    const canonical = canonicalQuantity(String(text)) ?? String(text);
    if (canonical !== text) (copy ??= { ...list })[name] = canonical;
  }
  return copy ?? list;
}

/** A single quantity in a field of an object. */
export const canonicalText = (text: string): string => canonicalQuantity(String(text)) ?? text;

const STANDARD = new Set([
  'cpu', 'memory', 'ephemeral-storage', 'storage', 'requests.cpu', 'requests.memory', 'requests.ephemeral-storage', 'limits.cpu',
  'limits.memory', 'limits.ephemeral-storage', 'pods', 'services', 'services.nodeports', 'services.loadbalancers', 'replicationcontrollers',
  'resourcequotas', 'secrets', 'configmaps', 'persistentvolumeclaims', 'requests.storage',
]);
const CONTAINER = new Set(['cpu', 'memory', 'ephemeral-storage']);
const WHOLE = new Set([
  'pods', 'services', 'services.nodeports', 'services.loadbalancers', 'replicationcontrollers', 'resourcequotas', 'secrets', 'configmaps',
  'persistentvolumeclaims',
]);

const isHugePages = (name: string): boolean => name.startsWith('hugepages-');
const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');
/** "example.com/gpu": a resource that a device plugin brings. */
export const isExtended = (name: string): boolean =>
  !isNative(name) && !name.startsWith('requests.') && qualifiedName(`requests.${name}`).length === 0;
const isOvercommitAllowed = (name: string): boolean => isNative(name) && !isHugePages(name);

export function checkResourceName(errors: Errors, field: string, name: string): void {
  complain(errors, field, name, qualifiedName(name));
  if (!name.includes('/') && !STANDARD.has(name) && !isHugePages(name)) {
    errors.push(invalidValue(field, name, 'must be a standard resource type or fully qualified'));
  }
}

function checkContainerResourceName(errors: Errors, field: string, name: string): void {
  if (CONTAINER.has(name)) return;
  checkResourceName(errors, field, name);
  if (!name.includes('/')) {
    if (!isHugePages(name)) errors.push(invalidValue(field, name, 'must be a standard resource for containers'));
  } else if (!isNative(name) && !isExtended(name)) {
    errors.push(invalidValue(field, name, "doesn't follow extended resource name standard"));
  }
}

export function checkQuantity(errors: Errors, field: string, name: string, quantity: string): void {
  if (typeof parseQuantity(quantity) === 'string') return;
  if (isNegativeQuantity(quantity)) errors.push(invalidValue(field, quantity, NEGATIVE));
  if ((WHOLE.has(name) || isExtended(name)) && quantity.endsWith('m')) errors.push(invalidValue(field, quantity, 'must be an integer'));
}

/** The resources of a container. */
export function checkResources(errors: Errors, path: string, { limits, requests }: ResourceRequirements): void {
  if (!limits && !requests) return;
  const limitsPath = `${path}.limits`;
  const requestsPath = `${path}.requests`;
  for (const name in limits) {
    checkContainerResourceName(errors, `${limitsPath}[${name}]`, name);
    checkQuantity(errors, `${limitsPath}[${name}]`, name, limits[name]!);
  }
  for (const name in requests) {
    const field = `${requestsPath}[${name}]`;
    const quantity = requests[name]!;
    checkContainerResourceName(errors, field, name);
    checkQuantity(errors, field, name, quantity);
    const limit = limits?.[name];
    if (limit === undefined) {
      if (!isOvercommitAllowed(name)) errors.push(required(limitsPath, 'Limit must be set for non overcommitable resources'));
    } else if (quantity !== limit) {
      const order = compareQuantities(quantity, limit);
      if (order !== 0 && !isOvercommitAllowed(name)) {
        errors.push(invalidValue(requestsPath, quantity, `must be equal to ${name} limit of ${limit}`));
      } else if (order > 0) errors.push(invalidValue(requestsPath, quantity, `must be less than or equal to ${name} limit of ${limit}`));
    }
  }
  const names = [...Object.keys(limits ?? {}), ...Object.keys(requests ?? {})];
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory')) {
    errors.push(forbiddenField(path, 'HugePages require cpu or memory'));
  }
}
