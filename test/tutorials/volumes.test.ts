/** A claim without a class gets the default one, and a volume where its first Pod runs. */
import { expect, it } from 'vitest';
import { openPlayer, rows } from './play.ts';

const CLAIM = `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: 1Gi
`;

const USER = `apiVersion: v1
kind: Pod
metadata:
  name: NAME
spec:
  restartPolicy: Never
  containers:
  - name: main
    image: busybox
    command: [sh, -c, "COMMAND"]
    volumeMounts:
    - name: data
      mountPath: /data
  volumes:
  - name: data
    persistentVolumeClaim:
      claimName: data
`;

const pod = (name: string, command: string): string => USER.replace('NAME', name).replace('COMMAND', command);

it('a claim is bound with its first consumer, keeps what was written, and takes its volume with it', async () => {
  const { run, value, sandbox } = await openPlayer({
    'claim.yaml': CLAIM,
    'writer.yaml': pod('writer', 'echo tea > /data/pot'),
    'reader.yaml': pod('reader', 'cat /data/pot'),
  });
  expect(rows(await run('kubectl get storageclass'))).toEqual([
    ['standard (default)', 'rancher.io/local-path', 'Delete', 'WaitForFirstConsumer', 'false', expect.any(String)],
  ]);
  await run('kubectl apply -f claim.yaml');
  await run('sleep 5');
  expect(await value('pvc/data', '{.spec.storageClassName} {.status.phase}')).toBe('standard Pending');
  expect(await run('kubectl describe pvc data')).toMatch(/WaitForFirstConsumer .*waiting for first consumer to be created before binding/);
  await run('kubectl apply -f writer.yaml');
  await run("kubectl wait --for=jsonpath='{.status.phase}'=Succeeded pod/writer --timeout=60s");
  expect(await value('pvc/data', '{.status.phase} {.status.capacity.storage}')).toBe('Bound 1Gi');
  await run('kubectl apply -f reader.yaml');
  await run("kubectl wait --for=jsonpath='{.status.phase}'=Succeeded pod/reader --timeout=60s");
  expect(await run('kubectl logs reader')).toBe('tea\n');
  await run('kubectl delete pod writer reader');
  await run('kubectl delete pvc data');
  await run('sleep 10');
  expect(await run('kubectl get pv -o name')).toBe('');
  await sandbox.close();
});
