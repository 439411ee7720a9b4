/** What a learner does who copies files to and from a Pod, and looks into one whose image has no tools. */
import { expect, it } from 'vitest';
import { openPlayer } from './play.ts';

it('copies files in and out, and says what kubectl says', async () => {
  const { run, result } = await openPlayer();
  await run('kubectl run web --image=nginx && kubectl wait --for=condition=Ready pod/web --timeout=60s');
  await run('echo hello > page.html && kubectl cp page.html web:/usr/share/nginx/html/page.html');
  expect(await run('kubectl exec web -- curl -s localhost/page.html')).toBe('hello\n');
  const out = await result('kubectl cp web:/etc/nginx/nginx.conf ./nginx.conf');
  expect([out.exitCode, out.stdout, out.stderr]).toEqual([0, "tar: Removing leading `/' from member names\n", '']);
  expect(await run('head -2 nginx.conf')).toBe('\nuser  nginx;\n');
  const missing = await result('kubectl cp web:/nope ./nope');
  expect([missing.exitCode, missing.stdout, missing.stderr]).toEqual([0, `tar: Removing leading \`/' from member names
tar: /nope: Cannot stat: No such file or directory
tar: Exiting with failure status due to previous errors
`, '']);
  const nowhere = await result('kubectl cp nginx.conf web:/nowhere/at/all');
  expect([nowhere.exitCode, nowhere.stderr.split('\n').at(-2)]).toEqual([2, 'command terminated with exit code 2']);
  await run('mkdir site && echo one > site/a && echo two > site/b && kubectl cp site web:/tmp && rm -r site && kubectl cp web:/tmp/site back');
  expect(await run('cat back/a back/b')).toBe('one\ntwo\n');
});

it('debugs a container from another one that sees its processes', async () => {
  const { run, result } = await openPlayer();
  await run('kubectl run web --image=nginx && kubectl wait --for=condition=Ready pod/web --timeout=60s');
  await run('kubectl debug web --image=busybox --target=web -c tools -- sleep 1000 && sleep 5');
  const seen = await run('kubectl exec web -c tools -- ps');
  expect(seen).toMatch(/\n +1 root +0:00 nginx: master process /);
  expect(seen).toContain('sleep 1000');
  await run('kubectl debug web --image=busybox -c alone -- sleep 1000 && sleep 5');
  expect(await run('kubectl exec web -c alone -- ps')).not.toContain('nginx');
  const nobody = await result('kubectl debug web --image=busybox --target=nobody -c none -- sleep 1000');
  expect(nobody.stderr).toContain('spec.ephemeralContainers[2].targetContainerName: Not found: "nobody"');
});

const TOGETHER = `apiVersion: v1
kind: Pod
metadata: {name: together}
spec:
  shareProcessNamespace: true
  containers:
  - {name: web, image: nginx}
  - {name: shell, image: 'busybox:1.36', command: [sleep, '3600']}
`;

it("shows one Pod's processes to all its containers, the pause container first and nginx under its own name", async () => {
  const { run, sandbox } = await openPlayer({ 'together.yaml': TOGETHER });
  await run('kubectl apply -f together.yaml && kubectl wait --for=condition=Ready pod/together && sleep 1');
  const [header, ...shown] = (await run('kubectl exec together -c shell -- ps')).trimEnd().split('\n');
  expect(header).toBe('PID   USER     TIME  COMMAND');
  expect(shown.map((row) => row.trim().split(/ +/)).map(([pid, user, , ...command]) => [pid === '1', user, command.join(' ')])).toEqual([
    [true, '65535', '/pause'], [false, 'root', 'nginx: master process nginx -g daemon off;'], [false, 'root', 'sleep 3600'], [false, 'root', 'ps'],
  ]);
  await sandbox.close();
});
