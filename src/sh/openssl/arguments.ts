/** What openssl's commands are told: words after one dash, some with a value, in any order. */
import { FileError } from '../../cri/files.ts';
import { readText } from '../../cri/memory-files.ts';
import { absolute } from '../../cri/open.ts';
import type { Process } from '../../cri/process.ts';
import { readAll } from '../../cri/streams.ts';
import { certificatesOf, readRequest } from '../../base/pki/certificate.ts';
import type { Certificate, CertificateRequest } from '../../base/pki/certificate.ts';
import { DerError } from '../../base/pki/der.ts';
import { readPrivateKey } from '../../base/pki/keys.ts';
import type { PrivateKey } from '../../base/pki/keys.ts';
import { readPem } from '../../base/pki/pem.ts';
import { fromUtf8 } from '../../base/bytes.ts';

/** Options that take a value, of all commands. */
const VALUED = new Set(
  (
    'in out key keyout newkey subj days addext config extfile extensions reqexts CA CAkey CAserial set_serial signkey force_pubkey passin passout ' +
    'inform outform algorithm pkeyopt name CAfile untrusted sign verify signature checkend ext copy_extensions section k pass md'
  ).split(' '),
);

export interface Arguments {
  has(name: string): boolean;
  get(name: string): string | undefined;
  all(name: string): readonly string[];
  readonly rest: readonly string[];
}

/** What is wrong, as it goes to stderr; the command ends with 1. */
export class OpenSslError extends Error {}

export function parseArguments(args: readonly string[], command: string): Arguments {
  const found: (readonly [string, string])[] = [];
  const rest: string[] = [];
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i] as string;
    if (!arg.startsWith('-') || arg === '-') rest.push(arg);
    else {
      const name = arg.replace(/^--?/, '');
      const isValued =
        VALUED.has(name) && !(name === 'verify' && command !== 'dgst') && !(name === 'CAserial' && args[i + 1] === undefined);
      found.push([name, isValued ? (args[(i += 1)] ?? '') : '']);
    }
  }
  const all = (name: string): readonly string[] => found.filter(([each]) => each === name).map(([, value]) => value);
  return { has: (name) => found.some(([each]) => each === name), get: (name) => all(name).at(-1), all, rest };
}

/** What a file, or standard input, holds. */
export async function readInput(process: Process, args: Arguments, option = 'in'): Promise<string> {
  const path = args.get(option);
  return path === undefined ? fromUtf8(await readAll(process.stdin)) : readFileText(process, path);
}

export function readFileText(process: Process, path: string): string {
  try {
    return readText(process.files, absolute(process, path));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new OpenSslError(`Can't open "${path}" for reading, ${error.message}`);
  }
}

export async function writeOutput(process: Process, args: Arguments, text: string | Uint8Array, mode = 0o644): Promise<void> {
  const path = args.get('out');
  if (path === undefined) await process.stdout.write(text);
  else process.files.writeFile(absolute(process, path), text, { mode });
}

export function keyIn(text: string, path: string): PrivateKey {
  const key = readPrivateKey(text);
  if (key === undefined) throw new OpenSslError(`Could not read private key from ${path}`);
  return key;
}

export function certificateIn(text: string, path = 'stdin'): Certificate {
  const [certificate] = certificatesOf(text);
  if (certificate === undefined) throw new OpenSslError(`Could not read certificate from ${path}\nUnable to load certificate`);
  return certificate;
}

export function requestIn(text: string, path = 'stdin'): CertificateRequest {
  const block = readPem(text).find(({ label }) => label.endsWith('CERTIFICATE REQUEST'));
  try {
    if (block !== undefined) return readRequest(block.bytes);
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
  }
  throw new OpenSslError(`Unable to load X509 request from ${path}`);
}
