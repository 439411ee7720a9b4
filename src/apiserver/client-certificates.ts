/** Who a client certificate is: its common name is the user, its organizations are the groups.
 *  Upstream: staging/src/k8s.io/apiserver/pkg/authentication/request/x509/x509.go */
import { fromBase64, fromUtf8 } from '../base/bytes.ts';
import { sha256Hex } from '../base/hash.ts';
import { certificatesOf } from '../base/pki/certificate.ts';
import type { Certificate } from '../base/pki/certificate.ts';
import { valuesOf } from '../base/pki/names.ts';
import { clientFault } from '../base/pki/verify.ts';
import type { World } from '../base/world.ts';
import type { UserInfo } from '../api/transport.ts';

export interface ClientCertificates {
  /** PEM in base64. undefined: not from the authority, not now, or without a name. */
  userOf(shown: string): UserInfo | undefined;
}

interface Known {
  readonly user: UserInfo;
  readonly certificate: Certificate;
}
const KEPT_MAX = 200;

/** `authority`: in PEM. */
export function createClientCertificates(world: World, authority: string): ClientCertificates {
  const roots = certificatesOf(authority);
  const known = new Map<string, Known>();
  return {
    userOf(shown) {
      const now = world.clock.now();
      const before = known.get(shown);
      if (before !== undefined && now >= before.certificate.notBefore && now <= before.certificate.notAfter) return before.user;
      const chain = certificatesOf(fromUtf8(fromBase64(shown) ?? new Uint8Array()));
      const [certificate] = chain;
      if (certificate === undefined || clientFault(chain, roots, now) !== undefined) return undefined;
      const user = userIn(certificate);
      if (user === undefined) return undefined;
      if (known.size >= KEPT_MAX) known.clear();
      known.set(shown, { user, certificate });
      return user;
    },
  };
}

function userIn({ subject, bytes }: Certificate): UserInfo | undefined {
  const [name] = valuesOf(subject, 'CN');
  if (name === undefined || name === '') return undefined;
  const extra = { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${sha256Hex(bytes)}`] };
  return { name, groups: [...valuesOf(subject, 'O'), 'system:authenticated'], extra };
}
