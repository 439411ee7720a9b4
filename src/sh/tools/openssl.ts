/** openssl: keys, requests and certificates that other programs can use, digests and base64.
 *  Differs from Kubernetes: keys are not encrypted, whatever passphrase is given, and nothing is asked on the terminal. */
import { base64, fromBase64, fromUtf8 } from '../../base/bytes.ts';
import { DIGESTS, hex } from '../../base/hash.ts';
import type { DigestName } from '../../base/hash.ts';
import { FileError } from '../../cri/files.ts';
import { absolute } from '../../cri/open.ts';
import type { Process } from '../../cri/process.ts';
import { readAll } from '../../cri/streams.ts';
import type { Arguments } from '../openssl/arguments.ts';
import { OpenSslError, parseArguments, writeOutput } from '../openssl/arguments.ts';
import { req, verify, x509 } from '../openssl/certificates.ts';
import { generateKey, showKey } from '../openssl/keys.ts';
import type { Tool } from '../tool.ts';

type Command = (process: Process, args: Arguments, name: string) => Promise<number>;

const LINE = /.{1,64}/g;
const RANDOM_MAX = 1e6;
const lines = (text: string): string => `${text.match(LINE)?.join('\n') ?? ''}\n`;
const randomBytes = ({ random }: Process, count: number): Uint8Array => Uint8Array.from({ length: count }, () => random.int(256));
const dataIn = async (process: Process, path: string | undefined): Promise<Uint8Array> =>
  path === undefined ? readAll(process.stdin) : process.files.readFile(absolute(process, path));

const rand: Command = async (process, args) => {
  const bytes = randomBytes(process, Math.min(RANDOM_MAX, Number(args.rest.at(-1) ?? '0') || 0));
  await writeOutput(process, args, args.has('base64') ? lines(base64(bytes)) : args.has('hex') ? `${hex(bytes)}\n` : bytes);
  return 0;
};

const encode: Command = async (process, args) => {
  const data = await dataIn(process, args.get('in'));
  if (args.has('d')) await writeOutput(process, args, fromBase64(fromUtf8(data).replace(/\s/g, '')) ?? new Uint8Array(0));
  else await writeOutput(process, args, args.has('A') ? base64(data) : lines(base64(data)));
  return 0;
};

const digest: Command = async (process, args, name) => {
  const wanted = (['384', '512'] as const).find((bits) => args.has(`sha${bits}`) || name === `sha${bits}`) ?? '256';
  const [path] = args.rest;
  const sum = DIGESTS[`SHA-${wanted}` as DigestName](await dataIn(process, path));
  if (args.has('binary')) await writeOutput(process, args, sum);
  else if (args.has('r')) await writeOutput(process, args, `${hex(sum)} *${path ?? 'stdin'}\n`);
  else await writeOutput(process, args, `SHA2-${wanted}(${path ?? 'stdin'})= ${hex(sum)}\n`);
  return 0;
};

const COMMANDS: Readonly<Record<string, Command>> = {
  version: async (process) => {
    await process.stdout.write('OpenSSL 3.0.17 1 Jul 2026 (Library: OpenSSL 3.0.17 1 Jul 2026)\n');
    return 0;
  },
  rand,
  base64: encode,
  enc: encode,
  genrsa: (process, args, name) => generateKey(process, name, args),
  genpkey: (process, args, name) => generateKey(process, name, args),
  ecparam: (process, args, name) => generateKey(process, name, args),
  rsa: (process, args, name) => showKey(process, name, args),
  ec: (process, args, name) => showKey(process, name, args),
  pkey: (process, args, name) => showKey(process, name, args),
  req,
  x509,
  verify,
  dgst: digest,
  sha256: digest,
  sha384: digest,
  sha512: digest,
  passwd: async (process) => {
    await process.stdout.write(`$apr1$${process.random.suffix(8)}$${base64(randomBytes(process, 16)).slice(0, 22)}\n`);
    return 0;
  },
};

export const openssl: Tool = async (process) => {
  const [, name = '', ...rest] = process.argv;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    await process.stderr.write(`Invalid command '${name}'; type "help" for a list.\n`);
    return 1;
  }
  try {
    return await command(process, parseArguments(rest, name), name);
  } catch (error) {
    if (error instanceof OpenSslError) await process.stderr.write(`${error.message}\n`);
    else if (error instanceof FileError) await process.stderr.write(`Can't open "${error.path}" for reading, ${error.message}\n`);
    else throw error;
    return 1;
  }
};
