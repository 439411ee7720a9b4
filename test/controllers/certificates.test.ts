/** Certificate signing requests from asking to the certificate, over API server and controllers. */
import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { base64, fromBase64, fromUtf8 } from '../../src/base/bytes.ts';
import { writeRequest } from '../../src/base/pki/certificate.ts';
import type { Extensions } from '../../src/base/pki/extensions.ts';
import { drawEcKey } from '../../src/base/pki/keys.ts';
import { createRandom } from '../../src/base/random.ts';
import type { CertificateSigningRequest } from '../../src/api/generated/types.ts';
import { CertificateSigningRequests } from '../../src/api/resources.ts';
import { makeAuthority } from '../../src/cluster/root-ca.ts';
import { controlledCluster } from '../conformance/clusters.ts';

const START = Date.UTC(2026, 0, 1);
const AUTHORITY = makeAuthority({ seed: 'test', fromMs: START });
const CSRS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const HOUR = 3_600_000;

function requestFor(subject: Readonly<Record<string, string>>, extensions: Extensions = {}): string {
  const name = Object.entries(subject).map(([type, value]) => ({ type, value }));
  return base64(writeRequest(name, drawEcKey(createRandom('client')), extensions));
}

const csr = (name: string, request: string, spec: object = {}): object => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name },
  spec: { request, signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'], ...spec },
});
const decided = (type: string) => ({ status: { conditions: [{ type, status: 'True', reason: 'Test', message: 'by hand' }] } });
const merge = { headers: { 'content-type': 'application/merge-patch+json' } };

async function withSigner() {
  const cluster = await controlledCluster({ manager: { authority: AUTHORITY } });
  const decide = (name: string, type = 'Approved') => cluster.ok('PATCH', `${CSRS}/${name}/approval`, decided(type), merge);
  const after = async (name: string, ms = 500): Promise<CertificateSigningRequest> => {
    await cluster.advance(ms);
    return cluster.get(CertificateSigningRequests, name);
  };
  const issued = (found: CertificateSigningRequest): X509Certificate =>
    new X509Certificate(Buffer.from(fromBase64(found.status?.certificate ?? '') ?? []));
  return { ...cluster, decide, after, issued };
}
const conditions = ({ status }: CertificateSigningRequest) =>
  (status?.conditions ?? []).map(({ type, reason, message }) => [type, reason, message]);

describe('a client', () => {
  it('gets a certificate of the names and time that it asked for, once it is approved', async () => {
    const { ok, decide, after, issued, world } = await withSigner();
    await ok('POST', CSRS, csr('jane', requestFor({ O: 'dev', CN: 'jane' }), { expirationSeconds: 86_400 }));
    expect((await after('jane')).status?.certificate).toBeUndefined();
    await decide('jane');
    const certificate = issued(await after('jane'));
    expect(certificate.verify(new X509Certificate(AUTHORITY.certificate).publicKey)).toBe(true);
    expect([certificate.subject, certificate.issuer, certificate.ca, certificate.keyUsage]).toEqual([
      'O=dev\nCN=jane',
      'CN=kubernetes',
      false,
      ['1.3.6.1.5.5.7.3.2'],
    ]);
    const lasts = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)].map((at) =>
      Math.round((at - world.clock.now()) / 60_000),
    );
    expect(lasts).toEqual([-5, 24 * 60 - 5]);
  });
  it.each([
    [{ usages: ['client auth', 'server auth'] }, 'invalid usage for client certificate: server auth'],
    [{ usages: ['digital signature'] }, 'missing required usage for client certificate: client auth'],
  ])('is told what its signer does not sign: %j', async (spec, message) => {
    const { ok, decide, after } = await withSigner();
    await ok('POST', CSRS, csr('jane', requestFor({ CN: 'jane' }), spec));
    await decide('jane');
    const found = await after('jane');
    expect([found.status?.certificate, conditions(found)[1]]).toEqual([undefined, ['Failed', 'SignerValidationFailure', message]]);
  });
  it('gets nothing where it was denied, or from a signer that is not here', async () => {
    const { ok, decide, after } = await withSigner();
    await ok('POST', CSRS, csr('denied', requestFor({ CN: 'jane' })));
    await ok('POST', CSRS, csr('elsewhere', requestFor({ CN: 'jane' }), { signerName: 'example.com/other' }));
    await decide('denied', 'Denied');
    await decide('elsewhere');
    for (const name of ['denied', 'elsewhere']) expect((await after(name)).status?.certificate).toBeUndefined();
  });
  it('does not become a superuser', async () => {
    const { refused } = await withSigner();
    expect(await refused('POST', CSRS, csr('jane', requestFor({ O: 'system:masters', CN: 'jane' })))).toBe(
      '403 Forbidden: certificatesigningrequests.certificates.k8s.io "jane" is forbidden: use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed',
    );
  });
  it('must hold the key', async () => {
    const { refused } = await withSigner();
    const bytes = fromBase64(
      fromUtf8(fromBase64(requestFor({ CN: 'jane' }))!)
        .replace(/-----[^-]+-----/g, '')
        .replace(/\s/g, ''),
    )!;
    // A letter of the name.
    const at = bytes.indexOf('j'.charCodeAt(0));
    bytes[at] = 'J'.charCodeAt(0);
    const broken = base64(`-----BEGIN CERTIFICATE REQUEST-----\n${base64(bytes)}\n-----END CERTIFICATE REQUEST-----\n`);
    expect(await refused('POST', CSRS, csr('jane', broken))).toContain('x509: ECDSA verification failure');
  });
});

describe('a kubelet', () => {
  const node = { O: 'system:nodes', CN: 'system:node:worker-1' };
  const client = {
    signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
    usages: ['digital signature', 'key encipherment', 'client auth'],
  };
  const itself = { name: node.CN, groups: [node.O, 'system:authenticated'] };
  it('renews its client certificate without anybody, where RBAC says so', async () => {
    const { ok, after, issued } = await withSigner();
    const binding = { name: 'kubeadm:node-autoapprove-certificate-rotation' };
    const role = 'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient';
    await ok('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: binding,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:nodes' }],
    });
    await ok('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'asks' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:node-bootstrapper' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:nodes' }],
    });
    await ok('POST', CSRS, csr('own', requestFor(node), client), { user: itself });
    const own = await after('own', 1000);
    expect(conditions(own)).toEqual([
      ['Approved', 'AutoApproved', 'Auto approving self kubelet client certificate after SubjectAccessReview.'],
    ]);
    expect(issued(own).subject).toBe('O=system:nodes\nCN=system:node:worker-1');
    await ok('POST', CSRS, csr('other', requestFor({ ...node, CN: 'system:node:worker-2' }), client), { user: itself });
    expect(conditions(await after('other', 1000))).toEqual([]);
  });
  it.each([
    [node, {}, 'DNS or IP subjectAltName is required'],
    [{ ...node, O: 'dev' }, { names: { dns: ['worker-1'], ips: [], emails: [], uris: [] } }, 'subject organization is not system:nodes'],
    [node, { names: { dns: ['worker-1'], ips: ['172.18.0.3'], emails: [], uris: [] } }, undefined],
  ])('serves under names of its own: %j %j', async (subject, extensions, message) => {
    const { ok, decide, after, issued } = await withSigner();
    await ok(
      'POST',
      CSRS,
      csr('serving', requestFor(subject, extensions), {
        signerName: 'kubernetes.io/kubelet-serving',
        usages: ['digital signature', 'server auth'],
      }),
    );
    await decide('serving');
    const found = await after('serving');
    if (message === undefined) expect(issued(found).subjectAltName).toBe('DNS:worker-1, IP Address:172.18.0.3');
    else expect(conditions(found)[1]).toEqual(['Failed', 'SignerValidationFailure', message]);
  });
});

it('old requests go: decided ones after an hour, others after a day', async () => {
  const { ok, decide, list, advance } = await withSigner();
  for (const name of ['approved', 'denied', 'pending']) await ok('POST', CSRS, csr(name, requestFor({ CN: 'jane' })));
  await decide('approved');
  await decide('denied', 'Denied');
  const names = async (): Promise<readonly string[]> =>
    (await list(CertificateSigningRequests)).map(({ metadata }) => metadata?.name ?? '');
  await advance(HOUR - 60_000);
  expect(await names()).toHaveLength(3);
  await advance(120_000);
  expect(await names()).toEqual(['pending']);
  await advance(23 * HOUR);
  expect(await names()).toEqual([]);
});
