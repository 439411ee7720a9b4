/** kubectl against the real API server and controllers: what people type in the first hours. */
import { describe, expect, it } from 'vitest';
import { smallCluster } from '../support/small-cluster.ts';
import { createRunner } from './run.ts';
import type { Runner } from './run.ts';

async function cluster(): Promise<Runner> {
  const small = await smallCluster();
  return createRunner(small.client.transport, { lone: small });
}

const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c1\ndata:\n  a: "1"\n';

describe('deployments', () => {
  it('are created, rolled out, undone, scaled and deleted', async () => {
    const k = await cluster();
    const out = async (line: string): Promise<string> => {
      const { stdout, stderr } = await k.run(line);
      return stdout + stderr;
    };
    expect(await out('create deployment web --image=nginx:1.27 --replicas=3')).toBe('deployment.apps/web created\n');
    expect(await out('rollout status deployment/web')).toMatch(/deployment "web" successfully rolled out\n$/);
    expect(await out('get deploy web')).toMatch(/^NAME {3}READY {3}UP-TO-DATE {3}AVAILABLE {3}AGE\nweb {4}3\/3 {5}3 {12}3 {11}\d+s\n$/);
    expect(await out('set image deploy/web nginx=nginx:1.28')).toBe('deployment.apps/web image updated\n');
    const status = await out('rollout status deploy/web');
    expect(status).toContain('Waiting for deployment "web" rollout to finish: ');
    expect(status).toMatch(/successfully rolled out\n$/);
    expect(await out('rollout history deploy/web')).toBe('deployment.apps/web \nREVISION  CHANGE-CAUSE\n1         <none>\n2         <none>\n\n');
    expect(await out('rollout undo deploy/web')).toBe('deployment.apps/web rolled back\n');
    expect(await out("get deploy web -o jsonpath='{.spec.template.spec.containers[0].image}'")).toBe('nginx:1.27');
    expect(await out('scale deploy web --replicas=1 --current-replicas=9')).toBe('error: Expected replicas to be 9, was 3\n');
    expect(await out('scale deploy web --replicas=1')).toBe('deployment.apps/web scaled\n');
    expect(await out('wait --for=jsonpath={.status.replicas}=1 deploy/web')).toBe('deployment.apps/web condition met\n');
    expect(await out('wait --for=delete deploy/web --timeout=2s')).toBe('error: timed out waiting for the condition on deployments/web\n');
    expect(await out('delete deploy web')).toBe('deployment.apps "web" deleted\n');
    expect(await out('get deploy')).toBe('No resources found in default namespace.\n');
  });
});

describe('apply', () => {
  it('creates, leaves, changes and removes; diff shows it', async () => {
    const k = await cluster();
    k.files.writeFile('/root/c.yaml', CONFIG);
    expect((await k.run('apply -f c.yaml')).stdout).toBe('configmap/c1 created\n');
    expect((await k.run('apply -f c.yaml')).stdout).toBe('configmap/c1 unchanged\n');
    expect((await k.run('diff -f c.yaml')).code).toBe(0);
    k.files.writeFile('/root/c.yaml', CONFIG.replace('a: "1"', 'b: "2"'));
    const diff = await k.run('diff -f c.yaml');
    expect(diff.code).toBe(1);
    expect(diff.stdout).toContain('\n data:\n-  a: "1"\n+  b: "2"\n');
    expect((await k.run('apply -f c.yaml')).stdout).toBe('configmap/c1 configured\n');
    expect((await k.run("get cm c1 -o jsonpath='{.data}'")).stdout).toBe('{"b":"2"}');
    expect((await k.run('apply -f -', { stdin: CONFIG })).stdout).toBe('configmap/c1 configured\n');
    // What client-side apply set and nobody changed since is no conflict, and is owned by the server's side from now on.
    expect((await k.run('apply --server-side -f c.yaml')).stdout).toBe('configmap/c1 serverside-applied\n');
    expect((await k.run("get cm c1 -o jsonpath='{.data}'")).stdout).toBe('{"b":"2"}');
    k.files.writeFile('/root/c.yaml', CONFIG.replace('a: "1"', 'b: "3"'));
    expect((await k.run('apply --server-side --field-manager=other -f c.yaml')).stderr).toContain('conflict with "kubectl": .data.b\n');
    expect((await k.run('delete -f c.yaml')).stdout).toBe('configmap "c1" deleted\n');
  });

  it('complains as kubectl does', async () => {
    const k = await cluster();
    k.files.writeFile('/root/bad.yaml', 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  containers:\n  - name: c\n    imag: x\n');
    expect((await k.run('apply -f bad.yaml')).stderr).toBe('Error from server (BadRequest): error when creating "bad.yaml": Pod in version "v1" cannot be handled as a Pod: ' +
      'strict decoding error: unknown field "spec.containers[0].imag"\n');
    expect((await k.run('apply -f -', { stdin: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  generateName: c-\n' })).stderr).toBe('error: from c-: cannot use generate name with apply\n');
    expect((await k.run('apply -f none.yaml')).stderr).toBe('error: the path "none.yaml" does not exist\n');
    expect((await k.run('apply -f -', { stdin: 'a: b: c\n' })).stderr)
      .toBe('error: error parsing STDIN: error converting YAML to JSON: yaml: mapping values are not allowed in this context\n');
  });
});

describe('edit', () => {
  it('applies what was saved, and nothing otherwise', async () => {
    const k = await cluster();
    await k.run('create cm c1 --from-literal=a=1');
    const saved = await k.run('edit cm c1', { edit: async ({ text }) => text.replace('a: "1"', 'a: "2"') });
    expect(saved.stdout).toBe('configmap/c1 edited\n');
    expect((await k.run("get cm c1 -o jsonpath='{.data.a}'")).stdout).toBe('2');
    expect((await k.run('edit cm c1', { edit: async () => undefined })).stderr).toBe('Edit cancelled, no changes made.\n');
  });
});

describe('watching', () => {
  it('prints a line for each change until Ctrl-C', async () => {
    const k = await cluster();
    await k.run('create cm c1 --from-literal=a=1');
    const abort = new AbortController();
    const watching = k.run('get cm c1 -w', { signal: abort.signal });
    await k.lone.advance(100);
    const second = k.run('annotate cm c1 x=y');
    await second;
    k.lone.world.clock.setTimer(500, () => abort.abort());
    const { stdout, code } = await watching;
    expect(stdout.trimEnd().split('\n').length).toBe(3);
    expect(code).toBe(130);
  });
});

describe('nodes', () => {
  it('are tainted, cordoned and drained', async () => {
    const k = await cluster();
    await k.run('create deployment web --image=nginx --replicas=4');
    await k.run('rollout status deploy/web');
    expect((await k.run('taint node worker-1 a=b:NoSchedule')).stdout).toBe('node/worker-1 tainted\n');
    expect((await k.run('taint node worker-1 a-')).stdout).toBe('node/worker-1 untainted\n');
    const drained = await k.run('drain worker-1');
    expect(drained.stdout).toMatch(/^node\/worker-1 cordoned\nevicting pod default\/web-/);
    expect(drained.stdout).toMatch(/node\/worker-1 drained\n$/);
    expect((await k.run('uncordon worker-1')).stdout).toBe('node/worker-1 uncordoned\n');
  });
});
