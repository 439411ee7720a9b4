/** Tokens that somebody keeps in a Secret. */
import { expect, it } from 'vitest';
import { openPlayer } from './play.ts';

const SECRET = `apiVersion: v1
kind: Secret
metadata: {name: robot-key, annotations: {kubernetes.io/service-account.name: robot}}
type: kubernetes.io/service-account-token
`;

it('are put into the Secret, say who shows them, and go with their account', async () => {
  const { run, result, value, sandbox } = await openPlayer({ 'key.yaml': SECRET });
  await run('kubectl create serviceaccount robot && kubectl apply -f key.yaml && sleep 2');
  expect(await run('kubectl describe secret robot-key')).toMatch(
    /\nData\n====\nca.crt: {5}\d+ bytes\nnamespace: {2}7 bytes\ntoken: {6}ey[\w.-]+\n/,
  );
  expect(await run('kubectl describe serviceaccount robot')).toContain('Tokens:              robot-key\n');
  expect(await value('secret/robot-key', '{.metadata.annotations.kubernetes\\.io/service-account\\.uid}')).toBe(
    await value('sa/robot', '{.metadata.uid}'),
  );
  await run('TOKEN=$(kubectl get secret robot-key -o jsonpath={.data.token} | base64 -d)');
  await run('kubectl config set-credentials robot --token=$TOKEN && kubectl config set-context robot --cluster=tabernetes --user=robot');
  expect(await run('kubectl --context=robot auth whoami -o jsonpath={.status.userInfo.username}')).toBe(
    'system:serviceaccount:default:robot',
  );
  await run('kubectl delete serviceaccount robot && sleep 2');
  expect((await result('kubectl get secret robot-key')).stderr).toBe('Error from server (NotFound): secrets "robot-key" not found\n');
  const refused = await result('kubectl --context=robot get pods');
  expect(refused.stderr).toBe('error: You must be logged in to the server (Unauthorized)\n');
  await sandbox.close();
});

it('are of use only where the authority is named', async () => {
  const { run, result, sandbox } = await openPlayer();
  await run('kubectl run asker --image=curlimages/curl --command -- sleep 3600 && kubectl wait --for=condition=Ready pod/asker');
  const folder = '/var/run/secrets/kubernetes.io/serviceaccount';
  const ask = (flags: string) =>
    result(`kubectl exec asker -- sh -c 'curl -sS ${flags} https://kubernetes.default.svc/api/v1/namespaces/default/pods'`);
  const blind = await ask('');
  expect(blind.exitCode).toBe(60);
  expect(blind.stderr).toContain('curl: (60) SSL certificate problem: unable to get local issuer certificate\n');
  expect((await ask('--cacert /nowhere')).exitCode).toBe(77);
  expect(JSON.parse((await ask(`--cacert ${folder}/ca.crt`)).stdout)).toMatchObject({
    reason: 'Forbidden',
    message: expect.stringContaining('"system:anonymous"'),
  });
  const known = await ask(`-k -H "Authorization: Bearer $(cat ${folder}/token)"`);
  expect(JSON.parse(known.stdout)).toMatchObject({ message: expect.stringContaining('"system:serviceaccount:default:default"') });
  await sandbox.close();
});
