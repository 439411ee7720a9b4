/** What the page gathers between two frames: views that stay the same value, Pods that move, and frames themselves. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TraceRecord } from '../../src/base/trace.ts';
import type { CoreV1Event, Node, Pod } from '../../src/api/generated/types.ts';
import { boardContent, NOTHING_PLACED } from '../../src/ui/board/content.ts';
import { layoutBoard } from '../../src/ui/board/layout.ts';
import { createMotion } from '../../src/ui/board/motion.ts';
import { faultRecord } from '../../src/ui/break-menu/faults.ts';
import { draw, gather, paced } from '../../src/ui/frames.ts';
import { isSystem } from '../../src/ui/model/pod-view.ts';
import { createViewBook } from '../../src/ui/model/view-book.ts';
import type { Drawn, ViewBook } from '../../src/ui/model/view-book.ts';
import { usageIn } from '../../src/ui/node-usage.ts';
import { newestEvents } from '../../src/ui/inspector/event-list.tsx';
import { nodesInWords } from '../../src/ui/words/sentence.ts';
import { createTraceLog } from '../../src/ui/trace-log.ts';
import { rowsOf, windowOf } from '../../src/ui/words/rows.ts';

const node = (name: string): Node =>
  ({
    metadata: { name },
    status: { allocatable: { cpu: '2', memory: '4Gi' }, conditions: [{ type: 'Ready', status: 'True' }] },
  }) as unknown as Node;
const pod = (name: string, nodeName?: string, phase = 'Pending', more: object = {}): Pod =>
  ({
    metadata: { name, namespace: 'default', uid: name, ...more },
    spec: { containers: [{ name: 'c' }], ...(nodeName === undefined ? {} : { nodeName }) },
    status: { phase, conditions: phase === 'Running' ? [{ type: 'Ready', status: 'True' }] : [] },
  }) as unknown as Pod;
const put = (book: ViewBook, ...pods: Pod[]): void => {
  for (const one of pods) book.putPod(`default/${one.metadata?.name}`, one);
};
const twoNodes = (): ViewBook => {
  const book = createViewBook();
  book.putNode('worker-1', node('worker-1'));
  book.putNode('worker-2', node('worker-2'));
  put(book, pod('a', 'worker-1', 'Running'), pod('b', 'worker-2', 'Running'), pod('c'));
  return book;
};
const content = (drawn: Drawn, events: readonly CoreV1Event[] = []) => ({ ...drawn, objects: { events } as never });

describe('the view book', () => {
  it('gathers Pods under their nodes, and those without a node', () => {
    const { pods, nodes, pending } = twoNodes().drawn();
    expect(pods.map((one) => one.name)).toEqual(['a', 'b', 'c']);
    expect(nodes.map((one) => [one.name, one.pods.map((each) => each.name)])).toEqual([
      ['worker-1', ['a']],
      ['worker-2', ['b']],
    ]);
    expect(pending.map((one) => one.name)).toEqual(['c']);
  });
  it('keeps what did not change, also when objects are written again', () => {
    const book = twoNodes();
    const before = book.drawn();
    put(book, pod('a', 'worker-1', 'Running', { resourceVersion: '9' }));
    book.putNode('worker-1', node('worker-1'));
    expect(book.drawn()).toBe(before);
    put(book, pod('b', 'worker-2', 'Succeeded'));
    const after = book.drawn();
    expect(after.nodes[0]).toBe(before.nodes[0]);
    expect(after.nodes[1]?.pods[0]?.state).toBe('succeeded');
    expect(after.pending).toBe(before.pending);
  });
  it('moves a Pod that gets a node, and drops what is gone', () => {
    const book = twoNodes();
    book.drawn();
    put(book, pod('c', 'worker-2'));
    book.putPod('default/a', undefined);
    const { pods, nodes, pending } = book.drawn();
    expect(pods.map((one) => one.name)).toEqual(['b', 'c']);
    expect(nodes.map((one) => one.pods.map((each) => each.name))).toEqual([[], ['b', 'c']]);
    expect(pending).toEqual([]);
    book.putNode('worker-1', undefined);
    expect(book.drawn().nodes.map((one) => one.name)).toEqual(['worker-2']);
  });
  it('shows what a node uses as its kubelet counts it, and nothing where it does not say', () => {
    const book = twoNodes();
    const [, before] = book.drawn().nodes;
    const summary = { node: { cpu: { usageNanoCores: 250_400_000 }, memory: { workingSetBytes: 300 * 2 ** 20 + 7 } } };
    expect(usageIn({ node: { cpu: {} } })).toBeUndefined();
    expect(book.putUsage('worker-1', usageIn(summary))).toBe(true);
    expect(book.putUsage('worker-1', usageIn(summary))).toBe(false);
    const [one, two] = book.drawn().nodes;
    expect([one?.cpu.used, one?.memory.used]).toEqual([250, 300 * 2 ** 20]);
    expect(two).toBe(before);
    expect(book.putUsage('worker-1', undefined)).toBe(true);
    expect(book.drawn().nodes[0]?.cpu.used).toBeUndefined();
  });
  it('tells what the cluster brought along from what was asked for', () => {
    expect(['kube-system', 'local-path-storage', 'default'].map(isSystem)).toEqual([true, true, false]);
    expect(nodesInWords(4)).toBe('Four nodes');
  });
  it('leaves out what is hidden', () => {
    const book = createViewBook((one) => one.metadata?.name === 'a');
    put(book, pod('a'), pod('b'));
    expect(book.drawn().pods.map((one) => one.name)).toEqual(['b']);
  });
});

describe('the board, one change later', () => {
  it('lays out again only the nodes that changed', () => {
    const book = twoNodes();
    const first = boardContent(content(book.drawn()), '', NOTHING_PLACED);
    const before = layoutBoard(first.content, 900, 400);
    put(book, pod('b', 'worker-2', 'Succeeded'));
    const second = boardContent(content(book.drawn()), '', first.placing);
    const after = layoutBoard(second.content, 900, 400);
    expect(after.nodes.map((box) => before.nodes.includes(box))).toEqual([true, false]);
  });
  it('says why Pods wait by the newest refusal of one of them', () => {
    const event = (name: string, message: string) =>
      ({ reason: 'FailedScheduling', message, involvedObject: { namespace: 'default', name } }) as CoreV1Event;
    const events = [event('c', '0/2 nodes are available: 2 Insufficient cpu.'), event('other', 'something else')];
    expect(boardContent(content(twoNodes().drawn(), events), '', NOTHING_PLACED).content.trayReason).toContain('cpu');
    expect(boardContent(content(twoNodes().drawn()), '', NOTHING_PLACED).content.trayReason).toContain('not looked');
  });
  it('lets a Pod travel from the tray, one come and one go, and then stands', () => {
    const book = twoNodes();
    let placing = NOTHING_PLACED;
    const next = () => {
      const made = boardContent(content(book.drawn()), '', placing);
      placing = made.placing;
      return layoutBoard(made.content, 900, 400);
    };
    const motion = createMotion();
    const options = { still: false, durations: { state: 240, move: 480 } };
    motion.update(next(), 0, options);
    expect(motion.frame(0).moving.size).toBe(0);
    put(book, pod('c', 'worker-2'), pod('d', 'worker-1'));
    book.putPod('default/a', undefined);
    const layout = next();
    motion.update(layout, 1000, options);
    const { moving, gone } = motion.frame(1100);
    expect([...moving.keys()].sort()).toEqual(['b', 'c', 'd']);
    expect(gone.map(({ box }) => box.pod.uid)).toEqual(['a']);
    const there = layout.pods.find((box) => box.pod.uid === 'c')!;
    expect(moving.get('c')).toMatchObject({ travels: true });
    expect(moving.get('c')!.box.x).toBeLessThan(there.x);
    expect(moving.get('d')!.alpha).toBeCloseTo(100 / 240);
    expect(motion.frame(1500)).toEqual({ moving: new Map(), gone: [] });
    put(book, pod('b', 'worker-2', 'Failed'));
    motion.update(next(), 2000, { ...options, still: true });
    expect(motion.frame(2001).moving.size).toBe(0);
  });
});

describe('faults', () => {
  it('stand in the story in their place, after what happened before the page listened', async () => {
    const happened = (at: number) => ({ at, machine: 'm', event: { type: 'decision', actor: 'a', did: 'x' } }) as unknown as TraceRecord;
    const feed = { onRecords: () => ({ [Symbol.dispose]: () => undefined }), read: async () => [happened(1), happened(5)] };
    const log = createTraceLog(feed as never);
    log.add(faultRecord({ type: 'link-cut', between: ['worker-1', 'control-plane'] }, 3));
    await Promise.resolve();
    await Promise.resolve();
    expect(log.records().map(({ at }) => at)).toEqual([1, 3, 5]);
    expect(log.records()[1]?.event).toMatchObject({ type: 'fault', name: 'link-cut', target: 'worker-1 – control-plane', active: true });
    log[Symbol.dispose]();
  });
});

describe('frames', () => {
  let frames: (() => void)[] = [];
  const frame = (): void => {
    for (const one of frames.splice(0)) one();
  };
  beforeEach(() => {
    vi.useFakeTimers();
    frames = [];
    vi.stubGlobal('requestAnimationFrame', (turn: () => void) => frames.push(turn));
    vi.stubGlobal('document', { visibilityState: 'visible', addEventListener: () => undefined, removeEventListener: () => undefined });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('gathers first, draws then, and each once', () => {
    const log: string[] = [];
    const drawn = (): void => {
      log.push('draw');
      if (log.length < 5) draw(drawn);
    };
    const second = (): void => void log.push('second');
    const first = (): void => {
      log.push('first');
      gather(second);
    };
    draw(drawn);
    gather(first);
    gather(first);
    frame();
    expect(log).toEqual(['first', 'second', 'draw']);
    frame();
    expect(log.slice(3)).toEqual(['draw']);
    frame();
    expect(frames).toEqual([]);
  });

  it('shows the first of a stream at once, then one a while, and the last', () => {
    let value = 0;
    let tell: () => void = () => undefined;
    const source = paced(
      (listener) => (tell = listener),
      () => value,
      100,
    );
    const seen: number[] = [];
    source.subscribe(() => seen.push(source.value()));
    for (value = 1; value < 20; value++) {
      tell();
      vi.advanceTimersByTime(10);
      frame();
    }
    vi.advanceTimersByTime(100);
    frame();
    expect(seen).toEqual([1, 10, 20]);
  });
});

describe('the cluster in words', () => {
  it('has a row for each node and Pod, and for those without a node', () => {
    const { nodes, pending } = twoNodes().drawn();
    expect(rowsOf(nodes, pending, '').map((row) => row.pod?.name ?? row.node?.name ?? '-')).toEqual([
      '-',
      'c',
      'worker-1',
      'a',
      'worker-2',
      'b',
    ]);
    expect(rowsOf(nodes, pending, 'other').map((row) => row.key)).toEqual(['node worker-1', 'node worker-2']);
  });
  it.each([
    [150, 0, { first: 0, last: 150 }],
    [1000, 0, { first: 0, last: 34 }],
    [1000, 9000, { first: 280, last: 334 }],
    [1000, 99_000, { first: 979, last: 1000 }],
  ] as const)('of %i rows at %i draws what is seen', (count, top, seen) => {
    expect(windowOf(count, { top, height: 420, row: 30 })).toEqual(seen);
  });
});

it('shows the newest events first, however they came', () => {
  const event = (name: string, lastTimestamp: string) => ({ metadata: { name }, lastTimestamp }) as unknown as CoreV1Event;
  const events = [
    event('b', '2026-01-05T09:00:02Z'),
    event('d', '2026-01-05T09:00:09Z'),
    event('a', '2026-01-05T09:00:01Z'),
    event('c', '2026-01-05T09:00:03Z'),
  ];
  const names = (limit: number) => newestEvents(events, limit).map((one) => one.metadata.name);
  expect(names(9)).toEqual(['d', 'c', 'b', 'a']);
  expect(names(2)).toEqual(['d', 'c']);
});
