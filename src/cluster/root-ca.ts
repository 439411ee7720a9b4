/** The text of the cluster's root certificate, for kube-root-ca.crt and the files that Pods mount.
 *  Differs from Kubernetes: it is drawn from the seed and holds no key; nothing inside the simulation checks certificates. */
import { base64 } from '../base/bytes.ts';
import type { Random } from '../base/world.ts';

const BYTES = 819;
const LINE = 64;

export function rootCertificate(random: Random): string {
  const chance = random.fork('root-ca');
  const text = base64(Uint8Array.from({ length: BYTES }, () => chance.int(256)));
  const lines = Array.from({ length: Math.ceil(text.length / LINE) }, (_, index) => text.slice(index * LINE, (index + 1) * LINE));
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
