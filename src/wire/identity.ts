/** Who sends a request. Plain HTTP on loopback is the administrator's, as behind `kubectl proxy`; over TLS a client shows its
 *  certificate or a token, and is nobody without. A token that comes is always looked at.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/authentication/request/{x509,bearertoken}, pkg/authentication/token/tokenfile */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { UserInfo } from '../api/transport.ts';

export const ADMIN: UserInfo = { name: 'kubernetes-admin', groups: ['kubeadm:cluster-admins', 'system:authenticated'] };
const NOBODY: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** undefined: the API's own tokens decide (a ServiceAccount's, or one that it does not know). `token`: a text that makes its bearer
 *  the administrator; `plain`: who comes over plain HTTP with nothing. */
export function userOf(message: IncomingMessage, token: string | undefined, plain: UserInfo): UserInfo | undefined {
  const bearer = /^bearer +(.+)$/i.exec(message.headers.authorization ?? '')?.[1];
  if (bearer !== undefined && token !== undefined && isSame(bearer, token)) return ADMIN;
  const { socket } = message;
  if (socket instanceof TLSSocket) return certified(socket) ?? (message.headers.authorization === undefined ? NOBODY : undefined);
  return message.headers.authorization === undefined ? plain : undefined;
}

/** The common name is the user, the organizations are the groups. */
function certified(socket: TLSSocket): UserInfo | undefined {
  if (!socket.authorized) return undefined;
  const { subject, fingerprint256 } = socket.getPeerCertificate();
  const names = (value: string | readonly string[] | undefined): readonly string[] => (value === undefined ? [] : typeof value === 'string' ? [value] : value);
  const [name] = names(subject?.CN);
  if (name === undefined) return undefined;
  const credential = `X509SHA256=${fingerprint256.replaceAll(':', '').toLowerCase()}`;
  return { name, groups: [...names(subject.O), 'system:authenticated'], extra: { 'authentication.kubernetes.io/credential-id': [credential] } };
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
