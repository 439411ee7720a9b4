/** A page's cluster: the prompt is there before the nodes, what is typed meanwhile waits, and its journal replays. */
import { describe, expect, it } from 'vitest';
import { openCluster } from '../../src/cluster/open.ts';
import { openEarly } from '../../src/cluster/open-early.ts';
import { makeProfile, SHELL } from '../../src/cluster/profile.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Journal } from '../../src/sim/journal.ts';

const profile = makeProfile({ seed: 'early', nodes: 2 });

async function replayed(journal: Journal): Promise<string> {
  const again = await openCluster({ profile, journal: journal.entries, untilMicros: journal.endMicros });
  const hash = await again.hash();
  await again.close();
  return hash;
}

async function prompt(sandbox: Sandbox) {
  let text = '';
  const session = await sandbox.shell({ name: 'terminal-1' });
  session.onOutput((data) => { text += data; });
  return { session, text: () => text };
}

describe('openEarly', () => {
  it('shows a prompt at time 0, keeps a typed line for the cluster, and answers it', async () => {
    const sandbox = await openEarly({ profile });
    const { session, text } = await prompt(sandbox);
    expect(text()).toContain('$');
    expect(sandbox.time.state.nowMicros).toBe(0);
    const early = session.run('kubectl get nodes -o name');
    const { stdout, exitCode } = await early;
    expect({ stdout, exitCode }).toEqual({ stdout: 'node/control-plane\nnode/worker-1\nnode/worker-2\n', exitCode: 0 });
    const journal = await sandbox.journal();
    expect(journal.entries[0]?.input).toMatchObject({ type: 'start', machine: SHELL });
    await sandbox.close();
    expect(await replayed(journal)).toBe(journal.hash);
  });

  it('comes up without a terminal too, and replays', async () => {
    const sandbox = await openEarly({ profile });
    const { status } = await sandbox.api.request({ method: 'GET', path: '/api/v1/nodes', headers: {} });
    expect(status).toBe(200);
    const { session } = await prompt(sandbox);
    await session.run('kubectl create deployment web --image=nginx --replicas=3');
    await session.run('kubectl rollout status deployment/web');
    const journal = await sandbox.journal();
    await sandbox.close();
    expect(await replayed(journal)).toBe(journal.hash);
  });
});
