/** openssl, as far as tutorials of Secrets and certificates go.
 *  Differs from Kubernetes: keys and certificates have the right shape and the right subject, and no cryptographic strength;
 *  `openssl x509 -text` shows what was asked for when they were made. */
import { base64, fromBase64, fromUtf8, utf8 } from '../../base/bytes.ts';
import { hex, sha256Bytes } from '../../base/hash.ts';
import { FileError } from '../../cri/files.ts';
import { absolute } from '../../cri/open.ts';
import { readText } from '../../cri/memory-files.ts';
import { readAll } from '../../cri/streams.ts';
import type { Process } from '../../cri/process.ts';
import type { Tool } from '../tool.ts';

function pem(label: string, bytes: Uint8Array): string {
  return `-----BEGIN ${label}-----\n${base64(bytes).match(/.{1,64}/g)!.join('\n')}\n-----END ${label}-----\n`;
}

function unpem(text: string): string | undefined {
  const found = /-----BEGIN [A-Z ]+-----\s*([A-Za-z0-9+/=\s]+?)\s*-----END/.exec(text);
  const bytes = found === null ? undefined : fromBase64(found[1]!.replace(/\s/g, ''));
  return bytes === undefined ? undefined : fromUtf8(bytes);
}

const value = (args: readonly string[], name: string): string | undefined => { const at = args.indexOf(name); return at < 0 ? undefined : args[at + 1]; };

function randomBytes(process: Process, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, () => process.random.int(256));
}

/** "/CN=x/O=y" as "CN = x, O = y". */
function subjectText(subject: string): string {
  return subject.split('/').filter(part => part !== '').map(part => part.replace('=', ' = ')).join(', ');
}

async function put(process: Process, args: readonly string[], text: string | Uint8Array): Promise<void> {
  const target = value(args, '-out');
  if (target === undefined) await process.stdout.write(text);
  else process.files.writeFile(absolute(process, target), text, { mode: 0o600 });
}

interface Certificate { readonly kind: 'tabernetes-certificate' | 'tabernetes-request'; readonly subject: string; readonly issuer: string;
  readonly notBefore: number; readonly notAfter: number; readonly serial: string; readonly san: string }

async function request(process: Process, args: readonly string[]): Promise<number> {
  const subject = value(args, '-subj') ?? '/C=AU/ST=Some-State/O=Internet Widgits Pty Ltd';
  const newKey = args.includes('-newkey') || args.includes('-keyout');
  if (newKey) process.files.writeFile(absolute(process, value(args, '-keyout') ?? 'privkey.pem'), pem('PRIVATE KEY', randomBytes(process, 1190)), { mode: 0o600 });
  else if (value(args, '-key') !== undefined) readText(process.files, absolute(process, value(args, '-key')!));
  const now = process.clock.now();
  const made: Certificate = {
    kind: args.includes('-x509') ? 'tabernetes-certificate' : 'tabernetes-request', subject, issuer: subject, notBefore: now,
      notAfter: now + Number(value(args, '-days') ?? '30') * 86_400_000, serial: hex(randomBytes(process, 20)),
    san: value(args, '-addext')?.replace(/^subjectAltName\s*=\s*/, '') ?? '',
  };
  if (newKey) await process.stderr.write('.....+++++\n..........+++++\nwriting new private key\n-----\n');
  await put(process, args, pem(args.includes('-x509') ? 'CERTIFICATE' : 'CERTIFICATE REQUEST', utf8(JSON.stringify(made))));
  return 0;
}

async function x509(process: Process, args: readonly string[]): Promise<number> {
  const text = value(args, '-in') === undefined ? fromUtf8(await readAll(process.stdin)) : readText(process.files, absolute(process, value(args, '-in')!));
  const body = unpem(text);
  let parsed: Certificate | undefined;
  try { parsed = body === undefined ? undefined : JSON.parse(body) as Certificate; } catch { parsed = undefined; }
  if (parsed === undefined) { await process.stderr.write('unable to load certificate\n'); return 1; }
  const now = process.clock.now();
  if (args.includes('-req')) {
    const issuerPath = value(args, '-CA');
    const issuer = issuerPath === undefined ? parsed.subject : (JSON.parse(unpem(readText(process.files, absolute(process, issuerPath))) ?? '{"subject":"/CN=ca"}') as Certificate).subject;
    await process.stderr.write(`Certificate request self-signature ok\nsubject=${subjectText(parsed.subject)}\n`);
    await put(process, args, pem('CERTIFICATE', utf8(JSON.stringify({ ...parsed, kind: 'tabernetes-certificate', issuer, notBefore: now,
      notAfter: now + Number(value(args, '-days') ?? '30') * 86_400_000 }))));
    return 0;
  }
  const date = (ms: number): string => { const [, day = '', month = '', year = '', time = ''] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(ms).toUTCString())
    ?? []; return `${month} ${String(Number(day)).padStart(2)} ${time} ${year} GMT`; };
  if (args.includes('-subject')) await process.stdout.write(`subject=${subjectText(parsed.subject)}\n`);
  if (args.includes('-issuer')) await process.stdout.write(`issuer=${subjectText(parsed.issuer)}\n`);
  if (args.includes('-dates') || args.includes('-startdate')) await process.stdout.write(`notBefore=${date(parsed.notBefore)}\n`);
  if (args.includes('-dates') || args.includes('-enddate')) await process.stdout.write(`notAfter=${date(parsed.notAfter)}\n`);
  if (args.includes('-text')) {
    await process.stdout.write(`Certificate:\n    Data:\n        Version: 3 (0x2)\n        Serial Number:\n            ${parsed.serial.match(/../g)!.join(':')}\n`
      + `        Signature Algorithm: sha256WithRSAEncryption\n        Issuer: ${subjectText(parsed.issuer)}\n        Validity\n`
      + `            Not Before: ${date(parsed.notBefore)}\n            Not After : ${date(parsed.notAfter)}\n        Subject: ${subjectText(parsed.subject)}\n`
      + (parsed.san === '' ? '' : `        X509v3 extensions:\n            X509v3 Subject Alternative Name: \n                ${parsed.san}\n`));
  }
  if (!args.includes('-noout')) await put(process, args, pem('CERTIFICATE', utf8(body!)));
  return 0;
}

export const openssl: Tool = async process => {
  const [, command = '', ...args] = process.argv;
  try {
    switch (command) {
      case 'version': await process.stdout.write('OpenSSL 3.0.17 1 Jul 2026 (Library: OpenSSL 3.0.17 1 Jul 2026)\n'); return 0;
      case 'rand': {
        const bytes = randomBytes(process, Math.min(1e6, Number(args[args.length - 1] ?? '0') || 0));
        await put(process, args, args.includes('-base64') ? `${base64(bytes).match(/.{1,64}/g)?.join('\n') ?? ''}\n` : args.includes('-hex') ? `${hex(bytes)}\n` : bytes);
        return 0;
      }
      case 'base64': case 'enc': {
        const data = value(args, '-in') === undefined ? await readAll(process.stdin) : process.files.readFile(absolute(process, value(args, '-in')!));
        await put(process, args, args.includes('-d') ? fromBase64(fromUtf8(data).replace(/\s/g, '')) ?? new Uint8Array(0)
          : `${args.includes('-A') ? base64(data) : base64(data).match(/.{1,64}/g)?.join('\n') ?? ''}\n`);
        return 0;
      }
      case 'genrsa': case 'genpkey': case 'ecparam': await put(process, args, pem('PRIVATE KEY', randomBytes(process, 1190))); return 0;
      case 'rsa': case 'pkey': case 'ec': await put(process, args, args.includes('-pubout') ? pem('PUBLIC KEY', randomBytes(process, 294)) : pem('PRIVATE KEY', randomBytes(process, 1190))); return 0;
      case 'req': return args.includes('-text') && args.includes('-noout') ? await x509(process, args) : await request(process, args);
      case 'x509': return await x509(process, args);
      case 'dgst': case 'sha256': case 'md5': {
        const path = args.find(arg => !arg.startsWith('-'));
        const data = path === undefined ? await readAll(process.stdin) : process.files.readFile(absolute(process, path));
        await process.stdout.write(`SHA2-256(${path ?? 'stdin'})= ${hex(sha256Bytes(data))}\n`);
        return 0;
      }
      case 'passwd': await process.stdout.write(`$apr1$${process.random.suffix(8)}$${base64(randomBytes(process, 16)).slice(0, 22)}\n`); return 0;
      case 'verify': await process.stdout.write(`${args[args.length - 1] ?? ''}: OK\n`); return 0;
      default: await process.stderr.write(`Invalid command '${command}'; type "help" for a list.\n`); return 1;
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    await process.stderr.write(`Can't open "${error.path}" for reading, ${error.message}\n`);
    return 1;
  }
};
