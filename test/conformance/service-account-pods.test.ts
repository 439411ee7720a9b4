/** Conformance tests of [sig-auth] in which Pods hold tokens, by their names. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TokenReview } from '../../src/api/generated/types.ts';
import { openPlayer } from '../tutorials/play.ts';
import type { Player } from '../tutorials/play.ts';

const AGNHOST = 'registry.k8s.io/e2e-test-images/agnhost:2.53';
const FILES = {
  'discovery.yaml': `
apiVersion: v1
kind: Pod
metadata: {name: oidc-discovery-validator}
spec:
  restartPolicy: Never
  containers:
  - name: oidc-discovery-validator
    image: ${AGNHOST}
    args: [test-service-account-issuer-discovery, --token-path, /var/run/secrets/tokens/sa-token, --audience, oidc-discovery-test]
    volumeMounts: [{name: sa-token, mountPath: /var/run/secrets/tokens, readOnly: true}]
  volumes:
  - name: sa-token
    projected:
      sources: [{serviceAccountToken: {path: sa-token, expirationSeconds: 7200, audience: oidc-discovery-test}}]
`,
  'other.yaml': `
apiVersion: v1
kind: Pod
metadata: {name: other-audience}
spec:
  restartPolicy: Never
  containers:
  - name: validator
    image: ${AGNHOST}
    args: [test-service-account-issuer-discovery, --token-path, /var/run/secrets/kubernetes.io/serviceaccount/token, --audience, oidc-discovery-test]
`,
  'mounts.yaml': `
apiVersion: v1
kind: Pod
metadata: {name: token-reader}
spec:
  serviceAccountName: mount-test
  terminationGracePeriodSeconds: 0
  containers:
  - {name: test, image: ${AGNHOST}, args: [pause]}
`,
  'projected.yaml': `
apiVersion: v1
kind: Pod
metadata: {name: test-pod}
spec:
  restartPolicy: Never
  containers:
  - name: agnhost-container
    image: ${AGNHOST}
    args: [mounttest, --file_content=/test-volume/token]
    volumeMounts: [{name: test-volume, mountPath: /test-volume}]
  volumes:
  - name: test-volume
    projected:
      sources: [{serviceAccountToken: {path: token, expirationSeconds: 3600, audience: elsewhere}}]
`,
};

let player: Player;
beforeAll(async () => {
  player = await openPlayer(FILES);
});
afterAll(() => player.sandbox.close());

const review = async (token: string, audiences?: readonly string[]): Promise<TokenReview['status']> => {
  const path = '/apis/authentication.k8s.io/v1/tokenreviews';
  const { body } = await player.sandbox.api.request({ method: 'POST', path, body: { spec: { token, ...(audiences && { audiences }) } } });
  return (body as TokenReview).status;
};

describe('[sig-auth] ServiceAccounts in Pods', () => {
  it('[sig-auth] ServiceAccounts ServiceAccountIssuerDiscovery should support OIDC discovery of service account issuer', async () => {
    const { run, value } = player;
    await run('kubectl create -f discovery.yaml -f other.yaml');
    await run("kubectl wait --for=jsonpath='{.status.phase}'=Succeeded pod/oidc-discovery-validator --timeout=60s");
    const log = await run('kubectl logs oidc-discovery-validator');
    expect(log.match(/OK: .*/g)).toEqual([
      'OK: Got token',
      'OK: got issuer https://kubernetes.default.svc.cluster.local',
      'OK: Constructed OIDC provider for issuer https://kubernetes.default.svc.cluster.local',
      'OK: Validated signature on JWT',
      'OK: Got valid claims from token!',
    ]);
    const metadata = JSON.parse(await run('kubectl get --raw /.well-known/openid-configuration')) as Record<string, unknown>;
    expect(metadata).toMatchObject({
      issuer: 'https://kubernetes.default.svc.cluster.local',
      jwks_uri: expect.stringMatching(/^https:\/\/[^/]+\/openid\/v1\/jwks$/) as unknown,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
    });
    await run("kubectl wait --for=jsonpath='{.status.phase}'=Failed pod/other-audience --timeout=60s");
    expect(await run('kubectl logs other-audience')).toContain('oidc: expected audience "oidc-discovery-test" got');
    expect(await value('pod/other-audience', '{.status.containerStatuses[0].state.terminated.exitCode}')).toBe('1');
  });

  it('[sig-auth] ServiceAccounts should mount an API token into pods', async () => {
    const { run } = player;
    await run('kubectl create serviceaccount mount-test');
    await run('kubectl create -f mounts.yaml && kubectl wait --for=condition=Ready pod/token-reader --timeout=60s');
    const read = (name: string): Promise<string> =>
      run(`kubectl exec token-reader -c test -- cat /var/run/secrets/kubernetes.io/serviceaccount/${name}`);
    expect(await read('namespace')).toBe('default');
    expect(await read('ca.crt')).toBe(await run("kubectl get configmap kube-root-ca.crt -o jsonpath='{.data.ca\\.crt}'"));
    const [uid, podUid] = [
      await run("kubectl get serviceaccount mount-test -o jsonpath='{.metadata.uid}'"),
      await run("kubectl get pod token-reader -o jsonpath='{.metadata.uid}'"),
    ];
    const status = await review(await read('token'));
    expect(status).toMatchObject({ authenticated: true, user: { username: 'system:serviceaccount:default:mount-test', uid } });
    expect(new Set(status?.user?.groups)).toEqual(
      new Set(['system:authenticated', 'system:serviceaccounts', 'system:serviceaccounts:default']),
    );
    expect(status?.user?.extra).toMatchObject({
      'authentication.kubernetes.io/pod-name': ['token-reader'],
      'authentication.kubernetes.io/pod-uid': [podUid],
    });
  });

  it('[sig-auth] ServiceAccounts should mount projected service account token', async () => {
    const { run } = player;
    await run("kubectl create -f projected.yaml && kubectl wait --for=jsonpath='{.status.phase}'=Succeeded pod/test-pod --timeout=60s");
    const token = /^content of file "\/test-volume\/token": ([\w-]+\.[\w-]+\.[\w-]+)$/m.exec(await run('kubectl logs test-pod'))?.[1] ?? '';
    expect((await review(token, ['elsewhere']))?.user?.username).toBe('system:serviceaccount:default:default');
    expect((await review(token))?.authenticated).toBeUndefined();
  });
});
