/** What a Pod of an unknown image starts or checks by programs that only the real image has. */
import { describe, expect, it } from 'vitest';
import { startedByShell } from '../../src/cri/stand-in.ts';
import { openPlayer } from '../tutorials/play.ts';

describe('the program that a shell starts', () => {
  it.each([
    [['sh', '-c', 'start-tea --hot'], 'start-tea'],
    [['/bin/bash', '-ec', 'exec /opt/tea/run'], '/opt/tea/run'],
    [['sh', '-c', 'while true; do pour; done'], undefined],
    [['sh', '-c', 'echo hot; start-tea'], undefined],
    [['sh', '-c', 'CUPS=2 start-tea'], undefined],
    [['sh'], undefined],
    [['start-tea', '-c', 'x'], undefined],
  ])('%j', (argv, program) => {
    expect(startedByShell(argv)).toBe(program);
  });
});

it('runs, and is healthy by its own checks; a person is told what is not there', async () => {
  const pod = (name: string, image: string): string => `apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  containers:
  - name: main
    image: ${image}
    command: [sh, -c, start-tea --hot]
    readinessProbe: {exec: {command: [sh, -c, tea-ready 1]}, periodSeconds: 1}
    livenessProbe: {exec: {command: [/bin/tea-alive]}, periodSeconds: 1}
`;
  const { run, sandbox } = await openPlayer({
    'known.yaml': pod('known', 'debian'),
    'unknown.yaml': pod('unknown', 'quay.io/house/tea:1'),
  });
  await run('kubectl apply -f unknown.yaml -f known.yaml');
  await run('kubectl wait --for=condition=Ready pod/unknown --timeout=30s');
  await run('sleep 30');
  expect(await run("kubectl get pod unknown -o jsonpath='{.status.containerStatuses[0].restartCount}'")).toBe('0');
  expect(await run('kubectl exec unknown -- tea-ready', { exit: 1 })).toBe('');
  await run("kubectl exec unknown -- sh -c 'tea-ready 1'", { exit: 127 });
  await run('kubectl wait --for=condition=Ready pod/known --timeout=5s', { exit: 1 });
  await sandbox.close();
});
