/** IPv4 addresses and ranges, and the allocator of a node's Pod range.
 *  Upstream: containernetworking/plugins plugins/ipam/host-local */

export function addressToNumber(address: string): number {
  let value = 0;
  for (const part of address.split('.')) value = value * 256 + Number(part);
  return value;
}

export function numberToAddress(value: number): string {
  return `${Math.floor(value / 16777216) % 256}.${Math.floor(value / 65536) % 256}.${Math.floor(value / 256) % 256}.${value % 256}`;
}

export interface Range { readonly cidr: string; readonly first: number; readonly size: number }

export function parseRange(cidr: string): Range {
  const [address = '0.0.0.0', bits = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(bits));
  return { cidr, first: Math.floor(addressToNumber(address) / size) * size, size };
}

export function contains(range: Range, address: string): boolean {
  const value = addressToNumber(address);
  return value >= range.first && value < range.first + range.size;
}

/** Hands out addresses in turn, so that one just given back is the last to be used again. */
export interface AddressPool {
  /** undefined: none left. */
  take(): string | undefined;
  give(address: string): void;
}

export function createAddressPool(range: Range): AddressPool {
  const taken = new Set<number>();
  // .0 is the network, .1 the gateway, the last one the broadcast address.
  const usable = range.size - 3;
  let next = 0;
  return {
    take() {
      for (let tried = 0; tried < usable; tried += 1) {
        const offset = 2 + next;
        next = (next + 1) % usable;
        if (taken.has(offset)) continue;
        taken.add(offset);
        return numberToAddress(range.first + offset);
      }
      return undefined;
    },
    give(address) { taken.delete(addressToNumber(address) - range.first); },
  };
}
