/** What a kubelet may not write. */
import { describe, expect, it } from 'vitest';
import { nodeRestriction } from '../../src/apiserver/admission/node-restriction.ts';
import { MERGE, testServer } from './support.ts';
import type { TestServer } from './support.ts';

const kubelet = { name: 'system:node:worker-1', groups: ['system:nodes', 'system:authenticated'] };
const PODS = '/api/v1/namespaces/default/pods';
const spec = (nodeName: string, more: object = {}) => ({ nodeName, containers: [{ name: 'c', image: 'nginx' }], ...more });
const pod = (name: string, nodeName: string, more: object = {}, annotations?: object): object => ({
  metadata: { name, annotations },
  spec: spec(nodeName, more),
});
const mirror = { 'kubernetes.io/config.mirror': 'x' };

async function cluster(): Promise<TestServer & { as(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<string> }> {
  const server = await testServer({ admission: [nodeRestriction], authorization: 'AlwaysAllow' });
  for (const name of ['worker-1', 'worker-2']) {
    await server.ok('POST', '/api/v1/nodes', { metadata: { name } });
    await server.ok('POST', PODS, pod(`on-${name}`, name));
  }
  await server.ok('POST', '/api/v1/namespaces', { metadata: { name: 'kube-node-lease' } }).catch(() => undefined);
  return {
    ...server,
    as: (method, path, body) => server.refused(method, path, body, { user: kubelet, ...(method === 'PATCH' && { headers: MERGE }) }),
  };
}

describe('a kubelet', () => {
  it.each<[string, 'POST' | 'PATCH' | 'DELETE', string, object | undefined, string]>([
    [
      'labels no other node',
      'PATCH',
      '/api/v1/nodes/worker-2',
      { metadata: { labels: { a: 'b' } } },
      'nodes "worker-2" is forbidden: node "worker-1" is not allowed to modify node "worker-2"',
    ],
    ['labels itself', 'PATCH', '/api/v1/nodes/worker-1', { metadata: { labels: { a: 'b' } } }, '200'],
    [
      'takes no restricted label',
      'PATCH',
      '/api/v1/nodes/worker-1',
      { metadata: { labels: { 'node-restriction.kubernetes.io/x': 'y' } } },
      'is not allowed to modify labels: node-restriction.kubernetes.io/x',
    ],
    [
      'takes no role',
      'PATCH',
      '/api/v1/nodes/worker-1',
      { metadata: { labels: { 'node-role.kubernetes.io/master': '' } } },
      'is not allowed to modify labels: node-role.kubernetes.io/master',
    ],
    [
      'takes no taint from itself',
      'PATCH',
      '/api/v1/nodes/worker-1',
      { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } },
      'node "worker-1" is not allowed to modify taints',
    ],
    [
      'makes no Pods',
      'POST',
      PODS,
      pod('own', 'worker-1'),
      'pod does not have "kubernetes.io/config.mirror" annotation, node "worker-1" can only create mirror pods',
    ],
    ['makes mirrors of its own', 'POST', PODS, pod('own', 'worker-1', {}, mirror), '201'],
    [
      'makes mirrors for nobody else',
      'POST',
      PODS,
      pod('own', 'worker-2', {}, mirror),
      'node "worker-1" can only create pods with spec.nodeName set to itself',
    ],
    [
      'reads no Secrets by mirrors',
      'POST',
      PODS,
      pod('own', 'worker-1', { volumes: [{ name: 's', secret: { secretName: 's' } }] }, mirror),
      'node "worker-1" can not create pods that reference secrets',
    ],
    ['says how its Pods are', 'PATCH', `${PODS}/on-worker-1/status`, { status: { phase: 'Running' } }, '200'],
    [
      'says nothing of others',
      'PATCH',
      `${PODS}/on-worker-2/status`,
      { status: { phase: 'Running' } },
      'node "worker-1" can only update pod status for pods with spec.nodeName set to itself',
    ],
    [
      'deletes no others',
      'DELETE',
      `${PODS}/on-worker-2`,
      undefined,
      'node "worker-1" can only delete pods with spec.nodeName set to itself',
    ],
    [
      'holds its own Lease only',
      'POST',
      '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases',
      { metadata: { name: 'worker-2' } },
      'can only access node lease with the same name as the requesting node',
    ],
    [
      'has no Lease elsewhere',
      'POST',
      '/apis/coordination.k8s.io/v1/namespaces/default/leases',
      { metadata: { name: 'worker-1' } },
      'can only access leases in the "kube-node-lease" system namespace',
    ],
    [
      'has one CSINode',
      'POST',
      '/apis/storage.k8s.io/v1/csinodes',
      { metadata: { name: 'worker-2' }, spec: { drivers: [] } },
      'can only access CSINode with the same name as the requesting node',
    ],
  ])('%s', async (_, method, path, body, answer) => {
    const { as } = await cluster();
    expect(await as(method, path, body)).toContain(answer);
  });
  it('must have a name', async () => {
    const { refused } = await cluster();
    expect(await refused('POST', PODS, pod('x', 'worker-1'), { user: { name: 'jane', groups: ['system:nodes'] } })).toContain(
      'could not determine node from user "jane"',
    );
  });
});
