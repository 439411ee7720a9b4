/** Conformance tests of [sig-auth] that need the server and the controllers, by their names. */
import { describe, expect, it } from 'vitest';
import type { ConfigMap, Pod, ServiceAccount, SubjectAccessReview, TokenReview } from '../../src/api/generated/types.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { configMap, CONFIG_MAPS, pod, PODS, testServer } from '../apiserver/support.ts';
import { admittingServer, controlledCluster, eventually } from './clusters.ts';

const ACCOUNTS = '/api/v1/namespaces/default/serviceaccounts';
const ROOT_CA = '/api/v1/namespaces/any/configmaps/kube-root-ca.crt';
const REVIEWS = '/apis/authentication.k8s.io/v1/tokenreviews';
const AUTHORIZATION = '/apis/authorization.k8s.io/v1';

interface Issued {
  readonly status: { readonly token: string };
}

describe('[sig-auth] ServiceAccounts', () => {
  it('[sig-auth] ServiceAccounts should create a serviceAccountToken and ensure a successful TokenReview', async () => {
    const { ok } = await testServer();
    const account = await ok('POST', ACCOUNTS, { metadata: { name: 'robot' } });
    const { status } = await ok<Issued>('POST', `${ACCOUNTS}/robot/token`, { spec: {} });
    const review = await ok<TokenReview>('POST', REVIEWS, { spec: { token: status.token } });
    expect(review.status).toMatchObject({
      authenticated: true,
      user: {
        username: 'system:serviceaccount:default:robot',
        uid: account.metadata?.uid,
        groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
      },
      audiences: ['https://kubernetes.default.svc.cluster.local'],
    });
    expect(review.status?.error).toBeUndefined();
    const [head = '', body = '', signature = ''] = status.token.split('.');
    const forged = `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    expect((await ok<TokenReview>('POST', REVIEWS, { spec: { token: forged } })).status).toEqual({
      user: {},
      error: 'invalid bearer token',
    });
    const other = await ok<Issued>('POST', `${ACCOUNTS}/robot/token`, { spec: { audiences: ['vault'] } });
    const ofVault = (audiences?: readonly string[]): Promise<TokenReview> =>
      ok<TokenReview>('POST', REVIEWS, { spec: { token: other.status.token, ...(audiences && { audiences }) } });
    expect((await ofVault()).status?.authenticated).toBeUndefined();
    expect((await ofVault(['vault', 'other'])).status).toMatchObject({ authenticated: true, audiences: ['vault'] });
    await ok('DELETE', `${ACCOUNTS}/robot`);
    expect((await ok<TokenReview>('POST', REVIEWS, { spec: { token: status.token } })).status?.authenticated).toBeUndefined();
  });

  it('[sig-auth] ServiceAccounts should guarantee kube-root-ca.crt exist in any namespace', async () => {
    const cluster = await controlledCluster();
    const { ok, call } = cluster;
    const made = (): Promise<void> => eventually(cluster, async () => (await call('GET', ROOT_CA)).status === 200);
    await ok('POST', '/api/v1/namespaces', { metadata: { name: 'any' } });
    await made();
    const { data } = await ok<ConfigMap>('GET', ROOT_CA);
    expect(data?.['ca.crt']).toBe('CERTIFICATE');
    await ok('DELETE', ROOT_CA);
    await made();
    await ok('PUT', ROOT_CA, { metadata: { name: 'kube-root-ca.crt' }, data: { 'ca.crt': '' } });
    await eventually(cluster, async () => (await ok<ConfigMap>('GET', ROOT_CA)).data?.['ca.crt'] === 'CERTIFICATE');
  });

  it('[sig-auth] ServiceAccounts should update a ServiceAccount', async () => {
    const { ok } = await testServer();
    const made = await ok<ServiceAccount>('POST', ACCOUNTS, { metadata: { name: 'robot' }, automountServiceAccountToken: false });
    expect(made.automountServiceAccountToken).toBe(false);
    await ok('PUT', `${ACCOUNTS}/robot`, { ...made, automountServiceAccountToken: true });
    expect((await ok<ServiceAccount>('GET', `${ACCOUNTS}/robot`)).automountServiceAccountToken).toBe(true);
  });

  it('[sig-auth] ServiceAccounts should allow opting out of API token automount', async () => {
    const { ok } = await admittingServer();
    const accounts = { default: undefined, mount: true, nomount: false } as const;
    for (const [name, automountServiceAccountToken] of Object.entries(accounts)) {
      await ok('POST', ACCOUNTS, {
        metadata: { name },
        ...(automountServiceAccountToken !== undefined && { automountServiceAccountToken }),
      });
    }
    const mounts: Record<string, boolean> = {};
    for (const serviceAccountName of Object.keys(accounts)) {
      for (const asked of [undefined, true, false]) {
        const name = `pod-${serviceAccountName}-${asked}`;
        const made = await ok<Pod>(
          'POST',
          PODS,
          pod(name, { serviceAccountName, ...(asked !== undefined && { automountServiceAccountToken: asked }) }),
        );
        mounts[name] =
          made.spec?.containers[0]?.volumeMounts?.some(({ mountPath }) => mountPath === '/var/run/secrets/kubernetes.io/serviceaccount') ??
          false;
      }
    }
    expect(mounts).toEqual({
      'pod-default-undefined': true,
      'pod-default-true': true,
      'pod-default-false': false,
      'pod-mount-undefined': true,
      'pod-mount-true': true,
      'pod-mount-false': false,
      'pod-nomount-undefined': false,
      'pod-nomount-true': true,
      'pod-nomount-false': false,
    });
  });
});

describe('[sig-auth] SubjectReview', () => {
  it('[sig-auth] SubjectReview should support SubjectReview API operations', async () => {
    const { ok, call } = await testServer();
    await ok('POST', ACCOUNTS, { metadata: { name: 'reader' } });
    await ok('POST', CONFIG_MAPS, configMap('one'));
    const username = 'system:serviceaccount:default:reader';
    const resourceAttributes = { verb: 'list', resource: 'configmaps', namespace: 'default' };
    const review = (kind: string, path: string): Promise<SubjectAccessReview> =>
      ok('POST', path, {
        apiVersion: 'authorization.k8s.io/v1',
        kind,
        ...(kind.startsWith('Local') && { metadata: { namespace: 'default' } }),
        spec: { resourceAttributes, user: username },
      });
    const answers = async (): Promise<unknown[]> => {
      const whole = await review('SubjectAccessReview', `${AUTHORIZATION}/subjectaccessreviews`);
      const local = await review('LocalSubjectAccessReview', `${AUTHORIZATION}/namespaces/default/localsubjectaccessreviews`);
      const list = await call('GET', CONFIG_MAPS, undefined, { headers: { 'impersonate-user': username } });
      return [whole.status?.allowed, local.status?.allowed, list.status];
    };
    expect(await answers()).toEqual([false, false, 403]);
    const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
    await ok('POST', `${rbac}/roles`, {
      metadata: { name: 'reader' },
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }],
    } as KubeObject);
    await ok('POST', `${rbac}/rolebindings`, {
      metadata: { name: 'reader' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
      subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace: 'default' }],
    } as KubeObject);
    expect(await answers()).toEqual([true, true, 200]);
  });
});
