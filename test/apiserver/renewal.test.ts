import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/base/bytes.ts';
import type { Lease } from '../../src/api/generated/types.ts';
import { testServer } from './support.ts';

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
const LEASE = {
  apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'mine', namespace: 'default' },
  spec: { holderIdentity: 'me', leaseDurationSeconds: 15, acquireTime: '2026-01-05T09:00:00.000000Z', renewTime: '2026-01-05T09:00:00.000000Z', leaseTransitions: 0 },
};
const JSON_BODY = { 'content-type': 'application/json' };

/** What is stored after a Lease was made and changed: by the short way, or (bytes) by the general one. */
async function after(change: (lease: Lease) => Lease, way: 'object' | 'bytes', user = 'tester/1'): Promise<string> {
  const { ok, lone } = await testServer();
  let lease = await ok<Lease>('POST', LEASES, LEASE);
  for (let turn = 0; turn < 2; turn += 1) {
    await lone.advance(5000);
    const next = change(lease);
    lease = await ok<Lease>('PUT', `${LEASES}/mine`, way === 'object' ? next : utf8(JSON.stringify(next)), { headers: { ...JSON_BODY, 'user-agent': user } });
  }
  return JSON.stringify(lease);
}

const renewed = (lease: Lease): Lease => ({ ...lease, spec: { ...lease.spec, renewTime: `2026-01-05T09:00:0${Number(lease.metadata?.resourceVersion ?? 0) % 10}.000123Z` } });

describe('renewing a Lease', () => {
  it.each([
    ['only renewed', renewed, 'tester/1'],
    ['by somebody else', renewed, 'other/1'],
    ['taken over', (lease: Lease): Lease => ({ ...renewed(lease), spec: { ...renewed(lease).spec, holderIdentity: 'you', leaseTransitions: 1 } }), 'tester/1'],
    ['with a label', (lease: Lease): Lease => ({ ...renewed(lease), metadata: { ...lease.metadata, labels: { a: 'b' } } }), 'tester/1'],
    ['unchanged', (lease: Lease): Lease => lease, 'tester/1'],
  ] as const)('gives the same bytes as any update: %s', async (_, change, user) => {
    const short = await after(change, 'object', user);
    expect(short).toBe(await after(change, 'bytes', user));
  });

  it('refuses an old revision and a wrong time', async () => {
    const { ok, refused } = await testServer();
    const first = await ok<Lease>('POST', LEASES, LEASE);
    await ok('PUT', `${LEASES}/mine`, renewed(first));
    expect(await refused('PUT', `${LEASES}/mine`, renewed(first))).toContain('409 Conflict');
    expect(await refused('PUT', `${LEASES}/mine`, { ...first, metadata: { ...first.metadata, resourceVersion: '' }, spec: { ...first.spec, renewTime: 'soon' } })).toContain('400');
  });
});
