/** openssl req, x509 and verify. */
import { fromUtf8 } from '../../base/bytes.ts';
import { DIGESTS, hex } from '../../base/hash.ts';
import { bytesOf } from '../../base/pki/der.ts';
import { certificatesOf, issue, keyId, requestFault, selfSign, writeRequest } from '../../base/pki/certificate.ts';
import type { Certificate, CertificateRequest } from '../../base/pki/certificate.ts';
import type { Extensions } from '../../base/pki/extensions.ts';
import { publicOf, writePrivateKey, writePublicKey } from '../../base/pki/keys.ts';
import type { PrivateKey } from '../../base/pki/keys.ts';
import { nameText, openSslName } from '../../base/pki/names.ts';
import type { Name } from '../../base/pki/names.ts';
import { writePem } from '../../base/pki/pem.ts';
import { clientFault } from '../../base/pki/verify.ts';
import { absolute } from '../../cri/open.ts';
import type { Process } from '../../cri/process.ts';
import type { Arguments } from './arguments.ts';
import { certificateIn, keyIn, OpenSslError, readFileText, readInput, requestIn, writeOutput } from './arguments.ts';
import { addedExtensions, extensionsOf, nameFrom, nameOfSection, parseSections, valueIn } from './configuration.ts';
import type { Sections } from './configuration.ts';
import { newKey } from './keys.ts';
import { certificateText, colons, dateText, extensionsText, requestText } from './text.ts';

const DAY_MS = 86_400_000;
const DEFAULT_NAME = '/C=AU/ST=Some-State/O=Internet Widgits Pty Ltd';
const NO_SECTIONS: Sections = new Map();

const configOf = (process: Process, args: Arguments, option: string): Sections => {
  const path = args.get(option);
  return path === undefined ? NO_SECTIONS : parseSections(readFileText(process, path));
};

/** A positive number of twenty bytes, as openssl draws it. */
const drawSerial = ({ random }: Process): bigint => BigInt(`0x${random.uuid().replaceAll('-', '')}${random.uuid().slice(0, 8)}`) >> 1n;
const days = (args: Arguments): number => Number(args.get('days') ?? '30') * DAY_MS;
const serialFrom = (text: string): bigint => BigInt(/^(0x[0-9a-f]+|\d+)$/i.test(text) ? text : '1');

function subjectOf(args: Arguments, sections: Sections): Name {
  const given = args.get('subj');
  if (given !== undefined) return nameFrom(given);
  const named = nameOfSection(sections, valueIn(sections, 'req', 'distinguished_name') ?? '');
  return named.length > 0 ? named : nameFrom(DEFAULT_NAME);
}

async function requestKey(process: Process, args: Arguments): Promise<PrivateKey> {
  const path = args.get('key');
  if (path !== undefined) return keyIn(readFileText(process, path), path);
  const key = newKey(process, args.get('newkey') ?? 'rsa:2048', args);
  const target = args.get('keyout') ?? 'privkey.pem';
  await process.stderr.write('-----\n');
  process.files.writeFile(absolute(process, target), writePrivateKey(key), { mode: 0o600 });
  return key;
}

function authorityExtensions(rawKey: Uint8Array): Extensions {
  return { subjectKeyId: keyId(rawKey), authorityKeyId: keyId(rawKey), authority: { isAuthority: true } };
}

async function makeRequest(process: Process, args: Arguments): Promise<number> {
  const sections = configOf(process, args, 'config');
  const key = await requestKey(process, args);
  const rawKey = writePublicKey(publicOf(key));
  const subject = subjectOf(args, sections);
  const added = addedExtensions(args.all('addext'), rawKey);
  if (args.has('x509')) {
    const section = args.get('extensions') ?? valueIn(sections, 'req', 'x509_extensions') ?? '';
    const configured = sections.has(section) && section !== '' ? extensionsOf(sections, section, rawKey) : authorityExtensions(rawKey);
    const notBefore = process.clock.now();
    const serial = args.get('set_serial');
    const template = {
      serial: serial === undefined ? drawSerial(process) : serialFrom(serial),
      subject,
      notBefore,
      notAfter: notBefore + days(args),
    };
    await writeOutput(process, args, selfSign({ ...template, extensions: { ...configured, ...added } }, key));
    return 0;
  }
  const section = args.get('reqexts') ?? args.get('extensions') ?? valueIn(sections, 'req', 'req_extensions') ?? '';
  await writeOutput(process, args, writeRequest(subject, key, { ...extensionsOf(sections, section, rawKey), ...added }));
  return 0;
}

export async function req(process: Process, args: Arguments): Promise<number> {
  const isMade = args.has('new') || args.has('newkey') || args.has('x509') || (args.has('key') && !args.has('in'));
  if (isMade && !args.has('in')) return makeRequest(process, args);
  const text = await readInput(process, args);
  const request = requestIn(text, args.get('in'));
  if (args.has('verify'))
    await process.stderr.write(
      requestFault(request) === undefined
        ? 'Certificate request self-signature verify OK\n'
        : 'Certificate request self-signature verify failure\n',
    );
  if (args.has('text')) await process.stdout.write(requestText(request));
  if (args.has('subject')) await process.stdout.write(`subject=${openSslName(request.subject)}\n`);
  if (args.has('pubkey')) await process.stdout.write(writePem('PUBLIC KEY', request.rawKey));
  if (!args.has('noout')) await writeOutput(process, args, text);
  return 0;
}

function nextSerial(process: Process, args: Arguments, authorityPath: string): bigint {
  const given = args.get('set_serial');
  if (given !== undefined) return serialFrom(given);
  const path = absolute(process, args.get('CAserial') ?? `${authorityPath.replace(/\.[^./]*$/, '')}.srl`);
  if (!args.has('CAcreateserial') && args.get('CAserial') === undefined) return drawSerial(process);
  const known = process.files.exists(path) ? fromUtf8(process.files.readFile(path)).trim() : '';
  const serial = /^[0-9a-f]+$/i.test(known) ? BigInt(`0x${known}`) + 1n : drawSerial(process);
  process.files.writeFile(path, `${hex(bytesOf(serial)).toUpperCase()}\n`);
  return serial;
}

function requestedExtensions(process: Process, args: Arguments, request: CertificateRequest): Extensions {
  const sections = configOf(process, args, 'extfile');
  const section = args.get('extensions') ?? valueIn(sections, '', 'extensions') ?? '';
  const copied = args.get('copy_extensions') === 'copy' || args.get('copy_extensions') === 'copyall' ? request.extensions : {};
  return { ...copied, ...extensionsOf(sections, section, request.rawKey) };
}

async function signRequest(process: Process, args: Arguments): Promise<number> {
  const request = requestIn(await readInput(process, args), args.get('in'));
  const fault = requestFault(request);
  await process.stderr.write(
    fault === undefined ? 'Certificate request self-signature ok\n' : 'Certificate request self-signature did not match the contents\n',
  );
  if (fault !== undefined) return 1;
  await process.stderr.write(`subject=${openSslName(request.subject)}\n`);
  const notBefore = process.clock.now();
  const template = {
    subject: request.subject,
    notBefore,
    notAfter: notBefore + days(args),
    extensions: requestedExtensions(process, args, request),
  };
  const own = args.get('signkey') ?? args.get('key');
  if (own !== undefined) {
    const key = keyIn(readFileText(process, own), own);
    await writeOutput(process, args, selfSign({ ...template, serial: drawSerial(process) }, key));
    return 0;
  }
  const path = args.get('CA');
  if (path === undefined) throw new OpenSslError('We need a private key to sign with, use -key or -CAkey or -CA with private key');
  const text = readFileText(process, path);
  const certificate = certificateIn(text, path);
  const keyPath = args.get('CAkey') ?? path;
  const key = keyIn(readFileText(process, keyPath), keyPath);
  if (hex(writePublicKey(publicOf(key))) !== hex(certificate.rawKey))
    throw new OpenSslError('CA certificate and CA private key do not match');
  const extensions = { ...template.extensions, authorityKeyId: keyId(certificate.rawKey) };
  await writeOutput(
    process,
    args,
    issue({ ...template, extensions, serial: nextSerial(process, args, path), rawKey: request.rawKey }, { certificate, key }),
  );
  return 0;
}

type Show = (certificate: Certificate, args: Arguments, nowMs: number) => string | undefined;
const SHOWS: readonly (readonly [option: string, show: Show])[] = [
  ['text', certificateText],
  ['serial', ({ serial }) => `serial=${hex(bytesOf(serial)).toUpperCase()}\n`],
  ['subject', ({ subject }, args) => `subject=${args.has('nameopt') ? nameText(subject) : openSslName(subject)}\n`],
  ['issuer', ({ issuer }) => `issuer=${openSslName(issuer)}\n`],
  ['startdate', ({ notBefore }) => `notBefore=${dateText(notBefore)}\n`],
  ['dates', ({ notBefore }) => `notBefore=${dateText(notBefore)}\n`],
  ['enddate', ({ notAfter }) => `notAfter=${dateText(notAfter)}\n`],
  ['dates', ({ notAfter }) => `notAfter=${dateText(notAfter)}\n`],
  ['fingerprint', ({ bytes }) => `sha256 Fingerprint=${colons(DIGESTS['SHA-256'](bytes))}\n`],
  ['ext', ({ extensions }) => extensionsText(extensions, '')],
  ['pubkey', ({ rawKey }) => writePem('PUBLIC KEY', rawKey)],
];

export async function x509(process: Process, args: Arguments): Promise<number> {
  if (args.has('req')) return signRequest(process, args);
  if (args.has('new')) throw new OpenSslError('x509: -new needs openssl req -x509');
  const certificate = certificateIn(await readInput(process, args), args.get('in'));
  for (const [option, show] of SHOWS) if (args.has(option)) await process.stdout.write(show(certificate, args, 0) ?? '');
  const within = args.get('checkend');
  if (within !== undefined) {
    const willExpire = process.clock.now() + Number(within) * 1000 > certificate.notAfter;
    await process.stdout.write(`Certificate will ${willExpire ? '' : 'not '}expire\n`);
    if (willExpire) return 1;
  }
  if (!args.has('noout'))
    await writeOutput(
      process,
      args,
      args.get('outform')?.toLowerCase() === 'der' ? certificate.bytes : writePem('CERTIFICATE', certificate.bytes),
    );
  return 0;
}

export async function verify(process: Process, args: Arguments): Promise<number> {
  const trusted = args.get('CAfile') === undefined ? [] : certificatesOf(readFileText(process, args.get('CAfile') as string));
  const others = args.get('untrusted') === undefined ? [] : certificatesOf(readFileText(process, args.get('untrusted') as string));
  let code = 0;
  for (const path of args.rest) {
    const certificate = certificateIn(readFileText(process, path), path);
    const fault = clientFault([certificate, ...others], trusted, process.clock.now());
    if (fault === undefined || fault.endsWith('key usage')) await process.stdout.write(`${path}: OK\n`);
    else {
      const why = fault.includes('expired')
        ? 'error 10 at 0 depth lookup: certificate has expired'
        : 'error 20 at 0 depth lookup: unable to get local issuer certificate';
      await process.stderr.write(`${openSslName(certificate.subject)}\n${why}\nerror ${path}: verification failed\n`);
      code = 2;
    }
  }
  return code;
}
