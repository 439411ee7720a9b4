/** An application behind a Service: reached on a node's port, scaled, and a shell inside it. */
import { describe, expect, it } from 'vitest';
import { openPlayer, rows } from './play.ts';

describe('an application', () => {
  it('is reached through a NodePort', async () => {
    const { run, result, value, sandbox } = await openPlayer();
    await run('kubectl create deployment hello --image=gcr.io/google-samples/hello-app:2.0 --replicas=2 --port=8080');
    await run('kubectl rollout status deployment/hello');
    expect(await run('kubectl describe deployment hello')).toContain('2 desired | 2 updated | 2 total | 2 available | 0 unavailable');
    expect(await run('kubectl describe replicasets')).toContain('Pods Status:    2 Running / 0 Waiting / 0 Succeeded / 0 Failed');
    expect(await run('kubectl expose deployment hello --type=NodePort --name=door')).toBe('service/door exposed\n');
    await run('sleep 1');
    expect(await run('kubectl describe services door')).toMatch(/Type: +NodePort[^]*NodePort: +<unset> +3\d{4}\/TCP\nEndpoints: +10\.244\.\d+\.\d+:8080,10\.244\.\d+\.\d+:8080\n/);
    expect(rows(await run('kubectl get pods --selector=app=hello --output=wide'))).toHaveLength(2);
    const port = await value('svc/door', '{.spec.ports[0].nodePort}');
    const node = await value('node/worker-2', '{.status.addresses[0].address}');
    expect(await run(`curl -s http://${node}:${port}`)).toContain('Hello, world!');
    expect(await run('kubectl delete services door')).toBe('service "door" deleted\n');
    await run('sleep 1');
    expect((await result(`curl -s --max-time 5 http://${node}:${port}`)).exitCode).not.toBe(0);
    expect(await run('kubectl delete deployment hello')).toBe('deployment.apps "hello" deleted\n');
    await run('kubectl wait --for=delete pod -l app=hello --timeout=60s');
    expect(await run('kubectl get pods')).toBe('');
    await sandbox.close();
  });

  it('is scaled up and down, and every Pod has its share', async () => {
    const { run, value, sandbox } = await openPlayer();
    await run('kubectl create deployment kubernetes-bootcamp --image=gcr.io/google-samples/kubernetes-bootcamp:v1');
    await run('kubectl expose deployment/kubernetes-bootcamp --type=LoadBalancer --port 8080');
    await run('kubectl rollout status deployment/kubernetes-bootcamp');
    expect(rows(await run('kubectl get deployments'))).toEqual([['kubernetes-bootcamp', '1/1', '1', '1', expect.any(String)]]);
    await run('kubectl scale deployments/kubernetes-bootcamp --replicas=4');
    await run('kubectl rollout status deployment/kubernetes-bootcamp');
    expect(rows(await run('kubectl get pods -o wide'))).toHaveLength(4);
    expect(await run('kubectl describe deployments/kubernetes-bootcamp')).toMatch(/Scaled up replica set kubernetes-bootcamp-\w+ from 1 to 4/);
    await run("export NODE_PORT=\"$(kubectl get services/kubernetes-bootcamp -o go-template='{{(index .spec.ports 0).nodePort}}')\"");
    expect(await run('echo NODE_PORT=$NODE_PORT')).toMatch(/^NODE_PORT=3\d{4}\n$/);
    const node = await value('node/worker-1', '{.status.addresses[0].address}');
    const answers = await run(`for i in $(seq 40); do curl -s http://${node}:$NODE_PORT; echo; done`);
    expect(new Set(answers.match(/kubernetes-bootcamp-[a-z0-9]+-[a-z0-9]+/g)).size).toBe(4);
    await run('kubectl scale deployments/kubernetes-bootcamp --replicas=2');
    await run('sleep 40');
    expect(rows(await run('kubectl get deployments'))).toEqual([['kubernetes-bootcamp', '2/2', '2', '2', expect.any(String)]]);
    expect(rows(await run('kubectl get pods'))).toHaveLength(2);
    await sandbox.close();
  });

  it('lets a shell in', async () => {
    const { run, result, sandbox } = await openPlayer();
    await run('kubectl apply -f shell.yaml');
    await run('kubectl wait --for=condition=Ready pod/desk --timeout=60s');
    const typed = [
      'ls /', 'cat /proc/mounts', 'cat /proc/1/maps', 'apt-get update', 'apt-get install -y procps curl', 'ps aux | grep nginx',
      "echo 'Hello from the desk' > /usr/share/nginx/html/index.html", 'curl http://localhost/', 'exit',
    ];
    const shown = await run('kubectl exec --stdin --tty desk -- /bin/bash', { typed: `${typed.join('\n')}\n` });
    expect(shown).toContain('Hello from the desk\r\n');
    expect(shown).toMatch(/nginx .*daemon off;/);
    expect(shown).not.toMatch(/No such file|not found/);
    expect(await run('kubectl exec desk -- env')).toContain('HOSTNAME=desk\n');
    expect(await run('kubectl exec desk -- ls /')).toContain('etc\n');
    expect(await run('kubectl exec desk -- cat /proc/1/mounts')).toContain(' /usr/share/nginx/html ');
    expect(await run('kubectl exec desk -- sh -c "exit 7"', { exit: 7 })).toBe('');
    expect((await result('kubectl exec desk -- nosuch')).exitCode).toBe(1);
    await sandbox.close();
  });

  it('of many services comes up whole', async () => {
    const { run, sandbox } = await openPlayer();
    await run('kubectl apply -f shop.yaml');
    await run('kubectl wait --for=condition=Available deployment --all --timeout=300s');
    const pods = rows(await run('kubectl get pods'));
    expect(pods.map(([, ready, status, restarts]) => `${ready} ${status} ${restarts}`)).toEqual(Array<string>(6).fill('1/1 Running 0'));
    expect(await run('kubectl logs deploy/loader -c wait')).toMatch(/there after \d+\n/);
    expect(await run('kubectl exec deploy/store -- redis-cli ping')).toBe('PONG\n');
    await run('sleep 600');
    expect(rows(await run('kubectl get pods')).every(([, ready, , restarts]) => ready === '1/1' && restarts === '0')).toBe(true);
    await sandbox.close();
  });

  it('reads manifests by URL where the sandbox has them, and says that there is no internet where not', async () => {
    const { run, result, sandbox } = await openPlayer({ 'examples/one.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n' });
    expect(await run('kubectl apply -f https://k8s.io/examples/one.yaml')).toBe('configmap/one created\n');
    const absent = await result('kubectl apply -f https://k8s.io/examples/two.yaml');
    expect(absent.exitCode).toBe(1);
    expect(absent.stderr).toContain('Unable to connect to the server: dial tcp: lookup k8s.io: no such host');
    await sandbox.close();
  });
});
