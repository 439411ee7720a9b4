/** Watched or not, history goes the same way: what the page lists, watches and asks for leaves no trace. */
import { expect, it } from 'vitest';
import { openCluster } from '../../src/cluster/open.ts';
import { makeProfile } from '../../src/cluster/profile.ts';
import { watchLoop } from '../../src/ui/watch-loop.ts';

const PATHS = [
  '/api/v1/nodes',
  '/api/v1/pods',
  '/apis/apps/v1/deployments',
  '/apis/apps/v1/replicasets',
  '/api/v1/events',
  '/apis/discovery.k8s.io/v1/endpointslices',
];

it('a session under watches replays without them', async () => {
  const profile = makeProfile({ seed: 'observed', nodes: 2 });
  const sandbox = await openCluster({ profile });
  const session = await sandbox.shell({ name: 'terminal-1' });
  let seen = 0;
  const count = (): void => {
    seen += 1;
  };
  const loops = PATHS.map((path) => watchLoop(sandbox.api, path, { replace: count, put: count, remove: count, trouble: () => undefined }));
  await expect.poll(() => seen).toBeGreaterThanOrEqual(PATHS.length);
  await sandbox.api.request({ method: 'GET', path: '/openapi/v3/apis/apps/v1', headers: {} });
  const used: unknown[] = [];
  const look = async (): Promise<void> => {
    for (const node of ['control-plane', 'worker-1', 'worker-2']) {
      const { body } = await sandbox.api.request({ method: 'GET', path: `/api/v1/nodes/${node}/proxy/stats/summary`, headers: {} });
      used.push((body as { node?: { memory?: { workingSetBytes?: number } } }).node?.memory?.workingSetBytes);
    }
  };
  // They are on their way while time goes on.
  const looks = [look()];
  await session.run('kubectl create deployment web --image=nginx --replicas=3');
  await session.run('kubectl rollout status deployment/web');
  looks.push(look());
  await session.run('kubectl run burn --image=polinux/stress --command -- stress --cpu 1; sleep 20');
  looks.push(look());
  await session.run('sleep 10');
  await Promise.all(looks);
  const journal = await sandbox.journal();
  expect(used).toHaveLength(9);
  expect(used.every((each) => Number(each) > 0)).toBe(true);
  expect(seen).toBeGreaterThan(PATHS.length + 5);
  for (const loop of loops) loop[Symbol.dispose]();
  await sandbox.close();
  const again = await openCluster({ profile, journal: journal.entries, untilMicros: journal.endMicros });
  expect(await again.hash()).toBe(journal.hash);
  await again.close();
});
