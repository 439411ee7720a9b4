/** metrics-server in a cluster: before the first scrape, under load, killed, and with a node gone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { APIService } from '../../src/api/generated/types.ts';
import { PodMetricses } from '../../src/api/metrics.ts';
import { APIServices } from '../../src/api/resources.ts';
import { createClient } from '../../src/client/create-client.ts';
import { openCluster } from '../../src/cluster/open.ts';
import { makeProfile } from '../../src/cluster/profile.ts';
import type { CommandResult, Sandbox, Session } from '../../src/sandbox/sandbox.ts';

const CAPPED = JSON.stringify({
  spec: {
    containers: [{ name: 'capped', image: 'polinux/stress', args: ['stress', '--cpu', '2'], resources: { limits: { cpu: '200m' } } }],
  },
});

let sandbox: Sandbox;
let session: Session;
const run = (line: string): Promise<CommandResult> => session.run(line, { limitMicros: 900e6 });
const lines = async (line: string): Promise<readonly string[]> =>
  (await run(line)).stdout.split('\n').map((each) => each.replace(/\s+/g, ' ').trim());
const available = async (): Promise<APIService | undefined> =>
  createClient(sandbox.api, { userAgent: 'test' }).get<APIService>(APIServices, 'v1beta1.metrics.k8s.io');
const reason = async (): Promise<string | undefined> => (await available())?.status?.conditions?.[0]?.reason;

beforeAll(async () => {
  sandbox = await openCluster({ profile: makeProfile({ nodes: 2, seed: 'metrics' }) });
  session = await sandbox.shell();
});
afterAll(() => sandbox.close());

/** In the order of one story. */
describe('metrics-server', () => {
  it('tells nothing before it has scraped twice', async () => {
    expect((await run('kubectl top nodes')).stderr).toBe('error: Metrics API not available\n');
    expect((await run('kubectl get --raw /apis/metrics.k8s.io/v1beta1/nodes')).stderr).toBe(
      'Error from server (ServiceUnavailable): the server is currently unable to handle the request\n',
    );
    expect((await run('kubectl get apiservice v1beta1.metrics.k8s.io')).stdout).toContain('False (');
    await run('kubectl wait --for=condition=Available apiservice/v1beta1.metrics.k8s.io --timeout=60s');
    expect(await reason()).toBe('Passed');
    expect(await lines('kubectl top nodes')).toEqual([
      'NAME CPU(cores) CPU(%) MEMORY(bytes) MEMORY(%)',
      expect.stringMatching(/^control-plane \d+m 0% 3\d\dMi 4%$/),
      expect.stringMatching(/^worker-1 \d+m 0% \d+Mi 0%$/),
      expect.stringMatching(/^worker-2 \d+m 0% \d+Mi 0%$/),
      '',
    ]);
  });

  it('shows who burns the processor within a scrape or two, and what a limit leaves', async () => {
    await run('kubectl run burn --image=polinux/stress --command -- stress --cpu 1 --vm 1 --vm-bytes 100M');
    await run(`kubectl run capped --image=polinux/stress --overrides='${CAPPED}'`);
    await run('kubectl wait --for=condition=Ready pod/burn pod/capped');
    expect((await run('kubectl top pods')).stderr).toBe('error: metrics not available yet\n');
    expect((await run('kubectl top pod burn')).stderr).toBe(
      'Error from server (NotFound): podmetrics.metrics.k8s.io "default/burn" not found\n',
    );
    await run('sleep 30');
    expect(await lines('kubectl top pods')).toEqual(['NAME CPU(cores) MEMORY(bytes)', 'burn 2000m 100Mi', 'capped 200m 0Mi', '']);
    expect(await lines('kubectl top pods -A -l run=capped --no-headers')).toEqual(['default capped 200m 0Mi', '']);
  });

  it('answers between scrapes what the last one found', async () => {
    const stamp = async (): Promise<string> =>
      (await run('kubectl get --raw /apis/metrics.k8s.io/v1beta1/nodes/worker-1 | jq -r \'.timestamp + " " + .window\'')).stdout;
    const first = await stamp();
    await run('kubectl delete pod burn --now');
    expect(await stamp()).toBe(first);
    await run('sleep 15');
    expect(Date.parse((await stamp()).split(' ')[0]!) - Date.parse(first.split(' ')[0]!)).toBe(15_000);
    expect(first).toMatch(/Z 15s\n$/);
  });

  it('is a resource for a client such as the Pod autoscaler', async () => {
    const client = createClient(sandbox.api, { userAgent: 'test' });
    const asked = client.list(PodMetricses, { namespace: 'default', labelSelector: 'run=capped' });
    await run('sleep 1');
    const [item] = (await asked).items;
    expect(item?.containers.map(({ name, usage }) => [name, usage.cpu])).toEqual([
      ['capped', expect.stringMatching(/^(200m|199\d{6}n|200\d{6}n)$/)],
    ]);
  });

  it('is discovered, listed and explained', async () => {
    expect(await lines('kubectl api-resources --api-group=metrics.k8s.io --no-headers')).toEqual([
      'nodes metrics.k8s.io/v1beta1 false NodeMetrics',
      'pods metrics.k8s.io/v1beta1 true PodMetrics',
      '',
    ]);
    expect((await lines('kubectl get nodes.metrics.k8s.io'))[0]).toBe('NAME CPU MEMORY WINDOW');
    expect((await run('kubectl explain --api-version=metrics.k8s.io/v1beta1 pods')).stdout).toContain(
      'PodMetrics sets resource usage metrics of a pod.',
    );
    expect((await run('kubectl get pods')).stdout).toContain('capped');
  });

  it('may be asked by who may view', async () => {
    await run(
      'kubectl create serviceaccount viewer && kubectl create rolebinding viewer --clusterrole=view --serviceaccount=default:viewer',
    );
    await run('sleep 2');
    expect((await run('kubectl top pods --as=system:serviceaccount:default:viewer')).exitCode).toBe(0);
    expect((await run('kubectl top nodes --as=system:serviceaccount:default:viewer')).stderr).toContain(
      'nodes.metrics.k8s.io is forbidden',
    );
  });

  it('is missed while it is gone, and begins anew', async () => {
    await run('kubectl -n kube-system delete pod -l k8s-app=metrics-server --now');
    await run('sleep 3');
    expect((await run('kubectl top nodes')).stderr).toBe('error: Metrics API not available\n');
    expect(await reason()).toBe('MissingEndpoints');
    await run('sleep 45');
    expect((await lines('kubectl top nodes')).length).toBe(5);
  });

  it('tells of the nodes that answer', async () => {
    const home = (await run("kubectl -n kube-system get pods -l k8s-app=metrics-server -o jsonpath='{.items[0].spec.nodeName}'")).stdout;
    const other = home === 'worker-1' ? 'worker-2' : 'worker-1';
    await sandbox.fault({ type: 'node-crash', node: other });
    await run('sleep 20');
    expect(await lines('kubectl top nodes')).toContain(`${other} <unknown> <unknown> <unknown> <unknown>`);
    expect(await lines('kubectl top nodes')).toContainEqual(expect.stringMatching(new RegExp(`^${home} \\d+m`)));
  });

  it('is found dead with its node, and replays', async () => {
    const home = (await run("kubectl -n kube-system get pods -l k8s-app=metrics-server -o jsonpath='{.items[0].spec.nodeName}'")).stdout;
    await sandbox.fault({ type: 'node-crash', node: home });
    await run('sleep 60');
    expect((await run('kubectl top nodes')).stderr).toBe('error: Metrics API not available\n');
    const journal = await sandbox.journal();
    const again = await openCluster({
      profile: makeProfile({ nodes: 2, seed: 'metrics' }),
      journal: journal.entries,
      untilMicros: journal.endMicros,
    });
    expect(await again.hash()).toBe(journal.hash);
    await again.close();
  });
});
