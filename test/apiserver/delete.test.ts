import { describe, expect, it } from 'vitest';
import type { Namespace, Pod, PodDisruptionBudget } from '../../src/api/generated/types.ts';
import type { KubeList, KubeObject } from '../../src/api/object.ts';
import { CONFIG_MAPS, configMap, deployment, DEPLOYMENTS, MERGE, pod, PODS, testServer } from './support.ts';

const bind = (name: string): object => ({ apiVersion: 'v1', kind: 'Binding', metadata: { name }, target: { kind: 'Node', name: 'n1' } });

describe('deletion of Pods', () => {
  /** A7, I12: [bound, phase, options, what stays: grace, or "gone"]. */
  it.each([
    [false, 'Pending', {}, 'gone'], [true, 'Pending', {}, 30], [true, 'Running', {}, 30], [true, 'Running', { gracePeriodSeconds: 5 }, 5],
    [true, 'Running', { gracePeriodSeconds: 0 }, 'gone'], [true, 'Succeeded', {}, 'gone'], [true, 'Running', { gracePeriodSeconds: -1 }, 1],
  ])('bound %s, %s, %j: %s', async (bound, phase, options, expected) => {
    const { ok, refused } = await testServer();
    await ok('POST', PODS, pod('p'));
    if (bound) await ok('POST', `${PODS}/p/binding`, bind('p'));
    await ok('PATCH', `${PODS}/p/status`, { status: { phase } }, { headers: MERGE });
    const answer = await ok<Pod>('DELETE', `${PODS}/p`, options);
    expect(answer.kind).toBe('Pod');
    if (expected === 'gone') expect(await refused('GET', `${PODS}/p`)).toBe('404 NotFound: pods "p" not found');
    else expect((await ok('GET', `${PODS}/p`)).metadata).toMatchObject({ deletionGracePeriodSeconds: expected, generation: 2 });
  });

  it('is only shortened by a second one, and finished by the kubelet', async () => {
    const { ok, refused, lone, etcd } = await testServer();
    const made = await ok('POST', PODS, pod('p'));
    await ok('POST', `${PODS}/p/binding`, bind('p'));
    expect((await ok('DELETE', `${PODS}/p`)).metadata?.deletionTimestamp).toBe('2026-01-01T00:00:30Z');
    await lone.advance(2000);
    const before = etcd.revision;
    await ok('DELETE', `${PODS}/p`, { gracePeriodSeconds: 60 });
    expect(etcd.revision).toBe(before);
    expect((await ok('DELETE', `${PODS}/p`, { gracePeriodSeconds: 10 })).metadata).toMatchObject({ deletionTimestamp: '2026-01-01T00:00:10Z', deletionGracePeriodSeconds: 10 });
    expect(await refused('DELETE', `${PODS}/p`, { gracePeriodSeconds: 0, preconditions: { uid: 'other' } })).toBe('409 Conflict: Operation cannot be fulfilled on Pod "p": '
      + `the UID in the precondition (other) does not match the UID in record (${made.metadata?.uid}). The object might have been deleted and then recreated`);
    await ok('DELETE', `${PODS}/p`, { gracePeriodSeconds: 0, preconditions: { uid: made.metadata?.uid } });
    expect(await refused('GET', `${PODS}/p`)).toContain('404');
  });
});

describe('finalizers and owners', () => {
  it('keep the object until the last one is taken', async () => {
    const { ok, refused } = await testServer();
    await ok('POST', CONFIG_MAPS, { ...configMap('a'), metadata: { name: 'a', finalizers: ['x.io/a', 'x.io/b'] } });
    expect((await ok('DELETE', `${CONFIG_MAPS}/a`)).metadata).toMatchObject({ deletionGracePeriodSeconds: 0 });
    expect(await refused('PATCH', `${CONFIG_MAPS}/a`, { metadata: { finalizers: ['x.io/a', 'x.io/c'] } }, { headers: MERGE }))
      .toContain('metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"x.io/c"}');
    await ok('PATCH', `${CONFIG_MAPS}/a`, { metadata: { finalizers: ['x.io/a'] } }, { headers: MERGE });
    expect((await ok('GET', `${CONFIG_MAPS}/a`)).metadata?.finalizers).toEqual(['x.io/a']);
    await ok('PATCH', `${CONFIG_MAPS}/a`, { metadata: { finalizers: null } }, { headers: MERGE });
    expect(await refused('GET', `${CONFIG_MAPS}/a`)).toContain('404');
  });

  it.each([['Foreground', ['foregroundDeletion']], ['Orphan', ['orphan']], ['Background', undefined]])('%s', async (propagationPolicy, finalizers) => {
    const { ok, call } = await testServer();
    await ok('POST', DEPLOYMENTS, deployment('web'));
    await ok('DELETE', `${DEPLOYMENTS}/web`, { propagationPolicy });
    const after = await call('GET', `${DEPLOYMENTS}/web`);
    expect((after.body as KubeObject).metadata?.finalizers).toEqual(finalizers);
  });

  it('delete collections by selector', async () => {
    const { ok } = await testServer();
    for (const name of ['a', 'b', 'c']) await ok('POST', CONFIG_MAPS, configMap(name, {}, { even: String(name !== 'b') }));
    await ok('DELETE', CONFIG_MAPS, undefined, { query: { labelSelector: 'even=true' } });
    expect((await ok<KubeList>('GET', CONFIG_MAPS)).items.map((item) => item.metadata?.name)).toEqual(['b']);
  });
});

describe('namespaces', () => {
  it('terminate first and go when their finalizer does', async () => {
    const { ok, refused } = await testServer();
    const made = await ok<Namespace>('POST', '/api/v1/namespaces', { metadata: { name: 'team' } });
    expect(made).toMatchObject({ spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' }, metadata: { labels: { 'kubernetes.io/metadata.name': 'team' } } });
    const gone = await ok<Namespace>('DELETE', '/api/v1/namespaces/team');
    expect([gone.status?.phase, gone.metadata?.deletionTimestamp]).toEqual(['Terminating', '2026-01-01T00:00:00Z']);
    expect(await refused('GET', '/api/v1/namespaces/team')).toBe('200');
    await ok('PUT', '/api/v1/namespaces/team/finalize', { ...gone, spec: { finalizers: [] } });
    expect(await refused('GET', '/api/v1/namespaces/team')).toContain('404');
  });
});

describe('binding and eviction', () => {
  it('binds once', async () => {
    const { ok, refused } = await testServer();
    await ok('POST', PODS, pod('p'));
    expect(await ok('POST', `${PODS}/p/binding`, bind('p'))).toMatchObject({ kind: 'Status', status: 'Success', code: 201 });
    const bound = await ok<Pod>('GET', `${PODS}/p`);
    expect([bound.spec?.nodeName, bound.status?.conditions?.map(({ type, status }) => [type, status])]).toEqual(['n1', [['PodScheduled', 'True']]]);
    expect(await refused('POST', `${PODS}/p/binding`, bind('p')))
      .toBe('409 Conflict: Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n1"');
  });

  it('asks the budget', async () => {
    const { ok, call, refused } = await testServer();
    const pdbs = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
    const evict = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'p' } };
    await ok('POST', PODS, pod('p'));
    await ok('POST', `${PODS}/p/binding`, bind('p'));
    await ok('PATCH', `${PODS}/p/status`, { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } }, { headers: MERGE });
    await ok('POST', pdbs, { metadata: { name: 'b' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } } });
    const early = await call('POST', `${PODS}/p/eviction`, evict);
    expect([early.status, (early.body as { details?: object }).details]).toEqual([429, {
      causes: [{ reason: 'DisruptionBudget', message: 'The disruption budget b is still being processed by the server.' }], retryAfterSeconds: 10,
    }]);
    const status = { observedGeneration: 1, disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 };
    await ok('PATCH', `${pdbs}/b/status`, { status }, { headers: MERGE });
    expect(await refused('POST', `${PODS}/p/eviction`, evict)).toBe("429 TooManyRequests: Cannot evict pod as it would violate the pod's disruption budget.");
    await ok('PATCH', `${pdbs}/b/status`, { status: { disruptionsAllowed: 1 } }, { headers: MERGE });
    expect((await call('POST', `${PODS}/p/eviction`, evict)).status).toBe(201);
    const evicted = await ok<Pod>('GET', `${PODS}/p`);
    expect(evicted.status?.conditions?.find(({ type }) => type === 'DisruptionTarget')).toMatchObject({ reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' });
    expect(evicted.metadata?.deletionGracePeriodSeconds).toBe(30);
    expect((await ok<PodDisruptionBudget>('GET', `${pdbs}/b`)).status).toMatchObject({ disruptionsAllowed: 0, disruptedPods: { p: '2026-01-01T00:00:00Z' } });
  });
});
