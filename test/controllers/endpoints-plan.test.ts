import { describe, expect, it } from 'vitest';
import type { EndpointSlice, Node, Pod, Service } from '../../src/api/generated/types.ts';
import { planSubsets } from '../../src/controllers/endpoints-plan.ts';
import { planEndpointSlices } from '../../src/controllers/endpointslice-plan.ts';

interface Row {
  readonly ip?: string;
  readonly ready?: boolean;
  readonly leaving?: boolean;
  readonly phase?: string;
  readonly port?: number;
  readonly hostname?: string;
}

const pod = (
  name: string,
  { ip = `10.0.0.${name.length}`, ready = true, leaving = false, phase = 'Running', port = 8080, hostname }: Row = {},
): Pod => ({
  metadata: {
    name,
    namespace: 'default',
    uid: `uid-${name}`,
    labels: { app: 'web' },
    ...(leaving && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
  },
  spec: {
    nodeName: 'n1',
    containers: [{ name: 'c', ports: [{ name: 'http', containerPort: port }] }],
    ...(hostname !== undefined && { hostname, subdomain: 'web' }),
  },
  status: { phase, ...(ip !== '' && { podIP: ip }), conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});

const service = (spec: Partial<NonNullable<Service['spec']>> = {}): Service => ({
  metadata: { name: 'web', namespace: 'default', uid: 'svc', labels: { tier: 'front' }, creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { clusterIP: '10.96.0.9', selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }], ...spec },
});

const node: Node = { metadata: { name: 'n1', labels: { 'topology.kubernetes.io/zone': 'z1' } } };
const plan = (of: Service, pods: readonly Pod[], existing: readonly EndpointSlice[] = []): ReturnType<typeof planEndpointSlices> =>
  planEndpointSlices({ service: of, pods, existing, nodeOf: () => node });

describe('Endpoints', () => {
  it('sorts addresses as bytes, ready apart from not ready, and leaves out who goes or has no address', () => {
    const pods = [
      pod('a', { ip: '10.0.0.10' }),
      pod('b', { ip: '10.0.0.9' }),
      pod('c', { ip: '10.0.0.2', ready: false }),
      pod('d', { leaving: true }),
      pod('e', { ip: '' }),
      pod('f', { phase: 'Succeeded' }),
    ];
    const { subsets } = planSubsets(service(), pods);
    expect(subsets).toHaveLength(1);
    expect(subsets[0]?.addresses?.map((each) => each.ip)).toEqual(['10.0.0.9', '10.0.0.10']);
    expect(subsets[0]?.notReadyAddresses?.map((each) => each.ip)).toEqual(['10.0.0.2']);
    expect(subsets[0]?.ports).toEqual([{ name: 'http', port: 8080, protocol: 'TCP' }]);
  });
  it('makes a subset for each set of target ports', () => {
    const { subsets } = planSubsets(service(), [pod('a', { port: 8080 }), pod('b', { port: 9090, ip: '10.0.0.7' })]);
    expect(subsets.map((subset) => subset.ports?.[0]?.port)).toEqual([8080, 9090]);
  });
  it('publishes who is not ready where the Service says so', () => {
    expect(planSubsets(service({ publishNotReadyAddresses: true }), [pod('a', { ready: false })]).subsets[0]?.addresses).toHaveLength(1);
  });
  it('keeps 1,000 addresses, ready ones first, and says that it left some out', () => {
    const pods = Array.from({ length: 1100 }, (_, index) =>
      pod(`p${index}`, { ip: `10.0.${index >> 8}.${index & 255}`, ready: index >= 600 }),
    );
    const { subsets, truncated } = planSubsets(service(), pods);
    expect([subsets[0]?.addresses?.length, subsets[0]?.notReadyAddresses?.length, truncated]).toEqual([500, 500, true]);
  });
});

describe('EndpointSlices (I21)', () => {
  it('says ready, serving and terminating, zone, hostname and target', () => {
    const { create } = plan(service(), [pod('a', { hostname: 'a' }), pod('bb', { ready: false }), pod('ccc', { leaving: true })]);
    expect(create).toHaveLength(1);
    expect(create[0]?.endpoints).toEqual([
      {
        addresses: ['10.0.0.1'],
        conditions: { ready: true, serving: true, terminating: false },
        hostname: 'a',
        nodeName: 'n1',
        zone: 'z1',
        targetRef: { kind: 'Pod', namespace: 'default', name: 'a', uid: 'uid-a' },
      },
      expect.objectContaining({ conditions: { ready: false, serving: false, terminating: false } }),
      expect.objectContaining({ conditions: { ready: false, serving: true, terminating: true } }),
    ]);
    expect(create[0]?.metadata).toMatchObject({
      generateName: 'web-',
      ownerReferences: [{ kind: 'Service', name: 'web', uid: 'svc', controller: true, blockOwnerDeletion: true }],
      labels: {
        tier: 'front',
        'kubernetes.io/service-name': 'web',
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
    });
    expect(create[0]?.ports).toEqual([{ name: 'http', port: 8080, protocol: 'TCP' }]);
  });

  const named = (name: string, of: EndpointSlice): EndpointSlice => ({ ...of, metadata: { ...of.metadata, name } });
  const many = (count: number, from = 0): readonly Pod[] =>
    Array.from({ length: count }, (_, index) => pod(`p${from + index}`, { ip: `10.1.${(from + index) >> 8}.${(from + index) & 255}` }));

  it('has one empty slice where nothing stands behind the Service', () => {
    const empty = plan(service(), []);
    expect(empty.create).toMatchObject([{ endpoints: [], ports: [] }]);
    expect(plan(service(), [], [named('web-x', empty.create[0]!)])).toEqual({ create: [], update: [], remove: [] });
  });
  it('puts a hundred into a slice', () => {
    expect(plan(service(), many(250)).create.map((slice) => slice.endpoints.length)).toEqual([100, 100, 50]);
  });
  it('writes nothing where nothing changed', () => {
    const existing = plan(service(), many(150)).create.map((slice, index) => named(`web-${index}`, slice));
    expect(plan(service(), many(150), existing)).toEqual({ create: [], update: [], remove: [] });
  });
  it('changes one slice for one Pod', () => {
    const existing = plan(service(), many(150)).create.map((slice, index) => named(`web-${index}`, slice));
    const changed = plan(service(), many(151), existing);
    expect([
      changed.create.length,
      changed.remove.length,
      changed.update.map((slice) => [slice.metadata?.name, slice.endpoints.length]),
    ]).toEqual([0, 0, [['web-1', 51]]]);
    const fewer = plan(service(), many(149, 1), existing);
    expect(fewer.update.map((slice) => [slice.metadata?.name, slice.endpoints.length])).toEqual([['web-0', 99]]);
  });
  it('turns the empty slice into the first real one', () => {
    const empty = named('web-x', plan(service(), []).create[0]!);
    const first = plan(service(), [pod('a')], [empty]);
    expect([
      first.create.length,
      first.update.map((slice) => [slice.metadata?.name, slice.endpoints.length, slice.ports?.length]),
      first.remove.length,
    ]).toEqual([0, [['web-x', 1, 1]], 0]);
  });
});
