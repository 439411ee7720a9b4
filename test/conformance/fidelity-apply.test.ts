/** Items 9 and 10 of the behaviours that emulators most often botch: strategic merge, kubectl apply, server-side apply. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Deployment, Pod, Service } from '../../src/api/generated/types.ts';
import type { KubeObject, Status } from '../../src/api/object.ts';
import { APPLY, deployment, DEPLOYMENTS, MERGE, pod, PODS, STRATEGIC, testServer } from '../apiserver/support.ts';
import type { TestServer } from '../apiserver/support.ts';
import { openPlayer } from '../tutorials/play.ts';
import type { Player } from '../tutorials/play.ts';

const SERVICES = '/api/v1/namespaces/default/services';
const manifest = (replicas: string, image: string, label = ''): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web${label}
spec:
${replicas}  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: '${image}'}]}
`;

describe('FIDELITY I.9: strategic merge and three-way apply', () => {
  const two = (): object => ({
    ...pod('p'),
    spec: {
      containers: [
        {
          name: 'a',
          image: 'one',
          ports: [{ containerPort: 80, name: 'http' }, { containerPort: 90 }],
          env: [
            { name: 'X', value: '1' },
            { name: 'Y', value: '2' },
          ],
        },
        { name: 'b', image: 'two' },
      ],
      tolerations: [{ key: 'k', operator: 'Exists' }],
    },
  });

  it('finds items by their keys, and obeys directives', async () => {
    const { ok, refused } = await testServer();
    const template = async (): Promise<Pod['spec']> => (await ok<Deployment>('GET', `${DEPLOYMENTS}/web`)).spec?.template.spec;
    const base = deployment('web') as { spec: { template: object } };
    await ok('POST', DEPLOYMENTS, {
      ...base,
      spec: { ...base.spec, template: { ...base.spec.template, spec: (two() as { spec: object }).spec } },
    });
    const patch = (spec: object): Promise<KubeObject> =>
      ok('PATCH', `${DEPLOYMENTS}/web`, { spec: { template: { spec } } }, { headers: STRATEGIC });
    await patch({
      containers: [
        { name: 'b', image: 'three' },
        {
          name: 'a',
          env: [
            { name: 'Y', value: '3' },
            { name: 'Z', value: '4' },
          ],
          ports: [{ containerPort: 90, name: 'other' }],
        },
      ],
    });
    const containers = (await template())?.containers ?? [];
    const a = containers.find(({ name }) => name === 'a');
    expect(containers.find(({ name }) => name === 'b')?.image).toBe('three');
    expect(a?.env).toEqual(
      expect.arrayContaining([
        { name: 'X', value: '1' },
        { name: 'Y', value: '3' },
        { name: 'Z', value: '4' },
      ]),
    );
    expect(a?.ports?.map(({ containerPort, name }) => `${containerPort} ${name}`)).toEqual(expect.arrayContaining(['80 http', '90 other']));
    await patch({ '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }], containers: [{ name: 'a', image: 'four' }] });
    expect((await template())?.containers.map(({ name, image }) => `${name} ${image}`)).toEqual(['b three', 'a four']);
    await patch({ containers: [{ name: 'b', $patch: 'delete' }], tolerations: [{ key: 'other', operator: 'Exists' }] });
    const after = await template();
    expect([after?.containers.map(({ name }) => name), after?.tolerations]).toEqual([['a'], [{ key: 'other', operator: 'Exists' }]]);
    await patch({ containers: [{ name: 'only', image: 'five' }, { $patch: 'replace' }] });
    expect((await template())?.containers.map(({ name }) => name)).toEqual(['only']);
    const strategy = { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } };
    expect((await ok<Deployment>('PATCH', `${DEPLOYMENTS}/web`, strategy, { headers: STRATEGIC })).spec?.strategy).toEqual({
      type: 'Recreate',
    });
    expect(await refused('PATCH', `${DEPLOYMENTS}/web`, { spec: { strategy: { $patch: 'nonsense' } } }, { headers: STRATEGIC })).toMatch(
      /^(400|422|500) /,
    );
  });

  it('merges primitive lists, and takes items out of them', async () => {
    const { ok } = await testServer();
    await ok('POST', PODS, { ...pod('p'), metadata: { name: 'p', finalizers: ['a.example/x', 'b.example/y'] } });
    const patch = { metadata: { '$deleteFromPrimitiveList/finalizers': ['a.example/x'], finalizers: ['c.example/z'] } };
    const patched = await ok('PATCH', `${PODS}/p`, patch, { headers: STRATEGIC });
    expect([...(patched.metadata?.finalizers ?? [])].sort()).toEqual(['b.example/y', 'c.example/z']);
    await ok('POST', SERVICES, {
      metadata: { name: 's' },
      spec: {
        ports: [
          { name: 'http', port: 80 },
          { name: 'more', port: 90 },
        ],
      },
    } as KubeObject);
    const service = await ok<Service>(
      'PATCH',
      `${SERVICES}/s`,
      { spec: { ports: [{ port: 90, targetPort: 99 }] } },
      { headers: STRATEGIC },
    );
    expect(service.spec?.ports?.map(({ name, targetPort }) => `${name} ${targetPort}`)).toEqual(['http 80', 'more 99']);
  });

  describe('kubectl apply', () => {
    let player: Player;
    beforeAll(async () => {
      player = await openPlayer({
        'web.yaml': manifest('  replicas: 2\n', 'nginx:1.27'),
        'next.yaml': manifest('', 'nginx:1.28'),
      });
    });
    afterAll(() => player.sandbox.close());

    it('sees what is unchanged, keeps what others set, and takes away what it no longer says', async () => {
      const { run, value } = player;
      expect(await run('kubectl apply -f web.yaml')).toBe('deployment.apps/web created\n');
      expect(await run('kubectl apply -f web.yaml')).toBe('deployment.apps/web unchanged\n');
      const revision = await value('deployment web', '{.metadata.generation}');
      const annotation = JSON.parse(await run('kubectl get deployment web -o json')) as KubeObject;
      const last = annotation.metadata?.annotations?.['kubectl.kubernetes.io/last-applied-configuration'] ?? '';
      expect(last).toBe(
        `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"annotations":{},"name":"web","namespace":"default"},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}},` +
          `"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"image":"nginx:1.27","name":"c"}]}}}}\n`,
      );
      await run('kubectl label deployment web own=yes && kubectl set env deployment/web MODE=x');
      expect(await run('kubectl apply -f next.yaml')).toBe('deployment.apps/web configured\n');
      const after = JSON.parse(await run('kubectl get deployment web -o json')) as Deployment;
      expect(after.metadata?.labels).toEqual({ own: 'yes' });
      expect(after.spec?.template.spec?.containers).toMatchObject([
        { name: 'c', image: 'nginx:1.28', env: [{ name: 'MODE', value: 'x' }] },
      ]);
      expect([after.spec?.replicas, Number(after.metadata?.generation) > Number(revision)]).toEqual([1, true]);
    });
  });
});

describe('FIDELITY I.10: server-side apply', () => {
  const URL = `${DEPLOYMENTS}/web`;
  const apply = ({ ok }: TestServer, manager: string, spec: object, force = false): Promise<Deployment> =>
    ok(
      'PATCH',
      URL,
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec },
      { headers: APPLY, query: { fieldManager: manager, ...(force && { force: 'true' }) } },
    );
  const base = {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'one' }] } },
  };

  it('creates, and records who owns which field by its keys', async () => {
    const server = await testServer();
    const made = await apply(server, 'first', { ...base, replicas: 3 });
    expect(made.metadata?.managedFields).toMatchObject([
      {
        manager: 'first',
        operation: 'Apply',
        apiVersion: 'apps/v1',
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:spec': {
            'f:replicas': {},
            'f:selector': {},
            'f:template': {
              'f:metadata': { 'f:labels': { 'f:app': {} } },
              'f:spec': { 'f:containers': { 'k:{"name":"c"}': { '.': {}, 'f:image': {}, 'f:name': {} } } },
            },
          },
        },
      },
    ]);
    const again = await apply(server, 'first', { ...base, replicas: 3 });
    expect(again.metadata?.resourceVersion).toBe(made.metadata?.resourceVersion);
  });

  it('takes away what its manager alone owned and no longer says', async () => {
    const server = await testServer();
    const env = [{ name: 'A', value: '1' }];
    const withEnv = {
      ...base,
      template: {
        ...base.template,
        spec: {
          containers: [
            { name: 'c', image: 'one', env },
            { name: 'side', image: 'two' },
          ],
        },
      },
    };
    await apply(server, 'first', { ...withEnv, replicas: 3 });
    await apply(server, 'second', { ...base, replicas: 3 });
    const after = await apply(server, 'first', base);
    expect([after.spec?.replicas, after.spec?.template.spec?.containers.map(({ name, env: has }) => [name, has])]).toEqual([
      3,
      [['c', undefined]],
    ]);
  });

  it('conflicts over another’s fields, in Kubernetes’ words, unless it is forced', async () => {
    const server = await testServer();
    const { call, ok } = server;
    await apply(server, 'first', { ...base, replicas: 3 });
    const other = { ...base, replicas: 5, template: { ...base.template, spec: { containers: [{ name: 'c', image: 'two' }] } } };
    const body = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: other };
    const { status, body: refusal } = await call('PATCH', URL, body, { headers: APPLY, query: { fieldManager: 'second' } });
    const { reason, message, details } = refusal as Status;
    expect([status, reason, message]).toEqual([
      409,
      'Conflict',
      'Apply failed with 2 conflicts: conflicts with "first":\n- .spec.replicas\n- .spec.template.spec.containers[name="c"].image',
    ]);
    expect(details?.causes?.map((cause) => [cause.reason, cause.field])).toEqual([
      ['FieldManagerConflict', '.spec.replicas'],
      ['FieldManagerConflict', '.spec.template.spec.containers[name="c"].image'],
    ]);
    const forced = await apply(server, 'second', other, true);
    expect(forced.spec?.replicas).toBe(5);
    const owners = (object: KubeObject): string[] =>
      (object.metadata?.managedFields ?? [])
        .filter(({ fieldsV1 }) => JSON.stringify(fieldsV1).includes('f:replicas'))
        .map(({ manager, operation }) => `${manager} ${operation}`);
    expect(owners(forced)).toEqual(['second Apply']);
    await ok('PATCH', URL, { spec: { replicas: 6 } }, { headers: { ...MERGE, 'user-agent': 'kubectl/v1.33.1 (linux/amd64)' } });
    const single = await call(
      'PATCH',
      URL,
      { ...body, spec: { ...other, replicas: 7 } },
      { headers: APPLY, query: { fieldManager: 'second' } },
    );
    expect((single.body as Status).message).toBe('Apply failed with 1 conflict: conflict with "kubectl" using apps/v1: .spec.replicas');
  });

  it('names managers by their parameter, or by the user agent', async () => {
    const { ok, refused } = await testServer();
    const made = await ok('POST', DEPLOYMENTS, deployment('web'), { headers: { 'user-agent': 'robot/1.2 (linux)' } });
    expect(made.metadata?.managedFields?.map(({ manager, operation }) => `${manager} ${operation}`)).toEqual(['robot Update']);
    const named = await ok('PATCH', URL, { metadata: { labels: { a: 'b' } } }, { headers: MERGE, query: { fieldManager: 'hand' } });
    expect(named.metadata?.managedFields?.map(({ manager, operation }) => `${manager} ${operation}`)).toEqual([
      'hand Update',
      'robot Update',
    ]);
    const status = await ok(
      'PATCH',
      `${URL}/status`,
      { status: { replicas: 1 } },
      { headers: MERGE, query: { fieldManager: 'controller' } },
    );
    expect(status.metadata?.managedFields?.find(({ manager }) => manager === 'controller')?.subresource).toBe('status');
    const body = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } };
    expect(await refused('PATCH', URL, body, { headers: APPLY })).toMatch(
      /^422 Invalid: .*fieldManager: Required value: is required for apply patch$/,
    );
    expect(
      await refused(
        'PATCH',
        URL,
        { ...body, metadata: { name: 'web', managedFields: [{ manager: 'x' }] } },
        { headers: APPLY, query: { fieldManager: 'x' } },
      ),
    ).toMatch(/^400 BadRequest: metadata\.managedFields must be nil$/);
  });
});
