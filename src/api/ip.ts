/** IP addresses and ranges, as strict about their text as Go is: four decimal numbers without leading zeros, or IPv6 without a zone.
 *  Upstream: k8s.io/utils/net */
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const V4 = new RegExp(`^${OCTET}(\\.${OCTET}){3}$`);

function parse(text: string): Address | undefined {
  if (V4.test(text)) return ipaddr.IPv4.parse(text);
  return text.includes(':') && !text.includes('%') && ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined;
}

export type IpFamily = 'IPv4' | 'IPv6';

/** The family of an address; undefined where the text is none. */
export function ipFamily(text: string): IpFamily | undefined {
  const address = parse(text);
  return address && (address.kind() === 'ipv4' ? 'IPv4' : 'IPv6');
}

export const isIp = (text: string | undefined): boolean => parse(text ?? '') !== undefined;

export interface IpRange {
  readonly family: IpFamily;
  readonly prefix: number;
  /** How many addresses there are; capped at 2^31 for IPv6 and wide IPv4 ranges. */
  readonly size: number;
  /** The nth address, counted from the network's own. */
  at(index: number): string;
  contains(ip: string): boolean;
}

/** "10.96.0.0/12"; undefined where the text is no range. Host bits are cut off. */
export function parseRange(text: string): IpRange | undefined {
  const slash = text.indexOf('/');
  const address = slash < 0 ? undefined : parse(text.slice(0, slash));
  const digits = text.slice(slash + 1);
  if (!address || !/^(0|[1-9][0-9]{0,2})$/.test(digits)) return undefined;
  const bits = address.kind() === 'ipv4' ? 32 : 128;
  const prefix = Number(digits);
  if (prefix > bits) return undefined;
  const network = masked(address.toByteArray(), prefix);
  const base = fromBytes(network);
  return {
    family: bits === 32 ? 'IPv4' : 'IPv6',
    prefix,
    size: 2 ** Math.min(31, bits - prefix),
    at: (index) => fromBytes(plus(network, index)).toString(),
    contains(ip) {
      const other = parse(ip);
      return other !== undefined && other.kind() === base.kind() && other.match(base as ipaddr.IPv4 & ipaddr.IPv6, prefix);
    },
  };
}

export const isRange = (text: string): boolean => parseRange(text) !== undefined;

const fromBytes = (bytes: readonly number[]): Address => ipaddr.fromByteArray([...bytes]);

const masked = (bytes: readonly number[], prefix: number): number[] =>
  bytes.map((byte, index) => byte & (0xff00 >> Math.max(0, Math.min(8, prefix - index * 8))));

function plus(bytes: readonly number[], index: number): number[] {
  const sum = [...bytes];
  for (let at = sum.length - 1, carry = index; at >= 0 && carry > 0; at--) {
    const value = sum[at]! + carry;
    sum[at] = value % 256;
    carry = Math.floor(value / 256);
  }
  return sum;
}

/** Addresses that may not be an endpoint or external IP, and why. */
export function specialIp(text: string | undefined): string | undefined {
  const address = parse(text ?? '');
  switch (address?.range()) {
    case 'unspecified': return `may not be unspecified (${text})`;
    case 'loopback': return 'may not be in the loopback range (127.0.0.0/8, ::1/128)';
    case 'linkLocal': return 'may not be in the link-local range (169.254.0.0/16, fe80::/10)';
    case 'multicast': return address.toString().startsWith('224.0.0.')
      ? 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)' : undefined;
    default: return undefined;
  }
}
