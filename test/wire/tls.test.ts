/** HTTPS: clients are told apart by what they show, and a client that knows the authority trusts the server. */
import { generateKeyPairSync } from 'node:crypto';
import { request } from 'node:https';
import type { RequestOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeRequest } from '../../src/base/pki/certificate.ts';
import { readPrivateKey } from '../../src/base/pki/keys.ts';
import { openCluster } from '../../src/cluster/open.ts';
import { keySourceOf } from '../../src/cluster/key-source.ts';
import { makeAuthority } from '../../src/cluster/root-ca.ts';
import { makeProfile } from '../../src/cluster/profile.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { makeCertificates } from '../../src/wire/certificates.ts';
import type { ClusterCertificates } from '../../src/wire/certificates.ts';
import { serveHttp } from '../../src/wire/http-server.ts';
import { kubeconfig } from '../../src/wire/kubeconfig.ts';
import { parseYaml } from '../../src/api/yaml.ts';

const HOSTS = ['127.0.0.1', 'localhost'];
let sandbox: Sandbox;
let certificates: ClusterCertificates;
let port: number;
let stop: () => void;

beforeAll(async () => {
  const profile = { ...makeProfile({ nodes: 1 }), startAtMs: Date.now() - 20_000, keySeed: 'nobody knows' };
  const [opened, made] = await Promise.all([openCluster({ profile, playing: true, speed: 16 }), makeCertificates(HOSTS, Date.now())]);
  sandbox = opened;
  certificates = { ...made, clientAuthority: makeAuthority(keySourceOf(profile)).certificate };
  const server = await serveHttp(sandbox.api, { port: 0, certificates, token: 'open sesame' });
  port = (server.address() as AddressInfo).port;
  stop = () => {
    server.closeAllConnections();
    server.close();
  };
});

afterAll(async () => {
  stop();
  await sandbox.close();
});

interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

function call(path: string, options: RequestOptions = {}, body?: object): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, ca: certificates.authority, agent: false, ...(body && { method: 'POST' }), ...options },
      (response) => {
        let text = '';
        response.on('data', (bytes: Buffer) => {
          text += bytes.toString();
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as Reply['body'] }));
      },
    );
    sent.on('error', reject);
    if (body) sent.setHeader('content-type', 'application/json');
    sent.end(body && JSON.stringify(body));
  });
}

const shows = (pair: { readonly certificate: string; readonly key: string }): RequestOptions => ({ cert: pair.certificate, key: pair.key });
const brings = (token: string): RequestOptions => ({ headers: { authorization: `Bearer ${token}` } });
const REVIEW = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const WHO = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };

async function whoIs(options: RequestOptions): Promise<unknown> {
  const { status, body } = await call(REVIEW, options, WHO);
  const { username, groups } = ((body['status'] ?? {}) as { userInfo?: Record<string, unknown> }).userInfo ?? {};
  return status === 201 ? [username, groups] : [status, body['message']];
}

const ADMINISTRATOR = ['kubernetes-admin', ['kubeadm:cluster-admins', 'system:authenticated']];

describe('who a client is', () => {
  it('tells its certificate', async () => {
    expect(await whoIs(shows(certificates.administrator))).toEqual(ADMINISTRATOR);
  });

  it('does not believe the certificate of another authority', async () => {
    const foreign = await makeCertificates(HOSTS, Date.now());
    expect((await call('/api/v1/nodes', shows(foreign.administrator))).body['message']).toBe(
      'nodes is forbidden: User "system:anonymous" cannot list resource "nodes" in API group "" at the cluster scope',
    );
  });

  it('tells the certificate that the cluster signed for it', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    const request = writeRequest(
      [
        { type: 'CN', value: 'jane' },
        { type: 'O', value: 'dev' },
      ],
      readPrivateKey(key)!,
    );
    const administrator = shows(certificates.administrator);
    const csrs = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
    const spec = {
      request: Buffer.from(request).toString('base64'),
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['client auth'],
    };
    const made = await call(csrs, administrator, {
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      metadata: { name: 'jane' },
      spec,
    });
    const status = { conditions: [{ type: 'Approved', status: 'True', reason: 'Test', message: 'by hand' }] };
    expect((await call(`${csrs}/jane/approval`, { ...administrator, method: 'PUT' }, { ...made.body, status })).status).toBe(200);
    let signed: string | undefined;
    while (signed === undefined)
      signed = ((await call(`${csrs}/jane`, administrator)).body['status'] as { certificate?: string }).certificate;
    expect(await whoIs({ cert: Buffer.from(signed, 'base64').toString(), key })).toEqual(['jane', ['dev', 'system:authenticated']]);
    // In a header it says nothing: everybody may know a certificate.
    expect(await whoIs({ headers: { 'x-client-certificate': signed } })).toMatchObject([403, expect.stringContaining('system:anonymous')]);
  });

  it('tells the token that was chosen at the start', async () => {
    expect(await whoIs(brings('open sesame'))).toEqual(ADMINISTRATOR);
  });

  it('tells the token of a ServiceAccount, which may do what its roles say', async () => {
    const made = await call('/api/v1/namespaces/default/serviceaccounts/default/token', shows(certificates.administrator), {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {},
    });
    const token = (made.body['status'] as { token: string }).token;
    expect(await whoIs(brings(token))).toEqual([
      'system:serviceaccount:default:default',
      ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
    ]);
    expect(await call('/api/v1/nodes', brings(token))).toMatchObject({ status: 403 });
  });

  it('refuses a token that nobody gave, also from who shows no certificate', async () => {
    expect(await whoIs(brings('open sesam'))).toEqual([401, 'Unauthorized']);
  });

  it('lets nobody in without either', async () => {
    expect(await call('/api/v1/nodes')).toMatchObject({ status: 403 });
    expect(await call('/api/v1/nodes', { servername: 'localhost', headers: { host: 'evil.example' } })).toMatchObject({
      status: 403,
      body: { message: expect.stringContaining('local clients only') },
    });
  });
});

describe('trust', () => {
  it('fails for a client that does not know the authority', async () => {
    await expect(call('/readyz', { ca: [] })).rejects.toThrow(/self.signed|unable to (verify|get)/i);
  });

  it('stands in the kubeconfig', () => {
    const config = parseYaml(kubeconfig('https://127.0.0.1:1', { certificates })) as {
      clusters: [{ cluster: Record<string, string> }];
      users: [{ user: Record<string, string> }];
    };
    const text = (base64: string | undefined): string => Buffer.from(base64 ?? '', 'base64').toString();
    expect(text(config.clusters[0].cluster['certificate-authority-data'])).toBe(certificates.authority);
    expect(text(config.users[0].user['client-key-data'])).toBe(certificates.administrator.key);
    const withToken = parseYaml(kubeconfig('https://127.0.0.1:1', { certificates, token: 'a: "b' })) as {
      users: [{ user: Record<string, string> }];
    };
    expect(withToken.users[0].user).toEqual({ token: 'a: "b' });
  });
});
