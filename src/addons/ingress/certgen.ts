/** kube-webhook-certgen: makes the certificate of a webhook as a Secret, and tells the webhook's configuration its CA.
 *  Differs from Kubernetes: key and certificates have the right shape and no cryptographic strength.
 *  Upstream: kubernetes/ingress-nginx images/kube-webhook-certgen */
import { base64 } from '../../base/bytes.ts';
import type { Secret } from '../../api/generated/types.ts';
import { ApiError, isReason } from '../../api/errors.ts';
import { MutatingWebhookConfigurations, Secrets, ValidatingWebhookConfigurations } from '../../api/resources.ts';
import type { Transport, UserInfo } from '../../api/transport.ts';
import { createClient } from '../../client/create-client.ts';
import type { Client } from '../../client/client.ts';
import type { Process } from '../../cri/process.ts';

const PEM_BYTES = 384;
const LINE = 64;
const CERTIFICATE = { ca: 'CERTIFICATE', cert: 'CERTIFICATE', key: 'EC PRIVATE KEY' } as const;

function flagOf(argv: readonly string[], name: string): string | undefined {
  const at = argv.indexOf(`--${name}`);
  return argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) ?? (at < 0 ? undefined : argv[at + 1]);
}

function pem({ random }: Process, label: string): string {
  const bytes = Uint8Array.from({ length: PEM_BYTES }, () => random.int(256));
  const lines = base64(bytes).match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
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
  const data = Object.fromEntries(Object.entries(CERTIFICATE).map(([key, label]) => [key, base64(pem(process, label))]));
  await client.create(Secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: 'Opaque', data });
  await process.stderr.write(`{"level":"info","msg":"creating new secret","secret":"${name}"}\n`);
}

async function patch(process: Process, client: Client, namespace: string, name: string): Promise<void> {
  const { argv } = process;
  const ca = (await secretOf(client, namespace, name))?.data?.['ca'];
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
      clientConfig: { ...each.clientConfig, ...(ca !== undefined && { caBundle: ca }) },
      ...(failurePolicy !== undefined && { failurePolicy }),
    }));
    await client.update(kind, { ...found, webhooks });
  }
  await process.stderr.write(`{"level":"info","msg":"patched webhook configurations","name":"${webhook}"}\n`);
}

/** `create` or `patch`; the exit code. */
export async function runCertgen(process: Process, transport: Transport, user: UserInfo): Promise<number> {
  const client = createClient(transport, { userAgent: 'kube-webhook-certgen', user });
  const [, command] = process.argv;
  const namespace = flagOf(process.argv, 'namespace') ?? 'default';
  const name = flagOf(process.argv, 'secret-name') ?? '';
  try {
    if (command === 'create') await create(process, client, namespace, name);
    else if (command === 'patch') await patch(process, client, namespace, name);
    else return 1;
    return 0;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    await process.stderr.write(`{"level":"fatal","msg":${JSON.stringify(error.message)}}\n`);
    return 1;
  }
}
