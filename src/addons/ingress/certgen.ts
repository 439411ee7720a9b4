/** kube-webhook-certgen: makes the certificate of a webhook as a Secret, and tells the webhook's configuration its CA.
 *  Upstream: kubernetes/ingress-nginx images/kube-webhook-certgen */
import { base64 } from '../../base/bytes.ts';
import { certificatesOf, issue, keyId, selfSign } from '../../base/pki/certificate.ts';
import { drawEcKey, publicOf, writePrivateKey, writePublicKey } from '../../base/pki/keys.ts';
import type { Secret } from '../../api/generated/types.ts';
import { ApiError, isReason } from '../../api/errors.ts';
import { MutatingWebhookConfigurations, Secrets, ValidatingWebhookConfigurations } from '../../api/resources.ts';
import type { Transport, UserInfo } from '../../api/transport.ts';
import { createClient } from '../../client/create-client.ts';
import type { Client } from '../../client/client.ts';
import type { Process } from '../../cri/process.ts';

const YEAR_MS = 365 * 86_400_000;
const VALID_YEARS = 100;
const CA_SERIAL = 1n;
const SERVER_SERIAL = 2n;

function flagOf(argv: readonly string[], name: string): string | undefined {
  const at = argv.indexOf(`--${name}`);
  return argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? (at < 0 ? undefined : argv[at + 1]);
}

/** An authority that nobody else has, and a server's certificate of it for the hosts; its own key is thrown away. */
function certificatesFor(process: Process, hosts: readonly string[]): Readonly<Record<'ca' | 'cert' | 'key', string>> {
  const [root, own] = [drawEcKey(process.random), drawEcKey(process.random)];
  const notBefore = process.clock.now();
  const notAfter = notBefore + VALID_YEARS * YEAR_MS;
  const extensions = {
    usages: ['Digital Signature', 'Key Encipherment', 'Certificate Sign'],
    authority: { isAuthority: true },
    subjectKeyId: keyId(writePublicKey(publicOf(root))),
  };
  const ca = selfSign({ serial: CA_SERIAL, subject: [{ type: 'O', value: 'nil1' }], notBefore, notAfter, extensions }, root);
  const [certificate] = certificatesOf(ca);
  if (certificate === undefined) throw new RangeError('the authority has no certificate');
  const cert = issue(
    {
      serial: SERVER_SERIAL,
      subject: [{ type: 'O', value: 'nil2' }],
      rawKey: writePublicKey(publicOf(own)),
      notBefore,
      notAfter,
      extensions: {
        usages: ['Digital Signature'],
        extendedUsages: ['TLS Web Server Authentication'],
        authority: { isAuthority: false },
        authorityKeyId: keyId(certificate.rawKey),
        names: { dns: hosts, ips: [], emails: [], uris: [] },
      },
    },
    { certificate, key: root },
  );
  return { ca, cert, key: writePrivateKey(own, true) };
}

async function secretOf(client: Client, namespace: string, name: string): Promise<Secret | undefined> {
  try {
    return await client.get(Secrets, name, namespace);
  } catch (error) {
    if (isReason(error, 'NotFound')) return undefined;
    throw error;
  }
}

async function create(process: Process, client: Client, namespace: string, name: string): Promise<void> {
  if (await secretOf(client, namespace, name)) {
    await process.stderr.write('{"level":"info","msg":"secret already exists"}\n');
    return;
  }
  const hosts = (flagOf(process.argv, 'host') ?? '').split(',').filter((host) => host !== '');
  const data = Object.fromEntries(Object.entries(certificatesFor(process, hosts)).map(([key, text]) => [key, base64(text)]));
  await client.create(Secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: 'Opaque', data });
  await process.stderr.write(`{"level":"info","msg":"creating new secret","secret":"${name}"}\n`);
}

/** The Job is tried again until the other one has made the Secret. */
async function patch(process: Process, client: Client, namespace: string, name: string): Promise<number> {
  const { argv } = process;
  const ca = (await secretOf(client, namespace, name))?.data?.['ca'];
  if (ca === undefined) {
    await process.stderr.write(`{"level":"fatal","msg":"no secret with '${name}' in '${namespace}'"}\n`);
    return 1;
  }
  const webhook = flagOf(argv, 'webhook-name') ?? '';
  const failurePolicy = flagOf(argv, 'patch-failure-policy');
  const kinds = [
    ...(flagOf(argv, 'patch-validating') === 'false' ? [] : [ValidatingWebhookConfigurations]),
    ...(flagOf(argv, 'patch-mutating') === 'false' ? [] : [MutatingWebhookConfigurations]),
  ];
  for (const kind of kinds) {
    const found = await client.get(kind, webhook);
    const webhooks = (found.webhooks ?? []).map((each) => ({
      ...each,
      clientConfig: { ...each.clientConfig, caBundle: ca },
      ...(failurePolicy !== undefined && { failurePolicy }),
    }));
    await client.update(kind, { ...found, webhooks });
  }
  await process.stderr.write(`{"level":"info","msg":"patched webhook configurations","name":"${webhook}"}\n`);
  return 0;
}

/** `create` or `patch`; the exit code. */
export async function runCertgen(process: Process, transport: Transport, user: UserInfo): Promise<number> {
  const client = createClient(transport, { userAgent: 'kube-webhook-certgen', user });
  const [, command] = process.argv;
  const namespace = flagOf(process.argv, 'namespace') ?? 'default';
  const name = flagOf(process.argv, 'secret-name') ?? '';
  try {
    if (command === 'create') await create(process, client, namespace, name);
    else if (command === 'patch') return await patch(process, client, namespace, name);
    else return 1;
    return 0;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    await process.stderr.write(`{"level":"fatal","msg":${JSON.stringify(error.message)}}\n`);
    return 1;
  }
}
