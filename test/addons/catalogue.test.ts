/** Add-ons: found under the addresses at which their projects publish them, or there from the start. */
import { describe, expect, it } from 'vitest';
import { CATALOGUE, publishedAt } from '../../src/addons/catalogue.ts';
import { ADDON_NAMES } from '../../src/api/addon-names.ts';
import { parseYamlDocuments } from '../../src/api/yaml.ts';
import { openCluster } from '../../src/cluster/open.ts';
import { makeProfile } from '../../src/cluster/profile.ts';
import { openPlayer, rows } from '../tutorials/play.ts';

const GATEWAY = 'https://github.com/kubernetes-sigs/gateway-api';
const INSTALL = `${GATEWAY}/releases/download/v1.3.0/standard-install.yaml`;
const COMPONENTS = 'https://github.com/kubernetes-sigs/metrics-server/releases/latest/download/components.yaml';
const LOCAL_PATH = 'https://raw.githubusercontent.com/rancher/local-path-provisioner/v0.0.31/deploy/local-path-storage.yaml';
const CRDS = ['gatewayclasses', 'gateways', 'grpcroutes', 'httproutes', 'referencegrants'].map(
  (plural) => `CustomResourceDefinition ${plural}.gateway.networking.k8s.io`,
);

describe('addresses', () => {
  const objects = (text: string | undefined): readonly string[] =>
    parseYamlDocuments(text ?? '').map(({ value }) => {
      const { kind, metadata } = value as { kind: string; metadata: { name: string } };
      return `${kind} ${metadata.name}`;
    });
  it.each([
    [INSTALL],
    [`${GATEWAY}/releases/download/v1.2.1/standard-install.yaml`],
    [`${GATEWAY}/releases/latest/download/standard-install.yaml`],
  ])('%s', (url) => {
    expect(objects(publishedAt(url, 'file'))).toEqual(CRDS);
  });
  it.each([
    ['github.com/kubernetes-sigs/gateway-api/config/crd?ref=v1.3.0'],
    [`${GATEWAY}/config/crd?ref=v1.3.0`],
    [`${GATEWAY}.git//config/crd?ref=v1.3.0`],
    ['git@github.com:kubernetes-sigs/gateway-api//config/crd'],
    ['ssh://git@github.com/kubernetes-sigs/gateway-api.git//config/crd/'],
  ])('the folder %s', (url) => {
    expect(objects(publishedAt(url, 'folder'))).toEqual(CRDS);
    expect(publishedAt(url, 'file')).toBe(undefined);
  });
  it('one definition by itself', () => {
    const url =
      'https://raw.githubusercontent.com/kubernetes-sigs/gateway-api/v1.3.0/config/crd/standard/gateway.networking.k8s.io_httproutes.yaml';
    expect(objects(publishedAt(url, 'file'))).toEqual(['CustomResourceDefinition httproutes.gateway.networking.k8s.io']);
  });
  it.each([
    [INSTALL.replace('standard', 'experimental')],
    [INSTALL.replace('github.com', 'github.example.com')],
    [INSTALL.replace('v1.3.0/', '')],
    [INSTALL.replace('v1.3.0', '')],
    [`${INSTALL}/more`],
    ['https://__proto__/constructor'],
    [''],
  ])('not %j', (url) => {
    expect(publishedAt(url, 'file')).toBe(undefined);
    expect(publishedAt(url, 'folder')).toBe(undefined);
  });
  it('say what runs already', () => {
    const same = (url: string): readonly unknown[] => parseYamlDocuments(publishedAt(url, 'file') ?? '').map(({ value }) => value);
    expect(same(COMPONENTS)).toEqual(JSON.parse(JSON.stringify(CATALOGUE['metrics-server'].objects())));
    const [theirs, ours] = [same(LOCAL_PATH), CATALOGUE['local-path-storage'].objects()];
    expect(theirs.filter((_, i) => ours[i]?.kind !== 'StorageClass')).toEqual(ours.filter(({ kind }) => kind !== 'StorageClass'));
  });
});

describe('on the learner’s host', () => {
  it('kubectl, curl, wget and kustomize find them, after the learner’s own files', async () => {
    const own = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: mine\n';
    const { run, result, sandbox } = await openPlayer({
      'github.com/kubernetes-sigs/gateway-api/releases/download/v9.9.9/standard-install.yaml': own,
      'site/kustomization.yaml': `resources:\n- ${GATEWAY}/config/crd?ref=v1.3.0\n- ${LOCAL_PATH}\nlabels:\n- pairs:\n    team: net\n`,
    });
    const applied = (verb: string): string =>
      CRDS.map((crd) => `customresourcedefinition.apiextensions.k8s.io/${crd.split(' ')[1]} ${verb}\n`).join('');
    expect(await run(`kubectl apply -f ${INSTALL}`)).toBe(applied('created'));
    expect(await run('kubectl apply -k "github.com/kubernetes-sigs/gateway-api/config/crd?ref=v1.3.0"')).toBe(applied('unchanged'));
    expect(await run(`kubectl apply -f ${INSTALL.replace('v1.3.0', 'v9.9.9')}`)).toBe('configmap/mine created\n');
    expect(await run(`curl -sLO ${COMPONENTS} && head -1 components.yaml && kubectl diff -f components.yaml`)).toMatch(
      /^# metrics-server v0\.7\.2\n$/,
    );
    expect(await run(`wget -q ${INSTALL} && grep -c '^kind:' standard-install.yaml`)).toBe('5\n');
    expect(await run(`curl -sI ${COMPONENTS}`)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/);
    const built = await run('kubectl kustomize site');
    expect(built.match(/^ {4}team: net$/gm)).toHaveLength(5 + CATALOGUE['local-path-storage'].objects().length);

    expect(await result('kubectl apply -f https://github.com/example/app/releases/download/v1/install.yaml')).toMatchObject({
      exitCode: 1,
      stderr:
        'Unable to connect to the server: dial tcp: lookup github.com: no such host (this sandbox has no internet, but for ' +
        'the add-ons gateway-api, ingress-nginx, local-path-storage, metrics-server: save the manifest as a file and apply that)\n',
    });
    expect(await result('curl -LO https://github.com/example/app/releases/download/v1/install.yaml')).toMatchObject({
      exitCode: 6,
      stderr: 'curl: (6) Could not resolve host: github.com\n',
    });
    expect(await result('kubectl apply -k github.com/example/app/deploy')).toMatchObject({ exitCode: 1 });

    const example = `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: example}
spec: {controllerName: example.net/gateways}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: front}
spec:
  gatewayClassName: example
  listeners: [{name: http, port: 80, protocol: HTTP}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web}
spec:
  parentRefs: [{name: front}]
  hostnames: [web.example.com]
  rules: [{backendRefs: [{name: web, port: 80}]}]
`;
    await run(`cat > example.yaml <<'END'\n${example}END`);
    expect(await run('kubectl apply -f example.yaml')).toMatch(/created\n.*created\n.*created\n/);
    expect(rows(await run('kubectl get gc')).map(([name, controller, accepted]) => [name, controller, accepted])).toEqual([
      ['example', 'example.net/gateways', 'Unknown'],
    ]);
    expect(await run('kubectl get gtw,httproute --no-headers')).toMatch(
      /gateway\S+\/front +example +Unknown +\d+s\n+httproute\S+\/web +\["web\.example\.com"\] +\d+s\n/,
    );
    expect(await run('kubectl get gateway-api -A -o name | sort')).toBe(
      'gateway.gateway.networking.k8s.io/front\ngatewayclass.gateway.networking.k8s.io/example\nhttproute.gateway.networking.k8s.io/web\n',
    );
    expect(await run('kubectl explain httproute.spec.rules')).toMatch(
      /^ {2}backendRefs\t<\[\]Object>\n {4}The backends that requests go to\.$/m,
    );
    await sandbox.close();
  });

  it('metrics-server is configured where it runs; a volume of local-path’s own class is made', async () => {
    const { run, result, sandbox } = await openPlayer();
    const { stdout, stderr } = await result(`kubectl apply -f ${COMPONENTS}`);
    expect(stdout.trim().split('\n')).toHaveLength(9);
    expect(stdout).toContain('deployment.apps/metrics-server configured\n');
    expect(stderr).toContain('is missing the kubectl.kubernetes.io/last-applied-configuration annotation');
    expect(await run('kubectl -n kube-system rollout history deployment metrics-server')).toBe(
      'deployment.apps/metrics-server \nREVISION  CHANGE-CAUSE\n1         <none>\n\n',
    );
    expect(await run(`kubectl apply -f ${COMPONENTS} | grep -vc unchanged`, { exit: 1 })).toBe('0\n');
    expect(await run(`kubectl apply -f ${LOCAL_PATH}`)).toContain('storageclass.storage.k8s.io/local-path created\n');
    await run(`kubectl apply -f - <<'END'
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], storageClassName: local-path, resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: writer}
spec:
  containers:
  - {name: c, image: busybox, command: [sleep, "3600"], volumeMounts: [{name: data, mountPath: /data}]}
  volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
END`);
    await run('kubectl wait pod/writer --for=condition=Ready --timeout=120s');
    await sandbox.close();
  });
});

describe('in a profile', () => {
  it('names those there are, or is refused', () => {
    expect(makeProfile({ addons: ADDON_NAMES }).addons).toEqual(ADDON_NAMES);
    expect(() => makeProfile({ addons: ['gateway-api', 'istio'] })).toThrow(
      'There is no add-on "istio"; there are: gateway-api, ingress-nginx, local-path-storage, metrics-server.',
    );
  });
  it('they are there before the manifests, and what comes from elsewhere does no harm', async () => {
    const gatewayClass = {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'GatewayClass',
      metadata: { name: 'example' },
      spec: { controllerName: 'example.net/gateways' },
    };
    const profile = { ...makeProfile({ nodes: 0 }), addons: ['gateway-api', 'constructor', 'metrics-server'], manifests: [gatewayClass] };
    const sandbox = await openCluster({ profile, playing: false, speed: Infinity });
    const session = await sandbox.shell();
    const { stdout } = await session.run('kubectl get gatewayclass,crd -o name');
    expect(stdout.trim().split('\n')).toEqual([
      'gatewayclass.gateway.networking.k8s.io/example',
      ...CRDS.map((crd) => `customresourcedefinition.apiextensions.k8s.io/${crd.split(' ')[1]}`),
    ]);
    const { entries, endMicros } = await sandbox.journal();
    const again = await openCluster({ profile, journal: entries, untilMicros: endMicros });
    expect(await again.hash()).toBe(await sandbox.hash());
    await again.close();
    await sandbox.close();
  });
});
