/** The sandbox as page, lessons and CLI use it: reload, fork, the past, faults, files. */
import { describe, expect, it } from 'vitest';
import { openCluster } from '../../src/cluster/open.ts';
import { PastError } from '../../src/cluster/local-sandbox.ts';
import { makeProfile } from '../../src/cluster/profile.ts';
import type { Node, Pod } from '../../src/api/generated/types.ts';
import type { KubeList } from '../../src/api/object.ts';
import type { Profile, Sandbox } from '../../src/sandbox/sandbox.ts';

const profile = makeProfile({ nodes: 3, seed: 'sandbox' });
const get = { headers: { accept: 'application/json' }, method: 'GET' as const };

async function pods(sandbox: Sandbox): Promise<readonly Pod[]> {
  const answer = await sandbox.api.request({ ...get, path: '/api/v1/namespaces/default/pods' });
  return (answer.body as KubeList<Pod>).items;
}

async function reopen(sandbox: Sandbox): Promise<Sandbox> {
  const journal = await sandbox.journal();
  return openCluster({ profile: journal.profile as Profile, journal: journal.entries, untilMicros: journal.endMicros });
}

function listen(output: string[]) {
  return (data: string) => { output.push(data); };
}

describe('a reload', () => {
  it('finds the same history, objects, terminal and faults', async () => {
    const first = await openCluster({ profile });
    const session = await first.shell({ name: 'terminal-1' });
    await session.run('kubectl create deployment web --image=nginx --replicas=2');
    await session.run('cd /tmp; name=value');
    await first.fault({ type: 'node-crash', node: 'worker-2' });
    await first.time.runUntil({ atMicros: first.time.state.nowMicros + 100e6 });
    const shown: string[] = [];
    session.onOutput(listen(shown));
    const second = await reopen(first);
    expect(await second.hash()).toBe(await first.hash());
    expect((await pods(second)).map((pod) => pod.metadata?.uid)).toEqual((await pods(first)).map((pod) => pod.metadata?.uid));
    expect(second.faults).toEqual(first.faults);
    expect(second.faults.map(({ fault }) => fault)).toEqual([{ type: 'node-crash', node: 'worker-2' }]);
    const restored: string[] = [];
    const again = await second.shell({ name: 'terminal-1' });
    again.onOutput(listen(restored));
    expect(restored.join('')).toBe(shown.join(''));
    expect(restored.join('')).toContain('deployment.apps/web created');
    expect((await second.journal()).entries.length).toBe((await first.journal()).entries.length);
    expect((await again.run('echo $name; pwd')).stdout).toBe('value\n/tmp\n');
    await first.close();
    await second.close();
  });
  it('remembers what the Why panel reads', async () => {
    const first = await openCluster({ profile });
    const session = await first.shell();
    await session.run('kubectl create deployment web --image=nginx');
    await session.run('kubectl rollout status deployment/web');
    const second = await reopen(first);
    const about = { types: ['decision', 'schedule'] };
    expect(await second.trace.read(about)).toEqual(await first.trace.read(about));
    await first.close();
    await second.close();
  });
});

describe('a snapshot of etcd', () => {
  it('starts another cluster with the same objects; their containers start anew', async () => {
    const first = await openCluster({ profile });
    const session = await first.shell();
    await session.run('kubectl create deployment web --image=nginx --replicas=2');
    await session.run('kubectl rollout status deployment/web');
    const uids = (await pods(first)).map((pod) => pod.metadata?.uid).sort();
    const snapshot = await first.snapshot();
    const second = await openCluster({ profile: { ...profile, seed: 'other', restore: snapshot, startAtMs: first.time.state.nowMs } });
    await second.time.runUntil({ atMicros: second.time.state.nowMicros + 90e6 });
    const again = await pods(second);
    expect(again.map((pod) => pod.metadata?.uid).sort()).toEqual(uids);
    for (const pod of again) {
      expect(pod.status?.phase).toBe('Running');
      expect(pod.status?.containerStatuses?.[0]).toMatchObject({ ready: true });
    }
    await first.close();
    await second.close();
  });
});

describe('faults', () => {
  it('a plug that is put back ends the fault, and the node comes back', async () => {
    const sandbox = await openCluster({ profile });
    const ready = async () => ((await sandbox.api.request({ ...get, path: '/api/v1/nodes/worker-1' })).body as Node).status?.conditions?.find(({ type }) => type === 'Ready')?.status;
    await sandbox.fault({ type: 'node-crash', node: 'worker-1' });
    await sandbox.time.runUntil({ atMicros: sandbox.time.state.nowMicros + 70e6 });
    expect(await ready()).toBe('Unknown');
    await sandbox.undo('node-crash:worker-1');
    expect(sandbox.faults).toEqual([]);
    await sandbox.time.runUntil({ atMicros: sandbox.time.state.nowMicros + 30e6 });
    expect(await ready()).toBe('True');
    await sandbox.close();
  });
  it.each([
    [{ type: 'node-crash', node: 'nope' }, 'There is no node nope. Nodes: control-plane, worker-1, worker-2, worker-3.'],
    [{ type: 'link-lossy', between: ['worker-1', 'control-plane'], loss: 2 }, 'Loss is a share between 0 and 1.'],
    [{ type: 'node-remove', node: 'control-plane' }, 'The control plane cannot be removed; its plug can be pulled.'],
  ] as const)('%j is refused with a sentence', async (fault, sentence) => {
    const sandbox = await openCluster({ profile });
    await expect(sandbox.fault(fault)).rejects.toThrow(sentence);
    await sandbox.close();
  });
  it('a node that is added gets Pods', async () => {
    const sandbox = await openCluster({ profile: makeProfile({ nodes: 1 }) });
    await sandbox.fault({ type: 'node-add' });
    await sandbox.time.runUntil({ atMicros: sandbox.time.state.nowMicros + 40e6 });
    const session = await sandbox.shell();
    expect((await session.run('kubectl get nodes')).stdout).toMatch(/worker-2 +Ready/);
    await sandbox.close();
  });
});

describe('the past', () => {
  it('is read as it was, refuses writes, and a fork goes another way', async () => {
    const sandbox = await openCluster({ profile });
    const session = await sandbox.shell();
    const before = sandbox.time.state.nowMicros;
    await sandbox.time.runUntil({ atMicros: before + 1e6 });
    await session.run('kubectl create deployment web --image=nginx');
    await session.run('kubectl rollout status deployment/web');
    expect(await pods(sandbox)).toHaveLength(1);
    await sandbox.look(before);
    expect(await pods(sandbox)).toHaveLength(0);
    await expect(sandbox.fault({ type: 'node-crash', node: 'worker-1' })).rejects.toThrow(PastError);
    expect(sandbox.time.state.lookingAtMicros).toBe(before);
    await sandbox.look(undefined);
    expect(await pods(sandbox)).toHaveLength(1);
    const fork = await sandbox.fork(before);
    await fork.time.runUntil({ atMicros: fork.time.state.nowMicros + 30e6 });
    expect(await pods(fork)).toHaveLength(0);
    expect(await pods(sandbox)).toHaveLength(1);
    await fork.close();
    await sandbox.close();
  });
});

describe('a frozen instant', () => {
  it('still answers the learner, and no controller acts', async () => {
    const sandbox = await openCluster({ profile });
    const at = sandbox.time.state.nowMicros;
    const session = await sandbox.shell();
    const output: string[] = [];
    session.onOutput(listen(output));
    session.write('kubectl create deployment web --image=nginx\r');
    for (let turn = 0; turn < 200 && !output.join('').includes('created'); turn += 1) await new Promise((resolve) => { setImmediate(resolve); });
    expect(output.join('')).toContain('deployment.apps/web created');
    expect(sandbox.time.state.nowMicros).toBe(at);
    expect(await pods(sandbox)).toHaveLength(0);
    await sandbox.close();
  });
});

describe('files', () => {
  it('are the same for the editor and the shell', async () => {
    const sandbox = await openCluster({ profile: { ...profile, files: { 'a/b.txt': 'one\n' } } });
    const session = await sandbox.shell();
    expect((await session.run('cat a/b.txt')).stdout).toBe('one\n');
    await sandbox.files.write('c.yaml', 'two\n');
    expect((await session.run('cat ~/c.yaml')).stdout).toBe('two\n');
    await session.run('echo three > a/d.txt');
    expect(await sandbox.files.read('a/d.txt')).toBe('three\n');
    expect((await sandbox.files.list()).map(({ path }) => path)).toEqual(['a', 'a/b.txt', 'a/d.txt', 'c.yaml']);
    await expect(sandbox.files.read('nope')).rejects.toThrow('There is no file nope.');
    await sandbox.close();
  });
});
