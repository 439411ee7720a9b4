import { describe, expect, it } from 'vitest';
import type { Node, Taint, Toleration } from '../../src/api/generated/types.ts';
import { scheduleTaints, silentConditions } from '../../src/controllers/node-health.ts';
import { nodeRange } from '../../src/controllers/node-ipam.ts';
import { stayMs } from '../../src/controllers/taint-eviction.ts';
import { evictionRate, zoneState } from '../../src/controllers/zones.ts';

const NOW = Date.UTC(2026, 0, 1);

describe('zones', () => {
  it.each([
    [3, 1, 'Normal'],
    [1, 2, 'Normal'],
    [1, 3, 'PartialDisruption'],
    [2, 3, 'PartialDisruption'],
    [3, 3, 'Normal'],
    [0, 1, 'FullDisruption'],
    [0, 0, 'Normal'],
  ] as const)('%i ready and %i silent: %s', (ready, silent, state) => expect(zoneState(ready, silent)).toBe(state));
  it.each([
    ['Normal', 4, 0.1],
    ['PartialDisruption', 50, 0],
    ['PartialDisruption', 51, 0.01],
    ['FullDisruption', 3, 0.1],
  ] as const)('%s, %i nodes: %f nodes a second', (state, size, rate) => expect(evictionRate(state, size)).toBe(rate));
});

const node = (conditions: readonly (readonly [string, string])[], taints: readonly Taint[] = [], unschedulable = false): Node => ({
  metadata: { name: 'n', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { taints, unschedulable },
  status: { conditions: conditions.map(([type, status]) => ({ type, status })) },
});

describe('conditions of a silent node', () => {
  it('become Unknown, with the words for a kubelet that stopped and one that never spoke', () => {
    const next = silentConditions(
      node([
        ['Ready', 'True'],
        ['MemoryPressure', 'False'],
        ['NetworkUnavailable', 'False'],
      ]),
      NOW,
    );
    expect(next.map((each) => [each.type, each.status, each.reason, each.message])).toEqual([
      ['Ready', 'Unknown', 'NodeStatusUnknown', 'Kubelet stopped posting node status.'],
      ['MemoryPressure', 'Unknown', 'NodeStatusUnknown', 'Kubelet stopped posting node status.'],
      ['NetworkUnavailable', 'False', undefined, undefined],
      ['DiskPressure', 'Unknown', 'NodeStatusNeverUpdated', 'Kubelet never posted node status.'],
      ['PIDPressure', 'Unknown', 'NodeStatusNeverUpdated', 'Kubelet never posted node status.'],
    ]);
    const again = node([]);
    const known = { ...again, status: { conditions: next } };
    expect(silentConditions(known, NOW)).toBe(next);
  });
});

describe('NoSchedule taints', () => {
  const keys = (of: Node): readonly string[] | undefined =>
    scheduleTaints(of, NOW)?.map((taint) => taint.key.replace('node.kubernetes.io/', ''));
  const unreachable: Taint = { key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule' };
  it.each<readonly [string, Node, readonly string[] | undefined]>([
    ['a healthy node', node([['Ready', 'True']]), undefined],
    ['not ready', node([['Ready', 'False']]), ['not-ready']],
    ['silent', node([['Ready', 'Unknown']]), ['unreachable']],
    ['back again', node([['Ready', 'True']], [unreachable]), []],
    ['silent before and now', node([['Ready', 'Unknown']], [unreachable]), undefined],
    [
      'cordoned and short of memory',
      node(
        [
          ['Ready', 'True'],
          ['MemoryPressure', 'True'],
        ],
        [],
        true,
      ),
      ['memory-pressure', 'unschedulable'],
    ],
    ['keeps what others set', node([['Ready', 'False']], [{ key: 'mine', effect: 'NoSchedule' }]), ['mine', 'not-ready']],
  ])('%s', (_, of, expected) => expect(keys(of)).toEqual(expected));
});

describe('how long a Pod stays on a tainted node (I23)', () => {
  const taint = (key: string): Taint => ({ key, effect: 'NoExecute' });
  const tolerate = (key: string, tolerationSeconds?: number): Toleration => ({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
    ...(tolerationSeconds !== undefined && { tolerationSeconds }),
  });
  it.each<readonly [string, readonly Taint[], readonly Toleration[], number]>([
    ['not at all', [taint('a')], [], 0],
    ['for a while', [taint('a')], [tolerate('a', 300)], 300_000],
    ['for good', [taint('a')], [tolerate('a')], Infinity],
    ['the shortest counts', [taint('a'), taint('b')], [tolerate('a', 300), tolerate('b', 60)], 60_000],
    ['one is not tolerated', [taint('a'), taint('b')], [tolerate('a', 300)], 0],
    ['unused tolerations do not count', [taint('a')], [tolerate('a', 300), tolerate('b', 1)], 300_000],
    ['less than nothing is nothing', [taint('a')], [tolerate('a', -5)], 0],
  ])('%s', (_, taints, tolerations, expected) => expect(stayMs(taints, tolerations)).toBe(expected));
});

describe('Pod addresses of nodes', () => {
  it.each([
    ['10.244.0.0/16', 0, '10.244.0.0/24'],
    ['10.244.0.0/16', 255, '10.244.255.0/24'],
    ['10.244.0.0/16', 256, undefined],
    ['10.0.255.0/20', 1, '10.1.0.0/24'],
  ] as const)('%s, number %i: %s', (range, index, expected) => expect(nodeRange(range, index)).toBe(expected));
});
