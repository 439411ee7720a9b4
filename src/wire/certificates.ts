/** The certificates of a served cluster, made at its start: an authority, the server's, and the administrator's. They are real,
 *  belong to this process alone, and stand outside the cluster's history. Node only. */
import type { Extension, X509Certificate } from '@peculiar/x509';
import { isIP } from 'node:net';

/** All in PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface ClusterCertificates {
  readonly authority: string;
  /** The cluster's own, which signs what CertificateSigningRequests ask for: its certificates are good for clients too. */
  readonly clientAuthority?: string;
  readonly server: KeyPair;
  readonly administrator: KeyPair;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const YEAR_MS = 365 * 86_400_000;
/** A certificate is valid a little before it is made: clocks of clients differ. */
const BACKDATED_MS = 3_600_000;

type Library = typeof import('@peculiar/x509');

/** The library wants its polyfill first, and only a server with TLS needs either. */
async function library(): Promise<Library> {
  await import('reflect-metadata');
  return import('@peculiar/x509');
}

interface Issuer {
  readonly certificate: X509Certificate;
  readonly keys: CryptoKeyPair;
}

/** `hosts`: the names and addresses at which the server is reached. */
export async function makeCertificates(hosts: readonly string[], nowMs: number): Promise<ClusterCertificates> {
  const x509 = await library();
  const authority = await makeAuthority(x509, nowMs);
  const names = hosts.map((host) => (isIP(host) ? { type: 'ip' as const, value: host } : { type: 'dns' as const, value: host }));
  return {
    authority: authority.certificate.toString('pem'),
    server: await issue(x509, authority, 'CN=kube-apiserver', nowMs, [
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names),
    ]),
    administrator: await issue(x509, authority, 'O=kubeadm:cluster-admins, CN=kubernetes-admin', nowMs, [
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
    ]),
  };
}

const makeKeys = (): Promise<CryptoKeyPair> => crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
const serialNumber = (): string =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(15)))
    .toString('hex')
    .padStart(32, '01');

/** Not named as the cluster's own authority: clients and servers look authorities up by their name. */
async function makeAuthority(x509: Library, nowMs: number): Promise<Issuer> {
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: 'CN=kubernetes-serve',
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(nowMs - BACKDATED_MS),
    notAfter: new Date(nowMs + 10 * YEAR_MS),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true),
    ],
  });
  return { certificate, keys };
}

async function issue(x509: Library, authority: Issuer, subject: string, nowMs: number, extensions: readonly Extension[]): Promise<KeyPair> {
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject,
    issuer: authority.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(nowMs - BACKDATED_MS),
    notAfter: new Date(nowMs + YEAR_MS),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
      ...extensions,
    ],
  });
  return {
    certificate: certificate.toString('pem'),
    key: x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY'),
  };
}
