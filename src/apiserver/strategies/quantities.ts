/** Resource lists: their canonical form, and what is wrong with them.
 *  Upstream: pkg/apis/core/validation/validation.go (ValidateResourceRequirements), pkg/apis/core/helper/helpers.go */
import { forbiddenField, invalidPrinted, invalidValue, required } from '../../api/field-error.ts';
import type { ResourceRequirements } from '../../api/generated/types.ts';
import { canonicalQuantity, compareQuantities, formatQuantity, isNegativeQuantity, parseQuantity, quantityMillis, quantityUnits } from '../../api/quantity.ts';
import { complain, type Errors } from './field-checks.ts';
import { goQuantity } from './go-syntax.ts';
import { qualifiedName } from './names.ts';

export type ResourceList = Readonly<Record<string, string>>;

export const NEGATIVE = 'must be greater than or equal to 0';

const MILLI = 1_000_000n;

/** The canonical text, where parts of a thousandth count as one more. */
function roundedUp(text: string): string {
  const canonical = canonicalQuantity(text) ?? text;
  if (!/[nu]$/.test(canonical)) return canonical;
  const parsed = parseQuantity(canonical);
  if (typeof parsed === 'string') return canonical;
  const { nanos, format } = parsed;
  const whole = nanos - (nanos % MILLI);
  return formatQuantity({ nanos: nanos % MILLI > 0n ? whole + MILLI : whole, format });
}

/** Quantities may come as numbers from YAML; they are stored as canonical text. A text that is no quantity stays, and is refused. */
export function canonicalResources(list: ResourceList): ResourceList {
  let copy: Record<string, string> | undefined;
  for (const name in list) {
    const text = list[name] as string | number;
    const canonical = roundedUp(String(text));
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
export const isOvercommitAllowed = (name: string): boolean => isNative(name) && !isHugePages(name);

/** Whether Kubernetes knows the name by itself; false where it wants a domain before it. */
const isStandard = (name: string): boolean => STANDARD.has(name) || isHugePages(name) || name.startsWith('requests.hugepages-');

/** False where the form of the name is wrong already. */
export function checkResourceName(errors: Errors, field: string, name: string): boolean {
  const complaints = qualifiedName(name);
  complain(errors, field, name, complaints);
  if (complaints.length === 0 && !name.includes('/') && !isStandard(name)) {
    errors.push(invalidValue(field, name, 'must be a standard resource type or fully qualified'));
  }
  return complaints.length === 0;
}

export function checkContainerResourceName(errors: Errors, field: string, name: string): void {
  checkResourceName(errors, field, name);
  if (!name.includes('/')) {
    if (!CONTAINER.has(name) && !isHugePages(name)) errors.push(invalidValue(field, name, 'must be a standard resource for containers'));
  } else if (!isNative(name) && !isExtended(name)) {
    errors.push(invalidValue(field, name, "doesn't follow extended resource name standard"));
  }
}

export function checkQuantity(errors: Errors, field: string, name: string, quantity: string): void {
  if (typeof parseQuantity(quantity) === 'string') return;
  if (isNegativeQuantity(quantity)) errors.push(invalidValue(field, quantity, NEGATIVE));
  const isWhole = quantityMillis(quantity) % 1000 === 0;
  if (!isWhole && (WHOLE.has(name) || isExtended(name))) errors.push(invalidPrinted(field, goQuantity(quantity), 'must be an integer'));
}

/** Pages come whole. */
function checkPages(errors: Errors, field: string, name: string, quantity: string): void {
  if (!isHugePages(name)) return;
  const size = quantityUnits(name.slice('hugepages-'.length));
  if (size > 0 && quantityUnits(quantity) % size === 0) return;
  errors.push(invalidValue(field, quantity, `${quantity} is not positive integer multiple of ${name}`));
}

function checkAgainstLimit(errors: Errors, path: string, name: string, quantity: string, limit: string | undefined): void {
  if (limit === undefined) {
    if (!isOvercommitAllowed(name)) errors.push(required(`${path}.limits`, 'Limit must be set for non overcommitable resources'));
    return;
  }
  const order = quantity === limit ? 0 : compareQuantities(quantity, limit);
  if (order !== 0 && !isOvercommitAllowed(name)) {
    errors.push(invalidValue(`${path}.requests`, quantity, `must be equal to ${name} limit of ${limit}`));
  } else if (order > 0) errors.push(invalidValue(`${path}.requests`, quantity, `must be less than or equal to ${name} limit of ${limit}`));
}

/** The resources of a container. */
export function checkResources(errors: Errors, path: string, { limits, requests }: ResourceRequirements): void {
  if (!limits && !requests) return;
  for (const [list, values] of [['limits', limits], ['requests', requests]] as const) {
    for (const name in values) {
      const field = `${path}.${list}[${name}]`;
      checkContainerResourceName(errors, field, name);
      checkQuantity(errors, field, name, values[name]!);
      if (list === 'requests') checkAgainstLimit(errors, path, name, values[name]!, limits?.[name]);
      checkPages(errors, field, name, values[name]!);
    }
  }
  const names = [...Object.keys(limits ?? {}), ...Object.keys(requests ?? {})];
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory')) {
    errors.push(forbiddenField(path, 'HugePages require cpu or memory'));
  }
}
