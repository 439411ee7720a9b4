import { describe, expect, it } from 'vitest';
import type { Deployment, ReplicaSet } from '../../src/api/generated/types.ts';
import {
  DESIRED_REPLICAS,
  fencePosts,
  MAX_REPLICAS,
  REVISION,
  REVISION_HISTORY,
  templateHash,
} from '../../src/controllers/replica-sets.ts';
import { planRollout } from '../../src/controllers/rollout.ts';

const NOW = Date.UTC(2026, 0, 1, 12, 0, 0);

interface Sizes {
  readonly replicas: number;
  readonly surge?: number | string;
  readonly unavailable?: number | string;
}

function deployment(
  { replicas, surge = '25%', unavailable = '25%' }: Sizes,
  image: string,
  more: Partial<Deployment['spec']> = {},
): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default', uid: 'd', generation: 2, annotations: { team: 'blue' } },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: template(image),
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 10,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: surge, maxUnavailable: unavailable } },
      ...more,
    },
  };
}

const template = (image: string): NonNullable<Deployment['spec']>['template'] => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'c', image }] },
});

interface Size {
  readonly image: string;
  readonly replicas: number;
  readonly ready?: number;
  readonly actual?: number;
  readonly revision?: number;
  readonly wanted?: number;
  readonly max?: number;
}

function replicaSet(
  { image, replicas, ready = replicas, actual = replicas, revision = 1, wanted = replicas, max = wanted }: Size,
  age: number,
): ReplicaSet {
  const labels = { app: 'web', 'pod-template-hash': image };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `web-${image}`,
      namespace: 'default',
      uid: image,
      generation: 1,
      creationTimestamp: new Date(NOW - age * 60_000).toISOString(),
      annotations: { [REVISION]: String(revision), [DESIRED_REPLICAS]: String(wanted), [MAX_REPLICAS]: String(max), team: 'blue' },
    },
    spec: { replicas, selector: { matchLabels: labels }, template: { ...template(image), metadata: { labels } } },
    status: { replicas: actual, readyReplicas: ready, availableReplicas: ready, observedGeneration: 1 },
  };
}

const run = (of: Deployment, sets: readonly ReplicaSet[], now = NOW): ReturnType<typeof planRollout> =>
  planRollout({ deployment: of, replicaSets: sets, pods: [], now });
const sizes = (plan: ReturnType<typeof planRollout>): readonly string[] =>
  plan.steps.map((step) => `${step.type} ${step.replicaSet.metadata?.name?.slice(0, 6)} ${step.replicaSet.spec?.replicas}`);

describe('fence posts (I15: surge up, unavailable down)', () => {
  it.each([
    [10, '25%', '25%', 3, 2],
    [3, '25%', '25%', 1, 0],
    [1, '25%', '25%', 1, 0],
    [4, 0, 0, 0, 1],
    [4, '0%', '10%', 0, 1],
    [5, 2, 9, 2, 5],
    [10, '50%', '0%', 5, 0],
  ])('%i replicas, surge %s, unavailable %s: %i and %i', (replicas, surge, unavailable, maxSurge, maxUnavailable) => {
    expect(fencePosts(deployment({ replicas, surge, unavailable }, 'a'))).toEqual({ maxSurge, maxUnavailable });
  });
  it('affords nothing under Recreate', () => {
    expect(fencePosts(deployment({ replicas: 4 }, 'a', { strategy: { type: 'Recreate' } }))).toEqual({ maxSurge: 0, maxUnavailable: 0 });
  });
});

describe('a first rollout', () => {
  const plan = run(deployment({ replicas: 3 }, 'a'), []);
  it('makes one ReplicaSet of the full size, named by the hash of its template', () => {
    const [step] = plan.steps;
    expect(plan.steps).toHaveLength(1);
    expect(step).toMatchObject({ type: 'create', replicaSet: { spec: { replicas: 3 } } });
    const hash = templateHash(template('a'), undefined);
    expect(hash).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{8,10}$/);
    expect(step?.replicaSet.metadata).toMatchObject({
      name: `web-${hash}`,
      labels: { app: 'web', 'pod-template-hash': hash },
      annotations: { team: 'blue', [REVISION]: '1', [DESIRED_REPLICAS]: '3', [MAX_REPLICAS]: '4' },
    });
    expect(step?.replicaSet.spec?.selector).toEqual({ matchLabels: { app: 'web', 'pod-template-hash': hash } });
  });
  it('says so in the status', () => {
    expect(plan.deployment.metadata?.annotations?.[REVISION]).toBe('1');
    expect(plan.deployment.status?.observedGeneration).toBe(2);
    expect(plan.deployment.status?.conditions?.map((each) => [each.type, each.status, each.reason])).toEqual([
      ['Progressing', 'True', 'NewReplicaSetCreated'],
      ['Available', 'False', 'MinimumReplicasUnavailable'],
    ]);
  });
});

describe('RollingUpdate', () => {
  it.each<readonly [string, Sizes, readonly Size[], readonly string[]]>([
    [
      'starts with the surge and takes what may be missing',
      { replicas: 4, surge: 1, unavailable: 1 },
      [{ image: 'a', replicas: 4 }],
      ['create new 1', 'update web-a 3'],
    ],
    [
      'grows the new one as old ones go',
      { replicas: 4, surge: 1, unavailable: 1 },
      [
        { image: 'a', replicas: 3, wanted: 4 },
        { image: 'b', replicas: 1, ready: 0, revision: 2, wanted: 4, max: 5 },
      ],
      ['update web-b 2'],
    ],
    [
      'waits while too few are available',
      { replicas: 4, surge: 1, unavailable: 1 },
      [
        { image: 'a', replicas: 3, wanted: 4 },
        { image: 'b', replicas: 2, ready: 0, revision: 2, wanted: 4, max: 5 },
      ],
      [],
    ],
    [
      'shrinks the old one as new ones become available',
      { replicas: 4, surge: 1, unavailable: 1 },
      [
        { image: 'a', replicas: 3, wanted: 4 },
        { image: 'b', replicas: 2, ready: 1, revision: 2, wanted: 4, max: 5 },
      ],
      ['update web-a 2'],
    ],
    [
      'gives up unhealthy old Pods first',
      { replicas: 4, surge: 1, unavailable: 1 },
      [
        { image: 'a', replicas: 4, ready: 2, wanted: 4 },
        { image: 'b', replicas: 1, ready: 1, revision: 2, wanted: 4, max: 5 },
      ],
      ['update web-a 2'],
    ],
    [
      'never drops below the minimum with maxUnavailable 0',
      { replicas: 3, surge: 1, unavailable: 0 },
      [
        { image: 'a', replicas: 3 },
        { image: 'b', replicas: 1, ready: 0, revision: 2, wanted: 3, max: 4 },
      ],
      [],
    ],
    [
      'rolls over: a third template takes over from two',
      { replicas: 4, surge: 1, unavailable: 1 },
      [
        { image: 'x', replicas: 3, wanted: 4 },
        { image: 'y', replicas: 2, ready: 0, revision: 2, wanted: 4, max: 5 },
      ],
      ['create new 0', 'update web-y 0'],
    ],
  ])('%s', (_, size, sets, expected) => {
    const plan = run(
      deployment(size, 'b'),
      sets.map((set, index) => replicaSet(set, 10 - index)),
    );
    expect(sizes(plan).map((text) => text.replace(/^create web-\w+ /, 'create new '))).toEqual(expected);
  });

  it('reuses an old ReplicaSet of the same template as a new revision (rollback)', () => {
    const plan = run(deployment({ replicas: 2, surge: 1, unavailable: 0 }, 'a'), [
      replicaSet({ image: 'a', replicas: 0, wanted: 2, revision: 1 }, 9),
      replicaSet({ image: 'b', replicas: 2, revision: 2 }, 8),
    ]);
    expect(plan.steps).toHaveLength(1);
    expect(plan.steps[0]).toMatchObject({ type: 'update', from: 0, replicaSet: { metadata: { name: 'web-a' }, spec: { replicas: 1 } } });
    expect(plan.steps[0]?.replicaSet.metadata?.annotations).toMatchObject({ [REVISION]: '3', [REVISION_HISTORY]: '1' });
    expect(plan.deployment.metadata?.annotations?.[REVISION]).toBe('3');
  });

  it('keeps as many old ReplicaSets as the history limit says, when complete', () => {
    const old = ['a', 'b', 'c'].map((image, index) => replicaSet({ image, replicas: 0, wanted: 2, revision: index + 1 }, 9 - index));
    const now = replicaSet({ image: 'd', replicas: 2, revision: 4, max: 3 }, 1);
    const of = deployment({ replicas: 2 }, 'd', { revisionHistoryLimit: 1 });
    const done = { ...of, status: { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2, readyReplicas: 2 } };
    expect(sizes(run(done, [...old, now]))).toEqual(['delete web-a 0', 'delete web-b 0']);
    expect(sizes(run(of, [...old, now]))).toEqual([]);
  });
});

describe('Recreate', () => {
  const recreate = { strategy: { type: 'Recreate' } };
  it('first takes all old Pods', () => {
    expect(sizes(run(deployment({ replicas: 3 }, 'b', recreate), [replicaSet({ image: 'a', replicas: 3 }, 5)]))).toEqual([
      'update web-a 0',
    ]);
  });
  it('waits for the last of them to be gone, then makes the new ReplicaSet', () => {
    const old = replicaSet({ image: 'a', replicas: 0, wanted: 3 }, 5);
    const pod = {
      metadata: { name: 'p', ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-a', uid: 'a', controller: true }] },
    };
    const of = deployment({ replicas: 3 }, 'b', recreate);
    expect(planRollout({ deployment: of, replicaSets: [old], pods: [pod], now: NOW }).steps).toEqual([]);
    expect(planRollout({ deployment: of, replicaSets: [old], pods: [], now: NOW }).steps).toMatchObject([
      { type: 'create', replicaSet: { spec: { replicas: 3 } } },
    ]);
  });
});

describe('scaling', () => {
  it('goes to the only active ReplicaSet', () => {
    expect(sizes(run(deployment({ replicas: 5 }, 'a'), [replicaSet({ image: 'a', replicas: 3 }, 5)]))).toEqual(['update web-a 5']);
  });
  it('is spread in proportion in the middle of a rollout', () => {
    const sets = [
      replicaSet({ image: 'a', replicas: 8, wanted: 10, max: 13 }, 9),
      replicaSet({ image: 'b', replicas: 5, ready: 0, revision: 2, wanted: 10, max: 13 }, 1),
    ];
    const plan = run(deployment({ replicas: 15, surge: 3, unavailable: 2 }, 'b'), sets);
    expect(sizes(plan)).toEqual(['update web-a 11', 'update web-b 7']);
  });
  it('happens while paused, and nothing rolls', () => {
    const plan = run(deployment({ replicas: 5 }, 'b', { paused: true }), [replicaSet({ image: 'a', replicas: 3 }, 5)]);
    expect(sizes(plan)).toEqual(['update web-a 5']);
    expect(plan.deployment.status?.conditions?.find((each) => each.type === 'Progressing')).toMatchObject({
      status: 'Unknown',
      reason: 'DeploymentPaused',
      message: 'Deployment is paused',
    });
  });
});

describe('progress', () => {
  const at = (secondsAgo: number): string => new Date(NOW - secondsAgo * 1000).toISOString().replace('.000', '');
  const stuck = (secondsAgo: number, reason = 'ReplicaSetUpdated'): Deployment => ({
    ...deployment({ replicas: 1 }, 'b'),
    status: {
      observedGeneration: 2,
      replicas: 2,
      updatedReplicas: 1,
      unavailableReplicas: 1,
      readyReplicas: 1,
      availableReplicas: 1,
      conditions: [{ type: 'Progressing', status: 'True', reason, lastUpdateTime: at(secondsAgo), lastTransitionTime: at(secondsAgo) }],
    },
  });
  const sets = [replicaSet({ image: 'a', replicas: 1 }, 9), replicaSet({ image: 'b', replicas: 1, ready: 0, revision: 2, max: 2 }, 1)];
  const progressing = (of: Deployment): unknown => run(of, sets).deployment.status?.conditions?.find((each) => each.type === 'Progressing');

  it('times out after the deadline, and nothing is rolled back', () => {
    expect(progressing(stuck(601))).toMatchObject({
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: 'ReplicaSet "web-b" has timed out progressing.',
    });
    expect(run(stuck(601), sets).steps).toEqual([]);
  });
  it('looks again when the deadline is over', () => {
    const settled = { ...stuck(100), status: run(stuck(100), sets).deployment.status };
    expect(run(settled, sets).againAfterMs).toBe(501_000);
  });
  it('succeeds when all new Pods are available', () => {
    const done = [replicaSet({ image: 'b', replicas: 1, revision: 2, max: 2 }, 1)];
    const plan = run(stuck(10), done);
    expect(plan.deployment.status?.conditions?.find((each) => each.type === 'Progressing')).toMatchObject({
      status: 'True',
      reason: 'NewReplicaSetAvailable',
      message: 'ReplicaSet "web-b" has successfully progressed.',
    });
    expect(plan.againAfterMs).toBeUndefined();
  });
  it('passes on why Pods cannot be made', () => {
    const failing = {
      ...sets[1]!,
      status: {
        ...sets[1]!.status!,
        conditions: [
          { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota', lastTransitionTime: at(5) },
        ],
      },
    };
    expect(run(stuck(10), [sets[0]!, failing]).deployment.status?.conditions?.find((each) => each.type === 'ReplicaFailure')).toMatchObject(
      { reason: 'FailedCreate', message: 'exceeded quota' },
    );
  });
  it('does nothing at all when nothing changes', () => {
    const settled = run(stuck(10), sets).deployment;
    expect(run(settled, sets).deployment).toBe(settled);
  });
});
