/** openssl genrsa, genpkey, ecparam, rsa, ec, pkey. */
import { bytesOf } from '../../base/pki/der.ts';
import { drawEcKey, drawRsaKey, publicOf, readPublicKey, writePrivateKey, writePublicKey } from '../../base/pki/keys.ts';
import type { PrivateKey, PublicKey } from '../../base/pki/keys.ts';
import type { CurveName } from '../../base/pki/ecdsa.ts';
import { readPem, writePem } from '../../base/pki/pem.ts';
import { hex } from '../../base/hash.ts';
import type { Process } from '../../cri/process.ts';
import type { Arguments } from './arguments.ts';
import { certificateIn, keyIn, OpenSslError, readInput, writeOutput } from './arguments.ts';
import { bitsOf } from './text.ts';

const PRIVATE = 0o600;
const LARGEST_BITS = 4096;
const CURVES: Readonly<Record<string, CurveName>> = {
  prime256v1: 'P-256',
  'P-256': 'P-256',
  secp256r1: 'P-256',
  secp384r1: 'P-384',
  'P-384': 'P-384',
  secp521r1: 'P-521',
  'P-521': 'P-521',
};

function curveOf(name: string): CurveName {
  const curve = CURVES[name];
  if (curve === undefined) throw new OpenSslError(`unknown curve name (${name})`);
  return curve;
}

function rsaOf(process: Process, bits: number): PrivateKey {
  if (!Number.isInteger(bits) || bits < 512) throw new OpenSslError('genrsa: Can\'t parse "' + String(bits) + '" as a number');
  // Differs from OpenSSL: no key is longer than 4096 bits, which would take minutes.
  return drawRsaKey(process.random, Math.min(LARGEST_BITS, Math.ceil(bits / 64) * 64));
}

/** "rsa:2048", "ec:...", "rsa". */
export function newKey(process: Process, kind: string, args: Arguments): PrivateKey {
  const [type = '', size] = kind.split(':');
  const options = new Map(args.all('pkeyopt').map((each) => each.split(':') as [string, string]));
  if (/^rsa$/i.test(type)) return rsaOf(process, Number(size ?? options.get('rsa_keygen_bits') ?? '2048'));
  if (/^ec$/i.test(type)) return drawEcKey(process.random, curveOf(options.get('ec_paramgen_curve') ?? 'P-256'));
  throw new OpenSslError(`Error initializing ${type} context`);
}

export async function generateKey(process: Process, command: string, args: Arguments): Promise<number> {
  if (command === 'genrsa') {
    const key = rsaOf(process, Number(args.rest.at(-1) ?? '2048'));
    await writeOutput(process, args, writePrivateKey(key, args.has('traditional')), PRIVATE);
    return 0;
  }
  if (command === 'genpkey') {
    await writeOutput(process, args, writePrivateKey(newKey(process, args.get('algorithm') ?? 'RSA', args)), PRIVATE);
    return 0;
  }
  const curve = curveOf(args.get('name') ?? 'prime256v1');
  if (args.has('genkey')) await writeOutput(process, args, writePrivateKey(drawEcKey(process.random, curve), true), PRIVATE);
  return 0;
}

function publicIn(text: string): PublicKey {
  const block = readPem(text).find(({ label }) => label === 'PUBLIC KEY');
  return block === undefined ? certificateIn(text, 'public key').key : readPublicKey(block.bytes);
}

function describe(key: PublicKey, isPrivate: boolean): string {
  const title = isPrivate ? 'Private-Key' : 'Public-Key';
  if (key.type === 'rsa') return `${title}: (${bitsOf(key.n)} bit${isPrivate ? ', 2 primes' : ''})\n`;
  return key.type === 'ec' ? `${title}: (${key.curve.slice(2)} bit)\nASN1 OID: ${key.curve}\n` : `${title}\n`;
}

export async function showKey(process: Process, command: string, args: Arguments): Promise<number> {
  const text = await readInput(process, args);
  const isPublic = args.has('pubin');
  const secret = isPublic ? undefined : keyIn(text, args.get('in') ?? 'stdin');
  const key = secret === undefined ? publicIn(text) : publicOf(secret);
  if (args.has('text')) await process.stdout.write(describe(key, secret !== undefined));
  if (args.has('modulus') && key.type === 'rsa') await process.stdout.write(`Modulus=${hex(bytesOf(key.n)).toUpperCase()}\n`);
  if (args.has('check')) await process.stdout.write(`${command === 'rsa' ? 'RSA key' : 'Key is'} ${command === 'rsa' ? 'ok' : 'valid'}\n`);
  if (args.has('noout')) return 0;
  if (command !== 'pkey') await process.stderr.write(`writing ${command === 'rsa' ? 'RSA' : 'EC'} key\n`);
  const isDer = args.get('outform')?.toLowerCase() === 'der';
  if (isPublic || args.has('pubout')) {
    const bytes = writePublicKey(key);
    await writeOutput(process, args, isDer ? bytes : writePem('PUBLIC KEY', bytes));
  } else {
    const pem = writePrivateKey(secret as PrivateKey, command === 'ec' || args.has('traditional'));
    await writeOutput(process, args, isDer ? (readPem(pem)[0]?.bytes ?? pem) : pem, PRIVATE);
  }
  return 0;
}
