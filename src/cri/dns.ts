/** DNS messages. Differs from Kubernetes: they travel as JSON text in datagrams, not in DNS's wire format.
 *  Names are absolute and without the final dot, in lower case. */
import { fromUtf8, utf8 } from '../base/bytes.ts';

export type DnsType = 'A' | 'AAAA' | 'CNAME' | 'SRV' | 'PTR' | 'TXT' | 'NS' | 'SOA' | 'MX' | 'ANY';
export interface DnsQuestion { readonly name: string; readonly type: DnsType }
export interface DnsRecord { readonly name: string; readonly type: DnsType; readonly ttl: number; /** "10.96.0.10", "web.default.svc.cluster.local", "0 100 80 target" */ readonly value: string }
export interface DnsMessage {
  readonly id: number;
  readonly response: boolean;
  readonly question: DnsQuestion;
  readonly code: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED';
  readonly authoritative: boolean;
  readonly answers: readonly DnsRecord[];
  readonly authority?: readonly DnsRecord[];
}

export function encodeDns(message: DnsMessage): Uint8Array {
  return utf8(JSON.stringify(message));
}

/** undefined where the datagram is none of ours. */
export function decodeDns(data: Uint8Array): DnsMessage | undefined {
  const text = fromUtf8(data);
  if (!text.startsWith('{"id":')) return undefined;
  try { return JSON.parse(text) as DnsMessage; } catch { return undefined; }
}
