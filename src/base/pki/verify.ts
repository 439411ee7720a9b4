/** Whether a server may be trusted, in the words of Go's crypto/x509.
 *  Source: RFC 5280 section 6, RFC 6125 */
import { equalBytes } from '../bytes.ts';
import { rfc3339 } from '../time.ts';
import type { Certificate } from './certificate.ts';
import { namesOf } from './certificate.ts';
import { signatureFault } from './keys.ts';
import { valuesOf } from './names.ts';

const LONGEST = 8;
const ADDRESS = /^[\d.]+$|:/;

function timeFault({ notBefore, notAfter }: Certificate, nowMs: number): string | undefined {
  const why = 'x509: certificate has expired or is not yet valid: current time';
  if (nowMs < notBefore) return `${why} ${rfc3339(nowMs)} is before ${rfc3339(notBefore)}`;
  return nowMs > notAfter ? `${why} ${rfc3339(nowMs)} is after ${rfc3339(notAfter)}` : undefined;
}

/** "*.default.svc" stands for one label. */
function fits(pattern: string, host: string): boolean {
  const [a, b] = [pattern.toLowerCase().replace(/\.$/, '').split('.'), host.toLowerCase().replace(/\.$/, '').split('.')];
  return a.length === b.length && a.every((label, i) => label === b[i] || (i === 0 && label === '*'));
}

function nameFault(leaf: Certificate, host: string): string | undefined {
  const { dns, ips } = namesOf(leaf);
  if (ADDRESS.test(host)) {
    if (ips.includes(host)) return undefined;
    if (ips.length === 0) return `x509: cannot validate certificate for ${host} because it doesn't contain any IP SANs`;
    return `x509: certificate is valid for ${ips.join(', ')}, not ${host}`;
  }
  if (dns.some((pattern) => fits(pattern, host))) return undefined;
  const [common = ''] = valuesOf(leaf.subject, 'CN');
  const hasNames = dns.length > 0 || ips.length > 0 || leaf.extensions.names !== undefined;
  if (!hasNames && fits(common, host)) return 'x509: certificate relies on legacy Common Name field, use SANs instead';
  if (dns.length === 0) return `x509: certificate is not valid for any names, but wanted to match ${host}`;
  return `x509: certificate is valid for ${dns.join(', ')}, not ${host}`;
}

const mayBe = ({ extensions: { extendedUsages = [] } }: Certificate, usage: string): boolean =>
  extendedUsages.length === 0 || extendedUsages.some((each) => each === usage || each === 'Any Extended Key Usage');

interface Search {
  readonly roots: readonly Certificate[];
  readonly others: readonly Certificate[];
  readonly nowMs: number;
  /** The first thing that spoke against a possible issuer. */
  hint?: { readonly fault: string; readonly by: Certificate };
}

/** Why `issuer` did not make `child`. */
function issuerFault(child: Certificate, issuer: Certificate, nowMs: number): string | undefined {
  const { authority, usages } = issuer.extensions;
  if (authority !== undefined && !authority.isAuthority)
    return 'x509: invalid signature: parent certificate cannot sign this kind of certificate';
  if (usages !== undefined && !usages.includes('Certificate Sign'))
    return 'x509: invalid signature: parent certificate cannot sign this kind of certificate';
  return signatureFault(issuer.key, child.algorithm, child.body, child.signature) ?? timeFault(issuer, nowMs);
}

function leadsToRoot(child: Certificate, search: Search, depth: number): boolean {
  if (search.roots.some(({ bytes }) => equalBytes(bytes, child.bytes))) return true;
  if (depth === LONGEST) return false;
  for (const isRoot of [true, false]) {
    for (const issuer of isRoot ? search.roots : search.others) {
      if (!equalBytes(issuer.rawSubject, child.rawIssuer) || issuer === child) continue;
      const fault = issuerFault(child, issuer, search.nowMs);
      if (fault !== undefined) search.hint ??= { fault, by: issuer };
      else if (isRoot || leadsToRoot(issuer, search, depth + 1)) return true;
    }
  }
  return false;
}

/** undefined: the chain (the server's own first) is good for the host, now. */
export function serverFault(chain: readonly Certificate[], roots: readonly Certificate[], host: string, nowMs: number): string | undefined {
  const [leaf, ...others] = chain;
  if (leaf === undefined) return 'tls: server presented no certificates';
  return timeFault(leaf, nowMs) ?? nameFault(leaf, host) ?? chainFault(leaf, { roots, others, nowMs }, 'TLS Web Server Authentication');
}

/** undefined: the chain (the client's own first) leads to a root, now. */
export function clientFault(chain: readonly Certificate[], roots: readonly Certificate[], nowMs: number): string | undefined {
  const [leaf, ...others] = chain;
  if (leaf === undefined) return 'tls: client presented no certificates';
  return timeFault(leaf, nowMs) ?? chainFault(leaf, { roots, others, nowMs }, 'TLS Web Client Authentication');
}

function chainFault(leaf: Certificate, search: Search, usage: string): string | undefined {
  if (leadsToRoot(leaf, search, 0)) return mayBe(leaf, usage) ? undefined : 'x509: certificate specifies an incompatible key usage';
  const unknown = 'x509: certificate signed by unknown authority';
  if (search.hint === undefined) return unknown;
  const { fault: why, by } = search.hint;
  const [name = valuesOf(by.subject, 'O')[0] ?? `serial:${by.serial}`] = valuesOf(by.subject, 'CN');
  return `${unknown} (possibly because of ${JSON.stringify(why)} while trying to verify candidate authority certificate ${JSON.stringify(name)})`;
}
