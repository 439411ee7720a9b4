/** Probes end and restart containers when the manuals say so. */
import { describe, expect, it } from 'vitest';
import { openPlayer } from './play.ts';

describe('probes', () => {
  it('restart what fails, hold back what is not ready, and wait for what starts slowly', async () => {
    const { run, value, sandbox } = await openPlayer();
    const restarts = (pod: string) => value(`pod/${pod}`, '{.status.containerStatuses[0].restartCount}');
    await run('kubectl apply -f probes.yaml');
    await run('kubectl wait --for=jsonpath={.status.phase}=Running pod --all --timeout=30s');

    // Ready only after the first probe, 15 s in.
    expect(await value('pod/listens', '{.status.containerStatuses[0].ready}')).toBe('false');
    await run('sleep 15');
    expect([await restarts('fades'), await restarts('sours')]).toEqual(['0', '0']);
    expect(await run('kubectl describe pod fades')).not.toContain('Unhealthy');

    // The file goes after 20 s; three failures 5 s apart later the container gets its 30 s of grace.
    await run('sleep 22');
    expect(await run('kubectl describe pod fades')).toMatch(/Warning +Unhealthy .*Liveness probe failed: cat: can't open '\/tmp\/alive': No such file or directory/);
    expect(await run('kubectl describe pod fades')).toContain('Container main failed liveness probe, will be restarted');
    expect(await run('kubectl describe pod sours')).toContain('Liveness probe failed: HTTP probe failed with statuscode: 500');
    expect(await value('pod/listens', '{.status.containerStatuses[0].ready}')).toBe('true');

    await run('sleep 30');
    expect([await restarts('fades'), await restarts('slow'), await restarts('listens')]).toEqual(['1', '0', '0']);
    expect(Number(await restarts('sours'))).toBeGreaterThanOrEqual(1);
    expect(await value('pod/slow', '{.status.containerStatuses[0].ready}')).toBe('true');
    expect(await run('kubectl get pod fades')).toMatch(/fades +1\/1 +Running +1 \(\d+s ago\)/);
    await sandbox.close();
  });
});
