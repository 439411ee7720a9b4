/** What a learner does who wants to know whether Secrets lie in etcd for all to read. */
import { expect, it } from 'vitest';
import { openCluster } from '../../src/cluster/open.ts';
import { makeProfile } from '../../src/cluster/profile.ts';

const LOOK = 'kubectl exec -n kube-system etcd-control-plane -- etcdctl';

it.each([false, true])('etcd shows a Secret as it lies there; encrypted: %s', async (encryptSecrets) => {
  const sandbox = await openCluster({ profile: makeProfile({ nodes: 1, encryptSecrets }), playing: false, speed: Infinity });
  const session = await sandbox.shell();
  const run = async (line: string) => {
    const { exitCode, stdout, stderr } = await session.run(line, { limitMicros: 300e6 });
    expect([line, exitCode, stderr]).toEqual([line, 0, '']);
    return stdout;
  };
  await run('kubectl create secret generic db --from-literal=password=hunter2');
  expect(await run(`${LOOK} get /registry/secrets/default --prefix --keys-only`)).toBe('/registry/secrets/default/db\n\n');
  const stored = await run(`${LOOK} get /registry/secrets/default/db`);
  expect(
    stored.startsWith(encryptSecrets ? '/registry/secrets/default/db\nk8s:enc:aescbc:v1:key1:' : '/registry/secrets/default/db\n{"'),
  ).toBe(true);
  expect(stored.includes('aHVudGVyMg==')).toBe(!encryptSecrets);
  expect(await run("kubectl get secret db -o jsonpath='{.data.password}' | base64 -d")).toBe('hunter2');
  const flags = await run("kubectl get pod -n kube-system kube-apiserver-control-plane -o jsonpath='{.spec.containers[0].command}'");
  expect(flags.includes('--encryption-provider-config=/etc/kubernetes/enc/enc.yaml')).toBe(encryptSecrets);
  expect(await run(`${LOOK} member list`)).toContain('started');
  expect(await run(`${LOOK} get /registry/namespaces/a /registry/namespaces/kube-p --keys-only`)).toBe(
    '/registry/namespaces/default\n\n/registry/namespaces/kube-node-lease\n\n',
  );
  const wrong = await session.run(`${LOOK} get / --nope`, { limitMicros: 60e6 });
  expect([wrong.exitCode, wrong.stderr]).toEqual([1, 'Error: unknown flag: --nope\ncommand terminated with exit code 1\n']);
  await sandbox.close();
});
