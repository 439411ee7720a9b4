/** What kube-controller-manager's signers will sign, and how: the names and the key of the request, the usages and the time that
 *  were asked for.
 *  Upstream: pkg/controller/certificates/signer/signer.go, pkg/apis/certificates/helpers.go, pkg/controller/certificates/authority/policies.go */
import { fromBase64, fromUtf8 } from '../base/bytes.ts';
import { certificatesOf, issue, keyId, readRequest, requestFault } from '../base/pki/certificate.ts';
import type { CertificateRequest } from '../base/pki/certificate.ts';
import { DerError } from '../base/pki/der.ts';
import { NO_NAMES } from '../base/pki/extensions.ts';
import { readPrivateKey } from '../base/pki/keys.ts';
import { valuesOf } from '../base/pki/names.ts';
import { readPem } from '../base/pki/pem.ts';
import type { Random } from '../base/world.ts';
import type { CertificateSigningRequest } from '../api/generated/types.ts';

/** In PEM. */
export interface CertificateAuthority {
  readonly certificate: string;
  readonly key: string;
}

export const SIGNERS = {
  client: 'kubernetes.io/kube-apiserver-client',
  kubeletClient: 'kubernetes.io/kube-apiserver-client-kubelet',
  kubeletServing: 'kubernetes.io/kubelet-serving',
  legacy: 'kubernetes.io/legacy-unknown',
} as const;

const SECOND_MS = 1000;
const YEAR_MS = 365 * 86_400 * SECOND_MS;
const SHORTEST_MS = 600 * SECOND_MS;
/** Clocks of clients differ: certificates are valid a little before they are made, and end so much earlier, unless they are short. */
const BACKDATED_MS = 300 * SECOND_MS;
const SHORT_MS = 8 * 3600 * SECOND_MS;
const NODE = 'system:node:';
const NODES = 'system:nodes';

/** The request inside; a text is what is wrong with it. */
export function requestOf({ spec }: CertificateSigningRequest): CertificateRequest | string {
  const block = readPem(fromUtf8(fromBase64(spec.request) ?? new Uint8Array())).find(({ label }) => label === 'CERTIFICATE REQUEST');
  if (block === undefined) return 'PEM block type must be CERTIFICATE REQUEST';
  try {
    const request = readRequest(block.bytes);
    return requestFault(request) ?? request;
  } catch (error) {
    if (error instanceof DerError) return error.message;
    throw error;
  }
}

const hasExactly = (usages: readonly string[], wanted: readonly string[]): boolean =>
  usages.length === wanted.length && wanted.every((each) => usages.includes(each));
/** With or without "key encipherment", which keys of curves do not need. */
const matches = (usages: readonly string[], main: string): boolean =>
  hasExactly(usages, ['digital signature', main]) || hasExactly(usages, ['key encipherment', 'digital signature', main]);

function nodeFault({ subject }: CertificateRequest): string | undefined {
  const organizations = valuesOf(subject, 'O');
  if (organizations.length !== 1 || organizations[0] !== NODES) return 'subject organization is not system:nodes';
  return undefined;
}

const nameFault = ({ subject }: CertificateRequest): string | undefined =>
  (valuesOf(subject, 'CN')[0] ?? '').startsWith(NODE) ? undefined : 'subject common name does not begin with system:node:';

/** Why the request is not one of a kubelet for its client certificate. */
export function kubeletClientFault(request: CertificateRequest, usages: readonly string[]): string | undefined {
  const { dns, ips, emails, uris } = request.extensions.names ?? NO_NAMES;
  return (
    nodeFault(request) ??
    (dns.length > 0 ? 'DNS subjectAltNames are not allowed' : undefined) ??
    (emails.length > 0 ? 'Email subjectAltNames are not allowed' : undefined) ??
    (ips.length > 0 ? 'IP subjectAltNames are not allowed' : undefined) ??
    (uris.length > 0 ? 'URI subjectAltNames are not allowed' : undefined) ??
    nameFault(request) ??
    (matches(usages, 'client auth') ? undefined : 'usages did not match [key encipherment digital signature client auth]')
  );
}

function kubeletServingFault(request: CertificateRequest, usages: readonly string[]): string | undefined {
  const { dns, ips, emails, uris } = request.extensions.names ?? NO_NAMES;
  return (
    nodeFault(request) ??
    (dns.length + ips.length === 0 ? 'DNS or IP subjectAltName is required' : undefined) ??
    (emails.length > 0 ? 'Email subjectAltNames are not allowed' : undefined) ??
    (uris.length > 0 ? 'URI subjectAltNames are not allowed' : undefined) ??
    (matches(usages, 'server auth') ? undefined : 'usages did not match [key encipherment digital signature server auth]') ??
    nameFault(request)
  );
}

function clientFault(_: CertificateRequest, usages: readonly string[]): string | undefined {
  const strange = usages.find((usage) => usage !== 'client auth' && usage !== 'digital signature' && usage !== 'key encipherment');
  if (strange !== undefined) return `invalid usage for client certificate: ${strange}`;
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
}

const FAULTS: Readonly<Record<string, (request: CertificateRequest, usages: readonly string[]) => string | undefined>> = {
  [SIGNERS.client]: clientFault,
  [SIGNERS.kubeletClient]: kubeletClientFault,
  [SIGNERS.kubeletServing]: kubeletServingFault,
  [SIGNERS.legacy]: () => undefined,
};

export const isOurs = ({ spec }: CertificateSigningRequest): boolean => Object.hasOwn(FAULTS, spec.signerName);
/** Why its signer will not sign it. */
export const signerFault = ({ spec }: CertificateSigningRequest, request: CertificateRequest): string | undefined =>
  FAULTS[spec.signerName]?.(request, spec.usages ?? []);

const KEY_USAGES: Readonly<Record<string, string>> = {
  signing: 'Digital Signature',
  'digital signature': 'Digital Signature',
  'content commitment': 'Non Repudiation',
  'key encipherment': 'Key Encipherment',
  'key agreement': 'Key Agreement',
  'data encipherment': 'Data Encipherment',
  'cert sign': 'Certificate Sign',
  'crl sign': 'CRL Sign',
  'encipher only': 'Encipher Only',
  'decipher only': 'Decipher Only',
};
const EXTENDED_USAGES: Readonly<Record<string, string>> = {
  any: 'Any Extended Key Usage',
  'server auth': 'TLS Web Server Authentication',
  'client auth': 'TLS Web Client Authentication',
  'code signing': 'Code Signing',
  'email protection': 'E-mail Protection',
  's/mime': 'E-mail Protection',
  timestamping: 'Time Stamping',
  'ocsp signing': 'OCSP Signing',
};
const named = (usages: readonly string[], table: Readonly<Record<string, string>>): readonly string[] =>
  usages.flatMap((usage) => (table[usage] === undefined ? [] : [table[usage]]));

/** The certificate in PEM. */
export function sign(
  csr: CertificateSigningRequest,
  request: CertificateRequest,
  authority: CertificateAuthority,
  nowMs: number,
  random: Random,
): string {
  const [root] = certificatesOf(authority.certificate);
  const key = readPrivateKey(authority.key);
  if (root === undefined || key === undefined) throw new RangeError('the authority has no certificate or no key');
  const { expirationSeconds, usages = [] } = csr.spec;
  const lastsMs = expirationSeconds === undefined ? YEAR_MS : Math.min(YEAR_MS, Math.max(SHORTEST_MS, expirationSeconds * SECOND_MS));
  const untilMs = lastsMs < SHORT_MS ? nowMs + lastsMs : nowMs + lastsMs - BACKDATED_MS;
  return issue(
    {
      serial: BigInt(`0x${random.uuid().replaceAll('-', '')}`),
      subject: request.subject,
      rawKey: request.rawKey,
      notBefore: nowMs - BACKDATED_MS,
      notAfter: Math.min(untilMs, root.notAfter),
      extensions: {
        usages: named(usages, KEY_USAGES),
        extendedUsages: named(usages, EXTENDED_USAGES),
        authority: { isAuthority: false },
        authorityKeyId: root.extensions.subjectKeyId ?? keyId(root.rawKey),
        ...(request.extensions.names && { names: request.extensions.names }),
      },
    },
    { certificate: root, key },
  );
}
