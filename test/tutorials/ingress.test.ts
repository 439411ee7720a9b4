/** ingress-nginx by its manifests: certificates, webhook, hosts and paths, rewriting, and the address in the status. */
import { expect, it } from 'vitest';
import { openPlayer } from './play.ts';

it('comes from where its project publishes it, and as an add-on of minikube', async () => {
  const { run, value, sandbox } = await openPlayer();
  const provider = 'https://raw.githubusercontent.com/kubernetes/ingress-nginx/controller-v1.12.1/deploy/static/provider';
  await run('minikube addons enable ingress');
  await run(
    'kubectl wait -n ingress-nginx --for=condition=ready pod --selector=app.kubernetes.io/component=controller --timeout=180s && sleep 5',
  );
  await run(
    'kubectl create deployment web --image=nginx --port=80 && kubectl expose deployment web && kubectl rollout status deployment/web',
  );
  await run('kubectl create ingress web --rule="web.example/*=web:80" && sleep 5');
  const address = (await run('minikube ip')).trim();
  expect(await value('ingress/web', '{.status.loadBalancer.ingress[0].ip}')).toBe(address);
  expect(await run(`curl -s --resolve web.example:80:${address} http://web.example/`)).toContain('Welcome to nginx!');
  expect(await run('kubectl get jobs -n ingress-nginx -o name')).toBe('');
  await run('minikube addons disable ingress');
  await run(`kubectl apply -f ${provider}/baremetal/deploy.yaml`);
  await run('kubectl rollout status -n ingress-nginx deployment/ingress-nginx-controller --timeout=180s && sleep 5');
  expect(await value('-n ingress-nginx svc/ingress-nginx-controller', '{.spec.type}')).toBe('NodePort');
  await run('kubectl create ingress web2 --class=nginx --rule="web.example/*=web:80" && sleep 5');
  const port = await value('-n ingress-nginx svc/ingress-nginx-controller', '{.spec.ports[0].nodePort}');
  expect(await run(`curl -s -H 'Host: web.example' localhost:${port}`)).toContain('Welcome to nginx!');
  expect(await run(`kubectl diff -f ${provider}/baremetal/deploy.yaml | grep '^[-+]  *type:'`, { exit: 1 })).toBe('');
  await sandbox.close();
});

it('carries requests for hosts and paths to Services', async () => {
  const { run, result, value, sandbox } = await openPlayer();
  await run('kubectl apply -f ingress.yaml');
  await run('kubectl wait -n ingress-nginx --for=condition=complete job/make-certificate --timeout=120s');
  await run('kubectl rollout status -n ingress-nginx deployment/controller --timeout=120s && sleep 5');
  expect(await value('validatingwebhookconfiguration/admission', '{.webhooks[0].clientConfig.caBundle}')).toMatch(/^LS0tLS1CRUdJTi/);
  for (const name of ['green', 'black']) {
    await run(`kubectl create deployment ${name} --image=hashicorp/http-echo --port=5678 -- /http-echo -text=${name}`);
    await run(`kubectl expose deployment ${name} --port=80 --target-port=5678`);
  }
  await run('kubectl create ingress tea --class=nginx --rule="tea.example/green*=green:80" --rule="tea.example/black=black:80"');
  await run('kubectl wait --for=condition=Available deployment --all --timeout=60s && sleep 5');
  const ask = (path: string, options = ''): Promise<string> =>
    run(`curl -s ${options} -H 'Host: tea.example' http://localhost:30080${path}`);
  expect([await ask('/green/leaf'), await ask('/black'), await ask('/white')]).toEqual([
    'green\n',
    'black\n',
    expect.stringContaining('404 Not Found'),
  ]);
  expect(await run('curl -s http://localhost:30080/green')).toContain('404 Not Found');
  expect(await value('ingress/tea', '{.status.loadBalancer.ingress[0].ip}')).toBe(
    await value('-n ingress-nginx svc/controller', '{.spec.clusterIP}'),
  );
  expect(await run('kubectl describe ingress tea')).toMatch(/Normal +Sync .*nginx-ingress-controller +Scheduled for sync/);
  const clash = await result('kubectl create ingress again --class=nginx --rule="tea.example/black=green:80"');
  expect(clash.stderr).toContain('denied the request: host "tea.example" and path "/black" is already defined in ingress default/tea');
  await run('kubectl annotate ingress tea nginx.ingress.kubernetes.io/permanent-redirect=https://elsewhere.example && sleep 3');
  expect(await ask('/black', '-o /dev/null -w "%{http_code} %{redirect_url}"')).toBe('301 https://elsewhere.example');
  await run(
    'kubectl scale deployment green black --replicas=0 && kubectl annotate ingress tea nginx.ingress.kubernetes.io/permanent-redirect- && sleep 40',
  );
  expect(await ask('/black', '-o /dev/null -w "%{http_code}"')).toBe('503');
  expect(await run('kubectl logs -n ingress-nginx deploy/controller')).toMatch(/"GET \/green\/leaf HTTP\/1.1" 200 .*\[default-green-80\]/);
  await sandbox.close();
});
