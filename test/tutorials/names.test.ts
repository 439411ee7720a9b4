/** What a name is, as guides look it up from a Pod: bind's nslookup, BusyBox's of today, and the one that guides ask for. */
import { expect, it } from 'vitest';
import { openPlayer } from './play.ts';

const PODS = `apiVersion: v1
kind: Pod
metadata: {name: dns-tools}
spec: {containers: [{name: tools, image: registry.k8s.io/e2e-test-images/agnhost:2.39}]}
---
apiVersion: v1
kind: Pod
metadata: {name: newer}
spec: {containers: [{name: box, image: busybox, command: [sleep, '3600']}]}
---
apiVersion: v1
kind: Pod
metadata: {name: older}
spec: {containers: [{name: box, image: 'busybox:1.28', command: [sleep, '3600']}]}
`;

it('is looked up as each nslookup does', async () => {
  const { run, result, value, sandbox } = await openPlayer({ 'pods.yaml': PODS });
  await run('kubectl apply -f pods.yaml && kubectl create service clusterip shop --tcp=80 && kubectl wait --for=condition=Ready pod --all');
  const ip = await value('svc/shop', '{.spec.clusterIP}');

  expect(await run('kubectl exec dns-tools -- nslookup shop.default')).toBe(
    `Server:\t\t10.96.0.10\nAddress:\t10.96.0.10#53\n\nName:\tshop.default.svc.cluster.local\nAddress: ${ip}\n\n`,
  );
  expect(await run('kubectl exec dns-tools -- dig +short shop.default.svc.cluster.local')).toBe(`${ip}\n`);

  // The newer one asks every domain for a plain name, and none for a name with a dot.
  const header = 'Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n';
  const missing = (name: string): string => `** server can't find ${name}: NXDOMAIN\n\n`;
  const others = missing('shop.svc.cluster.local') + missing('shop.cluster.local');
  const plain = await result('kubectl exec newer -- nslookup shop');
  expect(plain.stdout).toBe(`${header}Name:\tshop.default.svc.cluster.local\nAddress: ${ip}\n\n${others}\n${others}`);
  expect(plain.exitCode).toBe(1);
  expect(await run('kubectl exec newer -- nslookup shop.default', { exit: 1 })).toBe(`${header}${missing('shop.default').repeat(2)}`);
  expect(await run('kubectl exec newer -- nslookup shop.default.svc.cluster.local')).toBe(
    `${header}Name:\tshop.default.svc.cluster.local\nAddress: ${ip}\n\n\n`,
  );

  const server = 'Server:    10.96.0.10\nAddress 1: 10.96.0.10 kube-dns.kube-system.svc.cluster.local\n\n';
  expect(await run('kubectl exec older -- nslookup shop')).toBe(
    `${server}Name:      shop\nAddress 1: ${ip} shop.default.svc.cluster.local\n`,
  );
  const unknown = await result('kubectl exec older -- nslookup nothing');
  expect(unknown).toMatchObject({
    stdout: server,
    stderr: "nslookup: can't resolve 'nothing'\ncommand terminated with exit code 1\n",
    exitCode: 1,
  });
  await sandbox.close();
});

const SHARED = `apiVersion: v1
kind: Pod
metadata: {name: group}
spec:
  securityContext: {runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000, supplementalGroups: [4000]}
  volumes: [{name: shared, emptyDir: {}}]
  containers: [{name: box, image: 'busybox:1.36', command: [sleep, '3600'], volumeMounts: [{name: shared, mountPath: /data/shared}]}]
`;

it("gives what is written in a volume to the volume's group, and shows mount points in listings", async () => {
  const { run, sandbox } = await openPlayer({ 'pod.yaml': SHARED });
  await run('kubectl apply -f pod.yaml && kubectl wait --for=condition=Ready pod/group');
  expect(await run('kubectl exec group -- id')).toBe('uid=1000 gid=3000 groups=2000,3000,4000\n');
  expect(await run('kubectl exec group -- ls -l /data')).toMatch(
    /^total 4\ndrwxrwsrwx {4}2 root {5}2000 {10}4096 Jan {2}5 09:00 shared\n$/,
  );
  await run("kubectl exec group -- sh -c 'cd /data/shared; echo hello > note; mkdir more; echo hi > more/note'");
  const listed = await run(
    "kubectl exec group -- sh -c 'ls -ln /data/shared/note; ls -ldn /data/shared/more; ls -ln /data/shared/more/note'",
  );
  expect(listed.split('\n').map((row) => row.split(/ +/).slice(0, 4).join(' '))).toEqual([
    '-rw-r--r-- 1 1000 2000',
    'drwxr-sr-x 2 1000 2000',
    '-rw-r--r-- 1 1000 2000',
    '',
  ]);
  await sandbox.close();
});
