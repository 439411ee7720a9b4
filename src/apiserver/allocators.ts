/** Numbers that only one object may have: cluster IPs and node ports.
 *  They are recomputed from the stored Services when the apiserver starts; nothing else remembers them.
 *  Upstream: pkg/registry/core/service/{ipallocator,portallocator} */

export interface Allocators {
  readonly clusterIPs: Allocator<string>;
  readonly nodePorts: Allocator<number>;
}

/** Why a wanted value was not given: outside the range, or taken. */
export type AllocationProblem = 'out of range' | 'allocated';

export interface Allocator<T> {
  /** "10.96.0.0/12", "30000-32767". */
  readonly range: string;
  /** The next free value, seeded; undefined when the range is full. */
  next(): T | undefined;
  /** Takes that very value; undefined when it could. */
  take(value: T): AllocationProblem | undefined;
  has(value: T): boolean;
  release(value: T): void;
}
