/** An authority and a server's certificate from it, as a test of webhooks makes them. In PEM. */
import { certificatesOf, issue, selfSign } from '../../src/base/pki/certificate.ts';
import { drawEcKey, publicOf, writePrivateKey, writePublicKey } from '../../src/base/pki/keys.ts';
import { createRandom } from '../../src/base/random.ts';

const DAY = 86_400_000;
/** Valid whenever a test's cluster may live. */
const FROM = Date.UTC(2020, 0, 1);
const UNTIL = FROM + 36_500 * DAY;

export function serverCertificates(
  host: string,
  seed = host,
): { readonly authority: string; readonly certificate: string; readonly key: string } {
  const random = createRandom(seed);
  const root = drawEcKey(random.fork('authority'));
  const authority = selfSign(
    {
      serial: 1n,
      subject: [{ type: 'CN', value: 'e2e-server-cert-ca' }],
      notBefore: FROM,
      notAfter: UNTIL,
      extensions: { authority: { isAuthority: true }, usages: ['Certificate Sign'] },
    },
    root,
  );
  const key = drawEcKey(random.fork('server'));
  const certificate = issue(
    {
      serial: 2n,
      subject: [{ type: 'CN', value: host }],
      rawKey: writePublicKey(publicOf(key)),
      notBefore: FROM,
      notAfter: UNTIL,
      extensions: { extendedUsages: ['TLS Web Server Authentication'], names: { dns: [host], ips: [], emails: [], uris: [] } },
    },
    { certificate: certificatesOf(authority)[0]!, key: root },
  );
  return { authority, certificate, key: writePrivateKey(key) };
}
