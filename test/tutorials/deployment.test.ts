/** A Deployment's life: roll out, update, a tag that does not exist, history and undo, scaling, pause and resume. */
import { describe, expect, it } from 'vitest';
import { openPlayer, rows } from './play.ts';

describe('a Deployment', () => {
  it('rolls out, rolls back, scales, pauses and resumes', async () => {
    const { run, result, value, sandbox } = await openPlayer();
    expect(await run('kubectl apply -f website.yaml')).toBe('deployment.apps/site created\n');
    expect(await run('kubectl rollout status deployment/site')).toContain('deployment "site" successfully rolled out');
    expect(rows(await run('kubectl get deploy'))).toEqual([['site', '3/3', '3', '3', expect.any(String)]]);

    await run('kubectl set image deployment/site web=nginx:1.28');
    expect(await run('kubectl rollout status deployment.v1.apps/site')).toContain('successfully rolled out');
    expect(rows(await run('kubectl get rs')).map(([, desired, current, ready]) => [desired, current, ready]).sort()).toEqual([['0', '0', '0'], ['3', '3', '3']]);
    expect(await run('kubectl describe deployments')).toMatch(/Annotations: +deployment\.kubernetes\.io\/revision: 2\n(.*\n)*.*Replicas: +3 desired \| 3 updated \| 3 total \| 3 available \| 0 unavailable\n/);

    // A tag that nobody has: the rollout stands still, the old Pods go on.
    await run('kubectl set image deployment/site web=nginx:1.281');
    expect((await result('kubectl rollout status deployment/site --timeout=60s')).exitCode).toBe(1);
    expect((await run('kubectl get pods')).match(/Running/g)).toHaveLength(3);
    expect(await run('kubectl get pods')).toMatch(/ImagePullBackOff|ErrImagePull/);
    const late = await result('kubectl rollout status deployment/site');
    expect([late.exitCode, late.stderr]).toEqual([1, 'error: deployment "site" exceeded its progress deadline\n']);
    expect(await run('kubectl rollout history deployment/site')).toMatch(/REVISION +CHANGE-CAUSE\n1 +<none>\n2 +<none>\n3 +<none>\n/);
    expect(await run('kubectl rollout history deployment/site --revision=2')).toContain('nginx:1.28\n');

    expect(await run('kubectl rollout undo deployment/site')).toBe('deployment.apps/site rolled back\n');
    await run('kubectl rollout status deployment/site');
    expect(await value('deployment/site', '{.spec.template.spec.containers[0].image}')).toBe('nginx:1.28');
    await run('kubectl rollout undo deployment/site --to-revision=1');
    await run('kubectl rollout status deployment/site');
    expect(await value('deployment/site', '{.spec.template.spec.containers[0].image}')).toBe('nginx:1.27');

    await run('kubectl scale deployment/site --replicas=10');
    await run('kubectl rollout status deployment/site');
    expect(rows(await run('kubectl get deploy site'))).toEqual([['site', '10/10', '10', '10', expect.any(String)]]);
    expect(await run('kubectl autoscale deployment/site --min=10 --max=15 --cpu-percent=80')).toBe('horizontalpodautoscaler.autoscaling/site autoscaled\n');

    await run('kubectl rollout pause deployment/site');
    const sets = await run('kubectl get rs -o name');
    await run('kubectl set image deployment/site web=nginx:1.26');
    await run('kubectl set resources deployment/site -c=web --limits=cpu=200m,memory=512Mi');
    await run('sleep 20');
    expect(await run('kubectl get rs -o name')).toBe(sets);
    await run('kubectl rollout resume deployment/site');
    expect((await run('kubectl get rs -w', { limitMicros: 60e6, exit: 130 })).split('\n').length).toBeGreaterThan(8);
    await run('kubectl rollout status deployment/site');
    expect(await run('echo $?')).toBe('0\n');
    expect(rows(await run('kubectl get pods')).filter(([, ready, status]) => ready === '1/1' && status === 'Running')).toHaveLength(10);
    await sandbox.close();
  });

  it('keeps the command as the cause where --record asks for it', async () => {
    const { run, result, sandbox } = await openPlayer();
    await run('kubectl apply -f website.yaml');
    const { stderr } = await result('kubectl set image deployment/site web=nginx:1.28 --record');
    expect(stderr).toContain('Flag --record has been deprecated');
    await run('kubectl rollout status deployment/site');
    expect(await run('kubectl rollout history deployment/site')).toMatch(/2 +kubectl set image deployment\/site web=nginx:1\.28 --record=true\n/);
    await sandbox.close();
  });
});
