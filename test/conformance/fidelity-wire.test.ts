/** Items 1 to 4 and 25 of the behaviours that emulators most often botch, over the HTTP endpoint. */
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { serveCluster } from '../wire/server.ts';
import type { Served } from '../wire/server.ts';
import { callsTo, JSON_TYPE, protobuf, PROTOBUF, until } from './wire-calls.ts';
import type { Field } from './wire-calls.ts';

let served: Served;
beforeAll(async () => {
  served = await serveCluster();
});
afterAll(() => served.close());

const call = callsTo(() => served);
const CORE = '/api/v1/namespaces/default';
const meta = (name: string): Field => [1, [[1, name]]];

interface Described {
  readonly metadata: { readonly name?: string };
  readonly versions: readonly {
    readonly version: string;
    readonly resources: readonly { readonly resource: string; readonly subresources?: readonly { readonly subresource: string }[] }[];
  }[];
}

const widget = (versions: readonly (readonly [string, boolean])[]): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.fidelity.example.com' },
  spec: {
    group: 'fidelity.example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList', shortNames: ['wd'] },
    versions: versions.map(([name, isServed], index) => ({
      name,
      served: isServed,
      storage: index === 0,
      subresources: { status: {} },
      schema: {
        openAPIV3Schema: {
          type: 'object',
          properties: {
            spec: { type: 'object', properties: { size: { type: 'integer', description: `As ${name} says it.` } } },
            status: { type: 'object' },
          },
        },
      },
    })),
  },
});
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

describe('FIDELITY I.1: protobuf request bodies of typed clients', () => {
  const TYPED = { 'content-type': PROTOBUF, accept: `${PROTOBUF},application/json` };

  it('are taken of every kind that kubectl sends so, and are answered', async () => {
    const send = (path: string, apiVersion: string, kind: string, fields: readonly Field[]) =>
      call('POST', path, protobuf(apiVersion, kind, fields), TYPED);
    expect((await send('/api/v1/namespaces', 'v1', 'Namespace', [meta('typed')])).status).toBe(201);
    expect((await send(`${CORE}/serviceaccounts`, 'v1', 'ServiceAccount', [meta('typed')])).status).toBe(201);
    const data: readonly Field[] = [
      meta('typed'),
      [
        2,
        [
          [1, 'key'],
          [2, 'value'],
        ],
      ],
    ];
    expect((await send(`${CORE}/configmaps`, 'v1', 'ConfigMap', data)).status).toBe(201);
    expect((await call('GET', `${CORE}/configmaps/typed`)).body.data).toEqual({ key: 'value' });
    const token = await send(`${CORE}/serviceaccounts/typed/token`, 'authentication.k8s.io/v1', 'TokenRequest', [[2, [[4, 600]]]]);
    expect(token.status).toBe(201);
    const target: Field = [
      1,
      [
        [1, 'Deployment'],
        [2, 'web'],
        [3, 'apps/v1'],
      ],
    ];
    const scaler = await send(
      '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers',
      'autoscaling/v2',
      'HorizontalPodAutoscaler',
      [meta('typed'), [2, [target, [3, 4]]]],
    );
    expect(scaler.status).toBe(201);
    expect((await call('GET', '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/typed')).body.spec).toMatchObject({
      minReplicas: 1,
      maxReplicas: 4,
      scaleTargetRef: { kind: 'Deployment', name: 'web', apiVersion: 'apps/v1' },
    });
    const may: Field = [
      2,
      [
        [
          1,
          [
            [1, 'default'],
            [2, 'list'],
            [5, 'pods'],
          ],
        ],
      ],
    ];
    const review = await send(
      '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      'authorization.k8s.io/v1',
      'SelfSubjectAccessReview',
      [may],
    );
    expect(review.status).toBe(201);
    const evicted = await send(`${CORE}/pods/nobody/eviction`, 'policy/v1', 'Eviction', [
      [
        1,
        [
          [1, 'nobody'],
          [3, 'default'],
        ],
      ],
    ]);
    expect(evicted.status).toBe(404);
    const deleted = await call(
      'DELETE',
      `${CORE}/configmaps/typed`,
      protobuf('meta.k8s.io/v1', 'DeleteOptions', [[4, 'Background']]),
      TYPED,
    );
    expect(deleted.status).toBe(200);
    expect((await call('GET', `${CORE}/configmaps/typed`)).status).toBe(404);
  });

  it('that are none are refused with a reason, not with 415', async () => {
    const { status, body } = await call('POST', `${CORE}/configmaps`, new Uint8Array([0x6b, 0x38, 0x73, 0, 255, 255, 255]), TYPED);
    expect([status, body.kind ?? body]).toEqual([400, 'Status']);
    expect((await call('POST', `${CORE}/configmaps`, 'x', { 'content-type': 'application/x-unknown' })).status).toBe(415);
  });
});

describe('FIDELITY I.2: discovery is negotiated', () => {
  const type = (version: string): string => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
  const NEW = { accept: `${type('v2')},${type('v2beta1')},application/json` };
  const OLD = { accept: `${type('v2beta1')},application/json` };

  it('in the form that a client wants first', async () => {
    for (const version of ['v2', 'v2beta1'] as const) {
      const headers = version === 'v2' ? NEW : OLD;
      for (const path of ['/api?timeout=32s', '/apis?timeout=32s']) {
        const reply = await call('GET', path, undefined, headers);
        expect(reply.type).toBe(type(version));
        expect(reply.body).toMatchObject({ kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${version}` });
      }
      const { items } = (await call('GET', '/apis', undefined, headers)).body as { readonly items: readonly Described[] };
      const apps = items.find(({ metadata }) => metadata.name === 'apps')?.versions[0];
      expect(apps?.resources.find(({ resource }) => resource === 'deployments')).toMatchObject({
        responseKind: { group: 'apps', version: 'v1', kind: 'Deployment' },
        scope: 'Namespaced',
        singularResource: 'deployment',
        shortNames: ['deploy'],
        categories: ['all'],
        subresources: [
          { subresource: 'scale', responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' } },
          { subresource: 'status' },
        ],
      });
      expect(items.find(({ metadata }) => metadata.name === 'autoscaling')?.versions.map((each) => each.version)).toEqual(['v2', 'v1']);
    }
  });

  it('in lists of the old form for everybody else', async () => {
    expect((await call('GET', '/api', undefined, {})).body).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
    expect((await call('GET', '/apis', undefined, {})).body).toMatchObject({ kind: 'APIGroupList', apiVersion: 'v1' });
    const { resources } = (await call('GET', '/api/v1', undefined, {})).body as { resources: { name: string; kind: string }[] };
    expect(resources.find(({ name }) => name === 'pods/eviction')).toMatchObject({
      kind: 'Eviction',
      group: 'policy',
      version: 'v1',
      verbs: ['create'],
    });
  });

  it('with custom kinds at once', async () => {
    await call('POST', CRDS, widget([['v1', true]]));
    await until(async () => (await call('GET', '/apis/fidelity.example.com/v1')).status === 200);
    const { items } = (await call('GET', '/apis', undefined, NEW)).body as { readonly items: readonly Described[] };
    expect(items.find(({ metadata }) => metadata.name === 'fidelity.example.com')?.versions[0]?.resources[0]).toMatchObject({
      resource: 'widgets',
      subresources: [{ subresource: 'status' }],
    });
    const groups = (await call('GET', '/apis')).body.groups as { name: string }[];
    expect(groups.map(({ name }) => name)).toContain('fidelity.example.com');
  });
});

describe('FIDELITY I.3: OpenAPI v3 is what clients validate by', () => {
  it('says of every write that the server validates fields', async () => {
    const { paths } = (await call('GET', '/openapi/v3')).body as { paths: Record<string, { serverRelativeURL: string }> };
    const { paths: routes } = (await call('GET', paths['apis/apps/v1']?.serverRelativeURL ?? '')).body as {
      paths: Record<string, Record<string, { parameters?: { name: string }[]; 'x-kubernetes-group-version-kind'?: object }>>;
    };
    const own = routes['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'];
    for (const operation of [own?.['patch'], own?.['put'], routes['/apis/apps/v1/namespaces/{namespace}/deployments']?.['post']]) {
      expect(operation?.['x-kubernetes-group-version-kind']).toEqual({ group: 'apps', version: 'v1', kind: 'Deployment' });
      expect(operation?.parameters?.map(({ name }) => name)).toEqual(expect.arrayContaining(['dryRun', 'fieldManager', 'fieldValidation']));
    }
  });

  it('publishes the schema of each served version of a custom kind, and withdraws it', async () => {
    await call('DELETE', `${CRDS}/widgets.fidelity.example.com`);
    await until(async () => (await call('GET', `${CRDS}/widgets.fidelity.example.com`)).status === 404);
    await call(
      'POST',
      CRDS,
      widget([
        ['v1', true],
        ['v2', true],
      ]),
    );
    const published = async (): Promise<readonly string[]> =>
      Object.keys((await call('GET', '/openapi/v3')).body.paths as object).filter((path) => path.startsWith('apis/fidelity.example.com/'));
    await until(async () => (await published()).length === 2);
    for (const version of ['v1', 'v2']) {
      const { components } = (await call('GET', `/openapi/v3/apis/fidelity.example.com/${version}`)).body;
      expect(components.schemas[`com.example.fidelity.${version}.Widget`]).toMatchObject({
        properties: { spec: { properties: { size: { type: 'integer', description: `As ${version} says it.` } } } },
        'x-kubernetes-group-version-kind': [{ group: 'fidelity.example.com', version, kind: 'Widget' }],
      });
    }
    const { body } = await call('GET', `${CRDS}/widgets.fidelity.example.com`);
    await call('PUT', `${CRDS}/widgets.fidelity.example.com`, {
      ...(widget([
        ['v1', true],
        ['v2', false],
      ]) as object),
      metadata: body.metadata,
    });
    await until(async () => (await published()).length === 1);
    expect(await published()).toEqual(['apis/fidelity.example.com/v1']);
    await call('DELETE', `${CRDS}/widgets.fidelity.example.com`);
    await until(async () => (await published()).length === 0);
  });
});

describe('FIDELITY I.4: tables have exactly Kubernetes’ columns', () => {
  const TABLE = {
    accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json',
  };
  /** "*": only where somebody asks for a wide table. */
  const COLUMNS = [
    ['/api/v1/pods', 'Name, Ready, Status, Restarts, Age, IP*, Node*, Nominated Node*, Readiness Gates*'],
    ['/apis/apps/v1/deployments', 'Name, Ready, Up-to-date, Available, Age, Containers*, Images*, Selector*'],
    ['/apis/apps/v1/replicasets', 'Name, Desired, Current, Ready, Age, Containers*, Images*, Selector*'],
    ['/apis/apps/v1/statefulsets', 'Name, Ready, Age, Containers*, Images*'],
    [
      '/apis/apps/v1/daemonsets',
      'Name, Desired, Current, Ready, Up-to-date, Available, Node Selector, Age, Containers*, Images*, Selector*',
    ],
    ['/apis/batch/v1/jobs', 'Name, Status, Completions, Duration, Age, Containers*, Images*, Selector*'],
    ['/apis/batch/v1/cronjobs', 'Name, Schedule, Timezone, Suspend, Active, Last Schedule, Age, Containers*, Images*, Selector*'],
    ['/api/v1/services', 'Name, Type, Cluster-IP, External-IP, Port(s), Age, Selector*'],
    ['/apis/networking.k8s.io/v1/ingresses', 'Name, Class, Hosts, Address, Ports, Age'],
    ['/api/v1/nodes', 'Name, Status, Roles, Age, Version, Internal-IP*, External-IP*, OS-Image*, Kernel-Version*, Container-Runtime*'],
    [
      '/api/v1/persistentvolumes',
      'Name, Capacity, Access Modes, Reclaim Policy, Status, Claim, StorageClass, VolumeAttributesClass, Reason, Age, VolumeMode*',
    ],
    [
      '/api/v1/persistentvolumeclaims',
      'Name, Status, Volume, Capacity, Access Modes, StorageClass, VolumeAttributesClass, Age, VolumeMode*',
    ],
    ['/api/v1/resourcequotas', 'Name, Request, Limit, Age'],
    ['/api/v1/events', 'Last Seen, Type, Reason, Object, Subobject*, Source*, Message, First Seen*, Count*, Name*'],
    ['/apis/autoscaling/v2/horizontalpodautoscalers', 'Name, Reference, Targets, MinPods, MaxPods, Replicas, Age'],
    ['/apis/policy/v1/poddisruptionbudgets', 'Name, Min Available, Max Unavailable, Allowed Disruptions, Age'],
    ['/apis/scheduling.k8s.io/v1/priorityclasses', 'Name, Value, Global-Default, Age, PreemptionPolicy'],
    ['/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', 'Name, Role, Age, Users*, Groups*, ServiceAccounts*'],
  ] as const;

  it.each(COLUMNS)('%s', async (path, columns) => {
    const { type, body } = await call('GET', path, undefined, TABLE);
    expect(type).toBe('application/json');
    expect(body).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
    const names = (body.columnDefinitions as { name: string; priority: number }[]).map(({ name, priority }) =>
      priority === 0 ? name : `${name}*`,
    );
    expect(names.join(', ')).toBe(columns);
    const rows = body.rows as { cells: unknown[]; object: { kind: string } }[];
    for (const row of rows) expect([row.cells.length, row.object.kind]).toEqual([names.length, 'PartialObjectMetadata']);
  });

  it('also in a watch, which says the columns once; and 406 where there is no table', async () => {
    const response = await fetch(`${served.url}/api/v1/nodes?watch=true&timeoutSeconds=1`, { headers: TABLE });
    const events = (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; object: { kind: string; columnDefinitions?: object[] | null; rows: object[] } });
    expect(events.length).toBeGreaterThanOrEqual(3);
    expect(events.map(({ object }) => `${object.kind} ${object.rows.length}`)).toEqual(events.map(() => 'Table 1'));
    expect(events.map(({ object }) => (object.columnDefinitions ?? []).length > 0)).toEqual(events.map((_, index) => index === 0));
    const only = { ...JSON_TYPE, accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
    const review = { spec: { nonResourceAttributes: { path: '/', verb: 'get' } } };
    const refused = await call('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', review, only);
    expect([refused.status, refused.body.reason]).toEqual([406, 'NotAcceptable']);
  });
});

describe('FIDELITY I.25: streams, evictions, refusals and what admission adds', () => {
  const box = (name: string): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: { containers: [{ name: 'main', image: 'busybox', command: ['sh', '-c', 'cat; sleep 100000'], stdin: true }] },
  });
  const ready = async (name: string): Promise<void> => {
    await call('POST', `${CORE}/pods`, box(name));
    await until(async () =>
      (((await call('GET', `${CORE}/pods/${name}`)).body.status?.conditions ?? []) as { type: string; status: string }[]).some(
        ({ type, status }) => type === 'Ready' && status === 'True',
      ),
    );
  };

  /** Everything that came on each channel until the server hung up; `begin` has the open socket. */
  async function channels(path: string, protocol: string, begin: (socket: WebSocket) => void): Promise<Record<number, Buffer>> {
    const socket = new WebSocket(`ws://127.0.0.1:${served.port}${path}`, [protocol]);
    const heard: Record<number, Buffer> = {};
    socket.on('message', (data: Buffer) => (heard[data[0]!] = Buffer.concat([heard[data[0]!] ?? Buffer.alloc(0), data.subarray(1)])));
    await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
    expect(socket.protocol).toBe(protocol);
    begin(socket);
    await new Promise((resolve) => socket.on('close', resolve));
    return heard;
  }
  const command = (...words: string[]): string => words.map((word) => `command=${encodeURIComponent(word)}`).join('&');
  const causeOf = (status: Buffer | undefined): unknown => JSON.parse(String(status)).details?.causes;

  it('exec ends with its exit code on channel 3, after stdin was half closed', async () => {
    await ready('streams');
    const path = `${CORE}/pods/streams/exec?stdin=true&stdout=true&stderr=true&${command('sh', '-c', 'cat; echo oh >&2; exit 7')}`;
    const heard = await channels(path, 'v5.channel.k8s.io', (socket) => {
      socket.send(Buffer.from('\0typed\n'));
      socket.send(Buffer.from([255, 0]));
    });
    expect([String(heard[1]), String(heard[2])]).toEqual(['typed\n', 'oh\n']);
    expect(JSON.parse(String(heard[3]))).toMatchObject({ status: 'Failure', reason: 'NonZeroExitCode' });
    expect(causeOf(heard[3])).toEqual([{ reason: 'ExitCode', message: '7' }]);
    const fine = await channels(`${CORE}/pods/streams/exec?stdout=true&${command('true')}`, 'v4.channel.k8s.io', () => {});
    expect(JSON.parse(String(fine[3]))).toMatchObject({ status: 'Success' });
  });

  it('attach reaches the main process', async () => {
    await ready('attached');
    const heard: string[] = [];
    const socket = new WebSocket(`ws://127.0.0.1:${served.port}${CORE}/pods/attached/attach?stdin=true&stdout=true`, ['v5.channel.k8s.io']);
    socket.on('message', (data: Buffer) => heard.push(`${data[0]}:${data.subarray(1).toString()}`));
    await new Promise((resolve) => socket.on('open', resolve));
    socket.send(Buffer.from('\0hello\n'));
    await until(async () => heard.join('').includes('1:hello\n'));
    socket.terminate();
    expect(heard.join('')).toContain('hello\n');
  });

  it('cp is tar through exec', async () => {
    await ready('copies');
    const put = await channels(
      `${CORE}/pods/copies/exec?stdout=true&${command('sh', '-c', 'echo content > /tmp/file')}`,
      'v5.channel.k8s.io',
      () => {},
    );
    expect(JSON.parse(String(put[3]))).toMatchObject({ status: 'Success' });
    const heard = await channels(
      `${CORE}/pods/copies/exec?stdout=true&stderr=true&${command('tar', 'cf', '-', '/tmp/file')}`,
      'v5.channel.k8s.io',
      () => {},
    );
    const archive = heard[1] ?? Buffer.alloc(0);
    expect([archive.subarray(0, 8).toString(), archive.subarray(257, 262).toString(), archive.subarray(512, 520).toString()]).toEqual([
      'tmp/file',
      'ustar',
      'content\n',
    ]);
  });

  it('port-forward speaks SPDY inside a WebSocket', async () => {
    await ready('forwarded');
    const protocol = 'SPDY/3.1+portforward.k8s.io';
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': btoa('sixteen bytes---'),
      'sec-websocket-protocol': protocol,
    };
    const [response, socket] = await new Promise<[IncomingMessage, Duplex]>((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port: served.port, path: `${CORE}/pods/forwarded/portforward`, headers });
      asked
        .on('upgrade', (answer, stream) => resolve([answer, stream]))
        .on('error', reject)
        .end();
    });
    expect([response.statusCode, response.headers['sec-websocket-protocol']]).toEqual([101, protocol]);
    const answered = new Promise<Buffer>((resolve) => socket.once('data', resolve));
    const ping = Buffer.from([0x80, 3, 0, 6, 0, 0, 0, 4, 0, 0, 0, 1]);
    const noMask = Buffer.alloc(4);
    socket.write(Buffer.concat([Buffer.from([0x82, 0x80 | ping.length]), noMask, ping]));
    expect(await answered).toEqual(Buffer.concat([Buffer.from([0x82, ping.length]), ping]));
    socket.destroy();
  });

  it('an eviction that a budget forbids is 429 with its cause', async () => {
    await ready('kept');
    const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
    await call('POST', budgets, { metadata: { name: 'kept' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'kept' } } } });
    await until(async () => (await call('GET', `${budgets}/kept`)).body.status?.currentHealthy === 1);
    const refused = await call('POST', `${CORE}/pods/kept/eviction`, {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: 'kept' },
    });
    expect([refused.status, refused.body.message, refused.body.details.causes]).toEqual([
      429,
      "Cannot evict pod as it would violate the pod's disruption budget.",
      [{ reason: 'DisruptionBudget', message: 'The disruption budget kept needs 1 healthy pods and has 1 currently' }],
    ]);
    await call('DELETE', `${budgets}/kept`);
    expect(
      (await call('POST', `${CORE}/pods/kept/eviction`, { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'kept' } })).status,
    ).toBe(201);
  });

  it('RBAC refuses in Kubernetes’ words', async () => {
    const as = { 'impersonate-user': 'jane', 'impersonate-group': 'system:authenticated' };
    const said = async (path: string): Promise<unknown> => (await call('GET', path, undefined, as)).body.message;
    expect(await said(`${CORE}/pods`)).toBe(
      'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"',
    );
    expect(await said('/apis/apps/v1/namespaces/default/deployments/x')).toBe(
      'deployments.apps "x" is forbidden: User "jane" cannot get resource "deployments" in API group "apps" in the namespace "default"',
    );
    expect(await said('/api/v1/nodes')).toBe(
      'nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope',
    );
    expect(await said('/metrics')).toBe('forbidden: User "jane" cannot get path "/metrics"');
  });

  it('a stored Pod shows its token volume and the tolerations that it was given', async () => {
    const { body } = await call('POST', `${CORE}/pods?dryRun=All`, box('shown'));
    const volume = (body.spec.volumes as { name: string; projected?: object }[])[0];
    expect(volume).toEqual({
      name: expect.stringMatching(/^kube-api-access-[a-z0-9]{5}$/) as unknown,
      projected: {
        defaultMode: 420,
        sources: [
          { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
          { configMap: { items: [{ key: 'ca.crt', path: 'ca.crt' }], name: 'kube-root-ca.crt' } },
          { downwardAPI: { items: [{ fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' }, path: 'namespace' }] } },
        ],
      },
    });
    expect(body.spec.containers[0].volumeMounts).toEqual([
      { mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', name: volume?.name, readOnly: true },
    ]);
    const lasting = (key: string): object => ({
      effect: 'NoExecute',
      key: `node.kubernetes.io/${key}`,
      operator: 'Exists',
      tolerationSeconds: 300,
    });
    expect(body.spec.tolerations).toEqual([lasting('not-ready'), lasting('unreachable')]);
    expect([body.spec.serviceAccountName, body.spec.priority, body.spec.preemptionPolicy, body.spec.enableServiceLinks]).toEqual([
      'default',
      0,
      'PreemptLowerPriority',
      true,
    ]);
  });
});
