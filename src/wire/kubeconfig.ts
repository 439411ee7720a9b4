/** The kubeconfig of a served cluster, as a value: JSON is YAML, but people read it, so it is printed as kubectl would. */
import type { ClusterCertificates } from './certificates.ts';

export interface Credentials {
  readonly certificates?: ClusterCertificates;
  readonly token?: string;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Plain HTTP needs no credentials; with certificates it holds the authority and the administrator's own, or the token. */
export function kubeconfig(server: string, { certificates, token }: Credentials = {}): string {
  // Nothing is skipped over plain HTTP, but the JavaScript client takes such an address only where this stands.
  const authority = certificates ? `    certificate-authority-data: ${base64(certificates.authority)}` : '    insecure-skip-tls-verify: true';
  return [
    'apiVersion: v1', 'kind: Config',
    'clusters:', '- name: tabernetes', '  cluster:', authority, `    server: ${server}`,
    'contexts:', '- name: tabernetes', '  context:', '    cluster: tabernetes', '    user: kubernetes-admin',
    'current-context: tabernetes', 'users:', '- name: kubernetes-admin', ...userLines(certificates, token), '',
  ].join('\n');
}

function userLines(certificates: ClusterCertificates | undefined, token: string | undefined): readonly string[] {
  if (token !== undefined) return ['  user:', `    token: ${JSON.stringify(token)}`];
  if (!certificates) return ['  user: {}'];
  const { certificate, key } = certificates.administrator;
  return ['  user:', `    client-certificate-data: ${base64(certificate)}`, `    client-key-data: ${base64(key)}`];
}
