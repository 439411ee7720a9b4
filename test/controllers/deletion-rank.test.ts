import { describe, expect, it } from 'vitest';
import type { Pod } from '../../src/api/generated/types.ts';
import { DELETION_COST, rankForDeletion } from '../../src/controllers/deletion-rank.ts';

const NOW = Date.UTC(2026, 0, 1, 12, 0, 0);
const ago = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString().replace('.000', '');

interface Row {
  readonly node?: string;
  readonly phase?: string;
  readonly readyFor?: number;
  readonly cost?: string;
  readonly restarts?: number;
  readonly age?: number;
}

function pod(name: string, { node = 'n1', phase = 'Running', readyFor, cost, restarts = 0, age = 1000 }: Row): Pod {
  return {
    metadata: { name, uid: name, creationTimestamp: ago(age), ...(cost !== undefined && { annotations: { [DELETION_COST]: cost } }) },
    spec: { containers: [], ...(node !== '' && { nodeName: node }) },
    status: {
      phase,
      containerStatuses: [{ name: 'c', image: '', imageID: '', ready: readyFor !== undefined, restartCount: restarts }],
      conditions: [{ type: 'Ready', status: readyFor === undefined ? 'False' : 'True', lastTransitionTime: ago(readyFor ?? 0) }],
    },
  };
}

const first = (a: Row, b: Row, related: readonly Pod[] = []): string => {
  const pods = [pod('b', b), pod('a', a)];
  return rankForDeletion(pods, [...pods, ...related], NOW)[0]!.metadata!.name!;
};

describe('which Pod goes first (I16)', () => {
  it.each<readonly [string, Row, Row]>([
    ['without a node', { node: '' }, { readyFor: 5 }],
    ['pending', { phase: 'Pending' }, { phase: 'Running' }],
    ['pending before unknown', { phase: 'Pending' }, { phase: 'Unknown' }],
    ['not ready', {}, { readyFor: 5, cost: '-100' }],
    ['the cheaper one', { readyFor: 500, cost: '-1' }, { readyFor: 5 }],
    ['ready for a shorter time', { readyFor: 10 }, { readyFor: 500 }],
    ['more restarts', { restarts: 3 }, { restarts: 1 }],
    ['younger', { age: 10 }, { age: 1000 }],
  ])('%s', (_, a, b) => expect(first(a, b)).toBe('a'));

  it('shares out: the Pod whose node has more of its kind goes', () => {
    expect(first({ readyFor: 500, node: 'n1' }, { readyFor: 10, node: 'n2' }, [pod('c', { node: 'n1', readyFor: 5 })])).toBe('a');
  });
  it('treats times of one power of two alike, and then looks at the uid', () => {
    expect(first({ readyFor: 100 }, { readyFor: 90 })).toBe('a');
    expect(first({ readyFor: 90 }, { readyFor: 100 })).toBe('a');
    expect(first({ readyFor: 200 }, { readyFor: 20 })).toBe('b');
  });
  it('ignores a cost that is no number', () => expect(first({ readyFor: 10, cost: 'cheap' }, { readyFor: 500, cost: '0' })).toBe('a'));
});
