/** The certificate and key of a kubeconfig's user, read and paired as client-go does before it connects.
 *  Upstream: staging/src/k8s.io/client-go/tools/clientcmd/validation.go, crypto/tls (X509KeyPair) */
import { base64, equalBytes, fromBase64, fromUtf8 } from '../base/bytes.ts';
import { certificatesOf } from '../base/pki/certificate.ts';
import { publicOf, readPrivateKey, writePublicKey } from '../base/pki/keys.ts';
import { FileError } from '../cri/files.ts';
import { CommandError } from './errors.ts';
import type { Flags } from './flags.ts';
import type { KubectlIo } from './io.ts';
import { str } from './obj.ts';
import { resolvePath } from './paths.ts';

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';

/** The pair that was found good last: most commands use the same one. */
export interface PairCache {
  pair?: string;
}

interface UserEntry {
  readonly user: unknown;
  readonly name: string;
  readonly configPath: string;
}

/** PEM in base64; undefined where the user has none. Throws CommandError where it cannot be used. */
export function clientCertificate(
  io: KubectlIo,
  flags: Flags,
  { user, name, configPath }: UserEntry,
  known: PairCache,
): string | undefined {
  const faults: string[] = [];
  const read = (field: 'client-certificate' | 'client-key', short: string): string => {
    const flag = flags.str(field);
    const data = str(user, 'user', `${field}-data`);
    if (flag === '' && data !== '') return fromUtf8(fromBase64(data) ?? new Uint8Array());
    const path = flag === '' ? str(user, 'user', field) : flag;
    if (path === '') return '';
    const whole = resolvePath(flag === '' ? folderOf(configPath) : io.cwd, path);
    try {
      return fromUtf8(io.files.readFile(whole));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      faults.push(`unable to read ${short} ${path} for ${name} due to open ${path}: no such file or directory`);
      return '';
    }
  };
  const certificate = read('client-certificate', 'client-cert');
  const key = read('client-key', 'client-key');
  if (faults.length === 1) throw new CommandError(`Error in configuration: ${faults[0]}`, 1, true);
  if (faults.length > 1) throw new CommandError(`Error in configuration: \n${faults.map((fault) => `* ${fault}`).join('\n')}`, 1, true);
  if (certificate === '' && key === '') return undefined;
  const pair = certificate + key;
  const fault = known.pair === pair ? undefined : pairFault(certificate, key);
  if (fault !== undefined) throw new CommandError(fault);
  known.pair = pair;
  return base64(certificate);
}

function pairFault(certificate: string, key: string): string | undefined {
  const [leaf] = certificatesOf(certificate);
  if (leaf === undefined) return 'tls: failed to find any PEM data in certificate input';
  const secret = readPrivateKey(key);
  if (secret === undefined) return 'tls: failed to find any PEM data in key input';
  return equalBytes(leaf.rawKey, writePublicKey(publicOf(secret))) ? undefined : 'tls: private key does not match public key';
}
