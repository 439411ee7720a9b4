/** `resourceFieldRef`: a container's requests and limits as numbers, divided and rounded up; an absent limit is what the
 *  node can give.
 *  Upstream: pkg/api/v1/resource/helpers.go (ExtractContainerResourceValue) */
import type { Container, ResourceFieldSelector } from '../api/generated/types.ts';
import { parseQuantity } from '../api/quantity.ts';

/** Quantities by resource name. */
export type NodeAllocatable = Readonly<Record<string, string>>;

export function resourceValue(container: Container, selector: ResourceFieldSelector, allocatable: NodeAllocatable): string {
  const dot = selector.resource.indexOf('.');
  const kind = selector.resource.slice(0, dot);
  const name = selector.resource.slice(dot + 1);
  const stated = kind === 'limits' ? container.resources?.limits?.[name] : container.resources?.requests?.[name];
  const amount = stated ?? (kind === 'limits' ? allocatable[name] : undefined) ?? '0';
  return divideUp(amount, selector.divisor === undefined || selector.divisor === '0' || selector.divisor === '' ? '1' : selector.divisor);
}

function divideUp(amount: string, divisor: string): string {
  const above = parseQuantity(amount);
  const below = parseQuantity(divisor);
  if (typeof above === 'string' || typeof below === 'string' || below.nanos === 0n) return '0';
  return String((above.nanos + below.nanos - 1n) / below.nanos);
}
