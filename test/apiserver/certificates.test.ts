/** CertificateSigningRequests: who asked, who may approve, what may not change. */
import { describe, expect, it } from 'vitest';
import { base64 } from '../../src/base/bytes.ts';
import { writeRequest } from '../../src/base/pki/certificate.ts';
import { drawEcKey } from '../../src/base/pki/keys.ts';
import { createRandom } from '../../src/base/random.ts';
import { certificateApproval, certificateSigning } from '../../src/apiserver/admission/certificates.ts';
import { MERGE, testServer } from './support.ts';

const CSRS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const PEM = base64(writeRequest([{ type: 'CN', value: 'jane' }], drawEcKey(createRandom('jane'))));
const csr = (spec: object = {}): object => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name: 'jane' },
  spec: { request: PEM, signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'], ...spec },
});
const jane = { name: 'jane', groups: ['system:authenticated'] };
const approval = (type: string): object => ({
  status: { conditions: [{ type, status: 'True', reason: 'KubectlApprove', message: 'by hand' }] },
});

describe('certificate signing requests', () => {
  it('name who asked, and are approved once', async () => {
    const { ok, refused } = await testServer({ admission: [certificateApproval, certificateSigning] });
    expect(await ok('POST', CSRS, csr({ username: 'somebody else' }))).toMatchObject({
      spec: { username: 'kubernetes-admin' },
      status: {},
    });
    const approved = await ok('PATCH', `${CSRS}/jane/approval`, approval('Approved'), { headers: MERGE });
    expect((approved as { status?: object }).status).toMatchObject({
      conditions: [{ type: 'Approved', lastUpdateTime: '2026-01-01T00:00:00Z', lastTransitionTime: '2026-01-01T00:00:00Z' }],
    });
    expect(await refused('PATCH', `${CSRS}/jane/approval`, approval('Denied'), { headers: MERGE })).toContain(
      'status.conditions: Forbidden: updates may not remove a condition of type "Approved"',
    );
    expect(await ok('PATCH', `${CSRS}/jane`, { spec: { usages: ['server auth'] } }, { headers: MERGE })).toMatchObject({
      spec: { usages: ['client auth'] },
    });
  });

  it('need leave of the signer', async () => {
    const { ok, refused } = await testServer({ admission: [certificateApproval, certificateSigning] });
    await ok('POST', CSRS, csr());
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    await ok('POST', `${rbac}/clusterroles`, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'r' },
      rules: [{ apiGroups: ['certificates.k8s.io'], resources: ['certificatesigningrequests/approval'], verbs: ['update', 'patch'] }],
    });
    await ok('POST', `${rbac}/clusterrolebindings`, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'b' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'r' },
      subjects: [{ kind: 'User', name: 'jane', apiGroup: 'rbac.authorization.k8s.io' }],
    });
    expect(await refused('PATCH', `${CSRS}/jane/approval`, approval('Approved'), { headers: MERGE, user: jane })).toBe(
      '403 Forbidden: certificatesigningrequests.certificates.k8s.io "jane" is forbidden: user not permitted to approve requests with signerName "kubernetes.io/kube-apiserver-client"',
    );
  });

  it.each([
    [{ usages: [] }, 'spec.usages: Required value'],
    [{ usages: ['nothing'] }, 'spec.usages[0]: Unsupported value: "nothing"'],
    [{ signerName: '' }, 'spec.signerName: Required value'],
    [{ expirationSeconds: 60 }, 'spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 600 seconds (10 minutes)'],
    [{ request: base64('no') }, 'spec.request: Invalid value: []byte{0x6e, 0x6f}: PEM block type must be CERTIFICATE REQUEST'],
  ])('are refused: %j', async (spec, text) => {
    const { refused } = await testServer();
    expect(await refused('POST', CSRS, csr(spec))).toContain(`CertificateSigningRequest.certificates.k8s.io "jane" is invalid: ${text}`);
  });
});
