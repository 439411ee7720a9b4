/** The board's pure parts: states of Pods, places that are kept, and the zoom that fits. */
import { describe, expect, it } from 'vitest';
import type { Node, Pod } from '../../src/api/generated/types.ts';
import { hit, layoutBoard, walk } from '../../src/ui/board/layout.ts';
import type { BoardContent } from '../../src/ui/board/layout.ts';
import { order } from '../../src/ui/board/content.ts';
import { placePods } from '../../src/ui/board/slots.ts';
import { nodeView } from '../../src/ui/model/node-view.ts';
import { amount, podView } from '../../src/ui/model/pod-view.ts';
import type { PodState, PodView } from '../../src/ui/model/pod-view.ts';

const base = (status: object, meta: object = {}): Pod =>
  ({
    metadata: { name: 'web-5c8b7d4f9-q8x4r', namespace: 'default', ...meta },
    spec: { containers: [{ name: 'c' }], nodeName: 'n' },
    status,
  }) as unknown as Pod;
const container = (state: object, more: object = {}) => ({
  containerStatuses: [{ name: 'c', ready: false, restartCount: 0, state, ...more }],
});

describe('podView', () => {
  const rows: readonly (readonly [string, Pod, PodState, string, string])[] = [
    [
      'ready',
      base({ phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }], ...container({ running: {} }, { ready: true }) }),
      'ready',
      'Running',
      'Running',
    ],
    ['not ready', base({ phase: 'Running', ...container({ running: {} }) }), 'not-ready', 'Not ready', 'Running'],
    ['pending', base({ phase: 'Pending' }), 'waiting', 'Pending', 'Pending'],
    [
      'creating',
      base({ phase: 'Pending', ...container({ waiting: { reason: 'ContainerCreating' } }) }),
      'waiting',
      'Creating',
      'ContainerCreating',
    ],
    [
      'pull',
      base({ phase: 'Pending', ...container({ waiting: { reason: 'ImagePullBackOff' } }) }),
      'failing',
      "Can't pull",
      'ImagePullBackOff',
    ],
    [
      'crash',
      base({ phase: 'Running', ...container({ waiting: { reason: 'CrashLoopBackOff' } }) }),
      'failing',
      'Crash loop',
      'CrashLoopBackOff',
    ],
    [
      'oom',
      base({ phase: 'Running', ...container({ terminated: { reason: 'OOMKilled', exitCode: 137 } }) }),
      'failing',
      'OOM killed',
      'OOMKilled',
    ],
    ['exit code', base({ phase: 'Running', ...container({ terminated: { exitCode: 3 } }) }), 'failing', 'Error', 'ExitCode:3'],
    [
      'completed',
      base({ phase: 'Succeeded', ...container({ terminated: { reason: 'Completed', exitCode: 0 } }) }),
      'succeeded',
      'Completed',
      'Completed',
    ],
    ['stopping', base({ phase: 'Running' }, { deletionTimestamp: '2026-01-05T09:00:30Z' }), 'terminating', 'Stopping', 'Terminating'],
    [
      'init',
      base({ phase: 'Pending', initContainerStatuses: [{ name: 'i', state: { running: {} } }] }),
      'waiting',
      'Preparing',
      'Init:0/0',
    ],
    [
      'init crash',
      base({ phase: 'Pending', initContainerStatuses: [{ name: 'i', state: { waiting: { reason: 'CrashLoopBackOff' } } }] }),
      'failing',
      'Crash loop',
      'Init:CrashLoopBackOff',
    ],
    ['evicted', base({ phase: 'Failed', reason: 'Evicted' }), 'failing', 'Evicted', 'Evicted'],
  ];
  it.each(rows)('%s', (_name, pod, state, word, reason) => {
    expect(podView(pod)).toMatchObject({ state, word, reason });
  });
  it("groups a Deployment's Pods under its name", () => {
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-5c8b7d4f9', uid: 'u', controller: true };
    expect(podView(base({}, { labels: { 'pod-template-hash': '5c8b7d4f9' }, ownerReferences: [owner] }))).toMatchObject({
      group: 'web',
      suffix: 'q8x4r',
    });
    expect(podView(base({}))).toMatchObject({ group: 'alone', suffix: 'web-5c8b7d4f9-q8x4r' });
  });
  it.each([
    ['500m', 0.5],
    ['2', 2],
    ['128Mi', 134217728],
    ['1e3', 1000],
    ['0.5Gi', 536870912],
    ['', 0],
  ] as const)('reads %j', (text, value) => {
    expect(amount(text)).toBe(value);
  });
});

const pod = (name: string, group = 'web', node: string | undefined = 'n'): PodView => ({
  ...podView(base({})),
  key: `default/${name}`,
  uid: name,
  name,
  suffix: name,
  group,
  node,
  system: false,
});

describe('placePods', () => {
  const names = (groups: ReturnType<typeof placePods>) =>
    groups.map((group) => [group.label, ...group.slots.map((slot) => slot?.name ?? '-')].join(' '));
  it('keeps places, and gives the freed one to the next', () => {
    const first = placePods([], [pod('a'), pod('b'), pod('c')]);
    expect(names(first)).toEqual(['web a b c']);
    const second = placePods(first, [pod('a'), pod('c')]);
    expect(names(second)).toEqual(['web a - c']);
    expect(names(placePods(second, [pod('c'), pod('a'), pod('d')]))).toEqual(['web a d c']);
  });
  it('a new group stands behind those that were there', () => {
    const first = placePods([], [pod('a')]);
    expect(names(placePods(first, [pod('x', 'api'), pod('a')]))).toEqual(['web a', 'api x']);
    expect(names(placePods(first, [pod('x', 'api')]))).toEqual(['api x']);
  });
});

const board = (perNode: number, nodes = 3): BoardContent => ({
  tray: [],
  trayReason: '',
  nodes: Array.from({ length: nodes }, (_none, at) => {
    const pods = Array.from({ length: perNode }, (_one, index) => pod(`p${at}-${index}`));
    return { node: nodeView({ metadata: { name: `worker-${at + 1}` } } as Node, pods), groups: placePods([], pods), system: [] };
  }),
});

describe('layoutBoard', () => {
  it.each([
    [2, 4],
    [8, 3],
    [25, 2],
    [100, 1],
  ] as const)('%i Pods a node are drawn at zoom %i', (count, zoom) => {
    expect(layoutBoard(board(count), 914, 416).zoom).toBe(zoom);
  });
  it("keeps the learner's own zoom", () => {
    expect(layoutBoard(board(2), 914, 416, 2).zoom).toBe(2);
  });
  it.each([
    [914, 416, 6, 3],
    [390, 700, 5, 3],
    [700, 300, 20, 4],
    [914, 416, 30, 12],
  ])('in %i x %i no Pod lies over another or outside', (width, height, count, nodes) => {
    const layout = layoutBoard(board(count, nodes), width, height);
    expect(layout.pods).toHaveLength(count * nodes);
    for (const a of layout.pods) {
      expect(a.x).toBeGreaterThanOrEqual(0);
      expect(a.x + a.w).toBeLessThanOrEqual(width);
      expect(a.y + a.h).toBeLessThanOrEqual(layout.height);
      for (const b of layout.pods)
        if (a !== b) expect(a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y).toBe(true);
    }
  });
  it('shows of a full tray what there is room for, and counts the rest', () => {
    const waiting = Array.from({ length: 1000 }, (_none, at) => pod(`p${at}`, 'web', undefined));
    const layout = layoutBoard({ ...board(2), tray: placePods([], waiting) }, 914, 416);
    expect(layout.tray?.count).toBe(1000);
    expect(layout.height).toBeLessThanOrEqual(416);
    for (const box of layout.tray!.pods) expect(box.y + box.h).toBeLessThan(layout.tray!.y + layout.tray!.h);
  });
  it('keeps the marks of kube-system on their card', () => {
    const system = ['etcd', 'api', 'scheduler', 'controllers', 'proxy'].map((name) => pod(name));
    const content = board(100, 11);
    const layout = layoutBoard({ ...content, nodes: content.nodes.map((one) => ({ ...one, system })) }, 914, 416);
    for (const box of layout.nodes) for (const mark of box.pods) expect(mark.x + mark.w).toBeLessThanOrEqual(box.x + box.w);
  });
  it('walks on from where a Pod stood that is gone', () => {
    const layout = layoutBoard(board(3), 914, 416);
    const [first, second] = layout.pods;
    expect(walk(layout, { ...first!, x: first!.x + 1 }, 1, 0)?.key).toBe(second!.pod.key);
  });
  it('finds what is under a point, and walks with arrows', () => {
    const layout = layoutBoard(board(2), 914, 416);
    const [first, second] = layout.pods;
    expect(hit(layout, first!.x + 5, first!.y + 5).pod?.name).toBe(first!.pod.name);
    expect(hit(layout, layout.nodes[0]!.x + 20, layout.nodes[0]!.y + 12)).toMatchObject({ node: { name: 'worker-1' } });
    expect(walk(layout, first!.pod.key, 1, 0)?.key).toBe(second!.pod.key);
    expect(walk(layout, undefined, 1, 0)?.key).toBe(first!.pod.key);
    expect(walk(layout, first!.pod.key, -1, 0)).toBeUndefined();
  });
});

it('orders nodes as people count', () => {
  expect(['worker-10', 'worker-2', 'a'].sort(order)).toEqual(['a', 'worker-2', 'worker-10']);
});
