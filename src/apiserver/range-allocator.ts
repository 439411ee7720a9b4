/** Allocators over a range of numbers. The lower band is left to those who name their value, as in Kubernetes.
 *  Upstream: pkg/registry/core/service/ipallocator/cidrallocator.go, pkg/registry/core/service/portallocator/allocator.go */
import type { Random } from '../base/world.ts';
import { Services } from '../api/resources.ts';
import type { Allocator, Allocators } from './allocators.ts';
import type { Storage } from './storage.ts';

const TRIES = 20;

interface Range<T> { readonly text: string; readonly first: number; readonly size: number; toNumber(value: T): number; toValue(number: number): T }

function createAllocator<T>(range: Range<T>, random: Random): Allocator<T> {
  const taken = new Set<number>();
  const staticBand = Math.min(Math.max(16, Math.floor(range.size / 16)), 256);
  const inRange = (number: number): boolean => number >= range.first && number < range.first + range.size;
  const scan = (from: number, to: number): number | undefined => {
    for (let offset = from; offset < to; offset += 1) if (!taken.has(range.first + offset)) return range.first + offset;
    return undefined;
  };
  return {
    range: range.text,
    next() {
      let found: number | undefined;
      for (let i = 0; i < TRIES && found === undefined; i += 1) {
        const number = range.first + staticBand + random.int(range.size - staticBand);
        if (!taken.has(number)) found = number;
      }
      found ??= scan(staticBand, range.size) ?? scan(0, staticBand);
      if (found === undefined) return undefined;
      taken.add(found);
      return range.toValue(found);
    },
    take(value) {
      const number = range.toNumber(value);
      if (!inRange(number)) return 'out of range';
      if (taken.has(number)) return 'allocated';
      taken.add(number);
      return undefined;
    },
    has: (value) => taken.has(range.toNumber(value)),
    release: (value) => void taken.delete(range.toNumber(value)),
  };
}

const toNumber = (ip: string): number => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const toIp = (number: number): string => [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');

/** The network and broadcast addresses are nobody's. */
function ipRange(cidr: string): Range<string> {
  const [ip = '', bits = '32'] = cidr.split('/');
  return { text: cidr, first: toNumber(ip) + 1, size: 2 ** (32 - Number(bits)) - 2, toNumber, toValue: toIp };
}

export const firstIpOf = (cidr: string): string => toIp(toNumber(cidr.split('/')[0] as string) + 1);

function portRange(text: string): Range<number> {
  const [first = 0, last = 0] = text.split('-').map(Number);
  return { text, first, size: last - first + 1, toNumber: (port) => port, toValue: (port) => port };
}

/** Knows what the stored Services hold. */
export function createAllocators(storage: Storage, random: Random, serviceCidr: string, nodePortRange: string): Allocators {
  const clusterIPs = createAllocator(ipRange(serviceCidr), random.fork('cluster-ips'));
  const nodePorts = createAllocator(portRange(nodePortRange), random.fork('node-ports'));
  for (const { spec } of storage.list(Services)) {
    for (const ip of spec?.clusterIPs ?? []) if (ip !== 'None') clusterIPs.take(ip);
    for (const { nodePort } of spec?.ports ?? []) if (nodePort) nodePorts.take(nodePort);
    if (spec?.healthCheckNodePort) nodePorts.take(spec.healthCheckNodePort);
  }
  return { clusterIPs, nodePorts };
}

/** One write's takings: given back when it is not stored; what it releases is free once it is. */
export interface Takings extends Allocators { keep(): void; giveBack(): void }

export function takingsOf(allocators: Allocators): Takings {
  const undo: (() => void)[] = [];
  const released: (() => void)[] = [];
  const wrap = <T>(allocator: Allocator<T>): Allocator<T> => ({
    range: allocator.range,
    next() {
      const value = allocator.next();
      if (value !== undefined) undo.push(() => allocator.release(value));
      return value;
    },
    take(value) {
      const problem = allocator.take(value);
      if (problem === undefined) undo.push(() => allocator.release(value));
      return problem;
    },
    has: (value) => allocator.has(value),
    release: (value) => void released.push(() => allocator.release(value)),
  });
  return {
    clusterIPs: wrap(allocators.clusterIPs),
    nodePorts: wrap(allocators.nodePorts),
    keep: () => released.forEach((free) => free()),
    giveBack: () => undo.forEach((free) => free()),
  };
}
