/** The cluster's authority: what signs certificates of clients, and what Pods find in kube-root-ca.crt.
 *  Differs from Kubernetes: its key is one of the curve P-256 and made from the cluster's seed, so that a replay signs the same. */
import type { CertificateAuthority } from '../controllers/certificate-signer.ts';
import { certificatesOf, issue, keyId, selfSign } from '../base/pki/certificate.ts';
import { drawEcKey, publicOf, writePrivateKey, writePublicKey } from '../base/pki/keys.ts';
import { createRandom } from '../base/random.ts';
import type { KeySource } from './key-source.ts';

const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3650;
const CLIENT_DAYS = 365;

export function makeAuthority({ seed, fromMs }: KeySource): CertificateAuthority {
  const key = drawEcKey(createRandom(seed).fork('root-ca'));
  const rawKey = writePublicKey(publicOf(key));
  const certificate = selfSign(
    {
      serial: 0n,
      subject: [{ type: 'CN', value: 'kubernetes' }],
      notBefore: fromMs,
      notAfter: fromMs + AUTHORITY_DAYS * DAY_MS,
      extensions: {
        usages: ['Digital Signature', 'Key Encipherment', 'Certificate Sign'],
        authority: { isAuthority: true },
        subjectKeyId: keyId(rawKey),
        names: { dns: ['kubernetes'], ips: [], emails: [], uris: [] },
      },
    },
    key,
  );
  return { certificate, key: writePrivateKey(key, true) };
}

/** What a kubeconfig holds for the administrator, as kubeadm makes it. In PEM. */
export function makeAdministrator(authority: CertificateAuthority, { seed, fromMs }: KeySource): CertificateAuthority {
  const random = createRandom(seed).fork('administrator');
  const key = drawEcKey(random);
  const [root] = certificatesOf(authority.certificate);
  if (root === undefined) throw new RangeError('the authority has no certificate');
  const issuer = { certificate: root, key: drawEcKey(createRandom(seed).fork('root-ca')) };
  const certificate = issue(
    {
      serial: BigInt(`0x${random.uuid().replaceAll('-', '').slice(0, 16)}`),
      subject: [
        { type: 'O', value: 'kubeadm:cluster-admins' },
        { type: 'CN', value: 'kubernetes-admin' },
      ],
      rawKey: writePublicKey(publicOf(key)),
      notBefore: fromMs,
      notAfter: fromMs + CLIENT_DAYS * DAY_MS,
      extensions: {
        usages: ['Digital Signature', 'Key Encipherment'],
        extendedUsages: ['TLS Web Client Authentication'],
        authority: { isAuthority: false },
        authorityKeyId: keyId(root.rawKey),
      },
    },
    issuer,
  );
  return { certificate, key: writePrivateKey(key, true) };
}
