/** The APIServices of the server itself. */
import { expect, it } from 'vitest';
import type { APIService } from '../../src/api/generated/types.ts';
import type { KubeList } from '../../src/api/object.ts';
import { testServer } from './support.ts';

const SERVICES = '/apis/apiregistration.k8s.io/v1/apiservices';
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'shirts.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'shirts', kind: 'Shirt' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
};

it('there is one for each of its group-versions', async () => {
  const { ok, lone } = await testServer();
  const { items } = await ok<KubeList<APIService>>('GET', SERVICES);
  const names = items.map(({ metadata }) => metadata?.name);
  expect(names).toEqual(
    expect.arrayContaining([
      'v1.',
      'v1.apps',
      'v1.autoscaling',
      'v2.autoscaling',
      'v1.rbac.authorization.k8s.io',
      'v1.flowcontrol.apiserver.k8s.io',
    ]),
  );
  expect(names).toHaveLength(20);
  expect(items[0]).toMatchObject({
    metadata: { labels: { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' } },
    spec: { version: 'v1', groupPriorityMinimum: 18_000, versionPriority: 1 },
    status: { conditions: [{ type: 'Available', status: 'True', reason: 'Local', message: 'Local APIServices are always available' }] },
  });
  await ok('POST', CRDS, definition);
  await lone.advance(1000);
  expect(await ok('GET', `${SERVICES}/v1.example.com`)).toMatchObject({
    spec: { group: 'example.com', groupPriorityMinimum: 1000, versionPriority: 100 },
  });
  await ok('DELETE', `${CRDS}/shirts.example.com`);
  await lone.advance(3000);
  expect((await ok<KubeList<APIService>>('GET', SERVICES)).items.map(({ metadata }) => metadata?.name)).toEqual(names);
});
