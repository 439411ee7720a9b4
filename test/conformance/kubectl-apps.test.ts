/** Conformance tests of [sig-cli] with Pods that run, by their names, and others that need a whole cluster. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Endpoints, Node, Pod, Service } from '../../src/api/generated/types.ts';
import type { KubeList } from '../../src/api/object.ts';
import { openPlayer } from '../tutorials/play.ts';
import type { Player } from '../tutorials/play.ts';
import { BUSYBOX, HTTPD, MANIFESTS, NAUTILUS } from './kubectl-manifests.ts';

let player: Player;
let count = 0;
let namespace = '';
beforeAll(async () => {
  player = await openPlayer(MANIFESTS);
});
afterAll(() => player.sandbox.close());
/** Each test has a namespace of its own. */
beforeEach(async () => {
  namespace = `kubectl-${(count += 1)}`;
  await player.run(`kubectl create namespace ${namespace} && kubectl config set-context --current --namespace=${namespace}`);
});

const run = (line: string, options?: { readonly exit?: number }): Promise<string> => player.run(line, options);
const json = async <T>(what: string): Promise<T> => JSON.parse(await run(`kubectl get ${what} -o json`)) as T;
const podsOf = async (selector: string): Promise<readonly Pod[]> => (await json<KubeList<Pod>>(`pods -l ${selector}`)).items;

/** Tries again, a second of the cluster's time apart. */
async function eventually(check: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 60; tries += 1) {
    if (await check()) return;
    await run('sleep 1');
  }
  throw new Error('this did not come true');
}

async function readyPods(selector: string): Promise<void> {
  await eventually(async () => (await podsOf(selector)).length > 0);
  await run(`kubectl wait --for=condition=Ready pod -l ${selector} --timeout=60s`);
}

/** Every group of words stands in this order in one of the lines. */
function expectWords(text: string, groups: readonly (readonly string[])[]): void {
  const lines = text.split('\n');
  let at = 0;
  for (const words of groups) {
    const found = lines.findIndex((line, index) => index >= at && words.every((word) => line.includes(word)));
    expect({ words, found: found >= 0, text }).toEqual({ words, found: true, text });
    at = found;
  }
}

describe('[sig-cli] Kubectl client Guestbook application', () => {
  it('[sig-cli] Kubectl client Guestbook application should create and stop a working application', async () => {
    await run('kubectl create -f guestbook.yaml');
    await run('kubectl wait --for=condition=Available deployment --all --timeout=120s');
    /** Service rules reach the nodes a moment after the endpoints are there. */
    const answers = (command: string, value: string, expected: string): Promise<void> =>
      eventually(async () => {
        const path = `/api/v1/namespaces/${namespace}/services/frontend/proxy/guestbook?cmd=${command}&key=messages&value=${value}`;
        const { exitCode, stdout } = await player.result(`kubectl get --raw '${path}'`);
        return exitCode === 0 && stdout === expected;
      });
    await answers('get', '', '{"data":""}');
    await answers('set', 'TestEntry', '{"message":"Updated"}');
    await answers('get', '', '{"data":"TestEntry"}');
    // All replicas have registered by now: what is set from here on the primary has to tell them.
    await run('sleep 5');
    await answers('set', 'Another', '{"message":"Updated"}');
    await answers('get', '', '{"data":"Another"}');
    await run('kubectl delete --grace-period=0 --force -f guestbook.yaml');
    await eventually(async () => (await run("kubectl get pods,services -l 'app in (guestbook, agnhost)' --no-headers")) === '');
  });
});

describe('[sig-cli] Update Demo', () => {
  const TEMPLATE =
    '{{if (exists . "status" "containerStatuses")}}{{range .status.containerStatuses}}{{if (and (eq .name "update-demo") (exists . "state" "running"))}}true{{end}}{{end}}{{end}}';
  const IMAGE =
    '{{if (exists . "spec" "containers")}}{{range .spec.containers}}{{if eq .name "update-demo"}}{{.image}}{{end}}{{end}}{{end}}';

  async function validate(replicas: number): Promise<void> {
    const listed = (): Promise<string> =>
      run("kubectl get pods -o template --template='{{range.items}}{{.metadata.name}} {{end}}' -l name=update-demo");
    const names = async (): Promise<string[]> => (await listed()).split(' ').filter(Boolean);
    await eventually(async () => (await names()).length === replicas);
    for (const name of await names()) {
      await eventually(async () => (await run(`kubectl get pods ${name} -o template --template='${TEMPLATE}'`)) === 'true');
      expect(await run(`kubectl get pods ${name} -o template --template='${IMAGE}'`)).toBe(NAUTILUS);
      const data = await run(`kubectl get --raw /api/v1/namespaces/${namespace}/pods/${name}/proxy/data.json`);
      expect(JSON.parse(data)).toEqual({ image: 'nautilus.jpg' });
    }
  }

  it('[sig-cli] Kubectl client Update Demo should create and stop a replication controller', async () => {
    await run('kubectl create -f update-demo.yaml');
    await validate(2);
    await run('kubectl delete --grace-period=0 --force -f update-demo.yaml');
    await eventually(async () => (await run('kubectl get rc,svc -l name=update-demo --no-headers')) === '');
    await eventually(
      async () => (await podsOf('name=update-demo')).filter(({ metadata }) => metadata?.deletionTimestamp === undefined).length === 0,
    );
  });

  it('[sig-cli] Kubectl client Update Demo should scale a replication controller', async () => {
    await run('kubectl create -f update-demo.yaml');
    await validate(2);
    await run('kubectl scale rc update-demo-nautilus --replicas=1 --timeout=5m');
    await validate(1);
    await run('kubectl scale rc update-demo-nautilus --replicas=2 --timeout=5m');
    await validate(2);
  });
});

describe('[sig-cli] Kubectl client', () => {
  it('[sig-cli] Kubectl client Kubectl describe should check if kubectl describe prints relevant information for rc and pods', async () => {
    await run('kubectl create -f primary.yaml -f primary-service.yaml');
    await readyPods('app=agnhost');
    const [pod] = await podsOf('app=agnhost');
    expectWords(await run(`kubectl describe pod ${pod?.metadata?.name}`), [
      ['Name:', 'agnhost-primary-'],
      ['Namespace:', namespace],
      ['Node:'],
      ['Labels:', 'app=agnhost'],
      ['role=primary'],
      ['Annotations:'],
      ['Status:', 'Running'],
      ['IP:'],
      ['Controlled By:', 'ReplicationController/agnhost-primary'],
      ['Image:', 'agnhost'],
      ['State:', 'Running'],
      ['QoS Class:', 'BestEffort'],
    ]);
    expectWords(await run('kubectl describe rc agnhost-primary'), [
      ['Name:', 'agnhost-primary'],
      ['Namespace:', namespace],
      ['Selector:', 'app=agnhost,role=primary'],
      ['Labels:', 'app=agnhost'],
      ['role=primary'],
      ['Annotations:'],
      ['Replicas:', '1 current', '1 desired'],
      ['Pods Status:', '1 Running', '0 Waiting', '0 Succeeded', '0 Failed'],
      ['Pod Template:'],
      ['Image:', 'agnhost'],
      ['Events:'],
    ]);
    expectWords(await run('kubectl describe service agnhost-primary'), [
      ['Name:', 'agnhost-primary'],
      ['Namespace:', namespace],
      ['Labels:', 'app=agnhost'],
      ['role=primary'],
      ['Annotations:'],
      ['Selector:', 'app=agnhost,role=primary'],
      ['Type:', 'ClusterIP'],
      ['IP:'],
      ['Port:', '<unset>', '6379/TCP'],
      ['Endpoints:', `${pod?.status?.podIP}:6379`],
      ['Session Affinity:', 'None'],
    ]);
    expectWords(await run(`kubectl describe node ${pod?.spec?.nodeName}`), [
      ['Name:', pod?.spec?.nodeName ?? ''],
      ['Labels:'],
      ['Annotations:'],
      ['CreationTimestamp:'],
      ['Conditions:'],
      ['Type', 'Status', 'LastHeartbeatTime', 'LastTransitionTime', 'Reason', 'Message'],
      ['Addresses:'],
      ['Capacity:'],
      ['Kernel Version:'],
      ['OS Image:'],
      ['Container Runtime Version:'],
      ['Kubelet Version:'],
    ]);
    expectWords(await run(`kubectl describe namespace ${namespace}`), [
      ['Name:', namespace],
      ['Labels:'],
      ['Annotations:'],
      ['Status:', 'Active'],
    ]);
  });

  it('[sig-cli] Kubectl client Kubectl expose should create services for rc', async () => {
    await run('kubectl create -f primary.yaml');
    await readyPods('app=agnhost');
    const check = async (name: string, port: number): Promise<void> => {
      const [pod] = await podsOf('app=agnhost');
      const endpoint = async (): Promise<string> => {
        const { items } = await json<KubeList<Endpoints>>('endpoints');
        const subsets = items.find(({ metadata }) => metadata?.name === name)?.subsets ?? [];
        return subsets.map(({ addresses, ports }) => `${addresses?.[0]?.targetRef?.uid} ${ports?.[0]?.port}`).join();
      };
      await eventually(async () => (await endpoint()) === `${pod?.metadata?.uid} 6379`);
      const { spec } = await json<Service>(`service ${name}`);
      expect(spec?.ports).toMatchObject([{ port, targetPort: 6379 }]);
    };
    await run('kubectl expose rc agnhost-primary --name=rm2 --port=1234 --target-port=6379');
    await check('rm2', 1234);
    await run('kubectl expose service rm2 --name=rm3 --port=2345 --target-port=6379');
    await check('rm3', 2345);
  });

  it('[sig-cli] Kubectl client Kubectl label should update the label on a resource', async () => {
    await run('kubectl create -f pause.yaml && kubectl wait --for=condition=Ready pod/pause --timeout=60s');
    await run('kubectl label pods pause testing-label=testing-label-value');
    expect(await run('kubectl get pod pause -L testing-label')).toContain('testing-label-value');
    await run('kubectl label pods pause testing-label-');
    expect(await run('kubectl get pod pause -L testing-label')).not.toContain('testing-label-value');
    await run('kubectl delete --grace-period=0 --force -f pause.yaml');
  });

  it('[sig-cli] Kubectl client Kubectl patch should add annotations for pods in rc', async () => {
    await run('kubectl create -f primary.yaml');
    await readyPods('app=agnhost');
    for (const { metadata } of await podsOf('app=agnhost')) {
      await run(`kubectl patch pod ${metadata?.name} -p '{"metadata":{"annotations":{"x":"y"}}}'`);
    }
    const patched = await podsOf('app=agnhost');
    expect(patched.map(({ metadata }) => metadata?.annotations?.['x'])).toEqual(['y']);
  });

  it("[sig-cli] Kubectl client Kubectl replace should update a single-container pod's image", async () => {
    await run(`kubectl run e2e-test-httpd-pod --image=${HTTPD} --pod-running-timeout=2m0s --labels=run=e2e-test-httpd-pod`);
    await readyPods('run=e2e-test-httpd-pod');
    await run(`kubectl get pod e2e-test-httpd-pod -o json | sed 's#${HTTPD}#${BUSYBOX}#' | kubectl replace -f -`);
    const { spec } = await json<Pod>('pod e2e-test-httpd-pod');
    expect(spec?.containers.map(({ image }) => image)).toEqual([BUSYBOX]);
    await run('kubectl delete pods e2e-test-httpd-pod');
  });

  it('[sig-cli] Kubectl client Kubectl run pod should create a pod from an image when restart is Never', async () => {
    await run(`kubectl run e2e-test-httpd-pod --restart=Never --pod-running-timeout=2m0s --image=${HTTPD}`);
    const { spec } = await json<Pod>('pod e2e-test-httpd-pod');
    expect([spec?.containers.map(({ image }) => image), spec?.restartPolicy]).toEqual([[HTTPD], 'Never']);
    await run('kubectl wait --for=condition=Ready pod/e2e-test-httpd-pod --timeout=60s && kubectl delete pods e2e-test-httpd-pod');
  });
});

describe('[sig-cli] Kubectl logs', () => {
  it('[sig-cli] Kubectl logs logs should be able to retrieve and filter logs', async () => {
    await run(
      'kubectl run logs-generator --image=registry.k8s.io/e2e-test-images/agnhost:2.53 --restart=Never --pod-running-timeout=2m0s -- logs-generator --log-lines-total 100 --run-duration 20s',
    );
    await run('kubectl wait --for=condition=Ready pod/logs-generator --timeout=60s');
    const logs = (flags = ''): Promise<string> => run(`kubectl logs logs-generator logs-generator ${flags}`);
    await eventually(async () => (await logs()).includes('/api/v1/namespaces/'));
    expect((await logs('--tail=1')).match(/\n/g)).toHaveLength(1);
    expect(await logs('--limit-bytes=1')).toHaveLength(1);
    expect(await logs('--tail=1 --timestamps')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z \S/);
    await run('sleep 2.5');
    const lines = async (flags: string): Promise<number> => (await logs(flags)).trim().split('\n').length;
    const [older, recent] = [await lines('--since=24h'), await lines('--since=1s')];
    expect(older).toBeGreaterThan(10);
    expect(recent).toBeGreaterThan(0);
    expect(recent).toBeLessThan(7);
    await run('kubectl delete pod logs-generator');
  });
});

describe('a whole cluster', () => {
  it('[sig-architecture] Conformance Tests should have at least two untainted nodes', async () => {
    const nodes = await json<KubeList<Node>>('nodes');
    const usable = nodes.items.filter(
      ({ spec, status }) =>
        (spec?.taints ?? []).length === 0 && status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    );
    expect(usable.length).toBeGreaterThanOrEqual(2);
  });

  const runtimeClass = (overhead: object): string =>
    JSON.stringify({
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: `preconfigured-${namespace}` },
      handler: 'runc',
      ...overhead,
    });
  const podOf = (): string =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'runs' },
      spec: { runtimeClassName: `preconfigured-${namespace}`, containers: [{ name: 'test', image: BUSYBOX, command: ['sleep', '100'] }] },
    });
  const scheduled = async (overhead: object): Promise<Pod> => {
    await run(`echo '${runtimeClass(overhead)}' | kubectl create -f -`);
    await run(`echo '${podOf()}' | kubectl create -f -`);
    await run('kubectl wait --for=condition=PodScheduled pod/runs --timeout=60s');
    return json<Pod>('pod runs');
  };

  it('[sig-node] RuntimeClass should schedule a Pod requesting a RuntimeClass without PodOverhead', async () => {
    const { spec } = await scheduled({});
    expect([spec?.overhead, spec?.nodeName]).toEqual([undefined, expect.stringMatching(/^worker-/)]);
  });

  it('[sig-node] RuntimeClass should schedule a Pod requesting a RuntimeClass and initialize its Overhead', async () => {
    const { spec } = await scheduled({ overhead: { podFixed: { cpu: '10m', memory: '1Mi' } } });
    expect([spec?.overhead, spec?.nodeName]).toEqual([{ cpu: '10m', memory: '1Mi' }, expect.stringMatching(/^worker-/)]);
    expect(await run(`kubectl describe node ${spec?.nodeName}`)).toMatch(new RegExp(`${namespace} +runs +10m \\(0%\\) +0 \\(0%\\) +1Mi`));
  });
});
