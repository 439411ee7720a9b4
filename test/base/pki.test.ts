/** Keys, requests and certificates, against Node's own library. */
import { createPrivateKey, createPublicKey, createSign, generateKeyPairSync, sign, verify, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/base/bytes.ts';
import { certificatesOf, issue, keyId, readRequest, requestFault, selfSign, writeRequest } from '../../src/base/pki/certificate.ts';
import type { Certificate, Issuer } from '../../src/base/pki/certificate.ts';
import {
  drawEcKey,
  drawRsaKey,
  publicOf,
  readPrivateKey,
  signatureFault,
  signWith,
  writePrivateKey,
  writePublicKey,
} from '../../src/base/pki/keys.ts';
import type { PrivateKey } from '../../src/base/pki/keys.ts';
import { readPem, writePem } from '../../src/base/pki/pem.ts';
import { serverFault } from '../../src/base/pki/verify.ts';
import { createRandom } from '../../src/base/random.ts';

const NOW = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;
const random = createRandom('pki');
const KEYS: Readonly<Record<string, PrivateKey>> = {
  'P-256': drawEcKey(random.fork('a')),
  'P-384': drawEcKey(random.fork('b'), 'P-384'),
  'RSA 2048': drawRsaKey(random.fork('c'), 2048),
  'RSA 4096 of four primes': drawRsaKey(random.fork('d'), 4096),
};
const DATA = utf8('signed');
const AUTHORITY: PrivateKey = KEYS['P-256']!;

function authority(
  key: PrivateKey,
  name = 'kubernetes',
): { readonly pem: string; readonly certificate: Certificate; readonly issuer: Issuer } {
  const pem = selfSign(
    {
      serial: 7n,
      subject: [{ type: 'CN', value: name }],
      notBefore: NOW - DAY,
      notAfter: NOW + 3650 * DAY,
      extensions: { authority: { isAuthority: true }, usages: ['Digital Signature', 'Certificate Sign'] },
    },
    key,
  );
  const certificate = certificatesOf(pem)[0]!;
  return { pem, certificate, issuer: { certificate, key } };
}

function served(
  issuer: Issuer,
  options: { readonly dns?: readonly string[]; readonly ips?: readonly string[]; readonly cn?: string; readonly days?: number } = {},
): string {
  const { dns = [], ips = [], cn = 'server', days = 365 } = options;
  return issue(
    {
      serial: 0x1234n,
      subject: [
        { type: 'O', value: 'dev' },
        { type: 'CN', value: cn },
      ],
      rawKey: writePublicKey(publicOf(KEYS['P-256']!)),
      notBefore: NOW - 2 * DAY,
      notAfter: NOW + days * DAY,
      extensions: {
        extendedUsages: ['TLS Web Server Authentication'],
        authority: { isAuthority: false },
        authorityKeyId: keyId(issuer.certificate.rawKey),
        ...(dns.length + ips.length > 0 && { names: { dns, ips, emails: [], uris: [] } }),
      },
    },
    issuer,
  );
}

describe.each(Object.keys(KEYS))('a key %s', (name) => {
  const key = KEYS[name]!;
  it.each([false, true])('is written so that others read it (its own form: %s)', (traditional) => {
    const text = writePrivateKey(key, traditional);
    expect(readPrivateKey(text)).toEqual(key);
    // OpenSSL of some versions does not take four primes over this door.
    if (name.includes('four')) return;
    const theirs = createPrivateKey(text);
    expect(createPublicKey(theirs).export({ type: 'spki', format: 'der' })).toEqual(Buffer.from(writePublicKey(publicOf(key))));
  });
  it('signs, the same each time, and others agree', () => {
    const signature = signWith(key, DATA);
    expect(signWith(key, DATA)).toEqual(signature);
    const theirs = createPublicKey({ key: Buffer.from(writePublicKey(publicOf(key))), format: 'der', type: 'spki' });
    expect(verify('sha256', DATA, theirs, signature)).toBe(true);
    const algorithm = key.type === 'rsa' ? '1.2.840.113549.1.1.11' : '1.2.840.10045.4.3.2';
    expect(signatureFault(publicOf(key), algorithm, DATA, signature)).toBeUndefined();
    expect(signatureFault(publicOf(key), algorithm, utf8('Signed'), signature)).toMatch(/verification (error|failure)$/);
  });
  it('vouches for certificates and requests', () => {
    const { pem, issuer } = authority(key);
    expect(
      new X509Certificate(pem).verify(createPublicKey({ key: Buffer.from(writePublicKey(publicOf(key))), format: 'der', type: 'spki' })),
    ).toBe(true);
    const leaf = new X509Certificate(served(issuer, { dns: ['a.default.svc'], ips: ['10.96.0.1'] }));
    expect(leaf.checkIssued(new X509Certificate(pem))).toBe(true);
    expect([leaf.subject, leaf.subjectAltName, leaf.serialNumber, leaf.ca]).toEqual([
      'O=dev\nCN=server',
      'DNS:a.default.svc, IP Address:10.96.0.1',
      '1234',
      false,
    ]);
    const request = readRequest(
      readPem(
        writeRequest(
          [
            { type: 'CN', value: 'jane' },
            { type: 'O', value: 'dev' },
          ],
          key,
          { usages: ['Digital Signature'] },
        ),
      )[0]!.bytes,
    );
    expect([request.subject, request.extensions.usages, requestFault(request)]).toEqual([
      [
        { type: 'CN', value: 'jane' },
        { type: 'O', value: 'dev' },
      ],
      ['Digital Signature'],
      undefined,
    ]);
  });
});

it('what others have signed is read and checked', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const read = readPrivateKey(privateKey.export({ type: 'pkcs1', format: 'pem' }) as string)!;
  expect(Buffer.from(writePublicKey(publicOf(read)))).toEqual(publicKey.export({ type: 'spki', format: 'der' }));
  expect(signatureFault(publicOf(read), '1.2.840.113549.1.1.13', DATA, createSign('sha512').update(DATA).sign(privateKey))).toBeUndefined();
  const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ours = readPrivateKey(curve.privateKey.export({ type: 'sec1', format: 'pem' }) as string)!;
  // Theirs may have a high S, which noble refuses where it is not told.
  for (let i = 0; i < 8; i += 1)
    expect(signatureFault(publicOf(ours), '1.2.840.10045.4.3.2', DATA, sign('sha256', DATA, curve.privateKey))).toBeUndefined();
});

describe('a server is trusted', () => {
  const { pem, issuer } = authority(AUTHORITY);
  const other = authority(drawEcKey(random.fork('other')));
  const stranger = authority(drawEcKey(random.fork('stranger')), 'stranger');
  const HOST = 'hook.default.svc';
  const unknown = 'x509: certificate signed by unknown authority';
  const because = `${unknown} (possibly because of "x509: ECDSA verification failure" while trying to verify candidate authority certificate "kubernetes")`;
  it.each([
    ['by its authority', served(issuer, { dns: [HOST] }), pem, HOST, undefined],
    ['under a pattern', served(issuer, { dns: ['*.default.svc'] }), pem, HOST, undefined],
    ['when it is itself what is trusted', served(issuer, { dns: [HOST] }), served(issuer, { dns: [HOST] }), HOST, undefined],
    ['not by another of the same name', served(issuer, { dns: [HOST] }), other.pem, HOST, because],
    ['not by a stranger', served(issuer, { dns: [HOST] }), stranger.pem, HOST, unknown],
    ['not without roots', served(issuer, { dns: [HOST] }), '', HOST, unknown],
    [
      'not under another name',
      served(issuer, { dns: ['a.svc', 'b.svc'] }),
      pem,
      HOST,
      `x509: certificate is valid for a.svc, b.svc, not ${HOST}`,
    ],
    [
      'not for its common name',
      served(issuer, { cn: HOST }),
      pem,
      HOST,
      'x509: certificate relies on legacy Common Name field, use SANs instead',
    ],
    ['not without names', served(issuer), pem, HOST, `x509: certificate is not valid for any names, but wanted to match ${HOST}`],
    [
      'not by an address that is not in it',
      served(issuer, { dns: [HOST] }),
      pem,
      '10.0.0.1',
      "x509: cannot validate certificate for 10.0.0.1 because it doesn't contain any IP SANs",
    ],
    [
      'not after its end',
      served(issuer, { dns: [HOST], days: -1 }),
      pem,
      HOST,
      'x509: certificate has expired or is not yet valid: current time 2026-01-01T00:00:00Z is after 2025-12-31T00:00:00Z',
    ],
  ])('%s', (_, chain, roots, host, fault) => {
    expect(serverFault(certificatesOf(chain), certificatesOf(roots), host, NOW)).toBe(fault);
  });
  it('over an authority in between', () => {
    const key = drawEcKey(random.fork('between'));
    const between = issue(
      {
        serial: 9n,
        subject: [{ type: 'CN', value: 'between' }],
        rawKey: writePublicKey(publicOf(key)),
        notBefore: NOW - DAY,
        notAfter: NOW + DAY,
        extensions: { authority: { isAuthority: true } },
      },
      issuer,
    );
    const leaf = served({ certificate: certificatesOf(between)[0]!, key }, { dns: [HOST] });
    expect(serverFault(certificatesOf(leaf + between), certificatesOf(pem), HOST, NOW)).toBeUndefined();
    expect(serverFault(certificatesOf(leaf), certificatesOf(pem), HOST, NOW)).toBe(unknown);
  });
});

it('PEM is read as others write it', () => {
  const text = writePem('CERTIFICATE', utf8('x'.repeat(100)));
  expect(readPem(`first\n${text.replaceAll('\n', '\r\n')}then\n${text}`).map(({ label, bytes }) => [label, bytes.length])).toEqual([
    ['CERTIFICATE', 100],
    ['CERTIFICATE', 100],
  ]);
});
