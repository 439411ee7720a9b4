/** The learner's host as guides take it for granted: node ports at localhost, minikube's answers, the administrator's
 *  configuration, and commands that follow each other at once. */
import { describe, expect, it } from 'vitest';
import { openPlayer } from './play.ts';

describe('a host beside its cluster', () => {
  it('finds node ports at localhost, and nothing where none is', async () => {
    const { run, result, value, sandbox } = await openPlayer();
    await run('kubectl create deployment web --image=nginx --port=80 && kubectl expose deployment web --type=NodePort');
    await run('kubectl rollout status deployment/web');
    const port = await value('svc/web', '{.spec.ports[0].nodePort}');
    expect(await run(`curl -s http://localhost:${port}`)).toContain('Welcome to nginx!');
    expect(await run(`curl -s 127.0.0.1:${port} -o /dev/null -w '%{http_code}'`)).toBe('200');
    await run('curl -s --max-time 5 localhost:32767', { exit: 7 });
    await run('curl -s --max-time 5 localhost:6443', { exit: 7 });
    expect(await run('curl -s $(minikube service web --url) -o /dev/null -w "%{http_code}"')).toBe('200');
    expect(await run('echo $(minikube ip)')).toBe('172.18.0.2\n');
    expect(await run('minikube service web')).toContain(`| default   | web  | 80          | http://172.18.0.2:${port} |`);
    expect(await run('minikube service nothing', { exit: 115 })).toBe('');
    expect(await run('eval $(minikube docker-env); minikube status')).toContain('apiserver: Running');
    await run('minikube sing', { exit: 127 });
    const looked = await result('while true; do curl -s http://$(minikube ip):port > /dev/null; done', { limitMicros: 20e6 });
    expect(looked.interrupted).toBe(true);
    expect(await run('minikube kubectl -- get svc web -o name')).toBe('service/web\n');
    expect(await run(`open http://localhost:${port}`)).toContain('answers 200');
    await sandbox.close();
  });

  it('waits for a new namespace, keeps quiet when told, and gives back the configuration', async () => {
    const { run, result, sandbox } = await openPlayer();
    expect(await run('kubectl create namespace tea && kubectl run pot -n tea --image=nginx')).toBe(
      'namespace/tea created\npod/pot created\n',
    );
    expect(await run('rm ~/.kube/config; cp -i /etc/kubernetes/admin.conf $HOME/.kube/config; kubectl get ns tea -o name')).toBe(
      'namespace/tea\n',
    );
    expect(await run('kubectl run -itq --rm --restart=Never --image=busybox once -- echo hot')).toBe('hot\r\n');
    expect(await run('kubectl run -it --rm --restart=Never --image=busybox once -- echo hot')).toBe('hot\r\npod "once" deleted\n');
    await run('kubectl run box -it --image=busybox -- sh', { typed: 'false\n' });
    await run(
      'kubectl run lasting --image=busybox --restart=Never -i --tty --attach=false -- sh && kubectl wait --for=condition=Ready pod/lasting',
    );
    const attached = await result('kubectl attach -it lasting', { typed: 'false\n' });
    expect(attached.exitCode).toBe(0);
    await sandbox.close();
  });

  it('reads the pages that it carries by curl and wget, and no others', async () => {
    const { run, sandbox } = await openPlayer({ 'tea.example/pots/green.txt': 'green\n', 'tea.example/pots/black.txt': 'black\n' });
    expect(await run('curl -s https://tea.example/pots/green.txt')).toBe('green\n');
    await run('curl -sO http://tea.example/pots/black.txt && wget -q https://tea.example/pots/green.txt');
    expect(await run('cat black.txt green.txt')).toBe('black\ngreen\n');
    await run('curl -s -o "cup-#1.txt" "https://tea.example/pots/{green,black}.txt"');
    expect(await run('cat cup-green.txt cup-black.txt')).toBe('green\nblack\n');
    await run('curl -sf https://tea.example/pots/white.txt', { exit: 6 });
    await run('curl -s https://milk.example/', { exit: 6 });
    await sandbox.close();
  });

  it('ends the input for every program that reads it', async () => {
    const { run, result, sandbox } = await openPlayer();
    await run('kubectl run db --image=redis:4 --port=6379 --expose && kubectl wait --for=condition=Ready pod/db --timeout=60s');
    const { exitCode, stdout } = await result('kubectl run probe --rm -i -t --image=alpine -- sh', {
      typed: 'nc -v -w 2 db 6379\n',
      limitMicros: 300e6,
    });
    expect({ exitCode, open: stdout.includes('open') }).toEqual({ exitCode: 0, open: true });
    await sandbox.close();
  });

  it('runs images that are named after their tool, or made of what their name lists', async () => {
    const { run, sandbox } = await openPlayer();
    await run(
      'kubectl create deployment web --image=nginx --port=80 && kubectl expose deployment web && kubectl rollout status deployment/web',
    );
    for (const image of ['tea.azurecr.io/house/curl-tool:1 -- -s http://web', 'nixery.dev/shell/curl -- curl -s web'])
      expect(await run(`kubectl run once -itq --rm --restart=Never --image=${image}`)).toContain('Welcome to nginx!');
    await run(
      'kubectl run snake --image=python:3 --command -- sleep infinity && kubectl wait --for=condition=Ready pod/snake --timeout=60s',
    );
    expect(await run("kubectl exec snake -- sh -c 'ps aux; curl -sI web'")).toMatch(/sleep infinity[^]*HTTP\/1.1 200 OK/);
    await sandbox.close();
  });
});
